"""Grant, recertify and end roles (behörighet). The first one of a deployment is granted by command."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID, uuid4

from lifecare_gql.actions.access import Desk
from lifecare_gql.actions.administration import ASSIGNMENT, Judged, administrator, place, settle
from lifecare_gql.actions.results import Missing, Outcome
from lifecare_gql.actions.session import Session
from lifecare_gql.actions.versions import lock
from lifecare_gql.domain.access_words import Role, RoleGrantEventKind
from lifecare_gql.domain.administering import Holder, judge_grant, judge_kept_role
from lifecare_gql.errors import ConfigurationError
from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database, Transaction
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import One, Shape, one

_Kind = RoleGrantEventKind

_GRANT = Shape(
    model=rows.RoleGrant,
    columns=frozenset(("role", "version", "until")),
    ones={"assignment": One(relation="assignment", shape=ASSIGNMENT)},
)


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantOrder:
    """A role for an assignment; a local one is held in the organisation of its unit."""

    assignment_id: UUID
    role: Role
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepOrder:
    """What is to become of a role that somebody has."""

    grant_id: UUID
    reason: str | None = None


async def grant_role(session: Session, order: GrantOrder, key: str) -> Outcome:
    """Grant it, or hear what hinders it; done: the id of the event."""

    async def look(desk: Desk) -> Missing | Judged:
        await lock(desk, rows.Assignment, order.assignment_id)
        row = await desk.row(one(rows.Assignment, order.assignment_id), ASSIGNMENT)
        if row is None:
            return Missing((("input", "assignmentId"),))
        whose = row.related["staff"].hsa_id
        where = place(row.related["unit"].related["#organisation"], session, whose)
        holder = Holder(staff_hsa_id=whose, ended=_over(row, session.now), has_role=await _has(desk, order))
        found = judge_grant(await administrator(desk), where, order.role, holder)
        return Judged(found, lambda desk, event_id: _grant(desk, order, row, event_id))

    return await settle(session, "grantRole", order, key, look)


async def recertify_role(session: Session, order: KeepOrder, key: str) -> Outcome:
    """Say that the role was gone through and stays; done: the id of the event."""
    return await _keep(session, order, key, _Kind.RECERTIFIED)


async def end_role(session: Session, order: KeepOrder, key: str) -> Outcome:
    """End the role at once; done: the id of the event."""
    return await _keep(session, order, key, _Kind.ENDED)


async def _keep(session: Session, order: KeepOrder, key: str, kind: RoleGrantEventKind) -> Outcome:
    async def look(desk: Desk) -> Missing | Judged:
        await lock(desk, rows.RoleGrant, order.grant_id)
        row = await desk.row(one(rows.RoleGrant, order.grant_id), _GRANT)
        if row is None:
            return Missing((("input", "grantId"),))
        assignment = row.related["assignment"]
        whose = assignment.related["staff"].hsa_id
        where = place(assignment.related["unit"].related["#organisation"], session, whose)
        holder = Holder(staff_hsa_id=whose, ended=row.until is not None)
        found = judge_kept_role(await administrator(desk), where, row.role, holder, ends=kind is _Kind.ENDED)
        return Judged(found, lambda desk, event_id: _keep_or_end(desk, kind, order.reason, row, event_id))

    return await settle(session, f"role:{kind}", order, key, look)


async def _keep_or_end(desk: Desk, kind: RoleGrantEventKind, reason: str | None, row: Row, event_id: UUID) -> None:
    session, version = desk.session, row.version + 1
    stands = {"until": session.now} if kind is _Kind.ENDED else {"recertified_at": session.now}
    changed = rows.RoleGrant.filter(id=row.id, version=row.version).using_db(desk.tx.client)
    assert await changed.update(version=version, **stands) == 1, "the grant is locked"
    told = {"version": version, "kind": kind, "at": session.now, "by_id": session.known().assignment_id}
    await rows.RoleGrantEvent.create(
        using_db=desk.tx.client, id=event_id, grant_id=row.id, reason=reason or None, **told
    )


async def _grant(desk: Desk, order: GrantOrder, assignment: Row, event_id: UUID) -> None:
    unit, session = assignment.related["unit"], desk.session
    organisation = unit.related["#organisation"]
    grant = rows.RoleGrant(
        id=session.new_id(),
        assignment_id=assignment.id,
        role=order.role,
        region_code=organisation.region_code,
        organisation_id=organisation.id if order.role.local else None,
        version=1,
        since=session.now,
    )
    by = session.known().assignment_id
    await write_grant(desk.tx, grant, event_id=event_id, by=by, reason=order.reason)


async def write_grant(
    tx: Transaction, grant: rows.RoleGrant, *, event_id: UUID, by: UUID | None, reason: str | None
) -> None:
    """The role and the event that tells of it; `by` is None when no person granted it."""
    await grant.save(using_db=tx.client, force_create=True)
    await rows.RoleGrantEvent.create(
        using_db=tx.client,
        id=event_id,
        grant_id=grant.id,
        version=1,
        kind=_Kind.GRANTED,
        at=grant.since,
        by_id=by,
        reason=reason or None,
    )


async def _has(desk: Desk, order: GrantOrder) -> bool:
    held = rows.RoleGrant.filter(assignment_id=order.assignment_id, role=order.role, until=None)
    return await held.using_db(desk.tx.client).exists()


def _over(assignment: Row, now: dt.datetime) -> bool:
    return assignment.until is not None and assignment.until <= now


async def grant_by_command(
    db: Database, assignment_hsa_id: str, role: Role, organisation_hsa_id: str | None, now: dt.datetime
) -> str:
    """Grant a role without anybody who grants it: the way to the first administrator. What was done, to be shown.

    A local role is held in the organisation of the assignment's unit, or in the one that is named.
    ConfigurationError for what is not there, and for a role that is held already.
    """
    async with db.transaction() as tx:
        found = rows.Assignment.filter(hsa_id=assignment_hsa_id).using_db(tx.client)
        assignment = await found.prefetch_related("unit__organisation", "staff").first()
        if assignment is None or (assignment.until is not None and assignment.until <= now):
            raise ConfigurationError(f"No valid assignment has the HSA-id {assignment_hsa_id}.")
        held = rows.RoleGrant.filter(assignment_id=assignment.id, role=role, until=None)
        if await held.using_db(tx.client).exists():
            raise ConfigurationError(f"{assignment_hsa_id} has the role {role.value} already.")
        organisation = await _named(tx, organisation_hsa_id, assignment.unit.organisation)
        grant = rows.RoleGrant(
            assignment_id=assignment.id,
            role=role,
            region_code=organisation.region_code,
            organisation_id=organisation.id if role.local else None,
            version=1,
            since=now,
        )
        await write_grant(tx, grant, event_id=uuid4(), by=None, reason="by command")
    where = organisation.name if role.local else f"the region {organisation.region_code}"
    return f"{assignment_hsa_id} now has the role {role.value} ({role.swedish}) in {where}."


async def _named(tx: Transaction, hsa_id: str | None, own: rows.Organisation) -> rows.Organisation:
    if hsa_id is None:
        return own
    found = await rows.Organisation.filter(hsa_id=hsa_id).using_db(tx.client).first()
    if found is None:
        raise ConfigurationError(f"No organisation has the HSA-id {hsa_id}.")
    return found
