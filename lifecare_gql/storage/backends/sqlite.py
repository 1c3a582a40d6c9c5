"""SQLite: one connection per process, BEGIN IMMEDIATE, durable commits.

A deferred BEGIN that reads before it writes fails at once when another process has written meanwhile,
whatever the busy timeout; BEGIN IMMEDIATE waits for its turn instead. Foreign keys are checked and every
commit is on disk (``synchronous=FULL``) before it is reported.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from tortoise.backends.base.client import TransactionContext
from tortoise.backends.sqlite.client import SqliteClient
from tortoise.exceptions import IntegrityError, OperationalError

from lifecare_gql.errors import StorageBusy, StorageUnavailable
from lifecare_gql.storage import backends

sqlite3.register_adapter(UUID, str)  # as Tortoise writes it; Tortoise itself registers dates and decimals

_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_UNUSABLE = {
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_PERM,
    sqlite3.SQLITE_READONLY,
}


def translate(error: Exception) -> Exception | None:
    """The program's or Tortoise's error for one of sqlite3's; None for any other."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # without the extended code's upper bits
    if code in _BUSY:
        return StorageBusy("Another process is writing to the database; try again.")
    if code in _UNUSABLE:
        return StorageUnavailable(f"The database file cannot be used: {error}.")
    if isinstance(error, sqlite3.IntegrityError):
        return IntegrityError(error)
    return OperationalError(error) if isinstance(error, sqlite3.OperationalError) else None


class Client(SqliteClient):
    """Tortoise's client for one file; ``acquire_timeout`` (seconds) bounds the wait for the connection."""

    release_timeout: float | None = None  # a file's rollback is not waited for in vain

    def __init__(self, file_path: str, *, acquire_timeout: float, **pragmas_and_name: Any) -> None:
        super().__init__(file_path, **pragmas_and_name)
        self._acquire_timeout = acquire_timeout
        self.heard = backends.unheard

    def translate(self, error: Exception, connection: Any) -> Exception | None:
        return translate(error)

    async def take(self) -> Any:
        try:
            async with asyncio.timeout(self._acquire_timeout):
                await self._lock.acquire()
        except TimeoutError as error:
            raise StorageBusy(f"The database was not free within {self._acquire_timeout} s.") from error
        if self._connection is None:
            self._lock.release()
            raise StorageUnavailable("The database is not open.")
        return self._connection

    async def give(self, connection: Any) -> None:
        try:
            if connection.in_transaction:  # the COMMIT failed, for instance on a deferred foreign key
                await connection.rollback()
        finally:
            self._lock.release()

    def drop(self, connection: Any) -> None:
        """Nothing: `give` tries again to roll back, for there is no other connection."""

    def connections(self) -> dict[str, int]:
        """Nothing that could run out: there is one connection."""
        return {}

    def acquire_connection(self) -> Any:
        return backends.Lease(self)

    def _in_transaction(self) -> TransactionContext:
        return backends.Transaction(ClientInTransaction(self))

    async def execute_many(self, query: str, values: list[Any]) -> None:
        await backends.execute_many(self, query, values)

    async def fetch(self, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows as plain tuples."""
        async with self.acquire_connection() as connection:
            return [tuple(row) for row in await connection.execute_fetchall(sql, backends.bound(params))]

    async def run(self, sql: str, params: Sequence[Any]) -> int:
        """Run one statement and return the number of rows it changed."""
        async with self.acquire_connection() as connection:
            before: int = connection.total_changes  # a cursor's own count would be two more ways to its thread
            await connection.execute_fetchall(sql, backends.bound(params))
            changed: int = connection.total_changes - before
            return changed


class ClientInTransaction(backends.TransactionClient, Client):
    """The client inside a transaction."""

    begin_statement = "BEGIN IMMEDIATE"


client_class = Client
