"""Patients, why a unit takes part in their care, and their cases."""

from __future__ import annotations

from typing import ClassVar

from tortoise import fields

from lifecare_gql.domain.identity import IdentityKind
from lifecare_gql.domain.words import CareRelationKind, Protection
from lifecare_gql.storage.reading.where import NOTHING, Where
from lifecare_gql.storage.rows import blocking
from lifecare_gql.storage.rows.base import InstantField, Record
from lifecare_gql.storage.rows.organisations import Unit
from lifecare_gql.storage.viewer import Viewer


def of_audited_region(patient: str) -> str:
    """The condition that a unit of the region ``{audits}`` takes, or took, part in the patient's care."""
    return (
        "exists (select 1 from care_relation x join unit y on y.id = x.unit_id"
        f" where x.patient_id = {patient} and y.region_code = {{audits}})"
    )


_LOGGED_BY_THE_REGION = (
    "exists (select 1 from access_log x join unit y on y.id = x.unit_id"
    " where x.patient_id = {t}.id and y.region_code = {audits})"
)


class Patient(Record):
    """A patient. Seen by a unit that takes part in the care, for as long as it does."""

    tag: ClassVar[str] = "patient"
    patient_column: ClassVar[str | None] = "id"

    identifier = fields.CharField(max_length=12)
    identifier_kind = fields.CharEnumField(IdentityKind, max_length=40)
    # The unique index is on a keyed digest, so that no database log ever carries the number itself.
    identifier_digest = fields.CharField(max_length=64)
    given_name = fields.CharField(max_length=100)
    family_name = fields.CharField(max_length=100)
    home_municipality_code = fields.CharField(max_length=4, null=True)
    registered_address = fields.CharField(max_length=200, null=True)
    listed_unit: fields.ForeignKeyNullableRelation[Unit] = fields.ForeignKeyField(
        "models.Unit", related_name="listed_patients", null=True
    )
    enrolled_unit: fields.ForeignKeyNullableRelation[Unit] = fields.ForeignKeyField(
        "models.Unit", related_name="enrolled_patients", null=True
    )
    deceased_on = fields.DateField(null=True)
    protection = fields.CharEnumField(Protection, max_length=40)

    class Meta:
        table = "patient"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        if viewer.audits is not None:
            sql = f"({of_audited_region('{t}.id')} or {_LOGGED_BY_THE_REGION})"
            return Where(sql, {"audits": viewer.audits})
        return Where(
            "exists (select 1 from care_relation r where r.patient_id = {t}.id"
            " and r.unit_id = {unit} and r.until is null)",
            {"unit": viewer.unit_id},
        )

    @classmethod
    def opened(cls, viewer: Viewer) -> Where:
        return blocking.opened(viewer, "{t}.id")

    @classmethod
    def blocked(cls, viewer: Viewer) -> Where:
        """Who somebody is, no unit has documented: it stands in the population register."""
        return NOTHING


class CareRelation(Record):
    """Why, and for how long, a unit takes part in a patient's care (vårdrelation)."""

    tag: ClassVar[str] = "relation"
    patient_column: ClassVar[str | None] = "patient_id"

    patient: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField("models.Patient")
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit")
    kind = fields.CharEnumField(CareRelationKind, max_length=20)
    since = InstantField()
    until = InstantField(null=True)

    class Meta:
        table = "care_relation"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return Where("{t}.unit_id = {unit}", {"unit": viewer.unit_id})

    @classmethod
    def blocked(cls, viewer: Viewer) -> Where:
        return NOTHING


class Case(Record):
    """A patient's case (ärende) that messages are tied to. Seen by the units that take part in it."""

    tag: ClassVar[str] = "case"
    patient_column: ClassVar[str | None] = "patient_id"

    patient: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField("models.Patient")
    title = fields.CharField(max_length=200)
    opened_by_unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit")
    opened_at = InstantField()
    closed_at = InstantField(null=True)

    class Meta:
        table = "care_case"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return Where(
            "exists (select 1 from case_party p where p.case_id = {t}.id and p.unit_id = {unit})",
            {"unit": viewer.unit_id},
        )

    @classmethod
    def blocked(cls, viewer: Viewer) -> Where:
        return blocking.hidden(viewer, blocking.of_case("{t}.id", "{t}.opened_by_unit_id"))


class CaseParty(Record):
    """That a unit takes part in a case."""

    tag: ClassVar[str] = "party"

    case: fields.ForeignKeyRelation[Case] = fields.ForeignKeyField("models.Case")
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit")
    since = InstantField()

    class Meta:
        table = "case_party"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return Where("{t}.unit_id = {unit}", {"unit": viewer.unit_id})
