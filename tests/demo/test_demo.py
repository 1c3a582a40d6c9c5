"""The regions' demos: they load, twice the same, and hold nothing that is anybody's."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from lifecare_gql.demo import actors, is_empty, load_demo
from lifecare_gql.domain.demo import Demo as DemoData
from lifecare_gql.domain.demo_process import DemoEpisodeAct
from lifecare_gql.domain.identity import is_hsa_id, parse_identity
from lifecare_gql.domain.words import MessageState, Protection, UnitKind
from lifecare_gql.errors import RegionFault
from lifecare_gql.region_files import speaking
from lifecare_gql.regions import Plugin, Regions, load_regions
from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.migrate import migrate
from lifecare_gql.storage.url import Dialect
from tests.databases import Databases
from tests.demo.loaded import NOW, SECRET, STATES, Demo, states
from tests.regions.plugins import changed, faults_of, installed

TABLES = [model._meta.db_table for name in rows.__all__ if name != "Record" for model in [getattr(rows, name)]]

MADE = ("message", "care_case", "episode", "plan_process", "consent_entry")

# https://www.pts.se, "Telefonnummer för användning i böcker och filmer etc."
FICTION = r"\+46(701740(60[5-9]|6[1-9][0-9])|313900(6[0-9]{2})|406280(4[0-9]{2})|8465004[0-9]{2}|9803192[0-9]{2})"


@pytest.fixture(scope="session", params=["halland", "orebro", "stockholm", "vasternorrland"])
def data(request: pytest.FixtureRequest, regions: Regions) -> DemoData:
    found = regions[request.param].demo
    assert found is not None
    return found


def with_demo(tmp_path: Path, change: Callable[[str], str]) -> Plugin:
    """Halland's plugin, with its demo changed."""
    changed("halland", tmp_path, demo=change)
    module = speaking(sys.modules[f"changed_halland_{tmp_path.name}.plugin"])
    return Plugin(name="halland", version="0", module=module)


async def everything(db: Database) -> dict[str, Counter[str]]:
    return {table: Counter(map(repr, await db.select(f"select * from {table}"))) for table in TABLES}


def sizes(found: dict[str, Counter[str]]) -> dict[str, int]:
    return {table: records.total() for table, records in found.items()}


async def count(db: Database, sql: str) -> int:
    [(number,)] = await db.select(sql)
    return int(number)


async def test_loading_again_changes_nothing_and_says_so(demo: Demo) -> None:
    before = await everything(demo.db)
    later = await load_demo(demo.db, demo.regions, SECRET, NOW + dt.timedelta(days=3))
    assert await everything(demo.db) == before
    assert (dict(later.added), str(later)) == ({}, "The demo was loaded before: nothing is changed.")


async def test_a_load_that_was_cut_short_is_completed(demo: Demo, dialect: Dialect, databases: Databases) -> None:
    class CutShort(Exception):
        pass

    def stop(step: str) -> None:
        if "actions" in step:
            raise CutShort

    whole = sizes(await everything(demo.db))
    await demo.db.close()
    async with databases.copy(dialect, migrate) as url, Database.from_url(url) as db:
        assert await is_empty(db)
        with pytest.raises(CutShort):
            await load_demo(db, demo.regions, SECRET, NOW, stop)
        assert not await is_empty(db)
        assert await count(db, "select count(*) from message") == 0
        await load_demo(db, demo.regions, SECRET, NOW + dt.timedelta(hours=1))
        assert sizes(await everything(db)) == whole


@pytest.mark.parametrize(
    "moment", ["2027-01-01T00:05:00+01:00", "2026-03-29T03:30:00+02:00", "2028-02-29T23:55:00+01:00"]
)
async def test_it_can_be_loaded_on_any_day(moment: str, databases: Databases, regions: Regions) -> None:
    now = dt.datetime.fromisoformat(moment)
    async with databases.copy(Dialect.SQLITE, migrate) as url, Database.from_url(url) as db:
        assert (await load_demo(db, regions, SECRET, now)).added["message"] > 30
        assert await states() == STATES
        due = await rows.Message.filter(state=MessageState.ACKNOWLEDGED, reply_due_at__lt=now).count()
        assert due == 1


async def test_a_region_alone_leaves_out_what_reaches_the_others(databases: Databases, regions: Regions) -> None:
    alone = load_regions(["halland"])
    async with databases.copy(Dialect.SQLITE, migrate) as url, Database.from_url(url) as db:
        first = await load_demo(db, alone, SECRET, NOW)
        assert await count(db, "select count(*) from unit where region_code <> 'halland'") == 0
        rest = await load_demo(db, regions, SECRET, NOW + dt.timedelta(days=1))
        assert first.added["message"] == 9 - 1
        assert await count(db, "select count(distinct since) from assignment") == 1
        assert (first.added["episode"], first.added["plan_process"]) == (2, 1)
        assert rest.added["unit"] == 30


async def test_what_the_process_refuses_stops_the_load(databases: Databases, tmp_path: Path) -> None:
    def unread(text: str) -> str:
        return text.replace(
            'anna = "P1DT23H", bo = "P1DT22H", disa = "P1DT21H" } },\n    { do = "PATIENT',
            'bo = "P1DT22H", disa = "P1DT21H" } },\n    { do = "PATIENT',
            1,
        )

    faulty = load_regions(plugins=[with_demo(tmp_path, unread)])
    async with databases.copy(Dialect.SQLITE, migrate) as url, Database.from_url(url) as db:
        with pytest.raises(
            RegionFault, match=r"halland/gunnar-vard/13 is not possible: RECEIPT_NOT_CONFIRMED: .*Norr"
        ):
            await load_demo(db, faulty, SECRET, NOW)


async def test_what_a_routine_refuses_stops_the_load(databases: Databases, tmp_path: Path) -> None:
    def without_case(text: str) -> str:
        return text.replace('patient = "elsa"\ncase = "elsa-mat"\n', 'patient = "elsa"\n', 1)

    faulty = load_regions(plugins=[with_demo(tmp_path, without_case)])
    async with databases.copy(Dialect.SQLITE, migrate) as url, Database.from_url(url) as db:
        with pytest.raises(RegionFault, match=r"halland/sen is not possible: HAL-H7: Meddelandet är inte kopplat"):
            await load_demo(db, faulty, SECRET, NOW)


@pytest.mark.parametrize("region", ["halland", "orebro", "stockholm", "vasternorrland"])
async def test_every_state_is_there(demo: Demo, region: str) -> None:
    sql = "select distinct m.state from message m join unit u on u.id = m.sender_unit_id where u.region_code = "
    assert {state for (state,) in await demo.db.select(f"{sql}'{region}'")} == set(MessageState)


async def test_the_acts_left_their_traces(demo: Demo) -> None:
    db = demo.db
    acts = dict(await db.select("select act, count(*) from access_log group by act"))
    made = {table: await count(db, f"select count(*) from {table}") for table in MADE}
    assert acts["CREATE"] == sum(made.values())
    # The call to a plan is one act, and an event of the plan and of its episode.
    twice = await count(db, "select count(*) from episode_event where kind = 'SIP_CALLED'")
    later = [await count(db, f"select count(*) from {one}_event") for one in ("message", "episode", "plan")]
    assert acts["UPDATE"] == sum(later) - twice - made["message"] - made["episode"] - made["plan_process"]
    assert await count(db, "select count(*) from access_log where operation <> 'demo'") == 0
    events = "(select count(*) from message_event e where e.message_id = m.id)"
    assert await count(db, f"select count(*) from message m where m.version <> {events}") == 0
    logged = "select count(*) from access_log l join message m on m.id = l.subject_id and l.act = 'CREATE'"
    assert await count(db, logged) == await count(db, "select count(*) from message")
    assert await count(db, f"{logged} where l.at <> m.sent_at") == 0


async def test_orebro_has_a_consent_for_every_message_but_the_one_about_a_death(demo: Demo) -> None:
    touched = await demo.db.select(
        "select m.topic, (select count(*) from consent c where c.message_id = m.id) from message m"
        " where exists (select 1 from unit u where u.region_code = 'orebro' and (u.id = m.sender_unit_id"
        " or u.id in (select r.unit_id from receipt r where r.message_id = m.id)))"
    )
    assert len(touched) > 12
    assert {(topic == "DEATH_DURING_SIP", consents) for topic, consents in touched} == {(True, 0), (False, 1)}


def test_every_person_is_a_test_person(data: DemoData) -> None:
    numbers = [patient.identifier for patient in data.patients]
    assert len(set(numbers)) == len(numbers) >= 4
    for number in numbers:
        parse_identity(number, NOW.date())
        assert number == "98240301AA06" or number[8:11] in ("238", "239", "980", "981")


def test_the_patients_are_of_every_kind(regions: Regions) -> None:
    patients = [patient for region in regions.values() if region.demo for patient in region.demo.patients]
    kinds = {parse_identity(patient.identifier, NOW.date()).kind.name for patient in patients}
    assert kinds == {"PERSONAL_NUMBER", "COORDINATION_NUMBER", "NATIONAL_RESERVE_NUMBER"}
    assert any(patient.identifier.startswith("18") for patient in patients)
    assert {patient.protection for patient in patients} == set(Protection)
    assert [patient.key for patient in patients if patient.died] == ["alma"]


def test_a_region_has_patients_that_are_not_listed_not_enrolled_or_protected(data: DemoData) -> None:
    assert any(patient.listed_at is None for patient in data.patients)
    assert any(patient.enrolled_at is None for patient in data.patients)
    assert any(patient.protection is not Protection.NONE for patient in data.patients)


def test_no_number_can_be_anybodys(regions: Regions) -> None:
    phones = [unit.phone for region in regions.values() if region.demo for unit in region.demo.units]
    given = [phone.e164 for phone in phones if phone]
    assert given
    assert None in phones
    assert len(set(given)) == len(given)
    assert [number for number in given if not re.fullmatch(FICTION, number)] == []


def test_the_municipalities_are_the_regions(data: DemoData, regions: Regions) -> None:
    known = {one.code: one.name for one in regions[data.region].info.municipalities}
    placed = [unit.municipality for unit in data.units] + [patient.municipality for patient in data.patients]
    assert {code for code in placed if code} <= set(known)
    municipal = [one for one in data.organisations if one.principal == "MUNICIPALITY"]
    named = {name for name in known.values() for one in municipal if one.name.startswith(name)}
    assert len(named) >= 2


def test_the_units_are_of_the_kinds_that_the_routines_speak_of(data: DemoData) -> None:
    kinds = {unit.kind for unit in data.units}
    assert {UnitKind.HEALTH_CENTRE, UnitKind.INPATIENT_WARD, UnitKind.PSYCHIATRIC_OUTPATIENT} <= kinds
    assert {UnitKind.MUNICIPAL_HEALTH_CARE, UnitKind.NEEDS_ASSESSMENT, UnitKind.NURSING_HOME} <= kinds


def test_somebody_licensed_works_where_somebody_acts(data: DemoData) -> None:
    at = {key: (one.unit, one.licensed) for person in data.staff for key, one in person.keyed()}
    assert any(not licensed for _, licensed in at.values())
    assert {unit.key for unit in data.units if unit.active} == {unit for unit, _ in at.values()}


def test_actors_have_hsa_ids_of_nobody(regions: Regions) -> None:
    found = actors(regions)
    ids = [one.id for one in found]
    assert len(set(ids)) == len(ids) > 30
    assert all(is_hsa_id(hsa_id) for one in found for hsa_id in (one.id, one.staff_hsa_id))
    assert all(one.id.startswith("SE0000000000-") for one in found)
    first = found[0]
    assert (first.id, first.name, first.label) == (
        "SE0000000000-13Aanna",
        "Anna Exempelsson",
        "Sjuksköterska, Varbergs hemsjukvård Norr (demo)",
    )
    assert (first.region, first.region_name, first.staff_hsa_id) == (
        "halland",
        "Region Halland",
        "SE0000000000-13Sanna",
    )


WRITTEN = {"text", "reason", "about", "medicines", "what_next", "comment", "title", "what", "patients_view"}
WRITTEN |= {"measures_by_others", "place"}


def texts(told: Any) -> Iterator[str]:
    """All that somebody is said to have written, at any depth; `about` in an act is a key."""
    if isinstance(told, tuple):
        yield from (text for one in told for text in texts(one))
    elif dataclasses.is_dataclass(told):
        names = [one.name for one in dataclasses.fields(told) if getattr(told, one.name)]
        written = WRITTEN - {"about"} if isinstance(told, DemoEpisodeAct) else WRITTEN
        yield from (getattr(told, name) for name in names if name in written)
        yield from (text for name in names for text in texts(getattr(told, name)))


def test_every_text_says_that_it_is_invented(data: DemoData) -> None:
    told = list(texts((data.messages, data.episodes, data.plans)))
    assert len(told) > 20
    assert [text for text in told if not text.startswith("Påhitta")] == []


FAULTS = [
    ("a number that is no test person's", ("0214238", "0214777"), "patients.0.identifier: String"),
    ("a unit that could be real", ("Eken (demo)", "Eken"), "units.0.name: String should match"),
    ("a key that is nowhere", ('to = ["havet"]', 'to = ["ravet"]'), "there is no unit ravet"),
    ("a key twice", ('key = "havet"', 'key = "eken"'), "the unit eken is there 2 times"),
    ("a key that is too long", ('key = "rut"', 'key = "rut-i-specialistvarden"'), "has more than 15 letters"),
    ("an answer before the question", ('ago = "P8DT20H"', 'ago = "P30D"'), "recept: what was done to it must"),
    ("a message sent twice", ('kind = "RETRACTED"', 'kind = "SENT"'), "aterta: a message is sent once"),
    ("an address that could be somewhere", ("1, 123 45 Provstad", "1, 111 22 Stad"), "patients.0.address: String"),
    ("an act that is none", ('do = "ANSWERED"', 'do = "REPLIED"'), "episodes.0.acts.3.do: Input should be"),
    ("an episode that does not begin", ('do = "ADMITTED"', 'do = "CLOSED"'), "stina-vard: an episode begins with"),
    (
        "an act before the one it follows",
        ('ago = "P5DT22H"', 'ago = "P9D"'),
        "stina-vard: what was done to it must",
    ),
    (
        "an act about nothing",
        ('ago = "P3D", expected', 'ago = "P3D", about = "x", expected'),
        "no earlier act has the key x",
    ),
    ("a receipt before the notice", ('bo = "P5DT18H"', 'bo = "P6D"'), "stina-vard: bo acknowledged it before"),
    (
        "a call without a plan",
        ('do = "PATIENT_INFORMED"', 'do = "SIP_CALLED"'),
        "the call to SIP stands with the plan",
    ),
    ("nobody to acknowledge", ('{ bo = "P5DT18H"', '{ boo = "P5DT18H"'), "there is no assignment boo"),
    (
        "a plan that does not begin",
        ('do = "NEED_IDENTIFIED"', 'do = "DRAFTED"'),
        "gunnar-sip: a plan begins with the need",
    ),
    ("a plan in no episode", ('episode = "gunnar-vard"', 'episode = "vard"'), "there is no episode vard"),
]


@pytest.mark.parametrize(("case", "change", "fault"), FAULTS, ids=[row[0] for row in FAULTS])
def test_faulty_data_stops_the_start(case: str, change: tuple[str, str], fault: str, tmp_path: Path) -> None:
    [line] = faults_of(with_demo(tmp_path, lambda text: text.replace(*change, 1)), installed("orebro"))
    assert "data/demo.toml" in line
    assert fault in line
