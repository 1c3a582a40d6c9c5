"""The discharge process (utskrivningsärende) as a table: from which states, what, who may, if what, to where.

An act is judged, never just done: `judge` lists every objection that the caller or somebody else can mend. Being
late is no objection (`clocks`): the law's time limits have consequences, but the act stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from pydantic import Field

from lifecare_gql.domain import episode_guards as said
from lifecare_gql.domain import episode_record_guards as record
from lifecare_gql.domain import law
from lifecare_gql.domain import process_guards as core
from lifecare_gql.domain import process_table as table
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_facts import Act, EpisodeFacts
from lifecare_gql.domain.episode_guards import Guard
from lifecare_gql.domain.episode_words import EpisodeEventKind, EpisodeState, NoticeKind, PartyRole
from lifecare_gql.domain.law import LegalReference
from lifecare_gql.domain.objections import Objection, ObjectionCode
from lifecare_gql.domain.process_table import Process, Row, Wording
from lifecare_gql.domain.process_table import refused as refused
from lifecare_gql.domain.process_table import source_of_fact as source_of_fact
from lifecare_gql.domain.reviewing import Regions, reach
from lifecare_gql.domain.values import value

_Event = EpisodeEventKind
_State = EpisodeState
State: TypeAlias = EpisodeState | None
"""A state; None before anything has happened."""
_Row: TypeAlias = Row[EpisodeEventKind, EpisodeState, PartyRole, Act, EpisodeFacts]


@dataclass(frozen=True, kw_only=True)
class Step(_Row):
    """A row of the table; `notice` is what it sends to the units concerned, if anything."""

    notice: NoticeKind | None = None


_WARD = (PartyRole.WARD,)
_OTHERS = (PartyRole.OUTPATIENT_CARE, PartyRole.MUNICIPALITY)
_ALL = tuple(PartyRole)
_READY = (_State.DISCHARGE_READY, _State.READY_FOR_HOME)
_PLANNED = (_State.NOTIFIED, _State.PLANNING, *_READY)
_KNOWN = (*_PLANNED, _State.DISCHARGED)
_IN_HOSPITAL = (_State.ADMITTED, _State.OUTSIDE_THE_LAW, *_PLANNED)
_BEFORE_DISCHARGE = (_State.REQUESTED, *_IN_HOSPITAL)


def _step(
    event: EpisodeEventKind,
    states: tuple[State, ...],
    who: tuple[PartyRole, ...],
    *guards: Guard,
    to: EpisodeState | None = None,
    notice: NoticeKind | None = None,
    law: LegalReference | None = None,
    joins: bool = False,
) -> Step:
    return Step(event=event, states=states, who=who, guards=guards, to=to, notice=notice, law=law, joins=joins)


# fmt: off
TABLE: tuple[Step, ...] = (
    _step(_Event.CARE_REQUESTED, (None,), _OTHERS, *core.CHOSEN, said.WARD_ASKED, record.NO_OTHER_EPISODE,
          to=_State.REQUESTED, notice=NoticeKind.CARE_REQUEST, joins=True),
    _step(_Event.ADMITTED, (None, _State.REQUESTED), _WARD,
          record.IDENTITY, record.NO_OTHER_EPISODE, core.HAPPENED,
          to=_State.ADMITTED, joins=True),
    _step(_Event.NEED_ASSESSED, (_State.ADMITTED, _State.OUTSIDE_THE_LAW), _WARD, core.HAPPENED,
          to=_State.ADMITTED, law=law.ADMISSION_NOTICE_TIME),
    _step(_Event.NO_NEED_ASSESSED, (_State.ADMITTED,), _WARD, core.HAPPENED,
          to=_State.OUTSIDE_THE_LAW, law=law.ADMISSION_NOTICE),
    _step(_Event.SECRECY_ASSESSED, _IN_HOSPITAL, _WARD, said.HOLDS, core.REASON, law=law.DISCHARGE_READY),
    _step(_Event.COMPULSORY_CARE_ASSESSED, _IN_HOSPITAL, _WARD, said.HOLDS, core.REASON, law=law.JOINT_PLANNING),
    _step(_Event.ADMISSION_NOTICE_SENT, (_State.ADMITTED,), _WARD,
          *core.CHOSEN, said.LEGAL_FIELDS, said.OUTPATIENT_CARE, said.PROTECTED,
          to=_State.NOTIFIED, notice=NoticeKind.ADMISSION_NOTICE, law=law.ADMISSION_NOTICE),
    _step(_Event.ACKNOWLEDGED, (*_BEFORE_DISCHARGE, _State.DISCHARGED, _State.ABORTED), _ALL,
          record.RECIPIENT, record.UNREAD),
    _step(_Event.ANSWERED, (_State.NOTIFIED,), _OTHERS, record.ACKNOWLEDGED, core.TEXT,
          to=_State.PLANNING, notice=NoticeKind.ANSWER, law=law.PLANNING),
    _step(_Event.ANSWERED, (_State.PLANNING, *_READY), _OTHERS, record.ACKNOWLEDGED, core.TEXT,
          notice=NoticeKind.ANSWER, law=law.PLANNING),
    _step(_Event.EXPECTED_DISCHARGE_CHANGED, (_State.ADMITTED, *_PLANNED), _WARD, said.DATE_AHEAD,
          notice=NoticeKind.EXPECTED_DISCHARGE, law=law.CHANGED_DISCHARGE_TIME),
    _step(_Event.FIXED_CARE_CONTACT_APPOINTED, _PLANNED, (PartyRole.OUTPATIENT_CARE,), said.NAMED,
          notice=NoticeKind.FIXED_CARE_CONTACT, law=law.FIXED_CARE_CONTACT),
    _step(_Event.PLANNING_BASIS_SENT, (_State.NOTIFIED, _State.PLANNING), _WARD, core.TEXT,
          notice=NoticeKind.PLANNING_BASIS),
    _step(_Event.PLANNING_BASIS_ANSWERED, _PLANNED, _OTHERS, record.PLANNING_BASIS_THERE, core.TEXT,
          notice=NoticeKind.PLANNING_BASIS),
    _step(_Event.GENERAL_NOTICE_SENT, _KNOWN, _ALL, *core.CHOSEN, said.PARTICIPANTS, core.TEXT,
          notice=NoticeKind.GENERAL),
    _step(_Event.DISCHARGE_READY_SENT, (_State.NOTIFIED, _State.PLANNING), _WARD, record.NO_SECRECY_TO_NOTIFY,
          to=_State.DISCHARGE_READY, notice=NoticeKind.DISCHARGE_READY, law=law.DISCHARGE_READY),
    _step(_Event.DISCHARGE_READY_WITHDRAWN, _READY, _WARD, core.REASON,
          to=_State.PLANNING, notice=NoticeKind.DISCHARGE_READY_WITHDRAWN),
    _step(_Event.SIP_CALLED, (_State.PLANNING, *_READY, _State.DISCHARGED), (PartyRole.OUTPATIENT_CARE,),
          record.FIXED_CARE_CONTACT, record.PLAN_CONSENT, record.PLANNED_BY_SIP,
          notice=NoticeKind.SIP_CALL, law=law.SIP_CALL),
    _step(_Event.CAN_RECEIVE_CONFIRMED, _READY, _OTHERS, said.RECEIVES_FROM, notice=NoticeKind.CAN_RECEIVE),
    _step(_Event.READY_FOR_HOME_MARKED, (_State.DISCHARGE_READY,), _WARD,
          to=_State.READY_FOR_HOME, notice=NoticeKind.READY_FOR_HOME),
    _step(_Event.DISCHARGE_NOTICE_SENT, (*_READY, _State.DISCHARGED), _WARD,
          record.NO_SECRECY_TO_TRANSFER, said.PARTICIPANTS, core.TEXT, said.PROTECTED,
          notice=NoticeKind.DISCHARGE_NOTICE, law=law.INFORMATION_TRANSFER),
    _step(_Event.PATIENT_INFORMED, (*_READY, _State.DISCHARGED), _WARD, core.TEXT,
          notice=NoticeKind.PATIENT_INFORMATION, law=law.PATIENT_INFORMATION),
    _step(_Event.DISCHARGED, _READY, _WARD, *record.SAFETY_GATE, core.HAPPENED, to=_State.DISCHARGED),
    _step(_Event.PHONE_CALL_LOGGED, (_State.ADMITTED, *_KNOWN), _ALL,
          said.CALLED_PARTY, said.SPOKE_WITH, core.HAPPENED),
    _step(_Event.MISDIRECTED, (_State.REQUESTED, _State.ADMITTED, *_KNOWN), _ALL,
          record.RECIPIENT, record.NOT_YET_MISDIRECTED, core.REASON, notice=NoticeKind.MISDIRECTED),
    _step(_Event.FORWARDED, _KNOWN, (PartyRole.MUNICIPALITY,), record.RECIPIENT,
          *core.CHOSEN, said.WITHIN_MUNICIPALITY, said.PROTECTED, notice=NoticeKind.FORWARDED),
    _step(_Event.PARTICIPANT_ADDED, _PLANNED, _ALL, *core.CHOSEN, said.NEWCOMERS, said.PROTECTED,
          notice=NoticeKind.PARTICIPANT_ADDED),
    _step(_Event.ABORTED, _BEFORE_DISCHARGE, _WARD, core.REASON, to=_State.ABORTED, notice=NoticeKind.ABORT),
    _step(_Event.CLOSED, (_State.DISCHARGED,), _ALL, record.ALL_ACKNOWLEDGED, to=_State.CLOSED),
)
# fmt: on
"""Lag (2017:612) and domain practice; where the sources leave it open, decision 0015 says how it is read."""


@value
class AvailableAction:
    """What a unit may do in a care episode now; for what it may not, why not."""

    event: EpisodeEventKind = Field(description="What would happen.")
    allowed: bool = table.ALLOWED
    objections: tuple[Objection, ...] = table.OBJECTIONS
    warnings: tuple[Objection, ...] = table.WARNINGS
    asks: tuple[ObjectionCode, ...] = table.ASKS
    leads_to: EpisodeState | None = table.LEADS_TO


def _regional(act: Act, facts: EpisodeFacts, regions: Regions, *, asked: bool) -> Iterator[Objection]:
    """What the rules find that the ward's region adds."""
    region = regions.get(facts.region or "")
    if region is None or region.process is None:
        return
    for rule in region.process.rules:
        for failure in rule.demand.failures(act, facts) if asked or not rule.demand.asks else ():
            yield Objection(
                code=failure.code,
                severity=rule.severity,
                path=failure.path,
                reason=f"{rule.reason} {failure.detail or ''}".strip(),
                remedy=rule.remedy,
                region=region.code,
                rule=rule.code,
                supplement=region.process.supplement(rule.supplement),
                call=tuple(reach(unit, regions) for unit in failure.call),
            )


_PROCESS = Process(
    rows=TABLE,
    order=(
        None,
        _State.REQUESTED,
        _State.OUTSIDE_THE_LAW,
        _State.ADMITTED,
        *_KNOWN,
        _State.CLOSED,
        _State.ABORTED,
    ),
    wording=Wording(
        record="episode",
        the="vårdtillfället",
        stands="vårdtillfället är",
        not_begun="inte påbörjat",
        way_in="Be en enhet som deltar att lägga till er.",
    ),
    roles={
        PartyRole.WARD: "slutenvården",
        PartyRole.OUTPATIENT_CARE: "öppenvården",
        PartyRole.MUNICIPALITY: "kommunen",
    },
    takes_part=lambda facts, unit: facts.participant(unit.id) is not None,
    holds=lambda role, _, unit: PartyRole.of(unit.kind) is role,
    regional=_regional,
)
step_of = _PROCESS.step_of
next_state = _PROCESS.next_state
judge = _PROCESS.judge
failures = _PROCESS.failures
state_objections = _PROCESS.state_objections


def notice_of(event: EpisodeEventKind) -> NoticeKind | None:
    """What the event sends, in whichever state it happens."""
    return next(step.notice for step in TABLE if step.event is event)


def available_actions(facts: EpisodeFacts, unit: Party, regions: Regions) -> tuple[AvailableAction, ...]:
    """What the unit may do now, for every event; for what it may not, why not."""
    acts = (Act(kind=kind) for kind in EpisodeEventKind)
    return _PROCESS.available(acts, facts, unit, regions, AvailableAction)
