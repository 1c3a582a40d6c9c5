"""Tortoise backends whose transactions survive cancellation.

GraphQL cancels the sibling resolvers of a non-null field that fails, and a client may go away at any time,
so every ``await`` here may end in a CancelledError. The rule: taking a connection is one wait that may be
cancelled and then leaves nothing behind; from then on BEGIN, COMMIT, ROLLBACK and giving the connection back
run to their end, and only then is the cancellation passed on.

Hence a transaction cancelled during COMMIT is committed although its caller sees a cancellation, and one
whose connection is lost during COMMIT (StorageUnavailable) may be committed: only an idempotency key makes a
repetition safe. StorageBusy always means that nothing was committed.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime
from itertools import count
from time import perf_counter
from types import TracebackType
from typing import Any, Protocol, TypeVar

from tortoise.backends.base.client import BaseDBAsyncClient, TransactionalDBClient, TransactionContext
from tortoise.connection import ConnectionToken, get_connections
from tortoise.exceptions import TransactionManagementError

from lifecare_gql.errors import StorageBusy, StorageUnavailable

T = TypeVar("T")


def unheard(seconds: float, failure: str) -> None:
    """Nobody listens to how long statements take."""


log = logging.getLogger(__name__)
_numbers = count()

# At DEBUG these write every statement with its parameters. No setting of a level brings patients into a log.
for _talkative in ("tortoise.db_client", "aiosqlite"):
    logging.getLogger(_talkative).addFilter(lambda record: record.levelno >= logging.WARNING)


async def finish(work: Coroutine[Any, Any, T]) -> T:
    """Run ``work`` to its end even if the caller is cancelled meanwhile; only then raise the cancellation."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is None:
        return task.result()
    if not task.cancelled() and (failure := task.exception()) is not None:
        log.warning("%s in a cancelled request", type(failure).__name__)
    raise cancelled


def bound(params: Sequence[Any]) -> list[Any]:
    """Parameters as the drivers take them: datetimes in UTC, for SQLite compares them as text.

    Raises ValueError for a datetime without a time zone.
    """
    return [_in_utc(value) if isinstance(value, datetime) else value for value in params]


def _in_utc(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        raise ValueError("A datetime parameter has no time zone.")
    return moment.astimezone(UTC)


class Lender(Protocol):
    """A client that lends its connection to one statement or one transaction at a time."""

    async def take(self) -> Any:
        """Wait for a connection. Raises StorageBusy, StorageUnavailable; cancelled, it holds nothing."""

    async def give(self, connection: Any) -> None:
        """Give back what `take` returned, outside any transaction."""

    def translate(self, error: Exception, connection: Any) -> Exception | None:
        """The program's or Tortoise's error for a driver's error; None leaves the error as it is."""

    def heard(self, seconds: float, failure: str) -> None:
        """A statement has ended, `seconds` after its connection was asked for; `failure` names what ended it."""


class Lease:
    """One statement's hold on a connection; a driver's error leaves it translated."""

    __slots__ = ("_began", "_connection", "_lender")

    def __init__(self, lender: Lender) -> None:
        self._lender = lender

    async def __aenter__(self) -> Any:
        self._began = perf_counter()
        try:
            self._connection = await self._lender.take()
        except (StorageBusy, StorageUnavailable) as error:
            self._tell(error)
            raise
        return self._connection

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        try:
            better = self._lender.translate(exc, self._connection) if isinstance(exc, Exception) else None
        finally:
            await self._lender.give(self._connection)
        self._tell(better)
        if better is not None:
            raise better from exc

    def _tell(self, error: Exception | None) -> None:
        hindered = isinstance(error, StorageBusy | StorageUnavailable)
        self._lender.heard(perf_counter() - self._began, type(error).__name__ if hindered else "")


class TransactionClient(TransactionalDBClient):
    """The client inside a transaction or savepoint; mixed in before a backend's own client class.

    Statements of concurrent tasks take turns. A task that outlives the transaction it was started in gets a
    TransactionManagementError instead of a connection that by then belongs to another request.
    """

    begin_statement = "BEGIN"

    _parent: Any  # the client, or the transaction around this savepoint

    def __init__(self, parent: Any) -> None:
        nested = isinstance(parent, TransactionClient)
        self._parent = parent
        self._connection = parent._connection if nested else None
        self._lock = parent._lock if nested else asyncio.Lock()
        self._savepoint = f"savepoint_{next(_numbers)}"  # unique, so that interleaved ones fail loudly
        self._finalized = False
        self.release_timeout: float | None = parent.release_timeout
        self.heard: Callable[[float, str], None] = parent.heard
        self.connection_name = parent.connection_name
        self.fetch_inserted = parent.fetch_inserted
        self.log = parent.log

    @property
    def ended(self) -> bool:
        """Whether this transaction, or one around it, is over."""
        return self._finalized or (isinstance(self._parent, TransactionClient) and self._parent.ended)

    async def take(self) -> Any:
        await self._lock.acquire()
        if self.ended:
            self._lock.release()
            raise TransactionManagementError("This transaction is over; the task using it has outlived it.")
        return self._connection

    async def give(self, connection: Any) -> None:
        self._lock.release()

    def acquire_connection(self) -> Any:
        return Lease(self)  # type: ignore[arg-type]  # translate comes from the backend's client class

    def _in_transaction(self) -> TransactionContext:
        return Savepoint(type(self)(self))

    async def execute_many(self, query: str, values: list[Any]) -> None:
        async with self.acquire_connection() as connection:
            await connection.executemany(query, values)

    async def begin(self) -> None:
        await self._run(self.begin_statement)

    async def commit(self) -> None:
        async with self.acquire_connection() as connection:
            self._finalized = True
            if await connection.execute("COMMIT") == "ROLLBACK":  # PostgreSQL's way to say no
                raise TransactionManagementError(
                    "Rolled back, not committed: a statement's error was caught outside a savepoint."
                )

    async def rollback(self) -> None:
        async with self.acquire_connection() as connection:
            self._finalized = True
            await connection.execute("ROLLBACK")

    async def savepoint(self) -> None:
        await self._run(f"SAVEPOINT {self._savepoint}")

    async def release_savepoint(self) -> None:
        await self._run(f"RELEASE SAVEPOINT {self._savepoint}")
        self._finalized = True

    async def savepoint_rollback(self) -> None:
        await self._run(f"ROLLBACK TO SAVEPOINT {self._savepoint}")
        await self.release_savepoint()

    async def _run(self, statement: str) -> None:
        async with self.acquire_connection() as connection:
            await connection.execute(statement)

    async def leave(self, *, commit: bool) -> None:
        """End the transaction, unless it ended itself, and give the connection back whatever happens."""
        try:
            if not self._finalized:
                await (self.commit() if commit else self._abandon())
        finally:
            self._finalized = True
            await self._parent.give(self._connection)

    async def _abandon(self) -> None:
        try:
            async with asyncio.timeout(self.release_timeout):
                await self.rollback()
        except Exception as error:  # what led here matters more; a lost connection rolls back by itself
            log.warning("%s during rollback", type(error).__name__)
            self._parent.drop(self._connection)


class Transaction(TransactionContext):
    """Cancellation-safe ``in_transaction()``."""

    def __init__(self, client: TransactionClient) -> None:
        self.client: TransactionClient = client
        self._token: ConnectionToken | None = None

    async def __aenter__(self) -> TransactionalDBClient:
        client = self.client
        client._connection = await client._parent.take()
        try:
            await finish(client.begin())
            self._token = get_connections().set(client.connection_name, client)
        except BaseException:
            await finish(client.leave(commit=False))
            raise
        return client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        try:
            await finish(self.client.leave(commit=exc_type is None))
        finally:
            get_connections().reset(self._token)


class Savepoint(TransactionContext):
    """Cancellation-safe nested ``in_transaction()``."""

    def __init__(self, client: TransactionClient) -> None:
        self.client: TransactionClient = client

    async def __aenter__(self) -> TransactionalDBClient:
        await finish(self.client.savepoint())
        return self.client

    async def __aexit__(self, exc_type: Any, exc_val: Any, exc_tb: Any) -> None:
        client = self.client
        if not client.ended:
            await finish(client.release_savepoint() if exc_type is None else client.savepoint_rollback())


async def execute_many(client: BaseDBAsyncClient, query: str, values: list[Any]) -> None:
    """All rows or none, outside a transaction. Tortoise's own stays in its transaction when cancelled."""
    async with client._in_transaction() as transaction:
        await transaction.execute_many(query, values)
