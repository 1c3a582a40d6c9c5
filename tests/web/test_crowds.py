"""Those who ask for the same are told together: as if each were alone, but for the work that it takes."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest

from lifecare_gql.actions import access
from lifecare_gql.actions.callers import caller_of
from lifecare_gql.actions.session import Session, SomeOfUs, in_common
from lifecare_gql.settings import Settings
from lifecare_gql.storage.database import Database
from lifecare_gql.web import crowds
from lifecare_gql.web.crowds import _question
from lifecare_gql.web.requests import GraphQLRequest
from lifecare_gql.web.tokens import DevelopmentIssuer
from tests import world
from tests.conftest import Clock, Statements
from tests.web.issuer import Client, change
from tests.web.listening import CHANGES, Listener, Staff, listening
from tests.web.test_changes import asking, end, staff

__all__ = ["asking", "staff"]  # fixtures

MANY = 24


async def colleagues(settings: Settings, unit: str, count: int) -> list[str]:
    """Tokens of so many new nurses at the unit, each a person of their own."""
    issuer, tokens = DevelopmentIssuer(settings), []
    for at in range(count):
        person, who, what = uuid4(), f"SE0000000000-C{unit}{at}", f"SE0000000000-D{unit}{at}"
        names = f"'{person}', '{who}', 'Kollega', 'Testsson'"
        await change(settings, f"insert into staff (id, hsa_id, given_name, family_name) values ({names})")
        await change(
            settings,
            "insert into assignment (id, hsa_id, staff_id, unit_id, title, licensed, since)"
            f" select '{uuid4()}', '{what}', '{person}', unit_id, title, licensed, since"
            f" from assignment where hsa_id = '{world.staff_of(unit)[1]}'",
        )
        tokens.append(issuer.issue(who, what, dt.datetime.now(dt.UTC)))
    return tokens


@asynccontextmanager
async def crowd(client: Client, tokens: list[str]) -> AsyncIterator[list[Listener]]:
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(listening(client, token)) for token in tokens]


async def heard(listeners: list[Listener]) -> list[Any]:
    """The next change, as each of them hears it."""
    return list(await asyncio.gather(*(one.heard() for one in listeners)))


async def read_rows(settings: Settings) -> list[Any]:
    sql = "select assignment_hsa_id, request_id from access_log where act = 'READ'"
    return await change(settings, sql)


async def test_many_are_told_what_is_read_once(
    asking: Client, settings: Settings, staff: Staff, statements: Statements
) -> None:
    tokens = await colleagues(settings, "eken", MANY)
    costs = []
    for some in (tokens[:2], tokens):
        async with crowd(asking, some) as listeners:
            await staff.send(asking)
            for _ in range(2):  # the message, and the task to answer it; then they are together
                await heard(listeners)
            await asyncio.sleep(0.3)
            statements.clear()
            before = await read_rows(settings)
            sent = await staff.send(asking)
            message, task = await heard(listeners), await heard(listeners)
            costs.append(len(statements))
            assert message == message[:1] * len(some)
            assert message[0]["message"]["id"] == sent
            assert task == task[:1] * len(some)
        rows = (await read_rows(settings))[len(before) :]
        told = [who for who, _ in rows if who.startswith("SE0000000000-D")]
        assert sorted(told) == sorted(2 * [f"SE0000000000-Deken{at}" for at in range(len(some))])
        assert len({request for _, request in rows}) == len(rows), "each reading stands for itself"
    assert costs[1] <= costs[0] + 2, costs


async def test_who_is_no_longer_admitted_leaves_and_the_others_hear_on(
    asking: Client, settings: Settings, staff: Staff, clock: Clock
) -> None:
    tokens = await colleagues(settings, "eken", 4)
    async with crowd(asking, [staff.token("eken"), *tokens]) as [leaving, *others]:
        for at in range(4):
            if at == 2:
                await end(settings, "eken", clock.now)
            await staff.send(asking, f"Fråga {at}")
            listeners = [leaving, *others] if at < 2 else others
            message, _ = await heard(listeners), await heard(listeners)
            assert [one["message"]["text"] for one in message] == [f"Fråga {at}"] * len(listeners)
        assert await leaving.heard() == (4403, "Forbidden")


async def test_a_crowd_that_nobody_is_in_any_longer_ends(
    asking: Client, settings: Settings, staff: Staff, clock: Clock
) -> None:
    async with crowd(asking, [staff.token("eken"), staff.token("eken")]) as both:
        for _ in range(2):
            await staff.send(asking)
            await heard(both)
            await heard(both)
        begun = crowds_at_work()
        await end(settings, "eken", clock.now)
        await staff.send(asking)
        assert await heard(both) == [(4403, "Forbidden")] * 2
        assert begun
        ended, _ = await asyncio.wait(begun, timeout=5)
        assert ended == begun


def crowds_at_work() -> set[asyncio.Task[Any]]:
    return {task for task in asyncio.all_tasks() if task.get_name() == "crowd"}


async def test_who_cannot_keep_up_goes_on_alone_and_misses_nothing(
    asking: Client, settings: Settings, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crowds, "HELD", 0)
    await told_once_in_order(asking, await colleagues(settings, "eken", 3), staff)


async def test_what_depends_on_who_one_is_is_told_to_each_alone(
    asking: Client, settings: Settings, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    read, asked = access.read, []

    async def nosy(session: Session, *rest: Any) -> Any:
        asked.append(type(session.known()))
        assert session.known().name
        return await read(session, *rest)

    monkeypatch.setattr(access, "read", nosy)
    await told_once_in_order(asking, await colleagues(settings, "eken", 3), staff)
    assert SomeOfUs in asked, "it was tried"
    assert asked.count(SomeOfUs) < 4, "and not again"


async def told_once_in_order(client: Client, tokens: list[str], staff: Staff) -> None:
    async with crowd(client, tokens) as listeners:
        for at in range(6):
            await staff.send(client, f"Fråga {at}")
            await asyncio.sleep(0.05)
        told = [await heard(listeners) for _ in range(12)]
    for mine in zip(*told, strict=True):
        assert [one["message"]["text"] for one in mine if "message" in one] == [f"Fråga {at}" for at in range(6)]
        assert len({one["cursor"] for one in mine}) == 12


async def test_what_callers_have_in_common(settings: Settings, clock: Clock) -> None:
    async with Database.from_url(settings.database_url) as db:
        one, other = [
            await caller_of(db, *world.staff_of("eken", licensed), clock.now) for licensed in (True, False)
        ]
    assert in_common(one) == in_common(replace(one, name="X", staff_hsa_id="Y", assignment_hsa_id="Z"))
    assert in_common(one) != in_common(other), "a licensed colleague may see more"
    assert in_common(one) != in_common(replace(one, roles=frozenset({"AUDITOR"})))
    shared = SomeOfUs.of(one)
    assert (shared.unit_id, shared.licensed, shared.asked) == (one.unit_id, True, False)
    with pytest.raises(LookupError):
        assert shared.staff_hsa_id
    assert shared.asked


OTHER_USE = CHANGES.replace("message { id", "message { id again: history(after: $after) { edges { cursor } }")
SAME: list[tuple[GraphQLRequest, GraphQLRequest, bool]] = [
    (GraphQLRequest(CHANGES, {"after": "a"}), GraphQLRequest(CHANGES, {"after": "b"}), True),
    (GraphQLRequest(CHANGES, {"after": "a"}), GraphQLRequest(CHANGES, None), True),
    (GraphQLRequest(CHANGES, {"topics": ["TASK"]}), GraphQLRequest(CHANGES, {"topics": ["PLAN"]}), False),
    (GraphQLRequest(CHANGES, {"topics": ["TASK"]}), GraphQLRequest(CHANGES, {}), False),
    (GraphQLRequest(CHANGES, None, "Changes"), GraphQLRequest(CHANGES, None), False),
    (GraphQLRequest(CHANGES), GraphQLRequest(CHANGES + " "), False),
    (GraphQLRequest(OTHER_USE, {"after": "a"}), GraphQLRequest(OTHER_USE, {"after": "b"}), False),
    (GraphQLRequest("{", {"after": "a"}), GraphQLRequest("{", {"after": "b"}), False),
]


@pytest.mark.parametrize(("one", "other", "same"), SAME)
def test_what_counts_as_the_same_question(one: GraphQLRequest, other: GraphQLRequest, same: bool) -> None:
    assert (_question(one) == _question(other)) is same
