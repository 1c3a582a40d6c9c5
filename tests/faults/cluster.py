"""A PostgreSQL server of its own that a test may stop, hang, kill, fill up and lock.

Its tables belong to one role, and the application connects as another, as docs/deployment.md says. The
application's password lies in a file (PGPASSFILE), so that it can be changed while the application runs.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import psutil

from lifecare_gql.storage.grants import grants
from tests.databases import keep_running, prepare_server

SETTINGS = {
    "listen_addresses": "",
    "max_connections": "30",
    "fsync": "off",  # the machine is not switched off
    "full_page_writes": "off",
    "synchronous_commit": "on",
    "log_error_verbosity": "terse",
}
ROLE, PASSWORD = "lifecare_app", "only for the tests"
_HBA = f"local all {ROLE} scram-sha-256\nlocal all all trust\n"
_WITHIN = 30.0


@dataclass(kw_only=True)
class Cluster:
    """The server; every fault that lasts is a context manager, after which the server is whole again."""

    directory: Path
    words: list[str]
    keeper: subprocess.Popen[bytes] | None = None
    postmaster: psutil.Process | None = None

    @property
    def url(self) -> str:
        """The database as the application reaches it."""
        return f"postgresql://{ROLE}@/lifecare?host={self.directory}"

    @property
    def owner_url(self) -> str:
        """The database as its owner reaches it."""
        return f"postgresql://postgres@/lifecare?host={self.directory}"

    @property
    def password_file(self) -> Path:
        """What PGPASSFILE names."""
        return self.directory / "pgpass"

    def say_password(self, password: str) -> None:
        """Tell the application the password."""
        self.password_file.touch(mode=0o600)
        self.password_file.write_text(f"*:*:*:{ROLE}:{password}\n")

    async def start(self) -> None:
        """Start it, and wait until it can be used."""
        async with asyncio.timeout(_WITHIN):
            while not await self._answers():
                if self._ended():
                    self._launch()
                await asyncio.sleep(0.05)

    def _launch(self) -> None:
        self._let_go()
        self.keeper = keep_running(self.words, self.directory, remove=False)

    def _ended(self) -> bool:
        """Whether there is no server; after a crash a new one may end, too, until all its children are gone."""
        if self.keeper is None or self.keeper.poll() is not None:
            return True
        found = psutil.Process(self.keeper.pid).children()
        if not found:
            return False  # the keeper has only just begun
        self.postmaster = found[0]
        return found[0].status() == psutil.STATUS_ZOMBIE

    async def _answers(self) -> bool:
        try:
            await self.execute("select 1", database="postgres")
        except (OSError, asyncpg.CannotConnectNowError):
            return False
        return not self._ended()

    async def stop(self, how: signal.Signals) -> None:
        """Stop it: SIGINT as an administrator does, SIGQUIT at once, SIGKILL as a crash."""
        assert self.postmaster is not None
        self.postmaster.send_signal(how)
        async with asyncio.timeout(_WITHIN):
            while not self._ended():  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    def close(self) -> None:
        """Stop it for good and remove its files."""
        self._let_go()
        shutil.rmtree(self.directory, ignore_errors=True)

    def _let_go(self) -> None:
        if self.keeper is not None:
            self.keeper.communicate(timeout=_WITHIN)
            self.keeper = None

    async def execute(self, *statements: str, database: str = "lifecare") -> None:
        """Run statements as the administrator."""
        async with self.connected(database) as connection:
            for one in statements:
                await connection.execute(one)

    @asynccontextmanager
    async def connected(self, database: str = "lifecare") -> AsyncIterator[asyncpg.Connection]:
        """The administrator's connection."""
        connection = await asyncpg.connect(host=str(self.directory), user="postgres", database=database)
        try:
            yield connection
        finally:
            await connection.close(timeout=5)

    async def cut(self) -> None:
        """End every connection of the application, whatever it is doing."""
        await self.execute(f"select pg_terminate_backend(pid) from pg_stat_activity where usename = '{ROLE}'")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """All its processes stand still: it accepts connections, and never answers."""
        assert self.postmaster is not None
        processes = [self.postmaster, *self.postmaster.children(recursive=True)]
        for one in processes:
            with suppress(psutil.NoSuchProcess):
                one.suspend()
        try:
            yield
        finally:
            for one in processes:
                with suppress(psutil.NoSuchProcess):
                    one.resume()


@asynccontextmanager
async def running() -> AsyncIterator[Cluster]:
    """A server with an empty database, and the application's role."""
    directory = Path(tempfile.mkdtemp(prefix="lifecare-pg-"))
    try:
        words = prepare_server(directory, SETTINGS)
        (directory / "data" / "pg_hba.conf").write_text(_HBA)
        cluster = Cluster(directory=directory, words=words)
        cluster.say_password(PASSWORD)
        await cluster.start()
        await cluster.execute(f"create role {ROLE} login password '{PASSWORD}'", database="postgres")
        await cluster.execute("create database lifecare", database="postgres")
        yield cluster
    finally:
        with suppress(UnboundLocalError):
            cluster.close()
        shutil.rmtree(directory, ignore_errors=True)


async def granted(cluster: Cluster) -> None:
    """Give the application its rights, after the migrations."""
    await cluster.execute(*grants(ROLE))


@asynccontextmanager
async def small_disk(cluster: Cluster, megabytes: int) -> AsyncIterator[Path]:
    """A file system of that size for a tablespace called `small`; OSError where nothing may be mounted."""
    place = cluster.directory / "small"
    place.mkdir()
    if not await _ran("mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(place)):
        raise PermissionError("mount")
    try:
        owner = (cluster.directory / "data").stat()
        os.chown(place, owner.st_uid, owner.st_gid)
        await cluster.execute(f"create tablespace small location '{place}'")
        yield place
        await cluster.execute("drop tablespace small")
    finally:
        assert await _ran("umount", "--lazy", str(place))


async def may_mount(place: Path) -> bool:
    """Whether this process may mount a file system."""
    return await _ran("mount", "-t", "tmpfs", "tmpfs", str(place)) and await _ran("umount", str(place))


async def _ran(*command: str) -> bool:
    """Whether a command succeeded."""
    process = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    return await process.wait() == 0
