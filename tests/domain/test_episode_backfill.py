"""What may be entered afterwards as of an outage: every cell against a drawing by hand, and what is only told."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from lifecare_gql.domain.episode_backfill import BACKFILL_TABLE
from lifecare_gql.domain.episode_events import facts_of
from lifecare_gql.domain.episode_facts import Act, EpisodeEvent, EpisodeFacts
from lifecare_gql.domain.episode_words import EpisodeEventKind, EpisodeState, NoticeKind, PartyRole
from lifecare_gql.domain.episodes import judge, next_state
from lifecare_gql.domain.objections import Objection
from lifecare_gql.domain.words import Severity
from tests.domain.episodes import BY_ROLE, CENTRE, START, TOWN, WARD, act_of, codes, everything_in_order
from tests.domain.process_by_hand import BACKFILLED, BACKFILLED_MOVES, COLUMNS, cell, expected

_Kind = EpisodeEventKind
EVENTS = [EpisodeEventKind[name] for name in BACKFILLED]
DOWN = "6b1f7f0e-0000-4000-8000-000000000000"
HOUR = dt.timedelta(hours=1)


def entered(kind: EpisodeEventKind, role: PartyRole = PartyRole.WARD) -> Act:
    """The act as of an outage, with all that it asks of the caller."""
    return replace(act_of(kind, BY_ROLE[role]), outage=DOWN, occurred_at=START + HOUR)


def test_the_table_by_hand_is_whole() -> None:
    assert [step.event for step in BACKFILL_TABLE] == EVENTS
    assert {len(row) for row, _ in BACKFILLED.values()} == {len(COLUMNS)}


@pytest.mark.parametrize("event", EVENTS)
@pytest.mark.parametrize("state", COLUMNS)
@pytest.mark.parametrize("role", PartyRole)
def test_every_cell(event: EpisodeEventKind, state: EpisodeState | None, role: PartyRole) -> None:
    found = judge(entered(event, role), everything_in_order(state), BY_ROLE[role], {})
    assert codes(found) == expected(event, state, role, BACKFILLED)


@pytest.mark.parametrize("event", EVENTS)
def test_where_every_event_leads(event: EpisodeEventKind) -> None:
    for state in COLUMNS:
        if cell(event, state, BACKFILLED) == "+":
            assert next_state(entered(event), state) == BACKFILLED_MOVES.get((event, state), state)
        else:
            with pytest.raises(ValueError, match=event):
                next_state(entered(event), state)


@pytest.mark.parametrize("event", EVENTS)
def test_it_is_said_when_it_happened(event: EpisodeEventKind) -> None:
    state = next(state for state in COLUMNS if cell(event, state, BACKFILLED) == "+")
    role = PartyRole.OUTPATIENT_CARE if event is _Kind.FIXED_CARE_CONTACT_APPOINTED else PartyRole.WARD
    silent = replace(entered(event, role), occurred_at=None)
    ahead = replace(entered(event, role), occurred_at=START + 99 * HOUR)
    assert codes(judge(silent, everything_in_order(state), BY_ROLE[role], {})) == ["DATE_MISSING"]
    assert codes(judge(ahead, everything_in_order(state), BY_ROLE[role], {})) == ["MOMENT_IN_FUTURE"]


def leaving(*told: Act) -> EpisodeFacts:
    """A patient who was admitted and planned for, and of whom nobody could tell that it was discharge-ready."""
    return facts_of(before(*told), now=START + 48 * HOUR, background=everything_in_order(None).background)


def before(*told: Act) -> list[EpisodeEvent]:
    notice = replace(act_of(_Kind.ADMISSION_NOTICE_SENT, WARD), recipients=(CENTRE, TOWN))
    acts = [(WARD, Act(kind=_Kind.ADMITTED)), (WARD, notice), *((WARD, one) for one in told)]
    return [
        EpisodeEvent(id=f"e{at}", at=START + at * HOUR, unit=unit, act=one) for at, (unit, one) in enumerate(acts)
    ]


def warned(found: tuple[Objection, ...]) -> list[str]:
    return [one.code.value for one in found if one.severity is Severity.WARN]


def calls() -> list[Act]:
    """The ward tells both receiving units of the discharge by phone."""
    told = frozenset({NoticeKind.DISCHARGE_NOTICE})
    call = Act(kind=_Kind.PHONE_CALL_LOGGED, spoke_with="Någon", informed=told)
    return [replace(call, called=unit) for unit in (CENTRE, TOWN)]


def test_a_patient_who_left_is_registered_and_what_is_not_secured_is_told() -> None:
    found = judge(entered(_Kind.DISCHARGED), leaving(), WARD, {})
    assert codes(found) == []
    assert warned(found) == ["RECEIPT_NOT_CONFIRMED", "RECEIPT_NOT_CONFIRMED", "MISSING_FIXED_CARE_CONTACT"]


def test_a_call_in_the_outage_secures_the_receipt() -> None:
    assert warned(judge(entered(_Kind.DISCHARGED), leaving(*calls()), WARD, {})) == ["MISSING_FIXED_CARE_CONTACT"]


def test_the_information_was_transferred_when_it_was_told_by_phone() -> None:
    gone = replace(entered(_Kind.DISCHARGED), occurred_at=START + 5 * HOUR)
    facts = leaving(*calls(), gone)
    assert (facts.state, facts.discharge_ready_at) == (EpisodeState.DISCHARGED, None)
    assert facts.information_transferred_at == START + 3 * HOUR


def test_what_was_told_before_the_discharge_was_taken_back_is_void() -> None:
    facts = leaving(
        Act(kind=_Kind.DISCHARGE_READY_SENT),
        replace(act_of(_Kind.DISCHARGE_NOTICE_SENT, WARD), recipients=()),
        Act(kind=_Kind.DISCHARGE_READY_WITHDRAWN, reason="Sämre"),
        entered(_Kind.DISCHARGED),
    )
    assert facts.information_transferred_at is None


def test_a_form_lies_at_the_unit_until_it_is_sent() -> None:
    call = Act(kind=_Kind.PHONE_CALL_LOGGED, called=CENTRE, spoke_with="Någon", on_paper=True)
    assert leaving(call).forms_kept == {WARD.id}
    assert leaving(call, Act(kind=_Kind.FORM_SENT)).forms_kept == set()
    assert codes(judge(Act(kind=_Kind.FORM_SENT), leaving(), WARD, {})) == ["FORM_MISSING"]
