"""What changed, by stream: written in the transaction that changes it, read by position.

A stream is ``unit:<uuid>``, what concerns a unit, or ``region:<code>``, the region's outages. Its positions begin
with 1 and have no gaps. Whoever writes holds the stream's row from giving the position to the commit; so the order
of the positions is that of the commits, and nobody who reads on from a position can have missed one before it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from lifecare_gql.storage.database import Database
from lifecare_gql.storage.reading.sql import decode_id
from lifecare_gql.storage.url import Dialect

CHANNEL: Final = "lifecare"
"""PostgreSQL tells on it which streams have grown."""
EVERY_STREAM: Final = "*"
"""What is told on the channel when the names would not fit: a notification has less than 8000 bytes."""
_MOST_TOLD = 7999

Select = Callable[[str, Sequence[Any]], Awaitable[list[Any]]]


@dataclass(frozen=True, slots=True)
class News:
    """That something changed: ids and words only. `at` is aware; `version` is the record's after it."""

    topic: str
    subject_id: UUID
    kind: str
    at: dt.datetime
    version: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A piece of news where it stands in its stream."""

    position: int
    news: News


@dataclass(frozen=True, slots=True)
class Stretch:
    """What a stream has after a position, from one moment: its last position, and the next entries in order.

    `whole`: the entries follow on the position without a gap. Else what came next is no longer kept, or the stream
    is shorter than the position, because the database was restored.
    """

    last: int
    entries: tuple[Entry, ...]
    whole: bool


def unit_stream(unit_id: UUID) -> str:
    """The stream of what concerns a unit."""
    return f"unit:{unit_id}"


def region_stream(code: str) -> str:
    """The stream of a region's outages."""
    return f"region:{code}"


async def publish(select: Select, dialect: Dialect, news: Mapping[str, Sequence[News]]) -> None:
    """Add the news to the streams. To be the last that a transaction does: from here on others wait for it.

    `select` is the transaction's. The streams are taken in one order, so that no two wait for each other.
    """
    streams = [(name, len(news[name])) for name in sorted(news)]
    rows = [
        (name, count - at, one.at, one.topic, one.subject_id, one.kind, one.version)
        for name, count in streams
        for at, one in enumerate(news[name], 1)
    ]
    await _PUBLISH[dialect](select, streams, rows)


async def tails(select: Select, dialect: Dialect, streams: Iterable[str]) -> dict[str, int]:
    """The last position of each stream; 0 of one to which nothing was added yet."""
    wanted = list(streams)
    return dict.fromkeys(wanted, 0) | dict(await select(*_TAILS[dialect](wanted)))


async def since(select: Select, dialect: Dialect, positions: Mapping[str, int], limit: int) -> dict[str, Stretch]:
    """What each stream has after its position, up to `limit` entries each; one statement for all of them."""
    found: dict[str, list[Entry]] = {name: [] for name in positions}
    last = dict.fromkeys(positions, 0)
    for name, tail, *entry in await select(*_SINCE[dialect](list(positions.items()), limit)):
        last[name] = tail
        if entry[0] is not None:
            found[name].append(_entry(*entry))
    return {name: _stretch(after, last[name], found[name], limit) for name, after in positions.items()}


async def trim(db: Database, before: dt.datetime) -> int:
    """Remove what was told before that moment; how much it was. Only the tables' owner may."""
    mark = "$1" if db.dialect is Dialect.POSTGRES else "?1"
    async with db.transaction() as tx:
        moment = before if db.dialect is Dialect.POSTGRES else _text(before)
        return await tx.execute(f"delete from outbox where at < {mark}", [moment])


def _stretch(after: int, last: int, entries: list[Entry], limit: int) -> Stretch:
    wanted = range(after + 1, min(last, after + limit) + 1)
    whole = after <= last and [one.position for one in entries] == list(wanted)
    return Stretch(last, tuple(entries), whole)


def _entry(position: int, at: Any, topic: str, subject_id: Any, kind: str, version: int | None) -> Entry:
    moment = at if isinstance(at, dt.datetime) else dt.datetime.fromisoformat(at)
    return Entry(position, News(topic, decode_id(subject_id), kind, moment, version))


# One parameter for each column, however many rows: so the text stays the same and is prepared once.
Statement = tuple[str, list[Any]]

_ADVANCED = (
    "on conflict (id) do update set last = stream.last + excluded.last returning id, last"  # in the given order
)
_ENTRY = "stream, position, at, topic, subject_id, kind, version"
_FOUND = (
    "select w.stream, s.last, o.position, o.at, o.topic, o.subject_id, o.kind, o.version"
    " from {w} join stream s on s.id = w.stream left join outbox o on o.stream = w.stream"
    " and o.position > w.position and o.position <= w.position + {limit} order by w.stream, o.position"
)


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[Any]:
    return [list(column) for column in zip(*rows, strict=True)]


def _json(rows: Sequence[Any]) -> list[Any]:
    return [json.dumps(rows, default=_text)]


def _text(value: Any) -> str:
    return value.astimezone(dt.UTC).isoformat(" ") if isinstance(value, dt.datetime) else str(value)


def _of_json(*names: str) -> str:
    columns = ", ".join(f"json_extract(value, '$[{at}]') {name}" for at, name in enumerate(names))
    return f"(select {columns} from json_each(?1))"


async def _publish_postgres(select: Select, streams: list[tuple[str, int]], rows: list[tuple[Any, ...]]) -> None:
    told = ",".join(name for name, _ in streams)
    notice = (CHANNEL, told if len(told) <= _MOST_TOLD else EVERY_STREAM)
    await select(_TOLD_AT_ONCE, [*_columns(streams), *_columns(rows), *notice])


_TOLD_AT_ONCE = f"""
with advanced as (
  insert into stream (id, last)
  select w.id, w.count from unnest($1::text[], $2::bigint[]) w(id, count) order by w.id {_ADVANCED}),
added as (
  insert into outbox ({_ENTRY}) select w.stream, a.last - w.before, w.at, w.topic, w.subject_id, w.kind, w.version
  from unnest($3::text[], $4::bigint[], $5::timestamptz[], $6::text[], $7::uuid[], $8::text[], $9::integer[])
    w(stream, before, at, topic, subject_id, kind, version) join advanced a on a.id = w.stream)
select pg_notify($10, $11)"""


async def _publish_sqlite(select: Select, streams: list[tuple[str, int]], rows: list[tuple[Any, ...]]) -> None:
    counts = f"select id, count from {_of_json('id', 'count')} where true"
    last = dict(await select(f"insert into stream (id, last) {counts} {_ADVANCED}", _json(streams)))
    placed = [(name, last[name] - before, *said) for name, before, *said in rows]
    await select(f"insert into outbox ({_ENTRY}) select * from {_of_json(*_ENTRY.split(', '))}", _json(placed))


def _since_postgres(positions: list[tuple[str, int]], limit: int) -> Statement:
    wanted = "unnest($1::text[], $2::bigint[]) w(stream, position)"
    return _FOUND.format(w=wanted, limit="$3::integer"), [*_columns(positions), limit]


def _since_sqlite(positions: list[tuple[str, int]], limit: int) -> Statement:
    return _FOUND.format(w=f"{_of_json('stream', 'position')} w", limit="?2"), [*_json(positions), limit]


def _tails_postgres(streams: list[str]) -> Statement:
    return "select id, last from stream where id = any($1::text[])", [streams]


def _tails_sqlite(streams: list[str]) -> Statement:
    return "select id, last from stream where id in (select value from json_each(?1))", _json(streams)


_PUBLISH = {Dialect.POSTGRES: _publish_postgres, Dialect.SQLITE: _publish_sqlite}
_SINCE = {Dialect.POSTGRES: _since_postgres, Dialect.SQLITE: _since_sqlite}
_TAILS = {Dialect.POSTGRES: _tails_postgres, Dialect.SQLITE: _tails_sqlite}
