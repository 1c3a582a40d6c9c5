"""What was done to units and assignments, which agreements there are, and who was trained."""

from __future__ import annotations

from typing import Any, ClassVar

from tortoise import fields

from lifecare_gql.domain.administration_words import (
    AgreementKind,
    AssignmentEventKind,
    TrainingForm,
    TrainingKind,
    UnitEventKind,
)
from lifecare_gql.storage.reading.where import Where
from lifecare_gql.storage.rows.base import InstantField, Record, directory
from lifecare_gql.storage.rows.organisations import Assignment, Organisation, Staff, Unit
from lifecare_gql.storage.viewer import Viewer


class UnitEvent(Record):
    """Something that was done to a unit. Never changed, never removed; one for each version."""

    tag: ClassVar[str] = "unitevent"

    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit", related_name="events")
    version = fields.IntField()
    kind = fields.CharEnumField(UnitEventKind, max_length=20)
    at = InstantField()
    by: fields.ForeignKeyRelation[Assignment] = fields.ForeignKeyField(
        "models.Assignment", related_name="unit_events"
    )
    reason = fields.TextField(null=True)
    content: Any = fields.JSONField()

    class Meta:
        table = "unit_event"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return directory(viewer)


class AssignmentEvent(Record):
    """Something that was done to an assignment. Never changed, never removed; one for each version."""

    tag: ClassVar[str] = "assignmentevent"

    assignment: fields.ForeignKeyRelation[Assignment] = fields.ForeignKeyField(
        "models.Assignment", related_name="events"
    )
    version = fields.IntField()
    kind = fields.CharEnumField(AssignmentEventKind, max_length=20)
    at = InstantField()
    by: fields.ForeignKeyRelation[Assignment] = fields.ForeignKeyField(
        "models.Assignment", related_name="assignment_events"
    )
    reason = fields.TextField(null=True)

    class Meta:
        table = "assignment_event"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return directory(viewer)


class CareAgreement(Record):
    """An agreement of an organisation with its region (vårdavtal, personuppgiftsbiträdesavtal)."""

    tag: ClassVar[str] = "agreement"

    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="agreements"
    )
    kind = fields.CharEnumField(AgreementKind, max_length=40)
    reference = fields.TextField(null=True)
    valid_from = fields.DateField()
    valid_to = fields.DateField(null=True)
    registered_at = InstantField()
    by: fields.ForeignKeyRelation[Assignment] = fields.ForeignKeyField(
        "models.Assignment", related_name="agreements"
    )

    class Meta:
        table = "care_agreement"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return directory(viewer)


class UnitTrainer(Record):
    """Somebody whom a unit has appointed to train its users (utbildare, S119)."""

    tag: ClassVar[str] = "trainer"

    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit", related_name="trainers")
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", related_name="trains")
    since = InstantField()
    by: fields.ForeignKeyRelation[Assignment] = fields.ForeignKeyField(
        "models.Assignment", related_name="trainers_appointed"
    )
    until = InstantField(null=True)
    until_by: fields.ForeignKeyNullableRelation[Assignment] = fields.ForeignKeyField(
        "models.Assignment", related_name="trainers_ended", null=True
    )

    class Meta:
        table = "unit_trainer"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return directory(viewer)


class TrainingRecord(Record):
    """That somebody was trained (utbildning). No document demands that it is recorded (S16)."""

    tag: ClassVar[str] = "training"

    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit", related_name="trainings")
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff", related_name="trainings")
    kind = fields.CharEnumField(TrainingKind, max_length=20)
    form = fields.CharEnumField(TrainingForm, max_length=20, null=True)
    held_on = fields.DateField()
    length = fields.TextField(null=True)
    recorded_at = InstantField()
    by: fields.ForeignKeyRelation[Assignment] = fields.ForeignKeyField(
        "models.Assignment", related_name="trainings_recorded"
    )

    class Meta:
        table = "training_record"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return directory(viewer)
