"""Who asks, and at what moment: a session for each request, whatever it is a request for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response

from lifecare_gql.actions.callers import caller_of
from lifecare_gql.actions.session import Caller, Session
from lifecare_gql.errors import NotAuthenticated, StorageBusy, StorageUnavailable
from lifecare_gql.regions import Regions
from lifecare_gql.schema.failures import code_for, told_of
from lifecare_gql.storage.database import Database
from lifecare_gql.web.refusals import refusal
from lifecare_gql.web.tokens import Verifier

Clock = Callable[[], dt.datetime]

TURNED_AWAY = (NotAuthenticated, StorageBusy, StorageUnavailable)
"""What may hinder any request; `turned_away` is the answer to it."""


class Sessions:
    """Makes the session of each request. The clock's moments are aware, in UTC."""

    def __init__(self, db: Database, regions: Regions, verifier: Verifier, secret: bytes, clock: Clock) -> None:
        self._db, self._regions, self._verifier = db, regions, verifier
        self._secret, self._clock = secret, clock

    async def of(self, request: Request) -> Session:
        """The request's session: nobody's without a token, NotAuthenticated with one that cannot be trusted."""
        now = self._clock()
        caller = await self._caller(request, now)
        return Session(db=self._db, regions=self._regions, caller=caller, now=now, secret=self._secret)

    async def _caller(self, request: Request, now: dt.datetime) -> Caller | None:
        header = request.headers.get("authorization")
        if header is None:
            return None
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            raise NotAuthenticated("The Authorization header must be `Bearer <token>`.")
        claims = self._verifier.verify(token.strip())
        return await caller_of(self._db, claims.staff_hsa_id, claims.assignment_hsa_id, now)


def turned_away(error: NotAuthenticated | StorageBusy | StorageUnavailable) -> Response:
    """401 with the scheme to use, or 503 with when to come back."""
    if isinstance(error, NotAuthenticated):
        return refusal(401, str(error), {"www-authenticate": "Bearer"})
    return refusal(503, told_of(error), {"retry-after": "1"}, code=code_for(error))
