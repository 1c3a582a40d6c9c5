"""What a region says of its administration: who runs it, what it does, what connecting takes, who processes."""

from __future__ import annotations

from pydantic import Field

from lifecare_gql.domain.administration_words import AdministrationKind, AgreementKind
from lifecare_gql.domain.sources import Unsaid
from lifecare_gql.domain.values import value
from lifecare_gql.domain.words import Principal


@value
class CentralAdministration:
    """Who runs the system for the whole region (central förvaltning)."""

    name: str = Field(description="The regional object (förvaltningsobjekt), verbatim in Swedish.")
    staffed_from: tuple[str, ...] = Field(description="Which offices staff it, verbatim in Swedish.")
    contact: str | None = Field(default=None, description="Key of its contact.")
    fact: str = Field(description="The fact that names it.")


@value
class AdministrationDuty:
    """What an administration is responsible for (ansvar)."""

    level: AdministrationKind = Field(description="Whose responsibility it is.")
    text: str = Field(description="What it is, verbatim in Swedish.")
    historic: bool = Field(default=False, description="Whether a later page words it anew.")
    fact: str = Field(description="The fact it comes from.")


@value
class AgreementDemand:
    """An agreement with which an organisation may connect its units (ansluta)."""

    kind: AgreementKind = Field(description="The agreement.")
    principals: tuple[Principal, ...] = Field(min_length=1, description="For whom it suffices (huvudman).")
    reading: str | None = Field(default=None, description="Our reading, where the sentence leaves it open.")
    fact: str = Field(description="The fact it comes from.")


@value
class ProcessorInstruction:
    """Who processes personal data on whose behalf (personuppgiftsbiträde)."""

    processor: str = Field(description="The processor, verbatim in Swedish.")
    subcontractors: bool = Field(description="Whether the instruction covers its subcontractors too.")
    purpose: str = Field(description="What the system is used for, verbatim in Swedish.")
    complements: tuple[AgreementDemand, ...] = Field(description="Which agreements it complements, and whose.")
    unsaid: tuple[Unsaid, ...] = Field(default=(), description="What the source does not say, and why.")
    fact: str = Field(description="The fact it comes from.")


@value
class Administration:
    """All that a region says of its administration beside support (förvaltning)."""

    region: str = Field(description="Code of the region.")
    central: CentralAdministration | None = Field(default=None, description="Central administration, if named.")
    duties: tuple[AdministrationDuty, ...] = Field(default=(), description="Who is responsible for what.")
    agreements: tuple[AgreementDemand, ...] = Field(
        default=(), description="Any one of these lets an organisation connect its units; empty: none is demanded."
    )
    contacts: tuple[str, ...] = Field(default=(), description="Keys of the contacts for connecting a unit (S8).")
    processor: ProcessorInstruction | None = Field(default=None, description="Who processes personal data.")
    unsaid: tuple[Unsaid, ...] = Field(default=(), description="What no document says, and what we do then.")

    def accepted(self, principal: Principal) -> tuple[AgreementDemand, ...]:
        """The agreements of which an organisation of this kind needs one."""
        return tuple(one for one in self.agreements if principal in one.principals)
