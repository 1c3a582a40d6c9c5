"""How soon many subscribers are told of one message: raw graphql-transport-ws connections, counted as they hear.

`last`: from the request that sends the message until the last of them has it. Everybody is somebody else, at one
unit (one scope) or at ten.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import statistics
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from bench.client import Caller, connected
from bench.comparing import Different, Say
from bench.queries import FAN_OUT, HEARING, HEARING_AT, Operation
from bench.servers import Server

EVENTS, WARM_UP = 12, 3
_HEARD_IN = 15.0
_LONG, _SHORT = 126, 125


@dataclass(frozen=True, slots=True)
class Heard:
    """What one message cost: milliseconds until the last and the first heard, and of the server's CPU."""

    last: float
    first: float
    cpu: float


Heards = dict[tuple[str, str], list[Heard]]
"""By the scopes and the contender's name: a median for each round."""


@dataclass(slots=True)
class Audience:
    """Those who listen, and what they heard of the message that is on its way."""

    size: int
    listening: int = 0
    moments: list[float] = field(default_factory=list)
    told: set[bytes] = field(default_factory=set)
    fault: str = ""
    _all: asyncio.Event = field(default_factory=asyncio.Event)

    def hears(self, said: bytes) -> None:
        """Somebody was told."""
        self.moments.append(time.perf_counter())
        self.told.add(said)
        if len(self.moments) == self.size:
            self._all.set()

    async def all(self) -> list[float]:
        """The moments, once everybody was told."""
        try:
            async with asyncio.timeout(_HEARD_IN):
                await self._all.wait()
        except TimeoutError:
            fault = f"{len(self.moments)} of {self.size} subscribers were told {self.fault}"
            raise Different(fault) from None
        return self.moments

    def clear(self) -> None:
        """For the next message."""
        self.moments, self.told = [], set()
        self._all.clear()


class Listener(asyncio.Protocol):
    """One subscriber: reads just enough of a frame to know what it is."""

    def __init__(self, audience: Audience, token: str) -> None:
        self._audience, self._token, self._open, self._read = audience, token, False, b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        transport.write(
            b"GET /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
            b"sec-websocket-version: 13\r\nsec-websocket-protocol: graphql-transport-ws\r\n"
            + f"sec-websocket-key: {key}\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        self._read += data
        if not self._open:
            head, found, self._read = self._read.partition(b"\r\n\r\n")
            if not found:
                self._read = head
                return
            self._open = True
            self._say({"type": "connection_init", "payload": {"authorization": f"Bearer {self._token}"}})
        while (said := self._frame()) is not None:
            self._hear(said)

    def _frame(self) -> bytes | None:
        """The next frame's content, if all of it is there."""
        read = self._read
        if len(read) < 2:
            return None
        size, begin = read[1] & 127, 2
        if size == _LONG:
            size, begin = int.from_bytes(read[2:4], "big"), 4
        elif size > _LONG:
            size, begin = int.from_bytes(read[2:10], "big"), 10
        if len(read) < begin + size:
            return None
        self._read = read[begin + size :]
        return read[begin : begin + size]

    def _hear(self, said: bytes) -> None:
        if b'"next"' in said[:40]:
            self._audience.hears(said)
        elif b"connection_ack" in said:
            self._audience.listening += 1
            self._say({"id": "1", "type": "subscribe", "payload": {"query": HEARING}})
        elif b'"ping"' in said:
            self._say({"type": "pong"})
        else:
            self._audience.fault = repr(said[:300])

    def _say(self, message: Any) -> None:
        body = json.dumps(message).encode()
        size = bytes([0x80 | len(body)]) if len(body) <= _SHORT else b"\xfe" + len(body).to_bytes(2, "big")
        assert self.transport is not None
        self.transport.write(b"\x81" + size + bytes(4) + body)  # a mask of zeros


@asynccontextmanager
async def listening(port: int, tokens: Sequence[str]) -> AsyncIterator[Audience]:
    """An audience of those with the tokens, all subscribed."""
    audience, loop = Audience(len(tokens)), asyncio.get_running_loop()
    made = [
        (await loop.create_connection(lambda token=token: Listener(audience, token), "127.0.0.1", port))[1]  # type: ignore[misc]
        for token in tokens
    ]
    try:
        for _ in range(round(_HEARD_IN / 0.1)):
            if audience.listening == audience.size:
                break
            await asyncio.sleep(0.1)
        await asyncio.sleep(1.0)  # who has asked to be told is not told when it will be so
        yield audience
    finally:
        for one in made:
            assert one.transport is not None
            one.transport.close()


async def fan_out(
    servers: Sequence[Server], caller: Caller, tokens: Sequence[str], rounds: int, say: Say
) -> Heards:
    """Rounds in which each contender tells both audiences; `tokens` are those of the world's listeners."""
    found: Heards = defaultdict(list)
    for turn in range(rounds):
        for operation, scopes in zip(FAN_OUT, HEARING_AT, strict=True):
            pair = []
            for server in servers:
                heard = await _told(server, caller, operation, tokens[scopes])
                found[operation.label, server.contender.name].append(heard)
                pair.append(f"{server.contender.name} {heard.last:.1f} ms")
            say(f"round {turn + 1}/{rounds}  {operation.label:<26} {'   '.join(pair)}")
    return found


async def _told(server: Server, caller: Caller, operation: Operation, tokens: Sequence[str]) -> Heard:
    async with listening(server.port, tokens) as audience, connected(server.port) as connection:
        each = [await _one(server, audience, caller, connection, operation, n) for n in range(EVENTS + WARM_UP)]
    return Heard(*(statistics.median(values) for values in zip(*each[WARM_UP:], strict=True)))


async def _one(
    server: Server, audience: Audience, caller: Caller, connection: Any, operation: Operation, number: int
) -> tuple[float, float, float]:
    audience.clear()
    cpu, began = server.cpu(), time.perf_counter()
    sent, moments = await asyncio.gather(caller.ask(connection, operation, number, str(uuid4())), audience.all())
    message = json.loads(sent[0])["data"]["sendMessage"]["sent"]
    for told in audience.told:
        heard = json.loads(told)["payload"]["data"]["changes"]["message"]
        if (heard["id"], heard["text"]) != (message["id"], message["text"]):
            raise Different(f"{server.contender.name}: subscribers were told of something else")
    await asyncio.sleep(0.05)
    return 1000 * (moments[-1] - began), 1000 * (moments[0] - began), 1000 * (server.cpu() - cpu)
