"""What waits for whom at messages and in the discharge process, told by hand at each step, and when it is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_facts import EpisodeFacts
from lifecare_gql.domain.episode_words import EpisodeEventKind, EpisodeState
from lifecare_gql.domain.task_words import TaskKind
from lifecare_gql.domain.tasks import Task, task_of_receipt, tasks_of_episode
from lifecare_gql.domain.words import MessageState, ReceiptState
from tests.domain.episodes import (
    CENTRE,
    ELSEWHERE,
    NURSES,
    START,
    TOWN,
    WARD,
    Story,
    everything_in_order,
)
from tests.domain.test_episode_machine import BY_PHONE
from tests.regions.plugins import four_regions

E, T = EpisodeEventKind, TaskKind
EPISODE = "vtf"
NAMES = {WARD.id: "ward", CENTRE.id: "centre", TOWN.id: "town", NURSES.id: "nurses", ELSEWHERE.id: "elsewhere"}


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def tasks(facts: EpisodeFacts, region: str | None = None) -> tuple[Task, ...]:
    return tasks_of_episode(facts, four_regions()[region].process if region else None, EPISODE)


def waits(story: Story, *, receipts: bool = False) -> set[str]:
    """What waits, e.g. "ward ASSESS_NEED"; receipts are left out unless asked for."""
    seen = (one for one in tasks(story.facts) if receipts or one.kind is not T.ACKNOWLEDGE_NOTICE)
    return {f"{NAMES[one.unit_id]} {one.kind.value}" for one in seen}


def only(found: Iterable[Task], kind: TaskKind) -> Task:
    (one,) = (task for task in found if task.kind is kind)
    return one


def told(*acts: tuple[Any, ...], **background: Any) -> Story:
    """A story where each act, (kind, by) or (kind, by, what it says), goes through."""
    story = Story(**background)
    for kind, by, *says in acts:
        before = len(story.events)
        objections = story.does(kind, by, **(says[0] if says else {}))
        assert len(story.events) == before + 1, (kind, by.name, objections)
    return story


def reads(story: Story, *units: Party) -> Story:
    """The units acknowledge all that they have not."""
    for notice, unit in list(story.facts.unacknowledged()):
        if unit in units:
            story.does(E.ACKNOWLEDGED, unit, about=notice.id)
    return story


NOTIFIED = ((E.ADMITTED, WARD), (E.NEED_ASSESSED, WARD), (E.ADMISSION_NOTICE_SENT, WARD))
READY = (*NOTIFIED, (E.DISCHARGE_READY_SENT, WARD))
ONCE_READY = {
    "centre CONFIRM_CAN_RECEIVE",
    "town CONFIRM_CAN_RECEIVE",
    "ward SEND_DISCHARGE_NOTICE",
    "ward INFORM_PATIENT",
}


# --- messages outside the episode ---

# message, own receipt, whether an answer is required: what waits. What is not here waits for nothing.
OF_RECEIPT = {
    ("SENT", "SENT", True): T.REPLY_TO_MESSAGE,
    ("SENT", "ACKNOWLEDGED", True): T.REPLY_TO_MESSAGE,
    ("ACKNOWLEDGED", "ACKNOWLEDGED", True): T.REPLY_TO_MESSAGE,
    ("SENT", "SENT", False): T.ACKNOWLEDGE_MESSAGE,
}


@pytest.mark.parametrize("answer_required", [True, False])
@pytest.mark.parametrize("receipt", ReceiptState)
@pytest.mark.parametrize("state", MessageState)
def test_what_a_message_waits_for(state: MessageState, receipt: ReceiptState, answer_required: bool) -> None:
    if (state, receipt) == (MessageState.ACKNOWLEDGED, ReceiptState.SENT):
        return  # acknowledged by all means here too
    due_at = START + dt.timedelta(days=3)
    task = task_of_receipt(
        receipt,
        state,
        answer_required=answer_required,
        sent_at=START,
        reply_due_at=due_at,
        unit_id=TOWN.id,
        message_id="brev",
    )
    kind = OF_RECEIPT.get((state.value, receipt.value, answer_required))
    if kind is None:
        assert task is None
        return
    due = due_at if kind is T.REPLY_TO_MESSAGE else None
    assert task == Task(kind=kind, unit_id=TOWN.id, about="brev", since=START, due_at=due)


# --- the episode, step by step ---


def test_what_waits_from_admission_to_the_end() -> None:
    story = told((E.ADMITTED, WARD), plan_consent=True)
    assert waits(story) == {"ward ASSESS_NEED"}
    story.does(E.NEED_ASSESSED, WARD)
    assert waits(story) == {"ward SEND_ADMISSION_NOTICE"}
    story.does(E.ADMISSION_NOTICE_SENT, WARD)
    assert waits(story) == {"centre APPOINT_FIXED_CARE_CONTACT"}
    assert waits(story, receipts=True) - waits(story) == {"centre ACKNOWLEDGE_NOTICE", "town ACKNOWLEDGE_NOTICE"}
    reads(story, CENTRE, TOWN)
    answers = {"centre ANSWER_ADMISSION_NOTICE", "town ANSWER_ADMISSION_NOTICE"}
    assert waits(story, receipts=True) == {"centre APPOINT_FIXED_CARE_CONTACT", *answers}
    story.does(E.ANSWERED, TOWN)
    story.does(E.ANSWERED, CENTRE)
    story.does(E.FIXED_CARE_CONTACT_APPOINTED, CENTRE)
    assert waits(story) == set()
    story.does(E.PLANNING_BASIS_SENT, WARD)
    assert waits(story) == {"centre ANSWER_PLANNING_BASIS", "town ANSWER_PLANNING_BASIS"}
    story.does(E.PLANNING_BASIS_ANSWERED, CENTRE)
    assert waits(story) == {"town ANSWER_PLANNING_BASIS"}
    story.does(E.PLANNING_BASIS_ANSWERED, TOWN)
    story.does(E.DISCHARGE_READY_SENT, WARD)
    assert waits(story) == {*ONCE_READY, "centre CALL_TO_PLAN"}
    story.does(E.CAN_RECEIVE_CONFIRMED, TOWN)
    story.does(E.CAN_RECEIVE_CONFIRMED, CENTRE)
    story.does(E.DISCHARGE_NOTICE_SENT, WARD)
    reads(story, CENTRE, TOWN)
    story.does(E.DISCHARGED, WARD)
    assert waits(story) == {"ward INFORM_PATIENT", "centre CALL_TO_PLAN"}
    story.does(E.PATIENT_INFORMED, WARD)
    story.does(E.SIP_CALLED, CENTRE)
    assert waits(story, receipts=True) == {"ward ACKNOWLEDGE_NOTICE", "town ACKNOWLEDGE_NOTICE"}
    reads(story, WARD, TOWN)
    assert waits(story, receipts=True) == {"ward CLOSE_EPISODE"}
    story.does(E.CLOSED, WARD)
    assert waits(story, receipts=True) == set()


def test_where_nothing_is_needed_nothing_waits_until_a_need_is_judged() -> None:
    for acts in ((), ((E.NEED_ASSESSED, WARD),)):
        story = told((E.ADMITTED, WARD), *acts, (E.NO_NEED_ASSESSED, WARD))
        assert waits(story, receipts=True) == set()
    story.later(days=4).does(E.NEED_ASSESSED, WARD)
    assert waits(story) == {"ward SEND_ADMISSION_NOTICE"}
    assert only(tasks(story.facts), T.SEND_ADMISSION_NOTICE).since == story.events[-1].at


def test_a_care_request_waits_only_for_its_receipt() -> None:
    story = told((E.CARE_REQUESTED, CENTRE, {"recipients": (WARD,)}))
    assert waits(story, receipts=True) == {"ward ACKNOWLEDGE_NOTICE"}
    assert only(tasks(story.facts), T.ACKNOWLEDGE_NOTICE).about == story.events[0].id


def test_in_an_aborted_episode_only_receipts_wait() -> None:
    story = told(*READY, (E.ABORTED, WARD))
    assert waits(story, receipts=True) == {"centre ACKNOWLEDGE_NOTICE", "town ACKNOWLEDGE_NOTICE"}
    about = [one.about for one in tasks(story.facts) if one.unit_id == TOWN.id]
    assert about == [event.id for event in story.events if event.act.kind in (*dict(READY), E.ABORTED)][2:]
    assert waits(reads(story, CENTRE, TOWN), receipts=True) == set()


def test_a_withdrawal_takes_back_what_discharge_ready_asked_for_and_a_new_one_asks_anew() -> None:
    story = told(*READY, (E.FIXED_CARE_CONTACT_APPOINTED, CENTRE), plan_consent=True)
    for kind, by in ((E.CAN_RECEIVE_CONFIRMED, TOWN), (E.DISCHARGE_NOTICE_SENT, WARD), (E.PATIENT_INFORMED, WARD)):
        story.does(kind, by)
    assert waits(story) == {"centre CONFIRM_CAN_RECEIVE", "centre CALL_TO_PLAN"}
    story.does(E.DISCHARGE_READY_WITHDRAWN, WARD)
    assert waits(story) == set()
    story.later(days=1).does(E.DISCHARGE_READY_SENT, WARD)
    assert waits(story) == {*ONCE_READY, "centre CALL_TO_PLAN"}
    assert {one.since for one in tasks(story.facts) if one.about == EPISODE} == {story.events[-1].at}


def test_a_call_to_sip_stands_when_discharge_ready_is_withdrawn() -> None:
    story = told(*READY, (E.FIXED_CARE_CONTACT_APPOINTED, CENTRE), (E.SIP_CALLED, CENTRE), plan_consent=True)
    story.does(E.DISCHARGE_READY_WITHDRAWN, WARD)
    story.does(E.DISCHARGE_READY_SENT, WARD)
    assert waits(story) == ONCE_READY


@pytest.mark.parametrize(
    ("recipients", "background", "calls"),
    [
        ((CENTRE, TOWN), {"plan_consent": True}, True),
        ((CENTRE, TOWN), {}, True),
        ((CENTRE,), {"plan_consent": True}, False),
        ((CENTRE, TOWN), {"plan_consent": True, "care_plan_instead": True}, False),
    ],
    ids=["both", "consent is still to be asked for", "no municipality", "LPT or LRV"],
)
def test_who_has_the_fixed_care_contact_calls_where_a_plan_is_needed(
    recipients: tuple[Party, ...], background: dict[str, bool], calls: bool
) -> None:
    notified = (E.ADMISSION_NOTICE_SENT, WARD, {"recipients": recipients})
    story = told((E.ADMITTED, WARD), notified, (E.DISCHARGE_READY_SENT, WARD), **background)
    assert "centre CALL_TO_PLAN" not in waits(story)
    story.does(E.FIXED_CARE_CONTACT_APPOINTED, CENTRE)
    assert ("centre CALL_TO_PLAN" in waits(story)) == calls


def test_a_new_planning_basis_asks_for_new_answers_of_those_who_got_it() -> None:
    story = told(*NOTIFIED, (E.PLANNING_BASIS_SENT, WARD))
    story.does(E.PLANNING_BASIS_ANSWERED, TOWN)
    story.does(E.PARTICIPANT_ADDED, WARD, recipients=(ELSEWHERE,))
    assert waits(story) == {"centre ANSWER_PLANNING_BASIS", "centre APPOINT_FIXED_CARE_CONTACT"}
    story.does(E.PLANNING_BASIS_SENT, WARD)
    answers = {one.unit_id: one.since for one in tasks(story.facts) if one.kind is T.ANSWER_PLANNING_BASIS}
    assert answers == dict.fromkeys((CENTRE.id, TOWN.id, ELSEWHERE.id), story.events[-1].at)
    story.does(E.MISDIRECTED, TOWN, about=story.events[-1].id)
    assert "town ANSWER_PLANNING_BASIS" not in waits(story)


def test_an_answer_to_the_planning_basis_that_others_see_asks_nothing_of_them() -> None:
    story = told(*NOTIFIED, (E.PLANNING_BASIS_SENT, WARD), (E.PLANNING_BASIS_ANSWERED, CENTRE))
    story.does(E.PLANNING_BASIS_ANSWERED, TOWN, recipients=(WARD, CENTRE))
    assert waits(story) == {"centre APPOINT_FIXED_CARE_CONTACT"}


def test_nothing_waits_for_a_unit_that_was_addressed_by_mistake() -> None:
    story = told(*NOTIFIED, (E.PLANNING_BASIS_SENT, WARD), (E.DISCHARGE_READY_SENT, WARD))
    story.does(E.MISDIRECTED, TOWN, about="2")
    assert {one.unit_id for one in tasks(story.facts)} == {WARD.id, CENTRE.id}
    assert "ward ACKNOWLEDGE_NOTICE" in waits(story, receipts=True)
    story.does(E.PARTICIPANT_ADDED, WARD, recipients=(TOWN,))
    reads(story, TOWN)
    answer = next(one for one in tasks(story.facts) if one.unit_id == TOWN.id)
    assert (answer.kind, answer.since) == (T.ANSWER_ADMISSION_NOTICE, story.facts.notices[-1].sent_at)


def test_a_unit_that_its_municipality_forwarded_to_has_only_the_receipt_to_give() -> None:
    story = reads(told(*READY), CENTRE, TOWN)
    story.does(E.FORWARDED, TOWN, about="2", recipients=(NURSES,))
    waiting = {one for one in waits(story, receipts=True) if one.startswith("nurses")}
    assert waiting == {"nurses ACKNOWLEDGE_NOTICE"}
    reads(story, NURSES)
    assert {one.unit_id for one in tasks(story.facts)} == {WARD.id, CENTRE.id, TOWN.id}


def test_the_discharge_information_waits_until_each_unit_was_told_by_notice_or_phone() -> None:
    story = told(*READY)
    story.does(E.DISCHARGE_NOTICE_SENT, WARD, recipients=(CENTRE,))
    assert "ward SEND_DISCHARGE_NOTICE" in waits(story)
    story.does(E.PHONE_CALL_LOGGED, WARD, called=TOWN, informed=BY_PHONE)
    assert "ward SEND_DISCHARGE_NOTICE" not in waits(story)


def test_where_secrecy_hinders_the_transfer_does_not_wait() -> None:
    story = told(*READY)
    assert waits(story) >= ONCE_READY
    story = Story(secrecy_hinders=True)
    story.events = told(*READY).events
    assert ONCE_READY - waits(story) == {"ward SEND_DISCHARGE_NOTICE"}


def test_the_answer_waits_from_when_the_unit_was_brought_in() -> None:
    story = told(*NOTIFIED).later(days=1)
    story.does(E.PARTICIPANT_ADDED, CENTRE, recipients=(ELSEWHERE,))
    reads(story, CENTRE, TOWN, ELSEWHERE)
    answers = {one.unit_id: one.since for one in tasks(story.facts) if one.kind is T.ANSWER_ADMISSION_NOTICE}
    added = START + dt.timedelta(days=1, minutes=3)
    assert answers == {CENTRE.id: story.events[2].at, TOWN.id: story.events[2].at, ELSEWHERE.id: added}


# --- due times: those of the clocks ---


@pytest.mark.parametrize(
    ("admitted", "due"),
    [
        ("2026-03-28T14:00+01:00", "2026-03-29T15:00+02:00"),
        ("2026-10-24T14:00+02:00", "2026-10-25T13:00+01:00"),
    ],
)
def test_the_admission_notice_is_due_by_the_clock(admitted: str, due: str) -> None:
    facts = EpisodeFacts(
        now=at(admitted),
        state=EpisodeState.ADMITTED,
        ward=WARD,
        participants=everything_in_order(EpisodeState.ADMITTED).participants,
        admitted_at=at(admitted),
        need_assessed_at=at(admitted),
    )
    task = only(tasks(facts), T.SEND_ADMISSION_NOTICE)
    assert (task.unit_id, task.since, task.due_at) == (WARD.id, at(admitted), at(due))
    assert (task.law and task.law.section, task.rule) == ("2 kap. 3 §", None)


@pytest.mark.parametrize(
    ("noticed", "due"),
    [
        ("2026-11-23T10:00+01:00", "2026-11-27T00:00+01:00"),
        ("2026-11-25T10:00+01:00", "2026-12-01T00:00+01:00"),
        ("2026-03-26T10:00+01:00", "2026-03-31T00:00+02:00"),
        ("2026-06-16T23:30+02:00", "2026-06-23T00:00+02:00"),
    ],
    ids=["a Thursday", "Saturday moves to Monday", "over the change to summer time", "midsummer"],
)
def test_the_call_to_sip_is_due_as_the_last_allowed_day_ends(noticed: str, due: str) -> None:
    facts = everything_in_order(EpisodeState.DISCHARGE_READY, discharge_ready_at=at(noticed), now=at(noticed))
    task = only(tasks(facts), T.CALL_TO_PLAN)
    assert (task.unit_id, task.since, task.due_at) == (CENTRE.id, at(noticed), at(due))
    assert task.law is not None
    assert task.law.section == "4 kap. 3 §"


def test_the_discharge_notice_is_due_the_same_day_only_after_the_discharge() -> None:
    ready = everything_in_order(EpisodeState.DISCHARGE_READY)
    facts = replace(ready, notices=ready.notices[:1])
    assert only(tasks(facts), T.SEND_DISCHARGE_NOTICE).due_at is None
    gone = replace(facts, state=EpisodeState.DISCHARGED, discharged_at=at("2026-11-25T11:00+01:00"))
    task = only(tasks(gone), T.SEND_DISCHARGE_NOTICE)
    assert (task.due_at, task.law and task.law.section) == (at("2026-11-26T00:00+01:00"), "3 kap. 2 §")
    assert task.since == ready.discharge_ready_at


def test_the_planning_basis_waits_for_the_ward_only_where_the_region_sets_a_time() -> None:
    story = told(*NOTIFIED)
    for region in ("stockholm", "vasternorrland", "orebro", None):
        assert T.SEND_PLANNING_BASIS not in {one.kind for one in tasks(story.facts, region)}
    task = only(tasks(story.facts, "halland"), T.SEND_PLANNING_BASIS)
    sent = story.events[-1].at
    assert (task.unit_id, task.since, task.due_at) == (WARD.id, sent, sent + dt.timedelta(hours=48))
    assert (task.rule, task.law) == ("HAL-HP1", None)
    story.does(E.PLANNING_BASIS_SENT, WARD)
    assert T.SEND_PLANNING_BASIS not in {one.kind for one in tasks(story.facts, "halland")}


def test_what_no_clock_counts_has_no_due_time_but_its_section() -> None:
    story = reads(told(*READY), TOWN)
    found = {one.kind: (one.due_at, one.law and one.law.section) for one in tasks(story.facts)}
    assert found == {
        T.ACKNOWLEDGE_NOTICE: (None, None),
        T.ANSWER_ADMISSION_NOTICE: (None, "2 kap. 6 §"),
        T.APPOINT_FIXED_CARE_CONTACT: (None, "2 kap. 5 §"),
        T.CONFIRM_CAN_RECEIVE: (None, None),
        T.SEND_DISCHARGE_NOTICE: (None, "3 kap. 2 §"),
        T.INFORM_PATIENT: (None, "3 kap. 3 §"),
    }
