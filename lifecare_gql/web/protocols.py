"""uvicorn's connections, with what ASGI alone cannot do: cut a reader off, and hear that the server stops."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

_LINK = "lifecare.link"
MAX_HEAD_BYTES = 128 * 1024
"""Of a request line with its headers."""
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


class HttpProtocol(_Linked, HttpToolsProtocol):
    """HTTP. The parser bounds no request's head, and lets one through that lacks its host: here it is 400."""

    _head = 0  # bytes of a head that is not complete

    def data_received(self, data: bytes) -> None:
        self._head += len(data) if self._head else 0
        if self._head > MAX_HEAD_BYTES:
            self.send_400_response("head too long")
        else:
            super().data_received(data)

    def on_message_begin(self) -> None:
        self._head = 1
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        size = sum(len(name) + len(value) for name, value in self.headers)
        hosted = self.parser.get_http_version() == "1.0" or any(name == b"host" for name, _ in self.headers)
        if size > MAX_HEAD_BYTES or not hosted:
            raise ValueError("a head that is not accepted")  # the parser's caller answers 400
        self._head = 0
        super().on_headers_complete()


class SocketProtocol(_Linked, WebSocketsSansIOProtocol):
    """Websockets. Who does not read that we leave is not waited for."""

    def shutdown(self) -> None:
        super().shutdown()
        self.loop.call_later(_LAST_WORDS_SECONDS, self.link.cut)
