"""A backup that is restored: the access log's seals fit, nothing is lost, and the work goes on where it was."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from lifecare_gql.actions.access import work
from lifecare_gql.actions.callers import caller_of
from lifecare_gql.actions.session import Session
from lifecare_gql.domain.words import AccessAct
from lifecare_gql.regions import load_regions
from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.log_seals import seal, verify
from lifecare_gql.storage.migrate import pending
from lifecare_gql.storage.url import Dialect
from tests import world
from tests.api.test_application_role import Roles, execute, roles
from tests.databases import Databases, server_binaries
from tests.storage.records import NOW, tables_of

pytestmark = pytest.mark.long

__all__ = ["roles"]

SECRET = world.SECRET.encode()


async def ran(*command: str) -> None:
    """A command that must succeed, and must have nothing to complain of."""
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.PIPE)
    _, complaints = await process.communicate()
    assert (process.returncode, complaints) == (0, b"")


async def backed_up(url: str, file: Path) -> None:
    """As docs/deployment.md says."""
    await ran(str(server_binaries() / "pg_dump"), "--format=custom", f"--file={file}", url)


async def restored(url: str, file: Path) -> None:
    """As docs/deployment.md says, into an empty database."""
    await ran(
        str(server_binaries() / "pg_restore"),
        "--exit-on-error",
        "--single-transaction",
        f"--dbname={url}",
        str(file),
    )


async def contents(url: str) -> dict[str, list[str]]:
    """Every row of every table."""
    async with Database.from_url(url) as db:
        return {
            table: sorted(text for (text,) in await db.select(f'select t::text from "{table}" t'))
            for table in [*await tables_of(db), "schema_migration"]
        }


@pytest.fixture
async def another(databases: Databases) -> AsyncIterator[str]:
    """An empty database to restore into."""
    async with databases.copy(Dialect.POSTGRES) as url:
        yield url


def as_other_database(role_url: str, database_url: str) -> str:
    """The application's url of another database on the same server."""
    return urlunsplit(urlsplit(role_url)._replace(path=urlsplit(database_url).path))


async def sealed(url: str) -> str:
    async with Database.from_url(url) as db:
        one = await seal(db, SECRET, NOW)
    assert one is not None
    return one.digest


async def faults(url: str, *kept: str) -> list[str]:
    told: list[str] = []
    async with Database.from_url(url) as db:
        found = await verify(db, SECRET, told.append, kept)
    assert found.entries
    return told


async def looked_at(url: str) -> None:
    """One more entry in the access log, as the application writes it."""
    async with Database.from_url(url) as db:
        caller = await caller_of(db, *world.staff_of("varberg"), NOW)
        session = Session(db=db, regions=load_regions(), caller=caller, now=NOW, secret=SECRET)
        async with work(session) as desk:
            await desk.note(AccessAct.REFUSED, [world.uid("patient alva")], "Message")


async def test_a_restored_backup_is_the_database_and_goes_on(roles: Roles, another: str, tmp_path: Path) -> None:
    await execute(roles.owner, "set session_replication_role = replica", "delete from access_log_seal")
    await looked_at(roles.owner)
    kept = await sealed(roles.owner)
    file = tmp_path / "lifecare.dump"
    await backed_up(roles.owner, file)

    await restored(another, file)

    assert await contents(another) == await contents(roles.owner)
    assert await pending(another) == []
    assert await faults(another, kept) == []
    application = as_other_database(roles.application, another)
    await looked_at(application)  # with the rights that came along, and a number that nobody has had
    after = await sealed(application)
    assert await faults(another, kept, after) == []
    async with Database.from_url(another) as db:
        assert await rows.AccessLogSeal.all().count() == 2
        for statement in ("delete from access_log", "update access_log set operation = 'x'"):
            with pytest.raises(Exception, match="access_log"):
                await db.select(statement)


async def test_what_was_lost_since_the_backup_is_told_by_the_seal_that_was_kept(
    roles: Roles, another: str, tmp_path: Path
) -> None:
    await execute(roles.owner, "set session_replication_role = replica", "delete from access_log_seal")
    await looked_at(roles.owner)
    await sealed(roles.owner)
    file = tmp_path / "lifecare.dump"
    await backed_up(roles.owner, file)
    await looked_at(roles.owner)
    kept = await sealed(roles.owner)

    await restored(another, file)

    assert await faults(another) == []
    assert await faults(another, kept) == [f"The seal {kept}, which is kept elsewhere, is not there."]


def test_the_page_says_what_is_tested() -> None:
    page = (Path(__file__).parents[2] / "docs" / "deployment.md").read_text("utf-8")
    assert "pg_dump --format=custom" in page
    assert "pg_restore --exit-on-error --single-transaction" in page
