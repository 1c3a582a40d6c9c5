"""A place to try things: the demo as new whenever wanted, and a clock that can be moved. Development only."""

from __future__ import annotations

import datetime as dt
import json
import os
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from lifecare_gql.errors import BadInput, ConfigurationError
from lifecare_gql.settings import Mode, Settings
from lifecare_gql.storage.migrate import migrate
from lifecare_gql.storage.url import SqliteAddress, parse_url

Clock = Callable[[], dt.datetime]

FARTHEST = dt.timedelta(days=3660)
_FILE = "sandbox-clock.json"
_DURATION = TypeAdapter(dt.timedelta)


@dataclass(frozen=True, slots=True)
class MovedClock:
    """A clock that runs as `base` does, so much later as a file says: all processes of a machine share it."""

    base: Clock
    file: Path

    @classmethod
    def of(cls, settings: Settings, base: Clock) -> MovedClock:
        """The sandbox's clock. ConfigurationError unless it is a development: care lives by the wall clock."""
        if settings.mode is not Mode.DEVELOPMENT:
            raise ConfigurationError("Only a development's clock can be moved.")
        return cls(base, settings.state_dir / _FILE)

    def __call__(self) -> dt.datetime:
        """The moment, in UTC."""
        return self.base() + self.ahead

    @property
    def ahead(self) -> dt.timedelta:
        """How far it was moved."""
        if not self.file.exists():  # much less work than to open what is not there
            return dt.timedelta()
        try:
            return dt.timedelta(seconds=json.loads(self.file.read_bytes())["seconds"])
        except FileNotFoundError:
            return dt.timedelta()

    def forward(self, duration: str) -> None:
        """Move it on by a duration of ISO 8601. BadInput when it is none, goes back, or too far."""
        try:
            by = _DURATION.validate_python(duration)
        except ValidationError:
            raise BadInput("forward: a duration as in ISO 8601, e.g. P3D or PT2H30M.") from None
        ahead = self.ahead + by
        if by < dt.timedelta() or ahead > FARTHEST:
            raise BadInput(f"The clock goes forward only, up to {FARTHEST.days} days; a reset brings it back.")
        self.file.parent.mkdir(parents=True, exist_ok=True)
        fresh = self.file.with_suffix(f".{os.getpid()}")
        fresh.write_text(json.dumps({"seconds": ahead.total_seconds()}))
        fresh.replace(self.file)

    def back(self) -> None:
        """Let it tell the real time again; only a reset may, as it takes away what was written later."""
        self.file.unlink(missing_ok=True)


@asynccontextmanager
async def renewed(settings: Settings) -> AsyncIterator[str]:
    """The URL of a new database to fill; at the end it takes the place of all that the embedded one holds.

    At once, for a server that runs too. ConfigurationError in production, and for PostgreSQL: a new database is
    easily created there, and nobody should lose one by a command.
    """
    address = parse_url(settings.database_url)
    if settings.mode is not Mode.DEVELOPMENT or not isinstance(address, SqliteAddress):
        raise ConfigurationError(
            "Only a development's embedded database (SQLite) can be reset. In PostgreSQL, create a new one."
        )
    old, new, url = Path(address.path), Path(f"{address.path}.new"), f"{settings.database_url}.new"
    old.parent.mkdir(parents=True, exist_ok=True)
    _forget(new)
    try:
        await migrate(url)
        _carry_streams(old, new)
        yield url
        with closing(sqlite3.connect(new)) as source, closing(sqlite3.connect(old)) as target:
            source.backup(target)
    finally:
        _forget(new)


def _carry_streams(old: Path, new: Path) -> None:
    """Let positions go on where they were, so that who follows a stream is told of what comes now."""
    with closing(sqlite3.connect(new)) as db, suppress(sqlite3.OperationalError):  # none, or one without streams
        db.execute("attach ? as old", (str(old),))
        db.execute("insert into stream select * from old.stream")
        db.commit()


def _forget(path: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        Path(f"{path}{ending}").unlink(missing_ok=True)
