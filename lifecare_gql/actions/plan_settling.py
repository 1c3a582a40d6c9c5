"""What waits in a plan depends on its episode too: outside the discharge process anybody of the plan may call."""

from __future__ import annotations

from uuid import UUID

from lifecare_gql.actions.access import Desk
from lifecare_gql.actions.plan_facts import PLAN, plan_events, plan_facts
from lifecare_gql.actions.tasks import settle
from lifecare_gql.domain.tasks import tasks_of_plan
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Reader
from lifecare_gql.storage.reading.rows import one
from lifecare_gql.storage.viewer import Viewer


async def settle_plans_of(desk: Desk, episode_id: UUID) -> None:
    """Bring the tasks of the episode's open plans in step, when it has ended or says otherwise who may call.

    They are read as the unit that identified the need: the one that acts may take no part in the plan.
    """
    plans = rows.PlanProcess.filter(episode_id=episode_id, closed_at=None)
    for plan in await plans.order_by("id").using_db(desk.tx.client):
        first = await rows.PlanEvent.filter(plan_id=plan.id, version=1).using_db(desk.tx.client).get()
        viewer = Viewer(unit_id=first.unit_id)  # type: ignore[attr-defined]
        reader = Reader(desk.tx.select, desk.session.db.dialect, viewer)
        row = await reader.first(one(rows.PlanProcess, plan.id), PLAN)
        assert row is not None, "whoever identified the need takes part"
        facts = plan_facts(row, desk.session.now)
        tasks = tasks_of_plan(facts, plan_events(row), str(plan.id))
        await settle(desk, row.about, tasks, plan_id=plan.id)
