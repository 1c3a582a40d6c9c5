"""What changes, told as it happens: one subscription for the own unit and its region."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Annotated, ClassVar
from uuid import UUID

import strawberry

from lifecare_gql.actions import access
from lifecare_gql.actions.changes import Feed, Step, begin, follow, patiently
from lifecare_gql.actions.cursors import cursor
from lifecare_gql.domain.change_words import ChangeTopic, ResyncReason
from lifecare_gql.errors import BadInput
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.episodes import Episode
from lifecare_gql.schema.messages import Message
from lifecare_gql.schema.outages import Outage
from lifecare_gql.schema.plans import Plan
from lifecare_gql.schema.reading import Node
from lifecare_gql.schema.selecting import windows_below
from lifecare_gql.schema.tasks import Task
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import Shape, one


@strawberry.interface(
    description="That something changed (ändring), told to those whom it concerns and who see it."
)
class ChangeEvent:
    """What every change has."""

    cursor: str = strawberry.field(
        description="Where it stands: subscribe `after` it to go on from here (markör)."
    )
    at: dt.datetime = strawberry.field(description="When it happened.")
    kind: str = strawberry.field(
        description="What happened: a value of MessageEventKind, EpisodeEventKind, PlanEventKind, TaskChangeKind,"
        " OutageEventKind or, of a Resync, ResyncReason (händelse)."
    )


@strawberry.type(description="That what lies between cannot be told: read your lists anew, then go on (läs om).")
class Resync(ChangeEvent):
    """A gap that cannot be filled; `cursor` is after it."""

    reason: ResyncReason = strawberry.field(description="Why.")


class _OfRecord:
    """A change of one record, which was read for every place in the selection that shows it, by its key there."""

    window: ClassVar[type[Node]]
    found: dict[str, Row]

    def shown(self, info: Info) -> Row:
        """The record, as it stands when it is told."""
        return self.found[str(info.path.key)]


@strawberry.type(description="A message was sent, acknowledged, answered, … (meddelande).")
class MessageChangeEvent(_OfRecord, ChangeEvent):
    """A change of a message."""

    window = Message
    found: strawberry.Private[dict[str, Row]]

    @strawberry.field(description="The message as it stands now.")
    def message(self, info: Info) -> Message:
        return self.shown(info)  # type: ignore[return-value]


@strawberry.type(description="Something happened in a care episode (vårdtillfälle).")
class EpisodeChangeEvent(_OfRecord, ChangeEvent):
    """A change of an episode."""

    window = Episode
    found: strawberry.Private[dict[str, Row]]

    @strawberry.field(description="The care episode as it stands now.")
    def episode(self, info: Info) -> Episode:
        return self.shown(info)  # type: ignore[return-value]


@strawberry.type(
    description="Something happened to a coordinated individual plan (samordnad individuell plan, SIP)."
)
class PlanChangeEvent(_OfRecord, ChangeEvent):
    """A change of a plan."""

    window = Plan
    found: strawberry.Private[dict[str, Row]]

    @strawberry.field(description="The plan as it stands now.")
    def plan(self, info: Info) -> Plan:
        return self.shown(info)  # type: ignore[return-value]


@strawberry.type(description="Something waits for your unit, waits until another time, or is done (uppgift).")
class TaskChangeEvent(_OfRecord, ChangeEvent):
    """A change of the worklist."""

    window = Task
    found: strawberry.Private[dict[str, Row]]

    @strawberry.field(
        description="The task (uppgift) as it stands now; the kind of the change says whether it waits."
    )
    def task(self, info: Info) -> Task:
        return self.shown(info)  # type: ignore[return-value]


@strawberry.type(description="Something was said of an outage of your region (driftstopp).")
class OutageChangeEvent(_OfRecord, ChangeEvent):
    """A change of an outage."""

    window = Outage
    found: strawberry.Private[dict[str, Row]]

    @strawberry.field(description="The outage as it stands now.")
    def outage(self, info: Info) -> Outage:
        return self.shown(info)  # type: ignore[return-value]


EVENTS: dict[ChangeTopic, type[_OfRecord]] = {
    ChangeTopic.MESSAGE: MessageChangeEvent,
    ChangeTopic.EPISODE: EpisodeChangeEvent,
    ChangeTopic.PLAN: PlanChangeEvent,
    ChangeTopic.TASK: TaskChangeEvent,
    ChangeTopic.OUTAGE: OutageChangeEvent,
}
"""The type that tells of each topic."""


@strawberry.type(
    description="What can be subscribed to, over a websocket or as server-sent events (prenumeration)."
)
class Subscription:
    """The subscriptions of the core."""

    @strawberry.subscription(
        description="What concerns your own unit, and the outages of its region, as it happens: each change once,"
        " in order, with what you may see at that moment. To miss nothing, ask for changesCursor together with"
        " your lists and subscribe after it; after a break, subscribe after the last cursor that you got."
    )
    async def changes(
        self,
        info: Info,
        topics: Annotated[
            list[ChangeTopic] | None, strawberry.argument(description="Only these topics, if given.")
        ] = None,
        after: Annotated[
            str | None,
            strawberry.argument(
                description="The cursor to go on from; without it, only what happens from now on."
            ),
        ] = None,
    ) -> AsyncGenerator[ChangeEvent, None]:
        context = info.context
        if topics == []:
            raise BadInput("topics: name at least one, or leave it out for all.")
        feed = _feed(info)
        place = context.start or await begin(context.session, after)
        steps = follow(feed, context.session, place, topics or list(ChangeTopic))
        async with aclosing(steps):
            async for step in steps:
                context.session = step.session
                told = await _told(info, step)
                if told is not None:
                    yield told


def _feed(info: Info) -> Feed:
    info.context.session.known()
    if info.context.feed is None:
        raise BadInput("Subscribe over a websocket, or with the header Accept: text/event-stream.")
    return info.context.feed


async def _told(info: Info, step: Step) -> ChangeEvent | None:
    """The change as it is told; None when the caller may not see what it is about (any longer)."""
    session, news = step.session, step.next
    place = cursor(session, step.place)
    if isinstance(news, ResyncReason):
        return Resync(cursor=place, at=session.now, kind=news.value, reason=news)
    event = EVENTS[ChangeTopic[news.topic]]
    found = await patiently(lambda: _read(info, event, news.subject_id))
    said = {"cursor": place, "at": news.at, "kind": news.kind, "found": found}
    return None if found is None else event(**said)  # type: ignore[return-value]


async def _read(info: Info, event: type[_OfRecord], subject_id: UUID) -> dict[str, Row] | None:
    """The record in each shape that is selected; None when it cannot be seen, which is no attempt of the caller's.

    Also of a change whose record is not selected it is asked whether it may be seen, and noted whose it is.
    """
    wanted = replace(one(event.window.__model__, subject_id), sought=False)
    shapes = windows_below(info, event.__name__) or {"": Shape(model=event.window.__model__)}
    found = {key: (await access.read(info.context.session, wanted, shape)).rows for key, shape in shapes.items()}
    return {key: rows[0] for key, rows in found.items()} if all(found.values()) else None


@strawberry.field(
    description="Where the changes stood before anything else in the same request was read: give it to"
    " `subscription { changes(after: …) }` to hear of everything that your lists do not show yet (markör)."
)
def changes_cursor(info: Info) -> str:
    """For the query's root."""
    return cursor(info.context.session, info.context.place)
