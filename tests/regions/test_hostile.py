"""Every way to do harm at every point where a plugin is called, over HTTP: what it costs the others is nothing."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from starlette.applications import Starlette

from lifecare_gql.app import create_app
from lifecare_gql.hookspecs import hook_promises
from lifecare_gql.region_running import Guards
from lifecare_gql.regions import Regions, load_regions
from lifecare_gql.settings import Settings
from lifecare_gql.storage.url import Dialect
from lifecare_gql.web.tokens import DevelopmentIssuer
from tests.api.test_sending import message
from tests.conftest import Api, Clock, run
from tests.regions.hostile import (
    ACTING,
    KINDS,
    NAME,
    SECRET,
    START_KINDS,
    hostile,
    hostile_hook,
)
from tests.regions.plugins import CODES, hooks_of, plugin
from tests.world import pid

pytestmark = pytest.mark.long

BUDGET = 0.4
"""Seconds that a call of the hostile plugin may take here; the others have what they always have."""
AT_MOST = 2.0
"""Seconds within which the others must be answered."""

ONE_DATABASE = pytest.mark.parametrize("dialect", [Dialect.SQLITE], ids=str, indirect=True)
"""For what has nothing to do with the database."""


def unit(name: str) -> str:
    """The field of the query that shows the unit."""
    return f'unit(by: {{id: "{pid("unit", name)}"}})'


OTHERS = f"sundsvall: {unit('sundsvall')} {{ name vasternorrlandSingleEntryPoint {{ phone {{ printed }} }} }}"
OTHERS += " stockholm { login { text } } regions { code }"


def asked(*fields: str) -> str:
    """These fields beside those of the other regions."""
    return f"{{ {' '.join((*fields, OTHERS))} }}"


PATIENT = f'alva: patient(by: {{id: "{pid("patient", "alva")}"}}) {{ id hallandActs }}'
POINTS: dict[str, tuple[str, str, list[str]]] = {
    # the point's name: the query, the plugin's field as the log tells it, and the path that is null
    "a field of a unit": (
        asked(f"varberg: {unit('varberg')} {{ name hallandActs }}"),
        "Unit.hallandActs",
        ["varberg", "hallandActs"],
    ),
    "a field of a patient": (asked(PATIENT), "Patient.hallandActs", ["alva", "hallandActs"]),
    "the namespace": (asked("halland { __typename }"), "Query.halland", ["halland"]),
    "a field of the namespace": (asked("halland { acts }"), "HallandQuery.acts", ["halland"]),
    "an async field": (asked("halland { actsLater }"), "HallandQuery.actsLater", ["halland"]),
    "a field below": (asked("halland { thing { acts } }"), "HallandThing.acts", ["halland"]),
}
CELLS = [(point, kind) for point in POINTS for kind in KINDS]
START_CELLS = [(hook, kind) for kind in START_KINDS for hook in hook_promises()]


@asynccontextmanager
async def client(app: Starlette, settings: Settings, clock: Clock) -> AsyncIterator[Api]:
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http,
    ):
        yield Api(http, DevelopmentIssuer(settings), clock, settings.database_url)


def four_and_one() -> Regions:
    """The four regions, and the hostile addition to Halland."""
    four = [plugin(code, **hooks_of(code)) for code in CODES]
    loaded = load_regions(plugins=[*four, hostile("Unit", "Patient", "Message")])
    guards = Guards()
    guards.of(NAME, "halland").seconds = BUDGET
    return replace(loaded, guards=guards)


@pytest.fixture
def hostile_regions() -> Regions:
    return four_and_one()


@pytest.fixture
async def threatened(hostile_regions: Regions, settings: Settings, clock: Clock) -> AsyncIterator[Api]:
    async with client(create_app(settings, hostile_regions, clock), settings, clock) as api:
        yield api


@pytest.fixture(autouse=True)
def calm() -> Iterator[None]:
    """Nothing is done that a test does not choose, and nothing goes on after it."""
    ACTING.kind = ""
    ACTING.seen.clear()
    ACTING.released.clear()
    yield
    ACTING.kind = ""
    ACTING.released.set()


def let_go(regions: Regions) -> None:
    """What was left of the cell before: its threads, breakers and tallies."""
    ACTING.kind = ""
    ACTING.released.set()
    guard = regions.guards.of(NAME, "halland")
    until = time.monotonic() + 5
    while guard.pool.abandoned and time.monotonic() < until:
        time.sleep(0.01)
    assert guard.pool.abandoned == 0
    guard.breakers.clear()
    guard.tallies.clear()
    ACTING.released.clear()


async def timed(api: Api, query: str, unit: str | None = "varberg") -> tuple[httpx2.Response, float]:
    began = time.monotonic()
    answer = await api.http.post("/graphql", json={"query": query}, headers=api.headers(unit))
    return answer, time.monotonic() - began


def the_others_are_answered(data: dict[str, Any]) -> None:
    assert data["sundsvall"]["vasternorrlandSingleEntryPoint"]["phone"] == {"printed": "060-19 10 00"}
    assert data["stockholm"]["login"]
    assert [one["code"] for one in data["regions"]] == list(CODES)


@ONE_DATABASE
async def test_all_points_are_well_when_nothing_is_done(threatened: Api) -> None:
    for query, _, _ in POINTS.values():
        the_others_are_answered(await threatened(query, "varberg"))


@ONE_DATABASE
async def test_harm_at_any_point_costs_only_that_point(
    threatened: Api, hostile_regions: Regions, caplog: pytest.LogCaptureFixture
) -> None:
    cells = 0
    for point, kind in CELLS:
        query, told, path = POINTS[point]
        ACTING.kind = f"constructor: {kind}" if point == "the namespace" else kind
        caplog.clear()

        with caplog.at_level(logging.INFO):
            (answer, took), (other, waited) = await asyncio.gather(
                timed(threatened, query), timed(threatened, asked(), "sundsvall")
            )

        where = f"{kind} at {point}"
        assert answer.status_code < 300, where
        assert (took < AT_MOST, waited < AT_MOST) == (True, True), f"{where}: {took:.2f} s, {waited:.2f} s"
        assert "errors" not in other.json(), where
        [error] = answer.json()["errors"]
        _, failing = KINDS[kind]
        if point == "the namespace" and (failing == "answers-junk" or kind == "awaits"):
            failing = "raises"  # what a constructor returns is nothing, and no coroutine
        assert error["extensions"] == {
            "code": "REGION_UNAVAILABLE",
            "region": "halland",
            "plugin": NAME,
            "hook": "lifecare_schema",
            "point": told,
            "failing": failing,
        }, where
        found = answer.json()["data"]
        the_others_are_answered(found)
        assert at(found, path) is None, where
        assert f"plugin={NAME} region=halland hook=lifecare_schema point={told} failing={failing}" in caplog.text
        assert SECRET not in caplog.text, where
        [problem] = (await threatened("{ problems { key severity plugin what remedy } }", "varberg"))["problems"]
        assert (problem["key"], problem["severity"], problem["plugin"]) == (f"run-{failing}", "FAILING", NAME)
        assert problem["what"].startswith(f"lifecare_schema: {told} {failing}: 1 times"), where
        assert problem["remedy"], where
        let_go(hostile_regions)
        cells += 1
    assert cells == 72, "12 kinds at each of 6 points"


def at(found: Any, path: list[str]) -> Any:
    for name in path:
        found = found[name]
    return found


@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_is_half_written(kind: str, threatened: Api) -> None:
    ACTING.kind = kind
    text = """mutation Do($input: MessageInput!, $key: String!) {
      sendMessage(input: $input, idempotencyKey: $key) {
        ... on MessageSent { sent { id state hallandActs } } } }"""
    key = str(uuid.uuid4())

    answer = await threatened.post(text, "varberg", input=message("alva", "eken"), key=key)

    [error] = answer["errors"]
    assert error["extensions"]["code"] == "REGION_UNAVAILABLE"
    sent = answer["data"]["sendMessage"]["sent"]
    assert (sent["state"], sent["hallandActs"]) == ("SENT", None)
    ACTING.kind = ""
    ACTING.released.set()
    repeated = await threatened.do("sendMessage:MessageInput", "varberg", key=key, **message("alva", "eken"))
    assert (repeated["replayed"], repeated["sent"]["id"]) == (True, sent["id"])
    [(messages,)] = await run(threatened, "select count(*) from message")
    [(events,)] = await run(threatened, "select count(*) from message_event")
    assert (messages, events) == (1, 1)


@ONE_DATABASE
@pytest.mark.parametrize("kind", START_KINDS)
async def test_harm_in_any_hook_costs_only_its_own_plugin(
    kind: str, settings: Settings, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    four = [plugin(code, **hooks_of(code)) for code in CODES]
    hooks = list(hook_promises())
    seconds = 2.5 * BUDGET if START_KINDS[kind][1] == "hook-hangs" else 10.0
    regions = load_regions(
        plugins=[*four, *(hostile_hook(hook, kind) for hook in hooks)], lenient=True, seconds=seconds
    )
    ACTING.released.set()
    app = create_app(settings, regions, clock)
    async with client(app, settings, clock) as api:
        answer, took = await timed(api, asked())
        ready = await api.http.get("/readyz")
        problems = (await api("{ problems { key plugin what } }", "varberg"))["problems"]

    assert took < AT_MOST
    assert answer.status_code == ready.status_code == 200
    the_others_are_answered(answer.json()["data"])
    key = START_KINDS[kind][1]
    for hook in hooks:
        [problem] = [one for one in problems if one["plugin"] == f"zz-{hook}"]
        assert problem["key"] == key, problem
        assert hook in problem["what"]
        assert f"Problem {key}: zz-{hook}: {hook} " in caplog.text
        assert {"key": key, "severity": "LEFT_OUT", "plugin": f"zz-{hook}"} in ready.json()["problems"]


def test_the_table_of_the_start_is_whole() -> None:
    assert (len(hook_promises()), len(START_KINDS), len(START_CELLS)) == (17, 10, 170)
