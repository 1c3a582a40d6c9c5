"""What is left after an outage costs as many statements for many patients as for one; of a region, by units."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from lifecare_gql.storage.url import Dialect
from tests.api import crowd
from tests.api.process import done
from tests.api.test_recoveries import IN_IT, TOWN, WARD, noticed, over
from tests.conftest import Api, Statements
from tests.databases import Databases

MINE = """query M($id: ID!) { outage(id: $id) { recoveryWorklist {
  kind patient { id givenName } episode { id state } notice { id notice } message { id } } } }"""
ALL = "query A($id: ID!) { outage(id: $id) { recoveryLeft { unit { name } left } } }"


@pytest.fixture
async def world_url(dialect: Dialect, databases: Databases) -> AsyncIterator[str]:
    """The world, and many patients."""
    async with databases.copy(dialect, crowd.prepare) as url:
        yield url


async def asked(api: Api, statements: Statements, query: str, outage: str, unit: str) -> tuple[Any, int]:
    """The answer, and how many statements it took."""
    statements.clear()
    [answer] = (await api(query, unit, id=outage))["outage"].values()
    return answer, len(statements)


async def admitted_in(api: Api, outage: str, number: str) -> str:
    entered = await done(
        api, "admitPatient", WARD, patient={"identifier": number}, outageId=outage, occurredAt=IN_IT
    )
    episode: str = entered["episode"]["id"]
    return episode


async def test_it_costs_the_same_for_1_and_30_patients(api: Api, statements: Statements) -> None:
    outage = await over(api)
    counts: dict[int, set[int]] = {}
    for at, number in enumerate(crowd.numbers()[:30], start=1):
        episode = await admitted_in(api, outage, number)
        await done(api, "assessNeed", WARD, episodeId=episode, needed=True)
        await noticed(api, episode, outageId=outage, occurredAt=IN_IT)
        if at in (1, 30):
            own = [await asked(api, statements, MINE, outage, unit) for unit in (WARD, TOWN)]
            assert [len(answer) for answer, _ in own] == [at, 2 * at]
            left, whole = await asked(api, statements, ALL, outage, WARD)
            assert sorted(one["left"] for one in left) == [at, 2 * at, 3 * at]
            counts[at] = {whole, *(number_ for _, number_ in own)}

    assert counts[1] == counts[30]


async def test_a_unit_that_has_nothing_costs_nothing(api: Api, statements: Statements) -> None:
    outage = await over(api)
    left, none = await asked(api, statements, ALL, outage, WARD)
    assert left == []

    episode = await admitted_in(api, outage, crowd.numbers()[0])
    left, one = await asked(api, statements, ALL, outage, WARD)
    assert [found["left"] for found in left] == [2]
    await done(api, "assessNeed", WARD, episodeId=episode, needed=True)
    await noticed(api, episode)
    left, three = await asked(api, statements, ALL, outage, WARD)
    assert len(left) == 3
    assert three - one == 2 * (one - none), "the same for each unit that has something"
