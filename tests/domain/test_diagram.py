"""The discharge process as it is shown: diagram, page and published values, all made from the one table."""

from __future__ import annotations

import re
from pathlib import Path

from lifecare_gql.domain.diagram import discharge_process, document, mermaid
from lifecare_gql.domain.episode_words import EpisodeState
from lifecare_gql.domain.episodes import TABLE
from tests.domain.process_by_hand import BY_HAND, COLUMNS, LETTERS, MOVES

PAGE = Path(__file__).parents[2] / "docs" / "discharge-process.md"
ARROW = re.compile(r"^    (\S+) --> (\S+) : (.+)$", re.MULTILINE)


def test_the_page_is_written_from_the_table() -> None:
    assert PAGE.read_text("utf-8") == document(), (
        "run: python -m lifecare_gql.domain.diagram > docs/discharge-process.md"
    )


def test_the_diagram_has_every_move_that_was_drawn_by_hand() -> None:
    drawn = [(a, b) for a, b, _ in ARROW.findall(mermaid())]
    assert sorted(drawn) == sorted((before or "[*]", after) for (_, before), after in MOVES.items())
    assert len(set(drawn)) == len(drawn)


def test_the_diagram_names_every_state_and_its_ends() -> None:
    text = mermaid()
    assert text.startswith("stateDiagram-v2\n")
    assert all(f"    {state} : {state.swedish}\n" in text for state in EpisodeState)
    assert re.findall(r"(\S+) --> \[\*\]", text) == ["ABORTED", "CLOSED"]


def test_what_is_published_is_the_table() -> None:
    process = discharge_process()
    assert process.diagram == mermaid()
    assert [one.state for one in process.states] == list(EpisodeState)
    assert {one.state.value for one in process.states if one.final} == {"ABORTED", "CLOSED"}
    for event, (row, who) in BY_HAND.items():
        steps = [step for step in process.steps if step.event.value == event]
        states = {state for step in steps for state in step.from_states}
        assert states == {state for state, mark in zip(COLUMNS, row, strict=True) if mark == "+" and state}
        assert any(step.opens for step in steps) == (row[0] == "+")
        assert all(
            list(step.who_may) == [role for letter, role in LETTERS.items() if letter in who] for step in steps
        )


def test_every_guard_is_published_with_what_it_rests_on() -> None:
    steps = discharge_process().steps
    assert [len(step.guards) for step in steps] == [len(step.guards) for step in TABLE]
    [gate] = [step.guards for step in steps if step.event == "DISCHARGED"]
    assert [(one.code.value, one.fact, one.law and one.law.section) for one in gate] == [
        ("NO_RECEIVING_UNIT", "V14", None),
        ("RECEIPT_NOT_CONFIRMED", "V14", None),
        ("MISSING_FIXED_CARE_CONTACT", None, "2 kap. 5 §"),
        ("MOMENT_IN_FUTURE", None, None),
    ]
