"""Contenders on one database: first their answers are compared, then they are measured in turn."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from uuid import uuid4

import asyncpg

from bench.alike import told as told_by
from bench.client import Caller, Connection, connected, drive
from bench.queries import OPERATIONS, Operation
from bench.servers import Contender, Server, cpu_seconds, family
from lifecare_gql.storage.url import SqliteAddress, parse_url

Say = Callable[[str], None]

OURS = Contender("lifecare-gql", "lifecare_gql.cli:application")
BARE = Contender("bare", "bench.bare:create_app")

_OUTBOX = "outbox"
"""A peer tells its subscribers without one."""
_WRITTEN = (
    "message",
    "receipt",
    "message_event",
    "care_relation",
    "idempotency_key",
    "task",
    "access_log",
    _OUTBOX,
)
_COST = re.compile(rb',"extensions":\{"cost":\{[^}]*\}\}')
"""What only ours tells, beside the data."""
_NEW_ID = re.compile(rb"message_[0-9a-f]{32}")
_SETS_COMPARED = (0, 7, 149)


class Different(Exception):
    """The contenders do not do the same, so it would mean nothing to measure them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long, how often, how many at a time."""

    rounds: int = 5
    seconds: float = 2.0
    warm_up: float = 1.0
    concurrency: int = 8
    deadline: float = float("inf")
    """The moment (of `time.monotonic`) after which no further round begins."""


@dataclass(frozen=True, slots=True)
class Slot:
    """What one contender did in one slot; seconds of CPU by the server and by PostgreSQL."""

    done: int
    seconds: float
    cpu: float
    database_cpu: float

    @property
    def rate(self) -> float:
        return self.done / self.seconds

    @property
    def cost(self) -> float:
        """Milliseconds of the server's CPU for one request."""
        return 1000 * self.cpu / self.done

    @property
    def database_cost(self) -> float:
        """Milliseconds of PostgreSQL's CPU for one request."""
        return 1000 * self.database_cpu / self.done


Slots = dict[tuple[str, str], list[Slot]]
"""By the operation's label and the contender's name, a slot for each round."""


async def compare(servers: Sequence[Server], url: str, caller: Caller) -> None:
    """Refuse, with Different, unless all answer every operation with the same bytes and write as many rows."""
    for operation in OPERATIONS:
        written = []
        for server in _able(servers, operation):
            before = await _counts(url)
            await _asked(server, operation, caller)
            after = await _counts(url)
            more = {table: after[table] - before[table] for table in _WRITTEN}
            written.append(more | {_OUTBOX: written[0][_OUTBOX]} if server.contender.is_peer else more)
        if any(one != written[0] for one in written):
            raise Different(f"{operation.label}: other rows are written: {written}")
        for number in _SETS_COMPARED:
            await _compare_set(_able(servers, operation), operation, caller, number)


def _able(servers: Sequence[Server], operation: Operation) -> list[Server]:
    return [server for server in servers if operation.name not in server.contender.without]


async def _asked(server: Server, operation: Operation, caller: Caller) -> None:
    async with connected(server.port) as connection:
        for number in _SETS_COMPARED:
            await caller.ask(connection, operation, number)


async def _compare_set(servers: Sequence[Server], operation: Operation, caller: Caller, number: int) -> None:
    """All answer the same; where there is a key, also when another one of ours had met it before."""

    async def told(server: Server, key: str) -> bytes:
        async with connected(server.port) as connection:
            answers = (one.rstrip() for one in await caller.ask(connection, operation, number, key))
            answer = _COST.sub(b"", b"\n".join(answers))
        return _NEW_ID.sub(b"(new)", answer) if operation.key else answer

    turns = [[await told(server, str(uuid4())) for server in servers]]
    if operation.key:
        own = [server for server in servers if not server.contender.is_peer]
        orders = [(own[at:] + own[:at], str(uuid4())) for at in range(len(own))]
        repeated = [[await told(server, key) for server in order] for order, key in orders]
        turns.extend(map(list, zip(*repeated, strict=True)))
    for answers in turns:
        for contender, answer in zip((server.contender for server in servers), answers, strict=False):
            if answer != answers[0] and not (contender.own_words and _alike(answers[0], answer)):
                difference = _first_difference(answers[0], answer)
                raise Different(f"{operation.label}, set {number}, {contender.name}: {difference}")


def _alike(one: bytes, other: bytes) -> bool:
    """Whether the answers, each of one or more pages, tell the same."""
    return [told_by(page) for page in one.split(b"\n")] == [told_by(page) for page in other.split(b"\n")]


def _first_difference(one: bytes, other: bytes) -> str:
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    around = slice(max(at - 60, 0), at + 60)
    return f"at byte {at}: {one[around].decode(errors='replace')!r}, {other[around].decode(errors='replace')!r}"


async def _counts(url: str) -> dict[str, int]:
    address = parse_url(url)
    statements = {table: f"select count(*) from {table}" for table in _WRITTEN}
    if isinstance(address, SqliteAddress):
        with closing(sqlite3.connect(address.path)) as file:
            return {table: file.execute(sql).fetchone()[0] for table, sql in statements.items()}
    connection = await asyncpg.connect(**address.connect_arguments())
    try:
        return {table: await connection.fetchval(sql) for table, sql in statements.items()}
    finally:
        await connection.close()


async def measure(
    servers: Sequence[Server], caller: Caller, plan: Plan, postmaster: int | None, say: Say
) -> Slots:
    """Rounds in which each contender is asked each operation, one right after the other."""
    for operation in OPERATIONS if plan.warm_up else ():
        for server in _able(servers, operation):
            await take(server, operation, caller, plan.warm_up, plan.concurrency, None)
    slots: Slots = defaultdict(list)
    for turn in range(plan.rounds):
        if turn and time.monotonic() > plan.deadline:
            say(f"out of time after {turn} rounds")
            break
        for operation in OPERATIONS:
            pair = []
            for server in _able(servers, operation):
                slot = await take(server, operation, caller, plan.seconds, plan.concurrency, postmaster)
                slots[operation.label, server.contender.name].append(slot)
                pair.append(f"{server.contender.name} {slot.rate:.0f}/s {slot.cost:.2f} ms")
            say(f"round {turn + 1}/{plan.rounds}  {operation.label:<26} {'   '.join(pair)}")
    return slots


async def take(
    server: Server, operation: Operation, caller: Caller, seconds: float, concurrency: int, postmaster: int | None
) -> Slot:
    """Let the contender be asked the operation for so long, on so many connections."""

    async def ask(connection: Connection, number: int) -> None:
        await caller.ask(connection, operation, number)

    began, cpu, database = time.perf_counter(), server.cpu(), _database_cpu(postmaster)
    done = await drive(server.port, ask, seconds, concurrency)
    elapsed = time.perf_counter() - began
    await asyncio.sleep(0.05)  # what the server does after the last answer belongs to it
    after = _database_cpu(postmaster)
    spent = sum(used - database.get(pid, 0.0) for pid, used in after.items())
    return Slot(done, elapsed, server.cpu() - cpu, spent)


def _database_cpu(postmaster: int | None) -> dict[int, float]:
    return {} if postmaster is None else {pid: cpu_seconds(pid) for pid in family(postmaster)}
