"""Who helps and who grants: support routes, roles in the administration, and the roll-out."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from lifecare_gql.domain.values import value
from lifecare_gql.domain.words import Principal


@value
class SupportStep:
    """One link in the chain that a support matter goes through."""

    order: int = Field(ge=1, description="Place in the chain, from 1.")
    who: str = Field(description="Who handles it, in Swedish.")
    instruction: str = Field(description="What to do, verbatim in Swedish.")
    contact: str | None = Field(default=None, description="Key of the contact, if the documents name one.")
    fact: str = Field(description="The fact it comes from.")


@value
class SupportRoute:
    """The chain for units with, or without, an administration of their own."""

    key: str = Field(pattern=r"^[a-z0-9-]+$", description="Stable key of the route.")
    applies_to: str = Field(description="Which units follow it, in Swedish.")
    local: bool | None = Field(
        default=None, description="For units with (true) or without (false) local administration; null: for both."
    )
    principals: tuple[Principal, ...] = Field(
        default=(), description="For whose units; empty: for all (huvudman)."
    )
    form: str | None = Field(default=None, description="Key of the form that is sent in.")
    steps: tuple[SupportStep, ...] = Field(min_length=1, description="The chain, in order.")

    def serves(self, principal: Principal, *, local: bool) -> bool:
        """Whether units of this kind follow it."""
        return self.local in (None, local) and (not self.principals or principal in self.principals)


@value
class AdministrationForm:
    """A form that the documents name (blankett)."""

    key: str = Field(pattern=r"^[A-Z_]+$", description="Stable key of the form.")
    name: str = Field(description="Its name, verbatim in Swedish.")
    missing: str | None = Field(default=None, description="Why the form itself is not here, in Swedish.")
    fact: str = Field(description="The fact that names it.")


@value
class AdministrationRole:
    """A role in the administration of the system (förvaltningsroll)."""

    name: str = Field(description="The role, verbatim in Swedish.")
    level: str = Field(pattern=r"^(LOCAL|CENTRAL)$", description="LOCAL (lokal) or CENTRAL (central förvaltning).")
    duty: str | None = Field(
        default=None, description="What the document says of it, verbatim; null when nothing."
    )
    fact: str = Field(description="The fact that names it.")


@value
class LocalAdministration:
    """An organisation that the documents list as having its own local administration."""

    key: str = Field(pattern=r"^[a-z0-9-]+$", description="Stable key, which an organisation is registered with.")
    name: str = Field(description="The organisation, verbatim in Swedish.")
    every_municipality: bool = Field(
        default=False, description="Whether the entry stands for every municipality of the county."
    )
    fact: str = Field(description="The fact that lists it.")


@value
class Support:
    """Everything a region says about support and administration."""

    region: str = Field(description="Code of the region.")
    routes: tuple[SupportRoute, ...] = Field(default=(), description="The support routes (supportvägar).")
    permissions: tuple[SupportRoute, ...] = Field(
        default=(), description="Who grants permissions, by kind of unit (behörighet)."
    )
    forms: tuple[AdministrationForm, ...] = Field(default=(), description="The forms that are named (blanketter).")
    roles: tuple[AdministrationRole, ...] = Field(default=(), description="The roles of the administration.")
    local_administrations: tuple[LocalAdministration, ...] = Field(default=(), description="Who has their own.")


@value
class RolloutGroup:
    """A group of units that gets the system in a stage."""

    text: str = Field(description="The group, verbatim in Swedish.")
    principal: str = Field(pattern=r"^(REGION|MUNICIPALITY)$", description="REGION or MUNICIPALITY.")
    unit_kinds: tuple[str, ...] = Field(default=(), description="The unit kinds it covers, our reading.")
    used_predecessor: bool | None = Field(
        default=None, description="Used the earlier system; null when not stated."
    )
    fact: str = Field(description="The fact it comes from.")


@value
class RolloutPilot:
    """A pilot before a stage (pilot)."""

    length: str = Field(description="How long, verbatim in Swedish.")
    where: str | None = Field(default=None, description="Where, verbatim in Swedish; null when not stated.")
    municipality: str | None = Field(default=None, description="Municipality code, our reading (kommunkod).")
    units: tuple[str, ...] = Field(default=(), description="The units that took part, if they are named.")
    missing: str | None = Field(default=None, description="Why no unit is named, in Swedish.")
    fact: str = Field(description="The fact it comes from.")


@value
class RolloutRemark:
    """What a document says of the introduction as a whole."""

    text: str = Field(description="The sentence, verbatim in Swedish.")
    fact: str = Field(description="The fact it comes from.")


@value
class RolloutStage:
    """A stage (etapp) of the introduction."""

    key: str = Field(pattern=r"^[a-z0-9-]+$", description="Stable key of the stage.")
    name: str = Field(description="The stage, verbatim in Swedish.")
    planned: str | None = Field(default=None, description="When, verbatim in Swedish; null when not stated.")
    pilot: str | None = Field(default=None, description="The pilot before it, verbatim in Swedish.")
    pilot_units: RolloutPilot | None = Field(default=None, description="What is said of the pilot, part by part.")
    groups: tuple[RolloutGroup, ...] = Field(description="Who gets the system in this stage.")
    fact: str = Field(description="The fact it comes from.")


@value
class Rollout:
    """How the system was introduced in a region."""

    region: str = Field(description="Code of the region.")
    historic: bool = Field(description="Whether the plan has been superseded.")
    told_on: dt.date | None = Field(default=None, description="When the page with the plan was last changed.")
    predecessor: str | None = Field(default=None, description="The system it replaced.")
    remarks: tuple[RolloutRemark, ...] = Field(default=(), description="What holds for all stages.")
    stages: tuple[RolloutStage, ...] = Field(default=(), description="The stages, in order.")
    contradictions: tuple[str, ...] = Field(default=(), description="Where the document contradicts itself.")
