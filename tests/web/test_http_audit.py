"""The audit suite of GraphQL over HTTP, as it is published, against the server as it is started."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import AsyncIterator

import pytest

from lifecare_gql.app import create_app
from lifecare_gql.regions import Regions
from lifecare_gql.settings import HttpStatus, Settings
from lifecare_gql.storage.url import Dialect
from tests.clients.node import Node
from tests.clients.node import node as node
from tests.conftest import Clock
from tests.web.issuer import serving

REQUIRED = {"MUST": 13, "SHOULD": 23, "MAY": 25}
NEWER = {  # what the suite finds wrong in the newest text, and what that text says instead
    "572B": "422, whatever a legacy client accepts (section Body)",
    "FDE2": "422, whatever a legacy client accepts (section Body)",
    "7B9B": "422, whatever a legacy client accepts (section Body)",
    "86EE": "422 (section Status Codes)",
    "423L": "422 (section Status Codes)",
    "3E3A": "422 (section Status Codes)",
} | {f"{name}{at}": "422 (section Status Codes)" for name in ("LKJ", "6C0", "476", "58B") for at in range(4)}


@pytest.fixture(params=[Dialect.SQLITE])
def dialect(request: pytest.FixtureRequest) -> Dialect:
    """HTTP is the same on both databases."""
    return Dialect(request.param)


@pytest.fixture(params=list(HttpStatus))
async def audited(
    node: Node, settings: Settings, regions: Regions, clock: Clock, request: pytest.FixtureRequest
) -> AsyncIterator[list[dict[str, str]]]:
    """What the suite says of either text."""
    app = create_app(settings.model_copy(update={"http_status": request.param}), regions, clock)
    async with serving(app) as port:
        yield json.loads(await node.run("audit.mjs", f"http://127.0.0.1:{port}/graphql"))


async def test_the_audit_suite_finds_nothing_but_what_the_newest_text_says(
    audited: list[dict[str, str]], request: pytest.FixtureRequest
) -> None:
    assert Counter(one["name"].split()[0] for one in audited) == REQUIRED
    wrong = {one["id"]: one["reason"] for one in audited if one["status"] != "ok"}
    newest = HttpStatus.DRAFT.value in request.node.callspec.id

    assert set(wrong) == (set(NEWER) if newest else set()), wrong
