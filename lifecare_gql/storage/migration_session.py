"""The connection that migrations run on, in the words SQLite and PostgreSQL have in common."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import aiosqlite
import asyncpg

from lifecare_gql.errors import MigrationError, StorageBusy, StorageUnavailable
from lifecare_gql.storage.backends import postgres, sqlite
from lifecare_gql.storage.url import Address, Dialect, PostgresAddress, SqliteAddress

_LOCK = 0x11FECA7E  # this program's key among PostgreSQL's advisory locks
_WAIT = 60.0  # seconds for another process's lock on a SQLite file
_CONNECT = 10.0  # seconds to reach a PostgreSQL server


class Session:
    """A connection; parameters are written ``?1..?n`` for both databases."""

    dialect: Dialect

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        raise NotImplementedError

    async def rows(self, sql: str, *params: object) -> list[Any]:
        """The rows of a query."""
        raise NotImplementedError

    async def run(self, sql: str, *params: object) -> None:
        """Run one statement."""
        raise NotImplementedError

    async def script(self, sql: str) -> None:
        """Run any number of statements."""
        raise NotImplementedError

    async def check(self) -> None:
        """Raise MigrationError if rows have lost their parent. PostgreSQL never lets it come to that."""


class SqliteSession(Session):
    dialect = Dialect.SQLITE

    @property
    def in_transaction(self) -> bool:
        return bool(self._connection.in_transaction)

    async def rows(self, sql: str, *params: object) -> list[Any]:
        return list(await self._connection.execute_fetchall(sql, params))

    async def run(self, sql: str, *params: object) -> None:
        await self._connection.execute(sql, params)

    async def script(self, sql: str) -> None:
        for statement in statements(sql):
            await self.run(statement)

    async def check(self) -> None:
        if broken := await self.rows("pragma foreign_key_check"):
            tables = ", ".join(sorted({row[0] for row in broken}))
            raise MigrationError(f"Nothing was changed: rows without a parent would be left in {tables}.")


class PostgresSession(Session):
    dialect = Dialect.POSTGRES

    @property
    def in_transaction(self) -> bool:
        return bool(self._connection.is_in_transaction())

    async def rows(self, sql: str, *params: object) -> list[Any]:
        return list(await self._connection.fetch(sql.replace("?", "$"), *params))

    async def run(self, sql: str, *params: object) -> None:
        await self._connection.execute(sql.replace("?", "$"), *params)

    async def script(self, sql: str) -> None:
        await self._connection.execute(sql)


def statements(sql: str) -> Iterator[str]:
    """The statements of a script for SQLite, whose driver takes one at a time; triggers stay whole."""
    buffer = ""
    for piece in re.split(r"(?<=;)", sql):
        buffer += piece
        if sqlite3.complete_statement(buffer):
            yield buffer.strip()
            buffer = ""
    if buffer.strip():
        yield buffer.strip()


@asynccontextmanager
async def writing(address: Address) -> AsyncIterator[Session]:
    """One transaction that no other host's migrations run beside; committed unless an exception leaves it."""
    opened = _writing_sqlite(address) if isinstance(address, SqliteAddress) else _writing_postgres(address)
    async with _translated(address), opened as session:
        yield session


@asynccontextmanager
async def reading(address: Address) -> AsyncIterator[Session | None]:
    """A database that has a history of migrations, else None; creates no file."""
    opened = _reading_sqlite(address) if isinstance(address, SqliteAddress) else _reading_postgres(address)
    async with _translated(address), opened as session:
        yield session


@asynccontextmanager
async def _writing_sqlite(address: SqliteAddress) -> AsyncIterator[Session]:
    async with aiosqlite.connect(address.path, isolation_level=None, timeout=_WAIT) as connection:
        await _use_wal(connection)
        await connection.execute("pragma foreign_keys = off")  # has no effect inside a transaction
        await connection.execute("pragma synchronous = full")
        await connection.execute("begin immediate")
        yield SqliteSession(connection)
        await connection.execute("commit")  # closing the connection without it rolls back


@asynccontextmanager
async def _writing_postgres(address: PostgresAddress) -> AsyncIterator[Session]:
    async with _connected(address) as connection, connection.transaction():
        await connection.execute("select pg_advisory_xact_lock($1)", _LOCK)
        yield PostgresSession(connection)


@asynccontextmanager
async def _reading_sqlite(address: SqliteAddress) -> AsyncIterator[Session | None]:
    if not address.exists():
        yield None
        return
    async with aiosqlite.connect(address.path, isolation_level=None, timeout=_WAIT) as connection:
        session = SqliteSession(connection)
        yield session if await session.rows("pragma table_info(schema_migration)") else None


@asynccontextmanager
async def _reading_postgres(address: PostgresAddress) -> AsyncIterator[Session | None]:
    async with _connected(address) as connection:
        exists = await connection.fetchval("select to_regclass('schema_migration')")
        yield PostgresSession(connection) if exists else None


@asynccontextmanager
async def _connected(address: PostgresAddress) -> AsyncIterator[Any]:
    settings = {"application_name": "lifecare-gql migrate", "timezone": "UTC", "statement_timeout": "0"}
    arguments = address.connect_arguments()
    connection = await asyncpg.connect(**arguments, timeout=_CONNECT, server_settings=settings)
    try:
        yield connection
    finally:
        await connection.close()


async def _use_wal(connection: aiosqlite.Connection) -> None:
    """Keep the file in WAL mode. SQLite does not wait for a process that is doing the same, so this does."""
    deadline = time.monotonic() + _WAIT
    while True:
        try:
            await connection.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError as error:
            if not isinstance(sqlite.translate(error), StorageBusy) or time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.05)
        else:
            return


@asynccontextmanager
async def _translated(address: Address) -> AsyncIterator[None]:
    translate = sqlite.translate if isinstance(address, SqliteAddress) else postgres.translate
    try:
        yield
    except (OSError, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        better = translate(error)
        if isinstance(better, StorageBusy | StorageUnavailable):
            raise better from error
        raise MigrationError(f"{address}: {error}") from error
