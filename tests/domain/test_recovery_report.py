"""The report of an outage, and the basis for invoicing: what is counted, for whom, and what is not said."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from random import Random

import pytest

from lifecare_gql.domain.calendar import STOCKHOLM
from lifecare_gql.domain.outage_facts import RecoveryCount
from lifecare_gql.domain.outage_words import InvoicingOrigin, OutageClass, OutageState, RecoveryKind
from lifecare_gql.domain.recovery_report import (
    InvoicingEntry,
    InvoicingRow,
    Period,
    RecoveryRecord,
    invoicing_basis,
    recovery_report,
)
from tests.domain.episodes import SUNDSVALL, TIMRA
from tests.domain.outages import HOUR, outage_in_order
from tests.regions.plugins import CODES, four_regions

K = RecoveryKind
OUTAGE = outage_in_order(OutageState.RECOVERY)
FORM, BACKFILL = InvoicingOrigin


def record(kind: RecoveryKind, municipality: str | None, done: bool = True) -> RecoveryRecord:
    return RecoveryRecord(kind=kind, municipality=municipality, done=done)


RECORDS = [
    record(K.ACKNOWLEDGE, SUNDSVALL),
    record(K.REGISTER_DISCHARGED, TIMRA),
    record(K.ACKNOWLEDGE, SUNDSVALL),
    record(K.ACKNOWLEDGE, SUNDSVALL, done=False),
    record(K.ACKNOWLEDGE, None),
    record(K.REGISTER_DISCHARGED, SUNDSVALL, done=False),
]


def test_the_report_counts_by_municipality_and_kind() -> None:
    report = recovery_report(OUTAGE, RECORDS, hours=2, left_because=" patienten har flyttat ")
    assert report.counts == (
        RecoveryCount(municipality=None, kind=K.ACKNOWLEDGE, done=1, left=0),
        RecoveryCount(municipality=TIMRA, kind=K.REGISTER_DISCHARGED, done=1, left=0),
        RecoveryCount(municipality=SUNDSVALL, kind=K.REGISTER_DISCHARGED, done=0, left=1),
        RecoveryCount(municipality=SUNDSVALL, kind=K.ACKNOWLEDGE, done=2, left=1),
    )
    assert (report.region, report.interval) == ("vasternorrland", OUTAGE.interval)
    assert (report.minutes, report.recovery_minutes) == (120, 60)
    assert (report.outage_class, report.long_after_hours) == (OutageClass.SHORT, 2)
    assert report.left_because == "patienten har flyttat"


def test_the_report_counts_all_and_nothing_twice_in_any_order() -> None:
    chance = Random(4)
    many = [
        record(chance.choice(list(K)), chance.choice([None, TIMRA, SUNDSVALL]), chance.random() < 0.7)
        for _ in range(500)
    ]
    report = recovery_report(OUTAGE, many, hours=None)
    assert sum(one.done for one in report.counts) == Counter(one.done for one in many)[True]
    assert sum(one.left for one in report.counts) == Counter(one.done for one in many)[False]
    assert len({(one.municipality, one.kind) for one in report.counts}) == len(report.counts)
    chance.shuffle(many)
    assert recovery_report(OUTAGE, many, hours=None) == report
    assert (report.outage_class, report.long_after_hours) == (None, None)


@pytest.mark.parametrize(("day", "minutes"), [("2026-03-29", 1380), ("2026-06-14", 1440), ("2026-10-25", 1500)])
def test_a_day_on_which_the_clocks_change_is_as_long_as_it_is(day: str, minutes: int) -> None:
    start = dt.datetime.fromisoformat(day).replace(tzinfo=STOCKHOLM)
    end = start + dt.timedelta(days=1)
    outage = outage_in_order(OutageState.RECOVERY, started_at=start, ended_at=end, now=end)
    report = recovery_report(outage, (), hours=24)
    assert (report.minutes, report.recovery_minutes) == (minutes, 0)
    assert report.outage_class is (OutageClass.LONG if minutes > 1440 else OutageClass.SHORT)
    over_night = outage_in_order(OutageState.RECOVERY, started_at=start - HOUR, ended_at=start, now=end)
    assert recovery_report(over_night, (), hours=24).recovery_minutes == minutes


@pytest.mark.parametrize("state", [None, OutageState.PLANNED, OutageState.ACTIVE])
def test_an_outage_that_is_not_over_has_no_report(state: OutageState | None) -> None:
    with pytest.raises(ValueError, match="has not ended"):
        recovery_report(outage_in_order(state), (), hours=2)


# --- invoicing and statistics (V33) ---

NOVEMBER = Period(first=dt.date(2026, 11, 1), last=dt.date(2026, 11, 30))


def entry(municipality: str | None, subject: str, origin: InvoicingOrigin, at: str) -> InvoicingEntry:
    moment = dt.datetime.fromisoformat(at).replace(tzinfo=STOCKHOLM)
    return InvoicingEntry(municipality=municipality, subject=subject, origin=origin, occurred_at=moment)


ENTRIES = [
    entry(SUNDSVALL, "ett", FORM, "2026-11-01T00:00"),
    entry(SUNDSVALL, "ett", BACKFILL, "2026-11-12T10:00"),
    entry(SUNDSVALL, "två", FORM, "2026-11-30T23:59:59"),
    entry(TIMRA, "tre", BACKFILL, "2026-11-12T10:00"),
    entry(None, "fyra", FORM, "2026-11-12T10:00"),
    entry(TIMRA, "tre", FORM, "2026-10-31T23:59:59"),
    entry(TIMRA, "tre", FORM, "2026-12-01T00:00"),
]


def test_the_basis_has_a_row_for_each_municipality_and_the_swedish_days_of_the_period() -> None:
    basis = invoicing_basis("vasternorrland", four_regions()["vasternorrland"].outage, ENTRIES, NOVEMBER)
    assert basis.rows == (
        InvoicingRow(municipality=None, patients=1, forms=1, backfilled=0),
        InvoicingRow(municipality=TIMRA, patients=1, forms=0, backfilled=1),
        InvoicingRow(municipality=SUNDSVALL, patients=2, forms=2, backfilled=1),
    )
    reverse = invoicing_basis("vasternorrland", None, reversed(ENTRIES), NOVEMBER)
    assert reverse.rows == basis.rows


def test_the_basis_carries_both_instructions_and_no_amounts() -> None:
    basis = invoicing_basis("vasternorrland", four_regions()["vasternorrland"].outage, (), NOVEMBER)
    assert [one.fact for one in basis.demanded_by] == ["V33"]
    discarded, unregistered = (one.text for one in basis.contradictions)
    assert "därefter kasseras (V28, V39, V46)" in discarded
    assert "skicka in den" in discarded
    assert "(V31)" in unregistered
    assert basis.rows == ()
    assert basis.no_amounts_because


@pytest.mark.parametrize("code", [code for code in CODES if code != "vasternorrland"])
def test_a_region_whose_source_asks_for_no_basis_is_not_said_to(code: str) -> None:
    basis = invoicing_basis(code, four_regions()[code].outage, ENTRIES, NOVEMBER)
    assert (basis.region, basis.demanded_by, basis.contradictions) == (code, (), ())


def test_a_period_ends_no_earlier_than_it_begins() -> None:
    assert Period(first=NOVEMBER.first, last=NOVEMBER.first).holds(ENTRIES[0].occurred_at)
    with pytest.raises(ValueError, match="ends no earlier"):
        Period(first=NOVEMBER.last, last=NOVEMBER.first)
