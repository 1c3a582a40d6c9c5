"""The sandbox: a clock that goes on when it is told to, and a demo that is as new whenever it is wanted."""

from __future__ import annotations

import datetime as dt
import sqlite3
import urllib.error
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest.mock import ANY

import pytest

from lifecare_gql.demo import MovedClock
from lifecare_gql.errors import BadInput, ConfigurationError
from lifecare_gql.settings import Mode, Settings
from tests.test_cli import Cli, asked, cli, free_port, served, wait_for

NOON = dt.datetime(2026, 11, 22, 11, tzinfo=dt.UTC)
JSON = {"content-type": "application/json"}
UNIT = """{ viewer { unit {
  inbox { nodes { id state version } }
  late: worklist(overdue: true) { nodes { __typename } }
} } }"""
ACKNOWLEDGE = """mutation {
  acknowledgeMessage(input: {messageId: "%s", expectedVersion: %d}, idempotencyKey: "k") { __typename }
}"""
__all__ = ["cli"]  # a fixture


@pytest.fixture
def clock(tmp_path: Path) -> MovedClock:
    return MovedClock(lambda: NOON, tmp_path / "state" / "clock.json")


def test_the_clock_is_the_real_one_until_it_is_moved(clock: MovedClock) -> None:
    assert clock() == NOON
    clock.forward("P3DT2H")
    clock.forward("PT30M")
    assert clock() == NOON + dt.timedelta(days=3, hours=2, minutes=30)
    assert MovedClock(clock.base, clock.file)() == clock(), "for every process of the machine"
    clock.back()
    assert clock() == NOON


@pytest.mark.parametrize("told", ["-P1D", "P20Y", "three days", "", "None", "P999999999999D", "NaN"])
def test_the_clock_goes_forward_only(clock: MovedClock, told: str) -> None:
    clock.forward("PT1H")
    with pytest.raises(BadInput, match="forward"):
        clock.forward(told)
    assert clock() == NOON + dt.timedelta(hours=1)


def test_the_clock_of_care_is_never_moved(tmp_path: Path) -> None:
    settings = Settings.model_construct(mode=Mode.PRODUCTION, state_dir=tmp_path)
    with pytest.raises(ConfigurationError, match="development"):
        MovedClock.of(settings, lambda: NOON)


REFUSED = {
    ("demo", "--forward", "tomorrow"): ({}, "ISO 8601"),
    ("demo", "--reset"): ({"DATABASE_URL": "postgresql://127.0.0.1/x"}, "PostgreSQL"),
}


@pytest.mark.parametrize("command", REFUSED)
def test_what_the_command_refuses(cli: Cli, command: tuple[str, ...]) -> None:
    environment, told = REFUSED[command]
    code, _, err = cli(*command, **environment)
    assert code == 1
    assert told in err


def streams(directory: Path) -> dict[str, int]:
    [file] = directory.glob("**/*.db")
    with closing(sqlite3.connect(file)) as db:
        return dict(db.execute("select id, last from stream"))


def test_a_served_demo_is_moved_on_and_made_new(cli: Cli, tmp_path: Path) -> None:
    port = free_port()
    with served(tmp_path, port) as server:
        wait_for(server, port)
        actor = next(one["id"] for one in asked(port, "/dev/actors") if one["region"] == "halland")
        head = JSON | {"authorization": f"Bearer {asked(port, '/dev/token', {'actor': actor})['token']}"}

        def post(query: str) -> Any:
            answer = asked(port, "/graphql", {"query": query}, **head)
            assert "errors" not in answer, answer
            return answer["data"]

        new = post(UNIT)["viewer"]["unit"]
        moved = asked(port, "/dev/clock", {"forward": "P30D"}, **JSON)
        assert (asked(port, "/dev/clock"), moved["aheadSeconds"]) == (moved | {"now": ANY}, 30 * 86400)
        later = post(UNIT)["viewer"]["unit"]
        assert len(later["late"]["nodes"]) > len(new["late"]["nodes"]), "what was waited for is late by now"
        assert asked(port, "/dev/token", {"actor": actor}), "tokens live by the real time"
        for told, kind, status in (("-P1D", "application/json", "400"), ("P1D", "text/plain", "415")):
            with pytest.raises(urllib.error.HTTPError, match=status):
                asked(port, "/dev/clock", {"forward": told}, **{"content-type": kind})

        one = next(one for one in new["inbox"]["nodes"] if one["state"] == "SENT")
        post(ACKNOWLEDGE % (one["id"], one["version"]))
        told = streams(tmp_path)
        assert post(UNIT)["viewer"]["unit"]["inbox"] != new["inbox"]
        code, out, err = cli("demo", "--reset")
        assert (code, err) == (0, "")
        assert "The demo is loaded" in out
        assert post(UNIT)["viewer"]["unit"] == new, "by the server that runs"
        assert asked(port, "/dev/clock")["aheadSeconds"] == 0
        assert all(streams(tmp_path)[name] >= last for name, last in told.items()), "nobody waits for what was"
    assert not list(tmp_path.glob("**/*.new*"))
