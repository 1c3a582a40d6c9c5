"""Which language a caller wants: the header Accept-Language (RFC 9110, section 12.5.4), also of a websocket.

A language that we do not speak is never an error: then it is the deployment's, or each text as it is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from lifecare_gql.settings import Language
from lifecare_gql.web.negotiation import KEPT

_KEY = "lifecare.language"
_SPOKEN = frozenset(Language)
_RANGE = re.compile(
    r"\s*(?P<name>\*|[a-z]{1,8})(?:-[a-z0-9]{1,8})*\s*(?:;\s*q=(?P<quality>0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?",
    re.ASCII | re.IGNORECASE,
)
_EITHER = ", ".join(Language)
"""Without a wish: what is for those who give care is in Swedish, what is for those who program in English."""


class Languages:
    """ASGI middleware: finds out the language of each request and websocket; `language_of` tells it."""

    def __init__(self, app: ASGIApp, default: Language | None) -> None:
        self._app, self._default = app, default

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            wished = ",".join(Headers(scope=scope).getlist("accept-language"))
            scope[_KEY] = negotiated(wished, self._default)
        await self._app(scope, receive, send)


def language_of(scope: Scope) -> Language | None:
    """The language of the request; None: each text as it is written."""
    language: Language | None = scope.get(_KEY)
    return language


def say_language(headers: MutableHeaders, language: Language | None) -> None:
    """What an answer with texts says of their language, and that another caller may get it in another one."""
    headers["content-language"] = language or _EITHER
    headers.add_vary_header("Accept-Language")


@lru_cache(KEPT)
def negotiated(wished: str, default: Language | None) -> Language | None:
    """The language that the header likes best; of several the default, else the one that it names first.

    A range counts for the language that it begins with, so sv-FI is sv; where it says no more than that any
    language will do, it is the default. What is malformed is passed over.
    """
    qualities: dict[str, float] = {}
    for name, quality in _ranges(wished):
        qualities[name] = max(quality, qualities.get(name, 0.0))
    named = [Language(name) for name in qualities if name in _SPOKEN]
    likings = {one: qualities.get(one, qualities.get("*", 0.0)) for one in (*named, *Language)}
    best = max(likings.values())
    liked = [one for one, quality in likings.items() if quality == best]
    any_will_do = not named and len(liked) == len(Language)
    return default if best == 0 or default in liked or any_will_do else liked[0]


def _ranges(wished: str) -> Iterator[tuple[str, float]]:
    for found in map(_RANGE.fullmatch, wished.split(",")):
        if found:
            yield found["name"].lower(), float(found["quality"] or 1)
