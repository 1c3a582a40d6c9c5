"""From a header to a session: the same for HTTP and for websockets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response

from lifecare_gql.actions.callers import Made, admitted
from lifecare_gql.actions.session import Caller, Session
from lifecare_gql.domain.logins import Identity
from lifecare_gql.domain.webhooks import WebhookPolicy
from lifecare_gql.errors import IssuerUnavailable, NotAuthenticated, StorageBusy, StorageUnavailable
from lifecare_gql.regions import Regions
from lifecare_gql.schema import references
from lifecare_gql.schema.failures import code_for, told_of
from lifecare_gql.settings import EMERGENCY_HOURS, BrowserVersions, Language
from lifecare_gql.storage.database import Database
from lifecare_gql.web.identity import Verifier
from lifecare_gql.web.languages import language_of
from lifecare_gql.web.refusals import refusal

TURNED_AWAY = (NotAuthenticated, IssuerUnavailable, StorageBusy, StorageUnavailable)
"""What may hinder any request; `turned_away` is the answer to it."""

Clock = Callable[[], dt.datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """Finds out who comes, and opens a session for each operation."""

    db: Database
    regions: Regions
    verifier: Verifier
    secret: bytes
    clock: Clock
    production: bool
    browsers: BrowserVersions | None = None
    names_staff: bool = False
    emergency: dt.timedelta = dt.timedelta(hours=EMERGENCY_HOURS)
    webhooks: WebhookPolicy = field(default_factory=WebhookPolicy)
    made: Made = field(default_factory=Made)

    async def identify(self, authorization: str) -> Identity:
        """What the token of an Authorization header says; NotAuthenticated, IssuerUnavailable."""
        scheme, _, token = authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise NotAuthenticated("The Authorization header must be `Bearer <token>`.")
        return await self.verifier.verify(token.strip())

    async def of(self, request: Request) -> Session:
        """The session of a request: nobody's without a token, NotAuthenticated with one that cannot be trusted."""
        header = request.headers.get("authorization")
        identity = None if header is None else await self.identify(header)
        request.scope["lifecare.identity"] = identity
        session = await self.session(identity, language_of(request.scope))
        session.request_id = references.current() or session.request_id
        return session

    async def session(self, identity: Identity | None, language: Language | None = None) -> Session:
        """A session for one operation, now; NotAuthenticated when the assignment is not valid (any longer)."""
        found = [None] if identity is None else await self.callers([identity])
        if isinstance(found[0], NotAuthenticated):
            raise found[0]
        return self.session_of(found[0], language)

    async def callers(self, identities: Sequence[Identity]) -> list[Caller | NotAuthenticated]:
        """Who they are now, in their order; or why they are nobody (any longer)."""
        now = self.clock()
        return await admitted(self.db, self.regions, identities, now, self.made, production=self.production)

    def session_of(
        self, caller: Caller | None, language: Language | None, readers: tuple[Caller, ...] = ()
    ) -> Session:
        """A session of this moment. `readers`: those for whom it is read, if they are many."""
        return Session(
            db=self.db,
            regions=self.regions,
            caller=caller,
            readers=readers,
            now=self.clock(),
            secret=self.secret,
            browsers=self.browsers,
            names_staff=self.names_staff,
            emergency=self.emergency,
            language=language,
            webhooks=self.webhooks,
        )


def turned_away(error: NotAuthenticated | IssuerUnavailable | StorageBusy | StorageUnavailable) -> Response:
    """401 with the scheme to use, or 503 with when to come back."""
    if isinstance(error, NotAuthenticated):
        return refusal(401, told_of(error), {"www-authenticate": "Bearer"})
    return refusal(503, told_of(error), {"retry-after": "1"}, code=code_for(error))
