"""Follow what concerns the own unit, from a place on: each change once, in order, without a gap."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

from lifecare_gql.actions.cursors import Positions, positions, streams
from lifecare_gql.actions.session import Session
from lifecare_gql.domain.change_words import ChangeTopic, ResyncReason
from lifecare_gql.errors import NotAuthenticated, StorageBusy, StorageUnavailable
from lifecare_gql.storage.hub import Hub
from lifecare_gql.storage.outbox import News, Stretch, tails

T = TypeVar("T")

ADMITTED_SECONDS = 30.0
"""How often somebody to whom nothing happens is asked anew whether the assignment is still valid."""
_BACK_OFF = (0.1, 5.0)


@dataclass(frozen=True, slots=True)
class Feed:
    """What it takes to follow: the process's hub, and what makes a session of the moment from the token.

    `renew` is told up to where; None: nobody needs it. `met` is asked, by one who has heard everything up to a
    place, whether to end: others may be there whom to go on with.
    """

    hub: Hub
    renew: Callable[[Positions], Awaitable[Session | None]]
    met: Callable[[Positions], bool] = lambda place: False


@dataclass(frozen=True, slots=True)
class Step:
    """What comes next: the news, or why it cannot be told; with a fresh session, and the place after it."""

    session: Session
    place: Positions
    next: News | ResyncReason


async def place_now(session: Session) -> Positions:
    """Where the streams that the caller may follow end now. NotAuthenticated for an anonymous caller."""
    return await tails(session.db.select, session.db.dialect, streams(session))


async def follow(
    feed: Feed, session: Session, place: Positions, topics: Collection[ChangeTopic]
) -> AsyncGenerator[Step, None]:
    """Everything about the topics from the place on; ends when the feed says so, and not by itself.

    Raises NotAuthenticated when the token or the assignment has ended. A database that is busy or away is waited
    for. Between two steps no transaction or connection is held.
    """
    follower = _Follower(feed, session, place, topics)
    with feed.hub.following(streams(session)) as grown:
        while True:
            grown.clear()
            async for step in follower.steps():
                yield step
            if feed.met(follower.place):
                return
            await follower.wait(grown)


async def begin(session: Session, after: str | None) -> Positions:
    """The place of the cursor; now without one. BadInput for one that is none, NotAuthenticated."""
    return await patiently(lambda: place_now(session)) if after is None else positions(session, after)


async def patiently(do: Callable[[], Awaitable[T]]) -> T:
    """Do it, again and again until the database is there."""
    delay, longest = _BACK_OFF
    while True:
        try:
            return await do()
        except (StorageBusy, StorageUnavailable):
            await asyncio.sleep(delay)
            delay = min(delay * 2, longest)


class _Follower:
    """Somebody who follows, and how far; must have a valid assignment at each step."""

    def __init__(self, feed: Feed, session: Session, place: Positions, topics: Collection[ChangeTopic]) -> None:
        self._feed, self.place, self._topics = feed, place, topics
        self._streams, self._operation = streams(session), session.operation

    async def steps(self) -> AsyncIterator[Step]:
        """What stands after the place now."""
        for stream in self._streams:
            while (stretch := await self._after(stream)).entries or not stretch.whole:
                if not stretch.whole:
                    yield await self._resync(stretch, stream)
                    continue
                for entry in stretch.entries:
                    self.place = self.place | {stream: entry.position}
                    wanted = entry.news.topic in self._topics
                    if wanted and (session := await self._session()) is not None:
                        yield Step(session, self.place, entry.news)

    async def wait(self, grown: asyncio.Event) -> None:
        """Until something has been added; meanwhile the assignment is asked for now and then."""
        while not grown.is_set():
            try:
                async with asyncio.timeout(ADMITTED_SECONDS):
                    await grown.wait()
            except TimeoutError:
                await self._session()

    async def _after(self, stream: str) -> Stretch:
        return await patiently(lambda: self._feed.hub.after(stream, self.place[stream]))

    async def _resync(self, stretch: Stretch, stream: str) -> Step:
        """Go on from now: nothing is lost to somebody who reads everything anew after this."""
        reason = ResyncReason.UNKNOWN if stretch.last < self.place[stream] else ResyncReason.TOO_OLD
        session = await self._session()
        if session is None:
            raise LookupError(reason)  # a gap, of which each one must be told alone
        self.place = await patiently(lambda: place_now(session))
        return Step(session, self.place, reason)

    async def _session(self) -> Session | None:
        """A session of this moment, on the same unit: a cursor of one unit means nothing at another."""
        session = await patiently(lambda: self._feed.renew(self.place))
        if session is None:
            return None
        if streams(session) != self._streams:
            raise NotAuthenticated("The assignment is at another unit now. Subscribe again.")
        session.operation = self._operation
        return session
