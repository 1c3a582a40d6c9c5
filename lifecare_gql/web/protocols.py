"""uvicorn's connections, with what ASGI alone cannot do: cut a reader off, and hear that the server stops."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

_LINK = "lifecare.link"
_LAST_WORDS_SECONDS = 5.0
"""How long a websocket that is told that we leave may take to read it."""


class Link:
    """One connection. `leaving` is set when the server begins to stop."""

    def __init__(self) -> None:
        self.leaving = asyncio.Event()
        self.transport: asyncio.Transport | None = None

    def cut(self) -> None:
        """End it at once, whatever waits to be sent."""
        if self.transport is not None:
            self.transport.abort()


def link_of(scope: Scope) -> Link:
    """The connection of a request or a websocket; one that does nothing under another server."""
    state: Mapping[str, Any] = scope.get("state") or {}
    found = state.get(_LINK)
    return found if isinstance(found, Link) else Link()


class _Linked:
    """Mixed in before a protocol of uvicorn's, whose scopes carry a copy of the state."""

    def __init__(self, config: Any, server_state: Any, app_state: dict[str, Any], _loop: Any = None) -> None:
        self.link = Link()
        super().__init__(config, server_state, {**app_state, _LINK: self.link}, _loop)  # type: ignore[call-arg]

    def connection_made(self, transport: Any) -> None:
        self.link.transport = transport
        super().connection_made(transport)  # type: ignore[misc]

    def shutdown(self) -> None:
        self.link.leaving.set()
        super().shutdown()  # type: ignore[misc]


class HttpProtocol(_Linked, H11Protocol):
    """HTTP."""


class SocketProtocol(_Linked, WebSocketsSansIOProtocol):
    """Websockets. Who does not read that we leave is not waited for."""

    def shutdown(self) -> None:
        super().shutdown()
        self.loop.call_later(_LAST_WORDS_SECONDS, self.link.cut)
