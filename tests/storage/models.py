"""The one model of the storage tests."""

from __future__ import annotations

from tortoise import fields
from tortoise.models import Model


class Note(Model):
    id = fields.UUIDField(primary_key=True)
    pair = fields.TextField()
    half = fields.TextField()
    written_at = fields.DatetimeField(null=True)
    after_id = fields.UUIDField(null=True)

    class Meta:
        table = "note"
