"""After an outage: what is left to do, and what was entered as of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

import strawberry

from lifecare_gql.actions import access
from lifecare_gql.actions.outage_facts import OUTAGE, outage_facts
from lifecare_gql.actions.recoveries import UnitLeft, own_worklist, units_left
from lifecare_gql.domain.episode_words import NoticeKind
from lifecare_gql.domain.outage_words import PatientClass, RecoveryKind
from lifecare_gql.domain.recovery import RecoveryItem
from lifecare_gql.domain.recovery_backfill import source_of_step
from lifecare_gql.domain.sources import Source
from lifecare_gql.domain.texts import said
from lifecare_gql.errors import BadInput
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.episodes import Episode, EpisodeEvent
from lifecare_gql.schema.messages import Message
from lifecare_gql.schema.outages import Outage
from lifecare_gql.schema.patients import Patient
from lifecare_gql.schema.reading import computed, gathered, to_one
from lifecare_gql.schema.selecting import windows_below
from lifecare_gql.schema.units import Unit
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import MAX_PAGE, Rows
from lifecare_gql.storage.reading.where import Where

Records = dict[str, dict[UUID, Row]]
"""What was read of the records that the tasks are about: by the key in the answer, and by id."""


@strawberry.type(
    description="Something that your unit has to do after an outage (uppgift efter driftstopp). It is read from"
    " the record: it goes when what it asks for stands there."
)
class RecoveryTask:
    """Shows a `RecoveryItem`."""

    item: strawberry.Private[RecoveryItem]
    patient_id: strawberry.Private[UUID]
    records: strawberry.Private[Records]

    @strawberry.field(description="What is to be done.")
    def kind(self) -> RecoveryKind:
        return self.item.kind

    @strawberry.field(description="What became of the patient in the outage (V29), which decides what is asked.")
    def patients(self) -> PatientClass:
        return self.item.patients

    @strawberry.field(description="Since when it waits.")
    def since(self) -> dt.datetime:
        return self.item.since

    @strawberry.field(description="The day of the SIP meeting that the call is to name (V53).")
    def agreed_on(self) -> dt.date | None:
        return self.item.agreed_on

    @strawberry.field(description="The sentences of the region that demand it, verbatim, with their document.")
    def demanded_by(self, info: Info) -> list[Source]:
        region = info.context.regions[info.context.session.known().unit.region]
        return [source_of_step(one, region) for one in self.item.demanded_by]

    @strawberry.field(description="The patient.")
    def patient(self, info: Info) -> Patient:
        return self._shown(info, self.patient_id)  # type: ignore[return-value]

    @strawberry.field(description="The care episode it is about; null for a message outside one.")
    def episode(self, info: Info) -> Episode | None:
        return self._shown(info, UUID(self.item.subject))  # type: ignore[return-value]

    @strawberry.field(description="The notice that is to be acknowledged (kvittera).")
    def notice(self, info: Info) -> EpisodeEvent | None:
        return self._about(info)  # type: ignore[return-value]

    @strawberry.field(description="The message that is to be acknowledged (kvittera).")
    def message(self, info: Info) -> Message | None:
        return self._about(info)  # type: ignore[return-value]

    def _about(self, info: Info) -> Row | None:
        return self._shown(info, UUID(self.item.about)) if self.item.about else None

    def _shown(self, info: Info, row_id: UUID) -> Row | None:
        return self.records[str(info.path.key)].get(row_id)


@strawberry.type(description="How much a unit has left to do after an outage. No patient is shown.")
class RecoveryLeft:
    """Shows a `UnitLeft`."""

    found: strawberry.Private[UnitLeft]
    units: strawberry.Private[dict[UUID, Row]]

    @strawberry.field(description="The unit.")
    def unit(self) -> Unit:
        return self.units[UUID(self.found.unit.id)]  # type: ignore[return-value]

    @strawberry.field(description="How many tasks it has left.")
    def left(self) -> int:
        return self.found.left


@gathered(OUTAGE)
async def _worklist(
    root: strawberry.Parent[Row],
    info: Info,
    kinds: Annotated[
        list[RecoveryKind] | None, strawberry.argument(description="Only these kinds, if given.")
    ] = None,
    first: Annotated[
        int,
        strawberry.argument(description=f"How many at most, 1 to {MAX_PAGE}; the rest comes later."),
    ] = MAX_PAGE,
) -> list[RecoveryTask]:
    """What your own unit has left to do after the outage, what has waited longest first (arbetslista efter
    driftstopp). Empty unless the outage is in recovery and of your region."""
    if not 1 <= first <= MAX_PAGE:
        raise BadInput(said("{name} must be 1 to {most}.", name="first", most=MAX_PAGE))
    session = info.context.session
    found = await own_worklist(session, root.id, outage_facts(root, session.now))
    shown = [it for it in found if kinds is None or it[1].kind in kinds][:first]
    records = await _records(info, shown)
    return [RecoveryTask(item=item, patient_id=patient, records=records) for patient, item in shown]


async def _records(info: Info, shown: Iterable[tuple[UUID, RecoveryItem]]) -> Records:
    """The records that the tasks are about, as far as they are asked for: one read for each field."""
    ids = {one for patient, item in shown for one in (patient, UUID(item.subject), *_about(item))}
    those = Where("{t}.id in {ids}", {"ids": sorted(ids)})
    shapes = windows_below(info, "RecoveryTask")
    return {key: await _by_id(info, Rows(model=one.model, where=those), one) for key, one in shapes.items()}


def _about(item: RecoveryItem) -> list[UUID]:
    return [UUID(item.about)] if item.about else []


async def _by_id(info: Info, wanted: Rows, shape: Any) -> dict[UUID, Row]:
    return {row.id: row for row in (await access.read(info.context.session, wanted, shape)).rows}


@gathered(OUTAGE)
async def _left(root: strawberry.Parent[Row], info: Info) -> list[RecoveryLeft]:
    """The units of the region that have something left to do, those with the most first."""
    session = info.context.session
    found = await units_left(session, root.id, outage_facts(root, session.now))
    ids = [UUID(one.unit.id) for one in found]
    shape = windows_below(info, "RecoveryLeft").get("unit")
    units = Rows(model=rows.Unit, where=Where("{t}.id in {ids}", {"ids": ids}))
    shown = await _by_id(info, units, shape) if shape else {}
    return [RecoveryLeft(found=one, units=shown) for one in found]


@computed("content")
def _received(root: strawberry.Parent[Row]) -> list[NoticeKind]:
    """What was told to the one who noted the call (mottaget)."""
    return [NoticeKind[one] for one in root.content.get("received", ())]


@computed("content")
def _told_discharged_at(root: strawberry.Parent[Row]) -> dt.datetime | None:
    """When the patient left, as it was told in the call (faktiskt utskrivningsdatum, V24)."""
    said = root.content.get("discharged_at")
    return None if said is None else dt.datetime.fromisoformat(said)


@computed("content")
def _sip_agreed_on(root: strawberry.Parent[Row]) -> dt.date | None:
    """The day of a SIP meeting that was agreed in the call (V53)."""
    said = root.content.get("sip_agreed_on")
    return None if said is None else dt.date.fromisoformat(said)


@computed("content")
def _on_paper(root: strawberry.Parent[Row]) -> bool:
    """Whether the call was noted on a form first (blankett)."""
    return bool(root.content.get("on_paper", False))


@computed("content")
def _signature(root: strawberry.Parent[Row]) -> str | None:
    """Who signed the form (signatur)."""
    return root.content.get("signature")


ADDED = {
    "Outage": {"recovery_worklist": _worklist, "recovery_left": _left},
    "EpisodeEvent": {
        "outage": to_one(
            "outage", "The outage that it was entered as of afterwards (efterregistrering).", of=Outage | None
        ),
        "received": _received,
        "told_discharged_at": _told_discharged_at,
        "sip_agreed_on": _sip_agreed_on,
        "on_paper": _on_paper,
        "signature": _signature,
    },
}
"""Fields that the recovery adds to types that know nothing of it."""
