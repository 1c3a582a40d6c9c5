"""Holds the outbox against what was written: nothing happened untold, nothing was told that did not happen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

_EVENTS = {
    # Of each table of events: the topic, the record's column, and whom an event concerned that still is concerned.
    "message_event": (
        "MESSAGE",
        "message_id",
        "select id as record, sender_unit_id as unit, sent_at as since from message"
        " union select message_id, unit_id, sent_at from receipt",
    ),
    "episode_event": (
        "EPISODE",
        "episode_id",
        "select episode_id as record, unit_id as unit, since from episode_party where left_at is null",
    ),
    "plan_event": ("PLAN", "plan_id", "select plan_id as record, unit_id as unit, since from plan_party"),
}
_UNTOLD = """
select e.kind, e.version, w.unit
from {table} e join ({whom}) w on w.record = e.{column} and w.since <= e.at
where not exists (select 1 from outbox o where o.stream = 'unit:' || w.unit and o.topic = '{topic}'
    and o.subject_id = e.{column} and o.version = e.version and o.kind = e.kind)
"""
_MADE_UP = """
select o.kind, o.version from outbox o where o.topic = '{topic}' and not exists (select 1 from {table} e
    where e.{column} = o.subject_id and e.version = o.version and e.kind = o.kind)
"""
_OUTAGES = {
    "untold": "select e.kind from outage_event e join outage a on a.id = e.outage_id where not exists ("
    "select 1 from outbox o where o.stream = 'region:' || a.region_code and o.subject_id = e.outage_id"
    " and o.version = e.version and o.kind = e.kind)",
    "made up": _MADE_UP.format(topic="OUTAGE", table="outage_event", column="outage_id"),
}
_TASK_TOLD = (
    "(select count(*) from outbox o"
    " where o.stream = 'unit:' || t.unit_id and o.subject_id = t.id and o.kind = '{kind}')"
)
_TASKS = {
    "opened once": f"select t.kind from task t where {_TASK_TOLD.format(kind='OPENED')} <> 1",
    "done once": f"select t.kind from task t where {_TASK_TOLD.format(kind='DONE')}"
    " <> case when t.done_at is null then 0 else 1 end",
    "made up": "select o.kind from outbox o where o.topic = 'TASK' and o.subject_id not in (select id from task)",
}
_TWICE = (
    "select stream, topic, kind from outbox where topic <> 'TASK'"
    " group by stream, topic, subject_id, version, kind having count(*) > 1"
)


Select = Callable[[str], Awaitable[list[Any]]]


async def told_as_written(select: Select) -> int:
    """Fails when the outbox and the records do not agree; how many entries were compared."""
    for table, (topic, column, whom) in _EVENTS.items():
        names = {"table": table, "topic": topic, "column": column, "whom": whom}
        assert await select(_UNTOLD.format(**names)) == [], f"{table}: happened and was not told"
        assert await select(_MADE_UP.format(**names)) == [], f"{table}: was told and did not happen"
    for name, sql in {**_OUTAGES, **_TASKS}.items():
        assert await select(sql) == [], name
    assert await select(_TWICE) == []
    return await gapless(select)


async def gapless(select: Select) -> int:
    """Fails when a stream has not all positions from 1 to its last; how many there are in all."""
    found = await select(
        "select s.id, s.last, count(o.position), min(o.position), max(o.position)"
        " from stream s left join outbox o on o.stream = s.id group by s.id, s.last"
    )
    assert [tuple(one) for one in found] == [(name, last, last, 1, last) for name, last, *_ in found]
    return sum(last for _, last, *_ in found)
