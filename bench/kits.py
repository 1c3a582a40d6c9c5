"""`make bench-kits`: the outage kits of a whole region, made by the command, as a table in Markdown.

A database is filled with 500 units and 20 000 open episodes of one region, and another with a tenth of that.
`lifecare-gql outage-kit --region` runs on each as a process of its own, and is watched: what it tells while it
runs, how long it takes, and the most memory that it ever held. Memory is flat when the ratio of the two is near 1.
Everything is in the system's directory for temporary files, and gone afterwards.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.kit_world import KitWorld, fill
from bench.run import TITLES, environment, postgres
from bench.servers import ROOT, cpu_seconds
from lifecare_gql.storage.url import Dialect

_STATUS = "VmHWM:"
_TOLD = 5
"""So many of the lines that the command tells are shown."""


class Failed(Exception):
    """The command did not do what was asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A line that the command told, and when: seconds, its CPU seconds, and its peak of memory in KiB by then."""

    line: str
    at: float
    cpu: float
    peak: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The command, watched."""

    world: KitWorld
    lines: list[Heard]
    seconds: float

    @property
    def progress(self) -> list[Heard]:
        """The lines that tell of a unit."""
        return [one for one in self.lines if one.line.startswith("  ")]

    @property
    def each(self) -> tuple[float, float]:
        """Seconds, and CPU seconds, for a unit, without the start: from the first that was told to the last."""
        first, *_, last = self.progress
        others = len(self.progress) - 1
        return (last.at - first.at) / others, (last.cpu - first.cpu) / others

    @property
    def mebibytes(self) -> float:
        """The most memory that it held."""
        return max(one.peak for one in self.lines) / 1024


def make(url: str, world: KitWorld, directory: Path) -> Run:
    """Run the command on the filled database; Failed when it fails, or does not tell of every unit."""
    out = directory / "kits"
    command = [sys.executable, "-m", "lifecare_gql", "outage-kit", "--region", world.region, "--out", str(out)]
    variables = {**os.environ, **environment(url, directory), "PYTHONUNBUFFERED": ""}
    began = time.monotonic()
    with subprocess.Popen(command, cwd=ROOT, env=variables, stdout=subprocess.PIPE, text=True) as process:
        lines = list(_heard(process, began))
    run = Run(world=world, lines=lines, seconds=time.monotonic() - began)
    if process.returncode or len(run.progress) != world.units:
        raise Failed(f"exit {process.returncode}, {len(run.progress)} of {world.units} units told")
    return run


def _heard(process: subprocess.Popen[str], began: float) -> Iterator[Heard]:
    assert process.stdout is not None
    for line in process.stdout:
        yield Heard(
            line=line.rstrip("\n"),
            at=time.monotonic() - began,
            cpu=cpu_seconds(process.pid),
            peak=peak(process.pid),
        )


def peak(pid: int) -> int:
    """The most memory that the process has held since its program began, in KiB; 0 where only Linux would say.

    A child's `ru_maxrss` would not do: it begins with what its parent held.
    """
    status = Path(f"/proc/{pid}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) for line in lines if line.startswith(_STATUS)), 0)


def table(found: dict[Dialect, list[Run]]) -> str:
    """The table for the README."""
    head = ("database", "units", "open episodes", "time", "for a unit", "its CPU", "peak memory", "ratio")
    lines = [head, ("---",) * len(head)]
    for dialect, runs in found.items():
        lines += [(TITLES[dialect], *_cells(run, runs[0])) for run in runs]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(run: Run, smallest: Run) -> tuple[str, ...]:
    ratio = run.mebibytes / smallest.mebibytes if smallest.mebibytes else 0.0
    elapsed, cpu = run.each
    return (
        str(run.world.units),
        str(run.world.patients),
        f"{run.seconds:.0f} s",
        f"{1000 * elapsed:.0f} ms",
        f"{1000 * cpu:.0f} ms",
        f"{run.mebibytes:.0f} MiB",
        f"**{ratio:.2f}**" if ratio and run is not smallest else "–",
    )


def show(run: Run) -> None:
    """What the command told, from the first line to the last."""
    shown = run.lines[: _TOLD - 2] + run.lines[-2:]
    print(f"{len(run.progress)} lines of progress, e.g.")
    print("\n".join(f"  after {one.at:6.1f} s: {one.line.strip()}" for one in shown))


async def measure(dialect: Dialect, world: KitWorld) -> Run:
    """Fill a database with the world, run the command on it, and leave nothing behind."""
    with tempfile.TemporaryDirectory(prefix="lifecare-bench-") as name:
        async with _database(dialect, Path(name)) as url:
            print(f"{TITLES[dialect]}: {world.units} units, {world.patients} open episodes")
            await fill(url, world)
            return await asyncio.to_thread(make, url, world, Path(name))


@asynccontextmanager
async def _database(dialect: Dialect, directory: Path) -> AsyncIterator[str]:
    if dialect is Dialect.SQLITE:
        yield f"sqlite:///{directory}/bench.db"
        return
    async with postgres() as (url, _):
        yield url


async def _all(asked: argparse.Namespace) -> dict[Dialect, list[Run]]:
    found: dict[Dialect, list[Run]] = {}
    for dialect in dict.fromkeys(asked.database):
        for scale in (asked.scale / 10, asked.scale):
            run = await measure(dialect, KitWorld(scale))
            show(run)
            found.setdefault(dialect, []).append(run)
    return found


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench-kits", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--database", type=Dialect, nargs="+", default=[Dialect.SQLITE], choices=list(Dialect))
    parser.add_argument("--scale", type=float, default=1.0, help="1: 500 units, 20 000 open episodes")
    parser.add_argument("--quick", dest="scale", action="store_const", const=0.1, help="a tenth of everything")
    return parser.parse_args()


def main() -> None:
    """Entry point."""
    try:
        found = asyncio.run(_all(_arguments()))
    except Failed as fault:
        sys.exit(f"Nothing is measured: {fault}")
    print(f"\nPython {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores\n\n{table(found)}")


if __name__ == "__main__":
    main()
