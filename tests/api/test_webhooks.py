"""Who administers webhooks, what hinders it, and what stays in the record."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest

from lifecare_gql.domain.access_words import Role
from lifecare_gql.storage.url import Dialect, parse_url
from tests.conftest import Api, run
from tests.web.receiving import ADMINISTRATOR, LIST, act, administers, done, registered, standing
from tests.world import pid, staff_of, uid

URL = "https://mottagare.example.se/in"
MAY = (Role.OBJECT_SPECIALIST, Role.ADMINISTRATION_LEAD)
"""The world's organisation has no local administration, so the region's central one decides."""


def codes(result: Any) -> list[str]:
    return [one["code"] for one in result["objections"]]


async def test_a_webhook_s_life_stays_in_its_history(api: Api) -> None:
    await administers(api)
    hook, first = await registered(api, URL, topics=["PLAN", "MESSAGE", "PLAN"])
    paused = await done(api, "pauseWebhook", webhookId=hook, reason="Påhittat skäl.")
    await done(api, "resumeWebhook", webhookId=hook)
    rotated = await done(api, "rotateWebhookSecret", webhookId=hook)
    await done(api, "endWebhook", webhookId=hook)

    assert (paused["webhook"]["state"], paused["event"]["reason"]) == ("PAUSED", "Påhittat skäl.")
    assert rotated["secret"] != first
    assert rotated["webhook"]["previousSecretUntil"] == "2026-11-24T09:00:00Z"
    nodes = (await api(LIST, ADMINISTRATOR, of=pid("unit", "eken")))["webhooks"]["nodes"]
    assert nodes == [], "one that has ended is not listed"
    stands = await standing(api, ended=True)
    assert (stands["state"], stands["topics"], stands["version"]) == ("ENDED", ["PLAN", "MESSAGE"], 5)
    history = stands["history"]["nodes"]
    assert [one["kind"] for one in history] == ["REGISTERED", "PAUSED", "RESUMED", "SECRET_ROTATED", "ENDED"]
    assert {one["by"]["staff"]["name"] for one in history} == {"Linden Testsson"}


async def test_the_secret_is_shown_once(api: Api) -> None:
    await administers(api)
    said, key = {"unitId": pid("unit", "eken"), "url": URL}, str(uuid.uuid4())
    first, again = [await act(api, "registerWebhook", key=key, **said) for _ in range(2)]
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert first["secret"].startswith("whsec_")
    assert again["secret"] is None
    assert first["webhook"]["id"] == again["webhook"]["id"]
    other = await act(api, "registerWebhook", key=key, **said | {"url": URL + "/other"})
    assert other["__typename"] == "IdempotencyKeyReused"


@pytest.mark.parametrize("dialect", [Dialect.SQLITE], ids=str)
@pytest.mark.parametrize("role", [None, *Role], ids=str)
async def test_only_who_administers_the_unit_may(api: Api, role: Role | None) -> None:
    if role is not None:
        await administers(api, "eken", role.value)
    made = await act(api, "registerWebhook", "eken", unitId=pid("unit", "eken"), url=URL)
    listed = await api.post(LIST, "eken", of=pid("unit", "eken"))
    if role in MAY:
        assert made["__typename"] == "WebhookSecretMade"
        assert listed["data"]["webhooks"]["nodes"][0]["url"] == URL
    else:
        assert codes(made) == ["NOT_ADMINISTRATOR"]
        assert listed["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_to_others_it_is_not_there(api: Api) -> None:
    await administers(api)
    hook, _ = await registered(api, URL)
    ids = [hook]
    for table, tag in (("webhook_event", "webhookevent"),):
        ids += [f"{tag}_{uuid.UUID(str(one)).hex}" for (one,) in await run(api, f"select id from {table}")]
    text = "query N($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
    seen = (await api(text, ADMINISTRATOR, ids=ids))["nodes"]
    assert [one["__typename"] for one in seen] == ["Webhook", "WebhookEvent"]
    for unit in ("eken", "varberg", "nora"):
        assert (await api(text, unit, ids=ids))["nodes"] == [None, None]
        assert codes(await act(api, "endWebhook", unit, webhookId=hook)) == ["NOT_ADMINISTRATOR"]
    missing = f"webhook_{uuid.uuid4().hex}"
    assert (await act(api, "endWebhook", webhookId=missing))["paths"] == [["input", "webhookId"]]
    assert (await api(text, ADMINISTRATOR, ids=[missing]))["nodes"] == [None]


async def test_everything_that_hinders_is_said_at_once(api: Api) -> None:
    closed = await act(api, "registerWebhook", "varberg", unitId=pid("unit", "nedlagd"), url="http://10.0.0.1/")
    assert codes(closed) == ["NOT_ADMINISTRATOR", "UNIT_NOT_REGISTERED", "URL_NOT_ALLOWED"]
    assert [one["path"] for one in closed["objections"]][1:] == [["input", "unitId"], ["input", "url"]]
    assert await run(api, "select 1 from webhook") == []
    none = await act(api, "registerWebhook", unitId=f"unit_{uuid.uuid4().hex}", url=URL)
    assert none["paths"] == [["input", "unitId"]]


async def test_no_topics_at_all_and_two_places_are_no_request(api: Api) -> None:
    await administers(api)
    text = """mutation R($i: RegisterWebhookInput!) {
      registerWebhook(input: $i, idempotencyKey: "r") { __typename } }"""
    answer = await api.post(text, ADMINISTRATOR, i={"unitId": pid("unit", "eken"), "url": URL, "topics": []})
    assert "topics" in answer["errors"][0]["message"]
    hook, _ = await registered(api, URL)
    text = (
        """mutation R($i: ReplayWebhookInput!) { replayWebhook(input: $i, idempotencyKey: "r") { __typename } }"""
    )
    for place in ({}, {"after": "x", "deadLetterId": f"webhookdelivery_{uuid.uuid4().hex}"}, {"after": ""}):
        answer = await api.post(text, ADMINISTRATOR, i={"webhookId": hook, "from": place})
        assert answer.get("errors"), place


async def test_another_unit_s_dead_letter_is_missing(api: Api) -> None:
    await administers(api)
    hook, _ = await registered(api, URL)
    result = await act(
        api, "replayWebhook", webhookId=hook, **{"from": {"deadLetterId": f"webhookdelivery_{uid('x').hex}"}}
    )
    assert result["paths"] == [["input", "deliveryId"]]


async def test_of_two_who_pause_at_once_one_is_told(api: Api) -> None:
    await administers(api)
    hook, _ = await registered(api, URL)
    results = await asyncio.gather(*(act(api, "pauseWebhook", webhookId=hook) for _ in range(4)))
    assert sorted(one["__typename"] for one in results) == ["RefusedByRoutines"] * 3 + ["WebhookChanged"]
    assert [one["version"] for one in (await standing(api))["history"]["nodes"]] == [1, 2]


async def test_a_local_administrator_administers_the_own_organisation_s(api: Api) -> None:
    if parse_url(api.url).dialect is Dialect.POSTGRES:
        return  # who may does not depend on the database
    local = (
        "update organisation set region_code = 'stockholm', local_administration = 'capio', principal = 'PRIVATE'"
    )
    await run(api, local)
    await run(api, "update unit set region_code = 'stockholm' where region_code = 'halland'")
    await run(
        api,
        "insert into role_grant (id, assignment_id, role, region_code, organisation_id, version, since)"
        f" select '{uuid.uuid4()}', a.id, 'LOCAL_OBJECT_SPECIALIST', 'stockholm', u.organisation_id, 1,"
        " '2026-01-01 00:00:00+00:00' from assignment a join unit u on u.id = a.unit_id"
        f" where a.hsa_id = '{staff_of(ADMINISTRATOR)[1]}'",
    )
    assert (await registered(api, URL))[0].startswith("webhook_")
