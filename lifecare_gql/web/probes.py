"""Two questions of whoever runs the process: does it live, and should it be sent requests now?

`/livez` asks nobody: a database that is down is no reason to start the process again. `/readyz` says which part is
missing, by name and state only. Neither needs a token; a proxy need not pass them on to the world.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from lifecare_gql.regions import Regions
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.standing import DatabaseState, Standing
from lifecare_gql.web.identity import Verifier

LOOK_SECONDS = 1.0
"""No look at the database lasts longer than this and the time it takes to give a connection back."""
KEPT_SECONDS = 1.0
"""So long what was seen is told again: whoever asks a thousand times makes one query."""
_FRESH = {"cache-control": "no-store"}


class Readiness:
    """What `/readyz` says; all who ask at once share one look."""

    def __init__(
        self, db: Database, verifier: Verifier, regions: Regions, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._standing, self._verifier = Standing(db), verifier
        versions = {plugin.name: plugin.version for plugin in regions.plugins}
        self._regions = {
            region.code: {name: versions[name] for name in region.plugins} for region in regions.values()
        }
        self._problems = regions.all_problems
        self._monotonic, self._one_at_a_time = monotonic, asyncio.Lock()
        self._seen, self._seen_at = DatabaseState.UNREACHABLE, float("-inf")

    async def told(self) -> tuple[bool, Mapping[str, Any]]:
        """Whether requests are welcome, and the state of each part."""
        database, issuers = await self._database(), self._verifier.standing()
        ready = database is DatabaseState.READY and any(issuers.values())
        return ready, {
            "ready": ready,
            "database": database,
            "issuers": {name: "ready" if has_keys else "without-keys" for name, has_keys in issuers.items()},
            "regions": self._regions,
            "problems": [
                {"key": one.key, "severity": one.severity, "plugin": one.plugin} for one in self._problems()
            ],
        }

    async def _database(self) -> DatabaseState:
        async with self._one_at_a_time:
            if self._monotonic() - self._seen_at >= KEPT_SECONDS:
                self._seen, self._seen_at = await self._look(), self._monotonic()
            return self._seen

    async def _look(self) -> DatabaseState:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                return await self._standing.look()
        except TimeoutError:
            return DatabaseState.UNREACHABLE


def probe_routes(readiness: Readiness) -> list[Route]:
    """`/livez` and `/readyz`."""

    async def alive(request: Request) -> Response:
        return PlainTextResponse("ok", headers=_FRESH)

    async def ready(request: Request) -> Response:
        welcome, told = await readiness.told()
        return JSONResponse(told, 200 if welcome else 503, _FRESH if welcome else _FRESH | {"retry-after": "1"})

    return [Route("/livez", alive), Route("/readyz", ready)]
