"""The same message in every region, and where they differ."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lifecare_gql.domain.comparing import Comparison, compare
from lifecare_gql.domain.drafts import MessageDraft, Subject
from lifecare_gql.domain.reviewing import review
from lifecare_gql.domain.words import Purpose, Urgency
from tests.domain.drafts import good_draft, health_centre, home_care
from tests.regions.plugins import CODES, decided, four_regions

MAY = "Får meddelandet skickas?"
WHERE = "Vart går det?"
ANSWER = "Måste det besvaras?"
WHEN = "När ska det vara besvarat?"

LISTED = "till den vårdcentral patienten är listad på"
CHOSEN = "dit avsändaren väljer"
NO_DEADLINE = "ingen svarstid anges"

Answers = dict[str, dict[str, str]]


def differences(draft: MessageDraft) -> Answers:
    """Question to region to answer, each with its routines in brackets."""
    return {
        one.question: {place.region: " ".join([place.answer, *place.rules]) for place in one.positions}
        for one in compare(draft, four_regions()).differences
    }


def by_region(halland: str, orebro: str, stockholm: str, vasternorrland: str) -> dict[str, str]:
    return dict(zip(CODES, (halland, orebro, stockholm, vasternorrland), strict=True))


ALWAYS = {
    ANSWER: by_region("ja HAL-H13", "ja ORE-O14 ORE-O15", "nej", "nej"),
    WHEN: by_region("senast 2026-11-26 HAL-H13", NO_DEADLINE, NO_DEADLINE, NO_DEADLINE),
}
CASES: list[tuple[str, dict[str, Any], Answers]] = [
    ("information", {}, ALWAYS),
    (
        "a question: every region expects the answer that is asked for",
        {"purpose": Purpose.REQUEST_REPLY},
        {WHEN: ALWAYS[WHEN]},
    ),
    (
        "acute",
        {"urgency": Urgency.ACUTE},
        {MAY: by_region("nej HAL-H11", "nej ORE-O10", "ja", "ja"), **ALWAYS},
    ),
    (
        "without consent",
        {"consent": None},
        {MAY: by_region("ja", "nej ORE-O9", "ja", "ja"), **ALWAYS},
    ),
    (
        "a renewal to the listed health centre",
        {"topic": "PRESCRIPTION_RENEWAL"},
        {
            MAY: by_region("ja", "nej ORE-O13", "ja", "ja"),
            WHERE: by_region(f"{LISTED} HAL-H10", CHOSEN, CHOSEN, CHOSEN),
            **ALWAYS,
        },
    ),
    (
        "a renewal without recipient: where no routine routes it, it is compared as if sent to the listed one",
        {"topic": "PRESCRIPTION_RENEWAL", "recipients": ()},
        {
            MAY: by_region("ja", "nej ORE-O13", "ja", "ja"),
            WHERE: by_region(f"{LISTED} HAL-H10", CHOSEN, CHOSEN, CHOSEN),
            **ALWAYS,
        },
    ),
    ("a reply", {"is_reply": True}, {}),
    (
        "without a case and without consent, each region for its own reasons",
        {"has_case": False, "consent": None, "sender_licensed": False},
        {MAY: by_region("nej HAL-H6 HAL-H7", "nej ORE-O9", "ja", "ja"), **ALWAYS},
    ),
]


@pytest.mark.parametrize(("case", "changes", "expected"), CASES, ids=[row[0] for row in CASES])
def test_where_the_regions_differ(case: str, changes: dict[str, Any], expected: Answers) -> None:
    assert differences(good_draft("stockholm", **changes)) == expected


def test_every_enabled_region_is_asked_in_the_order_of_the_codes() -> None:
    backwards = {code: four_regions()[code] for code in reversed(CODES)}
    outcomes = compare(good_draft("halland"), backwards).outcomes
    assert [outcome.region for outcome in outcomes] == list(CODES)
    assert [outcome.region_name for outcome in outcomes] == [four_regions()[code].info.name for code in CODES]


def test_an_outcome_is_the_verdict_on_the_draft_as_if_it_all_lay_there() -> None:
    listed = health_centre("vasternorrland")
    draft = good_draft("halland", "orebro", subject=Subject(listed_at=listed), urgency=Urgency.ACUTE)
    for outcome in compare(draft, four_regions()).outcomes:
        there = health_centre(outcome.region)
        moved = replace(
            draft,
            sender=replace(home_care(outcome.region), id=draft.sender.id),
            recipients=(replace(there, id=draft.recipients[0].id),),
            subject=Subject(listed_at=replace(there, id=listed.id)),
        )
        assert outcome.verdict == review(moved, four_regions())
        assert {one.region for one in outcome.verdict.objections} <= {outcome.region}


def test_a_routed_draft_is_routed_within_each_region() -> None:
    elsewhere = Subject(listed_at=health_centre("orebro"))
    draft = good_draft("halland", topic="PRESCRIPTION_RENEWAL", subject=elsewhere, recipients=())
    halland = compare(draft, four_regions()).outcomes[0]
    assert halland.region == "halland"
    assert halland.verdict.allowed
    assert [duty.region for duty in halland.verdict.expectation.duties] == ["halland"]


def test_one_region_does_not_differ_from_itself() -> None:
    assert compare(good_draft("halland", urgency=Urgency.ACUTE), decided("halland")).differences == ()


def test_without_regions_there_is_nothing_to_compare() -> None:
    assert compare(good_draft("halland"), {}) == Comparison(outcomes=(), differences=())


def test_where_the_draft_comes_from_does_not_matter() -> None:
    answers = [differences(good_draft(code, consent=None)) for code in CODES]
    assert all(one == answers[0] for one in answers)
