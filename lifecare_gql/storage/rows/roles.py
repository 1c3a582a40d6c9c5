"""Who has which role beside caring for patients, and how it came about."""

from __future__ import annotations

from typing import ClassVar

from tortoise import fields

from lifecare_gql.domain.access_words import Role, RoleGrantEventKind
from lifecare_gql.storage.reading.where import Where
from lifecare_gql.storage.rows.base import InstantField, Record, directory
from lifecare_gql.storage.rows.organisations import Assignment, Organisation
from lifecare_gql.storage.viewer import Viewer


class RoleGrant(Record):
    """A role that somebody has on an assignment (behörighet). Local roles name the organisation."""

    tag: ClassVar[str] = "grant"

    assignment: fields.ForeignKeyRelation[Assignment] = fields.ForeignKeyField(
        "models.Assignment", related_name="grants"
    )
    role = fields.CharEnumField(Role, max_length=40)
    region_code = fields.CharField(max_length=40)
    organisation: fields.ForeignKeyNullableRelation[Organisation] = fields.ForeignKeyField(
        "models.Organisation", related_name="grants", null=True
    )
    version = fields.IntField()
    since = InstantField()
    recertified_at = InstantField(null=True)
    until = InstantField(null=True)

    class Meta:
        table = "role_grant"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        """Who has which role is directory data: one must be able to turn to them (S18, S26)."""
        return directory(viewer)


class RoleGrantEvent(Record):
    """Something that happened to a role. Never changed, never removed; one for each version."""

    tag: ClassVar[str] = "grantevent"

    grant: fields.ForeignKeyRelation[RoleGrant] = fields.ForeignKeyField("models.RoleGrant", related_name="events")
    version = fields.IntField()
    kind = fields.CharEnumField(RoleGrantEventKind, max_length=20)
    at = InstantField()
    by: fields.ForeignKeyNullableRelation[Assignment] = fields.ForeignKeyField(
        "models.Assignment", related_name="grant_events", null=True
    )
    reason = fields.TextField(null=True)

    class Meta:
        table = "role_grant_event"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return directory(viewer)
