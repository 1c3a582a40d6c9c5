"""Subscriptions of served processes: many, over breaks, slow readers, silent ones, and when the server stops."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import pytest
from pydantic import SecretStr
from websockets.frames import Frame, Opcode

from lifecare_gql.settings import Settings
from tests import world
from tests.api.test_sending import message
from tests.databases import PostgresServer
from tests.web.issuer import Client
from tests.web.listening import Away, Listener, Staff, listening, place
from tests.web.processes import served
from tests.web.streams import streaming

pytestmark = pytest.mark.long

SUBSCRIBERS, MESSAGES, RECONNECTS = 300, 10, 50
Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]
MB = 1024 * 1024
MANY = {"LIFECARE_SOCKETS_PER_CALLER": "1000"}


@dataclass(frozen=True)
class Own:
    """A PostgreSQL of its own, and settings for it."""

    server: PostgresServer
    settings: Settings


@pytest.fixture
async def own(tmp_path: Path) -> AsyncIterator[Own]:
    server = await PostgresServer.start()
    name = f"lifecare_events_{uuid4().hex}"
    url = await server.create_database(name)
    try:
        await world.prepare(url)
        settings = Settings(database_url=url, secret=SecretStr(world.SECRET), state_dir=tmp_path / "state")
        yield Own(server, settings)
    finally:
        await server.drop_database(name)
        server.stop()


async def hears(listener: Listener, count: int) -> list[str]:
    """The texts of so many messages."""
    heard = []
    while len(heard) < count:
        said = await listener.heard()
        assert "message" in said, said
        heard.append(said["message"]["text"])
    return heard


async def delays(listener: Listener, sent: dict[str, float], count: int) -> list[tuple[str, float]]:
    """The texts of so many messages, and how long after the sending was begun each was heard."""
    return [(text, time.monotonic() - sent[text]) for _ in range(count) for text in await hears(listener, 1)]


async def sends(
    staff: Staff, clients: list[Client], count: int, begun: dict[str, float] | None = None
) -> list[str]:
    """Messages sent to one process or the other, each until it is answered; `begun` gets when."""
    texts = [f"Fråga {at}" for at in range(count)]
    for at, text in enumerate(texts):
        if begun is not None:
            begun[text] = time.monotonic()
        await insists(staff, clients[at % len(clients)], text)
    return texts


async def insists(staff: Staff, client: Client, text: str) -> None:
    """Send it until it is answered that it was sent, always with the same key."""
    key, order = str(uuid4()), message("alva", "eken", text=text)
    while True:
        with suppress(OSError):
            answer = await staff.ask(client, "sendMessage:MessageInput", "varberg", key, **order)
            if answer.get("data"):
                assert answer["data"]["sendMessage"]["__typename"] == "MessageSent", answer
                return
        await asyncio.sleep(0.1)


async def test_300_subscribers_of_two_processes_hear_everything_once(
    own: Own, tmp_path: Path, record_property: Any
) -> None:
    staff = Staff(own.settings)
    async with (
        served(own.settings, tmp_path, **MANY) as one,
        served(own.settings, tmp_path, **MANY) as other,
        AsyncExitStack() as stack,
    ):
        clients = [one.client, other.client]
        tokens = [staff.token(unit) for unit in ("varberg", "eken")]
        begin = {token: await place(clients[0], token) for token in tokens}
        listeners = [
            await stack.enter_async_context(
                listening(clients[at % 2], token, after=begin[token], topics=["MESSAGE"])
            )
            for at in range(SUBSCRIBERS)
            for token in [tokens[at // 2 % 2]]
        ]
        begun: dict[str, float] = {}
        hearing = asyncio.gather(*(delays(listener, begun, MESSAGES) for listener in listeners))
        texts = await sends(staff, clients, MESSAGES, begun)
        heard = await hearing
        assert [those for those in heard if [text for text, _ in those] != texts] == []
        late = sorted(delay for those in heard for _, delay in those)
        record_property("delay", f"median {late[len(late) // 2]:.2f} s, p99 {late[len(late) * 99 // 100]:.2f} s")


async def test_nothing_is_lost_or_doubled_over_breaks_and_a_restart_of_the_database(
    own: Own, tmp_path: Path
) -> None:
    staff, roll = Staff(own.settings), Random(1)
    count = RECONNECTS * 2
    async with served(own.settings, tmp_path) as one, served(own.settings, tmp_path) as other:
        clients = [one.client, other.client]
        token = staff.token("eken")
        cursor, heard, breaks = await place(one.client, token), [], 0
        steady = staff.token("varberg")
        begin = await place(other.client, steady)
        async with listening(other.client, steady, after=begin, topics=["MESSAGE"]) as patient:
            hearing = asyncio.create_task(hears(patient, count))
            sending = asyncio.create_task(sends(staff, clients, count))
            restarting = asyncio.create_task(_restarted(own.server, lambda: len(heard) >= count // 3))
            while len(heard) < count:
                wanted = min(roll.randint(1, 2), count - len(heard))
                with suppress(Away):
                    async with listening(clients[breaks % 2], token, after=cursor, topics=["MESSAGE"]) as listener:
                        heard += await hears(listener, wanted)
                        cursor, breaks = listener.cursor, breaks + 1
            await restarting
            texts = await sending
            assert heard == texts
            assert await hearing == texts, "also to somebody who was connected all the time"
        assert breaks >= RECONNECTS


async def _restarted(server: PostgresServer, ready: Callable[[], bool]) -> None:
    """Restarted in the middle; one that is not ours loses its connections only."""
    while not ready():  # noqa: ASYNC110  # what is heard is a plain list
        await asyncio.sleep(0.02)
    await (server.restart() if server.own else server.disconnect())


async def test_500_silent_sockets_are_closed(own: Own, tmp_path: Path) -> None:
    async with served(own.settings, tmp_path) as one:
        before, began = one.descriptors, time.monotonic()

        async def silent() -> Any:
            async with one.client.socket() as socket:
                return await socket.heard()

        closed = await asyncio.gather(*(silent() for _ in range(500)))
        assert {code for code, _ in closed} == {4408}
        assert time.monotonic() - began < 15
        await asyncio.sleep(0.5)
        assert one.descriptors <= before + 10


BIG = "subscription Big($after: String) { changes(after: $after, topics: [MESSAGE]) { ... on MessageChangeEvent {"
BIG += " message { " + " ".join(f"t{at}: text" for at in range(28)) + " } } } }"
SLOW, BIG_MESSAGES = 10, 50


async def test_who_does_not_read_costs_little_delays_nobody_and_is_cut_off(own: Own, tmp_path: Path) -> None:
    staff = Staff(own.settings)
    async with served(own.settings, tmp_path, LIFECARE_SEND_SECONDS="2", **MANY) as one:
        token, text = staff.token("varberg"), "å" * 9_000
        begin = await place(one.client, token)
        slow = [await (deaf if at % 2 else deaf_stream)(one.client, token, BIG, begin) for at in range(SLOW)]
        before, most = one.rss, 0
        async with listening(one.client, staff.token("eken"), topics=["MESSAGE"]) as good:
            for _ in range(BIG_MESSAGES):
                await insists(staff, one.client, text)
                began = time.monotonic()
                assert await hears(good, 1) == [text]
                assert time.monotonic() - began < 5
                most = max(most, one.rss - before)
            await asyncio.sleep(3)
        assert most < 100 * MB
        for reader, writer in slow:
            got = await until_cut(reader)
            assert got < BIG_MESSAGES * 28 * len(text.encode()), "it was cut off before the end"
            writer.close()


async def deaf(client: Client, token: str, query: str, after: str) -> Connection:
    """A websocket that subscribes and then reads no more."""
    reader, writer = await narrow(client)
    key = base64.b64encode(os.urandom(16)).decode()
    head = ["GET /graphql HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade"]
    head += [
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Protocol: graphql-transport-ws",
    ]
    writer.write(("\r\n".join(head) + "\r\n\r\n").encode())
    assert b" 101 " in await reader.readuntil(b"\r\n\r\n")
    writer.write(frame({"type": "connection_init", "payload": {"authorization": f"Bearer {token}"}}))
    await reader.readuntil(b"connection_ack")
    writer.write(
        frame({"type": "subscribe", "id": "1", "payload": {"query": query, "variables": {"after": after}}})
    )
    return reader, writer


async def deaf_stream(client: Client, token: str, query: str, after: str) -> Connection:
    """An event stream of which only the head is read."""
    reader, writer = await narrow(client)
    body = json.dumps({"query": query, "variables": {"after": after}})
    head = [
        "POST /graphql HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        "Accept: text/event-stream",
    ]
    head += [f"Authorization: Bearer {token}", f"Content-Length: {len(body)}"]
    writer.write(("\r\n".join(head) + "\r\n\r\n" + body).encode())
    assert b" 200 " in await reader.readuntil(b"\r\n\r\n")
    return reader, writer


async def narrow(client: Client) -> Connection:
    """A connection that takes in little at a time."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.setblocking(False)
    await asyncio.get_running_loop().sock_connect(raw, ("127.0.0.1", client.port))
    return await asyncio.open_connection(sock=raw, limit=4096)


def frame(message: Any) -> bytes:
    """A text frame of a client."""
    return Frame(Opcode.TEXT, json.dumps(message).encode()).serialize(mask=True)


async def until_cut(reader: asyncio.StreamReader) -> int:
    """How much there was to read until the connection ended."""
    got = 0
    with suppress(ConnectionError):
        async with asyncio.timeout(20):
            while more := await reader.read(65536):
                got += len(more)
    return got


async def test_a_server_that_is_told_to_stop_says_so_and_is_gone_in_time(own: Own, tmp_path: Path) -> None:
    staff = Staff(own.settings)
    async with served(own.settings, tmp_path) as one:
        token = staff.token("eken")
        begin = await place(one.client, token)
        _, writer = await deaf(one.client, token, BIG, begin)
        async with (
            listening(one.client, token) as listener,
            streaming(one.client, token, "subscription { changes { cursor } }") as stream,
        ):
            sending = asyncio.create_task(staff.send(one.client))
            assert (await listener.heard())["kind"] == "SENT"
            assert (await stream.next())["data"]["changes"]["cursor"]
            await sending
            began = time.monotonic()
            one.process.send_signal(signal.SIGTERM)
            while isinstance(said := await listener.heard(), dict):
                pass
            assert said[0] in (1001, 1012)
            assert "complete" not in await stream.rest(), "so that the client comes again"
        await asyncio.wait_for(one.process.wait(), 15)
        assert time.monotonic() - began < 15
        writer.close()
        log = one.log.read_text()
        assert "Traceback" not in log
        assert " ERROR " not in log
