"""Give somebody a permission at a unit, and take it away (medarbetaruppdrag, behörighet, S10, S11, S18)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from lifecare_gql.actions.access import Desk
from lifecare_gql.actions.administration import ASSIGNMENT, UNIT, Judged, administrator, place, settle
from lifecare_gql.actions.results import Missing, Outcome
from lifecare_gql.actions.session import Session
from lifecare_gql.actions.versions import lock
from lifecare_gql.domain.administering import Holder, Place, judge_permission, objection
from lifecare_gql.domain.administration_words import AssignmentEventKind
from lifecare_gql.domain.identity import is_hsa_id
from lifecare_gql.domain.objections import Objection, ObjectionCode
from lifecare_gql.domain.reviewing import name_objections
from lifecare_gql.domain.texts import said
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import one

_Kind, _Code = AssignmentEventKind, ObjectionCode
_NAME_ROOM = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignOrder:
    """A person who is to work at a unit; the names are used when the directory does not know the HSA-id."""

    unit_id: UUID
    staff_hsa_id: str
    assignment_hsa_id: str
    title: str
    licensed: bool
    given_name: str | None = None
    family_name: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EndOrder:
    """An assignment that is to end now."""

    assignment_id: UUID
    reason: str | None = None


async def assign_staff(session: Session, order: AssignOrder, key: str) -> Outcome:
    """Give the assignment, or hear what hinders it; done: the id of the event."""

    async def look(desk: Desk) -> Missing | Judged:
        unit = await desk.row(one(rows.Unit, order.unit_id), UNIT)
        if unit is None:
            return Missing((("input", "unitId"),))
        where = place(unit.related["#organisation"], session, order.staff_hsa_id)
        client = desk.tx.client
        staff = rows.Staff.filter(hsa_id=order.staff_hsa_id).using_db(client)
        known = await staff.first() if is_hsa_id(order.staff_hsa_id) else None
        assignment = rows.Assignment.filter(hsa_id=order.assignment_hsa_id).using_db(client)
        taken = is_hsa_id(order.assignment_hsa_id) and await assignment.exists()
        found = [
            *judge_permission(await administrator(desk), where, Holder(staff_hsa_id=order.staff_hsa_id)),
            *_judge(order, where, unit, new=known is None, taken=taken),
        ]
        return Judged(found, lambda desk, event_id: _assign(desk, order, known, event_id))

    return await settle(session, "assignStaff", order, key, look)


async def end_assignment(session: Session, order: EndOrder, key: str) -> Outcome:
    """End it now: whoever has it is no longer let in; done: the id of the event."""

    async def look(desk: Desk) -> Missing | Judged:
        await lock(desk, rows.Assignment, order.assignment_id)
        row = await desk.row(one(rows.Assignment, order.assignment_id), ASSIGNMENT)
        if row is None:
            return Missing((("input", "assignmentId"),))
        whose = row.related["staff"].hsa_id
        where = place(row.related["unit"].related["#organisation"], session, whose)
        holder = Holder(staff_hsa_id=whose, ended=row.until is not None)
        found = judge_permission(await administrator(desk), where, holder, ends=True)
        return Judged(found, lambda desk, event_id: _end(desk, row, order.reason, event_id))

    return await settle(session, "endAssignment", order, key, look)


def _judge(order: AssignOrder, where: Place, unit: Row, *, new: bool, taken: bool) -> Iterator[Objection]:
    if not unit.active:
        yield objection(_Code.UNIT_NOT_REGISTERED, ("input", "unitId"), where)
    for name, hsa_id in (("staffHsaId", order.staff_hsa_id), ("assignmentHsaId", order.assignment_hsa_id)):
        if not is_hsa_id(hsa_id):
            yield objection(
                _Code.VALUE_NOT_UNDERSTOOD, ("input", name), where, detail=said("Det är inget HSA-id.")
            )
    if taken:
        yield objection(_Code.HSA_ID_TAKEN, ("input", "assignmentHsaId"), where)
    names = {"title": order.title}
    names |= {"givenName": order.given_name or "", "familyName": order.family_name or ""} if new else {}
    for name, text in names.items():
        yield from name_objections(text.strip(), ("input", name), _NAME_ROOM)


async def _assign(desk: Desk, order: AssignOrder, known: rows.Staff | None, event_id: UUID) -> None:
    client, session = desk.tx.client, desk.session
    staff = known or await rows.Staff.create(
        using_db=client,
        id=session.new_id(),
        hsa_id=order.staff_hsa_id,
        given_name=(order.given_name or "").strip(),
        family_name=(order.family_name or "").strip(),
    )
    assignment = await rows.Assignment.create(
        using_db=client,
        id=session.new_id(),
        hsa_id=order.assignment_hsa_id,
        staff_id=staff.id,
        unit_id=order.unit_id,
        title=order.title.strip(),
        licensed=order.licensed,
        since=session.now,
        version=1,
    )
    await _tell(desk, assignment.id, 1, _Kind.ASSIGNED, order.reason, event_id)


async def _end(desk: Desk, row: Row, reason: str | None, event_id: UUID) -> None:
    # An assignment lasts some time, however short.
    until = max(desk.session.now, row.since + dt.timedelta(microseconds=1))
    changed = rows.Assignment.filter(id=row.id, version=row.version).using_db(desk.tx.client)
    assert await changed.update(version=row.version + 1, until=until) == 1, "the assignment is locked"
    await _tell(desk, row.id, row.version + 1, _Kind.ENDED, reason, event_id)


async def _tell(
    desk: Desk, assignment_id: UUID, version: int, kind: AssignmentEventKind, reason: str | None, event_id: UUID
) -> None:
    await rows.AssignmentEvent.create(
        using_db=desk.tx.client,
        id=event_id,
        assignment_id=assignment_id,
        version=version,
        kind=kind,
        at=desk.session.now,
        by_id=desk.session.known().assignment_id,
        reason=reason or None,
    )
