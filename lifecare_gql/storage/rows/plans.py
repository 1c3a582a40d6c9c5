"""Coordinated individual plans (SIP), consents, and what waits for whom."""

from __future__ import annotations

from typing import Any, ClassVar

from tortoise import fields

from lifecare_gql.domain.plan_words import CallAnswer, PlanEventKind, PlanState
from lifecare_gql.domain.task_words import TaskKind
from lifecare_gql.domain.words import ConsentForm, ConsentKind, ConsentState
from lifecare_gql.storage.reading.where import Where
from lifecare_gql.storage.rows import blocking
from lifecare_gql.storage.rows.base import InstantField, Record
from lifecare_gql.storage.rows.episodes import Episode, EpisodeEvent
from lifecare_gql.storage.rows.messages import Message
from lifecare_gql.storage.rows.organisations import Assignment, Unit
from lifecare_gql.storage.rows.patients import Patient
from lifecare_gql.storage.viewer import Viewer


def _of_plan(viewer: Viewer, column: str = "{t}.plan_id") -> Where:
    """Seen by the units that take part in the plan."""
    sql = f"exists (select 1 from plan_party p where p.plan_id = {column} and p.unit_id = {{unit}})"
    return Where(sql, {"unit": viewer.unit_id})


class PlanProcess(Record):
    """A coordinated individual plan (SIP), from the need to its end. Its events are the record."""

    tag: ClassVar[str] = "plan"
    patient_column: ClassVar[str | None] = "patient_id"

    patient: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField("models.Patient")
    episode: fields.ForeignKeyNullableRelation[Episode] = fields.ForeignKeyField("models.Episode", null=True)
    state = fields.CharEnumField(PlanState, max_length=40, default=PlanState.CALL_PLANNED)
    version = fields.IntField(default=0)
    opened_at = InstantField()
    closed_at = InstantField(null=True)
    follow_up_on = fields.DateField(null=True)

    class Meta:
        table = "plan_process"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return _of_plan(viewer, "{t}.id")

    @classmethod
    def opened(cls, viewer: Viewer) -> Where:
        return blocking.opened(viewer)

    @classmethod
    def blocked(cls, viewer: Viewer) -> Where:
        return blocking.hidden(viewer, blocking.of_plan("{t}.id"))


class PlanParty(Record):
    """That a unit takes part in a plan, and what it answered to the call."""

    tag: ClassVar[str] = "planparty"
    patient_column: ClassVar[str | None] = "patient_id"

    plan: fields.ForeignKeyRelation[PlanProcess] = fields.ForeignKeyField("models.PlanProcess")
    patient: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField("models.Patient")
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit")
    invited = fields.BooleanField()
    answer = fields.CharEnumField(CallAnswer, max_length=20)
    since = InstantField()

    class Meta:
        table = "plan_party"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return _of_plan(viewer)

    @classmethod
    def opened(cls, viewer: Viewer) -> Where:
        return blocking.opened(viewer)

    @classmethod
    def blocked(cls, viewer: Viewer) -> Where:
        return blocking.hidden(viewer, blocking.of_plan("{t}.plan_id"))


class PlanEvent(Record):
    """Something that happened to a plan. Never changed, never removed; one for each version."""

    tag: ClassVar[str] = "planevent"
    patient_column: ClassVar[str | None] = "patient_id"

    plan: fields.ForeignKeyRelation[PlanProcess] = fields.ForeignKeyField("models.PlanProcess")
    patient: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField("models.Patient")
    version = fields.IntField()
    kind = fields.CharEnumField(PlanEventKind, max_length=40)
    at = InstantField()
    occurred_at = InstantField(null=True)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit")
    by: fields.ForeignKeyRelation[Assignment] = fields.ForeignKeyField("models.Assignment")
    reason = fields.TextField(null=True)
    text = fields.TextField(null=True)
    content: Any = fields.JSONField()

    class Meta:
        table = "plan_event"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return _of_plan(viewer)

    @classmethod
    def opened(cls, viewer: Viewer) -> Where:
        return blocking.opened(viewer)

    @classmethod
    def blocked(cls, viewer: Viewer) -> Where:
        """The plan is one document of all its parties: all events or none, but what was said by or to oneself."""
        called = (
            "({t}.kind = 'CALLED' and exists (select 1 from plan_party c where c.plan_id = {t}.plan_id"
            " and c.unit_id = {unit} and c.invited))"
        )
        return blocking.hidden(
            viewer, blocking.of_plan("{t}.plan_id"), but=f"{{t}}.unit_id = {{unit}} or {called}"
        )


class ConsentEntry(Record):
    """What the individual said about a consent, and when (samtycke). The latest of its kind and scope holds."""

    tag: ClassVar[str] = "consententry"
    patient_column: ClassVar[str | None] = "patient_id"

    patient: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField("models.Patient")
    kind = fields.CharEnumField(ConsentKind, max_length=20)
    episode: fields.ForeignKeyNullableRelation[Episode] = fields.ForeignKeyField("models.Episode", null=True)
    plan: fields.ForeignKeyNullableRelation[PlanProcess] = fields.ForeignKeyField("models.PlanProcess", null=True)
    version = fields.IntField()
    state = fields.CharEnumField(ConsentState, max_length=20)
    form = fields.CharEnumField(ConsentForm, max_length=20, null=True)
    said_at = InstantField()
    recorded_at = InstantField()
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit")
    recorded_by: fields.ForeignKeyRelation[Assignment] = fields.ForeignKeyField("models.Assignment")
    about = fields.TextField(null=True)
    reason = fields.TextField(null=True)

    class Meta:
        table = "consent_entry"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        """Seen by whoever recorded it, and by those who take part in the episode or plan that it is for."""
        return Where(
            "({t}.unit_id = {unit}"
            " or exists (select 1 from episode_party p where p.episode_id = {t}.episode_id"
            " and p.unit_id = {unit} and p.left_at is null)"
            " or exists (select 1 from plan_party q where q.plan_id = {t}.plan_id and q.unit_id = {unit}))",
            {"unit": viewer.unit_id},
        )

    @classmethod
    def opened(cls, viewer: Viewer) -> Where:
        return blocking.opened(viewer)

    @classmethod
    def blocked(cls, viewer: Viewer) -> Where:
        """With the episode or plan that it is for, all of them or none: an older one must not seem to hold."""
        origin = f"{blocking.of_episode('{t}.episode_id')} or {blocking.of_plan('{t}.plan_id')}"
        return blocking.hidden(viewer, origin, but="{t}.unit_id = {unit}")


class Task(Record):
    """Something that waits for a unit (uppgift). Read from what has happened; `done_at`: it no longer waits."""

    tag: ClassVar[str] = "task"
    patient_column: ClassVar[str | None] = "patient_id"

    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit")
    patient: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField("models.Patient")
    kind = fields.CharEnumField(TaskKind, max_length=40)
    about = fields.UUIDField()
    message: fields.ForeignKeyNullableRelation[Message] = fields.ForeignKeyField("models.Message", null=True)
    episode: fields.ForeignKeyNullableRelation[Episode] = fields.ForeignKeyField("models.Episode", null=True)
    plan: fields.ForeignKeyNullableRelation[PlanProcess] = fields.ForeignKeyField("models.PlanProcess", null=True)
    notice: fields.ForeignKeyNullableRelation[EpisodeEvent] = fields.ForeignKeyField(
        "models.EpisodeEvent", related_name="tasks", null=True
    )
    since = InstantField()
    due_at = InstantField(null=True)
    # The due moment, or the end of time: so that what has no due moment comes last, by an index.
    sort_at = InstantField()
    done_at = InstantField(null=True)

    class Meta:
        table = "task"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return Where("{t}.unit_id = {unit}", {"unit": viewer.unit_id})

    @classmethod
    def blocked(cls, viewer: Viewer) -> Where:
        """What waits in a blocked episode or plan, but for a notice that was sent to the unit."""
        sent = "exists (select 1 from notice_receipt n where n.event_id = {t}.notice_id and n.unit_id = {unit})"
        origin = f"{blocking.of_episode('{t}.episode_id')} or {blocking.of_plan('{t}.plan_id')}"
        return blocking.hidden(viewer, origin, but=sent)
