"""GraphQL over HTTP: POST with JSON, a session for each operation, and clear answers to bad requests."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

from cross_web import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send
from strawberry.asgi import GraphQL

from lifecare_gql.actions.callers import caller_of
from lifecare_gql.actions.session import Caller, Session
from lifecare_gql.errors import LifecareError, NotAuthenticated, StorageBusy, StorageUnavailable
from lifecare_gql.regions import Regions
from lifecare_gql.schema.context import Context
from lifecare_gql.schema.failures import Schema
from lifecare_gql.storage.database import Database
from lifecare_gql.web.tokens import Verifier

Clock = Callable[[], dt.datetime]

_STATUS: dict[type[LifecareError], tuple[int, str]] = {
    NotAuthenticated: (401, "UNAUTHENTICATED"),
    StorageBusy: (503, "TRY_AGAIN"),
    StorageUnavailable: (503, "UNAVAILABLE"),
}


class GraphQLView(GraphQL[Context, None]):
    """Strawberry's view with our sessions. Only POST; a query in a URL would end up in somebody's log."""

    def __init__(
        self, schema: Schema, db: Database, regions: Regions, verifier: Verifier, secret: bytes, clock: Clock
    ) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            allow_queries_via_get=False,
            subscription_protocols=(),
            multipart_uploads_enabled=False,
        )
        self._db, self._regions, self._verifier = db, regions, verifier
        self._secret, self._clock = secret, clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        now = self._clock()
        try:
            caller = await self._caller(request, now)
        except (NotAuthenticated, StorageBusy, StorageUnavailable) as error:
            await _refusal(error)(scope, receive, send)
            return
        scope["lifecare.session"] = Session(
            db=self._db, regions=self._regions, caller=caller, now=now, secret=self._secret
        )
        await super().__call__(scope, receive, send)

    async def _caller(self, request: Request, now: dt.datetime) -> Caller | None:
        """Who asks: None without a token, NotAuthenticated with one that cannot be trusted."""
        header = request.headers.get("authorization")
        if header is None:
            return None
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            raise NotAuthenticated("The Authorization header must be `Bearer <token>`.")
        claims = self._verifier.verify(token.strip())
        return await caller_of(self._db, claims.staff_hsa_id, claims.assignment_hsa_id, now)

    async def get_context(self, request: Any, response: Any) -> Context:
        return Context(session=request.scope["lifecare.session"])

    def parse_json(self, data: str | bytes) -> Any:
        try:
            parsed = json.loads(data)
        except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
            raise HTTPException(400, "The request body must be JSON in UTF-8.") from None
        if not isinstance(parsed, dict):
            raise HTTPException(400, "The request body must be a JSON object with a query.")
        return parsed

    def encode_json(self, data: Any) -> str:
        return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _refusal(error: LifecareError) -> Response:
    status, code = next(told for kind, told in _STATUS.items() if isinstance(error, kind))
    body = {"errors": [{"message": str(error), "extensions": {"code": code}}]}
    headers = {"www-authenticate": "Bearer"} if status == 401 else {"retry-after": "1"}
    return JSONResponse(body, status, headers)
