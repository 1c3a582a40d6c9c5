"""`make bench-regions`: what 17 more regions cost the server. Two servers on one database, with four and with 21.

The 17 are written by the scaffold and filled in with the invented data of docs/add-a-region.md. Both servers run
at once, pinned to one core, and are asked in turn; the ratio is that of the CPU for a request, of each round.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.client import Caller
from bench.comparing import Slot, take
from bench.data import fill
from bench.queries import OPERATIONS, Ask, Operation
from bench.run import caller, environment
from bench.servers import OTHER_CORE, ROOT, Contender, Server, pin, serving
from bench.world import World
from tests.regions.many import write_many

FEW, MANY = "4 regions", "21 regions"
COMPARE = """query Compare($draft: ImaginedMessageInput!) {
  compareRegions(draft: $draft) {
    outcomes { region verdict { allowed } }
    differences { question positions { region answer } }
    unanswered { region }
  }
}"""
ASKED = (
    OPERATIONS[0],
    Operation(
        label="compareRegions",
        name="Compare",
        text=COMPARE,
        ask=lambda world, number: Ask(number % world.units, {"draft": {"topic": "QUESTION"}}),
    ),
)
_START = """
import json, resource, time
began = time.perf_counter()
from lifecare_gql.app import create_app
from lifecare_gql.regions import load_regions
from lifecare_gql.schema import build_schema
imported = time.perf_counter()
regions = load_regions()
loaded = time.perf_counter()
build_schema(regions)
built = time.perf_counter()
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
print(json.dumps([len(regions), imported - began, loaded - imported, built - loaded, memory]))
"""


def start(environ: dict[str, str]) -> list[float]:
    """How many regions; seconds to import, load the regions and build the schema; memory at the end, in MiB."""
    told = subprocess.run(
        [sys.executable, "-c", _START], cwd=ROOT, env={**os.environ, **environ}, capture_output=True, check=True
    )
    found: list[float] = json.loads(told.stdout)
    return found


def show_start(environs: dict[str, dict[str, str]], times: int) -> None:
    """The start, the median of several."""
    for name, environ in environs.items():
        found = [statistics.median(one) for one in zip(*(start(environ) for _ in range(times)), strict=True)]
        count, imported, loaded, built, memory = found
        told = f"imports {imported:.2f} s, regions {loaded:.2f} s, schema {built:.2f} s, {memory:.0f} MiB"
        print(f"{name} ({count:.0f}): {told}")


async def ask(servers: Sequence[Server], asking: Caller, asked: argparse.Namespace) -> None:
    """The rounds, and what they say."""
    for operation in ASKED:
        slots: dict[str, list[Slot]] = {server.contender.name: [] for server in servers}
        for turn in range(asked.rounds + 1):
            for server in servers if turn % 2 else reversed(servers):
                slot = await take(server, operation, asking, asked.seconds, asked.concurrency, None)
                if turn:  # the first round warms up
                    slots[server.contender.name].append(slot)
        ratios = [many.cost / few.cost for few, many in zip(slots[FEW], slots[MANY], strict=True)]
        costs = ", ".join(
            f"{name} {statistics.median(one.cost for one in found):.2f} ms" for name, found in slots.items()
        )
        spread = f"{min(ratios):.3f}-{max(ratios):.3f}"
        print(f"{operation.label}: CPU {costs}; ratio {statistics.median(ratios):.3f} ({spread})")


async def run(asked: argparse.Namespace, directory: Path) -> None:
    """Both servers on one database."""
    plugins = os.pathsep.join(map(str, write_many(directory / "plugins")))
    path = os.environ.get("PYTHONPATH", "")
    many = {"PYTHONPATH": os.pathsep.join(filter(None, (path, plugins)))}
    show_start({FEW: {}, MANY: many}, asked.starts)
    url, world = f"sqlite:///{directory}/bench.db", World(asked.scale)
    await fill(url, world)
    common: dict[str, Any] = environment(url, directory)
    async with AsyncExitStack() as stack:
        servers: list[Server] = []
        for name, environ in ((FEW, {}), (MANY, many)):
            contender = Contender(name, "lifecare_gql.cli:application")
            servers += await stack.enter_async_context(serving([contender], common | environ, directory))
        await ask(servers, caller(world, url, directory), asked)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-regions", description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--scale", type=float, default=0.05, help="1: 200 units, 20 000 patients, 200 000 messages"
    )
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=2.0, help="of load for each server in a round")
    parser.add_argument("--concurrency", type=int, default=4, help="connections that ask at once")
    parser.add_argument("--starts", type=int, default=3, help="how often the start is measured")
    return parser.parse_args()


def main() -> None:
    """Entry point."""
    asked = _arguments()
    pin(os.getpid(), OTHER_CORE)
    with tempfile.TemporaryDirectory(prefix="lifecare-bench-") as name:
        asyncio.run(run(asked, Path(name)))


if __name__ == "__main__":
    main()
