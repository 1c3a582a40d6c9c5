"""A database with the demo in it, and what one of its actors hears there."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from strawberry.types import ExecutionResult

from lifecare_gql.actions.callers import caller_of
from lifecare_gql.actions.changes import Feed
from lifecare_gql.actions.session import Session
from lifecare_gql.demo import actors, demo_id, load_demo
from lifecare_gql.regions import Regions, load_regions
from lifecare_gql.schema.context import Context
from lifecare_gql.schema.failures import Schema
from lifecare_gql.schema.rates import Rates
from lifecare_gql.settings import BUDGETS, CALLER
from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.hub import Hub
from lifecare_gql.storage.migrate import migrate

SECRET = b"a secret for tests, not for people"
STATES = {
    "halland/stina-vard": "DISCHARGE_READY",
    "halland/gunnar-vard": "DISCHARGED",
    "halland/elsa-orebro": "NOTIFIED",
    "stockholm/axel-vard": "CLOSED",
    "vasternorrland/holger-vard": "PLANNING",
    "orebro/ingvar-vard": "NOTIFIED",
    "orebro/okand-vard": "ADMITTED",
    "orebro/agda-vard": "DISCHARGED",
}
"""Where each care episode stands."""
NOW = dt.datetime(2026, 11, 25, 9, 30, tzinfo=dt.UTC)  # a Wednesday, 10:30 in Sweden


async def prepare(url: str) -> None:
    """A migrated database with the demo, loaded at `NOW`."""
    await migrate(url)
    async with Database.from_url(url) as db:
        await load_demo(db, load_regions(), SECRET, NOW)


async def states() -> dict[str, str]:
    """Where each care episode of the open database stands."""
    keys = {demo_id(rows.Episode, key): key for key in STATES}
    return {keys[one.id]: one.state.value for one in await rows.Episode.all()}


@dataclass(frozen=True)
class Demo:
    """The demo as its actors see it."""

    db: Database
    regions: Regions
    schema: Schema
    now: dt.datetime = NOW

    async def ask(self, actor: str | None, query: str, name: str | None = None, **variables: Any) -> Any:
        """The answer's data; any error fails the test."""
        meter = Rates(60).meter(str(actor), BUDGETS[CALLER])
        context = Context(session=await self.session(actor), meter=meter)
        answer = await self.schema.execute(
            query, variable_values=variables, context_value=context, operation_name=name
        )
        assert isinstance(answer, ExecutionResult)
        assert answer.errors is None, answer.errors
        return answer.data

    @asynccontextmanager
    async def hearing(
        self, actor: str | None, query: str, name: str, **variables: Any
    ) -> AsyncIterator[Callable[[], Awaitable[Any]]]:
        """A subscription of the actor's that has begun; what it tells next."""
        async with Hub(self.db) as hub:
            session = await self.session(actor)
            feed = Feed(hub, lambda place: self.session(actor))
            source = await self.schema.stream(
                query, variable_values=variables, context_value=Context(session, feed), operation_name=name
            )
            async with aclosing(source):
                first = asyncio.create_task(anext(source))
                await asyncio.sleep(0.5)  # until it has found where it begins

                async def heard() -> Any:
                    answer = await asyncio.wait_for(first, 20)
                    assert answer.errors is None, answer.errors
                    return answer.data

                yield heard

    async def session(self, actor: str | None) -> Session:
        """A session of the demo's actor, or of an anonymous caller."""
        caller = None
        if actor is not None:
            [one] = [one for one in actors(self.regions) if one.id == actor]
            caller = await caller_of(self.db, one.staff_hsa_id, one.id, self.now)
        return Session(db=self.db, regions=self.regions, caller=caller, now=self.now, secret=SECRET)
