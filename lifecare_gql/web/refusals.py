"""Refusals of a request before GraphQL has a say: JSON of the same form as GraphQL's errors."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

CODES = {
    401: "UNAUTHENTICATED",
    403: "CROSS_SITE",
    404: "NOT_FOUND",
    405: "METHOD_NOT_ALLOWED",
    406: "NOT_ACCEPTABLE",
    408: "TOO_SLOW",
    413: "TOO_LARGE",
    414: "TOO_LARGE",
    415: "UNSUPPORTED_MEDIA_TYPE",
    500: "INTERNAL",
}
"""By status; INVALID_REQUEST for any other."""


def refusal(status: int, message: str, headers: Mapping[str, str] | None = None, **extensions: str) -> Response:
    """The answer, with a stable code in `extensions`."""
    told = {"code": CODES.get(status, "INVALID_REQUEST")} | extensions
    return JSONResponse({"errors": [{"message": message, "extensions": told}]}, status, headers)


async def refused(request: Request, error: Exception) -> Response:
    """Starlette's handler of its own exceptions; what they say in `detail` is not passed on."""
    assert isinstance(error, HTTPException)
    return refusal(error.status_code, f"{HTTPStatus(error.status_code).phrase}.", error.headers)
