"""What is told of an outage when it is over: the report, and the basis for invoicing and statistics (V33). Pure.

No amount is computed: no source says what the municipalities are invoiced for what was told by phone.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import Field, model_validator

from lifecare_gql.domain.calendar import stockholm_day
from lifecare_gql.domain.outage_facts import OutageFacts, RecoveryCount, RecoveryReport
from lifecare_gql.domain.outage_life import outage_class
from lifecare_gql.domain.outage_words import InvoicingOrigin, RecoveryKind
from lifecare_gql.domain.outages import Contradiction, OutageRoutine, RecoveryStep
from lifecare_gql.domain.texts import Said, said
from lifecare_gql.domain.values import value


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryRecord:
    """An item that has stood on the recovery worklist, and whether it was done.

    `municipality` is the code (kommunkod) of the one that pays for the patient, None when it is not known.
    """

    kind: RecoveryKind
    municipality: str | None
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoicingEntry:
    """One thing that was noted in the outage: on a form or in the phone log, or registered afterwards.

    `subject` is the care episode or patient, counted once in a row; `occurred_at` (aware) is when it happened.
    """

    municipality: str | None
    subject: str
    origin: InvoicingOrigin
    occurred_at: dt.datetime


@value
class Period:
    """The days that an invoicing basis is about, the last one included, in Sweden."""

    first: dt.date = Field(description="The first day (från och med).")
    last: dt.date = Field(description="The last day (till och med).")

    @model_validator(mode="after")
    def _in_order(self) -> Period:
        if self.last < self.first:
            raise ValueError("a period ends no earlier than it begins")
        return self

    def holds(self, moment: dt.datetime) -> bool:
        """Whether the Swedish day of the moment (aware) lies in it."""
        return self.first <= stockholm_day(moment) <= self.last


@value
class InvoicingRow:
    """What was noted in outages about the patients of one municipality in the period."""

    municipality: str | None = Field(description="Municipality code (kommunkod); null when it is not known.")
    patients: int = Field(ge=1, description="How many patients, or care episodes, each once.")
    forms: int = Field(ge=0, description="How many notes on forms or in the phone log (blanketter).")
    backfilled: int = Field(ge=0, description="How many acts were registered afterwards (efterregistrerat).")


@value
class InvoicingBasis:
    """What is collected for invoicing the municipalities and for statistics (underlag, V33): no amounts."""

    region: str = Field(description="Code of the region.")
    period: Period = Field(description="The days it is about.")
    rows: tuple[InvoicingRow, ...] = Field(description="One for each municipality, in order.")
    demanded_by: tuple[RecoveryStep, ...] = Field(
        description="The sentences that ask for it; empty when no source of the region does."
    )
    contradictions: tuple[Contradiction, ...] = Field(
        description="Where the document contradicts itself about it: both instructions are shown."
    )
    no_amounts_because: Said = Field(
        default=said("Ingen källa anger vilket belopp kommunerna faktureras."),
        description="Why there are no amounts.",
    )


def recovery_report(
    outage: OutageFacts, records: Iterable[RecoveryRecord], *, hours: int | None, left_because: str = ""
) -> RecoveryReport:
    """The report at `outage.now`; ValueError when the outage has not ended.

    `hours` is the line between short and long outages (`outage_life.long_after_hours`).
    """
    interval = outage.interval
    if interval is None or interval.ends_at is None:
        raise ValueError("an outage that has not ended has no report")
    return RecoveryReport(
        region=outage.region,
        interval=interval,
        minutes=interval.minutes(outage.now),
        recovery_minutes=_minutes(interval.ends_at, outage.now),
        outage_class=outage_class(outage, hours),
        long_after_hours=hours,
        counts=_counts(records),
        left_because=left_because.strip(),
    )


def _minutes(since: dt.datetime, now: dt.datetime) -> int:
    return (now.astimezone(dt.UTC) - since) // dt.timedelta(minutes=1)


def _counts(records: Iterable[RecoveryRecord]) -> tuple[RecoveryCount, ...]:
    counted = Counter((one.municipality, one.kind, one.done) for one in records)
    keys = {(municipality, kind) for municipality, kind, _ in counted}
    order = list(RecoveryKind).index
    return tuple(
        RecoveryCount(
            municipality=municipality,
            kind=kind,
            done=counted[municipality, kind, True],
            left=counted[municipality, kind, False],
        )
        for municipality, kind in sorted(keys, key=lambda key: (_none_first(key[0]), order(key[1])))
    )


def invoicing_basis(
    region: str, routine: OutageRoutine | None, entries: Iterable[InvoicingEntry], period: Period
) -> InvoicingBasis:
    """What was noted in the period, by municipality, with what the region's document says of it."""
    within = [one for one in entries if period.holds(one.occurred_at)]
    steps = (step for one in (routine.procedures if routine else ()) for step in one.after)
    contradictions = routine.contradictions if routine else ()
    return InvoicingBasis(
        region=region,
        period=period,
        rows=tuple(_row(code, within) for code in sorted({one.municipality for one in within}, key=_none_first)),
        demanded_by=tuple(step for step in steps if RecoveryKind.SEND_FORM in step.demands),
        contradictions=tuple(one for one in contradictions if one.invoicing),
    )


def _none_first(municipality: str | None) -> str:
    return municipality or ""


def _row(municipality: str | None, entries: list[InvoicingEntry]) -> InvoicingRow:
    own = [one for one in entries if one.municipality == municipality]
    origins = Counter(one.origin for one in own)
    return InvoicingRow(
        municipality=municipality,
        patients=len({one.subject for one in own}),
        forms=origins[InvoicingOrigin.FORM],
        backfilled=origins[InvoicingOrigin.BACKFILL],
    )
