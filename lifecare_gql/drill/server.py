"""The application in process: on a new database with the demo, and with a clock that the drill moves.

The application is the one that is served (`create_app`): tokens, limits and the access log hold. Only the network
is left out.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.types import ASGIApp, Message

from lifecare_gql.app import create_app, utc_now
from lifecare_gql.demo import Actor, load_demo
from lifecare_gql.regions import Regions
from lifecare_gql.settings import Settings
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.migrate import migrate
from lifecare_gql.web.tokens import DevelopmentIssuer


class Clock:
    """Stands still until the drill moves it. Aware."""

    def __init__(self, start: dt.datetime) -> None:
        self.now = start

    def __call__(self) -> dt.datetime:
        """The moment, in UTC."""
        return self.now.astimezone(dt.UTC)

    def move(self, minutes: int) -> None:
        """Let minutes elapse, also where the clocks change."""
        self.now = (self() + dt.timedelta(minutes=minutes)).astimezone(self.now.tzinfo)


class Server:
    """The application on a new database in a folder. One is open at a time: while `serving`, or by `database`."""

    def __init__(self, regions: Regions, start: dt.datetime, folder: Path) -> None:
        self.clock, self.regions = Clock(start), regions
        self.settings = Settings(database_url=f"sqlite:///{folder / 'drill.db'}", state_dir=folder / "state")
        self._app: Starlette = create_app(self.settings, regions, self.clock)

    async def prepare(self) -> None:
        """Make the database, with the demo of the regions as of the clock."""
        await migrate(self.settings.database_url)
        async with self.database() as db:
            await load_demo(db, self.regions, self.settings.key(), self.clock())

    def database(self) -> Database:
        """The database, for a command that is run while nothing is served."""
        return Database.from_url(self.settings.database_url)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """While the application runs."""
        async with self._app.router.lifespan_context(self._app):
            yield

    def token(self, actor: Actor) -> str:
        """A token of the development issuer, valid by the wall clock, whatever the drill's clock says."""
        return DevelopmentIssuer(self.settings).issue(actor.staff_hsa_id, actor.id, utc_now())

    async def post(self, query: str, token: str | None, variables: dict[str, Any]) -> Any:
        """The whole answer to a request, errors and all."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        return json.loads(await _posted(self._app, body, token))


async def _posted(app: ASGIApp, body: bytes, token: str | None) -> bytes:
    """The body of the answer to POST /graphql."""
    headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
    if token is not None:
        headers.append((b"authorization", f"Bearer {token}".encode()))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": "POST",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 0),
        "server": ("127.0.0.1", 0),
    }
    pieces: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Message) -> None:
        pieces.append(message.get("body", b""))

    await app(scope, receive, send)
    return b"".join(pieces)
