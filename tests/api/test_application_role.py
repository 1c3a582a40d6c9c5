"""The application as its own role in PostgreSQL: everything still works, and nothing can be taken back."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg
import httpx2
import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from lifecare_gql.app import create_app
from lifecare_gql.cli import cli
from lifecare_gql.errors import ConfigurationError
from lifecare_gql.regions import Regions
from lifecare_gql.settings import Settings
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.grants import RIGHTS, grants
from lifecare_gql.storage.log_seals import seal, verify
from lifecare_gql.storage.url import Dialect, PostgresAddress, parse_url
from lifecare_gql.web.tokens import DevelopmentIssuer
from tests import world
from tests.api.process import CENTRE, MUNICIPALITY, WARD, called, content, done, ready
from tests.api.test_auditing import EXTRACT, LOG, appoint, reviewed
from tests.api.test_life import act, sent
from tests.conftest import Api, Clock
from tests.databases import Databases
from tests.storage.records import NOW, prepare, tables_of
from tests.world import number, pid

PASSWORD = "only for the tests"


@dataclass(frozen=True)
class Roles:
    """The same database as its owner and as the application reach it."""

    owner: str
    application: str


async def connected(url: str) -> asyncpg.Connection:
    address = parse_url(url)
    assert isinstance(address, PostgresAddress)
    return await asyncpg.connect(**address.connect_arguments())


async def execute(url: str, *statements: str) -> None:
    connection = await connected(url)
    try:
        for one in statements:
            await connection.execute(one)
    finally:
        await connection.close()


@pytest.fixture
async def roles(databases: Databases) -> AsyncIterator[Roles]:
    """A role with the grants, made by the statements that the command prints."""
    name = f"lifecare_app_{os.getpid()}"
    async with databases.copy(Dialect.POSTGRES, prepare) as owner:
        await execute(owner, f"drop role if exists {name}", f"create role {name} login password '{PASSWORD}'")
        try:
            await execute(owner, *grants(name))
            yield Roles(owner, as_role(owner, name))
        finally:
            await execute(owner, f"drop owned by {name}", f"drop role {name}")


def as_role(url: str, name: str) -> str:
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{name}:{quote(PASSWORD)}@{place}"))


@pytest.fixture
async def restricted(roles: Roles, regions: Regions, clock: Clock, tmp_path: Path) -> AsyncIterator[Api]:
    """A client of the application that runs as the role."""
    settings = Settings(
        database_url=roles.application, row_security=True, secret=SecretStr(world.SECRET), state_dir=tmp_path
    )
    application = create_app(settings, regions, clock)
    transport = httpx2.ASGITransport(app=application)
    async with (
        application.router.lifespan_context(application),
        httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http,
    ):
        yield Api(http, DevelopmentIssuer(settings), clock, roles.owner)


async def test_a_day_at_work_as_the_role(restricted: Api, clock: Clock) -> None:
    api = restricted
    for table in ("episode", "plan_process", "outage"):
        await execute(api.url, "set session_replication_role = replica", f"truncate {table} cascade")
    message_id = await sent(api, "varberg", "eken")
    assert (await act(api, "acknowledgeMessage", "eken", message_id, 1))["changed"]["state"] == "ACKNOWLEDGED"
    assert await api.do("openCase:CaseInput", "varberg", patientId=pid("patient", "alva"), title="Hemgång")
    await api.do("registerForum:ForumInput", "varberg", name="Rond", otherUnitId=pid("unit", "eken"))
    await api(
        "mutation R($k: String!) { recordInboxReading(idempotencyKey: $k) { __typename } }", "varberg", k="r"
    )

    episode = await ready(api)
    plan = await called(api, episode)
    await done(api, "answerPlanCall", MUNICIPALITY, planId=plan, accept=True)
    await done(api, "establishPlan", CENTRE, planId=plan, content=content(), followUpOn="2026-12-14")
    await done(api, "withdrawDischargeReady", WARD, episodeId=episode, reason="Sämre.")
    outage = (await done(api, "startOutage", "varberg", text="Nere."))["outage"]["id"]
    clock.now += dt.timedelta(hours=1)
    await done(api, "endOutage", "varberg", outageId=outage)

    await appoint(api)
    entries = (await api(LOG, "linden", first=5))["accessLog"]["nodes"]
    assert (await reviewed(api, [one["id"] for one in entries]))["reviews"]
    assert (await api(EXTRACT, "linden", by={"identifier": number("alva")}))["accessExtract"]["lines"]


async def test_the_role_seals_and_verifies(roles: Roles) -> None:
    told: list[str] = []
    async with Database.from_url(roles.application) as db:
        await execute(roles.owner, "set session_replication_role = replica", "delete from access_log_seal")
        assert await seal(db, world.SECRET.encode(), NOW)
        assert (await verify(db, world.SECRET.encode(), told.append)).faults == 0, told


async def test_the_rights_name_every_table_and_view(roles: Roles) -> None:
    async with Database.from_url(roles.owner) as db:
        assert set(RIGHTS) == {*await tables_of(db), "access_entry", "schema_migration"}


@pytest.mark.parametrize("table", [one for one in RIGHTS if one != "access_entry"])
async def test_the_role_may_do_what_it_is_granted_and_no_more(roles: Roles, table: str) -> None:
    connection = await connected(roles.application)
    columns = [row[0] for row in await connection.fetch(f"select * from {table} limit 0")] or await names(
        roles, table
    )
    forbidden = ["delete from {t}", "truncate {t}", "truncate {t} cascade", "drop table {t}"]
    forbidden += ["alter table {t} disable trigger all", "alter table {t} add column x integer"]
    updates = [one for one in RIGHTS[table] if one.startswith("update")]
    changed = [] if updates == ["update"] else [one for one in columns if f"update ({one})" not in updates]
    forbidden += [f"update {{t}} set {one} = {one}" for one in changed]
    try:
        for sql in forbidden:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(sql.format(t=table))
        assert await connection.fetch(f"select * from {table}")
    finally:
        await connection.close()


async def names(roles: Roles, table: str) -> list[str]:
    connection = await connected(roles.owner)
    try:
        found = await connection.fetch(
            "select column_name from information_schema.columns where table_name = $1", table
        )
        return [row[0] for row in found]
    finally:
        await connection.close()


async def test_the_role_makes_nothing_and_cannot_pretend(roles: Roles) -> None:
    connection = await connected(roles.application)
    try:
        for sql in (
            "create table x (i integer)",
            "set session_replication_role = replica",
            "insert into access_entry (id) values (gen_random_uuid())",
            "alter function record_is_never_changed() rename to x",
        ):
            with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.ObjectNotInPrerequisiteStateError)):
                await connection.execute(sql)
    finally:
        await connection.close()


async def test_the_command_prints_and_applies(
    roles: Roles, databases: Databases, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name = f"lifecare_other_{os.getpid()}"
    await execute(roles.owner, f"drop role if exists {name}", f"create role {name} login")
    monkeypatch.setenv("LIFECARE_DATABASE_URL", roles.owner)
    monkeypatch.setenv("LIFECARE_STATE_DIR", str(tmp_path))
    try:
        said = await asyncio.to_thread(CliRunner().invoke, cli, ["grants", "--role", name, "--apply"])
        assert said.exit_code == 0, said.output
        assert said.output.splitlines()[:-1] == list(grants(name))
        async with Database.from_url(as_role(roles.owner, name)) as db:
            assert await db.select("select count(*) from access_log") == [(1,)]
    finally:
        await execute(roles.owner, f"drop owned by {name}", f"drop role {name}")


@pytest.mark.parametrize("name", ["", "x; drop table patient", 'a"b', "Upper", "åsa", "x" * 64])
def test_a_role_has_a_plain_name(name: str) -> None:
    with pytest.raises(ConfigurationError, match="lower-case"):
        list(grants(name))


def test_nobody_is_granted_to_delete_and_the_log_is_only_added_to() -> None:
    said = " ".join(grants("lifecare_app"))
    assert not re.search(r"\b(delete|truncate|trigger|all privileges)\b", said)
    assert RIGHTS["access_log"] == RIGHTS["access_log_seal"] == RIGHTS["access_review"] == ("select", "insert")
