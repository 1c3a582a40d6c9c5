"""Which units an outage gave anything to do, and in which care episodes.

It is found for all of them at once, so that a region costs little more than a unit, and only names rows: what a
unit may see of them is decided where they are read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from lifecare_gql.actions.access import Desk
from lifecare_gql.domain.episode_words import EpisodeEventKind
from lifecare_gql.domain.outage_facts import Interval
from lifecare_gql.domain.words import ReceiptState
from lifecare_gql.storage import rows


@dataclass(slots=True)
class Touched:
    """What of a unit the outage touched: the ids of care episodes, and whether messages were left unread."""

    episodes: set[UUID] = field(default_factory=set)
    messages: bool = False


async def touched(desk: Desk, outage_id: UUID, interval: Interval, **units: Any) -> dict[UUID, Touched]:
    """What was touched, by unit, of an outage that is over; `units` chooses them, e.g. ``unit_id=…``."""
    found: dict[UUID, Touched] = defaultdict(Touched)
    client = desk.tx.client
    for those in _episodes(outage_id, interval, units):
        pairs: Any = await those.using_db(client).distinct().values_list("unit_id", "episode_id")
        for unit_id, episode_id in pairs:
            found[unit_id].episodes.add(episode_id)
    letters = rows.Receipt.filter(_unread_then(interval), **units)
    waiting: Any = await letters.using_db(client).distinct().values_list("unit_id", flat=True)
    for unit_id in waiting:
        found[unit_id].messages = True
    return dict(found)


def _episodes(outage_id: UUID, interval: Interval, units: dict[str, Any]) -> Iterator[QuerySet[Any]]:
    """Who came, left, was told of by phone, or is entered afterwards; and of whom something was unread.

    Each is a statement of its own: together they could not be found by the indexes.
    """
    parts = rows.EpisodeParty.filter(left_at=None, **units)
    yield parts.filter(_within("episode__admitted_at", interval))
    yield parts.filter(_within("episode__discharged_at", interval))
    yield parts.filter(episode__events__outage_id=outage_id)
    yield parts.filter(_called_in(interval), episode__events__kind=EpisodeEventKind.PHONE_CALL_LOGGED)
    yield rows.NoticeReceipt.filter(_unread_then(interval), **units)


def _within(column: str, interval: Interval) -> Q:
    bounds: dict[str, Any] = {f"{column}__gte": interval.starts_at, f"{column}__lt": interval.ends_at}
    return Q(**bounds)


def _called_in(interval: Interval) -> Q:
    """Nobody notes a call before it was."""
    said = _within("episode__events__occurred_at", interval)
    noted = Q(episode__events__occurred_at=None) & _within("episode__events__at", interval)
    return Q(episode__events__at__gte=interval.starts_at) & (said | noted)


def _unread_then(interval: Interval) -> Q:
    """Unread when the system ran again."""
    ends_at = interval.ends_at
    return Q(sent_at__lt=ends_at) & (Q(state=ReceiptState.SENT) | Q(acknowledged_at__gte=ends_at))
