"""The language of the caller on the ways that are not one question and its answer, and where nothing is run."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from lifecare_gql.app import create_app
from lifecare_gql.regions import Regions
from lifecare_gql.settings import BUDGETS, CALLER, Settings
from tests.conftest import Clock
from tests.web.issuer import WHO, Client, client
from tests.web.listening import CHANGES, Staff, place
from tests.web.streams import streaming
from tests.web.test_languages import varies

EVENTS = "text/event-stream"
FOLLOWING = """subscription F($after: String) { changes(after: $after, topics: [MESSAGE]) {
  ... on MessageChangeEvent { message { expectation { deadline { excluded { reason } } } } } } }"""


@pytest.fixture
def given() -> dict[str, Any]:
    """What the settings of the server are changed by."""
    return {}


@pytest.fixture
async def asking(
    settings: Settings, regions: Regions, clock: Clock, given: dict[str, Any]
) -> AsyncIterator[Client]:
    async with client(create_app(settings.model_copy(update=given), regions, clock)) as found:
        yield found


@pytest.fixture
def staff(settings: Settings) -> Staff:
    return Staff(settings)


def excluded(heard: Any) -> list[str]:
    """The days that do not count, as a change of a message tells them."""
    deadline = heard["data"]["changes"]["message"]["expectation"]["deadline"]
    return [one["reason"] for one in deadline["excluded"]]


async def test_each_subscriber_hears_of_the_same_in_their_own_language(
    asking: Client, staff: Staff, clock: Clock
) -> None:
    clock.now += dt.timedelta(days=4)  # to a Friday
    token = staff.token("varberg")
    begin, swedish, english = await place(asking, token), ["lördag", "söndag"], ["Saturday", "Sunday"]
    async with (
        asking.entered(token, acceptLanguage="en") as one,
        asking.entered(token, acceptLanguage="sv") as two,
        asking.entered(token) as three,
    ):
        for socket in (one, two, three):
            await socket.subscribe(FOLLOWING, after=begin)
        await staff.send(asking)
        for socket, told in ((one, english), (two, swedish), (three, swedish)):
            assert excluded((await socket.heard())["payload"]) == told
    for language, told in (("en", english), ("sv", swedish)):
        asking.http.headers["accept-language"] = language
        async with streaming(asking, token, FOLLOWING, after=begin) as stream:
            assert stream.response.headers["content-language"] == language
            assert excluded(await stream.next()) == told


async def test_a_websocket_speaks_the_language_of_its_handshake(asking: Client, staff: Staff) -> None:
    said = {"authorization": f"Bearer {staff.token('varberg')}"}
    for wished, begins in (({}, "id är inget id"), ({"acceptLanguage": "en"}, "id is not")):
        async with asking.socket(additional_headers={"accept-language": "sv"}) as socket:
            await socket.say(type="connection_init", payload=said | wished)
            assert await socket.heard() == {"type": "connection_ack"}
            answer = await socket.ask('{ node(id: "unit_1") { id } }')
            assert answer["errors"][0]["message"].startswith(begins)


def first(answer: httpx2.Response) -> str:
    """The first message of an answer, as JSON or as an event."""
    found = answer.text
    if answer.headers["content-type"].startswith(EVENTS):
        found = found.partition("data: ")[2].partition("\n")[0]
    message: str = json.loads(found)["errors"][0]["message"]
    return message


NO_POINTS = {CALLER: BUDGETS[CALLER].model_copy(update={"points": 1})}
UNTRUSTED = {"documentId": "0" * 64}
NOT_RUN: dict[str, tuple[dict[str, Any], dict[str, Any], str, str]] = {
    # the settings, what is asked, and how the refusal begins in Swedish and in English
    "busy": ({"operations_at_once": 0}, {"query": WHO}, "Servern är upptagen", "The server is busy"),
    "slow": (
        {"request_seconds": 1e-6},
        {"query": WHO},
        "Det tog längre tid än 1e-06 s",
        "It took longer than",
    ),
    "spent": (
        {"budgets": BUDGETS | NO_POINTS},
        {"query": WHO},
        "För mycket har efterfrågats",
        "Too much was",
    ),
    "empty": ({}, {"query": ""}, "Dokumentet är tomt.", "The document is empty."),
    "unnamed": ({}, {"query": WHO, "operationName": "Other"}, "Dokumentet har ingen", "The document has no"),
    "untrusted": ({}, UNTRUSTED, "Inget betrott dokument har detta", "No document with this documentId"),
    "two documents": ({}, UNTRUSTED | {"query": WHO}, "documentId är inte", "documentId is not"),
    "long": ({}, {"query": WHO + " " * 32_000}, "Operationens antal tecken i dok", "The operation's document:"),
}


@pytest.mark.parametrize(
    ("given", "asked", "swedish", "english"), [pytest.param(*one, id=name) for name, one in NOT_RUN.items()]
)
async def test_what_is_not_run_is_told_in_the_language_however_it_came(
    asking: Client, staff: Staff, asked: dict[str, Any], swedish: str, english: str
) -> None:
    token = staff.token("varberg")
    await asking.post(token)  # spends the only point, where there is but one
    for language, begins in (("sv", swedish), ("en", english), ("de", english)):
        headers = {"authorization": f"Bearer {token}", "accept-language": language}
        for accept in ("application/json", EVENTS):
            answer = await asking.http.post("/graphql", json=asked, headers=headers | {"accept": accept})
            assert first(answer).startswith(begins)
            assert varies(answer)
            assert answer.headers["content-language"] == {"de": "sv, en"}.get(language, language)
        async with asking.entered(token, acceptLanguage=language) as socket:
            await socket.say(type="subscribe", id="1", payload=asked)
            heard = await socket.heard()
            assert heard["type"] == "error"
            assert heard["payload"][0]["message"].startswith(begins)


@pytest.mark.parametrize("given", [{"socket_operations": 1}], ids=str)
async def test_too_many_operations_are_told_of_in_the_language(asking: Client, staff: Staff) -> None:
    async with asking.entered(staff.token("varberg"), acceptLanguage="sv") as socket:
        await socket.subscribe(CHANGES)
        await socket.subscribe(CHANGES, "2")
        heard = await socket.heard()
        assert (heard["id"], heard["payload"][0]["message"]) == (
            "2",
            "För många operationer på en gång: vänta tills någon är klar.",
        )


@pytest.mark.parametrize("given", [{"sockets_per_caller": 0}], ids=str)
async def test_too_many_streams_are_told_of_in_the_language(asking: Client, staff: Staff) -> None:
    asking.http.headers["accept-language"] = "sv"
    async with streaming(asking, staff.token("varberg"), CHANGES) as stream:
        assert stream.response.status_code == 429
        await stream.response.aread()
        assert first(stream.response) == "För många strömmar är öppna samtidigt. Avsluta en först."


async def test_the_end_of_the_token_is_told_in_the_language(asking: Client, staff: Staff) -> None:
    asking.http.headers["accept-language"] = "sv"
    async with streaming(asking, staff.token("varberg", seconds=1), CHANGES) as stream:
        assert (await stream.next())["errors"][0]["message"] == "Ditt token har gått ut."


@pytest.mark.parametrize("given", [{"cors_origins": ("https://sp.example.se",)}], ids=["cors"])
async def test_a_page_of_a_strange_origin_is_refused_in_the_language(asking: Client) -> None:
    preflight = {"origin": "https://evil.example", "access-control-request-method": "POST"}
    answer = await asking.http.options("/graphql", headers=preflight | {"accept-language": "sv"})

    assert (answer.status_code, first(answer)) == (403, "Ursprunget, metoden eller huvudet tillåts inte.")
    assert answer.headers["content-language"] == "sv"


async def test_what_has_no_words_says_no_language(asking: Client) -> None:
    answer = await asking.http.options("/graphql", headers={"accept-language": "sv"})

    assert (answer.status_code, answer.headers.get("content-language")) == (204, None)
