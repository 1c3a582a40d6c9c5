"""What a plugin's code does while the server runs: off the event loop, for so long, at its own region's cost only.

Each plugin has a few threads of its own, and one that never returns is one fewer of them: nobody else's calls
wait for it. Each point where a plugin is called has a breaker. What ends the whole process (`os._exit`, a crash in
C, all memory taken) cannot be contained here.
"""

from __future__ import annotations

import asyncio
import logging
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from lifecare_gql.domain.problems import Problem, ProblemSeverity
from lifecare_gql.errors import RegionUnavailable
from lifecare_gql.region_threads import Exited, Pool

log = logging.getLogger("lifecare_gql.regions")

RUN_SECONDS = 1.0
"""How long a call may take, with the wait for one of the plugin's threads."""
THREADS = 4
"""Of each plugin: so many of its calls run at once."""
FAILURES = 3
"""So many failures one after the other open a point's breaker."""
REST_SECONDS = 30.0
"""So long an open breaker lets nothing through; then one call tries."""
TOLD_SECONDS = 3600.0
"""So long after the last failure a problem is told."""

Monotonic = Callable[[], float]


class Failing(StrEnum):
    """In which way a plugin's code did not answer."""

    RAISES = "raises"
    HANGS = "hangs"
    EXITS = "exits"
    JUNK = "answers-junk"
    BUSY = "is-busy"
    """No thread was free in time. It says nothing of the call, so the breaker does not count it."""
    RESTS = "rests"
    """The breaker is open."""


class Junk(Exception):
    """The answer is not what the schema says, or far too much."""


_REMEDIES = {
    Failing.RAISES: "the log says where it was raised",
    Failing.HANGS: "compute from what the plugin has read at the start; wait for nothing",
    Failing.EXITS: "raise an ordinary exception instead",
    Failing.JUNK: "return what the field's type says, and no more than a page of it",
    Failing.BUSY: "make it quicker: so many of its calls wait for each other",
}


@dataclass(slots=True)
class Breaker:
    """Of one point: after some failures in a row it is left alone, then tried by one call at a time.

    A few lines instead of a library: those for asyncio count a coroutine's exceptions, and here a call that fails
    is told apart from one that never got a thread.
    """

    hook: str
    monotonic: Monotonic
    failures: int = 0
    opened_at: float | None = None

    def lets_through(self) -> bool:
        """Whether a call may be made now. Of an open breaker, one call for each rest may."""
        if self.opened_at is None:
            return True
        if self.left() > 0:
            return False
        self.opened_at = self.monotonic()
        return True

    def left(self) -> float:
        """Seconds until the next call may try; 0 when it may now."""
        return 0.0 if self.opened_at is None else max(0.0, self.opened_at + REST_SECONDS - self.monotonic())

    def untried(self) -> None:
        """The call that was let through is about to be made again."""
        if self.opened_at is not None:
            self.opened_at = self.monotonic() - REST_SECONDS

    def succeeded(self) -> None:
        """It answered."""
        self.failures, self.opened_at = 0, None

    def failed(self) -> None:
        """It did not."""
        self.failures += 1
        if self.failures >= FAILURES:
            self.opened_at = self.monotonic()


@dataclass(slots=True)
class Trial:
    """An attempt at a request that is made again from the beginning if it fails: until then nothing is counted.

    Who was waited for in it in vain is not waited for again.
    """

    over: bool = False
    late: dict[str, Failing] = field(default_factory=dict)


@dataclass(slots=True)
class Tally:
    """How often something went wrong at one point, and when last."""

    times: int = 0
    at: float = 0.0


@dataclass(kw_only=True)
class Guard:
    """Stands between one plugin's code and everybody else."""

    plugin: str
    region: str
    seconds: float = RUN_SECONDS
    monotonic: Monotonic = time.monotonic
    told: Callable[[str, str, str], None] = lambda plugin, point, failing: None
    """Called at each failure, for the metrics."""
    breakers: dict[str, Breaker] = field(default_factory=dict)
    tallies: dict[tuple[str, Failing], Tally] = field(default_factory=dict)
    pool: Pool = field(init=False)

    def __post_init__(self) -> None:
        self.pool = Pool(f"region-{self.plugin}", THREADS)

    async def run(
        self, point: str, call: Callable[[], Any], trial: Trial | None = None, hook: str = "lifecare_schema"
    ) -> Any:
        """What the call returns, from a thread of the plugin's; RegionUnavailable when it does not, whyever.

        `point` is where the plugin is called, e.g. Unit.stockholmRolloutStages; `hook` is the one that brought it.
        """
        trial = trial or Trial(over=True)
        breaker = self.breakers.setdefault(point, Breaker(hook, self.monotonic))
        if not breaker.lets_through():
            raise self._unavailable(point, Failing.RESTS)
        if trial.over and point in trial.late:
            raise self._failed(point, trial.late[point], trial)
        if not self.pool.has_room:
            raise self._failed(point, Failing.BUSY, trial)
        job = self.pool.submit(call)
        try:
            async with asyncio.timeout(self.seconds):
                answer, error = await asyncio.wrap_future(job.future)
        except TimeoutError:
            late = Failing.HANGS if self.pool.give_up(job) else Failing.BUSY
            raise self._failed(point, late, trial) from None
        except asyncio.CancelledError:  # the request is over, whatever the plugin does
            self.pool.give_up(job)
            raise
        if error is None:
            breaker.succeeded()
            return answer
        raise self._failed(point, _kind(error), trial, error) from error

    def _failed(
        self, point: str, failing: Failing, trial: Trial, error: Exception | None = None
    ) -> RegionUnavailable:
        if trial.over:
            self._count(point, failing, error)
        else:
            self.breakers[point].untried()
            if failing in (Failing.HANGS, Failing.BUSY):
                trial.late[point] = failing
        return self._unavailable(point, failing)

    def _count(self, point: str, failing: Failing, error: Exception | None) -> None:
        tally = self.tallies.setdefault((point, failing), Tally())
        before, now = tally.at, self.monotonic()
        tally.times, tally.at = tally.times + 1, now
        if tally.times <= FAILURES or now - before > REST_SECONDS:  # a hundred rows may fail at once
            log.warning(
                "plugin=%s region=%s hook=%s point=%s failing=%s cause=%s at=%s",
                *(self.plugin, self.region, self.breakers[point].hook, point, failing),
                *("" if error is None else type(error).__name__, "" if error is None else _where(error)),
            )
        if failing is not Failing.BUSY:
            self.breakers[point].failed()
        self.told(self.plugin, point, failing)

    def _unavailable(self, point: str, failing: Failing) -> RegionUnavailable:
        hook = self.breakers[point].hook
        return RegionUnavailable(region=self.region, plugin=self.plugin, hook=hook, point=point, failing=failing)

    def problems(self) -> Iterator[Problem]:
        """What has gone wrong within the last hour, with the ways out."""
        for (point, failing), tally in self.tallies.items():
            ago = self.monotonic() - tally.at
            if ago > TOLD_SECONDS:
                continue
            breaker = self.breakers[point]
            rest = breaker.left()
            left = f"; it is left alone for {rest:.0f} s more" if rest else ""
            yield Problem(
                key=f"run-{failing}",
                severity=ProblemSeverity.FAILING,
                plugin=self.plugin,
                what=f"{breaker.hook}: {point} {failing}: {tally.times} times, the last {ago:.0f} s ago{left}",
                remedy=_REMEDIES[failing],
            )


@dataclass(kw_only=True)
class Guards:
    """The guards of one app: one for each plugin whose code runs, made when it first does."""

    seconds: float = RUN_SECONDS
    monotonic: Monotonic = time.monotonic
    told: Callable[[str, str, str], None] = lambda plugin, point, failing: None
    by_plugin: dict[str, Guard] = field(default_factory=dict)

    def of(self, plugin: str, region: str) -> Guard:
        """The plugin's guard."""
        if plugin not in self.by_plugin:
            self.by_plugin[plugin] = Guard(
                plugin=plugin,
                region=region,
                seconds=self.seconds,
                monotonic=self.monotonic,
                told=lambda *what: self.told(*what),
            )
        return self.by_plugin[plugin]

    def problems(self) -> tuple[Problem, ...]:
        """What has gone wrong lately, by plugin."""
        return tuple(one for guard in list(self.by_plugin.values()) for one in guard.problems())


def _kind(error: Exception) -> Failing:
    if isinstance(error, Exited):
        return Failing.EXITS
    return Failing.JUNK if isinstance(error, Junk) else Failing.RAISES


def _where(error: Exception) -> str:
    """The innermost line of the program that it came through; never what it held."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
