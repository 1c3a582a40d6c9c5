"""What a unit does for itself: read its inbox, and keep the register of its forums."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from uuid import UUID

from lifecare_gql.actions import facts
from lifecare_gql.actions.access import Desk, work
from lifecare_gql.actions.idempotency import Attempt, attempt, claim, once
from lifecare_gql.actions.results import Done, KeyReused, Missing, Refused
from lifecare_gql.actions.session import Session
from lifecare_gql.domain.calendar import day_bounds, day_off
from lifecare_gql.domain.objections import ObjectionCode
from lifecare_gql.domain.reviewing import core_objection, name_objections
from lifecare_gql.domain.routines import Duty, DutyKind
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.rows import Order, Rows, Shape
from lifecare_gql.storage.reading.where import Where


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxDay:
    """How a unit has read its inbox on one day, against what its region demands (H12)."""

    day: dt.date
    day_off: str | None
    region: str
    duty: Duty | None
    read_at: tuple[dt.datetime, ...]

    @property
    def fulfilled(self) -> bool | None:
        """Whether the duty is fulfilled; None when the region has none or the day is no working day."""
        if self.duty is None or self.day_off is not None:
            return None
        return len(self.read_at) >= (self.duty.times_a_working_day or 1)


async def inbox_day(session: Session, day: dt.date) -> InboxDay:
    """The own unit's readings on a day (Europe/Stockholm)."""
    caller = session.known()
    begins, ends = day_bounds(day)
    sql = "{t}.unit_id = {own} and {t}.at >= {begins} and {t}.at < {ends}"
    wanted = Rows(
        model=rows.InboxReading,
        where=Where(sql, {"own": caller.unit_id, "begins": begins, "ends": ends}),
        order=Order(by=("{t}.at", "{t}.id"), columns=("at", "id")),
    )
    async with work(session) as desk:
        found = (await desk.reader.page(wanted, Shape.of(rows.InboxReading, "at"))).rows
    region = session.regions.get(caller.unit.region)
    duties = region.book.duties if region else ()
    duty = next((duty for duty in duties if duty.kind is DutyKind.READ_INBOX), None)
    read_at = tuple(row.at for row in found)
    return InboxDay(day=day, day_off=day_off(day), region=caller.unit.region, duty=duty, read_at=read_at)


async def record_inbox_reading(session: Session, key: str) -> Done | KeyReused:
    """Record that somebody at the unit has now read the inbox and taken care of what came in."""
    caller, reading_id = session.known(), session.new_id()

    async def recorded(desk: Desk, one: Attempt) -> Done | KeyReused:
        lost = await claim(desk, one, reading_id)
        if lost is None:
            await rows.InboxReading.create(
                using_db=desk.tx.client,
                id=reading_id,
                unit_id=caller.unit_id,
                by_id=caller.assignment_id,
                at=session.now,
            )
        return lost or Done(reading_id)

    return await once(session, attempt("recordInboxReading", key, {}), recorded)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForumOrder:
    """A forum (e.g. hemsjukvårdsrond) that the own unit holds with another one."""

    name: str
    other_unit_id: UUID


async def register_forum(session: Session, order: ForumOrder, key: str) -> Done | Refused | Missing | KeyReused:
    """Register the forum; from now on a region may demand that it is used instead of messages (O4)."""
    caller, name, forum_id = session.known(), order.name.strip(), session.new_id()

    async def judged(desk: Desk, one: Attempt) -> Done | Refused | Missing | KeyReused:
        [other] = await facts.units(desk, [order.other_unit_id])
        if other is None:
            return Missing((("input", "otherUnitId"),))
        objections = name_objections(name, ("input", "name"))
        if other.id == caller.unit.id:
            path = ("input", "otherUnitId")
            objections = (*objections, core_objection(ObjectionCode.RECIPIENT_IS_SENDER, path))
        if objections:
            return Refused(objections)
        return await claim(desk, one, forum_id) or await _store_forum(desk, order, name, forum_id)

    return await once(session, attempt("registerForum", key, asdict(order)), judged)


async def _store_forum(desk: Desk, order: ForumOrder, name: str, forum_id: UUID) -> Done:
    await rows.Forum.create(
        using_db=desk.tx.client,
        id=forum_id,
        name=name,
        unit_id=desk.session.known().unit_id,
        other_unit_id=order.other_unit_id,
        since=desk.session.now,
    )
    return Done(forum_id)
