"""A websocket: opened by a token, closed when it ends, and never brought down by what comes in."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from websockets.typing import Subprotocol

from lifecare_gql.app import create_app
from lifecare_gql.regions import Regions
from lifecare_gql.settings import Settings
from lifecare_gql.web.tokens import DevelopmentIssuer
from tests import world
from tests.conftest import Clock
from tests.web.issuer import FOUND, WHO, Client, Served, change, client

PATIENT = "query P($id: ID!) { patient(by: {id: $id}) { id } }"
OPEN_CASE = "mutation C($i: CaseInput!, $k: String!) { openCase(input: $i, idempotencyKey: $k) { __typename } }"
ALVA = world.pid("patient", "alva")
OPERATIONS, INIT_SECONDS = 3, 0.5


@pytest.fixture
def few(settings: Settings) -> Settings:
    """Settings with little patience."""
    return settings.model_copy(update={"socket_init_seconds": INIT_SECONDS, "socket_operations": OPERATIONS})


@pytest.fixture
async def asking(few: Settings, regions: Regions, clock: Clock) -> AsyncIterator[Client]:
    async with client(create_app(few, regions, clock)) as found:
        yield found


@pytest.fixture
def token(settings: Settings) -> str:
    return issued(settings, minutes=5)


def issued(settings: Settings, **lifetime: float) -> str:
    now = dt.datetime.now(dt.UTC)
    issuer = DevelopmentIssuer(settings)
    begun = now - dt.timedelta(minutes=1)
    return issuer.issue(*world.staff_of("varberg"), begun, dt.timedelta(minutes=1) + dt.timedelta(**lifetime))


async def test_queries_and_mutations_are_answered_as_over_http(asking: Client, token: str) -> None:
    case = {"patientId": ALVA, "title": "Planering"}
    async with asking.entered(token) as socket:
        for query, variables in (
            (WHO, {}),
            (PATIENT, {"id": ALVA}),
            (PATIENT, {"id": world.pid("patient", "dag")}),
            (OPEN_CASE, {"i": case, "k": "the same key"}),
            ("{ unit(by: {id: 1}) { id } }", {}),
        ):
            answer = await socket.ask(query, **variables)
            assert answer == (await asking.post(token, query, **variables)).json()


INVALID: dict[str, tuple[str, str]] = {
    # what is asked, and the code of the answer
    "no field": ("{ nothing }", "INVALID_DOCUMENT"),
    "no document": ("{", "INVALID_SYNTAX"),
    "nothing": ("", "INVALID_SYNTAX"),
    "a subscription": ("subscription { anything }", "INVALID_DOCUMENT"),
    "two operations": ("query A { __typename } query B { __typename }", "INVALID_DOCUMENT"),
    "too much": ("{ " + " ".join(f"a{at}: __typename" for at in range(600)) + " }", "QUERY_TOO_COMPLEX"),
}


async def test_an_invalid_operation_is_an_error_of_its_own_and_the_socket_goes_on(
    asking: Client, token: str
) -> None:
    async with asking.entered(token) as socket:
        for name, (query, code) in INVALID.items():
            heard = await socket.ask(query, name)
            assert (heard["type"], heard["id"]) == ("error", name)
            assert {error["extensions"]["code"] for error in heard["payload"]} == {code}, name
        assert await socket.ask(WHO) == FOUND


async def test_each_operation_has_a_session_of_its_own(
    asking: Client, few: Settings, token: str, clock: Clock
) -> None:
    async with asking.entered(token) as socket:
        for minutes in (0, 1):
            clock.now += dt.timedelta(minutes=minutes)
            assert (await socket.ask(PATIENT, id=ALVA))["data"]["patient"]
    rows = await change(few, "select request_id from access_log where act = 'READ'")

    assert (len(rows), len(set(rows))) == (2, 2), "one row for each, in the name of another request"


NO_TOKEN: dict[str, Any] = {
    "no payload": {},
    "null": {"payload": None},
    "empty": {"payload": {}},
    "a number": {"payload": {"authorization": 7}},
    "no scheme": {"payload": {"authorization": "x"}},
    "basic": {"payload": {"authorization": "Basic dXNlcjpwYXNz"}},
    "elsewhere in the payload": {"payload": {"token": "…"}},
}


async def test_without_a_token_in_the_first_message_nobody_enters(asking: Client, token: str) -> None:
    for name, told in NO_TOKEN.items():
        sent = json.loads(json.dumps(told).replace("…", token))
        more = {"Authorization": f"Bearer {token}", "Cookie": f"token={token}"}
        async with asking.socket(url=f"?authorization=Bearer%20{token}", additional_headers=more) as socket:
            await socket.say(type="connection_init", **sent)
            assert (name, await socket.heard()) == (name, (4403, "Forbidden"))


async def test_a_page_of_another_origin_needs_a_token_like_anybody(asking: Client, token: str) -> None:
    async with asking.socket(additional_headers={"Origin": "https://evil.example"}) as socket:
        await socket.say(type="connection_init", payload={"authorization": f"Bearer {token}"})
        assert await socket.heard() == {"type": "connection_ack"}


async def test_who_says_nothing_is_sent_away(asking: Client) -> None:
    began = asyncio.get_running_loop().time()
    async with asking.socket() as socket:
        assert (await socket.heard())[0] == 4408
    assert INIT_SECONDS <= asyncio.get_running_loop().time() - began < INIT_SECONDS + 5


async def test_the_socket_ends_with_the_token(asking: Client, settings: Settings) -> None:
    left, leeway = 1.5, 10
    began = asyncio.get_running_loop().time()
    async with asking.entered(issued(settings, seconds=left - leeway)) as socket:
        assert await socket.ask(WHO) == FOUND
        assert await socket.heard() == (4403, "The token has ended")
    assert asyncio.get_running_loop().time() - began < left + 5


async def test_the_socket_ends_with_the_assignment(
    asking: Client, few: Settings, token: str, clock: Clock
) -> None:
    async with asking.entered(token) as socket:
        assert await socket.ask(WHO) == FOUND
        at = f"{clock.now:%Y-%m-%d %H:%M:%S}+00:00"
        await change(few, f"update assignment set until = '{at}' where hsa_id = '{world.staff_of('varberg')[1]}'")
        assert await socket.ask(WHO) == (4403, "Forbidden")


FRAMES: dict[str, str | bytes] = {
    "a number": "7",
    "null": "null",
    "a list": "[]",
    "a text": '"ping"',
    "half an object": "{",
    "nothing": "",
    "NaN": '{"type": NaN}',
    "a long number": '{"type": "ping", "payload": {"a": ' + "9" * 5000 + "}}",
    "nested": '{"type": "ping", "payload": ' + '{"a":' * 5000 + "1" + "}" * 5000 + "}",
    "no type": "{}",
    "a number as type": '{"type": 1}',
    "a list as type": '{"type": []}',
    "an unknown type": '{"type": "start", "id": "1"}',
    "the old protocol": '{"type": "connection_terminate"}',
    "binary": b'{"type": "ping"}',
    "a numeric id": '{"type": "subscribe", "id": 1, "payload": {"query": "{ __typename }"}}',
    "no id": '{"type": "subscribe", "payload": {"query": "{ __typename }"}}',
    "an empty id": '{"type": "subscribe", "id": "", "payload": {"query": "{ __typename }"}}',
    "a long id": '{"type": "subscribe", "id": "' + "å" * 200 + '", "payload": {"query": "{ __typename }"}}',
    "a list as id to complete": '{"type": "complete", "id": ["1"]}',
    "no payload": '{"type": "subscribe", "id": "1"}',
    "a list as payload": '{"type": "subscribe", "id": "1", "payload": []}',
    "no query": '{"type": "subscribe", "id": "1", "payload": {}}',
    "a numeric query": '{"type": "subscribe", "id": "1", "payload": {"query": 1}}',
    "a list as variables": '{"type": "subscribe", "id": "1", "payload": {"query": "{a}", "variables": []}}',
    "a numeric name": '{"type": "subscribe", "id": "1", "payload": {"query": "{a}", "operationName": 1}}',
    "NUL": '{"type": "subscribe", "id": "1", "payload": {"query": "\\u0000"}}',
    "half a pair": '{"type": "ping", "payload": {"a": "\\ud800"}}',
    "payload no object": '{"type": "connection_init", "payload": 7}',
}


@pytest.mark.parametrize("entered", [True, False])
async def test_what_is_no_message_closes_the_socket_with_4400(
    asking: Client, token: str, entered: bool, caplog: pytest.LogCaptureFixture
) -> None:
    for name, frame in FRAMES.items():
        async with asking.entered(token) if entered else asking.socket() as socket:
            await socket.send(frame)
            heard = await socket.heard()
            assert (name, heard[0]) == (name, 4400)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING or record.exc_info]
    assert (await asking.post(token)).json() == FOUND


async def test_what_comes_out_of_turn_is_told_by_its_code(asking: Client, token: str) -> None:
    async with asking.socket() as socket:
        await socket.subscribe(WHO)
        assert (await socket.heard())[0] == 4401
    async with asking.entered(token) as socket:
        await socket.say(type="connection_init", payload={"authorization": f"Bearer {token}"})
        assert (await socket.heard())[0] == 4429
    async with asking.entered(token) as socket:
        await socket.subscribe(PATIENT, "one", id=ALVA)
        await socket.subscribe(PATIENT, "one", id=ALVA)
        heard = [await socket.heard() for _ in range(2)]
        assert heard[-1][0] == 4409 or heard[-1]["type"] == "complete", "unless the first was done already"


@pytest.mark.parametrize("offered", ["graphql-ws", "something", None])
async def test_only_one_protocol_is_spoken(asking: Client, offered: str | None) -> None:
    protocols = [Subprotocol(offered)] if offered else None
    async with asking.socket(subprotocols=protocols) as socket:
        assert (await socket.heard())[0] == 4406


async def test_a_message_is_at_most_as_long_as_a_body(asking: Client, token: str) -> None:
    ping = json.dumps({"type": "ping", "payload": {}})
    async with asking.entered(token) as socket:
        await socket.send(ping.ljust(256 * 1024))
        assert await socket.heard() == {"type": "pong"}
        await socket.send(ping.ljust(256 * 1024 + 1))
        assert (await socket.heard())[0] == 1009


async def test_one_socket_runs_only_so_many_operations_at_once(asking: Client, token: str) -> None:
    many = 60
    async with asking.entered(token) as socket:
        for at in range(many):
            await socket.subscribe(PATIENT, str(at), id=ALVA)
        last: dict[str, Any] = {}
        while len(last) < many:
            heard = await socket.heard()
            last |= {heard["id"]: heard} if heard["type"] in ("complete", "error") else {}
        refused = [one["payload"] for one in last.values() if one["type"] == "error"]
        assert 0 < len(refused) <= many - OPERATIONS
        assert {error["extensions"]["code"] for errors in refused for error in errors} == {"TOO_MANY_OPERATIONS"}
        assert await socket.ask(WHO) == FOUND


async def test_a_client_that_goes_away_leaves_no_trace(
    asking: Client, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for _ in range(20):
        async with asking.entered(token) as socket:
            await socket.subscribe(PATIENT, id=ALVA)
    await asyncio.sleep(0.2)

    assert not any(record.exc_info for record in caplog.records)
    assert (await asking.post(token)).json() == FOUND


async def test_a_server_that_stops_says_so_and_does_not_wait(
    few: Settings, regions: Regions, clock: Clock, token: str
) -> None:
    served = Served(create_app(few, regions, clock))
    port = await served.start()
    async with httpx2.AsyncClient() as http, Client(http, port).entered(token) as socket:
        began = asyncio.get_running_loop().time()
        await served.stop()
        assert (await socket.heard())[0] == 1012
    assert asyncio.get_running_loop().time() - began < 5


async def test_what_nobody_expected_is_masked_and_no_payload_is_logged(
    asking: Client, few: Settings, token: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    number = world.number("bo")
    async with asking.entered(token) as socket:
        await socket.ask(f'{{ patient(by: {{identifier: "{number}"}}) {{ id }} }}')
        await socket.ask(PATIENT, id=number)
        await change(few, "alter table assignment rename to lost")
        heard = await socket.ask(PATIENT, id=number)
        [error] = heard["payload"]
        assert set(error["extensions"]) == {"code", "reference"}
        assert error["extensions"]["reference"] in caplog.text
    assert await asking.turned_away(token) == (1011, "")
    await asyncio.sleep(0.1)

    assert not any(told in caplog.text for told in (number, token.split(".")[1], "lost"))
    lines = [record.getMessage() for record in caplog.records if record.name == "lifecare_gql.requests"]
    assert any(line.startswith("WEBSOCKET /graphql 1011 ") for line in lines)
