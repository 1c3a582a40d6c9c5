"""What a region has laid down for the day the system is down (avbrottsrutin), as data."""

from __future__ import annotations

from pydantic import Field

from lifecare_gql.domain.values import value
from lifecare_gql.domain.words import CareType


@value
class Step:
    """One instruction of an outage routine."""

    text: str = Field(description="The instruction, verbatim in Swedish.")
    fact: str = Field(description="The fact it comes from.")


@value
class OutageProcedure:
    """The outage routine (avbrottsrutin) for some care types."""

    care_types: tuple[CareType, ...] = Field(min_length=1, description="Whom it is for (tillämplighet).")
    title: str = Field(description="The heading, verbatim.")
    during: tuple[Step, ...] = Field(description="What to do while the system is down (vid driftstopp), in order.")
    handed_over_orally: tuple[Step, ...] = Field(default=(), description="What must be told by phone (muntligt).")
    documentation: tuple[Step, ...] = Field(default=(), description="How it is documented meanwhile.")
    after: tuple[Step, ...] = Field(description="What to do when the system runs again (efterregistrering).")
    not_backfilled: tuple[Step, ...] = Field(default=(), description="What must not be registered afterwards.")


@value
class OutageRoutine:
    """Everything a region says about outages; `published` is false when it says nothing."""

    region: str = Field(description="Code of the region.")
    published: bool = Field(description="Whether a source document contains a routine.")
    fact: str = Field(description="The fact that the answer rests on.")
    reason: str | None = Field(default=None, description="Why there is none, in Swedish.")
    general: tuple[Step, ...] = Field(default=(), description="What applies to everybody (genomförande).")
    procedures: tuple[OutageProcedure, ...] = Field(default=(), description="One per care type or group of them.")
    forms: tuple[Step, ...] = Field(
        default=(), description="Forms and checklists that the routine names (blanketter)."
    )
    contradictions: tuple[Step, ...] = Field(default=(), description="Where the document contradicts itself.")
