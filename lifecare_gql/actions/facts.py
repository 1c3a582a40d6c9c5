"""Gather the facts that a verdict needs, as seen by the caller. Nothing is judged here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from lifecare_gql.actions.access import Desk
from lifecare_gql.domain.drafts import Forum, Party, Subject
from lifecare_gql.domain.phones import PhoneNumber
from lifecare_gql.domain.words import Protection
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import Rows, Shape, one
from lifecare_gql.storage.reading.sql import filled
from lifecare_gql.storage.reading.where import Where

UNIT = Shape.of(rows.Unit, "name", "kind", "region_code", "municipality_code", "phone", "active")
_PATIENT = Shape.of(
    rows.Patient, "enrolled_unit_id", "deceased_on", "listed_unit_id", "protection", listed_unit=UNIT
)


def party(unit: Row) -> Party:
    """A unit as the rules know it."""
    return Party(
        id=str(unit.id),
        name=unit.name,
        kind=unit.kind,
        region=unit.region_code,
        municipality=unit.municipality_code,
        active=unit.active,
        phone=None if unit.phone is None else PhoneNumber.swedish(unit.phone),
    )


async def units(desk: Desk, ids: Sequence[UUID]) -> list[Party | None]:
    """The units in the order asked for; None where there is none."""
    wanted = Rows(model=rows.Unit, where=Where("{t}.id in {ids}", {"ids": list(ids)}))
    found = {row.id: party(row) for row in (await desk.reader.page(wanted, UNIT)).rows}
    return [found.get(unit_id) for unit_id in ids]


@dataclass(frozen=True, slots=True)
class PatientFacts:
    """A visible patient and what the rules need to know."""

    id: UUID
    subject: Subject


async def patient(desk: Desk, patient_id: UUID) -> PatientFacts | None:
    """The patient, or None when the caller may not see one of that id; the attempt is then noted."""
    row = await desk.row(one(rows.Patient, patient_id), _PATIENT)
    if row is None:
        return None
    # No routine routes by it, and no refusal tells it, for a person whose identity is protected.
    listed = row.related["listed_unit"] if row.protection is Protection.NONE else None
    subject = Subject(
        enrolled=row.enrolled_unit_id is not None,
        deceased=row.deceased_on is not None,
        open_plan=await _has_open_plan(desk, patient_id),
        listed_at=None if listed is None else party(listed),
    )
    return PatientFacts(patient_id, subject)


async def case_of(desk: Desk, case_id: UUID, patient_id: UUID) -> UUID | None:
    """The case's id when the caller takes part in it and it is an open one of that patient; else None."""
    row = await desk.row(one(rows.Case, case_id), Shape.of(rows.Case, "patient_id", "closed_at"))
    fits = row is not None and row.patient_id == patient_id and row.closed_at is None
    return case_id if fits else None


async def forums(desk: Desk, unit_id: UUID) -> tuple[Forum, ...]:
    """The established forums of the unit, each with the unit it is held with (O4)."""
    sql = "({t}.unit_id = {own} or {t}.other_unit_id = {own}) and {t}.until is null"
    wanted = Rows(model=rows.Forum, where=Where(sql, {"own": unit_id}))
    found = (await desk.reader.page(wanted, Shape.of(rows.Forum, "name", "unit_id", "other_unit_id"))).rows
    return tuple(
        Forum(name=row.name, recipient=str(row.other_unit_id if row.unit_id == unit_id else row.unit_id))
        for row in found
    )


async def _has_open_plan(desk: Desk, patient_id: UUID) -> bool:
    """Whether anybody follows a plan (O11), also one that the caller takes no part in and learns no more of."""
    sql = "select 1 from plan_process where patient_id = {} and closed_at is null limit 1"
    return bool(await desk.tx.select(*filled(desk.session.db.dialect, sql, patient_id)))
