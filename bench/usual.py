"""GraphQL servers in Python over the bare server's functions: what the usual ways of executing GraphQL cost.

Their resolvers find the data with the SQL written by hand, joined, and with all the duties; then every field
goes through graphql-core, here as Ariadne has it, in `naive` as strawberry does.
"""

from __future__ import annotations

from typing import Any

from starlette.applications import Starlette

from bench import bare
from bench.bare import Desk, Json
from bench.servers import ROOT

SDL = ROOT / "bench" / "peers" / "schema.graphql"


async def unit(_: Any, info: Any, by: Any) -> Any:
    return (await bare.unit(info.context, by))["unit"]


async def patient(_: Any, info: Any, by: Any) -> Any:
    return (await bare.patient(info.context, by))["patient"]


async def inbox(_: Any, info: Any, first: int, after: str | None = None) -> Any:
    return (await bare.inbox(info.context, {"first": first, "after": after}))["viewer"]["unit"]["inbox"]


async def send(_: Any, info: Any, **given: Any) -> Any:
    return (await bare.send(info.context, {"input": given["input"], "key": given["idempotencyKey"]}))[
        "sendMessage"
    ]


def viewer(_: Any, info: Any) -> Json:
    desk: Desk = info.context
    return {"unit": {"id": desk.public_id("unit", desk.unit_id), "name": desk.unit_name}}


def ariadne() -> Starlette:
    """Ariadne, its executable schema made from the text that the other peers have."""
    from ariadne import InterfaceType, MutationType, ObjectType, QueryType, graphql, make_executable_schema

    query, mutation, of_unit = QueryType(), MutationType(), ObjectType("Unit")
    for name, resolver in (("viewer", viewer), ("unit", unit), ("patient", patient)):
        query.set_field(name, resolver)
    mutation.set_field("sendMessage", send)
    of_unit.set_field("inbox", inbox)
    results = [
        InterfaceType(name, lambda found, *_: found["__typename"]) for name in ("SendMessageResult", "ChangeEvent")
    ]
    schema = make_executable_schema(SDL.read_text("utf-8"), query, mutation, of_unit, *results)

    async def execute(desk: Desk, asked: Json) -> Json:
        _, told = await graphql(schema, asked, context_value=desk)
        assert "errors" not in told, told
        data: Json = told["data"]
        return data

    return bare.create_app(execute)
