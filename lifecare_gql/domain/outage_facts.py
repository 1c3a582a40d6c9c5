"""The facts about an outage (driftstopp) of a region that its process may look at.

An act is what somebody wants to say; once said it is an event, with who and when. Events are only ever added,
and the facts are read from them (`outage_events.outage_facts_of`). Every moment is aware; those of an interval
are kept in UTC, where an hour is an hour also when the clocks change.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import ClassVar

from pydantic import Field, field_validator, model_validator

from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.outage_words import OutageClass, OutageEventKind, OutageState, RecoveryKind
from lifecare_gql.domain.values import value

_MINUTE = dt.timedelta(minutes=1)


@value
class Interval:
    """From when until when the system was down: half open, the end itself is outside. ValueError if empty."""

    starts_at: dt.datetime = Field(description="When it began, in UTC (från).")
    ends_at: dt.datetime | None = Field(default=None, description="When it ended, in UTC; null while it lasts.")

    @field_validator("starts_at", "ends_at")
    @classmethod
    def _in_utc(cls, moment: dt.datetime | None) -> dt.datetime | None:
        if moment is not None and moment.utcoffset() is None:
            raise ValueError("a moment must carry its time zone")
        return moment and moment.astimezone(dt.UTC)

    @model_validator(mode="after")
    def _in_order(self) -> Interval:
        if self.ends_at is not None and self.ends_at <= self.starts_at:
            raise ValueError("an outage ends after it begins")
        return self

    def contains(self, moment: dt.datetime | None) -> bool:
        """Whether the moment (aware) lies in it; None lies nowhere."""
        if moment is None:
            return False
        at = moment.astimezone(dt.UTC)
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)

    def overlaps(self, other: Interval) -> bool:
        """Whether some moment lies in both; one that lasts reaches on and on."""
        return self.contains(other.starts_at) or other.contains(self.starts_at)

    def length(self, now: dt.datetime) -> dt.timedelta:
        """Elapsed time, until `now` while it lasts."""
        return (self.ends_at or now.astimezone(dt.UTC)) - self.starts_at

    def minutes(self, now: dt.datetime) -> int:
        """Elapsed whole minutes, until `now` while it lasts."""
        return self.length(now) // _MINUTE


@value
class RecoveryCount:
    """How much of one kind was done after an outage for the patients of one municipality."""

    municipality: str | None = Field(description="Municipality code (kommunkod); null when it is not known.")
    kind: RecoveryKind = Field(description="What was to be done.")
    done: int = Field(ge=0, description="How many were done.")
    left: int = Field(ge=0, description="How many were left when the outage was closed.")


@value
class RecoveryReport:
    """What an outage was and what came of it (rapport), made when it is closed."""

    region: str = Field(description="Code of the region.")
    interval: Interval = Field(description="From when until when the system was down.")
    minutes: int = Field(ge=0, description="Elapsed whole minutes that the system was down.")
    recovery_minutes: int = Field(ge=0, description="Elapsed whole minutes from the end to the report.")
    outage_class: OutageClass | None = Field(
        description="Short or long; null when no source of the region tells the one from the other."
    )
    long_after_hours: int | None = Field(description="The line between them, in elapsed hours; null likewise.")
    counts: tuple[RecoveryCount, ...] = Field(description="By municipality and kind, in order.")
    left_because: str = Field(default="", description="Why the rest was left, in Swedish; empty if nothing was.")


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageAct:
    """What somebody wants to say of an outage; what it does not say is empty.

    `text` tells users what it is about. `planned_from` and `planned_to` are the window of a planned one.
    `occurred_at` is when it began, ended, or is said to have done so instead; None is now. `report` is made
    by the system as the outage is closed. An outage has no recipients: it concerns the whole region.
    """

    recipients: ClassVar[tuple[Party, ...]] = ()
    kind: OutageEventKind
    reason: str = ""
    text: str = ""
    planned_from: dt.datetime | None = None
    planned_to: dt.datetime | None = None
    occurred_at: dt.datetime | None = None
    report: RecoveryReport | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageEvent:
    """An act that was done: by whom, and when it was entered. Never changed, never removed."""

    id: str
    at: dt.datetime
    unit: Party
    act: OutageAct


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageBackground:
    """What is known outside the events of the outage.

    `region` is the code of the region whose outage it is. No document says who may tell of an outage: what the
    region lets its users do is asked outside, and `may_manage` is the answer for the one who acts. `others` are
    the region's other outages that have begun; `remaining` is how much is left on the recovery worklist.
    """

    region: str
    may_manage: bool = False
    others: tuple[Interval, ...] = ()
    remaining: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageFacts:
    """An outage as it stands; `state` None means that there is none yet.

    `started_at` and `ended_at` are as last said: the corrections stand in the events.
    """

    now: dt.datetime
    background: OutageBackground
    state: OutageState | None = None
    version: int = 0
    text: str = ""
    planned_from: dt.datetime | None = None
    planned_to: dt.datetime | None = None
    started_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    closed_at: dt.datetime | None = None
    report: RecoveryReport | None = None

    @property
    def region(self) -> str:
        """The region whose outage it is."""
        return self.background.region

    @property
    def interval(self) -> Interval | None:
        """From when until when the system was down; None when it never was."""
        return None if self.started_at is None else Interval(starts_at=self.started_at, ends_at=self.ended_at)
