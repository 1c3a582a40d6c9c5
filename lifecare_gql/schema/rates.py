"""How much each caller may spend in a window. Kept in the memory of one process: several count each for itself."""

from __future__ import annotations

import datetime as dt
import math
import time
from dataclasses import dataclass
from uuid import uuid4

from limits import RateLimitItemPerSecond
from limits.aio.storage import MemoryStorage
from limits.aio.strategies import FixedWindowRateLimiter

from lifecare_gql.settings import Budget


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What is left of a window of so many seconds: points, and the seconds until it ends, rounded up."""

    limit: int
    window: int
    remaining: int
    seconds: int
    resets_at: dt.datetime


class Rates:
    """All callers of one process. Windows begin with a caller's first request (fixed windows)."""

    def __init__(self, window_seconds: int) -> None:
        self.window = window_seconds
        self._limiter = FixedWindowRateLimiter(_Memory())

    def meter(self, who: str, budget: Budget) -> Meter:
        """What one operation of that caller is measured with."""
        return Meter(self._limiter, RateLimitItemPerSecond(budget.points, self.window), who, budget)


class Meter:
    """Measures one operation: `nodes` asked for and `shown`, its `price` and the `points` that were spent.

    `dry`: it is only counted (dry run).
    """

    def __init__(
        self, limiter: FixedWindowRateLimiter, item: RateLimitItemPerSecond, who: str, budget: Budget
    ) -> None:
        self._limiter, self._item, self._who = limiter, item, who
        self.budget = budget
        self.nodes = self.price = self.points = self.shown = 0
        self.dry = False

    def apart(self) -> Meter:
        """One with the same budget, from which nobody else spends."""
        return Meter(self._limiter, self._item, f"apart:{uuid4().hex}", self.budget)

    @property
    def judged(self) -> bool:
        """Whether it is known what the operation costs: a quicker way of answering has been tried."""
        return self.price > 0

    async def spend(self, points: int) -> bool:
        """Spend the points, or none of them when so many are not left."""
        if not await self._limiter.test(self._item, self._who, cost=points):
            return False
        await self._limiter.hit(self._item, self._who, cost=points)
        self.points += points
        return True

    async def left(self) -> Left:
        """What the caller has left now."""
        ends, remaining = await self._limiter.get_window_stats(self._item, self._who)
        seconds = max(math.ceil(ends - time.time()), 0)
        at = dt.datetime.fromtimestamp(ends, dt.UTC).replace(microsecond=0)
        item = self._item
        return Left(
            limit=item.amount, window=item.get_expiry(), remaining=remaining, seconds=seconds, resets_at=at
        )


class _Memory(MemoryStorage):
    """Forgets what has ended once in a window; the library's own looks at every caller with each request."""

    _sweep_at = 0.0

    async def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        now = time.time()
        if now >= self._sweep_at:
            self._sweep_at = now + expiry
            for ended in [one for one, until in self.expirations.items() if until <= now]:
                await self.clear(ended)
        if self.expirations.get(key, 0) <= now:
            self.storage[key], self.expirations[key] = 0, now + expiry
        self.storage[key] += amount
        return self.storage[key]
