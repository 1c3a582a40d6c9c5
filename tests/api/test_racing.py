"""Two act on the same patient at the same time, many times over: the record stays whole, whoever is first."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest

from lifecare_gql.actions import episode_acts
from lifecare_gql.actions.episode_acts import EpisodeOrder, Standing
from lifecare_gql.actions.episode_openings import OpeningOrder
from lifecare_gql.actions.idempotency import attempt
from lifecare_gql.actions.results import Done, KeyReused, Missing, Outcome, Refused, Stale
from lifecare_gql.actions.session import Session
from lifecare_gql.domain.objections import ObjectionCode
from lifecare_gql.domain.plan_words import PlanEventKind
from lifecare_gql.domain.words import AccessAct, CareRelationKind
from lifecare_gql.regions import Regions
from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.url import Dialect
from tests import world
from tests.api.drawing import Chance, Draw
from tests.api.recorded import episode_holds, relations_hold
from tests.api.stage import CENTRE, OTHER_WARD, PATH, WARD, E, S, Stage, done, saying, walk
from tests.databases import Databases
from tests.world import uid

pytestmark = pytest.mark.long

SEED = os.environ.get("LIFECARE_TEST_SEED", "1")
ROUNDS = {Dialect.SQLITE: 60, Dialect.POSTGRES: 200}
"""For each of the world's four patients, at the same time."""
ROUNDS_IN_AN_EPISODE = 20
CROSSROADS = (4, 12, 17, 21)
"""Steps of the way after which much is open: before the notice, the plan, the discharge, the end."""
OVER = (S.DISCHARGED, S.ABORTED, S.CLOSED)


@pytest.fixture
async def stage(dialect: Dialect, databases: Databases, regions: Regions) -> AsyncIterator[Stage]:
    async with databases.copy(dialect, world.prepare) as url, Database.from_url(url) as db:
        yield await Stage.of(db, regions)


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a request."""

    draw: Draw
    session: Session
    outcome: Outcome


@dataclass(slots=True)
class Lane:
    """One patient, about whom two requests at a time are made."""

    stage: Stage
    chance: Chance
    patient: str
    pairs: list[tuple[Answer, Answer]] = field(default_factory=list)
    held: dict[UUID, int] = field(default_factory=dict)

    async def races(self, rounds: int) -> None:
        while len(self.pairs) < rounds:
            try:
                await self._episode()
            except BaseException as error:
                last = "\n".join(f"{one.draw}\n    {one.outcome}" for one in self.pairs[-1])
                error.add_note(f"LIFECARE_TEST_SEED={SEED}, {self.patient}, round {len(self.pairs)}:\n{last}")
                raise

    async def _episode(self) -> None:
        """One episode from anywhere on its way, until it has ended or enough has been tried."""
        asked = self.chance.often(0.5)  # for care, before the admission
        far = self.chance.roll.choice((self.chance.roll.randint(1 if asked else 3, len(PATH)), *CROSSROADS))
        episode_id = await walk(self.stage, PATH[0 if asked else 2 : far], self.patient)
        for number in range(ROUNDS_IN_AN_EPISODE):
            if number % 2 == 0:  # every second time on what was seen before the last two did something
                stands = await self.stage.standing(episode_id)
            assert stands is not None
            await self._round(stands)
            if stands.facts.state in (S.ABORTED, S.CLOSED) and self.chance.often(0.5):
                break
        for one in await rows.Episode.filter(patient_id=uid(f"patient {self.patient}")):
            await self._ends(one.id, one.version)
        await self._closes_plans()
        await relations_hold(uid(f"patient {self.patient}"), CareRelationKind.EPISODE, rows.EpisodeParty)
        await relations_hold(uid(f"patient {self.patient}"), CareRelationKind.PLAN, rows.PlanParty)

    async def _round(self, stands: Standing) -> None:
        """Two requests at once."""
        self.stage.now += dt.timedelta(minutes=7)
        one, other = self.chance.two(stands)
        self.pairs.append(tuple(await asyncio.gather(self._sent(one), self._sent(other))))  # type: ignore[arg-type]

    async def _sent(self, draw: Draw) -> Answer:
        late = dt.timedelta(milliseconds=draw.milliseconds)
        session = self.stage.session(draw.unit, self.stage.now + late)
        await asyncio.sleep(late.total_seconds() / 2)
        return Answer(draw, session, await draw.sent(session))

    async def _ends(self, episode_id: UUID, version: int) -> None:
        """Hold the episode against its events, and leave none open."""
        if self.held.get(episode_id) == version:
            return
        stands = await episode_holds(self.stage, episode_id)
        self.held[episode_id] = version
        if stands.facts.state not in OVER and stands.facts.ward is not None:
            done(await self.stage.does(self.stage.name_of(stands.facts.ward.id), E.ABORTED, episode_id))

    async def _closes_plans(self) -> None:
        open_ = rows.PlanProcess.filter(patient_id=uid(f"patient {self.patient}"), closed_at=None, version__gt=0)
        for one in await open_:
            done(await self.stage.plans(CENTRE, PlanEventKind.CLOSED, one.id, reason="påhittad orsak"))


async def test_two_at_a_time_leave_a_whole_record(stage: Stage) -> None:
    lanes = []
    for patient in world.PATIENTS:
        own = stage.beside()
        lanes.append(Lane(own, Chance(f"{SEED} {patient} {stage.db.dialect}", own, patient), patient))

    await asyncio.gather(*(lane.races(ROUNDS[stage.db.dialect]) for lane in lanes))

    pairs = [pair for lane in lanes for pair in lane.pairs]
    answers = [one for pair in pairs for one in pair]
    await _written_as_answered(answers)
    for one, other in pairs:
        if (one.draw.unit, one.draw.order, one.draw.key) == (other.draw.unit, other.draw.order, other.draw.key):
            assert _same(one.outcome, other.outcome), (one.draw, one.outcome, other.outcome)
    _says_enough(answers)


async def _written_as_answered(answers: list[Answer]) -> None:
    """Each key is bound to the one event that its answers name; each request is in the log for what it did."""
    keys: Any = await rows.IdempotencyKey.all()
    bound = {(key.unit_id, key.key): key.result_id for key in keys}
    assert len(set(bound.values())) == len(keys)
    stored: Any = await rows.EpisodeEvent.all().values_list("id", flat=True)
    assert set(stored) <= set(bound.values()), "an event without a request"
    log: dict[UUID, set[AccessAct]] = {}
    entries: Any = await rows.AccessLogEntry.all()
    for entry in entries:
        log.setdefault(entry.request_id, set()).add(entry.act)
    for one in answers:
        result = bound.get((one.session.known().unit_id, one.draw.key))
        _answered(one, result, log.get(one.session.request_id, set()))
    written = [one.outcome.row_id for one in answers if isinstance(one.outcome, Done) and not one.outcome.replayed]
    assert len(written) == len(set(written))
    assert set(written) <= set(stored)


def _answered(one: Answer, result: UUID | None, acts: set[AccessAct]) -> None:
    outcome, wrote = one.outcome, bool(acts & {AccessAct.CREATE, AccessAct.UPDATE})
    assert wrote == (isinstance(outcome, Done) and not outcome.replayed), one
    if isinstance(outcome, Done):
        assert outcome.row_id == result, one
    if isinstance(outcome, KeyReused):
        assert result is not None, one
    if isinstance(outcome, Refused):
        # A unit of the wrong kind is sent away from an opening before anybody looks for the patient.
        sent_away = isinstance(one.draw.order, OpeningOrder) and outcome.objections[0].path == ("viewer", "unit")
        assert (AccessAct.REFUSED in acts) != sent_away, one


def _same(one: Outcome, other: Outcome) -> bool:
    """Whether two answers to the same request may both be given."""
    if isinstance(one, Done) and isinstance(other, Done):
        return one.row_id == other.row_id and not (one.replayed is other.replayed is False)
    return type(one) is type(other)


def _says_enough(answers: list[Answer]) -> None:
    """The draws reached every kind of answer, and more than half of the vocabulary."""
    found = Counter(type(one.outcome) for one in answers)
    assert min(found[kind] for kind in (Done, Refused, Missing, Stale, KeyReused)) >= 5, found
    done_ = {one.draw.order.kind for one in answers if isinstance(one.outcome, Done) and not one.outcome.replayed}
    assert len(done_) >= len(E) * 3 / 5, set(E) - done_


@pytest.mark.parametrize("beside", [None, E.ACKNOWLEDGED, E.ABORTED])
async def test_wards_that_admit_the_same_patient_at_the_same_time_make_one_episode(
    stage: Stage, beside: E | None
) -> None:
    """Also when the patient was expected, and the ward that was asked acts on the request at the same time."""
    for _ in range(8):
        admissions = [stage.opens(unit, E.ADMITTED, "alva") for unit in (WARD, OTHER_WARD)]
        asked = await walk(stage, PATH[:1], "alva") if beside else None
        third = [] if asked is None or beside is None else [_on_the_request(stage, asked, beside)]

        admitted = await asyncio.gather(*admissions, *third)

        ways = sorted(type(one).__name__ for one in admitted[:2])
        assert ways == ["Done", "Refused"] or (beside, ways) == (E.ABORTED, ["Done", "Done"])
        hindrances = {found.code for one in admitted[:2] if isinstance(one, Refused) for found in one.objections}
        assert hindrances <= {ObjectionCode.EPISODE_ALREADY_OPEN}
        assert all(isinstance(one, Done) for one in admitted[2:])
        held = [
            await episode_holds(stage, one.id) for one in await rows.Episode.filter(patient_id=uid("patient alva"))
        ]
        open_ = [one for one in held if one.facts.state not in OVER]
        assert len(open_) == 1 or (beside, open_) == (E.ABORTED, [])
        assert asked in (None, *(one.episode_id for one in open_)) or beside is E.ABORTED
        for one in open_:
            assert one.facts.ward is not None
            done(await stage.does(stage.name_of(one.facts.ward.id), E.ABORTED, one.episode_id))


async def _on_the_request(stage: Stage, asked: UUID, kind: E) -> Outcome:
    """The ward that was asked does something with the request."""
    [request] = await rows.EpisodeEvent.filter(episode_id=asked, version=1)
    return await stage.does(WARD, kind, asked, about=str(request.id) if kind is E.ACKNOWLEDGED else None)


@pytest.mark.parametrize("kind", [E.MISDIRECTED, E.ACKNOWLEDGED])
async def test_a_request_that_is_sent_twice_at_once_is_answered_twice(stage: Stage, kind: E) -> None:
    """Also when the unit has left the episode by the first of them."""
    episode_id = await walk(stage, PATH[2:5], "alva")
    stands = await stage.standing(episode_id)
    assert stands is not None
    said = saying(kind, stage.now, about=stands.history[-1].id)
    order = EpisodeOrder(kind=kind, notice_id=UUID(stands.history[-1].id), saying=said)
    sessions = [stage.session(CENTRE, stage.now) for _ in range(4)]

    answers = await asyncio.gather(*(episode_acts.act(one, order, "twice") for one in sessions))

    assert len({done(one).row_id for one in answers}) == 1
    assert sorted(done(one).replayed for one in answers) == [False, True, True, True]
    assert not await rows.AccessLogEntry.filter(act=AccessAct.DENIED).exists()


def test_the_same_input_is_the_same_request_whatever_the_order_of_a_set() -> None:
    one, other = frozenset([0, 8]), frozenset([8, 0])
    assert list(one) != list(other)
    assert attempt("a", "k", {"informed": one}) == attempt("a", "k", {"informed": other})
    assert attempt("a", "k", {"informed": one}) != attempt("a", "k", {"informed": frozenset([8])})
