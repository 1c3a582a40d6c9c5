"""A served process that is killed at any moment: what it answered stands once, and nothing by halves.

Each client repeats, with the same key, every request whose answer it did not get. That kits are written whole when
their command is killed is told by `test_outage_kits`.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest

from lifecare_gql.actions.callers import caller_of
from lifecare_gql.domain.words import AccessAct, CareRelationKind
from lifecare_gql.regions import Regions
from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.url import Dialect
from tests import world
from tests.api import crowd
from tests.api import stage as staged
from tests.api.process import done
from tests.api.recorded import episode_holds, relations_hold
from tests.api.served import Stubborn, serving
from tests.api.stage import Stage
from tests.api.test_phone_logs import file, hsa_id, imported, row
from tests.api.test_recoveries import CENTRE, TOWN, WARD, noticed, worklist
from tests.databases import Databases, owner
from tests.told import told_as_written

pytestmark = pytest.mark.long

SEED = os.environ.get("LIFECARE_TEST_SEED", "1")
KILLS = 10
SHARED, LANES, CALLS = 6, 3, 24
"""Patients whom every file is about; how many backfill at once; calls in a file."""
ANSWERS, LATER = (2, 20), 0.1
"""A server is killed after so many answers, and up to so many seconds later."""
HOUR = dt.timedelta(hours=1)


@dataclass(kw_only=True)
class Lasting:
    """An outage that is over, what is entered as of it, and the files with calls that were sent in."""

    api: Stubborn
    outage: str
    began: dt.datetime
    shared: list[str]
    fresh: Iterator[str]
    over: bool = False
    imports: dict[str, int] = field(default_factory=dict)
    files: Iterator[int] = field(default_factory=lambda: iter(range(10**6)))

    @classmethod
    async def begun(cls, api: Stubborn) -> Lasting:
        """With some patients who were admitted before it, whom everybody calls about."""
        fresh, now = iter(crowd.numbers()), dt.datetime.now(dt.UTC)
        shared = [next(fresh) for _ in range(SHARED)]
        for number in shared:
            entered = await done(api, "admitPatient", WARD, patient={"identifier": number})
            episode = entered["episode"]["id"]
            await done(api, "assessNeed", WARD, episodeId=episode, needed=True)
            await noticed(api, episode, expectedDischarge=f"{now + 96 * HOUR:%Y-%m-%d}")
        started = await done(api, "startOutage", TOWN, occurredAt=(now - 3 * HOUR).isoformat())
        outage = started["outage"]["id"]
        await done(api, "endOutage", TOWN, outageId=outage, occurredAt=(now - HOUR).isoformat())
        return cls(api=api, outage=outage, began=now - 3 * HOUR, shared=shared, fresh=fresh)

    async def backfills(self) -> None:
        """Enter one stay after the other, each with all that happened in it."""
        while not self.over:
            await self._stay(next(self.fresh))

    async def _stay(self, number: str) -> None:
        api = self.api
        as_of = {"outageId": self.outage, "occurredAt": (self.began + HOUR).isoformat()}
        entered = await done(api, "admitPatient", WARD, patient={"identifier": number}, **as_of)
        of_it = {"episodeId": entered["episode"]["id"]}
        await done(api, "assessNeed", WARD, **of_it, needed=True)
        notice = await noticed(
            api, of_it["episodeId"], expectedDischarge=f"{self.began + 96 * HOUR:%Y-%m-%d}", **as_of
        )
        for unit in (TOWN, CENTRE):
            await done(api, "acknowledgeNotice", unit, noticeId=notice)
        await done(api, "sendDischargeNotice", WARD, **of_it, **as_of, text="Påhittat.")
        await done(api, "informPatient", TOWN, **of_it, **as_of, text="Påhittat.")
        await done(api, "dischargePatient", WARD, **of_it, **as_of)

    async def imports_files(self, unit: str) -> None:
        """Send in one file after the other, each about all the shared patients."""
        while not self.over:
            key, name = str(uuid.uuid4()), f"fil {next(self.files)}"
            result = await imported(self.api, self._file(unit, name), key, unit)
            assert result["__typename"] == "PhoneLogImported", result
            assert result["imported"]["calls"] == CALLS
            self.imports[result["imported"]["id"]] = CALLS

    def _file(self, unit: str, name: str) -> str:
        called = hsa_id(WARD if unit == TOWN else TOWN)
        return file(
            *(
                row(
                    **{
                        "Personnummer": self.shared[at % SHARED],
                        "Mottagande enhet": called,
                        "Datum och tid": f"{self.began + dt.timedelta(minutes=at):%Y-%m-%d %H:%M}Z",
                        "Namn på den du talade med": f"Test Testsson, {name}",
                        "Faktisk utskrivning": "",
                    }
                )
                for at in range(CALLS)
            )
        )

    async def interrupted(self, roll: Random) -> None:
        """Kill the server at any moment, again and again."""
        server, heard = self.api.server, self.api.heard
        for _ in range(KILLS):
            for _ in range(heard.qsize() + roll.randint(*ANSWERS)):
                await heard.get()
            await asyncio.sleep(roll.uniform(0, LATER))
            await server.kill()
            await server.start(self.api.http)
        self.over = True


@pytest.fixture
async def killed(dialect: Dialect, databases: Databases, tmp_path: Path) -> AsyncIterator[Lasting]:
    """What came of it, when the server was killed all the time, and is down for good."""
    async with databases.copy(dialect, crowd.prepare) as url:
        async with serving(url, tmp_path) as (_, api):
            lasting = await Lasting.begun(api)
            async with asyncio.TaskGroup() as group:
                group.create_task(lasting.interrupted(Random(f"{SEED} {dialect}")))
                for unit in (WARD, TOWN):
                    group.create_task(lasting.imports_files(unit))
                for _ in range(LANES):
                    group.create_task(lasting.backfills())
            assert await worklist(api, lasting.outage, WARD) is not None
        yield lasting


async def test_a_server_that_is_killed_loses_nothing_and_doubles_nothing(
    killed: Lasting, regions: Regions, tmp_path: Path
) -> None:
    api = killed.api
    assert api.unanswered["connection"] >= KILLS, "the control: it was killed while it worked"
    assert killed.imports
    replayed = [one for one in api.answers.values() if one["replayed"]]
    assert replayed, "the control: something was done and not told"
    log = (tmp_path / "log").read_text()
    assert "Traceback" not in log
    assert " ERROR " not in log
    async with Database.from_url(owner(api.url)) as db:  # all is looked at, whosever it is
        await told_as_written(db.select)
        await _written_as_answered(api)
        await _calls_are_whole(killed)
        caller = await caller_of(db, *world.staff_of(WARD), dt.datetime.now(dt.UTC))
        stage = Stage(db=db, regions=regions, callers={staged.WARD: caller})
        for one in await rows.Episode.all():
            await episode_holds(stage, one.id)
            await relations_hold(one.patient_id, CareRelationKind.EPISODE, rows.EpisodeParty)  # type: ignore[attr-defined]


async def _written_as_answered(api: Stubborn) -> None:
    """Each key is bound to what was answered; there is no event, import or log entry besides."""
    of_outage: dict[int, UUID] = dict(await rows.OutageEvent.all().values_list("version", "id"))  # type: ignore[arg-type]
    told = {key: _result_id(answer, of_outage) for key, answer in api.answers.items()}
    keys: list[Any] = await rows.IdempotencyKey.all()
    assert {one.key: one.result_id for one in keys} == told
    assert len(set(told.values())) == len(keys)
    events: list[Any] = await rows.EpisodeEvent.all()
    stored = {one.id for one in events if "import" not in one.content}
    stored |= set(of_outage.values())
    stored |= set(await rows.PhoneLogImport.all().values_list("id", flat=True))  # type: ignore[arg-type]
    assert stored == set(told.values())
    entries: list[Any] = await rows.AccessLogEntry.filter(act__in=[AccessAct.CREATE, AccessAct.UPDATE])
    assert len({one.request_id for one in entries}) == len(told) - len(of_outage), (
        "who wrote is logged with what is written"
    )


def _result_id(answer: Any, of_outage: dict[int, UUID]) -> UUID:
    """The id of the event, or the import; `of_outage` are the ids of the outage's events by version."""
    if "outage" in answer:
        return of_outage[answer["outage"]["version"]]
    return row_id(answer["imported" if "imported" in answer else "event"]["id"])


async def _calls_are_whole(killed: Lasting) -> None:
    """Each file that was answered has all its calls, no other has any."""
    calls: list[Any] = await rows.EpisodeEvent.filter(kind="PHONE_CALL_LOGGED")
    by_import = Counter(one.content["import"] for one in calls)
    assert by_import == {str(row_id(one)): number for one, number in killed.imports.items()}
    stored: list[Any] = await rows.PhoneLogImport.all()
    assert {str(one.id): one.calls for one in stored} == dict(by_import)
    said = Counter((one.episode_id, one.unit_id, one.content["spoke_with"], one.occurred_at) for one in calls)
    assert set(said.values()) == {1}


def row_id(public_id: str) -> UUID:
    return UUID(public_id.partition("_")[2])
