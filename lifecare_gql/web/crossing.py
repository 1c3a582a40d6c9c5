"""Requests from pages of other sites: which may ask (CORS), and what no page may make a browser send (CSRF)."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from lifecare_gql.web.refusals import refusal

EXPOSED = ("RateLimit", "RateLimit-Policy", "Retry-After", "WWW-Authenticate")
"""Headers that a page of another origin may read."""
_OURS = ("same-origin", "none")


def is_forged(request: Request, origins: tuple[str, ...]) -> bool:
    """Whether a page of another site may have made the browser send it, without the page being asked.

    A bearer token, or a body that is JSON, no page can add without a preflight; so neither is looked at further.
    """
    if "authorization" in request.headers:
        return False
    origin = request.headers.get("origin")
    if origin in origins:
        return False
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in _OURS
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


class Crossing(CORSMiddleware):
    """CORS for exact origins, never with credentials: the token is a header that the page adds itself."""

    def __init__(self, app: ASGIApp, origins: tuple[str, ...]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=("GET", "POST"),
            allow_headers=("Authorization", "Content-Type"),
            expose_headers=EXPOSED,
            max_age=600,
        )

    def preflight_response(self, request_headers) -> Response:  # type: ignore[no-untyped-def]
        """A refusal has the form of all others."""
        told = super().preflight_response(request_headers)
        if told.status_code < 400:
            return told
        return refusal(403, "This origin, method or header is not allowed.", code="ORIGIN_NOT_ALLOWED")
