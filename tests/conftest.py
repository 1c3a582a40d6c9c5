"""Every test of the API runs against the real application on both databases."""

from __future__ import annotations

import copy
import datetime as dt
import gc
import logging
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import aiosqlite
import asyncpg
import httpx2
import hypothesis
import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from lifecare_gql import app as application_module
from lifecare_gql.app import create_app
from lifecare_gql.regions import Regions, load_regions
from lifecare_gql.schema import build_schema
from lifecare_gql.settings import Settings
from lifecare_gql.storage.database import Database, Transaction
from lifecare_gql.storage.log_entries import KNOWN
from lifecare_gql.storage.url import Dialect, PostgresAddress, parse_url
from lifecare_gql.web.tokens import DevelopmentIssuer
from tests import world
from tests.databases import Databases, application, owner
from tests.databases import databases as databases


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)  # a Monday, 10:00 in Sweden

    def __call__(self) -> dt.datetime:
        return self.now


class Api:
    """Asks the application over HTTP, as one unit's nurse or another's, or as nobody."""

    def __init__(self, http: httpx2.AsyncClient, issuer: DevelopmentIssuer, clock: Clock, url: str) -> None:
        self.http, self.clock, self.url = http, clock, url
        self._issuer = issuer

    def headers(self, unit: str | None, licensed: bool = True) -> dict[str, str]:
        """The Authorization header of the nurse, or the unlicensed colleague, at a unit."""
        if unit is None:
            return {}
        return {"authorization": f"Bearer {self.token(*world.staff_of(unit, licensed))}"}

    def token(self, staff_hsa_id: str, assignment_hsa_id: str) -> str:
        """A token for the assignment."""
        return self._issuer.issue(staff_hsa_id, assignment_hsa_id, dt.datetime.now(dt.UTC))

    async def post(self, query: str, unit: str | None = None, licensed: bool = True, **variables: Any) -> Any:
        """The whole answer, errors and all."""
        body = {"query": query, "variables": variables}
        answer = await self.http.post("/graphql", json=body, headers=self.headers(unit, licensed))
        return answer.json()

    async def __call__(self, query: str, unit: str | None = None, licensed: bool = True, **variables: Any) -> Any:
        """The data of an answer that must have no errors."""
        answer = await self.post(query, unit, licensed, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    async def do(self, mutation: str, unit: str, licensed: bool = True, key: str = "", **input: Any) -> Any:
        """The result of a mutation with an input and a fresh key, with everything a refusal says."""
        field, input_type = mutation.split(":")
        text = f"""mutation Do($input: {input_type}!, $key: String!) {{
          {field}(input: $input, idempotencyKey: $key) {{ __typename ...R }} }} {RESULT[field]}"""
        data = await self(text, unit, licensed, input=input, key=key or str(uuid.uuid4()))
        return data[field]


async def run(api: Api, sql: str) -> list[Any]:
    """Run one statement on the application's database, behind its back, as the owner."""
    address = parse_url(owner(api.url))
    if isinstance(address, PostgresAddress):
        connection = await asyncpg.connect(**address.connect_arguments())
        try:
            return [tuple(row) for row in await connection.fetch(sql)]
        finally:
            await connection.close()
    async with aiosqlite.connect(address.path) as file:
        found = await (await file.execute(sql)).fetchall()
        await file.commit()
        return [tuple(row) for row in found]


REFUSALS = """
  ... on Refusal { message }
  ... on RefusedByRoutines {
    objections {
      code severity path reason remedy region rule
      source { region fact document section version status date lastChanged quote }
      call { name phone { printed e164 } askFor missing }
    }
    warnings { code rule }
  }
  ... on NotFound { paths }
  ... on IdempotencyKeyReused { key }
"""
STALE = (
    "... on StaleVersion { expectedVersion currentVersion changes { version kind what byName byTitle unitName } }"
)
_MESSAGE = (
    "id state version awaiting answerRequired replyDueAt receipts { nodes { state unit { id } acknowledgedAt } }"
)
_SENT = f"... on MessageSent {{ replayed sent {{ {_MESSAGE} }} warnings {{ code rule }} }}"
_CHANGED = f"... on MessageChanged {{ replayed changed {{ {_MESSAGE} }} }}"
_ACT = f"fragment R on MessageActResult {{ {_CHANGED} {REFUSALS} {STALE} }}"
RESULT = {
    "sendMessage": f"fragment R on SendMessageResult {{ {_SENT} {REFUSALS} }}",
    "replyToMessage": f"fragment R on ReplyResult {{ {_SENT} {REFUSALS} {STALE} }}",
    "acknowledgeMessage": _ACT,
    "retractMessage": _ACT,
    "markMessageMisdirected": _ACT,
    "closeMessage": _ACT,
    "openCase": f"""fragment R on OpenCaseResult {{
        ... on CaseOpened {{ replayed opened {{ id title }} }} {REFUSALS} }}""",
    "registerForum": f"""fragment R on RegisterForumResult {{
        ... on ForumRegistered {{ replayed forum {{ id name }} }} {REFUSALS} }}""",
}


class Statements(list[str]):
    """Every statement of the read model as it goes to the database; the first is that which finds the caller."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[int] = []
        """How many rows each fetched; clearing the statements keeps it."""


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Statements:
    """What the read model asks of the database, from now on."""
    seen = Statements()

    def listening(select: Callable[..., Any]) -> Callable[..., Any]:
        async def heard(self: Any, sql: str, params: Sequence[Any] = ()) -> Any:
            found = await select(self, sql, params)
            if sql != KNOWN:  # the access log's question, not the read model's
                seen.append(sql)
                seen.fetched.append(len(found))
            return found

        return heard

    for kind in (Database, Transaction):
        monkeypatch.setattr(kind, "select", listening(kind.select))
    return seen


def pytest_configure(config: pytest.Config) -> None:
    gc.set_threshold(50_000, 20, 20)  # a collection of all that a worker holds takes seconds
    hypothesis.settings.register_profile("untimed", deadline=None)
    hypothesis.settings.load_profile("untimed")
    config.addinivalue_line("markers", "last: runs after all others, because it judges what they left")
    config.addinivalue_line("markers", "long: takes a minute or more, and is begun first")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    names = ("long", "", "last")
    items.sort(key=lambda item: next((at for at, one in enumerate(names) if item.get_closest_marker(one)), 1))


@pytest.fixture(scope="session", autouse=True)
def session_log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What anybody in this process logs at any level during all tests, exceptions told in full.

    Only the tests' own HTTP client is left out, which logs the URLs that it asks for. Searched at the end: when
    several processes share the tests, test_log.py sees the log of one of them.
    """
    from tests.house.test_log import leaked  # which needs what stands here

    path = tmp_path_factory.mktemp("log") / "session.log"
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(message)s"))
    handler.addFilter(lambda record: not record.name.startswith("http"))
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield path
    root.setLevel(level)
    root.removeHandler(handler)
    handler.close()
    assert leaked(path.read_text("utf-8")) == []


@pytest.fixture(scope="session")
def installed() -> Regions:
    """The four regions, as they are installed."""
    return load_regions()


@pytest.fixture(scope="session")
def regions(installed: Regions) -> Regions:
    """The regions of the application under test: those that are installed, if no module has others."""
    return installed


@pytest.fixture(scope="session", autouse=True)
def one_schema(installed: Regions) -> Iterator[None]:
    """Every application with the four regions gets a schema of its own, but its types are built once."""
    built = build_schema(installed)
    printed = built.as_str()

    def copied(wanted: Regions) -> Any:
        return copy.copy(built) if wanted is installed else build_schema(wanted)

    with pytest.MonkeyPatch.context() as patching:
        patching.setattr(built, "as_str", lambda: printed)
        patching.setattr(application_module, "build_schema", copied)
        yield


@pytest.fixture(params=list(Dialect), ids=str)
def dialect(request: pytest.FixtureRequest) -> Dialect:
    """Both databases."""
    return Dialect(request.param)


@pytest.fixture
async def world_url(dialect: Dialect, databases: Databases) -> AsyncIterator[str]:
    """A database with the small world in it."""
    async with databases.copy(dialect, world.prepare) as url:
        yield url


@pytest.fixture
def settings(world_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of the application under test: on PostgreSQL it runs as a plain role, behind the wall."""
    state: Path = tmp_path_factory.getbasetemp() / "state"
    secret = SecretStr(world.SECRET)
    return Settings(
        database_url=application(world_url),
        row_security=True,
        secret=secret,
        state_dir=state,
        webhooks=False,  # delivered when a test says so
        request_seconds=60,  # the deadline has tests of its own; some questions here are far larger than any page
    )


@pytest.fixture
def clock() -> Clock:
    """The application's clock."""
    return Clock()


@pytest.fixture
async def app(settings: Settings, regions: Regions, clock: Clock) -> AsyncIterator[Starlette]:
    """The running application."""
    application = create_app(settings, regions, clock)
    async with application.router.lifespan_context(application):
        yield application


@pytest.fixture
async def api(app: Starlette, settings: Settings, clock: Clock) -> AsyncIterator[Api]:
    """A client of the running application."""
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        yield Api(http, DevelopmentIssuer(settings), clock, settings.database_url)
