"""Server-sent events: the same operations and the same changes as over a websocket."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from lifecare_gql.app import create_app
from lifecare_gql.regions import Regions
from lifecare_gql.settings import Settings
from lifecare_gql.web import event_streams
from tests import world
from tests.conftest import Clock
from tests.web.issuer import FOUND, WHO, Client, change, client
from tests.web.listening import CHANGES, Staff, place
from tests.web.streams import Stream, streaming

PER_CALLER = 3


@pytest.fixture
async def asking(settings: Settings, regions: Regions, clock: Clock) -> AsyncIterator[Client]:
    few = settings.model_copy(update={"sockets_per_caller": PER_CALLER})
    async with client(create_app(few, regions, clock)) as found:
        yield found


@pytest.fixture
def staff(settings: Settings) -> Staff:
    return Staff(settings)


CASE = 'mutation C($i: CaseInput!) { openCase(input: $i, idempotencyKey: "k") { __typename } }'


REFUSED = {"{ nothing }": "INVALID_DOCUMENT", "{": "INVALID_SYNTAX", "": "INVALID_SYNTAX"}


async def test_queries_and_mutations_are_one_result_and_complete(asking: Client, staff: Staff) -> None:
    token = staff.token("varberg")
    case = {"patientId": world.pid("patient", "alva"), "title": "Planering"}
    for query, variables in ((WHO, {}), (CASE, {"i": case}), *((one, {}) for one in REFUSED)):
        async with streaming(asking, token, query, **variables) as stream:
            assert stream.response.status_code == 200
            assert stream.response.headers["content-type"].startswith("text/event-stream")
            assert stream.response.headers["cache-control"] == "no-store"
            found = await stream.event()
            assert (found.kind, found.id) == ("next", None)
            if query == WHO:
                assert found.data == FOUND
            if query in REFUSED:
                assert found.data["errors"][0]["extensions"]["code"] == REFUSED[query]
            assert await stream.rest() == ["complete"]


ALIKE = "application/graphql-response+json, application/json, text/event-stream, multipart/mixed"
"""What urql says it accepts."""


async def test_who_accepts_all_alike_gets_a_stream_for_a_subscription_only(asking: Client, staff: Staff) -> None:
    token = staff.token("varberg")
    after = await place(asking, token)
    kinds = {}
    for query, variables in ((WHO, {}), (CHANGES, {"after": after}), ("{", {})):
        async with streaming(asking, token, query, ALIKE, **variables) as stream:
            kinds[query] = stream.response.headers["content-type"].partition(";")[0]
    json = "application/graphql-response+json"
    assert kinds == {WHO: json, CHANGES: "text/event-stream", "{": json}


@pytest.mark.parametrize("accept", ["text/event-stream", ALIKE])
async def test_a_mutation_by_get_is_refused_in_a_stream_too(asking: Client, staff: Staff, accept: str) -> None:
    head = {"accept": accept, "authorization": f"Bearer {staff.token('varberg')}"}
    case = f'{{patientId: "{world.pid("patient", "alva")}", title: "Planering"}}'
    asked = {"query": CASE.replace("($i: CaseInput!)", "").replace("$i", case)}
    told = await asking.http.get("/graphql", params=asked, headers=head)
    assert (told.status_code, told.headers["allow"]) == (405, "POST")
    for harmless in (WHO, "{", "{a" * 400):
        assert (await asking.http.get("/graphql", params={"query": harmless}, headers=head)).status_code != 405


async def hears(stream: Stream, count: int) -> list[Any]:
    return [(await stream.next())["data"]["changes"] for _ in range(count)]


async def test_changes_come_with_their_cursor_and_go_on_after_it(asking: Client, staff: Staff) -> None:
    token = staff.token("varberg")
    begin = await place(asking, token)
    sent = [await staff.send(asking, f"Fråga {at}") for at in range(5)]
    async with streaming(asking, token, CHANGES, after=begin) as stream:
        heard = await hears(stream, 2)
    async with streaming(asking, token, CHANGES, after=heard[-1]["cursor"]) as stream:
        heard += await hears(stream, 2)
        sent.append(await staff.send(asking))
        heard += await hears(stream, 2)
    assert [one["message"]["id"] for one in heard] == sent


async def test_other_units_hear_nothing_but_heartbeats(
    asking: Client, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert event_streams.HEARTBEAT_SECONDS < 30
    monkeypatch.setattr(event_streams, "HEARTBEAT_SECONDS", 0.2)
    async with streaming(asking, staff.token("linden"), CHANGES) as stream:
        await staff.send(asking)
        assert {(await stream.event()).kind for _ in range(4)} == {""}


@pytest.mark.parametrize("who", ["nobody", "a stranger's token"])
async def test_nobody_without_a_token_hears_anything(asking: Client, who: str) -> None:
    token = None if who == "nobody" else "x.y.z"
    async with streaming(asking, token, CHANGES) as stream:
        if token:
            assert stream.response.status_code == 401
            return
        said = await stream.event()
        assert said.data["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert await stream.rest() == ["complete"]


async def test_it_ends_with_the_token(asking: Client, staff: Staff) -> None:
    async with streaming(asking, staff.token("eken", seconds=1.5), CHANGES) as stream:
        said = await stream.next()
        assert said["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert await stream.rest() == ["complete"]


async def test_it_ends_with_the_assignment(asking: Client, settings: Settings, staff: Staff, clock: Clock) -> None:
    async with streaming(
        asking, staff.token("eken"), CHANGES, after=await place(asking, staff.token("eken"))
    ) as stream:
        at = f"{clock.now:%Y-%m-%d %H:%M:%S}+00:00"
        await change(
            settings, f"update assignment set until = '{at}' where hsa_id = '{world.staff_of('eken')[1]}'"
        )
        await staff.send(asking)
        said = await stream.event()
        assert said.data["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
        assert await stream.rest() == ["complete"]


async def test_one_caller_has_only_so_many_and_an_ended_one_does_not_count(asking: Client, staff: Staff) -> None:
    token = staff.token("eken")
    async with (
        streaming(asking, token, CHANGES),
        streaming(asking, token, CHANGES),
        asking.entered(token),
        streaming(asking, token, WHO) as refused,
    ):
        assert refused.response.status_code == 429
    await asyncio.sleep(0.2)
    async with streaming(asking, token, WHO) as stream:
        assert (await stream.event()).data["data"]["viewer"]


BAD: dict[str, Any] = {
    "no query": {},
    "a numeric query": {"query": 1},
    "a list as variables": {"query": WHO, "variables": []},
}


async def test_what_is_no_request_is_refused_as_over_http(asking: Client, staff: Staff) -> None:
    head = {"accept": "text/event-stream", "authorization": f"Bearer {staff.token('eken')}"}
    for name, body in BAD.items():
        assert ((await asking.http.post("/graphql", json=body, headers=head)).status_code, name) == (400, name)
    form = await asking.http.post("/graphql", data={"query": WHO}, headers=head)
    assert form.status_code == 415
    either = head | {"accept": "application/json;q=0.5, text/event-stream"}
    answer = await asking.http.post("/graphql", json={"query": WHO}, headers=either)
    assert answer.headers["content-type"].startswith("text/event-stream")
