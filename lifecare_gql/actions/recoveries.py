"""What is left to do after an outage, read from the record: of the own unit, and how much of a whole region's.

Nobody ticks anything: an item is there until what it asks for stands in the record. Each unit's items are read
as that unit sees its patients.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from lifecare_gql.actions.access import Desk, work
from lifecare_gql.actions.episode_facts import EPISODE, PATIENT, episode_events, episode_facts
from lifecare_gql.actions.facts import UNIT, party
from lifecare_gql.actions.session import Session
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.outage_facts import OutageFacts
from lifecare_gql.domain.outages import OutageRoutine
from lifecare_gql.domain.recovery import RecoveryItem, Unread
from lifecare_gql.domain.recovery_report import RecoveryRecord
from lifecare_gql.domain.recovery_situations import Down, Recovered, letters, recovered, situations
from lifecare_gql.domain.words import MessageState, Protection, ReceiptState
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Reader, Row
from lifecare_gql.storage.reading.rows import Rows, Shape
from lifecare_gql.storage.reading.where import Where
from lifecare_gql.storage.viewer import Viewer

_UNREAD_THEN = (
    "{r}.sent_at < {end} and ({r}.state = 'SENT' or ({r}.acknowledged_at is not null"
    " and {r}.acknowledged_at >= {end}))"
)
_TOUCHED = (
    "{t}.admitted_at >= {start} and {t}.admitted_at < {end}"
    " or {t}.discharged_at >= {start} and {t}.discharged_at < {end}"
    " or exists (select 1 from episode_event e where e.episode_id = {t}.id and (e.outage_id = {outage} or"
    " (e.kind = 'PHONE_CALL_LOGGED' and e.occurred_at >= {start} and e.occurred_at < {end})"
    " or (e.kind = 'PHONE_CALL_LOGGED' and e.occurred_at is null and e.at >= {start} and e.at < {end})))"
    " or exists (select 1 from notice_receipt n where n.episode_id = {t}.id and n.unit_id = {unit} and "
    + _UNREAD_THEN.replace("{r}", "n")
    + ")"
)
_MESSAGES = (
    "{t}.unit_id = {unit} and "
    + _UNREAD_THEN.replace("{r}", "{t}")
    + " and not exists (select 1 from message_event e where e.message_id = {t}.message_id"
    " and e.kind = 'RETRACTED' and e.at < {end})"
)
"""What the sender took back (återtaget) before the end has never waited: it cannot be acknowledged."""
_RECEIPT = Shape.of(
    rows.Receipt, "state", "sent_at", "message_id", patient=PATIENT, message=Shape.of(rows.Message, "state")
)
_UNITS = "{t}.region_code = {region} and {t}.active"


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What there was and is to do about one patient at one unit; `municipality` is the code of the patient's."""

    patient_id: UUID
    municipality: str | None
    recovered: Recovered

    @property
    def records(self) -> Iterator[RecoveryRecord]:
        """Each item that has stood on the worklist, done or not."""
        return self.recovered.records(self.municipality)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLeft:
    """How much a unit has left to do after an outage."""

    unit: Party
    left: int


async def own_worklist(session: Session, outage_id: UUID, outage: OutageFacts) -> list[tuple[UUID, RecoveryItem]]:
    """What the caller's unit has left to do, each item with its patient; whose they are is logged."""
    caller = session.known()
    async with work(session) as desk:
        found = await _matters(desk.reader, session, outage_id, outage, caller.unit)
    items = [(one.patient_id, item) for one in found for item in one.recovered.left]
    return sorted(items, key=lambda it: (it[1].since, it[1].kind, it[1].subject, it[1].about or ""))


async def region_matters(desk: Desk, outage_id: UUID, outage: OutageFacts) -> dict[Party, list[Matter]]:
    """What there was and is to do at each unit of the region. It is only counted: nobody is shown a patient."""
    session = desk.session
    where = Where(_UNITS, {"region": outage.region})
    units = (await desk.reader.page(Rows(model=rows.Unit, where=where), UNIT)).rows
    found = {}
    for row in units:
        unit = party(row)
        reader = Reader(desk.tx.select, session.db.dialect, Viewer(unit_id=row.id))
        found[unit] = await _matters(reader, session, outage_id, outage, unit)
    return found


async def units_left(session: Session, outage_id: UUID, outage: OutageFacts) -> list[UnitLeft]:
    """The units of the region that have something left, those with the most first."""
    async with work(session) as desk:
        found = await region_matters(desk, outage_id, outage)
    left = [UnitLeft(unit=unit, left=_left(those)) for unit, those in found.items()]
    return sorted((one for one in left if one.left), key=lambda one: (-one.left, one.unit.name))


def _left(those: list[Matter]) -> int:
    return sum(len(one.recovered.left) for one in those)


async def _matters(
    reader: Reader, session: Session, outage_id: UUID, outage: OutageFacts, unit: Party
) -> list[Matter]:
    interval = outage.interval
    region = session.regions.get(outage.region)
    if interval is None or interval.ends_at is None or unit.region != outage.region:
        return []
    down = Down(outage_id=str(outage_id), interval=interval)
    params = {"unit": UUID(unit.id), "outage": outage_id, "start": interval.starts_at, "end": interval.ends_at}
    episodes = (await reader.page(Rows(model=rows.Episode, where=Where(_TOUCHED, params)), EPISODE)).rows
    receipts = (await reader.page(Rows(model=rows.Receipt, where=Where(_MESSAGES, params)), _RECEIPT)).rows
    routine = region.outage if region else None
    return [
        *(_of_episode(session, row, unit, outage, down, routine) for row in episodes),
        *_of_messages(receipts, unit, outage, routine),
    ]


def _of_episode(
    session: Session, row: Row, unit: Party, outage: OutageFacts, down: Down, routine: OutageRoutine | None
) -> Matter:
    history, stands = episode_events(row), episode_facts(row, session.now)
    now, then = situations(unit, str(row.id), history, stands, down)
    return Matter(
        patient_id=row.about,
        municipality=_municipality(row.related["#patient"]),
        recovered=recovered(outage, now, then, routine),
    )


def _of_messages(
    receipts: list[Row], unit: Party, outage: OutageFacts, routine: OutageRoutine | None
) -> Iterator[Matter]:
    by_patient: dict[UUID, list[Row]] = defaultdict(list)
    for row in receipts:
        by_patient[row.about].append(row)
    for patient_id, those in by_patient.items():
        then = letters(unit, str(patient_id), map(_unread, those))
        unread = (_unread(one) for one in those if _waits(one))
        yield Matter(
            patient_id=patient_id,
            municipality=_municipality(those[0].related["patient"]),
            recovered=recovered(outage, replace(then, unread=tuple(unread)), then, routine),
        )


def _waits(receipt: Row) -> bool:
    """Whether it can still be acknowledged: a message that was taken back cannot."""
    retracted = receipt.related["message"].state is MessageState.RETRACTED
    return receipt.state is ReceiptState.SENT and not retracted


def _unread(receipt: Row) -> Unread:
    return Unread(id=str(receipt.message_id), came_at=receipt.sent_at)


def _municipality(patient: Any) -> str | None:
    """Where a person with a protected identity is registered stands in no report."""
    open_ = patient is not None and patient.protection is Protection.NONE
    code: str | None = patient.home_municipality_code if open_ else None
    return code
