"""The core's own tables: every constraint is read back from the database and violated; models and tables agree."""

from __future__ import annotations

import re

import pytest
from tortoise import Model, Tortoise
from tortoise.exceptions import BaseORMException, IntegrityError

from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.url import Dialect
from tests.storage.records import EKEN, NORA, Again, again, columns_of, tables_of
from tests.world import uid

LONG_BEFORE, LONG_AFTER = "'1999-01-01 00:00:00+00:00'", "'2027-01-01 00:00:00+00:00'"


VIOLATIONS: dict[str, str | Again] = {
    # For each constraint, a statement that violates it and nothing else.
    "organisation_hsa_id_unique": again("organisation"),
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
    "care_relation_ends_after_it_began": f"update care_relation set until = {LONG_BEFORE}",
    "care_relation_current": again("care_relation"),
    "care_case_closes_after_it_opened": f"update care_case set closed_at = {LONG_BEFORE}",
    "case_party_once": again("case_party"),
    "message_text_not_empty": again("message", text="''"),
    "message_version_positive": "update message set version = 0",
    "message_state_known": "update message set state = 'LOST'",
    "receipt_once": again("receipt"),
    "receipt_state_known": "update receipt set state = 'LOST'",
    "receipt_acknowledged_by_somebody": "update receipt set acknowledged_at = sent_at",
    "receipt_answered_by_somebody": "update receipt set answer_id = message_id",
    "receipt_answer_acknowledges": "update receipt set answered_at = sent_at, answer_id = message_id,"
    " answered_by_id = (select by_id from message_event)",
    "message_event_one_for_each_version": again("message_event"),
    "message_event_kind_known": again("message_event", version="2", kind="'LOST'"),
    "consent_used_once": again("consent"),
    "consent_given_before_recorded": again("consent", given_at=LONG_AFTER),
    "idempotency_key_once": again("idempotency_key"),
    "access_log_one_row_a_request": again("access_log", entry_id=f"'{uid('other entry')}'"),
    "access_log_entry": again("access_log", request_id=f"'{uid('other request')}'"),
    "access_log_seal_from": again("access_log_seal"),
    "access_log_seal_in_order": again("access_log_seal", from_number="9", to_number="8"),
    "access_log_seal_counts": again("access_log_seal", from_number="9", to_number="9", undigested="entries + 1"),
    "access_review_once_a_batch": again("access_review"),
    "episode_version_positive": "update episode set version = 0",
    "episode_state_known": "update episode set state = 'LOST'",
    "episode_ends_with_its_state": "update episode set state = 'CLOSED'",
    "episode_one_open": again("episode"),
    "episode_party_once": again("episode_party"),
    "episode_party_role_known": again("episode_party", unit_id=f"'{NORA}'", role="'GUEST'"),
    "episode_event_one_for_each_version": again("episode_event"),
    "notice_receipt_once": again("notice_receipt"),
    "notice_receipt_state_known": "update notice_receipt set state = 'ANSWERED'",
    "notice_receipt_acknowledged_by_somebody": "update notice_receipt set acknowledged_at = sent_at",
    "plan_process_closes_after_it_opened": f"update plan_process set closed_at = {LONG_BEFORE}",
    "plan_process_open": again("plan_process"),
    "plan_party_once": again("plan_party"),
    "plan_party_answer_known": "update plan_party set answer = 'MAYBE'",
    "plan_event_one_for_each_version": again("plan_event"),
    "consent_entry_one_for_each_version": again("consent_entry"),
    "consent_entry_version_positive": again("consent_entry", version="0"),
    "consent_entry_kind_known": again("consent_entry", "kind = 'SHARED_RECORDS'", kind="'ALL'"),
    "consent_entry_state_known": again("consent_entry", version="2", state="'MAYBE'"),
    "consent_entry_belongs_to_its_kind": again("consent_entry", "kind = 'PLAN'", kind="'PROCESS'"),
    "consent_entry_said_before_recorded": again("consent_entry", version="2", said_at=LONG_AFTER),
    "outage_version_positive": "update outage set version = 0",
    "outage_state_known": "update outage set state = 'LOST'",
    "outage_ends_after_it_began": "update outage set ended_at = started_at",
    "outage_one_active": again("outage"),
    "outage_event_one_for_each_version": again("outage_event"),
    "phone_log_import_not_empty": again("phone_log_import", calls="0"),
    "role_grant_version_positive": "update role_grant set version = 0",
    "role_grant_ends_after_it_began": "update role_grant set until = '1999-01-01 00:00:00'",
    "role_grant_once": again("role_grant"),
    "role_grant_event_one_for_each_version": again("role_grant_event"),
    "unit_event_one_for_each_version": again("unit_event"),
    "unit_event_kind_known": again("unit_event", version="2", kind="'LOST'"),
    "assignment_event_one_for_each_version": again("assignment_event"),
    "assignment_event_kind_known": again("assignment_event", version="2", kind="'LOST'"),
    "care_agreement_kind_known": again("care_agreement", kind="'HANDSHAKE'"),
    "care_agreement_ends_after_it_began": again("care_agreement", valid_to="'1999-01-01'"),
    "unit_trainer_ends_after_it_began": f"update unit_trainer set until_by_id = by_id, until = {LONG_BEFORE}",
    "unit_trainer_ended_by_somebody": "update unit_trainer set until = since",
    "unit_trainer_once": again("unit_trainer"),
    "training_record_kind_known": again("training_record", kind="'GUESS'"),
    "training_record_form_known": again("training_record", form="'GUESS'"),
    "block_version_positive": "update block set version = 0",
    "block_of_one_process": again("block", episode_id=f"'{uid('episode')}'", plan_id=f"'{uid('plan')}'"),
    "block_ends_after_it_began": f"update block set ended_at = {LONG_BEFORE}",
    "block_once": again("block"),
    "block_event_one_for_each_version": again("block_event"),
    "block_event_kind_known": again(
        "block_event", version="2", kind="'LOST'", for_unit_id=f"'{EKEN}'", until=LONG_AFTER
    ),
    "block_event_lifts_for_a_while": again("block_event", version="2", kind="'LIFTED_BY_CONSENT'"),
    "care_access_basis_known": again("care_access", basis="'WISH'"),
    "care_access_for_a_while": again("care_access", until="since"),
    "care_access_reason_not_empty": again("care_access", reason="''"),
    "care_access_names_whose_block": again("care_access", block_id=f"'{uid('block')}'"),
    "task_about_one_thing": again("task", episode_id="null"),
    "task_waits_once": again("task"),
    "webhook_version_positive": "update webhook set version = 0",
    "webhook_state_known": "update webhook set state = 'LOST'",
    "webhook_ends_with_its_state": "update webhook set state = 'ENDED'",
    "webhook_leased_until": f"update webhook set lease_until = {LONG_AFTER}",
    "webhook_event_one_for_each_version": again("webhook_event"),
    "webhook_event_kind_known": again("webhook_event", version="2", kind="'LOST'"),
    "webhook_delivery_once": again("webhook_delivery"),
    "webhook_delivery_state_known": f"update webhook_delivery set state = 'LOST', ended_at = {LONG_AFTER}",
    "webhook_delivery_ends_with_its_state": "update webhook_delivery set state = 'DEAD'",
    "webhook_delivery_tells_one_thing": again("webhook_delivery", message_id="'msg_2'", resync="'TOO_OLD'"),
}


@pytest.mark.parametrize("name", VIOLATIONS)
async def test_each_constraint_refuses_what_it_forbids(core: Database, name: str) -> None:
    told = await refused(core, VIOLATIONS[name])

    by_columns = core.dialect is Dialect.SQLITE and "UNIQUE constraint failed" in told
    assert name in told or by_columns, told


async def refused(db: Database, violation: str | Again) -> str:
    """What the database says when it refuses."""
    with pytest.raises(IntegrityError) as refusal:
        await run(db, violation)
    return str(refusal.value)


async def run(db: Database, statement: str | Again) -> int:
    """The number of rows that it changed."""
    async with db.transaction() as tx:
        return await tx.execute(statement if isinstance(statement, str) else await statement.sql(db))


ALSO_REFUSED: dict[str, str | Again] = {
    "a plan's consent belongs to no episode": again(
        "consent_entry", "kind = 'PROCESS'", version="2", kind="'PLAN'"
    ),
    "a consent to shared records belongs to neither": again(
        "consent_entry", "kind = 'PLAN'", version="2", kind="'SHARED_RECORDS'"
    ),
    "a plan's second consent of a version": again("consent_entry", "kind = 'PLAN'"),
    "an episode's second consent of a version": again("consent_entry", "kind = 'PROCESS'"),
    "a patient's second consent of a version": again("consent_entry", "kind = 'SHARED_RECORDS'"),
    "a task about two things": again("task", about=f"'{uid('other')}'", plan_id=f"'{uid('plan')}'"),
    "an end without an ended state": "update episode set ended_at = opened_at",
    "a lifting without an end": again(
        "block_event", version="2", kind="'LIFTED_IN_EMERGENCY'", for_unit_id=f"'{EKEN}'"
    ),
    "a block that is set for somebody": again(
        "block_event", version="2", for_unit_id=f"'{EKEN}'", until=LONG_AFTER
    ),
    "a block of a plan and a case": again(
        "block", plan_id=f"'{uid('plan')}'", case_id="(select id from care_case limit 1)"
    ),
    "a change of nothing": again("webhook_delivery", message_id="'msg_2'", subject_id="null"),
    "a delivery that waits though it has ended": f"update webhook_delivery set ended_at = {LONG_AFTER}",
    "a webhook that is active though it has ended": f"update webhook set ended_at = {LONG_AFTER}",
    "somebody who acknowledged at no time": "update notice_receipt set acknowledged_by_id ="
    " (select by_id from episode_event)",
}


@pytest.mark.parametrize("what", ALSO_REFUSED)
async def test_no_side_of_a_constraint_is_open(core: Database, what: str) -> None:
    assert await refused(core, ALSO_REFUSED[what])


ONCE_IT_IS_OVER: dict[str, tuple[str, Again]] = {
    "care_relation_current": ("update care_relation set until = since", again("care_relation", until="null")),
    "episode_one_open": ("update episode set state = 'DISCHARGED'", again("episode", state="'ADMITTED'")),
    "plan_process_open": (
        "update plan_process set closed_at = opened_at",
        again("plan_process", closed_at="null"),
    ),
    "block_once": ("update block set ended_at = since", again("block", ended_at="null")),
    "task_waits_once": ("update task set done_at = since", again("task", done_at="null")),
}


@pytest.mark.parametrize("index", ONCE_IT_IS_OVER)
async def test_what_is_over_stands_in_nobodys_way(core: Database, index: str) -> None:
    over, anew = ONCE_IT_IS_OVER[index]
    assert index in await constraints(core)
    await run(core, over)

    assert await run(core, anew) == 1

    await refused(core, anew)


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


FIXED: dict[str, tuple[str, ...]] = {
    # Of each table whose rows are never deleted, the columns that are never changed; "*" is all of them.
    "patient": (),
    "care_relation": (),
    "care_case": (),
    "case_party": (),
    "plan_process": ("id", "patient_id", "opened_at"),
    "message": (
        *("id", "thread_id", "in_reply_to_id", "patient_id", "case_id", "sender_unit_id", "author_id", "topic"),
        *("purpose", "urgency", "text", "sent_at", "warnings"),
    ),
    "receipt": (),
    "message_event": ("*",),
    "consent": ("*",),
    "access_log": ("*",),
    "access_log_seal": ("*",),
    "access_review": ("*",),
    "inbox_reading": ("*",),
    "episode": ("id", "patient_id", "opened_at"),
    "episode_party": ("id", "episode_id", "patient_id", "unit_id", "role"),
    "episode_event": ("*",),
    "notice_receipt": ("id", "event_id", "episode_id", "patient_id", "unit_id", "kind", "sent_at"),
    "plan_party": ("id", "plan_id", "patient_id", "unit_id"),
    "plan_event": ("*",),
    "consent_entry": ("*",),
    "outage": ("id", "region_code", "opened_at"),
    "outage_event": ("*",),
    "phone_log_import": ("*",),
    "role_grant": ("id", "assignment_id", "role", "region_code", "organisation_id", "since"),
    "role_grant_event": ("*",),
    "unit_event": ("*",),
    "assignment_event": ("*",),
    "care_agreement": ("*",),
    "unit_trainer": ("id", "unit_id", "staff_id", "since", "by_id"),
    "training_record": ("*",),
    "block": ("id", "patient_id", "unit_id", "episode_id", "plan_id", "case_id", "since"),
    "block_event": ("*",),
    "care_access": (
        *("id", "patient_id", "unit_id", "block_id", "blocked_unit_id", "basis", "purpose", "reason"),
        *("consent_id", "by_id", "since", "until"),
    ),
    "webhook": ("id", "unit_id", "url", "topics", "since"),
    "webhook_event": ("*",),
    "webhook_delivery": ("id", "webhook_id", "message_id", "topic", "subject_id", "resync", "at"),
}


NO_MODEL = {"stream", "outbox"}
"""Written and read by `storage.outbox` in its own SQL; no record."""


@pytest.mark.parametrize("table", FIXED)
async def test_nothing_is_deleted_and_nothing_said_is_changed(core: Database, table: str) -> None:
    before = await core.select(f"select * from {table}")
    assert before
    columns = list(await columns_of(core, table))
    fixed = columns if FIXED[table] == ("*",) else FIXED[table]
    attempts = [f"delete from {table}", *(f"update {table} set {name} = {name}" for name in fixed)]
    attempts += [f"truncate {table} cascade"] if core.dialect is Dialect.POSTGRES else []

    for sql in attempts:
        with pytest.raises(BaseORMException, match="never"):
            await run(core, sql)
    for name in set(columns) - set(fixed):
        assert await run(core, f"update {table} set {name} = {name}") == len(before), name
    assert sorted(map(str, before)) == sorted(map(str, await core.select(f"select * from {table}")))


async def test_what_can_be_made_anew_is_all_that_may_be_deleted(core: Database) -> None:
    directory = {"organisation", "unit", "staff", "assignment", "forum"}
    assert set(await tables_of(core)) - set(FIXED) == {*directory, "idempotency_key", "task", *NO_MODEL}


async def test_models_and_tables_have_the_same_columns(core: Database) -> None:
    wanted: dict[str, dict[str, bool]] = {}
    for model in models():
        if model is rows.AccessEntry:  # a view, whose columns do not know whether they may be null
            assert set(await columns_of(core, "access_entry")) == set(model._meta.fields_db_projection.values())
            continue
        found = wanted.setdefault(model._meta.db_table, {})
        for column in model._meta.fields_db_projection.values():
            assert found.setdefault(column, nullable(model, column)) == nullable(model, column)
    tables = set(await tables_of(core)) - NO_MODEL
    assert wanted == {table: await columns_of(core, table) for table in tables}


def models() -> list[type[Model]]:
    found = Tortoise.apps["models"]
    return list(found.values())


def nullable(model: type[Model], column: str) -> bool:
    field = model._meta.fields_map[model._meta.fields_db_projection_reverse[column]]
    return field.null


async def test_every_foreign_key_has_an_index(core: Database) -> None:
    """Or a parent's row cannot be found from its children, and every check scans the table."""
    keys = await foreign_keys(core)
    assert {("task", "notice_id"), ("episode_event", "about_id"), ("plan_process", "episode_id")} <= keys
    assert not [key for key in sorted(keys) if not await leads_an_index(core, *key)]


async def foreign_keys(db: Database) -> set[tuple[str, str]]:
    """Tables and their columns that refer to another row, as the database itself knows them."""
    sql = (
        "select c.conrelid::regclass::text, a.attname from pg_constraint c"
        " join pg_attribute a on a.attrelid = c.conrelid and a.attnum = c.conkey[1] where c.contype = 'f'"
        if db.dialect is Dialect.POSTGRES
        else 'select m.name, k."from" from sqlite_master m, pragma_foreign_key_list(m.name) k'
        " where m.type = 'table'"
    )
    return {(table, column) for table, column in await db.select(sql)}


async def leads_an_index(db: Database, table: str, column: str) -> bool:
    if db.dialect is Dialect.POSTGRES:
        found = await db.select("select indexdef from pg_indexes where tablename = $1", [table])
        return any(re.search(rf"\({column}\b", row[0]) for row in found)
    sql = "select 1 from pragma_index_list(?1) l join pragma_index_info(l.name) i on i.seqno = 0 where i.name = ?2"
    return bool(await db.select(sql, [table, column]))
