"""`make bench`: our server against hand-written SQL, on SQLite and PostgreSQL, as a table in Markdown.

Both servers run at once, each one process, pinned to the same core; this process and PostgreSQL have the other
one. A round asks each operation of ours, then of the bare one; the ratio is that of the CPU for a request, of
each round, and the table shows the median of them, with the lowest and the highest. Everything is on loopback or
a Unix socket, in the system's directory for temporary files, and gone afterwards.

PostgreSQL is that of the tests: LIFECARE_TEST_DATABASE_URL, whose CPU is then not counted, or one of our own,
which does not wait for the disk. SQLite does: its requests per second are the disk's, its CPU is not.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import os
import platform
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.client import Caller, Failed
from bench.comparing import BARE, OURS, Different, Plan, Say, compare, measure
from bench.data import fill
from bench.fanout import fan_out
from bench.peers import SUBSCRIBED, peers
from bench.servers import OTHER_CORE, Contender, family, pin, serving
from bench.tables import TITLES, Found, against_peers, growth, table, told
from bench.world import LISTENERS, World
from lifecare_gql.settings import Settings
from lifecare_gql.storage.url import Dialect, PostgresAddress, parse_url
from lifecare_gql.web.tokens import DevelopmentIssuer
from tests.databases import PostgresServer, application


@dataclass(frozen=True, slots=True)
class Place:
    """A database: its url for the owner, PostgreSQL's process if it is ours, and what grants the servers' role."""

    url: str
    postmaster: int | None = None
    grant: Callable[[], Awaitable[None]] | None = None


def environment(url: str, directory: Path) -> dict[str, str]:
    """The settings of both servers."""
    return {
        "LIFECARE_MODE": "development",
        "LIFECARE_DATABASE_URL": url,
        "LIFECARE_STATE_DIR": str(directory),
        # The load comes from few callers, who would soon have spent everything.
        "LIFECARE_BUDGETS": '{"caller": {"nodes": 20000, "fields": 100000, "points": 1000000000}}',
    }


def caller(world: World, url: str, directory: Path) -> Caller:
    """Somebody at each unit, with a token of the servers' own issuer."""
    return Caller(world, _tokens(map(world.staff, range(world.units)), url, directory))


def listeners(world: World, url: str, directory: Path) -> list[str]:
    """Tokens of those who only listen."""
    return _tokens(map(world.listener, range(2 * LISTENERS)), url, directory)


def _tokens(people: Iterable[tuple[str, str]], url: str, directory: Path) -> list[str]:
    issuer = DevelopmentIssuer(Settings(database_url=url, state_dir=directory))
    now, lifetime = dt.datetime.now(dt.UTC), dt.timedelta(hours=2)
    return [issuer.issue(*one, now, lifetime) for one in people]


async def run(
    url: str,
    world: World,
    plan: Plan,
    directory: Path,
    contenders: tuple[Contender, ...] = (OURS, BARE),
    options: tuple[str, ...] = (),
    postmaster: int | None = None,
    say: Say = print,
) -> Found:
    """Compare and measure on a filled database; Different when there is nothing to measure."""
    asking = caller(world, url, directory)
    walled = environment(application(url), directory) | {"LIFECARE_ROW_SECURITY": "true"}
    async with serving(contenders, walled, directory, options) as servers:
        await compare(servers, url, asking)
        say("the answers are equal, byte for byte, and so are the rows written")
        slots = await measure(servers, asking, plan, postmaster, say)
        telling = [server for server in servers if server.contender.name in (OURS.name, SUBSCRIBED)]
        heards = await fan_out(telling, asking, listeners(world, url, directory), plan.rounds, say)
    return Found(slots, heards)


@asynccontextmanager
async def postgres() -> AsyncIterator[Place]:
    """A database on the tests' server, in which the servers have a role without more rights than they need."""
    server = await PostgresServer.start()
    name = f"lifecare_bench_{os.getpid()}"
    await server.create_role()
    try:
        url = await server.create_database(name)
        try:
            yield Place(url, _postmaster(url), partial(server.grant, name))
        finally:
            await server.drop_database(name)
    finally:
        await server.drop_role()
        server.stop()


def _postmaster(url: str) -> int | None:
    address = parse_url(url)
    assert isinstance(address, PostgresAddress)
    file = Path(address.host) / "data" / "postmaster.pid"
    return int(file.read_text().split()[0]) if file.exists() else None


async def _one(dialect: Dialect, place: Place, directory: Path, asked: argparse.Namespace, until: float) -> Found:
    world = World(asked.scale, asked.seed)
    print(f"{TITLES[dialect]}: filling {world.units} units, {world.patients} patients, {world.messages} messages")
    began = time.monotonic()
    await fill(place.url, world)
    if place.grant:
        await place.grant()
    print(f"filled in {time.monotonic() - began:.0f} s; starting both servers")
    for pid in family(place.postmaster) if place.postmaster else ():
        pin(pid, OTHER_CORE)
    plan = Plan(
        rounds=asked.rounds,
        seconds=asked.seconds,
        warm_up=asked.seconds / 2,
        concurrency=asked.concurrency,
        deadline=until,
    )
    options = ("--loop", asked.loop, "--http", asked.http)
    contenders = (OURS, BARE, *(peers(place.url, directory) if asked.peers else ()))
    return await run(place.url, world, plan, directory, contenders, options, place.postmaster)


async def _all(asked: argparse.Namespace) -> dict[Dialect, Found]:
    found: dict[Dialect, Found] = {}
    dialects, began = list(dict.fromkeys(asked.database)), time.monotonic()
    for number, dialect in enumerate(dialects, 1):
        until = began + 60 * asked.minutes * number / len(dialects)
        with tempfile.TemporaryDirectory(prefix="lifecare-bench-") as name:
            directory = Path(name)
            if dialect is Dialect.SQLITE:
                place = Place(f"sqlite:///{directory}/bench.db")
                found[dialect] = await _one(dialect, place, directory, asked, until)
                continue
            async with postgres() as place:
                found[dialect] = await _one(dialect, place, directory, asked, until)
    return found


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--database", type=Dialect, nargs="+", default=list(Dialect), choices=list(Dialect))
    parser.add_argument("--scale", type=float, default=1.0, help="1: 200 units, 20 000 patients, 200 000 messages")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--seconds", type=float, default=2.0, help="of load for each operation and server in a round"
    )
    parser.add_argument("--concurrency", type=int, default=32, help="connections that ask at once")
    parser.add_argument("--minutes", type=float, default=25.0, help="no further round begins after this time")
    parser.add_argument("--peers", action=argparse.BooleanOptionalAction, default=True, help="others, on Node")
    parser.add_argument("--loop", default="auto", help="uvicorn's, for both servers")
    parser.add_argument("--http", default="auto", help="uvicorn's, for both servers")
    return parser.parse_args()


def main() -> None:
    """Entry point."""
    asked = _arguments()
    pin(os.getpid(), OTHER_CORE)
    try:
        found = asyncio.run(_all(asked))
    except (Different, Failed) as fault:
        sys.exit(f"Nothing is measured: {type(fault).__name__}: {fault}")
    print(f"\nPython {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores;", end=" ")
    print(f"{asked.concurrency} connections, {asked.rounds} rounds of {asked.seconds:g} s")
    print(f"\n{table(found)}\n\n{growth(found)}")
    for dialect, one in found.items():
        print(f"\n{against_peers(one.slots)}\n\n{TITLES[dialect]}:\n\n{told(one.heards)}")


if __name__ == "__main__":
    main()
