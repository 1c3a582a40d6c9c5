"""The core's own tables: every constraint is read back from the database and violated; models and tables agree."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import AsyncIterator
from importlib.resources import files
from typing import Any
from uuid import uuid4

import pytest
from tortoise import Model, Tortoise
from tortoise.exceptions import BaseORMException

from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database, Transaction
from lifecare_gql.storage.migrate import migrate
from lifecare_gql.storage.url import Dialect
from tests import world
from tests.databases import Databases
from tests.world import uid

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
MIGRATIONS = files("lifecare_gql.storage") / "migrations"


@pytest.fixture
async def core(dialect: Dialect, databases: Databases) -> AsyncIterator[Database]:
    """The world, with one message in it."""
    async with databases.copy(dialect, world.prepare) as url, Database.from_url(url) as db:
        async with db.transaction() as tx:
            await _message(tx)
        yield db


async def _message(tx: Transaction) -> None:
    author = await rows.Assignment.filter(hsa_id=world.staff_of("varberg")[1]).using_db(tx.client).get()
    await rows.Message.create(using_db=tx.client, **message_values(author.id))
    await rows.Receipt.create(using_db=tx.client, **receipt_values())
    common = {"message_id": uid("message"), "patient_id": uid("patient alva")}
    await rows.MessageEvent.create(
        using_db=tx.client, **common, version=1, kind="SENT", at=NOW, unit_id=uid("unit varberg"), by=author
    )
    await rows.ConsentRecord.create(
        using_db=tx.client, **common, form="ORAL", given_at=NOW, recorded_at=NOW, recorded_by=author
    )
    await rows.InboxReading.create(using_db=tx.client, unit_id=uid("unit varberg"), by=author, at=NOW)
    await rows.Forum.create(
        using_db=tx.client, name="Rond", unit_id=uid("unit nora"), other_unit_id=uid("unit eken"), since=NOW
    )
    await rows.IdempotencyKey.create(using_db=tx.client, **key_values())
    await rows.AccessLogEntry.create(using_db=tx.client, **log_values())


def message_values(author_id: Any) -> dict[str, Any]:
    return {
        "id": uid("message"),
        "thread_id": uid("message"),
        "patient_id": uid("patient alva"),
        "sender_unit_id": uid("unit varberg"),
        "author_id": author_id,
        "topic": "QUESTION",
        "purpose": "REQUEST_REPLY",
        "urgency": "ROUTINE",
        "text": "Fråga",
        "sent_at": NOW,
        "answer_required": True,
        "expectation": {},
        "warnings": [],
        "state": "SENT",
        "version": 1,
    }


def receipt_values() -> dict[str, Any]:
    return {
        "message_id": uid("message"),
        "patient_id": uid("patient alva"),
        "unit_id": uid("unit eken"),
        "sent_at": NOW,
        "state": "SENT",
    }


def key_values() -> dict[str, Any]:
    return {
        "unit_id": uid("unit varberg"),
        "key": "k",
        "action": "sendMessage",
        "body_digest": "d",
        "result_id": uid("message"),
        "at": NOW,
    }


def log_values() -> dict[str, Any]:
    return {
        "at": NOW,
        "request_id": uid("request"),
        "act": "READ",
        "operation": "o",
        "staff_hsa_id": "s",
        "assignment_hsa_id": "a",
        "unit_id": uid("unit varberg"),
        "patient_id": uid("patient alva"),
        "subject": "Patient",
    }


# For each constraint, a statement on the world that violates it and nothing else.
VIOLATIONS = {
    "organisation_hsa_id_unique": "insert into organisation select '{new}', hsa_id, name, principal, region_code"
    " from organisation",
    "organisation_principal_known": "update organisation set principal = 'KING'",
    "unit_hsa_id_unique": "update unit set hsa_id = 'same'",
    "unit_municipality_code_length": "update unit set municipality_code = '138'",
    "staff_hsa_id_unique": "update staff set hsa_id = 'same'",
    "assignment_hsa_id_unique": "update assignment set hsa_id = 'same'",
    "assignment_ends_after_it_began": "update assignment set until = since",
    "forum_between_two_units": "update forum set other_unit_id = unit_id",
    "patient_identifier_digest_unique": "update patient set identifier_digest = 'same'",
    "patient_identifier_length": "update patient set identifier = '123'",
    "patient_protection_known": "update patient set protection = 'SOME'",
    "care_relation_kind_known": "update care_relation set kind = 'FRIEND'",
    "care_relation_ends_after_it_began": "update care_relation set until = since",
    "care_relation_current": "insert into care_relation select '{new}', patient_id, unit_id, kind, since, null"
    " from care_relation where patient_id = '{alva}'",
    "care_case_closes_after_it_opened": "update care_case set closed_at = '1999-01-01 00:00:00+00:00'",
    "case_party_once": "insert into case_party select '{new}', case_id, unit_id, since from case_party"
    " where case_id = '{case}'",
    "plan_process_closes_after_it_opened": "update plan_process set closed_at = '1999-01-01 00:00:00+00:00'",
    "plan_process_open": "insert into plan_process select '{new}', patient_id, opened_at, null from plan_process",
    "message_text_not_empty": "see NEW_MESSAGE",
    "message_version_positive": "update message set version = 0",
    "message_state_known": "update message set state = 'LOST'",
    "receipt_once": "insert into receipt (id, message_id, patient_id, unit_id, sent_at, state)"
    " select '{new}', message_id, patient_id, unit_id, sent_at, state from receipt",
    "receipt_state_known": "update receipt set state = 'LOST'",
    "receipt_acknowledged_by_somebody": "update receipt set acknowledged_at = sent_at",
    "receipt_answered_by_somebody": "update receipt set answer_id = message_id",
    "receipt_answer_acknowledges": "update receipt set answered_at = sent_at, answer_id = message_id,"
    " answered_by_id = (select by_id from message_event)",
    "message_event_one_for_each_version": "insert into message_event select '{new}', message_id, patient_id,"
    " version, kind, at, unit_id, by_id, reason from message_event",
    "message_event_kind_known": "insert into message_event select '{new}', message_id, patient_id, 2, 'LOST', at,"
    " unit_id, by_id, reason from message_event",
    "consent_used_once": "insert into consent select '{new}', patient_id, message_id, form, given_at, recorded_at,"
    " recorded_by_id from consent",
    "consent_given_before_recorded": "insert into consent select '{new}', patient_id, '{other}', form,"
    " '2027-01-01 00:00:00+00:00', recorded_at, recorded_by_id from consent",
    "idempotency_key_once": "insert into idempotency_key select '{new}', unit_id, key, action, body_digest,"
    " result_id, at from idempotency_key",
    "access_log_act_known": "{log} at, '{new}', 'PEEK', {rest}",
    "access_log_one_row_a_request": "{log} at, request_id, act, {rest}",
}
REST_OF_LOG_ROW = (
    "operation, staff_hsa_id, assignment_hsa_id, unit_id, patient_id, subject, subject_id from access_log"
)
NEW_LOG_ROW = (
    "insert into access_log (at, request_id, act, operation, staff_hsa_id, assignment_hsa_id, unit_id, patient_id,"
    " subject, subject_id) select"
)
NEW_MESSAGE = (
    "insert into message (id, thread_id, patient_id, sender_unit_id, author_id, topic, purpose, urgency, sent_at,"
    " answer_required, expectation, warnings, state, version, text) select '{new}', thread_id, patient_id,"
    " sender_unit_id, author_id, topic, purpose, urgency, sent_at, answer_required, expectation, warnings, state,"
    " version"
)


def violation(name: str) -> str:
    sql = VIOLATIONS[name]
    if name == "message_text_not_empty":
        sql = NEW_MESSAGE + ", '' from message"
    elif name == "consent_given_before_recorded":
        sql = sql.replace("'{other}'", "message_id").replace(" from consent", " from consent where 1 = 1")
    return sql.format(
        log=NEW_LOG_ROW, rest=REST_OF_LOG_ROW, new=uuid4(), alva=uid("patient alva"), case=uid("case alva")
    )


@pytest.mark.parametrize("name", VIOLATIONS)
async def test_each_constraint_refuses_what_it_forbids(core: Database, name: str) -> None:
    with pytest.raises(BaseORMException) as refused:
        async with core.transaction() as tx:
            await tx.execute(typed(violation(name), core.dialect))

    told = str(refused.value)
    columns = {
        "receipt_once": "receipt.message_id",
        "consent_given_before_recorded": "consent_",
    }
    if core.dialect is Dialect.POSTGRES:
        assert name in told or columns.get(name, name) in told
    else:
        assert "constraint failed" in told


def typed(sql: str, dialect: Dialect) -> str:
    """PostgreSQL needs to be told that a text in a select is an id or a moment."""
    if dialect is Dialect.SQLITE:
        return sql
    sql = re.sub(r"('[0-9a-f]{8}-[0-9a-f-]{27}')", r"\1::uuid", sql)
    return re.sub(r"('\d{4}-\d\d-\d\d [^']+')", r"\1::timestamptz", sql)


async def test_every_named_constraint_is_violated_above(core: Database) -> None:
    assert await constraints(core) == set(VIOLATIONS)


async def constraints(db: Database) -> set[str]:
    """The names of checks and unique constraints that the database itself knows."""
    if db.dialect is Dialect.POSTGRES:
        found = await db.select(
            "select conname from pg_constraint c join pg_class t on t.oid = c.conrelid"
            " join pg_namespace n on n.oid = t.relnamespace where n.nspname = 'public' and contype in ('c', 'u')"
            " and t.relname <> 'schema_migration'"
            " union select indexname from pg_indexes where schemaname = 'public'"
            " and indexdef like 'CREATE UNIQUE%' and indexname not like '%\\_pkey'"
            " and tablename <> 'schema_migration'"
        )
        return {row[0] for row in found}
    tables = await db.select("select sql from sqlite_master where type = 'table' and name <> 'schema_migration'")
    indexes = await db.select("select name from sqlite_master where type = 'index' and sql like 'create unique%'")
    named = {name for (sql,) in tables for name in re.findall(r"constraint (\w+)\s+(?:check|unique)", sql)}
    return named | {row[0] for row in indexes}


@pytest.mark.parametrize(
    ("table", "changed"),
    [
        ("patient", None),
        ("care_relation", None),
        ("care_case", None),
        ("case_party", None),
        ("plan_process", None),
        ("message", "text = 'annat'"),
        ("receipt", None),
        ("message_event", "reason = 'annat'"),
        ("consent", "form = 'WRITTEN'"),
        ("access_log", "subject = 'annat'"),
        ("inbox_reading", "at = at"),
    ],
)
async def test_nothing_is_deleted_and_nothing_said_is_changed(
    core: Database, table: str, changed: str | None
) -> None:
    before = await core.select(f"select count(*) from {table}")
    attempts = [f"delete from {table}", *([f"update {table} set {changed}"] if changed else [])]
    attempts += [f"truncate {table} cascade"] if core.dialect is Dialect.POSTGRES else []

    for sql in attempts:
        with pytest.raises(BaseORMException, match="never"):
            async with core.transaction() as tx:
                await tx.execute(sql)
    assert before == await core.select(f"select count(*) from {table}")
    assert before[0][0] > 0


async def test_models_and_tables_have_the_same_columns(core: Database) -> None:
    for model in models():
        table = model._meta.db_table
        wanted = {(column, nullable(model, column)) for column in model._meta.fields_db_projection.values()}
        assert wanted == await columns_of(core, table), table


def models() -> list[type[Model]]:
    found = Tortoise.apps["models"]
    return list(found.values())


def nullable(model: type[Model], column: str) -> bool:
    field = model._meta.fields_map[model._meta.fields_db_projection_reverse[column]]
    return field.null


async def columns_of(db: Database, table: str) -> set[tuple[str, bool]]:
    if db.dialect is Dialect.POSTGRES:
        sql = "select column_name, is_nullable = 'YES' from information_schema.columns where table_name = $1"
        return {(name, optional) for name, optional in await db.select(sql, [table])}
    found = await db.select('select name, "notnull", pk from pragma_table_info(?1)', [table])
    return {(name, not required and not key) for name, required, key in found}


async def test_every_foreign_key_has_an_index(core: Database) -> None:
    """Or a parent's row cannot be found from its children, and every check scans the table."""
    unindexed = []
    for model in models():
        for column in sorted(
            name for name in model._meta.fields_db_projection.values() if re.search("(?<!hsa)_id$", name)
        ):
            if not await leads_an_index(core, model._meta.db_table, column):
                unindexed.append(f"{model._meta.db_table}.{column}")
    # ids that refer to nothing, and the two that are only ever found together with what leads their index
    assert set(unindexed) <= {"access_log.subject_id", "idempotency_key.result_id"}, unindexed


async def leads_an_index(db: Database, table: str, column: str) -> bool:
    if db.dialect is Dialect.POSTGRES:
        found = await db.select("select indexdef from pg_indexes where tablename = $1", [table])
        return any(re.search(rf"\({column}\b", row[0]) for row in found)
    sql = "select 1 from pragma_index_list(?1) l join pragma_index_info(l.name) i on i.seqno = 0 where i.name = ?2"
    return bool(await db.select(sql, [table, column]))


@pytest.mark.parametrize("start", [1, 2])
async def test_migrating_from_an_older_version_keeps_everything(
    dialect: Dialect, databases: Databases, start: int
) -> None:
    async with databases.copy(dialect) as url:
        await migrate(url, target=start)
        async with Database.from_url(url) as db, db.transaction() as tx:
            await world._directory(tx.client)
            await world._patients(tx.client)
        async with Database.from_url(url) as db:
            before = await contents(db)

        await migrate(url)

        async with Database.from_url(url) as db:
            after = await contents(db)
            assert {table: after[table] for table in before} == before
            assert await constraints(db) == set(VIOLATIONS)


async def contents(db: Database) -> dict[str, tuple[int, tuple[str, ...]]]:
    """For each table, how many rows it has and which indexes."""
    postgres = db.dialect is Dialect.POSTGRES
    tables = await db.select(
        "select tablename from pg_tables where schemaname = 'public' and tablename <> 'schema_migration'"
        if postgres
        else "select name from sqlite_master where type = 'table' and name <> 'schema_migration'"
    )
    found = {}
    for (table,) in tables:
        [(count,)] = await db.select(f"select count(*) from {table}")
        sql = (
            "select indexname from pg_indexes where tablename = $1"
            if postgres
            else ("select name from sqlite_master where type = 'index' and tbl_name = ?1")
        )
        found[table] = (count, tuple(sorted(row[0] for row in await db.select(sql, [table]))))
    return found
