"""Webhooks that are told by this very process, when a test says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette

from lifecare_gql.settings import Settings
from lifecare_gql.web.webhooks import Deliverer, Outcome
from tests.api.test_sending import message
from tests.conftest import Api
from tests.web.receiving import Receiver, administers, receiving

SENDER = "varberg"
TEXT = "Kan ni ringa oss i veckan?"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"webhook_seconds": 1.0})


@pytest.fixture
def deliverer(app: Starlette) -> Deliverer:
    found: Deliverer = app.state.deliverer
    return found


@pytest.fixture(autouse=True)
async def now(api: Api) -> None:
    """The moment is the real one, for receivers that look at it; and somebody administers the unit."""
    api.clock.now = dt.datetime.now(dt.UTC)
    await administers(api)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


async def sent(api: Api, text: str = TEXT) -> str:
    """The id of a message to the unit."""
    done = await api.do("sendMessage:MessageInput", SENDER, **message("alva", "eken", text=text))
    found: str = done["sent"]["id"]
    return found


async def due(api: Api, deliverer: Deliverer, later: dt.timedelta = dt.timedelta()) -> dict[Outcome, int]:
    """What becomes of all that is due after that time."""
    api.clock.now += later
    return dict(await deliverer.once())
