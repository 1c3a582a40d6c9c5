"""A step of what happened in the demo, and what all who tell of steps have in common."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from uuid import UUID

from lifecare_gql.actions.results import Outcome
from lifecare_gql.actions.session import Session
from lifecare_gql.demo.names import Ids
from lifecare_gql.domain.calendar import STOCKHOLM, stockholm_day
from lifecare_gql.domain.demo import Demo
from lifecare_gql.storage import rows

Do = Callable[..., Awaitable[Outcome]]
"""An action that lacks only its session and its idempotency key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What somebody (`by`, an assignment's key) did at a moment; `makes` are the ids of what it made, in order."""

    kind: type[rows.Record]
    name: str
    makes: tuple[UUID, ...]
    by: str
    at: dt.datetime
    do: Do

    async def take(self, session: Session) -> Outcome:
        """Do it, or get the answer that was given when it was done before."""
        return await self.do(session, key=f"demo/{self.kind.tag}/{self.name}")


@dataclass(frozen=True, slots=True)
class Teller:
    """Turns one demo's keys, durations and days into ids and moments."""

    demo: Demo
    loaded_at: dt.datetime

    @property
    def ids(self) -> Ids:
        return Ids(self.demo)

    def step(self, kind: type[rows.Record], key: str, by: str, ago: dt.timedelta, do: Do, *also: UUID) -> Step:
        """A step that makes a record of this kind and key, and then `also` others."""
        return Step(
            kind=kind,
            name=f"{self.demo.region}/{key}",
            makes=(self.ids.own(kind, key), *also),
            by=self.demo.full(by),
            at=self.loaded_at - ago,
            do=do,
        )

    def units(self, references: Iterable[str]) -> tuple[UUID, ...]:
        """The ids of the units."""
        return tuple(self.ids.of(rows.Unit, one) for one in references)

    def day(self, number: int) -> dt.date:
        """The day of that number: 0 is the Swedish day when the demo was loaded."""
        return stockholm_day(self.loaded_at) + dt.timedelta(days=number)

    def moment(self, day: int, at: dt.time) -> dt.datetime:
        """The moment on that day when clocks in Sweden show the time."""
        return dt.datetime.combine(self.day(day), at, STOCKHOLM)
