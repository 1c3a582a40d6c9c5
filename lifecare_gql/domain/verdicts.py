"""What the routines say of a draft: every objection, where it goes, and what is expected of the receiver."""

from __future__ import annotations

from pydantic import Field

from lifecare_gql.domain.calendar import Deadline
from lifecare_gql.domain.objections import Objection
from lifecare_gql.domain.routines import DutyKind
from lifecare_gql.domain.sources import Source
from lifecare_gql.domain.texts import Said
from lifecare_gql.domain.values import value


@value
class AppliedDuty:
    """A duty that the receiver of the message has, with the passage it rests on."""

    region: str = Field(description="Code of the region.")
    rule: str = Field(description="Code of the duty.")
    kind: DutyKind = Field(description="The kind of duty.")
    title: str = Field(description="What must be done, in Swedish.")
    source: Source = Field(description="The passage it rests on.")


@value
class Expectation:
    """What is expected of the receivers, and by when (svarsfrist)."""

    answer_required: bool = Field(description="Whether every receiver must answer, not only acknowledge.")
    duties: tuple[AppliedDuty, ...] = Field(default=(), description="The duties of the receivers.")
    deadline: Deadline | None = Field(
        default=None, description="The reply deadline; null when no routine gives one."
    )
    deadline_rule: str | None = Field(default=None, description="Code of the duty that gives the deadline.")
    no_deadline_reason: Said | None = Field(default=None, description="Why there is no deadline.")


@value
class Routing:
    """Where a message goes by a routine when the sender has chosen no recipient (H10)."""

    unit_id: str = Field(description="The unit it is routed to.")
    unit_name: str = Field(description="Its name.")
    rule: str = Field(description="Code of the routine that routes it.")
    source: Source = Field(description="The passage it rests on.")


@value
class Verdict:
    """Everything the core and the regions' routines say of a draft. Nothing is stored by it."""

    allowed: bool = Field(description="Whether the message may be sent.")
    objections: tuple[Objection, ...] = Field(default=(), description="Everything that hinders it, all at once.")
    warnings: tuple[Objection, ...] = Field(default=(), description="What does not hinder it but should be known.")
    routing: Routing | None = Field(default=None, description="Where a routine routes it; null when it does not.")
    expectation: Expectation = Field(description="What is expected of the receivers.")
    notes: tuple[Said, ...] = Field(default=(), description="What the documents leave unsaid.")
