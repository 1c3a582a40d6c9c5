"""GraphiQL's tab that listens, in a real browser and on the demo: what happens elsewhere appears there."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect
from pydantic import SecretStr

from lifecare_gql.app import create_app
from lifecare_gql.demo import actors, load_demo
from lifecare_gql.regions import Regions, load_regions
from lifecare_gql.settings import Settings
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.migrate import migrate
from lifecare_gql.storage.url import Dialect
from lifecare_gql.web.graphiql import load_tabs
from lifecare_gql.web.tokens import DevelopmentIssuer
from tests import world
from tests.databases import Databases, application
from tests.web.issuer import Client, client
from tests.web.test_graphiql_browser import Seen, opened
from tests.web.test_graphiql_browser import pytestmark as pytestmark

LISTENING, ACTING = "Changes", "SendRenewal"


async def prepare(url: str) -> None:
    """The demo as of now: a browser's clock cannot be set."""
    await migrate(url)
    async with Database.from_url(url) as db:
        await load_demo(db, load_regions(), world.SECRET.encode(), dt.datetime.now(dt.UTC))


@pytest.fixture(params=[Dialect.SQLITE])
def dialect(request: pytest.FixtureRequest) -> Dialect:
    """The page is the same on both databases."""
    return Dialect(request.param)


@pytest.fixture
async def settings(databases: Databases, dialect: Dialect, tmp_path: Path) -> AsyncIterator[Settings]:
    async with databases.copy(dialect, prepare) as url:
        yield Settings(database_url=application(url), secret=SecretStr(world.SECRET), state_dir=tmp_path)


async def act(asking: Client, settings: Settings, regions: Regions, time: int) -> Any:
    """What the tab that acts does, once more each time."""
    [tab] = [tab for tab in load_tabs() if f"mutation {ACTING}" in tab.query]
    [actor] = [one for one in actors(regions) if one.id == tab.actor]
    token = DevelopmentIssuer(settings).issue(actor.staff_hsa_id, actor.id, dt.datetime.now(dt.UTC))
    variables = json.loads(tab.variables) | {"key": f"again-{time}"}
    return (await asking.post(token, tab.query, **variables)).json()


async def listen(page: Page) -> None:
    """Open the tab that listens, and start it."""
    await page.get_by_role("tab", name=LISTENING, exact=True).click()
    await page.wait_for_function(
        "(name) => sessionStorage['lifecare-gql:graphiql:query']?.includes(`subscription ${name} `)", arg=LISTENING
    )
    async with page.expect_response(lambda one: "event-stream" in one.headers.get("content-type", "")) as answered:
        await page.get_by_role("button", name="Execute query").click()
    assert (await answered.value).status == 200


async def test_what_happens_elsewhere_appears_while_the_tab_listens(settings: Settings, regions: Regions) -> None:
    async with (
        client(create_app(settings, regions)) as asking,
        opened(f"http://127.0.0.1:{asking.port}") as (page, seen),
    ):
        await listen(page)
        shown = page.locator(".graphiql-response .view-lines")
        told = await act(asking, settings, regions, 0)
        assert told["data"]["sendMessage"]["__typename"] == "MessageSent", told
        await expect(shown).to_contain_text("REPLY_TO_MESSAGE")  # the task; GraphiQL shows the last event only
        await page.get_by_role("button", name="Stop query").click()
        await expect(page.get_by_role("button", name="Execute query")).to_be_visible()
        before = await shown.inner_text()
        await act(asking, settings, regions, 1)
        await asyncio.sleep(1)
        assert await shown.inner_text() == before, "it no longer listens"
    assert seen == Seen()
