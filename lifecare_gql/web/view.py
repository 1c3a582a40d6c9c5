"""GraphQL over HTTP: POST with JSON, a session for each operation, and clear answers to bad requests.

A request that is no GraphQL request is answered with 400, 401, 413 or 415, never with 500.
Websockets are handed on to `sockets`.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from cross_web import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL

from lifecare_gql.schema.context import Context
from lifecare_gql.schema.failures import Schema
from lifecare_gql.web.entrance import TURNED_AWAY, Entrance, turned_away
from lifecare_gql.web.event_streams import EventStream, wants_events
from lifecare_gql.web.live import Live
from lifecare_gql.web.refusals import refusal
from lifecare_gql.web.sockets import SocketAdapter, SocketHandler
from lifecare_gql.web.wire import MAX_BODY_BYTES, parse, storable


class GraphQLView(GraphQL[Context, None]):
    """Strawberry's view with our sessions. Only POST; a query in a URL would end up in somebody's log."""

    graphql_transport_ws_handler_class = SocketHandler
    websocket_adapter_class = SocketAdapter

    def __init__(
        self, schema: Schema, entrance: Entrance, socket_init_seconds: float, operations: int, live: Live
    ) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=dt.timedelta(seconds=socket_init_seconds),
            max_subscriptions_per_connection=operations,
            multipart_uploads_enabled=False,
            allowed_origins=("*",),  # the token decides, and no browser adds it by itself
        )
        self.entrance = entrance
        self.live = live

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self.run(WebSocket(scope, receive, send))
            return
        response = await self._answer(Request(scope, _limited(receive)))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            request.scope["lifecare.session"] = await self.entrance.of(request)
            _demand_json(request)
            if wants_events(request):
                return EventStream(self, request, self.parse_json(await request.body()))
            return await self.run(request)
        except TURNED_AWAY as error:
            return turned_away(error)
        except HTTPException as error:
            return refusal(error.status_code, error.reason)

    async def get_context(self, request: Any, response: Any) -> Context:
        """The operation's; that of a whole websocket is nobody's, for each operation gets its own."""
        if isinstance(request, WebSocket):
            return Context(session=await self.entrance.session(None))
        return Context(session=request.scope["lifecare.session"])

    def decode_json(self, data: str | bytes) -> Any:
        return parse(data)

    def parse_json(self, data: str | bytes) -> Any:
        try:
            parsed = parse(data)
        except ValueError:  # UnicodeDecodeError is one
            raise HTTPException(400, "The request body must be JSON in UTF-8.") from None
        if not isinstance(parsed, dict):
            raise HTTPException(400, "The request body must be a JSON object with a query.")
        if not isinstance(parsed.get("operationName"), str | None):
            raise HTTPException(400, "operationName must be a string or null, if provided.")
        if not storable(parsed):
            raise HTTPException(400, "A text must not hold the character NUL or half a surrogate pair.")
        return parsed

    def encode_json(self, data: Any) -> str:
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _limited(receive: Receive) -> Receive:
    """The body as it comes in, but never more of it than is allowed, whatever its announced length."""
    size = 0

    async def counting() -> Message:
        nonlocal size
        message = await receive()
        size += len(message.get("body", b""))
        if size > MAX_BODY_BYTES:
            raise HTTPException(413, f"The request body must not be longer than {MAX_BODY_BYTES // 1024} KiB.")
        return message

    return counting


def _demand_json(request: Request) -> None:
    """Only application/json: a form of another site's page can send other types without asking."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/json":
        raise HTTPException(415, "Send JSON, with the header Content-Type: application/json.")
