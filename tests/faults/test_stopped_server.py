"""SIGTERM in the middle of the work, ten times: who is being answered gets the answer, and the server goes."""

from __future__ import annotations

import asyncio
import signal
import time
from collections import Counter
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed
from websockets.frames import CloseCode
from websockets.typing import Subprotocol

from lifecare_gql.storage.database import Database
from lifecare_gql.storage.url import Dialect
from tests.api.served import UNANSWERED, Server, serving
from tests.databases import Databases
from tests.faults import writing
from tests.faults.writing import SENDER, Writers, all_is_written

pytestmark = pytest.mark.long

STOPS = 5
"""On each of the two databases."""
CLIENTS = 8
GONE_WITHIN = 15.0
GOING_AWAY = {CloseCode.GOING_AWAY, CloseCode.SERVICE_RESTART}


async def socket_is_told(server: Server, writers: Writers, opened: asyncio.Event) -> int:
    """Open a websocket and wait for the code with which the server closes it."""
    address = f"{server.address.replace('http', 'ws')}/graphql"
    hello = '{"type": "connection_init", "payload": {"authorization": "%s"}}'
    async with connect(address, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        await socket.send(hello % writers.api.headers(SENDER)["authorization"])
        assert "connection_ack" in await socket.recv(decode=True)
        opened.set()
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


async def stopped(server: Server, writers: Writers) -> tuple[float, int | None, int]:
    """Stop it under load: how long it took, its exit code, and what the websocket was told."""
    opened = asyncio.Event()
    socket = asyncio.create_task(socket_is_told(server, writers, opened))
    async with asyncio.timeout(GONE_WITHIN):
        await opened.wait()
    await writers.written(CLIENTS)
    assert server.process is not None
    server.up.clear()
    began = time.monotonic()
    server.process.send_signal(signal.SIGTERM)
    code = await server.process.wait()
    took = time.monotonic() - began
    return took, code, await socket


async def test_a_server_that_is_told_to_stop_answers_whom_it_has_heard(
    dialect: Dialect, databases: Databases, tmp_path: Path
) -> None:
    async with databases.copy(dialect, writing.prepare) as url:
        async with serving(url, tmp_path) as (server, api):
            writers = await Writers.of(api)
            async with writers.writing(CLIENTS):
                for _ in range(STOPS):
                    took, code, closed = await stopped(server, writers)
                    assert took <= GONE_WITHIN
                    assert code in (0, -signal.SIGTERM)
                    assert closed in GOING_AWAY
                    await server.start(api.http)
        outcomes = Counter(one.code for one in writers.asked)
        assert set(outcomes) <= {"", "CONNECTION", *UNANSWERED}
        assert writers.replayed == 0, "nothing was done that was not answered"
        async with Database.from_url(url) as db:
            await all_is_written(db, writers)
    assert "Traceback" not in (tmp_path / "log").read_text()
