"""What goes out: the body, the media type, and the status that says what became of the request.

Two texts tell the status (decision 0026): the newest specification, and the older one that the audit suite checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from graphql import GraphQLError
from starlette.responses import Response
from strawberry.http import process_result
from strawberry.types.execution import ExecutionResult

from lifecare_gql.schema.rates import Left
from lifecare_gql.settings import HttpStatus
from lifecare_gql.web.negotiation import GRAPHQL, JSON, content_type

STATUS = {
    "INVALID_SYNTAX": 400,
    "INVALID_REQUEST": 422,
    "INVALID_DOCUMENT": 422,
    "QUERY_TOO_COMPLEX": 422,
    "BAD_USER_INPUT": 422,
    "STREAM_REQUIRED": 422,
    "UNAUTHENTICATED": 401,
    "FORBIDDEN": 403,
    "METHOD_NOT_ALLOWED": 405,
    "RATE_LIMITED": 429,
    "INTERNAL": 500,
    "ISSUER_UNAVAILABLE": 503,
    "TRY_AGAIN": 503,
    "UNAVAILABLE": 503,
    "OVERLOADED": 503,
    "DEADLINE_EXCEEDED": 504,
}
"""By the code of a request error, in the newest text; 422 for a code that is not here.

503 says that nothing was begun, so it may be sent again at once; 504 that it was begun and took too long.
"""
PARTIAL = 294
_AUDITED = {422: 400, PARTIAL: 200}
RETRY_SECONDS = 1
_OF_EVERY_ANSWER = {"cache-control": "no-store", "x-content-type-options": "nosniff", "vary": "Accept"}


def answer(
    result: ExecutionResult,
    media: str,
    told_by: HttpStatus,
    left: Left | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The answer to an operation. A request error carries no data, unless a legacy client expects it."""
    body: dict[str, Any] = dict(process_result(result))
    failed = is_request_error(result)
    code = _code(result) if failed else ""
    status = status_of(code, media, told_by) if failed else _status(result, told_by)
    if failed and (media == GRAPHQL or status != 200):
        body.pop("data", None)
    more = {**_retry(status, left), **(limits_of(left) if left else {}), **(headers or {})}
    return _response(body, status, _media(media, status, told_by), more)


def refuse(
    status: int,
    message: str,
    media: str,
    told_by: HttpStatus,
    code: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The refusal of what is no request, or of whoever sends it: of the same form as GraphQL's errors."""
    status = _by_text(status, told_by)
    error = GraphQLError(message, extensions={"code": code})
    body = {"errors": [error.formatted]}
    return _response(body, status, _media(media, status, told_by), {**_retry(status, None), **(headers or {})})


def is_request_error(result: ExecutionResult) -> bool:
    """Whether nothing was executed: an error of execution has a path."""
    return result.data is None and bool(result.errors) and all(error.path is None for error in result.errors or ())


def encode(data: Any) -> bytes:
    """JSON, in UTF-8 as it is read."""
    return orjson.dumps(data)


def limits_of(left: Left) -> dict[str, str]:
    """The headers RateLimit-Policy and RateLimit (draft-ietf-httpapi-ratelimit-headers)."""
    return {
        "ratelimit-policy": f'"points";q={left.limit};w={left.window}',
        "ratelimit": f'"points";r={left.remaining};t={left.seconds}',
    }


def _code(result: ExecutionResult) -> str:
    codes = [str((error.extensions or {}).get("code")) for error in result.errors or ()]
    return next((code for code in codes if code in STATUS), codes[0])


def _status(result: ExecutionResult, told_by: HttpStatus) -> int:
    return _by_text(PARTIAL if result.errors else 200, told_by)


def status_of(code: str, media: str, told_by: HttpStatus) -> int:
    """The status of a request error.

    A legacy client, in the audited text, gets 200 for every well-formed request that could be served at all.
    """
    status = _by_text(STATUS.get(code, 422), told_by)
    legacy = media == JSON and told_by is HttpStatus.AUDITED
    return 200 if legacy and status == 400 else status


def _by_text(status: int, told_by: HttpStatus) -> int:
    return _AUDITED.get(status, status) if told_by is HttpStatus.AUDITED else status


def _media(media: str, status: int, told_by: HttpStatus) -> str:
    """In the newest text, JSON is what a legacy client gets with a success (section Body)."""
    return GRAPHQL if told_by is HttpStatus.DRAFT and status >= 300 else media


def _retry(status: int, left: Left | None) -> dict[str, str]:
    if status == 429 and left is not None:
        return {"retry-after": str(max(left.seconds, RETRY_SECONDS))}
    return {"retry-after": str(RETRY_SECONDS)} if status == 503 else {}


def _response(body: Any, status: int, media: str, headers: Mapping[str, str]) -> Response:
    return Response(encode(body), status, {"content-type": content_type(media), **_OF_EVERY_ANSWER, **headers})
