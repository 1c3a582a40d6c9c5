"""Whom a change concerns, and that they are told: the one place where anything is written to the outbox."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from lifecare_gql.domain.change_words import ChangeTopic
from lifecare_gql.storage.database import Transaction
from lifecare_gql.storage.outbox import News, publish, region_stream, unit_stream
from lifecare_gql.storage.reading.sql import decode_id
from lifecare_gql.storage.url import Dialect

_CONCERNED = {
    # Of each topic: the records' ids, each with a unit that it concerns, or with its region.
    ChangeTopic.MESSAGE: "select id as one, sender_unit_id as whom from message where id in {ids}"
    " union select message_id, unit_id from receipt where message_id in {ids}",
    ChangeTopic.EPISODE: "select episode_id as one, unit_id as whom from episode_party"
    " where episode_id in {ids} and left_at is null",
    ChangeTopic.PLAN: "select plan_id as one, unit_id as whom from plan_party where plan_id in {ids}",
    ChangeTopic.TASK: "select id as one, unit_id as whom from task where id in {ids}",
    ChangeTopic.OUTAGE: "select id as one, region_code as whom from outage where id in {ids}",
}
_IDS = {Dialect.POSTGRES: "(select unnest($1::uuid[]))", Dialect.SQLITE: "(select value from json_each(?1))"}


@dataclass(frozen=True, slots=True)
class Said:
    """That something happened to a record; `version` is the record's after it."""

    topic: ChangeTopic
    subject_id: UUID
    kind: str
    version: int | None = None


async def tell(tx: Transaction, dialect: Dialect, said: Sequence[Said], at: dt.datetime) -> Collection[str]:
    """Write it to the streams of whom it concerns, as the transaction's last statements; the streams' names."""
    concerned = await _concerned(tx, dialect, said)
    news: dict[str, list[News]] = defaultdict(list)
    for one in said:
        for stream in concerned[one.topic, one.subject_id]:
            news[stream].append(News(one.topic, one.subject_id, one.kind, at, one.version))
    if news:
        await publish(tx.select, dialect, news)
    return news.keys()


async def _concerned(
    tx: Transaction, dialect: Dialect, said: Sequence[Said]
) -> dict[tuple[ChangeTopic, UUID], list[str]]:
    """The streams of each record: asked for with one statement."""
    if not said:
        return {}
    found: dict[tuple[ChangeTopic, UUID], list[str]] = defaultdict(list)
    ids = sorted({one.subject_id for one in said})  # no two records have the same, whatever their kind
    given = ids if dialect is Dialect.POSTGRES else json.dumps([str(one) for one in ids])
    topics = frozenset(one.topic for one in said)
    for name, subject_id, whom in await tx.select(_statement(dialect, topics), [given]):
        topic = ChangeTopic[name]
        found[topic, decode_id(subject_id)].append(_stream(topic)(whom))
    return found


@cache
def _statement(dialect: Dialect, topics: frozenset[ChangeTopic]) -> str:
    each = (
        f"select '{topic.name}', one, cast(whom as text) from ({_CONCERNED[topic]}) as {topic.name.lower()}"
        for topic in sorted(topics)
    )
    return " union all ".join(each).format(ids=_IDS[dialect])


def _stream(topic: ChangeTopic) -> Callable[[Any], str]:
    return region_stream if topic is ChangeTopic.OUTAGE else lambda unit: unit_stream(decode_id(unit))
