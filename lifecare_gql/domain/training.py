"""What a region says of training in the system. Nothing here is demanded of anybody."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from lifecare_gql.domain.administration_words import TrainingKind
from lifecare_gql.domain.values import value


@value
class TrainingOffer:
    """A form of training, as a document describes it (utbildning)."""

    key: str = Field(pattern=r"^[a-z0-9-]+$", description="Stable key.")
    kind: TrainingKind = Field(description="The form.")
    audience: str = Field(description="For whom it is, in Swedish.")
    text: str = Field(description="The sentence, verbatim in Swedish.")
    length: str | None = Field(default=None, description="How long, verbatim in Swedish; null when not stated.")
    fact: str = Field(description="The fact it comes from.")


@value
class TrainingAdvice:
    """What a document advises a unit or its trainer to do (råd)."""

    text: str = Field(description="The sentence, verbatim in Swedish.")
    contact: str | None = Field(default=None, description="Key of the contact that it names.")
    fact: str = Field(description="The fact it comes from.")


@value
class Training:
    """All that a region says of training (utbildning)."""

    region: str = Field(description="Code of the region.")
    responsible: str = Field(description="Who is responsible for the staff's training, verbatim in Swedish.")
    material: str = Field(description="What the training material is, verbatim in Swedish.")
    material_missing: str = Field(description="Why the material itself is not here, in Swedish.")
    fact: str = Field(description="The fact both come from.")
    demanded: bool = Field(default=False, description="Whether a document demands that training is recorded.")
    told_on: dt.date | None = Field(default=None, description="When the page with the offers was last changed.")
    historic: bool = Field(default=False, description="Whether the offers stand on a page that is superseded.")
    offers: tuple[TrainingOffer, ...] = Field(default=(), description="The forms of training.")
    advice: tuple[TrainingAdvice, ...] = Field(default=(), description="What is advised.")
