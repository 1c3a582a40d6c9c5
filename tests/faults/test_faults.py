"""What PostgreSQL can do to the server while eight clients write and read: nobody waits long, and nothing is lost.

One server and one cluster meet all the faults after each other, and nobody starts the server again in between.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest

from lifecare_gql.storage.database import Database
from tests.api.served import Server, serving
from tests.faults import cluster as clusters
from tests.faults import writing
from tests.faults.cluster import Cluster
from tests.faults.kinds import FAULTS, Fault, disk_full
from tests.faults.writing import Writers, all_is_written

pytestmark = pytest.mark.long

CLIENTS = 8
ANSWER_WITHIN = BACK_WITHIN = 10.0
CLEAN = {"", "TRY_AGAIN", "UNAVAILABLE"}


@dataclass(kw_only=True)
class Watched:
    """What the two probes were answered, and when."""

    address: str
    alive: list[int] = field(default_factory=list)
    ready: list[tuple[float, int]] = field(default_factory=list)
    slowest: float = 0.0

    async def look(self) -> None:
        """Again and again, until cancelled."""
        async with httpx2.AsyncClient(base_url=self.address, timeout=ANSWER_WITHIN) as http:
            while True:
                self.alive.append((await self._asked(http, "/livez"))[1])
                self.ready.append(await self._asked(http, "/readyz"))
                await asyncio.sleep(0.25)

    async def _asked(self, http: httpx2.AsyncClient, path: str) -> tuple[float, int]:
        """When it was asked, and the status."""
        began = time.monotonic()
        status = (await http.get(path)).status_code
        self.slowest = max(self.slowest, time.monotonic() - began)
        return began, status

    async def is_ready_again(self) -> None:
        """Wait until it says so."""
        while self.ready[-1][1] != 200:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


@dataclass(frozen=True)
class Stand:
    """The cluster, the server on it, and whoever writes."""

    cluster: Cluster
    server: Server
    writers: Writers
    process: int


@pytest.fixture(scope="module")
async def stand(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stand]:
    directory: Path = tmp_path_factory.mktemp("faults")
    async with clusters.running() as cluster:
        await writing.prepare(cluster.owner_url)
        await clusters.granted(cluster)
        await cluster.execute("create role other login")
        secret = {"PGPASSFILE": str(cluster.password_file)}
        async with serving(cluster.url, directory, owner_url=cluster.owner_url, **secret) as (server, api):
            assert server.process is not None
            yield Stand(cluster, server, await Writers.of(api), server.process.pid)
    log = (directory / "log").read_text()
    assert "Traceback" not in log
    assert " ERROR " not in log


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_fault_of_the_database_is_survived(stand: Stand, fault: Fault, tmp_path: Path) -> None:
    if fault.lasting is disk_full and not await clusters.may_mount(tmp_path):
        pytest.skip("A full disk needs a small one: this user may not mount it.")
    writers, watched = stand.writers, Watched(address=stand.server.address)
    writers.asked.clear()
    async with writers.writing(CLIENTS):
        await writers.written(CLIENTS)
        watching = asyncio.create_task(watched.look())
        began = time.monotonic()
        async with fault.lasting(stand.cluster):
            ends = time.monotonic()
        over = time.monotonic()
        async with asyncio.timeout(BACK_WITHIN):
            while writers.first_write_after(over) > BACK_WITHIN:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
            await watched.is_ready_again()
        watching.cancel()
    _everybody_was_answered(writers, fault)
    assert writers.first_write_after(over) <= BACK_WITHIN
    assert set(watched.alive) == {200}
    assert watched.slowest < 5
    during = [status for at, status in watched.ready if began <= at <= ends]
    assert fault.unready in (None, 503 in during), during
    assert stand.server.process is not None
    assert (stand.server.process.pid, stand.server.process.returncode) == (stand.process, None)
    async with Database.from_url(stand.cluster.owner_url) as db:
        await all_is_written(db, writers)


def _everybody_was_answered(writers: Writers, fault: Fault) -> None:
    codes = Counter(one.code for one in writers.asked)
    assert set(codes) <= CLEAN, codes
    assert set(codes) >= fault.hinders, "the control: it was felt"
    assert max(one.took for one in writers.asked) < ANSWER_WITHIN
