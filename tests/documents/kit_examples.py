"""Filled outage kits for the tests. All persons, units and own numbers are made up; the regions' data is real."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from lifecare_gql.documents.kit_sheets import (
    KitEpisode,
    KitMessage,
    KitParticipant,
    KitPatient,
    KitSheet,
    KitTask,
    Unacknowledged,
)
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_words import EpisodeState, NoticeKind
from lifecare_gql.domain.identity import parse_identity
from lifecare_gql.domain.phones import PhoneNumber
from lifecare_gql.domain.plan_facts import Meeting
from lifecare_gql.domain.plan_words import MeetingForm
from lifecare_gql.domain.task_words import TaskKind
from lifecare_gql.domain.words import Awaiting, Protection, UnitKind
from tests.documents.examples import HOSTILE
from tests.domain.drafts import NOW, unit
from tests.regions.plugins import four_regions

WEST = "vasternorrland"
REGION = four_regions()[WEST]
WARD = unit("Vårdavdelning Asken (demo)", UnitKind.INPATIENT_WARD, WEST, municipality="2281")
PSYCHIATRY = unit("Psykiatriska avdelningen Enen (demo)", UnitKind.PSYCHIATRIC_WARD, WEST)
CENTRE = unit(
    "Hälsocentralen Rönnen (demo)",
    UnitKind.HEALTH_CENTRE,
    WEST,
    municipality="2281",
    phone=PhoneNumber.swedish("0980-31 92 71"),
)
AUTHORITY = unit("Sundsvalls biståndsenhet (demo)", UnitKind.NEEDS_ASSESSMENT, WEST, municipality="2281")
HOME_CARE = unit("Ånge hemsjukvård (demo)", UnitKind.MUNICIPAL_HEALTH_CARE, WEST, municipality="2260")


def patient(name: str, number: str, **changes: Any) -> KitPatient:
    """A patient of Skatteverket's test series."""
    identity = parse_identity(number, dt.date(2026, 11, 23))
    return KitPatient(**{"name": name, "identity": identity, "protection": Protection.NONE} | changes)


def participant(of: Party, **changes: Any) -> KitParticipant:
    """The unit, and how its region says that it is reached."""
    return KitParticipant(unit=of, reach=four_regions()[of.region].reach(of), **changes)


HOLGER = patient("Holger Testperson", "194708162385")
EDLA = patient("Edla Testperson", "193112052380")
MEETING = Meeting(
    starts_at=NOW + dt.timedelta(days=1),
    ends_at=NOW + dt.timedelta(days=1, hours=1),
    form=MeetingForm.ON_SITE,
    place="Avdelningens samtalsrum",
)
EPISODE = KitEpisode(
    id="episode-1",
    patient=HOLGER,
    state=EpisodeState.PLANNING,
    ward=WARD,
    admitted_at=NOW - dt.timedelta(days=4),
    expected_discharge=dt.date(2026, 11, 25),
    participants=(
        participant(AUTHORITY),
        participant(CENTRE, fixed_care_contact="Distriktssköterska Ronja Exempelsson"),
        participant(HOME_CARE),
    ),
    waiting=(
        KitTask(kind=TaskKind.SEND_PLANNING_BASIS),
        KitTask(kind=TaskKind.SEND_DISCHARGE_NOTICE, due_at=NOW + dt.timedelta(days=2)),
    ),
    unacknowledged=(
        Unacknowledged(
            kind=NoticeKind.PLANNING_BASIS,
            sent_at=NOW - dt.timedelta(hours=5),
            sender=WARD,
            recipient=AUTHORITY,
        ),
    ),
    meeting=MEETING,
)
BARE_EPISODE = KitEpisode(id="episode-2", patient=EDLA, state=EpisodeState.ADMITTED)
MESSAGE = KitMessage(
    id="message-1",
    patient=EDLA,
    topic="enklare frågeställning",
    sent_at=NOW - dt.timedelta(days=1),
    sender=HOME_CARE,
    awaiting=Awaiting.REPLY,
    due_at=NOW + dt.timedelta(days=2),
    participants=(participant(HOME_CARE),),
)
KIT = KitSheet(
    region=REGION,
    unit=WARD,
    organisation="Region Västernorrland",
    version=3,
    made_at=NOW,
    valid_until=NOW + dt.timedelta(hours=12),
    episodes=(EPISODE, BARE_EPISODE),
    messages=(MESSAGE,),
    withheld_count=2,
)
EMPTY = replace(KIT, episodes=(), messages=(), withheld_count=0)
BY_CARE_TYPE = {
    "somatic": KIT,
    "psychiatric": replace(KIT, unit=PSYCHIATRY),
    "municipal": replace(KIT, unit=AUTHORITY, organisation="Sundsvalls kommun"),
    "outpatient": replace(KIT, unit=CENTRE),
}


def elsewhere(region: str) -> KitSheet:
    """The same work in another region."""
    ward = unit("Vårdavdelning Björken (demo)", UnitKind.INPATIENT_WARD, region)
    return replace(KIT, region=four_regions()[region], unit=ward)


HOSTILE_PATIENT = patient(HOSTILE, "194708162385")
HOSTILE_UNIT = replace(WARD, name=HOSTILE)
HOSTILE_KIT = replace(
    KIT,
    unit=HOSTILE_UNIT,
    organisation=HOSTILE,
    episodes=(
        KitEpisode(
            id="episode-3",
            patient=HOSTILE_PATIENT,
            state=EpisodeState.PLANNING,
            ward=HOSTILE_UNIT,
            participants=(participant(HOSTILE_UNIT, fixed_care_contact=HOSTILE),),
            unacknowledged=(
                Unacknowledged(kind=NoticeKind.GENERAL, sent_at=NOW, sender=HOSTILE_UNIT, recipient=HOSTILE_UNIT),
            ),
            meeting=replace(MEETING, place=HOSTILE),
        ),
    ),
    messages=(
        KitMessage(
            id="message-2",
            patient=HOSTILE_PATIENT,
            topic=HOSTILE,
            sent_at=NOW,
            sender=HOSTILE_UNIT,
            awaiting=Awaiting.REPLY,
            participants=(participant(HOSTILE_UNIT),),
        ),
    ),
)


_ONE = (participant(AUTHORITY),)


class Many(Collection[KitEpisode]):
    """So many care episodes, each made when it is asked for and forgotten."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[KitEpisode]:
        for number in range(self._count):
            named = patient(f"Testperson nummer {number}", "194708162385")
            yield replace(BARE_EPISODE, id=f"episode-{number}", patient=named, participants=_ONE)

    def __contains__(self, one: object) -> bool:
        return one in tuple(self)
