"""Over HTTP both executors answer alike: the same bytes, statuses and headers, whatever was sent."""

from __future__ import annotations

import json
import re
from typing import Any

import httpx2
import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.applications import Starlette

from lifecare_gql.app import create_app
from lifecare_gql.compiled.plans import Plans
from lifecare_gql.regions import Regions
from lifecare_gql.settings import ANONYMOUS, BUDGETS, Budget, Settings
from lifecare_gql.web.tokens import DevelopmentIssuer
from lifecare_gql.web.tracing import Tracing
from tests.api.test_access import log
from tests.api.test_sending import message
from tests.conftest import Api, Clock
from tests.web.test_metrics import told
from tests.web.test_tracing import schema_of
from tests.world import pid

UNIT = "query U($id: ID!, $n: Int = 3) { unit(by: {id: $id}) { name } units(first: $n) { nodes { id name } } }"
PATIENT = "query P($by: PatientKey!) { patient(by: $by) { givenName cases { nodes { title } } } }"
BODIES: list[Any] = [
    {"query": UNIT, "variables": {"id": pid("unit", "eken")}},
    {"query": UNIT, "variables": {"id": pid("unit", "eken"), "n": 1}, "operationName": "U"},
    {"query": UNIT, "variables": {"id": pid("unit", "eken"), "n": 1.5}},
    {"query": UNIT, "variables": {"id": pid("unit", "eken"), "n": 10**30}},
    {"query": UNIT, "variables": {"id": "nonsense"}},
    {"query": UNIT, "variables": {"id": "\0"}},
    {"query": UNIT, "variables": {}},
    {"query": UNIT, "variables": []},
    {"query": UNIT, "variables": None},
    {"query": UNIT, "variables": {"id": pid("unit", "eken")}, "operationName": "Other"},
    {"query": UNIT, "variables": {"id": pid("unit", "eken")}, "extensions": {"a": 1}},
    {"query": PATIENT, "variables": {"by": {"id": pid("patient", "alva")}}},
    {"query": PATIENT, "variables": {"by": {"id": pid("patient", "cecilia")}}},
    {"query": PATIENT, "variables": {"by": {}}},
    {"query": "{ paymentAmounts { year { } } }"},
    {"query": "{ averagePayment(episodes: []) { __typename } }"},
    {"query": "{ rateLimit { cost remaining nodes } units(first: 2) { nodes { id } } }"},
    {"query": "{ rateLimit(dryRun: true) { cost remaining nodes } units(first: 2) { nodes { id } } }"},
    {"query": "{ units(first: 100) { nodes { units: forums(first: 100) { nodes { id } } } } }"},
    {"query": "{ changesCursor viewer { unit { name } } }"},
    {"query": "query A { __typename } query B { viewer { name } }"},
    {"query": "query A { __typename } query B { viewer { name } }", "operationName": "B"},
    {"query": "{ __typename }", "variables": {"deep": [[[[[[[[[[1]]]]]]]]]]}},
    {"query": 1},
    [],
    "text",
]


@pytest.fixture
def interpreted(settings: Settings, regions: Regions, clock: Clock) -> Starlette:
    """The application without the compiled executor; not running, for two cannot be."""
    return create_app(settings.model_copy(update={"compiled": False}), regions, clock)


async def answers(
    app: Starlette, settings: Settings, clock: Clock, unit: str | None, headers: dict[str, str]
) -> list[Any]:
    """Each body asked twice: the first time the document is new."""
    found = []
    async with app.router.lifespan_context(app):
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
            api = Api(http, DevelopmentIssuer(settings), clock, settings.database_url)
            for body in BODIES:
                for _ in range(2):
                    content = json.dumps(body)
                    answer = await http.post("/graphql", content=content, headers=headers | api.headers(unit))
                    found.append((answer.status_code, _lasting(answer.headers), answer.content))
            logged = await log(api)
    return [found, sorted(str({k: v for k, v in one.items() if k != "request"}) for one in logged)]


def _lasting(headers: httpx2.Headers) -> list[tuple[str, str]]:
    """Without what is different each time."""
    told = [(name, value) for name, value in headers.multi_items() if name != "x-request-id"]
    return [(name, re.sub(r";t=\d+", "", value)) for name, value in told]


@pytest.mark.parametrize("unit", ["varberg", "nora", None])
@pytest.mark.parametrize(
    "headers",
    [
        {"content-type": "application/json"},
        {"content-type": "application/json", "accept": "application/graphql-response+json"},
        {"content-type": "application/json; charset=utf-8"},
        {"content-type": "text/plain"},
    ],
    ids=lambda one: " ".join(one.values()),
)
async def test_both_ways_send_the_same_bytes_and_headers(
    world_url: str,
    settings: Settings,
    regions: Regions,
    clock: Clock,
    interpreted: Starlette,
    unit: str | None,
    headers: dict[str, str],
) -> None:
    normal, noted = await answers(interpreted, settings, clock, unit, headers)
    quick, noted_too = await answers(create_app(settings, regions, clock), settings, clock, unit, headers)
    assert quick == normal
    assert sorted(noted_too) == sorted(noted * 2), "the second application wrote as many rows as the first"


async def test_a_discarded_answer_leaves_nothing_in_the_log(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    query, by = "query P($by: PatientKey!) { patient(by: $by) { givenName } }", {"id": pid("patient", "alva")}
    first = await api(query, "varberg", by=by)
    plan = Plans.plan

    def failing(self: Plans, *arguments: Any) -> Any:
        made = plan(self, *arguments)

        async def run(asking: Any) -> Any:
            await made.run(asking)
            raise RuntimeError("after everything is read and noted")

        return type(made)(functions={"answer": run}, source="", places=made.places, kept=made.kept)

    monkeypatch.setattr(Plans, "plan", failing)
    assert await api(query, "varberg", by=by) == first
    assert [one["act"] for one in await log(api)] == ["READ", "READ"], "one for each request"


async def test_what_became_of_an_operation_is_counted_by_its_reason(api: Api) -> None:
    for _ in range(2):
        await api("{ viewer { name } }", "varberg")
        await api.post("{ viewer { unit { name } } __schema { queryType { name } } }", "varberg")
        await api.post('{ patient(by: {id: "nonsense"}) { id } }', "varberg")
    await api.do("sendMessage:MessageInput", "varberg", **message("alva", "eken"))

    found = await told(api.http)
    assert {
        (dict(labels)["outcome"], dict(labels)["reason"]): value
        for (name, labels), value in found.items()
        if name == "lifecare_compiled_operations_total"
    } == {
        ("answered", ""): 3,
        ("declined", "introspection"): 2,
        ("discarded", "BadInput"): 2,
    }


async def test_a_document_that_is_known_is_executed_and_nothing_else(app: Starlette, api: Api) -> None:
    query = "{ viewer { name } }"
    await api(query, "varberg")
    kept, provider, schema = InMemorySpanExporter(), TracerProvider(), schema_of(app)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    schema.observers = (*schema.observers, Tracing(provider))
    await api(query, "varberg")
    assert [one.name for one in kept.get_finished_spans()] == ["GraphQL Operation Execution", "query"]
    provider.shutdown()


async def test_over_its_budget_a_known_document_is_refused_too(
    settings: Settings, regions: Regions, clock: Clock
) -> None:
    poor = settings.model_copy(update={"budgets": {**BUDGETS, ANONYMOUS: Budget(nodes=10, fields=100, points=3)}})
    app = create_app(poor, regions, clock)
    http = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://a")
    query = "query R($n: Int!) { regions { code } units(first: $n) { nodes { id } } }"
    async with app.router.lifespan_context(app), http:

        async def codes(size: int) -> list[str]:
            answer = await http.post("/graphql", json={"query": query, "variables": {"n": size}})
            return [one["extensions"]["code"] for one in answer.json().get("errors", ())]

        assert [await codes(size) for size in (5, 11, 5, 5, 5)] == [
            ["UNAUTHENTICATED"],
            ["QUERY_TOO_COMPLEX"],
            ["UNAUTHENTICATED"],
            ["RATE_LIMITED"],
            ["RATE_LIMITED"],
        ]
