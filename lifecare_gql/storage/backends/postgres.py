"""PostgreSQL through asyncpg: bounded waits everywhere, transactions that survive cancellation."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import asyncpg
from tortoise.backends.asyncpg.client import AsyncpgDBClient
from tortoise.backends.base.client import TransactionContext
from tortoise.exceptions import IntegrityError, OperationalError, TransactionManagementError

from lifecare_gql.errors import StorageBusy, StorageUnavailable
from lifecare_gql.storage import backends

log = logging.getLogger(__name__)

_BUSY = (
    asyncpg.DeadlockDetectedError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,  # statement_timeout
    asyncpg.SerializationError,
    asyncpg.TooManyConnectionsError,
)
_UNUSABLE = (
    OSError,  # TimeoutError is one: the server did not answer
    asyncpg.AdminShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.CrashShutdownError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.PostgresConnectionError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby
)
# What asyncpg raises of a connection that is gone; of one that is not they are a mistake in the program.
_CONFUSED = (asyncpg.InterfaceError, asyncpg.InternalClientError)
_TORTOISE = {
    asyncpg.SyntaxOrAccessError: OperationalError,
    asyncpg.DataError: OperationalError,
    asyncpg.IntegrityConstraintViolationError: IntegrityError,
    asyncpg.InvalidTransactionStateError: TransactionManagementError,
}


def translate(error: Exception, connection: Any = None) -> Exception | None:
    """The program's or Tortoise's error for one of asyncpg's or the network's; None for any other."""
    if isinstance(error, _BUSY):
        return StorageBusy(f"The database gave way to another transaction: {error}.")
    lost = isinstance(error, _CONFUSED) and _is_lost(connection)
    if lost or isinstance(error, _UNUSABLE):
        return StorageUnavailable(f"The database cannot be reached: {error or type(error).__name__}.")
    return next((better(error) for kind, better in _TORTOISE.items() if isinstance(error, kind)), None)


def _is_lost(connection: Any) -> bool:
    try:
        return connection is not None and bool(connection.is_closed())
    except asyncpg.InterfaceError:  # the pool has taken it back when it broke
        return True


class Connection(asyncpg.Connection):  # type: ignore[misc]
    """A connection that is given back without a round trip to reset it: nothing here changes a session's state.

    An open transaction is rolled back all the same. What must be set, is set for its transaction only.
    """

    def get_reset_query(self) -> str:
        return ""


class Client(AsyncpgDBClient):
    """Tortoise's client for one pool; the timeouts (seconds) bound the wait for a connection, and its return."""

    connection_class = Connection

    def __init__(self, *, acquire_timeout: float, release_timeout: float, **credentials: Any) -> None:
        super().__init__(**credentials)
        self._acquire_timeout = acquire_timeout
        self.heard = backends.unheard
        self.release_timeout: float | None = release_timeout

    def translate(self, error: Exception, connection: Any) -> Exception | None:
        return translate(error, connection)

    async def take(self) -> Any:
        if self._pool is None:
            raise StorageUnavailable("The database is not open.")
        limit = asyncio.timeout(self._acquire_timeout)
        try:
            async with limit:
                return await self._pool.acquire()
        except Exception as error:
            if limit.expired():
                raise StorageBusy(f"No connection was free within {self._acquire_timeout} s.") from error
            raise translate(error) or StorageUnavailable(f"No connection: {error}.") from error

    async def give(self, connection: Any) -> None:
        try:
            if self._pool is not None:
                await self._pool.release(connection, timeout=self.release_timeout)
        except Exception as error:  # asyncpg has then closed the connection and freed its place in the pool
            log.warning("connection dropped: %s", type(error).__name__)

    def drop(self, connection: Any) -> None:
        """Close it at once, whatever it is doing: the server then rolls back by itself."""
        with suppress(asyncpg.InterfaceError):  # the pool has taken it back when it broke
            connection.terminate()

    def connections(self) -> dict[str, int]:
        """How many connections of the pool are in use, and how many wait for it."""
        if self._pool is None:
            return {}
        idle = self._pool.get_idle_size()
        return {"used": self._pool.get_size() - idle, "idle": idle}

    def acquire_connection(self) -> Any:
        return backends.Lease(self)

    def _in_transaction(self) -> TransactionContext:
        return backends.Transaction(ClientInTransaction(self))

    async def execute_many(self, query: str, values: list[Any]) -> None:
        await backends.execute_many(self, query, values)

    async def fetch(self, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
        """The rows as asyncpg's records, which index and unpack like tuples."""
        async with self.acquire_connection() as connection:
            rows: list[tuple[Any, ...]] = await connection.fetch(sql, *backends.bound(params))
            return rows

    async def run(self, sql: str, params: Sequence[Any]) -> int:
        """Run one statement and return the number of rows it changed."""
        async with self.acquire_connection() as connection:
            status: str = await connection.execute(sql, *backends.bound(params))
        count = status.rpartition(" ")[2]  # of "INSERT 0 2", "UPDATE 1", "CREATE TABLE"
        return int(count) if count.isdecimal() else 0


class ClientInTransaction(backends.TransactionClient, Client):
    """The client inside a transaction."""


client_class = Client
