"""Only a token of the issuer, for us, in its time, for an assignment that is valid now, opens anything."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from starlette.applications import Starlette

from lifecare_gql.app import create_app
from lifecare_gql.errors import ConfigurationError
from lifecare_gql.regions import Regions
from lifecare_gql.settings import Mode, Settings
from lifecare_gql.web.tokens import DevelopmentIssuer
from tests import world
from tests.conftest import Api, run
from tests.web.hostile import query

WHO = "{ viewer { unit { name } } }"
STAFF, ASSIGNMENT = world.staff_of("varberg")
PEM = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

Forge = Callable[["Forger"], str]


class Forger:
    """Makes tokens with the issuer's key, as the tests' settings have it, or with any other."""

    def __init__(self, settings: Settings) -> None:
        DevelopmentIssuer(settings)  # makes the key
        text = (settings.state_dir / "development-issuer.pem").read_bytes()
        self.key = serialization.load_pem_private_key(text, password=None)
        self.now = dt.datetime.now(dt.UTC)
        self.claims: dict[str, Any] = {
            "iss": settings.token_issuer,
            "aud": settings.token_audience,
            "sub": STAFF,
            "commission": ASSIGNMENT,
            "iat": self.now,
            "exp": self.now + dt.timedelta(minutes=5),
        }

    def token(self, *, without: str = "", key: Any = None, algorithm: str = "ES256", **changed: Any) -> str:
        """A good token but for what is said."""
        claims = {name: value for name, value in (self.claims | changed).items() if name != without}
        return jwt.encode(claims, key or self.key, algorithm=algorithm)

    def later(self, **by: float) -> dt.datetime:
        return self.now + dt.timedelta(**by)

    def signed_with_the_public_key(self) -> str:
        """HMAC with the public key, which everybody has, as the secret."""
        public = self.key.public_key().public_bytes(*PEM)
        claims = self.claims | {"iat": 0, "exp": int(self.later(hours=1).timestamp())}
        signed = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims)}"
        return f"{signed}.{base64url(hmac.digest(public, signed.encode(), hashlib.sha256))}"

    def with_payload(self, **changed: Any) -> str:
        """A good token whose payload was changed afterwards."""
        header, _, signature = self.token().split(".")
        return f"{header}.{part(self.claims | {'iat': 0, 'exp': 9_999_999_999} | changed)}.{signature}"

    def with_header(self, **header: Any) -> str:
        """A good token under another header, signed as it should be under ES256."""
        return jwt.encode(self.claims, self.key, algorithm="ES256", headers=header)


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(value: Any) -> str:
    return base64url(json.dumps(value).encode())


def unsigned(name: str) -> Forge:
    return lambda forger: f"{part({'alg': name})}.{part(forger.claims | {'iat': 0, 'exp': 9_999_999_999})}."


def other_staff(forger: Forger) -> str:
    return forger.token(sub=world.staff_of("eken")[0])


FORGED: dict[str, Forge] = {
    "alg none": unsigned("none"),
    "alg None": unsigned("None"),
    "no alg": lambda forger: f"{part({})}.{part({})}.",
    "HMAC with the public key": Forger.signed_with_the_public_key,
    "HMAC with a guess": lambda forger: forger.token(key="secret" * 8, algorithm="HS256"),
    "another key": lambda forger: forger.token(key=ec.generate_private_key(ec.SECP256R1())),
    "another curve": lambda forger: forger.token(key=ec.generate_private_key(ec.SECP384R1()), algorithm="ES384"),
    "another kind of key": lambda forger: forger.token(
        key=rsa.generate_private_key(65537, 2048), algorithm="RS256"
    ),
    "changed payload": lambda forger: forger.with_payload(commission=world.staff_of("eken")[1]),
    "cut signature": lambda forger: forger.token()[:-4],
    "no signature": lambda forger: forger.token().rpartition(".")[0] + ".",
    "another issuer": lambda forger: forger.token(iss="somebody"),
    "another audience": lambda forger: forger.token(aud="something"),
    **{
        f"no {claim}": lambda forger, claim=claim: forger.token(without=claim)
        for claim in ("iss", "aud", "sub", "commission", "iat", "exp")
    },
    "expired": lambda forger: forger.token(exp=forger.later(seconds=-12)),
    "issued in the future": lambda forger: forger.token(iat=forger.later(seconds=60)),
    "not valid yet": lambda forger: forger.token(nbf=forger.later(seconds=60)),
    "exp as text": lambda forger: forger.token(exp="tomorrow"),
    "endless exp": lambda forger: forger.token(exp=float("inf")),
    "numeric sub": lambda forger: forger.token(sub=1),
    "list as commission": lambda forger: forger.token(commission=[ASSIGNMENT]),
    "empty commission": lambda forger: forger.token(commission=""),
    "long sub": lambda forger: forger.token(sub="S" * 32),
    "unknown staff": lambda forger: forger.token(sub="SE0000000000-X"),
    "unknown assignment": lambda forger: forger.token(commission="SE0000000000-X"),
    "another person's assignment": other_staff,
    "detached payload": lambda forger: forger.with_header(b64=False),
    "a critical extension": lambda forger: forger.with_header(crit=["exp"]),
    "an empty token": lambda forger: "",
    "no token at all": lambda forger: "x",
    "two parts": lambda forger: ".".join(forger.token().split(".")[:2]),
    "four parts": lambda forger: forger.token() + ".x",
    "encrypted": lambda forger: "a.b.c.d.e",
    "header no JSON": lambda forger: f"{base64url(b'{')}.e30.x",
    "header a list": lambda forger: f"{part([1])}.e30.x",
    "nested header": lambda forger: f"{base64url(b'[' * 5000)}.e30.x",
    "payload no object": lambda forger: jwt.api_jws.encode(b"[]", forger.key, algorithm="ES256"),
    "very long": lambda forger: "x" * 60_000,
    "long but good": lambda forger: forger.token(note="x" * 10_000),
}

HEADERS: dict[str, Callable[[str], str | bytes]] = {
    "basic": lambda token: "Basic dXNlcjpwYXNz",
    "another scheme": lambda token: f"Token {token}",
    "no scheme": lambda token: token,
    "only the scheme": lambda token: "Bearer",
    "nothing": lambda token: "",
    "not ASCII": lambda token: f"Bearer {token}å".encode(),
}


@pytest.fixture
def forger(settings: Settings) -> Forger:
    return Forger(settings)


async def ask(api: Api, authorization: str | bytes) -> httpx2.Response:
    headers = {"content-type": "application/json", "authorization": authorization}
    return await api.http.post("/graphql", content=query(WHO), headers=headers)


def refused(answer: httpx2.Response) -> bool:
    [error] = answer.json()["errors"]
    challenge = answer.headers.get("www-authenticate")
    return (answer.status_code, error["extensions"], challenge) == (401, {"code": "UNAUTHENTICATED"}, "Bearer")


async def test_a_forged_or_misfit_token_is_refused(
    api: Api, forger: Forger, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for name, forge in FORGED.items():
        token = forge(forger)
        answer = await ask(api, f"Bearer {token}")
        assert refused(answer), name
        assert "data" not in answer.json()
        longest = max(token.split("."), key=len)
        assert len(longest) < 8 or (longest not in caplog.text and longest not in answer.text)
    assert (await ask(api, f"Bearer {forger.token()}")).status_code == 200


async def test_another_header_than_bearer_is_refused(api: Api, forger: Forger) -> None:
    for name, header in HEADERS.items():
        assert refused(await ask(api, header(forger.token()))), name


# Clocks may differ by ten seconds.
GOOD: tuple[dict[str, Any], ...] = ({}, {"exp": -8}, {"iat": 8}, {"nbf": 8}, {"extra": "ignored"})


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
async def test_a_good_token_is_accepted(api: Api, settings: Settings, scheme: str) -> None:
    for changed in GOOD:
        forger = Forger(settings)
        moments = {name: forger.later(seconds=by) if isinstance(by, int) else by for name, by in changed.items()}
        answer = await ask(api, f"{scheme} {forger.token(**moments)}")
        assert answer.json()["data"] == {"viewer": {"unit": {"name": "Varberg"}}}, changed


@pytest.mark.parametrize(("column", "moment"), [("until", "2026-11-23 09:00:00+00:00"), ("since", "2026-11-24")])
async def test_an_assignment_counts_only_in_its_time(api: Api, forger: Forger, column: str, moment: str) -> None:
    moment = moment if "+" in moment else f"{moment} 00:00:00+00:00"
    await run(api, f"update assignment set {column} = '{moment}' where hsa_id = '{ASSIGNMENT}'")

    assert refused(await ask(api, f"Bearer {forger.token()}"))
    api.clock.now += dt.timedelta(seconds=-1 if column == "until" else 24 * 3600)
    assert (await ask(api, f"Bearer {forger.token()}")).status_code == 200


async def test_without_a_token_one_is_nobody(api: Api) -> None:
    assert await api("{ viewer { name } regions { code } }") == {
        "viewer": None,
        "regions": [{"code": code} for code in ("halland", "orebro", "stockholm", "vasternorrland")],
    }


async def test_somebody_can_log_in_as_a_demo_actor(api: Api, settings: Settings) -> None:
    actors = (await api.http.get("/dev/actors")).json()
    answer = await api.http.post("/dev/token", json={"actor": actors[0]["id"]})

    claims = jwt.decode(answer.json()["token"], options={"verify_signature": False})
    assert (claims["commission"], claims["sub"]) == (actors[0]["id"], actors[0]["staff_hsa_id"])
    assert answer.json()["expiresAt"] == "2026-11-23T10:00:00+00:00"


NOWHERE: list[tuple[str, str, dict[str, str]]] = [
    # client, host header
    ("127.0.0.1", "evil.example", {}),
    ("127.0.0.1", "localhost.evil.example", {}),
    ("127.0.0.1", "127.0.0.1.evil.example:8000", {}),
    ("127.0.0.1", "192.168.0.5:8000", {}),
    ("127.0.0.1", "0.0.0.0:8000", {}),
    ("127.0.0.1", "[::1", {}),
    ("127.0.0.1", "", {}),
    ("192.168.0.5", "localhost:8000", {}),
    ("10.0.0.1", "127.0.0.1", {"x-forwarded-for": "127.0.0.1", "x-real-ip": "127.0.0.1"}),
]


async def test_demo_logins_are_for_this_machine_only(app: Starlette) -> None:
    for client, host, more in NOWHERE:
        transport = httpx2.ASGITransport(app=app, client=(client, 4711))
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
            actors = await http.get("/dev/actors", headers={"host": host} | more)
            token = await http.post("/dev/token", json={"actor": "x"}, headers={"host": host} | more)
        assert (client, host, actors.status_code, token.status_code) == (client, host, 404, 404)
        assert "SE0000000000" not in actors.text


async def test_this_machine_has_several_names(api: Api) -> None:
    for host in ("localhost", "localhost:8000", "127.0.0.1:8000", "[::1]:8000", "127.8.8.8"):
        assert (await api.http.get("/dev/actors", headers={"host": host})).status_code == 200


LOGINS: dict[bytes, int] = {
    b"{": 400,
    b"\xff": 400,
    b"": 400,
    b'"x"': 404,
    b"null": 404,
    b"{}": 404,
    b'{"actor":[1]}': 404,
    b"[" * 1000: 400,
    b"[" * 5000: 413,
}


async def test_a_malformed_login_is_refused(api: Api) -> None:
    answers = {body: (await api.http.post("/dev/token", content=body)).status_code for body in LOGINS}
    assert answers == LOGINS


def production(settings: Settings, directory: Path, **changed: Any) -> Settings:
    """The settings of a production whose issuer has the development's key."""
    DevelopmentIssuer(settings)
    key = serialization.load_pem_private_key(
        (settings.state_dir / "development-issuer.pem").read_bytes(), password=None
    )
    file = directory / "issuer.pem"
    file.write_bytes(key.public_key().public_bytes(*PEM))
    given = settings.model_dump() | {"mode": Mode.PRODUCTION, "token_public_key_file": file} | changed
    return Settings(**given)


async def test_production_takes_tokens_and_has_no_demo(
    settings: Settings, regions: Regions, forger: Forger, tmp_path: Path
) -> None:
    app = create_app(production(settings, tmp_path), regions)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://127.0.0.1:8000") as http,
    ):
        paths = ("/", "/graphiql", "/graphiql/static/graphiql.js", "/dev/actors", "/dev/token")
        assert [(await http.get(path)).status_code for path in paths] == [404] * len(paths)
        assert (await http.post("/dev/token", json={"actor": ASSIGNMENT})).status_code == 404
        told = await http.post(
            "/graphql", json={"query": WHO}, headers={"authorization": f"Bearer {forger.token()}"}
        )
        assert told.json()["data"] == {"viewer": {"unit": {"name": "Varberg"}}}
        assert (await http.get("/livez")).text == "ok"


def test_the_development_issuer_refuses_production(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="does not run in production"):
        DevelopmentIssuer(production(settings, tmp_path))


@pytest.mark.parametrize(
    ("content", "algorithms", "told"),
    [
        (None, "ES256", "cannot be read"),
        (b"", "ES256", "no public key"),
        (b"-----BEGIN PUBLIC KEY-----\nx\n-----END PUBLIC KEY-----\n", "ES256", "no public key"),
        ("private", "ES256", "no public key"),
        ("public", "RS256", "for RS256"),
    ],
)
def test_a_public_key_that_cannot_be_used_stops_the_start(
    settings: Settings, regions: Regions, forger: Forger, tmp_path: Path, content: Any, algorithms: str, told: str
) -> None:
    file = tmp_path / "key.pem"
    private = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    known = {"private": forger.key.private_bytes(*private), "public": forger.key.public_key().public_bytes(*PEM)}
    if content is not None:
        file.write_bytes(known.get(content, content))

    with pytest.raises(ConfigurationError, match=f"LIFECARE_TOKEN_PUBLIC_KEY_FILE.*{told}"):
        create_app(
            production(settings, tmp_path, token_public_key_file=file, token_algorithms=algorithms), regions
        )


def test_a_damaged_key_of_the_development_stops_the_start(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "development-issuer.pem").write_text("")

    with pytest.raises(ConfigurationError, match=r"development-issuer\.pem .* is damaged"):
        DevelopmentIssuer(settings.model_copy(update={"state_dir": tmp_path}))
