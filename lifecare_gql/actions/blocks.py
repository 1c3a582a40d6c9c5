"""Set and end a block (spärr). Only the unit whose data it is does so, by the patient's wish.

What a block hides stands in `storage.rows.blocking`; what lifts one for a while, in `actions.openings`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from lifecare_gql.actions.access import Desk
from lifecare_gql.actions.idempotency import Attempt, attempt, claim, once, refuse
from lifecare_gql.actions.results import Done, Missing, Outcome
from lifecare_gql.actions.session import Session
from lifecare_gql.actions.versions import lock
from lifecare_gql.domain.access_words import BlockAskedBy, BlockEventKind
from lifecare_gql.domain.blocks import judge_block, over, standing
from lifecare_gql.domain.words import AccessAct
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import Rows, Shape, one
from lifecare_gql.storage.reading.where import Where

BLOCK = Shape.of(rows.Block, "unit_id", "version", "ended_at")
SCOPES: dict[type[rows.Record], str] = {
    rows.Episode: "episode_id",
    rows.PlanProcess: "plan_id",
    rows.Case: "case_id",
}
"""The care processes that can be blocked by themselves, and the block's column that names each."""
_OWN: dict[type[rows.Record], str] = {
    rows.Episode: "{t}.ward_id = {own}",
    rows.PlanProcess: "exists (select 1 from plan_event o where o.plan_id = {t}.id and o.version = 1"
    " and o.unit_id = {own})",
    rows.Case: "{t}.opened_by_unit_id = {own}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockOrder:
    """That what the caller's unit documented about a patient is blocked: all of it, or one care process."""

    patient_id: UUID
    asked_by: BlockAskedBy
    scope: tuple[type[rows.Record], UUID] | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockEndOrder:
    """That a block of the caller's unit ends."""

    block_id: UUID
    asked_by: BlockAskedBy
    reason: str = ""


async def set_block(session: Session, order: BlockOrder, key: str) -> Outcome:
    """Block it at once, or say what hinders it."""

    async def judged(desk: Desk, one_try: Attempt) -> Outcome:
        missing = await _missing(desk, order)
        if missing:
            return Missing(missing)
        await lock(desk, rows.Patient, order.patient_id)
        stands = await _stands(desk, order)
        found = (*judge_block(order.asked_by, order.reason), *((standing(),) if stands else ()))
        if found:
            return await refuse(desk, one_try, found, "Block", order.patient_id, order.patient_id)
        block_id = session.new_id()
        lost = await claim(desk, one_try, block_id)
        if lost is None:
            await _create(desk, order, block_id)
        return lost or Done(block_id)

    body = asdict(order) | {"scope": order.scope and str(order.scope[1])}
    return await once(session, attempt("setBlock", key, body), judged)


async def end_block(session: Session, order: BlockEndOrder, key: str) -> Outcome:
    """End it, or say what hinders it. What it hid is then seen as if it had never been there."""

    async def judged(desk: Desk, one_try: Attempt) -> Outcome:
        await lock(desk, rows.Block, order.block_id)
        row = await desk.row(one(rows.Block, order.block_id), BLOCK)
        if row is None or row.unit_id != session.known().unit_id:
            return Missing((("input", "blockId"),))
        found = judge_block(order.asked_by, order.reason)
        found += (over("blockId"),) if row.ended_at is not None else ()
        if found:
            return await refuse(desk, one_try, found, "Block", row.about, row.id)
        lost = await claim(desk, one_try, row.id)
        if lost is None:
            await _end(desk, row, order)
        return lost or Done(row.id)

    return await once(session, attempt("endBlock", key, asdict(order)), judged)


async def happened(desk: Desk, block_id: UUID, patient_id: UUID, version: int, **said: Any) -> None:
    """Write an event of a block; `version` is the block's after it."""
    caller = desk.session.known()
    await rows.BlockEvent.create(
        using_db=desk.tx.client,
        block_id=block_id,
        patient_id=patient_id,
        version=version,
        at=desk.session.now,
        unit_id=caller.unit_id,
        by_id=caller.assignment_id,
        **said,
    )


async def _missing(desk: Desk, order: BlockOrder) -> tuple[tuple[str, ...], ...]:
    """Where in the input something stands that is not there, or that another unit documented."""
    if await desk.row(one(rows.Patient, order.patient_id), Shape.of(rows.Patient)) is None:
        return (("input", "patientId"),)
    if order.scope is None:
        return ()
    model, scope_id = order.scope
    sql = f"{{t}}.id = {{scope}} and {{t}}.patient_id = {{patient}} and {_OWN[model]}"
    own = {"scope": scope_id, "patient": order.patient_id, "own": desk.session.known().unit_id}
    wanted = Rows(model=model, where=Where(sql, own), sought=True, asked=scope_id)
    return () if await desk.row(wanted, Shape.of(model)) else (("input", "scopeId"),)


async def _stands(desk: Desk, order: BlockOrder) -> bool:
    found = rows.Block.filter(
        patient_id=order.patient_id, unit_id=desk.session.known().unit_id, ended_at=None, **_scope(order)
    )
    return await found.using_db(desk.tx.client).exists()


def _scope(order: BlockOrder) -> dict[str, UUID | None]:
    named: dict[str, UUID | None] = dict.fromkeys(SCOPES.values())
    if order.scope is not None:
        named[SCOPES[order.scope[0]]] = order.scope[1]
    return named


async def _create(desk: Desk, order: BlockOrder, block_id: UUID) -> None:
    await rows.Block.create(
        using_db=desk.tx.client,
        id=block_id,
        patient_id=order.patient_id,
        unit_id=desk.session.known().unit_id,
        version=1,
        since=desk.session.now,
        **_scope(order),
    )
    said = {"kind": BlockEventKind.SET, "asked_by": order.asked_by, "reason": order.reason.strip() or None}
    await happened(desk, block_id, order.patient_id, 1, **said)
    await desk.note(AccessAct.CREATE, [order.patient_id], "Block", block_id)


async def _end(desk: Desk, row: Row, order: BlockEndOrder) -> None:
    version = row.version + 1
    changed = rows.Block.filter(id=row.id, version=row.version).using_db(desk.tx.client)
    await changed.update(version=version, ended_at=desk.session.now)
    said = {"kind": BlockEventKind.ENDED, "asked_by": order.asked_by, "reason": order.reason.strip() or None}
    await happened(desk, row.id, row.about, version, **said)
    await desk.note(AccessAct.UPDATE, [row.about], "Block", row.id)
