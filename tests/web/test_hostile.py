"""Thousands of requests that nobody should send: none hurts, none is echoed, none learns anything.

They are made from the schema: every place for a value gets values that do not belong there. In between the
server must answer what it is for.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import gc
import json
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2
import pytest
from graphql import parse, validate
from pydantic import SecretStr

from lifecare_gql.app import create_app
from lifecare_gql.demo import actors
from lifecare_gql.regions import Regions
from lifecare_gql.schema import build_schema
from lifecare_gql.schema.queries import NODES
from lifecare_gql.settings import ANONYMOUS, BUDGETS, CALLER, Budget, Settings
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.url import Dialect
from lifecare_gql.web.tokens import DevelopmentIssuer
from tests.databases import Databases
from tests.demo.loaded import NOW, SECRET, prepare
from tests.web import hostile
from tests.web.hostile_values import ATTACKS, FRAMES, MARK, NUMBERS, OTHERS, TEXTS
from tests.web.issuer import Client, client
from tests.web.slots import Slot, Slots

pytestmark = pytest.mark.long

AT_LEAST = 2_000
SECONDS = 2.0
PLANTED = "HEMLIGHETEN"
ACTORS = ("SE0000000000-22Aastrid", "SE0000000000-22Alove", "SE0000000000-01Afrida")
"""A nurse on a ward, a reviewer of the log, who leads an administration."""
EACH = {"text": 2, "number": 2, "other": 1}
_ENOUGH = Budget(nodes=20_000, fields=100_000, points=10**9)
_INSIDES = re.compile(
    r"Traceback|File \"|site-packages|\.py\b|lifecare_gql|strawberry|graphql.core|tortoise|asyncpg|sqlite|"
    r"object at 0x|[A-Z]\w+Error\b|Exception\b|\bselect\b.+\bfrom\b|\binsert into\b|constraint|violates|"
    r"NoneType|<class|Did you mean"
)


class Battery:
    """Sends, and judges each answer."""

    def __init__(self, http: httpx2.AsyncClient, tokens: list[str]) -> None:
        self._http = http
        self._tokens = cycle(tokens)
        self.sent = 0
        self.statuses: Counter[int] = Counter()
        self.faults: list[str] = []

    async def send(self, name: str, body: bytes, url: str = "") -> None:
        headers = {"content-type": "application/json", "authorization": f"Bearer {next(self._tokens)}"}
        answer, took = await self._asked(body, url, headers)
        if took > SECONDS:  # what is slow by itself is slow again; a collection of all memory is not
            took = min(took, (await self._asked(body, url, headers))[1])
        self.sent += 1
        self.statuses[answer.status_code] += 1
        for fault in faults(body[:40].decode(errors="replace"), answer, took):
            self.faults.append(f"{name}: {fault}")
        if self.sent % 100 == 0:
            await self.control()

    async def _asked(self, body: bytes, url: str, headers: dict[str, str]) -> tuple[httpx2.Response, float]:
        began = time.process_time()
        async with asyncio.timeout(60):
            method = "GET" if url else "POST"
            answer = await self._http.request(method, f"/graphql{url}", content=body, headers=headers)
        return answer, time.process_time() - began

    async def control(self) -> None:
        """A server that refuses everything would pass."""
        body = {"query": '{ viewer { unit { name } } region(code: "halland") { name } }'}
        headers = {"authorization": f"Bearer {next(self._tokens)}"}
        answer = (await self._http.post("/graphql", json=body, headers=headers)).json()
        assert answer["data"]["viewer"]["unit"]["name"]
        assert answer["data"]["region"] == {"name": "Region Halland"}


def faults(said: str, answer: httpx2.Response, took: float) -> Iterator[str]:
    """What is wrong with an answer to something hostile."""
    if answer.status_code >= 500:
        yield f"status {answer.status_code}"
    if took > SECONDS:
        yield f"{took:.1f} s of work"
    told = answer.json()
    for error in told.get("errors", ()):
        if error["extensions"]["code"] in ("INTERNAL", "DEADLINE_EXCEEDED", "UNAVAILABLE", "TRY_AGAIN"):
            yield f"{error['extensions']['code']} at {error.get('path')}"
    messages = " ".join(str(error["message"]) for error in told.get("errors", ()))
    if found := _INSIDES.search(messages):
        yield f"tells of its insides: {found[0]!r}"
    # What a query shows may have been written by an earlier mutation, and is then shown as it was written.
    echoed = answer.text if "mutation" in said else json.dumps(told.get("errors"), ensure_ascii=False)
    for forbidden, text in ((MARK, echoed), (PLANTED, answer.text)):
        if forbidden in text:
            yield f"repeats {forbidden} in {text[:300]}"


def unfit(slot: Slot, at: int) -> Iterator[Any]:
    """Values that do not belong into the slot; which of them, depends on its number, so that each has its turn."""
    if slot.scalar in ("String", "ID", "Date", "DateTime", "Time"):
        yield from _turn(TEXTS, at, EACH["text"])
    if slot.scalar in ("Int", "Float"):
        yield from _turn(NUMBERS, at, EACH["number"])
    yield from _turn(OTHERS, at, EACH["other"])


def _turn(values: tuple[Any, ...], at: int, count: int) -> Iterator[Any]:
    return islice(cycle(values), at * count % len(values), at * count % len(values) + count)


@pytest.fixture
async def hostile_url(dialect: Dialect, databases: Databases) -> AsyncIterator[str]:
    async with databases.copy(dialect, prepare) as url:
        yield url


@pytest.fixture
def settings(hostile_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The demo's database, and budgets that let thousands of requests through."""
    state: Path = tmp_path_factory.getbasetemp() / "state"
    budgets = {**BUDGETS, ANONYMOUS: _ENOUGH, CALLER: _ENOUGH}
    return Settings(database_url=hostile_url, secret=SecretStr(SECRET.decode()), state_dir=state, budgets=budgets)


@pytest.fixture
async def known(settings: Settings) -> dict[str, str]:
    """A record of each kind, by its tag. In another unit's patient a secret is planted."""
    async with Database.from_url(settings.database_url) as db:
        stranger = await NODES["patient"].__model__.filter(listed_unit__region_code="orebro").first()
        await NODES["patient"].__model__.filter(id=stranger.id).update(given_name=PLANTED, family_name=PLANTED)
        ward = await NODES["unit"].__model__.filter(name__contains="Asken").first()
        episode = await NODES["episode"].__model__.filter(ward_id=ward.id).first()
        found = {"unit": ward, "episode": episode, "patient": await episode.patient}
        for tag, window in NODES.items():
            found.setdefault(tag, await window.__model__.all().using_db(db._client).first())
    return {tag: f"{tag}_{row.id.hex}" for tag, row in found.items() if row is not None}


@pytest.fixture
def tokens(settings: Settings, regions: Regions) -> list[str]:
    issuer, by_id = DevelopmentIssuer(settings), {one.id: one for one in actors(regions)}
    return [issuer.issue(by_id[one].staff_hsa_id, one, dt.datetime.now(dt.UTC)) for one in ACTORS]


@pytest.fixture
async def battery(
    settings: Settings, known: dict[str, str], tokens: list[str], regions: Regions
) -> AsyncIterator[Battery]:
    app = create_app(settings, regions, lambda: NOW)
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http,
    ):
        yield Battery(http, tokens)


async def test_no_value_in_any_place_hurts(
    battery: Battery, known: dict[str, str], regions: Regions, dialect: Dialect
) -> None:
    slots = list(Slots(build_schema(regions)._schema, known).all())
    for at, slot in enumerate(slots, 7 * list(Dialect).index(dialect)):  # each database gets other values
        for value in unfit(slot, at):
            told = slot.filled(value)
            if slot.path != ("idempotencyKey",) and "idempotencyKey" in told:
                told["idempotencyKey"] = f"key {battery.sent}"
            await battery.send(f"{slot.name} = {value!r:.60}", hostile.variables(slot.document, **told))
    await battery.control()

    assert battery.faults == []
    assert battery.sent >= AT_LEAST
    assert battery.statuses[200] > AT_LEAST / 2, "most of it is a request, and answered as one"


def test_every_place_is_reached(regions: Regions) -> None:
    """A document that is not valid would test nothing."""
    schema = build_schema(regions)._schema
    slots = list(Slots(schema, {}).all())

    assert [slot.name for slot in slots if validate(schema, parse(slot.document))] == []
    reached = {slot.name.partition("(")[0] for slot in slots}
    named = {
        f"{name}.{field}"
        for name, kind in schema.type_map.items()
        if not name.startswith("__") and hasattr(kind, "interfaces") and not hasattr(kind, "resolve_type")
        if kind is not schema.subscription_type  # it lasts: test_changes asks it
        for field, found in kind.fields.items()
        if found.args
    }
    assert named - reached == set()


async def test_no_document_and_no_body_hurts(battery: Battery) -> None:
    gc.freeze()  # what other tests have left in memory is no work of the server's
    tables = (hostile.NO_REQUEST, hostile.INVALID_DOCUMENT, hostile.BAD_INPUT, hostile.TOO_COMPLEX, ATTACKS)
    for table in tables:
        for name, body in table.items():
            await battery.send(name, body if isinstance(body, bytes) else body[1])
    for at, text in enumerate(TEXTS):
        literal = json.dumps(text, ensure_ascii=at % 2 == 0)
        for document in (f"{{ region(code: {literal}) {{ code }} }}", text, f"query {text} {{ __typename }}"):
            await battery.send(f"a document with {text[:20]!r}", hostile.query(document))
        await battery.send(
            f"an operation {text[:20]!r}", hostile.query("query A { __typename }", operationName=text)
        )
        await battery.send(f"a body of {text[:20]!r}", text.encode("utf-8", "surrogatepass"))
    await battery.control()

    assert battery.faults == []
    assert battery.statuses.keys() <= {200, 400, 413}


async def test_no_url_hurts(battery: Battery) -> None:
    for text in TEXTS:
        value = quote(text.encode("utf-8", "surrogatepass"))[:30_000]  # the client sends no more
        for url in (
            f"?query={value}",
            f"?query={{__typename}}&operationName={value}",
            f"?query={{__typename}}&variables={value}",
            f"?query={{__typename}}&extensions={{%22a%22:%22{value}%22}}",
            f"?{value}={value}",
            f"?query=query($c:String!){{region(code:$c){{code}}}}&variables={{%22c%22:%22{value}%22}}",
        ):
            await battery.send(f"GET with {text[:20]!r}", b"", url)
    for url in (
        "?",
        "?&&==",
        "?query",
        "?query=%",
        "?query=%zz",
        "?query=%ff%fe",
        "?query[]=a",
        "?" + "a=b&" * 4000,
    ):
        await battery.send(f"GET {url[:20]}", b"", url)
    await battery.control()

    assert battery.faults == []
    assert battery.statuses.keys() <= {200, 400, 414}


@pytest.fixture
async def served(settings: Settings, regions: Regions) -> AsyncIterator[Client]:
    async with client(create_app(settings, regions, lambda: NOW)) as found:
        yield found


async def test_no_message_over_a_socket_hurts(served: Client, tokens: list[str]) -> None:
    for name, frame in FRAMES.items():
        async with served.entered(tokens[0]) as socket:
            await socket.send(frame)
            heard = await socket.heard()
            assert (name, heard[0] if isinstance(heard, tuple) else heard["type"]) in {
                (name, 4400),
                (name, "error"),
            }
            assert MARK not in str(heard), name
    async with served.entered(tokens[0]) as socket:
        for name, body in ATTACKS.items():
            told = json.loads(body)
            began = time.process_time()
            await socket.say(type="subscribe", id=name, payload=told)
            heard = await socket.heard()
            assert time.process_time() - began < SECONDS, name
            assert heard["id"] == name, heard
            assert "INTERNAL" not in str(heard), (name, heard)
            if heard["type"] == "next":
                assert (await socket.heard())["type"] == "complete"
        assert (await socket.ask("{ __typename }"))["data"] == {"__typename": "Query"}
