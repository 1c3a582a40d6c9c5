"""Subscriptions: what concerns the own unit, once, in order, to whom may see it at that moment."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest

from lifecare_gql.actions import changes as following
from lifecare_gql.app import create_app
from lifecare_gql.regions import Regions
from lifecare_gql.settings import Settings
from lifecare_gql.storage import hub
from lifecare_gql.web.tokens import DevelopmentIssuer
from tests import world
from tests.api.process import CENTRE, MUNICIPALITY, WARD, done
from tests.api.test_blocks import blocked, played
from tests.conftest import Api, Clock, run
from tests.web.issuer import Client, change, client
from tests.web.listening import Listener, Staff, listening, place


@pytest.fixture
async def asking(settings: Settings, regions: Regions, clock: Clock) -> AsyncIterator[Client]:
    few = settings.model_copy(update={"sockets_per_caller": 4})
    async with client(create_app(few, regions, clock)) as found:
        yield found


@pytest.fixture
def staff(settings: Settings) -> Staff:
    return Staff(settings)


@pytest.fixture
def acting(asking: Client, settings: Settings, clock: Clock) -> Api:
    """The same application, as the tests of the API ask it."""
    return Api(asking.http, DevelopmentIssuer(settings), clock, settings.database_url)


async def silent(listener: Listener, seconds: float = 0.5) -> bool:
    """Whether nothing comes; the listener cannot be used any more."""
    try:
        async with asyncio.timeout(seconds):
            await listener.heard()
    except TimeoutError:
        return True
    return False


async def test_sender_and_recipient_are_told_and_nobody_else(asking: Client, staff: Staff) -> None:
    async with (
        listening(asking, staff.token("varberg")) as sender,
        listening(asking, staff.token("eken")) as recipient,
        listening(asking, staff.token("linden")) as other,
    ):
        sent = await staff.send(asking)
        for one in (sender, recipient):
            heard = await one.heard()
            kind, message = heard["kind"], heard["message"]
            assert (heard["__typename"], kind, message["id"]) == ("MessageChangeEvent", "SENT", sent)
            assert message["patient"]["givenName"] == "Alva"
        task = await recipient.heard()
        assert (task["__typename"], task["kind"]) == ("TaskChangeEvent", "OPENED")
        assert task["task"]["kind"] == "REPLY_TO_MESSAGE"
        assert await silent(sender)
        assert await silent(other)


async def test_who_comes_again_hears_the_rest_once_and_in_order(asking: Client, staff: Staff) -> None:
    token = staff.token("varberg")
    begin = await place(asking, token)
    sent = [await staff.send(asking, f"Fråga {at}") for at in range(7)]

    heard, cursor = [], begin
    while len(heard) < len(sent):
        async with listening(asking, token, after=cursor) as one:
            for _ in range(2 if len(sent) - len(heard) > 1 else 1):
                heard.append((await one.heard())["message"]["id"])
            cursor = one.cursor
    assert heard == sent

    async with listening(asking, token, after=cursor) as one:
        assert await silent(one)
    assert await place(asking, token) == cursor, "the same place has the same cursor"


async def test_a_list_and_the_cursor_beside_it_leave_no_gap(asking: Client, staff: Staff) -> None:
    """Wherever the cursor stands in the query."""
    token, seen = staff.token("varberg"), "viewer { unit { outbox(first: 100) { nodes { id } } } }"

    async def asks(query: str) -> tuple[set[str], str]:
        data = (await asking.post(token, query)).json()["data"]
        return {one["id"] for one in data["viewer"]["unit"]["outbox"]["nodes"]}, data["changesCursor"]

    async def sends() -> set[str]:
        return {await staff.send(asking) for _ in range(12)}

    sending = asyncio.create_task(sends())
    snapshots = []
    while not sending.done():
        snapshots.append(
            await asks(f"{{ {seen} changesCursor }}" if len(snapshots) % 2 else f"{{ changesCursor {seen} }}")
        )
    sent = await sending
    for listed, cursor in snapshots[:: max(1, len(snapshots) // 8)]:
        missing = set(sent - listed)
        async with listening(asking, token, after=cursor) as one:
            while missing:
                missing.discard((await one.heard())["message"]["id"])


async def test_only_the_topics_that_are_named_are_told(asking: Client, staff: Staff) -> None:
    async with listening(asking, staff.token("eken"), topics=["TASK"]) as one:
        await staff.send(asking)
        await staff.send(asking)
        assert {(await one.heard())["__typename"] for _ in range(2)} == {"TaskChangeEvent"}
    async with listening(asking, staff.token("eken"), topics=[]) as one:
        said = await one.heard()
        assert said["payload"]["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


UNUSABLE = {"nothing": "", "junk": "abc", "letters": "åäö", "long": "A" * 5000, "zeros": "A" * 43}


async def test_a_cursor_that_is_none_of_the_units_is_the_callers_error(asking: Client, staff: Staff) -> None:
    others = await place(asking, staff.token("eken"))
    for name, after in {**UNUSABLE, "another unit's": others}.items():
        async with asking.entered(staff.token("varberg")) as socket:
            await socket.subscribe("subscription($a: String) { changes(after: $a) { cursor } }", a=after)
            said = await socket.heard()
            assert said["payload"]["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT", name
            assert (await socket.heard())["type"] == "complete"


async def test_what_is_no_longer_kept_is_told_and_it_goes_on_from_now(
    asking: Client, settings: Settings, staff: Staff
) -> None:
    token = staff.token("varberg")
    begin = await place(asking, token)
    await staff.send(asking)
    later = await place(asking, token)
    await staff.send(asking)
    await change(settings, "delete from outbox")
    for cursor in (begin, later):
        async with listening(asking, token, after=cursor) as one:
            resync = await one.heard()
            assert (resync["__typename"], resync["reason"]) == ("Resync", "TOO_OLD")
            sent = await staff.send(asking)
            assert (await one.heard())["message"]["id"] == sent
        await change(settings, "delete from outbox")

    ahead = await place(asking, token)
    await change(settings, "update stream set last = 1")
    async with listening(asking, token, after=ahead) as one:
        resync = await one.heard()
        assert (resync["__typename"], resync["reason"]) == ("Resync", "UNKNOWN")


async def test_who_has_fallen_behind_the_ring_reads_the_table(
    asking: Client, settings: Settings, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "RING", 2)
    monkeypatch.setattr(hub, "BATCH", 3)
    token = staff.token("varberg")
    begin = await place(asking, token)
    async with listening(asking, token) as first:
        sent = [await staff.send(asking) for _ in range(8)]
        assert [(await first.heard())["message"]["id"] for _ in sent] == sent
        async with listening(asking, token, after=begin) as late:
            assert [(await late.heard())["message"]["id"] for _ in sent] == sent


async def test_what_a_block_hides_is_not_told(asking: Client, acting: Api, staff: Staff) -> None:
    ids = await played(acting)
    await blocked(acting)
    async with (
        listening(asking, staff.token(CENTRE), topics=["EPISODE", "PLAN"]) as hidden,
        listening(asking, staff.token(WARD), topics=["EPISODE"]) as control,
    ):
        await done(acting, "sendGeneralNotice", WARD, episodeId=ids["episode"], text="Till kommunen.",
                   recipientUnitIds=[world.pid("unit", MUNICIPALITY)])  # fmt: skip
        assert (await control.heard())["episode"]["id"] == ids["episode"]
        assert await silent(hidden)
    assert await logged(acting, "DENIED") == 0, "it was no attempt of anybody's"


async def logged(api: Api, act: str) -> int:
    return len(await run(api, f"select id from access_log where act = '{act}'"))


async def test_what_is_told_is_logged_once_for_each_patient_and_change(
    asking: Client, acting: Api, staff: Staff
) -> None:
    async with listening(asking, staff.token("linden")), listening(asking, staff.token("eken")) as one:
        before = await logged(acting, "READ")
        for _ in range(3):
            await staff.send(asking)
            assert (await one.heard())["message"]["patient"]
            assert (await one.heard())["task"]
    assert await logged(acting, "READ") - before == 3 * 2


async def test_an_outage_is_told_in_its_region_only(asking: Client, acting: Api, staff: Staff) -> None:
    async with (
        listening(asking, staff.token("linden")) as inside,
        listening(asking, staff.token("nora")) as outside,
    ):
        started = await done(acting, "startOutage", "varberg", text="Nere.")
        heard = await inside.heard()
        assert (heard["__typename"], heard["kind"]) == ("OutageChangeEvent", "STARTED")
        assert heard["outage"]["id"] == started["outage"]["id"]
        assert await silent(outside)


async def test_the_subscription_ends_with_the_assignment_at_the_next_change(
    asking: Client, settings: Settings, staff: Staff, clock: Clock
) -> None:
    async with listening(asking, staff.token("eken")) as one:
        await end(settings, "eken", clock.now)
        await staff.send(asking)
        assert await one.heard() == (4403, "Forbidden")


async def end(settings: Settings, unit: str, moment: dt.datetime) -> None:
    at = f"{moment:%Y-%m-%d %H:%M:%S}+00:00"
    await change(settings, f"update assignment set until = '{at}' where hsa_id = '{world.staff_of(unit)[1]}'")


async def test_it_ends_with_the_assignment_also_when_nothing_happens(
    asking: Client, settings: Settings, staff: Staff, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "ADMITTED_SECONDS", 0.3)
    assert following.ADMITTED_SECONDS < 60
    async with listening(asking, staff.token("eken")) as one:
        await end(settings, "eken", clock.now)
        assert await one.heard() == (4403, "Forbidden")


async def test_it_ends_with_the_token(asking: Client, staff: Staff) -> None:
    async with listening(asking, staff.token("eken", seconds=1.5)) as one:
        assert await one.heard() == (4403, "The token has ended")


async def test_a_client_that_has_enough_ends_it_and_the_socket_goes_on(asking: Client, staff: Staff) -> None:
    async with listening(asking, staff.token("eken")) as one:
        await one.socket.say(type="complete", id="1")
        await one.socket.subscribe("{ __typename }", "2")
        await staff.send(asking)
        assert [(await one.socket.heard())["id"] for _ in range(2)] == ["2", "2"]
        assert await silent(one)


async def test_one_caller_has_only_so_many_sockets(asking: Client, staff: Staff) -> None:
    token = staff.token("eken")
    async with asking.entered(token), asking.entered(token), asking.entered(token):
        async with asking.entered(token):
            assert await asking.turned_away(token) == (4429, "Too many websockets")
            assert await asking.turned_away(staff.token("linden")) is None
        await asyncio.sleep(0.2)
        assert await asking.turned_away(token) is None


INVALID: dict[str, str] = {
    "two fields": "subscription { changes { cursor } more: changes { cursor } }",
    "introspection": "subscription { __typename }",
    "left out": "subscription { changes @skip(if: true) { cursor } }",
    "perhaps": "subscription($a: Boolean = true) { changes @include(if: $a) { cursor } }",
    "in a fragment": "subscription { ...F } fragment F on Subscription { changes { at } other: changes { at } }",
    "too deep": "subscription { changes { ... on MessageChangeEvent { message { "
    + "thread { nodes { " * 9
    + "id"
    + " } }" * 9
    + " } } } }",
}


async def test_the_limits_hold_for_subscriptions_too(asking: Client, staff: Staff) -> None:
    async with asking.entered(staff.token("eken")) as socket:
        for name, query in INVALID.items():
            await socket.subscribe(query, name)
            said: Any = await socket.heard()
            assert (said["type"], said["id"]) == ("error", name)
            code = "QUERY_TOO_COMPLEX" if name == "too deep" else "INVALID_DOCUMENT"
            assert {one["extensions"]["code"] for one in said["payload"]} == {code}, name
