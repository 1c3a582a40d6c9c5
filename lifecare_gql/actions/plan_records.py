"""Write an event of a plan, and bring what is read from the events in step with it: one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from lifecare_gql.actions.access import Desk
from lifecare_gql.actions.acts import content_of
from lifecare_gql.actions.episode_records import admit
from lifecare_gql.actions.tasks import settle
from lifecare_gql.domain.change_words import ChangeTopic
from lifecare_gql.domain.plan_events import plan_facts_of
from lifecare_gql.domain.plan_facts import PlanEvent, PlanFacts, PlanParticipant
from lifecare_gql.domain.plan_words import PlanState
from lifecare_gql.domain.tasks import tasks_of_plan
from lifecare_gql.domain.words import AccessAct, CareRelationKind
from lifecare_gql.storage import rows


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanStanding:
    """A plan before an act, and what is to be kept beside the act.

    `adopts`: a row from before plans had events is taken over, not made.
    """

    plan_id: UUID
    patient_id: UUID
    history: Sequence[PlanEvent]
    facts: PlanFacts
    episode_id: UUID | None = None
    adopts: bool = False
    extra: Mapping[str, Any] = field(default_factory=dict)


async def write_plan(desk: Desk, stands: PlanStanding, event: PlanEvent) -> None:
    """Write the event, and the state, parties, care relations and tasks that follow from it."""
    before = stands.facts
    history = [*stands.history, event]
    after = plan_facts_of(history, now=before.now, background=before.background)
    await _write_plan(desk, stands, after, event)
    await _write_event(desk, stands, after, event)
    await _write_parties(desk, stands, after)
    await settle(
        desk, stands.patient_id, tasks_of_plan(after, history, str(stands.plan_id)), plan_id=stands.plan_id
    )
    act = AccessAct.CREATE if before.state is None else AccessAct.UPDATE
    await desk.note(act, [stands.patient_id], "Plan", stands.plan_id)


async def _write_plan(desk: Desk, stands: PlanStanding, after: PlanFacts, event: PlanEvent) -> None:
    client = desk.tx.client
    now_stands = {
        "state": after.state,
        "version": after.version,
        "follow_up_on": after.follow_up_on,
        "closed_at": event.at if after.state is PlanState.CLOSED else None,
        "episode_id": stands.episode_id,
    }
    if stands.facts.state is None and not stands.adopts:
        await rows.PlanProcess.create(
            using_db=client, id=stands.plan_id, patient_id=stands.patient_id, opened_at=event.at, **now_stands
        )
        return
    found = rows.PlanProcess.filter(id=stands.plan_id, version=stands.facts.version)
    changed = await found.using_db(client).update(**now_stands)
    assert changed == 1, "the plan is locked, so nobody has changed it since it was read"


async def _write_event(desk: Desk, stands: PlanStanding, after: PlanFacts, event: PlanEvent) -> None:
    act, caller = event.act, desk.session.known()
    await rows.PlanEvent.create(
        using_db=desk.tx.client,
        id=UUID(event.id),
        plan_id=stands.plan_id,
        patient_id=stands.patient_id,
        version=after.version,
        kind=act.kind,
        at=event.at,
        occurred_at=act.occurred_at,
        unit_id=caller.unit_id,
        by_id=caller.assignment_id,
        reason=act.reason or None,
        text=act.text or None,
        content={**content_of(act), **stands.extra},
    )
    desk.tell(ChangeTopic.PLAN, stands.plan_id, act.kind, after.version)


async def _write_parties(desk: Desk, stands: PlanStanding, after: PlanFacts) -> None:
    client = desk.tx.client
    known = {part.unit.id: part for part in stands.facts.participants}
    new = [part for part in after.participants if part.unit.id not in known]
    if new:
        await rows.PlanParty.bulk_create([_party(desk, stands, part) for part in new], using_db=client)
        await admit(desk, stands.patient_id, [UUID(part.unit.id) for part in new], CareRelationKind.PLAN)
    for part in after.participants:
        earlier = known.get(part.unit.id)
        if earlier is not None and (earlier.answer, earlier.invited) != (part.answer, part.invited):
            found: Any = rows.PlanParty.filter(plan_id=stands.plan_id, unit_id=UUID(part.unit.id))
            await found.using_db(client).update(answer=part.answer, invited=part.invited)


def _party(desk: Desk, stands: PlanStanding, part: PlanParticipant) -> rows.PlanParty:
    return rows.PlanParty(
        plan_id=stands.plan_id,
        patient_id=stands.patient_id,
        unit_id=UUID(part.unit.id),
        invited=part.invited,
        answer=part.answer,
        since=desk.session.now,
    )
