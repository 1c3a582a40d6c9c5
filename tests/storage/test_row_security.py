"""The second wall: PostgreSQL itself lets no unit at a patient in whose care it has no part, whatever is asked.

The role may do everything to every table here, so that it is the policies, not the grants, that hold.
"""

from __future__ import annotations

import ast
import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from tortoise.exceptions import OperationalError

import lifecare_gql
from lifecare_gql.app import create_app
from lifecare_gql.domain.words import AccessAct
from lifecare_gql.errors import ConfigurationError
from lifecare_gql.regions import Regions
from lifecare_gql.settings import Settings
from lifecare_gql.storage import log_entries, rows
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.log_entries import HAD_A_PART, By, Entry, Noted, StrangerShown
from lifecare_gql.storage.log_entries import _insert as INSERT
from lifecare_gql.storage.reading.reader import Reader
from lifecare_gql.storage.reading.rows import Rows
from lifecare_gql.storage.reading.where import EVERY, NOTHING
from lifecare_gql.storage.url import Dialect, PostgresAddress, parse_url
from lifecare_gql.storage.viewer import Viewer
from lifecare_gql.storage.wall import Reach
from tests import world
from tests.api.process import done
from tests.conftest import Api
from tests.databases import Databases, application, owner
from tests.storage.records import ALVA, EKEN, NORA, NOW, VARBERG, prepare
from tests.world import number, pid, uid

STRANGER = NORA
COLUMNS = {
    model._meta.db_table: str(model.patient_column)
    for model in (getattr(rows, name) for name in rows.__all__)
    if issubclass(model, rows.Record) and model.patient_column is not None and model is not rows.AccessEntry
}
"""The tables about patients, and the column that says whom; the access log is none of them."""
ABOUT = {table: f"{column} = '{ALVA}'" for table, column in COLUMNS.items()} | {
    "case_party": f"case_id = '{uid('case alva')}'"
}
_REFERS = """
with recursive about(oid) as (
    select 'patient'::regclass::oid union
    select c.conrelid from pg_constraint c join about on c.confrelid = about.oid where c.contype = 'f'
)
select c.relname, c.relrowsecurity, c.relforcerowsecurity,
       (select count(*) from pg_policies p where p.tablename = c.relname),
       (select bool_and(p.cmd = 'ALL' and p.roles = '{public}') from pg_policies p where p.tablename = c.relname)
from about join pg_class c using (oid)
"""


async def execute(url: str, sql: str) -> list[Any]:
    address = parse_url(url)
    assert isinstance(address, PostgresAddress)
    connection = await asyncpg.connect(**address.connect_arguments())
    try:
        return list(await connection.fetch(sql))
    finally:
        await connection.close()


@pytest.fixture
def dialect() -> Dialect:
    """SQLite has no wall."""
    return Dialect.POSTGRES


@pytest.fixture
async def url(databases: Databases) -> AsyncIterator[str]:
    """The application's url of a database with a row of every kind, on which its role may do everything."""
    async with databases.copy(Dialect.POSTGRES, prepare) as found:
        plain = application(found)
        role = str(parse_url(plain).user)  # type: ignore[union-attr]
        await execute(found, f"grant all on all tables in schema public to {role}")
        yield plain


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    async with Database.from_url(url, walled=True, pool_size=1) as opened:
        yield opened


async def test_every_table_about_a_patient_is_walled_also_against_its_owner(db: Database) -> None:
    found = {table: tuple(said) for table, *said in await db.select(_REFERS)}

    log = {name: found.pop(name) for name in ("access_log", "access_review")}
    assert set(found) == set(ABOUT), "a table that refers to a patient, through whichever others"
    assert set(found.values()) == {(True, True, 1, True)}, "enabled, forced, one policy for all"
    assert set(log.values()) == {(False, False, 0, None)}, "the log is no record of the patient's"


@pytest.mark.parametrize("table", ABOUT)
async def test_a_unit_reads_its_own_patients_and_no_others(db: Database, table: str) -> None:
    sql = f"select 1 from {table} where {ABOUT[table]}"

    async def seen(*whose: Any) -> bool:
        async with db.transaction(*whose) as tx:
            return bool(await tx.select(sql))

    assert await seen(VARBERG), "by a care relation"
    assert await seen(EKEN), "by an access that was opened"
    assert not await seen(STRANGER)
    assert not await seen(), "on behalf of nobody"
    assert not await db.select(sql), "outside any transaction"
    assert await seen(STRANGER, Reach.COUNT)


@pytest.mark.parametrize("table", ABOUT)
async def test_nothing_is_written_about_a_stranger(db: Database, url: str, table: str) -> None:
    await execute(owner(url), f"alter table {table} disable trigger user")
    column = COLUMNS.get(table, "case_id")
    about = ABOUT[table]
    async with db.transaction(VARBERG, Reach.COUNT) as tx:
        one = f"select * from {table} where {about} limit 1"
        await tx.execute(f"create temporary table kept on commit drop as {one}")
        await tx.execute(f"update kept set id = '{uuid4()}'")
        await tx.execute("set local lifecare.reach = ''")
        await tx.execute(f"set local lifecare.unit = '{STRANGER}'")
        with pytest.raises(OperationalError, match="row-level security"):
            async with tx.transaction() as inner:
                await inner.execute(f"insert into {table} select * from kept")
        assert await tx.execute(f"update {table} set {column} = {column}") == len(
            await tx.select(f"select 1 from {table}")
        )
        assert not await tx.execute(f"update {table} set {column} = {column} where {about}")
    strange = uid("case cecilia" if table == "case_party" else "patient cecilia")
    with pytest.raises(OperationalError, match="row-level security"):
        async with db.transaction(VARBERG) as tx:
            await tx.execute(f"update {table} set {column} = '{strange}' where {about}")


async def test_the_wall_means_what_the_second_look_means(db: Database) -> None:
    parts = 0
    for name in world.UNITS:
        viewer = Viewer(unit_id=uid(f"unit {name}"), now=NOW)
        async with db.transaction(viewer.unit_id, Reach.COUNT) as tx:
            unit, at = f"'{viewer.unit_id}'", f"'{NOW}'"
            had_a_part = HAD_A_PART.format(patient="p.id", unit=unit, at=at)
            looked = {one for (one,) in await tx.select(f"select p.id from patient p where {had_a_part}")}
        async with db.transaction(viewer.unit_id) as tx:
            assert {one for (one,) in await tx.select("select id from patient")} == looked, name
        parts += len(looked)
    assert parts == len(world.PATIENTS) + 1, "the control: a relation each, and an access that was opened"


async def test_a_connection_carries_nothing_over_to_its_next_use(db: Database) -> None:
    """There is one connection only."""

    async def seen(tx: Any = db) -> int:
        return len(await tx.select("select 1 from patient"))

    async with db.transaction(VARBERG) as tx:
        assert await seen(tx)
    async with db.transaction() as tx:
        assert not await seen(tx)
    with pytest.raises(ZeroDivisionError):
        async with db.transaction(VARBERG, Reach.COUNT):
            raise ZeroDivisionError
    assert not await seen()
    with pytest.raises(OperationalError):
        async with db.transaction(VARBERG) as tx, tx.reaching(Reach.COUNT):
            await tx.select("select no_such_thing from patient")
    async with db.transaction(STRANGER) as tx:
        own = await seen(tx)
        async with tx.reaching(Reach.COUNT):
            assert await seen(tx) == len(world.PATIENTS)
            async with tx.reaching(Reach.DENIED), tx.transaction() as inner:
                assert await seen(inner) == len(world.PATIENTS)
            assert await seen(tx) == len(world.PATIENTS), "the inner one ends the inner one only"
        assert await seen(tx) == own < len(world.PATIENTS)
    task = asyncio.ensure_future(_waits(db))
    await asyncio.sleep(0.05)
    task.cancel()
    await asyncio.wait([task])
    for name in ("lifecare.unit", "lifecare.reach"):
        assert await db.select("select coalesce(current_setting($1, true), '')", [name]) == [("",)]
    assert not await seen()


async def _waits(db: Database) -> None:
    async with db.transaction(VARBERG, Reach.COUNT):
        await asyncio.sleep(10)


PLACES = Counter(
    {
        ("actions/access.py", "DENIED"): 1,
        ("actions/access.py", "AUDIT"): 1,
        ("actions/episode_openings.py", "ADMISSION"): 2,
        ("actions/explaining.py", "AUDIT"): 1,
        ("actions/explaining.py", "EXPLANATION"): 1,
        ("actions/invoicing.py", "COUNT"): 1,
        ("actions/openings.py", "OPENING"): 1,
        ("actions/recoveries.py", "COUNT"): 1,
    }
)
"""Where the program looks past the wall. Whoever adds a place says here that it must."""


def test_the_wall_is_passed_in_the_listed_places_only() -> None:
    root = Path(lifecare_gql.__file__).parent
    found: Counter[tuple[str, str]] = Counter()
    for path in root.rglob("*.py"):
        name, text = path.relative_to(root).as_posix(), path.read_text("utf-8")
        for one in ast.walk(ast.parse(text)):
            if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id == "Reach":
                found[name, one.attr] += 1
        assert name in ("storage/wall.py", "storage/database.py") or not re.search(_SETTINGS, text), name
    assert found == PLACES
    assert {reach for _, reach in found} == {one.name for one in Reach}, "no reason without a place"


_SETTINGS = r"lifecare\.(wall|unit|reach)\b|set_config|\brow_security *=|WIDEN"


LOOKS = {
    "patient": "query Q($p: ID!) { patient(by: {id: $p}) { givenName messages { nodes { text } } } }",
    "node": "query Q($p: ID!) { node(id: $p) { ... on Patient { givenName episodes { nodes { state } } } } }",
    "patients": """query Q($p: ID!) { patients { nodes { givenName } }
        nodes(ids: [$p]) { id ... on Patient { givenName } } }""",
}


@pytest.mark.parametrize("look", LOOKS)
async def test_broken_predicates_show_nothing_of_strangers(
    api: Api, monkeypatch: pytest.MonkeyPatch, look: str
) -> None:
    await done(api, "admitPatient", "avdelning", patient={"identifier": number("alva")})

    everything, nothing = classmethod(lambda cls, viewer: EVERY), classmethod(lambda cls, viewer: NOTHING)
    for model in (getattr(rows, name) for name in rows.__all__):
        if issubclass(model, rows.Record):
            monkeypatch.setattr(model, "visible", everything)
            monkeypatch.setattr(model, "blocked", nothing)
    monkeypatch.setattr(log_entries, "_insert", lambda shown: INSERT(shown=False))

    strange = await api.post(LOOKS[look], "linden", p=pid("patient", "alva"))
    own = await api.post(LOOKS[look], "varberg", p=pid("patient", "alva"))

    assert "Alva" not in str(strange)
    assert "Testberg" not in str(strange)
    assert "Alva" in str(own), "the control"


async def test_without_the_wall_the_second_look_holds(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: it was the wall that held the broken predicate back, and it does not stand alone."""
    monkeypatch.setattr(rows.Patient, "visible", classmethod(lambda cls, viewer: EVERY))
    shown = []
    for walled in (True, False):
        async with Database.from_url(settings.database_url, walled=walled) as db, db.transaction(STRANGER) as tx:
            reader = Reader(tx.select, db.dialect, Viewer(unit_id=STRANGER))
            shown.append(await reader.whom(Rows(model=rows.Patient)))
            if not walled:
                said = Noted(
                    at=NOW, act=AccessAct.READ, operation="", unit_id=STRANGER, subject="Patient", subject_id=None
                )
                entries = [Entry(uuid4(), By(uuid4(), "SE1", "SE2"), ALVA)]
                with pytest.raises(StrangerShown):
                    await log_entries.write(tx, db.dialect, b"key", said, entries, shown=True)
    assert ALVA in shown[1] - shown[0]


async def test_who_would_pass_the_wall_is_not_let_in(
    databases: Databases, settings: Settings, regions: Regions
) -> None:
    name = f"lifecare_passes_{uuid4().hex[:8]}"
    async with databases.copy(Dialect.POSTGRES, world.prepare) as url:
        await execute(url, f"create role {name} login bypassrls")
        await execute(url, f"grant select on all tables in schema public to {name}")
        try:
            for who in (url, url.replace("//postgres@", f"//{name}@")):
                changed = settings.model_copy(update={"database_url": who})
                app = create_app(changed, regions)
                with pytest.raises(ConfigurationError, match="superuser or has BYPASSRLS"):
                    async with app.router.lifespan_context(app):
                        pass
        finally:
            await execute(url, f"drop owned by {name}")
            await execute(url, f"drop role {name}")
