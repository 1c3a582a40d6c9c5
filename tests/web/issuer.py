"""A real issuer over HTTP, the application behind a real socket, and a client of its websocket."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx2
import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from lifecare_gql.settings import BUDGETS, CALLER, Settings
from lifecare_gql.web.logging import hush
from lifecare_gql.web.serving import UVICORN
from tests import world
from tests.conftest import Api, run

URL = "https://issuer.example"
STAFF, ASSIGNMENT = world.staff_of("varberg")
UNIT, PROVIDER = "SE0000000000-U0", "SE0000000000-O"
LOA3 = "http://id.example/loa3"
WHO = "{ viewer { unit { name } } }"
FOUND: dict[str, Any] = {
    "data": {"viewer": {"unit": {"name": "Varberg"}}},
    "extensions": {"cost": {"requested": 0, "actual": 0, "limit": BUDGETS[CALLER].nodes}},
}
PROTOCOL = Subprotocol("graphql-transport-ws")

TABLE = """
[test]
issuer = "{issuer}"
{keys}
audience = "lifecare-gql"
algorithms = ["ES256", "RS256"]
purposes = ["Vård och behandling"]
required = ["jti"]

[test.claims]
staff = "employeeHsaId"
assignment = "commissionHsaId"
purpose = "commissionPurpose"
unit = "careUnitHsaId"
care_provider = "careProviderHsaId"
rights = "commissionRights"
professions = "licences"
roles = "roles"

[test.assurance]
accepted = ["http://id.example/loa3", "http://id.example/loa4"]

[test.methods]
values = {{ card = "SITHS_CARD", service = "SERVICE_CARD", eid = "SITHS_EID", netid = "NET_ID" }}
"""


def issuers_file(directory: Path, keys: str) -> Path:
    """A file with the one issuer of the tests."""
    file = directory / "issuers.toml"
    file.write_text(TABLE.format(issuer=URL, keys=keys), "utf-8")
    return file


def jwk(key: Any, kid: str | None, **more: Any) -> dict[str, Any]:
    """A key as it is published."""
    kind = (
        jwt.algorithms.ECAlgorithm if isinstance(key, ec.EllipticCurvePrivateKey) else jwt.algorithms.RSAAlgorithm
    )
    told: dict[str, Any] = kind.to_jwk(key.public_key(), as_dict=True)
    return told | ({} if kid is None else {"kid": kid}) | more


class Issuer:
    """An issuer's keys, what it publishes of them, how it behaves, and how often it was asked."""

    def __init__(self) -> None:
        self.key: Any = ec.generate_private_key(ec.SECP256R1())
        self.rsa = rsa.generate_private_key(65537, 2048)
        self.kid = "first"
        self.published = [jwk(self.key, "first"), jwk(self.rsa, "rsa", alg="RS256", use="sig")]
        self.behaviour = "good"
        self.delay = 0.0
        self.asked = 0
        self.claims: dict[str, Any] = {
            "iss": URL,
            "aud": "lifecare-gql",
            "jti": "one",
            "employeeHsaId": STAFF,
            "commissionHsaId": ASSIGNMENT,
            "commissionPurpose": "Vård och behandling",
            "acr": LOA3,
            "amr": ["card"],
        }

    def rotate(self, kid: str) -> None:
        """Sign with a new key from now on; the old ones stay published until they are retired."""
        self.key, self.kid = ec.generate_private_key(ec.SECP256R1()), kid
        self.published.append(jwk(self.key, kid))

    def token(
        self,
        *,
        without: str = "",
        key: Any = None,
        algorithm: str = "ES256",
        header: dict[str, Any] | None = None,
        **changed: Any,
    ) -> str:
        """A good token but for what is said; moments in seconds from now."""
        now = dt.datetime.now(dt.UTC).timestamp()
        moments = {"iat": 0, "exp": 300} | {
            name: changed.pop(name) for name in ("iat", "exp", "nbf") if name in changed
        }
        claims = self.claims | {
            name: now + at if isinstance(at, int | float) and abs(at) < 1e8 else at for name, at in moments.items()
        }
        told = {name: value for name, value in (claims | changed).items() if name != without}
        head = {"kid": self.kid} if header is None else header
        return jwt.api_jws.encode(json.dumps(told).encode(), key or self.key, algorithm, head)

    def app(self) -> ASGIApp:
        return Starlette(routes=[Route("/jwks", self._jwks), Route("/elsewhere", self._elsewhere)])

    async def _elsewhere(self, request: Request) -> Response:
        return Response(json.dumps({"keys": self.published}))

    async def _jwks(self, request: Request) -> Response:
        self.asked += 1
        body = json.dumps({"keys": self.published}).encode()
        await asyncio.sleep(self.delay)
        answers = {
            "good": lambda: Response(body, media_type="application/json"),
            "junk": lambda: Response(b"<html>"),
            "nested": lambda: Response(b"[" * 100_000),
            "no keys": lambda: Response(b'{"keys": []}'),
            "another shape": lambda: Response(b'{"keys": [1, null, "x"]}'),
            "shared keys": lambda: Response(b'{"keys": [{"kty": "oct", "k": "c2VjcmV0", "kid": "first"}]}'),
            "an error": lambda: Response(b"", 500),
            "a redirect": lambda: RedirectResponse("/elsewhere"),
            "a long answer": lambda: Response(b" " * 300_000 + body),
            "a drip": lambda: StreamingResponse(_drip(body)),
        }
        return answers[self.behaviour]()


async def _drip(body: bytes) -> AsyncIterator[bytes]:
    for at in range(len(body)):
        yield body[at : at + 1]
        await asyncio.sleep(0.05)


class Served:
    """An application behind a real socket, until it is stopped."""

    def __init__(self, app: ASGIApp, port: int = 0) -> None:
        config = uvicorn.Config(app, host="127.0.0.1", port=port, **UVICORN)
        self._server = uvicorn.Server(config)

    async def start(self) -> int:
        """Start, lifespan and all; the port."""
        self._serving = asyncio.create_task(self._server.serve())
        while not self._server.started and not self._serving.done():  # noqa: ASYNC110  # uvicorn has no event for it
            await asyncio.sleep(0.01)
        return int(self._server.servers[0].sockets[0].getsockname()[1])

    async def stop(self) -> None:
        self._server.should_exit = True
        await self._serving


@asynccontextmanager
async def serving(app: ASGIApp, port: int = 0) -> AsyncIterator[int]:
    """The application behind a real socket; its port."""
    served = Served(app, port)
    yield await served.start()
    await served.stop()


Closed = tuple[int, str]


class Client:
    """Asks over HTTP, and over a websocket, with a token or without."""

    def __init__(self, http: httpx2.AsyncClient, port: int) -> None:
        self.http, self.port = http, port

    async def post(self, token: str | None, query: str = WHO, **variables: Any) -> httpx2.Response:
        head = {} if token is None else {"authorization": f"Bearer {token}".rstrip()}
        return await self.http.post("/graphql", json={"query": query, "variables": variables}, headers=head)

    @asynccontextmanager
    async def socket(self, **options: Any) -> AsyncIterator[Socket]:
        """A websocket on which nothing was said yet."""
        options = {"subprotocols": [PROTOCOL], "url": ""} | options
        url = f"ws://127.0.0.1:{self.port}/graphql{options.pop('url')}"
        async with connect(url, logger=_SILENT, proxy=None, compression=None, **options) as connection:
            yield Socket(connection)

    @asynccontextmanager
    async def entered(self, token: str, **more: Any) -> AsyncIterator[Socket]:
        """A websocket that has taken the token, and what is said beside it."""
        async with self.socket() as socket:
            await socket.say(type="connection_init", payload={"authorization": f"Bearer {token}", **more})
            assert await socket.heard() == {"type": "connection_ack"}
            yield socket

    async def turned_away(self, token: str) -> Closed | None:
        """How a websocket with the token is closed; None when it is let in."""
        async with self.socket() as socket:
            await socket.say(type="connection_init", payload={"authorization": f"Bearer {token}"})
            heard = await socket.heard()
            return heard if isinstance(heard, tuple) else None


class Socket:
    """One websocket, from the client's side."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection

    async def say(self, **message: Any) -> None:
        await self.send(json.dumps(message))

    async def send(self, frame: str | bytes) -> None:
        await self._connection.send(frame)

    async def heard(self) -> Any:
        """The next message, or with which code and reason the server closed."""
        try:
            return json.loads(await asyncio.wait_for(self._connection.recv(), 20))
        except ConnectionClosed as closed:
            said = closed.rcvd  # None when the server went away without a word
            return (said.code, said.reason) if said else (1006, "")

    async def subscribe(self, query: str, name: str = "1", /, **variables: Any) -> None:
        await self.say(type="subscribe", id=name, payload={"query": query, "variables": variables})

    async def ask(self, query: str, name: str = "1", /, **variables: Any) -> Any:
        """The answer to a query or a mutation, of which there is exactly one."""
        await self.subscribe(query, name, **variables)
        heard = await self.heard()
        if isinstance(heard, dict) and heard["type"] == "next":
            assert await self.heard() == {"id": name, "type": "complete"}
            return heard["payload"]
        return heard


_SILENT = logging.getLogger("tests.silent")
_SILENT.setLevel(logging.CRITICAL + 1)  # a level stays; `disabled` is undone by whoever configures logging


async def change(settings: Settings, sql: str) -> list[Any]:
    """Run one statement on the application's database, behind its back."""
    return await run(Api(None, None, None, settings.database_url), sql)  # type: ignore[arg-type]


@asynccontextmanager
async def client(app: ASGIApp) -> AsyncIterator[Client]:
    """A client of the application behind a real socket."""
    hush()
    async with (
        serving(app) as port,
        httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=30) as http,
    ):
        yield Client(http, port)
