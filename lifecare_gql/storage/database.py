"""The database as the floors above see it: open, read, write in transactions.

Any call may raise StorageBusy (nothing was committed, retry the whole transaction) or StorageUnavailable
(raised by a commit, it may have committed); a violated constraint is ``tortoise.exceptions.IntegrityError``
on both databases. What a cancellation may leave behind is told in `lifecare_gql.storage.backends`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import asyncpg
from tortoise.connection import ConnectionHandler
from tortoise.context import TortoiseContext, get_current_context
from tortoise.exceptions import ConfigurationError as TortoiseConfigurationError
from tortoise.exceptions import DBConnectionError, TransactionManagementError

from lifecare_gql.errors import ConfigurationError, StorageUnavailable
from lifecare_gql.storage import MODULES, wall
from lifecare_gql.storage.adding import Values, insert
from lifecare_gql.storage.backends import TransactionClient, finish, unheard
from lifecare_gql.storage.rows.base import Record
from lifecare_gql.storage.url import Address, Dialect, PostgresAddress, SqliteAddress, parse_url
from lifecare_gql.storage.wall import Reach

__all__ = ["SERVING", "Database", "Dialect", "Row", "Timeouts", "Transaction"]

Row = tuple[Any, ...]

_CANNOT_OPEN = (OSError, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError, DBConnectionError)


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long to wait, in seconds. SQLite knows ``acquire`` and ``lock`` only.

    ``connect``: for the server to accept a connection. ``acquire``: for a free connection. ``release``: for a
    rollback, and again before a connection that is given back is dropped instead. ``lock``: for another
    transaction's lock. ``statement``: for one statement, measured by the server; ``command``: the same
    measured here, for a server that no longer answers. ``idle_in_transaction``: before the server ends a
    transaction in which nothing happens.

    The defaults are for commands, which may have much to read; `SERVING` is for somebody who waits.
    """

    connect: float = 5.0
    acquire: float = 5.0
    release: float = 5.0
    lock: float = 5.0
    statement: float = 15.0
    command: float = 20.0
    idle_in_transaction: float = 30.0

    def __post_init__(self) -> None:
        for name, seconds in asdict(self).items():
            if seconds < 0.001:  # to the databases 0 ms means no limit
                raise ConfigurationError(f"The timeout {name} must be at least 0.001 s, not {seconds}.")


SERVING = Timeouts(
    connect=2.0, acquire=4.0, release=1.0, lock=2.0, statement=3.0, command=3.5, idle_in_transaction=10.0
)
"""A server that stops answering in the middle of a request costs it command + 2 x release: less than 6 s."""


class Transaction:
    """An open transaction or savepoint."""

    def __init__(self, client: Any, dialect: Dialect, reach: Reach | None = None) -> None:
        #: The Tortoise client to pass as ``using_db=``.
        self.client = client
        self._dialect = dialect
        self._reach = reach

    async def select(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        """Rows in SELECT order, also of INSERT ... RETURNING; placeholders as in `Database.select`."""
        rows: list[Row] = await self.client.fetch(sql, params)
        return rows

    async def execute(self, sql: str, params: Sequence[Any] = ()) -> int:
        """Run one statement; the number of rows it changed."""
        changed: int = await self.client.run(sql, params)
        return changed

    async def execute_many(self, sql: str, params: Sequence[Sequence[Any]]) -> None:
        """Run one statement for each list of parameters, which are as the driver takes them."""
        await self.client.execute_many(sql, params)

    async def add(self, model: type[Record], *rows: Values, unless_there: bool = False) -> None:
        """Add rows to the model's table, with one statement; see `adding.insert`. Nothing for none."""
        if rows:
            await self.execute(*insert(self._dialect, model, rows, unless_there=unless_there))

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Transaction]:
        """A savepoint: an exception that leaves the block undoes the block only."""
        async with self.client._in_transaction() as client:
            yield Transaction(client, self._dialect, self._reach)

    @asynccontextmanager
    async def reaching(self, reach: Reach) -> AsyncIterator[None]:
        """Look past the wall in this block, for the reason that is named. On SQLite there is no wall."""
        if self._reach is not None or self._dialect is Dialect.SQLITE:
            yield
            return
        await self.execute(wall.WIDEN)
        self._reach = reach
        try:
            yield
        finally:
            self._reach = None
            with suppress(TransactionManagementError):  # it has failed, and ends with all that was set in it
                await self.execute(wall.NARROW)


class Database:
    """One database. Only one can be open in a process at a time: Tortoise's models are bound to it."""

    def __init__(
        self, address: Address, credentials: dict[str, Any], modules: tuple[str, ...], *, walled: bool = False
    ) -> None:
        self._address = address
        self._credentials = credentials
        self._modules = modules
        self._walled = walled
        self._context: TortoiseContext | None = None
        self._client: Any = None
        #: Called after a commit of this process with the outbox's streams that it added to.
        self.on_news: Callable[[Collection[str]], None] | None = None
        #: Told of every statement when it has ended: seconds, and the error's name if it could not be served.
        self.on_statement: Callable[[float, str], None] = unheard

    @classmethod
    def from_url(
        cls,
        url: str,
        *,
        pool_size: int = 10,
        timeouts: Timeouts = Timeouts(),
        modules: tuple[str, ...] = MODULES,
        walled: bool = False,
    ) -> Database:
        """A database that is not open yet. Raises ConfigurationError for a url that cannot be used.

        ``pool_size``: connections to PostgreSQL at most; SQLite has one per process. ``modules``: names of
        the modules with Tortoise models. ``walled``: PostgreSQL's row-level security holds for what is read and
        written through it (`lifecare_gql.storage.wall`); SQLite has none.
        """
        if pool_size < 1:
            raise ConfigurationError(f"The pool size must be at least 1, not {pool_size}.")
        address = parse_url(url)
        if isinstance(address, SqliteAddress):
            return cls(address, _sqlite_credentials(address, timeouts), modules)
        switch = wall.SWITCH if walled else {}
        credentials = _postgres_credentials(address, pool_size, timeouts, switch)
        return cls(address, credentials, modules, walled=walled)

    @property
    def address(self) -> Address:
        """Where it is."""
        return self._address

    @property
    def dialect(self) -> Dialect:
        """Which SQL it speaks."""
        return self._address.dialect

    async def open(self) -> None:
        """Map the models and connect.

        Raises StorageUnavailable, and ConfigurationError if another database is open in this process, or if the
        wall would not hold for whom it is connected as.
        """
        if self._context is not None:
            return
        if get_current_context() is not None:
            raise ConfigurationError("Another database is open in this process; close it first.")
        self._context = TortoiseContext()
        try:
            await self._connect(self._context)
            if self._walled:
                await self._check_wall()
        except BaseException:
            await finish(self.close())
            raise

    async def close(self) -> None:
        """Disconnect; PostgreSQL's running transactions get 10 s to end. Closing twice is fine."""
        context, self._context = self._context, None
        client, self._client = self._client, None
        if context is None:
            return
        try:
            if client is not None:
                await client.close()
        finally:
            await context.close_connections()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        await self.close()

    @asynccontextmanager
    async def transaction(
        self, unit_id: UUID | None = None, reach: Reach | None = None
    ) -> AsyncIterator[Transaction]:
        """Commit at the end of the block, roll back if an exception or a cancellation leaves it.

        Behind the wall it reaches the patients of the unit, of none without one, and of all for a reason `reach`.

        No input or output besides the database belongs in the block: on SQLite every other reader and
        writer of the process waits for it. Raises TransactionManagementError inside another transaction
        (use that one's ``transaction()``), and at the end if PostgreSQL rolled back because a statement's
        error was caught.
        """
        if self._running() is not None:
            raise TransactionManagementError("A transaction is already open here; use its transaction().")
        opening = self._root()._in_transaction()
        if self.dialect is Dialect.POSTGRES:
            opening.client.begin_statement = wall.begin(unit_id, reach)
        async with opening as client:
            yield Transaction(client, self.dialect, reach)

    async def select(self, sql: str, params: Sequence[Any] = ()) -> list[Row]:
        """Rows in SELECT order, straight from the driver; in a transaction's block it reads inside that.

        Placeholders are ``$1..$n`` on PostgreSQL and ``?1..?n`` on SQLite. Parameters may be UUIDs, dates and
        aware datetimes (ValueError for naive ones); SQLite returns them as text, datetimes in UTC.
        """
        client: Any = self._running() or self._root()
        rows: list[Row] = await client.fetch(sql, params)
        return rows

    def connections(self) -> dict[str, int]:
        """Connections of the pool by what they do, used or idle; empty for SQLite, and while it is closed."""
        return {} if self._client is None else dict(self._client.connections())

    async def _connect(self, context: TortoiseContext) -> None:
        name = self.dialect.value  # of the connection; under one name Tortoise would mix up the dialects' SQL
        engine = f"lifecare_gql.storage.backends.{name}"
        config = {
            "connections": {name: {"engine": engine, "credentials": self._credentials}},
            "apps": {"models": {"models": list(self._modules), "default_connection": name}},
        }
        try:
            with context:  # current while the models are mapped; afterwards all tasks fall back on it
                await context.init(config=config, use_tz=True, timezone="UTC", _enable_global_fallback=True)
        except TortoiseConfigurationError as error:
            raise ConfigurationError(f"The models cannot be mapped: {error}") from error
        self._client = context.connections.get(name)
        self._client.heard = self.on_statement
        try:
            await self._client.create_connection(with_db=True)
        except _CANNOT_OPEN as error:
            reason = str(error) or type(error).__name__
            raise StorageUnavailable(f"Cannot open {self._address}: {reason}") from error

    async def _check_wall(self) -> None:
        [(on, role, passes)] = await self.select(wall.HOLDS)
        if not on:
            raise ConfigurationError(
                "LIFECARE_ROW_SECURITY is on, but the setting lifecare.wall does not reach the database: what"
                " stands between (a pooler?) must pass on startup parameters."
            )
        if passes:
            raise ConfigurationError(
                f"LIFECARE_ROW_SECURITY is on, but the role {role} is a superuser or has BYPASSRLS, so nothing"
                " would be held back. Connect as a role with what `lifecare-gql grants` lists, or set it to false."
            )

    def _root(self) -> Any:
        if self._client is None:
            raise StorageUnavailable("The database is not open.")
        return self._client

    def _running(self) -> TransactionClient | None:
        """The transaction that this task, or the one that started it, is in."""
        if self._context is None:
            return None
        connections: ConnectionHandler = self._context.connections
        client = connections.get(self.dialect.value)
        return client if isinstance(client, TransactionClient) and not client.ended else None


def _sqlite_credentials(address: SqliteAddress, timeouts: Timeouts) -> dict[str, Any]:
    return {
        "file_path": address.path,
        "acquire_timeout": timeouts.acquire,
        "busy_timeout": round(timeouts.lock * 1000),  # first: the other pragmas may have to wait
        "journal_mode": "WAL",
        "synchronous": "FULL",
        "foreign_keys": "ON",
    }


def _postgres_credentials(
    address: PostgresAddress, pool_size: int, timeouts: Timeouts, switch: dict[str, str]
) -> dict[str, Any]:
    limits = {
        "statement_timeout": timeouts.statement,
        "lock_timeout": timeouts.lock,
        "idle_in_transaction_session_timeout": timeouts.idle_in_transaction,
    }
    settings = {name: str(round(seconds * 1000)) for name, seconds in limits.items()}
    return address.connect_arguments() | {
        "maxsize": pool_size,
        "timeout": timeouts.connect,
        "command_timeout": timeouts.command,
        "acquire_timeout": timeouts.acquire,
        "release_timeout": timeouts.release,
        "server_settings": settings | {"application_name": "lifecare-gql", "timezone": "UTC"} | switch,
    }
