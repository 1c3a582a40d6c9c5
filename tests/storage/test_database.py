"""Opening, reading, transactions, and every wait that must end."""

from __future__ import annotations

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, nullcontext, suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from tortoise.exceptions import IntegrityError, TransactionManagementError

from lifecare_gql.errors import ConfigurationError, StorageBusy, StorageUnavailable
from lifecare_gql.storage.database import Database, Dialect, Timeouts, Transaction
from lifecare_gql.storage.url import PostgresAddress, SqliteAddress, parse_url
from tests.databases import Databases
from tests.storage.models import Note
from tests.storage.notes import count, idle, insert, migrate_notes, notes, pairs, slow_query, usable

SECRET = "s3cret"


def test_urls() -> None:
    assert parse_url("sqlite:///relative.db") == SqliteAddress("relative.db")
    assert parse_url("sqlite:////var/lib/a%23b.db") == SqliteAddress("/var/lib/a#b.db")
    full = PostgresAddress("name", "host", 5433, "user", "p@ss", "verify-full")
    assert parse_url("postgresql://user:p%40ss@host:5433/name?sslmode=verify-full") == full
    socket = PostgresAddress("name", "/run/pg", 5432, "user")
    assert parse_url("postgresql://user@/name?host=/run/pg") == socket
    assert parse_url("postgres://host/name") == PostgresAddress("name", "host")
    assert str(full) == "postgresql://user@host:5433/name"
    assert "p@ss" not in repr(full)


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("", "must begin with"),
        ("mysql://u:s3cret@host/name", "must begin with"),
        ("sqlite://file.db", "three slashes"),
        ("sqlite:///", "must name a file"),
        ("sqlite:///:memory:", "must name a file"),
        ("sqlite:///file.db?mode=ro", "no options"),
        ("postgresql://u:s3cret@host", "name of one database"),
        ("postgresql://u:s3cret@host/a/b", "name of one database"),
        ("postgresql://u:s3cret@/name", "no host"),
        ("postgresql://u:s3cret/x@host/name", "percent-encode"),
        ("postgresql://u:[s3cret@host/name", "percent-encode"),
        ("postgresql://u:s3cret@host/name#x", "%23"),
        ("postgresql://u:s3cret#x@host/name", "percent-encode"),
        ("postgresql://u:s3cret@host:99999/name", "percent-encode"),
        ("postgresql://u:s3cret@host/name?pool=3", "unknown option 'pool'"),
        ("postgresql://u:s3cret@host/name?sslmode=on", "verify-full"),
    ],
)
def test_unusable_urls_are_refused_without_repeating_the_password(url: str, reason: str) -> None:
    with pytest.raises(ConfigurationError, match=reason) as caught:
        Database.from_url(url)
    assert SECRET not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_limits_of_nothing_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="lock"):
        Timeouts(lock=0)
    with pytest.raises(ConfigurationError, match="pool size"):
        Database.from_url("sqlite:///a.db", pool_size=0)


@pytest.mark.parametrize(
    "url",
    [f"postgresql://u:{SECRET}@127.0.0.1:1/name", "sqlite:////nowhere/at/all.db"],
)
async def test_an_unreachable_database_leaves_nothing_open(url: str, databases: Databases) -> None:
    with pytest.raises(StorageUnavailable, match="Cannot open") as caught:
        await notes(url).open()
    assert SECRET not in str(caught.value)
    assert str(parse_url(url)) in str(caught.value)
    async with databases.copy(Dialect.SQLITE, migrate_notes) as good, notes(good) as db:
        await usable(db)


async def test_one_database_after_the_other(databases: Databases) -> None:
    for dialect in [*Dialect, *Dialect]:
        async with databases.copy(dialect, migrate_notes) as url, notes(url) as db:
            assert db.dialect is dialect
            await usable(db)
            with pytest.raises(ConfigurationError, match="Another database is open"):
                await notes(url).open()
            await usable(db)
        with pytest.raises(StorageUnavailable, match="not open"):
            await db.select("select 1")
        await db.close()


async def test_a_closed_database_opens_again(db: Database) -> None:
    await db.close()
    await db.open()
    await db.open()
    await usable(db)


async def test_settings_of_the_connection(url: str, dialect: Dialect) -> None:
    settings: dict[str, Any]
    if dialect is Dialect.SQLITE:
        read = "pragma {}"
        settings = {"foreign_keys": 1, "synchronous": 2, "journal_mode": "wal", "busy_timeout": 1500}
    else:
        read = "show {}"
        settings = {
            "statement_timeout": "2500ms",
            "lock_timeout": "1500ms",
            "idle_in_transaction_session_timeout": "4s",
            "application_name": "lifecare-gql",
            "timezone": "UTC",
        }
    async with notes(url, lock=1.5, statement=2.5, idle_in_transaction=4) as db:
        for name, value in settings.items():
            assert [tuple(row) for row in await db.select(read.format(name))] == [(value,)], name


async def test_rows_come_in_select_order(db: Database) -> None:
    async with db.transaction() as tx:
        for pair in ("y", "x"):
            assert await tx.execute(*insert(db, pair)) == 1
        assert await tx.execute("update note set half = 'b'") == 2
        [(half, pair), _] = await tx.select("select half, pair from note order by pair")
        assert (half, pair) == ("b", "x")
        sql, params = insert(db, "z")
        [(pair, half)] = await tx.select(f"{sql} returning pair, half", params)
        assert (pair, half) == ("z", "a")
        assert await count(db) == 3  # a select of the database reads inside the transaction it is called in
        assert await tx.execute("delete from note") == 3
        assert await tx.execute("create table scratch (id integer)") == 0
    assert await count(db) == 0


async def test_instants_come_back_in_utc(db: Database) -> None:
    written = datetime(2026, 3, 29, 3, 30, tzinfo=timezone(timedelta(hours=2)))
    async with db.transaction() as tx:
        note = await Note.create(pair="x", half="a", written_at=written, using_db=tx.client)
    stored = await Note.get(id=note.id)
    assert stored.written_at == written
    assert stored.written_at.utcoffset() == timedelta(0)
    mark = "$1" if db.dialect is Dialect.POSTGRES else "?1"
    for moment, found in [(written, 1), (written - timedelta(seconds=1), 0), (written.astimezone(UTC), 1)]:
        assert len(await db.select(f"select 1 from note where written_at <= {mark}", [moment])) == found
    with pytest.raises(ValueError, match="no time zone"):
        await db.select(f"select 1 from note where written_at <= {mark}", [written.replace(tzinfo=None)])


async def test_constraints_raise_the_same_error_everywhere(db: Database) -> None:
    async def insert_twice() -> None:
        async with db.transaction() as tx:
            await tx.execute(*insert(db, "x"))
            await tx.execute(*insert(db, "x"))

    async def refer_to_nothing() -> None:
        async with db.transaction() as tx:  # the foreign key is deferred: the COMMIT fails
            await Note.create(pair="y", half="a", after_id=uuid4(), using_db=tx.client)

    async def break_check() -> None:
        await Note.create(pair="z", half="c")

    for violation in (insert_twice, refer_to_nothing, break_check):
        with pytest.raises(IntegrityError):
            await violation()
        assert await count(db) == 0
        await usable(db)


async def insert_all(db: Database, inside: Database | Transaction, *pairs: str, then: type | None = None) -> None:
    """Insert notes in one transaction or savepoint, and leave it by an exception if one is given."""
    async with inside.transaction() as tx:
        for pair in pairs:
            await tx.execute(*insert(db, pair))
        if then is not None:
            raise then("as asked")


async def test_savepoints(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.execute(*insert(db, "1"))
        with pytest.raises(IntegrityError):
            await insert_all(db, tx, "2", "1")
        async with tx.transaction() as savepoint:
            await savepoint.execute(*insert(db, "3"))
            with pytest.raises(KeyError):
                await insert_all(db, savepoint, "4", then=KeyError)
            await insert_all(db, savepoint, "5")
        with pytest.raises(TransactionManagementError):
            await savepoint.execute(*insert(db, "6"))
    assert await pairs(db) == ["1", "3", "5"]
    await usable(db)


@pytest.mark.parametrize("error", [KeyError, TransactionManagementError, asyncio.CancelledError])
async def test_an_exception_undoes_everything(db: Database, error: type[BaseException]) -> None:
    with pytest.raises(error):
        await insert_all(db, db, "x", then=error)
    assert await count(db) == 0
    await usable(db)


async def test_a_transaction_inside_another_is_refused(db: Database) -> None:
    async with db.transaction() as tx:
        with pytest.raises(TransactionManagementError, match="already open"):
            await insert_all(db, db, "x")
        await tx.execute(*insert(db, "y"))
    assert await pairs(db) == ["y"]


async def test_postgres_never_reports_a_rollback_as_a_commit(databases: Databases) -> None:
    async def swallow(db: Database) -> None:
        async with db.transaction() as tx:
            await tx.execute(*insert(db, "x"))
            with suppress(IntegrityError):
                await tx.execute(*insert(db, "x"))

    async with databases.copy(Dialect.POSTGRES, migrate_notes) as url, notes(url) as db:
        with pytest.raises(TransactionManagementError, match="not committed"):
            await swallow(db)
        assert await count(db) == 0
        await usable(db)


@asynccontextmanager
async def other_writer(url: str) -> AsyncIterator[None]:
    """Another program that holds the lock every writer needs."""
    address = parse_url(url)
    if isinstance(address, SqliteAddress):
        with closing(sqlite3.connect(address.path, isolation_level=None)) as file:
            file.execute("begin exclusive")
            yield
        return
    connection = await asyncpg.connect(**address.connect_arguments())
    async with connection.transaction():
        await connection.execute("lock table note in exclusive mode")
        yield
    await connection.close()


async def test_a_locked_table_is_not_waited_for_longer_than_the_limit(url: str) -> None:
    async with notes(url, lock=0.3) as db:
        async with other_writer(url):
            started = asyncio.get_running_loop().time()
            with pytest.raises(StorageBusy):
                await insert_all(db, db, "x")
            assert 0.2 < asyncio.get_running_loop().time() - started < 3
            assert await count(db) == 0  # readers go on
        await usable(db)


async def test_an_exhausted_pool_is_not_waited_for_longer_than_the_limit(url: str) -> None:
    async with notes(url, pool_size=1, acquire=0.3) as db:
        held, done = asyncio.Event(), asyncio.Event()

        async def hold() -> None:
            async with db.transaction():
                held.set()
                await done.wait()

        holder = asyncio.create_task(hold())
        await held.wait()
        with pytest.raises(StorageBusy, match=r"free within 0\.3 s"):
            await db.select("select 1")
        with pytest.raises(StorageBusy, match=r"free within 0\.3 s"):
            await insert_all(db, db, "x")
        done.set()
        await holder
        assert await count(db) == 0
        assert idle(db)


async def test_deadlocks_and_slow_statements_are_busy(databases: Databases) -> None:
    async with databases.copy(Dialect.POSTGRES, migrate_notes) as url, notes(url, statement=2.5) as db:
        async with db.transaction() as tx:
            for pair in ("x", "y"):
                await tx.execute(*insert(db, pair))

        async def touch(first: str, second: str) -> None:
            async with db.transaction() as tx:
                await tx.execute("update note set written_at = now() where pair = $1", (first,))
                await asyncio.sleep(0.1)
                await tx.execute("update note set written_at = now() where pair = $1", (second,))

        outcomes = await asyncio.gather(touch("x", "y"), touch("y", "x"), return_exceptions=True)
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "StorageBusy"]
        with pytest.raises(StorageBusy):
            await db.select(slow_query(db))
        await usable(db)


async def test_serialization_failures_are_busy(databases: Databases) -> None:
    async with databases.copy(Dialect.POSTGRES, migrate_notes) as url, notes(url) as db:
        counted = asyncio.Barrier(2)

        async def add_number() -> None:
            async with db.transaction() as tx:
                await tx.execute("set transaction isolation level serializable")
                [(number,)] = await tx.select("select count(*) from note")
                await counted.wait()
                await tx.execute(*insert(db, f"{number} {uuid4()}"))

        outcomes = await asyncio.gather(add_number(), add_number(), return_exceptions=True)
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "StorageBusy"]
        assert await count(db) == 1
        await usable(db)


async def test_a_lost_connection_is_unavailable_and_replaced(databases: Databases) -> None:
    async def lose(db: Database, *, go_on: bool) -> None:
        async with db.transaction() as tx:
            await tx.execute(*insert(db, "x"))
            with suppress(StorageUnavailable) if go_on else nullcontext():
                await tx.select("select pg_terminate_backend(pg_backend_pid())")
            await tx.execute(*insert(db, "y"))

    async with databases.copy(Dialect.POSTGRES, migrate_notes) as url, notes(url) as db:
        for go_on in (False, True, False, True):
            with pytest.raises(StorageUnavailable):
                await lose(db, go_on=go_on)
        assert await count(db) == 0
        await usable(db)


async def test_two_processes_lose_no_write_to_one_file(databases: Databases) -> None:
    times = 60
    async with databases.copy(Dialect.SQLITE, migrate_notes) as url:
        command = [sys.executable, "-m", "tests.storage.notes", url, str(times)]
        root = Path(__file__).parents[2]
        writers = [await asyncio.create_subprocess_exec(*command, cwd=root) for _ in range(2)]
        assert [await writer.wait() for writer in writers] == [0, 0]
        async with notes(url) as db:
            assert await count(db) == 2 * times


async def test_tasks_share_a_transaction_by_turns(db: Database) -> None:
    async with db.transaction() as tx:
        await asyncio.gather(*(tx.execute(*insert(db, f"{number:02}")) for number in range(20)))
    assert await pairs(db) == [f"{number:02}" for number in range(20)]
