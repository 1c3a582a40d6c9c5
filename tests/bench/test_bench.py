"""The benchmark measures what it says: both servers do the same, and it refuses when they do not."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

import pytest

from bench import alike, kit_world, kits
from bench.comparing import BARE, OURS, Different, Plan, compare
from bench.data import fill
from bench.peers import STRAWBERRY
from bench.queries import OPERATIONS
from bench.run import caller, environment, run
from bench.servers import Contender, serving
from bench.tables import growth, table, told
from bench.world import World
from lifecare_gql.storage.url import Dialect
from tests.databases import Databases

WORLD = World(scale=0.002)
SHORT = Plan(rounds=1, seconds=0.05, warm_up=0.0, concurrency=2)


async def small(url: str) -> None:
    """The benchmark's world, as small as it can be."""
    await fill(url, WORLD)


async def test_both_servers_answer_the_same_and_are_measured(
    dialect: Dialect, databases: Databases, tmp_path: Path
) -> None:
    lines: list[str] = []
    async with databases.copy(dialect, small) as url:
        found = await run(url, WORLD, SHORT, tmp_path, say=lines.append)

    assert lines[0].startswith("the answers are equal")
    assert set(found.slots) == {(operation.label, one.name) for operation in OPERATIONS for one in (OURS, BARE)}
    assert all(slot.done > 0 and slot.cpu > 0 for [slot] in found.slots.values())
    assert len(table({dialect: found}).splitlines()) == len(OPERATIONS) + 2
    assert len(growth({dialect: found}).splitlines()) == 3
    assert all(heard.first <= heard.last for [heard] in found.heards.values())
    assert len(told(found.heards).splitlines()) == 2 + 2


async def test_it_refuses_to_measure_servers_that_differ(databases: Databases, tmp_path: Path) -> None:
    altered = [Contender(name, f"tests.bench.altered:{name}") for name in ("renamed", "unlogged")]
    async with databases.copy(Dialect.SQLITE, small) as url:
        asking = caller(WORLD, url, tmp_path)
        async with serving([BARE, *altered], environment(url, tmp_path), tmp_path) as [bare, renamed, unlogged]:
            with pytest.raises(Different, match="one unit, set 0, renamed: at byte"):
                await compare([bare, renamed], url, asking)
            with pytest.raises(Different, match="patient, messages, plans: other rows are written"):
                await compare([bare, unlogged], url, asking)


async def test_the_naive_server_does_what_the_bare_one_does(
    dialect: Dialect, databases: Databases, tmp_path: Path
) -> None:
    async with databases.copy(dialect, small) as url:
        asking = caller(WORLD, url, tmp_path)
        async with serving([BARE, STRAWBERRY], environment(url, tmp_path), tmp_path) as servers:
            await compare(servers, url, asking)


def test_answers_in_other_words_are_compared_by_what_they_tell() -> None:
    ours = (
        b'{"data":{"unit":{"id":"unit_c2f97341fb3d4d0c816066dbe83e1563","since":"2025-01-03T18:39:00Z","overdue":false,'
        b'"content":{"goals":[{"text":"G","inOwnWords":true}]}}}}'
    )
    theirs = (
        b'{"data":{"u":{"rowId":"c2f97341-fb3d-4d0c-8160-66dbe83e1563","at":"2025-01-03T18:39:00.000000+00:00",'
        b'"content":{"content":{"goals":[{"in_own_words":true,"text":"G","more":1}],"measures":"none"}}}}}'
    )
    assert alike.told(ours) == alike.told(theirs)
    assert alike.told(ours) != alike.told(theirs.replace(b"18:39", b"18:40"))
    assert alike.told(ours) != alike.told(theirs.replace(b"8160-66dbe83e", b"8160-66dbe83f"))


KITS = kit_world.KitWorld(scale=0.05)


async def kits_of(url: str) -> None:
    """A region of 25 units."""
    await kit_world.fill(url, KITS)


async def test_the_kits_of_a_region_are_made_and_told_of_while_they_are_made(
    dialect: Dialect, databases: Databases, tmp_path: Path
) -> None:
    async with databases.copy(dialect, kits_of) as url:
        run = await asyncio.to_thread(kits.make, url, KITS, tmp_path)

    line = re.compile(r"  (\d+)/25  .*: (\d+) episodes, (\d+) messages, 0 .*")
    told = [tuple(map(int, found.groups())) for one in run.lines if (found := line.fullmatch(one.line))]
    assert [number for number, _, _ in told] == list(range(1, 26))
    assert sum(episodes for _, episodes, _ in told) == 3 * KITS.patients
    assert sum(messages for _, _, messages in told) == 2 * KITS.messages
    assert min(run.each) > 0.01  # told one by one: a kit of 120 episodes takes much longer than that
    assert 50 < run.mebibytes < 1000
    assert len(kits.table({dialect: [run, run]}).splitlines()) == 4


async def test_what_the_command_did_not_do_is_not_measured(databases: Databases, tmp_path: Path) -> None:
    smaller = kit_world.KitWorld(scale=0.01)
    async with databases.copy(Dialect.SQLITE, kits_of) as url:
        with pytest.raises(kits.Failed, match="25 of 5 units told"):
            await asyncio.to_thread(kits.make, url, smaller, tmp_path)
