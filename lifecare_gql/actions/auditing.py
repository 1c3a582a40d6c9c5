"""Look into the access log of the own region (loggkontroll), note what came of it, and make a patient's extract.

Only somebody with the role AUDITOR may. An attempt without it is itself logged, and so is every look: whose
entries were shown stands in the log as AUDITED, REVIEWED or EXTRACTED, of which the next look tells.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from uuid import UUID

from lifecare_gql.actions.access import Desk, work
from lifecare_gql.actions.documents import PERSON, person_of
from lifecare_gql.actions.facts import UNIT, party
from lifecare_gql.actions.idempotency import Attempt, attempt, claim, earlier, once
from lifecare_gql.actions.results import Done, KeyReused, Missing, Outcome, Refused
from lifecare_gql.actions.roles import demand
from lifecare_gql.actions.session import Session
from lifecare_gql.documents.sheets import AccessExtractSheet, ExtractLine
from lifecare_gql.domain.access_log import in_plain_swedish
from lifecare_gql.domain.access_words import ReviewFinding, Role
from lifecare_gql.domain.objections import Objection, ObjectionCode
from lifecare_gql.domain.reviewing import MAX_TEXT_LENGTH, core_objection
from lifecare_gql.domain.words import AccessAct, Protection
from lifecare_gql.errors import NotPermitted
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Page, Row
from lifecare_gql.storage.reading.rows import BY_NUMBER, Rows, Shape, one
from lifecare_gql.storage.reading.where import Where

_LOG = "AccessLog"
_STAFF = Shape.of(rows.Staff, "given_name", "family_name")
_LINE = Shape.of(rows.AccessEntry, "at", "act", "subject", "staff_hsa_id", unit=UNIT, staff=_STAFF)


async def auditor(session: Session, about: Rows | None = None) -> str:
    """The region whose log the caller may look into; NotPermitted, once it is noted, without the role.

    `about`: what was asked for, to note whom the attempt was about.
    """
    try:
        return (await demand(session, Role.AUDITOR))[Role.AUDITOR].region_code
    except NotPermitted:
        async with work(session) as desk:
            sought = about is not None and about.sought
            patient_id = await desk.whose(about) if about is not None and sought else None
            await desk.note(AccessAct.DENIED, [patient_id], _LOG)
        raise


async def read_log(session: Session, wanted: Rows, shape: Shape) -> Page:
    """Entries or reviews in a shape, as `access.read`; NotPermitted without the role."""
    region = await auditor(session, wanted)
    async with work(session, audits=region) as desk:
        return await desk.reader.page(wanted, shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewOrder:
    """What came of looking into these entries."""

    entry_ids: tuple[UUID, ...]
    finding: ReviewFinding
    comment: str = ""


async def review(session: Session, order: ReviewOrder, key: str) -> Outcome:
    """Note it for each of the entries, or hear what hinders it. NotPermitted without the role."""
    region = await auditor(session)

    async def judged(desk: Desk, one_try: Attempt) -> Outcome:
        found = await _sought(desk, order.entry_ids)
        if found is None:
            return Missing((("input", "entryIds"),))
        patients = {row.patient_id for row in found}
        hinders = _hinders(session, order, found)
        if hinders:
            return await _refuse(desk, one_try, hinders, patients)
        batch = session.new_id()
        lost = await claim(desk, one_try, batch)
        if lost is None:
            await _write(desk, order, batch)
            await desk.note(AccessAct.REVIEWED, patients, "AccessReview", batch)
        return lost or Done(batch)

    return await once(session, attempt("reviewAccess", key, asdict(order)), judged, region)


async def _sought(desk: Desk, ids: Sequence[UUID]) -> Sequence[Row] | None:
    """The entries, or None when one of them cannot be seen, which is noted."""
    wanted = Rows(model=rows.AccessEntry, where=Where("{t}.id in {ids}", {"ids": list(ids)}))
    found = (await desk.reader.page(wanted, Shape.of(rows.AccessEntry, "staff_hsa_id"))).rows
    missing = set(ids) - {row.id for row in found}
    for entry_id in sorted(missing):
        await desk.deny(one(rows.AccessEntry, entry_id))
    return None if missing else found


def _hinders(session: Session, order: ReviewOrder, found: Sequence[Row]) -> tuple[Objection, ...]:
    own = any(row.staff_hsa_id == session.known().staff_hsa_id for row in found)
    too_long = len(order.comment) > MAX_TEXT_LENGTH
    return (
        *((core_objection(ObjectionCode.OWN_ACCESS, ("input", "entryIds")),) if own else ()),
        *((core_objection(ObjectionCode.TEXT_TOO_LONG, ("input", "comment")),) if too_long else ()),
    )


async def _refuse(
    desk: Desk, one_try: Attempt, hinders: tuple[Objection, ...], patients: set[UUID | None]
) -> Done | KeyReused | Refused:
    done = await earlier(desk, one_try)
    if done is not None:
        return done
    await desk.note(AccessAct.REFUSED, patients, "AccessReview")
    return Refused(hinders)


async def _write(desk: Desk, order: ReviewOrder, batch: UUID) -> None:
    caller = desk.session.known()
    reviews = [
        rows.AccessReview(
            id=desk.session.new_id(),
            entry_id=entry_id,
            batch_id=batch,
            at=desk.session.now,
            unit_id=caller.unit_id,
            by_id=caller.assignment_id,
            finding=order.finding,
            comment=order.comment or None,
        )
        for entry_id in order.entry_ids
    ]
    await rows.AccessReview.bulk_create(reviews, using_db=desk.tx.client)


async def extract(
    session: Session, patient: Rows, since: dt.datetime | None, until: dt.datetime | None
) -> AccessExtractSheet | None:
    """All entries about the patient from `since` on and before `until`, oldest first, in plain Swedish.

    None when the region has no such patient, which is noted. NotPermitted without the role.
    """
    region = await auditor(session, patient)
    async with work(session, audits=region) as desk:
        person = await desk.row(patient, PERSON["#person"].shape)
        if person is None:
            return None
        wanted = Rows(model=rows.AccessEntry, where=_about(person.id, since, until), order=BY_NUMBER)
        found = (await desk.reader.page(wanted, _LINE)).rows
        await desk.note(AccessAct.EXTRACTED, [person.id], _LOG)
    return AccessExtractSheet(
        patient=person_of(person, session),
        made_at=session.now,
        lines=tuple(_line(row, session.names_staff) for row in found),
        since=since,
        until=until,
        names_staff=session.names_staff,
        withheld=person.protection is not Protection.NONE,
    )


def _about(patient_id: UUID, since: dt.datetime | None, until: dt.datetime | None) -> Where:
    whole = Where("{t}.patient_id = {patient}", {"patient": patient_id})
    return between(whole, since, until)


def between(those: Where, since: dt.datetime | None, until: dt.datetime | None) -> Where:
    """Those from `since` on and before `until`, as far as they are given."""
    sql, params = those.sql, dict(those.params)
    for name, sign, moment in (("since", ">=", since), ("until", "<", until)):
        if moment is not None:
            sql, params[name] = f"{sql} and {{t}}.at {sign} {{{name}}}", moment
    return Where(sql, params)


def _line(row: Row, names_staff: bool) -> ExtractLine:
    staff = row.related["staff"]
    name = f"{staff.given_name} {staff.family_name}" if staff is not None and names_staff else None
    what = in_plain_swedish(row.act, row.subject)
    return ExtractLine(at=row.at, unit=party(row.related["unit"]), what=what, staff=name)
