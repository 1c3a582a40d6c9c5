"""Apollo Client, urql, graphql-ws and graphql-sse, as a frontend uses them, against a served process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from tests.api.test_sending import message
from tests.clients.cutting import CUTS, LAST, line, sent_over_cuts
from tests.clients.node import Node
from tests.clients.node import node as node
from tests.clients.node import typescript as typescript
from tests.clients.serving import Server
from tests.clients.serving import server as server

pytestmark = pytest.mark.long

FOLLOWING = ("graphql-ws", "graphql-sse", "apollo", "urql")


@asynccontextmanager
async def following(node: Node, server: Server, client: str, **more: Any) -> AsyncIterator[AsyncIterator[Any]]:
    """What a program tells that follows the changes."""
    asked = {"url": server.url, "tokens": [server.staff.token("varberg")], "trusted": server.trusted, "last": LAST}
    async with node.running("following.mjs", json.dumps(asked | {"client": client} | more)) as lines:
        yield (json.loads(told) async for told in lines)


async def hears(node: Node, server: Server, client: str, heard: list[str], **asked: Any) -> None:
    """Collect the texts that a client hears."""
    async with following(node, server, client, **asked) as telling:
        async for told in telling:
            heard.append(told["heard"])


async def test_over_cut_lines_every_client_hears_each_change_once_and_in_order(node: Node, server: Server) -> None:
    after = await server.place()
    heard: dict[str, list[str]] = {one: [] for one in FOLLOWING}
    async with asyncio.timeout(60), AsyncExitStack() as stack, asyncio.TaskGroup() as group:
        lines = {one: await stack.enter_async_context(line(server.client.port)) for one in FOLLOWING}
        for one, through in lines.items():
            group.create_task(hears(node, server, one, heard[one], after=after, url=through.url))
        texts = await sent_over_cuts(server, list(lines.values()), list(heard.values()))
    assert heard == dict.fromkeys(FOLLOWING, texts)
    assert [one for one, through in lines.items() if through.opened <= CUTS] == []


async def heard_over_tokens(node: Node, server: Server, client: str, after: str) -> list[Any]:
    """What a client tells whose first token ends soon."""
    tokens = [server.staff.token("varberg", seconds=3), server.staff.token("varberg")]
    async with following(node, server, client, after=after, tokens=tokens) as telling:
        return [told async for told in telling]


async def test_who_gets_a_new_token_hears_on_after_the_old_one_has_ended(node: Node, server: Server) -> None:
    after = await server.place()
    await server.send("Före")
    async with asyncio.timeout(60), asyncio.TaskGroup() as group:
        telling = {one: group.create_task(heard_over_tokens(node, server, one, after)) for one in FOLLOWING}
        await asyncio.sleep(6)
        await server.send(LAST)
    for client, task in telling.items():
        told = task.result()
        assert [one["heard"] for one in told if "heard" in one] == ["Före", LAST], client
        closed = [one["closed"] for one in told if "closed" in one]
        assert closed == [4403] * (client in ("graphql-ws", "apollo")), client


@pytest.mark.parametrize("client", ["graphql-ws", "graphql-sse"])
async def test_a_fault_of_the_client_is_not_repeated(node: Node, server: Server, client: str) -> None:
    with pytest.raises(AssertionError, match="BAD_USER_INPUT"):
        async with asyncio.timeout(10), following(node, server, client, after="none") as telling:
            assert [one async for one in telling] == []


@pytest.mark.parametrize("client", ["apollo", "urql"])
async def test_a_client_asks_acts_and_pages(node: Node, server: Server, client: str) -> None:
    before = [f"{client} {at}" for at in range(4)]
    for text in before:
        await server.send(text)
    order = message("alva", "eken", text=f"{client} frågar")
    asked = {
        "url": server.url,
        "tokens": [server.staff.token("varberg")],
        "trusted": server.trusted,
        "client": client,
        "order": order,
        "refused": order | {"urgency": "ACUTE"},
        "key": f"key of {client}",
    }
    found = json.loads(await node.run("asking.mjs", json.dumps(asked)))

    first, again = found["sent"]
    assert (first["__typename"], first["replayed"], again["replayed"]) == ("MessageSent", False, True)
    assert first["sent"]["text"] == order["text"]
    assert first["sent"]["id"] == again["sent"]["id"]
    refused = found["refused"]
    assert refused["__typename"] == "RefusedByRoutines"
    assert refused["message"], "what the interface Refusal says is there"
    assert [one["code"] for one in refused["objections"]] == ["ACUTE_NOT_ALLOWED"]
    messages = found["messages"]
    assert [one["text"] for one in messages[:5]] == [order["text"], *before[::-1]]
    assert len(messages) == len({one["id"] for one in messages}) == sum(found["pages"])
    assert set(found["pages"][:-1]) == {2}
    assert found["codes"] == [["UNAUTHENTICATED"], ["BAD_USER_INPUT"]]
    if client == "apollo":
        assert first["sent"]["id"] in found["keys"]
        assert found["kept"] == first["sent"], "found by its id in what is kept, without asking"
