"""The facts of a care episode, read from its events: who is told what, and what is remembered."""

from __future__ import annotations

import datetime as dt

import pytest

from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_events import facts_of
from lifecare_gql.domain.episode_facts import Act, EpisodeEvent, Notice
from lifecare_gql.domain.episode_words import EpisodeEventKind, EpisodeState, NoticeKind, PartyRole
from lifecare_gql.domain.words import ReceiptState
from tests.domain.episodes import CENTRE, NURSES, PSYCHIATRY, START, STRANGERS, TODAY, TOWN, WARD, Story, codes

E = EpisodeEventKind


def planned() -> Story:
    """Admitted, notified, and both units have acknowledged."""
    story = Story(plan_consent=True)
    story.does(E.ADMITTED, WARD)
    story.does(E.ADMISSION_NOTICE_SENT, WARD)
    for unit in (CENTRE, TOWN):
        story.does(E.ACKNOWLEDGED, unit, about=story.events[1].id)
    return story


def last(story: Story) -> Notice:
    return story.facts.notices[-1]


def told(story: Story) -> list[Party]:
    return [one.unit for one in last(story).deliveries]


@pytest.mark.parametrize(
    ("event", "by", "kind", "recipients"),
    [
        (E.ANSWERED, TOWN, "ANSWER", [WARD]),
        (E.EXPECTED_DISCHARGE_CHANGED, WARD, "EXPECTED_DISCHARGE", [CENTRE, TOWN]),
        (E.FIXED_CARE_CONTACT_APPOINTED, CENTRE, "FIXED_CARE_CONTACT", [WARD, TOWN]),
        (E.PLANNING_BASIS_SENT, WARD, "PLANNING_BASIS", [CENTRE, TOWN]),
        (E.GENERAL_NOTICE_SENT, TOWN, "GENERAL", [WARD]),
        (E.DISCHARGE_READY_SENT, WARD, "DISCHARGE_READY", [CENTRE, TOWN]),
        (E.FORWARDED, TOWN, "FORWARDED", [NURSES]),
        (E.PARTICIPANT_ADDED, CENTRE, "PARTICIPANT_ADDED", [NURSES]),
        (E.ABORTED, WARD, "ABORT", [CENTRE, TOWN]),
    ],
)
def test_who_is_told(event: EpisodeEventKind, by: Party, kind: str, recipients: list[Party]) -> None:
    story = planned()
    assert story.does(event, by) == ()
    assert (last(story).kind, last(story).sender, told(story)) == (NoticeKind[kind], by, recipients)
    assert {one.state for one in last(story).deliveries} == {ReceiptState.SENT}
    assert last(story).id == story.events[-1].id


@pytest.mark.parametrize(
    ("event", "by", "recipients"),
    [
        (E.DISCHARGE_READY_WITHDRAWN, WARD, [CENTRE, TOWN]),
        (E.CAN_RECEIVE_CONFIRMED, TOWN, [WARD]),
        (E.READY_FOR_HOME_MARKED, WARD, [CENTRE, TOWN]),
        (E.DISCHARGE_NOTICE_SENT, WARD, [CENTRE, TOWN]),
        (E.PATIENT_INFORMED, WARD, []),
    ],
)
def test_who_is_told_when_the_patient_is_ready(
    event: EpisodeEventKind, by: Party, recipients: list[Party]
) -> None:
    story = planned()
    story.does(E.DISCHARGE_READY_SENT, WARD)
    assert story.does(event, by) == ()
    assert told(story) == recipients


def test_a_care_request_comes_first_and_the_ward_that_admits_is_the_ward() -> None:
    asked = STRANGERS[PartyRole.WARD]
    story = Story()
    assert story.does(E.CARE_REQUESTED, TOWN) == ()
    assert (story.facts.state, story.facts.ward, told(story)) == (EpisodeState.REQUESTED, asked, [asked])
    assert story.does(E.ADMITTED, WARD) == ()
    assert (story.facts.state, story.facts.ward) == (EpisodeState.ADMITTED, WARD)
    assert story.facts.receiving == (), "who asked for care has not been notified yet"


def test_a_misdirected_notice_goes_back_to_its_sender() -> None:
    story = planned()
    story.does(E.MISDIRECTED, TOWN, about=story.events[1].id)
    assert (last(story).kind, told(story)) == (NoticeKind.MISDIRECTED, [WARD])
    assert story.facts.receiving == (CENTRE,)
    story.does(E.DISCHARGE_READY_SENT, WARD)
    assert told(story) == [CENTRE]


def test_one_misdirected_notice_among_others_does_not_end_the_part() -> None:
    story = planned()
    story.does(E.GENERAL_NOTICE_SENT, WARD, recipients=(TOWN,))
    story.does(E.MISDIRECTED, TOWN, about=story.events[-1].id)
    assert story.facts.receiving == (CENTRE, TOWN)


def test_a_unit_that_left_can_be_brought_back() -> None:
    story = planned()
    story.does(E.MISDIRECTED, TOWN, about=story.events[1].id)
    assert story.facts.participant(TOWN.id) is None
    assert story.does(E.PARTICIPANT_ADDED, WARD, recipients=(TOWN,)) == ()
    assert story.facts.receiving == (CENTRE, TOWN)


def test_who_was_forwarded_to_takes_part_by_way_of_its_municipality() -> None:
    story = planned()
    story.does(E.FORWARDED, TOWN)
    part = story.facts.participant(NURSES.id)
    assert part is not None
    assert (part.via, part.role) == (TOWN.id, PartyRole.MUNICIPALITY)
    story.does(E.DISCHARGE_READY_SENT, WARD)
    assert told(story) == [CENTRE, TOWN, NURSES]
    assert NURSES not in story.facts.receiving


def test_what_is_remembered() -> None:
    story = Story(plan_consent=True)
    yesterday, day = START - dt.timedelta(days=1), TODAY + dt.timedelta(days=3)
    story.does(E.ADMITTED, WARD, occurred_at=yesterday)
    story.does(E.NEED_ASSESSED, WARD)
    story.does(E.ADMISSION_NOTICE_SENT, WARD, expected_discharge=day)
    story.does(E.PLANNING_BASIS_SENT, WARD, track="RED")
    basis = story.events[-1].at
    story.does(E.EXPECTED_DISCHARGE_CHANGED, WARD, expected_discharge=day + dt.timedelta(days=1))
    story.does(E.PLANNING_BASIS_SENT, WARD)
    facts = story.facts
    assert (facts.admitted_at, facts.need_assessed_at) == (yesterday, story.events[1].at)
    assert facts.expected_discharge == day + dt.timedelta(days=1)
    assert (facts.planning_basis_at, facts.track) == (basis, "RED"), "the first time counts, the track stays"


def test_a_call_to_sip_stands_when_discharge_ready_is_withdrawn() -> None:
    story = planned()
    story.does(E.ANSWERED, CENTRE)
    story.does(E.FIXED_CARE_CONTACT_APPOINTED, CENTRE)
    story.does(E.DISCHARGE_READY_SENT, WARD)
    assert story.does(E.SIP_CALLED, CENTRE) == ()
    called = story.facts.sip_called_at
    assert called is not None
    story.does(E.DISCHARGE_READY_WITHDRAWN, WARD)
    assert (story.facts.sip_called_at, story.facts.discharge_ready_at) == (called, None)
    assert story.facts.state is EpisodeState.PLANNING


def test_who_the_fixed_care_contact_is_stands_for_each_unit_as_last_said() -> None:
    story = planned()
    story.does(E.PARTICIPANT_ADDED, WARD, recipients=(PSYCHIATRY,))
    for unit, name in ((CENTRE, "distriktssköterskan"), (PSYCHIATRY, "kuratorn"), (CENTRE, "Nadja Demogren")):
        assert story.does(E.FIXED_CARE_CONTACT_APPOINTED, unit, named=name) == ()
    assert story.facts.fixed_care_contacts == {CENTRE.id, PSYCHIATRY.id}
    assert story.facts.fixed_care_contact_names == (
        (CENTRE.id, "Nadja Demogren"),
        (PSYCHIATRY.id, "kuratorn"),
    )


def test_the_last_word_on_secrecy_counts() -> None:
    story = Story(secrecy_hinders=True)
    story.does(E.ADMITTED, WARD)
    story.does(E.ADMISSION_NOTICE_SENT, WARD)
    sent = len(story.facts.notices)
    for holds in (True, False, True):
        assert story.does(E.SECRECY_ASSESSED, WARD, holds=holds) == ()
        hindered = ["SECRECY_HINDER"] if holds else []
        assert codes(story.judged(E.DISCHARGE_READY_SENT, WARD)) == hindered
    assert len(story.facts.notices) == sent, "nobody is told"
    assert story.facts.state is EpisodeState.NOTIFIED


def test_the_last_word_on_compulsory_care_decides_whether_a_plan_is_made() -> None:
    story = planned()
    story.does(E.ANSWERED, CENTRE)
    story.does(E.FIXED_CARE_CONTACT_APPOINTED, CENTRE)
    assert story.facts.plan_needed
    assert story.does(E.COMPULSORY_CARE_ASSESSED, WARD, holds=True) == ()
    assert not story.facts.plan_needed
    assert codes(story.judged(E.SIP_CALLED, CENTRE)) == ["CARE_PLAN_INSTEAD"]
    assert story.does(E.COMPULSORY_CARE_ASSESSED, WARD, holds=False) == ()
    assert story.does(E.SIP_CALLED, CENTRE) == ()


def test_every_event_counts_in_the_version() -> None:
    story = planned()
    assert story.facts.version == len(story.events) == 4


@pytest.mark.parametrize(
    ("act", "fault"),
    [
        (Act(kind=E.CLOSED), "CLOSED cannot happen when the episode is PLANNING"),
        (Act(kind=E.ACKNOWLEDGED), "ACKNOWLEDGED is about no notice to the unit"),
        (Act(kind=E.ACKNOWLEDGED, about="ett annat"), "ACKNOWLEDGED is about no notice to the unit"),
        (Act(kind=E.PHONE_CALL_LOGGED), "a phone call is with somebody"),
        (Act(kind=E.SECRECY_ASSESSED), "SECRECY_ASSESSED says whether it is so"),
    ],
)
def test_events_that_cannot_have_happened_are_not_read(act: Act, fault: str) -> None:
    story = planned()
    story.does(E.ANSWERED, TOWN)
    event = EpisodeEvent(id="sist", at=story.now, unit=TOWN, act=act)
    with pytest.raises(ValueError, match=fault):
        facts_of([*story.events, event], now=story.now)
