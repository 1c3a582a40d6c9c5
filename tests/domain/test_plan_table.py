"""The plan (SIP): every event, in every state, by everybody, against a table drawn by hand."""

from __future__ import annotations

import pytest

from lifecare_gql.domain.plan_words import PlanEventKind, PlanState
from lifecare_gql.domain.plans import PLAN_TABLE, available_plan_actions, judge_plan, plan_next_state
from tests.domain.episodes import codes
from tests.domain.plan_by_hand import BY_HAND, COLUMNS, MOVES, cell, expected
from tests.domain.plans import STRANGER, UNITS, PlanStory, plan_act, plan_in_order


def test_the_table_by_hand_is_whole() -> None:
    assert list(BY_HAND) == [event.value for event in PlanEventKind]
    assert (None, *PlanState) == COLUMNS
    assert {len(row) for row, *_ in BY_HAND.values()} == {len(COLUMNS)}
    assert {step.event for step in PLAN_TABLE} == set(PlanEventKind)


@pytest.mark.parametrize("event", PlanEventKind)
@pytest.mark.parametrize("state", COLUMNS)
@pytest.mark.parametrize("letter", UNITS)
def test_every_cell(event: PlanEventKind, state: PlanState | None, letter: str) -> None:
    unit = UNITS[letter]
    found = judge_plan(plan_act(event, unit), plan_in_order(state), unit, {})
    assert codes(found) == expected(event, state, letter)


@pytest.mark.parametrize("event", PlanEventKind)
def test_where_every_event_leads(event: PlanEventKind) -> None:
    for state in COLUMNS:
        if cell(event, state) == "+":
            assert plan_next_state(event, state) == MOVES.get((event, state), state)
        else:
            with pytest.raises(ValueError, match=event):
                plan_next_state(event, state)


@pytest.mark.parametrize("event", [event for event in PlanEventKind if event != "NEED_IDENTIFIED"])
def test_a_unit_that_takes_no_part_learns_nothing(event: PlanEventKind) -> None:
    for state in PlanState:
        found = judge_plan(plan_act(event, STRANGER), plan_in_order(state), STRANGER, {})
        assert [(one.code.value, one.reason) for one in found] == [
            ("NOT_PARTY", "Enheten deltar inte i planeringen.")
        ]


def told_to(state: PlanState | None) -> PlanStory:
    """A story that has come to the state, by acts that nobody objects to."""
    story = PlanStory()
    ways = {
        None: "",
        "CALL_PLANNED": "N",
        "CALLED": "NC",
        "ESTABLISHED": "NCE",
        "FOLLOWED_UP": "NCEF",
        "CLOSED": "NX",
    }
    acts = {"N": ("NEED_IDENTIFIED", "S"), "C": ("CALLED", "C"), "E": ("ESTABLISHED", "C")}
    acts |= {"F": ("FOLLOWED_UP", "S"), "X": ("CLOSED", "S")}
    for kind, letter in (acts[one] for one in ways[state]):
        assert story.does(PlanEventKind(kind), UNITS[letter]) == ()
    assert story.facts.state is state
    return story


@pytest.mark.parametrize("event", PlanEventKind)
@pytest.mark.parametrize("state", COLUMNS)
def test_what_is_refused_changes_nothing(event: PlanEventKind, state: PlanState | None) -> None:
    story = told_to(state)
    for unit in (*UNITS.values(), STRANGER):
        before, facts = list(story.events), story.facts
        if codes(story.judged(event, unit)):
            story.does(event, unit)
            assert (story.events, story.facts) == (before, facts)


@pytest.mark.parametrize("state", COLUMNS)
@pytest.mark.parametrize("letter", UNITS)
def test_what_is_available_is_what_the_table_says(state: PlanState | None, letter: str) -> None:
    found = {one.event.value: one for one in available_plan_actions(plan_in_order(state), UNITS[letter], {})}
    assert list(found) == [event.value for event in PlanEventKind]
    for event, one in found.items():
        assert codes(one.objections) == expected(event, state, letter), event
        assert one.allowed == (not one.objections)
        leads_to = {"FOLLOWED_UP": "FOLLOWED_UP", "REVISED": "ESTABLISHED"}.get(event, MOVES.get((event, state)))
        assert one.leads_to == (leads_to if one.allowed else None)


def test_what_will_be_asked_for_is_told_beforehand() -> None:
    facts = plan_in_order(PlanState.CALL_PLANNED)
    found = {one.event.value: one for one in available_plan_actions(facts, UNITS["C"], {})}
    assert [code.value for code in found["CALLED"].asks] == [
        "MEETING_MISSING",
        "MEETING_TIMES_WRONG",
        "NO_RECIPIENT",
        "UNIT_NOT_REGISTERED",
        "RECIPIENT_IS_SENDER",
    ]
    assert [code.value for code in found["DRAFTED"].asks] == ["CONTENT_MISSING"]


@pytest.mark.parametrize("event", PlanEventKind)
def test_every_refusal_says_why_and_what_to_do(event: PlanEventKind) -> None:
    for state in COLUMNS:
        for unit in (*UNITS.values(), STRANGER):
            for objection in judge_plan(plan_act(event, unit), plan_in_order(state), unit, {}):
                assert objection.reason.endswith(".")
                assert objection.remedy.endswith(".")
                assert objection.path[0] in ("input", "viewer")


def test_an_established_plan_is_closed_after_a_follow_up() -> None:
    story = told_to(PlanState.ESTABLISHED)
    [objection] = story.judged(PlanEventKind.CLOSED, UNITS["M"])
    assert objection.reason == "Plan avslutad: det går inte när planens läge är upprättad."
    assert objection.remedy == "Först krävs att planens läge är uppföljd."
    assert objection.path == ("input", "planId")


def test_the_law_is_quoted_where_the_step_rests_on_it() -> None:
    assert {step.event.value: (step.law.law, step.law.section) for step in PLAN_TABLE if step.law} == {
        "NEED_IDENTIFIED": ("socialtjänstlagen (2025:400)", "10 kap. 8–9 §§"),
        "ESTABLISHED": ("hälso- och sjukvårdslagen (2017:30)", "16 kap. 4 §"),
        "REVISED": ("hälso- och sjukvårdslagen (2017:30)", "16 kap. 4 §"),
    }
