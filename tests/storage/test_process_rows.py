"""The database of an older program is brought up to date: every row is kept, and what still waits is found."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from itertools import product
from typing import Any
from uuid import UUID

import pytest

from lifecare_gql.actions.tasks import NEVER
from lifecare_gql.domain.messages import overall
from lifecare_gql.domain.plan_words import PlanState
from lifecare_gql.domain.tasks import Task, task_of_receipt
from lifecare_gql.domain.words import MessageState, ReceiptState
from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database, Transaction
from lifecare_gql.storage.migrate import migrate
from lifecare_gql.storage.url import Dialect
from tests.databases import Databases
from tests.storage import records
from tests.storage.records import ALVA, EKEN, MESSAGE, NOW, VARBERG, columns_of, tables_of
from tests.world import uid

Rows = dict[str, list[dict[str, Any]]]
OLD_VERSIONS = (1, 2, 3)
LINDEN = uid("unit linden")


async def prepare(url: str) -> None:
    """A row in every table, and messages in every state with two receipts each."""
    await records.prepare(url)
    async with Database.from_url(url) as db, db.transaction() as tx:
        nurse = await rows.Assignment.filter(unit_id=VARBERG).using_db(tx.client).first()
        assert nurse is not None
        for number, receipts in enumerate(product(ReceiptState, repeat=2)):
            for answer_required in (True, False):
                state = overall(receipts)
                await letter(tx, nurse.id, f"{number} {answer_required}", state, receipts, answer_required)
        for state in (MessageState.RETRACTED, MessageState.CLOSED):
            await letter(tx, nurse.id, state, state, (ReceiptState.SENT, ReceiptState.SENT), answer_required=True)


async def letter(
    tx: Transaction,
    nurse: UUID,
    name: str,
    state: MessageState,
    receipts: tuple[ReceiptState, ...],
    answer_required: bool,
) -> None:
    message_id = uid(f"letter {name}")
    sent_at = NOW + dt.timedelta(minutes=len(name) * 7 % 5)
    said = MESSAGE | {"state": state, "answer_required": answer_required, "sent_at": sent_at}
    due_at = sent_at + dt.timedelta(hours=message_id.int % 50) if answer_required and message_id.int % 3 else None
    await rows.Message.create(
        using_db=tx.client,
        id=message_id,
        thread_id=message_id,
        patient_id=ALVA,
        sender_unit_id=VARBERG,
        author_id=nurse,
        reply_due_at=due_at,
        **said,
    )
    for unit_id, receipt in zip((EKEN, LINDEN), receipts, strict=True):
        await rows.Receipt.create(
            using_db=tx.client,
            message_id=message_id,
            patient_id=ALVA,
            unit_id=unit_id,
            sent_at=sent_at,
            state=receipt,
        )


async def stored(db: Database) -> Rows:
    """Every row of every table, by column."""
    found: Rows = {}
    for table in await tables_of(db):
        columns = list(await columns_of(db, table))
        told = await db.select(f"select {', '.join(columns)} from {table} order by 1, 2")
        found[table] = [dict(zip(columns, row, strict=True)) for row in told]
    return found


@pytest.fixture
async def today(dialect: Dialect, databases: Databases) -> Rows:
    """What is stored by the program as it is now."""
    async with databases.copy(dialect, prepare) as url, Database.from_url(url) as db:
        return await stored(db)


async def filled(url: str, version: int, today: Rows) -> None:
    """A database of that version with the same rows, as far as it has room for them."""
    await migrate(url, target=version)
    mark = "$" if url.startswith("postgres") else "?"
    async with Database.from_url(url) as db, db.transaction() as tx:
        for table in await tables_of(db):
            columns = list(await columns_of(db, table))
            places = ", ".join(f"{mark}{at}" for at in range(1, len(columns) + 1))
            for row in today[table]:
                sql = f"insert into {table} ({', '.join(columns)}) values ({places})"
                await tx.execute(sql, [row[name] for name in columns])


@pytest.fixture(params=OLD_VERSIONS)
async def older(
    request: pytest.FixtureRequest, dialect: Dialect, databases: Databases, today: Rows
) -> AsyncIterator[str]:
    """The url of a database of an older version, full."""
    async with databases.copy(dialect) as url:
        await filled(url, request.param, today)
        yield url


async def test_every_row_index_and_trigger_is_kept(older: str) -> None:
    async with Database.from_url(older) as db:
        before, guards = await stored(db), await indexes_and_triggers(db)
    assert all(before.values())
    assert {"care_relation", "plan_process"} < set(before)

    assert "0004_discharge_process" in await migrate(older)

    async with Database.from_url(older) as db:
        assert guards <= await indexes_and_triggers(db)
        after = await stored(db)
        for table, kept in before.items():
            assert [{name: row[name] for name in kept[0]} for row in after[table]] == kept, table
        plans: Any = await rows.PlanProcess.all()
        assert {(one.state, one.version, one.episode_id, one.follow_up_on) for one in plans} == {
            (PlanState.CALL_PLANNED, 0, None, None)
        }
        patients: Any = await rows.Patient.all()
        assert {one.registered_address for one in patients} == {None}


async def indexes_and_triggers(db: Database) -> set[str]:
    """By name, with the table that each is on."""
    sql = (
        "select tablename || ' ' || indexname from pg_indexes where schemaname = 'public'"
        " union select tgrelid::regclass::text || ' ' || tgname from pg_trigger where not tgisinternal"
        if db.dialect is Dialect.POSTGRES
        else "select tbl_name || ' ' || name from sqlite_master where type in ('index', 'trigger')"
        " and name not like 'sqlite%'"
    )
    return {name for (name,) in await db.select(sql)}


async def test_an_updated_database_is_like_a_new_one(older: str, dialect: Dialect, databases: Databases) -> None:
    await migrate(older)
    async with Database.from_url(older) as db:
        updated = await shape(db)
    async with databases.copy(dialect) as url:
        await migrate(url)
        async with Database.from_url(url) as db:
            assert updated == await shape(db)
    assert any("care_relation_is_never_deleted" in one for one in updated)


async def shape(db: Database) -> set[str]:
    """Everything that the database knows of its tables but their rows."""
    if db.dialect is Dialect.SQLITE:
        return {str(row) for row in await db.select("select type, name, tbl_name, sql from sqlite_master")}
    found: set[str] = set()
    for sql in (
        "select 'column', table_name, column_name, data_type, is_nullable, column_default"
        " from information_schema.columns where table_schema = 'public'",
        "select 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint"
        " where connamespace = 'public'::regnamespace",
        "select 'index', indexdef from pg_indexes where schemaname = 'public'",
        "select 'trigger', pg_get_triggerdef(oid) from pg_trigger where not tgisinternal",
    ):
        found |= {str(tuple(row)) for row in await db.select(sql)}
    return found


async def test_what_waits_becomes_a_task_with_the_receipts_id(older: str) -> None:
    await migrate(older)

    async with Database.from_url(older) as db:
        if not (await stored(db))["receipt"]:  # version 1 knew no messages
            assert (await stored(db))["task"] == []
            return
        wanted = {receipt.id: task async for receipt, task in waiting()}
        found: list[Any] = await rows.Task.all().order_by("sort_at", "since", "id")
        assert len(found) == len(wanted) > 10
        for task in found:
            assert task_of(task) == wanted[task.id]
            assert task.sort_at == (task.due_at or NEVER)
            assert (task.patient_id, task.episode_id, task.plan_id, task.notice_id) == (ALVA, None, None, None)
            assert (task.message_id, task.done_at) == (task.about, None)
        undated = next(task for task in found if task.due_at is None)
        await rows.Task.create(**columns(undated) | {"kind": "INFORM_PATIENT", "sort_at": NEVER})
        [(ways,)] = await db.select("select count(distinct sort_at) from task where due_at is null")
        assert ways == 1, "the end of time is written as the program writes it"
    by_hand = sorted(wanted.items(), key=lambda one: (one[1].due_at or NEVER, one[1].since, one[0]))
    assert [task.id for task in found] == [receipt_id for receipt_id, _ in by_hand]
    assert len({task.due_at for task in wanted.values()}) > 5


async def waiting() -> AsyncIterator[tuple[Any, Task]]:
    """The receipts that something still waits for, as the rules have it."""
    receipts: list[Any] = await rows.Receipt.all().prefetch_related("message")
    for one in receipts:
        task = task_of_receipt(
            one.state,
            one.message.state,
            answer_required=one.message.answer_required,
            sent_at=one.sent_at,
            reply_due_at=one.message.reply_due_at,
            unit_id=str(one.unit_id),
            message_id=str(one.message_id),
        )
        if task is not None:
            yield one, task


def columns(task: Any) -> dict[str, Any]:
    return {
        "unit_id": task.unit_id,
        "patient_id": ALVA,
        "about": task.about,
        "message_id": task.about,
        "since": NOW,
    }


def task_of(row: Any) -> Task:
    return Task(kind=row.kind, unit_id=str(row.unit_id), about=str(row.about), since=row.since, due_at=row.due_at)
