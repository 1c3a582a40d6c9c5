"""What the administration can do: grant, connect, assign, record. Each answers what it made, or all objections."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from lifecare_gql.actions import assignments, connections, grants, training
from lifecare_gql.schema.acting import acting, record_of_event
from lifecare_gql.schema.administration import (
    AssignmentEvent,
    CareAgreement,
    RoleGrant,
    RoleGrantEvent,
    TrainingRecord,
    UnitEvent,
    UnitTrainer,
)
from lifecare_gql.schema.administration_inputs import (
    AssignStaffInput,
    CareAgreementInput,
    CloseUnitInput,
    ConnectUnitInput,
    EndAssignmentInput,
    EndTrainerInput,
    RoleGrantInput,
    RoleInput,
    TrainerInput,
    TrainingInput,
    UpdateUnitInput,
)
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.reading import fetch_one
from lifecare_gql.schema.refusals import IdempotencyKeyReused, NotFound, RefusedByRoutines, Success
from lifecare_gql.schema.units import Assignment, Unit
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.rows import one


@strawberry.type(description="The role is as it was said to be.")
class RoleChanged(Success):
    """Made of `results.Done` with the event's id."""

    @strawberry.field(description="The role as it is now.")
    async def grant(self, info: Info) -> RoleGrant:
        return await record_of_event(info, rows.RoleGrant, rows.RoleGrantEvent, "grant_id", self.done)

    @strawberry.field(description="The event.")
    async def event(self, info: Info) -> RoleGrantEvent:
        return await fetch_one(info, one(rows.RoleGrantEvent, self.done.row_id))


@strawberry.type(description="The unit is as it was said to be.")
class UnitChanged(Success):
    """Made of `results.Done` with the event's id."""

    @strawberry.field(description="The unit as it is now.")
    async def unit(self, info: Info) -> Unit:
        return await record_of_event(info, rows.Unit, rows.UnitEvent, "unit_id", self.done)

    @strawberry.field(description="The event.")
    async def event(self, info: Info) -> UnitEvent:
        return await fetch_one(info, one(rows.UnitEvent, self.done.row_id))


@strawberry.type(description="The assignment is as it was said to be.")
class AssignmentChanged(Success):
    """Made of `results.Done` with the event's id."""

    @strawberry.field(description="The assignment as it is now.")
    async def assignment(self, info: Info) -> Assignment:
        return await record_of_event(info, rows.Assignment, rows.AssignmentEvent, "assignment_id", self.done)

    @strawberry.field(description="The event.")
    async def event(self, info: Info) -> AssignmentEvent:
        return await fetch_one(info, one(rows.AssignmentEvent, self.done.row_id))


@strawberry.type(description="The agreement is registered.")
class CareAgreementRegistered(Success):
    """Made of `results.Done` with the agreement's id."""

    @strawberry.field(description="The agreement.")
    async def agreement(self, info: Info) -> CareAgreement:
        return await fetch_one(info, one(rows.CareAgreement, self.done.row_id))


@strawberry.type(description="The trainer is appointed.")
class TrainerAppointed(Success):
    """Made of `results.Done` with the appointment's id."""

    @strawberry.field(description="The appointment.")
    async def trainer(self, info: Info) -> UnitTrainer:
        return await fetch_one(info, one(rows.UnitTrainer, self.done.row_id))


@strawberry.type(description="The person trains the unit's users no longer.")
class TrainerEnded(Success):
    """Made of `results.Done`."""


@strawberry.type(description="The training is recorded.")
class TrainingRecorded(Success):
    """Made of `results.Done` with the record's id."""

    @strawberry.field(description="The record.")
    async def training(self, info: Info) -> TrainingRecord:
        return await fetch_one(info, one(rows.TrainingRecord, self.done.row_id))


RoleResult = Annotated[
    RoleChanged | RefusedByRoutines | NotFound | IdempotencyKeyReused,
    strawberry.union("RoleResult", description="What became of deciding on a role."),
]
UnitResult = Annotated[
    UnitChanged | RefusedByRoutines | NotFound | IdempotencyKeyReused,
    strawberry.union("UnitResult", description="What became of connecting, changing or closing a unit."),
]
AssignmentResult = Annotated[
    AssignmentChanged | RefusedByRoutines | NotFound | IdempotencyKeyReused,
    strawberry.union("AssignmentResult", description="What became of giving or ending an assignment."),
]
CareAgreementResult = Annotated[
    CareAgreementRegistered | RefusedByRoutines | NotFound | IdempotencyKeyReused,
    strawberry.union("CareAgreementResult", description="What became of registering an agreement."),
]
TrainerResult = Annotated[
    TrainerAppointed | RefusedByRoutines | NotFound | IdempotencyKeyReused,
    strawberry.union("TrainerResult", description="What became of appointing a trainer."),
]
EndTrainerResult = Annotated[
    TrainerEnded | RefusedByRoutines | NotFound | IdempotencyKeyReused,
    strawberry.union("EndTrainerResult", description="What became of ending an appointment."),
]
TrainingResult = Annotated[
    TrainingRecorded | RefusedByRoutines | NotFound | IdempotencyKeyReused,
    strawberry.union("TrainingResult", description="What became of recording a training."),
]


def _mutation(do: Any, input_type: type, success: type[Success], result: Any, description: str) -> Any:
    return acting(do, lambda said: said.order(), input_type, success, result, description)


@strawberry.type(description="What the administration can do.")
class AdministrationMutation:
    """The mutations of the administration. Who may is told by permissionRoute, and by every refusal."""

    grant_role = _mutation(
        grants.grant_role,
        RoleInput,
        RoleChanged,
        RoleResult,
        "Grant somebody a role (tilldela behörighet, S10, S11).",
    )
    recertify_role = _mutation(
        grants.recertify_role,
        RoleGrantInput,
        RoleChanged,
        RoleResult,
        "Say that a role was gone through and stays (omprövning). No document says how often.",
    )
    end_role = _mutation(
        grants.end_role, RoleGrantInput, RoleChanged, RoleResult, "End a role at once (avsluta behörighet)."
    )
    connect_unit = _mutation(
        connections.connect_unit,
        ConnectUnitInput,
        UnitChanged,
        UnitResult,
        "Connect a unit (ansluta). Refused without the agreement that the region demands (S7).",
    )
    update_unit = _mutation(
        connections.update_unit, UpdateUnitInput, UnitChanged, UnitResult, "Change what stands of a unit (S18)."
    )
    close_unit = _mutation(
        connections.close_unit, CloseUnitInput, UnitChanged, UnitResult, "Close a unit. It is never removed (S18)."
    )
    register_care_agreement = _mutation(
        connections.register_agreement,
        CareAgreementInput,
        CareAgreementRegistered,
        CareAgreementResult,
        "Register an organisation's agreement with the region (S7, S30).",
    )
    assign_staff = _mutation(
        assignments.assign_staff,
        AssignStaffInput,
        AssignmentChanged,
        AssignmentResult,
        "Give somebody a permission at a unit (medarbetaruppdrag, S10, S11, S18).",
    )
    end_assignment = _mutation(
        assignments.end_assignment,
        EndAssignmentInput,
        AssignmentChanged,
        AssignmentResult,
        "End an assignment now: whoever has it is no longer let in.",
    )
    appoint_trainer = _mutation(
        training.appoint_trainer,
        TrainerInput,
        TrainerAppointed,
        TrainerResult,
        "Appoint a trainer (utbildare, S119).",
    )
    end_trainer = _mutation(
        training.end_trainer, EndTrainerInput, TrainerEnded, EndTrainerResult, "End the appointment of a trainer."
    )
    record_training = _mutation(
        training.record_training,
        TrainingInput,
        TrainingRecorded,
        TrainingResult,
        "Record that somebody was trained (utbildning). Nobody demands it (S16).",
    )
