"""The facts about a coordinated individual plan (SIP) that its process may look at.

An act is what somebody wants to do; once done it is an event, with who and when. Events are only ever added,
and the facts are read from them (`plan_events.plan_facts_of`). Every moment is aware.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from pydantic import Field, field_validator

from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.plan_words import CallAnswer, MeetingForm, PlanEventKind, PlanState, principal_of
from lifecare_gql.domain.values import value
from lifecare_gql.domain.words import Principal


@value
class PlanGoal:
    """A goal of the plan (mål)."""

    text: str = Field(description="The goal, in Swedish.")
    in_own_words: bool = Field(description="Whether the words are the patient's own (med egna ord).")


@value
class PlanIntervention:
    """An intervention of the plan (insats) and who is responsible for it."""

    what: str = Field(description="What is to be done, in Swedish.")
    principal: Principal = Field(
        description="The principal that is responsible: region or municipality (huvudman)."
    )
    unit_id: str | None = Field(default=None, description="The unit that does it; null when none is named.")
    responsible: str = Field(default="", description="Who does it, by role or name (ansvarig).")
    starts_on: dt.date | None = Field(default=None, description="The first day; null when none is set.")


@value
class PlanContent:
    """What the plan says: one version of it (planens innehåll)."""

    goals: tuple[PlanGoal, ...] = Field(default=(), description="The goals (mål).")
    interventions: tuple[PlanIntervention, ...] = Field(default=(), description="What is needed (insatser).")
    measures_by_others: str = Field(
        default="",
        description="Measures by somebody other than region and municipality, in Swedish; it must be said also"
        " when there are none (åtgärder av andra).",
    )
    main_responsibility: Principal | None = Field(
        default=None,
        description="Who has the main responsibility for the plan (huvudansvar); null until it is said.",
    )
    patients_view: str = Field(default="", description="What the patient thinks of it, in Swedish.")
    present: tuple[str, ...] = Field(default=(), description="Who was present, by role or name (närvarande).")


@value
class Meeting:
    """A planning meeting (SIP-möte)."""

    starts_at: dt.datetime = Field(description="When it begins.")
    ends_at: dt.datetime = Field(description="When it ends.")
    form: MeetingForm = Field(description="How it is held.")
    place: str = Field(default="", description="Where, or how to join; may be empty.")

    @field_validator("starts_at", "ends_at")
    @classmethod
    def _aware(cls, moment: dt.datetime) -> dt.datetime:
        if moment.tzinfo is None:
            raise ValueError("a meeting's moments need a time zone")
        return moment


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAct:
    """What a unit wants to do, with what it says; what it does not say is empty.

    `text` is the need, the outcome of a follow-up, or a comment. `recipients` are those called to the meeting,
    or told of the need. `accepted` is whether the patient took the copy that was offered (V49). `occurred_at`
    is when it happened, where that is not when it is entered.
    """

    kind: PlanEventKind
    reason: str = ""
    text: str = ""
    recipients: tuple[Party, ...] = ()
    meeting: Meeting | None = None
    content: PlanContent | None = None
    follow_up_on: dt.date | None = None
    occurred_at: dt.datetime | None = None
    accepted: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanEvent:
    """An act that was done: by whom, and when it was entered. Never changed, never removed."""

    id: str
    at: dt.datetime
    unit: Party
    act: PlanAct


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanBackground:
    """What is known outside the events of the plan.

    `consent` is the patient's to this plan (4 kap. 2 §); `another_open` and `care_plan_instead` are about the
    patient. `callers` are, in the discharge process, the ids of the units with a fixed care contact: only they
    call (4 kap. 3 §). It is None outside that process.
    """

    consent: bool = False
    another_open: bool = False
    care_plan_instead: bool = False
    callers: frozenset[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanParticipant:
    """A unit in the plan; `invited` says whether the latest call was to it, and `answer` what it said."""

    unit: Party
    answer: CallAnswer = CallAnswer.PENDING
    invited: bool = False

    @property
    def principal(self) -> Principal:
        """On whose side it takes part (huvudman)."""
        return principal_of(self.unit.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanFacts:
    """A plan as it stands; `state` None means that there is none yet.

    `initiator` identified the need, `caller` made the latest call; `call_stands` until its meeting was held.
    `meeting_number` is 0 for the first call and one more for each new one; `content_version` is 0 without
    content and one more for each new content. `copy_offered_at` and `copy_accepted` are about the content in
    force: a revision empties them, the events stay.
    """

    now: dt.datetime
    background: PlanBackground = PlanBackground()
    state: PlanState | None = None
    version: int = 0
    participants: tuple[PlanParticipant, ...] = ()
    initiator: Party | None = None
    caller: Party | None = None
    called_at: dt.datetime | None = None
    call_stands: bool = False
    meeting: Meeting | None = None
    meeting_number: int = 0
    content: PlanContent | None = None
    content_version: int = 0
    established_at: dt.datetime | None = None
    copy_offered_at: dt.datetime | None = None
    copy_accepted: bool | None = None
    follow_up_on: dt.date | None = None
    followed_up_at: dt.datetime | None = None
    closed_at: dt.datetime | None = None

    def participant(self, unit_id: str) -> PlanParticipant | None:
        """The unit as it takes part, or None."""
        return next((one for one in self.participants if one.unit.id == unit_id), None)

    def takes_part(self, unit_id: str) -> bool:
        """Whether the unit takes part, or is one that may call in the discharge process."""
        return self.participant(unit_id) is not None or unit_id in (self.background.callers or ())
