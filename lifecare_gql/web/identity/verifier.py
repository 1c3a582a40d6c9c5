"""From a token to what it says, or to a refusal that does not tell why."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import re
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

import jwt

from lifecare_gql.actions.callers import TOKEN_REFUSED
from lifecare_gql.domain.logins import Identity, LoginMethod
from lifecare_gql.errors import NotAuthenticated
from lifecare_gql.web.identity.config import IssuerConfig, Methods
from lifecare_gql.web.identity.issuers import Issuer
from lifecare_gql.web.identity.keys import Key

MAX_TOKEN_LENGTH = 8 * 1024
REMEMBERED = 10_000
"""Of how many tokens it is remembered that their signature was right."""
_HSA_ID = re.compile(r"SE[0-9]{10}-[A-Za-z0-9]{1,18}")
_UNVERIFIED: Any = {"verify_signature": False}

Claims = Mapping[str, Any]


class _Known(NamedTuple):
    """A token whose signature was right: by which key, what it says, and until when (seconds since 1970)."""

    issuer: Issuer
    kid: str | None
    key: Key
    identity: Identity
    until: float


class Verifier:
    """Verifies tokens of the issuers that the settings name.

    A signature is verified once for each key: a token that was right comes with each request. Whether its
    key is still the issuer's, and its time has not run out, is asked each time. Tokens are remembered by digests.
    """

    def __init__(self, issuers: Iterable[Issuer]) -> None:
        self._issuers = {one.config.issuer: one for one in issuers}
        self._known: OrderedDict[bytes, _Known] = OrderedDict()

    @asynccontextmanager
    async def fresh(self) -> AsyncIterator[None]:
        """Get all keys, and keep them fresh meanwhile. An issuer that is down delays the start a little."""
        keys = [one.keys for one in self._issuers.values()]
        await asyncio.gather(*(one.fetch() for one in keys))
        renewing = asyncio.gather(*(one.renew() for one in keys))
        try:
            yield
        finally:
            renewing.cancel()
            with suppress(asyncio.CancelledError):
                await renewing

    def standing(self) -> dict[str, bool]:
        """By the name of each issuer, whether its tokens can be verified now."""
        return {one.name: one.keys.ready for one in self._issuers.values()}

    async def verify(self, token: str) -> Identity:
        """What the token says.

        NotAuthenticated, without telling why, when it cannot be trusted; IssuerUnavailable when that cannot be
        known, because its issuer's keys were never got.
        """
        if len(token) > MAX_TOKEN_LENGTH:
            raise NotAuthenticated(TOKEN_REFUSED)
        try:
            mark = hashlib.sha256(token.encode()).digest()
            known = self._known.get(mark)
            issuer, kid = known[:2] if known else self._named(token)
            key = await issuer.keys.find(kid)
            if key is None:
                raise ValueError("no such key")
            if known is None or known.key is not key or known.until <= time.time():
                identity = _identity(issuer, _trusted(token, key, issuer.config))
                known = _Known(issuer, kid, key, identity, identity.expires_at.timestamp())
                self._remember(mark, known)
            return known.identity
        except (jwt.PyJWTError, ValueError, TypeError, KeyError, OverflowError):
            raise NotAuthenticated(TOKEN_REFUSED) from None

    def _remember(self, mark: bytes, known: _Known) -> None:
        self._known[mark] = known
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    def _named(self, token: str) -> tuple[Issuer, str | None]:
        """Whose token it says it is, and with which key: only to know what to verify it with."""
        told = jwt.decode_complete(token, options=_UNVERIFIED)
        return self._issuers[told["payload"]["iss"]], told["header"].get("kid")


def _trusted(token: str, key: Key, config: IssuerConfig) -> Claims:
    """The claims of a token that was signed by the issuer, for us, and is in its time."""
    told = jwt.decode_complete(
        token,
        key.public,
        algorithms=list(key.algorithms),
        audience=config.audience,
        issuer=config.issuer,
        leeway=config.leeway_seconds,
        options={"require": ["exp", "iat", "iss", "aud", *config.required], "enforce_minimum_key_length": True},
    )
    claims: Claims = told["payload"]
    typed = config.token_type is None or told["header"].get("typ") == config.token_type
    if not typed or int(claims["exp"]) - int(claims["iat"]) > config.max_lifetime_minutes * 60:
        raise ValueError("another kind of token, or one that lives too long")
    return claims


def _identity(issuer: Issuer, claims: Claims) -> Identity:
    config, names = issuer.config, issuer.config.claims
    purpose = _text(claims, names.purpose)
    if config.purposes and purpose not in config.purposes:
        raise ValueError("another purpose")
    return Identity(
        issuer=issuer.name,
        staff_hsa_id=_hsa_id(claims, names.staff),
        assignment_hsa_id=_hsa_id(claims, names.assignment),
        expires_at=dt.datetime.fromtimestamp(int(claims["exp"]) + config.leeway_seconds, dt.UTC),
        purpose=purpose,
        unit_hsa_id=_hsa_id(claims, names.unit) if names.unit in claims else None,
        care_provider_hsa_id=_hsa_id(claims, names.care_provider) if names.care_provider in claims else None,
        rights=_texts(claims, names.rights),
        professions=_texts(claims, names.professions),
        roles=_texts(claims, names.roles),
        assurance=_assurance(config, claims),
        methods=_methods(config.methods, claims),
    )


def _assurance(config: IssuerConfig, claims: Claims) -> str | None:
    if config.assurance is None:
        return _text(claims, "acr")
    level = _text(claims, config.assurance.claim)
    if level not in config.assurance.accepted:
        raise ValueError("not assured enough")
    return level


def _methods(config: Methods | None, claims: Claims) -> frozenset[LoginMethod]:
    if config is None:
        return frozenset()
    told = _texts(claims, config.claim)
    return frozenset(config.values[word] for word in told if word in config.values)


def _hsa_id(claims: Claims, name: str | None) -> str:
    told = _text(claims, name)
    if told is None or not _HSA_ID.fullmatch(told):
        raise ValueError("no HSA-id")
    return told


def _text(claims: Claims, name: str | None) -> str | None:
    """A claim that must be one text, if it is there."""
    told = None if name is None else claims.get(name)
    if not isinstance(told, str | None):
        raise ValueError("no text")
    return told


def _texts(claims: Claims, name: str | None) -> frozenset[str]:
    """A claim that is a text or a list of texts, if it is there."""
    told = [] if name is None else claims.get(name) or []
    listed = [told] if isinstance(told, str) else told
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise ValueError("no texts")
    return frozenset(listed)
