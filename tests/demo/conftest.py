"""The demo of the four regions, loaded once for each database and copied for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from lifecare_gql.regions import Regions
from lifecare_gql.schema import build_schema
from lifecare_gql.schema.failures import Schema
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.url import Dialect
from tests.databases import Databases
from tests.demo.loaded import Demo, prepare


@pytest.fixture(scope="session")
def schema(regions: Regions) -> Schema:
    return build_schema(regions)


@pytest.fixture
async def demo(dialect: Dialect, databases: Databases, regions: Regions, schema: Schema) -> AsyncIterator[Demo]:
    async with databases.copy(dialect, prepare) as url, Database.from_url(url) as db:
        yield Demo(db, regions, schema)
