"""The discharge process: every event, in every state, by every role, against a table drawn by hand."""

from __future__ import annotations

import pytest

from lifecare_gql.domain.episode_facts import Act
from lifecare_gql.domain.episode_words import EpisodeEventKind, EpisodeState, PartyRole
from lifecare_gql.domain.episodes import TABLE, available_actions, judge, next_state
from tests.domain.episodes import BY_ROLE, STRANGERS, act_of, codes, everything_in_order, waiting_for_all
from tests.domain.process_by_hand import BY_HAND, COLUMNS, MOVES, NEEDS_NO_PART, cell, expected


def test_the_table_by_hand_is_whole() -> None:
    assert set(BY_HAND) == {event.value for event in EpisodeEventKind}
    assert set(COLUMNS) == {None, *EpisodeState}
    assert {len(row) for row, _ in BY_HAND.values()} == {len(COLUMNS)}
    assert {step.event for step in TABLE} == set(EpisodeEventKind)


@pytest.mark.parametrize("event", EpisodeEventKind)
@pytest.mark.parametrize("state", COLUMNS)
@pytest.mark.parametrize("role", PartyRole)
def test_every_cell(event: EpisodeEventKind, state: EpisodeState | None, role: PartyRole) -> None:
    facts = everything_in_order(state)
    if event is EpisodeEventKind.ACKNOWLEDGED or event is EpisodeEventKind.MISDIRECTED:
        facts = waiting_for_all(facts)
    unit = BY_ROLE[role]
    assert codes(judge(act_of(event, unit), facts, unit, {})) == expected(event, state, role)


@pytest.mark.parametrize("event", EpisodeEventKind)
def test_where_every_event_leads(event: EpisodeEventKind) -> None:
    for state in COLUMNS:
        if cell(event, state) == "+":
            assert next_state(Act(kind=event), state) == MOVES.get((event, state), state)
        else:
            with pytest.raises(ValueError, match=event):
                next_state(Act(kind=event), state)


@pytest.mark.parametrize("event", [event for event in EpisodeEventKind if event not in NEEDS_NO_PART])
@pytest.mark.parametrize("role", PartyRole)
def test_a_unit_that_takes_no_part_learns_nothing(event: EpisodeEventKind, role: PartyRole) -> None:
    stranger = STRANGERS[role]
    for state in EpisodeState:
        assert codes(judge(act_of(event, stranger), everything_in_order(state), stranger, {})) == ["NOT_PARTY"]


@pytest.mark.parametrize("state", COLUMNS)
@pytest.mark.parametrize("role", PartyRole)
def test_what_is_available_is_what_the_table_says(state: EpisodeState | None, role: PartyRole) -> None:
    facts = waiting_for_all(everything_in_order(state))
    found = {one.event.value: one for one in available_actions(facts, BY_ROLE[role], {})}
    assert list(found) == [event.value for event in EpisodeEventKind]
    for event, one in found.items():
        unread = ["UNACKNOWLEDGED_REMAIN"] * 3 if event == "CLOSED" and state and cell(event, state) != "x" else []
        assert codes(one.objections) == expected(event, state, role) + unread, event
        assert one.allowed == (not one.objections)
        assert one.leads_to == (MOVES.get((event, state)) if one.allowed else None) or event == "NEED_ASSESSED"


def test_what_will_be_asked_for_is_told_beforehand() -> None:
    facts = everything_in_order(EpisodeState.ADMITTED)
    [notice] = [one for one in available_actions(facts, BY_ROLE[PartyRole.WARD], {}) if "ADMISSION_N" in one.event]
    assert [code.value for code in notice.asks] == [
        "NO_RECIPIENT",
        "UNIT_NOT_REGISTERED",
        "RECIPIENT_IS_SENDER",
        "MISSING_LEGAL_FIELD",
        "OUTPATIENT_CARE_MISSING",
        "PROTECTED_IDENTITY",
    ]


@pytest.mark.parametrize("event", EpisodeEventKind)
def test_every_refusal_says_why_and_what_to_do(event: EpisodeEventKind) -> None:
    for state in COLUMNS:
        for unit in (*BY_ROLE.values(), *STRANGERS.values()):
            for objection in judge(act_of(event, unit), everything_in_order(state), unit, {}):
                assert objection.reason.endswith(".")
                assert objection.remedy.endswith(".")
                assert objection.path[0] in ("input", "viewer")


def test_the_law_is_quoted_where_the_step_rests_on_it() -> None:
    sections = {step.event.value: step.law.section for step in TABLE if step.law}
    assert sections == {
        "NEED_ASSESSED": "2 kap. 3 §",
        "NO_NEED_ASSESSED": "2 kap. 1 §",
        "SECRECY_ASSESSED": "3 kap. 1 §",
        "COMPULSORY_CARE_ASSESSED": "4 kap. 1 §",
        "ADMISSION_NOTICE_SENT": "2 kap. 1 §",
        "ANSWERED": "2 kap. 6 §",
        "EXPECTED_DISCHARGE_CHANGED": "2 kap. 4 §",
        "FIXED_CARE_CONTACT_APPOINTED": "2 kap. 5 §",
        "DISCHARGE_READY_SENT": "3 kap. 1 §",
        "SIP_CALLED": "4 kap. 3 §",
        "DISCHARGE_NOTICE_SENT": "3 kap. 2 §",
        "PATIENT_INFORMED": "3 kap. 3 §",
    }
