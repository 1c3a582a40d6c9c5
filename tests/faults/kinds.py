"""What PostgreSQL may do to the server: each fault as a context, in which it has been there for its time."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.faults.cluster import ROLE, Cluster, small_disk

ANOTHER_PASSWORD = "another one"
Lasting = Callable[[Cluster], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def stopped(cluster: Cluster) -> AsyncIterator[None]:
    """Stopped by an administrator, and started again after ten seconds."""
    await cluster.stop(signal.SIGINT)
    await asyncio.sleep(10)
    yield
    await cluster.start()


@asynccontextmanager
async def hung(cluster: Cluster) -> AsyncIterator[None]:
    """Every process of it stands still for eight seconds."""
    with cluster.frozen():
        await asyncio.sleep(8)
        yield


@asynccontextmanager
async def slow(cluster: Cluster) -> AsyncIterator[None]:
    """It gets a tenth of the time."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        with cluster.frozen():
            await asyncio.sleep(0.09)
        await asyncio.sleep(0.01)
    yield


@asynccontextmanager
async def crashed(cluster: Cluster) -> AsyncIterator[None]:
    """Its first process is killed; it recovers from its log when it is started again."""
    await cluster.stop(signal.SIGKILL)
    await asyncio.sleep(4)
    yield
    await cluster.start()


@asynccontextmanager
async def ended_at_once(cluster: Cluster) -> AsyncIterator[None]:
    """The immediate stop: no transaction is ended, every connection is dropped."""
    await cluster.stop(signal.SIGQUIT)
    await asyncio.sleep(4)
    yield
    await cluster.start()


async def _all_connections(cluster: Cluster) -> AsyncIterator[asyncpg.Connection]:
    with suppress(asyncpg.TooManyConnectionsError):
        while True:
            yield await asyncpg.connect(host=str(cluster.directory), user="other", database="lifecare")


@asynccontextmanager
async def out_of_connections(cluster: Cluster) -> AsyncIterator[None]:
    """Others have taken all connections, those of the application too."""
    async with cluster.connected() as administrator:
        await administrator.execute(f"alter role {ROLE} connection limit 0")
        await cluster.cut()
        others = [one async for one in _all_connections(cluster)]
        await administrator.execute(f"alter role {ROLE} connection limit -1")
        await asyncio.sleep(4)
        yield
        await asyncio.gather(*(one.close() for one in others))


@asynccontextmanager
async def locked(cluster: Cluster, *tables: str) -> AsyncIterator[None]:
    """Somebody else's transaction holds the tables for six seconds."""
    async with cluster.connected() as other, other.transaction():
        await other.execute(f"lock table {', '.join(tables)} in access exclusive mode")
        await asyncio.sleep(6)
        yield


def messages_locked(cluster: Cluster) -> AbstractAsyncContextManager[None]:
    """A table that is written and read."""
    return locked(cluster, "message")


def door_locked(cluster: Cluster) -> AbstractAsyncContextManager[None]:
    """The table that says who may come in."""
    return locked(cluster, "assignment")


def _filled(place: Path) -> Path:
    """A file that takes all the room there is."""
    ballast = place / "ballast"
    with suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    return ballast


@asynccontextmanager
async def disk_full(cluster: Cluster) -> AsyncIterator[None]:
    """The file system with the messages and the log has no room."""
    tables = ("message", "access_log", "message_event")
    async with small_disk(cluster, megabytes=8) as place:
        await cluster.execute(*(f"alter table {one} set tablespace small" for one in tables))
        ballast = _filled(place)
        await asyncio.sleep(4)
        yield
        ballast.unlink()
        await cluster.execute(*(f"alter table {one} set tablespace pg_default" for one in tables))


@asynccontextmanager
async def read_only(cluster: Cluster) -> AsyncIterator[None]:
    """Whoever connects may only read, as on a standby."""
    await cluster.execute(f"alter role {ROLE} set default_transaction_read_only = on")
    await cluster.cut()
    await asyncio.sleep(4)
    yield
    await cluster.execute(f"alter role {ROLE} reset default_transaction_read_only")
    await cluster.cut()


@asynccontextmanager
async def cut_off(cluster: Cluster) -> AsyncIterator[None]:
    """Connections end in the middle of whatever they do, again and again."""
    for _ in range(30):
        await cluster.cut()
        await asyncio.sleep(0.1)
    yield


@asynccontextmanager
async def password_changed(cluster: Cluster) -> AsyncIterator[None]:
    """The password is another one before the application is told."""
    await cluster.execute(f"alter role {ROLE} password '{ANOTHER_PASSWORD}'")
    await cluster.cut()
    await asyncio.sleep(4)
    yield
    cluster.say_password(ANOTHER_PASSWORD)


@asynccontextmanager
async def deadlocked(cluster: Cluster) -> AsyncIterator[None]:
    """Somebody else locks what is locked here, in the other order, so that one of both must give way."""
    until = time.monotonic() + 5
    async with cluster.connected() as other:
        await other.execute("set deadlock_timeout = '10s'")  # so that it is the application which finds out
        while time.monotonic() < until:
            async with other.transaction():
                await other.execute("lock table message_event in share row exclusive mode")
                await asyncio.sleep(0.2)
                await other.execute("lock table message in share row exclusive mode")
    yield


@asynccontextmanager
async def refused_at_commit(cluster: Cluster) -> AsyncIterator[None]:
    """Every commit of the application comes too late: a serialization failure, as with `serializable`."""
    await cluster.execute(
        """create function too_late() returns trigger language plpgsql as
           $$ begin raise exception 'too late' using errcode = '40001'; end $$""",
        """create constraint trigger too_late after insert on message deferrable initially deferred
           for each row execute function too_late()""",
    )
    await asyncio.sleep(3)
    yield
    await cluster.execute("drop function too_late cascade")


@dataclass(frozen=True)
class Fault:
    """One fault: what it does, what is seen of it, and whether `/readyz` must, must not or may (None) say so.

    It must not where reads are still answered: else a table that somebody locks would be the end of every server.
    """

    lasting: Lasting
    hinders: frozenset[str]
    unready: bool | None


def fault(lasting: Lasting, *hinders: str, unready: bool | None = False) -> Any:
    return pytest.param(Fault(lasting, frozenset(hinders), unready), id=lasting.__name__)


FAULTS = (
    fault(stopped, "UNAVAILABLE", unready=True),
    fault(hung, "UNAVAILABLE", unready=True),
    fault(slow),
    fault(crashed, "UNAVAILABLE", unready=True),
    fault(ended_at_once, "UNAVAILABLE", unready=True),
    fault(out_of_connections, "TRY_AGAIN", unready=True),
    fault(messages_locked, "TRY_AGAIN"),
    fault(door_locked, "TRY_AGAIN"),
    fault(disk_full, "UNAVAILABLE"),
    fault(read_only, "UNAVAILABLE", unready=True),
    fault(cut_off, "UNAVAILABLE", unready=None),
    fault(password_changed, "UNAVAILABLE", unready=True),
    fault(deadlocked, "TRY_AGAIN"),
    fault(refused_at_commit, "TRY_AGAIN"),
)
