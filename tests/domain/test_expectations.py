"""What is expected of those who receive a message, and by when; and what no document says."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from lifecare_gql.domain.calendar import STOCKHOLM
from lifecare_gql.domain.reviewing import expect, review
from lifecare_gql.domain.words import Purpose, Urgency
from tests.domain.drafts import NOW, good_draft
from tests.regions.plugins import CODES, decided, four_regions

QUESTION = {"purpose": Purpose.REQUEST_REPLY}
REPLY = {"is_reply": True}

# from region, to region, changes, must be answered, by which duties, deadline by
EXPECTED: list[tuple[str, str, str, dict[str, Any], bool, list[str], str | None]] = [
    ("Halland: information", "halland", "halland", {}, True, ["HAL-H13"], "HAL-H13"),
    ("Örebro: information only is answered too", "orebro", "orebro", {}, True, ["ORE-O14", "ORE-O15"], None),
    ("Örebro: a question", "orebro", "orebro", QUESTION, True, ["ORE-O14"], None),
    ("Stockholm: information", "stockholm", "stockholm", {}, False, [], None),
    ("Stockholm: a question", "stockholm", "stockholm", QUESTION, True, [], None),
    ("Västernorrland: information", "vasternorrland", "vasternorrland", {}, False, [], None),
    ("Örebro to Halland", "orebro", "halland", {}, True, ["ORE-O14", "ORE-O15", "HAL-H13"], "HAL-H13"),
    ("Stockholm to Halland", "stockholm", "halland", {}, True, ["HAL-H13"], "HAL-H13"),
    ("Halland: a reply is itself the answer", "halland", "halland", REPLY, False, [], None),
    ("Örebro: a reply is itself the answer", "orebro", "orebro", REPLY, False, [], None),
    ("Halland: so is a reply that asks back", "halland", "halland", {**REPLY, **QUESTION}, False, [], None),
]


@pytest.mark.parametrize(
    ("case", "sender", "recipient", "changes", "required", "duties", "deadline_rule"),
    EXPECTED,
    ids=[row[0] for row in EXPECTED],
)
def test_what_is_expected_of_the_receivers(
    case: str,
    sender: str,
    recipient: str,
    changes: dict[str, Any],
    required: bool,
    duties: list[str],
    deadline_rule: str | None,
) -> None:
    expectation = review(good_draft(sender, recipient, **changes), four_regions()).expectation
    assert expectation.answer_required is required
    assert [duty.rule for duty in expectation.duties] == duties
    assert expectation.deadline_rule == deadline_rule
    assert (expectation.deadline is None) == (deadline_rule is None)
    assert (expectation.no_deadline_reason is None) == (deadline_rule is not None)
    assert all(duty.source.quote for duty in expectation.duties)


# three working days in office hours (H13), counted from sending
DEADLINES = [
    ("Monday morning", "2026-11-23T10:00", "2026-11-26"),
    ("over a weekend", "2026-11-26T10:00", "2026-12-01"),
    ("Friday after closing", "2026-11-27T17:30", "2026-12-03"),
    ("Saturday", "2026-11-28T09:00", "2026-12-03"),
    ("before Christmas", "2026-12-22T10:00", "2026-12-29"),
    ("one minute before closing", "2026-12-23T16:59", "2026-12-30"),
    ("at closing", "2026-12-23T17:00", "2027-01-04"),
    ("before Easter", "2026-04-01T14:00", "2026-04-08"),
    ("before Midsummer", "2026-06-17T11:00", "2026-06-23"),
    ("before Ascension Day", "2026-05-13T09:00", "2026-05-19"),
]


def in_sweden(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM)


@pytest.mark.parametrize(("case", "sent", "due"), DEADLINES, ids=[row[0] for row in DEADLINES])
def test_halland_answers_within_three_working_days(case: str, sent: str, due: str) -> None:
    deadline = review(good_draft("halland", now=in_sweden(sent)), four_regions()).expectation.deadline
    assert deadline is not None
    assert deadline.due_at == in_sweden(f"{due}T17:00")


def test_a_deadline_counted_from_the_acknowledgement_waits_for_it() -> None:
    regions = decided("halland", reply_counted_from="ACKNOWLEDGED")
    draft = good_draft("halland")
    waiting = expect(draft, regions)
    assert (waiting.answer_required, waiting.deadline, waiting.deadline_rule) == (True, None, None)
    assert waiting.no_deadline_reason == "Svarstiden räknas från första kvittensen, som ännu saknas."
    counted = expect(draft, regions, acknowledged_at=in_sweden("2026-11-26T10:00"))
    assert counted.deadline is not None
    assert counted.deadline.due_at == in_sweden("2026-12-01T17:00")
    assert (counted.deadline_rule, counted.no_deadline_reason) == ("HAL-H13", None)


def test_a_deadline_counted_from_sending_does_not_move_with_the_acknowledgement() -> None:
    draft = good_draft("halland")
    tomorrow = NOW + dt.timedelta(days=1)
    assert expect(draft, four_regions(), acknowledged_at=tomorrow) == expect(draft, four_regions())


def test_a_deployment_decides_on_office_hours() -> None:
    regions = decided("halland", office_opens="07:00", office_closes="16:00")
    deadline = expect(good_draft("halland", now=in_sweden("2026-11-23T16:00")), regions).deadline
    assert deadline is not None
    assert deadline.due_at == in_sweden("2026-11-27T16:00")


def test_a_reply_says_that_no_answer_is_expected() -> None:
    assert (
        expect(good_draft("halland", **REPLY), four_regions()).no_deadline_reason
        == "Svaret behöver inte besvaras."
    )


def test_without_a_source_the_missing_deadline_says_so() -> None:
    expectation = review(good_draft("orebro"), four_regions()).expectation
    assert expectation.no_deadline_reason == "Ingen källa för de berörda regionerna anger någon svarstid."


# --- notes ---


@pytest.mark.parametrize("region", CODES)
def test_what_the_documents_leave_unsaid_is_noted(region: str) -> None:
    loaded = four_regions()[region]
    notes = review(good_draft(region), four_regions()).notes
    assert notes == (f"{loaded.info.name}: {loaded.book.silence}",)


def test_a_region_that_is_not_enabled_is_noted_and_only_the_core_objects_for_it() -> None:
    verdict = review(good_draft("gotland", urgency=Urgency.ACUTE, consent=None), four_regions())
    assert verdict.allowed
    assert verdict.notes == ("Regionen gotland är inte aktiverad: bara kärnans regler har prövats för den.",)
