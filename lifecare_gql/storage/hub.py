"""The streams that somebody in this process follows: read once for all who follow them, whenever they have grown.

Nothing is queued for anybody. A stream's latest entries stand in a ring of bounded size; whoever follows holds a
position and comes for what stands after it. Who has fallen behind the ring reads the table.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import islice
from types import TracebackType
from typing import Self

from lifecare_gql.storage.database import Database
from lifecare_gql.storage.listening import listen
from lifecare_gql.storage.outbox import EVERY_STREAM, Entry, Stretch, since, tails
from lifecare_gql.storage.url import PostgresAddress

log = logging.getLogger(__name__)

LOOK_AGAIN_SECONDS = 15.0
"""A notification that was lost delays by no more than this."""
RING = 256
"""How many entries of a stream are held in memory."""
BATCH = 64
"""How many entries of a stream are read at once."""
_AT_ONCE = 1000
_BACK_OFF = (0.1, 5.0)


@dataclass(slots=True)
class _Ring:
    """A stream's latest entries; `last` is the last position that was read, None before anything was."""

    entries: deque[Entry] = field(default_factory=lambda: deque(maxlen=RING))
    last: int | None = None
    followers: set[asyncio.Event] = field(default_factory=set)

    def after(self, position: int) -> Stretch | None:
        """The next entries after the position; None when only the table can tell."""
        if self.last is None:
            return None
        if position == self.last:
            return Stretch(position, (), whole=True)
        begin = self.last - len(self.entries)
        if not begin <= position < self.last:
            return None
        return Stretch(
            self.last, tuple(islice(self.entries, position - begin, position - begin + BATCH)), whole=True
        )

    def grow(self, stretch: Stretch) -> None:
        """Take what was read after `last`; when that is not whole, begin anew where the stream ends now."""
        if stretch.whole:
            self.entries.extend(stretch.entries)
            self.last = (self.last or 0) + len(stretch.entries)
        else:
            self.entries.clear()
            self.last = stretch.last
        for one in self.followers:
            one.set()


class Hub:
    """One for each process; an async context manager that keeps reading as long as it is open."""

    def __init__(
        self, db: Database, look_again: float = LOOK_AGAIN_SECONDS, also: Callable[[], None] = lambda: None
    ) -> None:
        self._db = db
        self._look_again = look_again
        self._rings: dict[str, _Ring] = {}
        self._grown: set[str] = set()
        self._woken = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._also = also  # of any stream: who looks by itself for what there is to do

    async def __aenter__(self) -> Self:
        self._db.on_news = self.wake
        self._tasks = [asyncio.create_task(self._run(), name="hub")]
        if isinstance(self._db.address, PostgresAddress):
            hearing = listen(self._db.address, self.wake, self._look_again)
            self._tasks.append(asyncio.create_task(hearing, name="hub listens"))
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None
    ) -> None:
        self._db.on_news = None
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def wake(self, streams: Collection[str]) -> None:
        """These streams may have grown."""
        self._also()
        known = self._rings.keys()
        self._grown |= known if EVERY_STREAM in streams else known & set(streams)
        if self._grown:
            self._woken.set()

    @contextmanager
    def following(self, streams: Collection[str]) -> Iterator[asyncio.Event]:
        """An event that is set whenever one of the streams has grown; clear it before you come for the entries."""
        grown = asyncio.Event()
        for name in streams:
            self._rings.setdefault(name, _Ring()).followers.add(grown)
        self.wake([name for name in streams if self._rings[name].last is None])
        try:
            yield grown
        finally:
            for name in streams:
                self._leave(name, grown)

    def _leave(self, name: str, follower: asyncio.Event) -> None:
        ring = self._rings[name]
        ring.followers.discard(follower)
        if not ring.followers:
            del self._rings[name]

    async def after(self, stream: str, position: int) -> Stretch:
        """The next entries of a stream that is followed, from the ring or, for those behind it, from the table."""
        found = self._rings[stream].after(position)
        return found or (await since(self._db.select, self._db.dialect, {stream: position}, BATCH))[stream]

    async def _run(self) -> None:
        delay, longest = _BACK_OFF
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._look_again):
                    await self._woken.wait()
            if not self._woken.is_set():
                self.wake([EVERY_STREAM])
            self._woken.clear()
            try:
                await self._read()
                delay = _BACK_OFF[0]
            except Exception as error:  # whatever it is: those who follow must not wait for ever
                log.warning("%s while reading the outbox", type(error).__name__)
                await asyncio.sleep(delay)
                delay = min(delay * 2, longest)
                self._woken.set()

    async def _read(self) -> None:
        """Read what has grown until it is all read; what could not be read stays noted."""
        while self._grown:
            names = list(self._grown)[:_AT_ONCE]
            self._grown -= set(names)  # first: whoever comes while it is read wants it read again
            try:
                fresh = [name for name in names if self._last(name) is None]
                begins = await tails(self._db.select, self._db.dialect, fresh) if fresh else {}
                await self._read_these(names, begins)
            except BaseException:
                self._grown |= set(names)
                raise

    async def _read_these(self, names: Collection[str], begins: Mapping[str, int]) -> None:
        rings = {name: ring for name in names if (ring := self._rings.get(name)) is not None}
        for name, ring in rings.items():
            if ring.last is None:
                ring.last = begins.get(name)
        positions = {name: ring.last for name, ring in rings.items() if ring.last is not None}
        if not positions:
            return
        for name, stretch in (await since(self._db.select, self._db.dialect, positions, BATCH)).items():
            rings[name].grow(stretch)
            if rings[name].last != stretch.last:
                self._grown.add(name)

    def _last(self, name: str) -> int | None:
        ring = self._rings.get(name)
        return None if ring is None else ring.last
