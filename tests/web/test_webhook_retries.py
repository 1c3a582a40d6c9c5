"""What does not arrive: tried again in order, dead letters, pauses, gaps. The clock is moved."""

from __future__ import annotations

import datetime as dt

import pytest

from lifecare_gql.domain.webhooks import PAUSES
from lifecare_gql.web.webhooks import Deliverer, Outcome
from tests.conftest import Api, run
from tests.web.receiving import Received, Receiver, act, done, receiving, registered, standing
from tests.web.telling import deliverer as deliverer
from tests.web.telling import due, sent
from tests.web.telling import now as now
from tests.web.telling import receiver as receiver
from tests.web.telling import settings as settings
from tests.world import pid, uid


async def test_what_fails_is_tried_again_in_order_under_one_id_and_is_a_dead_letter_at_last(
    api: Api, deliverer: Deliverer, receiver: Receiver
) -> None:
    hook, secret = await registered(api, receiver.url, topics=["MESSAGE"])
    receiver.answers = lambda _: 503
    await sent(api, "Fråga 1")
    await sent(api, "Fråga 2")
    assert await due(api, deliverer) == {Outcome.FAILED: 1}
    for attempt, pause in enumerate(PAUSES, 1):
        [waits] = (await standing(api))["waiting"]["nodes"]
        assert (waits["attempts"], waits["lastStatus"], waits["state"]) == (attempt, 503, "PENDING")
        assert await due(api, deliverer, pause - dt.timedelta(seconds=1)) == {}, "not before"
        outcome = Outcome.DEAD if attempt == len(PAUSES) else Outcome.FAILED
        found = await due(api, deliverer, dt.timedelta(seconds=1) + pause * 0.1)
        assert found[outcome] == 1
    first = receiver.heard[0].id
    tried = [one.id for one in receiver.heard]
    assert tried[:10] == [first] * 10, "in order: what came later has waited"
    assert len(tried) == 11
    assert tried[10] != first
    assert all(one.signed_with(secret) for one in receiver.heard)
    assert len({one.headers["webhook-timestamp"] for one in receiver.heard}) == 10, "of the attempt"

    stands = await standing(api)
    [dead] = stands["deadLetters"]["nodes"]
    assert (dead["messageId"], dead["attempts"], dead["state"], dead["topic"]) == (first, 10, "DEAD", "MESSAGE")
    assert stands["state"] == "ACTIVE"
    receiver.answers = lambda _: 204
    assert await due(api, deliverer, dt.timedelta(seconds=10)) == {Outcome.DELIVERED: 1}
    assert await due(api, deliverer) == {}

    replayed = await done(api, "replayWebhook", webhookId=hook, **{"from": {"deadLetterId": dead["id"]}})
    assert replayed["event"]["kind"] == "REPLAYED"
    assert await due(api, deliverer) == {Outcome.DELIVERED: 1}
    assert receiver.heard[-1].id == first
    assert (await standing(api))["deadLetters"]["nodes"] == []
    again = await act(api, "replayWebhook", webhookId=hook, **{"from": {"deadLetterId": dead["id"]}})
    assert again["paths"] == [["input", "deliveryId"]]


async def given_up(api: Api, deliverer: Deliverer) -> None:
    """The message that waits first becomes a dead letter."""
    while True:
        if Outcome.DEAD in await due(api, deliverer, dt.timedelta(hours=27)):
            return


async def test_three_dead_letters_in_a_row_pause_it_until_somebody_resumes_it(
    api: Api, deliverer: Deliverer, receiver: Receiver
) -> None:
    hook, _ = await registered(api, receiver.url, topics=["MESSAGE"])
    receiver.answers = lambda _: 500
    for at in range(5):
        await sent(api, f"Fråga {at}")
    for _ in range(3):
        assert (await standing(api))["state"] == "ACTIVE"
        await given_up(api, deliverer)
    stands = await standing(api)
    assert (stands["state"], len(stands["deadLetters"]["nodes"])) == ("PAUSED", 3)
    event = stands["history"]["nodes"][-1]
    assert (event["kind"], event["reason"], event["by"]) == ("PAUSED", "3 döda brev i rad.", None)
    heard = len(receiver.heard)
    assert await due(api, deliverer, dt.timedelta(days=30)) == {}
    assert len(receiver.heard) == heard

    receiver.answers = lambda _: 200
    await done(api, "resumeWebhook", webhookId=hook, reason="Påhittat skäl: lagad.")
    assert await due(api, deliverer) == {Outcome.DELIVERED: 2}, "those that had not been tried"
    assert (await standing(api))["state"] == "ACTIVE"


async def test_gone_ends_it(api: Api, deliverer: Deliverer, receiver: Receiver) -> None:
    hook, _ = await registered(api, receiver.url)
    receiver.answers = lambda _: 410
    await sent(api)
    assert await due(api, deliverer) == {Outcome.GONE: 1}
    assert await due(api, deliverer, dt.timedelta(days=2)) == {}
    stands = await standing(api, ended=True)
    assert stands["state"] == "ENDED"
    assert stands["history"]["nodes"][-1]["reason"] == "Mottagaren svarade 410 Gone."
    for field in ("resumeWebhook", "pauseWebhook", "rotateWebhookSecret", "endWebhook"):
        refused = await act(api, field, webhookId=hook)
        assert [one["code"] for one in refused["objections"]] == ["WRONG_STATE"]


@pytest.mark.parametrize("status", [301, 302, 307, 308, 404, 0], ids=str)
async def test_no_redirect_is_followed_and_nobody_is_waited_for(
    api: Api, deliverer: Deliverer, receiver: Receiver, status: int
) -> None:
    await registered(api, receiver.url, topics=["MESSAGE"])
    receiver.answers = lambda _: status
    await sent(api)
    assert await due(api, deliverer) == {Outcome.FAILED: 1}
    assert [one.path for one in receiver.heard] == ["/in/path-token"]
    [waits] = (await standing(api))["waiting"]["nodes"]
    assert waits["lastStatus"] == (status or None)
    receiver.answers = lambda _: 200
    assert await due(api, deliverer, dt.timedelta(seconds=6)) == {Outcome.DELIVERED: 1}
    assert len({one.id for one in receiver.heard}) == 1


async def test_nobody_there_is_tried_again_too(api: Api, deliverer: Deliverer) -> None:
    async with receiving() as gone:
        await registered(api, gone.url, topics=["MESSAGE"])
    await sent(api)
    assert await due(api, deliverer) == {Outcome.FAILED: 1}
    [waits] = (await standing(api))["waiting"]["nodes"]
    assert (waits["attempts"], waits["lastStatus"]) == (1, None)


async def test_what_was_trimmed_is_told_as_a_gap(api: Api, deliverer: Deliverer, receiver: Receiver) -> None:
    await registered(api, receiver.url, topics=["MESSAGE"])
    receiver.answers = lambda _: 500
    await sent(api, "Fråga 1")
    await due(api, deliverer)
    await sent(api, "Fråga 2")
    await run(api, "delete from outbox")
    last = await sent(api, "Fråga 3")

    receiver.answers = lambda one: 500 if one.told["type"] == "Resync" else 200
    assert await due(api, deliverer, dt.timedelta(seconds=6)) == {Outcome.DELIVERED: 1, Outcome.FAILED: 1}
    receiver.answers = lambda _: 200
    await sent(api, "Fråga 4")
    assert await due(api, deliverer, dt.timedelta(seconds=6)) == {Outcome.DELIVERED: 2}

    told = [one.told for one in receiver.heard]
    assert [one["type"] for one in told[2:]] == ["Resync", "Resync", "MessageChangeEvent"]
    assert receiver.heard[0].id == receiver.heard[1].id, "what was being tried outlives the trimming"
    assert receiver.heard[2].id == receiver.heard[3].id
    assert told[2] == told[3], "and tells the same place"
    assert told[2]["data"].keys() == {"unit", "after", "reason"}
    assert told[2]["data"]["reason"] == "TOO_OLD"
    assert last not in str(told), "it lies in the gap: whoever reads anew finds it"


async def test_a_restored_database_is_told_as_a_gap(api: Api, deliverer: Deliverer, receiver: Receiver) -> None:
    await registered(api, receiver.url, topics=["MESSAGE"])
    for _ in range(3):
        await sent(api)
    await due(api, deliverer)
    receiver.heard.clear()
    own = f"unit:{uid('unit eken')}"
    await run(api, f"delete from outbox where stream = '{own}' and position > 2")
    await run(api, f"update stream set last = 2 where id = '{own}'")
    assert await due(api, deliverer) == {Outcome.DELIVERED: 1}
    assert receiver.heard[0].told["data"]["reason"] == "UNKNOWN"
    found = await sent(api)
    assert await due(api, deliverer) == {Outcome.DELIVERED: 1}
    assert receiver.heard[-1].told["data"]["id"] == found


async def test_each_webhook_waits_for_itself_only(api: Api, deliverer: Deliverer, receiver: Receiver) -> None:
    def one_path_fails(one: Received) -> int:
        return 500 if one.path == "/bad" else 200

    receiver.answers = one_path_fails
    for path in ("bad", "good"):
        url = f"http://127.0.0.1:{receiver.port}/{path}"
        await done(api, "registerWebhook", unitId=pid("unit", "eken"), url=url, topics=["MESSAGE"])
    for at in range(3):
        await sent(api, f"Fråga {at}")
    assert await due(api, deliverer) == {Outcome.DELIVERED: 3, Outcome.FAILED: 1}
    ids = {path: [one.id for one in receiver.heard if one.path == path] for path in ("/good", "/bad")}
    assert len(set(ids["/good"])) == 3
    assert not set(ids["/good"]) & set(ids["/bad"]), "an id says nothing across webhooks"


async def test_a_dead_letter_that_a_replay_passes_is_none_any_more(
    api: Api, deliverer: Deliverer, receiver: Receiver
) -> None:
    hook, _ = await registered(api, receiver.url, topics=["MESSAGE"])
    before = (await api("{ changesCursor }", "eken"))["changesCursor"]
    receiver.answers = lambda _: 500
    await sent(api)
    await given_up(api, deliverer)
    assert len((await standing(api))["deadLetters"]["nodes"]) == 1
    receiver.answers = lambda _: 200
    await done(api, "replayWebhook", webhookId=hook, **{"from": {"after": before}})
    assert await due(api, deliverer) == {Outcome.DELIVERED: 1}
    assert (await standing(api))["deadLetters"]["nodes"] == []
    assert len({one.id for one in receiver.heard}) == 1
