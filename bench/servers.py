"""Server processes: started on a free port of this machine, pinned to a core, their CPU time counted."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

ROOT = Path(__file__).parents[1]
SERVER_CORE, OTHER_CORE = 0, 1
"""Servers have one core to themselves; the load and PostgreSQL share the other one."""

_START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Contender:
    """A name for the table, and the factory of an ASGI application; or another program's command, and where it is.

    A peer does not have all duties. `own_words`: it has names, ids and moments of its own making. `without`: the
    names of operations that it has not.
    """

    name: str
    factory: str = ""
    command: tuple[str, ...] = ()
    directory: Path = ROOT
    variables: tuple[tuple[str, str], ...] = ()
    own_words: bool = False
    without: frozenset[str] = frozenset()

    @property
    def is_peer(self) -> bool:
        """Whether it is somebody else's."""
        return bool(self.command)


@dataclass(frozen=True, slots=True)
class Server:
    """A running contender."""

    contender: Contender
    port: int
    process: subprocess.Popen[bytes]

    def cpu(self) -> float:
        """Seconds of CPU that it has used."""
        return cpu_seconds(self.process.pid)


@asynccontextmanager
async def serving(
    contenders: Iterable[Contender], environment: Mapping[str, str], logs: Path, options: Iterable[str] = ()
) -> AsyncIterator[list[Server]]:
    """The contenders, each in one process until the block ends. `options` are further ones of uvicorn."""
    servers: list[Server] = []
    try:
        for contender in contenders:
            servers.append(_start(contender, environment, logs, list(options)))
        for server in servers:
            await _answering(server, logs)
            pin(server.process.pid, SERVER_CORE)
        yield servers
    finally:
        for server in servers:
            server.process.terminate()
        for server in servers:
            with suppress(subprocess.TimeoutExpired):
                server.process.wait(10)
            server.process.kill()


def _start(contender: Contender, environment: Mapping[str, str], logs: Path, options: list[str]) -> Server:
    port = _free_port()
    address = ["--host", "127.0.0.1", "--port", str(port)]
    quiet = ["--no-access-log", "--log-level", "warning", "--no-server-header"]
    ours = (sys.executable, "-m", "uvicorn", "--factory", contender.factory, *address, *quiet, *options)
    variables = {**os.environ, **environment, **dict(contender.variables), "PORT": str(port)}
    with (logs / f"{contender.name}.log").open("wb") as log:
        process = subprocess.Popen(
            contender.command or ours, cwd=contender.directory, env=variables, stdout=log, stderr=log
        )
    return Server(contender, port, process)


async def _answering(server: Server, logs: Path) -> None:
    for _ in range(round(_START_SECONDS / 0.1)):
        if server.process.poll() is not None:
            break
        with suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.close()
            await writer.wait_closed()
            return
        await asyncio.sleep(0.1)
    told = (logs / f"{server.contender.name}.log").read_text("utf-8")
    raise RuntimeError(f"{server.contender.name} did not start:\n{told[-3000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def pin(pid: int, core: int) -> None:
    """Keep the process, and what it will start, on one core; nothing happens where that cannot be said."""
    if hasattr(os, "sched_setaffinity") and (os.cpu_count() or 1) > core:
        for thread in _threads(pid):
            with suppress(OSError):  # it has just ended, or belongs to somebody else
                os.sched_setaffinity(thread, {core})


def family(pid: int) -> list[int]:
    """The process and its children."""
    return [pid, *(child for child, parent in _parents() if parent == pid)]


def _parents() -> Iterator[tuple[int, int]]:
    """Every process of the machine with its parent."""
    if not Path("/proc/self/stat").exists():
        listed = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
        ).stdout
        yield from ((int(pid), int(parent)) for pid, parent in map(str.split, listed.splitlines()))
        return
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it has just ended
            # The name, in parentheses, may itself hold spaces and parentheses.
            yield int(file.parent.name), int(file.read_text().rpartition(")")[2].split()[1])


def cpu_seconds(pid: int) -> float:
    """Seconds of CPU that the threads of a process have used; to the nanosecond on Linux."""
    if not Path("/proc/self/schedstat").exists():
        return _by_ps(pid)
    used = 0
    for thread in _threads(pid):
        with suppress(OSError):  # it has just ended
            used += int(Path(f"/proc/{pid}/task/{thread}/schedstat").read_text().split()[0])
    return used / 1e9


def _threads(pid: int) -> list[int]:
    """The threads of a process on Linux, none elsewhere or if it has ended."""
    with suppress(OSError):
        return [int(thread) for thread in os.listdir(f"/proc/{pid}/task")]
    return []


def _by_ps(pid: int) -> float:
    told = subprocess.run(["ps", "-o", "time=", "-p", str(pid)], capture_output=True, text=True).stdout
    return reduce(lambda total, part: total * 60 + float(part or 0), told.strip().split(":"), 0.0)
