"""Whether the database can serve, as seen from this process at this moment."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from tortoise.exceptions import OperationalError

from lifecare_gql.errors import MigrationError, StorageBusy, StorageUnavailable
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.migrate import Applied, Migration, core_migrations, discover, plan
from lifecare_gql.storage.url import Dialect

_HISTORY = "select version, name, sha256 from schema_migration where component = 'core'"
_WRITABLE = "select current_setting('transaction_read_only')"


class DatabaseState(StrEnum):
    """What a probe is told. BUSY: no connection was free in time. READ_ONLY: a standby, or set to be so."""

    READY = "ready"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    READ_ONLY = "read-only"
    NOT_MIGRATED = "not-migrated"


class Standing:
    """Looks at the database over the application's own pool: what it cannot have, no request can."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._known: list[Migration] = discover(core_migrations(), db.dialect)

    async def look(self) -> DatabaseState:
        """How the database is now. Two small reads; takes as long as the pool and the server take."""
        try:
            if self._db.dialect is Dialect.POSTGRES and await self._db.select(_WRITABLE) == [("on",)]:
                return DatabaseState.READ_ONLY
            applied = {version: Applied(*entry) for version, *entry in await self._db.select(_HISTORY)}
        except StorageBusy:
            return DatabaseState.BUSY
        except StorageUnavailable:
            return DatabaseState.UNREACHABLE
        except OperationalError:  # there is no such table, or no right to read it
            return DatabaseState.NOT_MIGRATED
        return DatabaseState.READY if self._fits(applied) else DatabaseState.NOT_MIGRATED

    def _fits(self, applied: Mapping[int, Any]) -> bool:
        """A newer database fits as well: the next version migrates before the last of this one has stopped."""
        ours = {version: one for version, one in applied.items() if version <= self._last}
        try:
            return not plan(self._known, ours)
        except MigrationError:
            return False

    @property
    def _last(self) -> int:
        return max(migration.version for migration in self._known)
