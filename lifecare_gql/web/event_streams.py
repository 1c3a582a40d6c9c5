"""GraphQL over server-sent events (graphql-sse, distinct connections): one operation, its results as they come.

``event: next`` carries a result, ``event: complete``: there are no more.
A stream that ends without it was broken off, e.g. as the server stops: come again after the last cursor.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.types.execution import ExecutionResult

from lifecare_gql.actions.session import Session
from lifecare_gql.domain.logins import Identity
from lifecare_gql.domain.texts import said
from lifecare_gql.schema.failures import INTERNAL, MASKED, code_for, told_of, where
from lifecare_gql.schema.languages import spoken
from lifecare_gql.web.answers import encode
from lifecare_gql.web.entrance import TURNED_AWAY
from lifecare_gql.web.languages import language_of
from lifecare_gql.web.live import TooMany, TooSlow
from lifecare_gql.web.protocols import link_of
from lifecare_gql.web.refusals import refusal
from lifecare_gql.web.requests import GraphQLRequest
from lifecare_gql.web.running import Visitor
from lifecare_gql.web.sockets import seconds_left

if TYPE_CHECKING:
    from lifecare_gql.web.view import GraphQLView

log = logging.getLogger("lifecare_gql.events")

KIND = "text/event-stream"
HEARTBEAT_SECONDS = 12.0
"""How often an idle stream says that it is alive; intermediaries close what is silent for longer."""
_HEARTBEAT = b":\n\n"
_COMPLETE = b"event: complete\ndata:\n\n"
_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


class EventStream(Response):
    """The answer to one operation."""

    def __init__(self, view: GraphQLView, request: Request, asked: GraphQLRequest) -> None:
        super().__init__(headers=_HEADERS, media_type=KIND)
        del self.headers["content-length"]
        self._view, self._asked = view, asked
        self._identity: Identity | None = request.scope["lifecare.identity"]
        self._address = request.client.host if request.client else ""
        self._language = language_of(request.scope)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self._identity is None:
            await self._run(scope, receive, send)
            return
        try:
            with self._view.live.counted(self._identity):
                await self._run(scope, receive, send)
        except TooMany:
            await refusal(429, "Too many open at once. End one first.")(scope, receive, send)

    async def _run(self, scope: Scope, receive: Receive, send: Send) -> None:
        link = link_of(scope)
        ends = {asyncio.create_task(link.leaving.wait()), asyncio.create_task(_gone(receive))}

        async def sending(body: bytes, *, more: bool = True) -> None:
            message = {"type": "http.response.body", "body": body, "more_body": more}
            await self._view.live.within(send(message), link)

        try:
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            async with aclosing(self._frames(ends)) as frames:
                async for frame in frames:
                    await sending(frame)
            await sending(b"", more=False)
        except TooSlow:
            pass
        finally:
            for task in ends:
                task.cancel()

    async def _frames(self, ends: set[asyncio.Task[Any]]) -> AsyncGenerator[bytes, None]:
        """What is sent; ends without `complete` when one of `ends` is over."""
        results = self._results()
        following: asyncio.Task[bytes] = asyncio.create_task(anext(results))
        try:
            while not any(task.done() for task in ends):
                patience = HEARTBEAT_SECONDS if self._identity is None else seconds_left(self._identity)
                if patience <= 0:
                    yield self._failed("The token has ended.", "UNAUTHENTICATED")
                    yield _COMPLETE
                    return
                timeout = min(patience, HEARTBEAT_SECONDS)
                await asyncio.wait({following, *ends}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
                if not following.done():
                    yield _HEARTBEAT
                    continue
                try:
                    yield following.result()
                except StopAsyncIteration:
                    yield _COMPLETE
                    return
                following = asyncio.create_task(anext(results))
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError, StopAsyncIteration):
                await following
            await results.aclose()

    async def _results(self) -> AsyncGenerator[bytes, None]:
        try:
            visitor = Visitor(self._session, self._address, self._language)
            source = self._view.runner.results(visitor, self._identity, self._asked)
            async with aclosing(source):
                async for result in source:
                    yield self._next(_plain(result))
        except TURNED_AWAY as error:
            yield self._failed(told_of(error), code_for(error))
        except Exception as error:
            reference = uuid4().hex
            log.error("code=INTERNAL cause=%s reference=%s at=%s", type(error).__name__, reference, where(error))
            yield self._failed(MASKED, INTERNAL, reference=reference)

    async def _session(self) -> Session:
        return await self._view.entrance.session(self._identity, self._language)

    def _failed(self, message: str, code: str, **more: str) -> bytes:
        told = spoken(said(message), self._language)
        return self._next({"data": None, "errors": [{"message": told, "extensions": {"code": code, **more}}]})

    def _next(self, payload: dict[str, Any]) -> bytes:
        """The event. JSON as it is written here has no line breaks."""
        return b"event: next\ndata: " + encode(payload) + b"\n\n"


def _plain(result: ExecutionResult) -> dict[str, Any]:
    errors = {"errors": [error.formatted for error in result.errors]} if result.errors else {}
    extensions = {"extensions": result.extensions} if result.extensions else {}
    return {"data": result.data, **errors, **extensions}


async def _gone(receive: Receive) -> None:
    """Until the client has gone away."""
    while (await receive())["type"] != "http.disconnect":
        pass
