"""The connections as they are served: what is no HTTP is refused, and nobody can fill the memory with a head."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.applications import Starlette

from lifecare_gql.web.protocols import MAX_HEAD_BYTES
from lifecare_gql.web.serving import UVICORN
from tests.web.test_http import RAW, said

STATUS = {name: status for name, (_, status) in RAW.items()} | {"an unknown method": 400}
"""The parser knows the methods that there are."""


@pytest.fixture
def dialect() -> str:
    """Nothing here asks a database."""
    return "sqlite"


@pytest.fixture
async def address(app: Starlette) -> AsyncIterator[tuple[str, int]]:
    """The application behind a real socket, served as it is."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, lifespan="off", **UVICORN)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()
    server.should_exit = True
    await serving


@pytest.mark.parametrize("name", list(RAW))
async def test_what_is_no_request_is_refused(address: tuple[str, int], name: str) -> None:
    answer = await said(address, RAW[name][0])
    assert int(answer.split()[1]) == STATUS[name]


@pytest.mark.parametrize("piece", [b"X-A: b\r\n", b"x" * 1000], ids=["many headers", "one header"])
async def test_a_head_without_end_is_cut_off(address: tuple[str, int], piece: bytes) -> None:
    reader, writer = await asyncio.open_connection(*address[:2])
    writer.write(b"POST /graphql HTTP/1.1\r\nHost: a\r\nX: ")
    sent = 0
    while not reader.at_eof() and sent < 4 * MAX_HEAD_BYTES:
        writer.write(piece * 20)
        sent += 20 * len(piece)
        try:
            await writer.drain()
        except ConnectionError:
            break
        await asyncio.sleep(0)
    assert sent < 4 * MAX_HEAD_BYTES
    writer.close()
