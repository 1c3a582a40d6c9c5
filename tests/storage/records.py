"""One row of every kind in the world, and a way to write one of them once more with something changed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database, Transaction
from lifecare_gql.storage.outbox import News, publish, unit_stream
from lifecare_gql.storage.url import Dialect
from tests import world
from tests.world import uid

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
ALVA, VARBERG, EKEN, WARD = uid("patient alva"), uid("unit varberg"), uid("unit eken"), uid("unit avdelning")
NORA = uid("unit nora")


async def prepare(url: str) -> None:
    """The world, with a row in every table."""
    await world.prepare(url)
    async with Database.from_url(url) as db, db.transaction() as tx:
        nurse = await rows.Assignment.filter(hsa_id=world.staff_of("varberg")[1]).using_db(tx.client).get()
        await message(tx, nurse.id)
        await ledger(tx, nurse.id)
        await administration(tx, nurse)
        await audit(tx, nurse.id)
        await process(tx, nurse.id)
        await blocks(tx, nurse.id)
        await webhooks(tx, nurse.id)
        news = News("MESSAGE", uid("message"), "SENT", NOW, 1)
        await publish(tx.select, db.dialect, {unit_stream(EKEN): [news]})


async def message(tx: Transaction, nurse: UUID) -> None:
    """A question from the municipality to the health centre."""
    common = {"message_id": uid("message"), "patient_id": ALVA}
    await rows.Message.create(
        using_db=tx.client,
        id=uid("message"),
        thread_id=uid("message"),
        patient_id=ALVA,
        sender_unit_id=VARBERG,
        author_id=nurse,
        **MESSAGE,
    )
    await rows.Receipt.create(using_db=tx.client, **common, unit_id=EKEN, sent_at=NOW, state="SENT")
    await rows.MessageEvent.create(
        using_db=tx.client, **common, version=1, kind="SENT", at=NOW, unit_id=VARBERG, by_id=nurse
    )
    await rows.ConsentRecord.create(
        using_db=tx.client, **common, form="ORAL", given_at=NOW, recorded_at=NOW, recorded_by_id=nurse
    )


MESSAGE: dict[str, Any] = {
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


async def ledger(tx: Transaction, nurse: UUID) -> None:
    """What the system keeps for itself, and a forum."""
    await rows.PhoneLogImport.create(using_db=tx.client, unit_id=VARBERG, by_id=nurse, at=NOW, calls=1)
    await rows.InboxReading.create(using_db=tx.client, unit_id=VARBERG, by_id=nurse, at=NOW)
    down = await rows.Outage.create(
        using_db=tx.client, region_code="halland", state="ACTIVE", version=1, opened_at=NOW, started_at=NOW
    )
    told = {"version": 1, "kind": "STARTED", "at": NOW, "unit_id": VARBERG, "by_id": nurse, "content": {}}
    await rows.OutageEvent.create(using_db=tx.client, outage=down, **told)
    has = {"assignment_id": nurse, "role": "AUDITOR", "region_code": "halland", "version": 1, "since": NOW}
    grant = await rows.RoleGrant.create(using_db=tx.client, **has)
    await rows.RoleGrantEvent.create(
        using_db=tx.client, grant=grant, version=1, kind="GRANTED", at=NOW, by_id=nurse
    )
    await rows.Forum.create(using_db=tx.client, name="Rond", unit_id=NORA, other_unit_id=EKEN, since=NOW)
    await rows.IdempotencyKey.create(
        using_db=tx.client,
        unit_id=VARBERG,
        key="k",
        action="sendMessage",
        body_digest="d",
        result_id=uid("message"),
        at=NOW,
    )
    await rows.AccessLogEntry.create(
        using_db=tx.client,
        entry_id=uid("entry"),
        at=NOW,
        request_id=uid("request"),
        act="READ",
        operation="o",
        staff_hsa_id="s",
        assignment_hsa_id="a",
        unit_id=VARBERG,
        patient_id=ALVA,
        subject="Patient",
    )


async def administration(tx: Transaction, nurse: rows.Assignment) -> None:
    """What was done to a unit and an assignment, an agreement, a trainer, and somebody trained."""
    client, told = tx.client, {"version": 1, "at": NOW, "by_id": nurse.id}
    unit: Any = await rows.Unit.get(id=VARBERG, using_db=client)
    whom: dict[str, Any] = {"unit_id": VARBERG, "staff_id": nurse.staff_id, "by_id": nurse.id}  # type: ignore[attr-defined]
    await rows.UnitEvent.create(using_db=client, unit_id=VARBERG, kind="CONNECTED", content={}, **told)
    await rows.AssignmentEvent.create(using_db=client, assignment_id=nurse.id, kind="ASSIGNED", **told)
    await rows.CareAgreement.create(
        using_db=client,
        organisation_id=unit.organisation_id,
        kind="CARE_AGREEMENT",
        valid_from=NOW.date(),
        registered_at=NOW,
        by_id=nurse.id,
    )
    await rows.UnitTrainer.create(using_db=client, since=NOW, **whom)
    await rows.TrainingRecord.create(using_db=client, kind="END_USER", held_on=NOW.date(), recorded_at=NOW, **whom)


async def audit(tx: Transaction, nurse: UUID) -> None:
    """A seal on the access log, and a review of its entry."""
    covers = {"from_number": 1, "to_number": 1, "entries": 1, "undigested": 1}
    await rows.AccessLogSeal.create(using_db=tx.client, **covers, digest="d", at=NOW)
    said = {"entry_id": uid("entry"), "batch_id": uid("batch"), "at": NOW, "finding": "NO_REMARK"}
    await rows.AccessReview.create(using_db=tx.client, **said, unit_id=VARBERG, by_id=nurse)


async def process(tx: Transaction, nurse: UUID) -> None:
    """An admitted patient with a plan; a notice, what was consented to, and what waits."""
    client, whose = tx.client, {"patient_id": ALVA}
    episode, plan, event = uid("episode"), uid("plan"), uid("event")
    await rows.Episode.create(
        using_db=client, id=episode, **whose, ward_id=WARD, state="ADMITTED", version=1, opened_at=NOW
    )
    await rows.EpisodeParty.create(
        using_db=client, episode_id=episode, **whose, unit_id=WARD, role="WARD", since=NOW
    )
    said = {"version": 1, "at": NOW, "unit_id": WARD, "by_id": nurse, "content": {}}
    await rows.EpisodeEvent.create(using_db=client, id=event, episode_id=episode, **whose, kind="ADMITTED", **said)
    await rows.NoticeReceipt.create(
        using_db=client,
        event_id=event,
        episode_id=episode,
        **whose,
        unit_id=EKEN,
        kind="GENERAL",
        sent_at=NOW,
        state="SENT",
    )
    await rows.PlanProcess.create(using_db=client, id=plan, **whose, episode_id=episode, version=1, opened_at=NOW)
    part = {"unit_id": WARD, "invited": True, "answer": "PENDING", "since": NOW}
    await rows.PlanParty.create(using_db=client, plan_id=plan, **whose, **part)
    await rows.PlanEvent.create(using_db=client, plan_id=plan, **whose, kind="NEED_IDENTIFIED", **said)
    heard = {"state": "GIVEN", "said_at": NOW, "recorded_at": NOW, "unit_id": WARD, "recorded_by_id": nurse}
    for scope in ({"kind": "PROCESS", "episode_id": episode}, {"kind": "PLAN", "plan_id": plan}, SHARED):
        await rows.ConsentEntry.create(using_db=client, **whose, **scope, version=1, **heard)
    waits = {"since": NOW, "sort_at": NOW, "about": episode}
    await rows.Task.create(using_db=client, unit_id=WARD, **whose, kind="ASSESS_NEED", episode_id=episode, **waits)


async def blocks(tx: Transaction, nurse: UUID) -> None:
    """A block of the ward's, and care that was opened to a health centre in an emergency."""
    client, whose = tx.client, {"patient_id": ALVA}
    await rows.Block.create(using_db=client, id=uid("block"), **whose, unit_id=WARD, version=1, since=NOW)
    said = {"version": 1, "kind": "SET", "at": NOW, "unit_id": WARD, "by_id": nurse, "asked_by": "PATIENT"}
    await rows.BlockEvent.create(using_db=client, block_id=uid("block"), **whose, **said)
    ground = {"basis": "EMERGENCY", "purpose": "CARE", "reason": "Medvetslös", "by_id": nurse}
    until = NOW + dt.timedelta(hours=4)
    await rows.CareAccess.create(using_db=client, **whose, unit_id=EKEN, **ground, since=NOW, until=until)


async def webhooks(tx: Transaction, nurse: UUID) -> None:
    """A system that the health centre lets tell, how it came about, and what did not arrive at once."""
    client, hook = tx.client, uid("webhook")
    stands = {"unit_position": 0, "region_position": 0, "due_at": NOW, "dead_in_a_row": 0, "secret_version": 1}
    told = {"url": "https://mottagare.example.se/", "topics": ["MESSAGE"], "state": "ACTIVE", "since": NOW}
    await rows.Webhook.create(using_db=client, id=hook, unit_id=EKEN, version=1, **told, **stands)
    said = {"version": 1, "kind": "REGISTERED", "at": NOW, "by_id": nurse}
    await rows.WebhookEvent.create(using_db=client, webhook_id=hook, **said)
    what = {"message_id": "msg_1", "topic": "MESSAGE", "subject_id": uid("message"), "at": NOW}
    tried = {"unit_position": 1, "region_position": 0, "state": "PENDING", "attempts": 1, "begun_at": NOW}
    await rows.WebhookDelivery.create(using_db=client, webhook_id=hook, **what, **tried)


SHARED = {"kind": "SHARED_RECORDS"}


@dataclass(frozen=True, slots=True)
class Again:
    """One row of the table once more, under a new id, with these columns otherwise: SQL expressions."""

    table: str
    changes: dict[str, str]
    where: str = "1 = 1"

    async def sql(self, db: Database) -> str:
        """The statement, for whichever columns the table has."""
        given = {("access_log", "id"), ("access_log_seal", "id")}  # by the database
        columns = [name for name in await columns_of(db, self.table) if (self.table, name) not in given]
        values = {"id": f"'{uuid4()}'", **self.changes}
        told = ", ".join(values.get(name, name) for name in columns)
        return (
            f"insert into {self.table} ({', '.join(columns)})"
            f" select {told} from {self.table} where {self.where} limit 1"
        )


def again(table: str, where: str = "1 = 1", **changes: str) -> Again:
    """A row of the table once more."""
    return Again(table, changes, where)


async def columns_of(db: Database, table: str) -> dict[str, bool]:
    """The columns in order, and whether each may be null."""
    if db.dialect is Dialect.POSTGRES:
        sql = (
            "select column_name, is_nullable = 'YES' from information_schema.columns where table_name = $1"
            " order by ordinal_position"
        )
        return dict(await db.select(sql, [table]))  # type: ignore[arg-type]
    found = await db.select('select name, "notnull", pk from pragma_table_info(?1) order by cid', [table])
    return {name: not required and not key for name, required, key in found}


async def tables_of(db: Database) -> list[str]:
    """The tables in the order in which they were made."""
    sql = (
        "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by oid"
        if db.dialect is Dialect.POSTGRES
        else "select name from sqlite_master where type = 'table' and name not like 'sqlite%' order by rowid"
    )
    return [name for (name,) in await db.select(sql) if name != "schema_migration"]
