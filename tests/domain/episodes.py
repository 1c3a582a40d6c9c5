"""Care episodes for the tests of the discharge process. All units and persons are made up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lifecare_gql.domain.calendar import STOCKHOLM
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_events import facts_of
from lifecare_gql.domain.episode_facts import (
    Act,
    Background,
    ChecklistItem,
    Delivery,
    EpisodeEvent,
    EpisodeFacts,
    Notice,
    Participant,
)
from lifecare_gql.domain.episode_words import EpisodeEventKind, EpisodeState, LegalField, NoticeKind, PartyRole
from lifecare_gql.domain.episodes import judge, refused
from lifecare_gql.domain.objections import Objection
from lifecare_gql.domain.region import Region
from lifecare_gql.domain.words import ReceiptState, UnitKind
from tests.domain.drafts import health_centre, home_care, unit

START = dt.datetime(2026, 11, 23, 9, 0, tzinfo=STOCKHOLM)
TODAY = START.date()
SUNDSVALL, TIMRA = "2281", "2262"

WARD = unit("avdelning 6", UnitKind.INPATIENT_WARD, "vasternorrland")
CENTRE = health_centre("vasternorrland", "hälsocentralen")
TOWN = unit("biståndsenheten", UnitKind.NEEDS_ASSESSMENT, "vasternorrland", municipality=SUNDSVALL)
NURSES = home_care("vasternorrland", municipality=SUNDSVALL)
ELSEWHERE = unit("biståndet i Timrå", UnitKind.NEEDS_ASSESSMENT, "vasternorrland", municipality=TIMRA)
PSYCHIATRY = unit("psykiatriska mottagningen", UnitKind.PSYCHIATRIC_OUTPATIENT, "vasternorrland")
BY_ROLE = {PartyRole.WARD: WARD, PartyRole.OUTPATIENT_CARE: CENTRE, PartyRole.MUNICIPALITY: TOWN}
STRANGERS = {
    PartyRole.WARD: unit("avdelning 9", UnitKind.INPATIENT_WARD, "vasternorrland"),
    PartyRole.OUTPATIENT_CARE: health_centre("vasternorrland", "en annan hälsocentral"),
    PartyRole.MUNICIPALITY: ELSEWHERE,
}
PATIENT_FIELDS = frozenset({LegalField.NAME, LegalField.PERSONAL_NUMBER, LegalField.REGISTERED_ADDRESS})

READ = ReceiptState.ACKNOWLEDGED
UNREAD = ReceiptState.SENT


def notice(kind: NoticeKind, sender: Party, *to: Party, at: dt.datetime = START, **states: ReceiptState) -> Notice:
    """A notice that all have acknowledged, but for `ward=`, `centre=`, `town=`, whose receipt is given."""
    named = {"ward": WARD, "centre": CENTRE, "town": TOWN}
    given = {named[name].id: state for name, state in states.items()}
    deliveries = tuple(Delivery(unit=one, state=given.get(one.id, READ)) for one in to)
    return Notice(id=f"{kind}-{at:%d%H%M}", kind=kind, sent_at=at, sender=sender, deliveries=deliveries)


def everything_in_order(state: EpisodeState | None, /, **changes: Any) -> EpisodeFacts:
    """An episode in the state, where every guard on the record is met."""
    facts = EpisodeFacts(
        now=START + dt.timedelta(days=2),
        background=Background(plan_consent=True),
        state=state,
        ward=None if state is None else WARD,
        participants=() if state is None else tuple(Participant(unit=one) for one in BY_ROLE.values()),
        notices=(
            notice(NoticeKind.ADMISSION_NOTICE, WARD, CENTRE, TOWN),
            notice(NoticeKind.DISCHARGE_NOTICE, WARD, CENTRE, TOWN, at=START + dt.timedelta(days=1)),
        ),
        admitted_at=START,
        expected_discharge=TODAY + dt.timedelta(days=3),
        fixed_care_contacts=frozenset({CENTRE.id}),
        planning_basis_at=START,
        discharge_ready_at=START + dt.timedelta(hours=1),
        forms_kept=frozenset(one.id for one in BY_ROLE.values()),
    )
    return replace(facts, **changes)


def waiting_for_all(facts: EpisodeFacts) -> EpisodeFacts:
    """The same with one more notice, that nobody has acknowledged."""
    units = tuple(BY_ROLE.values())
    told = notice(NoticeKind.GENERAL, CENTRE, *units, ward=UNREAD, centre=UNREAD, town=UNREAD)
    return replace(facts, notices=(*facts.notices, told))


def said(kind: EpisodeEventKind, /, **changes: Any) -> Act:
    """The act with all that it asks of the caller."""
    recipients: Mapping[EpisodeEventKind, tuple[Party, ...]] = {
        EpisodeEventKind.CARE_REQUESTED: (STRANGERS[PartyRole.WARD],),
        EpisodeEventKind.ADMISSION_NOTICE_SENT: (CENTRE, TOWN),
        EpisodeEventKind.FORWARDED: (NURSES,),
        EpisodeEventKind.PARTICIPANT_ADDED: (NURSES,),
    }
    complete = Act(
        kind=kind,
        reason="påhittad orsak",
        text="påhittad text",
        recipients=recipients.get(kind, ()),
        contents=PATIENT_FIELDS if kind is EpisodeEventKind.ADMISSION_NOTICE_SENT else frozenset(),
        expected_discharge=TODAY + dt.timedelta(days=3),
        checklist=(ChecklistItem(title="läkemedel", comment="klart"),),
        spoke_with="Nadja Demogren",
        named="distriktssköterskan",
        receives_from=START + dt.timedelta(days=3),
        holds=False,
    )
    return replace(complete, **changes)


def act_of(kind: EpisodeEventKind, unit: Party, /, **changes: Any) -> Act:
    """`said`, with the other units that the acting unit writes to or calls."""
    others = tuple(one for one in BY_ROLE.values() if one.id != unit.id)
    if kind is EpisodeEventKind.GENERAL_NOTICE_SENT:
        changes.setdefault("recipients", others[:1])
    if kind is EpisodeEventKind.PHONE_CALL_LOGGED:
        changes.setdefault("called", others[0])
    return said(kind, **changes)


def codes(objections: tuple[Objection, ...]) -> list[str]:
    """The codes of those that refuse, in order."""
    return [one.code.value for one in objections if refused((one,))]


class Story:
    """An episode told act by act: each is judged, and done only if nobody objects."""

    def __init__(self, regions: Mapping[str, Region] | None = None, **background: Any) -> None:
        self.regions = regions or {}
        self.background = Background(**background)
        self.events: list[EpisodeEvent] = []
        self.now = START
        self._read: tuple[Any, EpisodeFacts] = (None, EpisodeFacts(now=START))

    @property
    def facts(self) -> EpisodeFacts:
        """What holds now."""
        key = (len(self.events), self.now)
        if self._read[0] != key:
            self._read = (key, facts_of(self.events, now=self.now, background=self.background))
        return self._read[1]

    def judged(self, kind: EpisodeEventKind, by: Party, /, **changes: Any) -> tuple[Objection, ...]:
        """The objections to the act, without doing it."""
        return judge(act_of(kind, by, **changes), self.facts, by, self.regions)

    def does(self, kind: EpisodeEventKind, by: Party, /, **changes: Any) -> tuple[Objection, ...]:
        """The objections to the act, which is done when none refuses."""
        act = act_of(kind, by, **changes)
        objections = judge(act, self.facts, by, self.regions)
        if not refused(objections):
            self.events.append(EpisodeEvent(id=str(len(self.events)), at=self.now, unit=by, act=act))
            self.now += dt.timedelta(minutes=1)
        return objections

    def later(self, **time: float) -> Story:
        """Let time pass."""
        self.now += dt.timedelta(**time)
        return self
