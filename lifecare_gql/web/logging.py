"""One line for each request: what was asked of which route, and how it went. Never a URL, a query or a body."""

from __future__ import annotations

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger("lifecare_gql.requests")


class RequestLog:
    """ASGI middleware. The path is logged only when it is one of ours: a stranger's may carry a number."""

    def __init__(self, app: ASGIApp, paths: frozenset[str]) -> None:
        self._app = app
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            path = scope["path"] if scope["path"] in self._paths else "other"
            took = (time.perf_counter() - began) * 1000
            log.info("%s %s %s %.1f ms", scope["method"], path, status, took)
