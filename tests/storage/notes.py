"""A database of notes for the storage tests, and what is true of it when nobody uses it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from uuid import UUID, uuid4

from lifecare_gql.storage.database import Database, Dialect, Timeouts
from lifecare_gql.storage.migrate import migrate
from tests.storage.models import Note

MODULES = ("tests.storage.models",)
POOL_SIZE = 4


async def migrate_notes(url: str) -> None:
    """Create the table of notes."""
    await migrate(url, component="notes", root=Path(__file__).parent / "migrations")


def notes(url: str, *, pool_size: int = POOL_SIZE, **seconds: float) -> Database:
    """A database of notes, not open yet; ``seconds`` are `Timeouts`."""
    return Database.from_url(url, pool_size=pool_size, timeouts=Timeouts(**seconds), modules=MODULES)


def insert(db: Database, pair: str) -> tuple[str, tuple[UUID, str]]:
    """A statement that inserts one note, and its parameters."""
    one, two = ("$1", "$2") if db.dialect is Dialect.POSTGRES else ("?1", "?2")
    return f"insert into note (id, pair, half) values ({one}, {two}, 'a')", (uuid4(), pair)


def slow_query(db: Database) -> str:
    """A query that takes about half a second on SQLite, where nothing can stop it, and 5 s on PostgreSQL."""
    if db.dialect is Dialect.POSTGRES:
        return "select pg_sleep(5)"
    numbers = "with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000000)"
    return f"{numbers} select count(*) from n"


async def pairs(db: Database) -> list[str]:
    """The notes there are, by name."""
    return [pair for (pair,) in await db.select("select pair from note order by pair")]


async def count(db: Database) -> int:
    """How many notes there are, read outside any transaction."""
    [(number,)] = await asyncio.wait_for(db.select("select count(*) from note"), 10)
    return int(number)


def idle(db: Database) -> bool:
    """Whether every connection is free and outside a transaction."""
    client = db._client
    if db.dialect is Dialect.SQLITE:
        return not client._lock.locked() and not client._connection.in_transaction
    pool = client._pool
    free = [holder for holder in pool._holders if not holder._in_use]
    everyone_is_back = len(free) == pool._queue.qsize() == pool.get_max_size()
    return bool(everyone_is_back and pool.get_idle_size() == pool.get_size())


async def usable(db: Database) -> None:
    """Fail unless as many transactions as there are connections can write side by side."""

    async def write(number: int) -> None:
        async with db.transaction() as tx:
            note = await Note.create(pair=f"usable {number}", half="a", using_db=tx.client)
            await note.delete(using_db=tx.client)

    async with asyncio.timeout(10):
        await asyncio.gather(*(write(number) for number in range(POOL_SIZE)))
    assert idle(db)


async def _write_from_another_process(url: str, times: int) -> None:
    async with notes(url, lock=30) as db:
        for _ in range(times):
            async with db.transaction() as tx:
                [(number,)] = await tx.select("select count(*) from note")
                await asyncio.sleep(0.001)  # time for the other process to get in between
                await Note.create(pair=f"{number}", half="a", using_db=tx.client)


if __name__ == "__main__":
    asyncio.run(_write_from_another_process(sys.argv[1], int(sys.argv[2])))
