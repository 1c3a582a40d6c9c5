"""Spans of an operation, by the names of the GraphQL working group, and nothing of a person in any of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode
from starlette.applications import Starlette

from lifecare_gql.errors import ConfigurationError
from lifecare_gql.settings import Settings
from lifecare_gql.web.tracing import REFERENCE, Tracing, tracers
from tests import world
from tests.api.test_sending import message
from tests.conftest import Api, run
from tests.house.test_log import channels, send
from tests.web.hostile import PATIENT

PHASES = ["GraphQL Document Parsing", "GraphQL Document Validation", "GraphQL Operation Execution"]


def schema_of(app: Starlette) -> Any:
    return next(route.endpoint.schema for route in app.routes if getattr(route, "path", "") == "/graphql")


@pytest.fixture
def exporter(app: Starlette) -> Iterator[InMemorySpanExporter]:
    """What the application traces, from now on."""
    kept, provider, schema = InMemorySpanExporter(), TracerProvider(), schema_of(app)
    provider.add_span_processor(SimpleSpanProcessor(kept))
    schema.observers = (*schema.observers, Tracing(provider))
    yield kept
    provider.shutdown()


def told(exporter: InMemorySpanExporter) -> list[tuple[str, SpanKind, StatusCode, dict[str, Any]]]:
    """The spans that ended, in that order, without what the caller was told as the reference."""
    spans = exporter.get_finished_spans()
    exporter.clear()
    return [(one.name, one.kind, one.status.status_code, _without_reference(one)) for one in spans]


def _without_reference(span: ReadableSpan) -> dict[str, Any]:
    return {name: value for name, value in (span.attributes or {}).items() if name != REFERENCE}


async def test_an_operation_and_its_phases_are_spans(api: Api, exporter: InMemorySpanExporter) -> None:
    await api.do("sendMessage:MessageInput", "varberg", **message("alva", "eken"))

    spans = exporter.get_finished_spans()

    assert [one.name for one in spans] == [*PHASES, "mutation"]
    assert {one.parent.span_id for one in spans[:3] if one.parent} == {spans[3].context.span_id}
    assert told(exporter)[-1] == (
        "mutation",
        SpanKind.SERVER,
        StatusCode.UNSET,
        {"graphql.operation.type": "mutation"},
    )


async def test_a_refused_document_is_no_failure_of_ours(api: Api, exporter: InMemorySpanExporter) -> None:
    await api.post("{ patient(")
    await api.post("{ nothing }")

    found = told(exporter)

    assert [one[0] for one in found] == [PHASES[0], "GraphQL Operation", *PHASES[:2], "query"]
    refused = {one[0]: one[3]["error.type"] for one in found if "error.type" in one[3]}
    assert refused == {"GraphQL Operation": "INVALID_SYNTAX", "query": "INVALID_DOCUMENT"}
    assert {one[2] for one in found} == {StatusCode.UNSET}


async def test_a_failure_of_ours_is_one_and_names_the_request(api: Api, exporter: InMemorySpanExporter) -> None:
    await run(api, "alter table message rename to lost")
    answer = await api.post("{ viewer { unit { inbox { nodes { id } } } } }", "varberg")

    span: ReadableSpan = exporter.get_finished_spans()[-1]

    assert span.status.status_code is StatusCode.ERROR
    assert span.events == ()
    assert dict(span.attributes or {}) == {
        "graphql.operation.type": "query",
        "error.type": "INTERNAL",
        REFERENCE: answer["errors"][0]["extensions"]["reference"],
    }


async def test_a_name_is_told_when_it_is_known_beforehand(
    app: Starlette, api: Api, exporter: InMemorySpanExporter
) -> None:
    schema_of(app).name_of = {"query Inbox { __typename }": "Inbox"}.get
    await api("query Inbox { __typename }")
    await api("query Other { __typename }")

    assert [one[0] for one in told(exporter) if one[1] is SpanKind.SERVER] == ["query Inbox", "query"]


async def test_nothing_of_a_person_is_in_any_span(api: Api, exporter: InMemorySpanExporter) -> None:
    number = world.number("alva")
    forms = (number, number[2:], f"{number[:8]}-{number[8:]}", "Kan ni ringa", "Testberg")
    await api(PATIENT, "varberg", by={"identifier": number})
    await api.do("sendMessage:MessageInput", "varberg", **message("alva", "eken"))
    for one in channels(number, f"{number[:8]}-{number[8:]}"):
        await send(api, one)

    spans = exporter.get_finished_spans()

    assert len(spans) > 60
    text = "\n".join(one.to_json() for one in spans)
    assert not [form for form in forms if form in text]


def test_nothing_is_traced_unless_it_is_said_where_to() -> None:
    assert tracers(Settings()) == ()


async def test_spans_go_where_the_settings_say() -> None:
    [tracing] = tracers(Settings(otlp_endpoint="http://127.0.0.1:9/v1/traces"))
    assert isinstance(tracing, Tracing)


def test_without_the_extra_it_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(ConfigurationError, match=r"lifecare-gql\[otel\]"):
        tracers(Settings(otlp_endpoint="http://127.0.0.1:9/v1/traces"))
