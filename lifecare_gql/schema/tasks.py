"""The worklist: everything that waits for a unit, across messages, notices and plans, by due time."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry

from lifecare_gql.domain.task_words import TaskKind
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.episodes import Episode, EpisodeEvent
from lifecare_gql.schema.messages import Message
from lifecare_gql.schema.patients import Patient
from lifecare_gql.schema.plans import Plan
from lifecare_gql.schema.reading import Connection, Node, column, computed, to_many, to_one, window
from lifecare_gql.schema.units import own_unit_only
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import Order, Rows
from lifecare_gql.storage.reading.where import Where

_BY_DUE_TIME = Order(
    by=("{t}.sort_at", "{t}.since", "{t}.kind", "{t}.id"), columns=("sort_at", "since", "kind", "id")
)


@window(rows.Task)
class Task(Node):
    """Something that waits for your unit (uppgift). Read from what has happened; it ends when it is done."""

    kind: TaskKind = column("What is to be done.")
    since: dt.datetime = column("Since when it waits; for what is to be done after a meeting, from when.")
    due_at: dt.datetime | None = column("When the time runs out (frist); null when no law or routine says.")
    patient: Patient = to_one("patient", "The patient.")
    message: Message | None = to_one("message", "The message it is about.")
    episode: Episode | None = to_one("episode", "The care episode it is about.")
    notice: EpisodeEvent | None = to_one("notice", "The notice it is about.")
    plan: Plan | None = to_one("plan", "The plan it is about (SIP).")

    @computed("due_at")
    def overdue(root: strawberry.Parent[Row], info: Info) -> bool:
        """Whether the time has run out: a flag, never a refusal."""
        return root.due_at is not None and root.due_at <= info.context.session.now


def _worklist(
    info: Info,
    kinds: Annotated[list[TaskKind] | None, strawberry.argument(description="Only these kinds, if given.")] = None,
    overdue: Annotated[bool, strawberry.argument(description="Only what is overdue.")] = False,
) -> Rows:
    """What waits for the own unit; of another unit nothing."""
    session = info.context.session
    sql = "{t}.unit_id = {own} and {t}.done_at is null"
    params = {"own": session.viewer.unit_id, "now": session.now, "kinds": [one.value for one in kinds or ()]}
    sql += " and {t}.kind in {kinds}" if kinds is not None else ""
    sql += " and {t}.due_at <= {now}" if overdue else ""
    return Rows(model=rows.Task, where=Where(sql, params), order=_BY_DUE_TIME)


ADDED = {
    "Unit": {
        "worklist": to_many(
            _worklist,
            "{t}.unit_id",
            "Everything that waits for your own unit, what is due first coming first, what has no due time last"
            " (arbetslista). Empty for another unit.",
            guard=own_unit_only,
            of=Connection[Task],
        ),
    },
}
"""Fields that tasks add to types that know nothing of them."""
