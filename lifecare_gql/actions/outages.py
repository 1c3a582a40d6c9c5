"""Tell of an outage of the own region, and what it hinders while it lasts.

The outage is locked, its events are read, the act is judged by the table, and the event is written with what is
read from it. No patient is involved, so nothing is logged as access.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from uuid import UUID

from tortoise.exceptions import IntegrityError

from lifecare_gql.actions.access import Desk
from lifecare_gql.actions.acts import content_of
from lifecare_gql.actions.hindrances import COLUMNS
from lifecare_gql.actions.idempotency import Attempt, attempt, claim, earlier, once
from lifecare_gql.actions.outage_facts import OUTAGE, outage_events
from lifecare_gql.actions.recoveries import region_matters
from lifecare_gql.actions.results import Done, Missing, Outcome, Refused
from lifecare_gql.actions.sayings import SILENT, Saying, stripped, too_long
from lifecare_gql.actions.session import Session
from lifecare_gql.actions.versions import lock, stale
from lifecare_gql.domain.change_words import ChangeTopic
from lifecare_gql.domain.objections import Objection
from lifecare_gql.domain.outage_events import outage_facts_of
from lifecare_gql.domain.outage_facts import (
    Interval,
    OutageAct,
    OutageBackground,
    OutageEvent,
    OutageFacts,
)
from lifecare_gql.domain.outage_life import judge_outage, long_after_hours, region_outage_state
from lifecare_gql.domain.outage_words import OutageEventKind, OutageState, RegionOutageState
from lifecare_gql.domain.recovery_report import recovery_report
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Reader, Row
from lifecare_gql.storage.reading.rows import Rows, Shape, one
from lifecare_gql.storage.reading.where import Where

_OPEN = [OutageState.PLANNED.value, OutageState.ACTIVE.value, OutageState.RECOVERY.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutageOrder:
    """What the caller wants to say of an outage of the own region; without an id, of a new one."""

    kind: OutageEventKind
    outage_id: UUID | None = None
    expected_version: int | None = None
    saying: Saying = SILENT


@dataclass(frozen=True, slots=True, kw_only=True)
class _Standing:
    """An outage before an act."""

    outage_id: UUID
    history: tuple[OutageEvent, ...]
    facts: OutageFacts


async def act(session: Session, order: OutageOrder, key: str) -> Outcome:
    """Say it, or hear everything that hinders it."""

    async def judged(desk: Desk, one_try: Attempt) -> Outcome:
        stands = await _standing(desk, order)
        if isinstance(stands, Row):
            return await stale(desk, rows.OutageEvent, "outage_id", stands, order.expected_version or 0)
        if stands is None:
            return Missing((("input", "outageId"),))
        wanted = OutageAct(kind=order.kind, **stripped(order.saying))
        if order.kind is OutageEventKind.CLOSED:
            wanted, stands = await _closing(desk, wanted, stands)
        unit = session.known().unit
        found: list[Objection] = [
            *judge_outage(wanted, stands.facts, unit, session.regions),
            *too_long(wanted),
        ]
        if found:
            return await earlier(desk, one_try) or Refused(tuple(found))
        event = OutageEvent(id=str(session.new_id()), at=session.now, unit=unit, act=wanted)
        lost = await claim(desk, one_try, UUID(event.id))
        if lost is None:
            await _write(desk, stands, event)
        return lost or Done(UUID(event.id))

    one_try = attempt(f"outage:{order.kind}", key, asdict(order))
    try:
        return await once(session, one_try, judged)
    except IntegrityError:  # somebody else told of an outage at the same moment: judge again, knowing of it
        return await once(session, one_try, judged)


async def _standing(desk: Desk, order: OutageOrder) -> _Standing | Row | None:
    """The outage; its row when the caller has not seen the latest version; None when there is none."""
    region = desk.session.known().unit.region
    if order.outage_id is None:
        background = await _background(desk, region, None)
        fresh = OutageFacts(now=desk.session.now, background=background)
        return _Standing(outage_id=desk.session.new_id(), history=(), facts=fresh)
    await lock(desk, rows.Outage, order.outage_id)
    row = await desk.row(one(rows.Outage, order.outage_id), OUTAGE)
    if row is None or order.expected_version not in (None, row.version):
        return row
    history = outage_events(row)
    background = await _background(desk, row.region_code, row.id)
    found = outage_facts_of(history, now=desk.session.now, background=background)
    return _Standing(outage_id=row.id, history=history, facts=found)


async def _closing(desk: Desk, act: OutageAct, stands: _Standing) -> tuple[OutageAct, _Standing]:
    """The act with its report, and the outage with how much is left in the region."""
    if stands.facts.state is not OutageState.RECOVERY:
        return act, stands
    found = await region_matters(desk, stands.outage_id, stands.facts)
    records = [one for those in found.values() for matter in those for one in matter.records]
    left = sum(not one.done for one in records)
    region = desk.session.regions.get(stands.facts.region)
    hours = long_after_hours(region) if region else None
    report = recovery_report(stands.facts, records, hours=hours, left_because=act.reason if left else "")
    background = replace(stands.facts.background, remaining=left)
    return replace(act, report=report), replace(stands, facts=replace(stands.facts, background=background))


async def _background(desk: Desk, region: str, own: UUID | None) -> OutageBackground:
    """No document says who tells that the system is down: any unit of the region may, which is our assumption."""
    began = Where("{t}.region_code = {region} and {t}.started_at is not null", {"region": region})
    found = (
        await desk.reader.page(Rows(model=rows.Outage, where=began), Shape(model=rows.Outage, columns=COLUMNS))
    ).rows
    others = (Interval(starts_at=row.started_at, ends_at=row.ended_at) for row in found if row.id != own)
    return OutageBackground(region=region, may_manage=True, others=tuple(others))


async def region_state(session: Session, region: str) -> RegionOutageState:
    """Where the region stands; anybody may know, also somebody who is not logged in."""
    open_ = Where("{t}.region_code = {region} and {t}.state in {states}", {"region": region, "states": _OPEN})
    reader = Reader(session.db.select, session.db.dialect, session.viewer)
    wanted = Rows(model=rows.Outage, where=open_)
    found = (await reader.page(wanted, Shape(model=rows.Outage, columns=COLUMNS))).rows
    background = OutageBackground(region=region)
    return region_outage_state(
        OutageFacts(now=session.now, background=background, state=row.state) for row in found
    )


async def _write(desk: Desk, stands: _Standing, event: OutageEvent) -> None:
    before = stands.facts
    after = outage_facts_of([*stands.history, event], now=before.now, background=before.background)
    now_stands = {
        "state": after.state,
        "version": after.version,
        "planned_from": after.planned_from,
        "planned_to": after.planned_to,
        "started_at": after.started_at,
        "ended_at": after.ended_at,
        "closed_at": after.closed_at,
        "text": after.text or None,
    }
    client, caller = desk.tx.client, desk.session.known()
    if before.state is None:
        await rows.Outage.create(
            using_db=client, id=stands.outage_id, region_code=after.region, opened_at=event.at, **now_stands
        )
    else:
        found = rows.Outage.filter(id=stands.outage_id, version=before.version)
        changed = await found.using_db(client).update(**now_stands)
        assert changed == 1, "the outage is locked, so nobody has changed it since it was read"
    await rows.OutageEvent.create(
        using_db=client,
        id=UUID(event.id),
        outage_id=stands.outage_id,
        version=after.version,
        kind=event.act.kind,
        at=event.at,
        occurred_at=event.act.occurred_at,
        unit_id=caller.unit_id,
        by_id=caller.assignment_id,
        reason=event.act.reason or None,
        text=event.act.text or None,
        content=content_of(event.act),
    )
    desk.tell(ChangeTopic.OUTAGE, stands.outage_id, event.act.kind, after.version)
