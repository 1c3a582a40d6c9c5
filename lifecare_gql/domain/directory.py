"""Whom to call: contacts, switchboards, and how a unit is reached when a rule says "ring"."""

from __future__ import annotations

from pydantic import Field

from lifecare_gql.domain.lifetimes import Lifetime
from lifecare_gql.domain.phones import PhoneNumber
from lifecare_gql.domain.texts import Said
from lifecare_gql.domain.values import value


@value
class Contact:
    """A role, desk or portal that a region's documents name. Never a private person."""

    key: str = Field(pattern=r"^[a-z0-9-]+$", description="Stable key of the contact within its region.")
    name: str = Field(description="The role or desk, verbatim in Swedish.")
    serves: str = Field(description="Whom it is for, in Swedish.")
    phone: PhoneNumber | None = Field(
        default=None, description="The number (telefonnummer); null when not stated."
    )
    email: str | None = Field(
        default=None, description="A functional mailbox (funktionsbrevlåda), never a person's."
    )
    address: str | None = Field(default=None, description="A postal or internal address, verbatim.")
    missing: str | None = Field(default=None, description="Why there is no number, in Swedish.")
    municipality: str | None = Field(
        default=None, description="Municipality code (kommunkod), if it is one's own."
    )
    fact: str = Field(description="The fact that names it.")
    lifetime: Lifetime | None = Field(default=None, description="When it holds and was last verified (giltighet).")


@value
class Switchboard:
    """A switchboard (växel) and whom to ask for."""

    name: str = Field(description="Whose switchboard it is.")
    phone: PhoneNumber = Field(description="The number, as printed and in E.164.")
    municipality: str | None = Field(
        default=None, description="Municipality code (kommunkod); null for the region."
    )
    ask_for: str | None = Field(default=None, description="Whom to ask for, in Swedish (en väg in, V17, V57).")
    fact: str = Field(description="The fact that gives the number.")
    lifetime: Lifetime | None = Field(default=None, description="When it holds and was last verified (giltighet).")


@value
class Reach:
    """Whom to call instead, with a number where there is one."""

    name: Said = Field(description="The unit, role or switchboard to call.")
    phone: PhoneNumber | None = Field(description="The number; null when no source gives one.")
    ask_for: str | None = Field(default=None, description="Whom to ask for, in Swedish.")
    missing: Said | None = Field(default=None, description="Why there is no number.")
    fact: str | None = Field(default=None, description="The fact that gives the number, if a document does.")
