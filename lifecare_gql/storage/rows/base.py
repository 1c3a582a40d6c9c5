"""What every stored record is: an id that reveals nothing, and a predicate that says who may see it."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar
from uuid import uuid4

from tortoise import fields
from tortoise.models import Model

from lifecare_gql.storage.reading.where import NOTHING, Where
from lifecare_gql.storage.viewer import Viewer


class InstantField(fields.DatetimeField):  # type: ignore[type-arg]
    """A moment. Refuses a naive datetime, which Tortoise would silently take for UTC."""

    def to_db_value(self, value: Any, instance: Any) -> Any:
        if isinstance(value, dt.datetime) and value.tzinfo is None:
            raise ValueError(f"{self.model_field_name} needs a datetime with a time zone")
        return super().to_db_value(value, instance)

    def to_python_value(self, value: Any) -> Any:
        # SQLite's text: Tortoise's parser of any spelling takes seventy times as long.
        return super().to_python_value(dt.datetime.fromisoformat(value) if isinstance(value, str) else value)


class Record(Model):
    """A stored record. Without a visibility predicate of its own a model cannot be read.

    `tag` is the prefix of its public ids; `patient_column` the column that says whom it is about (None:
    about nobody), so that the access log can be written where the rows are read.
    """

    tag: ClassVar[str]
    patient_column: ClassVar[str | None] = None

    id = fields.UUIDField(primary_key=True, default=uuid4)

    class Meta:
        abstract = True

    @classmethod
    def visible(cls, viewer: Viewer) -> Where:
        """Which rows the viewer may see."""
        raise NotImplementedError(f"{cls.__name__} has no visibility predicate, so it cannot be read")

    @classmethod
    def opened(cls, viewer: Viewer) -> Where:
        """Which rows the viewer may see besides, of patients whose care was opened to the unit (active choice)."""
        return NOTHING

    @classmethod
    def blocked(cls, viewer: Viewer) -> Where:
        """Which rows blocks hide from the viewer (spärr). Whatever is about a patient must say so itself."""
        if cls.patient_column is None:
            return NOTHING
        raise NotImplementedError(f"{cls.__name__} does not say what a block hides of it, so it cannot be read")

    @classmethod
    def seen(cls, viewer: Viewer) -> Where:
        """What is read: all that is visible or opened, and not blocked. The one place that puts them together."""
        shown, hidden = cls.visible(viewer), NOTHING if viewer.unblocked else cls.blocked(viewer)
        also = cls.opened(viewer) if viewer.wider else NOTHING
        params = {**shown.params, **also.params, **hidden.params}
        sql = shown.sql if also is NOTHING else f"(({shown.sql}) or ({also.sql}))"
        return Where(sql if hidden is NOTHING else f"({sql}) and not ({hidden.sql})", params)


def directory(viewer: Viewer) -> Where:
    """The predicate of directory data (units, staff at work): everybody who is known sees it, nobody else."""
    return Where("false" if viewer.unit_id is None else "true")
