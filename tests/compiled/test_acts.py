"""What a mutation does, it does once, whoever tells of it; and both executors tell the same of it."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
from starlette.applications import Starlette

from lifecare_gql.actions import messages
from lifecare_gql.errors import StorageBusy
from lifecare_gql.schema import refusals
from tests.api.test_access import log
from tests.api.test_sending import message
from tests.conftest import Api
from tests.web.test_metrics import told
from tests.web.test_tracing import schema_of

COUNTER = "lifecare_compiled_operations_total"
SEND = """mutation Send($input: MessageInput!, $key: String!) {
  done: sendMessage(input: $input, idempotencyKey: $key) {
    __typename
    ... on Success { replayed }
    ... on MessageSent {
      sent { id text state sender { name } receipts { nodes { state unit { name } } } }
      warnings { code }
    }
    ... on RefusedByRoutines { objections { code rule source { quote } } warnings { code } }
    ... on NotFound { paths }
    ... on IdempotencyKeyReused { key }
  }
}"""
OTHER = message("alva", "eken") | {"text": "Något annat."}
STEPS: list[tuple[str, dict[str, Any], str]] = [
    ("sent", message("alva", "eken"), "first"),
    ("sent again", message("alva", "eken"), "first"),
    ("the key for something else", OTHER, "first"),
    ("refused", message("alva", "linden", topic="PRESCRIPTION_RENEWAL"), "second"),
    ("no such unit", message("alva", "eken") | {"recipientUnitIds": ["unit_" + 32 * "0"]}, "third"),
    ("no id", message("alva", "eken") | {"patientId": "nonsense"}, "fourth"),
    ("no key", message("alva", "eken"), ""),
    ("nothing in it", {}, "fifth"),
]


async def created(api: Api) -> int:
    """How many messages there are."""
    return sum(one["act"] == "CREATE" for one in await log(api))


async def answers(api: Api) -> list[Any]:
    """What is said to each step, ids of what is new left out."""
    found = []
    for name, order, key in STEPS:
        answer = await api.post(SEND, "varberg", input=order, key=key)
        found.append((name, re.sub(r"message_[0-9a-f]{32}", "(new)", str(answer))))
    return found


async def test_both_executors_say_the_same_of_every_act(
    app: Starlette, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The interpreter meets the first step as a repeated one."""
    quick = await answers(api)
    counted = await told(api.http)
    monkeypatch.setattr(schema_of(app), "quick", None)
    normal = await answers(api)

    assert normal[1:] == quick[1:]
    assert normal[0][1] == quick[0][1].replace("'replayed': False", "'replayed': True")
    kinds = Counter(re.findall(r"'__typename': '(\w+)'", str(quick)))
    assert kinds == {"MessageSent": 2, "IdempotencyKeyReused": 1, "RefusedByRoutines": 1, "NotFound": 1}
    outcomes = {dict(labels)["outcome"]: n for (name, labels), n in counted.items() if name == COUNTER}
    assert outcomes["answered"] == kinds.total()
    assert "declined" not in outcomes
    assert await created(api) == 1


async def test_an_act_whose_answer_fails_is_done_once(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    made, failures = refusals._made, iter([RuntimeError("the answer cannot be read"), None])

    async def failing(*arguments: Any) -> Any:
        if (fault := next(failures)) is not None:
            raise fault
        return await made(*arguments)

    monkeypatch.setattr(refusals, "_made", failing)
    answer = await api.post(SEND, "varberg", input=message("alva", "eken"), key="once")

    assert answer["data"]["done"]["sent"]["text"] == "Kan ni ringa oss i veckan?"
    assert answer["data"]["done"]["replayed"] is False
    assert await created(api) == 1


async def test_an_act_that_fails_is_not_tried_again(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    async def busy(*arguments: Any) -> Any:
        tried.append(arguments)
        raise StorageBusy("Somebody else writes.")

    monkeypatch.setattr(messages, "send_message", busy)
    for number in (1, 2):
        answer = await api.post(SEND, "varberg", input=message("alva", "eken"), key="busy")
        assert [one["extensions"]["code"] for one in answer["errors"]] == ["TRY_AGAIN"]
        assert [one["path"] for one in answer["errors"]] == [["done"]]
        assert len(tried) == number


async def test_two_acts_in_one_operation_are_the_interpreters(api: Api) -> None:
    two = """mutation Two($one: MessageInput!, $two: MessageInput!) {
      one: sendMessage(input: $one, idempotencyKey: "1") { __typename }
      two: sendMessage(input: $two, idempotencyKey: "2") { __typename } }"""
    for _ in range(2):
        found = await api(two, "varberg", one=message("alva", "eken"), two=message("bo", "eken"))
        assert found == {"one": {"__typename": "MessageSent"}, "two": {"__typename": "MessageSent"}}
    assert await created(api) == 2


async def test_a_known_act_is_not_done_by_a_url(api: Api) -> None:
    act = 'mutation { recordInboxReading(idempotencyKey: "read") { __typename } }'
    for _ in range(2):
        await api(act, "varberg")
    answer = await api.http.get("/graphql", params={"query": act}, headers=api.headers("varberg"))

    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
