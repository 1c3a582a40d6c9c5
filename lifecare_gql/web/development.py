"""Demo logins, with a token for each, and the demo's clock. In development and on this machine only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from lifecare_gql.errors import BadInput
from lifecare_gql.settings import is_loopback
from lifecare_gql.web.refusals import refusal
from lifecare_gql.web.tokens import DEVELOPMENT_LIFETIME, DevelopmentIssuer

MAX_BODY_BYTES = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Somebody to be in the demo; `id` is the HSA-id of the assignment."""

    id: str
    staff_hsa_id: str
    name: str
    label: str
    region: str
    regionName: str  # the name in the JSON that the page reads


class SandboxClock(Protocol):
    """A clock that can be moved on; tokens live by `base`, which is not moved."""

    @property
    def base(self) -> Callable[[], dt.datetime]: ...

    @property
    def ahead(self) -> dt.timedelta: ...

    def __call__(self) -> dt.datetime: ...

    def forward(self, duration: str) -> None: ...


def development_routes(logins: Sequence[Login], issuer: DevelopmentIssuer, clock: SandboxClock) -> list[BaseRoute]:
    """GET /dev/actors, POST /dev/token, GET and POST /dev/clock; 404 to anybody who is not on this machine."""
    by_id = {login.id: login for login in logins}

    async def actors(request: Request) -> Response:
        _only_here(request)
        return JSONResponse([asdict(login) for login in logins])

    async def token(request: Request) -> Response:
        _only_here(request)
        login = by_id.get(str((await _asked(request)).get("actor")))
        if login is None:
            raise HTTPException(404)
        now = clock.base()
        issued = issuer.issue(login.staff_hsa_id, login.id, now)
        return JSONResponse({"token": issued, "expiresAt": (now + DEVELOPMENT_LIFETIME).isoformat()})

    async def time(request: Request) -> Response:
        _only_here(request)
        if request.method == "POST":
            if request.headers.get("content-type") != "application/json":  # which no other site's page can send
                raise HTTPException(415)
            try:
                clock.forward(str((await _asked(request)).get("forward")))
            except BadInput as error:
                return refusal(400, str(error))
        return JSONResponse({"now": clock().isoformat(), "aheadSeconds": clock.ahead.total_seconds()})

    return [
        Route("/dev/actors", actors),
        Route("/dev/token", token, methods=["POST"], max_body_size=MAX_BODY_BYTES),
        Route("/dev/clock", time, methods=["GET", "POST"], max_body_size=MAX_BODY_BYTES),
    ]


async def _asked(request: Request) -> dict[str, Any]:
    try:
        asked = await request.json()
    except (ValueError, RecursionError):
        raise HTTPException(400) from None
    return asked if isinstance(asked, dict) else {}


def _only_here(request: Request) -> None:
    """Both ends must be on this machine, and the page must have been opened by that name (no DNS rebinding)."""
    ends = (request.client.host if request.client else "", _name(request.headers.get("host", "")))
    if not all(is_loopback(end) for end in ends):
        raise HTTPException(404)


def _name(host: str) -> str:
    """The Host header without its port; empty when it cannot be read."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
