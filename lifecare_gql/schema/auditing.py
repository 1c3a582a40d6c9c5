"""Windows on the access log for those who review it, and a patient's extract of it."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Annotated, Any
from uuid import UUID

import strawberry

from lifecare_gql.actions import auditing
from lifecare_gql.actions.auditing import ReviewOrder, between
from lifecare_gql.documents.pages import PrintedPage, access_extract_csv, access_extract_page
from lifecare_gql.documents.sheets import AccessExtractSheet, ExtractLine
from lifecare_gql.domain import texts
from lifecare_gql.domain.access_words import ReviewFinding
from lifecare_gql.domain.words import AccessAct, Protection
from lifecare_gql.errors import BadInput
from lifecare_gql.schema import values as values
from lifecare_gql.schema.acting import acting
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.ids import public_id, row_id
from lifecare_gql.schema.inputs import PatientKey
from lifecare_gql.schema.patients import patient_by
from lifecare_gql.schema.reading import Connection, Node, column, computed, connection, to_many, to_one, window
from lifecare_gql.schema.refusals import IdempotencyKeyReused, NotFound, RefusedByRoutines, Success
from lifecare_gql.schema.selecting import shape_below
from lifecare_gql.schema.units import Assignment, Staff, Unit
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import DEFAULT_PAGE, LAST_LOGGED, MAX_PAGE, Order, Rows, Window
from lifecare_gql.storage.reading.where import EVERY, Where

MAX_SEED_LENGTH = 100

Since = Annotated[dt.datetime | None, strawberry.argument(name="from", description="From this moment on.")]
Until = Annotated[dt.datetime | None, strawberry.argument(name="to", description="Before this moment.")]


def _reviews(info: Info) -> Rows:
    return Rows(model=rows.AccessReview, order=Order(by=("{t}.at", "{t}.id"), columns=("at", "id")))


@window(rows.Patient)
class LoggedPatient:
    """Who an entry of the access log is about, and nothing of the person's care, address or whereabouts."""

    identifier: str = column("The number, 12 characters (personnummer, samordningsnummer, reservnummer).")
    given_name: str = column("Given name (förnamn).")
    family_name: str = column("Family name (efternamn).")
    protection: Protection = column("Protected identity (skyddade personuppgifter).")

    @computed()
    def id(root: strawberry.Parent[Row]) -> strawberry.ID:
        """The patient's public id."""
        return strawberry.ID(public_id(root.model, root.id))


@window(rows.AccessEntry)
class AccessEntry(Node):
    """An entry of the access log (åtkomstlogg, patientdatalagen 4 kap. 3 §). Seen by the region's reviewers."""

    at: dt.datetime = column("When.")
    act: AccessAct = column("What was done.")
    operation: str = column("The name of the operation, as the caller's system chose it.")
    subject: str = column("The kind of record.")
    staff_hsa_id: str = column("Who, by HSA-id; SYSTEM for a scheduled command.")
    assignment_hsa_id: str = column("On which assignment (medarbetaruppdrag), by HSA-id.")
    staff: Staff | None = to_one("staff", "Who, as the staff directory has it now; null when it does not.")
    assignment: Assignment | None = to_one("assignment", "The assignment as it is now, with its title.")
    unit: Unit = to_one("unit", "The unit of the assignment.")
    patient: LoggedPatient | None = to_one("patient", "Whom it was about; null when about nobody.")
    reviews: Connection[AccessReview] = to_many(_reviews, "{t}.entry_id", "What came of reviewing it, in order.")

    @computed("request_id")
    def request(root: strawberry.Parent[Row]) -> str:
        """The request, the same for all that was shown or done in one."""
        return root.request_id.hex


@window(rows.AccessReview)
class AccessReview(Node):
    """That somebody looked into an entry of the access log, and what came of it (loggkontroll)."""

    at: dt.datetime = column("When.")
    finding: ReviewFinding = column("What came of it.")
    comment: str | None = column("What the reviewer wrote.")
    by: Assignment = to_one("by", "Who.")
    unit: Unit = to_one("unit", "At which unit.")
    entry: AccessEntry = to_one("entry", "The entry.")


@strawberry.input(description="Which entries of the access log: those that are all that is given.")
class AccessLogFilter:
    """Becomes a `Where`."""

    patient: PatientKey | None = strawberry.field(default=None, description="About this patient.")
    staff_hsa_id: str | None = strawberry.field(default=None, description="Of this person, by HSA-id.")
    unit_id: strawberry.ID | None = strawberry.field(default=None, description="Of this unit.")
    acts: list[AccessAct] | None = strawberry.field(default=None, description="One of these acts.")
    since: dt.datetime | None = strawberry.field(default=None, name="from", description="From this moment on.")
    until: dt.datetime | None = strawberry.field(default=None, name="to", description="Before this moment.")
    operation: str | None = strawberry.field(default=None, description="Of an operation with this name.")

    def where(self, info: Info) -> Where:
        """The condition; BadInput for ids that are none."""
        unit_id = None if self.unit_id is None else row_id(self.unit_id, rows.Unit, "filter.unitId")
        asked: dict[str, Any] = {
            "{t}.staff_hsa_id = {staff}": self.staff_hsa_id,
            "{t}.unit_id = {unit}": unit_id,
            "{t}.act in {acts}": self.acts,
            "{t}.operation = {operation}": self.operation,
        }
        given = {sql: value for sql, value in asked.items() if value is not None}
        params = {sql[sql.rindex("{") + 1 : -1]: value for sql, value in given.items()}
        found = between(Where(" and ".join(["true", *given]), params), self.since, self.until)
        return found if self.patient is None else _about(found, patient_by(info, self.patient).where)


def _about(those: Where, patient: Where) -> Where:
    whose = f"{{t}}.patient_id in (select p.id from patient p where {patient.sql.replace('{t}', 'p')})"
    return Where(f"{those.sql} and {whose}", {**those.params, **patient.params})


Filter = Annotated[AccessLogFilter | None, strawberry.argument(description="Only these; all if not given.")]


def _entries(info: Info, filter: Filter = None) -> Rows:
    where = EVERY if filter is None else filter.where(info)
    about = filter is not None and filter.patient is not None
    return Rows(model=rows.AccessEntry, where=where, order=LAST_LOGGED, sought=about)


def _drawn(seed: str) -> Order:
    """Round the ring of the entries' ids, which are random, from a point that the seed gives."""
    point = UUID(bytes=hashlib.sha256(seed.encode()).digest()[:16])
    return Order(by=(f"({{t}}.id < '{point}')", "{t}.id"))


@strawberry.type(description="One access to a patient's data, in words that the patient understands.")
class AccessExtractLine:
    """Shows an `ExtractLine`."""

    line: strawberry.Private[ExtractLine]

    at: dt.datetime = strawberry.field(resolver=lambda root: root.line.at, description="When.")
    unit: str = strawberry.field(resolver=lambda root: root.line.unit.name, description="At which unit.")
    what: str = strawberry.field(
        resolver=lambda root: root.line.what, description="What was done, in plain words."
    )
    staff: str | None = strawberry.field(
        resolver=lambda root: root.line.staff,
        description="Who; null when the deployment's policy is not to tell: the default, which is our assumption.",
    )


@strawberry.type(
    description="A patient's extract of the access log (loggutdrag, patientdatalagen 8 kap. 5 §). What is handed"
    " out tells units by their kind only when the person's identity is protected."
)
class AccessExtract:
    """Shows an `AccessExtractSheet`."""

    sheet: strawberry.Private[AccessExtractSheet]

    @strawberry.field(description="When it was made.")
    def made_at(self) -> dt.datetime:
        return self.sheet.made_at

    @strawberry.field(description="Each entry of the log about the patient, oldest first.")
    def lines(self) -> list[AccessExtractLine]:
        return [AccessExtractLine(line=one) for one in self.sheet.lines]

    @strawberry.field(description="The lines as CSV that a spreadsheet opens; nothing in it is a formula.")
    def csv(self) -> str:
        return access_extract_csv(self.sheet)

    @strawberry.field(description="The lines as a page to print for the patient (A4, black and white).")
    def page(self) -> PrintedPage:
        return access_extract_page(self.sheet)


@strawberry.type(description="What reviewers of the access log can ask.")
class AuditQuery:
    """The queries of the access log. Others than AUDITOR get FORBIDDEN, and the attempt is logged."""

    access_log: Connection[AccessEntry] = connection(
        _entries,
        "The access log of your region, newest first (loggkontroll): what its units did, and what was done about"
        " patients of its units. Needs the role AUDITOR; whose entries you see is itself logged.",
        read=auditing.read_log,
    )

    @strawberry.field(
        description="A random sample of the access log to review (stickprov): the same for the same seed, filter"
        " and log. Needs the role AUDITOR; whose entries you see is itself logged."
    )
    async def access_log_sample(
        self,
        info: Info,
        seed: Annotated[str, strawberry.argument(description="Any text; note it with the review.")],
        first: Annotated[
            int, strawberry.argument(description=f"How many at most, 1 to {MAX_PAGE}.")
        ] = DEFAULT_PAGE,
        filter: Filter = None,
    ) -> list[AccessEntry]:
        if not 1 <= first <= MAX_PAGE or len(seed) > MAX_SEED_LENGTH:
            raise BadInput(
                texts.said(
                    "first must be 1 to {most}, and seed not longer than {length} characters.",
                    most=MAX_PAGE,
                    length=MAX_SEED_LENGTH,
                )
            )
        asked = _entries(info, filter)
        wanted = Rows(model=asked.model, where=asked.where, order=_drawn(seed), sought=asked.sought)
        shape = shape_below(info, "AccessEntry")
        page = await auditing.read_log(info.context.session, wanted.windowed(Window(size=first)), shape)
        return page.rows

    @strawberry.field(
        description="A patient's extract of your region's access log (loggutdrag); null when the region has no"
        " such patient. Needs the role AUDITOR: no source names who hands it out, so that is our assumption."
    )
    async def access_extract(
        self,
        info: Info,
        patient: Annotated[PatientKey, strawberry.argument(description="The patient.")],
        since: Since = None,
        until: Until = None,
    ) -> AccessExtract | None:
        sheet = await auditing.extract(info.context.session, patient_by(info, patient), since, until)
        return None if sheet is None else AccessExtract(sheet=sheet)


@strawberry.input(description="What came of reviewing entries of the access log.")
class ReviewAccessInput:
    """Becomes a `ReviewOrder`."""

    entry_ids: list[strawberry.ID] = strawberry.field(description=f"The entries, 1 to {MAX_PAGE}.")
    finding: ReviewFinding = strawberry.field(description="What came of it.")
    comment: str = strawberry.field(default="", description="What else is to be known; empty for nothing.")


def _order(said: ReviewAccessInput) -> ReviewOrder:
    if not 1 <= len(said.entry_ids) <= MAX_PAGE:
        raise BadInput(texts.said("{name}: 1 to {most}.", name="entryIds", most=MAX_PAGE))
    ids = dict.fromkeys(row_id(one, rows.AccessEntry, "entryIds") for one in said.entry_ids)
    return ReviewOrder(entry_ids=tuple(ids), finding=said.finding, comment=said.comment.strip())


@strawberry.type(description="The review was noted for each of the entries.")
class AccessReviewed(Success):
    """Made of `results.Done` with the id of what was reviewed at once."""

    @strawberry.field(description="The reviews.")
    async def reviews(self, info: Info) -> list[AccessReview]:
        batch = Where("{t}.batch_id = {batch}", {"batch": self.done.row_id})
        wanted, shape = Rows(model=rows.AccessReview, where=batch), shape_below(info, "AccessReview")
        page = await auditing.read_log(info.context.session, wanted, shape)
        return page.rows


ReviewAccessResult = Annotated[
    AccessReviewed | RefusedByRoutines | NotFound | IdempotencyKeyReused,
    strawberry.union("ReviewAccessResult", description="What became of noting a review."),
]


@strawberry.type(description="What reviewers of the access log can do.")
class AuditMutation:
    """The mutation of the access log: nothing in it is changed, something is said of it."""

    review_access = acting(
        auditing.review,
        _order,
        ReviewAccessInput,
        AccessReviewed,
        ReviewAccessResult,
        "Note what came of reviewing entries of the access log (loggkontroll). Needs the role AUDITOR; nobody"
        " reviews what was done by himself or herself. The review is itself logged.",
    )
