"""What is done to a coordinated individual plan (SIP), and what is said about consents."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import strawberry

from lifecare_gql.actions import consents, plan_acts
from lifecare_gql.actions.sayings import Saying
from lifecare_gql.domain.consents import ConsentSaid
from lifecare_gql.domain.objections import Objection
from lifecare_gql.domain.plan_facts import Meeting, PlanContent, PlanGoal, PlanIntervention
from lifecare_gql.domain.plan_words import MeetingForm, PlanEventKind
from lifecare_gql.domain.texts import said
from lifecare_gql.domain.words import ConsentForm, ConsentKind, ConsentState, Principal
from lifecare_gql.errors import BadInput
from lifecare_gql.schema.acting import record_of_event
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.episodes import ConsentEntry
from lifecare_gql.schema.ids import row_id
from lifecare_gql.schema.inputs import Key
from lifecare_gql.schema.plans import Plan, PlanEvent
from lifecare_gql.schema.process_inputs import addressed, checked_length, units, written
from lifecare_gql.schema.reading import fetch_one
from lifecare_gql.schema.refusals import (
    IdempotencyKeyReused,
    NotFound,
    RefusedByRoutines,
    StaleVersion,
    Success,
    answer,
)
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.rows import one

_Kind = PlanEventKind
MAX_PARTS = 50


@strawberry.input(description="That a plan is needed (behov av SIP), in the discharge process or outside it (S4).")
class PlanNeedInput:
    """Becomes a `NeedOrder`."""

    patient_id: strawberry.ID = strawberry.field(description="The patient.")
    episode_id: strawberry.ID | None = strawberry.field(
        default=None, description="The care episode it belongs to; null outside the discharge process."
    )
    recipient_unit_ids: list[strawberry.ID] = addressed(
        "Who is told and takes part. Empty in an episode: all who take part in that, but the ward."
    )
    text: str = written("What is needed, and who calls (V44).")


@strawberry.input(description="A plan, and the version of it that you have seen.")
class PlanActInput:
    """Becomes a `PlanOrder`."""

    plan_id: strawberry.ID = strawberry.field(description="The plan.")
    expected_version: int | None = strawberry.field(
        default=None,
        description="The version you have seen. If somebody has changed it since, nothing is done and you learn"
        " who did what. Null: do it whatever has happened since, if the process then allows it.",
    )


@strawberry.input(description="A planning meeting (SIP-möte).")
class MeetingInput:
    """Becomes a `Meeting`."""

    starts_at: dt.datetime = strawberry.field(description="When it begins.")
    ends_at: dt.datetime = strawberry.field(description="When it ends.")
    form: MeetingForm = strawberry.field(description="How it is held.")
    place: str = written("Where, or how to join.")

    def meeting(self) -> Meeting:
        """The meeting as the plan knows it."""
        return Meeting(starts_at=self.starts_at, ends_at=self.ends_at, form=self.form, place=self.place.strip())


@strawberry.input(description="A call to a planning meeting (kallelse till SIP, 4 kap. 3 §).")
class PlanCallInput(PlanActInput):
    """A `PlanActInput` with a meeting."""

    recipient_unit_ids: list[strawberry.ID] = addressed("The units that are called.")
    meeting: MeetingInput | None = strawberry.field(default=None, description="The meeting.")
    text: str = written("Anything they should know.")


@strawberry.input(description="An answer to a call (svar på kallelse).")
class PlanCallAnswerInput(PlanActInput):
    """A `PlanActInput` with an answer."""

    accept: bool = strawberry.field(description="Whether your unit comes.")
    reason: str = written("Why not, when it does not (orsak).")


@strawberry.input(description="A goal of the plan (mål).")
class PlanGoalInput:
    """Becomes a `PlanGoal`."""

    text: str = strawberry.field(description="The goal.")
    in_own_words: bool = strawberry.field(default=False, description="Whether the words are the patient's own.")


@strawberry.input(description="An intervention of the plan (insats) and who is responsible for it.")
class PlanInterventionInput:
    """Becomes a `PlanIntervention`."""

    what: str = strawberry.field(description="What is to be done.")
    principal: Principal = strawberry.field(description="Region or municipality: who is responsible (huvudman).")
    unit_id: strawberry.ID | None = strawberry.field(default=None, description="The unit that does it.")
    responsible: str = written("Who does it, by role or name (ansvarig).")
    starts_on: dt.date | None = strawberry.field(default=None, description="The first day.")


@strawberry.input(description="What the plan says (planens innehåll); the first three hold the legal items.")
class PlanContentInput:
    """Becomes a `PlanContent`."""

    interventions: list[PlanInterventionInput] = strawberry.field(
        default_factory=list, description=f"What is needed, and who is responsible; at most {MAX_PARTS}."
    )
    measures_by_others: str = written(
        "Measures by somebody other than region and municipality; to be said also when there are none."
    )
    main_responsibility: Principal | None = strawberry.field(
        default=None, description="Who has the main responsibility for the plan (huvudansvar)."
    )
    goals: list[PlanGoalInput] = strawberry.field(
        default_factory=list, description=f"The goals (mål), at most {MAX_PARTS}."
    )
    patients_view: str = written("What the patient thinks of it.")
    present: list[str] = strawberry.field(
        default_factory=list, description=f"Who was present, by role or name; at most {MAX_PARTS}."
    )

    def _texts(self) -> list[str]:
        parts = [one for part in self.interventions for one in (part.what, part.responsible)]
        return [
            self.measures_by_others,
            self.patients_view,
            *self.present,
            *(one.text for one in self.goals),
            *parts,
        ]

    def content(self) -> PlanContent:
        """The content as the plan knows it; BadInput for too many parts, or a unit's id that is none."""
        for name in ("interventions", "goals", "present"):
            if len(getattr(self, name)) > MAX_PARTS:
                raise BadInput(said("{name}: at most {most}.", name=f"content.{name}", most=MAX_PARTS))
        for text in self._texts():
            checked_length("content", text)
        return PlanContent(
            goals=tuple(PlanGoal(text=one.text.strip(), in_own_words=one.in_own_words) for one in self.goals),
            interventions=tuple(_intervention(one) for one in self.interventions),
            measures_by_others=self.measures_by_others.strip(),
            main_responsibility=self.main_responsibility,
            patients_view=self.patients_view.strip(),
            present=tuple(one.strip() for one in self.present if one.strip()),
        )


def _intervention(said: PlanInterventionInput) -> PlanIntervention:
    unit = None if said.unit_id is None else str(row_id(said.unit_id, rows.Unit, "content.interventions.unitId"))
    return PlanIntervention(
        what=said.what.strip(),
        principal=said.principal,
        unit_id=unit,
        responsible=said.responsible.strip(),
        starts_on=said.starts_on,
    )


@strawberry.input(description="A version of the plan, before or after it is established.")
class PlanContentActInput(PlanActInput):
    """A `PlanActInput` with content."""

    content: PlanContentInput | None = strawberry.field(
        default=None, description="What the plan says; null where a draft already does."
    )
    follow_up_on: dt.date | None = strawberry.field(default=None, description="When it is followed up.")
    reason: str = written("Why it is revised (orsak).")


@strawberry.input(description="That the patient was offered a copy of the plan (V49).")
class PlanCopyInput(PlanActInput):
    """A `PlanActInput` with what the patient said."""

    accepted: bool | None = strawberry.field(default=None, description="Whether the patient took it.")


@strawberry.input(description="The outcome of a follow-up (uppföljning).")
class PlanFollowUpInput(PlanActInput):
    """A `PlanActInput` with an outcome."""

    text: str = written("The outcome.")
    follow_up_on: dt.date | None = strawberry.field(default=None, description="When it is followed up next.")


@strawberry.input(description="That the plan is closed, and why (avsluta).")
class PlanClosingInput(PlanActInput):
    """A `PlanActInput` with a reason."""

    reason: str = written("Why; it becomes part of the history (orsak).")


@strawberry.input(description="What the individual says about a consent (samtycke).")
class ConsentEntryInput:
    """Becomes a `ConsentOrder`."""

    kind: ConsentKind = strawberry.field(description="What it is for.")
    scope_id: strawberry.ID = strawberry.field(
        description="What it belongs to: the episode (PROCESS), the plan (PLAN) or the patient (SHARED_RECORDS)."
    )
    state: ConsentState = strawberry.field(description="What was said. Nobody consents for somebody else.")
    form: ConsentForm | None = strawberry.field(default=None, description="How it was given; needed when it is.")
    said_at: dt.datetime | None = strawberry.field(
        default=None, description="When it was said. Now, if not given."
    )
    about: str = written("What it covers and why, as the individual was told.")
    reason: str = written("Why, e.g. why the individual cannot take a stand.")


@strawberry.type(description="It happened, and stands in the plan's history.")
class PlanChanged(Success):
    """Made of `results.Done` with the event's id."""

    @strawberry.field(description="The plan as it is now.")
    async def plan(self, info: Info) -> Plan:
        return await record_of_event(info, rows.PlanProcess, rows.PlanEvent, "plan_id", self.done)

    @strawberry.field(description="The event.")
    async def event(self, info: Info) -> PlanEvent:
        return await fetch_one(info, one(rows.PlanEvent, self.done.row_id))

    @strawberry.field(description="What does not hinder it but should be known.")
    def warnings(self) -> list[Objection]:
        return list(self.done.warnings)


@strawberry.type(description="What the individual said is recorded.")
class ConsentRecorded(Success):
    """Made of `results.Done` with the entry's id."""

    @strawberry.field(description="The entry.")
    async def entry(self, info: Info) -> ConsentEntry:
        return await fetch_one(info, one(rows.ConsentEntry, self.done.row_id))


PlanActResult = Annotated[
    PlanChanged | RefusedByRoutines | NotFound | IdempotencyKeyReused | StaleVersion,
    strawberry.union("PlanActResult", description="What became of an act on a plan."),
]
RecordConsentResult = Annotated[
    ConsentRecorded | RefusedByRoutines | NotFound | IdempotencyKeyReused,
    strawberry.union("RecordConsentResult", description="What became of recording a consent."),
]
_SCOPES: dict[ConsentKind, type[rows.Record]] = {
    ConsentKind.PROCESS: rows.Episode,
    ConsentKind.PLAN: rows.PlanProcess,
    ConsentKind.SHARED_RECORDS: rows.Patient,
}


@strawberry.type(description="What can be done to a plan.")
class PlanMutation:
    """The mutations of the plan's process."""

    @strawberry.mutation(description="Say that a coordinated individual plan is needed (behov av SIP).")
    async def identify_plan_need(self, info: Info, input: PlanNeedInput, idempotency_key: Key) -> PlanActResult:
        episode = input.episode_id
        order = plan_acts.NeedOrder(
            patient_id=row_id(input.patient_id, rows.Patient, "patientId"),
            episode_id=None if episode is None else row_id(episode, rows.Episode, "episodeId"),
            saying=Saying(fields={"text": input.text}, recipient_unit_ids=units(input.recipient_unit_ids)),
        )
        return answer(await plan_acts.identify_need(info.context.session, order, idempotency_key), PlanChanged)

    @strawberry.mutation(
        description="Call to a planning meeting (kallelse till SIP); again: a new time, or a follow-up meeting. In"
        " the discharge process only the fixed care contact's unit calls (4 kap. 3 §)."
    )
    async def call_to_plan(self, info: Info, input: PlanCallInput, idempotency_key: Key) -> PlanActResult:
        meeting = input.meeting.meeting() if input.meeting else None
        return await _act(
            info, _Kind.CALLED, input, idempotency_key, input.recipient_unit_ids, meeting=meeting, text=input.text
        )

    @strawberry.mutation(description="Answer a call to a planning meeting (svara på kallelse).")
    async def answer_plan_call(
        self, info: Info, input: PlanCallAnswerInput, idempotency_key: Key
    ) -> PlanActResult:
        kind = _Kind.CALL_ACCEPTED if input.accept else _Kind.CALL_DECLINED
        return await _act(info, kind, input, idempotency_key, reason=input.reason)

    @strawberry.mutation(description="Save a draft of the plan (utkast).")
    async def draft_plan(self, info: Info, input: PlanContentActInput, idempotency_key: Key) -> PlanActResult:
        return await _write(info, _Kind.DRAFTED, input, idempotency_key)

    @strawberry.mutation(
        description="Establish the plan after the meeting (upprätta SIP): it needs the patient's consent and the"
        " four legal items (HSL 16 kap. 4 §)."
    )
    async def establish_plan(self, info: Info, input: PlanContentActInput, idempotency_key: Key) -> PlanActResult:
        return await _write(info, _Kind.ESTABLISHED, input, idempotency_key)

    @strawberry.mutation(description="Record that the patient was offered a copy of the plan (V49).")
    async def offer_plan_copy(self, info: Info, input: PlanCopyInput, idempotency_key: Key) -> PlanActResult:
        return await _act(info, _Kind.COPY_OFFERED, input, idempotency_key, accepted=input.accepted)

    @strawberry.mutation(description="Record a follow-up of the plan (följa upp).")
    async def follow_up_plan(self, info: Info, input: PlanFollowUpInput, idempotency_key: Key) -> PlanActResult:
        return await _act(
            info, _Kind.FOLLOWED_UP, input, idempotency_key, text=input.text, follow_up_on=input.follow_up_on
        )

    @strawberry.mutation(description="Revise the plan (revidera); earlier versions stay in the history.")
    async def revise_plan(self, info: Info, input: PlanContentActInput, idempotency_key: Key) -> PlanActResult:
        return await _write(info, _Kind.REVISED, input, idempotency_key)

    @strawberry.mutation(description="Close the plan, with a reason (avsluta).")
    async def close_plan(self, info: Info, input: PlanClosingInput, idempotency_key: Key) -> PlanActResult:
        return await _act(info, _Kind.CLOSED, input, idempotency_key, reason=input.reason)

    @strawberry.mutation(
        description="Record what the individual says about a consent (samtycke). Nothing that was said before is"
        " taken away: the latest entry holds."
    )
    async def record_consent(
        self, info: Info, input: ConsentEntryInput, idempotency_key: Key
    ) -> RecordConsentResult:
        order = consents.ConsentOrder(
            kind=input.kind,
            scope_id=row_id(input.scope_id, _SCOPES[input.kind], "scopeId"),
            said=ConsentSaid(state=input.state, said_at=input.said_at, form=input.form, reason=input.reason),
            about=input.about,
        )
        return answer(await consents.record_consent(info.context.session, order, idempotency_key), ConsentRecorded)


async def _write(info: Info, kind: PlanEventKind, said: PlanContentActInput, key: str) -> Any:
    content = said.content.content() if said.content else None
    return await _act(info, kind, said, key, content=content, follow_up_on=said.follow_up_on, reason=said.reason)


async def _act(
    info: Info,
    kind: PlanEventKind,
    said: PlanActInput,
    key: str,
    recipient_unit_ids: list[strawberry.ID] | None = None,
    **fields: Any,
) -> Any:
    order = plan_acts.PlanOrder(
        kind=kind,
        plan_id=row_id(said.plan_id, rows.PlanProcess, "planId"),
        expected_version=said.expected_version,
        saying=Saying(fields=fields, recipient_unit_ids=units(recipient_unit_ids or [])),
    )
    return answer(await plan_acts.act(info.context.session, order, key), PlanChanged)
