"""Every cell of the discharge process through the real actions: what the table says is what happens, or not."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from lifecare_gql.actions import episode_acts
from lifecare_gql.actions.episode_acts import EpisodeOrder, Standing
from lifecare_gql.actions.results import Done, Missing, Outcome, Refused
from lifecare_gql.domain.episode_facts import Act
from lifecare_gql.domain.episode_words import PartyRole
from lifecare_gql.domain.episodes import judge, refused
from lifecare_gql.domain.words import CareRelationKind, ReceiptState
from lifecare_gql.regions import Regions
from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.url import Dialect, SqliteAddress, parse_url
from tests import world
from tests.api.recorded import episode_holds, relations_hold
from tests.api.stage import (
    ABOUT_A_NOTICE,
    CENTRE,
    NURSES,
    OPENINGS,
    OTHER_CENTRE,
    OTHER_WARD,
    READS,
    RECIPIENTS,
    TOWN,
    WARD,
    WAYS,
    E,
    S,
    Stage,
    Step,
    done,
    saying,
    walk,
)
from tests.databases import Databases
from tests.domain.episodes import PATIENT_FIELDS
from tests.domain.process_by_hand import cell, expected
from tests.world import uid

UNITS = {PartyRole.WARD: WARD, PartyRole.OUTPATIENT_CARE: CENTRE, PartyRole.MUNICIPALITY: TOWN}
OTHERS = (PartyRole.OUTPATIENT_CARE, PartyRole.MUNICIPALITY)
EARLY = (S.REQUESTED, S.ADMITTED, S.OUTSIDE_THE_LAW)
"""Before the admission notice nobody takes part but the ward, and whoever asked for care."""
OVER = (S.DISCHARGED, S.ABORTED, S.CLOSED)
HINDERED: dict[tuple[E, S, PartyRole], str] = {
    # What the table leaves open for the role in the state, and the way there has not made possible.
    **dict.fromkeys(product((E.FORM_SENT,), S, PartyRole), "FORM_MISSING"),
    **dict.fromkeys(product((E.ACKNOWLEDGED, E.MISDIRECTED), EARLY, OTHERS), "NOT_RECIPIENT"),
    **dict.fromkeys(product((E.PLANNING_BASIS_ANSWERED,), (S.NOTIFIED,), OTHERS), "PROCESS_ORDER"),
    (E.ACKNOWLEDGED, S.ABORTED, PartyRole.WARD): "ALREADY_ACKNOWLEDGED",
}
TABLES = (
    "episode",
    "episode_event",
    "episode_party",
    "notice_receipt",
    "task",
    "care_relation",
    "idempotency_key",
)
Stored = dict[str, list[Any]]
Way = tuple[tuple[Step, ...], bool]


class Scene:
    """A file with an episode in it, that can be made as it was."""

    def __init__(self, stage: Stage, path: Path) -> None:
        self.stage, self.path = stage, path
        self.kept, self.before = path.with_suffix(".kept"), Stored()

    def keep(self) -> None:
        """Remember how it is now."""
        self._copy(self.path, self.kept)
        self.before = self.rows()

    def again(self) -> None:
        """Let it be as it was."""
        self._copy(self.kept, self.path)

    def _copy(self, source: Path, target: Path) -> None:
        with closing(sqlite3.connect(source)) as one, closing(sqlite3.connect(target)) as other:
            one.backup(other)

    def rows(self) -> Stored:
        with closing(sqlite3.connect(self.path)) as file:
            return {name: sorted(file.execute(f"select * from {name}"), key=str) for name in TABLES}


@pytest.fixture
async def scene(databases: Databases, regions: Regions) -> AsyncIterator[Scene]:
    async with databases.copy(Dialect.SQLITE, world.prepare) as url, Database.from_url(url) as db:
        address = parse_url(url)
        assert isinstance(address, SqliteAddress)
        yield Scene(await Stage.of(db, regions), Path(address.path))


def way(state: S, role: PartyRole, kind: E) -> Way:
    """The steps to the state, such that the unit takes part; and whether letters follow, to be acknowledged."""
    steps, unread = WAYS[state], kind in ABOUT_A_NOTICE
    if state in EARLY:
        asks = TOWN if role is PartyRole.MUNICIPALITY else CENTRE
        steps = ((asks, E.CARE_REQUESTED), *(step for step in steps[1:] if not unread or step[1] != READS))
    return steps, unread and cell(E.GENERAL_NOTICE_SENT.value, state) == "+"


@pytest.mark.parametrize("state", S)
async def test_every_cell_happens_as_the_table_says(scene: Scene, state: S) -> None:
    ways: dict[Way, list[tuple[E, PartyRole]]] = {}
    for kind, role in product(E, PartyRole):
        ways.setdefault(way(state, role, kind), []).append((kind, role))
    for patient, ((steps, letters), cells) in zip(world.PATIENTS, ways.items(), strict=False):
        episode_id = await walk(scene.stage, steps, patient)
        for unit, to in ((WARD, (CENTRE, TOWN)), (CENTRE, (WARD,))) if letters else ():
            done(await scene.stage.does(unit, E.GENERAL_NOTICE_SENT, episode_id, to=to))
        scene.keep()
        seen = {
            role: await scene.stage.standing(episode_id, by=UNITS[role]) for role in {role for _, role in cells}
        }
        for kind, role in cells:
            stands = seen[role]
            assert stands is not None
            await _cell(scene, stands, kind, role)


async def _cell(scene: Scene, stands: Standing, kind: E, role: PartyRole) -> None:
    stage, unit = scene.stage, UNITS[role]
    order = _order(stage, stands, kind, unit)
    outcome = await episode_acts.act(stage.session(unit, stage.now), order, str(uuid4()))

    by_the_table = judge(_act(stage, order), stands.facts, stage.callers[unit].unit, stage.regions)
    assert stands.facts.state is not None
    other = HINDERED.get((kind, stands.facts.state, role))
    by_hand = expected(kind.value, stands.facts.state, role) or ([other] if other else [])
    if isinstance(outcome, Refused):
        assert outcome.objections == tuple(one for one in by_the_table if refused((one,)))
        assert [outcome.objections[0].code] == by_hand
        assert scene.rows() == scene.before
    else:
        assert not refused(by_the_table)
        assert by_hand == []
        _one_more_event(scene.before, scene.rows(), done(outcome))
        scene.again()


def _order(stage: Stage, stands: Standing, kind: E, unit: str) -> EpisodeOrder:
    others = [one for one in (WARD, CENTRE, TOWN) if one != unit]
    changes: dict[str, Any] = {"called": others[0]} if kind is E.PHONE_CALL_LOGGED else {}
    if kind in ABOUT_A_NOTICE:
        changes["about"] = _notice(stands, stage.callers[unit].unit.id)
    to = others[:1] if kind is E.GENERAL_NOTICE_SENT else RECIPIENTS.get(kind, ())
    return EpisodeOrder(kind=kind, episode_id=stands.episode_id, saying=saying(kind, stage.now, to, **changes))


def _notice(stands: Standing, unit_id: str) -> str:
    """The first notice that the unit has not read, or any to it, or else the first event."""
    mine = [(one.id, one.delivery(unit_id)) for one in stands.facts.to(unit_id)]
    unread = [notice for notice, to in mine if to is not None and to.state is ReceiptState.SENT]
    return [*unread, *(notice for notice, _ in mine), stands.history[0].id][0]


def _act(stage: Stage, order: EpisodeOrder) -> Act:
    """The act as the table sees it."""
    units = {caller.unit_id: caller.unit for caller in stage.callers.values()}
    called = order.saying.called_unit_id
    return Act(
        kind=order.kind,
        recipients=tuple(units[one] for one in order.saying.recipient_unit_ids),
        called=None if called is None else units[called],
        contents=PATIENT_FIELDS if order.kind is E.ADMISSION_NOTICE_SENT else frozenset(),
        **order.saying.fields,
    )


def _one_more_event(before: Stored, after: Stored, outcome: Done) -> None:
    """One event was added, under one key, to one episode; nothing went away."""
    for table in ("episode_event", "idempotency_key"):
        [added] = [row for row in after[table] if row not in before[table]]
        assert str(outcome.row_id) in added
    assert len([row for row in after["episode"] if row not in before["episode"]]) == 1
    for table in TABLES:
        assert {row[0] for row in before[table]} <= {row[0] for row in after[table]}, table


@pytest.mark.parametrize("state", [None, *S])
async def test_an_episode_is_opened_only_when_none_is_open(scene: Scene, state: S | None) -> None:
    stage = scene.stage
    episode_id = None if state is None else await walk(stage, WAYS[state], "alva")
    scene.keep()
    for kind, (role, unit) in product(OPENINGS, UNITS.items()):
        outcome = await stage.opens(unit, kind, "alva")

        if wrong := expected(kind.value, None, role):
            _refused(scene, outcome, wrong)
        elif state is None or state in OVER:
            assert await _episode_of(done(outcome)) != episode_id
        elif (kind, state) == (E.ADMITTED, S.REQUESTED):
            assert await _episode_of(done(outcome)) == episode_id
        else:
            _refused(scene, outcome, ["EPISODE_ALREADY_OPEN"])
        if isinstance(outcome, Done):
            _one_more_event(scene.before, scene.rows(), outcome)
            scene.again()


def _refused(scene: Scene, outcome: Outcome, codes: list[str]) -> None:
    assert isinstance(outcome, Refused), outcome
    assert [one.code for one in outcome.objections] == codes
    assert scene.rows() == scene.before


async def _episode_of(outcome: Done) -> UUID:
    event: Any = await rows.EpisodeEvent.get(id=outcome.row_id)
    episode_id: UUID = event.episode_id
    return episode_id


@pytest.mark.parametrize("kind", [kind for kind in E if kind not in OPENINGS])
async def test_nothing_is_done_in_an_episode_that_is_not_there_for_the_unit(scene: Scene, kind: E) -> None:
    stage = scene.stage
    episode_id = await walk(stage, WAYS[S.PLANNING], "alva")
    notice = (await rows.EpisodeEvent.filter(episode_id=episode_id, version=1).values_list("id", flat=True))[0]
    scene.keep()
    for unit, where in ((WARD, UUID(int=7)), (OTHER_WARD, episode_id), (OTHER_CENTRE, episode_id)):
        about = None if kind not in ABOUT_A_NOTICE else str(notice if where == episode_id else UUID(int=8))

        outcome = await stage.does(unit, kind, where, about=about)

        assert outcome == Missing((("input", "noticeId" if about else "episodeId"),))
        assert scene.rows() == scene.before


async def test_a_unit_that_comes_goes_and_comes_back_is_kept_in_step(scene: Scene) -> None:
    """Forwarded to, then added by the ward; all of it by mistake; then added again."""
    stage = scene.stage
    episode_id = await walk(stage, WAYS[S.PLANNING], "alva")
    [notice] = await rows.EpisodeEvent.filter(episode_id=episode_id, kind=E.ADMISSION_NOTICE_SENT)
    parts = []
    for unit, kind, about in (
        (TOWN, E.FORWARDED, notice.id),
        (WARD, E.PARTICIPANT_ADDED, None),
        (NURSES, E.MISDIRECTED, 0),
        (NURSES, E.MISDIRECTED, 1),
        (WARD, E.PARTICIPANT_ADDED, None),
    ):
        to = await _brought(episode_id)
        meant = to[about] if isinstance(about, int) else about
        done(await stage.does(unit, kind, episode_id, about=meant and str(meant)))
        await episode_holds(stage, episode_id)
        await relations_hold(uid("patient alva"), CareRelationKind.EPISODE, rows.EpisodeParty)
        [part] = await rows.EpisodeParty.filter(episode_id=episode_id, unit_id=uid(f"unit {NURSES}"))
        parts.append((part.via_id is None, part.left_at is None))
    assert parts == [(False, True), (True, True), (True, True), (True, False), (True, True)]


async def _brought(episode_id: UUID) -> list[UUID]:
    """The notices that brought the nurses in."""
    kinds = (E.FORWARDED, E.PARTICIPANT_ADDED)
    found = rows.EpisodeEvent.filter(episode_id=episode_id, kind__in=kinds).order_by("version")
    return [one.id for one in await found]
