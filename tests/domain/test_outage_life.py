"""The life of an outage: every event, in every state, by everybody, against a table drawn by hand."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from lifecare_gql.domain.calendar import STOCKHOLM
from lifecare_gql.domain.outage_events import outage_facts_of
from lifecare_gql.domain.outage_facts import Interval, OutageBackground, OutageEvent
from lifecare_gql.domain.outage_life import (
    OUTAGE_TABLE,
    available_outage_actions,
    judge_outage,
    long_after_hours,
    outage_class,
    outage_faults,
    outage_next_state,
    region_outage_state,
)
from lifecare_gql.domain.outage_words import OutageClass, OutageEventKind, OutageState, RegionOutageState
from tests.domain.episodes import START, WARD, codes
from tests.domain.outage_by_hand import BY_HAND, COLUMNS, MOVES, cell, expected
from tests.domain.outages import HOUR, REGION, REPORT, STRANGER, K, OutageStory, outage_act, outage_in_order
from tests.regions.plugins import decided, four_regions

OPENS = ("PLANNED", "STARTED")


def test_the_table_by_hand_is_whole() -> None:
    assert list(BY_HAND) == [event.value for event in OutageEventKind]
    assert (None, *OutageState) == COLUMNS
    assert {len(row) for row in BY_HAND.values()} == {len(COLUMNS)}
    assert {step.event for step in OUTAGE_TABLE} == set(OutageEventKind)


@pytest.mark.parametrize("event", OutageEventKind)
@pytest.mark.parametrize("state", COLUMNS)
def test_every_cell(event: OutageEventKind, state: OutageState | None) -> None:
    found = judge_outage(outage_act(event), outage_in_order(state), WARD, {})
    assert codes(found) == expected(event, state)
    assert all(one.reason.endswith(".") and one.remedy.endswith(".") for one in found)


@pytest.mark.parametrize("event", OutageEventKind)
@pytest.mark.parametrize("state", COLUMNS)
def test_who_may_not_manage_or_is_of_another_region_does_nothing(
    event: OutageEventKind, state: OutageState | None
) -> None:
    nobody = OutageBackground(region=REGION, may_manage=False)
    not_begun = state is None and event not in OPENS
    found = judge_outage(outage_act(event), outage_in_order(state, background=nobody), WARD, {})
    assert codes(found) == ["PROCESS_ORDER" if not_begun else "WRONG_ROLE"]
    found = judge_outage(outage_act(event), outage_in_order(state), STRANGER, {})
    joins = event in OPENS
    assert codes(found) == ["PROCESS_ORDER" if not_begun else "WRONG_ROLE" if joins else "NOT_PARTY"]


@pytest.mark.parametrize("event", OutageEventKind)
def test_where_every_event_leads(event: OutageEventKind) -> None:
    for state in COLUMNS:
        if cell(event, state) == "+":
            assert outage_next_state(event, state) == MOVES.get((event, state), state)
        else:
            with pytest.raises(ValueError, match=event):
                outage_next_state(event, state)


@pytest.mark.parametrize("state", COLUMNS)
def test_what_is_available_is_what_the_table_says(state: OutageState | None) -> None:
    found = {one.event.value: one for one in available_outage_actions(outage_in_order(state), WARD, {})}
    assert list(found) == [event.value for event in OutageEventKind]
    for event, one in found.items():
        assert codes(one.objections) == expected(event, state), event
        leads_to = "PLANNED" if (event, state) == ("PLANNED", "PLANNED") else MOVES.get((event, state))
        assert one.leads_to == (leads_to if one.allowed else None)


def test_what_will_be_asked_for_is_told_beforehand() -> None:
    asks = {
        one.event.value: [code.value for code in one.asks]
        for one in available_outage_actions(outage_in_order(None), WARD, {})
    }
    assert asks == {
        "PLANNED": ["DATE_MISSING", "OUTAGE_INTERVAL_WRONG", "TEXT_EMPTY"],
        "STARTED": ["MOMENT_IN_FUTURE"],
        "ENDED": ["MOMENT_IN_FUTURE", "OUTAGE_INTERVAL_WRONG", "OUTAGE_OVERLAPS"],
        "START_CORRECTED": [
            "DATE_MISSING",
            "MOMENT_IN_FUTURE",
            "OUTAGE_INTERVAL_WRONG",
            "OUTAGE_OVERLAPS",
            "REASON_REQUIRED",
        ],
        "END_CORRECTED": [
            "DATE_MISSING",
            "MOMENT_IN_FUTURE",
            "OUTAGE_INTERVAL_WRONG",
            "OUTAGE_OVERLAPS",
            "REASON_REQUIRED",
        ],
        "CLOSED": ["RECOVERY_REMAINS"],
        "CANCELLED": ["REASON_REQUIRED"],
    }


# --- what is asked of what is said ---

BEGAN, OVER = START - 3 * HOUR, START - HOUR
SECOND = dt.timedelta(seconds=1)
SAID: list[tuple[str, OutageState | None, dict[str, Any], list[str]]] = [
    ("PLANNED", None, {"planned_from": None, "planned_to": None}, ["DATE_MISSING", "DATE_MISSING"]),
    ("PLANNED", None, {"planned_to": START + HOUR}, ["OUTAGE_INTERVAL_WRONG"]),
    ("PLANNED", None, {"planned_from": START - HOUR, "planned_to": START}, ["OUTAGE_INTERVAL_WRONG"]),
    ("PLANNED", None, {"planned_from": START - HOUR, "planned_to": START + SECOND}, []),
    ("PLANNED", OutageState.PLANNED, {"text": " "}, ["TEXT_EMPTY"]),
    ("STARTED", None, {"occurred_at": START - 24 * HOUR}, []),
    ("STARTED", None, {"occurred_at": START + SECOND}, ["MOMENT_IN_FUTURE"]),
    ("ENDED", OutageState.ACTIVE, {"occurred_at": BEGAN}, ["OUTAGE_INTERVAL_WRONG"]),
    ("ENDED", OutageState.ACTIVE, {"occurred_at": BEGAN + SECOND}, []),
    ("ENDED", OutageState.ACTIVE, {"occurred_at": START + SECOND}, ["MOMENT_IN_FUTURE"]),
    ("START_CORRECTED", OutageState.ACTIVE, {"occurred_at": None}, ["DATE_MISSING"]),
    ("START_CORRECTED", OutageState.ACTIVE, {"occurred_at": START}, []),
    ("START_CORRECTED", OutageState.RECOVERY, {"occurred_at": OVER - SECOND}, []),
    ("START_CORRECTED", OutageState.RECOVERY, {"occurred_at": OVER}, ["OUTAGE_INTERVAL_WRONG"]),
    ("START_CORRECTED", OutageState.RECOVERY, {"reason": ""}, ["REASON_REQUIRED"]),
    ("END_CORRECTED", OutageState.RECOVERY, {"occurred_at": None}, ["DATE_MISSING"]),
    ("END_CORRECTED", OutageState.RECOVERY, {"occurred_at": BEGAN}, ["OUTAGE_INTERVAL_WRONG"]),
    ("END_CORRECTED", OutageState.RECOVERY, {"occurred_at": START, "reason": " "}, ["REASON_REQUIRED"]),
    ("CANCELLED", OutageState.PLANNED, {"reason": ""}, ["REASON_REQUIRED"]),
    ("CLOSED", OutageState.RECOVERY, {"reason": ""}, []),
]


@pytest.mark.parametrize(("event", "state", "says", "told"), SAID)
def test_what_is_said_is_judged(
    event: str, state: OutageState | None, says: dict[str, Any], told: list[str]
) -> None:
    found = judge_outage(outage_act(K(event), **says), outage_in_order(state), WARD, {})
    assert codes(found) == told


@pytest.mark.parametrize(
    ("remaining", "reason", "told"), [(0, "", []), (1, "", ["RECOVERY_REMAINS"]), (1, "påhittad orsak", [])]
)
def test_an_outage_is_closed_when_nothing_is_left_or_it_is_said_why(
    remaining: int, reason: str, told: list[str]
) -> None:
    background = OutageBackground(region=REGION, may_manage=True, remaining=remaining)
    facts = outage_in_order(OutageState.RECOVERY, background=background)
    found = judge_outage(outage_act(K.CLOSED, reason=reason), facts, WARD, {})
    assert codes(found) == told
    assert ["Kvar: 1." in one.reason for one in found] == [True] * len(told)


# Another outage: from six until four hours before the start of the tests, or since then, lasting.
OTHER = {"over": Interval(starts_at=START - 6 * HOUR, ends_at=START - 4 * HOUR)}
OTHER["going on"] = replace(OTHER["over"], ends_at=None)
OVERLAPS: list[tuple[str, OutageState | None, str, float, bool]] = [
    ("STARTED", None, "over", -4, False),
    ("STARTED", None, "over", -4.1, True),
    ("STARTED", None, "over", -6, True),
    ("STARTED", None, "over", -7, False),
    ("STARTED", None, "going on", 0, True),
    ("STARTED", None, "going on", -7, True),
    ("START_CORRECTED", OutageState.ACTIVE, "over", -5, True),
    ("START_CORRECTED", OutageState.ACTIVE, "over", -7, False),
    ("START_CORRECTED", OutageState.RECOVERY, "over", -4, False),
    ("START_CORRECTED", OutageState.RECOVERY, "over", -5, True),
    ("START_CORRECTED", OutageState.RECOVERY, "over", -7, True),
]


@pytest.mark.parametrize(("event", "state", "other", "hours", "clash"), OVERLAPS)
def test_the_outages_of_a_region_do_not_overlap(
    event: str, state: OutageState | None, other: str, hours: float, clash: bool
) -> None:
    background = OutageBackground(region=REGION, may_manage=True, others=(OTHER[other],))
    act = outage_act(K(event), occurred_at=START + hours * HOUR)
    found = judge_outage(act, outage_in_order(state, background=background), WARD, {})
    assert codes(found) == (["OUTAGE_OVERLAPS"] if clash else [])


@pytest.mark.parametrize(("ends", "clash"), [(-6, False), (-5, True), (-3, True)])
def test_an_earlier_outage_that_is_told_afterwards_ends_before_the_later_one(ends: float, clash: bool) -> None:
    story = OutageStory(others=(OTHER["over"],))
    assert story.does(K.STARTED, occurred_at=START - 8 * HOUR) == ()
    found = story.does(K.ENDED, occurred_at=START + ends * HOUR)
    assert codes(found) == (["OUTAGE_OVERLAPS"] if clash else [])


# --- the facts are read from the events ---


def test_a_planned_outage_from_the_plan_to_the_report() -> None:
    story = OutageStory()
    story.does(K.PLANNED, text="byte av server")
    moved = START + 5 * HOUR
    assert story.does(K.PLANNED, planned_from=moved, planned_to=moved + HOUR, text="") != ()
    assert story.does(K.PLANNED, planned_from=moved, planned_to=moved + HOUR, text="senare") == ()
    facts = story.facts
    assert (facts.state, facts.text, facts.interval) == (OutageState.PLANNED, "senare", None)
    assert (facts.planned_from, facts.planned_to) == (moved, moved + HOUR)
    story.now = moved + 2 * HOUR
    story.does(K.STARTED, occurred_at=moved)
    story.does(K.ENDED)
    story.does(K.END_CORRECTED, occurred_at=moved + HOUR)
    story.does(K.START_CORRECTED, occurred_at=moved - HOUR)
    assert story.facts.interval == Interval(starts_at=moved - HOUR, ends_at=moved + HOUR)
    assert (story.facts.planned_from, story.facts.text) == (moved, "senare")
    assert story.does(K.CLOSED) == ()
    facts = story.facts
    assert (facts.state, facts.closed_at, facts.report, facts.version) == (
        OutageState.CLOSED,
        story.now,
        REPORT,
        7,
    )
    assert [event.act.occurred_at for event in story.events if event.act.kind is K.STARTED] == [moved]


@pytest.mark.parametrize(
    ("kind", "state", "match"),
    [
        (K.CLOSED, "RECOVERY", "closed with its report"),
        (K.END_CORRECTED, "RECOVERY", "when it was instead"),
        (K.ENDED, None, "cannot happen when the outage is None"),
    ],
)
def test_events_that_cannot_have_happened_are_not_read(
    kind: OutageEventKind, state: str | None, match: str
) -> None:
    story = OutageStory()
    for one in (K.STARTED, K.ENDED) if state else ():
        story.does(one, occurred_at=BEGAN if one is K.STARTED else OVER)
    act = outage_act(kind, report=None, occurred_at=None)
    event = OutageEvent(id="sist", at=START, unit=WARD, act=act)
    with pytest.raises(ValueError, match=match):
        outage_facts_of([*story.events, event], now=START, background=story.background)


# --- the interval, and how long it is ---


def test_an_interval_is_half_open() -> None:
    interval = Interval(starts_at=BEGAN, ends_at=OVER)
    inside = {BEGAN: True, BEGAN - SECOND: False, OVER - SECOND: True, OVER: False}
    assert {moment: interval.contains(moment) for moment in inside} == inside
    assert not interval.contains(None)
    assert Interval(starts_at=BEGAN).contains(START + 10_000 * HOUR)


@pytest.mark.parametrize("end", [BEGAN, BEGAN - SECOND])
def test_an_interval_is_never_empty(end: dt.datetime) -> None:
    with pytest.raises(ValueError, match="ends after it begins"):
        Interval(starts_at=BEGAN, ends_at=end)


def test_an_interval_knows_its_time_zone() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Interval(starts_at=BEGAN.replace(tzinfo=None))


def at(text: str, fold: int = 0) -> dt.datetime:
    """A moment on a Swedish clock; `fold` 1 is the second time of an hour that is there twice."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM, fold=fold)


CLOCKS_CHANGE = [
    ("an ordinary night", at("2026-11-24T00:00"), at("2026-11-24T06:00"), 360),
    ("spring forward", at("2026-03-29T00:00"), at("2026-03-29T06:00"), 300),
    ("autumn back", at("2026-10-25T00:00"), at("2026-10-25T06:00"), 420),
    ("half past two twice", at("2026-10-25T02:30"), at("2026-10-25T02:30", fold=1), 60),
    ("seconds are no minutes", at("2026-11-24T00:00"), at("2026-11-24T00:01:59"), 1),
]


@pytest.mark.parametrize(("case", "start", "end", "minutes"), CLOCKS_CHANGE, ids=[row[0] for row in CLOCKS_CHANGE])
def test_a_duration_is_elapsed_time(case: str, start: dt.datetime, end: dt.datetime, minutes: int) -> None:
    assert Interval(starts_at=start, ends_at=end).minutes(end) == minutes
    assert Interval(starts_at=start).minutes(end) == minutes
    story = OutageStory(now=end + 24 * HOUR)
    assert story.does(K.STARTED, occurred_at=start) == ()
    assert story.does(K.ENDED, occurred_at=end) == ()


LENGTHS = [
    ("2026-11-24T02:00", 2, OutageClass.SHORT),
    ("2026-11-24T02:00:01", 2, OutageClass.LONG),
    ("2026-11-24T02:00:01", 3, OutageClass.SHORT),
    ("2026-11-24T02:00:01", None, None),
]


@pytest.mark.parametrize(("end", "hours", "length"), LENGTHS)
def test_an_outage_is_long_once_more_than_the_hours_have_passed(
    end: str, hours: int | None, length: OutageClass | None
) -> None:
    start = at("2026-11-24T00:00")
    over = outage_in_order(OutageState.RECOVERY, started_at=start, ended_at=at(end), now=START + 99 * HOUR)
    lasting = outage_in_order(OutageState.ACTIVE, started_at=start, now=at(end))
    assert [outage_class(one, hours) for one in (over, lasting)] == [length, length]


def test_two_hours_of_the_clock_are_three_as_the_clocks_go_back() -> None:
    facts = outage_in_order(
        OutageState.RECOVERY, started_at=at("2026-10-25T01:30"), ended_at=at("2026-10-25T03:30")
    )
    assert outage_class(facts, 2) is OutageClass.LONG


def test_an_outage_that_has_not_begun_is_neither_short_nor_long() -> None:
    assert outage_class(outage_in_order(OutageState.PLANNED), 2) is None


def test_the_line_between_short_and_long_is_the_regions_assumption() -> None:
    lines = {code: long_after_hours(region) for code, region in four_regions().items()}
    assert lines == {"halland": None, "orebro": None, "stockholm": None, "vasternorrland": 2}
    assert long_after_hours(decided(REGION, short_outage_hours=5)[REGION]) == 5
    assert [fault for region in four_regions().values() for fault in outage_faults(region)] == []


@pytest.mark.parametrize("value", [None, True, "två", 0])
def test_a_line_that_is_assumed_nowhere_is_a_fault(value: Any) -> None:
    region = four_regions()[REGION]
    [assumed] = region.book.assumptions
    left = () if value is None else (replace(assumed, value=value),)
    faulty = replace(region, book=replace(region.book, assumptions=left))
    assert long_after_hours(faulty) is None
    [fault] = outage_faults(faulty)
    assert "short_outage_hours" in fault


# --- the region, all its outages taken together ---

TOGETHER = [
    ((), "NORMAL"),
    ((None, "CLOSED", "CANCELLED"), "NORMAL"),
    (("PLANNED", "CLOSED"), "PLANNED"),
    (("RECOVERY", "PLANNED"), "RECOVERY"),
    (("PLANNED", "RECOVERY", "ACTIVE", "CLOSED"), "ACTIVE"),
]


@pytest.mark.parametrize(("states", "region"), TOGETHER)
def test_a_region_is_in_the_gravest_state_of_its_open_outages(states: tuple[str | None, ...], region: str) -> None:
    outages = [outage_in_order(state and OutageState(state)) for state in states]
    assert region_outage_state(outages) is RegionOutageState(region)
    assert region_outage_state(reversed(outages)) is RegionOutageState(region)
