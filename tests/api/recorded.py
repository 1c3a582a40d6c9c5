"""What must hold of every stored episode and plan: the rows beside the events are what the events tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from lifecare_gql.actions.episode_acts import Standing
from lifecare_gql.actions.plan_facts import PLAN, plan_background, plan_events
from lifecare_gql.domain.episode_events import facts_of
from lifecare_gql.domain.episode_facts import EpisodeEvent
from lifecare_gql.domain.episode_words import EpisodeEventKind, EpisodeState
from lifecare_gql.domain.plan_events import plan_facts_of
from lifecare_gql.domain.plan_words import PlanState
from lifecare_gql.domain.tasks import Task, tasks_of_episode, tasks_of_plan
from lifecare_gql.domain.words import CareRelationKind, ReceiptState
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Reader
from lifecare_gql.storage.reading.rows import one
from lifecare_gql.storage.viewer import Viewer
from tests.api.stage import Stage

NEVER = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)
ENDED = (EpisodeState.ABORTED, EpisodeState.CLOSED)


async def episode_holds(stage: Stage, episode_id: UUID) -> Standing:
    """Whatever stands of the episode is read from its events, which follow the table without a gap."""
    stored: list[Any] = await rows.EpisodeEvent.filter(episode_id=episode_id).order_by("version")
    assert [event.version for event in stored] == list(range(1, len(stored) + 1))
    stands = await stage.standing(episode_id, stored[-1].at)
    assert stands is not None
    assert [event.id for event in stands.history] == [str(event.id) for event in stored]
    row: Any = await rows.Episode.get(id=episode_id)
    assert _row(row) == _told(stands)
    assert await _parties(episode_id) == _parts(stands.history, stands)
    assert await _receipts(episode_id) == _deliveries(stored, stands)
    process = stage.regions[stands.facts.region or ""].process
    wanted = tasks_of_episode(stands.facts, process, str(episode_id))
    assert await _waiting(episode_id=episode_id) == _tasks(wanted)
    return stands


def _row(row: Any) -> dict[str, Any]:
    names = ("state", "version", "admitted_at", "expected_discharge", "discharge_ready_at", "discharged_at")
    return {name: getattr(row, name) for name in names} | {
        "ward": row.ward_id,
        "opened_at": row.opened_at,
        "ended_at": row.ended_at,
    }


def _told(stands: Standing) -> dict[str, Any]:
    facts, history = stands.facts, stands.history
    assert facts.ward is not None
    ends = [event.at for event in history if event.act.kind in (EpisodeEventKind.ABORTED, EpisodeEventKind.CLOSED)]
    assert len(ends) == (facts.state in ENDED)
    return {
        "state": facts.state,
        "version": len(history),
        "admitted_at": facts.admitted_at,
        "expected_discharge": facts.expected_discharge,
        "discharge_ready_at": facts.discharge_ready_at,
        "discharged_at": facts.discharged_at,
        "ward": UUID(facts.ward.id),
        "opened_at": history[0].at,
        "ended_at": ends[0] if ends else None,
    }


async def _parties(episode_id: UUID) -> dict[str, Any]:
    found: list[Any] = await rows.EpisodeParty.filter(episode_id=episode_id)
    return {str(one.unit_id): (one.role, _text(one.via_id), one.since, one.left_at) for one in found}


def _parts(history: Sequence[EpisodeEvent], stands: Standing) -> dict[str, Any]:
    """The parties as the events bring them in and let them go, one event after the other."""
    since: dict[str, dt.datetime] = {}
    left: dict[str, dt.datetime] = {}
    for at, event in enumerate(history, start=1):
        facts = facts_of(history[:at], now=event.at)
        here = {part.unit.id for part in facts.active}
        for part in facts.participants:
            since.setdefault(part.unit.id, event.at)
        left = {unit: left.get(unit, event.at) for unit in since if unit not in here}
    parts = stands.facts.participants
    return {one.unit.id: (one.role, one.via, since[one.unit.id], left.get(one.unit.id)) for one in parts}


async def _receipts(episode_id: UUID) -> dict[Any, Any]:
    found: list[Any] = await rows.NoticeReceipt.filter(episode_id=episode_id)
    return {
        (str(one.event_id), str(one.unit_id)): (
            one.kind,
            one.sent_at,
            one.state,
            one.acknowledged_at,
            one.acknowledged_by_id,
        )
        for one in found
    }


def _deliveries(stored: Sequence[Any], stands: Standing) -> dict[Any, Any]:
    read = {
        (str(event.about_id), str(event.unit_id)): (event.at, event.by_id)
        for event in stored
        if event.kind is EpisodeEventKind.ACKNOWLEDGED
    }
    told = {}
    for notice in stands.facts.notices:
        for to in notice.deliveries:
            key = (notice.id, to.unit.id)
            assert (key in read) or to.state is not ReceiptState.ACKNOWLEDGED
            told[key] = (notice.kind, notice.sent_at, to.state, *read.get(key, (None, None)))
    return told


async def _waiting(**subject: UUID) -> set[Any]:
    found: list[Any] = await rows.Task.filter(done_at=None, **subject)
    for task in found:
        assert task.sort_at == (task.due_at or NEVER)
    return {(one.kind, str(one.unit_id), str(one.about), one.since, one.due_at) for one in found}


def _tasks(wanted: Iterable[Task]) -> set[Any]:
    return {(one.kind, one.unit_id, one.about, one.since, one.due_at) for one in wanted}


def _text(found: UUID | None) -> str | None:
    return None if found is None else str(found)


async def relations_hold(patient_id: UUID, kind: CareRelationKind, party: type[Any]) -> None:
    """A unit takes part in the care for this reason while it does so in an episode, or plan, of the patient."""
    here = party.filter(patient_id=patient_id)
    parts = here.filter(left_at=None) if kind is CareRelationKind.EPISODE else here
    current = rows.CareRelation.filter(patient_id=patient_id, kind=kind, until=None)
    units: list[Any] = await current.values_list("unit_id", flat=True)
    assert sorted(units) == sorted(set(await parts.values_list("unit_id", flat=True)))


async def plan_holds(stage: Stage, plan_id: UUID) -> None:
    """Whatever stands of the plan is read from its events."""
    stored: list[Any] = await rows.PlanEvent.filter(plan_id=plan_id).order_by("version")
    assert [event.version for event in stored] == list(range(1, len(stored) + 1))
    reader = Reader(stage.db.select, stage.db.dialect, Viewer(unit_id=stored[0].unit_id))
    read = await reader.first(one(rows.PlanProcess, plan_id), PLAN)
    assert read is not None, "who saw the need takes part"
    history = plan_events(read)
    facts = plan_facts_of(history, now=stored[-1].at, background=plan_background(read))
    row: Any = await rows.PlanProcess.get(id=plan_id)
    ended = stored[-1].at if facts.state is PlanState.CLOSED else None
    assert (row.state, row.version, row.follow_up_on, row.closed_at) == (
        facts.state,
        len(history),
        facts.follow_up_on,
        ended,
    )
    parties: list[Any] = await rows.PlanParty.filter(plan_id=plan_id)
    assert {(str(one.unit_id), one.answer, one.invited) for one in parties} == {
        (one.unit.id, one.answer, one.invited) for one in facts.participants
    }
    assert await _waiting(plan_id=plan_id) == _tasks(tasks_of_plan(facts, history, str(plan_id)))
