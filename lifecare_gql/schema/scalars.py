"""Strict time: a moment needs an offset, and is answered in UTC."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import strawberry
from graphql import GraphQLError

# Python's own parser also takes week dates, a missing time and a comma; one form is enough for a contract.
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def parse_instant(value: Any) -> dt.datetime:
    """A moment with offset, in UTC; GraphQLError that says what is missing."""
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        try:
            return dt.datetime.fromisoformat(value).astimezone(dt.UTC)
        except (ValueError, OverflowError):
            pass
    raise GraphQLError("DateTime must be ISO 8601 with a time and an offset, e.g. 2026-11-23T10:00:00+01:00.")


def print_instant(value: dt.datetime) -> str:
    """The moment in UTC, with Z."""
    return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")


def parse_day(value: Any) -> dt.date:
    """A calendar day in Sweden; GraphQLError that says what is missing."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            pass
    raise GraphQLError("Date must be written YYYY-MM-DD, e.g. 2026-11-23.")


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
        parse_value=dt.time.fromisoformat,
        serialize=dt.time.isoformat,
    ),
}
