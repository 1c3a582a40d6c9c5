"""A receiver of webhooks behind a real socket, that answers as it is told, and what is asked of webhooks."""

from __future__ import annotations

import asyncio
import base64
import datetime as dt
import json
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from standardwebhooks import Webhook as Signer
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.conftest import REFUSALS, Api, run
from tests.test_cli import free_port
from tests.world import pid, staff_of

UNIT = "eken"
ADMINISTRATOR = "linden"
"""Whose nurse administers Halland's units, once `administers` has said so."""
WEBHOOK = "id state version url topics previousSecretUntil lastAttemptAt lastSuccessAt lastStatus"
DELIVERY = "id messageId topic state attempts lastStatus at begunAt lastAttemptAt endedAt"
LIST = f"""query W($of: ID!, $ended: Boolean! = false) {{ webhooks(unitId: $of, ended: $ended) {{ nodes {{
  {WEBHOOK}
  waiting {{ nodes {{ {DELIVERY} }} }} deadLetters {{ nodes {{ {DELIVERY} }} }}
  history {{ nodes {{ version kind reason by {{ staff {{ name }} }} }} }} }} }} }}"""


@dataclass(frozen=True)
class Received:
    """One POST."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def told(self) -> Any:
        """The body."""
        return json.loads(self.body)

    def signed_with(self, secret: str) -> bool:
        """Whether one of the signatures is that of the secret, whatever the time is."""
        at = dt.datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), dt.UTC)
        wanted = Signer(secret).sign(self.id, at, self.body.decode())
        return wanted in self.headers["webhook-signature"].split(" ")

    @property
    def signatures(self) -> int:
        return len(self.headers["webhook-signature"].split(" "))


def ok(_: Received) -> int:
    """Takes everything in."""
    return 200


@dataclass
class Receiver:
    """Keeps what it gets; `answers` says the status, 0 for an answer that comes too late."""

    port: int
    answers: Callable[[Received], int] = ok
    heard: list[Received] = field(default_factory=list)
    taken: list[Received] = field(default_factory=list)
    slow: float = 3.0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/in/path-token?key=query-token"

    @property
    def ids(self) -> list[str]:
        """The ids of what was taken in, each once, in the order of the first time."""
        return list(dict.fromkeys(one.id for one in self.taken))

    async def serve(self, request: Request) -> Response:
        one = Received(request.url.path, dict(request.headers), await request.body())
        self.heard.append(one)
        status = self.answers(one)
        if status == 0:
            await asyncio.sleep(self.slow)
            status = 200
        if 200 <= status < 300:
            self.taken.append(one)
        headers = {"location": f"http://127.0.0.1:{self.port}/elsewhere"} if 300 <= status < 400 else {}
        return Response("x" * 100_000, status_code=status, headers=headers)


@asynccontextmanager
async def receiving(answers: Callable[[Received], int] = ok, **more: Any) -> AsyncIterator[Receiver]:
    """A receiver that runs; `more`: further settings of uvicorn, such as those of TLS."""
    receiver = Receiver(free_port(), answers)
    routes = [Route("/{path:path}", receiver.serve, methods=["POST", "GET"])]
    config = uvicorn.Config(
        Starlette(routes=routes),
        port=receiver.port,
        log_config=None,
        lifespan="off",
        timeout_graceful_shutdown=1,
        **more,
    )
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    running = asyncio.create_task(server._serve())
    while not server.started:  # noqa: ASYNC110  # it tells nobody
        await asyncio.sleep(0.01)
    try:
        yield receiver
    finally:
        server.should_exit = True
        await running


async def administers(api: Api, unit: str = ADMINISTRATOR, role: str = "OBJECT_SPECIALIST") -> None:
    """The unit's nurse administers the units of Halland."""
    await run(
        api,
        "insert into role_grant (id, assignment_id, role, region_code, version, since)"
        f" select '{uuid.uuid4()}', id, '{role}', 'halland', 1, '2026-01-01 00:00:00+00:00' from assignment"
        f" where hsa_id = '{staff_of(unit)[1]}'",
    )


async def act(api: Api, field_name: str, by: str = ADMINISTRATOR, key: str = "", **input: Any) -> Any:
    """The result of a mutation of webhooks."""
    made = field_name in ("registerWebhook", "rotateWebhookSecret")
    kind = {"registerWebhook": "RegisterWebhookInput", "replayWebhook": "ReplayWebhookInput"}
    shown = f"replayed webhook {{ {WEBHOOK} }} event {{ kind reason version }}"
    success = f"... on WebhookSecretMade {{ {shown} secret }}" if made else f"... on WebhookChanged {{ {shown} }}"
    text = f"""mutation Do($input: {kind.get(field_name, "WebhookInput")}!, $key: String!) {{
      {field_name}(input: $input, idempotencyKey: $key) {{ __typename {success} {REFUSALS} }} }}"""
    return (await api(text, by, input=input, key=key or str(uuid.uuid4())))[field_name]


async def done(api: Api, field_name: str, **input: Any) -> Any:
    """The result of a mutation of webhooks that must be done."""
    result = await act(api, field_name, **input)
    assert "message" not in result, result
    return result


async def registered(api: Api, url: str, unit: str = UNIT, topics: list[str] | None = None) -> tuple[str, str]:
    """The id and the secret of a new webhook."""
    made = await done(api, "registerWebhook", unitId=pid("unit", unit), url=url, topics=topics)
    assert len(base64.b64decode(made["secret"].removeprefix("whsec_"))) == 32
    return made["webhook"]["id"], made["secret"]


async def standing(api: Api, unit: str = UNIT, ended: bool = False) -> Any:
    """The unit's only webhook, as its administrator sees it."""
    [found] = (await api(LIST, ADMINISTRATOR, of=pid("unit", unit), ended=ended))["webhooks"]["nodes"]
    return found
