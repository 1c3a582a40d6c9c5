"""Fill a fresh database with a benchmark's world, fast: COPY on PostgreSQL, executemany on SQLite."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, suppress
from hashlib import sha256
from itertools import chain
from typing import Any
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from bench.world import LISTENERS, LONG_AGO, PLANS, TOPIC, World
from lifecare_gql.actions.messages import to_json
from lifecare_gql.domain.plan_facts import PlanContent, PlanGoal, PlanIntervention
from lifecare_gql.domain.verdicts import Expectation
from lifecare_gql.domain.words import Principal
from lifecare_gql.storage.migrate import migrate
from lifecare_gql.storage.url import SqliteAddress, parse_url

Record = dict[str, Any]
Tables = Iterable[tuple[str, Iterator[Record]]]
"""Each table's name and its rows, in an order in which they may refer to each other."""

EXPECTATION = json.dumps(
    to_json(
        Expectation(
            answer_required=True,
            no_deadline_reason="Ingen källa för de berörda regionerna anger någon svarstid.",
        )
    )
)
"""What is expected of the receivers of every message here, as it is stored with it."""

CONTENT = json.dumps(
    {
        "content": TypeAdapter(PlanContent).dump_python(
            PlanContent(
                goals=tuple(PlanGoal(text=f"Mål {n} (bench)", in_own_words=n == 1) for n in (1, 2, 3)),
                interventions=(PlanIntervention(what="Insats (bench)", principal=Principal.MUNICIPALITY),),
                measures_by_others="Inga.",
                main_responsibility=Principal.MUNICIPALITY,
            ),
            mode="json",
        )
    }
)
"""What every plan says here, as it is stored with the event."""


async def fill(url: str, world: World) -> None:
    """Migrate the empty database and fill it with the world."""
    await pour(url, tables(world))


async def pour(url: str, filled: Tables) -> None:
    """Migrate the empty database and fill it; PostgreSQL's statistics are made, as its autovacuum would."""
    await migrate(url)
    address = parse_url(url)
    if isinstance(address, SqliteAddress):
        await asyncio.to_thread(_fill_sqlite, address.path, filled)
    else:
        await _fill_postgres(address.connect_arguments(), filled)


async def _fill_postgres(arguments: dict[str, Any], filled: Tables) -> None:
    connection = await asyncpg.connect(**arguments)
    try:
        # The rows refer to each other by construction; without the right to say so, the server checks each.
        with suppress(asyncpg.InsufficientPrivilegeError):
            await connection.execute("set session_replication_role = replica")
        for table, records in filled:
            columns, rows = _columns(records)
            await connection.copy_records_to_table(table, records=rows, columns=columns)
        await connection.execute("vacuum analyze")
    finally:
        await connection.close()


def _fill_sqlite(path: str, filled: Tables) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma synchronous = off")  # this and the next for this connection only
        connection.execute("pragma cache_size = -500000")
        for table, records in filled:
            columns, rows = _columns(records)
            places = ", ".join("?" * len(columns))
            insert = f"insert into {table} ({', '.join(columns)}) values ({places})"
            connection.executemany(insert, (tuple(map(_as_text, row)) for row in rows))
        connection.commit()


def _columns(records: Iterator[Record]) -> tuple[list[str], Iterator[tuple[Any, ...]]]:
    """The columns that the first record names, and the values of all."""
    first = next(records)
    return list(first), (tuple(record.values()) for record in chain([first], records))


def _as_text(value: Any) -> Any:
    """The value as the program stores it in SQLite."""
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(" ")
    return value.isoformat() if isinstance(value, dt.date) else value


def tables(world: World) -> Iterator[tuple[str, Iterator[Record]]]:
    """The directory, the patients, the messages, and the plans."""
    units, patients, messages = range(world.units), range(world.patients), range(world.messages)
    yield "organisation", iter([_organisation(world)])
    yield "unit", (_unit(world, number) for number in units)
    people = [(*world.staff(number), number) for number in units]
    people += [(*world.listener(number), world.listens_at(number)) for number in range(2 * LISTENERS)]
    yield "staff", (_staff(world, *one) for one in people)
    yield "assignment", (_assignment(world, *one) for one in people)
    yield "patient", (_patient(world, number) for number in patients)
    yield "care_relation", (relation for number in patients for relation in _relations(world, number))
    yield "message", (_message(world, number) for number in messages)
    yield "receipt", (receipt for number in messages for receipt in _receipts(world, number))
    yield "message_event", (_event(world, number) for number in messages)
    plans = range(PLANS * world.frequent)
    yield "plan_process", (_plan(world, number) for number in plans)
    yield "plan_party", (party for number in plans for party in _parties(world, number))
    yield "plan_event", (_established(world, number) for number in plans)


def _organisation(world: World) -> Record:
    return {
        "id": world.id("organisation", 0),
        "hsa_id": "SE0000000000-O",
        "name": "Organisationen (bench)",
        "principal": "REGION",
        "region_code": world.region,
    }


def _unit(world: World, number: int) -> Record:
    return {
        "id": world.id("unit", number),
        "hsa_id": f"SE0000000000-U{number}",
        "name": f"Enhet {number} (bench)",
        "kind": world.kind(number),
        "organisation_id": world.id("organisation", 0),
        "region_code": world.region,
        "municipality_code": world.municipality(number),
        "active": True,
    }


def _staff(world: World, staff_hsa_id: str, assignment_hsa_id: str, unit: int) -> Record:
    return {
        "id": world.id(staff_hsa_id, unit),
        "hsa_id": staff_hsa_id,
        "given_name": "Person",
        "family_name": "Påhittad",
    }


def _assignment(world: World, staff_hsa_id: str, assignment_hsa_id: str, unit: int) -> Record:
    return {
        "id": world.id(assignment_hsa_id, unit),
        "hsa_id": assignment_hsa_id,
        "staff_id": world.id(staff_hsa_id, unit),
        "unit_id": world.id("unit", unit),
        "title": "sjuksköterska",
        "licensed": True,
        "since": LONG_AGO,
    }


def _patient(world: World, number: int) -> Record:
    municipal, centre, _ = world.parties(number)
    identifier, kind = world.identity(number)
    return {
        "id": world.id("patient", number),
        "identifier": identifier,
        "identifier_kind": kind,
        "identifier_digest": sha256(identifier.encode()).hexdigest(),
        "given_name": "Patient",
        "family_name": f"Påhittad {number}",
        "listed_unit_id": world.id("unit", centre),
        "enrolled_unit_id": world.id("unit", municipal),
        "protection": "NONE",
    }


def _relations(world: World, patient: int) -> Iterator[Record]:
    """Enrolled, listed, and what the messages about the patient have led to."""
    municipal, centre, third = world.parties(patient)
    reasons = [
        (municipal, "ENROLLED"),
        (centre, "LISTED"),
        *((unit, "MESSAGE") for unit in (municipal, centre, third)),
    ]
    for turn, (unit, kind) in enumerate(reasons):
        yield {
            "id": world.id("relation", len(reasons) * patient + turn),
            "patient_id": world.id("patient", patient),
            "unit_id": world.id("unit", unit),
            "kind": kind,
            "since": LONG_AGO,
        }


def _message(world: World, number: int) -> Record:
    (patient, _), (sender, _) = world.about(number), world.route(number)
    return {
        "id": world.id("message", number),
        "thread_id": world.id("message", number),
        "patient_id": world.id("patient", patient),
        "sender_unit_id": world.id("unit", sender),
        "author_id": world.author(sender),
        "topic": TOPIC,
        "purpose": "REQUEST_REPLY",
        "urgency": "ROUTINE",
        "text": world.texts[number % len(world.texts)],
        "sent_at": world.sent_at(number),
        "answer_required": True,
        "expectation": EXPECTATION,
        "warnings": "[]",
        "state": "SENT",
        "version": 1,
    }


def _receipts(world: World, number: int) -> Iterator[Record]:
    (patient, _), (_, recipients) = world.about(number), world.route(number)
    for turn, unit in enumerate(recipients):
        yield {
            "id": world.id("receipt", 2 * number + turn),
            "message_id": world.id("message", number),
            "patient_id": world.id("patient", patient),
            "unit_id": world.id("unit", unit),
            "sent_at": world.sent_at(number),
            "state": "SENT",
        }


def _event(world: World, number: int) -> Record:
    (patient, _), (sender, _) = world.about(number), world.route(number)
    return {
        "id": world.id("event", number),
        "message_id": world.id("message", number),
        "patient_id": world.id("patient", patient),
        "version": 1,
        "kind": "SENT",
        "at": world.sent_at(number),
        "unit_id": world.id("unit", sender),
        "by_id": world.author(sender),
    }


def _plan(world: World, number: int) -> Record:
    """All but the last of a patient's are closed."""
    turn = number % PLANS
    is_open = turn == PLANS - 1
    return {
        "id": world.id("plan", number),
        "patient_id": world.id("patient", number // PLANS),
        "state": "ESTABLISHED" if is_open else "CLOSED",
        "version": 1,
        "opened_at": LONG_AGO + dt.timedelta(days=turn),
        "closed_at": None if is_open else LONG_AGO + dt.timedelta(days=turn + 1),
    }


def _parties(world: World, plan: int) -> Iterator[Record]:
    """Where the patient is enrolled, and where listed."""
    municipal, centre, _ = world.parties(plan // PLANS)
    for turn, unit in enumerate((municipal, centre)):
        yield {
            "id": world.id("party", 2 * plan + turn),
            "plan_id": world.id("plan", plan),
            "patient_id": world.id("patient", plan // PLANS),
            "unit_id": world.id("unit", unit),
            "invited": True,
            "answer": "ACCEPTED",
            "since": LONG_AGO,
        }


def _established(world: World, plan: int) -> Record:
    municipal, _, _ = world.parties(plan // PLANS)
    return {
        "id": world.id("plan event", plan),
        "plan_id": world.id("plan", plan),
        "patient_id": world.id("patient", plan // PLANS),
        "version": 1,
        "kind": "ESTABLISHED",
        "at": LONG_AGO,
        "unit_id": world.id("unit", municipal),
        "by_id": world.author(municipal),
        "content": CONTENT,
    }
