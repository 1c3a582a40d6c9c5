"""The safety gate before a discharge: what is missing, by whom, and how they are reached."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_words import EpisodeEventKind, EpisodeState, NoticeKind
from lifecare_gql.domain.readiness import Readiness, discharge_readiness
from lifecare_gql.domain.words import UnitKind
from tests.domain.drafts import unit
from tests.domain.episodes import CENTRE, ELSEWHERE, NURSES, TOWN, WARD, Story, codes
from tests.regions.plugins import four_regions

E = EpisodeEventKind
ABOUT_DISCHARGE = frozenset({NoticeKind.DISCHARGE_NOTICE})
PSYCHIATRY = unit("psykiatriska mottagningen", UnitKind.PSYCHIATRIC_OUTPATIENT, "vasternorrland")


def ready(*recipients: Party) -> Story:
    """An episode where everybody knows that the patient is discharge-ready, and nothing more."""
    story = Story(four_regions(), plan_consent=True)
    story.does(E.ADMITTED, WARD)
    story.does(E.ADMISSION_NOTICE_SENT, WARD, recipients=recipients or (CENTRE, TOWN))
    assert story.does(E.DISCHARGE_READY_SENT, WARD) == ()
    return story


def gate(story: Story) -> Readiness:
    found = discharge_readiness(story.facts, story.regions)
    assert found.allowed == (codes(story.judged(E.DISCHARGED, WARD)) == [])
    return found


def missing(story: Story) -> list[tuple[str, str | None]]:
    return [(one.code.value, one.unit_name) for one in gate(story).missing]


def acknowledges(story: Story, by: Party, kind: NoticeKind = NoticeKind.DISCHARGE_NOTICE) -> None:
    sent = story.facts.sent(kind)
    assert sent is not None
    assert story.does(E.ACKNOWLEDGED, by, about=sent.id) == ()


def test_everything_that_is_missing_comes_with_whom_and_how() -> None:
    found = gate(ready())
    assert not found.allowed
    assert [(one.code.value, one.unit_id) for one in found.missing] == [
        ("RECEIPT_NOT_CONFIRMED", CENTRE.id),
        ("RECEIPT_NOT_CONFIRMED", TOWN.id),
        ("MISSING_FIXED_CARE_CONTACT", CENTRE.id),
    ]
    centre, town, contact = found.missing
    assert town.what == (
        "biståndsenheten har inte fått utskrivningsmeddelandet, och inget samtal om det är noterat."
    )
    assert town.source is not None
    assert (town.source.fact, town.source.status) == ("V14", "EJ BESLUTAD")
    assert town.source.quote.startswith("Utskrivning från sjukhus får inte ske utan att det är säkerställt")
    assert town.reach is not None
    assert town.reach.phone is not None
    assert (town.reach.phone.e164, town.reach.ask_for) == ("+4660191000", "ansvarig biståndshandläggare")
    assert centre.reach is not None
    assert contact.law is not None
    assert contact.law.section == "2 kap. 5 §"


def test_receipts_in_the_system_open_the_gate() -> None:
    story = ready()
    story.does(E.FIXED_CARE_CONTACT_APPOINTED, CENTRE)
    story.does(E.DISCHARGE_NOTICE_SENT, WARD)
    assert missing(story) == [
        ("RECEIPT_NOT_CONFIRMED", CENTRE.name),
        ("RECEIPT_NOT_CONFIRMED", TOWN.name),
    ]
    acknowledges(story, CENTRE)
    assert missing(story) == [("RECEIPT_NOT_CONFIRMED", TOWN.name)]
    acknowledges(story, TOWN)
    assert gate(story) == Readiness(allowed=True)
    assert story.does(E.DISCHARGED, WARD) == ()
    assert story.facts.state is EpisodeState.DISCHARGED


@pytest.mark.parametrize("ward_calls", [True, False])
def test_a_call_with_name_and_time_opens_it_too(ward_calls: bool) -> None:
    story = ready(TOWN)
    by, called = (WARD, TOWN) if ward_calls else (TOWN, WARD)
    call = {"called": called, "informed": ABOUT_DISCHARGE}
    assert codes(story.does(E.PHONE_CALL_LOGGED, by, **call, spoke_with="")) == ["NAME_EMPTY"]
    assert not gate(story).allowed
    story.does(E.PHONE_CALL_LOGGED, by, **call)
    assert gate(story).allowed
    assert story.events[-1].act.spoke_with == "Nadja Demogren"
    assert story.facts.calls[-1].at == story.events[-1].at


def test_a_call_about_something_else_does_not_count() -> None:
    story = ready(TOWN)
    story.does(E.PHONE_CALL_LOGGED, WARD, called=TOWN, informed=frozenset({NoticeKind.EXPECTED_DISCHARGE}))
    assert missing(story) == [("RECEIPT_NOT_CONFIRMED", TOWN.name)]


def test_a_call_between_two_receivers_does_not_count() -> None:
    story = ready()
    story.does(E.FIXED_CARE_CONTACT_APPOINTED, CENTRE)
    story.does(E.PHONE_CALL_LOGGED, CENTRE, called=TOWN, informed=ABOUT_DISCHARGE)
    assert len(gate(story).missing) == 2


def test_a_call_before_the_notice_does_not_secure_the_notice() -> None:
    story = ready(TOWN)
    story.does(E.PHONE_CALL_LOGGED, WARD, called=TOWN, informed=ABOUT_DISCHARGE)
    story.does(E.DISCHARGE_NOTICE_SENT, WARD)
    assert missing(story) == [("RECEIPT_NOT_CONFIRMED", TOWN.name)]


def test_a_corrected_notice_must_be_received_anew() -> None:
    story = ready(TOWN)
    story.does(E.DISCHARGE_NOTICE_SENT, WARD)
    acknowledges(story, TOWN)
    story.does(E.DISCHARGE_NOTICE_SENT, WARD, text="påhittad rättelse")
    assert missing(story) == [("RECEIPT_NOT_CONFIRMED", TOWN.name)]


def test_what_was_received_before_a_withdrawal_is_void() -> None:
    story = ready(TOWN)
    story.does(E.DISCHARGE_NOTICE_SENT, WARD)
    acknowledges(story, TOWN)
    assert gate(story).allowed
    story.does(E.DISCHARGE_READY_WITHDRAWN, WARD)
    assert [code for code, _ in missing(story)] == ["PROCESS_ORDER", "RECEIPT_NOT_CONFIRMED"]
    story.does(E.DISCHARGE_READY_SENT, WARD)
    assert missing(story) == [("RECEIPT_NOT_CONFIRMED", TOWN.name)]


def test_each_outpatient_unit_that_was_notified_appoints_its_contact() -> None:
    story = ready(CENTRE, PSYCHIATRY)
    story.does(E.DISCHARGE_NOTICE_SENT, WARD)
    for receiver in (CENTRE, PSYCHIATRY):
        acknowledges(story, receiver)
    story.does(E.FIXED_CARE_CONTACT_APPOINTED, CENTRE)
    assert missing(story) == [("MISSING_FIXED_CARE_CONTACT", PSYCHIATRY.name)]


def test_a_municipality_alone_needs_no_fixed_care_contact() -> None:
    assert [code for code, _ in missing(ready(TOWN))] == ["RECEIPT_NOT_CONFIRMED"]


def test_a_unit_that_was_added_receives_too() -> None:
    story = ready(TOWN)
    story.does(E.DISCHARGE_NOTICE_SENT, WARD)
    acknowledges(story, TOWN)
    story.does(E.PARTICIPANT_ADDED, WARD, recipients=(CENTRE,))
    assert missing(story) == [
        ("RECEIPT_NOT_CONFIRMED", CENTRE.name),
        ("MISSING_FIXED_CARE_CONTACT", CENTRE.name),
    ]


def test_those_the_municipality_forwards_to_are_its_own_to_reach() -> None:
    story = ready(TOWN)
    story.does(E.FORWARDED, TOWN, recipients=(NURSES,))
    assert missing(story) == [("RECEIPT_NOT_CONFIRMED", TOWN.name)]
    assert story.does(E.PARTICIPANT_ADDED, WARD, recipients=(NURSES,)) == ()
    assert missing(story) == [("RECEIPT_NOT_CONFIRMED", TOWN.name), ("RECEIPT_NOT_CONFIRMED", NURSES.name)]
    assert codes(story.judged(E.PARTICIPANT_ADDED, WARD, recipients=(NURSES,))) == ["ALREADY_PARTY"]


def test_a_misdirected_notice_leaves_a_place_to_fill() -> None:
    story = ready(ELSEWHERE)
    admission = story.facts.sent(NoticeKind.ADMISSION_NOTICE)
    assert admission is not None
    story.does(E.MISDIRECTED, ELSEWHERE, about=admission.id)
    assert story.facts.receiving == ()
    [gap] = gate(story).missing
    assert (gap.code.value, gap.what, gap.unit_id) == (
        "NO_RECEIVING_UNIT",
        "Alla meddelanden till kommun är märkta som felsända.",
        None,
    )
    assert codes(story.judged(E.ANSWERED, ELSEWHERE)) == ["NOT_PARTY"]
    story.does(E.PARTICIPANT_ADDED, WARD, recipients=(TOWN,))
    assert missing(story) == [("RECEIPT_NOT_CONFIRMED", TOWN.name)]


def test_without_anybody_to_receive_the_gate_is_shut() -> None:
    story = ready(TOWN)
    nobody = replace(story.facts, participants=story.facts.participants[:1])
    assert [one.code.value for one in discharge_readiness(nobody, {}).missing] == ["NO_RECEIVING_UNIT"]


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_too_early_the_gate_says_so(steps: int) -> None:
    story = Story(four_regions())
    for act in (E.ADMITTED, E.ADMISSION_NOTICE_SENT)[:steps]:
        story.does(act, WARD)
    found = discharge_readiness(story.facts, story.regions)
    assert not found.allowed
    assert found.missing[0].code == "PROCESS_ORDER"


def test_without_the_region_the_source_is_missing_and_the_gate_holds() -> None:
    found = discharge_readiness(ready(TOWN).facts, {})
    [gap] = found.missing
    assert gap.source is None
    assert gap.reach is not None
    assert "inte aktiverad" in (gap.reach.missing or "")
