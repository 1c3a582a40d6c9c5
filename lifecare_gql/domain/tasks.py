"""A unit's worklist (arbetslista): everything that waits for it, across messages, notices and plans.

A task is never entered by anybody: it is read from what has happened, so it is neither forgotten nor wrong, and
what is done disappears. A task waits only for a unit that the process lets do what is to be done.
Due times are those of the clocks; what no clock counts has none. Every moment is aware.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lifecare_gql.domain.calendar import day_bounds
from lifecare_gql.domain.clocks import Clock, clocks
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_facts import Act, EpisodeFacts
from lifecare_gql.domain.episode_words import ClockKind, EpisodeEventKind, EpisodeState, NoticeKind, PartyRole
from lifecare_gql.domain.episodes import failures, step_of
from lifecare_gql.domain.law import LegalReference
from lifecare_gql.domain.messages import LIFE
from lifecare_gql.domain.objections import ObjectionCode
from lifecare_gql.domain.plan_facts import PlanEvent, PlanFacts
from lifecare_gql.domain.plan_words import CallAnswer, PlanEventKind, PlanState
from lifecare_gql.domain.plans import available_plan_actions, plan_step_of
from lifecare_gql.domain.process_rules import ProcessRules
from lifecare_gql.domain.task_words import TaskKind
from lifecare_gql.domain.words import MessageEventKind, MessageState, ReceiptState

_Kind = TaskKind
_Event = EpisodeEventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something that waits for a unit (uppgift); (kind, unit, about) is unique.

    `about` is the id of the notice, for its receipt, else of the episode, plan or message. `since` is when the
    wait began, or begins: it may lie ahead. `due_at` is when the time runs out, None when nothing sets
    one. `law` is the section it rests on; `rule` the code of the region's rule that sets the time.
    """

    kind: TaskKind
    unit_id: str
    about: str
    since: dt.datetime
    due_at: dt.datetime | None = None
    law: LegalReference | None = None
    rule: str | None = None


def task_of_receipt(
    receipt: ReceiptState,
    state: MessageState,
    *,
    answer_required: bool,
    sent_at: dt.datetime,
    reply_due_at: dt.datetime | None,
    unit_id: str,
    message_id: str,
) -> Task | None:
    """What a message waits for at one of its recipients; None when nothing, or nothing more.

    A required answer waits also after the receipt (O14, O15). A receipt alone has no due time: none is stated.
    """
    if answer_required and _may_still(MessageEventKind.ANSWERED, receipt, state):
        kind, due_at = _Kind.REPLY_TO_MESSAGE, reply_due_at
    elif _may_still(MessageEventKind.ACKNOWLEDGED, receipt, state):
        kind, due_at = _Kind.ACKNOWLEDGE_MESSAGE, None
    else:
        return None
    return Task(kind=kind, unit_id=unit_id, about=message_id, since=sent_at, due_at=due_at)


def _may_still(act: MessageEventKind, receipt: ReceiptState, state: MessageState) -> bool:
    return state in LIFE[act].states and receipt in LIFE[act].own_receipt


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A unit that something waits for; `about` None is the episode or plan itself."""

    unit: Party
    since: dt.datetime
    due_at: dt.datetime | None = None
    about: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    """A row of what can wait in an episode: for whom, since when, and the act that does it.

    `waits` need not ask whether the unit may do the act: that stands in the table of the process. It is given
    the clock of the kind `clock` while that runs and is not done; the clock sets the due time.
    """

    kind: TaskKind
    act: EpisodeEventKind
    waits: Callable[[EpisodeFacts, Clock | None], Iterator[Waiting]]
    clock: ClockKind | None = None


def tasks_of_episode(facts: EpisodeFacts, rules: ProcessRules | None, episode_id: str) -> tuple[Task, ...]:
    """What waits in the episode now; `rules` is what the ward's region adds."""
    return tuple(_episode_tasks(facts, rules, episode_id))


def _episode_tasks(facts: EpisodeFacts, rules: ProcessRules | None, episode_id: str) -> Iterator[Task]:
    running = {clock.kind: clock for clock in clocks(facts, rules) if clock.done_at is None}
    for duty in DUTIES:
        clock = running.get(duty.clock) if duty.clock else None
        for one in duty.waits(facts, clock):
            if _may(Act(kind=duty.act, about=one.about), facts, one.unit):
                yield Task(
                    kind=duty.kind,
                    unit_id=one.unit.id,
                    about=one.about or episode_id,
                    since=one.since,
                    due_at=_due(clock),
                    law=clock.law if clock else step_of(duty.act, facts.state).law,
                    rule=clock.rule if clock else None,
                )


def _may(act: Act, facts: EpisodeFacts, unit: Party) -> bool:
    """Whether the unit may do it now, or may once it has asked for the consent."""
    step = step_of(act.kind, facts.state)
    if facts.participant(unit.id) is None or PartyRole.of(unit.kind) not in step.who:
        return False
    found = (guard.code for guard, _ in failures(act, facts, unit, asked=False))
    return facts.state in step.states and all(map(_mended, found))


def _mended(code: ObjectionCode) -> bool:
    """A missing consent hinders no task: to ask for it is part of what waits."""
    return code is ObjectionCode.CONSENT_REQUIRED


def _due(clock: Clock | None) -> dt.datetime | None:
    """When it is too late: a whole-day limit runs out as the last day that is allowed ends, in Sweden."""
    if clock is None:
        return None
    last = clock.due_on_by_sunday_rule or clock.due_on
    return clock.due_at or (day_bounds(last)[1] if last else None)


def _unread(facts: EpisodeFacts, _: Clock | None) -> Iterator[Waiting]:
    for notice, unit in facts.unacknowledged():
        yield Waiting(unit=unit, since=notice.sent_at, about=notice.id)


def _ward(facts: EpisodeFacts, since: dt.datetime | None) -> Iterator[Waiting]:
    if facts.ward is not None and since is not None:
        yield Waiting(unit=facts.ward, since=since)


def _ward_by_clock(facts: EpisodeFacts, clock: Clock | None) -> Iterator[Waiting]:
    return _ward(facts, clock.basis_at if clock else None)


def _unassessed(facts: EpisodeFacts, _: Clock | None) -> Iterator[Waiting]:
    unassessed = facts.state is EpisodeState.ADMITTED and facts.need_assessed_at is None
    return _ward(facts, facts.admitted_at if unassessed else None)


def _brought_in(facts: EpisodeFacts) -> Iterator[Waiting]:
    """The receiving units, each since the latest notice that brought it in."""
    kinds = (NoticeKind.ADMISSION_NOTICE, NoticeKind.PARTICIPANT_ADDED)
    for unit in facts.receiving:
        yield Waiting(unit=unit, since=max(one.sent_at for one in facts.to(unit.id) if one.kind in kinds))


def _unanswered(facts: EpisodeFacts, _: Clock | None) -> Iterator[Waiting]:
    return (one for one in _brought_in(facts) if not _has_sent(facts, NoticeKind.ANSWER, one.unit))


def _unappointed(facts: EpisodeFacts, _: Clock | None) -> Iterator[Waiting]:
    return (one for one in _brought_in(facts) if one.unit.id not in facts.fixed_care_contacts)


def _unfilled(facts: EpisodeFacts, _: Clock | None) -> Iterator[Waiting]:
    """The receiving units that got a planning basis from a ward and have not answered the latest one."""
    for unit in facts.receiving:
        got = [one for one in facts.to(unit.id) if one.kind is NoticeKind.PLANNING_BASIS and _by_ward(one.sender)]
        latest = got[-1].delivery(unit.id) if got else None
        meant = latest is not None and latest.state is not ReceiptState.MISDIRECTED
        if meant and not _has_sent(facts, NoticeKind.PLANNING_BASIS, unit, got[-1].sent_at):
            yield Waiting(unit=unit, since=got[-1].sent_at)


def _uncalled(facts: EpisodeFacts, clock: Clock | None) -> Iterator[Waiting]:
    """Everybody: the table leaves those who have appointed a fixed care contact."""
    if clock is not None:
        yield from (Waiting(unit=one.unit, since=clock.basis_at) for one in facts.active)


def _unconfirmed(facts: EpisodeFacts, _: Clock | None) -> Iterator[Waiting]:
    ready_at = facts.discharge_ready_at
    for unit in facts.receiving if ready_at else ():
        if ready_at and not _has_sent(facts, NoticeKind.CAN_RECEIVE, unit, ready_at):
            yield Waiting(unit=unit, since=ready_at)


def _untransferred(facts: EpisodeFacts, _: Clock | None) -> Iterator[Waiting]:
    """The ward, while some receiving unit has been told neither by notice nor by phone."""
    waits = facts.receiving and facts.information_transferred_at is None
    return _ward(facts, facts.discharge_ready_at if waits else None)


def _uninformed(facts: EpisodeFacts, _: Clock | None) -> Iterator[Waiting]:
    ready_at, told = facts.discharge_ready_at, facts.sent(NoticeKind.PATIENT_INFORMATION)
    informed = told is not None and ready_at is not None and told.sent_at >= ready_at
    return _ward(facts, None if informed else ready_at)


def _left_open(facts: EpisodeFacts, _: Clock | None) -> Iterator[Waiting]:
    return _ward(facts, facts.discharged_at)


def _by_ward(unit: Party) -> bool:
    return PartyRole.of(unit.kind) is PartyRole.WARD


def _has_sent(facts: EpisodeFacts, kind: NoticeKind, unit: Party, since: dt.datetime | None = None) -> bool:
    sent = (one.sent_at for one in facts.notices if one.kind is kind and one.sender.id == unit.id)
    return any(since is None or at >= since for at in sent)


# fmt: off
DUTIES: tuple[Duty, ...] = (
    Duty(kind=_Kind.ACKNOWLEDGE_NOTICE, act=_Event.ACKNOWLEDGED, waits=_unread),
    Duty(kind=_Kind.ASSESS_NEED, act=_Event.NEED_ASSESSED, waits=_unassessed),
    Duty(kind=_Kind.SEND_ADMISSION_NOTICE, act=_Event.ADMISSION_NOTICE_SENT, waits=_ward_by_clock,
         clock=ClockKind.ADMISSION_NOTICE),
    Duty(kind=_Kind.ANSWER_ADMISSION_NOTICE, act=_Event.ANSWERED, waits=_unanswered),
    Duty(kind=_Kind.APPOINT_FIXED_CARE_CONTACT, act=_Event.FIXED_CARE_CONTACT_APPOINTED, waits=_unappointed),
    Duty(kind=_Kind.SEND_PLANNING_BASIS, act=_Event.PLANNING_BASIS_SENT, waits=_ward_by_clock,
         clock=ClockKind.PLANNING_BASIS),
    Duty(kind=_Kind.ANSWER_PLANNING_BASIS, act=_Event.PLANNING_BASIS_ANSWERED, waits=_unfilled),
    Duty(kind=_Kind.CALL_TO_PLAN, act=_Event.SIP_CALLED, waits=_uncalled, clock=ClockKind.SIP_CALL),
    Duty(kind=_Kind.CONFIRM_CAN_RECEIVE, act=_Event.CAN_RECEIVE_CONFIRMED, waits=_unconfirmed),
    Duty(kind=_Kind.SEND_DISCHARGE_NOTICE, act=_Event.DISCHARGE_NOTICE_SENT, waits=_untransferred,
         clock=ClockKind.INFORMATION_TRANSFER),
    Duty(kind=_Kind.INFORM_PATIENT, act=_Event.PATIENT_INFORMED, waits=_uninformed),
    Duty(kind=_Kind.CLOSE_EPISODE, act=_Event.CLOSED, waits=_left_open),
)
# fmt: on
"""What can wait in an episode; the acts are those of `episodes.TABLE`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDuty:
    """A row of what can wait in a plan, as `Duty`; `waits` is given the events as well, for when it began."""

    kind: TaskKind
    act: PlanEventKind
    waits: Callable[[PlanFacts, Sequence[PlanEvent]], Iterator[Waiting]]


def tasks_of_plan(facts: PlanFacts, events: Sequence[PlanEvent], plan_id: str) -> tuple[Task, ...]:
    """What waits in the plan now. `facts` say what, and the `events` that they were read from since when."""
    return tuple(_plan_tasks(facts, events, plan_id))


def _plan_tasks(facts: PlanFacts, events: Sequence[PlanEvent], plan_id: str) -> Iterator[Task]:
    may = {one.unit.id: _plan_acts(one.unit, facts) for one in facts.participants}
    for duty in PLAN_DUTIES:
        for one in duty.waits(facts, events):
            if duty.act in may[one.unit.id]:
                yield Task(
                    kind=duty.kind,
                    unit_id=one.unit.id,
                    about=plan_id,
                    since=one.since,
                    due_at=one.due_at,
                    law=plan_step_of(duty.act, facts.state).law,
                )


def _plan_acts(unit: Party, facts: PlanFacts) -> frozenset[PlanEventKind]:
    """What the unit may do with the plan now, or may once it has asked for the consent."""
    actions = available_plan_actions(facts, unit, {})
    return frozenset(one.event for one in actions if all(map(_mended, (each.code for each in one.objections))))


def _to_be_called(facts: PlanFacts, events: Sequence[PlanEvent]) -> Iterator[Waiting]:
    """Whoever saw the need calls; in the discharge process the call waits in the episode."""
    outside = facts.background.callers is None and facts.state is PlanState.CALL_PLANNED
    if outside and facts.initiator is not None:
        yield Waiting(unit=facts.initiator, since=_latest(events, PlanEventKind.NEED_IDENTIFIED).at)


def _to_be_answered(facts: PlanFacts, _: Sequence[PlanEvent]) -> Iterator[Waiting]:
    """Everybody who has not answered the latest call: the table leaves those whom it was to."""
    for one in facts.participants:
        pending = one.answer is CallAnswer.PENDING
        if pending and facts.called_at is not None and facts.meeting is not None:
            yield Waiting(unit=one.unit, since=facts.called_at, due_at=facts.meeting.starts_at)


def _to_be_established(facts: PlanFacts, _: Sequence[PlanEvent]) -> Iterator[Waiting]:
    """From the call on, but since the end of the meeting, which may lie ahead: nothing happens when it ends.

    The plan is to be made "without delay", which is no time to count: it has no due time.
    """
    if facts.caller is not None and facts.meeting is not None:
        yield Waiting(unit=facts.caller, since=facts.meeting.ends_at)


def _to_be_offered(facts: PlanFacts, events: Sequence[PlanEvent]) -> Iterator[Waiting]:
    if facts.caller is not None and facts.established_at is not None and facts.copy_offered_at is None:
        made = _latest(events, PlanEventKind.ESTABLISHED, PlanEventKind.REVISED)
        yield Waiting(unit=facts.caller, since=made.at)


def _to_be_followed_up(facts: PlanFacts, events: Sequence[PlanEvent]) -> Iterator[Waiting]:
    """Everybody once a day is set: the table leaves those with the main responsibility."""
    if facts.follow_up_on is not None:
        set_at = max(event.at for event in events if event.act.follow_up_on == facts.follow_up_on)
        due_at = day_bounds(facts.follow_up_on)[1]
        yield from (Waiting(unit=one.unit, since=set_at, due_at=due_at) for one in facts.participants)


def _latest(events: Sequence[PlanEvent], *kinds: PlanEventKind) -> PlanEvent:
    return next(event for event in reversed(events) if event.act.kind in kinds)


# fmt: off
PLAN_DUTIES: tuple[PlanDuty, ...] = (
    PlanDuty(kind=_Kind.CALL_TO_PLAN_MEETING, act=PlanEventKind.CALLED, waits=_to_be_called),
    PlanDuty(kind=_Kind.ANSWER_PLAN_CALL, act=PlanEventKind.CALL_ACCEPTED, waits=_to_be_answered),
    PlanDuty(kind=_Kind.ESTABLISH_PLAN, act=PlanEventKind.ESTABLISHED, waits=_to_be_established),
    PlanDuty(kind=_Kind.OFFER_PLAN_COPY, act=PlanEventKind.COPY_OFFERED, waits=_to_be_offered),
    PlanDuty(kind=_Kind.FOLLOW_UP_PLAN, act=PlanEventKind.FOLLOWED_UP, waits=_to_be_followed_up),
)
# fmt: on
"""What can wait in a plan; the acts are those of `plans.PLAN_TABLE`."""
