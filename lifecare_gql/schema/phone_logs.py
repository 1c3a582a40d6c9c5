"""Calls that were noted on forms, taken in as a file, and what is counted of them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import strawberry

from lifecare_gql.actions import phone_logs
from lifecare_gql.actions.invoicing import CountedBasis, counted_basis
from lifecare_gql.documents.pages import PrintedPage
from lifecare_gql.documents.phone_log_file import MAX_ROWS, phone_log_template
from lifecare_gql.domain.recovery_report import InvoicingBasis, Period
from lifecare_gql.errors import BadInput
from lifecare_gql.schema import values as values
from lifecare_gql.schema.acting import acting
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.publishing import made
from lifecare_gql.schema.reading import Node, column, fetch_one, to_one, window
from lifecare_gql.schema.refusals import IdempotencyKeyReused, RefusedByRoutines, Success
from lifecare_gql.schema.units import Assignment, Unit
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.rows import one


@window(rows.PhoneLogImport)
class PhoneLogImport(Node):
    """That a file with calls was taken in by your unit. The calls are events of the care episodes."""

    at: dt.datetime = column("When.")
    calls: int = column("How many calls it held.")
    unit: Unit = to_one("unit", "The unit.")
    by: Assignment = to_one("by", "Who took it in.")


@strawberry.input(description="A filled-in phone log as a file (blanketter, V27, V28).")
class PhoneLogInput:
    """Becomes a `PhoneLogOrder`."""

    file: str = strawberry.field(
        description=f"The file's text: CSV as `phoneLogTemplate` has it, at most {MAX_ROWS} calls."
    )
    on_paper: bool = strawberry.field(
        default=True,
        description="Whether the calls were noted on forms, which then are to be sent in where the region says so"
        " (V33).",
    )


@strawberry.type(description="The whole file was taken in.")
class PhoneLogImported(Success):
    """Made of `results.Done` with the import's id."""

    @strawberry.field(description="The import.")
    async def imported(self, info: Info) -> PhoneLogImport:
        return await fetch_one(info, one(rows.PhoneLogImport, self.done.row_id))


ImportPhoneLogResult = Annotated[
    PhoneLogImported | RefusedByRoutines | IdempotencyKeyReused,
    strawberry.union("ImportPhoneLogResult", description="What became of taking in a file with calls."),
]


def _order(said: PhoneLogInput) -> phone_logs.PhoneLogOrder:
    return phone_logs.PhoneLogOrder(file=said.file, on_paper=said.on_paper)


@strawberry.type(description="What can be done with files of calls.")
class PhoneLogMutation:
    """One file, all or nothing."""

    import_phone_log = acting(
        phone_logs.import_phone_log,
        _order,
        PhoneLogInput,
        PhoneLogImported,
        ImportPhoneLogResult,
        "Take in a phone log that was filled in while the system was down (telefonlogg, V27, V28). Every faulty"
        " row is named by line and column: then nothing is taken in. A call that is noted already is such a row.",
    )


@strawberry.type(description="What files of calls look like.")
class PhoneLogQuery:
    """The template."""

    @strawberry.field(description="The template of the phone log as CSV text, to be filled in (mall).")
    def phone_log_template(self) -> str:
        return phone_log_template()


@strawberry.type(
    description="What is collected after outages for invoicing the municipalities, and for statistics (V33)."
)
class InvoicingDocument:
    """Shows a `CountedBasis`."""

    counted: strawberry.Private[CountedBasis]

    @strawberry.field(description="The counts, by municipality. Without amounts: no source gives any.")
    def basis(self) -> InvoicingBasis:
        return self.counted.basis

    @strawberry.field(description="The counts as CSV text; no cell is taken for a formula.")
    def csv(self) -> str:
        return self.counted.csv

    @strawberry.field(description="The same as a page, with both instructions that contradict each other (V60).")
    def page(self) -> PrintedPage:
        return self.counted.page


async def _invoicing(
    root: strawberry.Parent[Any],
    info: Info,
    first: Annotated[dt.date, strawberry.argument(description="The first day (från och med).")],
    last: Annotated[dt.date, strawberry.argument(description="The last day (till och med).")],
) -> InvoicingDocument:
    """What is collected after outages for invoicing and statistics (underlag, V33): for the region's own
    systemförvaltare only."""
    if last < first:
        raise BadInput("last: a period ends no earlier than it begins.")
    found = await counted_basis(info.context.session, root, Period(first=first, last=last))
    return InvoicingDocument(counted=found)


ADDED = {"Region": {"invoicing_basis": made("invoicing_basis", _invoicing)}}
"""A field that the calls add to a type that knows nothing of them."""
