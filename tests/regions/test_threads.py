"""A plugin's call that only computes is ended, whatever it is doing when it is told to."""

from __future__ import annotations

import time

from lifecare_gql.region_threads import GivenUp
from tests.regions.test_running import ended, failing, guard


async def test_a_thread_that_only_computes_is_ended() -> None:
    one, _ = guard()

    def spins() -> None:
        while True:
            pass

    assert await failing(one, spins) == "hangs"
    began = time.monotonic()
    ended(one)
    assert time.monotonic() - began < 2


async def test_a_thread_that_did_not_hear_it_is_told_again() -> None:
    one, _ = guard()
    heard = []

    def spins_on() -> None:
        """As when the interpreter runs the callback of a weak reference, where nothing that is raised gets out."""
        while not heard:
            try:
                while True:
                    pass
            except GivenUp:
                heard.append(True)
        while True:
            pass

    assert await failing(one, spins_on) == "hangs"
    ended(one)
    assert heard
