"""A database of notes, and one of the core, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from lifecare_gql.storage.database import Database
from lifecare_gql.storage.url import Dialect
from tests.databases import Databases
from tests.storage.notes import migrate_notes, notes
from tests.storage.records import prepare


@pytest.fixture
async def url(dialect: Dialect, databases: Databases) -> AsyncIterator[str]:
    async with databases.copy(dialect, migrate_notes) as fresh:
        yield fresh


@pytest.fixture
async def empty_url(dialect: Dialect, databases: Databases) -> AsyncIterator[str]:
    async with databases.copy(dialect) as fresh:
        yield fresh


@pytest.fixture
async def db(url: str) -> AsyncIterator[Database]:
    async with notes(url) as opened:
        yield opened


@pytest.fixture
async def core(dialect: Dialect, databases: Databases) -> AsyncIterator[Database]:
    """The world, with a row in every table."""
    async with databases.copy(dialect, prepare) as url, Database.from_url(url) as db:
        yield db
