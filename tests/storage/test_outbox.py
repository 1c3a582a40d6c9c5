"""The outbox: positions without gaps, in the order of the commits, however many write at once; and trimming."""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from collections.abc import AsyncIterator
from contextlib import ExitStack
from functools import partial
from random import Random
from typing import Any

import pytest

from lifecare_gql.storage import hub
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.hub import Hub
from lifecare_gql.storage.migrate import migrate
from lifecare_gql.storage.outbox import News, Stretch, publish, since, tails, trim
from lifecare_gql.storage.url import Dialect
from tests.api.test_paths import played_with_outage
from tests.conftest import Api, Clock, run
from tests.databases import Databases
from tests.storage.records import NOW
from tests.told import gapless, told_as_written

WRITERS, ROUNDS = 16, 25
STREAMS = tuple(f"unit:{uuid.UUID(int=at)}" for at in range(5))


@pytest.fixture
async def db(dialect: Dialect, databases: Databases) -> AsyncIterator[Database]:
    async with databases.copy(dialect, migrate) as url, Database.from_url(url, pool_size=WRITERS + 2) as found:
        yield found


class Ticking(Clock):
    """A clock that goes on, so that what was written tells who took part when."""

    def __call__(self) -> dt.datetime:
        self.now += dt.timedelta(seconds=1)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Ticking()


def news(at: dt.datetime = NOW) -> News:
    return News("MESSAGE", uuid.uuid4(), "SENT", at, 1)


def lengths(seen: dict[str, list[int]]) -> dict[str, int]:
    return {name: len(those) for name, those in seen.items()}


class Undone(Exception):
    """A transaction that comes to nothing."""


async def test_the_positions_have_no_gaps_and_come_in_the_order_of_the_commits(db: Database) -> None:
    """Whoever reads on from a position never finds later that one before it was missing."""
    committed: list[dict[str, int]] = []
    over = asyncio.Event()

    async def writes(roll: Random) -> None:
        for _ in range(ROUNDS):
            told = {
                name: [news() for _ in range(roll.randint(1, 3))]
                for name in roll.sample(STREAMS, roll.randint(1, 5))
            }
            try:
                async with db.transaction() as tx:
                    await asyncio.sleep(roll.uniform(0, 0.003))
                    await publish(tx.select, db.dialect, told)
                    await asyncio.sleep(roll.uniform(0, 0.003))
                    if roll.random() < 0.2:
                        raise Undone
            except Undone:
                continue
            committed.append({name: len(those) for name, those in told.items()})

    async def reads() -> dict[str, list[int]]:
        seen: dict[str, list[int]] = {name: [] for name in STREAMS}
        while not over.is_set() or await tails(db.select, db.dialect, STREAMS) != lengths(seen):
            found = await since(db.select, db.dialect, lengths(seen), 1000)
            for name, stretch in found.items():
                assert stretch.whole
                seen[name] += [one.position for one in stretch.entries]
            await asyncio.sleep(0.001)
        return seen

    reading = asyncio.create_task(reads())
    await asyncio.gather(*(writes(Random(at)) for at in range(WRITERS)))
    over.set()
    seen = await reading

    wanted = {name: sum(one.get(name, 0) for one in committed) for name in STREAMS}
    assert {name: those == list(range(1, wanted[name] + 1)) for name, those in seen.items()} == dict.fromkeys(
        STREAMS, True
    )
    assert await gapless(db.select) == sum(wanted.values()) > 500
    assert len(committed) < WRITERS * ROUNDS, "the control: some were undone"


async def test_what_is_trimmed_is_missed_and_what_never_was_too(db: Database) -> None:
    name = STREAMS[0]
    async with db.transaction() as tx:
        await publish(
            tx.select, db.dialect, {name: [news(NOW - dt.timedelta(hours=hours)) for hours in (3, 2, 1)]}
        )

    assert await trim(db, NOW - dt.timedelta(hours=1.5)) == 2
    found = {at: (await since(db.select, db.dialect, {name: at}, 10))[name] for at in range(5)}
    assert {at: one.whole for at, one in found.items()} == {0: False, 1: False, 2: True, 3: True, 4: False}
    assert [one.position for one in found[2].entries] == [3]
    nothing = (await since(db.select, db.dialect, {STREAMS[1]: 0}, 10))[STREAMS[1]]
    assert nothing == Stretch(0, (), whole=True)


async def test_no_event_and_no_task_is_written_without_being_told(api: Api) -> None:
    await played_with_outage(api)

    assert await told_as_written(partial(run, api)) > 50


async def test_the_hub_goes_on_after_any_error(db: Database) -> None:
    """Also one that nobody foresaw: else whoever follows would wait for ever."""
    name = STREAMS[0]
    async with Hub(db, look_again=0.05) as hub:
        with hub.following([name]) as grown:
            async with db.transaction() as tx:
                await tx.execute("alter table outbox rename to lost")
            await asyncio.sleep(0.3)
            async with db.transaction() as tx:
                await tx.execute("alter table lost rename to outbox")
                await publish(tx.select, db.dialect, {name: [news()]})
            async with asyncio.timeout(10):
                while not (found := await hub.after(name, 0)).entries:
                    grown.clear()
                    await grown.wait()
    assert [one.position for one in found.entries] == [1]


async def test_who_comes_while_a_stream_is_read_does_not_wait_for_the_next_look(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, others = STREAMS[:2]
    first, again = ExitStack(), ExitStack()
    came: list[asyncio.Event] = []
    there = asyncio.Event()
    real = hub.tails

    async def meanwhile(*rest: Any) -> dict[str, int]:
        if not came and hubs._last(ours) is not None:
            first.close()
            came.append(again.enter_context(hubs.following([ours])))
            there.set()
        return await real(*rest)

    monkeypatch.setattr(hub, "tails", meanwhile)
    async with Hub(db) as hubs:
        read = first.enter_context(hubs.following([ours]))
        async with asyncio.timeout(5):
            await read.wait()
            with again, hubs.following([others]):  # one that is new: where it ends must be asked for
                hubs.wake([ours])
                await there.wait()
                await came[0].wait()
                assert hubs._last(ours) == 0
