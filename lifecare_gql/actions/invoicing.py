"""The basis for invoicing the municipalities and for statistics after outages (V33): counted, nobody shown.

It is counted from what each ward of the region has noted or entered afterwards, as that ward sees its patients.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from lifecare_gql.actions.access import Desk, work
from lifecare_gql.actions.roles import demand
from lifecare_gql.actions.session import Session
from lifecare_gql.documents.invoicing import invoicing_csv, invoicing_page
from lifecare_gql.documents.pages import PrintedPage
from lifecare_gql.domain.access_words import Role
from lifecare_gql.domain.calendar import day_bounds
from lifecare_gql.domain.outage_words import InvoicingOrigin
from lifecare_gql.domain.recovery_report import InvoicingBasis, InvoicingEntry, Period, invoicing_basis
from lifecare_gql.domain.region import Region
from lifecare_gql.errors import NotPermitted
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Reader, Row
from lifecare_gql.storage.reading.rows import Rows, Shape
from lifecare_gql.storage.reading.where import Where
from lifecare_gql.storage.viewer import Viewer
from lifecare_gql.storage.wall import Reach

_WARDS = (
    "{t}.region_code = {region}"
    " and exists (select 1 from episode e where e.ward_id = {t}.id and e.opened_at < {end})"
)
_HAPPENED = "coalesce({t}.occurred_at, {t}.at)"
_NOTED = (
    f"{_HAPPENED} >= {{first}} and {_HAPPENED} < {{end}}"
    " and exists (select 1 from episode e where e.id = {t}.episode_id and e.ward_id = {ward})"
    " and ({t}.outage_id is not null or ({t}.kind = 'PHONE_CALL_LOGGED' and exists (select 1 from outage o"
    f" where o.region_code = {{region}} and o.started_at <= {_HAPPENED}"
    f" and (o.ended_at is null or o.ended_at > {_HAPPENED}))))"
)
_EVENT = Shape.of(
    rows.EpisodeEvent,
    *("at", "occurred_at", "outage_id"),
    patient=Shape.of(rows.Patient, "home_municipality_code"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedBasis:
    """The basis, as data, as a table for a spreadsheet, and as a page to print."""

    basis: InvoicingBasis
    csv: str
    page: PrintedPage


async def counted_basis(session: Session, region: Region, period: Period) -> CountedBasis:
    """The basis of the region in the period; NotPermitted for all but its own systemförvaltare (V33)."""
    grant = (await demand(session, Role.SYSTEM_ADMINISTRATOR))[Role.SYSTEM_ADMINISTRATOR]
    if grant.region_code != region.code:
        raise NotPermitted("Underlaget hämtas av regionens egen systemförvaltare.")
    async with work(session, reach=Reach.COUNT) as desk:
        entries = [one async for one in _entries(desk, region, period)]
    basis = invoicing_basis(region.code, region.outage, entries, period)
    names = {one.code: one.name for one in region.info.municipalities}
    page = invoicing_page(basis, names, region, session.now)
    return CountedBasis(basis=basis, csv=invoicing_csv(basis, names), page=page)


async def _entries(desk: Desk, region: Region, period: Period) -> AsyncIterator[InvoicingEntry]:
    first, end = day_bounds(period.first)[0], day_bounds(period.last)[1]
    params = {"region": region.code, "first": first, "end": end}
    wards = (await desk.reader.page(Rows(model=rows.Unit, where=Where(_WARDS, params)), Shape.of(rows.Unit))).rows
    for ward in wards:
        reader = Reader(desk.tx.select, desk.session.db.dialect, Viewer(unit_id=ward.id))
        noted = Rows(model=rows.EpisodeEvent, where=Where(_NOTED, {**params, "ward": ward.id}))
        for row in (await reader.page(noted, _EVENT)).rows:
            yield _entry(row)


def _entry(row: Row) -> InvoicingEntry:
    patient = row.related["patient"]
    return InvoicingEntry(
        municipality=patient.home_municipality_code if patient else None,
        subject=str(row.about),
        origin=InvoicingOrigin.FORM if row.outage_id is None else InvoicingOrigin.BACKFILL,
        occurred_at=row.occurred_at or row.at,
    )
