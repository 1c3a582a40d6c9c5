"""The discharge process (utskrivningsärende) as a table: from which states, what, who may, if what, to where.

An act is judged, never just done: `judge` lists every objection that the caller or somebody else can mend. Being
late is no objection (`clocks`): the law's time limits have consequences, but the act stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

from pydantic import Field

from lifecare_gql.domain import episode_guards as said
from lifecare_gql.domain import episode_record_guards as record
from lifecare_gql.domain import episode_steps as on
from lifecare_gql.domain import law
from lifecare_gql.domain import process_guards as core
from lifecare_gql.domain import process_table as table
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_backfill import BACKFILL_TABLE
from lifecare_gql.domain.episode_facts import Act, EpisodeFacts
from lifecare_gql.domain.episode_steps import Step as Step
from lifecare_gql.domain.episode_steps import step
from lifecare_gql.domain.episode_words import EpisodeEventKind, EpisodeState, NoticeKind, PartyRole
from lifecare_gql.domain.objections import Objection, ObjectionCode
from lifecare_gql.domain.process_table import Process, Wording
from lifecare_gql.domain.process_table import refused as refused
from lifecare_gql.domain.process_table import source_of_fact as source_of_fact
from lifecare_gql.domain.reviewing import Regions, reach
from lifecare_gql.domain.texts import together
from lifecare_gql.domain.values import value

_Event = EpisodeEventKind
_State = EpisodeState
State: TypeAlias = EpisodeState | None
"""A state; None before anything has happened."""

# fmt: off
TABLE: tuple[Step, ...] = (
    step(_Event.CARE_REQUESTED, (None,), on.OTHERS, *core.CHOSEN, said.WARD_ASKED, record.NO_OTHER_EPISODE,
         to=_State.REQUESTED, notice=NoticeKind.CARE_REQUEST, joins=True),
    step(_Event.ADMITTED, (None, _State.REQUESTED), on.WARD,
         record.IDENTITY, record.NO_OTHER_EPISODE, core.HAPPENED,
         to=_State.ADMITTED, joins=True),
    step(_Event.NEED_ASSESSED, (_State.ADMITTED, _State.OUTSIDE_THE_LAW), on.WARD, core.HAPPENED,
         to=_State.ADMITTED, law=law.ADMISSION_NOTICE_TIME),
    step(_Event.NO_NEED_ASSESSED, (_State.ADMITTED,), on.WARD, core.HAPPENED,
         to=_State.OUTSIDE_THE_LAW, law=law.ADMISSION_NOTICE),
    step(_Event.SECRECY_ASSESSED, on.IN_HOSPITAL, on.WARD, said.HOLDS, core.REASON, law=law.DISCHARGE_READY),
    step(_Event.COMPULSORY_CARE_ASSESSED, on.IN_HOSPITAL, on.WARD, said.HOLDS, core.REASON,
         law=law.JOINT_PLANNING),
    step(_Event.ADMISSION_NOTICE_SENT, (_State.ADMITTED,), on.WARD,
         *core.CHOSEN, said.LEGAL_FIELDS, said.OUTPATIENT_CARE, said.PROTECTED,
         to=_State.NOTIFIED, notice=NoticeKind.ADMISSION_NOTICE, law=law.ADMISSION_NOTICE),
    step(_Event.ACKNOWLEDGED, (*on.BEFORE_DISCHARGE, _State.DISCHARGED, _State.ABORTED), on.ALL,
         record.RECIPIENT, record.UNREAD),
    step(_Event.ANSWERED, (_State.NOTIFIED,), on.OTHERS, record.ACKNOWLEDGED, core.TEXT,
         to=_State.PLANNING, notice=NoticeKind.ANSWER, law=law.PLANNING),
    step(_Event.ANSWERED, (_State.PLANNING, *on.READY), on.OTHERS, record.ACKNOWLEDGED, core.TEXT,
         notice=NoticeKind.ANSWER, law=law.PLANNING),
    step(_Event.EXPECTED_DISCHARGE_CHANGED, (_State.ADMITTED, *on.PLANNED), on.WARD, said.DATE_AHEAD,
         notice=NoticeKind.EXPECTED_DISCHARGE, law=law.CHANGED_DISCHARGE_TIME),
    step(_Event.FIXED_CARE_CONTACT_APPOINTED, on.PLANNED, (PartyRole.OUTPATIENT_CARE,), said.NAMED,
         notice=NoticeKind.FIXED_CARE_CONTACT, law=law.FIXED_CARE_CONTACT),
    step(_Event.PLANNING_BASIS_SENT, (_State.NOTIFIED, _State.PLANNING), on.WARD, core.TEXT,
         notice=NoticeKind.PLANNING_BASIS),
    step(_Event.PLANNING_BASIS_ANSWERED, on.PLANNED, on.OTHERS, record.PLANNING_BASIS_THERE, core.TEXT,
         notice=NoticeKind.PLANNING_BASIS),
    step(_Event.GENERAL_NOTICE_SENT, on.KNOWN, on.ALL, *core.CHOSEN, said.PARTICIPANTS, core.TEXT,
         notice=NoticeKind.GENERAL),
    step(_Event.DISCHARGE_READY_SENT, (_State.NOTIFIED, _State.PLANNING), on.WARD, record.NO_SECRECY_TO_NOTIFY,
         to=_State.DISCHARGE_READY, notice=NoticeKind.DISCHARGE_READY, law=law.DISCHARGE_READY),
    step(_Event.DISCHARGE_READY_WITHDRAWN, on.READY, on.WARD, core.REASON,
         to=_State.PLANNING, notice=NoticeKind.DISCHARGE_READY_WITHDRAWN),
    step(_Event.SIP_CALLED, (_State.PLANNING, *on.READY, _State.DISCHARGED), (PartyRole.OUTPATIENT_CARE,),
         record.FIXED_CARE_CONTACT, record.PLAN_CONSENT, record.PLANNED_BY_SIP,
         notice=NoticeKind.SIP_CALL, law=law.SIP_CALL),
    step(_Event.CAN_RECEIVE_CONFIRMED, on.READY, on.OTHERS, said.RECEIVES_FROM, notice=NoticeKind.CAN_RECEIVE),
    step(_Event.READY_FOR_HOME_MARKED, (_State.DISCHARGE_READY,), on.WARD,
         to=_State.READY_FOR_HOME, notice=NoticeKind.READY_FOR_HOME),
    step(_Event.DISCHARGE_NOTICE_SENT, (*on.READY, _State.DISCHARGED), on.WARD,
         record.NO_SECRECY_TO_TRANSFER, said.PARTICIPANTS, core.TEXT, said.PROTECTED,
         notice=NoticeKind.DISCHARGE_NOTICE, law=law.INFORMATION_TRANSFER),
    step(_Event.PATIENT_INFORMED, (*on.READY, _State.DISCHARGED), on.WARD, core.TEXT,
         notice=NoticeKind.PATIENT_INFORMATION, law=law.PATIENT_INFORMATION),
    step(_Event.DISCHARGED, on.READY, on.WARD, *record.SAFETY_GATE, core.HAPPENED, to=_State.DISCHARGED),
    step(_Event.PHONE_CALL_LOGGED, (_State.ADMITTED, *on.KNOWN), on.ALL,
         said.CALLED_PARTY, said.SPOKE_WITH, core.HAPPENED),
    step(_Event.FORM_SENT, (_State.ADMITTED, *on.KNOWN, _State.CLOSED, _State.ABORTED), on.ALL, record.FORM_KEPT),
    step(_Event.MISDIRECTED, (_State.REQUESTED, _State.ADMITTED, *on.KNOWN), on.ALL,
         record.RECIPIENT, record.NOT_YET_MISDIRECTED, core.REASON, notice=NoticeKind.MISDIRECTED),
    step(_Event.FORWARDED, on.KNOWN, (PartyRole.MUNICIPALITY,), record.RECIPIENT,
         *core.CHOSEN, said.WITHIN_MUNICIPALITY, said.PROTECTED, notice=NoticeKind.FORWARDED),
    step(_Event.PARTICIPANT_ADDED, on.PLANNED, on.ALL, *core.CHOSEN, said.NEWCOMERS, said.PROTECTED,
         notice=NoticeKind.PARTICIPANT_ADDED),
    step(_Event.ABORTED, on.BEFORE_DISCHARGE, on.WARD, core.REASON, to=_State.ABORTED, notice=NoticeKind.ABORT),
    step(_Event.CLOSED, (_State.DISCHARGED,), on.ALL, record.ALL_ACKNOWLEDGED, to=_State.CLOSED),
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
                reason=together(rule.reason, failure.detail),
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
        *on.KNOWN,
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
_BACKFILL = replace(_PROCESS, rows=BACKFILL_TABLE)
step_of = _PROCESS.step_of
failures = _PROCESS.failures
state_objections = _PROCESS.state_objections


def _process(act: Act) -> Process[EpisodeEventKind, EpisodeState, PartyRole, Act, EpisodeFacts]:
    """The table that the act is judged by: another one for what is entered as of an outage."""
    return _BACKFILL if act.outage else _PROCESS


def judge(act: Act, facts: EpisodeFacts, unit: Party, regions: Regions) -> tuple[Objection, ...]:
    """Every objection and warning to the act by the unit, as `Process.judge`."""
    return _process(act).judge(act, facts, unit, regions)


def next_state(act: Act, state: State) -> EpisodeState:
    """The state that the act leads to; ValueError when it cannot happen in this one."""
    return _process(act).next_state(act.kind, state)


def notice_of(event: EpisodeEventKind) -> NoticeKind | None:
    """What the event sends, in whichever state it happens."""
    return next(step.notice for step in TABLE if step.event is event)


def available_actions(facts: EpisodeFacts, unit: Party, regions: Regions) -> tuple[AvailableAction, ...]:
    """What the unit may do now, for every event; for what it may not, why not."""
    acts = (Act(kind=kind) for kind in EpisodeEventKind)
    return _PROCESS.available(acts, facts, unit, regions, AvailableAction)
