"""Dates, times and identifiers as they are written in Swedish. Times are shown in Europe/Stockholm."""

from __future__ import annotations

from datetime import date, datetime

from lifecare_gql.domain.calendar import STOCKHOLM, stockholm_day
from lifecare_gql.domain.identity import IdentityKind, PersonIdentity

_MONTHS = (
    *("januari", "februari", "mars", "april", "maj", "juni"),
    *("juli", "augusti", "september", "oktober", "november", "december"),
)
_TIED = "\N{NO-BREAK SPACE}"
_WEEKDAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")


def day(on: date) -> str:
    """A date: 30 november 2026."""
    return f"{on.day}{_TIED}{_MONTHS[on.month - 1]} {on.year}"


def named_day(on: date) -> str:
    """A date with its weekday: måndag 30 november 2026."""
    return f"{_WEEKDAYS[on.weekday()]} {day(on)}"


def moment(at: datetime) -> str:
    """A moment: måndag 30 november 2026 kl. 10.00. ``ValueError`` if it is not aware."""
    return f"{named_day(stockholm_day(at))} kl.{_TIED}{_clock(at)}"


def timestamp(at: datetime) -> str:
    """A moment in a table: 2026-11-30 10:00:00. ``ValueError`` if it is not aware."""
    return f"{stockholm_day(at)} {at.astimezone(STOCKHOLM):%H:%M:%S}"


def span(start: datetime, end: datetime) -> str:
    """From one moment to another; the date is not repeated when they share it."""
    same_day = stockholm_day(start) == stockholm_day(end)
    return f"{moment(start)}–{_clock(end)}" if same_day else f"{moment(start)} – {moment(end)}"


def standing(status: str | None, version: str | None, on: date | None) -> str:
    """How a document stands, as far as stated: EJ BESLUTAD, version 1.0, 2 oktober 2025."""
    stated = (status, f"version {version}" if version else "", day(on) if on else "")
    return ", ".join(filter(None, stated))


def identifier(identity: PersonIdentity) -> str:
    """The identifier for a page: 19320214-2380. A reserve number has no hyphen and is written as it is."""
    whole = identity.kind is IdentityKind.NATIONAL_RESERVE_NUMBER
    return identity.value if whole else f"{identity.value[:8]}-{identity.value[8:]}"


def _clock(at: datetime) -> str:
    return f"{at.astimezone(STOCKHOLM):%H.%M}"
