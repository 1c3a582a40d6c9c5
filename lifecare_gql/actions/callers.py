"""Who somebody is: the assignment that a trusted token names, as the staff directory has it now."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from lifecare_gql.actions import facts
from lifecare_gql.actions.session import Caller
from lifecare_gql.errors import NotAuthenticated
from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.reading.reader import Reader
from lifecare_gql.storage.reading.rows import Rows, Shape
from lifecare_gql.storage.reading.where import Where
from lifecare_gql.storage.viewer import Viewer

_THE_DOOR = Viewer(unit_id=UUID(int=0))
"""Looks only at the directory, on behalf of somebody whose unit is just being found out."""

_ASSIGNMENT = Shape.of(
    rows.Assignment,
    "title",
    "licensed",
    "unit_id",
    "hsa_id",
    staff=Shape.of(rows.Staff, "hsa_id", "given_name", "family_name"),
    unit=facts.UNIT,
)


async def caller_of(db: Database, staff_hsa_id: str, assignment_hsa_id: str, now: dt.datetime) -> Caller:
    """The caller of a token that has been verified; NotAuthenticated when the assignment is not valid now."""
    sql = "{t}.hsa_id = {assignment} and {t}.since <= {now} and ({t}.until is null or {t}.until > {now})"
    wanted = Rows(model=rows.Assignment, where=Where(sql, {"assignment": assignment_hsa_id, "now": now}))
    row = await Reader(db.select, db.dialect, _THE_DOOR).first(wanted, _ASSIGNMENT)
    if row is None or row.related["staff"].hsa_id != staff_hsa_id:
        raise NotAuthenticated("The token's assignment (medarbetaruppdrag) does not exist, or has ended.")
    staff = row.related["staff"]
    return Caller(
        assignment_id=row.id,
        assignment_hsa_id=row.hsa_id,
        staff_hsa_id=staff.hsa_id,
        name=f"{staff.given_name} {staff.family_name}",
        title=row.title,
        licensed=row.licensed,
        unit_id=row.unit_id,
        unit=facts.party(row.related["unit"]),
    )
