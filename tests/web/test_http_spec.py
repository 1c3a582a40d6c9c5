"""GraphQL over HTTP as it is specified: the cases of `http_cases`, by either text; and what goes beyond a case."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest

from lifecare_gql.app import create_app
from lifecare_gql.regions import Regions
from lifecare_gql.settings import HttpStatus, Settings
from lifecare_gql.storage.url import Dialect
from lifecare_gql.web.negotiation import GRAPHQL, JSON, negotiated, prefers_event_stream, wants_event_stream
from tests.conftest import Api, Clock
from tests.web.http_cases import CASES, NAME, PREFERRED, Case


@pytest.fixture(params=[Dialect.SQLITE])
def dialect(request: pytest.FixtureRequest) -> Dialect:
    """HTTP is the same on both databases."""
    return Dialect(request.param)


@pytest.fixture(params=list(HttpStatus))
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    """Either text."""
    return settings.model_copy(update={"http_status": request.param})


def media(case: Case, status: int, text: HttpStatus) -> str:
    """In the newest text JSON is only what a legacy client gets with a success (section Body)."""
    return PREFERRED if text is HttpStatus.DRAFT and status >= 300 else case.media


def found(answer: httpx2.Response) -> tuple[int, str, str | None, str | None]:
    """Status, type, the first error's code, and which methods there are."""
    errors = answer.json().get("errors") if answer.content else None
    code = errors[0]["extensions"]["code"] if errors else None
    return answer.status_code, answer.headers.get("content-type", ""), code, answer.headers.get("allow")


def expected(case: Case, text: HttpStatus) -> tuple[int, str, str | None, str | None]:
    status = case.draft if text is HttpStatus.DRAFT else case.audited
    kind = "" if status == 204 else f"{media(case, status, text)}; charset=utf-8"
    return status, kind, case.code, case.allow


async def answered(api: Api, case: Case) -> httpx2.Response:
    """The answer, without what the client would add by itself."""
    request = api.http.build_request(case.method, case.url, content=case.body)
    request.headers = httpx2.Headers({"host": request.headers["host"], **case.headers})
    return await api.http.send(request)


async def test_each_case_is_answered_as_its_section_says(api: Api, settings: Settings) -> None:
    wanted = {name: expected(case, settings.http_status) for name, case in CASES.items()}
    heard = {name: found(await answered(api, case)) for name, case in CASES.items()}

    assert {name: one for name, one in heard.items() if one != wanted[name]} == {}
    assert len(CASES) >= 60


async def test_a_failure_has_no_data_and_every_error_the_same_shape(api: Api, settings: Settings) -> None:
    """Section Status Codes: without `data` the status is 4xx or 5xx, with it that is not null it is 2xx."""
    for name, case in CASES.items():
        answer = await answered(api, case)
        if not answer.content:
            continue
        told = answer.json()
        assert ("data" in told) is (answer.status_code < 300), name
        assert told.get("data") is None or answer.status_code < 300, name
        for error in told.get("errors", ()):
            assert {"message", "extensions"} <= set(error) <= {"message", "extensions", "locations", "path"}, name
            assert isinstance(error["extensions"]["code"], str), name


async def test_no_answer_is_kept_or_guessed_at(api: Api) -> None:
    answer = await answered(api, CASES["POST"])

    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "accept" in answer.headers["vary"].lower()


async def test_head_says_what_get_would_say(api: Api) -> None:
    """RFC 9.3.2."""
    long, none = await answered(api, CASES["GET"]), await answered(api, CASES["HEAD"])

    assert none.content == b""
    assert none.headers["content-length"] == str(len(long.content))


async def test_a_parameter_given_twice_is_refused(api: Api) -> None:
    answer = await api.http.get("/graphql?query={__typename}&query={a:__typename}")

    assert answer.json()["errors"][0]["message"] == "A parameter of the URL is given twice."


QUALITY = {
    "text/*": None,
    "application/json;q=0": None,
    "application/json;q=0.001": JSON,
    "application/json;q=2": None,
    "application/json;q=0.1234": None,
    "application/json; charset=utf-16": None,
    "application/json;version=1;q=0.5, application/graphql-response+json;q=0.4": JSON,
    "*/*;q=0.1, application/*;q=0": None,
    f"{GRAPHQL};q=0, */*": JSON,
    "," * 5000: None,
    "*/*," * 5000: JSON,
}


def test_the_client_decides_the_media_type() -> None:
    """RFC 12.5.1."""
    assert {accept: negotiated(accept) for accept in QUALITY} == QUALITY


def test_a_stream_must_be_asked_for_by_name() -> None:
    asked = {"text/event-stream": True, "text/event-stream;q=0.5, */*": True, "*/*": False, "text/*": False}
    assert {accept: wants_event_stream(accept) for accept in asked} == asked
    assert not wants_event_stream(None)
    above = {"text/event-stream": True, "text/event-stream, */*": True, "text/event-stream;q=0.5, */*": False}
    assert {accept: prefers_event_stream(accept) for accept in above} == above


ORIGIN = "https://sp.example.se"
PREFLIGHT = {
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type",
}


async def test_by_default_no_page_of_another_origin_may_read_an_answer(api: Api) -> None:
    asked = await api.http.options("/graphql", headers={"origin": ORIGIN, **PREFLIGHT})
    told = await api.http.post("/graphql", json={"query": NAME}, headers={"origin": ORIGIN})

    assert not [name for answer in (asked, told) for name in answer.headers if name.startswith("access-control")]


@pytest.fixture
async def crossing(settings: Settings, regions: Regions, clock: Clock) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a server that lets one origin in."""
    app = create_app(settings.model_copy(update={"cors_origins": (ORIGIN,)}), regions, clock)
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http,
    ):
        yield http


async def test_only_the_named_origins_may_ask(crossing: httpx2.AsyncClient) -> None:
    others = ("https://evil.example", f"{ORIGIN}.evil.example", "http://sp.example.se", f"{ORIGIN}:8443", "null")
    for origin in (ORIGIN, *others):
        asked = await crossing.options("/graphql", headers={"origin": origin, **PREFLIGHT})
        told = await crossing.get("/graphql?query={__typename}", headers={"origin": origin})
        let_in = origin == ORIGIN
        assert (origin, asked.status_code, told.status_code) == (origin, *((200, 200) if let_in else (403, 403)))
        assert told.headers.get("access-control-allow-origin") == (ORIGIN if let_in else None)
        assert "access-control-allow-credentials" not in asked.headers
    assert asked.json()["errors"][0]["extensions"]["code"] == "ORIGIN_NOT_ALLOWED"


async def test_a_page_may_read_how_much_is_left(crossing: httpx2.AsyncClient) -> None:
    told = await crossing.post("/graphql", json={"query": NAME}, headers={"origin": ORIGIN})

    assert "RateLimit" in told.headers["access-control-expose-headers"]
    assert "origin" in told.headers["vary"].lower()
