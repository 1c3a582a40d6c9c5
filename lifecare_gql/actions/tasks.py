"""Keep what waits for whom in step with what has happened. A task is never made or ended by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid4

from lifecare_gql.actions.access import Desk
from lifecare_gql.domain.change_words import ChangeTopic, TaskChangeKind
from lifecare_gql.domain.task_words import TaskKind
from lifecare_gql.domain.tasks import Task
from lifecare_gql.storage import rows

NEVER = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)
"""Where what has no due moment stands in the order."""


async def settle(desk: Desk, patient_id: UUID, wanted: Iterable[Task], **subject: UUID) -> None:
    """Let exactly the wanted tasks wait; `subject` is what they are about, e.g. ``episode_id=…``."""
    client, now = desk.tx.client, desk.session.now
    waiting: list[Any] = await rows.Task.filter(done_at=None, **subject).using_db(client)
    open_ = {(one.kind, str(one.unit_id), str(one.about)): one for one in waiting}
    new = {(one.kind, one.unit_id, one.about): one for one in wanted}
    gone = [one.id for key, one in open_.items() if key not in new]
    if gone:
        await rows.Task.filter(id__in=gone).using_db(client).update(done_at=now)
        _tell(desk, gone, TaskChangeKind.DONE)
    for key, one in open_.items():
        moved = new.get(key)
        if moved is not None and (one.due_at, one.since) != (moved.due_at, moved.since):
            times = {"since": moved.since, "due_at": moved.due_at, "sort_at": moved.due_at or NEVER}
            await rows.Task.filter(id=one.id).using_db(client).update(**times)
            _tell(desk, [one.id], TaskChangeKind.MOVED)
    await begin(desk, patient_id, [one for key, one in new.items() if key not in open_], **subject)


async def begin(desk: Desk, patient_id: UUID, new: Iterable[Task], **subject: UUID) -> None:
    """Let the tasks wait, of a subject that has none of them yet."""
    added = [_row(patient_id, one, subject) for one in new]
    await desk.tx.add(rows.Task, *added)
    _tell(desk, [one["id"] for one in added], TaskChangeKind.OPENED)


def _tell(desk: Desk, ids: Iterable[UUID], kind: TaskChangeKind) -> None:
    for one in ids:
        desk.tell(ChangeTopic.TASK, one, kind)


def _row(patient_id: UUID, task: Task, subject: dict[str, UUID]) -> dict[str, Any]:
    about = UUID(task.about)
    return {
        "id": uuid4(),
        "unit_id": UUID(task.unit_id),
        "patient_id": patient_id,
        "kind": task.kind,
        "about": about,
        "notice_id": about if task.kind is TaskKind.ACKNOWLEDGE_NOTICE else None,
        "since": task.since,
        "due_at": task.due_at,
        "sort_at": task.due_at or NEVER,
        **subject,
    }
