"""Where webhooks stand: who delivers for one, what waits, and what came of it.

Several processes may deliver. Each takes webhooks that nobody else holds, for a while; what it notes counts only
as long as it still holds the webhook. So a message can be sent twice, under one id, but is never passed over.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from tortoise.expressions import Q

from lifecare_gql.domain.change_words import ChangeTopic, ResyncReason
from lifecare_gql.domain.webhook_words import WebhookDeliveryState, WebhookEventKind, WebhookState
from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database, Transaction
from lifecare_gql.storage.outbox import region_stream, unit_stream
from lifecare_gql.storage.reading.sql import decode_id
from lifecare_gql.storage.url import Dialect

_State, _Ended = WebhookDeliveryState, WebhookState.ENDED

_WORK = """
select w.id from webhook w join unit u on u.id = w.unit_id
left join stream own on own.id = 'unit:' || u.id left join stream region on region.id = 'region:' || u.region_code
where w.state = 'ACTIVE' and w.due_at <= {now} and (w.lease_until is null or w.lease_until <= {now})
and (coalesce(own.last, 0) <> w.unit_position or coalesce(region.last, 0) <> w.region_position
     or exists (select 1 from webhook_delivery d where d.webhook_id = w.id and d.state = 'PENDING'))
order by w.due_at, w.id limit {limit}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is to be told: a change of a record, or a gap. `positions`: the place after it, unit and region.

    `attempts`: how often it has failed; `kept`: whether it stands in the table, because it did not arrive at once.
    """

    id: str
    at: dt.datetime
    positions: tuple[int, int]
    topic: ChangeTopic | None = None
    subject_id: UUID | None = None
    resync: ResyncReason | None = None
    attempts: int = 0
    kept: bool = False


@dataclass(slots=True, kw_only=True)
class Held:
    """A webhook that this process delivers for; `positions`: what was taken out of its streams.

    `stopped`: when something was last noted, it had been paused or ended.
    """

    id: UUID
    unit_id: UUID
    region: str
    url: str
    topics: frozenset[ChangeTopic]
    secret_version: int
    previous_secret_until: dt.datetime | None
    positions: tuple[int, int]
    lease: UUID
    stopped: bool = False

    @property
    def streams(self) -> tuple[str, str]:
        """What it follows."""
        return unit_stream(self.unit_id), region_stream(self.region)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What came of an attempt. `due_at`: when the webhook is looked at next; `stop`: it is ended, and why."""

    at: dt.datetime
    state: WebhookDeliveryState
    status: int | None
    due_at: dt.datetime
    tried: bool = True
    dead_letters: int = 0
    stop: tuple[WebhookEventKind, str] | None = field(default=None)


async def claim(db: Database, now: dt.datetime, until: dt.datetime, limit: int) -> list[Held]:
    """Webhooks for which there is something to do now, and that are this process's until then."""
    sql = _WORK.format(now="$1" if _is_postgres(db) else "?1", limit="$2" if _is_postgres(db) else "?2")
    at = now if _is_postgres(db) else now.astimezone(dt.UTC).isoformat(" ")
    wanted = [decode_id(row[0]) for row in await db.select(sql, [at, limit])]
    if not wanted:
        return []
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    async with db.transaction() as tx:
        query = rows.Webhook.filter(free, id__in=wanted, state=WebhookState.ACTIVE, due_at__lte=now)
        locked = query.select_for_update(skip_locked=True, no_key=True).using_db(tx.client)
        found: list[Any] = await locked.order_by("due_at", "id")
        if not found:
            return []
        lease, ids = uuid4(), [one.id for one in found]
        await rows.Webhook.filter(id__in=ids).using_db(tx.client).update(lease=lease, lease_until=until)
        units = await rows.Unit.filter(id__in=[one.unit_id for one in found]).using_db(tx.client)
    regions = {one.id: one.region_code for one in units}
    return [_held(one, regions[one.unit_id], lease) for one in found]


async def waiting(db: Database, held: Held) -> Message | None:
    """What is to be tried again, the earliest first; None when nothing is."""
    async with db.transaction() as tx:
        query = rows.WebhookDelivery.filter(webhook_id=held.id, state=_State.PENDING).using_db(tx.client)
        found: Sequence[Any] = await query
    first = min(found, key=lambda one: (one.unit_position + one.region_position, one.begun_at), default=None)
    return None if first is None else _message(first)


async def note(db: Database, held: Held, message: Message, noted: Noted, until: dt.datetime) -> bool:
    """Write down what came of it, and where the webhook stands; False when it is no longer this process's."""
    async with db.transaction() as tx:
        row = await _mine(tx, held)
        if row is None:
            return False
        reached = held.positions if message.kept else message.positions
        row.unit_position, row.region_position = reached
        row.due_at, row.lease_until = noted.due_at, until
        if noted.tried:
            row.last_attempt_at, row.last_status = noted.at, noted.status
        if noted.state is _State.DELIVERED:
            row.last_success_at, row.dead_in_a_row = noted.at, 0
        if noted.state is _State.DEAD:
            row.dead_in_a_row += 1
        await _keep(tx, held, message, noted)
        if noted.stop is not None:
            await stop(tx, row, *noted.stop, noted.at)
        elif 0 < noted.dead_letters <= row.dead_in_a_row:
            await stop(tx, row, WebhookEventKind.PAUSED, f"{row.dead_in_a_row} döda brev i rad.", noted.at)
        await row.save(using_db=tx.client, update_fields=_STANDING)
    held.positions, held.stopped = reached, row.state is not WebhookState.ACTIVE
    return True


async def keep_gap(db: Database, held: Held, message: Message, now: dt.datetime) -> bool:
    """Note that a gap is to be told, and go on from its end; False when the webhook is not this process's."""
    async with db.transaction() as tx:
        row = await _mine(tx, held)
        if row is None:
            return False
        row.unit_position, row.region_position = message.positions
        await _keep(tx, held, message, Noted(at=now, state=_State.PENDING, status=None, due_at=now, tried=False))
        await row.save(using_db=tx.client, update_fields=_STANDING)
    held.positions = message.positions
    return True


async def release(
    db: Database, held: Held, at: dt.datetime, stopped: tuple[WebhookEventKind, str] | None = None
) -> None:
    """Let others have it, where it stands; or end it."""
    async with db.transaction() as tx:
        row = await _mine(tx, held)
        if row is None:
            return
        row.unit_position, row.region_position = held.positions
        row.lease = row.lease_until = None
        if stopped is not None:
            await stop(tx, row, *stopped, at)
        await row.save(using_db=tx.client, update_fields=_STANDING)


async def stop(tx: Transaction, row: Any, kind: WebhookEventKind, reason: str, at: dt.datetime) -> None:
    """Pause or end it, if it is not so already, in the program's own name; the row is to be saved."""
    state = WebhookState.ENDED if kind is WebhookEventKind.ENDED else WebhookState.PAUSED
    if row.state in (state, _Ended):
        return
    row.state, row.version = state, row.version + 1
    row.ended_at = at if state is _Ended else None
    told = {"webhook_id": row.id, "version": row.version, "kind": kind, "at": at, "reason": reason}
    await rows.WebhookEvent.create(using_db=tx.client, **told)


_STANDING = [
    *("state", "version", "ended_at", "unit_position", "region_position", "due_at", "dead_in_a_row"),
    *("last_attempt_at", "last_success_at", "last_status", "lease", "lease_until"),
]


async def _mine(tx: Transaction, held: Held) -> Any:
    """The webhook's row, locked; None when somebody else holds it, or was told to begin elsewhere."""
    found = rows.Webhook.filter(id=held.id, lease=held.lease).select_for_update(no_key=True)
    return await found.using_db(tx.client).first()


async def _keep(tx: Transaction, held: Held, message: Message, noted: Noted) -> None:
    known = rows.WebhookDelivery.filter(webhook_id=held.id, message_id=message.id).using_db(tx.client)
    failed = noted.tried and noted.state is not _State.DELIVERED
    said: dict[str, Any] = {
        "state": noted.state,
        "attempts": message.attempts + failed,
        "last_status": noted.status,
        "ended_at": None if noted.state is _State.PENDING else noted.at,
        "unit_position": message.positions[0],
        "region_position": message.positions[1],
        **({"last_attempt_at": noted.at} if noted.tried else {}),
    }
    if await known.update(**said) or noted.state is _State.DELIVERED:
        return  # what arrives at once is not kept
    what = {"topic": message.topic, "subject_id": message.subject_id, "resync": message.resync, "at": message.at}
    of = {"webhook_id": held.id, "message_id": message.id, "begun_at": noted.at}
    await rows.WebhookDelivery.create(using_db=tx.client, **of, **what, **said)


def _message(row: Any) -> Message:
    return Message(
        id=row.message_id,
        at=row.at,
        positions=(row.unit_position, row.region_position),
        topic=row.topic,
        subject_id=row.subject_id,
        resync=row.resync,
        attempts=row.attempts,
        kept=True,
    )


def _held(row: Any, region: str, lease: UUID) -> Held:
    return Held(
        id=row.id,
        unit_id=row.unit_id,
        region=region,
        url=row.url,
        topics=frozenset(ChangeTopic[one] for one in row.topics),
        secret_version=row.secret_version,
        previous_secret_until=row.previous_secret_until,
        positions=(row.unit_position, row.region_position),
        lease=lease,
    )


def _is_postgres(db: Database) -> bool:
    return db.dialect is Dialect.POSTGRES
