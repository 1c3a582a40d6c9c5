"""Who somebody is: the assignment that a trusted token names, as the staff directory has it now."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from uuid import UUID

from lifecare_gql.actions import facts
from lifecare_gql.actions.session import Caller
from lifecare_gql.domain.logins import Identity, unmet
from lifecare_gql.domain.region import Region
from lifecare_gql.domain.texts import said
from lifecare_gql.errors import NotAuthenticated
from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.reading.reader import Reader, Row
from lifecare_gql.storage.reading.rows import Rows, Shape
from lifecare_gql.storage.reading.where import Where
from lifecare_gql.storage.viewer import Viewer

_THE_DOOR = Viewer(unit_id=UUID(int=0))
"""Looks only at the directory, on behalf of somebody whose unit is just being found out."""

_MOST_MADE = 10_000
_UNIT = Shape.of(rows.Unit, "hsa_id", *facts.UNIT.columns, organisation=Shape.of(rows.Organisation, "hsa_id"))
_ASSIGNMENT = Shape.of(
    rows.Assignment,
    "title",
    "licensed",
    "unit_id",
    "hsa_id",
    staff=Shape.of(rows.Staff, "hsa_id", "given_name", "family_name"),
    unit=_UNIT,
)
TOKEN_REFUSED = (
    "The token is not valid: it has expired, is meant for somebody else, was not signed by a known issuer,"
    " or names an assignment (medarbetaruppdrag) that is not valid now."
)
"""The same whatever is wrong, so that nobody can find out by trying."""


async def caller_of(db: Database, staff_hsa_id: str, assignment_hsa_id: str, now: dt.datetime) -> Caller:
    """The person on the assignment; NotAuthenticated when it is not theirs, or not valid now."""
    found = await _assignments(db, {assignment_hsa_id}, now)
    return _caller(_own(found.row(assignment_hsa_id), staff_hsa_id))


class Made:
    """Callers by the token and the directory's row that they were made of: of the same, nothing is made anew."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[Identity, tuple[Any, ...]], Caller] = OrderedDict()

    def of(self, identity: Identity, fetched: tuple[Any, ...], make: Callable[[], Caller]) -> Caller:
        """The caller, made if there is none yet."""
        found = self._known.get((identity, fetched))
        if found is None:
            found = self._known[identity, fetched] = make()
            if len(self._known) > _MOST_MADE:
                self._known.popitem(last=False)
        return found


async def admitted(
    db: Database,
    regions: Mapping[str, Region],
    identities: Sequence[Identity],
    now: dt.datetime,
    made: Made,
    *,
    production: bool,
) -> list[Caller | NotAuthenticated]:
    """The callers of verified tokens, in their order; or why one is none.

    NotAuthenticated when the assignment is not valid now, when the directory has another unit or care provider
    for it than the token says, and, in production, when the unit's region demands another way to log in (S15).
    """
    valid = await _assignments(db, {one.assignment_hsa_id for one in identities}, now)

    def caller(one: Identity) -> Caller | NotAuthenticated:
        def make() -> Caller:
            return _admitted(
                _own(valid.row(one.assignment_hsa_id), one.staff_hsa_id), regions, one, production=production
            )

        try:
            return made.of(one, valid.fetched.get(one.assignment_hsa_id, ()), make)
        except NotAuthenticated as error:
            return error

    return [caller(one) for one in identities]


def _admitted(row: Row, regions: Mapping[str, Region], identity: Identity, *, production: bool) -> Caller:
    unit = row.related["unit"]
    told = (identity.unit_hsa_id, identity.care_provider_hsa_id)
    known = (unit.hsa_id, unit.related["organisation"].hsa_id)
    if any(said not in (None, ours) for said, ours in zip(told, known, strict=True)):
        raise NotAuthenticated(TOKEN_REFUSED)
    region = regions.get(unit.region_code)
    if production and region is not None:
        _demand_login(region, identity)
    return replace(
        _caller(row),
        expires_at=identity.expires_at,
        purpose=identity.purpose,
        assurance=identity.assurance,
        roles=identity.roles,
    )


@dataclass(frozen=True, slots=True)
class _Valid:
    """Assignments that are valid now: as they were fetched, by HSA-id."""

    fetched: dict[str, tuple[Any, ...]]
    row_of: Callable[[tuple[Any, ...]], Row]

    def row(self, hsa_id: str) -> Row | None:
        """The assignment; None when there is none."""
        found = self.fetched.get(hsa_id)
        return None if found is None else self.row_of(found)


async def _assignments(db: Database, hsa_ids: Collection[str], now: dt.datetime) -> _Valid:
    """Those of the assignments that are valid now."""
    sql = "{t}.hsa_id in {ids} and {t}.since <= {now} and ({t}.until is null or {t}.until > {now})"
    wanted = Rows(model=rows.Assignment, where=Where(sql, {"ids": list(hsa_ids), "now": now}))
    reader = Reader(db.select, db.dialect, _THE_DOOR)
    tuples, layout = await reader.tuples(wanted, _ASSIGNMENT)
    at = next(at for name, at, _ in layout.columns if name == "hsa_id")
    return _Valid({one[at]: one for one in tuples}, partial(reader.row, layout))


def _own(row: Row | None, staff_hsa_id: str) -> Row:
    if row is None or row.related["staff"].hsa_id != staff_hsa_id:
        raise NotAuthenticated(TOKEN_REFUSED)
    return row


def _demand_login(region: Region, identity: Identity) -> None:
    demand = unmet(region.login_requirements, identity.methods)
    if demand is not None:
        quote = region.source(demand.fact).quote
        raise NotAuthenticated(
            said(
                "Log in as {region} demands ({fact}): {quote}",
                region=region.info.name,
                fact=demand.fact,
                quote=quote,
            )
        )


def _caller(row: Row) -> Caller:
    staff, unit = row.related["staff"], row.related["unit"]
    return Caller(
        assignment_id=row.id,
        assignment_hsa_id=row.hsa_id,
        staff_hsa_id=staff.hsa_id,
        name=f"{staff.given_name} {staff.family_name}",
        title=row.title,
        licensed=row.licensed,
        unit_id=row.unit_id,
        unit=facts.party(unit),
    )
