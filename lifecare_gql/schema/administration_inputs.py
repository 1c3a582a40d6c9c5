"""What the administration is told, and how it becomes an order to an action."""

from __future__ import annotations

import datetime as dt
from typing import Any

import strawberry

from lifecare_gql.actions import assignments, connections, grants, training
from lifecare_gql.domain.access_words import Role
from lifecare_gql.domain.administration_words import AgreementKind, TrainingForm, TrainingKind
from lifecare_gql.domain.words import UnitKind
from lifecare_gql.schema.ids import row_id
from lifecare_gql.storage import rows


def _optional(description: str) -> Any:
    return strawberry.field(default=None, description=description)


@strawberry.input(description="A role to grant (tilldela).")
class RoleInput:
    """Becomes a `GrantOrder`."""

    assignment_id: strawberry.ID = strawberry.field(description="The assignment that is to have it.")
    role: Role = strawberry.field(description="The role; a local one is held in the organisation of the unit.")
    reason: str | None = _optional("Why (orsak).")

    def order(self) -> grants.GrantOrder:
        """The order; BadInput for an id that is none."""
        assignment = row_id(self.assignment_id, rows.Assignment, "assignmentId")
        return grants.GrantOrder(assignment_id=assignment, role=self.role, reason=self.reason)


@strawberry.input(description="A role that somebody has.")
class RoleGrantInput:
    """Becomes a `KeepOrder`."""

    grant_id: strawberry.ID = strawberry.field(description="The role that somebody has.")
    reason: str | None = _optional("Why (orsak).")

    def order(self) -> grants.KeepOrder:
        """The order; BadInput for an id that is none."""
        return grants.KeepOrder(grant_id=row_id(self.grant_id, rows.RoleGrant, "grantId"), reason=self.reason)


@strawberry.input(description="A unit to connect (ansluta, S7).")
class ConnectUnitInput:
    """Becomes a `ConnectOrder`."""

    organisation_id: strawberry.ID = strawberry.field(description="The organisation it belongs to.")
    hsa_id: str = strawberry.field(description="The unit's HSA-id.")
    name: str = strawberry.field(description="Its name.")
    kind: UnitKind = strawberry.field(description="What kind of unit it is (enhetstyp).")
    municipality: str | None = _optional("Code of the municipality it lies in (kommunkod).")
    phone: str | None = _optional("Its own number (direktnummer).")

    def order(self) -> connections.ConnectOrder:
        """The order; BadInput for an id that is none."""
        said = _said(self)
        organisation = row_id(self.organisation_id, rows.Organisation, "organisationId")
        return connections.ConnectOrder(organisation_id=organisation, hsa_id=self.hsa_id, said=said)


@strawberry.input(description="What is to be changed of a unit; what is null stays as it is.")
class UpdateUnitInput:
    """Becomes a `UnitOrder`."""

    unit_id: strawberry.ID = strawberry.field(description="The unit.")
    name: str | None = _optional("Its name.")
    kind: UnitKind | None = _optional("What kind of unit it is (enhetstyp).")
    municipality: str | None = _optional("Code of the municipality it lies in (kommunkod).")
    phone: str | None = _optional("Its own number (direktnummer).")
    reason: str | None = _optional("Why (orsak).")

    def order(self) -> connections.UnitOrder:
        """The order; BadInput for an id that is none."""
        said = _said(self)
        return connections.UnitOrder(
            unit_id=row_id(self.unit_id, rows.Unit, "unitId"), said=said, reason=self.reason
        )


@strawberry.input(description="A unit to close (avsluta). It stays in the record.")
class CloseUnitInput:
    """Becomes a `UnitOrder`."""

    unit_id: strawberry.ID = strawberry.field(description="The unit.")
    reason: str | None = _optional("Why (orsak).")

    def order(self) -> connections.UnitOrder:
        """The order; BadInput for an id that is none."""
        return connections.UnitOrder(unit_id=row_id(self.unit_id, rows.Unit, "unitId"), reason=self.reason)


@strawberry.input(description="An agreement to register (vårdavtal, personuppgiftsbiträdesavtal; S7, S30).")
class CareAgreementInput:
    """Becomes an `AgreementOrder`."""

    organisation_id: strawberry.ID = strawberry.field(description="The organisation.")
    kind: AgreementKind = strawberry.field(description="The agreement.")
    valid_from: dt.date = strawberry.field(description="Its first day.")
    valid_to: dt.date | None = _optional("Its last day; null: until further notice.")
    reference: str | None = _optional("Its own name or number.")

    def order(self) -> connections.AgreementOrder:
        """The order; BadInput for an id that is none."""
        return connections.AgreementOrder(
            organisation_id=row_id(self.organisation_id, rows.Organisation, "organisationId"),
            kind=self.kind,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            reference=self.reference,
        )


@strawberry.input(description="A person who is to work at a unit (medarbetaruppdrag, behörighet).")
class AssignStaffInput:
    """Becomes an `AssignOrder`."""

    unit_id: strawberry.ID = strawberry.field(description="The unit.")
    staff_hsa_id: str = strawberry.field(description="The person's HSA-id.")
    assignment_hsa_id: str = strawberry.field(description="The assignment's HSA-id.")
    title: str = strawberry.field(description="The title (befattning).")
    licensed: bool = strawberry.field(description="Whether the person has a licensed profession (legitimation).")
    given_name: str | None = _optional("Given name, for somebody whom the directory does not know.")
    family_name: str | None = _optional("Family name, for somebody whom the directory does not know.")
    reason: str | None = _optional("Why (orsak).")

    def order(self) -> assignments.AssignOrder:
        """The order; BadInput for an id that is none."""
        return assignments.AssignOrder(
            unit_id=row_id(self.unit_id, rows.Unit, "unitId"),
            staff_hsa_id=self.staff_hsa_id,
            assignment_hsa_id=self.assignment_hsa_id,
            title=self.title,
            licensed=self.licensed,
            given_name=self.given_name,
            family_name=self.family_name,
            reason=self.reason,
        )


@strawberry.input(description="An assignment that is to end now.")
class EndAssignmentInput:
    """Becomes an `EndOrder`."""

    assignment_id: strawberry.ID = strawberry.field(description="The assignment.")
    reason: str | None = _optional("Why (orsak).")

    def order(self) -> assignments.EndOrder:
        """The order; BadInput for an id that is none."""
        assignment = row_id(self.assignment_id, rows.Assignment, "assignmentId")
        return assignments.EndOrder(assignment_id=assignment, reason=self.reason)


@strawberry.input(description="A person who is to train the users of a unit (utbildare, S119).")
class TrainerInput:
    """Becomes a `TrainerOrder`."""

    unit_id: strawberry.ID = strawberry.field(description="The unit.")
    staff_id: strawberry.ID = strawberry.field(description="The person.")

    def order(self) -> training.TrainerOrder:
        """The order; BadInput for an id that is none."""
        unit, staff = row_id(self.unit_id, rows.Unit, "unitId"), row_id(self.staff_id, rows.Staff, "staffId")
        return training.TrainerOrder(unit_id=unit, staff_id=staff)


@strawberry.input(description="A trainer who is so no longer.")
class EndTrainerInput:
    """Becomes an `EndTrainerOrder`."""

    trainer_id: strawberry.ID = strawberry.field(description="The appointment.")

    def order(self) -> training.EndTrainerOrder:
        """The order; BadInput for an id that is none."""
        return training.EndTrainerOrder(trainer_id=row_id(self.trainer_id, rows.UnitTrainer, "trainerId"))


@strawberry.input(description="That somebody was trained (utbildning).")
class TrainingInput:
    """Becomes a `TrainingOrder`."""

    unit_id: strawberry.ID = strawberry.field(description="The unit.")
    staff_id: strawberry.ID = strawberry.field(description="The person.")
    kind: TrainingKind = strawberry.field(description="Which training.")
    held_on: dt.date = strawberry.field(description="The day.")
    form: TrainingForm | None = _optional("How it was held.")
    length: str | None = _optional("How long, as it is told, e.g. två–tre timmar.")

    def order(self) -> training.TrainingOrder:
        """The order; BadInput for an id that is none."""
        return training.TrainingOrder(
            unit_id=row_id(self.unit_id, rows.Unit, "unitId"),
            staff_id=row_id(self.staff_id, rows.Staff, "staffId"),
            kind=self.kind,
            held_on=self.held_on,
            form=self.form,
            length=self.length,
        )


def _said(unit: ConnectUnitInput | UpdateUnitInput) -> connections.UnitSaid:
    return connections.UnitSaid(name=unit.name, kind=unit.kind, municipality=unit.municipality, phone=unit.phone)
