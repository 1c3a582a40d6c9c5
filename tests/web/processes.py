"""`lifecare-gql serve` as processes of their own, which can be stopped and killed."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from lifecare_gql.settings import Settings
from tests import world
from tests.test_cli import ROOT, free_port
from tests.web.issuer import Client


@dataclass(kw_only=True)
class Process:
    """A serving process, its log, and a client."""

    process: asyncio.subprocess.Process
    client: Client
    log: Path

    @property
    def descriptors(self) -> int:
        """How many files and sockets it has open."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    @property
    def rss(self) -> int:
        """Its memory in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return next(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS"))


@asynccontextmanager
async def served(settings: Settings, directory: Path, **more: str) -> AsyncIterator[Process]:
    """A process that answers; killed at the end, if it is still there. `more`: further settings."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LIFECARE_")}
    said = {
        "LIFECARE_DATABASE_URL": settings.database_url,
        "LIFECARE_SECRET": world.SECRET,
        "LIFECARE_STATE_DIR": str(settings.state_dir),
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
    }
    command = (sys.executable, "-m", "lifecare_gql", "serve", "--no-demo", "--port", str(port))
    log = directory / f"log-{port}"
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            *command, env=kept | said | more, cwd=directory, stdout=file, stderr=file
        )
    async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as http:
        try:
            async with asyncio.timeout(60):
                while not await _answers(http):
                    assert process.returncode is None, log.read_text()
                    await asyncio.sleep(0.05)
            yield Process(process=process, client=Client(http, port), log=log)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def _answers(http: httpx2.AsyncClient) -> bool:
    try:
        return (await http.get("/livez")).status_code == 200
    except httpx2.TransportError:
        return False
