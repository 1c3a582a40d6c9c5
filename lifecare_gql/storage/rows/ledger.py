"""What the system itself keeps: idempotency keys and the access log. Neither is a patient's record."""

from __future__ import annotations

from uuid import uuid4

from tortoise import fields
from tortoise.models import Model

from lifecare_gql.domain.words import AccessAct
from lifecare_gql.storage.rows.base import InstantField


class IdempotencyKey(Model):
    """The first answer to a request, kept so that a repeat gets the same one. Unique per unit and key."""

    id = fields.UUIDField(primary_key=True, default=uuid4)
    unit_id = fields.UUIDField()
    key = fields.CharField(max_length=100)
    action = fields.CharField(max_length=60)
    body_digest = fields.CharField(max_length=64)
    result_id = fields.UUIDField()
    at = InstantField()

    class Meta:
        table = "idempotency_key"


class AccessLogEntry(Model):
    """Who did what, about whom, when, on which assignment (åtkomstlogg, PDL 4:3). Never changed or removed."""

    # A sequence, not a time: the log must keep its order when a clock is set back.
    id = fields.BigIntField(primary_key=True)
    at = InstantField()
    request_id = fields.UUIDField()
    act = fields.CharEnumField(AccessAct, max_length=20)
    operation = fields.CharField(max_length=100)
    staff_hsa_id = fields.CharField(max_length=31)
    assignment_hsa_id = fields.CharField(max_length=31)
    unit_id = fields.UUIDField()
    patient_id = fields.UUIDField(null=True)
    subject = fields.CharField(max_length=60)
    subject_id = fields.UUIDField(null=True)

    class Meta:
        table = "access_log"
