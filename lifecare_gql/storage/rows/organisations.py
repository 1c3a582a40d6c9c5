"""Organisations, their units, and the assignments of staff at units."""

from __future__ import annotations

from typing import ClassVar

from tortoise import fields

from lifecare_gql.domain.words import Principal, UnitKind
from lifecare_gql.storage.reading.where import Where
from lifecare_gql.storage.rows.base import InstantField, Record, directory
from lifecare_gql.storage.viewer import Viewer


class Organisation(Record):
    """A care provider or municipality (vårdgivare, kommun).

    `municipality_code` is the municipality that it is; `local_administration` its key in the region's list (S20).
    """

    tag: ClassVar[str] = "org"

    hsa_id = fields.CharField(max_length=31)
    name = fields.CharField(max_length=200)
    principal = fields.CharEnumField(Principal, max_length=20)
    region_code = fields.CharField(max_length=40)
    municipality_code = fields.CharField(max_length=4, null=True)
    local_administration = fields.CharField(max_length=60, null=True)

    class Meta:
        table = "organisation"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return directory(viewer)


class Unit(Record):
    """A unit (enhet) that sends and receives."""

    tag: ClassVar[str] = "unit"

    hsa_id = fields.CharField(max_length=31)
    name = fields.CharField(max_length=200)
    kind = fields.CharEnumField(UnitKind, max_length=40)
    organisation: fields.ForeignKeyRelation[Organisation] = fields.ForeignKeyField("models.Organisation")
    region_code = fields.CharField(max_length=40)
    municipality_code = fields.CharField(max_length=4, null=True)
    phone = fields.CharField(max_length=40, null=True)
    active = fields.BooleanField()
    version = fields.IntField(default=0)

    class Meta:
        table = "unit"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return directory(viewer)


class Staff(Record):
    """A person who works in care (personal), as the staff directory has it."""

    tag: ClassVar[str] = "staff"

    hsa_id = fields.CharField(max_length=31)
    given_name = fields.CharField(max_length=100)
    family_name = fields.CharField(max_length=100)

    class Meta:
        table = "staff"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return directory(viewer)


class Assignment(Record):
    """What ties a person to a unit (medarbetaruppdrag)."""

    tag: ClassVar[str] = "assignment"

    hsa_id = fields.CharField(max_length=31)
    staff: fields.ForeignKeyRelation[Staff] = fields.ForeignKeyField("models.Staff")
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit")
    title = fields.CharField(max_length=100)
    licensed = fields.BooleanField()
    since = InstantField()
    until = InstantField(null=True)
    version = fields.IntField(default=0)

    class Meta:
        table = "assignment"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return directory(viewer)


class Forum(Record):
    """An established forum between two units, e.g. hemsjukvårdsrond (O4)."""

    tag: ClassVar[str] = "forum"

    name = fields.CharField(max_length=200)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit", related_name="forums")
    other_unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField(
        "models.Unit", related_name="other_forums"
    )
    since = InstantField()
    until = InstantField(null=True)

    class Meta:
        table = "forum"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return directory(viewer)


class InboxReading(Record):
    """That a unit read its inbox at a moment (avläsning, H12)."""

    tag: ClassVar[str] = "reading"

    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit")
    by: fields.ForeignKeyRelation[Assignment] = fields.ForeignKeyField("models.Assignment")
    at = InstantField()

    class Meta:
        table = "inbox_reading"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return Where("{t}.unit_id = {unit}", {"unit": viewer.unit_id})
