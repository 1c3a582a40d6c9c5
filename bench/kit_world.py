"""What the benchmark of the outage kits has in its database: one region, its units, and their open episodes.

500 units and 20 000 episodes, or fewer, always with 40 episodes to a unit. A ward, a unit of the municipality and
a health centre take part in each, so a kit holds 120 on average. Every fifth patient has a question unanswered.
All are fictitious; the numbers are of Skatteverket's test series.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import ClassVar
from uuid import UUID

from bench.data import Record, Tables, pour, tables
from bench.world import LONG_AGO, World
from lifecare_gql.actions.acts import content_of
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_events import facts_of
from lifecare_gql.domain.episode_facts import Act, EpisodeEvent
from lifecare_gql.domain.episode_words import EpisodeEventKind, PartyRole
from lifecare_gql.domain.episodes import notice_of
from lifecare_gql.domain.identity import IdentityKind, luhn_ok
from lifecare_gql.domain.task_words import TaskKind
from lifecare_gql.domain.words import UnitKind

UNITS, EPISODES_TO_A_UNIT, ASKED_ABOUT = 500, 40, 5
_ADMITTED = dt.datetime(2026, 11, 20, 8, tzinfo=dt.UTC)
_DISCHARGE = dt.date(2026, 11, 30)
_FIRST_BORN = dt.date(1925, 1, 1)
_MUNICIPALITIES = ("2281", "2284")
_SERIALS = ("238", "239")
_Kind = EpisodeEventKind


@dataclass(frozen=True)
class KitWorld(World):
    """Of five units one is a ward, two are the municipalities', two are health centres."""

    region: ClassVar[str] = "vasternorrland"

    @cached_property
    def units(self) -> int:
        return max(5, 5 * round(UNITS * self.scale / 5))

    @cached_property
    def patients(self) -> int:
        return self.units * EPISODES_TO_A_UNIT

    @cached_property
    def messages(self) -> int:
        return self.patients // ASKED_ABOUT

    def kind(self, unit: int) -> str:
        return (
            UnitKind.MUNICIPAL_HEALTH_CARE,
            UnitKind.HEALTH_CENTRE,
            UnitKind.INPATIENT_WARD,
            UnitKind.NEEDS_ASSESSMENT,
            UnitKind.HEALTH_CENTRE,
        )[unit % 5].value

    def municipality(self, unit: int) -> str | None:
        return _MUNICIPALITIES[unit // 5 % len(_MUNICIPALITIES)]

    def identity(self, patient: int) -> tuple[str, str]:
        days, turn = divmod(patient, len(_SERIALS))
        nine = f"{_FIRST_BORN + dt.timedelta(days=days):%Y%m%d}{_SERIALS[turn]}"
        number = next(f"{nine}{digit}" for digit in range(10) if luhn_ok(f"{nine}{digit}"[2:]))
        return number, IdentityKind.PERSONAL_NUMBER.value

    def parties(self, patient: int) -> tuple[int, int, int]:
        """A unit of the municipality, a health centre, and the ward; each pair of them meets about many."""
        fives = self.units // 5
        first, second = patient % fives, patient // fives % fives
        half = patient // fives % 2
        return (
            5 * ((first + second) % fives) + 3 * half,
            5 * ((first + half) % fives) + 1 + 3 * half,
            5 * first + 2,
        )

    def about(self, message: int) -> tuple[int, int]:
        return ASKED_ABOUT * message, 0

    def route(self, message: int) -> tuple[int, list[int]]:
        municipal, centre, _ = self.parties(ASKED_ABOUT * message)
        return municipal, [centre]


async def fill(url: str, world: KitWorld) -> None:
    """Migrate the empty database and fill it: what every unit has, and what the discharge process adds."""
    await pour(url, chain(tables(world), _process(world)))


def _process(world: KitWorld) -> Tables:
    episodes = range(world.patients)
    told = (_told(world, number) for number in episodes)
    yield "episode", (_episode(world, number, _told(world, number)) for number in episodes)
    yield "episode_party", (part for number in episodes for part in _parties(world, number))
    yield "episode_event", (row for number, events in enumerate(told) for row in _events(world, number, events))
    yield "task", (_task(world, number) for number in episodes)


def _party(world: KitWorld, unit: int) -> Party:
    return Party(id=str(world.id("unit", unit)), name="", kind=UnitKind(world.kind(unit)), region=world.region)


def _told(world: KitWorld, number: int) -> list[EpisodeEvent]:
    """What has happened: the health centre has acknowledged the admission notice, the municipality has not."""
    municipal, centre, ward = (_party(world, unit) for unit in world.parties(number))
    notice = _event_id(world, number, 2)
    said = [
        (ward, Act(kind=_Kind.ADMITTED)),
        (ward, Act(kind=_Kind.NEED_ASSESSED)),
        (
            ward,
            Act(
                kind=_Kind.ADMISSION_NOTICE_SENT,
                recipients=(municipal, centre),
                expected_discharge=_DISCHARGE,
                municipal_health_care=True,
            ),
        ),
        (centre, Act(kind=_Kind.ACKNOWLEDGED, about=str(notice))),
        (centre, Act(kind=_Kind.FIXED_CARE_CONTACT_APPOINTED, named=f"Sjuksköterska Påhittad {number}")),
    ]
    return [
        EpisodeEvent(
            id=str(_event_id(world, number, at)), at=_ADMITTED + dt.timedelta(hours=at), unit=unit, act=act
        )
        for at, (unit, act) in enumerate(said)
    ]


def _event_id(world: KitWorld, number: int, at: int) -> UUID:
    return world.id("step", 10 * number + at)


def _episode(world: KitWorld, number: int, events: list[EpisodeEvent]) -> Record:
    facts = facts_of(events, now=events[-1].at)
    assert facts.state is not None
    return {
        "id": world.id("episode", number),
        "patient_id": world.id("patient", number),
        "ward_id": world.id("unit", world.parties(number)[2]),
        "state": facts.state.value,
        "version": facts.version,
        "opened_at": _ADMITTED,
        "admitted_at": facts.admitted_at,
        "expected_discharge": facts.expected_discharge,
    }


def _parties(world: KitWorld, number: int) -> Iterator[Record]:
    for turn, unit in enumerate(world.parties(number)):
        yield {
            "id": world.id("part", 3 * number + turn),
            "episode_id": world.id("episode", number),
            "patient_id": world.id("patient", number),
            "unit_id": world.id("unit", unit),
            "role": PartyRole.of(UnitKind(world.kind(unit))).value,
            "since": LONG_AGO,
        }


def _events(world: KitWorld, number: int, events: list[EpisodeEvent]) -> Iterator[Record]:
    units = {str(world.id("unit", unit)): unit for unit in world.parties(number)}
    for version, event in enumerate(events, start=1):
        notice = notice_of(event.act.kind)
        yield {
            "id": UUID(event.id),
            "episode_id": world.id("episode", number),
            "patient_id": world.id("patient", number),
            "version": version,
            "kind": event.act.kind.value,
            "notice": notice.value if notice else None,
            "at": event.at,
            "unit_id": UUID(event.unit.id),
            "by_id": world.author(units[event.unit.id]),
            "about_id": UUID(event.act.about) if event.act.about else None,
            "content": json.dumps(content_of(event.act)),
        }


def _task(world: KitWorld, number: int) -> Record:
    """The municipality is to acknowledge the notice."""
    return {
        "id": world.id("task", number),
        "unit_id": world.id("unit", world.parties(number)[0]),
        "patient_id": world.id("patient", number),
        "kind": TaskKind.ACKNOWLEDGE_NOTICE.value,
        "about": _event_id(world, number, 2),
        "episode_id": world.id("episode", number),
        "notice_id": _event_id(world, number, 2),
        "since": _ADMITTED,
        "sort_at": LONG_AGO,
    }
