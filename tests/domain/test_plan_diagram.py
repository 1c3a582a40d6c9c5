"""The plan (SIP) as it is shown: diagram, page and published values, all made from the one table."""

from __future__ import annotations

import re
from pathlib import Path

from lifecare_gql.domain.plan_diagram import plan_document, plan_mermaid, plan_process
from lifecare_gql.domain.plan_words import PlanState
from lifecare_gql.domain.plans import PLAN_TABLE
from tests.domain.plan_by_hand import BY_HAND, COLUMNS, MOVES

PAGE = Path(__file__).parents[2] / "docs" / "plan-process.md"
ARROW = re.compile(r"^    (\S+) --> (\S+) : (.+)$", re.MULTILINE)


def test_the_page_is_written_from_the_table() -> None:
    assert PAGE.read_text("utf-8") == plan_document(), (
        "run: python -m lifecare_gql.domain.plan_diagram > docs/plan-process.md"
    )


def test_the_diagram_has_every_move_that_was_drawn_by_hand() -> None:
    drawn = [(a, b) for a, b, _ in ARROW.findall(plan_mermaid())]
    assert sorted(drawn) == sorted((before or "[*]", after) for (_, before), after in MOVES.items())
    assert re.findall(r"(\S+) --> \[\*\]", plan_mermaid()) == ["CLOSED"]


def test_what_is_published_is_the_table() -> None:
    process = plan_process()
    assert process.diagram == plan_mermaid()
    assert [one.state for one in process.states] == list(PlanState)
    assert [one.state.value for one in process.states if one.final] == ["CLOSED"]
    for event, (row, *_) in BY_HAND.items():
        steps = [step for step in process.steps if step.event.value == event]
        states = {state for step in steps for state in step.from_states}
        assert states == {state for state, mark in zip(COLUMNS, row, strict=True) if mark == "+" and state}
        assert any(step.opens for step in steps) == (row[0] == "+")


def test_every_guard_is_published_with_what_it_rests_on() -> None:
    steps = plan_process().steps
    assert [len(step.guards) for step in steps] == [len(step.guards) for step in PLAN_TABLE]
    [made] = [step.guards for step in steps if step.event == "ESTABLISHED"]
    assert [(one.code.value, one.asked, one.law and one.law.section) for one in made] == [
        ("CONSENT_REQUIRED", False, "4 kap. 2 §"),
        ("MISSING_PLAN_ITEM", True, "16 kap. 4 §"),
        ("DATE_PASSED", True, None),
        ("MOMENT_IN_FUTURE", True, None),
    ]
