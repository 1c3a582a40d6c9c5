"""Blocks that patients ask for, and what is opened for a while in spite of them, or of having no part."""

from __future__ import annotations

from typing import ClassVar

from tortoise import fields

from lifecare_gql.domain.access_words import AccessBasis, AccessPurpose, BlockAskedBy, BlockEventKind
from lifecare_gql.storage.reading.where import NOTHING, Where
from lifecare_gql.storage.rows import blocking
from lifecare_gql.storage.rows.base import InstantField, Record
from lifecare_gql.storage.rows.episodes import Episode
from lifecare_gql.storage.rows.organisations import Assignment, Unit
from lifecare_gql.storage.rows.patients import Case, Patient
from lifecare_gql.storage.rows.plans import ConsentEntry, PlanProcess
from lifecare_gql.storage.viewer import Viewer


class Block(Record):
    """That a patient opposes that others read what a unit documented, in one process or all (spärr, PDL 4:4)."""

    tag: ClassVar[str] = "block"
    patient_column: ClassVar[str | None] = "patient_id"

    patient: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField("models.Patient")
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit", related_name="blocks")
    episode: fields.ForeignKeyNullableRelation[Episode] = fields.ForeignKeyField("models.Episode", null=True)
    plan: fields.ForeignKeyNullableRelation[PlanProcess] = fields.ForeignKeyField("models.PlanProcess", null=True)
    case: fields.ForeignKeyNullableRelation[Case] = fields.ForeignKeyField("models.Case", null=True)
    version = fields.IntField()
    since = InstantField()
    ended_at = InstantField(null=True)

    class Meta:
        table = "block"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        """That there is one may be known by those in the patient's care (PDL 4:4); it is theirs to know whose."""
        part = (
            "exists (select 1 from care_relation r where r.patient_id = {t}.patient_id"
            " and r.unit_id = {unit} and r.until is null)"
        )
        sql = f"({{t}}.unit_id = {{unit}} or ({{t}}.ended_at is null and {part}))"
        return Where(sql, {"unit": viewer.unit_id})

    @classmethod
    def opened(cls, viewer: Viewer) -> Where:
        found = blocking.opened(viewer)
        return Where(f"{{t}}.ended_at is null and {found.sql}", found.params)

    @classmethod
    def blocked(cls, viewer: Viewer) -> Where:
        return NOTHING


class BlockEvent(Record):
    """Something that happened to a block. Never changed, never removed; one for each version."""

    tag: ClassVar[str] = "blockevent"
    patient_column: ClassVar[str | None] = "patient_id"

    block: fields.ForeignKeyRelation[Block] = fields.ForeignKeyField("models.Block", related_name="events")
    patient: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField("models.Patient")
    version = fields.IntField()
    kind = fields.CharEnumField(BlockEventKind, max_length=30)
    at = InstantField()
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit", related_name="block_events")
    by: fields.ForeignKeyRelation[Assignment] = fields.ForeignKeyField("models.Assignment")
    asked_by = fields.CharEnumField(BlockAskedBy, max_length=20, null=True)
    for_unit: fields.ForeignKeyNullableRelation[Unit] = fields.ForeignKeyField(
        "models.Unit", related_name="liftings", null=True
    )
    until = InstantField(null=True)
    reason = fields.TextField(null=True)

    class Meta:
        table = "block_event"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        """The history of a block is its own unit's."""
        own = "exists (select 1 from block b where b.id = {t}.block_id and b.unit_id = {unit})"
        return Where(own, {"unit": viewer.unit_id})

    @classmethod
    def blocked(cls, viewer: Viewer) -> Where:
        return NOTHING


class CareAccess(Record):
    """That something is open to a unit for a while: the patient's care or, with a block, what that one hides."""

    tag: ClassVar[str] = "careaccess"
    patient_column: ClassVar[str | None] = "patient_id"

    patient: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField("models.Patient")
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit", related_name="care_accesses")
    block: fields.ForeignKeyNullableRelation[Block] = fields.ForeignKeyField("models.Block", null=True)
    blocked_unit: fields.ForeignKeyNullableRelation[Unit] = fields.ForeignKeyField(
        "models.Unit", related_name="opened_accesses", null=True
    )
    basis = fields.CharEnumField(AccessBasis, max_length=20)
    purpose = fields.CharEnumField(AccessPurpose, max_length=30)
    reason = fields.TextField()
    consent: fields.ForeignKeyNullableRelation[ConsentEntry] = fields.ForeignKeyField(
        "models.ConsentEntry", null=True
    )
    by: fields.ForeignKeyRelation[Assignment] = fields.ForeignKeyField("models.Assignment")
    since = InstantField()
    until = InstantField()
    ended_at = InstantField(null=True)

    class Meta:
        table = "care_access"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        """Seen by the unit that it was opened to, and by the one whose block was lifted."""
        return Where("({t}.unit_id = {unit} or {t}.blocked_unit_id = {unit})", {"unit": viewer.unit_id})

    @classmethod
    def blocked(cls, viewer: Viewer) -> Where:
        return NOTHING
