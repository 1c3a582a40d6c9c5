"""Tokens of a real issuer: what is forged or misfit is refused, alike over HTTP and websocket; keys may change."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import hmac
import logging
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from lifecare_gql.app import create_app
from lifecare_gql.errors import IssuerUnavailable
from lifecare_gql.regions import Regions
from lifecare_gql.settings import Settings
from lifecare_gql.web.identity import sources
from lifecare_gql.web.identity.sources import PublishedKeys
from lifecare_gql.web.tokens import DevelopmentIssuer
from tests import world
from tests.conftest import Clock
from tests.web.issuer import (
    ASSIGNMENT,
    FOUND,
    PROVIDER,
    STAFF,
    UNIT,
    WHO,
    Client,
    Issuer,
    Served,
    client,
    issuers_file,
    jwk,
    serving,
)
from tests.web.test_tokens import PEM, base64url, part

Forge = Callable[[Issuer], str]
EKEN = world.staff_of("eken")
LEEWAY = 10


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
async def address(issuer: Issuer) -> AsyncIterator[str]:
    """Where the issuer publishes its keys."""
    async with serving(issuer.app()) as port:
        yield f"http://127.0.0.1:{port}/jwks"


@pytest.fixture
def trusting(settings: Settings, address: str, tmp_path: Path) -> Settings:
    """Settings that trust the issuer."""
    return settings.model_copy(update={"issuers_file": issuers_file(tmp_path, f'jwks_url = "{address}"')})


@pytest.fixture
async def asking(trusting: Settings, regions: Regions, clock: Clock) -> AsyncIterator[Client]:
    async with client(create_app(trusting, regions, clock)) as found:
        yield found


# --- what is refused, and what is not ---


def unsigned(name: str) -> Forge:
    return lambda issuer: f"{part({'alg': name, 'kid': issuer.kid})}.{payload(issuer)}."


def payload(issuer: Issuer, **changed: Any) -> str:
    return part(issuer.claims | {"iat": 0, "exp": 9_999_999_999} | changed)


def mac(issuer: Issuer, secret: bytes) -> str:
    signed = f"{part({'alg': 'HS256', 'kid': issuer.kid})}.{payload(issuer)}"
    return f"{signed}.{base64url(hmac.digest(secret, signed.encode(), hashlib.sha256))}"


def changed_afterwards(issuer: Issuer) -> str:
    head, _, signature = issuer.token().split(".")
    return f"{head}.{payload(issuer, commissionHsaId=EKEN[1])}.{signature}"


def with_its_own_key(issuer: Issuer) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    return issuer.token(key=key, header={"kid": "mine", "jwk": jwk(key, "mine")})


def told(**changed: Any) -> Forge:
    return lambda issuer: issuer.token(**changed)


def lacking(claim: str) -> Forge:
    return lambda issuer: issuer.token(without=claim)


NEEDED = ("iss", "aud", "iat", "exp", "jti", "acr", "employeeHsaId", "commissionHsaId", "commissionPurpose")
REFUSED: dict[str, Forge] = {
    # forged
    "alg none": unsigned("none"),
    "alg NONE": unsigned("NONE"),
    "no alg": lambda issuer: f"{part({'kid': issuer.kid})}.{payload(issuer)}.",
    "HMAC with the public key": lambda issuer: mac(issuer, issuer.key.public_key().public_bytes(*PEM)),
    "HMAC with a guess": lambda issuer: mac(issuer, b"secret" * 8),
    "another key": lambda issuer: issuer.token(key=ec.generate_private_key(ec.SECP256R1())),
    "another curve": lambda issuer: issuer.token(key=ec.generate_private_key(ec.SECP384R1()), algorithm="ES384"),
    "another kind of key": lambda issuer: issuer.token(key=issuer.rsa, algorithm="RS256"),
    "a signature that the key is not for": lambda issuer: issuer.token(
        key=issuer.rsa, algorithm="PS256", header={"kid": "rsa"}
    ),
    "an unknown key": told(header={"kid": "unknown"}),
    "no kid": told(header={}),
    "an empty kid": told(header={"kid": ""}),
    "its own key": with_its_own_key,
    "its own key's address": told(header={"kid": "mine", "jku": "https://evil.example/jwks"}),
    "a certificate's address": told(header={"kid": "mine", "x5u": "https://evil.example/x5u"}),
    "a critical extension": lambda issuer: issuer.token(header={"kid": issuer.kid, "crit": ["exp"]}),
    "changed afterwards": changed_afterwards,
    "a cut signature": lambda issuer: issuer.token()[:-4],
    "no signature": lambda issuer: issuer.token().rpartition(".")[0] + ".",
    "a key for encryption": lambda issuer: issuer.token(header={"kid": "enc"}),
    "a short key": lambda issuer: issuer.token(key=SHORT, algorithm="RS256", header={"kid": "short"}),
    # expired, or not in its time
    "expired": told(exp=-LEEWAY - 3),
    "issued in the future": told(iat=LEEWAY + 3),
    "not valid yet": told(nbf=LEEWAY + 3),
    "too long a life": told(exp=15 * 60 + 5),
    "exp as text": told(exp="tomorrow"),
    "endless": told(exp=float("inf")),
    "far away": told(exp=1e15),
    # misfit
    **{f"no {claim}": lacking(claim) for claim in NEEDED},
    "another issuer": told(iss="https://evil.example"),
    "an issuer with a slash": told(iss="https://issuer.example/"),
    "two issuers": told(iss=["https://issuer.example"]),
    "the development's issuer": told(iss="lifecare-gql-development"),
    "another audience": told(aud="other"),
    "no audience": told(aud=[]),
    "half an audience": told(aud="lifecare"),
    "low assurance": told(acr="http://id.example/loa2"),
    "two assurances": told(acr=["http://id.example/loa2", "http://id.example/loa3"]),
    "assurance as a number": told(acr=3),
    "another purpose": told(commissionPurpose="Administration"),
    "unknown staff": told(employeeHsaId="SE0000000000-X"),
    "another person's assignment": told(employeeHsaId=EKEN[0]),
    "another assignment": told(commissionHsaId=EKEN[1]),
    "an unknown assignment": told(commissionHsaId="SE0000000000-X"),
    "a list of assignments": told(commissionHsaId=[ASSIGNMENT]),
    "no HSA-id": told(employeeHsaId="199001012385"),
    "another unit": told(careUnitHsaId="SE0000000000-U1"),
    "an empty unit": told(careUnitHsaId=""),
    "another care provider": told(careProviderHsaId="SE0000000000-P"),
    "roles as a number": told(roles=1),
    "rights as a list of numbers": told(commissionRights=[1]),
    # no token
    "nothing": lambda issuer: "",
    "a word": lambda issuer: "x",
    "two parts": lambda issuer: ".".join(issuer.token().split(".")[:2]),
    "five parts": lambda issuer: "a.b.c.d.e",
    "two tokens": lambda issuer: f"{issuer.token()}, {issuer.token()}",
    "payload no object": lambda issuer: f"{part({'alg': 'ES256', 'kid': 'first'})}.{part([])}.x",
    "nested": lambda issuer: f"{base64url(b'[' * 5000)}.e30.x",
    "very long": told(note="x" * 10_000),
}
SHORT = rsa.generate_private_key(65537, 1024)

ACCEPTED: dict[str, Forge] = {
    "as it should be": told(),
    "a little too old": told(exp=-LEEWAY + 3),
    "a little too young": told(iat=LEEWAY - 3, nbf=LEEWAY - 3),
    "almost too long a life": told(exp=15 * 60 - 5),
    "for several": told(aud=["other", "lifecare-gql"]),
    "higher assurance": told(acr="http://id.example/loa4"),
    "unit and care provider": told(careUnitHsaId=UNIT, careProviderHsaId=PROVIDER),
    "rights, roles and licences": told(commissionRights=["Läsa"], roles="reader", licences=["SJ"]),
    "by another key": lambda issuer: issuer.token(key=issuer.rsa, algorithm="RS256", header={"kid": "rsa"}),
    "claims that nobody reads": told(extra={"any": ["thing"]}),
}


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")  # one of the keys is
async def test_what_is_forged_expired_or_misfit_is_refused_alike_over_http_and_websocket(
    issuer: Issuer, asking: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    issuer.published += [jwk(issuer.key, "enc", use="enc"), jwk(SHORT, "short")]
    assert len(REFUSED) >= 33

    bodies, closings, tokens = set(), {}, [forge(issuer) for forge in REFUSED.values()]
    for name, token in zip(REFUSED, tokens, strict=True):
        answer = await asking.post(token)
        assert (name, answer.status_code, answer.headers["www-authenticate"]) == (name, 401, "Bearer")
        bodies.add(answer.text)
        closings[name] = await asking.turned_away(token)

    assert len(bodies) == 1, "nobody learns what is wrong"
    assert '"code":"UNAUTHENTICATED"' in bodies.pop()
    assert closings == dict.fromkeys(REFUSED, (4403, "Forbidden"))
    parts = {piece for token in tokens for piece in token.split(".") if len(piece) > 40}
    assert not any(piece in caplog.text for piece in {*parts, STAFF, "199001012385"})


async def test_a_good_token_is_accepted_over_http_and_websocket(issuer: Issuer, asking: Client) -> None:
    for name, forge in ACCEPTED.items():
        assert (name, (await asking.post(forge(issuer))).json()) == (name, FOUND)
        async with asking.entered(forge(issuer)) as socket:
            assert (name, await socket.ask(WHO)) == (name, FOUND)


async def test_the_development_issuer_is_believed_beside_the_others(trusting: Settings, asking: Client) -> None:
    token = DevelopmentIssuer(trusting).issue(STAFF, ASSIGNMENT, dt.datetime.now(dt.UTC))
    assert (await asking.post(token)).json() == FOUND


# --- keys that change, and an issuer that is not there ---


async def test_a_rotation_while_serving_loses_no_request(issuer: Issuer, asking: Client) -> None:
    waiting = iter(range(200))
    answers = []

    async def worker() -> None:
        for at in waiting:
            if at in (50, 100, 150):
                issuer.rotate(f"key of {at}")
            answers.append((await asking.post(issuer.token())).json())

    async with asyncio.TaskGroup() as group:
        for _ in range(20):
            group.create_task(worker())

    assert answers == [FOUND] * 200
    assert 2 <= issuer.asked <= 4, "one fetch at the start, and one for each rotation that was noticed"


async def test_a_key_that_is_no_longer_published_is_no_longer_believed(issuer: Issuer, asking: Client) -> None:
    old = issuer.token()
    issuer.rotate("second")
    issuer.published = issuer.published[-1:]

    assert (await asking.post(old)).json() == FOUND, "the keys are not fetched anew for a known one"
    assert (await asking.post(issuer.token())).json() == FOUND
    assert (await asking.post(old)).status_code == 401


async def test_the_last_good_keys_serve_while_the_issuer_is_down(
    trusting: Settings, regions: Regions, clock: Clock, issuer: Issuer, address: str
) -> None:
    served = Served(issuer.app())
    port = await served.start()
    file = issuers_file(trusting.state_dir, f'jwks_url = "http://127.0.0.1:{port}/jwks"')
    app = create_app(trusting.model_copy(update={"issuers_file": file}), regions, clock)
    async with client(app) as asking:
        await served.stop()
        assert (await asking.post(issuer.token())).json() == FOUND
        assert (await asking.post(issuer.token(header={"kid": "new"}))).status_code == 401
        assert (await asking.post(issuer.token())).json() == FOUND


async def test_a_start_with_the_issuer_down_serves_the_others_and_recovers(
    issuer: Issuer, trusting: Settings, regions: Regions, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(sources, "FETCH_SECONDS", 0.3)
    issuer.delay = 60
    began = asyncio.get_running_loop().time()
    async with client(create_app(trusting, regions, clock)) as asking:
        assert asyncio.get_running_loop().time() - began < 5
        answer = await asking.post(issuer.token())
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert answer.json()["errors"][0]["extensions"] == {"code": "ISSUER_UNAVAILABLE"}
        assert await asking.turned_away(issuer.token()) == (1013, "Try again later")
        assert (await asking.post(None)).json()["data"] == {"viewer": None}

        issuer.delay = 0
        for _ in range(100):
            if (await asking.post(issuer.token())).status_code == 200:
                break
            await asyncio.sleep(0.05)
        assert (await asking.post(issuer.token())).json() == FOUND


def published(address: str, **more: Any) -> PublishedKeys:
    return PublishedKeys("test", address, ("ES256", "RS256"), **more)


async def test_a_hundred_first_requests_make_one_fetch(issuer: Issuer, address: str) -> None:
    keys = published(address)
    found = await asyncio.gather(*(keys.find("first") for _ in range(100)))

    assert (None in found, issuer.asked) == (False, 1)


async def test_unknown_keys_make_a_fetch_or_two_and_then_none_for_a_while(issuer: Issuer, address: str) -> None:
    keys = published(address)
    await keys.fetch()
    for _ in range(3):
        found = await asyncio.gather(*(keys.find(f"unknown {at}") for at in range(100)))
        assert set(found) == {None}
        assert issuer.asked == 3, "one by the first, and one for those who came when it had begun"
    assert await keys.find("first") is not None


async def test_who_comes_during_a_fetch_that_began_too_early_gets_one_of_their_own(
    issuer: Issuer, address: str
) -> None:
    keys = published(address)
    issuer.delay = 0.3
    early = asyncio.create_task(keys.find("first"))
    while not issuer.asked:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    issuer.rotate("second")

    assert await keys.find("second") is not None
    assert (await early is not None, issuer.asked) == (True, 2)


async def test_whoever_waits_is_not_lost_with_the_one_who_fetches_and_goes_away(
    issuer: Issuer, address: str
) -> None:
    keys = published(address)
    issuer.delay = 0.2
    gone, waiting = (asyncio.create_task(keys.find("first")) for _ in range(2))
    await asyncio.sleep(0.1)
    gone.cancel()

    assert await waiting is not None


BAD_ANSWERS = (
    "junk",
    "nested",
    "no keys",
    "another shape",
    "shared keys",
    "an error",
    "a redirect",
    "a long answer",
    "a drip",
)


@pytest.mark.parametrize("behaviour", BAD_ANSWERS)
async def test_an_answer_that_is_no_set_of_keys_changes_nothing(
    issuer: Issuer, address: str, monkeypatch: pytest.MonkeyPatch, behaviour: str
) -> None:
    monkeypatch.setattr(sources, "FETCH_SECONDS", 2)
    keys = published(address)
    issuer.behaviour = behaviour
    with pytest.raises(IssuerUnavailable):
        await keys.find("first")
    issuer.behaviour = "good"
    await keys.fetch()
    issuer.behaviour = behaviour
    await keys.fetch()

    assert (await keys.find("first") is not None, issuer.asked) == (True, 3)


async def test_the_last_good_keys_do_not_serve_for_ever(issuer: Issuer, address: str) -> None:
    clock = [0.0]
    keys = published(address, last_hours=24, monotonic=lambda: clock[0])
    await keys.fetch()
    issuer.behaviour = "an error"

    clock[0] = 24 * 3600 - 1.0
    assert await keys.find("first") is not None
    clock[0] = 24 * 3600.0
    with pytest.raises(IssuerUnavailable):
        await keys.find("first")
