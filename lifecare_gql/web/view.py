"""GraphQL over HTTP, as the specification of September 2026 says and the audit suite checks (docs/http.md).

Websockets are handed on to `sockets`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from graphql import GraphQLError, get_operation_ast
from graphql import parse as parsed
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.graphql import OperationType

from lifecare_gql.schema.context import Context
from lifecare_gql.schema.failures import Schema, code_for, told_of
from lifecare_gql.schema.languages import spoken
from lifecare_gql.schema.limits import LIMITS
from lifecare_gql.settings import Language, Settings
from lifecare_gql.storage.hub import Hub
from lifecare_gql.web.answers import STATUS, answer, encode, refuse
from lifecare_gql.web.crossing import is_forged
from lifecare_gql.web.crowds import Crowds
from lifecare_gql.web.documents import Documents
from lifecare_gql.web.entrance import TURNED_AWAY, Entrance
from lifecare_gql.web.event_streams import EventStream
from lifecare_gql.web.languages import language_of, say_language
from lifecare_gql.web.live import Live
from lifecare_gql.web.negotiation import JSON, negotiated, prefers_event_stream, wants_event_stream
from lifecare_gql.web.refusals import CODES
from lifecare_gql.web.requests import GraphQLRequest, Refused, from_body, from_url
from lifecare_gql.web.running import Allowed, Runner, Visitor, refused
from lifecare_gql.web.sockets import SocketAdapter, SocketHandler
from lifecare_gql.web.wire import parse

QUERY, MUTATION = OperationType.QUERY, OperationType.MUTATION
_MAY: dict[str, Allowed] = {"POST": frozenset({QUERY, MUTATION}), "GET": frozenset({QUERY})}
_GET_IS_OFF = "Send queries by POST: what stands in a URL ends up in logs."
_BY_POST = "A mutation is sent by POST."
_STREAM = "A subscription needs a stream: open a websocket with the protocol graphql-transport-ws."


class GraphQLView(GraphQL[Context, None]):
    """The endpoint. Strawberry's own view serves the websockets; `event_stream`, if given, the event streams."""

    graphql_transport_ws_handler_class = SocketHandler
    websocket_adapter_class = SocketAdapter

    def __init__(
        self, schema: Schema, entrance: Entrance, settings: Settings, hub: Hub, live: Live, documents: Documents
    ) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=dt.timedelta(seconds=settings.socket_init_seconds),
            max_subscriptions_per_connection=settings.socket_operations,
            allowed_origins=("*",),  # the token decides, and no browser adds it by itself
        )
        self.entrance, self.live = entrance, live
        self.runner = Runner(schema, settings, Crowds(schema, entrance, hub))
        self.documents = documents
        self._body_seconds, self._told_by = settings.body_seconds, settings.http_status
        self._origins, self._get = settings.cors_origins, settings.queries_by_get

    @property
    def methods(self) -> str:
        """What the header Allow says."""
        return "GET, HEAD, OPTIONS, POST" if self._get else "OPTIONS, POST"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await self.run(WebSocket(scope, receive, send))
            return
        request = Request(scope, receive)
        response = await self._answer(request)
        if request.method == "HEAD":
            response.body = b""  # the headers stay, its length too
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"allow": self.methods})
        language = language_of(request.scope)
        response = await self._served_or_refused(request, language)
        say_language(response.headers, language)
        return response

    async def _served_or_refused(self, request: Request, language: Language | None) -> Response:
        media = negotiated(request.headers.get("accept"))
        try:
            return await self._served(request, media)
        except Refused as one:
            code = one.code or CODES.get(one.status, "INVALID_REQUEST")
            told = spoken(one.told, language)
            return refuse(one.status, told, media or JSON, self._told_by, code, one.headers)
        except TURNED_AWAY as error:
            code, told = code_for(error), spoken(told_of(error), language)
            headers = {"www-authenticate": "Bearer"} if STATUS[code] == 401 else None
            return refuse(STATUS[code], told, media or JSON, self._told_by, code, headers)

    async def _served(self, request: Request, media: str | None) -> Response:
        accept = request.headers.get("accept")
        streamed = wants_event_stream(accept)
        if media is None and not streamed:
            raise Refused(406, "Accept application/graphql-response+json or application/json.")
        asked = await self._asked(request)
        if streamed and request.method != "POST" and _kind(asked) == MUTATION.value:
            raise Refused(405, _BY_POST, {"allow": "POST"})
        if streamed and prefers_event_stream(accept):
            return await self._stream(request, asked)
        try:
            return await self._run(request, asked, media or JSON)
        except InvalidOperationTypeError as error:
            if streamed and error.operation_type is OperationType.SUBSCRIPTION:
                return await self._stream(request, asked)
            return self._misplaced(error.operation_type, media or JSON, language_of(request.scope))

    async def _stream(self, request: Request, asked: GraphQLRequest) -> Response:
        await self.entrance.of(request)
        return EventStream(self, request, asked)

    async def _asked(self, request: Request) -> GraphQLRequest:
        if request.method == "POST":
            return await from_body(request, self._body_seconds, self.documents.resolve)
        if request.method not in ("GET", "HEAD") or not self._get:
            told = _GET_IS_OFF if request.method in ("GET", "HEAD") else "Use POST."
            raise Refused(405, told, {"allow": self.methods})
        if is_forged(request, self._origins):
            raise Refused(403, "A page of another site may not ask without a token.")
        return from_url(request)

    async def _run(self, request: Request, asked: GraphQLRequest, media: str) -> Response:
        may = _MAY["POST" if request.method == "POST" else "GET"]
        address = request.client.host if request.client else ""
        visitor = Visitor(lambda: self.entrance.of(request), address, language_of(request.scope))
        outcome = await self.runner.run(visitor, asked, may)
        left = await outcome.meter.left() if outcome.meter else None
        return answer(outcome.result, media, self._told_by, left)

    def _misplaced(self, kind: OperationType, media: str, language: Language | None) -> Response:
        """The answer to an operation of a type that does not belong here."""
        if kind is MUTATION:
            raise Refused(405, _BY_POST, {"allow": "POST"})
        return answer(refused(_STREAM, "STREAM_REQUIRED", language), media, self._told_by)

    async def get_context(self, request: Any, response: Any) -> Context:
        """A whole websocket's, which is nobody's: each operation gets its own."""
        return Context(session=await self.entrance.session(None))

    def decode_json(self, data: str | bytes) -> Any:
        return parse(data)

    def encode_json(self, data: Any) -> str:
        return encode(data).decode()  # as text: binary frames are not what clients expect


def _kind(asked: GraphQLRequest) -> str | None:
    """What the operation does; None when the document does not tell, which is refused elsewhere."""
    try:
        operation = get_operation_ast(parsed(asked.query, max_tokens=LIMITS["tokens"]), asked.operation_name)
    except (GraphQLError, RecursionError):
        return None
    return None if operation is None else operation.operation.value
