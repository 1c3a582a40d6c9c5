"""Migrations keep what is there, run once however many start them, and stop rather than guess."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tortoise.exceptions import IntegrityError

from lifecare_gql.errors import ConfigurationError, MigrationError, StorageUnavailable
from lifecare_gql.storage.database import Database, Dialect
from lifecare_gql.storage.migrate import discover, migrate, pending
from lifecare_gql.storage.migration_session import statements
from lifecare_gql.storage.url import SqliteAddress, parse_url
from tests.databases import Databases
from tests.storage.notes import notes

UNITS = """
create table unit (
    id ${uuid} not null primary key,
    name text not null,
    kind text not null check (kind in ('ward', 'home')),
    open ${boolean} not null default true,
    since ${date},
    constraint unit_name unique (name)
);
create index unit_by_kind on unit (kind, name);
create table message (
    id ${bigid},
    unit_id ${uuid} not null references unit (id) on delete cascade,
    sent_at ${instant} not null,
    extra ${json} not null,
    file ${bytes}
);
create index message_by_unit on message (unit_id, sent_at);
"""

# A third kind of unit: one statement on PostgreSQL, a new table on SQLite.
THIRD_KIND_POSTGRES = """
alter table unit drop constraint unit_kind_check;
alter table unit add constraint unit_kind_check check (kind in ('ward', 'home', 'clinic'));
create function note_change() returns trigger language plpgsql as $$
begin
    insert into message (unit_id, sent_at, extra) values (new.id, now(), '{}');
    return null;
end $$;
create trigger unit_changed after update on unit for each row execute function note_change();
"""
THIRD_KIND_SQLITE = """
create table unit_new (
    id ${uuid} not null primary key,
    name text not null,
    kind text not null check (kind in ('ward', 'home', 'clinic')),
    open ${boolean} not null default true,
    since ${date},
    constraint unit_name unique (name)
);
insert into unit_new select id, name, kind, open, since from unit;
drop table unit;  -- with foreign keys on, this would delete every message
alter table unit_new rename to unit;
create index unit_by_kind on unit (kind, name);
create trigger unit_changed after update on unit begin
    insert into message (unit_id, sent_at, extra) values (new.id, current_timestamp, '{}');
end;
"""
STEPS = {
    "0001_units.sql": UNITS,
    "0002_third_kind.sql": "-- the kinds of a unit are a check constraint\n",
    "0002_third_kind.postgres.sql": THIRD_KIND_POSTGRES,
    "0002_third_kind.sqlite.sql": THIRD_KIND_SQLITE,
}
UNIT = "insert into unit (id, name, kind) values ('{0}0000000-0000-4000-8000-000000000000', '{1}', '{2}')"
MESSAGE = (
    "insert into message (unit_id, sent_at, extra) "
    "values ('{0}0000000-0000-4000-8000-000000000000', '2026-11-22 09:00:00+00:00', '{{}}')"
)


def write(root: Path, steps: dict[str, str]) -> Path:
    """A folder with these migrations and no other."""
    root.mkdir(exist_ok=True)
    for old in root.iterdir():
        old.unlink()
    for name, sql in steps.items():
        (root / name).write_text(sql, "utf-8")
    return root


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    async with notes(url) as db:
        yield db


async def run(url: str, *script: str) -> None:
    async with opened(url) as db, db.transaction() as tx:
        for sql in script:
            await tx.execute(sql)


async def select(url: str, sql: str) -> list[tuple[Any, ...]]:
    async with opened(url) as db:
        return [tuple(row) for row in await db.select(sql)]


async def names(url: str, kind: str) -> set[str]:
    """The tables, indexes or triggers there are."""
    queries = {
        (Dialect.SQLITE, kind): f"select name from sqlite_master where type = '{kind}' and sql is not null",
        (Dialect.POSTGRES, "table"): "select tablename from pg_tables where schemaname = 'public'",
        (Dialect.POSTGRES, "index"): "select indexname from pg_indexes where schemaname = 'public'",
        (Dialect.POSTGRES, "trigger"): "select tgname from pg_trigger where not tgisinternal",
    }
    return {name for (name,) in await select(url, queries[parse_url(url).dialect, kind])}


async def test_a_rebuilt_table_keeps_rows_children_indexes_and_constraints(empty_url: str, tmp_path: Path) -> None:
    root = write(tmp_path / "steps", STEPS)
    seen: list[str] = []
    assert await pending(empty_url, root=root) == ["0001_units", "0002_third_kind"]
    assert await migrate(empty_url, root=root, target=1, on_step=seen.append) == ["0001_units"]
    await run(
        empty_url,
        UNIT.format(1, "A", "ward"),
        UNIT.format(2, "B", "home"),
        MESSAGE.format(1),
        MESSAGE.format(2),
    )
    with pytest.raises(IntegrityError):
        await run(empty_url, UNIT.format(3, "C", "clinic"))
    indexes = await names(empty_url, "index")

    assert await pending(empty_url, root=root) == ["0002_third_kind"]
    assert await migrate(empty_url, root=root, on_step=seen.append) == ["0002_third_kind"]
    assert seen == ["0001_units", "0002_third_kind"]
    assert await pending(empty_url, root=root) == []
    assert await migrate(empty_url, root=root) == []

    assert await select(empty_url, "select name, kind from unit order by name") == [
        ("A", "ward"),
        ("B", "home"),
    ]
    assert await select(empty_url, "select count(*) from message") == [(2,)]
    assert await names(empty_url, "index") == indexes >= {"unit_by_kind", "message_by_unit"}
    assert await names(empty_url, "trigger") == {"unit_changed"}
    await run(empty_url, UNIT.format(3, "C", "clinic"), "update unit set name = 'D' where name = 'C'")
    assert await select(empty_url, "select count(*) from message") == [(3,)]
    for wrong in (
        UNIT.format(4, "A", "ward"),
        UNIT.format(4, "E", "hut"),
        MESSAGE.format(9),
        UNIT.format(1, "F", "ward"),
    ):
        with pytest.raises(IntegrityError):
            await run(empty_url, wrong)
    await run(empty_url, "delete from unit where name = 'A'")
    assert await select(empty_url, "select count(*) from message") == [(2,)]


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        (
            {"0001_units.sql": UNITS + "-- and more\n"},
            "0001_units was changed after it was applied; put it back",
        ),
        ({"0001_wards.sql": UNITS}, "0001_units was changed"),
        ({"0002_more.sql": "select 1;"}, "0001_units was applied but its file is gone; put the file back"),
        ({}, "newer than this program: it has 0001_units, unknown here. Install the newer program"),
    ],
)
async def test_history_and_files_must_agree(
    empty_url: str, tmp_path: Path, steps: dict[str, str], says: str
) -> None:
    await migrate(empty_url, root=write(tmp_path / "steps", {"0001_units.sql": UNITS}))
    root = write(tmp_path / "steps", steps)
    for ask in (migrate, pending):
        with pytest.raises(MigrationError, match=says):
            await ask(empty_url, root=root)
    assert await names(empty_url, "table") >= {"unit", "message"}


async def test_what_cannot_be_applied_in_order_is_refused(empty_url: str, tmp_path: Path) -> None:
    first, third = (
        {"0001_a.sql": "create table a (n integer);"},
        {"0003_c.sql": "create table c (n integer);"},
    )
    root = write(tmp_path / "steps", first | third)
    with pytest.raises(MigrationError, match="There is no migration 0002; the last is 0003"):
        await migrate(empty_url, root=root, target=2)
    assert await migrate(empty_url, root=root) == ["0001_a", "0003_c"]
    with pytest.raises(MigrationError, match="at 0003_c, past 0001; to go back, restore a backup"):
        await migrate(empty_url, root=root, target=1)
    write(root, first | third | {"0002_b.sql": "create table b (n integer);"})
    with pytest.raises(MigrationError, match="0002_b is new but numbered before 0003_c"):
        await migrate(empty_url, root=root)
    assert "b" not in await names(empty_url, "table")


async def test_components_number_their_own(empty_url: str, tmp_path: Path) -> None:
    core = write(tmp_path / "core", {"0001_a.sql": "create table a (n integer);"})
    plugin = write(tmp_path / "plugin", {"0001_b.sql": "create table b (n integer);"})
    assert await migrate(empty_url, root=core) == ["0001_a"]
    assert await pending(empty_url, "plugin", plugin) == ["0001_b"]
    assert await migrate(empty_url, "plugin", plugin) == ["0001_b"]
    assert await pending(empty_url, root=core) == await pending(empty_url, "plugin", plugin) == []


BROKEN = {
    "a statement fails": ("insert into b values (1);", "0003_c failed and nothing was changed"),
    "syntax": ("create tabel c (n integer);", "0003_c failed and nothing was changed"),
    "unknown token": (
        "create table c (n ${integer});",
        "0003_c has an unknown token .'integer'.; known are bigid",
    ),
    "commits": ("create table c (n integer); commit;", "0003_c ends the transaction"),
}


@pytest.mark.parametrize("broken", ["a statement fails", "syntax", "unknown token"])
async def test_a_failing_migration_leaves_nothing(empty_url: str, tmp_path: Path, broken: str) -> None:
    sql, says = BROKEN[broken]
    steps = {
        "0001_a.sql": "create table a (n integer);",
        "0002_b.sql": "create table b (m text check (m = 'x'));",
    }
    root = write(tmp_path / "steps", steps)
    await migrate(empty_url, root=root, target=1)
    write(root, steps | {"0003_c.sql": f"create table z (n integer);\n{sql}"})
    with pytest.raises(MigrationError, match=says):
        await migrate(empty_url, root=root)
    assert await names(empty_url, "table") & {"a", "b", "z"} == {"a"}
    assert await pending(empty_url, root=root) == ["0002_b", "0003_c"]
    write(root, steps)
    assert await migrate(empty_url, root=root) == ["0002_b"]


async def test_a_migration_must_not_end_its_transaction(empty_url: str, tmp_path: Path) -> None:
    sql, says = BROKEN["commits"]
    with pytest.raises(MigrationError, match=says):
        await migrate(empty_url, root=write(tmp_path / "steps", {"0003_c.sql": sql}))


async def test_rows_without_a_parent_stop_the_migration(databases: Databases, tmp_path: Path) -> None:
    async with databases.copy(Dialect.SQLITE) as url:
        root = write(tmp_path / "steps", {"0001_units.sql": UNITS})
        await migrate(url, root=root)
        await run(url, UNIT.format(1, "A", "ward"), MESSAGE.format(1))
        write(root, {"0001_units.sql": UNITS, "0002_forget.sql": "delete from unit;"})
        with pytest.raises(MigrationError, match="without a parent would be left in message"):
            await migrate(url, root=root)
        assert await select(url, "select name from unit") == [("A",)]


STARTER = """
import asyncio, sys
from pathlib import Path
from lifecare_gql.storage.migrate import migrate
print(*asyncio.run(migrate(sys.argv[1], root=Path(sys.argv[2]))))
"""


async def test_four_hosts_start_at_once(empty_url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-c", STARTER, empty_url, str(write(tmp_path / "steps", STEPS))]
    where = Path(__file__).parents[2]
    hosts = [
        await asyncio.create_subprocess_exec(*command, cwd=where, stdout=asyncio.subprocess.PIPE) for _ in range(4)
    ]
    outputs = sorted([(await host.communicate())[0].decode().strip() for host in hosts])
    assert [host.returncode for host in hosts] == [0, 0, 0, 0]
    assert outputs == ["", "", "", "0001_units 0002_third_kind"]


async def test_many_starts_of_new_and_of_older_databases(
    dialect: Dialect, databases: Databases, tmp_path: Path
) -> None:
    root = write(tmp_path / "steps", STEPS)
    for start in range(10):
        async with databases.copy(dialect) as url:
            already = len(await migrate(url, root=root, target=1)) if start % 2 else 0
            applied = await asyncio.gather(*(migrate(url, root=root) for _ in range(4)))
            assert sorted(map(len, applied)) == [0, 0, 0, 2 - already]


@pytest.mark.parametrize(
    ("files", "says"),
    [
        (["units.sql"], "a migration is named 0001_name.sql"),
        (["0001_Units.sql"], "a migration is named"),
        (["0001_units.mysql.sql"], "a migration is named"),
        (["0001_units.sqlite.sql"], "0001_units.sql is missing beside"),
        (["0001_units.sql", "0001_wards.sql"], "0001_units and 0001_wards have the same number"),
    ],
)
def test_names_that_do_not_fit(tmp_path: Path, files: list[str], says: str) -> None:
    root = write(tmp_path / "steps", dict.fromkeys(files, ""))
    for dialect in Dialect:
        with pytest.raises(MigrationError, match=says):
            discover(root, dialect)


def test_other_files_beside_migrations_do_not_matter(tmp_path: Path) -> None:
    root = write(tmp_path / "steps", {"README.md": "", "__init__.py": "", "0001_a.sql": "\r\n", "0002_b.sql": ""})
    assert [migration.name for migration in discover(root, Dialect.SQLITE)] == ["0001_a", "0002_b"]


def test_scripts_are_split_into_statements() -> None:
    trigger = "create trigger t after update on a begin update b set n = ';'; delete from c; end;"
    script = f"-- a; comment\ncreate table a (n text default 'x;y'); {trigger}\n/* ; */ drop table a"
    assert list(statements(script)) == [
        "-- a; comment\ncreate table a (n text default 'x;y');",
        trigger,
        "/* ; */ drop table a",
    ]


async def test_pending_creates_no_file(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new.db"
    assert await pending(url, root=write(tmp_path / "steps", STEPS)) == ["0001_units", "0002_third_kind"]
    address = parse_url(url)
    assert isinstance(address, SqliteAddress)
    assert not address.exists()


async def test_an_unusable_database_is_said_to_be_so(tmp_path: Path) -> None:
    root = write(tmp_path / "steps", STEPS)
    for url in ("postgresql://u:s3cret@127.0.0.1:1/name", f"sqlite:///{tmp_path}/no/such/folder.db"):
        with pytest.raises(StorageUnavailable) as caught:
            await migrate(url, root=root)
        assert "s3cret" not in str(caught.value)
    with pytest.raises(ConfigurationError):
        await migrate("sqlite:///", root=root)
