"""The command that removes what subscribers can no longer come back to."""

from __future__ import annotations

import asyncio
import datetime as dt
from uuid import uuid4

import pytest

from lifecare_gql.storage.database import Database
from lifecare_gql.storage.outbox import News, publish, unit_stream
from tests.conftest import Clock
from tests.test_access_log_cli import logged as logged
from tests.test_cli import Cli
from tests.test_cli import cli as cli

UNIT = uuid4()


async def told(url: str, *hours: float) -> None:
    """News of so many hours ago."""
    now = Clock().now
    news = [News("MESSAGE", uuid4(), "SENT", now - dt.timedelta(hours=ago), 1) for ago in hours]
    async with Database.from_url(url) as db, db.transaction() as tx:
        await publish(tx.select, db.dialect, {unit_stream(UNIT): news})


def test_trimming_removes_what_is_older_than_the_setting_says(
    cli: Cli, logged: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(told(logged, 80, 73, 71, 3, 1))
    assert cli("events", "trim") == (0, "2 changes from before 2026-11-20 09:00 UTC were removed.\n", "")
    monkeypatch.setenv("LIFECARE_EVENT_HOURS", "2")
    assert cli("events", "trim")[1].startswith("2 changes")
    assert cli("events", "trim")[1].startswith("0 changes")
