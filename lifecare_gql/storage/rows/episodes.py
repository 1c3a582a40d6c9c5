"""Care episodes in the discharge process: who takes part, what happened, and who has acknowledged what."""

from __future__ import annotations

from typing import Any, ClassVar

from tortoise import fields

from lifecare_gql.domain.episode_words import EpisodeEventKind, EpisodeState, NoticeKind, PartyRole
from lifecare_gql.domain.words import ReceiptState
from lifecare_gql.storage.reading.where import Where
from lifecare_gql.storage.rows import blocking
from lifecare_gql.storage.rows.base import InstantField, Record
from lifecare_gql.storage.rows.organisations import Assignment, Unit
from lifecare_gql.storage.rows.outages import Outage
from lifecare_gql.storage.rows.patients import Patient
from lifecare_gql.storage.viewer import Viewer

_TAKES_PART = (
    "exists (select 1 from episode_party p where p.episode_id = {episode} and p.unit_id = {unit}"
    " and p.left_at is null)"
)
# A general notice is a letter: only its sender and its recipients read it. All else is the common plan's.
_ADDRESSED = (
    "({e}.notice is null or {e}.notice <> 'GENERAL' or {e}.unit_id = {unit} or exists"
    " (select 1 from notice_receipt n where n.event_id = {e}.id and n.unit_id = {unit}))"
)


_SENT_TO_ONE = "exists (select 1 from notice_receipt n where n.event_id = {t}.id and n.unit_id = {unit})"


def _no_letter(viewer: Viewer, kind: str) -> Where:
    """What an opened access shows of what was sent: all but letters between others."""
    found = blocking.opened(viewer)
    return Where(f"({kind} is null or {kind} <> 'GENERAL') and {found.sql}", found.params)


def _of_episode(viewer: Viewer, column: str = "{t}.episode_id") -> Where:
    """Seen by the units that take part in the episode."""
    return Where(_TAKES_PART.replace("{episode}", column), {"unit": viewer.unit_id})


class Episode(Record):
    """A care episode (vårdtillfälle). Its events are the record; what stands here is read from them."""

    tag: ClassVar[str] = "episode"
    patient_column: ClassVar[str | None] = "patient_id"

    patient: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField("models.Patient")
    ward: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit")
    state = fields.CharEnumField(EpisodeState, max_length=40)
    version = fields.IntField()
    opened_at = InstantField()
    admitted_at = InstantField(null=True)
    expected_discharge = fields.DateField(null=True)
    discharge_ready_at = InstantField(null=True)
    discharged_at = InstantField(null=True)
    ended_at = InstantField(null=True)

    class Meta:
        table = "episode"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return _of_episode(viewer, "{t}.id")

    @classmethod
    def opened(cls, viewer: Viewer) -> Where:
        return blocking.opened(viewer)

    @classmethod
    def blocked(cls, viewer: Viewer) -> Where:
        return blocking.hidden(viewer, blocking.of_episode("{t}.id", "{t}.ward_id"))


class EpisodeParty(Record):
    """That a unit takes part in an episode; `via` is the unit of its municipality that forwarded to it (V57)."""

    tag: ClassVar[str] = "participant"
    patient_column: ClassVar[str | None] = "patient_id"

    episode: fields.ForeignKeyRelation[Episode] = fields.ForeignKeyField("models.Episode")
    patient: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField("models.Patient")
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit", related_name="episode_parts")
    role = fields.CharEnumField(PartyRole, max_length=40)
    via: fields.ForeignKeyNullableRelation[Unit] = fields.ForeignKeyField(
        "models.Unit", related_name="forwarded_parts", null=True
    )
    since = InstantField()
    left_at = InstantField(null=True)

    class Meta:
        table = "episode_party"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return _of_episode(viewer)

    @classmethod
    def opened(cls, viewer: Viewer) -> Where:
        return blocking.opened(viewer)

    @classmethod
    def blocked(cls, viewer: Viewer) -> Where:
        return blocking.hidden(viewer, blocking.of_episode("{t}.episode_id"))


class EpisodeEvent(Record):
    """Something that happened in an episode. Never changed, never removed; one for each version."""

    tag: ClassVar[str] = "episodeevent"
    patient_column: ClassVar[str | None] = "patient_id"

    episode: fields.ForeignKeyRelation[Episode] = fields.ForeignKeyField("models.Episode", related_name="events")
    patient: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField("models.Patient")
    version = fields.IntField()
    kind = fields.CharEnumField(EpisodeEventKind, max_length=40)
    notice = fields.CharEnumField(NoticeKind, max_length=40, null=True)
    at = InstantField()
    occurred_at = InstantField(null=True)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit")
    by: fields.ForeignKeyRelation[Assignment] = fields.ForeignKeyField("models.Assignment")
    about: fields.ForeignKeyNullableRelation[EpisodeEvent] = fields.ForeignKeyField(
        "models.EpisodeEvent", related_name="followers", null=True
    )
    called: fields.ForeignKeyNullableRelation[Unit] = fields.ForeignKeyField(
        "models.Unit", related_name="calls", null=True
    )
    outage: fields.ForeignKeyNullableRelation[Outage] = fields.ForeignKeyField(
        "models.Outage", related_name="backfilled", null=True
    )
    reason = fields.TextField(null=True)
    text = fields.TextField(null=True)
    content: Any = fields.JSONField()

    class Meta:
        table = "episode_event"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        part = _of_episode(viewer)
        return Where(f"{part.sql} and {_ADDRESSED.replace('{e}', '{t}')}", part.params)

    @classmethod
    def opened(cls, viewer: Viewer) -> Where:
        return _no_letter(viewer, "{t}.notice")

    @classmethod
    def blocked(cls, viewer: Viewer) -> Where:
        """All of a blocked episode, and what a blocking unit wrote in others; never what was sent to oneself."""
        author = blocking.of_author("{t}.unit_id", "{t}.episode_id")
        origin = f"{blocking.of_episode('{t}.episode_id')} or {author}"
        return blocking.hidden(viewer, origin, but=f"{{t}}.unit_id = {{unit}} or {_SENT_TO_ONE}")


class EpisodeStep(Record):
    """An event without its words: what the process must know of every step, also of letters between others."""

    tag: ClassVar[str] = "step"
    patient_column: ClassVar[str | None] = "patient_id"

    episode: fields.ForeignKeyRelation[Episode] = fields.ForeignKeyField("models.Episode", related_name="steps")
    patient: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField(
        "models.Patient", related_name="episode_steps"
    )
    version = fields.IntField()
    kind = fields.CharEnumField(EpisodeEventKind, max_length=40)
    at = InstantField()
    occurred_at = InstantField(null=True)
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit", related_name="episode_steps")
    about_id = fields.UUIDField(null=True)
    called_id = fields.UUIDField(null=True)
    outage_id = fields.UUIDField(null=True)
    content: Any = fields.JSONField()

    class Meta:
        table = "episode_event"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        return _of_episode(viewer)

    @classmethod
    def opened(cls, viewer: Viewer) -> Where:
        return blocking.opened(viewer)

    @classmethod
    def blocked(cls, viewer: Viewer) -> Where:
        """All steps of a blocked episode, or none: what is read from a part of them would be wrong."""
        return blocking.hidden(viewer, blocking.of_episode("{t}.episode_id"))


class NoticeReceipt(Record):
    """Where a notice stands with one recipient (kvittens per mottagande enhet)."""

    tag: ClassVar[str] = "noticereceipt"
    patient_column: ClassVar[str | None] = "patient_id"

    event: fields.ForeignKeyRelation[EpisodeEvent] = fields.ForeignKeyField(
        "models.EpisodeEvent", related_name="receipts"
    )
    episode: fields.ForeignKeyRelation[Episode] = fields.ForeignKeyField("models.Episode")
    patient: fields.ForeignKeyRelation[Patient] = fields.ForeignKeyField("models.Patient")
    unit: fields.ForeignKeyRelation[Unit] = fields.ForeignKeyField("models.Unit")
    kind = fields.CharEnumField(NoticeKind, max_length=40)
    sent_at = InstantField()
    state = fields.CharEnumField(ReceiptState, max_length=20)
    acknowledged_at = InstantField(null=True)
    acknowledged_by: fields.ForeignKeyNullableRelation[Assignment] = fields.ForeignKeyField(
        "models.Assignment", related_name="acknowledged_notices", null=True
    )

    class Meta:
        table = "notice_receipt"

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        part = _of_episode(viewer)
        addressed = _ADDRESSED.replace("{e}", "e")
        read = f"exists (select 1 from episode_event e where e.id = {{t}}.event_id and {addressed})"
        return Where(f"{part.sql} and {read}", part.params)

    @classmethod
    def opened(cls, viewer: Viewer) -> Where:
        return _no_letter(viewer, "{t}.kind")

    @classmethod
    def blocked(cls, viewer: Viewer) -> Where:
        """Like the notice, but of one that was sent to several only the own receipt."""
        wrote = "exists (select 1 from episode_event w where w.id = {t}.event_id and w.unit_id = %s)"
        author = f"(b.episode_id = {{t}}.episode_id or {blocking.WHOLE_UNIT}) and {wrote % 'b.unit_id'}"
        origin = f"{blocking.of_episode('{t}.episode_id')} or {author}"
        return blocking.hidden(viewer, origin, but=f"{{t}}.unit_id = {{unit}} or {wrote % '{unit}'}")
