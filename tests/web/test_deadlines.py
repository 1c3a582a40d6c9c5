"""Nothing takes longer than it may: a body, an operation, or how many there are at once."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from lifecare_gql.app import create_app
from lifecare_gql.regions import Regions
from lifecare_gql.settings import Settings
from lifecare_gql.storage.url import Dialect
from tests import world
from tests.conftest import Clock
from tests.web.issuer import FOUND, WHO, Client, change, client
from tests.web.test_limits import token_of
from tests.world import pid

SECONDS, AT_ONCE, POOL = 0.4, 3, 2
OPEN_CASE = """mutation C($i: CaseInput!, $k: String!) {
  openCase(input: $i, idempotencyKey: $k) { __typename ... on Success { replayed } } }"""
CASE = {"patientId": pid("patient", "alva"), "title": "Planering"}
ACCEPT = {"accept": "application/graphql-response+json"}

# The access log's row is the last that an act writes: what holds it up finds everything else written.
_SLOW: dict[Dialect, Sequence[str]] = {
    Dialect.SQLITE: (
        "create trigger slow before insert on access_log begin select (with recursive c(x) as (select 1"
        " union all select x + 1 from c where x < 3000000) select count(x) from c); end",
    ),
    Dialect.POSTGRES: (
        "create function slow() returns trigger language plpgsql as"
        " $$ begin perform pg_sleep(20); return new; end $$",
        "create trigger slow before insert on access_log for each row execute function slow()",
    ),
}
_SWIFT: dict[Dialect, str] = {
    Dialect.SQLITE: "drop trigger slow",
    Dialect.POSTGRES: "drop trigger slow on access_log",
}


@pytest.fixture
async def hurried(settings: Settings, regions: Regions, clock: Clock) -> AsyncIterator[Client]:
    """A client of a server with little patience, few connections and room for few operations."""
    given = {"request_seconds": SECONDS, "body_seconds": SECONDS, "pool_size": POOL, "operations_at_once": AT_ONCE}
    async with client(create_app(settings.model_copy(update=given), regions, clock)) as found:
        yield found


async def slow(settings: Settings, dialect: Dialect) -> None:
    """From now on a row of the access log takes longer than an operation may."""
    for statement in _SLOW[dialect]:
        await change(settings, statement)


async def opened(asking: Client, token: str, key: str) -> Any:
    """What became of opening a case."""
    body = {"query": OPEN_CASE, "variables": {"i": CASE, "k": key}}
    return await asking.http.post("/graphql", json=body, headers={"authorization": f"Bearer {token}", **ACCEPT})


async def written(settings: Settings) -> list[Any]:
    """How much there is of everything that the act writes."""
    tables = ("care_case", "case_party", "idempotency_key", "access_log")
    return [(await change(settings, f"select count(*) from {table}"))[0][0] for table in tables]


async def test_what_takes_too_long_is_stopped_and_rolled_back_and_the_pool_is_whole(
    hurried: Client, settings: Settings, dialect: Dialect
) -> None:
    token, key = token_of(settings, *world.staff_of("varberg")), str(uuid.uuid4())
    before = await written(settings)
    await slow(settings, dialect)
    for _ in range(POOL + 2):
        answer = await opened(hurried, token, key)
        [error] = answer.json()["errors"]
        assert (answer.status_code, error["extensions"]) == (504, {"code": "DEADLINE_EXCEEDED"})
        assert "data" not in answer.json()
        assert "same idempotency key" in error["message"]
    await change(settings, _SWIFT[dialect])

    assert await written(settings) == before, "nothing is half written"
    answers = await asyncio.gather(*(hurried.post(token) for _ in range(AT_ONCE)))
    assert [answer.json() for answer in answers] == [FOUND] * AT_ONCE
    done = await opened(hurried, token, key)
    assert done.json()["data"] == {"openCase": {"__typename": "CaseOpened", "replayed": False}}


async def test_over_a_socket_it_is_the_operations_error_and_the_socket_goes_on(
    hurried: Client, settings: Settings, dialect: Dialect
) -> None:
    await slow(settings, dialect)
    async with hurried.entered(token_of(settings, *world.staff_of("varberg"))) as socket:
        heard = await socket.ask(OPEN_CASE, i=CASE, k="k")
        assert heard["type"] == "error"
        assert [error["extensions"] for error in heard["payload"]] == [{"code": "DEADLINE_EXCEEDED"}]
        assert await socket.ask(WHO) == FOUND


async def test_only_so_many_operations_run_at_once(hurried: Client, settings: Settings, dialect: Dialect) -> None:
    token = token_of(settings, *world.staff_of("varberg"))
    await slow(settings, dialect)
    answers = await asyncio.gather(*(opened(hurried, token, str(uuid.uuid4())) for _ in range(AT_ONCE + 4)))
    await change(settings, _SWIFT[dialect])

    refused = [answer for answer in answers if answer.status_code == 503]
    codes = {answer.json()["errors"][0]["extensions"]["code"] for answer in refused}
    assert len(refused) >= 4
    assert codes <= {"OVERLOADED", "TRY_AGAIN"}
    assert "OVERLOADED" in codes
    assert {answer.headers["retry-after"] for answer in refused} == {"1"}
    assert (await hurried.post(token)).json() == FOUND


async def test_a_body_that_does_not_come_is_not_waited_for(hurried: Client) -> None:
    host, port = hurried.http.base_url.host, hurried.http.base_url.port
    head = b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    began = time.monotonic()
    reader, writer = await asyncio.open_connection(host, port)
    writer.write(head)
    answer = await asyncio.wait_for(reader.read(), 10)  # to the end: the server closes the connection
    writer.close()

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b'"code":"TOO_SLOW"' in answer
    assert SECONDS <= time.monotonic() - began < SECONDS + 3


async def test_slow_bodies_hold_no_place(hurried: Client, settings: Settings) -> None:
    token = token_of(settings, *world.staff_of("varberg"))
    host, port = hurried.http.base_url.host, hurried.http.base_url.port
    head = b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
    writers = []
    for _ in range(AT_ONCE * 5):
        _, writer = await asyncio.open_connection(host, port)
        writer.write(head)
        writers.append(writer)

    assert (await hurried.post(token)).json() == FOUND
    for writer in writers:
        writer.close()


async def test_a_deadline_is_logged_without_what_was_asked(
    hurried: Client, settings: Settings, dialect: Dialect, caplog: pytest.LogCaptureFixture
) -> None:
    await slow(settings, dialect)
    await opened(hurried, token_of(settings, *world.staff_of("varberg")), "k")

    lines = [one.getMessage() for one in caplog.records if one.name == "lifecare_gql.operations"]
    assert lines == [f"code=DEADLINE_EXCEEDED seconds={SECONDS:g}"]
