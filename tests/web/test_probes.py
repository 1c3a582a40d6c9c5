"""`/livez` and `/readyz`: what is told of each part, and how little it costs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import asyncpg
import httpx2
import pytest

from lifecare_gql.app import create_app
from lifecare_gql.regions import Regions
from lifecare_gql.settings import Settings
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.standing import DatabaseState, Standing
from lifecare_gql.storage.url import Dialect, PostgresAddress, parse_url
from lifecare_gql.web.identity import Verifier, load_issuers
from lifecare_gql.web.identity.sources import PublishedKeys
from lifecare_gql.web.probes import Readiness
from tests.conftest import Api, Clock, run
from tests.databases import Databases
from tests.storage.records import prepare


async def test_a_server_that_can_serve_says_so(api: Api, regions: Regions) -> None:
    answer = await api.http.get("/readyz")

    versions = {plugin.name: plugin.version for plugin in regions.plugins}
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json() == {
        "ready": True,
        "database": "ready",
        "issuers": {"settings": "ready"},
        "regions": {
            region.code: {name: version for name, version in versions.items() if name in region.plugins}
            for region in regions.values()
        },
        "problems": [],
    }
    assert (await api.http.get("/livez")).text == "ok"


HISTORY = "update schema_migration set {} where version = (select max(version) from schema_migration)"
STANDS: dict[str, DatabaseState] = {
    "delete from schema_migration where version > 3": DatabaseState.NOT_MIGRATED,
    HISTORY.format("sha256 = 'x'"): DatabaseState.NOT_MIGRATED,
    HISTORY.format("version = 9000"): DatabaseState.NOT_MIGRATED,
    "drop table schema_migration": DatabaseState.NOT_MIGRATED,
    "insert into schema_migration values ('core', 9999, '9999_newer', 'x', '2027-01-01T00:00:00Z')": (
        DatabaseState.READY
    ),
}


@pytest.mark.parametrize("statement", STANDS)
async def test_the_history_of_migrations_must_fit(api: Api, statement: str) -> None:
    await run(api, statement)

    answer = await api.http.get("/readyz")

    state = STANDS[statement]
    assert answer.json()["database"] == state
    assert answer.status_code == (200 if state is DatabaseState.READY else 503)
    assert ("retry-after" in answer.headers) == (answer.status_code == 503)


@asynccontextmanager
async def looking(url: str, **pool: int) -> AsyncIterator[tuple[Database, Standing]]:
    async with Database.from_url(url, **pool) as db:
        yield db, Standing(db)


async def test_a_database_that_takes_no_writes_is_told_apart(databases: Databases) -> None:
    async with databases.copy(Dialect.POSTGRES, prepare) as url:
        address = parse_url(url)
        assert isinstance(address, PostgresAddress)
        connection = await asyncpg.connect(**address.connect_arguments())
        await connection.execute(f'alter database "{address.database}" set default_transaction_read_only = on')
        await connection.close()
        async with looking(url) as (_, standing):
            assert await standing.look() is DatabaseState.READ_ONLY


async def test_a_closed_database_is_unreachable(databases: Databases) -> None:
    async with databases.copy(Dialect.SQLITE, prepare) as url:
        assert await Standing(Database.from_url(url)).look() is DatabaseState.UNREACHABLE


async def test_whoever_asks_at_once_shares_one_look(settings: Settings, regions: Regions) -> None:
    async with Database.from_url(settings.database_url) as db:
        looks: list[float] = []
        seconds = iter(range(10**6))
        now = [0.0]
        readiness = Readiness(db, Verifier(load_issuers(settings)), regions, lambda: now[0])
        db._client.heard = lambda *told: looks.append(next(seconds))
        await asyncio.gather(*(readiness.told() for _ in range(50)))
        first = len(looks)
        assert 1 <= first <= 2, "PostgreSQL is asked whether it takes writes, too"
        now[0] = 1.5
        await readiness.told()
        assert len(looks) == 2 * first


async def test_without_any_issuers_keys_nobody_can_be_served(settings: Settings, regions: Regions) -> None:
    keys = PublishedKeys("far", "http://127.0.0.1:9/jwks", ("ES256",))  # never fetched
    far = replace(load_issuers(settings)[0], name="far", keys=keys)
    async with Database.from_url(settings.database_url) as db:
        ready, told = await Readiness(db, Verifier([far]), regions).told()
    assert not ready
    assert told["issuers"] == {"far": "without-keys"}
    assert told["database"] == "ready"


async def test_a_part_that_is_down_is_no_secret_and_nothing_else_is_told(
    settings: Settings, regions: Regions, clock: Clock
) -> None:
    app = create_app(settings, regions, clock)  # never started: its database is not open
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://x") as http:
        answer = await http.get("/readyz")
        alive = await http.get("/livez")
    assert (alive.status_code, answer.status_code) == (200, 503)
    assert answer.json()["database"] == "unreachable"
    assert set(answer.json()) == {"ready", "database", "issuers", "regions", "problems"}
    assert "sqlite" not in answer.text
    assert "host=" not in answer.text
