"""kill -9, thirty times, while sixteen clients send messages: none is lost or there twice, none by halves."""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from lifecare_gql.storage.database import Database
from lifecare_gql.storage.url import Dialect
from tests.api.served import Server, serving
from tests.databases import Databases
from tests.faults import writing
from tests.faults.writing import Writers, all_is_written

pytestmark = pytest.mark.long

SEED = os.environ.get("LIFECARE_TEST_SEED", "1")
KILLS = {Dialect.SQLITE: 10, Dialect.POSTGRES: 20}
CLIENTS = 16
ANSWERS, LATER = (5, 60), 0.1
"""Messages answered between two kills, and up to how many seconds later the server is killed."""
BACK_WITHIN = 5.0
"""Seconds of a processor until it answers again: what a machine that does nothing else needs by the clock."""


async def kill_often(server: Server, writers: Writers, times: int, roll: Random) -> list[float]:
    """Kill it at any moment, again and again; what each start took until it answered."""
    back = []
    for _ in range(times):
        await writers.written(roll.randint(*ANSWERS))
        await asyncio.sleep(roll.uniform(0, LATER))
        await server.kill()
        await server.start(writers.api.http)
        back.append(server.processor_seconds())
    return back


async def test_a_killed_server_loses_no_message_and_doubles_none(
    dialect: Dialect, databases: Databases, tmp_path: Path
) -> None:
    async with databases.copy(dialect, writing.prepare) as url:
        async with serving(url, tmp_path) as (server, api):
            writers = await Writers.of(api)
            async with writers.writing(CLIENTS):
                back = await kill_often(server, writers, KILLS[dialect], Random(f"{SEED} {dialect}"))
        outcomes = Counter(one.code for one in writers.asked)
        assert outcomes["CONNECTION"] >= KILLS[dialect], "the control: it was killed while it worked"
        assert writers.replayed, "the control: something was done and not told"
        assert set(outcomes) <= {"", "CONNECTION", "TRY_AGAIN", "UNAVAILABLE"}
        assert max(back) <= BACK_WITHIN, back
        async with Database.from_url(url) as db:
            await all_is_written(db, writers)
    log = (tmp_path / "log").read_text()
    assert "Traceback" not in log
    assert " ERROR " not in log
