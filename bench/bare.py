"""The limit: the same answers from bare Starlette and SQL written by hand for exactly these operations.

It has the duties that the benchmark's requests put on it, and no others: the token is verified, the caller is
looked up, what may be seen is decided in every statement, whose data was shown is held against the care relations
once more and logged with a digest in the same transaction, subscribers are told, and a repeated key gets the
first answer; on PostgreSQL its transactions are behind the same wall. It has no schema, no routines and no other
operation; `create_app` takes whatever else finds an operation's data.

    uvicorn --factory bench.bare:create_app          (with the settings of the program)
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench import sql
from bench.data import EXPECTATION
from bench.stores import Row, Store, store_at
from lifecare_gql.actions.idempotency import attempt
from lifecare_gql.actions.tasks import NEVER
from lifecare_gql.errors import NotAuthenticated
from lifecare_gql.settings import from_environment
from lifecare_gql.storage.log_digests import entry_digest, log_key
from lifecare_gql.storage.outbox import News, publish, unit_stream
from lifecare_gql.web.identity import Verifier, load_issuers

Json = dict[str, Any]


@dataclass(slots=True, kw_only=True)
class Desk:
    """One request: its connection, who asks, and when."""

    store: Store
    connection: Any
    operation: str
    now: dt.datetime
    assignment_id: Any
    assignment_hsa_id: str
    staff_hsa_id: str
    unit_id: Any
    unit_name: str
    log_key: bytes
    request_id: UUID = field(default_factory=uuid4)

    async def fetch(self, statement: str, *params: Any) -> list[Row]:
        """The rows of one statement."""
        found: list[Row] = await self.connection.fetch(statement, *params)
        return found

    async def execute(self, statement: str, *params: Any) -> None:
        """Run one statement."""
        await self.connection.execute(statement, *params)

    def transaction(self) -> AbstractAsyncContextManager[None]:
        """A transaction of the unit's."""
        return self.store.transaction(self.connection, self.unit_id)

    def public_id(self, kind: str, row_id: Any) -> str:
        """The id as the API shows it."""
        return f"{kind}_{self.store.hex(row_id)}"

    async def log_read(self, patients: Iterable[Any]) -> None:
        """Note whose data is shown, once the unit is known to have a part in their care."""
        if shown := list(set(patients)):
            known = await self.fetch(sql.PARTS, shown, self.unit_id)
            assert len({row[0] for row in known}) == len(shown), "somebody's data would be shown who is a stranger"
            await self.log("READ", shown, "Patient")

    async def log(self, act: str, patients: Iterable[Any], subject: str, subject_id: UUID | None = None) -> None:
        """Rows of the access log, each with its digest."""
        who = (self.staff_hsa_id, self.assignment_hsa_id, self.unit_id)
        rows = []
        for patient in patients:
            said = (uuid4(), self.now, self.request_id, act, self.operation, *who, patient, subject, subject_id)
            rows.append((*said, entry_digest(self.log_key, said)))
        await self.connection.executemany(sql.LOG, rows)


async def inbox(desk: Desk, variables: Json) -> Json:
    """A page of the own unit's inbox."""
    first, after = variables["first"], variables["after"]
    params = (desk.unit_id, first + 1, desk.now)
    async with desk.transaction():
        if after is None:
            rows = await desk.fetch(sql.INBOX, *params)
        else:
            rows = await desk.fetch(sql.INBOX_AFTER, *params, _row_id(after))
        page = rows[:first]
        await desk.log_read(row[8] for row in page)
    nodes = [_arrived(desk, row) for row in page]
    info = {"hasNextPage": len(rows) > first, "endCursor": nodes[-1]["id"] if nodes else None}
    unit = {"id": desk.public_id("unit", desk.unit_id), "name": desk.unit_name}
    return {"viewer": {"unit": {**unit, "inbox": {"nodes": nodes, "pageInfo": info}}}}


def _arrived(desk: Desk, row: Row) -> Json:
    message, topic, urgency, state, sent_at, due_at, overdue, text, patient, *rest = row
    identifier, given_name, family_name, sender, sender_name = rest
    return {
        "id": desk.public_id("message", message),
        "topic": {"code": topic},
        "urgency": urgency,
        "state": state,
        "sentAt": desk.store.instant(sent_at),
        "replyDueAt": desk.store.instant(due_at),
        "overdue": bool(overdue),
        "text": text,
        "patient": {
            "id": desk.public_id("patient", patient),
            "identifier": identifier,
            "givenName": given_name,
            "familyName": family_name,
        },
        "sender": {"id": desk.public_id("unit", sender), "name": sender_name},
    }


async def patient(desk: Desk, variables: Json) -> Json:
    """A patient in whose care the unit takes part, with the newest messages that it sent or received."""
    asked = _row_id(variables["id"])
    async with desk.transaction():
        [found] = await desk.fetch(sql.PATIENT, desk.unit_id, asked)
        messages = await desk.fetch(sql.MESSAGES_OF_PATIENT, desk.unit_id, asked, 20)
        receipts = await _receipts(desk, [row[0] for row in messages])
        plans = await _plans(desk, asked)
        await desk.log_read([asked])
    row_id, identifier, given_name, family_name = found
    return {
        "patient": {
            "id": desk.public_id("patient", row_id),
            "identifier": identifier,
            "givenName": given_name,
            "familyName": family_name,
            "messages": {"nodes": [_about_patient(desk, row, receipts[row[0]]) for row in messages]},
            "plans": {"nodes": plans},
        }
    }


def _about_patient(desk: Desk, row: Row, receipts: list[Json]) -> Json:
    message, topic, state, sent_at, text, sender, sender_name = row
    return {
        "id": desk.public_id("message", message),
        "topic": {"code": topic},
        "state": state,
        "sentAt": desk.store.instant(sent_at),
        "text": text,
        "sender": {"id": desk.public_id("unit", sender), "name": sender_name},
        "receipts": {"nodes": receipts},
    }


async def _receipts(desk: Desk, messages: list[Any]) -> Mapping[Any, list[Json]]:
    """The receipts of messages that the unit may see, for each."""
    found: dict[Any, list[Json]] = defaultdict(list)
    for message, state, acknowledged_at, unit, name in await desk.fetch(sql.RECEIPTS, messages):
        receipt = {"state": state, "acknowledgedAt": desk.store.instant(acknowledged_at)}
        found[message].append({**receipt, "unit": {"id": desk.public_id("unit", unit), "name": name}})
    return found


async def _plans(desk: Desk, patient: Any) -> list[Json]:
    """The patient's plans that the unit takes part in, with who else does, and their goals."""
    found = await desk.fetch(sql.PLANS_OF_PATIENT, desk.unit_id, patient, 5)
    plans = [row[0] for row in found]
    parties: dict[Any, list[Json]] = defaultdict(list)
    for plan, answer, row_id, name in await desk.fetch(sql.PARTIES, plans):
        parties[plan].append({"answer": answer, "unit": {"id": desk.public_id("unit", row_id), "name": name}})
    said: dict[Any, list[Json]] = defaultdict(list)
    for plan, version, content in await desk.fetch(sql.ESTABLISHED, plans):
        goals = json.loads(content)["content"]["goals"]
        goals = [{"text": goal["text"], "inOwnWords": goal["in_own_words"]} for goal in goals]
        said[plan].append({"version": version, "content": {"goals": goals}})
    return [
        {
            "id": desk.public_id("plan", plan),
            "state": state,
            "openedAt": desk.store.instant(opened_at),
            "participants": {"nodes": parties[plan]},
            "history": {"nodes": said[plan]},
        }
        for plan, state, opened_at in found
    ]


async def unit(desk: Desk, variables: Json) -> Json:
    """A unit of the directory."""
    [row] = await desk.fetch(sql.UNIT, _row_id(variables["id"]))
    row_id, hsa_id, name, kind, active, organisation, organisation_name = row
    return {
        "unit": {
            "id": desk.public_id("unit", row_id),
            "hsaId": hsa_id,
            "name": name,
            "kind": kind,
            "active": bool(active),
            "organisation": {"id": desk.public_id("org", organisation), "name": organisation_name},
        }
    }


async def send(desk: Desk, variables: Json) -> Json:
    """Send a message, or answer as the first time if the key was used before."""
    order, key = _order(variables["input"]), variables["key"]
    one = attempt("sendMessage", key, order)
    message: Any = uuid4()
    async with desk.transaction():
        seen = await desk.fetch(sql.PATIENT, desk.unit_id, order["patient_id"])
        there = await desk.fetch(sql.RECIPIENTS, list(order["recipient_unit_ids"]))
        assert len(seen) == 1, "the benchmark writes about patients that the unit sees"
        assert len(there) == len(order["recipient_unit_ids"]), "and to units that there are"
        assert not await desk.fetch(sql.DOWN, "halland"), "no region of the benchmark is down"
        claim = (uuid4(), desk.unit_id, key, one.action, one.digest, message, desk.now)
        replayed = not await desk.fetch(sql.CLAIM, *claim)
        if replayed:
            [(digest, message)] = await desk.fetch(sql.CLAIMED, desk.unit_id, key)
            assert digest == one.digest, "the benchmark never uses a key for two things"
            await desk.log_read([order["patient_id"]])
        else:
            await _write(desk, message, order)
        sent = await _sent(desk, message)
    return {"sendMessage": {"__typename": "MessageSent", "replayed": replayed, "sent": sent, "warnings": []}}


def _order(given: Json) -> Json:
    """What is asked for, as the program digests it."""
    return {
        "patient_id": _row_id(given["patientId"]),
        "case_id": None,
        "recipient_unit_ids": tuple(_row_id(one) for one in given["recipientUnitIds"]),
        "topic": given["topic"],
        "purpose": given["purpose"],
        "urgency": given["urgency"],
        "text": given["text"],
        "consent": None,
        "attachment_count": 0,
    }


async def _write(desk: Desk, message: UUID, order: Json) -> None:
    patient_id, now, unit_id, author = order["patient_id"], desk.now, desk.unit_id, desk.assignment_id
    about = (order["topic"], order["purpose"], order["urgency"], order["text"].strip())
    await desk.execute(sql.NEW_MESSAGE, message, patient_id, unit_id, author, *about, now, True, EXPECTATION)
    news = {unit_stream(UUID(str(unit_id))): [News("MESSAGE", message, "SENT", now, 1)]}
    for recipient in order["recipient_unit_ids"]:
        await desk.execute(sql.NEW_RECEIPT, uuid4(), message, patient_id, recipient, now)
        await desk.execute(sql.NEW_RELATION, uuid4(), patient_id, recipient, now)
        task = uuid4()
        await desk.execute(sql.NEW_TASK, task, recipient, patient_id, message, now, NEVER)
        told = [News("MESSAGE", message, "SENT", now, 1), News("TASK", task, "OPENED", now)]
        news[unit_stream(recipient)] = told
    await desk.execute(sql.NEW_EVENT, uuid4(), message, patient_id, now, unit_id, author)
    await desk.log("CREATE", [patient_id], "Message", message)
    await publish(partial(desk.store.select, desk.connection), desk.store.dialect, news)


async def _sent(desk: Desk, message: Any) -> Json:
    [(message, state, version, text, sender, sender_name)] = await desk.fetch(sql.SENT, message)
    [receipts] = (await _receipts(desk, [message])).values()
    nodes = [{"state": one["state"], "unit": one["unit"]} for one in receipts]
    return {
        "id": desk.public_id("message", message),
        "state": state,
        "version": version,
        "text": text,
        "sender": {"id": desk.public_id("unit", sender), "name": sender_name},
        "receipts": {"nodes": nodes},
    }


def _row_id(public_id: str) -> UUID:
    return UUID(public_id.rpartition("_")[2])


OPERATIONS = {"Inbox": inbox, "Patient": patient, "Unit": unit, "Send": send}


async def by_hand(desk: Desk, asked: Json) -> Json:
    """The data of an operation, by the function that was written for it."""
    return await OPERATIONS[asked["operationName"]](desk, asked["variables"])


def create_app(execute: Callable[[Desk, Json], Awaitable[Json]] = by_hand) -> Starlette:
    """The application, from the program's settings."""
    settings = from_environment()
    key = log_key(settings.key())
    store, verifier = store_at(settings.database_url, settings.pool_size), Verifier(load_issuers(settings))

    async def answer(request: Request) -> Response:
        asked = json.loads(await request.body())
        try:
            claims = await verifier.verify(request.headers["authorization"].removeprefix("Bearer "))
            async with _desk(store, key, claims.staff_hsa_id, claims.assignment_hsa_id, asked) as desk:
                data = await execute(desk, asked)
        except NotAuthenticated as error:
            return Response(str(error), 401)
        text = json.dumps({"data": data}, ensure_ascii=False, separators=(",", ":"))
        return Response(text, media_type="application/json")

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await store.open()
        yield
        await store.close()

    return Starlette(routes=[Route("/graphql", answer, methods=["POST"])], lifespan=lifespan)


@asynccontextmanager
async def _desk(
    store: Store, key: bytes, staff_hsa_id: str, assignment_hsa_id: str, asked: Json
) -> AsyncIterator[Desk]:
    now, operation = dt.datetime.now(dt.UTC), asked["operationName"]
    async with store.connection() as connection:
        found = await connection.fetch(sql.CALLER, assignment_hsa_id, now)
        if not found or found[0][2] != staff_hsa_id:
            raise NotAuthenticated("There is no such assignment.")
        assignment_id, _, _, unit_id, unit_name = found[0]
        yield Desk(
            store=store,
            connection=connection,
            operation=operation,
            now=now,
            assignment_id=assignment_id,
            assignment_hsa_id=assignment_hsa_id,
            staff_hsa_id=staff_hsa_id,
            unit_id=unit_id,
            unit_name=unit_name,
            log_key=key,
        )
