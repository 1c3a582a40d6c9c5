"""What every act of the administration needs: who acts, where, and one way to be judged and written.

Nobody needs to have seen a version: each act says what is to be so, and is judged anew under the lock. No patient
is involved, so nothing is logged as access; the events are the record.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from tortoise.exceptions import IntegrityError

from lifecare_gql.actions.access import Desk
from lifecare_gql.actions.idempotency import Attempt, attempt, claim, earlier, once
from lifecare_gql.actions.results import Done, Missing, Outcome, Refused
from lifecare_gql.actions.session import Session
from lifecare_gql.domain.access_words import Role
from lifecare_gql.domain.administering import Administrator, Held, Place
from lifecare_gql.domain.administration_routes import (
    AdministrationRoute,
    OrganisationFacts,
    RoleHolder,
    permission_route,
    support_route,
)
from lifecare_gql.domain.objections import Objection
from lifecare_gql.regions import Regions
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import Many, One, Rows, Shape, one
from lifecare_gql.storage.reading.where import Where

_HOLDER = Shape.of(
    rows.RoleGrant,
    *("role", "region_code", "organisation_id", "since", "until"),
    assignment=Shape.of(
        rows.Assignment,
        *("title", "since", "until"),
        staff=Shape.of(rows.Staff, "hsa_id", "given_name", "family_name"),
        unit=Shape.of(rows.Unit, "name"),
    ),
    organisation=Shape.of(rows.Organisation, "name"),
)
_HOLDERS = Many(
    rows=Rows(
        model=rows.RoleGrant,
        via='join "organisation" {v} on {v}.region_code = {t}.region_code'
        " and ({t}.organisation_id is null or {t}.organisation_id = {v}.id)",
        where=Where("{t}.until is null"),
    ),
    parent="{v}.id",
    shape=_HOLDER,
)
ORGANISATION = Shape(
    model=rows.Organisation,
    columns=frozenset(("name", "principal", "region_code", "municipality_code", "local_administration")),
    manys={"#holders": _HOLDERS},
)
UNIT = Shape(
    model=rows.Unit,
    columns=frozenset(("name", "kind", "region_code", "municipality_code", "phone", "active", "version")),
    ones={"#organisation": One(relation="organisation", shape=ORGANISATION)},
)
"""A unit with its organisation, and who has a role there or centrally in the region."""
ASSIGNMENT = Shape(
    model=rows.Assignment,
    columns=frozenset(("since", "until", "version")),
    ones={
        "staff": One(relation="staff", shape=Shape.of(rows.Staff, "hsa_id")),
        "unit": One(relation="unit", shape=UNIT),
    },
)


@dataclass(frozen=True, slots=True)
class Judged:
    """What hinders an act, and how it is written under the id of what it makes."""

    objections: Iterable[Objection]
    write: Callable[[Desk, UUID], Awaitable[None]]


Look = Callable[[Desk], Awaitable[Missing | Judged]]


async def settle(session: Session, name: str, order: Any, key: str, look: Look) -> Outcome:
    """Do what is ordered (a dataclass), or hear everything that hinders it."""

    async def judged(desk: Desk, one_try: Attempt) -> Outcome:
        found = await look(desk)
        if isinstance(found, Missing):
            return found
        objections = tuple(found.objections)
        if objections:
            return await earlier(desk, one_try) or Refused(objections)
        row_id = session.new_id()
        lost = await claim(desk, one_try, row_id)
        if lost is None:
            await found.write(desk, row_id)
        return lost or Done(row_id)

    one_try = attempt(name, key, asdict(order))
    try:
        return await once(session, one_try, judged)
    except IntegrityError:  # somebody else did the same at the same moment: judge again, knowing of it
        return await once(session, one_try, judged)


async def administrator(desk: Desk) -> Administrator:
    """Who acts, with the roles of the assignment that are valid now."""
    caller = desk.session.known()
    sql = "{t}.assignment_id = {assignment}"
    wanted = Rows(model=rows.RoleGrant, where=Where(sql, {"assignment": caller.assignment_id}))
    found = (await desk.reader.page(wanted, _HOLDER)).rows
    valid = [grant for grant in found if _valid(grant, desk.session.now)]
    return Administrator(
        staff_hsa_id=caller.staff_hsa_id, unit=str(caller.unit_id), held=tuple(_held(one) for one in valid)
    )


async def place_of(desk: Desk, organisation_id: UUID, about: str | None = None) -> Place | None:
    """The organisation where something is decided, about a person by HSA-id; None when there is none."""
    row = await desk.row(one(rows.Organisation, organisation_id), ORGANISATION)
    return None if row is None else place(row, desk.session, about)


def place(organisation: Row, session: Session, about: str | None = None) -> Place:
    """The place of an organisation that was read in the shape `ORGANISATION`.

    A permission administrator counts who is somebody else than the person that it is about: else nobody could
    decide on the only one that there is.
    """
    grants = [grant for grant in organisation.related["#holders"].rows if _valid(grant, session.now)]
    region = session.regions.get(organisation.region_code)
    facts = organisation_facts(organisation)
    return Place(
        organisation=facts,
        region=region,
        route=permission_route(region, facts, [_holder(one) for one in grants]),
        has_permission_administrator=any(
            one.role is Role.LOCAL_PERMISSION_ADMINISTRATOR
            and one.related["assignment"].related["staff"].hsa_id != about
            for one in grants
        ),
    )


def routes(unit: Row, regions: Regions, now: dt.datetime) -> tuple[AdministrationRoute, AdministrationRoute]:
    """Whom a unit that was read in the shape `UNIT` turns to: for permissions, and for support."""
    organisation = unit.related["#organisation"]
    holders = [_holder(one) for one in organisation.related["#holders"].rows if _valid(one, now)]
    region, facts = regions.get(organisation.region_code), organisation_facts(organisation)
    return permission_route(region, facts, holders), support_route(region, facts, holders)


def organisation_facts(organisation: Row) -> OrganisationFacts:
    """The organisation as the rules know it."""
    return OrganisationFacts(
        id=str(organisation.id),
        name=organisation.name,
        principal=organisation.principal,
        region=organisation.region_code,
        municipality=organisation.municipality_code,
        administration=organisation.local_administration,
    )


def _valid(grant: Row, now: dt.datetime) -> bool:
    """A role lasts no longer than the assignment that it is held on."""
    return all(part.since <= now and (part.until is None or part.until > now) for part in _both(grant))


def _both(grant: Row) -> tuple[Row, Row]:
    return grant, grant.related["assignment"]


def _held(grant: Row) -> Held:
    organisation = grant.organisation_id
    return Held(
        role=grant.role, region=grant.region_code, organisation=None if organisation is None else str(organisation)
    )


def _holder(grant: Row) -> RoleHolder:
    assignment, organisation = grant.related["assignment"], grant.related["organisation"]
    staff = assignment.related["staff"]
    return RoleHolder(
        role=grant.role,
        name=f"{staff.given_name} {staff.family_name}",
        title=assignment.title,
        unit=assignment.related["unit"].name,
        organisation=organisation.name if organisation else None,
    )
