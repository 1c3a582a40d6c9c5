"""Webhooks: told thinly, signed, in order, tried again, and nothing passed over. The clock is moved."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
import re
from pathlib import Path
from typing import Any

import pytest
from standardwebhooks import Webhook as Signer
from standardwebhooks import WebhookVerificationError

from lifecare_gql.actions.webhook_telling import SUBJECTS
from lifecare_gql.domain.webhooks import PAUSES, WebhookPolicy
from lifecare_gql.schema.changes import EVENTS, Resync
from lifecare_gql.settings import Settings
from lifecare_gql.web.webhooks import Deliverer, Outcome, Sender
from tests.api.process import CENTRE, MUNICIPALITY, WARD
from tests.api.process import done as play
from tests.api.test_blocks import blocked, played
from tests.clients.node import node as node
from tests.conftest import Api, run
from tests.web.receiving import ADMINISTRATOR, Receiver, done, registered, standing
from tests.web.telling import SENDER, TEXT, due, sent
from tests.web.telling import deliverer as deliverer
from tests.web.telling import now as now
from tests.web.telling import receiver as receiver
from tests.web.telling import settings as settings
from tests.world import pid, uid

_THEIRS = ("http", "uvicorn.access")
"""The loggers of the client, which the server keeps from telling (web/logging.py), and of the receiver."""


async def test_it_is_told_ids_only_and_signed(
    api: Api, deliverer: Deliverer, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    _, secret = await registered(api, receiver.url)
    assert await due(api, deliverer) == {}, "nothing of what was before"
    found = await sent(api)

    assert await due(api, deliverer) == {Outcome.DELIVERED: 2}

    first, task = receiver.heard
    assert first.headers["content-type"] == "application/json"
    told = Signer(secret).verify(first.body, dict(first.headers))
    assert told == {
        "type": "MessageChangeEvent",
        "timestamp": api.clock.now.isoformat().replace("+00:00", "Z"),
        "data": {"unit": pid("unit", "eken"), "id": found, "after": told["data"]["after"]},
    }
    assert task.told["type"] == "TaskChangeEvent"
    assert task.told["data"]["after"] == (await api("{ changesCursor }", "eken"))["changesCursor"]
    for name in ("whsec_", TEXT, "Alva", "199001012385"):
        assert name not in first.body.decode() + task.body.decode()
    with pytest.raises(WebhookVerificationError):
        Signer(secret).verify(first.body.replace(b"message_", b"message-"), dict(first.headers))
    assert await due(api, deliverer) == {}, "once"
    stands = await standing(api)
    assert (stands["lastStatus"], stands["waiting"]["nodes"]) == (200, [])
    assert stands["lastSuccessAt"] == stands["lastAttemptAt"]


async def test_nothing_secret_is_in_the_database_or_the_log(
    api: Api, deliverer: Deliverer, receiver: Receiver, caplog: pytest.LogCaptureFixture, settings: Settings
) -> None:
    caplog.set_level(logging.DEBUG)
    hook, secret = await registered(api, receiver.url)
    rotated = await done(api, "rotateWebhookSecret", webhookId=hook)
    receiver.answers = lambda _: 500
    found = await sent(api)
    assert await due(api, deliverer) == {Outcome.FAILED: 1}

    names = "table_name from information_schema.tables where table_schema = 'public'"
    lite = "name from sqlite_master where type = 'table'"
    tables = await run(api, f"select {lite if 'sqlite' in settings.database_url else names}")
    stored = "".join([str(await run(api, f"select * from {name}")) for (name,) in tables])
    assert receiver.url in stored, "the control"
    ours = "\n".join(one.getMessage() for one in caplog.records if not one.name.startswith(_THEIRS))
    assert "host=127.0.0.1 failed: 500 attempt=1" in ours
    for one in (secret, rotated["secret"]):
        assert one.removeprefix("whsec_")[:20] not in stored + ours
    for one in ("path-token", "query-token", found, "alva", TEXT):
        assert one not in ours


PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text("utf-8")
TRY = """
const { secret, headers, body } = JSON.parse(process.argv[2]);
console.log(verify(secret, headers, Buffer.from(body)) ? "good" : "bad");
"""


async def test_node_verifies_the_signature_as_the_page_says(
    api: Api, deliverer: Deliverer, receiver: Receiver, tmp_path: Any, node: Any
) -> None:
    _, secret = await registered(api, receiver.url)
    await sent(api)
    await due(api, deliverer)
    script = tmp_path / "verify.mjs"
    script.write_text(PAGE.split("```js\n")[1].split("```")[0] + TRY)
    one = receiver.heard[0]
    said = {"secret": secret, "headers": dict(one.headers), "body": one.body.decode()}
    tampered = (
        {"body": one.body.decode() + " "},
        {"headers": said["headers"] | {"webhook-id": "msg_other"}},
        {"headers": said["headers"] | {"webhook-timestamp": "1700000000"}},
    )
    for changed, wanted in (({}, "good"), *((one, "bad") for one in tampered)):
        assert (await node.run(str(script), json.dumps(said | changed))).strip() == wanted


async def test_the_page_says_what_the_program_does() -> None:
    assert all(f"`{one.__name__}`" in PAGE for one in (*EVENTS.values(), Resync))
    [pauses] = [line for line in PAGE.splitlines() if line.startswith("| after the one before")]
    units = {"s": 1, "min": 60, "h": 3600}
    told = [cell.strip().split() for cell in pauses.split("|")[3:-1]]
    assert [int(number) * units[unit] for number, unit in told] == [one.total_seconds() for one in PAUSES]
    assert all(f"`{outcome}`" in PAGE for outcome in Outcome)
    for name in re.findall(r"LIFECARE_[A-Z_]+", PAGE):
        assert name.removeprefix("LIFECARE_").lower() in Settings.model_fields
    assert SUBJECTS.keys() == EVENTS.keys()
    assert all(SUBJECTS[topic] is one.window.__model__ for topic, one in EVENTS.items())


async def test_both_secrets_are_signed_with_while_one_replaces_the_other(
    api: Api, deliverer: Deliverer, receiver: Receiver
) -> None:
    hook, old = await registered(api, receiver.url, topics=["MESSAGE"])
    made = await done(api, "rotateWebhookSecret", webhookId=hook)
    new = made["secret"]
    assert new != old
    await sent(api)
    await due(api, deliverer)
    await sent(api)
    await due(api, deliverer, dt.timedelta(hours=24, seconds=1))
    during, after = receiver.heard
    assert (during.signed_with(old), during.signed_with(new), during.signatures) == (True, True, 2)
    assert (after.signed_with(old), after.signed_with(new), after.signatures) == (False, True, 1)


async def test_it_is_told_again_from_a_cursor_under_the_same_ids(
    api: Api, deliverer: Deliverer, receiver: Receiver
) -> None:
    hook, _ = await registered(api, receiver.url)
    for at in range(4):
        await sent(api, f"Fråga {at}")
    assert await due(api, deliverer) == {Outcome.DELIVERED: 8}
    first = [one.id for one in receiver.heard]
    after = receiver.heard[2].told["data"]["after"]

    await done(api, "replayWebhook", webhookId=hook, reason="Påhittat: en kopia.", **{"from": {"after": after}})
    assert await due(api, deliverer) == {Outcome.DELIVERED: 5}
    assert [one.id for one in receiver.heard[8:]] == first[3:]
    bodies = [one.body for one in receiver.heard]
    assert bodies[8:] == bodies[3:8]

    later = (await api("{ changesCursor }", "eken"))["changesCursor"]
    await sent(api)
    await done(api, "replayWebhook", webhookId=hook, **{"from": {"after": later}})
    receiver.heard.clear()
    assert await due(api, deliverer) == {Outcome.DELIVERED: 2}, "nothing is passed over"
    strange = (await api("{ changesCursor }", SENDER))["changesCursor"]
    text = (
        """mutation R($i: ReplayWebhookInput!) { replayWebhook(input: $i, idempotencyKey: "r") { __typename } }"""
    )
    answer = await api.post(text, ADMINISTRATOR, i={"webhookId": hook, "from": {"after": strange}})
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT", "another unit's cursor"


async def test_paused_it_hears_nothing_and_resumed_everything(
    api: Api, deliverer: Deliverer, receiver: Receiver
) -> None:
    hook, _ = await registered(api, receiver.url, topics=["MESSAGE"])
    await done(api, "pauseWebhook", webhookId=hook, reason="Påhittat skäl.")
    ids = [await sent(api, f"Fråga {at}") for at in range(3)]
    assert await due(api, deliverer) == {}
    await done(api, "resumeWebhook", webhookId=hook)
    assert await due(api, deliverer) == {Outcome.DELIVERED: 3}
    assert [one.told["data"]["id"] for one in receiver.heard] == ids
    await done(api, "endWebhook", webhookId=hook)
    await sent(api)
    assert await due(api, deliverer) == {}


async def test_who_is_paused_while_being_told_hears_nothing_after_that(
    api: Api, deliverer: Deliverer, receiver: Receiver
) -> None:
    hook, _ = await registered(api, receiver.url, topics=["MESSAGE"])
    for at in range(3):
        await sent(api, f"Fråga {at}")
    receiver.answers, receiver.slow = lambda _: 0, 1.5
    patient = WebhookPolicy(loopback=True, seconds=10)
    deliverer._sender = Sender(patient)
    telling = asyncio.create_task(deliverer.once())
    while not receiver.heard:  # noqa: ASYNC110  # a plain list
        await asyncio.sleep(0.01)
    await done(api, "pauseWebhook", webhookId=hook)
    assert dict(await telling) == {Outcome.DELIVERED: 1}
    assert (await standing(api))["state"] == "PAUSED"
    await done(api, "resumeWebhook", webhookId=hook)
    assert await due(api, deliverer) == {Outcome.DELIVERED: 2}
    assert len(receiver.heard) == len(receiver.ids) == 3, "and what was being told is told once"


async def test_what_a_block_hides_is_not_told(api: Api, deliverer: Deliverer, receiver: Receiver) -> None:
    api.clock.now = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
    ids = await played(api)
    await registered(api, receiver.url, CENTRE)

    await play(api, "informPatient", WARD, episodeId=ids["episode"], text="Hem på fredag.")
    assert Outcome.DELIVERED in await due(api, deliverer)
    assert ids["episode"] in {one.told["data"]["id"] for one in receiver.heard}
    receiver.heard.clear()
    receiver.answers = lambda _: 500
    await play(api, "informPatient", WARD, episodeId=ids["episode"], text="Hem på lördag.")
    assert await due(api, deliverer) == {Outcome.FAILED: 1}
    await blocked(api, WARD)
    await play(api, "informPatient", WARD, episodeId=ids["episode"], text="Hem på söndag.")
    receiver.answers = lambda _: 200
    receiver.heard.clear()

    found = await due(api, deliverer, dt.timedelta(seconds=6))

    assert found[Outcome.WITHHELD] >= 2, "what was tried before, and what came after"
    assert ids["episode"] not in {one.told["data"]["id"] for one in receiver.heard}
    assert (await standing(api, CENTRE))["waiting"]["nodes"] == []
    [(state,)] = await run(api, "select state from webhook_delivery")
    assert state == "WITHHELD"


async def test_a_closed_unit_is_told_nothing_more(api: Api, deliverer: Deliverer, receiver: Receiver) -> None:
    await registered(api, receiver.url)
    await sent(api)
    await run(api, f"update unit set active = {'false' if 'postgres' in api.url else '0'} where name = 'Eken'")
    assert await due(api, deliverer) == {}
    assert receiver.heard == []
    stands = await standing(api, ended=True)
    assert (stands["state"], stands["history"]["nodes"][-1]["reason"]) == (
        "ENDED",
        "Enheten är inte längre i bruk.",
    )


async def test_what_is_told_stands_in_the_access_log_of_the_unit(
    api: Api, deliverer: Deliverer, receiver: Receiver
) -> None:
    hook, _ = await registered(api, receiver.url, topics=["MESSAGE"])
    await sent(api)
    [(before,)] = await run(api, "select max(id) from access_log")
    await due(api, deliverer)
    columns = "act, subject, subject_id, unit_id, patient_id, staff_hsa_id, assignment_hsa_id, operation"
    [row] = await run(api, f"select {columns} from access_log where id > {before}")
    assert [str(one).replace("-", "") for one in row] == [
        *("READ", "Webhook", hook.removeprefix("webhook_"), uid("unit eken").hex, uid("patient alva").hex),
        *("SE0000000000U1", "webhook", "webhook"),
    ]


async def test_a_region_s_outage_is_told(api: Api, deliverer: Deliverer, receiver: Receiver) -> None:
    await registered(api, receiver.url, topics=["OUTAGE"])
    outage = (await play(api, "startOutage", MUNICIPALITY, text="Nere."))["outage"]["id"]
    assert await due(api, deliverer) == {Outcome.DELIVERED: 1}
    assert receiver.heard[0].told["type"] == "OutageChangeEvent"
    assert receiver.heard[0].told["data"]["id"] == outage
