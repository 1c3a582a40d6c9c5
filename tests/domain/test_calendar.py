from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from lifecare_gql.domain.calendar import (
    STOCKHOLM,
    Deadline,
    ExcludedDay,
    OfficeHours,
    calendar_days_after,
    day_bounds,
    day_off,
    elapsed_hours_after,
    stockholm_day,
    sunday_rule,
    working_days_after,
)

OFFICE_HOURS = OfficeHours(opens=time(8), closes=time(17))


def in_sweden(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM, fold=fold)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# --- days off: every day of twelve years against an Easter computus and the law's own words ---


def easter_sunday(year: int) -> date:
    """The Gregorian computus from golden number, epact and Sunday letter."""
    golden = year % 19 + 1
    century = year // 100 + 1
    leap_years_dropped = 3 * century // 4 - 12
    moon_correction = (8 * century + 5) // 25 - 5
    sunday = 5 * year // 4 - leap_years_dropped - 10
    epact = (11 * golden + 20 + moon_correction - leap_years_dropped) % 30
    if epact == 24 or (epact == 25 and golden > 11):
        epact += 1
    full_moon = 44 - epact if epact <= 23 else 74 - epact
    return date(year, 3, 1) + timedelta(days=full_moon + 6 - (sunday + full_moon) % 7)


def saturday_from(day: date) -> date:
    return day + timedelta(days=(5 - day.weekday()) % 7)


def days_off_by_law(year: int) -> dict[date, str]:
    easter = easter_sunday(year)
    midsummer = saturday_from(date(year, 6, 20))
    return {
        date(year, 1, 1): "nyårsdagen",
        date(year, 1, 6): "trettondedag jul",
        easter - timedelta(days=2): "långfredagen",
        easter: "påskdagen",
        easter + timedelta(days=1): "annandag påsk",
        date(year, 5, 1): "första maj",
        easter + timedelta(days=39): "Kristi himmelsfärdsdag",
        easter + timedelta(days=49): "pingstdagen",
        date(year, 6, 6): "nationaldagen",
        midsummer - timedelta(days=1): "midsommarafton",
        midsummer: "midsommardagen",
        saturday_from(date(year, 10, 31)): "alla helgons dag",
        date(year, 12, 24): "julafton",
        date(year, 12, 25): "juldagen",
        date(year, 12, 26): "annandag jul",
        date(year, 12, 31): "nyårsafton",
    }


@pytest.mark.parametrize(
    "easter",
    ["2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2030-04-21", "2035-03-25", "2038-04-25"],
)
def test_the_oracle_knows_easter(easter: str) -> None:
    day = date.fromisoformat(easter)
    assert easter_sunday(day.year) == day


@pytest.mark.parametrize("year", range(2024, 2036))
def test_every_day_off_of_the_year_has_its_name(year: int) -> None:
    weekend = {5: "lördag", 6: "söndag"}
    holidays = days_off_by_law(year)
    days = [date(year, 1, 1) + timedelta(days=n) for n in range(366)]
    expected = {day: holidays.get(day) or weekend.get(day.weekday()) for day in days if day.year == year}
    assert {day: day_off(day) for day in expected} == expected


def test_two_holidays_on_one_day_are_both_named() -> None:
    assert day_off(date(2008, 5, 1)) == "första maj och Kristi himmelsfärdsdag"


# --- working days (H13): domain vectors, then clock changes and the turn of the year ---

THREE_WORKING_DAYS = [
    ("2026-11-23T10:00", "2026-11-26"),
    ("2026-11-26T10:00", "2026-12-01"),
    ("2026-11-27T17:30", "2026-12-03"),
    ("2026-11-28T09:00", "2026-12-03"),
    ("2026-12-22T10:00", "2026-12-29"),
    ("2026-12-23T16:59", "2026-12-30"),
    ("2026-12-23T17:00", "2027-01-04"),
    ("2026-04-01T14:00", "2026-04-08"),
    ("2026-06-17T11:00", "2026-06-23"),
    ("2026-05-13T09:00", "2026-05-19"),
    # before opening, and at the very edges of a day
    ("2026-11-23T00:00", "2026-11-26"),
    ("2026-11-23T07:59", "2026-11-26"),
    ("2026-11-23T16:59:59.999999", "2026-11-26"),
    ("2026-11-23T17:00", "2026-11-27"),
    ("2026-11-23T23:59:59", "2026-11-27"),
    # over the turn of the year: nyårsafton, nyårsdagen, a weekend, trettondedag jul
    ("2026-12-30T10:00", "2027-01-07"),
    ("2026-12-31T10:00", "2027-01-08"),
    ("2027-12-30T17:00", "2028-01-07"),
]


@pytest.mark.parametrize(("received", "due"), THREE_WORKING_DAYS)
def test_three_working_days(received: str, due: str) -> None:
    deadline = working_days_after(in_sweden(received), 3, OFFICE_HOURS)
    assert deadline.due_on == date.fromisoformat(due)
    assert deadline.due_at == in_sweden(f"{due}T17:00")
    assert deadline.basis_at == in_sweden(received)


OVER_CLOCK_CHANGES = [
    # spring forward on Sunday 2026-03-29: closing time moves from 16:00 to 15:00 UTC
    (in_sweden("2026-03-26T10:00"), "2026-03-31T15:00"),
    (in_sweden("2026-03-27T16:59"), "2026-04-01T15:00"),
    (in_sweden("2026-03-29T03:00"), "2026-04-02T15:00"),
    # fall back on Sunday 2026-10-25: closing time moves from 15:00 to 16:00 UTC
    (in_sweden("2026-10-22T10:00"), "2026-10-27T16:00"),
    (in_sweden("2026-10-23T17:00"), "2026-10-29T16:00"),
    (in_sweden("2026-10-25T02:30", fold=0), "2026-10-29T16:00"),
    (in_sweden("2026-10-25T02:30", fold=1), "2026-10-29T16:00"),
    # the rule looks at the Swedish clock whatever zone the moment comes in
    (utc("2026-06-24T14:59"), "2026-06-29T15:00"),
    (utc("2026-06-24T15:00"), "2026-06-30T15:00"),
    (utc("2026-11-22T23:30"), "2026-11-26T16:00"),
    (datetime(2026, 11, 24, 0, 59, tzinfo=timezone(timedelta(hours=9))), "2026-11-26T16:00"),
    (datetime(2026, 11, 24, 1, 0, tzinfo=ZoneInfo("Asia/Tokyo")), "2026-11-27T16:00"),
]


@pytest.mark.parametrize(("received_at", "due_at"), OVER_CLOCK_CHANGES)
def test_due_at_is_closing_time_in_utc(received_at: datetime, due_at: str) -> None:
    deadline = working_days_after(received_at, 3, OFFICE_HOURS)
    assert (deadline.due_at, deadline.due_at.tzinfo) == (utc(due_at), UTC)


def test_both_passes_of_the_repeated_hour_keep_their_own_basis() -> None:
    first, second = (working_days_after(in_sweden("2026-10-25T02:30", fold), 3, OFFICE_HOURS) for fold in (0, 1))
    assert second.basis_at - first.basis_at == timedelta(hours=1)
    assert (first.due_at, first.counted) == (second.due_at, second.counted)


def test_a_deadline_explains_itself() -> None:
    assert working_days_after(in_sweden("2026-04-01T17:30"), 2, OFFICE_HOURS) == Deadline(
        basis_at=utc("2026-04-01T15:30"),
        day_zero=date(2026, 4, 2),
        counted=(date(2026, 4, 7), date(2026, 4, 8)),
        excluded=(
            ExcludedDay(day=date(2026, 4, 3), reason="långfredagen"),
            ExcludedDay(day=date(2026, 4, 4), reason="lördag"),
            ExcludedDay(day=date(2026, 4, 5), reason="påskdagen"),
            ExcludedDay(day=date(2026, 4, 6), reason="annandag påsk"),
        ),
        due_on=date(2026, 4, 8),
        due_at=utc("2026-04-08T15:00"),
    )


@pytest.mark.parametrize(
    ("now", "overdue"),
    [("2026-11-26T15:59:59.999999", False), ("2026-11-26T16:00", True), ("2026-11-27T07:00", True)],
)
def test_a_deadline_is_overdue_from_closing_time(now: str, overdue: bool) -> None:
    deadline = working_days_after(in_sweden("2026-11-23T10:00"), 3, OFFICE_HOURS)
    assert deadline.overdue(utc(now)) is overdue


office_hours = st.builds(
    lambda edges: OfficeHours(opens=min(edges), closes=max(edges)),
    st.sets(st.times(), min_size=2, max_size=2),
)
naive = datetime.fromisoformat
moments = st.datetimes(naive("2000-01-01"), naive("2099-12-01"), timezones=st.just(UTC))
some_days = st.integers(min_value=1, max_value=15)


@given(moments, some_days, office_hours)
def test_every_day_after_day_zero_is_counted_or_excluded(at: datetime, days: int, hours: OfficeHours) -> None:
    deadline = working_days_after(at, days, hours)
    excluded = [gap.day for gap in deadline.excluded]
    length = (deadline.due_on - deadline.day_zero).days
    assert sorted([*deadline.counted, *excluded]) == [
        deadline.day_zero + timedelta(days=n) for n in range(1, length + 1)
    ]
    assert len(deadline.counted) == days
    assert deadline.counted[-1] == deadline.due_on
    assert not any(map(day_off, [deadline.day_zero, *deadline.counted]))
    assert all(gap.reason == day_off(gap.day) for gap in deadline.excluded)


@given(moments, some_days, office_hours)
def test_no_working_day_lies_between_receipt_and_day_zero(at: datetime, days: int, hours: OfficeHours) -> None:
    local = at.astimezone(STOCKHOLM)
    skipped = (working_days_after(at, days, hours).day_zero - local.date()).days
    first = 1 if local.time() >= hours.closes else 0
    assert skipped >= first
    assert all(day_off(local.date() + timedelta(days=n)) for n in range(first, skipped))


@given(moments, moments, some_days, office_hours)
def test_what_comes_later_is_never_due_earlier(a: datetime, b: datetime, days: int, hours: OfficeHours) -> None:
    earlier, later = sorted((a, b))
    assert working_days_after(earlier, days, hours).due_at <= working_days_after(later, days, hours).due_at


# --- elapsed hours, calendar days, söndagsregeln, days in UTC ---


@pytest.mark.parametrize(
    ("admitted", "due"),
    [
        ("2026-03-28T14:00+01:00", "2026-03-29T15:00+02:00"),
        ("2026-10-24T14:00+02:00", "2026-10-25T13:00+01:00"),
        ("2026-11-23T14:00+01:00", "2026-11-24T14:00+01:00"),
    ],
)
def test_twenty_four_hours_are_elapsed_hours(admitted: str, due: str) -> None:
    at, expected = datetime.fromisoformat(admitted), datetime.fromisoformat(due)
    result = elapsed_hours_after(at.astimezone(STOCKHOLM), 24)
    assert (result, result.tzinfo) == (expected, UTC)
    assert result.astimezone(STOCKHOLM).replace(tzinfo=None) == expected.replace(tzinfo=None)


@pytest.mark.parametrize(
    ("notice", "strict", "by_sunday_rule"),
    [
        ("2026-11-25", "2026-11-28", "2026-11-30"),
        ("2026-12-22", "2026-12-25", "2026-12-28"),
        ("2026-06-16", "2026-06-19", "2026-06-22"),
        ("2026-11-23", "2026-11-26", "2026-11-26"),
        ("2026-12-28", "2026-12-31", "2027-01-04"),
    ],
)
def test_three_calendar_days_strictly_and_by_sunday_rule(notice: str, strict: str, by_sunday_rule: str) -> None:
    last = calendar_days_after(date.fromisoformat(notice), 3)
    assert (last.isoformat(), sunday_rule(last).isoformat()) == (strict, by_sunday_rule)


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        ("2026-11-23", "2026-11-22T23:00", "2026-11-23T23:00"),
        ("2026-03-29", "2026-03-28T23:00", "2026-03-29T22:00"),
        ("2026-10-25", "2026-10-24T22:00", "2026-10-25T23:00"),
    ],
)
def test_a_swedish_day_in_utc(day: str, start: str, end: str) -> None:
    assert day_bounds(date.fromisoformat(day)) == (utc(start), utc(end))


@given(moments)
def test_every_moment_lies_within_its_swedish_day(at: datetime) -> None:
    start, end = day_bounds(stockholm_day(at))
    assert start <= at < end


# --- refusals ---

NAIVE = naive("2026-11-23T10:00")


@pytest.mark.parametrize(
    "use",
    [
        lambda: working_days_after(NAIVE, 3, OFFICE_HOURS),
        lambda: working_days_after(in_sweden("2026-11-23T10:00"), 3, OFFICE_HOURS).overdue(NAIVE),
        lambda: elapsed_hours_after(NAIVE, 24),
        lambda: stockholm_day(NAIVE),
    ],
)
def test_a_moment_without_time_zone_is_refused(use: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="time zone"):
        use()


@pytest.mark.parametrize("days", [0, -1])
def test_a_deadline_without_days_is_refused(days: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        working_days_after(in_sweden("2026-11-23T10:00"), days, OFFICE_HOURS)


@pytest.mark.parametrize(
    "hours",
    [
        {"opens": time(17), "closes": time(8)},
        {"opens": time(8), "closes": time(8)},
        {"opens": time(8, tzinfo=UTC), "closes": time(17, tzinfo=UTC)},
        {"opens": time(8), "closes": time(17, tzinfo=UTC)},
        {"opens": time(8)},
        {"opens": time(8), "closes": time(17), "lunch": time(12)},
    ],
)
def test_unusable_office_hours_are_refused(hours: dict[str, time]) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(OfficeHours).validate_python(hours)
