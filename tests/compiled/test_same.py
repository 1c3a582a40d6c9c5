"""The compiled executor against graphql-core: the same bytes, and the same rows in the access log.

LIFECARE_TEST_FUZZ says how many random operations are compared on each database; LIFECARE_TEST_SEED which ones.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from random import Random
from typing import Any

import pytest

from lifecare_gql.compiled.executor import Compiled, Outcome
from lifecare_gql.compiled.plans import REFUSED
from lifecare_gql.regions import Regions
from lifecare_gql.schema import build_schema
from lifecare_gql.schema.building import Extended
from lifecare_gql.schema.context import Context
from lifecare_gql.schema.ids import public_id
from lifecare_gql.schema.queries import NODES
from lifecare_gql.schema.rates import Rates
from lifecare_gql.settings import BUDGETS, CALLER
from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.reading.sql import decode_id
from lifecare_gql.storage.url import Dialect
from tests.compiled.operations import Grower, Grown, Ids
from tests.databases import Databases, application
from tests.demo.loaded import NOW, Demo, prepare

log = logging.getLogger(__name__)

AGAIN = 5
COUNT = int(os.environ.get("LIFECARE_TEST_FUZZ", "300"))
SEED = int(os.environ.get("LIFECARE_TEST_SEED", "1"))
VIEWERS = (
    "SE0000000000-13Aanna",
    "SE0000000000-13Adisa",
    "SE0000000000-13Atore",  # a ward
    "SE0000000000-18Agun",  # the ward whose patients have blocked what it documents
    "SE0000000000-18Aomar",  # from whom it is blocked
    "SE0000000000-18Abodil",  # likewise
    "SE0000000000-13Alova",  # an auditor
    "SE0000000000-13Arut",  # takes part in nobody's care
    None,
)
_LOGGED = "act, operation, staff_hsa_id, assignment_hsa_id, unit_id, patient_id, subject, subject_id"
_BUDGET = BUDGETS[CALLER].model_copy(update={"points": 10**9})


async def blocked(url: str) -> None:
    """The demo, with what was documented in the episodes of a ward blocked."""
    await prepare(url)
    async with Database.from_url(url):
        [one] = await rows.Assignment.filter(hsa_id=VIEWERS[3])
        episodes = await rows.Episode.filter(ward_id=one.unit_id)  # type: ignore[attr-defined]
        assert len(episodes) > 1
        for episode in episodes[1:]:
            said: dict[str, Any] = {"patient_id": episode.patient_id, "unit_id": episode.ward_id}  # type: ignore[attr-defined]
            await rows.Block.create(**said, version=1, since=NOW)


@pytest.fixture(scope="module")
def both(regions: Regions) -> tuple[Extended, Extended]:
    """A schema that is interpreted, and one that is compiled."""
    return build_schema(regions), build_schema(regions)


@dataclass(frozen=True)
class Twins:
    """The same database, asked through both executors."""

    stock: Demo
    quick: Demo
    outcomes: Counter[tuple[str, str]]

    async def same(self, viewer: str | None, one: Grown) -> str | None:
        """Ask both; how they differ, or None."""
        told = [await self._asked(demo, viewer, one) for demo in (self.stock, self.quick)]
        for what, stock, quick in zip(("answer", "log"), *told, strict=True):
            if stock != quick and not (what == "answer" and await self._may_be(quick, viewer, one)):
                return f"{viewer}: {what}\n{one.text}\n{json.dumps(one.variables)}\n  {stock}\n  {quick}"
        return None

    async def _may_be(self, answer: str, viewer: str | None, one: Grown) -> bool:
        """Whether the other executor says so too when it is asked again.

        When several root fields fail, which of their errors are told depends on which of them ended first.
        """
        if '"data": null' not in answer:
            return False
        again = [await self._asked(self.stock, viewer, one) for _ in range(AGAIN)]
        return answer in [text for text, _ in again]

    async def _asked(self, demo: Demo, viewer: str | None, one: Grown) -> tuple[str, Any]:
        [(before,)] = await demo.db.select("select coalesce(max(id), 0) from access_log")
        meter = Rates(10**6).meter("somebody", _BUDGET)
        context = Context(session=await demo.session(viewer), meter=meter)
        result = await demo.schema.execute(one.text, one.variables, context_value=context)
        await _settled()
        errors = sorted(json.dumps(error.formatted, ensure_ascii=False) for error in result.errors or ())
        answer = {"data": result.data, "errors": errors, "extensions": result.extensions}
        text = json.dumps(answer, ensure_ascii=False)
        logged = await demo.db.select(f"select {_LOGGED} from access_log where id > {before}")
        noted = Counter(_noted(*map(str, row)) for row in logged)
        if not result.errors:
            return _masked(text), noted
        # When a field fails, graphql-core gives up others at a moment that is not certain: what they read is in
        # the log or not. But nothing stands in it twice.
        return _masked(text), [row for row, count in noted.items() if row[0] == "READ" and count > 1]


def _noted(act: str, *said: str) -> tuple[str, ...]:
    """A row of the log. One tells of all denied attempts at a patient's data: which of them is named is chance,
    for graphql-core reads the root fields side by side."""
    *who, patient, subject, subject_id = said
    named = act != "DENIED" or patient == "None"
    return (act, *who, patient, *((subject, subject_id) if named else ()))


async def _settled() -> None:
    """Wait for what graphql-core has left running."""
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.wait(others)


def _masked(text: str) -> str:
    """Without what is different each time, and without what was shown beside a field that failed."""
    text = re.sub(r'reference\W*[0-9a-f]{32}|"\w*resetAt": "[^"]*"', "", text)
    return text if '"errors": []' in text else re.sub(r'"actual": \d+', "", text)


@pytest.fixture
async def twins(
    dialect: Dialect, databases: Databases, regions: Regions, both: tuple[Extended, Extended]
) -> AsyncIterator[Twins]:
    stock, quick = both
    async with (
        databases.copy(dialect, blocked) as url,
        Database.from_url(application(url), walled=dialect is Dialect.POSTGRES) as db,
    ):
        outcomes: Counter[tuple[str, str]] = Counter()
        quick.quick = Compiled(quick, dialect, lambda *one: outcomes.update([one]))
        yield Twins(Demo(db, regions, stock), Demo(db, regions, quick), outcomes)


async def _ids(db: Database) -> Ids:
    """As the owner knows them: who may see what they name is for the operations to find out."""
    found = {}
    for tag, window in NODES.items():
        model = window.__model__
        known = await db.select(f'select id from "{model._meta.db_table}" order by id limit 12')
        found[tag] = [public_id(model, decode_id(row[0])) for row in known]
    return found


@pytest.fixture
async def ids(dialect: Dialect, databases: Databases) -> Ids:
    async with databases.copy(dialect, blocked) as url, Database.from_url(url) as db:
        return await _ids(db)


# What graphql-core has begun beside a field that failed, it sometimes leaves without awaiting it.
@pytest.mark.filterwarnings("ignore:Exception ignored in.*_async_resolver:pytest.PytestUnraisableExceptionWarning")
async def test_random_operations_are_answered_and_logged_the_same(
    ids: Ids, twins: Twins, dialect: Dialect, record_property: Callable[[str, object], None]
) -> None:
    chance = Random(f"{SEED} {dialect}")
    grower = Grower(twins.stock.schema._schema, ids, chance)
    different = []
    for _ in range(COUNT // 2):
        one = grower.operation()
        for viewer in chance.sample(VIEWERS, 2):
            found = await twins.same(viewer, one)
            different += [found] if found else []
    outcomes = twins.outcomes
    answered = outcomes[Outcome.ANSWERED, ""]
    declined = sum(count for (what, why), count in outcomes.items() if what == Outcome.DECLINED and why != REFUSED)
    told = ", ".join(f"{count} {what} {why}".strip() for (what, why), count in sorted(outcomes.items()))
    record_property("executors", told)
    log.info(told)
    assert not different, f"{len(different)} of {COUNT} differ:\n" + "\n\n".join(different[:3])
    assert answered > COUNT / 2
    assert declined < 0.05 * (answered + declined)
