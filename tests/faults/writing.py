"""Units that send messages all the time, each with its key until it is answered, and what must be true then."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

import httpx2

from lifecare_gql.actions.patients import identity_digest
from lifecare_gql.domain.identity import parse_identity
from lifecare_gql.domain.words import AccessAct, CareRelationKind
from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database
from tests import world
from tests.api import crowd
from tests.api.served import Stubborn
from tests.conftest import RESULT

SENDER, RECIPIENT = "varberg", "eken"
PATIENTS = 24
INBOX = "{ viewer { unit { inbox(first: 5) { nodes { id state } } } } }"
SEND = f"""mutation S($input: MessageInput!, $key: String!) {{
  sendMessage(input: $input, idempotencyKey: $key) {{ __typename ...R }} }} {RESULT["sendMessage"]}"""
PAUSE = 0.1
"""Between a request that was not done and its repetition."""


async def prepare(url: str) -> None:
    """The world, and patients in the care of the unit that sends, each with a case."""
    await crowd.prepare(url)
    async with Database.from_url(url) as db, db.transaction() as tx:
        for number in crowd.numbers()[:PATIENTS]:
            digest = identity_digest(world.SECRET.encode(), parse_identity(number, world.LONG_AGO.date()))
            patient = await rows.Patient.get(identifier_digest=digest, using_db=tx.client)
            await _in_care(tx.client, patient.id)


async def _in_care(client: Any, patient_id: UUID) -> None:
    unit = world.uid(f"unit {SENDER}")
    await rows.CareRelation.create(
        using_db=client,
        patient_id=patient_id,
        unit_id=unit,
        kind=CareRelationKind.ENROLLED,
        since=world.LONG_AGO,
    )
    case = await rows.Case.create(
        using_db=client,
        patient_id=patient_id,
        title="Planering hemma",
        opened_by_unit_id=unit,
        opened_at=world.LONG_AGO,
    )
    await rows.CaseParty.create(using_db=client, case=case, unit_id=unit, since=world.LONG_AGO)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: when it began (monotonic seconds), how long it took, whether it wrote, what came of it."""

    began: float
    took: float
    wrote: bool
    code: str
    """Empty for done; a code of the API; HUNG, CONNECTION, or what else was answered."""


@dataclass(kw_only=True)
class Writers:
    """Clients that write and read by turns."""

    api: Stubborn
    cases: list[tuple[UUID, UUID]]
    patience: float = 10.0
    told: dict[str, UUID] = field(default_factory=dict)
    """By key, the message that was answered."""
    asked: list[Asked] = field(default_factory=list)
    replayed: int = 0
    over: bool = False
    _turn: Iterator[int] = field(default_factory=count)
    _answered: asyncio.Queue[None] = field(default_factory=asyncio.Queue)

    @classmethod
    async def of(cls, api: Stubborn) -> Writers:
        """With the cases in the database; nobody else may have it open in this process."""
        async with Database.from_url(api.url) as db:
            unit = world.uid(f"unit {SENDER}")
            bind = "$1" if db.dialect == "postgres" else "?1"
            found = await db.select(
                f"select patient_id, id from care_case where opened_by_unit_id = {bind} order by id", [unit]
            )
        return cls(api=api, cases=[(UUID(str(one)), UUID(str(other))) for one, other in found])

    @asynccontextmanager
    async def writing(self, clients: int) -> AsyncIterator[None]:
        """So many at the same time, until the block ends; then each waits until its message is answered."""
        self.over = False
        async with asyncio.TaskGroup() as group:
            for _ in range(clients):
                group.create_task(self._client())
            try:
                yield
            finally:
                self.over = True

    async def _client(self) -> None:
        while not self.over:
            await self._until_done(str(uuid.uuid4()))
            await self._ask(wrote=False, query=INBOX)

    async def _until_done(self, key: str) -> None:
        at = next(self._turn)
        patient, case = self.cases[at % len(self.cases)]
        order = {
            "patientId": f"patient_{patient.hex}",
            "caseId": f"case_{case.hex}",
            "recipientUnitIds": [world.pid("unit", RECIPIENT)],
            "topic": "QUESTION",
            "purpose": "REQUEST_REPLY",
            "text": f"Kan ni ringa oss? Fråga {at}.",
        }
        while (answer := await self._ask(wrote=True, query=SEND, input=order, key=key)) is None:  # noqa: ASYNC110
            await asyncio.sleep(PAUSE)
        sent = answer["sendMessage"]
        assert sent["__typename"] == "MessageSent", sent
        self.replayed += sent["replayed"]
        self.told[key] = UUID(sent["sent"]["id"].partition("_")[2])
        self._answered.put_nowait(None)

    async def _ask(self, *, wrote: bool, query: str, **variables: Any) -> Any:
        """The data, or None for anything that is to be repeated."""
        await self.api.server.up.wait()
        began = time.monotonic()
        code, data = await self._outcome(query, variables)
        self.asked.append(Asked(began, time.monotonic() - began, wrote, code))
        return data

    async def _outcome(self, query: str, variables: dict[str, Any]) -> tuple[str, Any]:
        try:
            body = {"query": query, "variables": variables}
            async with asyncio.timeout(self.patience):
                answer = await self.api.http.post("/graphql", json=body, headers=self.api.headers(SENDER))
        except TimeoutError:
            return "HUNG", None
        except httpx2.TransportError:
            return "CONNECTION", None
        told = answer.json()
        if "errors" not in told:
            return "", told["data"]
        code = told["errors"][0]["extensions"]["code"]
        if answer.status_code == 503 and "retry-after" not in answer.headers:
            code = f"{code} without Retry-After"
        return code, None

    async def written(self, wanted: int) -> None:
        """Wait until so many messages were answered, of which nobody has been told yet."""
        for _ in range(wanted):
            await self._answered.get()

    def first_write_after(self, moment: float) -> float:
        """How long after the moment the first write was done that was asked for later; infinite for never."""
        ends = (one.began + one.took for one in self.asked if one.wrote and not one.code and one.began >= moment)
        return min(ends, default=float("inf")) - moment


async def all_is_written(db: Database, writers: Writers) -> None:
    """What was answered is there once and whole, and nothing else is."""
    keys: list[Any] = await rows.IdempotencyKey.all()
    assert {one.key: one.result_id for one in keys} == writers.told
    sent = set(writers.told.values())
    assert len(sent) == len(writers.told), "two keys never share a message"
    messages: list[Any] = await rows.Message.all()
    assert {one.id for one in messages} == sent
    receipts = Counter([(one.message_id, one.unit_id) for one in await rows.Receipt.all()])  # type: ignore[attr-defined]
    assert receipts == Counter([(one, world.uid(f"unit {RECIPIENT}")) for one in sent])
    events = Counter([(one.message_id, one.version, str(one.kind)) for one in await rows.MessageEvent.all()])  # type: ignore[attr-defined]
    assert events == Counter([(one, 1, "SENT") for one in sent])
    logged: list[Any] = await rows.AccessLogEntry.filter(act=AccessAct.CREATE, subject="Message")
    assert Counter(one.subject_id for one in logged) == Counter(sent)
    waiting: list[Any] = await rows.Task.filter(message_id__not_isnull=True)
    assert {one.message_id for one in waiting} == sent
