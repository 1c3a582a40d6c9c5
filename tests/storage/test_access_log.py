"""The access log's digests and seals: what is changed, removed or put in is found, and nobody waits for them."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from tortoise.exceptions import IntegrityError

from lifecare_gql.errors import StorageBusy
from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.log_digests import COLUMNS, entry_digest, log_key
from lifecare_gql.storage.log_seals import Seal, Verified, seal, verify
from lifecare_gql.storage.migrate import migrate
from lifecare_gql.storage.url import Dialect
from tests import world
from tests.databases import Databases
from tests.storage.records import columns_of
from tests.world import uid

SECRET = world.SECRET.encode()
NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


def entry(at: dt.datetime = NOW, **other: Any) -> rows.AccessLogEntry:
    """An entry as the program writes it."""
    said = {"act": "READ", "operation": "Morgon", "staff_hsa_id": "SE0000000000-S0", "subject": "Patient"}
    where = {"assignment_hsa_id": "SE0000000000-A0", "unit_id": uid("unit varberg")}
    whose = {"patient_id": uid("patient alva")}
    found = rows.AccessLogEntry(at=at, request_id=uuid4(), **{**said, **where, **whose, **other})
    found.digest = entry_digest(log_key(SECRET), (getattr(found, name) for name in COLUMNS))
    return found


async def write(db: Database, count: int, **said: Any) -> None:
    async with db.transaction() as tx:
        found = [entry(NOW + dt.timedelta(milliseconds=at), **said) for at in range(count)]
        await rows.AccessLogEntry.bulk_create(found, using_db=tx.client, batch_size=500)


async def tamper(db: Database, sql: str) -> int:
    """Do it as somebody who has taken the triggers away, and put them back."""
    async with db.transaction() as tx:
        if db.dialect is Dialect.POSTGRES:
            await tx.execute("set local session_replication_role = replica")
            return await tx.execute(sql)
        names = ("access_log", "access_log_seal")
        kept = await tx.select(
            f"select name, sql from sqlite_master where type = 'trigger' and tbl_name in {names!r}"
        )
        for name, _ in kept:
            await tx.execute(f"drop trigger {name}")
        changed = await tx.execute(sql)
        for _, made in kept:
            await tx.execute(made)
        return changed


async def check(db: Database, *kept_elsewhere: str) -> tuple[Verified, list[str]]:
    told: list[str] = []
    return await verify(db, SECRET, told.append, kept_elsewhere), told


async def sealed(db: Database, count: int) -> Seal:
    await write(db, count)
    one = await seal(db, SECRET, NOW)
    assert one is not None
    return one


@pytest.fixture
async def db(world_url: str) -> AsyncIterator[Database]:
    async with Database.from_url(world_url) as found:
        yield found


async def test_an_untouched_log_verifies_and_nothing_is_sealed_twice(db: Database) -> None:
    assert await seal(db, SECRET, NOW) is None
    first = await sealed(db, 3)
    assert await seal(db, SECRET, NOW) is None
    second = await sealed(db, 2)
    await write(db, 4)

    found, told = await check(db, first.digest, second.digest)

    assert told == []
    assert (found.entries, found.sealed, found.seals, found.undigested) == (9, 5, 2, 0)
    assert (found.last_digest, second.previous) == (second.digest, first.digest)
    assert (first.from_number, first.to_number, second.from_number) == (1, 3, 4)


async def test_the_digests_depend_on_the_secret(db: Database) -> None:
    await sealed(db, 2)
    told: list[str] = []
    assert (await verify(db, b"another secret", told.append)).faults == 3  # two entries and the seal


def other(db: Database, column: str) -> str:
    """A value for the column that differs as little as can be."""
    if column == "at":
        return (
            "at + interval '1 microsecond'" if db.dialect is Dialect.POSTGRES else "replace(at, '+', '.000001+')"
        )
    if column in ("unit_id", "patient_id"):
        return f"'{uid('unit eken' if column == 'unit_id' else 'patient bo')}'"
    if column in ("entry_id", "request_id", "subject_id"):
        return f"'{uuid4()}'"
    return {"digest": f"'{'0' * 64}'", "id": "id + 100"}.get(column, "'Bo'")


async def test_each_column_in_turn_is_covered(db: Database) -> None:
    await sealed(db, 3)
    await write(db, 3)
    columns = await columns_of(db, "access_log")
    assert set(columns) == {"id", "digest", *COLUMNS}

    for column in columns:
        for number in (2, 5):
            before = await db.select(f"select {column} from access_log where id = {number}")
            assert await tamper(db, f"update access_log set {column} = {other(db, column)} where id = {number}")
            _, told = await check(db)
            moved = column == "id"
            assert bool(told) == (not moved or number == 2), (column, number)
            assert moved or any(f"Entry {number} " in one for one in told), (column, number, told)
            [(value,)] = before
            back = f"update access_log set {column} = {'null' if value is None else quoted(value)}"
            await tamper(db, f"{back} where id = {number + 100 if moved else number}")
            assert (await check(db))[1] == []


def quoted(value: Any) -> str:
    return str(value) if isinstance(value, int) else f"'{value}'"


async def test_an_optional_value_is_not_the_same_as_none(db: Database) -> None:
    await sealed(db, 1)
    for sql in ("patient_id = null", "digest = null", "subject = ''"):
        await tamper(db, f"update access_log set {sql}")
        assert (await check(db))[1], sql


async def test_a_changed_byte_in_ten_thousand_entries_is_found(db: Database) -> None:
    await sealed(db, 10_000)
    began = time.perf_counter()
    assert (await check(db))[0].faults == 0
    assert time.perf_counter() - began < 5  # a second or so
    assert await tamper(db, "update access_log set operation = 'Morgom' where id = 7321") == 1

    _, told = await check(db)

    assert told == [
        "Entry 7321 was changed, or not written by this program.",
        "The seal of the numbers 1 to 10000 does not fit: it, or an entry that it covers, was changed, removed or"
        " put in.",
    ]


async def test_a_removed_entry_is_found_and_one_put_in_too(db: Database) -> None:
    await sealed(db, 5)
    await tamper(db, "delete from access_log where id = 3")
    assert "covers 5 entries, but there are 4." in (await check(db))[1][0]

    async with db.transaction() as tx:  # back in its place, but written by somebody without the secret
        forged = entry(NOW + dt.timedelta(seconds=1), operation="Kväll")
        forged.digest = entry_digest(log_key(b"guessed"), (getattr(forged, name) for name in COLUMNS))
        await rows.AccessLogEntry.bulk_create([forged], using_db=tx.client)
    await tamper(db, "update access_log set id = 3 where id = 6")
    told = (await check(db))[1]
    assert [one.partition(" was")[0] for one in told][:1] == ["Entry 3"]
    assert "does not fit" in told[1]


async def test_what_goes_after_the_last_seal_leaves_no_trace_and_what_goes_with_it_is_missed(db: Database) -> None:
    """So seals are made often, and their digests kept elsewhere."""
    first, second = await sealed(db, 3), await sealed(db, 3)
    await write(db, 1)
    await tamper(db, "delete from access_log where id = 7")
    assert (await check(db, second.digest))[1] == []

    await tamper(db, "delete from access_log where id = 6")
    assert "covers 3 entries, but there are 2." in (await check(db))[1][0]

    await tamper(db, f"delete from access_log_seal where digest = '{second.digest}'")
    await tamper(db, "delete from access_log where id > 3")
    assert (await check(db, first.digest))[1] == []
    assert (await check(db, second.digest))[1] == [
        f"The seal {second.digest}, which is kept elsewhere, is not there."
    ]


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ("delete from access_log_seal where from_number = 4", ["does not follow"]),
        ("delete from access_log_seal where from_number = 1", ["does not follow"]),
        (
            "update access_log_seal set digest = upper(digest) where from_number = 4",
            ["does not fit", "not follow"],
        ),
        ("update access_log_seal set entries = 2 where from_number = 4", ["covers 2", "does not fit"]),
        ("update access_log_seal set undigested = 1 where from_number = 4", ["does not fit"]),
        ("update access_log_seal set to_number = 7 where from_number = 4", ["covers 3", "not fit", "not follow"]),
        ("update access_log_seal set at = '2027-01-01 00:00:00+00:00' where from_number = 4", ["does not fit"]),
        ("update access_log_seal set previous = null where from_number = 4", ["does not follow", "does not fit"]),
    ],
)
async def test_a_seal_that_is_removed_or_changed_is_found(db: Database, change: str, faults: list[str]) -> None:
    for _ in range(3):
        await sealed(db, 3)
    assert await tamper(db, change) == 1

    _, told = await check(db)

    assert all(any(fault in one for one in told) for fault in faults), told


async def test_two_seals_never_cover_the_same_entries(db: Database) -> None:
    await sealed(db, 2)
    copied = "from_number, to_number, entries, undigested, digest, previous, at"
    with pytest.raises(IntegrityError):
        await tamper(db, f"insert into access_log_seal ({copied}) select {copied} from access_log_seal")


async def test_entries_from_before_there_were_digests_are_told_and_sealed(
    dialect: Dialect, databases: Databases
) -> None:
    async with databases.copy(dialect) as url:
        await migrate(url, target=7)
        async with Database.from_url(url) as db:
            await _older_entries(db)
        await migrate(url)
        async with Database.from_url(url) as db:
            ids = await db.select("select entry_id from access_log")
            assert len({str(one) for (one,) in ids}) == 3
            await write_more(db)
            assert (await check(db))[0].undigested == 3
            one = await seal(db, SECRET, NOW)
            assert one is not None
            assert (one.entries, one.undigested) == (4, 3)
            assert (await check(db))[1] == []
            assert await rows.AccessLogEntry.filter(operation="förr").count() == 3

            await tamper(db, "update access_log set operation = 'nu' where id = 2")
            assert "does not fit" in (await check(db))[1][0]


async def write_more(db: Database) -> None:
    [(unit,)] = await db.select("select id from unit")
    async with db.transaction() as tx:
        await rows.AccessLogEntry.bulk_create([entry(unit_id=unit, patient_id=None)], using_db=tx.client)


OWNER, UNIT = uuid4(), uuid4()


async def _older_entries(db: Database) -> None:
    async with db.transaction() as tx:
        await tx.execute(
            "insert into organisation (id, hsa_id, name, principal, region_code) values"
            f" ('{OWNER}', 'o', 'O', 'REGION', 'halland')"
        )
        await tx.execute(
            "insert into unit (id, hsa_id, name, kind, organisation_id, region_code, active) values"
            f" ('{UNIT}', 'u', 'U', 'HEALTH_CENTRE', '{OWNER}', 'halland', true)"
        )
        for _ in range(3):
            await tx.execute(
                "insert into access_log"
                " (at, request_id, act, operation, staff_hsa_id, assignment_hsa_id, unit_id, subject) values"
                f" ('2025-01-01 00:00:00+00:00', '{uuid4()}', 'READ', 'förr', 's', 'a', '{UNIT}', 'Patient')"
            )


# --- who writes meanwhile, on PostgreSQL ---


@pytest.fixture
async def postgres(databases: Databases) -> AsyncIterator[Database]:
    async with (
        databases.copy(Dialect.POSTGRES, world.prepare) as url,
        Database.from_url(url, pool_size=12) as db,
    ):
        yield db


async def test_a_lower_number_that_is_committed_late_is_waited_for(postgres: Database) -> None:
    began, may_end = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        async with postgres.transaction() as tx:
            await rows.AccessLogEntry.bulk_create([entry(operation="sen")], using_db=tx.client)
            began.set()
            await may_end.wait()

    writing = asyncio.create_task(slow())
    await began.wait()
    await write(postgres, 1)  # a higher number, committed first: it waits for nobody
    with pytest.raises(StorageBusy, match="Nothing was sealed"):
        await seal(postgres, SECRET, NOW, patience=0.2)
    sealing = asyncio.create_task(seal(postgres, SECRET, NOW))
    await asyncio.sleep(0.2)
    assert not sealing.done()
    await write(postgres, 1)  # nobody waits for the sealing either
    may_end.set()
    await writing

    one = await sealing

    assert one is not None
    assert (one.from_number, one.to_number, one.entries) == (1, 2, 2)
    assert (await check(postgres))[1] == []


async def test_many_writers_while_it_is_sealed_again_and_again(postgres: Database) -> None:
    done = asyncio.Event()

    async def writer(at: int) -> None:
        for turn in range(25):
            async with postgres.transaction() as tx:
                found = [entry(operation=f"{at}.{turn}") for _ in range(1 + turn % 3)]
                await rows.AccessLogEntry.bulk_create(found, using_db=tx.client)
                await asyncio.sleep(0.001 * (at % 4))

    async def sealer() -> int:
        made = 0
        while not done.is_set():
            made += await seal(postgres, SECRET, NOW) is not None
        return made

    sealing = asyncio.create_task(sealer())
    await asyncio.gather(*(writer(at) for at in range(8)))
    done.set()
    made = await sealing
    await seal(postgres, SECRET, NOW)

    found, told = await check(postgres)

    assert told == []
    assert made >= 2
    assert found.entries == found.sealed == 8 * sum(1 + turn % 3 for turn in range(25))
