"""Strict time: a moment needs an offset, and is answered in UTC."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any, TypeVar

import strawberry
from graphql import GraphQLError

from lifecare_gql.domain.texts import said

# Python's own parser also takes week dates, a missing time and a comma; one form is enough for a contract.
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_CLOCK = re.compile(r"\d\d:\d\d(:\d\d)?", re.ASCII)

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""What lies outside cannot be meant, and a deadline counted from the calendar's ends would leave it."""

T = TypeVar("T", dt.datetime, dt.date, dt.time)


def _parsed(value: Any, form: re.Pattern[str], parse: Callable[[str], T]) -> T | None:
    """The value, or None when it has not the form, is no real moment, or lies outside the years."""
    if not isinstance(value, str) or not form.fullmatch(value):
        return None
    try:
        found = parse(value)
    except (ValueError, OverflowError):
        return None
    return found if isinstance(found, dt.time) or FIRST_YEAR <= found.year <= LAST_YEAR else None


def parse_instant(value: Any) -> dt.datetime:
    """A moment with offset, in UTC; GraphQLError that says what is missing."""
    found = _parsed(value, _INSTANT, lambda text: dt.datetime.fromisoformat(text).astimezone(dt.UTC))
    if found is None:
        raise GraphQLError(
            said(
                "DateTime must be ISO 8601 with a time and an offset, e.g. 2026-11-23T10:00:00+01:00,"
                " in the years {first} to {last}.",
                first=FIRST_YEAR,
                last=LAST_YEAR,
            )
        )
    return found


def print_instant(value: dt.datetime) -> str:
    """The moment in UTC, with Z."""
    return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def parse_day(value: Any) -> dt.date:
    """A calendar day in Sweden; GraphQLError that says what is missing."""
    found = _parsed(value, _DAY, dt.date.fromisoformat)
    if found is None:
        raise GraphQLError(
            said(
                "Date must be written YYYY-MM-DD, e.g. 2026-11-23, in the years {first} to {last}.",
                first=FIRST_YEAR,
                last=LAST_YEAR,
            )
        )
    return found


def parse_clock(value: Any) -> dt.time:
    """A wall-clock time in Sweden; GraphQLError that says what is missing."""
    found = _parsed(value, _CLOCK, dt.time.fromisoformat)
    if found is None:
        raise GraphQLError(said("Time must be written HH:MM or HH:MM:SS, e.g. 14:30."))
    return found


SCALARS: dict[object, Any] = {
    dt.datetime: strawberry.scalar(
        name="DateTime",
        description="A moment (tidpunkt), ISO 8601. The offset is required on input; answers are in UTC with Z.",
        parse_value=parse_instant,
        serialize=print_instant,
    ),
    dt.date: strawberry.scalar(
        name="Date",
        description="A calendar day in Europe/Stockholm (dag), YYYY-MM-DD.",
        parse_value=parse_day,
        serialize=dt.date.isoformat,
    ),
    dt.time: strawberry.scalar(
        name="Time",
        description="A wall-clock time in Europe/Stockholm (klockslag), HH:MM:SS.",
        parse_value=parse_clock,
        serialize=dt.time.isoformat,
    ),
}
