"""Open something to a unit for a while: a patient's care that it has no part in, or what a block hides.

It is an active choice with a ground, a reason and an end; it ends by itself, because every predicate compares that
end with the moment of the request. In an emergency it is flagged in the access log besides. It opens for reading:
what is done in a patient's care only those do who take part in it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from uuid import UUID

from lifecare_gql.actions.access import Desk
from lifecare_gql.actions.blocks import BLOCK, happened
from lifecare_gql.actions.consents import ConsentOrder, store_consent
from lifecare_gql.actions.idempotency import Attempt, attempt, claim, once, refuse
from lifecare_gql.actions.patients import digest_of
from lifecare_gql.actions.results import Done, Missing, Outcome
from lifecare_gql.actions.session import Session
from lifecare_gql.actions.versions import lock
from lifecare_gql.domain.access_words import AccessBasis, BlockEventKind
from lifecare_gql.domain.blocks import OpeningAsked, judge_opening, over
from lifecare_gql.domain.consents import ConsentSaid
from lifecare_gql.domain.words import AccessAct, ConsentKind, ConsentState
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Reader, Row
from lifecare_gql.storage.reading.rows import Rows, Shape, one
from lifecare_gql.storage.reading.where import Where
from lifecare_gql.storage.wall import Reach

_LIFTS = {
    AccessBasis.CONSENT: BlockEventKind.LIFTED_BY_CONSENT,
    AccessBasis.EMERGENCY: BlockEventKind.LIFTED_IN_EMERGENCY,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CareAccessOrder:
    """That a patient's care is opened to the caller's unit; by id, or by the number on the identity card."""

    asked: OpeningAsked
    patient_id: UUID | None = None
    identifier: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftOrder:
    """That a block is lifted for a while, for the caller's unit or, by the blocking unit, for another one."""

    block_id: UUID
    asked: OpeningAsked
    unit_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessEndOrder:
    """That what was opened is not needed, or not consented to, any longer."""

    access_id: UUID


async def request_care_access(session: Session, order: CareAccessOrder, key: str) -> Outcome:
    """Open the patient's care to the caller's unit. Judged before the patient is sought, who may not be there."""
    digest = None if order.identifier is None else digest_of(session, order.identifier)

    async def judged(desk: Desk, one_try: Attempt) -> Outcome:
        # Whoever it is, the unit has no part in the care yet: that is what it asks for.
        async with desk.tx.reaching(Reach.OPENING):
            patient_id = await _patient(desk, order.patient_id, digest)
            return await _request(desk, one_try, order.asked, patient_id)

    body = asdict(order) | {"identifier": digest}
    return await once(session, attempt("requestCareAccess", key, body), judged)


async def _request(desk: Desk, one_try: Attempt, asked: OpeningAsked, patient_id: UUID | None) -> Outcome:
    session = desk.session
    found = judge_opening(asked, session.now, session.emergency)
    if found:
        return await refuse(desk, one_try, found, "CareAccess", patient_id, patient_id)
    if patient_id is None:
        await desk.note(AccessAct.DENIED, [None], "CareAccess")
        return Missing((("input", "patient"),))
    await lock(desk, rows.Patient, patient_id)
    access_id = session.new_id()
    lost = await claim(desk, one_try, access_id)
    if lost is None:
        consent_id = await _consented(desk, asked, patient_id)
        await _open(desk, asked, access_id, patient_id, session.known().unit_id, consent_id=consent_id)
    return lost or Done(access_id)


async def lift_block(session: Session, order: LiftOrder, key: str) -> Outcome:
    """Lift the block for one unit until it ends by itself, or say what hinders it."""

    async def judged(desk: Desk, one_try: Attempt) -> Outcome:
        await lock(desk, rows.Block, order.block_id)
        row = await _block(desk, order)
        if row is None:
            return Missing((("input", "blockId"),))
        found = judge_opening(order.asked, session.now, session.emergency)
        found += (over("blockId"),) if row.ended_at is not None else ()
        if found:
            return await refuse(desk, one_try, found, "CareAccess", row.about, row.id)
        access_id = session.new_id()
        lost = await claim(desk, one_try, access_id)
        if lost is None:
            await _lift(desk, order, row, access_id)
        return lost or Done(access_id)

    return await once(session, attempt(f"liftBlock:{order.asked.basis}", key, asdict(order)), judged)


async def end_care_access(session: Session, order: AccessEndOrder, key: str) -> Outcome:
    """End what was opened before its time; by the unit that it was opened to, or whose block was lifted."""

    async def judged(desk: Desk, one_try: Attempt) -> Outcome:
        await lock(desk, rows.CareAccess, order.access_id)
        row = await desk.row(one(rows.CareAccess, order.access_id), Shape.of(rows.CareAccess, "ended_at", "until"))
        if row is None:
            return Missing((("input", "accessId"),))
        if row.ended_at is not None or row.until <= session.now:
            return await refuse(desk, one_try, (over("accessId"),), "CareAccess", row.about, row.id)
        lost = await claim(desk, one_try, row.id)
        if lost is None:
            open_ = rows.CareAccess.filter(id=row.id).using_db(desk.tx.client)
            await open_.update(ended_at=session.now)
            await desk.note(AccessAct.UPDATE, [row.about], "CareAccess", row.id)
        return lost or Done(row.id)

    return await once(session, attempt("endCareAccess", key, asdict(order)), judged)


async def _patient(desk: Desk, patient_id: UUID | None, digest: str | None) -> UUID | None:
    """Whoever is meant, whether the unit has a part in the care or not."""
    whose = {"id": patient_id} if patient_id is not None else {"identifier_digest": digest or ""}
    found = await rows.Patient.filter(**whose).using_db(desk.tx.client).first()
    return None if found is None else found.id


async def _block(desk: Desk, order: LiftOrder) -> Row | None:
    """The block; None when there is none, or when the caller's unit may not open it to that unit.

    It is sought also among the patients whose care was opened to the unit, for whom it has to be lifted apart.
    """
    session = desk.session
    looking = Reader(desk.tx.select, session.db.dialect, replace(session.viewer, wider=True))
    row = await looking.first(one(rows.Block, order.block_id), BLOCK)
    if row is None:
        await desk.deny(one(rows.Block, order.block_id))
        return None
    own = session.known().unit_id
    for_unit = order.unit_id or own
    if for_unit == row.unit_id or own not in (for_unit, row.unit_id):
        return None
    known = Rows(model=rows.Unit, where=Where("{t}.id = {unit} and {t}.active", {"unit": for_unit}))
    return row if await desk.reader.first(known, Shape.of(rows.Unit)) else None


async def _lift(desk: Desk, order: LiftOrder, row: Row, access_id: UUID) -> None:
    unit_id = order.unit_id or desk.session.known().unit_id
    consent_id = await _consented(desk, order.asked, row.about)
    block = {"block_id": row.id, "blocked_unit_id": row.unit_id}
    await _open(desk, order.asked, access_id, row.about, unit_id, consent_id=consent_id, **block)
    version = row.version + 1
    await rows.Block.filter(id=row.id).using_db(desk.tx.client).update(version=version)
    said = {"for_unit_id": unit_id, "until": order.asked.ends_at(desk.session.now, desk.session.emergency)}
    reason = order.asked.reason.strip()
    await happened(desk, row.id, row.about, version, kind=_LIFTS[order.asked.basis], reason=reason, **said)


async def _open(
    desk: Desk, asked: OpeningAsked, access_id: UUID, patient_id: UUID, unit_id: UUID, **named: UUID | None
) -> None:
    session = desk.session
    await rows.CareAccess.create(
        using_db=desk.tx.client,
        id=access_id,
        patient_id=patient_id,
        unit_id=unit_id,
        basis=asked.basis,
        purpose=asked.purpose,
        reason=asked.reason.strip(),
        by_id=session.known().assignment_id,
        since=session.now,
        until=asked.ends_at(session.now, session.emergency),
        **named,
    )
    act = AccessAct.EMERGENCY if asked.basis is AccessBasis.EMERGENCY else AccessAct.CREATE
    await desk.note(act, [patient_id], "CareAccess", access_id)


async def _consented(desk: Desk, asked: OpeningAsked, patient_id: UUID) -> UUID | None:
    """Record the patient's consent in the patient's own history of consents; None where there is none."""
    if asked.basis is not AccessBasis.CONSENT:
        return None
    entry_id = desk.session.new_id()
    said = ConsentSaid(state=ConsentState.GIVEN, form=asked.form, said_at=asked.said_at, reason=asked.reason)
    order = ConsentOrder(kind=ConsentKind.SHARED_RECORDS, scope_id=patient_id, said=said)
    await lock(desk, rows.Patient, patient_id)
    await store_consent(desk, order, patient_id, entry_id)
    return entry_id
