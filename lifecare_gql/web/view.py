"""GraphQL over HTTP: POST with JSON, a session for each operation, and clear answers to bad requests.

A request that is no GraphQL request is answered with 400, 401, 413 or 415, never with 500.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NoReturn

from cross_web import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send
from strawberry.asgi import GraphQL

from lifecare_gql.schema.context import Context
from lifecare_gql.schema.failures import Schema
from lifecare_gql.web.refusals import refusal
from lifecare_gql.web.sessions import TURNED_AWAY, Sessions, turned_away

MAX_BODY_BYTES = 256 * 1024


class GraphQLView(GraphQL[Context, None]):
    """Strawberry's view with our sessions. Only POST; a query in a URL would end up in somebody's log."""

    def __init__(self, schema: Schema, sessions: Sessions) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=(),
            multipart_uploads_enabled=False,
        )
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._answer(Request(scope, _limited(receive)))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            request.scope["lifecare.session"] = await self._sessions.of(request)
            _demand_json(request)
            return await self.run(request)
        except TURNED_AWAY as error:
            return turned_away(error)
        except HTTPException as error:
            return refusal(error.status_code, error.reason)

    async def get_context(self, request: Any, response: Any) -> Context:
        return Context(session=request.scope["lifecare.session"])

    def parse_json(self, data: str | bytes) -> Any:
        try:
            text = data.decode() if isinstance(data, bytes) else data
            parsed = json.loads(text, parse_constant=_no_number)
        except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
            raise HTTPException(400, "The request body must be JSON in UTF-8.") from None
        if not isinstance(parsed, dict):
            raise HTTPException(400, "The request body must be a JSON object with a query.")
        if not isinstance(parsed.get("operationName"), str | None):
            raise HTTPException(400, "operationName must be a string or null, if provided.")
        if not all(map(_storable, _texts(parsed))):
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


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _texts(parsed: Any) -> Iterator[str]:
    """Every text of a JSON value, keys too."""
    todo = [parsed]
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            todo += [*one, *one.values()]
        elif isinstance(one, list):
            todo += one


def _storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
