"""The row beyond a page only tells that there are more: it is not shown, so nobody's data was."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.api.test_access import log
from tests.api.test_life import sent
from tests.conftest import Api
from tests.world import uid

INBOX = """query Page($first: Int, $last: Int) { viewer { unit { inbox(first: $first, last: $last) {
  nodes { patient { givenName } } pageInfo { hasNextPage hasPreviousPage } } } } }"""


@pytest.mark.parametrize(
    ("window", "shown", "more"), [("first", "bo", [True, False]), ("last", "alva", [False, True])]
)
async def test_only_whom_a_page_shows_is_logged(api: Api, window: str, shown: str, more: list[bool]) -> None:
    for minute, patient in enumerate(("alva", "bo")):
        api.clock.now = dt.datetime(2026, 11, 23, 9, minute, tzinfo=dt.UTC)
        await sent(api, "varberg", "eken", patient=patient)

    inbox = (await api(INBOX, "eken", **{window: 1}))["viewer"]["unit"]["inbox"]

    assert [one["patient"]["givenName"] for one in inbox["nodes"]] == [shown.capitalize()]
    assert list(inbox["pageInfo"].values()) == more
    assert [one["patient"] for one in await log(api) if one["operation"] == "Page"] == [
        str(uid(f"patient {shown}"))
    ]
