"""The journey's state: who takes part, what is known so far, and how it is told line by line."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from examples.journey import telling
from examples.journey.asking import Api, Seat
from examples.journey.regions import Setting
from lifecare_gql.documents import prose

Say: TypeAlias = Callable[[str], object]
"""Takes one line of the story."""
Tick: TypeAlias = Callable[[dt.timedelta], object]
"""Moves the server's clock, where somebody can."""
Until: TypeAlias = Callable[[dt.datetime], dt.datetime]
"""Until when somebody waits."""

TEXT = 11
"""Where the text begins, after the time."""


@dataclass(kw_only=True)
class Journey:
    """What is known on the way. `now` is the server's moment, as its latest answer told it.

    `notices` is the latest event of each mutation; `expected` the expected day of discharge. `refusals` are the
    codes of every refusal met, by the mutation, in order, `warnings` the rules that warned. `laws`, `reasons` (of
    payment, by policy) and `clocks` (by kind) are what has been told, so that it is not told again.
    """

    api: Api
    setting: Setting
    seats: Mapping[str, Seat]
    words: telling.Words
    region: Mapping[str, Any]
    patient: Mapping[str, str]
    say: Say
    tick: Tick | None
    now: dt.datetime
    episode: str = ""
    plan: str = ""
    expected: str = ""
    notices: dict[str, str] = field(default_factory=dict)
    refusals: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    warnings: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)
    laws: set[str] = field(default_factory=set)
    reasons: dict[str, set[Any]] = field(default_factory=lambda: defaultdict(set))
    clocks: dict[str, Any] = field(default_factory=dict)
    told_on: dt.date | None = None
    empty: bool = True

    @property
    def today(self) -> dt.date:
        """The day in Sweden."""
        return self.now.date()

    async def ask(self, part: str, query: str, **variables: Any) -> Any:
        """What somebody hears."""
        return await self.api.ask(query, self.seats[part], **variables)

    def wait(self, until: Until) -> None:
        """Let time pass, if the clock can be moved."""
        if self.tick is not None:
            later = until(self.now)
            self.tick(later - self.now)
            self.now = later

    def gap(self) -> None:
        """Leave a line empty, if the last one is not."""
        if not self.empty:
            self.say("")
        self.empty = True

    def title(self, text: str, under: str = "-") -> None:
        """Begin a chapter."""
        self.gap()
        self.line(text, 0)
        self.line(under * len(text), 0)

    def line(self, text: str, indent: int = TEXT, mark: str = "") -> None:
        """Tell something, broken into lines."""
        self.say(prose.wrapped(prose.without_demo(text), indent, mark))
        self.empty = False

    def happened(self, text: str, *, done: bool = True) -> None:
        """Tell what somebody did, or tried to do, with the time; a new day gets a heading."""
        if self.told_on != self.today:
            self.told_on = self.today
            self.gap()
            self.line(telling.day(self.today).capitalize(), 0)
        self.line(text, 2, f"{self.now:%H.%M}  {'✓' if done else '✗'} ")


def minutes(number: int) -> Until:
    """So many minutes later."""
    return lambda now: now + dt.timedelta(minutes=number)


def at(hour: int, minute: int = 0, *, days: int = 0) -> Until:
    """The next time that a clock on the wall shows this, and so many days more."""

    def until(now: dt.datetime) -> dt.datetime:
        same_day = now.replace(hour=hour, minute=minute)
        return same_day + dt.timedelta(days=days + (same_day <= now))

    return until
