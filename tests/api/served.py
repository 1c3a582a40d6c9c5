"""`lifecare-gql serve` as a process of its own, and a client that repeats what was not answered."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import psutil
from pydantic import SecretStr

from lifecare_gql.settings import Settings
from lifecare_gql.web.tokens import DevelopmentIssuer
from tests import world
from tests.conftest import Api, Clock
from tests.databases import application
from tests.test_cli import ROOT, free_port

UNANSWERED = ("TRY_AGAIN", "UNAVAILABLE")
"""Codes after which the same request with the same key is sent again."""


@dataclass(kw_only=True)
class Server:
    """`lifecare-gql serve` as a process of its own, always at the same port and on the same database."""

    settings: Settings
    directory: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    workers: int = 1
    up: asyncio.Event = field(default_factory=asyncio.Event)
    process: asyncio.subprocess.Process | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    async def start(self, http: httpx2.AsyncClient) -> None:
        """Start it, and wait until it answers."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("LIFECARE_")}
        said = {
            "LIFECARE_DATABASE_URL": self.settings.database_url,
            "LIFECARE_ROW_SECURITY": "true",
            "LIFECARE_SECRET": world.SECRET,
            "LIFECARE_STATE_DIR": str(self.settings.state_dir),
            "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
        }
        options = ("--no-demo", "--port", str(self.settings.port), "--workers", str(self.workers))
        command = (sys.executable, "-m", "lifecare_gql", "serve", *options)
        with (self.directory / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *command, env=kept | said | self.environment, cwd=self.directory, stdout=log, stderr=log
            )
        async with asyncio.timeout(60):
            while not await self._answers(http):
                assert self.process.returncode is None, (self.directory / "log").read_text()
                await asyncio.sleep(0.02)
        self.up.set()

    async def _answers(self, http: httpx2.AsyncClient) -> bool:
        try:
            return (await http.get(f"{self.address}/livez")).status_code == 200
        except httpx2.TransportError:
            return False

    def processor_seconds(self) -> float:
        """How long it has been calculating."""
        assert self.process is not None
        spent = psutil.Process(self.process.pid).cpu_times()
        return spent.user + spent.system

    async def kill(self) -> None:
        """Let it end at once, whatever it is doing."""
        assert self.process is not None
        assert self.process.returncode is None, "it ended by itself"
        self.up.clear()
        workers = psutil.Process(self.process.pid).children(recursive=True)
        self.process.kill()
        for one in workers:  # they would outlive it
            with suppress(psutil.NoSuchProcess):
                one.kill()
        await self.process.wait()


class Stubborn(Api):
    """Repeats every request until it is answered; `answers` holds what each key was answered."""

    def __init__(self, http: httpx2.AsyncClient, server: Server, url: str) -> None:
        super().__init__(http, DevelopmentIssuer(server.settings), Clock(), url)
        self.server = server
        self.answers: dict[str, Any] = {}
        self.unanswered: Counter[str] = Counter()
        self.heard: asyncio.Queue[None] = asyncio.Queue()

    async def post(self, query: str, unit: str | None = None, licensed: bool = True, **variables: Any) -> Any:
        """The first answer."""
        while True:
            await self.server.up.wait()
            try:
                answer = await super().post(query, unit, licensed, **variables)
            except (httpx2.TransportError, ValueError):
                self.unanswered["connection"] += 1
                continue
            code = answer["errors"][0]["extensions"]["code"] if "errors" in answer else ""
            if code not in UNANSWERED:
                break
            self.unanswered[code] += 1
        self.heard.put_nowait(None)
        if "key" in variables and answer.get("data"):
            [self.answers[variables["key"]]] = answer["data"].values()
        return answer


@asynccontextmanager
async def serving(
    url: str, directory: Path, owner_url: str | None = None, workers: int = 1, **environment: str
) -> AsyncIterator[tuple[Server, Stubborn]]:
    """The server, up for the first time, and a client that knows the database by its owner's url if given.

    `environment` is what the server is told besides.
    """
    used = application(url) if owner_url is None else url
    settings = Settings(
        database_url=used, secret=SecretStr(world.SECRET), state_dir=directory / "state", port=free_port()
    )
    server = Server(settings=settings, directory=directory, environment=environment, workers=workers)
    async with httpx2.AsyncClient(base_url=server.address, timeout=30) as http:
        api = Stubborn(http, server, owner_url or url)
        try:
            await server.start(http)
            yield server, api
        finally:
            if server.process is not None and server.process.returncode is None:
                await server.kill()
