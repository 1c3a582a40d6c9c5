"""Files with calls that were taken in."""

from __future__ import annotations

from typing import ClassVar

from tortoise import fields

from lifecare_gql.storage.reading.where import Where
from lifecare_gql.storage.rows.base import InstantField, Record
from lifecare_gql.storage.rows.organisations import Assignment, Unit
from lifecare_gql.storage.viewer import Viewer


class PhoneLogImport(Record):
    """That a file with calls was taken in, whole. The calls themselves are events of the care episodes."""

    tag: ClassVar[str] = "phonelog"

    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit", related_name="phone_logs")
    by: fields.ForeignKeyRelation[Assignment] = fields.ForeignKeyField(
        "models.Assignment", related_name="phone_logs"
    )
    at = InstantField()
    calls = fields.IntField()

    class Meta:
        table = "phone_log_import"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return Where("{t}.unit_id = {unit}", {"unit": viewer.unit_id})
