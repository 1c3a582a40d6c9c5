"""Outages of a region (driftstopp). No patient is in them, and everybody may know of them."""

from __future__ import annotations

from typing import Any, ClassVar

from tortoise import fields

from lifecare_gql.domain.outage_words import OutageEventKind, OutageState
from lifecare_gql.storage.reading.where import EVERY, Where
from lifecare_gql.storage.rows.base import InstantField, Record, directory
from lifecare_gql.storage.rows.organisations import Assignment, Unit
from lifecare_gql.storage.viewer import Viewer


class Outage(Record):
    """An outage of one region. Its events are the record; what stands here is read from them."""

    tag: ClassVar[str] = "outage"

    region_code = fields.CharField(max_length=40)
    state = fields.CharEnumField(OutageState, max_length=20)
    version = fields.IntField()
    opened_at = InstantField()
    planned_from = InstantField(null=True)
    planned_to = InstantField(null=True)
    started_at = InstantField(null=True)
    ended_at = InstantField(null=True)
    closed_at = InstantField(null=True)
    text = fields.TextField(null=True)

    class Meta:
        table = "outage"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return EVERY


class OutageEvent(Record):
    """Something that was said of an outage. Never changed, never removed; one for each version."""

    tag: ClassVar[str] = "outageevent"

    outage: fields.ForeignKeyRelation[Outage] = fields.ForeignKeyField("models.Outage", related_name="events")
    version = fields.IntField()
    kind = fields.CharEnumField(OutageEventKind, max_length=20)
    at = InstantField()
    occurred_at = InstantField(null=True)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit")
    by: fields.ForeignKeyRelation[Assignment] = fields.ForeignKeyField("models.Assignment")
    reason = fields.TextField(null=True)
    text = fields.TextField(null=True)
    content: Any = fields.JSONField()

    class Meta:
        table = "outage_event"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        """Who said it is directory data: for those who are known."""
        return directory(viewer)
