"""A client of server-sent events."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from tests.web.issuer import Client


@dataclass(frozen=True)
class Event:
    """One event; a heartbeat has no kind."""

    kind: str
    data: Any = None
    id: str | None = None


class Stream:
    """The events of one answer, as they come."""

    def __init__(self, response: httpx2.Response) -> None:
        self.response = response
        self._lines = response.aiter_lines()

    async def event(self) -> Event:
        """The next event, heartbeats too; StopAsyncIteration when there is none."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(20):
            while line := await anext(self._lines):
                name, _, value = line.partition(":")
                fields[name] = value.removeprefix(" ")
        data = json.loads(fields["data"]) if fields.get("data") else None
        return Event(fields.get("event", ""), data, fields.get("id"))

    async def next(self) -> Any:
        """The data of the next result."""
        while (event := await self.event()).kind != "next":
            assert event.kind == "", event
        return event.data

    async def rest(self) -> list[str]:
        """The kinds of all that still comes, until the end."""
        found = []
        try:
            while True:
                found.append((await self.event()).kind)
        except StopAsyncIteration:
            return found


@asynccontextmanager
async def streaming(
    client: Client, token: str | None, query: str, accept: str = "text/event-stream", **variables: Any
) -> AsyncIterator[Stream]:
    """An operation whose results come as events."""
    head = {"accept": accept} | ({} if token is None else {"authorization": f"Bearer {token}"})
    body = {"query": query, "variables": variables}
    async with client.http.stream("POST", "/graphql", json=body, headers=head) as response:
        yield Stream(response)
