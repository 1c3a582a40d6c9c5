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
from lifecare_gql.actions.episode_facts import STEPS, episode_events
from lifecare_gql.actions.facts import UNIT, party
from lifecare_gql.actions.recovery_finds import Touched, touched
from lifecare_gql.actions.session import Session
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_events import facts_of
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
from lifecare_gql.storage.wall import Reach

_MESSAGES = (
    "{t}.unit_id = {unit} and {t}.sent_at < {end} and ({t}.state = 'SENT' or ({t}.acknowledged_at is not null"
    " and {t}.acknowledged_at >= {end}))"
    " and not exists (select 1 from message_event e where e.message_id = {t}.message_id"
    " and e.kind = 'RETRACTED' and e.at < {end})"
)
"""What the sender took back (återtaget) before the end has never waited: it cannot be acknowledged."""
_PATIENT = Shape.of(rows.Patient, "home_municipality_code", "protection")
_EPISODE = replace(
    Shape.of(rows.Episode, patient=_PATIENT), manys={key: STEPS[key] for key in ("#steps", "#parties")}
)
"""No consent, and nothing else outside the events, changes what is left to do."""
_RECEIPT = Shape.of(
    rows.Receipt,
    *("state", "sent_at", "message_id"),
    patient=_PATIENT,
    message=Shape.of(rows.Message, "state"),
)


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
        found = (await _by_unit(desk, outage_id, outage, unit_id=caller.unit_id)).get(caller.unit_id)
        matters = await _matters(desk.reader, session, outage_id, outage, caller.unit, found) if found else []
    items = [(one.patient_id, item) for one in matters for item in one.recovered.left]
    return sorted(items, key=lambda it: (it[1].since, it[1].kind, it[1].subject, it[1].about or ""))


async def region_matters(desk: Desk, outage_id: UUID, outage: OutageFacts) -> dict[Party, list[Matter]]:
    """What there was and is to do at each unit of the region that has anything. It is only counted: nobody is
    shown a patient."""
    session, found = desk.session, {}
    async with desk.tx.reaching(Reach.COUNT):
        touched_ = await _by_unit(desk, outage_id, outage, unit__region_code=outage.region, unit__active=True)
        for row in await _read(desk.reader, UNIT, "{t}.id in {units}", units=sorted(touched_)):
            unit = party(row)
            reader = Reader(desk.tx.select, session.db.dialect, Viewer(unit_id=row.id))
            found[unit] = await _matters(reader, session, outage_id, outage, unit, touched_[row.id])
    return found


async def _by_unit(desk: Desk, outage_id: UUID, outage: OutageFacts, **units: Any) -> dict[UUID, Touched]:
    """What the outage touched, of the units of its own region; nothing before it is over."""
    interval = outage.interval
    if interval is None or interval.ends_at is None:
        return {}
    return await touched(desk, outage_id, interval, **units)


async def units_left(session: Session, outage_id: UUID, outage: OutageFacts) -> list[UnitLeft]:
    """The units of the region that have something left, those with the most first."""
    async with work(session) as desk:
        found = await region_matters(desk, outage_id, outage)
    left = [UnitLeft(unit=unit, left=_left(those)) for unit, those in found.items()]
    return sorted((one for one in left if one.left), key=lambda one: (-one.left, one.unit.name))


def _left(those: list[Matter]) -> int:
    return sum(len(one.recovered.left) for one in those)


async def _matters(
    reader: Reader, session: Session, outage_id: UUID, outage: OutageFacts, unit: Party, found: Touched
) -> list[Matter]:
    interval = outage.interval
    region = session.regions.get(outage.region)
    if interval is None or interval.ends_at is None or unit.region != outage.region:
        return []
    down = Down(outage_id=str(outage_id), interval=interval)
    ids, own = {"ids": sorted(found.episodes)}, {"unit": UUID(unit.id), "end": interval.ends_at}
    episodes = await _read(reader, _EPISODE, "{t}.id in {ids}", **ids) if found.episodes else []
    receipts = await _read(reader, _RECEIPT, _MESSAGES, **own) if found.messages else []
    routine = region.outage if region else None
    return [
        *(_of_episode(session, row, unit, outage, down, routine) for row in episodes),
        *_of_messages(receipts, unit, outage, routine),
    ]


async def _read(reader: Reader, shape: Shape, sql: str, **params: Any) -> list[Row]:
    return (await reader.page(Rows(model=shape.model, where=Where(sql, params)), shape)).rows


def _of_episode(
    session: Session, row: Row, unit: Party, outage: OutageFacts, down: Down, routine: OutageRoutine | None
) -> Matter:
    history = episode_events(row)
    now, then = situations(unit, str(row.id), history, facts_of(history, now=session.now), down)
    return Matter(
        patient_id=row.about,
        municipality=_municipality(row),
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
            municipality=_municipality(those[0]),
            recovered=recovered(outage, replace(then, unread=tuple(unread)), then, routine),
        )


def _waits(receipt: Row) -> bool:
    """Whether it can still be acknowledged: a message that was taken back cannot."""
    retracted = receipt.related["message"].state is MessageState.RETRACTED
    return receipt.state is ReceiptState.SENT and not retracted


def _unread(receipt: Row) -> Unread:
    return Unread(id=str(receipt.message_id), came_at=receipt.sent_at)


def _municipality(row: Row) -> str | None:
    """Where a person with a protected identity is registered stands in no report."""
    patient = row.related["patient"]
    open_ = patient is not None and patient.protection is Protection.NONE
    code: str | None = patient.home_municipality_code if open_ else None
    return code
