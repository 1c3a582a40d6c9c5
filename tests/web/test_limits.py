"""What a caller may ask for: counted in advance, charged, and told; the same over HTTP and websockets."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from graphql import DocumentNode, OperationDefinitionNode, parse
from strawberry.extensions.validation_cache import _get_validate_cache

from lifecare_gql.actions.callers import caller_of
from lifecare_gql.app import create_app
from lifecare_gql.regions import Regions
from lifecare_gql.schema import build_schema
from lifecare_gql.schema.counting import Cost, Counter, counted, sizes
from lifecare_gql.schema.limits import LIMITS
from lifecare_gql.schema.rates import Rates
from lifecare_gql.settings import ANONYMOUS, BUDGETS, CALLER, Budget, Settings
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.url import Dialect
from lifecare_gql.web.running import budget_of, network
from lifecare_gql.web.tokens import DevelopmentIssuer
from tests import world
from tests.conftest import Api, Clock
from tests.web import hostile
from tests.web.issuer import Client, client
from tests.world import pid

NODES, POINTS = 60, 5


@pytest.fixture(params=[Dialect.SQLITE])
def dialect(request: pytest.FixtureRequest) -> Dialect:
    """What is counted is the same on both databases."""
    return Dialect(request.param)


def cost_of(regions: Regions, text: str, **variables: Any) -> Cost:
    document: DocumentNode = parse(text)
    operation = next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))
    return Counter(build_schema(regions)._schema, document, sizes(variables)).count(operation)


WORKED = """{ units(first: 50) { nodes { forums(first: 20) { nodes { unit {
  inbox(first: 10) { nodes { id } } outbox(first: 5) { edges { node { id } } } } } } } } }"""

COUNTED: dict[str, tuple[str, dict[str, Any], int]] = {
    # the query, its variables, and the nodes that it asks for
    "no list": ("{ viewer { name } }", {}, 0),
    "one list": ("{ units(first: 50) { nodes { id } } }", {}, 50),
    "a list in a list": (
        "{ units(first: 50) { nodes { forums(first: 20) { nodes { id } } } } }",
        {},
        50 + 50 * 20,
    ),
    "the worked example": (WORKED, {}, 50 + 50 * 20 + 50 * 20 * 10 + 50 * 20 * 5),
    "the default page": ("{ units { nodes { id } } }", {}, 20),
    "from the end": ("{ units(last: 7) { nodes { id } } }", {}, 7),
    "a null page": ("{ units(first: null) { nodes { id } } }", {}, 20),
    "below none": ("{ units(first: -5) { nodes { id } } }", {}, 0),
    "beyond the most": ("{ units(first: 5000) { nodes { id } } }", {}, 100),
    "a variable": ("query ($n: Int) { units(first: $n) { nodes { id } } }", {"n": 3}, 3),
    "a variable's default": ("query ($n: Int = 4) { units(first: $n) { nodes { id } } }", {}, 4),
    "a null variable": ("query ($n: Int = 4) { units(first: $n) { nodes { id } } }", {"n": None}, 20),
    "a variable left out": ("query ($n: Int) { units(first: $n) { nodes { id } } }", {}, 20),
    "ids": ('{ nodes(ids: ["a", "b", "c"]) { id } }', {}, 3),
    "ids in a variable": ("query ($i: [ID!]!) { nodes(ids: $i) { id } }", {"i": ["a"] * 9}, 9),
    "lists side by side": ("{ a: units(first: 5) { nodes { id } } b: units(first: 6) { nodes { id } } }", {}, 11),
    "a fragment twice": (
        "{ a: units(first: 5) { ...F } b: units(first: 6) { ...F } }"
        " fragment F on UnitConnection { nodes { forums(first: 2) { nodes { id } } } }",
        {},
        5 + 5 * 2 + 6 + 6 * 2,
    ),
}


def test_nodes_are_counted_as_github_counts_them(regions: Regions) -> None:
    found = {name: cost_of(regions, text, **given).nodes for name, (text, given, _) in COUNTED.items()}

    assert found == {name: nodes for name, (*_, nodes) in COUNTED.items()}


def test_a_bomb_is_counted_in_a_moment(regions: Regions) -> None:
    assert cost_of(regions, hostile.bomb(25)).aliases == 2**25 - 1, "as spread"
    assert cost_of(regions, hostile.bomb(50)).aliases == 10**12, "no more than that"
    assert cost_of(regions, hostile.bomb(400)).depth == 10**12, "what goes too deep is not followed to its end"


async def test_a_long_chain_is_refused_whatever_it_is_made_of(api: Api) -> None:
    chain = " ".join(f"fragment f{at} on Query {{ ...f{at + 1} }}" for at in range(220))
    for text in (
        f"{{ ...f0 }} {chain} fragment f220 on Query {{ __typename }}",
        "{ __schema { types { ...T0 } } } "
        + " ".join(f"fragment T{at} on __Type {{ ofType {{ ...T{at + 1} }} }}" for at in range(120))
        + " fragment T120 on __Type { name }",
        hostile.nested("{ ... on Query ", "}", 100, "{ __typename }"),
    ):
        told = (await api.post(text, "varberg"))["errors"][0]["extensions"]
        assert (told["code"], told["kind"]) == ("QUERY_TOO_COMPLEX", "depth")


TOO_MUCH: dict[str, tuple[str, int]] = {
    # the kind and how much there is of it
    "rootFields": ("{" + " ".join("...F" for _ in range(31)) + "} fragment F on Query { __typename }", 31),
    "rootMutations": (
        "mutation M {"
        + " ".join(f'm{at}: recordInboxReading(idempotencyKey: "{at}") {{ __typename }}' for at in range(11))
        + "}",
        11,
    ),
    "directives": ("{ __typename " + "@include(if: true) " * 51 + "}", 51),
    "selections": ("{" + "units { nodes { id } } " * 200 + "}", 600),
    "document": ("{ __typename }" + " " * 32_000, 32_014),
    "nodes": (
        "{ units(first: 100) { nodes { forums(first: 100) { nodes { unit { inbox { nodes { id }}}}}}}}",
        210_100,
    ),
}


async def test_each_limit_is_told_with_what_was_counted(api: Api) -> None:
    for kind, (text, actual) in TOO_MUCH.items():
        answer = await api.post(text, "varberg")
        told = answer["errors"][0]["extensions"]
        limit = LIMITS.get(kind, BUDGETS[CALLER].nodes)
        assert told == {"code": "QUERY_TOO_COMPLEX", "kind": kind, "actual": actual, "limit": limit}
        assert "extensions" not in answer, "nothing was executed"


async def test_what_was_asked_for_and_what_was_shown_is_told(api: Api) -> None:
    asked = """query ($ids: [ID!]!) {
      units(first: 30) { nodes { inbox(first: 2) { nodes { id } } } } nodes(ids: $ids) { id } }"""
    known, unknown = pid("unit", "eken"), f"unit_{hostile.NO_ID}"
    answer = await api.post(asked, "varberg", ids=[known, unknown])

    active = sum(name != "nedlagd" for name in world.UNITS)
    shown = {"requested": 30 + 30 * 2 + 2, "actual": active + 1, "limit": BUDGETS[CALLER].nodes}
    assert answer["extensions"] == {"cost": shown}


RATE_LIMIT = "rateLimit { cost limit remaining used resetAt nodes nodeLimit }"


async def test_what_is_left_is_told_in_the_answer_and_in_its_headers(api: Api) -> None:
    query = f"{{ {RATE_LIMIT} units(first: 100) {{ nodes {{ forums(first: 3) {{ nodes {{ id }} }} }} }} }}"
    cost, limit = 1 + (100 + 300) // 100, BUDGETS[CALLER].points
    for times in (1, 2):
        answer = await api.http.post("/graphql", json={"query": query}, headers=api.headers("varberg"))
        told = answer.json()["data"]["rateLimit"]
        ends = dt.datetime.fromisoformat(told.pop("resetAt"))
        left = limit - times * cost
        assert told == {
            "cost": cost,
            "limit": limit,
            "remaining": left,
            "used": times * cost,
            "nodes": 400,
            "nodeLimit": BUDGETS[CALLER].nodes,
        }
        assert dt.timedelta(0) <= ends - dt.datetime.now(dt.UTC) <= dt.timedelta(seconds=60)
        assert answer.headers["ratelimit-policy"] == f'"points";q={limit};w=60'
        assert re.fullmatch(rf'"points";r={left};t=\d+', answer.headers["ratelimit"])


async def test_a_dry_run_counts_and_reads_nothing(api: Api) -> None:
    query = "query D($n: Int!) { rateLimit(dryRun: true) { cost nodes used } units(first: $n) { nodes { id } } }"
    answer = await api.post(query, "varberg", n=100)

    assert answer["data"] == {"rateLimit": {"cost": 2, "nodes": 100, "used": 1}}
    assert answer["extensions"]["cost"]["actual"] == 0


async def test_a_dry_run_that_could_be_overlooked_is_refused(api: Api) -> None:
    for query in (
        "query ($d: Boolean = true) { rateLimit(dryRun: $d) { cost } }",
        "{ ...F } fragment F on Query { rateLimit(dryRun: true) { cost } }",
    ):
        [error] = (await api.post(query, "varberg"))["errors"]
        assert error["message"].startswith("dryRun must be written out")


async def test_a_mutation_costs_five_points_and_a_refusal_one(api: Api) -> None:
    async def used() -> int:
        return int((await api("{ rateLimit { used } }", "varberg"))["rateLimit"]["used"])

    before = await used()
    await api.do("openCase:CaseInput", "varberg", patientId=pid("patient", "alva"), title="Planering")
    after = await used()
    await api.post("{ nothing }", "varberg")
    await api.post("{", "varberg")

    assert (after - before, await used() - after) == (5 + 1, 1 + 1 + 1)


@pytest.fixture
async def poor(settings: Settings, regions: Regions, clock: Clock) -> AsyncIterator[Client]:
    """A client of a server that gives little."""
    little = {name: Budget(nodes=NODES, fields=1000, points=POINTS) for name in (ANONYMOUS, CALLER)}
    given = {"budgets": {**BUDGETS, **little}, "rate_window_seconds": 3600}
    async with client(create_app(settings.model_copy(update=given), regions, clock)) as found:
        yield found


def token_of(settings: Settings, staff: str, assignment: str) -> str:
    return DevelopmentIssuer(settings).issue(staff, assignment, dt.datetime.now(dt.UTC))


async def test_who_has_spent_everything_is_told_when_to_come_back(poor: Client, settings: Settings) -> None:
    token = token_of(settings, *world.staff_of("varberg"))
    answers = [await poor.post(token) for _ in range(POINTS + 2)]

    assert [one.status_code for one in answers] == [200] * POINTS + [429] * 2
    last = answers[-1]
    wait = int(last.headers["retry-after"])
    assert 3500 < wait <= 3600
    told = {"code": "RATE_LIMITED", "retryAfter": wait, "limit": POINTS}
    assert last.json()["errors"][0]["extensions"] == told
    assert last.headers["ratelimit"] == f'"points";r=0;t={wait}'
    assert (await poor.post(None)).status_code == 200, "somebody unknown is counted by address"
    assert (await poor.post(token_of(settings, *world.staff_of("eken")))).status_code == 200, (
        "and others for themselves"
    )


async def test_over_a_socket_it_is_the_operations_error(poor: Client, settings: Settings) -> None:
    async with poor.entered(token_of(settings, *world.staff_of("varberg"))) as socket:
        heard = [await socket.ask("{ __typename }", str(at)) for at in range(POINTS + 1)]
        assert heard[0]["extensions"] == {"cost": {"requested": 0, "actual": 0, "limit": NODES}}
        assert [error["extensions"]["code"] for error in heard[-1]["payload"]] == ["RATE_LIMITED"]
        assert heard[-1]["type"] == "error"


async def test_what_does_not_parse_is_not_free(poor: Client, settings: Settings) -> None:
    token = token_of(settings, *world.staff_of("varberg"))
    assert [(await poor.post(token, "{")).status_code for _ in range(POINTS + 1)] == [200] * POINTS + [429]


async def test_more_than_is_left_is_not_begun(poor: Client, settings: Settings) -> None:
    mutation = 'mutation { recordInboxReading(idempotencyKey: "k") { __typename } }'
    token = token_of(settings, *world.staff_of("varberg"))
    await poor.post(token)
    refused = await poor.post(token, mutation)
    left = await poor.post(token, "{ rateLimit { remaining } }")

    assert (refused.status_code, left.json()["data"]["rateLimit"]["remaining"]) == (429, POINTS - 3), (
        "each costs one"
    )


async def test_a_window_ends() -> None:
    rates, budget = Rates(1), Budget(nodes=1, fields=1, points=1)
    assert [await rates.meter("a", budget).spend(1) for _ in range(2)] == [True, False]
    assert await rates.meter("b", budget).spend(1)
    time.sleep(1.1)  # noqa: ASYNC251  # nothing else runs
    assert await rates.meter("a", budget).spend(1)


async def test_roles_have_budgets_of_their_own(settings: Settings, clock: Clock) -> None:
    async with Database.from_url(settings.database_url) as db:
        caller = await caller_of(db, *world.staff_of("varberg"), clock.now)
    budgets = {**BUDGETS, CALLER: Budget(nodes=1, fields=9, points=1), "X": Budget(nodes=5, fields=5, points=5)}

    assert budget_of(budgets, None) == budgets[ANONYMOUS]
    assert budget_of(budgets, caller) == budgets[CALLER]
    assert budget_of(budgets, replace(caller, roles=frozenset({"X", "Y"}))) == Budget(nodes=5, fields=9, points=5)


def test_somebody_unknown_is_counted_by_network() -> None:
    assert network("192.0.2.7") == "192.0.2.7/32"
    assert network("2001:db8::1") == network("2001:db8::ffff:1") == "2001:db8::/64"
    assert network("testclient") == network("") == "unknown"


async def test_a_document_is_validated_and_counted_once(api: Api) -> None:
    query, times = "query Once($n: Int!) { units(first: $n) { nodes { id } } }", 20
    validated, cost = _get_validate_cache(1000), counted
    before = validated.cache_info(), cost.cache_info()
    for _ in range(times):
        await api(query, "varberg", n=10)

    after = validated.cache_info(), cost.cache_info()
    assert [one.misses - other.misses for one, other in zip(after, before, strict=True)] == [1, 1]
    hits = [one.hits - other.hits for one, other in zip(after, before, strict=True)]
    assert hits == [0, times - 1], "that it is valid is known with its plan; what it costs hangs on its variables"
