"""The specification GraphQL over HTTP, case by case: each names the section that decides.

`audited` is the status by the text that the audit suite checks, `draft` by the edition of September 2026. Sections
named RFC are those of RFC 9110, which the specification demands to follow.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from lifecare_gql.web.negotiation import GRAPHQL, JSON

LEGACY, PREFERRED = JSON, GRAPHQL
NAME, TWO, MUTATION = (
    "{ __typename }",
    "query A { a: __typename } query B { b: __typename }",
    "mutation { __typename }",
)
BY_ID = "query Unit($id: ID!) { unit(by: {id: $id}) { id } }"
VIEWER = 'query V { viewer { name } unit(by: {id: "x"}) { id } }'
FIND = "query F($code: String!) { region(code: $code) { name } }"


@dataclass(frozen=True, kw_only=True)
class Case:
    """A request, and what the two texts answer to it."""

    section: str
    audited: int
    draft: int
    method: str = "POST"
    body: bytes | None = None
    url: str = "/graphql"
    headers: dict[str, str] = field(default_factory=dict)
    media: str = LEGACY
    code: str | None = None
    allow: str | None = None


def post(section: str, told: dict[str, Any] | bytes, audited: int, draft: int, **more: Any) -> Case:
    """A POST with JSON that accepts `accept`, the preferred type unless told otherwise."""
    accept, kind = more.pop("accept", PREFERRED), more.pop("kind", "application/json")
    headers = {"content-type": kind, "accept": accept} | more.pop("headers", {})
    headers = {name: value for name, value in headers.items() if value is not None}
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    media = more.pop("media", PREFERRED if accept == PREFERRED else LEGACY)
    return Case(section=section, audited=audited, draft=draft, body=body, headers=headers, media=media, **more)


def get(section: str, audited: int, draft: int, accept: str = PREFERRED, **told: Any) -> Case:
    """A GET with these parameters."""
    more = {name: told.pop(name) for name in ("code", "headers", "allow", "method") if name in told}
    headers = {"accept": accept} | more.pop("headers", {})
    url = f"/graphql?{urlencode(told)}"
    media = PREFERRED if accept == PREFERRED else LEGACY
    more = {"method": "GET"} | more
    return Case(section=section, audited=audited, draft=draft, url=url, headers=headers, media=media, **more)


def negotiating(accept: str | None, media: str) -> Case:
    return post("Body", {"query": NAME}, 200, 200, accept=accept, media=media)


MALFORMED = {"audited": 400, "draft": 422, "code": "INVALID_REQUEST"}
INVALID = {"audited": 400, "draft": 422, "code": "INVALID_DOCUMENT"}
VARIABLE = {"audited": 400, "draft": 422, "code": "BAD_USER_INPUT"}
UNPARSED = {"audited": 400, "draft": 400, "code": "INVALID_SYNTAX"}
LEGACY_INVALID = INVALID | {"audited": 200, "accept": LEGACY}
WRONG = [{"a": 1}, 0, False, ["a"]]

CASES: dict[str, Case] = {
    # -- Media Types, Body, Accept
    "the preferred type": negotiating(PREFERRED, PREFERRED),
    "the legacy type": negotiating(LEGACY, LEGACY),
    "no Accept": negotiating(None, LEGACY),
    "an empty Accept": negotiating("", LEGACY),
    "anything": negotiating("*/*", LEGACY),
    "any application": negotiating("application/*", LEGACY),
    "the recommended Accept": negotiating(f"{GRAPHQL}, {JSON};q=0.9", PREFERRED),
    "both alike": negotiating(f"{JSON}, {GRAPHQL}", PREFERRED),
    "rather the legacy type": negotiating(f"{GRAPHQL};q=0.5, {JSON}", LEGACY),
    "the preferred type or anything": negotiating(f"{GRAPHQL}, */*;q=0.1", PREFERRED),
    "the legacy type or anything": negotiating(f"{JSON}, */*", LEGACY),
    "anything but the legacy type": negotiating(f"*/*, {JSON};q=0", PREFERRED),
    "a browser": negotiating("text/html, application/xhtml+xml, */*;q=0.8", LEGACY),
    "with an encoding": negotiating(f"{GRAPHQL}; charset=utf-8", PREFERRED),
    "in capitals": negotiating("APPLICATION/GraphQL-Response+JSON", PREFERRED),
    "with what nobody understands": negotiating(f"{GRAPHQL};q=x, ;;, a/b/c, {JSON}", LEGACY),
    "nothing that we have": post(
        "Body", {"query": NAME}, 406, 406, accept="text/html", code="NOT_ACCEPTABLE", media=LEGACY
    ),
    "nothing at all": post(
        "Body", {"query": NAME}, 406, 406, accept="*/*;q=0", code="NOT_ACCEPTABLE", media=LEGACY
    ),
    # -- POST
    "POST": post("POST", {"query": NAME}, 200, 200),
    "a named encoding": post("POST", {"query": NAME}, 200, 200, kind="application/json; charset=UTF-8"),
    "a quoted encoding": post("POST", {"query": NAME}, 200, 200, kind='application/json; charset="utf-8"'),
    "another encoding": post(
        "POST", {"query": NAME}, 415, 415, kind="application/json; charset=latin-1", code="UNSUPPORTED_MEDIA_TYPE"
    ),
    "no Content-Type": post("POST", {"query": NAME}, 415, 415, kind=None, code="UNSUPPORTED_MEDIA_TYPE"),
    "a document as it is": post(
        "POST", NAME.encode(), 415, 415, kind="application/graphql", code="UNSUPPORTED_MEDIA_TYPE"
    ),
    "a form": post(
        "Exercise caution",
        b"query=%7B__typename%7D",
        415,
        415,
        kind="application/x-www-form-urlencoded",
        code="UNSUPPORTED_MEDIA_TYPE",
    ),
    "an upload": post(
        "Exercise caution", b"", 415, 415, kind="multipart/form-data; boundary=a", code="UNSUPPORTED_MEDIA_TYPE"
    ),
    "the answer's type as the request's": post(
        "Media Types", {"query": NAME}, 415, 415, kind=GRAPHQL, code="UNSUPPORTED_MEDIA_TYPE"
    ),
    "a compressed body": post(
        "RFC 8.4",
        {"query": NAME},
        415,
        415,
        headers={"content-encoding": "gzip"},
        code="UNSUPPORTED_MEDIA_TYPE",
    ),
    "a body too long": post("Status Codes", b" " * (256 * 1024 + 1), 413, 413, code="TOO_LARGE"),
    # -- JSON Encoding, Request Parameters
    "no JSON": post("JSON parsing failure", b"NONSENSE", 400, 400, code="INVALID_REQUEST"),
    "half of JSON": post("JSON parsing failure", b'{"query":', 400, 400, code="INVALID_REQUEST"),
    "half of JSON, legacy": post(
        "JSON parsing failure", b'{"query":', 400, 400, accept=LEGACY, code="INVALID_REQUEST"
    ),
    "an empty body": post("JSON parsing failure", b"", 400, 400, code="INVALID_REQUEST"),
    "not UTF-8": post("JSON parsing failure", b'{"query":"\xff"}', 400, 400, code="INVALID_REQUEST"),
    "JSON nested deeply": post(
        "JSON parsing failure", b'{"query":' + b"[" * 70 + b"]" * 70 + b"}", 400, 400, code="INVALID_REQUEST"
    ),
    "a batch": post("JSON Encoding", b'[{"query":"{ __typename }"}]', **MALFORMED),
    "null": post("JSON Encoding", b"null", **MALFORMED),
    "a typo": post("Invalid parameters", {"qeury": NAME}, **MALFORMED),
    "a typo, legacy": post("Invalid parameters", {"qeury": NAME}, **MALFORMED, accept=LEGACY),
    **{f"{one!r} as query": post("Request Parameters", {"query": one}, **MALFORMED) for one in [*WRONG, None]},
    **{
        f"{one!r} as {name}": post("Request Parameters", {"query": NAME, name: one}, **MALFORMED)
        for name in ("variables", "extensions")
        for one in ["a", 0, False, ["a"]]
    },
    **{
        f"{one!r} as operationName": post("Request Parameters", {"query": NAME, "operationName": one}, **MALFORMED)
        for one in WRONG
    },
    "variables that no operation has": post(
        "Invalid parameters", {"query": "query Q ($i: Int!) { q(i: $i) }", "variables": [7]}, **MALFORMED
    ),
    **{
        f"null as {name}": post("JSON Encoding", {"query": NAME, name: None}, 200, 200)
        for name in ("variables", "operationName", "extensions")
    },
    "variables": post("Request Parameters", {"query": FIND, "variables": {"code": "halland"}}, 200, 200),
    "extensions": post("Request Parameters", {"query": NAME, "extensions": {"some": "value"}}, 200, 200),
    "another property": post("JSON Encoding", {"query": NAME, "future": {"of": "the text"}}, 200, 200),
    # -- Status Codes
    "a document that cannot be parsed": post("Document parsing failure", {"query": "{"}, **UNPARSED),
    "the same, legacy": post(
        "Document parsing failure", {"query": "{"}, **UNPARSED | {"audited": 200}, accept=LEGACY
    ),
    "an empty document": post("Document parsing failure", {"query": ""}, **UNPARSED),
    "a document that is not valid": post("Document validation failure", {"query": "{ nothing }"}, **INVALID),
    "not valid, legacy": post("Document validation failure", {"query": "{ nothing }"}, **LEGACY_INVALID),
    "a limit of our own": post(
        "Validation", {"query": "{" + "a: __typename " * 31 + "}"}, **INVALID | {"code": "QUERY_TOO_COMPLEX"}
    ),
    "a document of our own length": post(
        "GraphQL", {"query": "{ __typename }" + " " * 33_000}, **INVALID | {"code": "QUERY_TOO_COMPLEX"}
    ),
    "two operations and no name": post("Operation cannot be determined", {"query": TWO}, **INVALID),
    "two operations, legacy": post("Operation cannot be determined", {"query": TWO}, **LEGACY_INVALID),
    "an operation that is not there": post(
        "Operation cannot be determined", {"query": TWO, "operationName": "C"}, **INVALID
    ),
    "no operation": post("Operation cannot be determined", {"query": "fragment F on Unit { id }"}, **INVALID),
    "the operation that is named": post("Request Parameters", {"query": TWO, "operationName": "B"}, 200, 200),
    "a variable that is missing": post("Variable coercion failure", {"query": BY_ID}, **VARIABLE),
    "a variable that is null": post(
        "Variable coercion failure", {"query": BY_ID, "variables": {"id": None}}, **VARIABLE
    ),
    "a variable that is null, legacy": post(
        "Variable coercion failure",
        {"query": BY_ID, "variables": {"id": None}},
        **VARIABLE | {"audited": 200, "accept": LEGACY},
    ),
    "data beside errors": post("Status Codes", {"query": VIEWER}, 200, 294, code="BAD_USER_INPUT"),
    "data beside errors, legacy": post("Body", {"query": VIEWER}, 200, 294, code="BAD_USER_INPUT", accept=LEGACY),
    "a mutation": post("POST", {"query": MUTATION}, 200, 200),
    "a subscription without a stream": post(
        "Overview", {"query": "subscription { x }"}, **INVALID | {"code": "STREAM_REQUIRED"}
    ),
    "a token that is not to be trusted": post(
        "Status Codes", {"query": NAME}, 401, 401, headers={"authorization": "Bearer x"}, code="UNAUTHENTICATED"
    ),
    "another scheme": post(
        "Status Codes", {"query": NAME}, 401, 401, headers={"authorization": "Basic eA=="}, code="UNAUTHENTICATED"
    ),
    # -- GET
    "GET": get("GET", 200, 200, query=NAME),
    "GET, legacy": get("GET", 200, 200, LEGACY, query=NAME),
    "GET with variables": get("GET", 200, 200, query=FIND, variables='{"code": "halland"}'),
    "GET with empty parameters": get("GET", 200, 200, query=NAME, variables="", operationName="", extensions=""),
    "GET of an operation called null": get(
        "GET", 200, 200, query="query null { __typename }", operationName="null"
    ),
    "GET of one of two": get("GET", 200, 200, query=TWO, operationName="A"),
    "GET with half of JSON": get("GET", 400, 400, query=NAME, variables="{", code="INVALID_REQUEST"),
    "GET with a list as variables": get("GET", 400, 422, query=NAME, variables="[]", code="INVALID_REQUEST"),
    "GET without a query": get("GET", 400, 422, code="INVALID_REQUEST"),
    "GET with NUL": get("GET", 400, 422, query="{ __typename } #\0", code="INVALID_REQUEST"),
    "GET of a mutation": get("GET", 405, 405, query=MUTATION, code="METHOD_NOT_ALLOWED", allow="POST"),
    "GET of a chosen mutation": get(
        "GET",
        405,
        405,
        query="query A { __typename } mutation B { __typename }",
        operationName="B",
        code="METHOD_NOT_ALLOWED",
        allow="POST",
    ),
    "GET of what is not valid": get(
        "Document validation failure", 400, 422, query="{ x }", code="INVALID_DOCUMENT"
    ),
    "a URL too long": get("Status Codes", 414, 414, query="{" + " " * 17_000 + "}", code="TOO_LARGE"),
    "GET from another site": get(
        "Security", 403, 403, query=NAME, code="CROSS_SITE", headers={"sec-fetch-site": "cross-site"}
    ),
    "GET from a sister site": get(
        "Security", 403, 403, query=NAME, code="CROSS_SITE", headers={"sec-fetch-site": "same-site"}
    ),
    "GET from another origin": get(
        "Security", 403, 403, query=NAME, code="CROSS_SITE", headers={"origin": "https://evil.example"}
    ),
    "GET from nowhere": get("Security", 403, 403, query=NAME, code="CROSS_SITE", headers={"origin": "null"}),
    "GET from our own page": get("Security", 200, 200, query=NAME, headers={"sec-fetch-site": "same-origin"}),
    "GET from our own origin": get("Security", 200, 200, query=NAME, headers={"origin": "http://127.0.0.1:8000"}),
    "GET typed by a person": get("Security", 200, 200, query=NAME, headers={"sec-fetch-site": "none"}),
    "POST from another site": post(
        "Security", {"query": NAME}, 200, 200, headers={"sec-fetch-site": "cross-site", "origin": "null"}
    ),
    "HEAD": get("RFC 9.3.2", 200, 200, query=NAME, method="HEAD"),
    "HEAD of a mutation": get("RFC 9.3.2", 405, 405, query=MUTATION, method="HEAD", allow="POST"),
    "OPTIONS": Case(
        section="RFC 9.3.7", audited=204, draft=204, method="OPTIONS", allow="GET, HEAD, OPTIONS, POST"
    ),
    **{
        method: Case(
            section="Status Codes",
            audited=405,
            draft=405,
            method=method,
            code="METHOD_NOT_ALLOWED",
            allow="GET, HEAD, OPTIONS, POST",
        )
        for method in ("PUT", "PATCH", "DELETE", "QUERY", "BREW")
    },
}
