"""The drill's state: who plays, what is known so far, and how it is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lifecare_gql.domain.calendar import STOCKHOLM
from lifecare_gql.domain.outage_words import PatientClass
from lifecare_gql.drill.asking import Api, Seat
from lifecare_gql.drill.casting import Cast, Person
from lifecare_gql.drill.counting import Tally
from lifecare_gql.drill.server import Server
from lifecare_gql.drill.telling import Story


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What stands on paper of a patient: when the units were told by phone, and when it happened. Aware."""

    told_at: dt.datetime
    happened_at: dt.datetime


@dataclass(kw_only=True)
class Drill:
    """A drill that is being played. `region` is what the API tells of the region and its outage routine.

    `paper` is what was noted of each patient, by id; `kits` the folder for the outage kits.
    """

    server: Server
    api: Api
    story: Story
    cast: Cast
    region: Mapping[str, Any]
    kits: Path
    tally: Tally
    outage: str = ""
    paper: dict[str, Noted] = field(default_factory=dict)

    @property
    def routine(self) -> Mapping[str, Any] | None:
        """The region's outage routine; None when no document holds one."""
        said: Mapping[str, Any] | None = self.region["outageRoutine"]
        return said if said and said["published"] else None

    @property
    def now(self) -> dt.datetime:
        """The drill's moment, in Swedish time."""
        return self.server.clock.now.astimezone(STOCKHOLM)

    def wait(self, minutes: int) -> None:
        """Let minutes pass."""
        self.server.clock.move(minutes)

    async def act(self, act: str, seat: Seat, tell: str, **said: Any) -> Any:
        """Do something a minute later, and tell it; DrillFailed when it is refused."""
        self.wait(1)
        found = await self.api.done(act, seat, **said)
        self.story.happened(seat, tell)
        return found

    async def call(self, seat: Seat, called: Seat, tell: str, **said: Any) -> None:
        """Note a call to a unit in the phone log of the episode of the patient who goes home."""
        told = {"calledUnitId": called.unit_id, "spokeWith": called.name, "episodeId": self.cast.episode, **said}
        await self.act("logPhoneCall", seat, f"ringer {called.unit} och talar med {called.name}: {tell}", **told)

    def of_the_ward(self, part: str) -> Iterator[Any]:
        """The sentences of a part of the routine's procedure for the ward; none where no routine is published."""
        for one in self.routine["procedures"] if self.routine else ():
            if self.cast.ward.care_type.value in one["careTypes"]:
                yield from one[part]

    @property
    def passing_rules(self) -> list[Any]:
        """What the routine says of those who both come and leave in an outage."""
        both = PatientClass.BOTH.value
        return [one for one in self.of_the_ward("after") if one["classifies"] and both in one["patients"]]

    def receivers(self, person: Person) -> list[Seat]:
        """The units that are called about the patient."""
        return [person.town, person.centre]
