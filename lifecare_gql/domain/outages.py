"""What a region has laid down for the day the system is down (avbrottsrutin), as data.

The sentences are verbatim, and what the core enforces stands with the very sentence that demands it: which
sentence after the outage asks for what, for which patients; what must not be registered afterwards; what stays
allowed meanwhile.
"""

from __future__ import annotations

from collections import Counter

from pydantic import Field, model_validator

from lifecare_gql.domain.episode_words import EpisodeEventKind
from lifecare_gql.domain.outage_words import PatientClass, PatientStatus, RecoveryKind
from lifecare_gql.domain.values import value
from lifecare_gql.domain.words import CareType

ALLOWED_WHILE_DOWN = (EpisodeEventKind.PHONE_CALL_LOGGED,)
"""What may be done while the system is down where a region says nothing of it (V10 has the calls noted)."""


@value
class Step:
    """One instruction of an outage routine."""

    text: str = Field(description="The instruction, verbatim in Swedish.")
    fact: str = Field(description="The fact it comes from.")


@value
class RecoveryStep(Step):
    """One instruction for when the system runs again, and what it puts on the recovery worklist."""

    patients: tuple[PatientClass, ...] = Field(
        default=(), description="The patients it is about (vilka patienter); empty means all."
    )
    classifies: bool = Field(
        default=False,
        description="Whether it says what becomes of these patients: then it is quoted beside what is demanded for"
        " them.",
    )
    demands: tuple[RecoveryKind, ...] = Field(default=(), description="What it demands of the unit.")

    @model_validator(mode="after")
    def _says_for_whom(self) -> RecoveryStep:
        if self.classifies and not self.patients:
            raise ValueError("a step that classifies says which patients")
        for kind in self.demands:
            if kind.registers and not self.patients:
                raise ValueError(f"{kind} does not say for which patients")
        return self

    def concerns(self, patients: PatientClass) -> bool:
        """Whether it is about such patients."""
        return not self.patients or patients in self.patients


@value
class NotBackfilled(Step):
    """Something that must not be registered afterwards (ska inte efterregistreras)."""

    acts: tuple[EpisodeEventKind, ...] = Field(default=(), description="The acts that are refused.")
    once: tuple[PatientStatus, ...] = Field(
        default=(), description="Only once the patient has come so far, any of them; empty means always."
    )


@value
class ContradictionSide:
    """One of the instructions that do not agree, in as many sentences as it takes."""

    says: tuple[Step, ...] = Field(min_length=1, description="Its sentences, verbatim, each with its fact.")


@value
class Contradiction(Step):
    """Where the document contradicts itself or leaves a gap."""

    sides: tuple[ContradictionSide, ...] = Field(
        default=(),
        description="What it says, side against side: all are shown, none is chosen. One side alone is a gap.",
    )
    invoicing: bool = Field(
        default=False, description="Whether it touches what is sent for invoicing (fakturering)."
    )

    @property
    def facts(self) -> frozenset[str]:
        """The facts that its sides rest on."""
        return frozenset(step.fact for side in self.sides for step in side.says)


@value
class WhileDown:
    """What stays allowed while the system is down; all else that the processes know is refused."""

    fact: str = Field(description="The fact that says how one communicates instead.")
    allows: tuple[EpisodeEventKind, ...] = Field(
        default=ALLOWED_WHILE_DOWN, description="What may be done all the same."
    )


@value
class LongAfter:
    """How long an outage lasts before it is a long one (längre avbrott): as stated, or as assumed."""

    fact: str = Field(description="The fact that tells short outages from long ones.")
    hours: int | None = Field(default=None, ge=1, description="Elapsed hours; null when the source gives none.")
    assumption: str | None = Field(
        default=None, description="Key of the region's assumption that gives the hours; null when they are stated."
    )

    @model_validator(mode="after")
    def _one_of_both(self) -> LongAfter:
        if (self.hours is None) == (self.assumption is None):
            raise ValueError("long_after has either hours or an assumption")
        return self


@value
class OutageProcedure:
    """The outage routine (avbrottsrutin) for some care types."""

    care_types: tuple[CareType, ...] = Field(min_length=1, description="Whom it is for (tillämplighet).")
    title: str = Field(description="The heading, verbatim.")
    during: tuple[Step, ...] = Field(description="What to do while the system is down (vid driftstopp), in order.")
    handed_over_orally: tuple[Step, ...] = Field(default=(), description="What must be told by phone (muntligt).")
    documentation: tuple[Step, ...] = Field(default=(), description="How it is documented meanwhile.")
    after: tuple[RecoveryStep, ...] = Field(
        description="What to do when the system runs again (efterregistrering)."
    )
    not_backfilled: tuple[NotBackfilled, ...] = Field(
        default=(), description="What must not be registered afterwards."
    )


@value
class OutageRoutine:
    """Everything a region says about outages; `published` is false when it says nothing."""

    region: str = Field(description="Code of the region.")
    published: bool = Field(description="Whether a source document contains a routine.")
    fact: str = Field(description="The fact that the answer rests on.")
    reason: str | None = Field(default=None, description="Why there is none, in Swedish.")
    while_down: WhileDown | None = Field(
        default=None, description="What stays allowed meanwhile; null when no source says how to communicate."
    )
    long_after: LongAfter | None = Field(
        default=None, description="When an outage is a long one; null when no source tells short from long."
    )
    general: tuple[Step, ...] = Field(default=(), description="What applies to everybody (genomförande).")
    procedures: tuple[OutageProcedure, ...] = Field(default=(), description="One per care type or group of them.")
    forms: tuple[Step, ...] = Field(
        default=(), description="Forms and checklists that the routine names (blanketter)."
    )
    contradictions: tuple[Contradiction, ...] = Field(
        default=(), description="Where the document contradicts itself."
    )

    @model_validator(mode="after")
    def _one_procedure_each(self) -> OutageRoutine:
        if not self.published and (self.procedures or self.reason is None):
            raise ValueError("a routine that is not published has a reason and no procedures")
        times = Counter(care_type for one in self.procedures for care_type in one.care_types)
        for care_type in sorted(one for one in times if times[one] > 1):
            raise ValueError(f"{care_type} has {times[care_type]} procedures")
        return self

    def procedure(self, care_type: CareType) -> OutageProcedure | None:
        """The procedure for the care type; None when the region has none."""
        return next((one for one in self.procedures if care_type in one.care_types), None)
