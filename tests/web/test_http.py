"""Bad requests get a clear answer and a stable code, cheaply and without a trace of what they carried."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import uvicorn
from starlette.applications import Starlette

from lifecare_gql.settings import Settings
from tests.api.test_access import run
from tests.conftest import Api
from tests.web import hostile
from tests.world import pid

JSON = {"content-type": "application/json"}
HUNG = 30  # seconds of work: what walks a bomb takes minutes; how fast a refusal is belongs in a benchmark


async def post(api: Api, body: bytes, unit: str | None = "varberg", **headers: str) -> httpx2.Response:
    return await api.http.post("/graphql", content=body, headers=JSON | api.headers(unit) | headers)


def codes(answer: httpx2.Response) -> set[str]:
    assert answer.headers["content-type"].startswith("application/json")
    return {error["extensions"]["code"] for error in answer.json()["errors"]}


async def healthy(api: Api) -> None:
    """The control: a server that refuses everything would pass the tests of refusals."""
    answer = await api('{ viewer { unit { name } } region(code: "halland") { name } }', "varberg")
    assert answer == {"viewer": {"unit": {"name": "Varberg"}}, "region": {"name": "Region Halland"}}


async def cheaply(api: Api, body: bytes) -> httpx2.Response:
    """The answer, for which this process did not work itself to death (others may be busy)."""
    began = time.process_time()
    answer = await post(api, body)
    assert time.process_time() - began < HUNG
    return answer


async def test_what_is_no_request_is_refused(api: Api) -> None:
    for name, body in hostile.NO_REQUEST.items():
        answer = await cheaply(api, body)
        assert (name, answer.status_code, codes(answer)) == (name, 400, {"INVALID_REQUEST"})
    await healthy(api)


async def test_an_invalid_document_is_refused_without_guesses(api: Api) -> None:
    for name, body in hostile.INVALID_DOCUMENT.items():
        answer = await cheaply(api, body)
        assert (name, answer.status_code) == (name, 200)
        assert codes(answer) == {"INVALID_SYNTAX" if name in hostile.INVALID_SYNTAX else "INVALID_DOCUMENT"}, name
        assert answer.json()["data"] is None
        assert "Did you mean" not in answer.text
    await healthy(api)


async def test_what_would_cost_too_much_is_refused_before_it_costs_anything(api: Api) -> None:
    for name, (kind, body) in hostile.TOO_COMPLEX.items():
        answer = await cheaply(api, body)
        assert (name, answer.status_code, codes(answer)) == (name, 200, {"QUERY_TOO_COMPLEX"})
        told = {error["extensions"]["kind"]: error for error in answer.json()["errors"]}
        found, limit = told[kind]["extensions"]["actual"], told[kind]["extensions"]["limit"]
        assert found > limit
        assert told[kind]["message"].startswith(f"The operation's {kind}: {found}, allowed {limit}.")
    await healthy(api)


async def test_a_value_that_cannot_be_used_is_refused_with_what_to_do(api: Api) -> None:
    for name, (remedy, body) in hostile.BAD_INPUT.items():
        answer = await cheaply(api, body)
        assert (name, answer.status_code, codes(answer)) == (name, 200, {"BAD_USER_INPUT"})
        assert remedy in answer.json()["errors"][0]["message"], name
    await healthy(api)


async def test_a_chosen_operation_runs_and_no_other(api: Api) -> None:
    assert (await post(api, hostile.query(hostile.TWO, operationName="B"))).json()["data"] == {"b": "Query"}


async def test_tools_may_introspect(api: Api) -> None:
    from graphql import get_introspection_query

    answer = await post(api, hostile.query(get_introspection_query(input_value_deprecation=True)), unit=None)

    assert len(answer.json()["data"]["__schema"]["types"]) > 50


OTHER_TYPES = (
    "",
    "text/plain",
    "application/jsonx",
    "application/graphql",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=a",
    "text/html; application/json",
)


async def test_only_json_is_read(api: Api) -> None:
    for kind in OTHER_TYPES:
        answer = await post(api, hostile.query("{ __typename }"), **{"content-type": kind})
        assert (kind, answer.status_code, codes(answer)) == (kind, 415, {"UNSUPPORTED_MEDIA_TYPE"})


async def test_json_may_name_its_encoding(api: Api) -> None:
    body = hostile.query("{ __typename }")
    assert (await post(api, body, **{"content-type": "application/json; charset=utf-8"})).status_code == 200


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    """Production's choice about GET, where a test asks for it."""
    return settings.model_copy(update={"get_queries": False}) if "without_get" in request.keywords else settings


@pytest.mark.without_get
async def test_only_post_is_answered_and_a_query_in_a_url_is_neither_run_nor_logged(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    methods = ["GET", "HEAD", "PUT", "DELETE"]
    for method in methods:
        url = "/graphql?query={__typename}&variables={}"
        answer = await api.http.request(method, url, headers=api.headers("varberg") | {"accept": "text/html, */*"})
        assert (answer.status_code, answer.headers["allow"]) == (405, "OPTIONS, POST")
        assert "__typename" not in answer.text

    lines = [record.getMessage() for record in caplog.records if record.name.startswith("lifecare")]
    assert [line.rpartition(" 405 ")[0] for line in lines] == [f"{method} /graphql" for method in methods]


async def test_a_query_beside_a_body_is_not_run(api: Api) -> None:
    answer = await api.http.post("/graphql?query={__typename}", content=b"{}", headers=JSON)

    assert (answer.status_code, codes(answer)) == (400, {"INVALID_REQUEST"})


async def _chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 1024):
        yield b" " * 1024


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_over_256_kib_is_refused(api: Api, announced: bool) -> None:
    body: Any = b" " * (256 * 1024 + 1) if announced else _chunks(300 * 1024)
    answer = await api.http.post("/graphql", content=body, headers=JSON | api.headers("varberg"))

    assert (answer.status_code, codes(answer)) == (413, {"TOO_LARGE"})
    fits = hostile.query("{ __typename }").ljust(256 * 1024)
    assert (await post(api, fits)).json()["data"] == {"__typename": "Query"}


async def test_an_unknown_path_is_not_found(api: Api) -> None:
    for path in ("/nowhere", "/graphiql/nowhere", "/dev", "/%00", "/graphql/../x"):
        answer = await api.http.get(path)
        assert (path, answer.status_code, codes(answer)) == (path, 404, {"NOT_FOUND"})


async def test_answers_are_utf_8(api: Api) -> None:
    answer = await post(api, hostile.query("{ regions { name } } # åäö"))

    assert "Region Örebro" in answer.content.decode("utf-8")
    assert "\\u" not in answer.text


async def test_what_nobody_expected_is_masked_with_a_reference_that_the_log_explains(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await run(api, "alter table access_log rename to lost")
    answer = await post(api, hostile.variables(hostile.PATIENT, by={"id": pid("patient", "alva")}))

    [error] = answer.json()["errors"]
    assert set(error["extensions"]) == {"code", "reference"}
    assert error["extensions"]["code"] == "INTERNAL"
    assert not any(word in answer.text for word in ("access_log", "insert", "Error"))
    [line] = [
        record.getMessage() for record in caplog.records if error["extensions"]["reference"] in record.getMessage()
    ]
    assert "cause=OperationalError path=patient operation=P" in line
    assert "access.py:" in line or "database.py:" in line
    assert "access_log" not in caplog.text


async def test_what_fails_outside_graphql_is_masked_too(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await run(api, "alter table assignment rename to lost")
    answer = await post(api, hostile.query("{ __typename }"))

    assert (answer.status_code, codes(answer)) == (500, {"INTERNAL"})
    [error] = answer.json()["errors"]
    assert error["extensions"]["reference"] in caplog.text
    assert "assignment" not in answer.text
    assert not any(record.exc_info for record in caplog.records)


@pytest.fixture
async def address(app: Starlette) -> AsyncIterator[tuple[str, int]]:
    """The application behind a real socket."""
    quiet = {"log_config": None, "access_log": False, "lifespan": "off"}
    config = uvicorn.Config(app, host="127.0.0.1", port=0, http="h11", **quiet)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  # uvicorn has no event for it
        await asyncio.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()
    server.should_exit = True
    await serving


RAW: dict[str, tuple[bytes, int]] = {
    "no HTTP": (b"hello\r\n\r\n", 400),
    "an unknown method": (b"BREW /graphql HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
    "a malformed length": (b"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n", 400),
    "two lengths": (b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
    "a header of 100 kB": (b"POST /graphql HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 100_000 + b"\r\n\r\n", 415),
    "a huge announced body": (
        b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        b"Content-Length: 999999999\r\n\r\n" + b" " * 300_000,
        413,
    ),
    "no host": (b"GET /dev/actors HTTP/1.1\r\n\r\n", 400),
    "a good request": (
        b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 26\r\n\r\n"
        b'{"query":"{ __typename }"}',
        200,
    ),
}


async def said(address: tuple[str, int], raw: bytes) -> bytes:
    """What the server answers to raw bytes."""
    reader, writer = await asyncio.open_connection(*address[:2])
    try:
        writer.write(raw)
        return await asyncio.wait_for(reader.read(2000), 10)
    finally:
        writer.close()


async def test_a_real_socket_survives_malformed_requests(address: tuple[str, int]) -> None:
    answers = {name: await said(address, raw) for name, (raw, _) in RAW.items()}

    statuses = {name: int(answer.split()[1]) if answer else None for name, answer in answers.items()}
    assert statuses == {name: status for name, (_, status) in RAW.items()}
    assert json.loads(answers["a good request"].partition(b"\r\n\r\n")[2])["data"] == {"__typename": "Query"}


async def test_a_client_that_goes_away_leaves_no_traceback(
    address: tuple[str, int], caplog: pytest.LogCaptureFixture
) -> None:
    half = b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    _, writer = await asyncio.open_connection(*address[:2])
    writer.write(half)
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    await asyncio.sleep(0.1)

    assert not any(record.exc_info for record in caplog.records)
    assert (await said(address, RAW["a good request"][0])).startswith(b"HTTP/1.1 200")
