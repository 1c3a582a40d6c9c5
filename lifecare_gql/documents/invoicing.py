"""The basis for invoicing the municipalities and for statistics (underlag, V33), as a table and as a page.

It holds counts and no amounts, for no source gives any. Where the routine contradicts itself about the forms that
are counted (V60), the page says all that it says and chooses nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from lifecare_gql.documents import swedish
from lifecare_gql.documents.kit_sheets import RegionSheet
from lifecare_gql.documents.pages import PrintedPage
from lifecare_gql.documents.printing import TEMPLATES
from lifecare_gql.documents.tables import csv_text
from lifecare_gql.domain.outages import Step
from lifecare_gql.domain.recovery_report import InvoicingBasis
from lifecare_gql.domain.region import Region
from lifecare_gql.domain.sources import Source

INVOICING_TITLE = "Underlag för fakturering och statistik"

_HEADER = (
    *("Region", "Från och med", "Till och med", "Kommunkod", "Kommun"),
    *("Patienter", "Blanketter", "Efterregistrerat"),
)
_NOT_KNOWN, _NO_NAME = "inte känd", "namn saknas"


def invoicing_csv(basis: InvoicingBasis, names: Mapping[str, str]) -> str:
    """The rows as CSV that a spreadsheet opens, days as ISO 8601 (`tables.csv_text`); also for statistics.

    `names` are the municipalities' by code; of one that is not among them it says that the name is missing.
    """
    period = basis.period
    rows = (
        (
            *(basis.region, period.first, period.last, one.municipality, _name(one.municipality, names)),
            *(one.patients, one.forms, one.backfilled),
        )
        for one in basis.rows
    )
    return csv_text(_HEADER, rows, byte_order_mark=True)


def invoicing_page(
    basis: InvoicingBasis, names: Mapping[str, str], region: Region, made_at: dt.datetime
) -> PrintedPage:
    """The rows, why there are no amounts, who asks for them, and both sides of what contradicts it, for A4.

    `region` is the one that the basis is of: ``ValueError`` if not, or if `made_at` is not aware.
    """
    if region.code != basis.region:
        raise ValueError("a basis is printed with what its own region says")
    sheet = _InvoicingSheet(region=region, basis=basis, names=names, made_at=made_at)
    html = TEMPLATES.get_template("invoicing.html").render(title=INVOICING_TITLE, sheet=sheet)
    return PrintedPage(title=INVOICING_TITLE, html=html)


@dataclass(frozen=True, slots=True)
class _Quoted:
    """Sentences with their sources, and the lines that say which documents these are and how they stand."""

    sources: tuple[Source, ...]

    @property
    def documents(self) -> tuple[str, ...]:
        lines = (
            ": ".join(filter(None, (one.document, swedish.standing(one.status, one.version, one.date))))
            for one in self.sources
        )
        return tuple(dict.fromkeys(lines))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contradiction:
    text: str
    fact: str
    sides: tuple[_Quoted, ...]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class _InvoicingSheet(RegionSheet):
    basis: InvoicingBasis
    names: Mapping[str, str]
    made_at: dt.datetime

    @property
    def demanded(self) -> _Quoted:
        return self._quoted(self.basis.demanded_by)

    @property
    def contradictions(self) -> tuple[_Contradiction, ...]:
        return tuple(
            _Contradiction(
                text=one.text, fact=one.fact, sides=tuple(self._quoted(side.says) for side in one.sides)
            )
            for one in self.basis.contradictions
        )

    def name(self, municipality: str | None) -> str:
        return _name(municipality, self.names)

    def _quoted(self, steps: Iterable[Step]) -> _Quoted:
        return _Quoted(tuple(self._source(step) for step in steps))

    def _source(self, step: Step) -> Source:
        """The passage that the step is; a fact may rest on several."""
        source, fact = self.region.source(step.fact), self.region.fact(step.fact)
        quotes = fact.quotes if fact else ()
        section = next((one.section for one in quotes if one.text == step.text), source.section)
        return replace(source, section=section, quote=step.text)


def _name(municipality: str | None, names: Mapping[str, str]) -> str:
    return _NOT_KNOWN if municipality is None else names.get(municipality, _NO_NAME)
