"""PostgreSQL's notifications, over a connection of its own that is made anew whenever it breaks.

What is notified while there is none is lost; so after each new connection everything has to be looked at.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any

import asyncpg

from lifecare_gql.storage.outbox import CHANNEL, EVERY_STREAM
from lifecare_gql.storage.url import PostgresAddress

log = logging.getLogger(__name__)

_BACK_OFF = (0.1, 5.0)
_ANSWER_SECONDS = 5.0

Told = Callable[[Collection[str]], None]


async def listen(address: PostgresAddress, told: Told, look_again: float) -> None:
    """Tell which streams have grown, until cancelled. A silent server is noticed after `look_again` seconds."""
    delay, longest = _BACK_OFF
    while True:
        began = asyncio.get_running_loop().time()
        try:
            await _while_it_lasts(address, told, look_again)
        except Exception as error:  # whatever it is: without notifications everything comes late
            log.warning("%s: nothing is heard from PostgreSQL; trying again", type(error).__name__)
        lasted = asyncio.get_running_loop().time() - began
        delay = _BACK_OFF[0] if lasted > longest else min(delay * 2, longest)
        await asyncio.sleep(delay)


async def _while_it_lasts(address: PostgresAddress, told: Told, look_again: float) -> None:
    arguments: dict[str, Any] = address.connect_arguments()
    settings = {"application_name": "lifecare-gql events"}
    connection = await asyncpg.connect(**arguments, timeout=_ANSWER_SECONDS, server_settings=settings)
    try:
        lost = asyncio.Event()
        connection.add_termination_listener(lambda _: lost.set())
        await connection.add_listener(CHANNEL, lambda *heard: told(str(heard[-1]).split(",")))
        told([EVERY_STREAM])
        while not lost.is_set():
            with suppress(TimeoutError):  # not `wait_for`, which before Python 3.12 may lose a cancellation
                async with asyncio.timeout(look_again):
                    await lost.wait()
            if not lost.is_set():
                await connection.execute("select 1", timeout=_ANSWER_SECONDS)
    finally:
        connection.terminate()
