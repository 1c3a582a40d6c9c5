"""The load: raw keep-alive connections of asyncio, each asking one thing after the other."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from bench.queries import Ask, Operation
from bench.world import World

Tokens = Sequence[str]
"""A token for the one who works at each unit."""

_LENGTH = re.compile(rb"content-length: (\d+)", re.IGNORECASE)


class Failed(Exception):
    """A server did not answer as it must."""


class Connection:
    """One keep-alive connection to a server of this machine."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def post(self, payload: Any, token: str) -> bytes:
        """The answer's body; Failed for anything but a good one."""
        body = json.dumps(payload).encode()
        head = (
            "POST /graphql HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
            f"authorization: Bearer {token}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        self._writer.write(head.encode() + body)
        told = await self._reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(told)
        answer = await self._reader.readexactly(int(length[1])) if length else b""
        if b" 200 " not in told[:13] or not answer.startswith(b'{"data":') or b'"errors":' in answer:
            raise Failed(f"{told[:60]!r} {answer[:500]!r}")
        return answer


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Connection]:
    """A connection for the block."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Connection(reader, writer)
    finally:
        writer.close()
        await writer.wait_closed()


@dataclass(frozen=True, slots=True)
class Caller:
    """Asks the sets of variables of an operation."""

    world: World
    tokens: Tokens

    async def ask(self, to: Connection, operation: Operation, number: int, key: str | None = None) -> list[bytes]:
        """The answers to the set of that number: one, or one for each page."""
        ask = operation.ask(self.world, number % operation.sets)
        variables = dict(ask.variables)
        if operation.key is not None:
            variables[operation.key] = key or str(uuid4())
        answers = [await self._post(to, operation, ask, variables)]
        while len(answers) < operation.pages and (cursor := _next_page(answers[-1])):
            answers.append(await self._post(to, operation, ask, variables | {"after": cursor}))
        return answers

    async def _post(self, to: Connection, operation: Operation, ask: Ask, variables: dict[str, Any]) -> bytes:
        return await to.post(operation.payload(variables), self.tokens[ask.unit])


def _next_page(answer: bytes) -> str | None:
    info = json.loads(answer)["data"]["viewer"]["unit"]["inbox"]["pageInfo"]
    cursor: str | None = info["endCursor"] if info["hasNextPage"] else None
    return cursor


async def drive(
    port: int, ask: Callable[[Connection, int], Awaitable[Any]], seconds: float, concurrency: int
) -> int:
    """Ask for so long on so many connections; how often. What was begun in time is counted to its end."""
    until, numbers = time.perf_counter() + seconds, iter(range(10**9))

    async def one_after_the_other() -> int:
        done = 0
        async with connected(port) as connection:
            while time.perf_counter() < until:
                await ask(connection, next(numbers))
                done += 1
        return done

    return sum(await asyncio.gather(*(one_after_the_other() for _ in range(concurrency))))
