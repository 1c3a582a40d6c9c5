"""Windows on blocks (spärr) and on what is opened for a while, and what can be done with them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import strawberry
from strawberry import Some

from lifecare_gql.actions import blocks, openings
from lifecare_gql.domain.access_words import AccessBasis, AccessPurpose, BlockAskedBy, BlockEventKind
from lifecare_gql.domain.blocks import OpeningAsked
from lifecare_gql.domain.words import ConsentForm
from lifecare_gql.errors import BadInput
from lifecare_gql.schema.acting import acting
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.episodes import Episode
from lifecare_gql.schema.ids import row_id, split
from lifecare_gql.schema.inputs import PatientKey
from lifecare_gql.schema.patients import Case, Patient
from lifecare_gql.schema.plans import Plan
from lifecare_gql.schema.process_inputs import written
from lifecare_gql.schema.reading import (
    Connection,
    Node,
    column,
    computed,
    fetch_one,
    to_many,
    to_one,
    window,
)
from lifecare_gql.schema.refusals import IdempotencyKeyReused, NotFound, RefusedByRoutines, Success
from lifecare_gql.schema.units import Assignment, Unit
from lifecare_gql.settings import EMERGENCY_HOURS
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import BY_VERSION, Order, Rows, one
from lifecare_gql.storage.reading.where import Where

_NEWEST_FIRST = Order(by=("{t}.since", "{t}.id"), columns=("since", "id"), newest_first=True)
_LONGEST = (
    f"at most as long as the deployment says: {EMERGENCY_HOURS} hours, which is our assumption, if it does not"
)


def _history(info: Info) -> Rows:
    return Rows(model=rows.BlockEvent, order=BY_VERSION)


def _liftings(info: Info) -> Rows:
    return Rows(model=rows.CareAccess, order=_NEWEST_FIRST)


@window(rows.Block)
class Block(Node):
    """That a patient opposes that others read something (spärr, PDL 4:4). Whose data it is only that unit sees."""

    since: dt.datetime = column("Since when.")
    ended_at: dt.datetime | None = column("When it ended; null while it stands.")
    patient: Patient | None = to_one("patient", "The patient.")
    episode: Episode | None = to_one(
        "episode", "The care episode that it is confined to, for those who may see it."
    )
    plan: Plan | None = to_one("plan", "The plan that it is confined to, for those who may see it (SIP).")
    case: Case | None = to_one("case", "The case that it is confined to, for those who may see it (ärende).")
    history: Connection[BlockEvent] = to_many(
        _history, "{t}.block_id", "What happened to it, in order; empty for another unit (historik)."
    )
    liftings: Connection[CareAccess] = to_many(
        _liftings,
        "{t}.block_id",
        "When it was lifted, newest first: for your unit, or of your unit's (hävningar).",
    )

    @computed("unit_id")
    def own(root: strawberry.Parent[Row], info: Info) -> bool:
        """Whether it is your own unit's data that is blocked, for you to see and to end."""
        mine: bool = root.unit_id == info.context.session.viewer.unit_id
        return mine


@window(rows.BlockEvent)
class BlockEvent(Node):
    """Something that happened to a block (händelse)."""

    version: int = column("Its place in the history, from 1.")
    kind: BlockEventKind = column("What happened.")
    at: dt.datetime = column("When.")
    asked_by: BlockAskedBy | None = column("Who asked for it.")
    until: dt.datetime | None = column("Until when it was lifted.")
    reason: str | None = column("The reason given (orsak).")
    unit: Unit = to_one("unit", "The unit that did it.")
    by: Assignment = to_one("by", "Who did it.")
    for_unit: Unit | None = to_one("for_unit", "The unit that it was lifted for.")


@window(rows.CareAccess)
class CareAccess(Node):
    """That something is open to a unit for a while: a patient's care or, with a block, what that one hides."""

    basis: AccessBasis = column("On what ground.")
    purpose: AccessPurpose = column("For what.")
    reason: str = column("Why (orsak).")
    since: dt.datetime = column("Since when.")
    until: dt.datetime = column("Until when: it ends by itself.")
    ended_at: dt.datetime | None = column("When it was ended before that.")
    patient: Patient | None = to_one("patient", "The patient; null when your unit may no longer see who it is.")
    unit: Unit = to_one("unit", "The unit that it is open to.")
    by: Assignment = to_one("by", "Who opened it.")
    block: Block | None = to_one("block", "The block that is lifted; null when the care itself was opened.")
    blocked_unit: Unit | None = to_one("blocked_unit", "The unit whose block is lifted (PDL 4:5).")

    @computed("until", "since", "ended_at")
    def open(root: strawberry.Parent[Row], info: Info) -> bool:
        """Whether it is open now."""
        now = info.context.session.now
        return root.ended_at is None and root.since <= now < root.until


def _blocks(info: Info, standing_only: bool = True) -> Rows:
    where = Where("{t}.ended_at is null" if standing_only else "true")
    return Rows(model=rows.Block, where=where, order=_NEWEST_FIRST)


def _accesses(info: Info) -> Rows:
    return Rows(model=rows.CareAccess, order=_NEWEST_FIRST)


ADDED = {
    "Patient": {
        "blocks": to_many(
            _blocks,
            "{t}.patient_id",
            "That something of the patient's is blocked, newest first; not whose it is (spärrar).",
            of=Connection[Block],
        ),
        "care_accesses": to_many(
            _accesses,
            "{t}.patient_id",
            "What was opened to your unit, or of what your unit blocks, newest first.",
            of=Connection[CareAccess],
        ),
    },
}
"""Fields that blocks add to types that know nothing of them."""


@strawberry.input(description="That a patient opposes that other units read what your unit documented (spärra).")
class BlockInput:
    """Becomes a `BlockOrder`."""

    patient_id: strawberry.ID = strawberry.field(description="The patient.")
    asked_by: BlockAskedBy = strawberry.field(description="Who asks for it. A guardian cannot (PDL 4:4).")
    scope_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The care episode, plan or case that it is confined to, if it is your unit's (vårdprocess);"
        " null: all that your unit documents.",
    )
    reason: str = written("What the patient was told, if it is to be kept.")


@strawberry.input(description="That a patient no longer opposes it (häva spärren för alla).")
class BlockEndInput:
    """Becomes a `BlockEndOrder`."""

    block_id: strawberry.ID = strawberry.field(description="The block.")
    asked_by: BlockAskedBy = strawberry.field(description="Who asks for it.")
    reason: str = written("Why, if it is to be kept.")


def _until(description: str) -> Any:
    return strawberry.field(default=None, description=description)


def _purpose() -> Any:
    return strawberry.field(default=AccessPurpose.CARE, description="For what it is needed.")


@strawberry.input(description="That a patient consents that one unit reads what is blocked, for a while.")
class BlockLiftInput:
    """Becomes a `LiftOrder`."""

    block_id: strawberry.ID = strawberry.field(description="The block.")
    consent_form: ConsentForm = strawberry.field(description="How the patient consented.")
    until: dt.datetime = strawberry.field(description="Until when; it then ends by itself.")
    reason: str = strawberry.field(description="Why it is needed.")
    unit_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The unit that may read it; yours, if not given. Another one if the block is yours.",
    )
    said_at: dt.datetime | None = _until("When the patient consented. Now, if not given.")
    purpose: AccessPurpose = _purpose()


@strawberry.input(
    description="That what is blocked is indispensable and the patient cannot be asked (nödöppning)."
)
class BlockEmergencyInput:
    """Becomes a `LiftOrder`."""

    block_id: strawberry.ID = strawberry.field(description="The block.")
    reason: str = strawberry.field(description="Why it is indispensable. It is reviewed afterwards.")
    until: dt.datetime | None = _until(f"Until when, {_LONGEST}; so long if not given.")
    purpose: AccessPurpose = _purpose()


@strawberry.input(description="That your unit needs to read about a patient in whose care it has no part.")
class CareAccessInput:
    """Becomes a `CareAccessOrder`."""

    patient: PatientKey = strawberry.field(description="The patient, whether your unit knows of them or not.")
    purpose: AccessPurpose = strawberry.field(description="For what it is needed.")
    basis: AccessBasis = strawberry.field(description="On what ground.")
    reason: str = strawberry.field(description="Why it is needed. It is reviewed afterwards.")
    until: dt.datetime | None = _until(f"Until when; needed with a consent. In an emergency {_LONGEST}.")
    consent_form: ConsentForm | None = strawberry.field(
        default=None, description="How the patient consented; needed when that is the ground."
    )
    said_at: dt.datetime | None = _until("When the patient consented. Now, if not given.")


@strawberry.input(description="That what was opened is not needed, or not consented to, any longer.")
class CareAccessEndInput:
    """Becomes an `AccessEndOrder`."""

    access_id: strawberry.ID = strawberry.field(description="What was opened.")


@strawberry.type(description="It was done, and stands in the block's history.")
class BlockChanged(Success):
    """Made of `results.Done` with the block's id."""

    @strawberry.field(description="The block as it is now.")
    async def block(self, info: Info) -> Block:
        return await fetch_one(info, one(rows.Block, self.done.row_id))


@strawberry.type(description="It is open, or has been ended.")
class CareAccessChanged(Success):
    """Made of `results.Done` with the id of what was opened."""

    @strawberry.field(description="What was opened, and until when.")
    async def access(self, info: Info) -> CareAccess:
        return await fetch_one(info, one(rows.CareAccess, self.done.row_id))


BlockResult = Annotated[
    BlockChanged | RefusedByRoutines | NotFound | IdempotencyKeyReused,
    strawberry.union("BlockResult", description="What became of setting or ending a block."),
]
CareAccessResult = Annotated[
    CareAccessChanged | RefusedByRoutines | NotFound | IdempotencyKeyReused,
    strawberry.union("CareAccessResult", description="What became of opening something, or of ending that."),
]


def _block_order(said: BlockInput) -> blocks.BlockOrder:
    return blocks.BlockOrder(
        patient_id=row_id(said.patient_id, rows.Patient, "patientId"),
        asked_by=said.asked_by,
        scope=None if said.scope_id is None else _scope(said.scope_id),
        reason=said.reason,
    )


def _scope(text: str) -> Any:
    tag, found = split(text, "scopeId")
    model = next((one for one in blocks.SCOPES if one.tag == tag), None)
    if model is None:
        raise BadInput("scopeId must be the id of a care episode, a plan or a case.")
    return model, found


def _end_order(said: BlockEndInput) -> blocks.BlockEndOrder:
    block_id = row_id(said.block_id, rows.Block, "blockId")
    return blocks.BlockEndOrder(block_id=block_id, asked_by=said.asked_by, reason=said.reason)


def _asked(said: Any, basis: AccessBasis) -> OpeningAsked:
    return OpeningAsked(
        basis=basis,
        reason=said.reason,
        purpose=said.purpose,
        until=said.until,
        form=getattr(said, "consent_form", None),
        said_at=getattr(said, "said_at", None),
    )


def _lift_order(said: BlockLiftInput) -> openings.LiftOrder:
    return openings.LiftOrder(
        block_id=row_id(said.block_id, rows.Block, "blockId"),
        asked=_asked(said, AccessBasis.CONSENT),
        unit_id=None if said.unit_id is None else row_id(said.unit_id, rows.Unit, "unitId"),
    )


def _emergency_order(said: BlockEmergencyInput) -> openings.LiftOrder:
    block_id = row_id(said.block_id, rows.Block, "blockId")
    return openings.LiftOrder(block_id=block_id, asked=_asked(said, AccessBasis.EMERGENCY))


def _access_order(said: CareAccessInput) -> openings.CareAccessOrder:
    by = said.patient
    return openings.CareAccessOrder(
        asked=_asked(said, said.basis),
        patient_id=row_id(by.id.value, rows.Patient, "patient.id") if isinstance(by.id, Some) else None,
        identifier=by.identifier.value if isinstance(by.identifier, Some) else None,
    )


def _access_end_order(said: CareAccessEndInput) -> openings.AccessEndOrder:
    return openings.AccessEndOrder(access_id=row_id(said.access_id, rows.CareAccess, "accessId"))


@strawberry.type(description="What can be done with blocks, and what can be opened for a while.")
class BlockMutation:
    """The mutations of blocks."""

    set_block = acting(
        blocks.set_block,
        _block_order,
        BlockInput,
        BlockChanged,
        BlockResult,
        "Block what your unit documented about a patient, who opposes that others read it (spärra, PDL 4:4). What"
        " was sent to another unit stays with that one.",
    )
    end_block = acting(
        blocks.end_block,
        _end_order,
        BlockEndInput,
        BlockChanged,
        BlockResult,
        "End a block of your own unit's, by the patient's wish.",
    )
    lift_block_by_consent = acting(
        openings.lift_block,
        _lift_order,
        BlockLiftInput,
        CareAccessChanged,
        CareAccessResult,
        "Lift a block for one unit for a while, because the patient consents (häva, PDL 4:5).",
    )
    lift_block_in_emergency = acting(
        openings.lift_block,
        _emergency_order,
        BlockEmergencyInput,
        CareAccessChanged,
        CareAccessResult,
        "Lift a block for your unit for hours, because the patient cannot be asked (nödöppning, PDL 4:5). It is"
        " flagged in the access log, and ends by itself.",
    )
    request_care_access = acting(
        openings.request_care_access,
        _access_order,
        CareAccessInput,
        CareAccessChanged,
        CareAccessResult,
        "Read about a patient in whose care your unit has no part, by consent or in an emergency (aktivt val;"
        " 2022:913, 3 kap.). It opens episodes and plans, to read; no letters between others, and no blocks.",
    )
    end_care_access = acting(
        openings.end_care_access,
        _access_end_order,
        CareAccessEndInput,
        CareAccessChanged,
        CareAccessResult,
        "End what was opened, before it ends by itself.",
    )
