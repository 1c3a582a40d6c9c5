"""The access log on the command line: sealed, verified, and never let go of too early."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from lifecare_gql import operations
from lifecare_gql.domain.access_log import kept_since
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.url import Dialect
from tests import world
from tests.conftest import Clock
from tests.databases import Databases
from tests.storage.test_access_log import tamper, write
from tests.test_cli import Cli
from tests.test_cli import cli as cli

SEALED = "Keep this where the database's administrators cannot write: "


@pytest.fixture
def logged(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch, cli: Cli
) -> Iterator[str]:
    """The url of the world on SQLite, with the settings of the tests and a clock that stands still."""
    runner = asyncio.Runner()
    copied = databases.copy(Dialect.SQLITE, world.prepare)
    url = runner.run(copied.__aenter__())
    monkeypatch.setenv("LIFECARE_DATABASE_URL", url)
    monkeypatch.setenv("LIFECARE_SECRET", world.SECRET)
    monkeypatch.setattr(operations, "utc_now", Clock())
    yield url
    runner.run(copied.__aexit__(None, None, None))
    runner.close()


def wrote(url: str, count: int) -> None:
    async def work() -> None:
        async with Database.from_url(url) as db:
            await write(db, count)

    asyncio.run(work())


def tampered(url: str, sql: str) -> None:
    async def work() -> None:
        async with Database.from_url(url) as db:
            await tamper(db, sql)

    asyncio.run(work())


def sealed(cli: Cli) -> str:
    code, out, err = cli("access-log", "seal")
    assert (code, err) == (0, "")
    return out.splitlines()[-1].removeprefix(SEALED)


def test_sealing_and_verifying(cli: Cli, logged: str) -> None:
    assert cli("access-log", "seal") == (0, "Nothing has been logged since the last seal.\n", "")
    wrote(logged, 12)
    code, out, _ = cli("access-log", "seal")
    digest = out.splitlines()[-1].removeprefix(SEALED)
    assert (code, len(digest)) == (0, 64)
    assert out.startswith("Sealed the numbers 1 to 12: 12 entries.\n")
    wrote(logged, 3)

    code, out, err = cli("access-log", "verify", "--seal", digest)

    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "15 entries, 12 of them under 1 seals, 0 from before there were digests.",
        f"Every digest fits. The last seal: {digest}",
    ]


def test_what_was_touched_is_named_and_the_command_fails(cli: Cli, logged: str) -> None:
    wrote(logged, 12)
    sealed(cli)
    tampered(logged, "update access_log set staff_hsa_id = 'SE0000000000-S1' where id = 7")

    code, out, err = cli("access-log", "verify")

    assert code == 1
    assert "  Entry 7 was changed" in out
    assert "The seal of the numbers 1 to 12 does not fit" in out
    assert err == "2 faults: the access log was touched, or LIFECARE_SECRET is another one.\n"
    assert cli("access-log", "verify", "--seal", "0" * 64)[2].startswith("3 faults")


# --- how long it is kept ---


@pytest.mark.parametrize(
    ("now", "years", "since"),
    [("2026-11-23", 5, "2021-11-23"), ("2028-02-29", 5, "2023-02-28"), ("2028-02-29", 8, "2020-02-29")],
)
def test_since_when_everything_must_be_there(now: str, years: int, since: str) -> None:
    moment, expected = (dt.datetime.fromisoformat(f"{day}T09:00:00+00:00") for day in (now, since))
    assert kept_since(moment, years) == expected


def at(monkeypatch: pytest.MonkeyPatch, moment: str) -> None:
    monkeypatch.setattr(operations, "utc_now", lambda: dt.datetime.fromisoformat(moment))


@pytest.mark.parametrize("command", [("access-log", "verify"), ("migrate",)])
def test_no_deployment_keeps_it_less_than_five_years(cli: Cli, command: tuple[str, ...]) -> None:
    code, _, err = cli(*command, ACCESS_LOG_YEARS="4")
    assert (code, "LIFECARE_ACCESS_LOG_YEARS: must be at least 5: HSLF-FS 2016:40, 4 kap. 9 §" in err) == (1, True)


def test_nothing_younger_than_five_years_is_let_go(cli: Cli, logged: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written on 23 November 2026, at 10:00 in Sweden."""
    wrote(logged, 12)
    sealed(cli)
    out = "old.jsonl"

    at(monkeypatch, "2031-11-23T08:59:00+00:00")
    for day in ("2031-11-24", "2026-11-24"):
        code, said, told = cli("access-log", "retire", "--before", day, "--out", out)
        assert (code, said) == (1, "")
        assert told == (
            "The access log is kept 5 years (LIFECARE_ACCESS_LOG_YEARS):"
            " --before must not be later than 2026-11-23.\n"
        )
    code, _, told = cli("access-log", "retire", "--before", "2026-11-23", "--out", out)
    assert (code, told) == (1, "No seal covers only entries from before 2026-11-23.\n")
    assert not Path(out).exists()

    at(monkeypatch, "2031-11-24T09:00:00+00:00")
    code, said, told = cli("access-log", "retire", "--before", "2026-11-24", "--out", out)
    assert (code, told) == (0, "")
    assert said.splitlines()[-1] == "Nothing was deleted."
    assert cli("access-log", "retire", "--before", "2026-11-24", "--out", out, ACCESS_LOG_YEARS="6")[0] == 1


def test_what_is_old_is_exported_whole_and_stays(cli: Cli, logged: str, monkeypatch: pytest.MonkeyPatch) -> None:
    wrote(logged, 5)
    digest = sealed(cli)
    wrote(logged, 2)  # under no seal: not exported
    at(monkeypatch, "2032-01-01T09:00:00+00:00")

    code, said, _ = cli("access-log", "retire", "--before", "2026-12-01", "--out", "old.jsonl")

    assert code == 0
    assert said.startswith("5 entries under 1 seals are in old.jsonl: the numbers up to 5.\n")
    *entries, last = map(json.loads, Path("old.jsonl").read_text("utf-8").splitlines())
    assert [one["number"] for one in entries] == [1, 2, 3, 4, 5]
    assert (entries[0]["act"], entries[0]["at"]) == ("READ", "2026-11-23 09:00:00+00:00")
    assert (last["seal"]["digest"], last["seal"]["entries"]) == (digest, 5)
    assert Path("old.jsonl").stat().st_mode & 0o777 == 0o600
    assert "7 entries" in cli("access-log", "verify")[1]
    assert cli("access-log", "retire", "--before", "2026-12-01", "--out", "old.jsonl")[0] == 1  # never overwritten


def test_nothing_is_exported_from_a_log_that_was_touched(
    cli: Cli, logged: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrote(logged, 5)
    sealed(cli)
    tampered(logged, "delete from access_log where id = 2")
    at(monkeypatch, "2032-01-01T09:00:00+00:00")

    code, _, err = cli("access-log", "retire", "--before", "2026-12-01", "--out", "old.jsonl")

    assert (code, "nothing is exported" in err, Path("old.jsonl").exists()) == (1, True, False)


# --- the application's role ---


def test_the_grants_are_printed_and_sqlite_has_none(cli: Cli, logged: str) -> None:
    code, out, err = cli("grants", "--role", "lifecare_app")
    assert (code, err) == (0, "")
    assert "grant select, insert on access_log to lifecare_app;" in out

    code, _, err = cli("grants", "--role", "lifecare_app", "--apply")
    assert (code, err) == (1, "SQLite knows no roles: whoever can write the file can write everything in it.\n")
