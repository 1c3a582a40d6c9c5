"""One name for each request: told to the caller, in every line of the log, and in the access log.

It is made here, never taken from a header: a caller's own could be a person's number.
"""

from __future__ import annotations

from contextvars import ContextVar
from uuid import UUID, uuid4

_current: ContextVar[UUID | None] = ContextVar("lifecare_request", default=None)


def begin() -> UUID:
    """A new request begins in this task and those that it starts."""
    request = uuid4()
    _current.set(request)
    return request


def end() -> None:
    """The request is over."""
    _current.set(None)


def current() -> UUID | None:
    """The request that runs here; None outside any."""
    return _current.get()


def reference() -> str:
    """What a caller is told, 32 hexadecimal digits; a new one outside any request."""
    return (current() or uuid4()).hex
