"""gql, the Python client, as an integrating system uses it, against a served process."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Callable
from contextlib import aclosing
from types import ModuleType
from uuid import uuid4

import pytest
from gql.dsl import DSLInlineFragment, DSLMutation, DSLQuery, DSLSchema, dsl_gql
from gql.transport.exceptions import TransportError, TransportQueryError
from graphql import build_schema, lexicographic_sort_schema, print_type

from tests.api.test_sending import message
from tests.clients.cutting import CUTS, LAST, line, sent_over_cuts
from tests.clients.node import EXAMPLES, ROOT
from tests.clients.node import node as node
from tests.clients.node import typescript as typescript
from tests.clients.serving import Server
from tests.clients.serving import server as server

SCHEMA = build_schema((ROOT / "schema.graphql").read_text("utf-8"))


@pytest.fixture(scope="module")
def ward() -> ModuleType:
    """The example, as somebody who has copied it imports it."""
    spec = importlib.util.spec_from_file_location("ward", EXAMPLES / "python" / "ward.py")
    assert spec
    assert spec.loader
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


@pytest.fixture
def token(server: Server) -> Callable[[], str]:
    """A nurse's token, anew each time."""
    return lambda: server.staff.token("varberg")


async def test_it_acts_is_refused_and_pages(ward: ModuleType, server: Server, token: Callable[[], str]) -> None:
    order, key = message("alva", "eken", text="Från Python"), str(uuid4())
    async with ward.client(server.url, token) as session:
        sent = await session.execute(ward.operation("askColleagues", input=order, idempotencyKey=key))
        again = await session.execute(ward.operation("askColleagues", input=order, idempotencyKey=key))
        acute = order | {"urgency": "ACUTE"}
        refused = await session.execute(ward.operation("askColleagues", input=acute, idempotencyKey=str(uuid4())))
    assert [one["sendMessage"]["replayed"] for one in (sent, again)] == [False, True]
    assert [one["code"] for one in refused["sendMessage"]["objections"]] == ["ACUTE_NOT_ALLOWED"]
    assert refused["sendMessage"]["message"]
    for text in ("Två", "Tre"):
        await server.send(text)
    found = [one async for one in ward.outbox(ward.client(server.url, token), 2)]
    assert [one["text"] for one in found[:3]] == ["Tre", "Två", "Från Python"]
    assert len(found) == len({one["id"] for one in found})


ERRORS = [(1, False, "UNAUTHENTICATED"), (1000, True, "BAD_USER_INPUT")]


@pytest.mark.parametrize(("size", "known", "code"), ERRORS)
async def test_an_error_has_a_code(
    ward: ModuleType, server: Server, token: Callable[[], str], size: int, known: bool, code: str
) -> None:
    async with ward.client(server.url, token if known else lambda: "none") as session:
        with pytest.raises(TransportError) as caught:
            await session.execute(ward.operation("outbox", first=size))
    assert ward.codes(caught.value) == {code}


async def test_over_cut_lines_it_hears_each_change_once_and_in_order(
    ward: ModuleType, server: Server, token: Callable[[], str]
) -> None:
    after = await server.place()
    heard: list[str] = []

    async def hears(url: str) -> None:
        async with aclosing(ward.changes(url, token, after)) as changes:
            async for change in changes:
                heard.append(change["message"]["text"])
                if heard[-1] == LAST:
                    return

    async with asyncio.timeout(60), line(server.client.port) as through, asyncio.TaskGroup() as group:
        group.create_task(hears(through.url))
        texts = await sent_over_cuts(server, [through], [heard])
    assert heard == texts
    assert through.opened > CUTS


async def test_with_a_new_token_it_hears_on_after_the_old_one_has_ended(ward: ModuleType, server: Server) -> None:
    tokens, heard = [server.staff.token("varberg"), server.staff.token("varberg", seconds=3)], []
    after = await server.place()
    await server.send("Före")
    async with asyncio.timeout(30), aclosing(ward.changes(server.url, tokens.pop, after)) as changes:
        async for change in changes:
            heard.append(change["message"]["text"])
            if heard[-1] == LAST:
                break
            await asyncio.sleep(4)
            await server.send(LAST)
    assert (heard, tokens) == (["Före", LAST], [])


async def test_a_fault_of_the_caller_is_not_repeated(
    ward: ModuleType, server: Server, token: Callable[[], str]
) -> None:
    async with asyncio.timeout(10):
        with pytest.raises(TransportQueryError) as caught:
            await anext(ward.changes(server.url, token, "none"))
    assert ward.codes(caught.value) == {"BAD_USER_INPUT"}


async def test_the_language_for_queries_is_built_from_what_the_server_tells_of_itself(
    ward: ModuleType, server: Server, token: Callable[[], str]
) -> None:
    if server.trusted:
        asking = ward.client(server.url, token, fetch_schema_from_transport=True)
        with pytest.raises(TransportQueryError) as caught:
            await asking.connect_async()
        assert ward.codes(caught.value) == {"DOCUMENT_REQUIRED"}
        return
    told = {"input_value_deprecation": True, "specified_by_url": True, "input_object_one_of": True}
    asking = ward.client(server.url, token, fetch_schema_from_transport=True, introspection_args=told)
    async with asking as session:
        assert session.client.schema
        assert described(session.client.schema) == described(SCHEMA)
        ds = DSLSchema(session.client.schema)
        who = await session.execute(dsl_gql(DSLQuery(ds.Query.viewer.select(ds.Viewer.unit.select(ds.Unit.id)))))
        sent = DSLInlineFragment().on(ds.MessageSent).select(ds.MessageSent.sent.select(ds.Message.text))
        act = ds.Mutation.sendMessage(input=message("alva", "eken", text="Från DSL"), idempotencyKey=str(uuid4()))
        answer = await session.execute(dsl_gql(DSLMutation(act.select(sent))))
    assert who["viewer"]["unit"]["id"].startswith("unit_")
    assert answer == {"sendMessage": {"sent": {"text": "Från DSL"}}}


def described(schema: object) -> dict[str, str]:
    """Each type as it is written."""
    kinds = lexicographic_sort_schema(schema).type_map  # type: ignore[arg-type]
    return {name: print_type(kind) for name, kind in kinds.items() if not name.startswith("__")}
