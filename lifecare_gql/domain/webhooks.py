"""The rules of webhooks: which addresses, when to try again, what hinders an act. Pure.

Who administers the unit administers its webhooks: no document says who, so this is our assumption.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from random import Random
from urllib.parse import urlsplit

from lifecare_gql.domain.administering import (
    CENTRAL,
    CONFIGURE,
    Administrator,
    Place,
    may_configure,
    not_administrator,
    objection,
)
from lifecare_gql.domain.objections import Objection, ObjectionCode
from lifecare_gql.domain.texts import said
from lifecare_gql.domain.webhook_words import WebhookEventKind, WebhookState

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

MAX_URL_LENGTH = 1000
PAUSES = tuple(
    dt.timedelta(seconds=seconds)
    for seconds in (5, 5 * 60, 30 * 60, *(hours * 3600 for hours in (2, 5, 10, 14, 20, 24)))
)
"""What is waited after each attempt that failed, the first being at once: the schedule that the specification
Standard Webhooks suggests. Who has failed as often as this, and once more, is a dead letter."""
JITTER = 0.1
"""By how much of itself a pause is made longer at most, so that many do not come back at the same moment."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookPolicy:
    """What a deployment lets webhooks do. All figures are our assumptions.

    `networks` may be told besides the internet; `loopback`: also this machine, and there without TLS.
    """

    networks: tuple[Network, ...] = ()
    loopback: bool = False
    seconds: float = 15
    dead_letters: int = 3
    rotation: dt.timedelta = dt.timedelta(hours=24)


# No user, no fragment, nothing that two parsers could read differently.
_URL = re.compile(
    r"(https?)://([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?(/[\w.~!$&'()*+,;=:/?%-]*)?", re.ASCII | re.I
)
_STRANGE = tuple(
    map(ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "::/96", "fec0::/10", "192.0.0.0/24"))
)
"""What Python takes for the internet: addresses of IPv6 that hold one of IPv4, which whoever routes them decides
on, and such as are the machine's or the site's own."""


def url_fault(url: str, policy: WebhookPolicy) -> str | None:
    """Why the URL may not be told anything, in Swedish; None when nothing that is written there hinders it.

    What its name resolves to is asked before each delivery, not here: it may be another address by then.
    """
    found = _URL.fullmatch(url)
    if found is None or len(url) > MAX_URL_LENGTH or not 0 < int(found[3] or 443) < 65536:
        return "Det är ingen adress av slaget https://värd/sökväg."
    host = host_of(url)
    local = policy.loopback and is_local(host)
    if found[1].lower() != "https" and not local:
        return "Adressen måste börja med https."
    try:
        literal = ip_address(host)
    except ValueError:
        return None if local or not is_local(host) else "Adressen är serverns egen."
    return None if may_be_told(literal, policy) else "Adressen ligger inte på internet eller i ett tillåtet nät."


def host_of(url: str) -> str:
    """The host of a URL, without brackets; empty when it has none."""
    return urlsplit(url).hostname or ""


def is_local(host: str) -> bool:
    """Whether the name, or the address, is that of the machine itself."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def may_be_told(address: Address, policy: WebhookPolicy) -> bool:
    """Whether the address is on the internet, or in a network that the deployment allows."""
    plain = getattr(address, "ipv4_mapped", None) or address
    if any(plain in network for network in policy.networks if network.version == plain.version):
        return True
    if plain.is_loopback:
        return policy.loopback
    special = plain.is_multicast or plain.is_reserved or plain.is_unspecified or plain.is_link_local
    strange = any(plain in network for network in _STRANGE if network.version == plain.version)
    return plain.is_global and not special and not strange


def pause_after(attempts: int, random: Random) -> dt.timedelta | None:
    """How long to wait after so many failed attempts; None when it is not tried again."""
    if attempts > len(PAUSES):
        return None
    return PAUSES[attempts - 1] * (1 + JITTER * random.random())


def judge_registration(
    actor: Administrator, place: Place, *, active: bool, fault: str | None
) -> Iterator[Objection]:
    """What hinders that a webhook is registered; `fault` is what `url_fault` found."""
    yield from _may(actor, place)
    if not active:
        yield objection(ObjectionCode.UNIT_NOT_REGISTERED, ("input", "unitId"), place)
    if fault is not None:
        yield objection(ObjectionCode.URL_NOT_ALLOWED, ("input", "url"), place, detail=fault)


_STANDS: dict[WebhookEventKind, Callable[[WebhookState], bool]] = {
    WebhookEventKind.SECRET_ROTATED: lambda state: state is not WebhookState.ENDED,
    WebhookEventKind.PAUSED: lambda state: state is WebhookState.ACTIVE,
    WebhookEventKind.RESUMED: lambda state: state is WebhookState.PAUSED,
    WebhookEventKind.REPLAYED: lambda state: state is not WebhookState.ENDED,
    WebhookEventKind.ENDED: lambda state: state is not WebhookState.ENDED,
}


def judge_act(
    actor: Administrator, place: Place, kind: WebhookEventKind, state: WebhookState, *, active: bool
) -> Iterator[Objection]:
    """What hinders that this is done to a webhook in that state; `active`: whether its unit is."""
    yield from _may(actor, place)
    if not _STANDS[kind](state):
        told = said("Den är {state}.", state=state.term)
        yield objection(ObjectionCode.WRONG_STATE, ("input", "webhookId"), place, detail=told)
    if kind is WebhookEventKind.RESUMED and not active:
        yield objection(ObjectionCode.UNIT_NOT_REGISTERED, ("input", "webhookId"), place)


def _may(actor: Administrator, place: Place) -> Iterator[Objection]:
    if not may_configure(actor, place):
        yield not_administrator(place, *(CONFIGURE if place.local else CENTRAL))
