"""A line to the server that can be cut."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from tests.clients.serving import Server

CUTS, BETWEEN = 4, 3
LAST = "Sist"


class Line:
    """Carries connections on to a port of this machine; `opened` counts them."""

    def __init__(self, port: int) -> None:
        self._to, self._ends = port, set[asyncio.StreamWriter]()
        self.port = self.opened = 0

    @property
    def url(self) -> str:
        """Where GraphQL is, at the far end."""
        return f"http://127.0.0.1:{self.port}/graphql"

    def cut(self) -> int:
        """Break what is open, without a word to either side; how many connections that were."""
        broken = len(self._ends) // 2
        for end in self._ends:
            end.transport.abort()
        return broken

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Both ways, until one of the ends is gone."""
        self.opened += 1
        with suppress(OSError):
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._to)
            self._ends |= (ends := {writer, far_writer})
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(_copy(reader, far_writer))
                    group.create_task(_copy(far_reader, writer))
            finally:
                self._ends -= ends


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def line(port: int) -> AsyncIterator[Line]:
    """A line to the port."""
    found = Line(port)
    server = await asyncio.start_server(found.carry, "127.0.0.1", 0)
    found.port = server.sockets[0].getsockname()[1]
    try:
        yield found
    finally:
        server.close()
        found.cut()
        await server.wait_closed()


async def sent_over_cuts(server: Server, lines: list[Line], heard: list[list[str]]) -> list[str]:
    """What is sent while every line is cut again and again: as soon as each hears, with more on its way."""
    texts = []
    for cut in range(CUTS):
        texts += [f"Fråga {cut}.{at}" for at in range(BETWEEN)]
        for text in texts[-BETWEEN:]:
            await server.send(text)
        while not all(texts[-BETWEEN] in those for those in heard):  # noqa: ASYNC110  # programs tell nobody else
            await asyncio.sleep(0.02)
        assert all(one.cut() > 0 for one in lines), "there was a line to cut"
    await server.send(LAST)
    return [*texts, LAST]
