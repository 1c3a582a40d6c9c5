"""Register webhooks, rotate their secrets, pause, resume, replay and end them; and look at them.

Who administers the unit does (S18, S23), which is our assumption: no document says who.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lifecare_gql.actions.access import Desk, work
from lifecare_gql.actions.administration import UNIT, Judged, administrator, place, settle
from lifecare_gql.actions.cursors import opened
from lifecare_gql.actions.results import Missing, Outcome
from lifecare_gql.actions.session import Session
from lifecare_gql.actions.versions import lock
from lifecare_gql.actions.webhook_secrets import webhook_secret
from lifecare_gql.domain.administering import CENTRAL, CONFIGURE, Place, may_configure, not_administrator
from lifecare_gql.domain.change_words import ChangeTopic
from lifecare_gql.domain.texts import together
from lifecare_gql.domain.webhook_words import WebhookDeliveryState, WebhookEventKind, WebhookState
from lifecare_gql.domain.webhooks import judge_act, judge_registration, url_fault
from lifecare_gql.errors import NotPermitted
from lifecare_gql.storage import rows
from lifecare_gql.storage.outbox import region_stream, tails, unit_stream
from lifecare_gql.storage.reading.reader import Page, Row
from lifecare_gql.storage.reading.rows import One, Rows, Shape, one

_Kind, _State = WebhookEventKind, WebhookState

_WEBHOOK = Shape(
    model=rows.Webhook,
    columns=frozenset(("state", "version", "secret_version", "unit_id", "unit_position", "region_position")),
    ones={"unit": One(relation="unit", shape=UNIT)},
)
_NOBODYS = Page([], has_next=False, has_previous=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterOrder:
    """A webhook that is to be registered."""

    unit_id: UUID
    url: str
    topics: tuple[ChangeTopic, ...] = tuple(ChangeTopic)


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookOrder:
    """A webhook that something is to be done to."""

    webhook_id: UUID
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplayOrder:
    """What is to be told again: all after a cursor of the webhook's unit, or one dead letter."""

    webhook_id: UUID
    after: str | None = None
    delivery_id: UUID | None = None
    reason: str | None = None


async def register(session: Session, order: RegisterOrder, key: str) -> Outcome:
    """Register it, to be told what happens from now on; done: the id of the event."""

    async def look(desk: Desk) -> Missing | Judged:
        unit = await desk.row(one(rows.Unit, order.unit_id), UNIT)
        if unit is None:
            return Missing((("input", "unitId"),))
        where, fault = place(unit.related["#organisation"], session), url_fault(order.url, session.webhooks)
        found = judge_registration(await administrator(desk), where, active=unit.active, fault=fault)
        return Judged(found, lambda desk, event_id: _register(desk, order, unit, event_id))

    return await settle(session, "registerWebhook", order, key, look)


async def rotate(session: Session, order: WebhookOrder, key: str) -> Outcome:
    """Make a new secret; the one before is signed with too for a while. Done: the id of the event."""

    async def changes(desk: Desk, row: Row) -> dict[str, Any]:
        until = session.now + session.webhooks.rotation
        return {"secret_version": row.secret_version + 1, "previous_secret_until": until}

    return await _act(session, order, key, _Kind.SECRET_ROTATED, changes)


async def pause(session: Session, order: WebhookOrder, key: str) -> Outcome:
    """Tell it nothing until it is resumed; done: the id of the event."""
    return await _act(session, order, key, _Kind.PAUSED, _fixed(state=_State.PAUSED))


async def resume(session: Session, order: WebhookOrder, key: str) -> Outcome:
    """Go on where it stands, at once; done: the id of the event."""
    return await _act(
        session, order, key, _Kind.RESUMED, _fixed(state=_State.ACTIVE, due_at=session.now, dead_in_a_row=0)
    )


async def end(session: Session, order: WebhookOrder, key: str) -> Outcome:
    """End it for good; done: the id of the event."""
    return await _act(session, order, key, _Kind.ENDED, _fixed(state=_State.ENDED, ended_at=session.now))


async def replay(session: Session, order: ReplayOrder, key: str) -> Outcome:
    """Tell it again, under the same ids; done: the id of the event. Nothing that was not told is passed over.

    BadInput for a cursor of another unit.
    """

    async def changes(desk: Desk, row: Row) -> dict[str, Any] | Missing:
        again = {"due_at": session.now, "lease": None, "lease_until": None}
        if order.delivery_id is not None:
            return again if await _dead(desk, order).exists() else Missing((("input", "deliveryId"),))
        assert order.after is not None, "the input has one of them"
        names = unit_stream(row.unit_id), region_stream(row.related["unit"].region_code)
        wanted = opened(session.secret, names, order.after)
        return again | {
            "unit_position": min(row.unit_position, wanted[names[0]]),
            "region_position": min(row.region_position, wanted[names[1]]),
        }

    return await _act(session, order, key, _Kind.REPLAYED, changes)


async def read_webhooks(session: Session, wanted: Rows, shape: Shape) -> Page:
    """Webhooks, their history or deliveries, as `access.read`, for whoever administers their unit.

    By `asked` that of one record: for others there is none. By a unit: NotPermitted for others.
    """
    unit_id = await _unit_of(session, wanted)
    if unit_id is None:
        return _NOBODYS
    async with work(session, wider=True) as desk:
        unit = await desk.reader.first(one(rows.Unit, unit_id), UNIT)
        where = None if unit is None else place(unit.related["#organisation"], session)
        if where is not None and may_configure(await administrator(desk), where):
            return await desk.administering(unit_id).page(wanted, shape)
    if wanted.asked is not None or where is None:
        return _NOBODYS
    raise NotPermitted(_needed(where))


def _needed(where: Place) -> str:
    told = not_administrator(where, *(CONFIGURE if where.local else CENTRAL))
    return together(told.reason, told.remedy)


async def _unit_of(session: Session, wanted: Rows) -> UUID | None:
    session.known()
    if wanted.asked is None:
        found: UUID = wanted.where.params["unit"]
        return found
    column = "unit_id" if wanted.model is rows.Webhook else "webhook__unit_id"
    async with session.db.transaction() as tx:
        query = wanted.model.filter(id=wanted.asked).using_db(tx.client)
        return await query.first().values_list(column, flat=True)  # type: ignore[return-value]


Changes = Callable[[Desk, Row], Awaitable[dict[str, Any] | Missing]]


def _fixed(**columns: Any) -> Changes:
    async def changes(desk: Desk, row: Row) -> dict[str, Any]:
        return columns

    return changes


async def _act(
    session: Session, order: WebhookOrder | ReplayOrder, key: str, kind: WebhookEventKind, changes: Changes
) -> Outcome:
    """Judge it, change the columns and write the event, under the webhook's lock."""

    async def look(desk: Desk) -> Missing | Judged:
        await lock(desk, rows.Webhook, order.webhook_id)
        known = rows.Webhook.filter(id=order.webhook_id).using_db(desk.tx.client)
        unit_id = await known.first().values_list("unit_id", flat=True)
        if unit_id is None:
            return Missing((("input", "webhookId"),))
        row = await desk.administering(unit_id).first(one(rows.Webhook, order.webhook_id), _WEBHOOK)  # type: ignore[arg-type]
        assert row is not None, "it was just there"
        unit = row.related["unit"]
        where = place(unit.related["#organisation"], session)
        found = tuple(judge_act(await administrator(desk), where, kind, row.state, active=unit.active))
        columns = {} if found else await changes(desk, row)
        if isinstance(columns, Missing):
            return columns
        return Judged(found, lambda desk, event_id: _write(desk, row, kind, columns, order, event_id))

    return await settle(session, f"webhook:{kind}", order, key, look)


async def _register(desk: Desk, order: RegisterOrder, unit: Row, event_id: UUID) -> None:
    session, webhook_id = desk.session, desk.session.new_id()
    names = unit_stream(unit.id), region_stream(unit.region_code)
    begins = await tails(desk.tx.select, session.db.dialect, names)
    await rows.Webhook.create(
        using_db=desk.tx.client,
        id=webhook_id,
        unit_id=unit.id,
        url=order.url,
        topics=[one.value for one in order.topics],
        state=_State.ACTIVE,
        version=1,
        since=session.now,
        secret_version=1,
        unit_position=begins[names[0]],
        region_position=begins[names[1]],
        due_at=session.now,
        dead_in_a_row=0,
    )
    await _tell(desk, webhook_id, 1, _Kind.REGISTERED, None, event_id)


async def _write(
    desk: Desk,
    row: Row,
    kind: WebhookEventKind,
    columns: dict[str, Any],
    order: WebhookOrder | ReplayOrder,
    event_id: UUID,
) -> None:
    changed = rows.Webhook.filter(id=row.id, version=row.version).using_db(desk.tx.client)
    assert await changed.update(version=row.version + 1, **columns) == 1, "the webhook is locked"
    if isinstance(order, ReplayOrder) and order.delivery_id is not None:
        await _dead(desk, order).update(state=WebhookDeliveryState.PENDING, attempts=0, ended_at=None)
    await _tell(desk, row.id, row.version + 1, kind, order.reason, event_id)


async def _tell(
    desk: Desk, webhook_id: UUID, version: int, kind: WebhookEventKind, reason: str | None, event_id: UUID
) -> None:
    told = {"version": version, "kind": kind, "at": desk.session.now, "reason": reason or None}
    by = desk.session.known().assignment_id
    await rows.WebhookEvent.create(using_db=desk.tx.client, id=event_id, webhook_id=webhook_id, by_id=by, **told)


def _dead(desk: Desk, order: ReplayOrder) -> Any:
    """The dead letter that is to be told again, if it is one of the webhook's."""
    of = {"webhook_id": order.webhook_id, "state": WebhookDeliveryState.DEAD}
    return rows.WebhookDelivery.filter(id=order.delivery_id, **of).using_db(desk.tx.client)


async def webhook_of(session: Session, event_id: UUID) -> UUID:
    """The webhook that an event is about."""
    async with session.db.transaction() as tx:
        event = await rows.WebhookEvent.get(id=event_id, using_db=tx.client)
    return event.webhook_id  # type: ignore[attr-defined,no-any-return]


async def secret_made(session: Session, event_id: UUID) -> str:
    """The secret that this event made: registering, or rotating."""
    async with session.db.transaction() as tx:
        event: Any = await rows.WebhookEvent.get(id=event_id, using_db=tx.client)
        rotated = rows.WebhookEvent.filter(
            webhook_id=event.webhook_id, kind=_Kind.SECRET_ROTATED, version__lte=event.version
        )
        version = 1 + await rotated.using_db(tx.client).count()
    return webhook_secret(session.secret, event.webhook_id, version)
