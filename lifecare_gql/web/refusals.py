"""Refusals of a request before GraphQL has a say: JSON of the same form as GraphQL's errors."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from lifecare_gql.domain.texts import said
from lifecare_gql.schema.languages import spoken
from lifecare_gql.web.languages import language_of, say_language

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


class Refusal(Response):
    """The answer, said in the language of the request that it is sent to."""

    def __init__(
        self, status: int, message: str, extensions: Mapping[str, str], headers: Mapping[str, str]
    ) -> None:
        super().__init__(status_code=status)
        self._message, self._extensions, self._more = said(message), extensions, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        language = language_of(scope)
        error = {"message": spoken(self._message, language), "extensions": self._extensions}
        response = JSONResponse({"errors": [error]}, self.status_code, self._more)
        say_language(response.headers, language)
        await response(scope, receive, send)


def refusal(status: int, message: str, headers: Mapping[str, str] | None = None, **extensions: str) -> Response:
    """The answer, with a stable code in `extensions`."""
    told = {"code": CODES.get(status, "INVALID_REQUEST")} | extensions
    return Refusal(status, message, told, headers or {})


async def refused(request: Request, error: Exception) -> Response:
    """Starlette's handler of its own exceptions; what they say in `detail` is not passed on."""
    assert isinstance(error, HTTPException)
    return refusal(error.status_code, HTTPStatus(error.status_code).phrase + ".", error.headers)
