"""What the system itself keeps: idempotency keys, the access log and its reviews. None is a patient's record."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from tortoise import fields
from tortoise.models import Model

from lifecare_gql.domain.access_words import ReviewFinding
from lifecare_gql.domain.words import AccessAct
from lifecare_gql.storage.reading.where import NOTHING, Where
from lifecare_gql.storage.rows.base import InstantField, Record
from lifecare_gql.storage.rows.organisations import Assignment, Staff, Unit
from lifecare_gql.storage.rows.patients import Patient, of_audited_region
from lifecare_gql.storage.viewer import Viewer


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
    entry_id = fields.UUIDField(default=uuid4)
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
    # Null for what was written before there were digests.
    digest = fields.CharField(max_length=64, null=True)

    class Meta:
        table = "access_log"


class AccessLogSeal(Model):
    """That the entries with these numbers were complete, and what they said; chained to the seal before it."""

    id = fields.BigIntField(primary_key=True)
    from_number = fields.BigIntField()
    to_number = fields.BigIntField()
    entries = fields.BigIntField()
    undigested = fields.BigIntField()
    digest = fields.CharField(max_length=64)
    previous = fields.CharField(max_length=64, null=True)
    at = InstantField()

    class Meta:
        table = "access_log_seal"


class AccessEntry(Record):
    """An entry of the access log as reviewers read it: a view, with the directory's rows of who it was."""

    tag: ClassVar[str] = "access"
    patient_column: ClassVar[str | None] = "patient_id"

    number = fields.BigIntField()
    at = InstantField()
    request_id = fields.UUIDField()
    act = fields.CharEnumField(AccessAct, max_length=20)
    operation = fields.CharField(max_length=100)
    staff_hsa_id = fields.CharField(max_length=31)
    assignment_hsa_id = fields.CharField(max_length=31)
    staff: fields.ForeignKeyNullableRelation[Staff] = fields.ForeignKeyField(
        "models.Staff", related_name="accesses", null=True
    )
    assignment: fields.ForeignKeyNullableRelation[Assignment] = fields.ForeignKeyField(
        "models.Assignment", related_name="accesses", null=True
    )
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit", related_name="accesses")
    patient: fields.ForeignKeyNullableRelation[Patient] = fields.ForeignKeyField(
        "models.Patient", related_name="accesses", null=True
    )
    subject = fields.CharField(max_length=60)
    subject_id = fields.UUIDField(null=True)

    class Meta:
        table = "access_entry"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        """Only to a reviewer: what the region's units did, and what was done about its units' patients."""
        if viewer.audits is None:
            return NOTHING
        by_the_region = "{t}.unit_id in (select o.id from unit o where o.region_code = {audits})"
        about = of_audited_region("{t}.patient_id")
        return Where(f"({by_the_region} or {about})", {"audits": viewer.audits})

    @classmethod
    def blocked(cls, viewer: Viewer) -> Where:
        """The log is no record of the patient's: it is what a block is checked by."""
        return NOTHING


class AccessReview(Record):
    """That somebody looked into an entry of the access log, and what came of it (loggkontroll)."""

    tag: ClassVar[str] = "review"

    entry: fields.ForeignKeyRelation[AccessEntry] = fields.ForeignKeyField(
        "models.AccessEntry", related_name="reviews"
    )
    # What was reviewed at once.
    batch_id = fields.UUIDField()
    at = InstantField()
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit", related_name="reviews")
    by: fields.ForeignKeyRelation[Assignment] = fields.ForeignKeyField("models.Assignment", related_name="reviews")
    finding = fields.CharEnumField(ReviewFinding, max_length=20)
    comment = fields.TextField(null=True)

    class Meta:
        table = "access_review"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        """To whoever sees the entry."""
        entry = AccessEntry.visible(viewer)
        seen = entry.sql.replace("{t}", "e")
        return Where(f"exists (select 1 from access_entry e where e.id = {{t}}.entry_id and {seen})", entry.params)
