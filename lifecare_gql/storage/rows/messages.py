"""Messages outside the care episode, with a receipt for each recipient and every event that happened."""

from __future__ import annotations

from typing import Any, ClassVar

from tortoise import fields

from lifecare_gql.domain.words import ConsentForm, MessageEventKind, MessageState, Purpose, ReceiptState, Urgency
from lifecare_gql.storage.reading.where import NOTHING, Where
from lifecare_gql.storage.rows.base import InstantField, Record
from lifecare_gql.storage.rows.organisations import Assignment, Unit
from lifecare_gql.storage.rows.patients import Case, Patient
from lifecare_gql.storage.viewer import Viewer

_SEEN_BY_PARTIES = (
    "({m}.sender_unit_id = {unit} or exists (select 1 from receipt s"
    " where s.message_id = {m}.id and s.unit_id = {unit}))"
)


def _through_message(viewer: Viewer) -> Where:
    """Seen by whoever sees the message it belongs to."""
    seen = _SEEN_BY_PARTIES.replace("{m}", "m")
    return Where(
        f"exists (select 1 from message m where m.id = {{t}}.message_id and {seen})", {"unit": viewer.unit_id}
    )


class Message(Record):
    """A message outside the care episode. Its content never changes; its state is read from the receipts."""

    tag: ClassVar[str] = "message"
    patient_column: ClassVar[str | None] = "patient_id"

    thread_id = fields.UUIDField()
    in_reply_to: fields.ForeignKeyNullableRelation[Message] = fields.ForeignKeyField("models.Message", null=True)
    patient: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField("models.Patient")
    case: fields.ForeignKeyNullableRelation[Case] = fields.ForeignKeyField("models.Case", null=True)
    sender_unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit")
    author: fields.ForeignKeyRelation[Assignment] = fields.ForeignKeyField("models.Assignment")
    topic = fields.CharField(max_length=60)
    purpose = fields.CharEnumField(Purpose, max_length=30)
    urgency = fields.CharEnumField(Urgency, max_length=20)
    text = fields.TextField()
    sent_at = InstantField()
    answer_required = fields.BooleanField()
    reply_due_at = InstantField(null=True)
    expectation: Any = fields.JSONField()
    warnings: Any = fields.JSONField()
    state = fields.CharEnumField(MessageState, max_length=20)
    version = fields.IntField()

    class Meta:
        table = "message"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return Where(_SEEN_BY_PARTIES.replace("{m}", "{t}"), {"unit": viewer.unit_id})

    @classmethod
    def blocked(cls, viewer: Viewer) -> Where:
        """A letter was given out to those whom it is addressed to, and nobody else sees it."""
        return NOTHING


class Receipt(Record):
    """Where a message stands with one recipient (kvittens)."""

    tag: ClassVar[str] = "receipt"
    patient_column: ClassVar[str | None] = "patient_id"

    message: fields.ForeignKeyRelation[Message] = fields.ForeignKeyField("models.Message")
    patient: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField("models.Patient")
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit")
    sent_at = InstantField()
    state = fields.CharEnumField(ReceiptState, max_length=20)
    acknowledged_at = InstantField(null=True)
    acknowledged_by: fields.ForeignKeyNullableRelation[Assignment] = fields.ForeignKeyField(
        "models.Assignment", related_name="acknowledged_receipts", null=True
    )
    answered_at = InstantField(null=True)
    answered_by: fields.ForeignKeyNullableRelation[Assignment] = fields.ForeignKeyField(
        "models.Assignment", related_name="answered_receipts", null=True
    )
    answer: fields.ForeignKeyNullableRelation[Message] = fields.ForeignKeyField(
        "models.Message", related_name="answers_receipt", null=True
    )

    class Meta:
        table = "receipt"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return _through_message(viewer)

    @classmethod
    def blocked(cls, viewer: Viewer) -> Where:
        return NOTHING


class MessageEvent(Record):
    """Something that happened to a message: the record itself. One for each version."""

    tag: ClassVar[str] = "event"
    patient_column: ClassVar[str | None] = "patient_id"

    message: fields.ForeignKeyRelation[Message] = fields.ForeignKeyField("models.Message")
    patient: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField("models.Patient")
    version = fields.IntField()
    kind = fields.CharEnumField(MessageEventKind, max_length=20)
    at = InstantField()
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit")
    by: fields.ForeignKeyRelation[Assignment] = fields.ForeignKeyField("models.Assignment")
    reason = fields.TextField(null=True)

    class Meta:
        table = "message_event"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return _through_message(viewer)

    @classmethod
    def blocked(cls, viewer: Viewer) -> Where:
        return NOTHING


class ConsentRecord(Record):
    """The individual's consent to one message (samtycke, O9): used once, by that message."""

    tag: ClassVar[str] = "consent"
    patient_column: ClassVar[str | None] = "patient_id"

    patient: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField("models.Patient")
    message: fields.ForeignKeyRelation[Message] = fields.ForeignKeyField("models.Message")
    form = fields.CharEnumField(ConsentForm, max_length=20)
    given_at = InstantField()
    recorded_at = InstantField()
    recorded_by: fields.ForeignKeyRelation[Assignment] = fields.ForeignKeyField("models.Assignment")

    class Meta:
        table = "consent"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return _through_message(viewer)

    @classmethod
    def blocked(cls, viewer: Viewer) -> Where:
        return NOTHING
