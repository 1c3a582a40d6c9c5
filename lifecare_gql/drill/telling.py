"""How the drill is told: line by line, in Swedish, and which passages of the region's documents were read out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from lifecare_gql.documents import prose, swedish
from lifecare_gql.domain.calendar import stockholm_day
from lifecare_gql.drill.asking import Seat
from lifecare_gql.drill.server import Clock

Say: TypeAlias = Callable[[str], object]
"""Takes one line of the story."""
TEXT = 11
"""Where the text begins, after the time."""


class Story:
    """The story so far. `facts` are those whose passages it has read out."""

    def __init__(self, say: Say, clock: Clock) -> None:
        self.facts: set[str] = set()
        self._say, self._clock = say, clock
        self._told_on: dt.date | None = None
        self._empty = True
        self._read: set[tuple[str, str]] = set()
        self._documents: set[str] = set()

    def title(self, text: str, under: str = "-") -> None:
        """Begin a chapter."""
        if under == "-":
            self.gap()
        self.line(text, 0)
        self.line(under * len(text), 0)

    def gap(self) -> None:
        """Leave a line empty, if the last one is not."""
        if not self._empty:
            self._say("")
        self._empty = True

    def line(self, text: str, indent: int = TEXT, mark: str = "") -> None:
        """Tell something, broken into lines."""
        self._say(prose.wrapped(prose.without_demo(text).replace("\N{NO-BREAK SPACE}", " "), indent, mark))
        self._empty = False

    def lines(self, texts: Iterable[str], indent: int = TEXT) -> None:
        """Tell several things, one below the other."""
        for text in texts:
            self.line(text, indent, "– ")

    def happened(self, seat: Seat | None, text: str, *, done: bool = True) -> None:
        """Tell what somebody did, or tried to do, with the time; a new day gets a heading."""
        day = stockholm_day(self._clock())
        if day != self._told_on:
            self._told_on = day
            self.gap()
            self.line(swedish.named_day(day).capitalize(), 0)
        who = f"{seat.name}, {seat.unit}, " if seat else ""
        self.line(f"{who}{text}", 2, f"{self._clock.now:%H.%M}  {'✓' if done else '✗'} ")

    def quote(self, source: Mapping[str, Any]) -> str:
        """A passage with where it stands; a document is named once, and so is a passage read out."""
        self.facts.add(source["fact"])
        passage = (source["fact"], source["quote"])
        if passage in self._read:
            return f"({source['fact']}, läst ovan)"
        self._read.add(passage)
        if source["document"] in self._documents:
            return f"»{source['quote']}« ({source['fact']})"
        self._documents.add(source["document"])
        return prose.quoted(source)

    def facts_in_order(self) -> list[str]:
        """The facts, V7 before V10."""
        return sorted(self.facts, key=lambda one: [(int(n or 0), w) for n, w in re.findall(r"(\d*)(\D*)", one)])
