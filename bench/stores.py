"""The least there can be between hand-written SQL and the two drivers.

SQL is written for PostgreSQL. For SQLite its placeholders, and the one construct that takes a list of ids, are
put into SQLite's words once.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

import aiosqlite
import asyncpg

from lifecare_gql.storage import wall
from lifecare_gql.storage.backends.postgres import Connection
from lifecare_gql.storage.url import Dialect, PostgresAddress, SqliteAddress, parse_url

Row = Sequence[Any]

_LIST = re.compile(r"unnest\((\$\d+)::uuid\[\]\) as given \(id\)")


class Store(Protocol):
    """One database, and how it shows ids and moments."""

    dialect: Dialect

    @staticmethod
    def hex(row_id: Any) -> str:
        """An id as fetched, in 32 digits."""

    @staticmethod
    def instant(moment: Any) -> str | None:
        """A moment as fetched, in ISO 8601 with Z."""

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    def connection(self) -> Any:
        """A connection for the block, with `fetch` and `execute`."""

    def transaction(self, connection: Any, unit_id: Any) -> AbstractAsyncContextManager[None]:
        """A transaction of the unit's for the block; behind the wall, where there is one."""

    async def select(self, connection: Any, sql: str, params: Sequence[Any]) -> list[Row]:
        """The rows of a statement in the database's own words."""


class Postgres:
    """A pool of asyncpg, as large as the program's, behind the same wall."""

    dialect = Dialect.POSTGRES

    def __init__(self, address: PostgresAddress, pool_size: int) -> None:
        sizes = {"min_size": 1, "max_size": pool_size}
        ours = {"connection_class": Connection, "server_settings": wall.SWITCH}
        self._arguments = address.connect_arguments() | sizes | ours
        self._pool: Any = None

    @staticmethod
    def hex(row_id: Any) -> str:
        found: str = row_id.hex
        return found

    @staticmethod
    def instant(moment: dt.datetime | None) -> str | None:
        return None if moment is None else moment.isoformat().replace("+00:00", "Z")

    async def open(self) -> None:
        self._pool = await asyncpg.create_pool(**self._arguments)

    async def close(self) -> None:
        await self._pool.close()

    def connection(self) -> Any:
        return self._pool.acquire()

    @asynccontextmanager
    async def transaction(self, connection: Any, unit_id: Any) -> AsyncIterator[None]:
        await connection.execute(wall.begin(unit_id, None))
        try:
            yield
        except BaseException:
            await connection.execute("rollback")
            raise
        await connection.execute("commit")

    async def select(self, connection: Any, sql: str, params: Sequence[Any]) -> list[Row]:
        found: list[Row] = await connection.fetch(sql, *params)
        return found


class Sqlite:
    """One connection of aiosqlite, lent to one request at a time, with the program's pragmas."""

    dialect = Dialect.SQLITE

    def __init__(self, address: SqliteAddress) -> None:
        self._path = address.path
        self._lock = asyncio.Lock()
        self._connection: Any = None

    @staticmethod
    def hex(row_id: str) -> str:
        return row_id.replace("-", "")

    @staticmethod
    def instant(moment: str | None) -> str | None:
        return None if moment is None else moment.replace(" ", "T").replace("+00:00", "Z")

    async def open(self) -> None:
        sqlite3.register_adapter(UUID, str)
        sqlite3.register_adapter(list, lambda ids: json.dumps([str(one) for one in ids]))
        sqlite3.register_adapter(dt.datetime, lambda moment: moment.isoformat(" "))
        self._connection = await aiosqlite.connect(self._path, isolation_level=None)
        for pragma in ("journal_mode = wal", "synchronous = full", "foreign_keys = on"):
            await self._connection.execute(f"pragma {pragma}")

    async def close(self) -> None:
        await self._connection.close()

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[SqliteConnection]:
        async with self._lock:
            yield SqliteConnection(self._connection)

    @asynccontextmanager
    async def transaction(self, connection: Any, unit_id: Any) -> AsyncIterator[None]:
        await connection.execute("begin immediate")
        try:
            yield
        except BaseException:
            await connection.execute("rollback")
            raise
        await connection.execute("commit")

    async def select(self, connection: Any, sql: str, params: Sequence[Any]) -> list[Row]:
        found: list[Row] = await self._connection.execute_fetchall(sql, params)
        return found


class SqliteConnection:
    """A connection with asyncpg's words for it."""

    def __init__(self, connection: aiosqlite.Connection) -> None:
        self._connection = connection

    async def fetch(self, sql: str, *params: Any) -> list[Row]:
        found: list[Row] = await self._connection.execute_fetchall(_for_sqlite(sql), params)  # type: ignore[assignment]
        return found

    async def execute(self, sql: str, *params: Any) -> None:
        await self._connection.execute_fetchall(_for_sqlite(sql), params)

    async def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        await self._connection.executemany(_for_sqlite(sql), rows)


@lru_cache
def _for_sqlite(sql: str) -> str:
    return _LIST.sub(r"(select value as id from json_each(\1)) as given", sql).replace("$", "?")


def store_at(url: str, pool_size: int) -> Store:
    """The store at the url, not open yet."""
    address = parse_url(url)
    return Sqlite(address) if isinstance(address, SqliteAddress) else Postgres(address, pool_size)
