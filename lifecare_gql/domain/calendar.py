"""Swedish calendar arithmetic that can explain itself.

Calendar rules are read in Europe/Stockholm, elapsed hours in UTC. Every moment that goes in must be aware
(``ValueError`` if it is not) and every moment that comes out is in UTC. Nothing here reads the clock.

A day off is a Saturday, a Sunday, another public holiday (allmän helgdag, lag 1989:253), midsommarafton,
julafton or nyårsafton. The same days move a statutory last day (söndagsregeln, lag 1930:173 2 §).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
from pydantic import Field, model_validator

from lifecare_gql.domain.texts import Said, both, said
from lifecare_gql.domain.values import value

STOCKHOLM = ZoneInfo("Europe/Stockholm")

_ONE_DAY = timedelta(days=1)
_WEEKEND = {5: "lördag", 6: "söndag"}


@value
class OfficeHours:
    """Office hours (kontorstid): wall-clock time in Europe/Stockholm; the closing time itself is outside."""

    opens: time = Field(description="When the office opens, local wall-clock time (öppnar).")
    closes: time = Field(description="When the office closes, local wall-clock time (stänger).")

    @model_validator(mode="after")
    def _in_order(self) -> OfficeHours:
        if self.opens.tzinfo or self.closes.tzinfo:
            raise ValueError("office hours are local wall-clock times: no time zone")
        if self.opens >= self.closes:
            raise ValueError("office hours must open before they close")
        return self


@value
class ExcludedDay:
    """A day that a deadline passes over, and why (dag som inte räknas)."""

    day: date = Field(description="The day that is not counted (dag).")
    reason: Said = Field(description="Why it is no working day: lördag, midsommarafton (skäl).")


@value
class Deadline:
    """A deadline together with the days that lead to it (frist)."""

    basis_at: datetime = Field(description="The moment that the deadline is counted from, in UTC (utgångspunkt).")
    day_zero: date = Field(description="The day that counts as the day of receipt, in Sweden (dag 0).")
    counted: tuple[date, ...] = Field(description="The working days that count, in order (räknade vardagar).")
    excluded: tuple[ExcludedDay, ...] = Field(
        description="The days between day zero and the due date that do not count (dagar som inte räknas)."
    )
    due_on: date = Field(description="The last day, in Sweden (sista dag).")
    due_at: datetime = Field(description="When the office closes on the last day, in UTC (senast).")

    def overdue(self, now: datetime) -> bool:
        """True from closing time on the last day: what arrives then counts as the next working day's."""
        return _aware(now) >= self.due_at


def day_off(day: date) -> str | None:
    """The Swedish name of why ``day`` is no working day (ingen vardag); None on a working day."""
    name = _holiday_names(day.year).get(day) or _WEEKEND.get(day.weekday())
    return None if name is None else said(name)


def working_days_after(received_at: datetime, days: int, office_hours: OfficeHours) -> Deadline:
    """The deadline ``days`` working days after receipt (vardagar, kontorstid; H13).

    The day of receipt is day 0. What arrives at closing time or later, or on a day off, counts as received
    the next working day; what arrives before opening counts as received the same day.
    """
    if days < 1:
        raise ValueError("a deadline needs at least one working day")
    day_zero = _receipt_day(received_at, office_hours)
    counted, excluded = _count(day_zero, days)
    return Deadline(
        basis_at=_aware(received_at).astimezone(UTC),
        day_zero=day_zero,
        counted=counted,
        excluded=excluded,
        due_on=counted[-1],
        # The clocks change on Sundays only, so the closing time of a working day is never ambiguous.
        due_at=_utc(counted[-1], office_hours.closes),
    )


def elapsed_hours_after(at: datetime, hours: int) -> datetime:
    """The moment when ``hours`` have elapsed, in UTC (24 timmar, lag 2017:612 2 kap. 3 §)."""
    return _aware(at).astimezone(UTC) + timedelta(hours=hours)


def calendar_days_after(on: date, days: int) -> date:
    """The date ``days`` calendar days after ``on`` (dagar, lag 2017:612 4 kap. 3 §)."""
    return on + timedelta(days=days)


def sunday_rule(on: date) -> date:
    """``on``, or the next working day if ``on`` is a day off (söndagsregeln, lag 1930:173 2 §).

    The rule moves the last day of an act that a statute demands, not the deadline of a regional routine.
    """
    return _first_working_day(on)


def stockholm_day(at: datetime) -> date:
    """The date in Sweden at the moment ``at``."""
    return _aware(at).astimezone(STOCKHOLM).date()


def day_bounds(day: date) -> tuple[datetime, datetime]:
    """Where the Swedish ``day`` starts and where the next one does, in UTC: 23, 24 or 25 hours apart."""
    return _utc(day, time.min), _utc(day + _ONE_DAY, time.min)


def _receipt_day(received_at: datetime, office_hours: OfficeHours) -> date:
    local = _aware(received_at).astimezone(STOCKHOLM)
    late = local.time() >= office_hours.closes
    return _first_working_day(local.date() + _ONE_DAY if late else local.date())


def _first_working_day(day: date) -> date:
    while day_off(day):
        day += _ONE_DAY
    return day


def _count(day: date, days: int) -> tuple[tuple[date, ...], tuple[ExcludedDay, ...]]:
    """The next ``days`` working days after ``day``, and the days off that were passed on the way."""
    counted: list[date] = []
    excluded: list[ExcludedDay] = []
    while len(counted) < days:
        day += _ONE_DAY
        if reason := day_off(day):
            excluded.append(ExcludedDay(day=day, reason=reason))
        else:
            counted.append(day)
    return tuple(counted), tuple(excluded)


@lru_cache(maxsize=64)
def _holiday_names(year: int) -> Mapping[date, str]:
    days = holidays.country_holidays(
        "SE",
        years=year,
        expand=False,
        language="sv",
        categories=("public", "de_facto"),
        # Sundays are named by the weekday; the library's default has changed between its versions.
        include_sundays=False,
    )
    return {day: both(said(_in_a_sentence(name)) for name in sorted(days.get_list(day))) for day in days}


def _in_a_sentence(name: str) -> str:
    """The name as written inside a sentence: only Kristi is a proper name."""
    return name if name.startswith("Kristi") else name[0].lower() + name[1:]


def _utc(day: date, clock: time) -> datetime:
    return datetime.combine(day, clock, STOCKHOLM).astimezone(UTC)


def _aware(at: datetime) -> datetime:
    if at.utcoffset() is None:
        raise ValueError("a moment must carry its time zone")
    return at
