"""Where the keys come from: fixed at the start, or fetched again and again while the server serves."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
from collections.abc import Callable, Mapping
from typing import Protocol

import httpx2

from lifecare_gql.errors import IssuerUnavailable
from lifecare_gql.web.identity.keys import Key, keys_in_set

log = logging.getLogger("lifecare_gql.issuers")

FETCH_SECONDS = 5.0
"""No fetch lasts longer, and no start waits longer for one."""
PAUSE_SECONDS = 5.0
"""How long after a fetch that brought nothing new nobody's unknown key causes another one."""
MAX_BYTES = 256 * 1024


class Keys(Protocol):
    """An issuer's keys."""

    @property
    def ready(self) -> bool:
        """Whether there is any, so that the issuer's tokens can be verified now."""

    async def find(self, kid: str | None) -> Key | None:
        """The key that a token names; None when there is none, IssuerUnavailable when that is not known."""

    async def fetch(self) -> None:
        """Get the keys anew. Never raises: what went wrong is logged, and the last good keys stay."""

    async def renew(self) -> None:
        """Fetch again and again, until cancelled."""


class FixedKey:
    """One key from a file, whatever a token calls it."""

    def __init__(self, key: Key) -> None:
        self._key = key

    @property
    def ready(self) -> bool:
        return True

    async def find(self, kid: str | None) -> Key | None:
        return self._key

    async def fetch(self) -> None:
        """Nothing: it stays what it is."""

    async def renew(self) -> None:
        """Nothing: it stays what it is."""


class PublishedKeys:
    """The keys at an issuer's address (JWKS).

    They are fetched at the start and every `minutes`. A token that names an unknown key causes one more fetch,
    shared by all who wait for a key: so a rotation loses no request. While the issuer is down the last good set
    serves, for at most `last_hours`. `monotonic` tells seconds.
    """

    def __init__(
        self,
        name: str,
        url: str,
        algorithms: tuple[str, ...],
        minutes: float = 5,
        last_hours: float = 24,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._name, self._url, self._algorithms = name, url, algorithms
        self._interval, self._last = minutes * 60, last_hours * 3600
        self._monotonic = monotonic
        self._tls: ssl.SSLContext | None = None
        self._keys: Mapping[str, Key] = {}
        self._got_at = self._in_vain_at = float("-inf")
        self._begun = 0
        self._one_at_a_time = asyncio.Lock()

    @property
    def ready(self) -> bool:
        return bool(self._good())

    async def find(self, kid: str | None) -> Key | None:
        if kid is None:
            return None
        if kid not in self._good():
            await self._seek(kid)
        keys = self._good()
        if not keys:
            raise IssuerUnavailable("The issuer's keys cannot be had now. Try again.")
        return keys.get(kid)

    async def fetch(self) -> None:
        self._begun += 1
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                found = keys_in_set(await self._download(), self._algorithms)
        except asyncio.CancelledError:
            self._begun -= 1  # for those who wait it was none
            raise
        except Exception as error:
            serving = "the last good ones serve" if self._good() else "its tokens cannot be verified"
            log.warning("issuer=%s keys not fetched, %s: %s", self._name, serving, type(error).__name__)
            return
        if found.keys() != self._keys.keys():
            log.info("issuer=%s keys=%d", self._name, len(found))
        self._keys, self._got_at = found, self._monotonic()

    async def renew(self) -> None:
        while True:
            fresh = self._monotonic() - self._got_at < self._interval
            await asyncio.sleep(self._interval if fresh else PAUSE_SECONDS)
            async with self._one_at_a_time:
                await self.fetch()

    def _good(self) -> Mapping[str, Key]:
        return self._keys if self._monotonic() - self._got_at < self._last else {}

    async def _seek(self, kid: str) -> None:
        """Fetch, unless somebody has begun to since we came, or has just looked in vain."""
        begun = self._begun
        if self._monotonic() - self._in_vain_at < PAUSE_SECONDS:
            return
        async with self._one_at_a_time:
            if self._begun > begun or kid in self._good():
                return
            await self.fetch()
            if kid not in self._good():
                self._in_vain_at = self._monotonic()

    async def _download(self) -> bytes:
        self._tls = self._tls or httpx2.create_ssl_context()
        plain = {"accept": "application/json", "accept-encoding": "identity"}
        body = b""
        async with (
            httpx2.AsyncClient(verify=self._tls, timeout=FETCH_SECONDS, headers=plain) as http,
            http.stream("GET", self._url) as answer,
        ):
            if answer.status_code != 200:
                raise OSError(f"status {answer.status_code}")
            async for piece in answer.aiter_raw():
                body += piece
                if len(body) > MAX_BYTES:
                    raise OSError("too long")
        return body
