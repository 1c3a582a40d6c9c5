"""What is remembered of a token that was verified."""

from __future__ import annotations

import time
from types import SimpleNamespace
from typing import Any

import pytest

from lifecare_gql.web.identity import verifier
from tests.web.issuer import FOUND, Client, Issuer
from tests.web.test_issuers import address as address
from tests.web.test_issuers import asking as asking
from tests.web.test_issuers import issuer as issuer
from tests.web.test_issuers import told
from tests.web.test_issuers import trusting as trusting


async def test_a_signature_is_verified_once_and_the_time_each_time(
    issuer: Issuer, asking: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    trusted, verified, ahead = verifier._trusted, [], 0.0

    def counting(token: str, *others: Any) -> Any:
        verified.append(token)
        return trusted(token, *others)

    monkeypatch.setattr(verifier, "_trusted", counting)
    monkeypatch.setattr(verifier, "time", SimpleNamespace(time=lambda: time.time() + ahead))
    monkeypatch.setattr(verifier, "REMEMBERED", 2)
    one, two, three = (told(extra=number)(issuer) for number in range(3))

    for token in (one, two, one, two, one):
        assert (await asking.post(token)).json() == FOUND
    assert verified == [one, two]
    assert (await asking.post(three)).json() == FOUND
    assert (await asking.post(one)).json() == FOUND
    assert verified == [one, two, three, one], "so many are remembered, and no more"
    ahead = 24 * 3600.0
    assert (await asking.post(one)).json() == FOUND, "the library's clock has not moved"
    assert verified == [one, two, three, one, one], "whose time has run out is looked at again"
