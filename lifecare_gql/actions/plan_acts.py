"""What is done to a coordinated individual plan (SIP). Every act goes the same way, as the plan's table says.

In the discharge process the first call is also an event of the episode (4 kap. 3 §): it is judged by both tables,
and both events are written, or neither.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from lifecare_gql.actions import facts
from lifecare_gql.actions.access import Desk
from lifecare_gql.actions.documents import kept_units
from lifecare_gql.actions.episode_acts import Standing, named_units
from lifecare_gql.actions.episode_facts import EPISODE
from lifecare_gql.actions.episode_records import entry, write
from lifecare_gql.actions.hindrances import outage_objections
from lifecare_gql.actions.idempotency import Attempt, attempt, claim, earlier, once, refuse
from lifecare_gql.actions.plan_facts import PLAN, plan_background, plan_events
from lifecare_gql.actions.plan_records import PlanStanding, write_plan
from lifecare_gql.actions.results import Done, Missing, Outcome
from lifecare_gql.actions.sayings import SILENT, Saying, stripped, too_long
from lifecare_gql.actions.session import Session
from lifecare_gql.actions.versions import lock, stale
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_facts import Act, EpisodeEvent
from lifecare_gql.domain.episode_words import EpisodeEventKind, PartyRole
from lifecare_gql.domain.episodes import judge, refused
from lifecare_gql.domain.objections import Objection
from lifecare_gql.domain.plan_events import plan_facts_of
from lifecare_gql.domain.plan_facts import PlanAct, PlanBackground, PlanEvent, PlanFacts
from lifecare_gql.domain.plan_words import PlanEventKind, PlanState
from lifecare_gql.domain.plans import judge_plan
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.rows import one


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanOrder:
    """What the caller wants to do to a plan. No version: whatever has happened since it was read."""

    kind: PlanEventKind
    plan_id: UUID
    expected_version: int | None = None
    saying: Saying = SILENT


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedOrder:
    """That somebody needs a plan, in the discharge process when an episode is given."""

    patient_id: UUID
    episode_id: UUID | None = None
    saying: Saying = SILENT


async def act(session: Session, order: PlanOrder, key: str) -> Outcome:
    """Do it, or say everything that hinders it."""

    async def judged(desk: Desk, one_try: Attempt) -> Outcome:
        episode_id = await _episode_of(desk, order.plan_id)
        if episode_id is not None:  # always in this order, so that no two wait for each other
            await lock(desk, rows.Episode, episode_id)
        await lock(desk, rows.PlanProcess, order.plan_id)
        row = await desk.row(one(rows.PlanProcess, order.plan_id), PLAN)
        if row is None:
            return Missing((("input", "planId"),))
        if order.expected_version not in (None, row.version):
            # Perhaps it was this very request, sent twice, that was faster.
            expected = order.expected_version or 0
            return await earlier(desk, one_try) or await stale(desk, rows.PlanEvent, "plan_id", row, expected)
        units = await named_units(desk, order.saying)
        if isinstance(units, Missing):
            return units
        wanted = _act(order.kind, order.saying, units[0])
        named = await _responsible(desk, wanted)
        if isinstance(named, Missing):
            return named
        history = plan_events(row)
        found = plan_facts_of(history, now=session.now, background=plan_background(row))
        stands = PlanStanding(
            plan_id=row.id,
            patient_id=row.about,
            history=history,
            facts=found,
            episode_id=row.episode_id,
            extra={"units": kept_units(named)} if named else {},
        )
        return await _carry_out(desk, one_try, stands, wanted)

    return await once(session, attempt(f"plan:{order.kind}", key, asdict(order)), judged)


async def identify_need(session: Session, order: NeedOrder, key: str) -> Outcome:
    """Say that a plan is needed; those who are told, or take part in the episode, become participants."""

    async def judged(desk: Desk, one_try: Attempt) -> Outcome:
        episode = await _episode(desk, order.episode_id) if order.episode_id else None
        missing = [] if await facts.patient(desk, order.patient_id) else [("input", "patientId")]
        if order.episode_id and (episode is None or episode.patient_id != order.patient_id):
            missing.append(("input", "episodeId"))
        units = await named_units(desk, order.saying)
        if missing or isinstance(units, Missing):
            return Missing((*missing, *(units.paths if isinstance(units, Missing) else ())))
        await lock(desk, rows.Patient, order.patient_id)
        stands = await _fresh(desk, order.patient_id, episode)
        told = units[0] or _of_episode(episode, session.known().unit)
        return await _carry_out(desk, one_try, stands, _act(PlanEventKind.NEED_IDENTIFIED, order.saying, told))

    return await once(session, attempt("identifyPlanNeed", key, asdict(order)), judged)


def _act(kind: PlanEventKind, saying: Saying, recipients: tuple[Party, ...]) -> PlanAct:
    return PlanAct(kind=kind, recipients=recipients, **stripped(saying))


async def _responsible(desk: Desk, wanted: PlanAct) -> list[Party] | Missing:
    """The units that the content's interventions name; where in the input those stand that do not exist."""
    parts = wanted.content.interventions if wanted.content else ()
    named = [(at, UUID(one.unit_id)) for at, one in enumerate(parts) if one.unit_id is not None]
    if not named:
        return []
    found = await facts.units(desk, [unit_id for _, unit_id in named])
    missing = [at for (at, _), unit in zip(named, found, strict=True) if unit is None]
    if missing:
        return Missing(tuple(("input", "content", "interventions", str(at), "unitId") for at in missing))
    return [unit for unit in found if unit is not None]


async def _episode_of(desk: Desk, plan_id: UUID) -> UUID | None:
    found = await rows.PlanProcess.filter(id=plan_id).using_db(desk.tx.client).first()
    return None if found is None else found.episode_id  # type: ignore[attr-defined]


async def _episode(desk: Desk, episode_id: UUID) -> Standing | None:
    row = await desk.row(one(rows.Episode, episode_id), EPISODE)
    return None if row is None else Standing.of(row, desk.session)


def _of_episode(episode: Standing | None, own: Party) -> tuple[Party, ...]:
    """Those of the episode who plan what comes after it: all but the ward."""
    if episode is None:
        return ()
    parts = episode.facts.active
    return tuple(one.unit for one in parts if one.role is not PartyRole.WARD and one.unit.id != own.id)


async def _fresh(desk: Desk, patient_id: UUID, episode: Standing | None) -> PlanStanding:
    """A plan that does not exist yet. A row without events is adopted: it stems from before plans had any."""
    open_ = await rows.PlanProcess.filter(patient_id=patient_id, closed_at=None).using_db(desk.tx.client).first()
    adopts = open_ is not None and open_.version == 0
    background = PlanBackground(
        another_open=open_ is not None and not adopts,
        care_plan_instead=episode is not None and episode.facts.background.care_plan_instead,
        callers=episode.facts.fixed_care_contacts if episode else None,
    )
    return PlanStanding(
        plan_id=open_.id if open_ is not None and adopts else desk.session.new_id(),
        patient_id=patient_id,
        history=(),
        facts=PlanFacts(now=desk.session.now, background=background),
        episode_id=episode.episode_id if episode else None,
        adopts=adopts,
    )


async def _carry_out(desk: Desk, one_try: Attempt, stands: PlanStanding, wanted: PlanAct) -> Outcome:
    """Write the act as an event, and the call as one of the episode too, or tell all that hinders it."""
    session, unit = desk.session, desk.session.known().unit
    episode = await _called_in(desk, stands, wanted)
    call = None if episode is None else _call(episode, wanted)
    others = [part.unit for part in stands.facts.participants if part.unit.id != unit.id]
    found: list[Objection] = [
        *await outage_objections(desk, wanted.kind, call=others),
        *judge_plan(wanted, stands.facts, unit, session.regions),
        *too_long(wanted),
    ]
    if episode is not None and call is not None:
        told = {(one.code, one.reason) for one in found}  # both tables demand the consent
        also = judge(call, episode.facts, unit, session.regions)
        found += [one for one in also if (one.code, one.reason) not in told]
    if refused(tuple(found)):
        return await refuse(desk, one_try, found, "Plan", stands.patient_id, stands.plan_id)
    event = PlanEvent(id=str(session.new_id()), at=session.now, unit=unit, act=wanted)
    lost = await claim(desk, one_try, UUID(event.id))
    if lost is not None:
        return lost
    await write_plan(desk, stands, event)
    if episode is not None and call is not None:
        twin = EpisodeEvent(id=str(session.new_id()), at=session.now, unit=unit, act=call)
        ids = (episode.episode_id, episode.patient_id)
        await write(desk, entry(*ids, episode.facts, twin))
    return Done(UUID(event.id), warnings=tuple(found))


async def _called_in(desk: Desk, stands: PlanStanding, wanted: PlanAct) -> Standing | None:
    """The episode that the first call belongs to; a new call changes nothing there."""
    first = wanted.kind is PlanEventKind.CALLED and stands.facts.state is PlanState.CALL_PLANNED
    in_process = stands.episode_id is not None and stands.facts.background.callers is not None
    if not (first and in_process and stands.episode_id):
        return None
    return await _episode(desk, stands.episode_id)


def _call(episode: Standing, wanted: PlanAct) -> Act:
    """The call as an act of the episode, to those who take part in it."""
    known: Any = episode.facts.participant
    recipients = tuple(unit for unit in wanted.recipients if known(unit.id) is not None)
    return Act(kind=EpisodeEventKind.SIP_CALLED, recipients=recipients, text=wanted.text)
