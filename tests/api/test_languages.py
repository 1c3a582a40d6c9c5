"""Every refusal that the other tests provoke, in both languages: ours in the language, a region's verbatim."""

from __future__ import annotations

import datetime as dt
import inspect
import re
import uuid
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from lifecare_gql.schema.languages import catalogue
from lifecare_gql.settings import Language
from lifecare_gql.storage.url import Dialect
from tests.api import (
    test_blocks,
    test_episodes,
    test_life,
    test_outages,
    test_phone_logs,
    test_plans,
    test_sending,
)
from tests.api.process import WARD, ready
from tests.conftest import Api, run

Scenario = Callable[[Api], Awaitable[None]]
MODULES = (test_blocks, test_episodes, test_life, test_outages, test_phone_logs, test_plans, test_sending)
SCENARIOS: dict[str, Scenario] = {
    f"{module.__name__.rpartition('.')[2]}:{name}": found
    for module in MODULES
    for name, found in vars(module).items()
    if name.startswith("test_")
    and inspect.iscoroutinefunction(found)
    and list(inspect.signature(found).parameters) == ["api"]
}
LEAST = 30
"""How many codes must be told at least; the tests provoke more."""

SWEDISH_WORDS = re.compile(
    r"\b(och|eller|inte|är|har|det|den|som|att|till|av|ett|redan|innan|ange|välj|skriv)\b", re.I
)
ENGLISH_WORDS = re.compile(r"\b(and|or|not|is|has|the|which|that|of|already|before|give|choose|write)\b", re.I)


@pytest.fixture
def dialect() -> Dialect:
    """What is said is the same on both databases."""
    return Dialect.SQLITE


@pytest.fixture(scope="module")
def told() -> Iterator[dict[str, set[str]]]:
    """The codes that were refused in both languages, by scenario; enough of them when all were played."""
    seen: dict[str, set[str]] = {}
    yield seen
    if set(seen) == set(SCENARIOS):
        assert len(set().union(*seen.values())) >= LEAST, seen


class Twice:
    """Asks again, in both languages, for whatever was refused: a refusal has changed nothing."""

    def __init__(self, api: Api) -> None:
        self._api, self._ask = api, api.post
        self.codes: set[str] = set()

    async def post(self, query: str, unit: str | None = None, licensed: bool = True, **variables: Any) -> Any:
        answer = await self._ask(query, unit, licensed, **variables)
        for refusal in refusals(answer.get("data")):
            swedish, english = [await self._again(one, query, unit, licensed, variables) for one in ("sv", "en")]
            compare(refusal, *(found[0] for found in (swedish, english)))
            self.codes |= {one["code"] for one in refusal["objections"]}
        return answer

    async def _again(
        self, language: str, query: str, unit: str | None, licensed: bool, variables: dict[str, Any]
    ) -> list[Any]:
        body = {"query": query, "variables": variables | {"key": str(uuid.uuid4())}}
        headers = self._api.headers(unit, licensed) | {"accept-language": language}
        answer = await self._api.http.post("/graphql", json=body, headers=headers)
        assert answer.headers["content-language"] == language
        return list(refusals(answer.json()["data"]))


def refusals(data: Any) -> Iterator[dict[str, Any]]:
    """The refusals in an answer that give a message and their objections with their reasons."""
    if isinstance(data, dict):
        if "message" in data and data.get("objections") and "reason" in data["objections"][0]:
            yield data
        for one in data.values():
            yield from refusals(one)


def compare(written: dict[str, Any], swedish: dict[str, Any], english: dict[str, Any]) -> None:
    """Swedish is what is written; English says the same in English, and a region's words as they are."""
    assert swedish == written
    assert written["message"].startswith("Inget är gjort. ")
    assert english["message"].startswith("Nothing was done. ")
    for one, other in zip(written["objections"], english["objections"], strict=True):
        texts = {"reason", "remedy", "call"}
        assert {name: one[name] for name in one if name not in texts} == {
            name: other[name] for name in other if name not in texts
        }
        if one["rule"] is None:
            ours(one, other)
        else:
            assert other["remedy"] == one["remedy"]  # the region's own
            assert other["reason"].split(". ")[0] == one["reason"].split(". ")[0]


def ours(written: dict[str, Any], english: dict[str, Any]) -> None:
    """What the program says itself, in both languages; in an outage a region has its say too."""
    for name in ("reason", "remedy"):
        assert english[name] != written[name]
        if written["region"] is None:
            assert not SWEDISH_WORDS.search(english[name]), english[name]
            assert not ENGLISH_WORDS.search(written[name]), written[name]
        assert english[name] in ENGLISH or written[name] not in catalogue(Language.ENGLISH)


ENGLISH = frozenset(catalogue(Language.ENGLISH).values())


@pytest.mark.parametrize("name", SCENARIOS)
async def test_what_is_refused_is_told_in_both_languages(
    api: Api, name: str, told: dict[str, set[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    twice = Twice(api)
    monkeypatch.setattr(api, "post", twice.post)

    await SCENARIOS[name](api)

    told[name] = twice.codes


PROCESS = "{ dischargeProcess { steps { law { law section says } guards { code reason remedy law { says } } } } }"
COMPARED = """{ compareRegions(draft: {topic: "PRESCRIPTION_RENEWAL", sentAt: "2026-12-23T10:00:00+01:00"}) {
  outcomes { verdict { expectation { noDeadlineReason deadline { excluded { day reason } } } } }
  differences { question positions { answer } } } }"""
LATE = {
    "admissionNotice": {"complete": True, "late": True},
    "dischargeReady": [{"sentAt": "2026-12-21T12:00:00+01:00"}, {"sentAt": "2026-12-18T08:00:30+01:00",
                       "withdrawnAt": "2026-12-19T08:00:00+01:00"}],
    "sipRequired": True,
    "sipCall": {"sentAt": "2026-12-25T15:00:00+01:00", "byFixedCareContact": True},
    "outpatientCare": "AVAILABLE",
    "placingMunicipality": "1380",
    "dischargedAt": "2027-01-03T11:00:00+01:00",
}  # fmt: skip
LIABILITY = "query L($e: PaymentInput!) { paymentLiability(episode: $e) { reasons { code text law { says } } } }"
READ: dict[str, tuple[str, dict[str, Any]]] = {
    "the process": (PROCESS, {}),
    "the regions compared": (COMPARED, {}),
    "who pays": (LIABILITY, {"e": LATE}),
    "who pays for nothing": (LIABILITY, {"e": {"sipRequired": True, "outpatientCare": "UNCLEAR"}}),
}
TEXTS = frozenset(
    ("reason", "remedy", "says", "text", "explanation", "noDeadlineReason", "what", "question", "answer")
)


def texts(data: Any, name: str = "") -> Iterator[str]:
    """The texts in an answer that are the program's own."""
    if isinstance(data, dict):
        for key, one in data.items():
            yield from texts(one, key)
    elif isinstance(data, list):
        for one in data:
            yield from texts(one, name)
    elif name in TEXTS and data is not None:
        yield data


async def read(api: Api, query: str, language: str | None, unit: str | None = None, **variables: Any) -> Any:
    headers = api.headers(unit) | ({} if language is None else {"accept-language": language})
    body = {"query": query, "variables": variables}
    answer = (await api.http.post("/graphql", json=body, headers=headers)).json()
    assert "errors" not in answer, answer
    return answer["data"]


async def in_both(api: Api, query: str, unit: str | None = None, **variables: Any) -> list[tuple[str, str]]:
    """The texts of the answer in Swedish and in English; without a wish they are in Swedish."""
    written, swedish, english = [await read(api, query, one, unit, **variables) for one in (None, "sv", "en")]
    assert swedish == written
    return list(zip(texts(swedish), texts(english), strict=True))


@pytest.mark.parametrize("name", READ)
async def test_what_is_explained_is_explained_in_both_languages(api: Api, name: str) -> None:
    query, variables = READ[name]

    told = await in_both(api, query, **variables)

    assert told
    for swedish, english in told:
        assert english != swedish
        assert not SWEDISH_WORDS.search(english), english
        assert not ENGLISH_WORDS.search(swedish), swedish


CLOCKS = """query C($id: ID!) { episode(id: $id) {
  clocks { explanation } dischargeReadiness { missing { what remedy } } } }"""


async def test_time_limits_and_what_is_missing_are_told_in_both_languages(api: Api) -> None:
    episode = await ready(api)

    told = dict(await in_both(api, CLOCKS, WARD, id=episode))

    assert told["24 timmar från inskrivningen 2026-11-23 10:00: senast 2026-11-24 10:00."] == (
        "24 hours from the admission 2026-11-23 10:00: by 2026-11-24 10:00."
    )
    assert not [one for one in told.values() if SWEDISH_WORDS.search(one)]


AGES = '{ region(code: "halland") { contacts { age { unsaid { reason } } } } }'


async def test_why_nothing_is_known_of_an_age_is_told_in_both_languages(api: Api) -> None:
    told = dict(await in_both(api, AGES))

    assert told["Ingen har antecknat att kontakten är kontrollerad."] == (
        "Nobody has noted that the contact was checked."
    )
    of_the_region = "Dokumentet anger ingen ansvarig roll."
    assert told[of_the_region] == of_the_region


MESSAGE = """query M($id: ID!) { message(id: $id) {
  expectation { noDeadlineReason deadline { excluded { reason } } } } }"""


async def test_what_is_kept_beside_a_message_can_be_said_in_another_language_later(api: Api) -> None:
    api.clock.now += dt.timedelta(days=4)  # to a Friday
    sent = await test_life.sent(api, "varberg", "eken")

    assert await in_both(api, MESSAGE, "varberg", id=sent) == [("lördag", "Saturday"), ("söndag", "Sunday")]


async def test_what_was_kept_before_texts_were_stays_as_it_was_written(api: Api) -> None:
    sent = await test_life.sent(api, "varberg", "eken")
    old = '{"answer_required": true, "no_deadline_reason": "Ingen svarstid anges."}'
    await run(api, f"update message set expectation = '{old}'")

    assert await in_both(api, MESSAGE, "varberg", id=sent) == [("Ingen svarstid anges.",) * 2]


async def test_who_changed_something_meanwhile_is_told_in_both_languages(api: Api) -> None:
    sent = await test_life.sent(api, "varberg", "eken")
    await test_life.act(api, "acknowledgeMessage", "eken", sent, 1)
    retract = """mutation R($input: MessageReasonInput!) { retractMessage(input: $input, idempotencyKey: "k") {
      ... on StaleVersion { message changes { kind what } } } }"""
    order = {"messageId": sent, "expectedVersion": 1, "reason": "Fel patient"}

    stale = [(await read(api, retract, one, "varberg", input=order))["retractMessage"] for one in ("sv", "en")]

    assert [one["changes"] for one in stale] == [
        [{"kind": "ACKNOWLEDGED", "what": "kvitterat"}],
        [{"kind": "ACKNOWLEDGED", "what": "acknowledged"}],
    ]
    assert [one["message"].split(".")[0] for one in stale] == [
        "Någon har gjort en ändring sedan du läste",
        "Somebody has made a change since you read it",
    ]
