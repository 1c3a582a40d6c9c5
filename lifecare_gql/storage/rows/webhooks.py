"""Webhooks, what was done to them, and what did not arrive at once. Only a unit's administrators see them."""

from __future__ import annotations

from typing import Any, ClassVar

from tortoise import fields

from lifecare_gql.domain.change_words import ChangeTopic, ResyncReason
from lifecare_gql.domain.webhook_words import WebhookDeliveryState, WebhookEventKind, WebhookState
from lifecare_gql.storage.reading.where import NOTHING, Where
from lifecare_gql.storage.rows.base import InstantField, Record
from lifecare_gql.storage.rows.organisations import Assignment, Unit
from lifecare_gql.storage.viewer import Viewer


class Webhook(Record):
    """Where a unit's changes are told. The positions are the last that were taken out of its two streams.

    `due_at`: when it is looked at next. Whoever delivers holds the `lease` until `lease_until`.
    """

    tag: ClassVar[str] = "webhook"

    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit", related_name="webhooks")
    url = fields.TextField()
    topics: Any = fields.JSONField()
    state = fields.CharEnumField(WebhookState, max_length=20)
    version = fields.IntField()
    since = InstantField()
    ended_at = InstantField(null=True)
    secret_version = fields.IntField()
    previous_secret_until = InstantField(null=True)
    unit_position = fields.BigIntField()
    region_position = fields.BigIntField()
    due_at = InstantField()
    dead_in_a_row = fields.IntField()
    last_attempt_at = InstantField(null=True)
    last_success_at = InstantField(null=True)
    last_status = fields.IntField(null=True)
    lease = fields.UUIDField(null=True)
    lease_until = InstantField(null=True)

    class Meta:
        table = "webhook"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return NOTHING if viewer.administers is None else Where("{t}.unit_id = {of}", {"of": viewer.administers})


def _of_webhook(viewer: Viewer) -> Where:
    """What belongs to a webhook that is seen."""
    if viewer.administers is None:
        return NOTHING
    sql = "exists (select 1 from webhook h where h.id = {t}.webhook_id and h.unit_id = {of})"
    return Where(sql, {"of": viewer.administers})


class WebhookEvent(Record):
    """Something that was done to a webhook. Never changed, never removed; one for each version."""

    tag: ClassVar[str] = "webhookevent"

    webhook: fields.ForeignKeyRelation[Webhook] = fields.ForeignKeyField("models.Webhook", related_name="events")
    version = fields.IntField()
    kind = fields.CharEnumField(WebhookEventKind, max_length=20)
    at = InstantField()
    by: fields.ForeignKeyNullableRelation[Assignment] = fields.ForeignKeyField(
        "models.Assignment", related_name="webhook_events", null=True
    )
    reason = fields.TextField(null=True)

    class Meta:
        table = "webhook_event"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return _of_webhook(viewer)


class WebhookDelivery(Record):
    """A message that did not arrive at once, or that tells of a gap: ids and words, no patient's data."""

    tag: ClassVar[str] = "webhookdelivery"

    webhook: fields.ForeignKeyRelation[Webhook] = fields.ForeignKeyField(
        "models.Webhook", related_name="deliveries"
    )
    message_id = fields.CharField(max_length=60)
    topic = fields.CharEnumField(ChangeTopic, max_length=20, null=True)
    subject_id = fields.UUIDField(null=True)
    resync = fields.CharEnumField(ResyncReason, max_length=20, null=True)
    at = InstantField()
    unit_position = fields.BigIntField()
    region_position = fields.BigIntField()
    state = fields.CharEnumField(WebhookDeliveryState, max_length=20)
    attempts = fields.IntField()
    begun_at = InstantField()
    last_attempt_at = InstantField(null=True)
    last_status = fields.IntField(null=True)
    ended_at = InstantField(null=True)

    class Meta:
        table = "webhook_delivery"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return _of_webhook(viewer)
