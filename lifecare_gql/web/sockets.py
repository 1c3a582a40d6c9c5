"""GraphQL over a websocket (graphql-transport-ws): each operation with a session of its own.

The first message says who it is: ``{"type": "connection_init", "payload": {"authorization": "Bearer …"}}``.
``acceptLanguage`` beside it says, as the header of that name, in which language to answer.
Neither a cookie nor the URL is read. What the closing codes tell a client:

- 4403: no token, one that is refused, or one that has ended; come again with a new one
- 1013: the issuer's keys or the database cannot be reached; come again later
- 4408: no ``connection_init`` in time
- 4429: the caller has too many websockets open
- 4400, 4401, 4406, 4409: the client is at fault; coming again does not help
- 1012: the server stops; come again, and subscribe after the last cursor
- none (1006): the client did not read what was sent, and was cut off; likewise
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator
from contextlib import ExitStack, aclosing, suppress
from typing import TYPE_CHECKING, Any, cast

from graphql import GraphQLError
from starlette.websockets import WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import NonJsonMessageReceived, WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.types.execution import ExecutionResult, PreExecutionError

from lifecare_gql.actions.session import Session
from lifecare_gql.domain.logins import Identity
from lifecare_gql.domain.texts import said
from lifecare_gql.errors import IssuerUnavailable, NotAuthenticated, StorageBusy, StorageUnavailable
from lifecare_gql.schema import references
from lifecare_gql.schema.context import Context
from lifecare_gql.schema.failures import INTERNAL, MASKED, code_for, told_of, where
from lifecare_gql.schema.languages import spoken
from lifecare_gql.settings import Language
from lifecare_gql.web.documents import DocumentRefused
from lifecare_gql.web.languages import language_of, negotiated
from lifecare_gql.web.live import Live, TooMany, TooSlow
from lifecare_gql.web.protocols import link_of
from lifecare_gql.web.requests import GraphQLRequest
from lifecare_gql.web.running import Visitor
from lifecare_gql.web.wire import fault

if TYPE_CHECKING:
    from lifecare_gql.web.view import GraphQLView

log = logging.getLogger("lifecare_gql.sockets")

FORBIDDEN, TRY_LATER, TOO_EARLY, TWICE, TOO_MANY = 4403, 1013, 4401, 4409, 4429
MAX_ID_LENGTH = 128
_LOOK_AGAIN_SECONDS = 60.0
"""A clock may be set, and a machine may sleep, while we wait for the token's end."""
_OUR_FAULT = (StorageBusy, StorageUnavailable, IssuerUnavailable)
_SHAPES: dict[str, dict[str, tuple[type, ...]]] = {
    # What a message of each type must hold, by JSON type; None is what may be left out.
    "connection_init": {"payload": (dict, type(None))},
    "ping": {"payload": (dict, type(None))},
    "pong": {"payload": (dict, type(None))},
    "subscribe": {"id": (str,), "payload": (dict,)},
    "complete": {"id": (str,)},
}
OPERATION: dict[str, tuple[type, ...]] = {
    # What an operation must hold.
    "query": (str, type(None)),
    "documentId": (str, type(None)),
    "variables": (dict, type(None)),
    "operationName": (str, type(None)),
    "extensions": (dict, type(None)),
}


class SocketAdapter(ASGIWebSocketAdapter):
    """The socket. To send on one that is closed means that nobody listens; to close it again does nothing."""

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        try:
            async for message in super().iter_json(ignore_parsing_errors=ignore_parsing_errors):
                yield message
        except (ValueError, TypeError):
            raise NonJsonMessageReceived from None

    async def send_json(self, message: Any) -> None:
        try:
            await self._live.within(super().send_json(message), link_of(self.ws.scope))
        except (RuntimeError, WebSocketDisconnect, TooSlow):
            raise WebSocketDisconnected from None

    async def close(self, code: int, reason: str) -> None:
        with suppress(RuntimeError, WebSocketDisconnect, TooSlow):
            await self._live.within(super().close(code, reason), link_of(self.ws.scope))

    @property
    def _live(self) -> Live:
        view: GraphQLView = self.view  # type: ignore[assignment]
        return view.live


class SocketHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """One websocket, from the token that opens it to the moment when the token ends."""

    view: GraphQLView
    _identity: Identity | None = None
    _language: Language | None = None
    _end: asyncio.Task[None] | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._counted = ExitStack()

    async def handle_message(self, message: Any) -> None:
        fault = _fault(message)
        if fault is not None:
            await self.handle_invalid_message(fault)
            return
        await super().handle_message(message)

    async def handle_connection_init(self, message: Any) -> None:
        if self.connection_timed_out:
            return
        if self.connection_init_received:
            await self.websocket.close(TOO_MANY, "Too many initialisation requests")
            return
        self.connection_init_received = True
        if self.connection_init_timeout_task:
            self.connection_init_timeout_task.cancel()
        try:
            await self._enter(message.get("payload") or {})
        except NotAuthenticated:
            await self.websocket.close(FORBIDDEN, "Forbidden")
        except TooMany:
            await self.websocket.close(TOO_MANY, "Too many websockets")
        except _OUR_FAULT:
            await self.websocket.close(TRY_LATER, "Try again later")

    async def _enter(self, payload: dict[str, Any]) -> None:
        told = payload.get("authorization")
        if not isinstance(told, str):
            raise NotAuthenticated("connection_init must carry the token.")
        self._identity = await self.view.entrance.identify(told)
        self._language = self._wished(payload.get("acceptLanguage"))
        await self.view.entrance.session(self._identity)
        self._counted.enter_context(self.view.live.counted(self._identity))
        self._end = asyncio.create_task(self._leave_when_the_token_ends(self._identity))
        self.connection_acknowledged = True
        await self.send_message({"type": "connection_ack"})

    def _wished(self, told: object) -> Language | None:
        """By the message, else by the handshake's header, else the deployment's."""
        of_the_handshake = language_of(cast(SocketAdapter, self.websocket).ws.scope)
        return negotiated(told, of_the_handshake) if isinstance(told, str) else of_the_handshake

    async def _leave_when_the_token_ends(self, identity: Identity) -> None:
        left = seconds_left(identity)
        while left > 0:
            await asyncio.sleep(min(left, _LOOK_AGAIN_SECONDS))
            left = seconds_left(identity)
        await self.websocket.close(FORBIDDEN, "The token has ended")

    async def handle_subscribe(self, message: Any) -> None:
        if not self.connection_acknowledged:
            await self.websocket.close(TOO_EARLY, "Unauthorized")
        elif message["id"] in self.operations:
            await self.websocket.close(TWICE, "Subscriber already exists")
        elif len(self.operations) >= (self.max_subscriptions_per_connection or 1):
            error = self._error("Too many operations at once: wait for one to end.", "TOO_MANY_OPERATIONS")
            await self.send_message({"id": message["id"], "type": "error", "payload": [error.formatted]})
        else:
            try:
                message["payload"] = self.view.documents.resolve(message["payload"])
            except DocumentRefused as error:
                told = [self._error(error.told, error.code).formatted]
                await self.send_message({"id": message["id"], "type": "error", "payload": told})
                return
            await super().handle_subscribe(message)

    async def run_operation(self, operation: Operation[Context, None]) -> None:
        """Run it in a session of its own: at its own moment, and with the assignment looked up anew."""
        references.begin()
        try:
            async with aclosing(self._results(operation)) as results:
                async for result in results:
                    if isinstance(result, PreExecutionError):
                        await operation.send_initial_errors(result.errors or [])
                        return
                    await operation.send_next(result)
            await operation.send_operation_message({"id": operation.id, "type": "complete"})
        except NotAuthenticated:
            await self.websocket.close(FORBIDDEN, "Forbidden")
        except WebSocketDisconnected:
            pass
        except Exception as error:
            told = references.reference()
            log.error("code=INTERNAL cause=%s reference=%s at=%s", type(error).__name__, told, where(error))
            with suppress(WebSocketDisconnected):
                await operation.send_initial_errors([self._error(MASKED, INTERNAL, reference=told)])

    async def _results(self, operation: Operation[Context, None]) -> AsyncGenerator[ExecutionResult, None]:
        """One of a query or a mutation, any number of a subscription; NotAuthenticated when it ends for that."""
        asked = GraphQLRequest(operation.query, operation.variables, operation.operation_name or None)
        try:
            visitor = Visitor(self._session, language=self._language)
            async with aclosing(self.view.runner.results(visitor, self._identity, asked)) as source:
                async for result in source:
                    if turned_out(result):
                        raise NotAuthenticated("The token or the assignment has ended.")
                    yield result
        except _OUR_FAULT as error:
            yield PreExecutionError(data=None, errors=[self._error(told_of(error), code_for(error))])

    async def _session(self) -> Session:
        return await self.view.entrance.session(self._identity, self._language)

    def _error(self, message: str, code: str, **more: str) -> GraphQLError:
        return GraphQLError(spoken(said(message), self._language), extensions={"code": code, **more})

    async def handle_task_exception(self, error: Exception) -> None:
        """Strawberry would log what the exception says."""
        log.error("code=INTERNAL cause=%s at=%s", type(error).__name__, where(error))

    async def shutdown(self) -> None:
        if self._end is not None:
            self._end.cancel()
        self._counted.close()
        await super().shutdown()


def turned_out(result: Any) -> bool:
    """Whether a subscription ended because nobody is admitted by its token any longer."""
    codes = {(error.extensions or {}).get("code") for error in result.errors or ()}
    return result.data is None and "UNAUTHENTICATED" in codes


def seconds_left(identity: Identity) -> float:
    """Tokens live by the wall clock, as they are verified by it."""
    return identity.expires_at.timestamp() - time.time()


def _fault(message: Any) -> str | None:
    """Why the message cannot be understood; None when it can. Never repeats what stands in it."""
    shape = _SHAPES.get(message["type"]) if isinstance(message, dict) and _named(message) else None
    if shape is None:
        return "Not a message of graphql-transport-ws"
    fitting = fits(message, shape) and 0 < len(message.get("id", "-")) <= MAX_ID_LENGTH
    if not fitting or (message["type"] == "subscribe" and not _asks(message["payload"])):
        return "The message lacks something, or holds something of another type"
    return fault(message)


def _named(message: dict[str, Any]) -> bool:
    return isinstance(message.get("type"), str)


def fits(told: dict[str, Any], shape: dict[str, tuple[type, ...]]) -> bool:
    return all(isinstance(told.get(name), types) for name, types in shape.items())


def _asks(payload: dict[str, Any]) -> bool:
    """Whether it is an operation: a document, or the id of one."""
    named = payload.get("query") is not None or payload.get("documentId") is not None
    return named and fits(payload, OPERATION)
