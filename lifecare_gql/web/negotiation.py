"""Which media type an answer has: what the client's Accept header asks for (RFC 9110, section 12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

GRAPHQL = "application/graphql-response+json"
JSON = "application/json"
EVENT_STREAM = "text/event-stream"

_QUALITY = re.compile(r"(0(\.\d{0,3})?|1(\.0{0,3})?)")
_UTF_8 = ("utf-8", "utf8")
KEPT = 100
"""Headers whose meaning is remembered: clients are of few kinds."""


@lru_cache(KEPT)
def negotiated(accept: str | None) -> str | None:
    """GRAPHQL or JSON; None when the client takes neither.

    Where both are named alike GRAPHQL is chosen, for its status codes can be relied on; where neither is named,
    by a wildcard or no header at all, JSON, which everybody reads.
    """
    if accept is None or not accept.strip():
        return JSON
    ranges = list(_ranges(accept))
    found = {media: _quality(media, ranges) for media in (GRAPHQL, JSON)}
    best = max(found, key=lambda media: (*found[media], (media == GRAPHQL) is (found[media][1] == 2)))
    return best if found[best][0] > 0 else None


@lru_cache(KEPT)
def wants_event_stream(accept: str | None) -> bool:
    """Whether the client asks by name for a stream of events."""
    return accept is not None and _quality(EVENT_STREAM, list(_ranges(accept)))[1] == 2


@lru_cache(KEPT)
def prefers_event_stream(accept: str | None) -> bool:
    """Whether a stream of events is ranked above both others. Who names all alike, as urql does, wants one for a
    subscription only: of a query's answer it reads the first event and breaks the rest off."""
    ranges = list(_ranges(accept or "*/*"))
    return _quality(EVENT_STREAM, ranges) > max(_quality(media, ranges) for media in (GRAPHQL, JSON))


def content_type(media: str) -> str:
    """The header, with the encoding."""
    return f"{media}; charset=utf-8"


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    """Each media range with its quality; what cannot be understood is left out."""
    for one in accept.lower().split(","):
        media, *parameters = (part.strip() for part in one.split(";"))
        given = dict(part.split("=", 1) for part in parameters if "=" in part)
        quality = given.get("q", "1").strip()
        if _QUALITY.fullmatch(quality) and given.get("charset", "utf-8").strip('" ') in _UTF_8:
            yield media, float(quality)


def _quality(media: str, ranges: list[tuple[str, float]]) -> tuple[float, int]:
    """The quality by the range that names it most exactly, and how exactly: 2 by name, 1 by kind, 0 at all."""
    names = ("*/*", f"{media.partition('/')[0]}/*", media)
    matching = [(names.index(name), quality) for name, quality in ranges if name in names]
    exactly, quality = max(matching, default=(0, 0.0))
    return quality, exactly
