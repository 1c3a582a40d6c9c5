"""One POST to an address that has been checked. The connection goes to the address that was checked, no other.

No redirect is followed, no proxy of the environment is used, and nothing of the answer is read but its status.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address

import httpx2

from lifecare_gql.domain.webhooks import Address, WebhookPolicy, host_of, may_be_told, url_fault

log = logging.getLogger("lifecare_gql.webhooks")


class NotAllowed(Exception):
    """The URL, or what its name resolves to now, may not be told anything."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The status, or None and why there is none."""

    status: int | None
    why: str = ""


class Sender:
    """Sends to what the policy allows, each attempt within its seconds."""

    def __init__(self, policy: WebhookPolicy, tls: ssl.SSLContext | None = None) -> None:
        self._policy, self._tls = policy, tls

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """POST it; never raises."""
        try:
            async with asyncio.timeout(self._policy.seconds):
                address = await self._address(url)
                return Answer(await self._post(url, address, headers, body))
        except (NotAllowed, OSError, TimeoutError, httpx2.HTTPError, httpx2.InvalidURL, UnicodeError) as error:
            return Answer(None, type(error).__name__)

    async def _address(self, url: str) -> Address:
        """The address to connect to. If any that the name has is not allowed, none is: it may be a trap."""
        if url_fault(url, self._policy) is not None:
            raise NotAllowed
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host_of(url), None, type=socket.SOCK_STREAM)
        addresses = [ip_address(str(sockaddr[0])) for *_, sockaddr in found]
        if not addresses or not all(may_be_told(one, self._policy) for one in addresses):
            raise NotAllowed
        return addresses[0]

    async def _post(self, url: str, address: Address, headers: Mapping[str, str], body: bytes) -> int:
        self._tls = self._tls or httpx2.create_ssl_context()
        named = httpx2.URL(url)
        pinned = named.copy_with(host=str(address))
        said = {**headers, "host": named.netloc.decode("ascii"), "content-type": "application/json"}
        client = httpx2.AsyncClient(
            verify=self._tls, timeout=self._policy.seconds, trust_env=False, follow_redirects=False
        )
        sni = {"sni_hostname": host_of(url)}
        async with client, client.stream("POST", pinned, headers=said, content=body, extensions=sni) as answer:
            return answer.status_code
