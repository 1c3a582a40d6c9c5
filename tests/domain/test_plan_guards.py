"""The guards of the plan (SIP): each alone, several together, and the four things that the law demands."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from pydantic import ValidationError

from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.plan_facts import (
    Meeting,
    PlanAct,
    PlanBackground,
    PlanContent,
    PlanFacts,
    PlanIntervention,
)
from lifecare_gql.domain.plan_words import MeetingForm, PlanEventKind, PlanItem, PlanState, principal_of
from lifecare_gql.domain.plans import PLAN_TABLE, judge_plan
from lifecare_gql.domain.words import Principal, UnitKind
from tests.domain.episodes import CENTRE, NURSES, PSYCHIATRY, START, TODAY, TOWN, WARD, codes
from tests.domain.plans import PlanStory, content, established, meeting, plan_act, plan_in_order
from tests.regions.plugins import four_regions

K = PlanEventKind
S = PlanState
CLOSED_UNIT = replace(CENTRE, id="nedlagd", active=False)
TOMORROW = START + dt.timedelta(days=1)
YESTERDAY = TODAY - dt.timedelta(days=1)
NO_CONTACT = {"callers": frozenset({PSYCHIATRY.id})}

# event, state, who, what the act says otherwise, how the background is otherwise, the refusals
Case = tuple[PlanEventKind, PlanState | None, Party, dict[str, Any], dict[str, Any], list[str]]
ALONE: list[Case] = [
    (K.NEED_IDENTIFIED, None, WARD, {}, {"another_open": True}, ["PLAN_ALREADY_OPEN"]),
    (K.NEED_IDENTIFIED, None, WARD, {}, {"care_plan_instead": True}, ["CARE_PLAN_INSTEAD"]),
    (K.NEED_IDENTIFIED, None, WARD, {"recipients": ()}, {"consent": False}, []),
    (K.NEED_IDENTIFIED, None, WARD, {"recipients": (CLOSED_UNIT,)}, {}, ["UNIT_NOT_REGISTERED"]),
    (K.NEED_IDENTIFIED, None, WARD, {"recipients": (WARD,)}, {}, ["RECIPIENT_IS_SENDER"]),
    (K.CALLED, S.CALL_PLANNED, CENTRE, {}, NO_CONTACT, ["NOT_FIXED_CARE_CONTACT"]),
    (K.CALLED, S.FOLLOWED_UP, TOWN, {}, NO_CONTACT, ["NOT_FIXED_CARE_CONTACT"]),
    (K.CALLED, S.CALL_PLANNED, PSYCHIATRY, {}, NO_CONTACT, []),
    (K.CALLED, S.CALL_PLANNED, CENTRE, {}, {"consent": False}, ["CONSENT_REQUIRED"]),
    (K.CALLED, S.CALL_PLANNED, CENTRE, {}, {"care_plan_instead": True}, ["CARE_PLAN_INSTEAD"]),
    (K.CALLED, S.CALL_PLANNED, CENTRE, {"recipients": ()}, {}, ["NO_RECIPIENT"]),
    (K.CALLED, S.CALLED, CENTRE, {"recipients": (TOWN, CLOSED_UNIT)}, {}, ["UNIT_NOT_REGISTERED"]),
    (K.CALLED, S.ESTABLISHED, TOWN, {"recipients": (TOWN,)}, {}, ["RECIPIENT_IS_SENDER"]),
    (K.CALLED, S.CALL_PLANNED, CENTRE, {"meeting": None}, {}, ["MEETING_MISSING"]),
    (K.CALLED, S.CALL_PLANNED, CENTRE, {"meeting": meeting(starts_at=START)}, {}, ["MEETING_TIMES_WRONG"]),
    (
        K.CALLED,
        S.CALL_PLANNED,
        CENTRE,
        {"meeting": meeting(ends_at=meeting().starts_at)},
        {},
        ["MEETING_TIMES_WRONG"],
    ),
    (
        K.CALLED,
        S.CALL_PLANNED,
        CENTRE,
        {"meeting": meeting(starts_at=START, ends_at=START - dt.timedelta(hours=1))},
        {},
        ["MEETING_TIMES_WRONG", "MEETING_TIMES_WRONG"],
    ),
    (K.CALL_DECLINED, S.CALLED, NURSES, {"reason": " "}, {}, ["REASON_REQUIRED"]),
    (K.CALL_ACCEPTED, S.CALLED, NURSES, {"reason": ""}, {}, []),
    (K.DRAFTED, S.CALL_PLANNED, PSYCHIATRY, {"content": None}, {}, ["CONTENT_MISSING"]),
    (K.DRAFTED, S.CALL_PLANNED, PSYCHIATRY, {"content": PlanContent()}, {"consent": False}, []),
    (K.ESTABLISHED, S.CALLED, CENTRE, {}, {"consent": False}, ["CONSENT_REQUIRED"]),
    (K.ESTABLISHED, S.CALLED, CENTRE, {"content": None}, {}, ["MISSING_PLAN_ITEM"] * 4),
    (K.ESTABLISHED, S.CALLED, CENTRE, {"follow_up_on": YESTERDAY}, {}, ["DATE_PASSED"]),
    (K.ESTABLISHED, S.CALLED, CENTRE, {"follow_up_on": TODAY}, {}, []),
    (K.ESTABLISHED, S.CALLED, CENTRE, {"occurred_at": TOMORROW}, {}, ["MOMENT_IN_FUTURE"]),
    (K.COPY_OFFERED, S.ESTABLISHED, CENTRE, {"accepted": None}, {}, ["ANSWER_REQUIRED"]),
    (K.COPY_OFFERED, S.ESTABLISHED, CENTRE, {"accepted": False}, {"consent": False}, []),
    (K.FOLLOWED_UP, S.ESTABLISHED, TOWN, {"text": ""}, {}, ["TEXT_EMPTY"]),
    (K.FOLLOWED_UP, S.FOLLOWED_UP, NURSES, {"follow_up_on": YESTERDAY}, {}, ["DATE_PASSED"]),
    (K.FOLLOWED_UP, S.ESTABLISHED, TOWN, {"occurred_at": TOMORROW}, {}, ["MOMENT_IN_FUTURE"]),
    (K.FOLLOWED_UP, S.ESTABLISHED, TOWN, {}, {"consent": False}, []),
    (K.REVISED, S.FOLLOWED_UP, TOWN, {}, {"consent": False}, ["CONSENT_REQUIRED"]),
    (K.REVISED, S.ESTABLISHED, TOWN, {"content": None}, {}, ["CONTENT_MISSING"]),
    (K.REVISED, S.ESTABLISHED, TOWN, {"content": PlanContent()}, {}, ["MISSING_PLAN_ITEM"] * 4),
    (K.REVISED, S.ESTABLISHED, TOWN, {"follow_up_on": YESTERDAY}, {}, ["DATE_PASSED"]),
    (K.CLOSED, S.CALL_PLANNED, TOWN, {"reason": ""}, {"consent": False}, ["REASON_REQUIRED"]),
    (K.CLOSED, S.CALLED, CENTRE, {}, {"consent": False}, []),
    (K.CLOSED, S.FOLLOWED_UP, NURSES, {"reason": "\t"}, {}, ["REASON_REQUIRED"]),
]


def facts_with(state: PlanState | None, background: dict[str, Any]) -> PlanFacts:
    return plan_in_order(state, background=PlanBackground(**{"consent": True, **background}))


@pytest.mark.parametrize(("event", "state", "by", "says", "background", "expected"), ALONE)
def test_each_guard_alone(
    event: PlanEventKind,
    state: PlanState | None,
    by: Party,
    says: dict[str, Any],
    background: dict[str, Any],
    expected: list[str],
) -> None:
    assert codes(judge_plan(plan_act(event, by, **says), facts_with(state, background), by, {})) == expected


def test_every_guard_is_tried_alone() -> None:
    tried = {code for *_, expected in ALONE for code in expected} | {"WRONG_STATE"}  # below
    assert {guard.code.value for step in PLAN_TABLE for guard in step.guards} == tried


def test_an_answer_comes_before_the_meeting_is_held() -> None:
    held = plan_in_order(S.ESTABLISHED, call_stands=False)
    for kind in (K.CALL_ACCEPTED, K.CALL_DECLINED):
        [objection] = judge_plan(plan_act(kind, NURSES), held, NURSES, {})
        assert (objection.code, objection.reason) == ("WRONG_STATE", "Mötet som kallelsen gällde har hållits.")


PLAIN = PlanIntervention(what="påhittad insats", principal=Principal.REGION)
UNNAMED = replace(PLAIN, what=" ")
PRIVATE = replace(PLAIN, principal=Principal.PRIVATE)


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({}, []),
        ({"goals": ()}, []),
        ({"interventions": (PLAIN,)}, []),
        ({"interventions": ()}, [PlanItem.INTERVENTIONS, PlanItem.RESPONSIBILITIES]),
        ({"interventions": (PLAIN, UNNAMED)}, [PlanItem.INTERVENTIONS]),
        ({"interventions": (PLAIN, PRIVATE)}, [PlanItem.RESPONSIBILITIES]),
        ({"measures_by_others": " "}, [PlanItem.MEASURES_BY_OTHERS]),
        ({"main_responsibility": None}, [PlanItem.MAIN_RESPONSIBILITY]),
        ({"main_responsibility": Principal.PRIVATE}, [PlanItem.MAIN_RESPONSIBILITY]),
        ({"measures_by_others": "", "main_responsibility": None}, list(PlanItem)[2:]),
    ],
)
@pytest.mark.parametrize("event", [K.ESTABLISHED, K.REVISED])
def test_each_of_the_four_things_is_demanded(
    event: PlanEventKind, changes: dict[str, Any], missing: list[PlanItem]
) -> None:
    state, by = (S.CALLED, CENTRE) if event is K.ESTABLISHED else (S.FOLLOWED_UP, TOWN)
    found = judge_plan(plan_act(event, by, content=content(**changes)), plan_in_order(state), by, {})
    assert [one.reason for one in found] == [
        f"Planen saknar något som lagen kräver. Saknas: {item.swedish}." for item in missing
    ]
    for one in found:
        assert one.code == "MISSING_PLAN_ITEM"
        assert one.law is not None
        assert (one.law.law, one.law.section) == ("hälso- och sjukvårdslagen (2017:30)", "16 kap. 4 §")
        assert one.path[:2] == ("input", "content")


def test_a_draft_can_be_relied_on() -> None:
    story = PlanStory()
    story.does(K.NEED_IDENTIFIED, TOWN)
    story.does(K.DRAFTED, TOWN, content=content(measures_by_others=""))
    story.does(K.CALLED, CENTRE)
    assert codes(story.judged(K.ESTABLISHED, CENTRE, content=None)) == ["MISSING_PLAN_ITEM"]
    assert story.does(K.DRAFTED, NURSES) == ()
    assert story.does(K.ESTABLISHED, CENTRE, content=None) == ()


def test_what_is_said_at_the_meeting_comes_before_the_draft() -> None:
    story = PlanStory()
    story.does(K.NEED_IDENTIFIED, TOWN)
    story.does(K.DRAFTED, TOWN)
    story.does(K.CALLED, CENTRE)
    said = content(main_responsibility=None)
    assert codes(story.judged(K.ESTABLISHED, CENTRE, content=said)) == ["MISSING_PLAN_ITEM"]


def test_all_that_is_wrong_comes_at_once() -> None:
    act = PlanAct(kind=K.CALLED, recipients=(CENTRE, CLOSED_UNIT))
    background = {"consent": False, "care_plan_instead": True, **NO_CONTACT}
    assert codes(judge_plan(act, facts_with(S.CALL_PLANNED, background), CENTRE, {})) == [
        "NOT_FIXED_CARE_CONTACT",
        "CONSENT_REQUIRED",
        "CARE_PLAN_INSTEAD",
        "MEETING_MISSING",
        "UNIT_NOT_REGISTERED",
        "RECIPIENT_IS_SENDER",
    ]


def test_in_the_discharge_process_the_law_says_who_calls() -> None:
    story = PlanStory(callers=frozenset({CENTRE.id}))
    story.does(K.NEED_IDENTIFIED, TOWN, recipients=())
    [objection] = story.judged(K.CALLED, TOWN)
    assert objection.law is not None
    assert (objection.code, objection.law.section) == ("NOT_FIXED_CARE_CONTACT", "4 kap. 3 §")
    assert codes(story.judged(K.CALLED, NURSES)) == ["NOT_PARTY"]
    assert story.facts.participant(CENTRE.id) is None
    assert story.does(K.CALLED, CENTRE) == ()
    assert story.facts.caller == CENTRE


def test_outside_it_any_participant_calls() -> None:
    story = PlanStory()
    story.does(K.NEED_IDENTIFIED, CENTRE, recipients=(TOWN,))
    assert codes(story.judged(K.CALLED, NURSES)) == ["NOT_PARTY"]
    assert story.does(K.CALLED, TOWN) == ()


def test_a_missing_copy_quotes_the_passage_that_asks_for_it() -> None:
    [objection] = judge_plan(PlanAct(kind=K.COPY_OFFERED), established().facts, CENTRE, four_regions())
    assert objection.source is not None
    assert objection.source.fact == "V49"
    assert "kopia av SIP" in objection.source.quote


def test_who_has_the_main_responsibility_follows_the_plan_in_force() -> None:
    story = established()
    assert codes(story.judged(K.FOLLOWED_UP, CENTRE)) == ["WRONG_ROLE"]
    assert story.does(K.REVISED, TOWN, content=content(main_responsibility=Principal.REGION)) == ()
    assert codes(story.judged(K.FOLLOWED_UP, TOWN)) == ["WRONG_ROLE"]
    assert story.does(K.FOLLOWED_UP, CENTRE) == ()
    assert story.does(K.CLOSED, WARD) == ()


@pytest.mark.parametrize("kind", UnitKind)
def test_every_unit_is_on_the_side_of_region_or_municipality(kind: UnitKind) -> None:
    municipal = kind.care_type.value == "MUNICIPAL"
    assert principal_of(kind) is (Principal.MUNICIPALITY if municipal else Principal.REGION)


def test_a_meeting_has_moments_not_wall_clocks() -> None:
    naive = dt.datetime(2026, 11, 30, 9, 0)  # noqa: DTZ001
    with pytest.raises(ValidationError, match="time zone"):
        Meeting(starts_at=naive, ends_at=naive, form=MeetingForm.PHONE)
