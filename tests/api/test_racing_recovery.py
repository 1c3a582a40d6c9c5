"""An outage ends, is corrected and closed while others enter what happened in it: the record stays whole.

Each is asked for many times over on both databases, without HTTP. What the server's end does to it is told by
`test_killed`.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID, uuid4

import pytest

from lifecare_gql.actions import episode_acts, outages
from lifecare_gql.actions.access import work
from lifecare_gql.actions.callers import caller_of
from lifecare_gql.actions.episode_acts import EpisodeOrder
from lifecare_gql.actions.outage_facts import OUTAGE, outage_facts
from lifecare_gql.actions.outages import OutageOrder
from lifecare_gql.actions.phone_logs import PhoneLogOrder, import_phone_log
from lifecare_gql.actions.recoveries import region_matters
from lifecare_gql.actions.results import Done, Outcome, Refused
from lifecare_gql.actions.session import Session
from lifecare_gql.domain.objections import ObjectionCode
from lifecare_gql.domain.outage_facts import Interval, OutageFacts
from lifecare_gql.domain.outage_words import OutageEventKind
from lifecare_gql.domain.recovery_report import recovery_report
from lifecare_gql.regions import Regions
from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.reading.rows import one
from lifecare_gql.storage.url import Dialect
from tests import world
from tests.api import stage as staged
from tests.api.recorded import episode_holds
from tests.api.stage import START, E, Stage, addressed, done, saying
from tests.api.test_phone_logs import file, hsa_id, row
from tests.databases import Databases

SEED = os.environ.get("LIFECARE_TEST_SEED", "1")
ROUNDS = {Dialect.SQLITE: 6, Dialect.POSTGRES: 16}
HOUR = dt.timedelta(hours=1)
WARD, TOWN, CENTRE = "medicin", "sundsvall", "granen"
PATIENTS = ("alva", "bo", "cecilia")
O = OutageEventKind  # noqa: E741


@dataclass(kw_only=True)
class Region:
    """A region whose units act; `now` goes on with every request."""

    db: Database
    regions: Regions
    callers: dict[str, Any]
    roll: Random
    now: dt.datetime = START
    episodes: list[UUID] = field(default_factory=list)

    def session(self, unit: str) -> Session:
        self.now += dt.timedelta(minutes=1)
        secret = world.SECRET.encode()
        return Session(db=self.db, regions=self.regions, caller=self.callers[unit], now=self.now, secret=secret)

    def stage(self) -> Stage:
        return Stage(db=self.db, regions=self.regions, callers={staged.WARD: self.callers[WARD]})

    async def says(self, kind: OutageEventKind, outage: UUID | None = None, **said: Any) -> Outcome:
        """Something of the outage."""
        order = OutageOrder(kind=kind, outage_id=outage, saying=addressed(**said))
        return await outages.act(self.session(TOWN), order, str(uuid4()))

    async def outage(self, lasts: bool = False) -> UUID:
        """The id of an outage of an hour that is over, or that lasts."""
        self.now += 5 * HOUR
        event: Any = await rows.OutageEvent.get(id=done(await self.says(O.STARTED, occurred_at=self.now)).row_id)
        self.now += HOUR
        if not lasts:
            done(await self.says(O.ENDED, event.outage_id, occurred_at=self.now))
        self.now += HOUR
        found: UUID = event.outage_id
        return found

    async def admits(self) -> None:
        """An episode of each patient, noticed and not acknowledged, before any outage."""
        stage = self.stage()
        for patient in PATIENTS:
            stage.now = self.now = self.now + HOUR
            event: Any = await rows.EpisodeEvent.get(
                id=done(await stage.opens(staged.WARD, E.ADMITTED, patient)).row_id
            )
            self.episodes.append(event.episode_id)
            for kind, to in ((E.NEED_ASSESSED, ()), (E.ADMISSION_NOTICE_SENT, (TOWN, CENTRE))):
                done(await stage.does(staged.WARD, kind, event.episode_id, to=to))
            self.now = stage.now

    async def enters(self, unit: str, kind: E, episode: UUID, outage: UUID, at: dt.datetime) -> Outcome:
        """As of the outage, a moment later or earlier."""
        session = self.session(unit)
        meant = saying(kind, session.now, (), outage=str(outage), occurred_at=at)
        order = EpisodeOrder(kind=kind, episode_id=episode, saying=meant)
        await self.pause()
        return await episode_acts.act(session, order, str(uuid4()))

    async def imports(self, unit: str, text: str) -> Any:
        session = self.session(unit)
        await self.pause()
        return await import_phone_log(session, PhoneLogOrder(file=text), str(uuid4()))

    async def pause(self) -> None:
        await asyncio.sleep(self.roll.uniform(0, 0.03))

    async def later(self, what: Awaitable[Outcome]) -> Outcome:
        await self.pause()
        return await what

    async def stands(self, outage: UUID) -> OutageFacts:
        async with work(self.session(TOWN)) as desk:
            found = await desk.row(one(rows.Outage, outage), OUTAGE)
        assert found is not None
        return outage_facts(found, self.now)

    async def counted(self, outage: UUID) -> Any:
        """What the report would count, of what stands in the record now."""
        stands = await self.stands(outage)
        async with work(self.session(TOWN)) as desk:
            found = await region_matters(desk, outage, stands)
        records = [record for those in found.values() for matter in those for record in matter.records]
        return recovery_report(stands, records, hours=None).counts

    async def holds(self) -> None:
        for episode in self.episodes:
            await episode_holds(self.stage(), episode)


@pytest.fixture
async def region(dialect: Dialect, databases: Databases, regions: Regions) -> AsyncIterator[Region]:
    async with databases.copy(dialect, world.prepare) as url, Database.from_url(url) as db:
        callers = {name: await caller_of(db, *world.staff_of(name), START) for name in (WARD, TOWN, CENTRE)}
        found = Region(db=db, regions=regions, callers=callers, roll=Random(f"{SEED} {dialect}"))
        await found.admits()
        yield found


def codes(outcome: Outcome) -> set[str]:
    assert isinstance(outcome, Refused), outcome
    return {found.code.value for found in outcome.objections}


AS_OF = ((WARD, E.DISCHARGE_NOTICE_SENT), (WARD, E.PATIENT_INFORMED), (TOWN, E.PATIENT_INFORMED))


def backfills(region: Region, outage: UUID, at: dt.datetime) -> Iterable[Awaitable[Outcome]]:
    return [region.enters(unit, kind, one_, outage, at) for one_ in region.episodes for unit, kind in AS_OF]


async def entered(outage: UUID) -> list[Any]:
    found: list[Any] = await rows.EpisodeEvent.filter(outage_id=outage).order_by("id")
    return found


async def test_what_is_entered_stands_before_the_close_and_is_counted_or_is_refused(region: Region) -> None:
    ways: Counter[str] = Counter()
    for _ in range(ROUNDS[region.db.dialect]):
        outage = await region.outage()
        at = region.now - HOUR - HOUR / 2
        call = file(row(**{"Datum och tid": f"{at:%Y-%m-%d %H:%M}Z", "Faktisk utskrivning": ""}))
        done(await region.imports(WARD, call))
        closing = region.later(region.says(O.CLOSED, outage, reason="Påhittad orsak."))

        closed, *answers = await asyncio.gather(closing, *backfills(region, outage, at))

        done(closed)
        facts = await region.stands(outage)
        stored = {event.id for event in await entered(outage)}
        assert stored == {answer.row_id for answer in answers if isinstance(answer, Done)}
        for answer in answers:
            ways[type(answer).__name__] += 1
            assert isinstance(answer, Done) or codes(answer) == {ObjectionCode.WRONG_STATE}
        assert facts.report is not None
        assert facts.report.counts == await region.counted(outage)
        assert any(count.left + count.done for count in facts.report.counts)
        [late] = await asyncio.gather(region.enters(*AS_OF[1], region.episodes[0], outage, at))
        assert codes(late) == {ObjectionCode.WRONG_STATE}
    assert min(ways["Done"], ways["Refused"]) >= 3, ways
    await region.holds()


async def test_what_is_entered_as_it_ends_or_is_corrected_lies_in_it_as_it_then_was(region: Region) -> None:
    ways: Counter[str] = Counter()
    for number in range(ROUNDS[region.db.dialect]):
        outage = await region.outage(lasts=True)
        began = region.now - 2 * HOUR
        at = began + HOUR / 2
        if number % 2:
            said = region.later(region.says(O.ENDED, outage, occurred_at=began + HOUR))
            hindered = {ObjectionCode.OUTAGE_ACTIVE, ObjectionCode.PROCESS_ORDER}
        else:
            done(await region.says(O.ENDED, outage, occurred_at=began + HOUR))
            moved = {"occurred_at": began + HOUR / 4, "reason": "Påhittad orsak."}
            said = region.later(region.says(O.END_CORRECTED, outage, **moved))
            hindered = {ObjectionCode.OUTSIDE_OUTAGE}

        told, *answers = await asyncio.gather(said, *backfills(region, outage, at))

        event: Any = await rows.OutageEvent.get(id=done(told).row_id)
        stored = {event.id for event in await entered(outage)}
        assert stored == {answer.row_id for answer in answers if isinstance(answer, Done)}
        for answer in answers:
            ways[f"{event.kind} {type(answer).__name__}"] += 1
            assert isinstance(answer, Done) or codes(answer) <= hindered
        assert isinstance((await region.stands(outage)).interval, Interval)
        done(await region.says(O.CLOSED, outage, reason="Påhittad orsak."))
    assert len(ways) == 4, ways
    await region.holds()


def log_of(name: str, unit: str, first: int, at: dt.datetime, rows_: int = 10) -> str:
    """A file of a unit's calls, about one patient after the other; files that begin less than ten apart overlap.

    The rows of the ward are in order, those of others in reverse: they meet each other's episodes.
    """
    minutes = range(first, first + rows_)
    called = hsa_id(WARD if unit == TOWN else TOWN)
    return file(
        *(
            row(
                **{
                    "Personnummer": world.number(PATIENTS[minute % len(PATIENTS)]),
                    "Mottagande enhet": called,
                    "Datum och tid": f"{at + dt.timedelta(minutes=minute):%Y-%m-%d %H:%M}Z",
                    "Namn på den du talade med": f"Test Testsson {name}",
                    "Faktisk utskrivning": "",
                }
            )
            for minute in (minutes if unit == WARD else reversed(minutes))
        )
    )


async def test_files_that_overlap_are_taken_in_at_once_and_no_call_twice(region: Region) -> None:
    ways: Counter[str] = Counter()
    for number in range(ROUNDS[region.db.dialect]):
        at, name = region.now - 3 * HOUR, str(number)
        logs = [(unit, log_of(name, unit, first, at)) for unit in (WARD, TOWN) for first in (0, 5, 20)]
        answers = await asyncio.gather(*(region.imports(*log) for log in logs))
        for unit, three in ((WARD, answers[:3]), (TOWN, answers[3:])):
            assert isinstance(three[2], Done), (unit, three[2])
            won, lost = sorted(three[:2], key=lambda one_: not isinstance(one_, Done))
            assert isinstance(won, Done)
            assert codes(lost) == {ObjectionCode.ALREADY_NOTED}
            ways["first" if won is three[0] else "second"] += 1
    assert len(ways) == 2, ways
    calls: list[Any] = await rows.EpisodeEvent.filter(kind=E.PHONE_CALL_LOGGED)
    said = Counter((call.episode_id, call.unit_id, call.occurred_at, call.content["spoke_with"]) for call in calls)
    assert set(said.values()) == {1}
    assert len(calls) == ROUNDS[region.db.dialect] * 2 * 20
    await region.holds()


async def test_who_leaves_while_its_file_is_taken_in_is_told_of_it(region: Region) -> None:
    """A colleague says that the notice came to the wrong unit: its part in the episode ends."""
    ways: Counter[str] = Counter()
    for number, episode in enumerate(region.episodes):
        stands = await region.stage().standing(episode)
        assert stands is not None
        session = region.session(TOWN)
        notice = UUID(stands.facts.notices[0].id)
        meant = saying(E.MISDIRECTED, session.now, (), about=str(notice))
        order = EpisodeOrder(kind=E.MISDIRECTED, notice_id=notice, saying=meant)
        logs = [log_of(f"{number} {at}", TOWN, number, region.now - 3 * HOUR, rows_=1) for at in range(8)]
        left, *answers = await asyncio.gather(
            region.later(episode_acts.act(session, order, str(uuid4()))),
            *(region.imports(TOWN, log) for log in logs),
        )
        done(left)
        for answer in answers:
            ways[type(answer).__name__] += 1
            assert isinstance(answer, Done) or codes(answer) == {ObjectionCode.NOT_PARTY}
    assert len(ways) == 2, ways
    await region.holds()
