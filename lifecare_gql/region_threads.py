"""A few threads that belong to one plugin. Daemons: one that never returns does not hold up the server's end.

The library's own pools wait for their threads when the program ends, and cannot tell that one is lost.
"""

from __future__ import annotations

import asyncio
import ctypes
import queue
import threading
import time
import weakref
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

INSISTING = 10
"""How often a call is interrupted again that goes on: the last time after 51 seconds."""

Answered = tuple[Any, Exception | None]
"""What was returned, or what was raised."""


class Exited(Exception):
    """What was called tried to end the process."""


class GivenUp(BaseException):
    """Raised inside a call that nobody waits for any longer, so that one that only computes ends."""


@dataclass(eq=False, slots=True)
class Job:
    """One call. `future` holds what came of it, and never an exception; cancelled, it has not begun."""

    call: Callable[[], Any]
    future: Future[Answered] = field(default_factory=Future)
    lock: threading.Lock = field(default_factory=threading.Lock)
    thread: threading.Thread | None = None
    given_up: bool = False

    def run(self) -> None:
        """Make the call in this thread."""
        with self.lock:
            self.thread = threading.current_thread()
        try:
            answered = outcome(self.call)
        finally:
            with self.lock:
                self.thread = None
        self.future.set_result(answered)

    def interrupt(self) -> bool:
        """Raise GivenUp in the call, if it still goes on: whether it does."""
        with self.lock:
            if self.thread is None or self.thread.ident is None or not self.thread.is_alive():
                return False
            self.given_up = True
            raising = ctypes.pythonapi.PyThreadState_SetAsyncExc
            raising(ctypes.c_ulong(self.thread.ident), ctypes.py_object(GivenUp))
            return True


class Pool:
    """At most `size` threads, made as they are needed."""

    def __init__(self, name: str, size: int) -> None:
        self._name, self._size = name, size
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._open: list[Job] = []
        self._threads: list[threading.Thread] = []
        self._lost: list[threading.Thread] = []
        weakref.finalize(self, _dismiss, self._jobs, size)

    @property
    def abandoned(self) -> int:
        """How many threads still run what was given up."""
        self._lost = [thread for thread in self._lost if thread.is_alive()]
        return len(self._lost)

    @property
    def has_room(self) -> bool:
        """Whether a thread is left that may come to a call."""
        return self.abandoned < self._size

    def submit(self, call: Callable[[], Any]) -> Job:
        """Have the call made by the next free thread."""
        job = Job(call)
        self._open = [*(one for one in self._open if not one.future.done()), job]
        self._jobs.put(job)
        if len(self._threads) < min(len(self._open), self._size - self.abandoned):
            thread = threading.Thread(target=_work, args=(self._jobs,), daemon=True, name=self._name)
            self._threads.append(thread)
            thread.start()
        return job

    def give_up(self, job: Job) -> bool:
        """Wait no longer: whether it had begun. Its thread ends with the call, and another takes its place."""
        if job.future.cancel():
            return False
        thread = job.thread
        if thread is not None and job.interrupt():
            self._open.remove(job)
            self._threads.remove(thread)
            self._lost.append(thread)
            threading.Thread(target=_insist, args=(job,), daemon=True, name=f"{self._name}-insist").start()
        return True


def outcome(call: Callable[[], Any]) -> Answered:
    """What the call returns or raises; Exited for SystemExit and its like."""
    try:
        return call(), None
    except GivenUp:
        raise
    except Exception as error:
        return None, error
    except BaseException as error:
        return None, Exited(f"{type(error).__name__}: {error}")


def finished(coroutine: Coroutine[Any, Any, Any], seconds: float) -> Any:
    """What the coroutine returns, on an event loop of its own in this thread; TimeoutError after `seconds`."""

    async def contained() -> Any:
        try:
            return await coroutine
        except (SystemExit, KeyboardInterrupt) as error:  # which would leave the loop without a word to the caller
            raise Exited(f"{type(error).__name__}: {error}") from None

    return asyncio.run(asyncio.wait_for(contained(), seconds))


def _work(jobs: queue.SimpleQueue[Job | None]) -> None:
    """Take jobs until there is none more, or one was given up: GivenUp may come late, to whatever runs then."""
    with suppress(GivenUp):
        while (job := jobs.get()) is not None:
            if job.future.set_running_or_notify_cancel():
                job.run()
            if job.given_up:
                return
            del job


def _insist(job: Job) -> None:
    """Interrupt it again and again: what is raised during a weak reference's callback the interpreter drops."""
    for at in range(INSISTING):
        time.sleep(0.05 * 2**at)
        if not job.interrupt():
            return


def _dismiss(jobs: queue.SimpleQueue[Job | None], size: int) -> None:
    for _ in range(size):
        jobs.put(None)
