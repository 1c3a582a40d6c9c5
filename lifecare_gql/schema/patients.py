"""Windows on patients and their cases."""

from __future__ import annotations

import datetime as dt

import strawberry
from strawberry import Some

from lifecare_gql.actions import patients
from lifecare_gql.domain.identity import IdentityKind
from lifecare_gql.domain.region import Municipality
from lifecare_gql.domain.words import Protection
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.ids import row_id
from lifecare_gql.schema.inputs import PatientKey
from lifecare_gql.schema.reading import Connection, Node, column, computed, to_many, to_one, window
from lifecare_gql.schema.units import Unit, municipality_named
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import LAST_OPENED, Rows, one
from lifecare_gql.storage.reading.where import EVERY, Where


def unprotected(root: Row) -> bool:
    """Where a person with a protected identity lives or is cared for is not shown (skyddade personuppgifter)."""
    return root.protection is Protection.NONE


def _cases(info: Info, open_only: bool = False) -> Rows:
    return Rows(
        model=rows.Case,
        where=Where("{t}.closed_at is null") if open_only else EVERY,
        order=LAST_OPENED,
    )


@window(rows.Patient)
class Patient(Node):
    """A patient (patient). Seen by units that take part in the care; every look is logged."""

    identifier: str = column("The number, 12 characters (personnummer, samordningsnummer, reservnummer).")
    identifier_kind: IdentityKind = column("Which kind of number it is.")
    given_name: str = column("Given name (förnamn).")
    family_name: str = column("Family name (efternamn).")
    deceased_on: dt.date | None = column("The date of death (avliden); null for a living person.")
    protection: Protection = column("Protected identity (skyddade personuppgifter).")
    listed_health_centre: Unit | None = to_one(
        "listed_unit",
        "The health centre where the patient is listed (listad vårdcentral, H10); null when protected.",
        "protection",
        shown=unprotected,
    )
    enrolled_at: Unit | None = to_one(
        "enrolled_unit",
        "The municipal unit where the patient is enrolled (inskriven i kommunal HSL, H5); null when protected.",
        "protection",
        shown=unprotected,
    )
    cases: Connection[Case] = to_many(_cases, "{t}.patient_id", "The cases your unit takes part in (ärenden).")

    @computed("enrolled_unit_id")
    def enrolled(root: strawberry.Parent[Row]) -> bool:
        """Whether the patient is enrolled in municipal health care (inskriven i kommunal hälso- och sjukvård)."""
        return root.enrolled_unit_id is not None

    @computed("registered_address", "protection")
    def registered_address(root: strawberry.Parent[Row]) -> str | None:
        """The registered address (folkbokföringsadress); null when protected, or not known."""
        return root.registered_address if unprotected(root) else None

    @computed("home_municipality_code", "protection")
    def home_municipality(root: strawberry.Parent[Row], info: Info) -> Municipality | None:
        """The municipality of registration (folkbokföringskommun); null when protected."""
        return municipality_named(info, root.home_municipality_code) if unprotected(root) else None


@window(rows.Case)
class Case(Node):
    """A patient's case that messages are tied to (ärende, H7). Seen by the units that take part in it."""

    title: str = column("What it is about.")
    opened_at: dt.datetime = column("When it was opened.")
    closed_at: dt.datetime | None = column("When it was closed; null while it is open.")
    patient: Patient = to_one("patient", "The patient.")
    opened_by: Unit = to_one("opened_by_unit", "The unit that opened it.")


def patient_by(info: Info, by: PatientKey) -> Rows:
    """The patient with that public id, or that number; BadInput for what can be neither."""
    if isinstance(by.id, Some):
        return one(rows.Patient, row_id(by.id.value, rows.Patient, "by.id"))
    assert isinstance(by.identifier, Some), "exactly one of the two is given"
    return patients.by_identifier(info.context.session, by.identifier.value)


def own_patients(info: Info) -> Rows:
    """The patients in whose care the caller's unit takes part, by public id: no order reveals anything.

    Not those whose care was opened to it for a while: they are asked for one by one.
    """
    sql = "{t}.id in (select o.patient_id from care_relation o where o.unit_id = {own} and o.until is null)"
    return Rows(model=rows.Patient, where=Where(sql, {"own": info.context.session.viewer.unit_id}))
