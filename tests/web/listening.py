"""Subscribers over websockets, and staff who give them something to hear."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from lifecare_gql.settings import Settings
from lifecare_gql.web.tokens import DevelopmentIssuer
from tests import world
from tests.api.test_sending import message
from tests.conftest import RESULT
from tests.web.issuer import Client, Socket

CHANGES = """subscription Changes($after: String, $topics: [ChangeTopic!]) {
  changes(after: $after, topics: $topics) {
    __typename cursor at kind
    ... on MessageChangeEvent { message { id version state text patient { id givenName } } }
    ... on EpisodeChangeEvent { episode { id state version } }
    ... on PlanChangeEvent { plan { id state } }
    ... on TaskChangeEvent { task { id kind } }
    ... on OutageChangeEvent { outage { id state history { nodes { kind } } } }
    ... on Resync { reason }
  }
}"""
NOW = "{ changesCursor }"
LEEWAY = dt.timedelta(seconds=10)
"""How much longer than it says a token is accepted."""


class Staff:
    """Tokens of the nurses, and what they do."""

    def __init__(self, settings: Settings) -> None:
        self._issuer = DevelopmentIssuer(settings)

    def token(self, unit: str, **lifetime: float) -> str:
        """A token of the unit's nurse, that is accepted as long as is said; else for an hour."""
        begun = dt.datetime.now(dt.UTC) - dt.timedelta(minutes=1)
        left = dt.timedelta(**lifetime or {"hours": 1}) + dt.timedelta(minutes=1) - LEEWAY
        return self._issuer.issue(*world.staff_of(unit), begun, left)

    async def ask(self, client: Client, mutation: str, unit: str, key: str = "", /, **input: Any) -> Any:
        """The whole answer to a mutation with an input."""
        field, kind = mutation.split(":")
        text = f"""mutation Do($input: {kind}!, $key: String!) {{
          {field}(input: $input, idempotencyKey: $key) {{ __typename ...R }} }} {RESULT[field]}"""
        answer = await client.post(self.token(unit), text, input=input, key=key or str(uuid4()))
        return answer.json()

    async def send(self, client: Client, text: str = "Fråga", sender: str = "varberg", to: str = "eken") -> str:
        """Send a message about Alva; its id."""
        answer = await self.ask(client, "sendMessage:MessageInput", sender, **message("alva", to, text=text))
        found: str = answer["data"]["sendMessage"]["sent"]["id"]
        return found


class Away(Exception):
    """Whoever comes while the database is away is told to come again: nothing was begun."""


_AWAY = {"UNAVAILABLE", "TRY_AGAIN"}


class Listener:
    """A subscription that remembers its place."""

    def __init__(self, socket: Socket, cursor: str) -> None:
        self.socket, self.cursor = socket, cursor

    async def heard(self) -> Any:
        """The next change; what else came, as it came."""
        said = await self.socket.heard()
        if isinstance(said, dict) and said["type"] == "error":
            codes = {one["extensions"]["code"] for one in said["payload"]}
            if codes <= _AWAY:
                raise Away
        if not (isinstance(said, dict) and said["type"] == "next" and said["payload"].get("data")):
            return said
        change = said["payload"]["data"]["changes"]
        self.cursor = change["cursor"]
        return change


async def place(client: Client, token: str) -> str:
    """Where the changes of the token's unit stand now."""
    found: str = (await client.post(token, NOW)).json()["data"]["changesCursor"]
    return found


@asynccontextmanager
async def listening(
    client: Client, token: str, after: str | None = None, **variables: Any
) -> AsyncIterator[Listener]:
    """Somebody who subscribes from the cursor on; without one, from now on. Away."""
    after = after or await place(client, token)
    async with client.socket() as socket:
        await socket.say(type="connection_init", payload={"authorization": f"Bearer {token}"})
        said = await socket.heard()
        if said == (1013, "Try again later"):
            raise Away
        assert said == {"type": "connection_ack"}, said
        await socket.subscribe(CHANGES, after=after, **variables)
        yield Listener(socket, after)
