"""One guard in front: what comes in over HTTP is read in bounded size and time, and becomes a request or not.

Section names are those of the specification GraphQL over HTTP.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from lifecare_gql.domain.texts import said
from lifecare_gql.web.wire import MAX_BODY_BYTES, fault, parse

MAX_URL_BYTES = 16 * 1024
"""No query in a URL is longer."""
_GIVEN = {"variables": dict, "extensions": dict, "operationName": str}
_IN_JSON = ("variables", "extensions")
_NOT_A_STRING = "{name} must be a string or null, if provided."
_NOT_AN_OBJECT = "{name} must be an object or null, if provided."


@dataclass(frozen=True, slots=True)
class GraphQLRequest:
    """The parameters of a well-formed request (section Request Parameters)."""

    query: str
    variables: dict[str, Any] | None = None
    operation_name: str | None = None
    extensions: dict[str, Any] | None = None


Resolve = Callable[[dict[str, Any]], dict[str, Any]]
"""From what was sent to the same with its document."""


class Refused(Exception):
    """No operation is run. The status is that of the specification's newest text; `told` is said to the caller."""

    def __init__(
        self, status: int, message: str, headers: Mapping[str, str] | None = None, code: str = ""
    ) -> None:
        super().__init__(message)
        self.told = said(message)
        self.status, self.headers, self.code = status, dict(headers or {}), code


async def from_body(request: Request, seconds: float, resolve: Resolve) -> GraphQLRequest:
    """The request of a POST, with its document as `resolve` finds it; Refused with 400, 408, 413, 415 or 422."""
    _demand_json(request)
    body = await _body(request, seconds)
    try:
        parsed = parse(body)
    except ValueError:  # UnicodeDecodeError is one
        raise Refused(400, "The request body must be JSON in UTF-8, and not nested deeply.") from None
    if not isinstance(parsed, dict):
        raise Refused(422, "The request body must be a JSON object with a query. Batches are not run.")
    return _well_formed(resolve(parsed))


def from_url(request: Request) -> GraphQLRequest:
    """The request of a GET (section GET); Refused with 400, 414 or 422."""
    if len(request.scope.get("query_string", b"")) > MAX_URL_BYTES:
        longest = MAX_URL_BYTES // 1024
        raise Refused(414, said("The URL must not be longer than {size} KiB. Use POST.", size=longest))
    given = request.query_params.multi_items()
    if len({name for name, _ in given}) < len(given):
        raise Refused(422, "A parameter of the URL is given twice.")
    told: dict[str, Any] = {name: value for name, value in given if value or name == "query"}
    for name in _IN_JSON:
        try:
            told |= {name: parse(told[name])} if name in told else {}
        except ValueError:
            raise Refused(400, said("{name} must be JSON.", name=name)) from None
    return _well_formed(told)


def _well_formed(told: dict[str, Any]) -> GraphQLRequest:
    query = told.get("query")
    if not isinstance(query, str):
        raise Refused(422, "query must be given, as a string.")
    for name, kind in _GIVEN.items():
        if not isinstance(told.get(name), kind | None):
            raise Refused(422, said(_NOT_A_STRING if kind is str else _NOT_AN_OBJECT, name=name))
    if found := fault(told):
        raise Refused(422, found)
    operation_name = told.get("operationName") or None
    return GraphQLRequest(query, told.get("variables"), operation_name, told.get("extensions"))


def _demand_json(request: Request) -> None:
    """Only application/json: a form of another site's page can send other types without asking."""
    kind, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    if kind.strip() != "application/json":
        raise Refused(415, "Send JSON, with the header Content-Type: application/json.")
    charset = parameters.partition("charset=")[2].partition(";")[0].strip('" ') or "utf-8"
    if charset not in ("utf-8", "utf8"):
        raise Refused(415, "Send JSON in UTF-8.")
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise Refused(415, "Send the body as it is, without Content-Encoding.", {"accept-encoding": "identity"})


async def _body(request: Request, seconds: float) -> bytes:
    """The body as it comes in, but never more of it than is allowed, whatever its announced length."""
    announced = request.headers.get("content-length", "0")
    if announced.isdecimal() and int(announced[:20]) > MAX_BODY_BYTES:
        raise _too_large()
    pieces, size = [], 0
    try:
        async with asyncio.timeout(seconds):
            async for piece in request.stream():
                size += len(piece)
                if size > MAX_BODY_BYTES:
                    raise _too_large()
                pieces.append(piece)
    except TimeoutError:
        told = said("The request body did not come within {seconds} s.", seconds=f"{seconds:g}")
        raise Refused(408, told, {"connection": "close"}) from None
    return b"".join(pieces)


def _too_large() -> Refused:
    told = said("The request body must not be longer than {size} KiB.", size=MAX_BODY_BYTES // 1024)
    return Refused(413, told)
