"""Who trains a unit's users, and who was trained (utbildning, S16, S119-S125). Nothing of it is demanded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from uuid import UUID

from lifecare_gql.actions.access import Desk
from lifecare_gql.actions.administration import UNIT, Judged, administrator, place, settle
from lifecare_gql.actions.results import Missing, Outcome
from lifecare_gql.actions.session import Session
from lifecare_gql.actions.versions import lock
from lifecare_gql.domain.administering import (
    CENTRAL,
    TRAIN,
    Administrator,
    Place,
    may_train,
    not_administrator,
    objection,
)
from lifecare_gql.domain.administration_words import TrainingForm, TrainingKind
from lifecare_gql.domain.calendar import stockholm_day
from lifecare_gql.domain.objections import Objection, ObjectionCode
from lifecare_gql.domain.reviewing import MAX_NAME_LENGTH, core_objection
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.rows import One, Shape, one

_Code = ObjectionCode
_TRAINER = Shape(
    model=rows.UnitTrainer, columns=frozenset(("until",)), ones={"unit": One(relation="unit", shape=UNIT)}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainerOrder:
    """A person who is to train the users of a unit (utbildare)."""

    unit_id: UUID
    staff_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class EndTrainerOrder:
    """A trainer who is so no longer."""

    trainer_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingOrder:
    """That a person was trained: when, in which form, and how long as it is told."""

    unit_id: UUID
    staff_id: UUID
    kind: TrainingKind
    held_on: dt.date
    form: TrainingForm | None = None
    length: str | None = None


async def appoint_trainer(session: Session, order: TrainerOrder, key: str) -> Outcome:
    """Appoint the trainer; done: the id of the appointment."""

    async def look(desk: Desk) -> Missing | Judged:
        found = await _judged(desk, order)
        if isinstance(found, Missing):
            return found
        where, objections = found
        there = rows.UnitTrainer.filter(unit_id=order.unit_id, staff_id=order.staff_id, until=None)
        if await there.using_db(desk.tx.client).exists():
            objections.append(objection(_Code.ALREADY_TRAINER, ("input", "staffId"), where))
        return Judged(objections, lambda desk, row_id: _appoint(desk, order, row_id))

    return await settle(session, "appointTrainer", order, key, look)


async def end_trainer(session: Session, order: EndTrainerOrder, key: str) -> Outcome:
    """End the appointment; done: an id of its own, for the appointment is its own record."""

    async def look(desk: Desk) -> Missing | Judged:
        await lock(desk, rows.UnitTrainer, order.trainer_id)
        row = await desk.row(one(rows.UnitTrainer, order.trainer_id), _TRAINER)
        if row is None or row.until is not None:
            return Missing((("input", "trainerId"),))
        unit = row.related["unit"]
        where = place(unit.related["#organisation"], session)
        objections = _may_train(await administrator(desk), where, unit.id)
        return Judged(objections, lambda desk, _: _end(desk, order))

    return await settle(session, "endTrainer", order, key, look)


async def record_training(session: Session, order: TrainingOrder, key: str) -> Outcome:
    """Record it; done: the record's id."""

    async def look(desk: Desk) -> Missing | Judged:
        found = await _judged(desk, order)
        if isinstance(found, Missing):
            return found
        where, objections = found
        if order.held_on > stockholm_day(session.now):
            objections.append(objection(_Code.MOMENT_IN_FUTURE, ("input", "heldOn"), where))
        if order.length is not None and len(order.length) > MAX_NAME_LENGTH:
            objections.append(core_objection(_Code.NAME_TOO_LONG, ("input", "length")))
        return Judged(objections, lambda desk, row_id: _record(desk, order, row_id))

    return await settle(session, "recordTraining", order, key, look)


async def _judged(desk: Desk, order: TrainerOrder | TrainingOrder) -> Missing | tuple[Place, list[Objection]]:
    unit = await desk.row(one(rows.Unit, order.unit_id), UNIT)
    staff = await desk.row(one(rows.Staff, order.staff_id), Shape.of(rows.Staff, "hsa_id"))
    missing = [("input", name) for name, row in (("unitId", unit), ("staffId", staff)) if row is None]
    if unit is None or missing:
        return Missing(tuple(missing))
    where = place(unit.related["#organisation"], desk.session)
    return where, list(_may_train(await administrator(desk), where, unit.id))


def _may_train(actor: Administrator, where: Place, unit_id: UUID) -> Iterator[Objection]:
    if not may_train(actor, where, str(unit_id)):
        yield not_administrator(where, *(TRAIN if where.local else CENTRAL))


async def _appoint(desk: Desk, order: TrainerOrder, row_id: UUID) -> None:
    by = desk.session.known().assignment_id
    told = {"id": row_id, "since": desk.session.now, "by_id": by}
    await rows.UnitTrainer.create(using_db=desk.tx.client, **asdict(order), **told)


async def _end(desk: Desk, order: EndTrainerOrder) -> None:
    ended = rows.UnitTrainer.filter(id=order.trainer_id, until=None).using_db(desk.tx.client)
    await ended.update(until=desk.session.now, until_by_id=desk.session.known().assignment_id)


async def _record(desk: Desk, order: TrainingOrder, row_id: UUID) -> None:
    by = desk.session.known().assignment_id
    told = {"id": row_id, "recorded_at": desk.session.now, "by_id": by}
    await rows.TrainingRecord.create(using_db=desk.tx.client, **asdict(order), **told)
