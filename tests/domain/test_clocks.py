"""The clocks of the discharge process, with golden vectors, and late as a flag with figures."""

from __future__ import annotations

import datetime as dt

import pytest

from lifecare_gql.domain.clocks import (
    Clock,
    admission_notice_clock,
    clocks,
    information_transfer_clock,
    planning_basis_clock,
    sip_call_clock,
)
from lifecare_gql.domain.episode_words import ClockKind, EpisodeEventKind, NoticeKind
from tests.domain.episodes import CENTRE, START, TODAY, TOWN, WARD, Story
from tests.regions.plugins import four_regions

E = EpisodeEventKind


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("admitted", "due"),
    [
        ("2026-03-28T14:00+01:00", "2026-03-29T15:00+02:00"),
        ("2026-10-24T14:00+02:00", "2026-10-25T13:00+01:00"),
        ("2026-11-23T09:00+01:00", "2026-11-24T09:00+01:00"),
    ],
)
def test_24_hours_are_elapsed_hours(admitted: str, due: str) -> None:
    clock = admission_notice_clock(at(admitted), None, None, at(admitted))
    assert clock.due_at == at(due)
    assert clock.due_at.utcoffset() == dt.timedelta(0)
    assert ("ställs om" in clock.explanation) == (at(admitted).utcoffset() != at(due).utcoffset())
    assert (clock.law and clock.law.section, clock.rule) == ("2 kap. 3 §", None)


@pytest.mark.parametrize(
    ("assessed", "basis", "words"),
    [
        ("2026-11-25T08:00+01:00", "2026-11-25T08:00+01:00", "den senare bedömningen"),
        ("2026-11-22T08:00+01:00", "2026-11-23T09:00+01:00", "inskrivningen"),
    ],
)
def test_a_later_assessment_starts_the_clock_anew(assessed: str, basis: str, words: str) -> None:
    clock = admission_notice_clock(START, at(assessed), None, START)
    assert (clock.basis_at, clock.due_at) == (at(basis), at(basis) + dt.timedelta(hours=24))
    assert words in clock.explanation


@pytest.mark.parametrize(
    ("sent", "now", "late"),
    [
        ("2026-11-24T09:00+01:00", "2026-12-01T09:00+01:00", None),
        ("2026-11-24T09:00:01+01:00", "2026-12-01T09:00+01:00", 1),
        ("2026-11-24T11:30+01:00", "2026-12-01T09:00+01:00", 150),
        (None, "2026-11-24T09:00+01:00", None),
        (None, "2026-11-24T10:00+01:00", 60),
    ],
)
def test_how_late_an_admission_notice_is(sent: str | None, now: str, late: int | None) -> None:
    clock = admission_notice_clock(START, None, sent and at(sent), at(now))
    assert (clock.late_by_minutes, clock.late) == (late, late is not None)
    assert clock.done_at == (sent and at(sent))


@pytest.mark.parametrize(
    ("noticed", "strict", "allowed", "why"),
    [
        ("2026-11-25", "2026-11-28", "2026-11-30", "lördag"),
        ("2026-12-22", "2026-12-25", "2026-12-28", "juldagen"),
        ("2026-06-16", "2026-06-19", "2026-06-22", "midsommarafton"),
        ("2026-11-23", "2026-11-26", "2026-11-26", ""),
    ],
)
def test_the_call_to_sip_within_three_days(noticed: str, strict: str, allowed: str, why: str) -> None:
    sent = at(f"{noticed}T10:00+01:00")
    clock = sip_call_clock(sent, None, sent)
    assert (clock.due_on, clock.due_on_by_sunday_rule) == (day(strict), day(allowed))
    assert ("söndagsregeln" in clock.explanation) == bool(why)
    assert why in clock.explanation
    assert (clock.law and clock.law.section, clock.late) == ("4 kap. 3 §", False)


@pytest.mark.parametrize(
    ("called", "now", "days"),
    [
        ("2026-11-30T23:59+01:00", "2026-12-09T10:00+01:00", None),
        ("2026-12-01T00:00+01:00", "2026-12-09T10:00+01:00", 1),
        (None, "2026-11-30T23:59+01:00", None),
        (None, "2026-12-03T08:00+01:00", 3),
        ("2026-11-24T10:00+01:00", "2026-12-09T10:00+01:00", None),
    ],
    ids=["last minute", "one day", "not yet", "not called", "before the notice"],
)
def test_how_late_a_call_to_sip_is(called: str | None, now: str, days: int | None) -> None:
    clock = sip_call_clock(at("2026-11-25T10:00+01:00"), called and at(called), at(now))
    assert (clock.late_by_days, clock.late_by_minutes, clock.late) == (days, None, days is not None)


def test_the_day_of_the_notice_is_the_swedish_one() -> None:
    assert sip_call_clock(at("2026-11-22T23:30+00:00"), None, START).due_on == day("2026-11-26")


@pytest.mark.parametrize(
    ("transferred", "days"),
    [
        ("2026-11-27T23:59:59+01:00", None),
        ("2026-11-28T00:00+01:00", 1),
        ("2026-11-26T12:00+01:00", None),
        (None, 5),
    ],
)
def test_information_goes_the_same_day(transferred: str | None, days: int | None) -> None:
    now = at("2026-12-02T10:00+01:00")
    clock = information_transfer_clock(at("2026-11-27T14:00+01:00"), transferred and at(transferred), now)
    assert (clock.due_on, clock.due_at) == (day("2026-11-27"), at("2026-11-28T00:00+01:00"))
    assert (clock.late_by_days, clock.late) == (days, days is not None)


def test_hallands_48_hours() -> None:
    rules = four_regions()["halland"].process
    assert rules is not None
    assert rules.planning_basis is not None
    page = rules.supplement("HP1")
    basis = at("2026-10-24T14:00+02:00")
    clock = planning_basis_clock(rules.planning_basis, page, basis, None, at("2026-10-26T14:00+01:00"))
    assert clock.due_at == at("2026-10-26T13:00+01:00")
    assert (clock.rule, clock.law, clock.supplement, clock.late_by_minutes) == ("HAL-HP1", None, page, 60)
    assert page.source.address
    assert "our assumption" in (rules.planning_basis.note or "").lower()


# --- which clocks run, read from the events ---


def running(story: Story, region: str | None = None) -> dict[ClockKind, Clock]:
    return {clock.kind: clock for clock in clocks(story.facts, four_regions()[region].process if region else None)}


def test_each_step_starts_its_clock() -> None:
    story = Story(plan_consent=True)
    story.does(E.ADMITTED, WARD)
    assert set(running(story)) == set()
    story.later(hours=30).does(E.NEED_ASSESSED, WARD)
    assert set(running(story)) == {ClockKind.ADMISSION_NOTICE}
    assert running(story)[ClockKind.ADMISSION_NOTICE].basis_at == story.events[1].at
    story.later(hours=25).does(E.ADMISSION_NOTICE_SENT, WARD)
    assert running(story)[ClockKind.ADMISSION_NOTICE].late_by_minutes == 61
    assert ClockKind.PLANNING_BASIS in running(story, "halland")
    assert ClockKind.PLANNING_BASIS not in running(story, "orebro")
    story.does(E.DISCHARGE_READY_SENT, WARD)
    assert running(story)[ClockKind.SIP_CALL].due_on == TODAY + dt.timedelta(days=5)


def test_a_withdrawn_notice_stops_the_clock_and_a_new_one_starts_another() -> None:
    story = Story()
    for act in (E.ADMITTED, E.ADMISSION_NOTICE_SENT, E.DISCHARGE_READY_SENT):
        story.does(act, WARD)
    first = running(story)[ClockKind.SIP_CALL]
    story.later(days=1).does(E.DISCHARGE_READY_WITHDRAWN, WARD)
    assert ClockKind.SIP_CALL not in running(story)
    story.later(days=1).does(E.DISCHARGE_READY_SENT, WARD)
    assert running(story)[ClockKind.SIP_CALL].basis_at == first.basis_at + dt.timedelta(days=2, minutes=2)
    assert [one.kind for one in story.facts.notices][-3:] == [
        NoticeKind.DISCHARGE_READY,
        NoticeKind.DISCHARGE_READY_WITHDRAWN,
        NoticeKind.DISCHARGE_READY,
    ]


@pytest.mark.parametrize(
    ("recipients", "care_plan_instead", "runs"),
    [((CENTRE, TOWN), False, True), ((CENTRE, TOWN), True, False), ((TOWN,), False, False)],
    ids=["both", "LPT or LRV", "municipality only"],
)
def test_a_sip_is_called_to_when_both_region_and_municipality_receive(
    recipients: tuple[object, ...], care_plan_instead: bool, runs: bool
) -> None:
    story = Story(care_plan_instead=care_plan_instead)
    story.does(E.ADMITTED, WARD)
    story.does(E.ADMISSION_NOTICE_SENT, WARD, recipients=recipients)
    story.does(E.DISCHARGE_READY_SENT, WARD)
    assert (ClockKind.SIP_CALL in running(story)) == runs


def test_information_by_phone_counts_as_transferred() -> None:
    story = Story()
    for act in (E.ADMITTED, E.ADMISSION_NOTICE_SENT, E.DISCHARGE_READY_SENT):
        story.does(act, WARD)
    story.does(E.FIXED_CARE_CONTACT_APPOINTED, CENTRE)
    for unit in (CENTRE, TOWN):
        assert story.facts.information_transferred_at is None
        story.does(E.PHONE_CALL_LOGGED, WARD, called=unit, informed=frozenset({NoticeKind.DISCHARGE_NOTICE}))
    last_call = story.events[-1].at
    story.does(E.DISCHARGED, WARD)
    clock = running(story.later(days=3))[ClockKind.INFORMATION_TRANSFER]
    assert (clock.done_at, clock.late) == (last_call, False)
