"""What websockets and event streams share: how many one may have, how long a reader is waited for."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from lifecare_gql.domain.logins import Identity
from lifecare_gql.web.protocols import Link


class TooMany(Exception):
    """The caller has as many open as one may have."""


class TooSlow(Exception):
    """The reader did not read, and was cut off."""


@dataclass(slots=True, kw_only=True)
class Live:
    """One for each process. `send_seconds`: how long a reader may take to make room for the next message."""

    send_seconds: float
    per_caller: int
    _open: Counter[str] = field(default_factory=Counter)

    @contextmanager
    def counted(self, identity: Identity) -> Iterator[None]:
        """While it is open, it counts. TooMany."""
        who = identity.assignment_hsa_id
        if self._open[who] >= self.per_caller:
            raise TooMany
        self._open[who] += 1
        try:
            yield
        finally:
            self._open[who] -= 1
            if not self._open[who]:
                del self._open[who]

    async def within(self, sending: Awaitable[None], link: Link) -> None:
        """Send it. Who makes no room for it in time is cut off (TooSlow), and can come again."""
        try:
            async with asyncio.timeout(self.send_seconds):
                await sending
        except TimeoutError:
            link.cut()
            raise TooSlow from None
