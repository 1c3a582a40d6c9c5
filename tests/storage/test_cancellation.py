"""A cancelled request must not take a lock or a connection with it, wherever the cancellation hits."""

from __future__ import annotations

import asyncio
import random
import sqlite3
from collections.abc import Coroutine
from typing import Any

import pytest
import strawberry
from strawberry.types import Info
from tortoise.exceptions import TransactionManagementError
from tortoise.transactions import in_transaction

from lifecare_gql.storage.database import Database, Dialect, Transaction
from lifecare_gql.storage.url import SqliteAddress, parse_url
from tests.databases import Databases
from tests.storage.models import Note
from tests.storage.notes import (
    POOL_SIZE,
    count,
    idle,
    insert,
    migrate_notes,
    notes,
    pairs,
    slow_query,
    usable,
)


@strawberry.type
class Query:
    @strawberry.field
    async def fails(self, after: int) -> int:
        for _ in range(after):
            await asyncio.sleep(0)
        raise ValueError("as asked")

    @strawberry.field
    async def ours(self, info: Info) -> int:
        async with info.context["db"].transaction() as tx:
            return await Note.all().using_db(tx.client).count()

    @strawberry.field
    async def tortoises(self) -> int:
        async with in_transaction():
            return await Note.all().count()

    @strawberry.field
    async def bulk(self) -> int:
        await Note.bulk_create([Note(pair=f"{random.random()}", half="a") for _ in range(3)])
        return 3


async def test_failing_siblings_freeze_nothing(db: Database) -> None:
    schema = strawberry.Schema(Query)
    schema.process_errors = lambda *_: None  # type: ignore[method-assign]  # 200 tracebacks say nothing new
    for number in range(200):
        query = "query($after: Int!) {fails(after: $after) ours tortoises bulk}"
        variables = {"after": number % 25}
        async with asyncio.timeout(10):
            failed = await schema.execute(query, variable_values=variables, context_value={"db": db})
        assert failed.data is None
        assert [error.message for error in failed.errors or ()] == ["as asked"]
    for _ in range(200):
        async with asyncio.timeout(10):
            healthy = await schema.execute("{ours tortoises}", context_value={"db": db})
        assert healthy.errors is None
        assert healthy.data is not None
        assert healthy.data["ours"] == healthy.data["tortoises"] == await count(db)
    assert await count(db) % 3 == 0  # bulk_create: all three or none
    await usable(db)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_random_cancellation_writes_pairs_or_nothing(db: Database, seed: int) -> None:
    chance = random.Random(seed)
    reported: set[str] = set()

    async def write(pair: str) -> None:
        async with db.transaction() as tx:
            await Note.create(pair=pair, half="a", using_db=tx.client)
            await asyncio.sleep(chance.random() * 0.002)
            async with tx.transaction() as savepoint:
                await Note.create(pair=pair, half="b", using_db=savepoint.client)
        reported.add(pair)

    async def write_and_cancel(pair: str) -> None:
        task = asyncio.create_task(write(pair))
        await asyncio.sleep(chance.random() * 0.03)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    for batch in range(20):
        async with asyncio.timeout(20):
            await asyncio.gather(*(write_and_cancel(f"{batch}-{number}") for number in range(12)))
    stored = await db.select("select pair, count(*) from note group by pair")
    assert {halves for _, halves in stored} == {2}
    assert reported <= {pair for pair, _ in stored}
    assert 0 < len(reported) < 240
    await usable(db)


async def cancelled_after(work: Coroutine[Any, Any, None], turns: int, *, again: bool = False) -> bool:
    """Cancel the work after so many turns of the loop, and whether it got to its end nevertheless.

    ``again``: cancel it at every later turn too, as anyio's scopes do.
    """
    task = asyncio.create_task(work)
    for _ in range(turns):
        await asyncio.sleep(0 if turns % 2 else 0.0001)
    async with asyncio.timeout(10):
        while not task.done():
            task.cancel()
            await (asyncio.sleep(0) if again else asyncio.wait([task]))
    if task.cancelled():
        return False
    task.result()
    return True


@pytest.mark.parametrize("again", [False, True])
async def test_cancelled_at_every_turn_of_the_loop(db: Database, again: bool) -> None:
    async def write(pair: str) -> None:
        async with db.transaction() as tx:
            await tx.execute(*insert(db, pair))

    for turns in range(60):
        finished = await cancelled_after(write(f"{turns}"), turns, again=again)
        assert idle(db)
        assert not finished or f"{turns}" in await pairs(db)
    await usable(db)


@pytest.mark.parametrize("again", [False, True])
async def test_many_rows_are_written_together_or_not_at_all(db: Database, again: bool) -> None:
    for turns in range(60):
        sql, _ = insert(db, "")
        rows = [list(insert(db, f"{turns} {number}")[1]) for number in range(3)]
        await cancelled_after(db._client.execute_many(sql, rows), turns, again=again)
        assert idle(db)
    assert await count(db) % 3 == 0
    await usable(db)


@pytest.mark.parametrize("again", [False, True])
async def test_a_cancelled_savepoint_keeps_all_or_nothing_and_the_transaction_goes_on(
    db: Database, again: bool
) -> None:
    async def write(tx: Transaction, pair: str) -> None:
        async with tx.transaction() as savepoint:
            await savepoint.execute(*insert(db, f"{pair} a"))
            await savepoint.execute(*insert(db, f"{pair} b"))

    finished = set()
    for turns in range(60):
        async with db.transaction() as tx:
            if await cancelled_after(write(tx, f"{turns}"), turns, again=again):
                finished.add(f"{turns}")
            await tx.execute(*insert(db, f"{turns} outside"))
    written = await pairs(db)
    assert [pair for pair in written if pair.endswith("outside")] == sorted(f"{n} outside" for n in range(60))
    halves = [{pair.split()[0] for pair in written if pair.endswith(half)} for half in ("a", "b")]
    assert halves[0] == halves[1] >= finished
    await usable(db)


async def test_cancelled_while_waiting_for_a_connection(db: Database) -> None:
    async def hold(until: asyncio.Event) -> None:
        async with db.transaction():
            await until.wait()

    done = asyncio.Event()
    connections = 1 if db.dialect is Dialect.SQLITE else POOL_SIZE
    holders = [asyncio.create_task(hold(done)) for _ in range(connections)]
    await asyncio.sleep(0.3)
    waiters = [asyncio.create_task(work) for work in (hold(done), count(db), hold(done), count(db))]
    await asyncio.sleep(0.1)
    for task in waiters:
        task.cancel()
    outcomes = await asyncio.gather(*waiters, return_exceptions=True)
    assert all(isinstance(outcome, asyncio.CancelledError) for outcome in outcomes)
    done.set()
    await asyncio.gather(*holders)
    await usable(db)


async def test_cancelled_while_begin_waits_for_another_process(databases: Databases) -> None:
    async with databases.copy(Dialect.SQLITE, migrate_notes) as url, notes(url, lock=1.0) as db:
        address = parse_url(url)
        assert isinstance(address, SqliteAddress)
        other = sqlite3.connect(address.path, isolation_level=None)
        other.execute("begin immediate")

        async def write() -> None:
            async with db.transaction():
                pytest.fail("the other process still writes")

        task = asyncio.create_task(write())
        await asyncio.sleep(0.1)
        task.cancel()
        other.rollback()
        other.close()
        with pytest.raises(asyncio.CancelledError):
            await task
        await usable(db)


async def test_a_timeout_inside_a_savepoint_leaves_the_transaction_usable(db: Database) -> None:
    async def dawdle(tx: Transaction) -> None:
        async with asyncio.timeout(0.2), tx.transaction() as savepoint:
            await savepoint.execute(*insert(db, "lost"))
            await savepoint.select(slow_query(db))

    async with db.transaction() as tx:
        await tx.execute(*insert(db, "kept"))
        with pytest.raises(TimeoutError):
            await dawdle(tx)
        await tx.execute(*insert(db, "also kept"))
    assert await pairs(db) == ["also kept", "kept"]
    await usable(db)


async def strangers(db: Database) -> int:
    """Connections to the PostgreSQL database that are not in the pool, 5 s after they were closed."""
    query = "select count(*) from pg_stat_activity where datname = current_database()"
    for _ in range(100):
        [(connected,)] = await db.select(query)
        if connected == db._client._pool.get_size():
            return 0
        await asyncio.sleep(0.05)
    return int(connected - db._client._pool.get_size())


@pytest.mark.parametrize("again", [False, True])
async def test_opening_cancelled_leaves_nothing_open(url: str, again: bool) -> None:
    for turns in range(40):
        db = notes(url)
        if await cancelled_after(db.open(), turns, again=again):
            await db.close()
    async with notes(url) as db:
        await usable(db)
        if db.dialect is Dialect.POSTGRES:
            assert await strangers(db) == 0


async def test_a_task_that_outlives_its_transaction_is_refused(db: Database) -> None:
    over = asyncio.Event()

    async def late() -> None:
        await over.wait()
        await Note.create(pair="late", half="a")

    async with db.transaction():
        task = asyncio.create_task(late())
    over.set()
    with pytest.raises(TransactionManagementError, match="outlived"):
        await task
    assert await count(db) == 0
    await usable(db)
