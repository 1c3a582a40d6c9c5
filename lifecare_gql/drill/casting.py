"""Who plays in the drill: somebody at each unit of the region, and the patients, found through the API.

The patient who goes home is one of the demo's open episodes at a ward; where the demo has none that fits, one is
admitted first. Everybody else is a person of the demo who is in no hospital.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any

from lifecare_gql.demo import actors, demo_id
from lifecare_gql.domain.words import CareType, Protection, UnitKind
from lifecare_gql.drill.asking import Api, DrillFailed, Seat
from lifecare_gql.regions import Regions
from lifecare_gql.schema.ids import public_id
from lifecare_gql.storage import rows

_PATIENTS = """{ patients(first: 100) { nodes {
  id givenName identifier protection deceasedOn homeMunicipality { code } listedHealthCentre { id }
  episodes(openOnly: true, first: 1) { nodes { id } } plans(openOnly: true, first: 1) { nodes { id } } } } }"""
_EPISODES = """query($unit: ID!) { unit(by: {id: $unit}) { episodes(openOnly: true, first: 100) { nodes {
  id state ward { id } patient { id } participants(first: 100) { nodes { leftAt unit { id } } } } } } }"""
_PLANNED = ("NOTIFIED", "PLANNING")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A patient of the demo, with the seat that one calls in the municipality, and that at the health centre."""

    id: str
    name: str
    identifier: str
    town: Seat
    centre: Seat


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The parts. `seats` has one for each unit of the region where somebody works, the wards first.

    `leaving` goes home in the outage; `episode` is the id of that episode, None when it is still to begin.
    `coming` is admitted in it. `passing` comes and goes in it, if the demo has one person more.
    """

    seats: tuple[Seat, ...]
    ward: Seat
    leaving: Person
    episode: str | None
    coming: Person
    passing: Person | None


async def cast(api: Api, regions: Regions, region: str) -> Cast:
    """Find somebody for each part; DrillFailed when the region's demo has too few."""
    seats = await _seats(api, regions, region)
    known = await _patients(api, seats)
    persons = {key: one for key, told in known.items() if (one := _person(told, seats))}
    free = [one for key, one in persons.items() if not _busy(known[key])]
    wards = [one for one in seats if one.inpatient]
    here = [it for ward in wards async for it in _planned(api, ward, persons, known)]
    if not here and wards and free:
        here = [(wards[0], free.pop(0), None)]
    if not here or not free:
        raise DrillFailed(f"Demon för {region} har för få avdelningar eller patienter för en övning.")
    ward, leaving, episode = here[0]
    passing = free[1] if len(free) > 1 else None
    return Cast(seats=seats, ward=ward, leaving=leaving, episode=episode, coming=free[0], passing=passing)


async def _seats(api: Api, regions: Regions, region: str) -> tuple[Seat, ...]:
    """Somebody at each unit: the first in the demo's order who says to work there."""
    found: dict[str, Seat] = {}
    for actor in actors(regions):
        if actor.region == region:
            seat = await api.seat(actor)
            found.setdefault(seat.unit_id, seat)
    return tuple(sorted(found.values(), key=_rank))


def homes(regions: Regions) -> Mapping[str, str | None]:
    """The home municipality of each patient of the demo, by public id: the drill's own count needs no answer.

    Of a person with a protected identity it stands in no report.
    """
    books = (region.demo for region in regions.values() if region.demo)
    patients = ((book, one) for book in books for one in book.patients)
    return {
        public_id(rows.Patient, demo_id(rows.Patient, book.full(one.key))): (
            one.municipality if one.protection is Protection.NONE else None
        )
        for book, one in patients
    }


def _rank(seat: Seat) -> tuple[int, int]:
    """Wards, the municipalities' ways in, their other units, outpatient care; else the demo's order."""
    order = list(CareType).index(seat.care_type)
    municipal = seat.care_type is CareType.MUNICIPAL
    return (0 if seat.inpatient else 1 if municipal else 2, order + (seat.kind is not UnitKind.NEEDS_ASSESSMENT))


async def _patients(api: Api, seats: Iterable[Seat]) -> dict[str, list[Any]]:
    """What each unit knows of each patient, in the order of the units."""
    known: dict[str, list[Any]] = {}
    for seat in seats:
        for one in (await api.ask(_PATIENTS, seat))["patients"]["nodes"]:
            known.setdefault(one["id"], []).append(one)
    return dict(sorted(known.items(), key=lambda it: it[1][0]["identifier"]))


def _person(told: list[Any], seats: tuple[Seat, ...]) -> Person | None:
    """The patient as a part; None for one who is protected or dead, or has not both units to call."""
    one = told[0]
    home = one["homeMunicipality"] and one["homeMunicipality"]["code"]
    centre = one["listedHealthCentre"] and one["listedHealthCentre"]["id"]
    towns = [it for it in seats if it.care_type is CareType.MUNICIPAL and it.municipality == home]
    centres = [it for it in seats if it.unit_id == centre]
    if one["protection"] != "NONE" or one["deceasedOn"] or not towns or not centres:
        return None
    return Person(
        id=one["id"],
        name=one["givenName"],
        identifier=one["identifier"],
        town=towns[0],
        centre=centres[0],
    )


def _busy(told: Iterable[Any]) -> bool:
    """Whether any unit knows of something open."""
    return any(chain.from_iterable((*it["episodes"]["nodes"], *it["plans"]["nodes"]) for it in told))


async def _planned(
    api: Api, ward: Seat, persons: Mapping[str, Person], known: Mapping[str, list[Any]]
) -> AsyncIterator[tuple[Seat, Person, str | None]]:
    """The ward's episodes from which a patient may go home: both units to call take part, no plan is open."""
    found = (await api.ask(_EPISODES, ward, unit=ward.unit_id))["unit"]["episodes"]["nodes"]
    for one in found:
        person = persons.get(one["patient"]["id"])
        if one["ward"]["id"] != ward.unit_id or one["state"] not in _PLANNED or person is None:
            continue
        open_plan = any(it["plans"]["nodes"] for it in known[person.id])
        if not open_plan and {person.town.unit_id, person.centre.unit_id} <= set(_active(one)):
            yield ward, person, one["id"]


def _active(episode: Any) -> Iterator[str]:
    return (it["unit"]["id"] for it in episode["participants"]["nodes"] if it["leftAt"] is None)
