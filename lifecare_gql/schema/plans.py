"""Windows on coordinated individual plans (SIP): who takes part, what was said, and what the plan holds."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry
from pydantic import TypeAdapter

from lifecare_gql.actions.documents import PRINTED_PLAN, meeting_file, printed_plan
from lifecare_gql.actions.plan_facts import PLAN, plan_facts
from lifecare_gql.documents.calendars import CalendarFile
from lifecare_gql.documents.pages import PrintedPage
from lifecare_gql.domain.plan_facts import Meeting, PlanContent, PlanFacts
from lifecare_gql.domain.plan_words import CallAnswer, PlanEventKind, PlanState
from lifecare_gql.domain.plans import AvailablePlanAction, available_plan_actions
from lifecare_gql.schema import values as values
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.episodes import ConsentEntry, Episode
from lifecare_gql.schema.patients import Patient
from lifecare_gql.schema.reading import Connection, Node, column, computed, gathered, to_many, to_one, window
from lifecare_gql.schema.units import Assignment, Unit
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import BY_VERSION, LAST_OPENED, Order, Rows
from lifecare_gql.storage.reading.where import EVERY, Where

_CONTENT = TypeAdapter(PlanContent)
_MEETING = TypeAdapter(Meeting)


def _history(
    info: Info,
    kinds: Annotated[
        list[PlanEventKind] | None, strawberry.argument(description="Only events of these kinds, if given.")
    ] = None,
) -> Rows:
    where = EVERY if kinds is None else Where("{t}.kind in {kinds}", {"kinds": [one.value for one in kinds]})
    return Rows(model=rows.PlanEvent, where=where, order=BY_VERSION)


def _participants(info: Info) -> Rows:
    return Rows(model=rows.PlanParty, order=Order(by=("{t}.since", "{t}.id"), columns=("since", "id")))


def _consents(info: Info) -> Rows:
    return Rows(model=rows.ConsentEntry, order=BY_VERSION)


def plan_facts_in(root: Row, info: Info) -> PlanFacts:
    """The facts of a plan that was read in the shape `PLAN`; read from its events once for each answer."""
    if "#facts" not in root.related:
        root.related["#facts"] = plan_facts(root, info.context.session.now)
    found: PlanFacts = root.related["#facts"]
    return found


@window(rows.PlanProcess, name="Plan")
class Plan(Node):
    """A coordinated individual plan (samordnad individuell plan, SIP), in the discharge process or outside it."""

    state: PlanState = column("Where it stands.")
    version: int = column("The version to give as expectedVersion; it grows with every event.")
    opened_at: dt.datetime = column("When the need was identified.")
    closed_at: dt.datetime | None = column("When it was closed; null while it is open.")
    follow_up_on: dt.date | None = column("The day it is to be followed up (uppföljning); null when none is set.")
    patient: Patient = to_one("patient", "The patient.")
    episode: Episode | None = to_one(
        "episode", "The care episode it belongs to, if your unit takes part in that; null outside one (S4)."
    )
    participants: Connection[PlanParticipant] = to_many(
        _participants, "{t}.plan_id", "The units that take part, and what they answered to the call (deltagare)."
    )
    history: Connection[PlanEvent] = to_many(
        _history, "{t}.plan_id", "Everything that happened, in order; each version of the plan is in it."
    )
    consents: Connection[ConsentEntry] = to_many(
        _consents, "{t}.plan_id", "What the patient said about making it, in order (samtycke, 4 kap. 2 §)."
    )

    @gathered(PLAN)
    def content(root: strawberry.Parent[Row], info: Info) -> PlanContent | None:
        """What the plan says now; null while nothing is written."""
        return plan_facts_in(root, info).content

    @gathered(PLAN)
    def content_version(root: strawberry.Parent[Row], info: Info) -> int:
        """Which version of the content it is, from 1; 0 while nothing is written."""
        return plan_facts_in(root, info).content_version

    @gathered(PLAN)
    def meeting(root: strawberry.Parent[Row], info: Info) -> Meeting | None:
        """The meeting last called to (SIP-möte); null before the first call."""
        return plan_facts_in(root, info).meeting

    @gathered(PLAN)
    def copy_offered_at(root: strawberry.Parent[Row], info: Info) -> dt.datetime | None:
        """When the patient was offered a copy of the plan in force (V49); null when not yet."""
        return plan_facts_in(root, info).copy_offered_at

    @gathered(PLAN)
    def copy_accepted(root: strawberry.Parent[Row], info: Info) -> bool | None:
        """Whether the patient took the copy; null when it was not offered."""
        return plan_facts_in(root, info).copy_accepted

    @gathered(PRINTED_PLAN)
    def document(root: strawberry.Parent[Row], info: Info) -> PrintedPage | None:
        """The plan as a page to print for the patient (V49); null while nothing is written."""
        return printed_plan(root, plan_facts_in(root, info), info.context.session)

    @gathered(PRINTED_PLAN)
    def invitation(root: strawberry.Parent[Row], info: Info) -> CalendarFile | None:
        """The meeting as a calendar file (iCalendar), nothing of the patient in it; null before the call."""
        return meeting_file(root, plan_facts_in(root, info))

    @gathered(PLAN)
    def available_actions(
        root: strawberry.Parent[Row],
        info: Info,
        allowed_only: Annotated[
            bool, strawberry.argument(description="Leave out what may not be done, and why.")
        ] = False,
    ) -> list[AvailablePlanAction]:
        """What your unit may do now; for what it may not, why not, all reasons at once."""
        unit = info.context.session.known().unit
        found = available_plan_actions(plan_facts_in(root, info), unit, info.context.regions)
        return [one for one in found if one.allowed or not allowed_only]


@window(rows.PlanParty, name="PlanParticipant")
class PlanParticipant(Node):
    """A unit in the plan (deltagare)."""

    since: dt.datetime = column("Since when it takes part.")
    unit: Unit = to_one("unit", "The unit.")

    @computed("invited", "answer")
    def answer(root: strawberry.Parent[Row]) -> CallAnswer | None:
        """What it answered to the latest call; null for a unit that was not called, such as the caller."""
        return root.answer if root.invited else None


@window(rows.PlanEvent)
class PlanEvent(Node):
    """Something that happened to a plan (händelse)."""

    version: int = column("The plan's version after it.")
    kind: PlanEventKind = column("What happened.")
    at: dt.datetime = column("When it was entered.")
    reason: str | None = column("The reason given (orsak).")
    text: str | None = column("The need, the outcome of a follow-up, or a comment.")
    unit: Unit = to_one("unit", "The unit that did it.")
    by: Assignment = to_one("by", "Who did it.")

    @computed("content")
    def content(root: strawberry.Parent[Row]) -> PlanContent | None:
        """The version of the plan that was said here; null when none was."""
        said = root.content.get("content")
        return None if said is None else _CONTENT.validate_python(said)

    @computed("content")
    def meeting(root: strawberry.Parent[Row]) -> Meeting | None:
        """The meeting that was called to; null when none was."""
        said = root.content.get("meeting")
        return None if said is None else _MEETING.validate_python(said)

    @computed("content")
    def follow_up_on(root: strawberry.Parent[Row]) -> dt.date | None:
        """The day of follow-up that was set; null when none was."""
        said = root.content.get("follow_up_on")
        return None if said is None else dt.date.fromisoformat(said)

    @computed("content")
    def accepted(root: strawberry.Parent[Row]) -> bool | None:
        """Whether the patient took the copy that was offered (V49)."""
        return root.content.get("accepted")


def _of_patient(info: Info, open_only: bool = False) -> Rows:
    where = Where("{t}.closed_at is null") if open_only else EVERY
    return Rows(model=rows.PlanProcess, where=where, order=LAST_OPENED)


def _of_episode(info: Info) -> Rows:
    return Rows(model=rows.PlanProcess, order=LAST_OPENED)


ADDED = {
    "Patient": {
        "plans": to_many(
            _of_patient,
            "{t}.patient_id",
            "The patient's coordinated individual plans that your unit takes part in, newest first (SIP).",
            of=Connection[Plan],
        ),
    },
    "Episode": {
        "plans": to_many(
            _of_episode,
            "{t}.episode_id",
            "The plans made in it that your unit takes part in, newest first (SIP).",
            of=Connection[Plan],
        ),
    },
}
"""Fields that plans add to types that know nothing of them."""
