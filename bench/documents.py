"""What a document costs that nobody has sent before, and what very many of them leave in memory.

    make bench-documents

One server on SQLite, pinned to a core. A known document is asked again and again, then as many times one that is
new; the difference is what it costs to see a document for the first time. It is held against graphql-core's own
`parse` and `validate` of the same texts, in this process on the other core.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import replace
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from graphql import parse, validate

from bench.client import Caller, Connection, connected
from bench.comparing import OURS
from bench.data import fill
from bench.queries import OPERATIONS, PATIENT, Operation
from bench.run import caller, environment
from bench.servers import OTHER_CORE, Server, pin, serving
from bench.world import World
from lifecare_gql.regions import load_regions
from lifecare_gql.schema import build_schema

COMPARED = 500
_AT_ONCE, _STEP = 8, 250
_PATIENT = next(one for one in OPERATIONS if one.text == PATIENT)


def unseen(number: int) -> Operation:
    """The patient's operation in words that no other one has."""
    return replace(_PATIENT, text=PATIENT.replace("givenName", f"name{number}: givenName"))


async def ask(server: Server, asking: Caller, operations: Iterable[Operation]) -> None:
    """Each of them once, some at a time."""
    waiting = iter(operations)

    async def one_after_the_other() -> None:
        async with connected(server.port) as connection:
            await _all(connection)

    async def _all(connection: Connection) -> None:
        for operation in waiting:
            await asking.ask(connection, operation, 0)

    await asyncio.gather(*(one_after_the_other() for _ in range(_AT_ONCE)))


async def cost(server: Server, asking: Caller, operations: list[Operation]) -> float:
    """Milliseconds of the server's CPU for each."""
    began = server.cpu()
    await ask(server, asking, operations)
    return 1000 * (server.cpu() - began) / len(operations)


def usual(operations: list[Operation]) -> float:
    """Milliseconds that graphql-core takes to parse and validate each."""
    schema = build_schema(load_regions())._schema
    began = time.process_time()
    for one in operations:
        assert validate(schema, parse(one.text)) == []
    return 1000 * (time.process_time() - began) / len(operations)


def mebibytes(pid: int) -> float:
    """What the process holds in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


async def run(documents: int, directory: Path) -> None:
    """Print what was found."""
    world, url, numbers = World(0.002), f"sqlite:///{directory}/bench.db", count()
    await fill(url, world)
    asking = caller(world, url, directory)
    async with serving([OURS], environment(url, directory), directory) as [server]:
        fresh = [unseen(next(numbers)) for _ in range(COMPARED)]
        await ask(server, asking, [_PATIENT] * COMPARED)
        known, first = await cost(server, asking, [_PATIENT] * COMPARED), await cost(server, asking, fresh)
        core = usual(fresh)
        print(f"a known document {known:.2f} ms, an unseen one {first:.2f} ms, parse and validate {core:.2f} ms")
        print(f"to see a document for the first time: {(first - known) / core:.2f} x parse and validate")
        done = COMPARED
        for part in (0.05, 0.1, 0.2, 0.5, 1.0):
            while done < part * documents:
                await ask(server, asking, (unseen(next(numbers)) for _ in range(_STEP)))
                done += _STEP
            print(f"after {done:>7} different documents: {mebibytes(server.process.pid):.0f} MiB", flush=True)


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--documents", type=int, default=20_000)
    pin(os.getpid(), OTHER_CORE)
    with tempfile.TemporaryDirectory(prefix="lifecare-bench-") as name:
        asyncio.run(run(parser.parse_args().documents, Path(name)))


if __name__ == "__main__":
    main()
