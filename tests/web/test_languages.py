"""The caller's language: how it is agreed on, and that it is that request's alone."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest

from lifecare_gql.app import create_app
from lifecare_gql.regions import Regions
from lifecare_gql.settings import Language, Settings
from lifecare_gql.web.languages import negotiated
from lifecare_gql.web.tokens import DevelopmentIssuer
from tests.conftest import Api, Clock
from tests.web.issuer import Client, client
from tests.world import pid, staff_of

SV, EN = Language.SWEDISH, Language.ENGLISH
HEADERS: list[tuple[str, Language | None, Language | None]] = [
    # the header, the deployment's language, and what is spoken
    ("", None, None),
    ("", SV, SV),
    ("sv", None, SV),
    ("sv-SE", None, SV),
    ("SV-se", EN, SV),
    ("sv-FI,fi;q=0.9", EN, SV),
    ("en", SV, EN),
    ("en-GB", SV, EN),
    ("en-US,en;q=0.9,sv;q=0.8", SV, EN),
    ("sv-SE,sv;q=0.9,en-US;q=0.8,en;q=0.7", EN, SV),
    ("en;q=0.2, sv;q=0.7", EN, SV),
    ("en ; q=0.9 , sv ; q=0.95", EN, SV),
    ("sv, en", None, SV),
    ("en, sv", None, EN),
    ("sv, en", EN, EN),
    ("de, fr;q=0.5", None, None),
    ("de, fr;q=0.5", SV, SV),
    ("de, sv;q=0.1", EN, SV),
    ("*", None, None),
    ("*", EN, EN),
    ("de, *;q=0.5", SV, SV),
    ("sv, *;q=0.5", EN, SV),
    ("sv;q=0.5, *", None, EN),
    ("sv;q=0, *", None, EN),
    ("sv;q=0, *", SV, EN),
    ("sv;q=0", SV, SV),
    ("*;q=0", EN, EN),
    ("sv;q=2, en", None, EN),
    ("sv;q=0.1234, en;q=0.1", None, EN),
    ("sv;level=1, en;q=0.1", None, EN),
    ("svenska", None, None),
    ("swedish, english", SV, SV),
    ("s, v, ;;;, q=1", EN, EN),
    ("sv_SE", None, None),
    ("\u00e5", None, None),
    ("sv;q=" + "9" * 5_000, None, None),
]


@pytest.mark.parametrize(("header", "default", "spoken"), HEADERS)
def test_the_language_is_the_one_that_the_caller_likes_best(
    header: str, default: Language | None, spoken: Language | None
) -> None:
    assert negotiated(header, default) is spoken


ALVA = pid("patient", "alva")
REFUSED = """mutation S($input: MessageInput!, $key: String!) { sendMessage(input: $input, idempotencyKey: $key) {
  ... on RefusedByRoutines { message objections { reason remedy } } ... on NotFound { message } } }"""
EMPTY = {"patientId": ALVA, "recipientUnitIds": [], "topic": "QUESTION", "purpose": "REQUEST_REPLY", "text": ""}
UNKNOWN_ID = '{ node(id: "unit_1") { id } }'
TOO_DEEP = "{ viewer " + "{ unit " * 16 + "{ id }" + "}" * 16 + " }"
MOMENT = '{ paymentLiability(episode: {sipRequired: true, outpatientCare: UNCLEAR, asOf: "x"}) { status } }'
ORDER = """{ paymentLiability(episode: {sipRequired: true, outpatientCare: UNCLEAR, dischargeReady: [
  {sentAt: "2026-11-23T10:00:00Z", withdrawnAt: "2026-11-22T10:00:00Z"}]}) { status } }"""
TOLD = {
    # what is asked as it is, in Swedish, in English
    UNKNOWN_ID: ("id is not an id of this API", "id är inget id i detta API", "id is not an id of this API"),
    TOO_DEEP: ("The operation's depth: 18, allowed 15", "Operationens djup: ", "The operation's depth: "),
    '{ node(id: "\0") { id } }': ("A text must not hold", "En text får inte innehålla", "A text must not hold"),
    "{ units(first: 1, last: 1) { nodes { id } } }": (
        "Give either",
        "Ange antingen first eller last",
        "Give either",
    ),
    "{ units(first: 0) { nodes { id } } }": (
        "first and last must",
        "first och last ska vara",
        "first and last must",
    ),
    MOMENT: ("DateTime must be ISO", "DateTime ska skrivas enligt ISO", "DateTime must be ISO"),
    ORDER: ("episode: a notice cannot", "episode: en underrättelse kan inte", "episode: a notice cannot"),
    "{ nothing }": ("Cannot query field",) * 3,  # the library's own words, for whoever writes the query
    "query A { regions { code } } query B { regions { code } }": (
        "Say which",
        "Ange vilken operation",
        "Say which",
    ),
}
LANGUAGES = (None, "sv", "en")


async def ask(
    http: httpx2.AsyncClient, language: str | None, query: str, variables: Any = None, **headers: str
) -> httpx2.Response:
    wished = {} if language is None else {"accept-language": language}
    return await http.post(
        "/graphql", json={"query": query, "variables": variables or {}}, headers=wished | headers
    )


def message(answer: httpx2.Response) -> str:
    found: str = answer.json()["errors"][0]["message"]
    return found


def varies(answer: httpx2.Response) -> bool:
    """Whether a cache is told that another caller may get another answer."""
    return "accept-language" in answer.headers["vary"].lower().split(", ")


@pytest.mark.parametrize("query", TOLD)
async def test_an_error_is_told_in_the_language_however_often_it_was_told_in_another(api: Api, query: str) -> None:
    """The parser and the validation keep what they found of a document: it must not be in anybody's language."""
    for _ in range(2):
        for language, begins in zip(LANGUAGES, TOLD[query], strict=True):
            answer = await ask(api.http, language, query, **api.headers("varberg"))
            assert message(answer).startswith(begins)


async def test_what_is_wrong_with_a_variable_is_told_in_the_language(api: Api) -> None:
    query = MOMENT.replace('"x"', "$at").replace(
        "{ paymentLiability", "query A($at: DateTime!) { paymentLiability", 1
    )
    answer = await ask(api.http, "sv", query, {"at": "19900101-2385"})

    assert message(answer).startswith("Variable '$at' has invalid value: DateTime ska skrivas enligt ISO 8601")
    assert "2385" not in answer.text


async def test_an_answer_says_its_language_and_that_it_varies(api: Api) -> None:
    for language, told in ((None, "sv, en"), ("sv", "sv"), ("en-GB", "en"), ("de", "sv, en")):
        answer = await ask(api.http, language, "{ regions { code } }")
        assert answer.headers["content-language"] == told
        assert varies(answer)


ASKED = {"query": "{ __typename }"}
NO_REQUEST: dict[str, tuple[dict[str, Any], int, str, str]] = {
    # how it is asked, the status, and how the answer begins in Swedish and in English
    "no JSON": ({"content": b"{"}, 400, "Begärans innehåll ska vara JSON", "The request body must be JSON"),
    "a list": (
        {"content": b"[]"},
        400,
        "Begärans innehåll ska vara ett JSON-objekt",
        "The request body must be a JSON",
    ),
    "a form": ({"data": {"query": "x"}}, 415, "Skicka JSON", "Send JSON"),
    "long": (
        {"content": b" " * 2_000_000},
        413,
        "Begärans innehåll får vara högst",
        "The request body must not be",
    ),
    "no query": ({"json": {}}, 400, "query ska anges", "query must be given"),
    "two": (
        {"json": [{"query": "{ regions { code } }"}]},
        400,
        "Begärans innehåll ska vara ett",
        "The request body",
    ),
    "no scheme": (
        {"json": ASKED, "token": "x"},
        401,
        "Huvudet Authorization ska vara",
        "The Authorization header",
    ),
    "no token": ({"json": ASKED, "token": "Bearer x"}, 401, "Ditt token gäller inte", "The token is not valid"),
}


@pytest.mark.parametrize("name", NO_REQUEST)
async def test_what_is_no_request_is_refused_in_the_language(api: Api, name: str) -> None:
    how, status, swedish, english = NO_REQUEST[name]
    for language, begins in (("sv", swedish), ("en", english), ("de", english)):
        headers = {"accept-language": language, "authorization": how.get("token", "")}
        headers = {key: one for key, one in headers.items() if one}
        if "content" in how:
            headers["content-type"] = "application/json"
        sent = {key: one for key, one in how.items() if key != "token"}
        answer = await api.http.post("/graphql", headers=headers, **sent)
        assert (answer.status_code, message(answer)[: len(begins)]) == (status, begins)
        assert varies(answer)
        assert answer.headers["content-language"] == {"sv": "sv", "en": "en", "de": "sv, en"}[language]


async def test_what_is_not_there_is_told_in_the_language(api: Api) -> None:
    for method, path, swedish in (
        ("GET", "/nothing", "Finns inte."),
        ("POST", "/schema.graphql", "Metoden tillåts inte."),
        ("PUT", "/graphql", "Använd POST."),
    ):
        answer = await api.http.request(method, path, headers={"accept-language": "sv"})
        assert message(answer) == swedish


async def refused(http: httpx2.AsyncClient, headers: dict[str, str], language: str | None, at: int) -> str:
    variables = {"input": EMPTY, "key": f"key {language} {at}"}
    answer = await ask(http, language, REFUSED, variables, **headers)
    found: str = answer.json()["data"]["sendMessage"]["message"]
    return found


async def test_two_at_a_time_are_each_answered_in_their_own_language(api: Api) -> None:
    headers = api.headers("varberg")
    asked = [refused(api.http, headers, language, at) for at in range(8) for language in LANGUAGES]

    swedish, english = (
        "Inget är gjort. Meddelandet har ingen mottagare, och ingen rutin kan avgöra vart det ska. "
        "Meddelandet har ingen text.",
        "Nothing was done. The message has no recipient, and no routine can tell where it should go. "
        "The message has no text.",
    )
    for told, one in zip(await asyncio.gather(*asked), [swedish, swedish, english] * 8, strict=True):
        assert told.startswith(one)


@pytest.fixture(params=[None, SV, EN], ids=str)
def spoken_here(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    """Settings of a deployment with a language, or none."""
    return settings.model_copy(update={"language": request.param})


@pytest.fixture
async def asking(spoken_here: Settings, regions: Regions, clock: Clock) -> AsyncIterator[Client]:
    async with client(create_app(spoken_here, regions, clock)) as found:
        yield found


async def test_a_websocket_speaks_the_language_that_it_was_opened_with(
    asking: Client, spoken_here: Settings
) -> None:
    token = DevelopmentIssuer(spoken_here).issue(*staff_of("varberg"), dt.datetime.now(dt.UTC))
    of_the_deployment = {None: TOLD[UNKNOWN_ID][0], SV: TOLD[UNKNOWN_ID][1], EN: TOLD[UNKNOWN_ID][2]}
    for wished, begins in (
        (None, of_the_deployment[spoken_here.language]),
        ("de", of_the_deployment[spoken_here.language]),
        (7, of_the_deployment[spoken_here.language]),
        ("sv-SE, en;q=0.5", TOLD[UNKNOWN_ID][1]),
        ("en", TOLD[UNKNOWN_ID][2]),
    ):
        async with asking.entered(token, **({} if wished is None else {"acceptLanguage": wished})) as socket:
            answer = await socket.ask(UNKNOWN_ID)
            assert answer["errors"][0]["message"].startswith(begins)


async def test_a_text_of_a_user_is_never_translated(api: Api) -> None:
    """Not even one that says just what the program says."""
    ours = "Mottagaren är den egna enheten."
    order = EMPTY | {"text": ours, "recipientUnitIds": [pid("unit", "eken")], "caseId": pid("case", "alva")}
    sent = "... on MessageSent { sent { id text } }"
    query = REFUSED.replace("... on NotFound { message }", f"{sent} ... on NotFound {{ message }}")

    answer = await ask(api.http, "en", query, {"input": order, "key": "k"}, **api.headers("varberg"))

    assert answer.json()["data"]["sendMessage"]["sent"]["text"] == ours
    assert json.dumps(ours, ensure_ascii=False) in answer.text
