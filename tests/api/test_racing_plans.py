"""Two act on the same plan (SIP) at the same time: plan and episode tell the same story, or neither does."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest
from tortoise.exceptions import BaseORMException

from lifecare_gql.actions import plan_acts
from lifecare_gql.actions.plan_acts import NeedOrder
from lifecare_gql.actions.results import Done, Outcome
from lifecare_gql.domain.calendar import stockholm_day
from lifecare_gql.domain.plan_facts import Meeting
from lifecare_gql.domain.plan_words import MeetingForm, PlanEventKind
from lifecare_gql.domain.words import CareRelationKind, ConsentState
from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.url import Dialect
from tests import world
from tests.api.recorded import ENDED, episode_holds, plan_holds, relations_hold
from tests.api.stage import CENTRE, NURSES, PATH, TOWN, WARD, E, Stage, addressed, done, walk
from tests.api.test_racing import OVER, SEED
from tests.api.test_racing import stage as stage
from tests.domain.plans import CONTENT as BY_OTHERS
from tests.world import uid

K = PlanEventKind
CASES = {Dialect.SQLITE: 2, Dialect.POSTGRES: 5}
"""For each of the world's four patients; each has six rounds."""
HERE = tuple(replace(one, unit_id=one.unit_id and str(uid(f"unit {CENTRE}"))) for one in BY_OTHERS.interventions)
CONTENT = replace(BY_OTHERS, interventions=HERE)
CALL = "kallelse"
REASON = "påhittad orsak"


def whole(kind: K, now: dt.datetime) -> dict[str, Any]:
    """What the act asks of the caller, all of it said."""
    begins, day = now + dt.timedelta(days=2), stockholm_day(now) + dt.timedelta(days=30)
    meeting = Meeting(starts_at=begins, ends_at=begins + dt.timedelta(hours=1), form=MeetingForm.VIDEO)
    says: dict[K, dict[str, Any]] = {
        K.CALLED: {"meeting": meeting, "text": CALL},
        K.CALL_DECLINED: {"reason": REASON},
        K.DRAFTED: {"content": CONTENT},
        K.ESTABLISHED: {"content": CONTENT, "follow_up_on": day},
        K.COPY_OFFERED: {"accepted": True},
        K.FOLLOWED_UP: {"text": "påhittat utfall"},
        K.REVISED: {"content": CONTENT},
        K.CLOSED: {"reason": REASON},
    }
    return says.get(kind, {})


@dataclass(slots=True)
class Plans:
    """One patient, whose plans two units at a time act on."""

    stage: Stage
    roll: Random
    patient: str
    outcomes: list[Outcome] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)

    async def both(self, one: Awaitable[Outcome], other: Awaitable[Outcome]) -> list[Outcome]:
        """One round."""
        found = list(await asyncio.gather(one, other))
        self.outcomes += found
        return found

    async def races(self, cases: int) -> None:
        for number in range(cases):
            try:
                await self._case()
            except BaseException as error:
                error.add_note(f"LIFECARE_TEST_SEED={SEED}, {self.patient}, case {number}: {self.outcomes[-2:]}")
                raise

    async def _case(self) -> None:
        episode_id = await walk(self.stage, PATH[2:11], self.patient)
        plan_id = await self._needs(episode_id if self.roll.random() < 0.8 else None)
        given, refused_ = (
            self.stage.asks(TOWN, plan_id, one) for one in (ConsentState.GIVEN, ConsentState.REFUSED)
        )
        await self.both(given, refused_)
        await self.stage.asks(TOWN, plan_id, ConsentState.GIVEN)
        await self.both(self._acts(K.CALLED, CENTRE, plan_id), self._beside(plan_id, episode_id))
        for _ in range(3):
            await self.both(self._draws(plan_id), self._draws(plan_id))
        await self._holds(plan_id, episode_id)
        await self._ends(plan_id, episode_id)

    async def _needs(self, episode_id: UUID | None) -> UUID:
        """Two see the need at once; the plan that comes of it."""
        await self.both(*(self._sees_the_need(unit, episode_id) for unit in (CENTRE, TOWN)))
        assert sum(isinstance(one, Done) for one in self.outcomes[-2:]) == 1
        [plan] = await rows.PlanProcess.filter(patient_id=uid(f"patient {self.patient}"), closed_at=None)
        return plan.id

    async def _sees_the_need(self, unit: str, episode_id: UUID | None) -> Outcome:
        said = addressed(() if episode_id else [one for one in (CENTRE, TOWN) if one != unit])
        order = NeedOrder(patient_id=uid(f"patient {self.patient}"), episode_id=episode_id, saying=said)
        return await plan_acts.identify_need(self.stage.session(unit), order, str(uuid4()))

    async def _acts(self, kind: K, unit: str, plan_id: UUID, *, silent: bool = False) -> Outcome:
        says = {} if silent else whole(kind, self.stage.now)
        return await self.stage.plans(unit, kind, plan_id, [TOWN, NURSES] if kind is K.CALLED else (), **says)

    def _draws(self, plan_id: UUID) -> Awaitable[Outcome]:
        """Anything that can be done to a plan, by anybody in it."""
        unit, kind = self.roll.choice((CENTRE, CENTRE, TOWN, NURSES)), self.roll.choice(list(K)[1:])
        return self._acts(kind, unit, plan_id, silent=self.roll.random() < 0.1)

    def _beside(self, plan_id: UUID, episode_id: UUID) -> Awaitable[Outcome]:
        """What may happen in the very moment of the first call."""
        what = self.roll.choice((K.CALLED, ConsentState.WITHDRAWN, *BESIDE))
        if what is K.CALLED:
            return self._acts(K.CALLED, CENTRE, plan_id)
        if isinstance(what, ConsentState):
            return self.stage.asks(TOWN, plan_id, what)
        says = {"holds": True} if what is E.COMPULSORY_CARE_ASSESSED else {}
        unit = CENTRE if what in (E.SIP_CALLED, E.ANSWERED) else WARD
        return self.stage.does(unit, E(what), episode_id, **says)

    async def _holds(self, plan_id: UUID, episode_id: UUID) -> None:
        """Each tells the same as its events; and the first call stands in both, or in neither."""
        stands = await episode_holds(self.stage, episode_id)
        await plan_holds(self.stage, plan_id)
        plan = await rows.PlanProcess.get(id=plan_id)
        first: Any = await rows.PlanEvent.filter(plan_id=plan_id, kind=K.CALLED).order_by("version").first()
        twins: Any = await rows.EpisodeEvent.filter(episode_id=episode_id, kind=E.SIP_CALLED, text=CALL)
        in_process = first is not None and plan.episode_id == episode_id  # type: ignore[attr-defined]
        if in_process and (twins or stands.facts.state not in ENDED):
            [twin] = twins
            assert (twin.at, twin.unit_id, twin.by_id) == (first.at, first.unit_id, first.by_id)
        else:
            assert twins == []
        self.calls["both" if in_process and twins else "plan" if first else "none"] += 1

    async def _ends(self, plan_id: UUID, episode_id: UUID) -> None:
        stands = await self.stage.standing(episode_id)
        if stands is not None and stands.facts.state not in OVER:
            done(await self.stage.does(WARD, E.ABORTED, episode_id))
        for kind, unit in ((K.FOLLOWED_UP, TOWN), (K.CLOSED, TOWN), (K.CLOSED, CENTRE)):
            await self._acts(kind, unit, plan_id)
        await plan_holds(self.stage, plan_id)
        assert await rows.PlanProcess.filter(id=plan_id, closed_at__isnull=False).exists()
        patient_id = uid(f"patient {self.patient}")
        await relations_hold(patient_id, CareRelationKind.PLAN, rows.PlanParty)


BESIDE = (E.SIP_CALLED, E.ANSWERED, E.DISCHARGE_READY_SENT, E.ABORTED, E.COMPULSORY_CARE_ASSESSED)


async def test_two_at_a_time_leave_a_whole_plan(stage: Stage) -> None:
    lanes = [
        Plans(stage.beside(), Random(f"{SEED} {patient} {stage.db.dialect}"), patient)
        for patient in world.PATIENTS
    ]

    await asyncio.gather(*(lane.races(CASES[stage.db.dialect]) for lane in lanes))

    outcomes = [one for lane in lanes for one in lane.outcomes]
    assert len(outcomes) == 2 * 6 * CASES[stage.db.dialect] * len(lanes)
    found = Counter(type(one).__name__ for one in outcomes) + sum((lane.calls for lane in lanes), Counter[str]())
    assert min(found["Done"], found["Refused"]) >= 20, found
    assert min(found["both"], found["plan"]) >= 1, found


@pytest.mark.parametrize("table", ["plan_event", "episode_event", "task", "access_log", "idempotency_key"])
async def test_a_call_that_cannot_be_written_everywhere_is_written_nowhere(stage: Stage, table: str) -> None:
    episode_id = await walk(stage, PATH[2:12], "alva")
    [plan] = await rows.PlanProcess.filter(episode_id=episode_id)
    before = await everything(stage.db)
    await refuse_inserts(stage.db, table)

    with pytest.raises(BaseORMException, match="the disk is full"):
        await stage.plans(CENTRE, K.CALLED, plan.id, [TOWN], **whole(K.CALLED, stage.now))

    assert await everything(stage.db) == before


async def everything(db: Database) -> dict[str, set[str]]:
    tables = ("plan_process", "plan_event", "plan_party", "episode", "episode_event", "episode_party", "task")
    also = ("notice_receipt", "care_relation", "access_log", "idempotency_key")
    return {name: {str(row) for row in await db.select(f"select * from {name}")} for name in (*tables, *also)}


async def refuse_inserts(db: Database, table: str) -> None:
    """From now on the database fails whenever a row is to be added to the table."""
    on_sqlite = f"create trigger fails before insert on {table} begin select raise(abort, 'the disk is full'); end"
    on_postgres = (
        "create function fails() returns trigger language plpgsql as"
        " $$ begin raise exception 'the disk is full' using errcode = 'restrict_violation'; end $$",
        f"create trigger fails before insert on {table} execute function fails()",
    )
    async with db.transaction() as tx:
        for statement in (on_sqlite,) if db.dialect is Dialect.SQLITE else on_postgres:
            await tx.execute(statement)
