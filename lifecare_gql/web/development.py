"""Demo logins: who there is to be, and a token for each. In development and on this machine only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from lifecare_gql.settings import is_loopback
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


def development_routes(
    logins: Sequence[Login], issuer: DevelopmentIssuer, clock: Callable[[], dt.datetime]
) -> list[BaseRoute]:
    """GET /dev/actors and POST /dev/token; both answer 404 to anybody who is not on this machine."""
    by_id = {login.id: login for login in logins}

    async def actors(request: Request) -> Response:
        _only_here(request)
        return JSONResponse([asdict(login) for login in logins])

    async def token(request: Request) -> Response:
        _only_here(request)
        try:
            asked = await request.json()
        except (ValueError, RecursionError):
            raise HTTPException(400) from None
        login = by_id.get(str(asked.get("actor"))) if isinstance(asked, dict) else None
        if login is None:
            raise HTTPException(404)
        now = clock()
        issued = issuer.issue(login.staff_hsa_id, login.id, now)
        return JSONResponse({"token": issued, "expiresAt": (now + DEVELOPMENT_LIFETIME).isoformat()})

    return [
        Route("/dev/actors", actors),
        Route("/dev/token", token, methods=["POST"], max_body_size=MAX_BODY_BYTES),
    ]


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
