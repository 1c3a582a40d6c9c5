"""The discharge process (utskrivningsärende) as a table: from which states, what, who may, if what, to where.

An act is judged, never just done: `judge` lists every objection that the caller or somebody else can mend. Being
late is no objection (`clocks`): the law's time limits have consequences, but the act stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import Field

from lifecare_gql.domain import episode_guards as said
from lifecare_gql.domain import episode_record_guards as record
from lifecare_gql.domain import law
from lifecare_gql.domain.demands import Failure
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_facts import Act, EpisodeFacts
from lifecare_gql.domain.episode_guards import Guard
from lifecare_gql.domain.episode_words import EpisodeEventKind, EpisodeState, NoticeKind, PartyRole
from lifecare_gql.domain.law import LegalReference
from lifecare_gql.domain.objections import Objection, ObjectionCode
from lifecare_gql.domain.reviewing import Regions, reach
from lifecare_gql.domain.sources import Source
from lifecare_gql.domain.values import value
from lifecare_gql.domain.words import Severity

_Event = EpisodeEventKind
_State = EpisodeState
State = EpisodeState | None
"""A state; None before anything has happened."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A row of the table. `to` None means that the state stays; `joins` that no part in the process is needed.

    `law` is the section that the step itself rests on, where one does.
    """

    event: EpisodeEventKind
    states: tuple[State, ...]
    who: tuple[PartyRole, ...]
    guards: tuple[Guard, ...] = ()
    to: EpisodeState | None = None
    notice: NoticeKind | None = None
    law: LegalReference | None = None
    joins: bool = False


_WARD = (PartyRole.WARD,)
_OTHERS = (PartyRole.OUTPATIENT_CARE, PartyRole.MUNICIPALITY)
_ALL = tuple(PartyRole)
_READY = (_State.DISCHARGE_READY, _State.READY_FOR_HOME)
_PLANNED = (_State.NOTIFIED, _State.PLANNING, *_READY)
_KNOWN = (*_PLANNED, _State.DISCHARGED)
_BEFORE_DISCHARGE = (_State.REQUESTED, _State.ADMITTED, _State.OUTSIDE_THE_LAW, *_PLANNED)


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
    _step(_Event.CARE_REQUESTED, (None,), _OTHERS, *said.CHOSEN, said.WARD_ASKED, record.NO_OTHER_EPISODE,
          to=_State.REQUESTED, notice=NoticeKind.CARE_REQUEST, joins=True),
    _step(_Event.ADMITTED, (None, _State.REQUESTED), _WARD,
          record.IDENTITY, record.NO_OTHER_EPISODE, said.HAPPENED,
          to=_State.ADMITTED, joins=True),
    _step(_Event.NEED_ASSESSED, (_State.ADMITTED, _State.OUTSIDE_THE_LAW), _WARD, said.HAPPENED,
          to=_State.ADMITTED, law=law.ADMISSION_NOTICE_TIME),
    _step(_Event.NO_NEED_ASSESSED, (_State.ADMITTED,), _WARD, said.HAPPENED,
          to=_State.OUTSIDE_THE_LAW, law=law.ADMISSION_NOTICE),
    _step(_Event.ADMISSION_NOTICE_SENT, (_State.ADMITTED,), _WARD,
          *said.CHOSEN, said.LEGAL_FIELDS, said.OUTPATIENT_CARE, said.PROTECTED,
          to=_State.NOTIFIED, notice=NoticeKind.ADMISSION_NOTICE, law=law.ADMISSION_NOTICE),
    _step(_Event.ACKNOWLEDGED, (*_BEFORE_DISCHARGE, _State.DISCHARGED, _State.ABORTED), _ALL,
          record.RECIPIENT, record.UNREAD),
    _step(_Event.ANSWERED, (_State.NOTIFIED,), _OTHERS, record.ACKNOWLEDGED, said.TEXT,
          to=_State.PLANNING, notice=NoticeKind.ANSWER, law=law.PLANNING),
    _step(_Event.ANSWERED, (_State.PLANNING, *_READY), _OTHERS, record.ACKNOWLEDGED, said.TEXT,
          notice=NoticeKind.ANSWER, law=law.PLANNING),
    _step(_Event.EXPECTED_DISCHARGE_CHANGED, (_State.ADMITTED, *_PLANNED), _WARD, said.DATE_AHEAD,
          notice=NoticeKind.EXPECTED_DISCHARGE, law=law.CHANGED_DISCHARGE_TIME),
    _step(_Event.FIXED_CARE_CONTACT_APPOINTED, _PLANNED, (PartyRole.OUTPATIENT_CARE,),
          notice=NoticeKind.FIXED_CARE_CONTACT, law=law.FIXED_CARE_CONTACT),
    _step(_Event.PLANNING_BASIS_SENT, (_State.NOTIFIED, _State.PLANNING), _WARD, said.TEXT,
          notice=NoticeKind.PLANNING_BASIS),
    _step(_Event.PLANNING_BASIS_ANSWERED, _PLANNED, _OTHERS, record.PLANNING_BASIS_THERE, said.TEXT,
          notice=NoticeKind.PLANNING_BASIS),
    _step(_Event.GENERAL_NOTICE_SENT, _KNOWN, _ALL, *said.CHOSEN, said.PARTICIPANTS, said.TEXT,
          notice=NoticeKind.GENERAL),
    _step(_Event.DISCHARGE_READY_SENT, (_State.NOTIFIED, _State.PLANNING), _WARD, record.NO_SECRECY_TO_NOTIFY,
          to=_State.DISCHARGE_READY, notice=NoticeKind.DISCHARGE_READY, law=law.DISCHARGE_READY),
    _step(_Event.DISCHARGE_READY_WITHDRAWN, _READY, _WARD, said.REASON,
          to=_State.PLANNING, notice=NoticeKind.DISCHARGE_READY_WITHDRAWN),
    _step(_Event.SIP_CALLED, (_State.PLANNING, *_READY, _State.DISCHARGED), (PartyRole.OUTPATIENT_CARE,),
          record.FIXED_CARE_CONTACT, record.PLAN_CONSENT, record.PLANNED_BY_SIP,
          notice=NoticeKind.SIP_CALL, law=law.SIP_CALL),
    _step(_Event.CAN_RECEIVE_CONFIRMED, _READY, _OTHERS, notice=NoticeKind.CAN_RECEIVE),
    _step(_Event.READY_FOR_HOME_MARKED, (_State.DISCHARGE_READY,), _WARD,
          to=_State.READY_FOR_HOME, notice=NoticeKind.READY_FOR_HOME),
    _step(_Event.DISCHARGE_NOTICE_SENT, (*_READY, _State.DISCHARGED), _WARD,
          record.NO_SECRECY_TO_TRANSFER, said.TEXT, said.PROTECTED,
          notice=NoticeKind.DISCHARGE_NOTICE, law=law.INFORMATION_TRANSFER),
    _step(_Event.PATIENT_INFORMED, (*_READY, _State.DISCHARGED), _WARD, said.TEXT,
          notice=NoticeKind.PATIENT_INFORMATION, law=law.PATIENT_INFORMATION),
    _step(_Event.DISCHARGED, _READY, _WARD, *record.SAFETY_GATE, said.HAPPENED, to=_State.DISCHARGED),
    _step(_Event.PHONE_CALL_LOGGED, (_State.ADMITTED, *_KNOWN), _ALL,
          said.CALLED_PARTY, said.SPOKE_WITH, said.HAPPENED),
    _step(_Event.MISDIRECTED, (_State.REQUESTED, _State.ADMITTED, *_KNOWN), _ALL,
          record.RECIPIENT, record.NOT_YET_MISDIRECTED, said.REASON, notice=NoticeKind.MISDIRECTED),
    _step(_Event.FORWARDED, _KNOWN, (PartyRole.MUNICIPALITY,), record.RECIPIENT,
          *said.CHOSEN, said.WITHIN_MUNICIPALITY, said.PROTECTED, notice=NoticeKind.FORWARDED),
    _step(_Event.PARTICIPANT_ADDED, _PLANNED, _ALL, *said.CHOSEN, said.NEWCOMERS, said.PROTECTED,
          notice=NoticeKind.PARTICIPANT_ADDED),
    _step(_Event.ABORTED, _BEFORE_DISCHARGE, _WARD, said.REASON, to=_State.ABORTED, notice=NoticeKind.ABORT),
    _step(_Event.CLOSED, (_State.DISCHARGED,), _ALL, record.ALL_ACKNOWLEDGED, to=_State.CLOSED),
)
# fmt: on
"""Lag (2017:612) and domain practice; where the sources leave it open, decision 0015 says how it is read."""

_ORDER: tuple[State, ...] = (
    None,
    _State.REQUESTED,
    _State.OUTSIDE_THE_LAW,
    _State.ADMITTED,
    *_KNOWN,
    _State.CLOSED,
    _State.ABORTED,
)
_NAMES = {
    PartyRole.WARD: "slutenvården",
    PartyRole.OUTPATIENT_CARE: "öppenvården",
    PartyRole.MUNICIPALITY: "kommunen",
}


@value
class AvailableAction:
    """What a unit may do in a care episode now; for what it may not, why not."""

    event: EpisodeEventKind = Field(description="What would happen.")
    allowed: bool = Field(description="Whether it may be done, once what is asked for is given.")
    objections: tuple[Objection, ...] = Field(default=(), description="Why not, all at once.")
    warnings: tuple[Objection, ...] = Field(default=(), description="What does not hinder it but should be known.")
    asks: tuple[ObjectionCode, ...] = Field(
        default=(), description="What the caller will be asked for: the codes that come back if it is not given."
    )
    leads_to: EpisodeState | None = Field(
        default=None, description="The state it leads to; null when it may not be done or the state stays."
    )


def step_of(event: EpisodeEventKind, state: State) -> Step:
    """The row for the event in the state; where there is none, the event's first row."""
    rows = [step for step in TABLE if step.event is event]
    return next((step for step in rows if state in step.states), rows[0])


def next_state(event: EpisodeEventKind, state: State) -> EpisodeState:
    """The state that the event leads to; ValueError when it cannot happen in this one."""
    step = step_of(event, state)
    after = step.to or state
    if state not in step.states or after is None:
        raise ValueError(f"{event} cannot happen when the episode is {state}")
    return after


def judge(act: Act, facts: EpisodeFacts, unit: Party, regions: Regions) -> tuple[Objection, ...]:
    """Every objection and warning to the act by the unit, all at once; it may be done when none refuses.

    What the caller cannot mend stands alone: a unit that takes no part, or has the wrong role, learns no more.
    """
    step = step_of(act.kind, facts.state)
    hindrance = _hindrance(step, facts, unit)
    if hindrance is not None:
        return (hindrance,)
    found = [_objection(guard, failure, regions) for guard, failure in failures(act, facts, unit)]
    return (*state_objections(act.kind, facts), *found, *_regional(act, facts, regions))


def refused(objections: tuple[Objection, ...]) -> bool:
    """Whether any of them refuses; the others warn."""
    return any(one.severity is Severity.REFUSE for one in objections)


def failures(act: Act, facts: EpisodeFacts, unit: Party, *, asked: bool = True) -> Iterator[tuple[Guard, Failure]]:
    """What the guards of the act find, whatever the state; `asked` False leaves out what the caller must say.

    Nothing is asked of an act that came too late: then nothing mends it.
    """
    step = step_of(act.kind, facts.state)
    if _too_late(step, facts.state):
        return
    for guard in step.guards:
        if asked or not guard.asks:
            yield from ((guard, failure) for failure in guard.check(act, facts, unit))


def available_actions(facts: EpisodeFacts, unit: Party, regions: Regions) -> tuple[AvailableAction, ...]:
    """What the unit may do now, for every event; for what it may not, why not."""
    return tuple(_available(event, facts, unit, regions) for event in EpisodeEventKind)


def _available(event: EpisodeEventKind, facts: EpisodeFacts, unit: Party, regions: Regions) -> AvailableAction:
    act = Act(kind=event)
    step = step_of(event, facts.state)
    hindrance = _hindrance(step, facts, unit)
    found: list[Objection] = [hindrance] if hindrance else list(state_objections(event, facts))
    if hindrance is None:
        found += [_objection(*one, regions) for one in failures(act, facts, unit, asked=False)]
        found += _regional(act, facts, regions, asked=False)
    objections = tuple(one for one in found if one.severity is Severity.REFUSE)
    return AvailableAction(
        event=event,
        allowed=not objections,
        objections=objections,
        warnings=tuple(one for one in found if one.severity is Severity.WARN),
        asks=tuple(dict.fromkeys(guard.code for guard in step.guards if guard.asks)),
        leads_to=None if objections else step.to,
    )


def _hindrance(step: Step, facts: EpisodeFacts, unit: Party) -> Objection | None:
    """Why this unit may not do it in any case; None when it is one of those who may."""
    if not step.joins and facts.state is None:
        return _state_objection(step, facts.state)
    if not step.joins and facts.participant(unit.id) is None:
        return _refusal(
            ObjectionCode.NOT_PARTY,
            step,
            ("viewer", "unit"),
            "Enheten deltar inte i vårdtillfället.",
            "Be en enhet som deltar att lägga till er.",
        )
    if PartyRole.of(unit.kind) not in step.who:
        names = " eller ".join(_NAMES[role] for role in step.who)
        return _refusal(
            ObjectionCode.WRONG_ROLE,
            step,
            ("viewer", "unit"),
            f"Det kan bara {names} göra.",
            f"Be {names} att göra det.",
        )
    return None


def state_objections(event: EpisodeEventKind, facts: EpisodeFacts) -> tuple[Objection, ...]:
    """The objection to the state, if the event cannot happen in it."""
    step = step_of(event, facts.state)
    return () if facts.state in step.states else (_state_objection(step, facts.state),)


def _state_objection(step: Step, state: State) -> Objection:
    path = ("input", "episodeId")
    stands = "inte påbörjat" if state is None else state.swedish
    reason = f"{step.event.swedish.capitalize()}: det går inte när vårdtillfället är {stands}."
    if _too_late(step, state):
        remedy = "Läs om vårdtillfället: historiken visar vad som har hänt."
        return _refusal(ObjectionCode.WRONG_STATE, step, path, reason, remedy)
    first = " eller ".join(one.swedish for one in step.states if one is not None)
    return _refusal(ObjectionCode.PROCESS_ORDER, step, path, reason, f"Först krävs att vårdtillfället är {first}.")


def _too_late(step: Step, state: State) -> bool:
    """Whether the state lies past all states of the row; between them it does as well."""
    first = min(_ORDER.index(one) for one in step.states)
    return state not in step.states and _ORDER.index(state) > first


def _refusal(code: ObjectionCode, step: Step, path: tuple[str, ...], reason: str, remedy: str) -> Objection:
    return Objection(code=code, path=path, reason=reason, remedy=remedy, law=step.law)


def _objection(guard: Guard, failure: Failure, regions: Regions) -> Objection:
    return Objection(
        code=guard.code,
        path=failure.path,
        reason=f"{guard.reason} {failure.detail or ''}".strip(),
        remedy=guard.remedy,
        law=guard.law,
        source=source_of_fact(guard.fact, regions),
        call=tuple(reach(unit, regions) for unit in failure.call),
    )


def source_of_fact(fact: str | None, regions: Regions) -> Source | None:
    """The passage of the fact, in whichever enabled region's document it stands; None when in none."""
    if fact is None:
        return None
    return next((region.source(fact) for region in regions.values() if region.fact(fact)), None)


def _regional(act: Act, facts: EpisodeFacts, regions: Regions, *, asked: bool = True) -> Iterator[Objection]:
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
