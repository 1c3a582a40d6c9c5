"""A ward's system in Python, with gql: it asks, acts, and hears what changes.

Needs ``pip install "gql[aiohttp,websockets]"``.

What a routine hinders is no error but a member of the result's union. Errors are TransportQueryError, each with a
code in its extensions.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

from gql import Client, GraphQLRequest
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.exceptions import TransportConnectionFailed, TransportError, TransportQueryError
from gql.transport.websockets import WebsocketsTransport

for _name in ("gql", "websockets.client"):
    logging.getLogger(_name).setLevel(logging.WARNING)  # below that they log tokens, and what is said of patients

OPERATIONS = Path(__file__).parents[1] / "operations"
AGAIN = {"UNAUTHENTICATED", "TRY_AGAIN", "UNAVAILABLE", "ISSUER_UNAVAILABLE", "OVERLOADED", "RATE_LIMITED"}
"""After these the same may be asked again, later or with a new token."""
ATTEMPTS = 10
"""How often it is tried again with nothing heard in between."""
Token = Callable[[], str]


def operation(name: str, **variables: Any) -> GraphQLRequest:
    """One of the operations, with its variables."""
    return GraphQLRequest((OPERATIONS / f"{name}.graphql").read_text("utf-8"), variable_values=variables)


def client(url: str, token: Token, **more: Any) -> Client:
    """For queries and mutations; tokens end, so make one for each piece of work."""
    headers = {"authorization": f"Bearer {token()}"}
    return Client(transport=AIOHTTPTransport(url, headers=headers), **more)


def codes(error: TransportError) -> set[str]:
    """The codes of the errors of GraphQL; none when the line broke."""
    told = error.errors if isinstance(error, TransportQueryError) else None
    return {one.get("extensions", {}).get("code", "") for one in told or ()}


async def outbox(asking: Client, size: int) -> AsyncGenerator[dict[str, Any], None]:
    """All messages that the own unit has sent, newest first, so many at a time."""
    after = None
    async with asking as session:
        while True:
            answer = await session.execute(operation("outbox", first=size, after=after))
            page = answer["viewer"]["unit"]["outbox"]
            for edge in page["edges"]:
                yield edge["node"]
            if not page["pageInfo"]["hasNextPage"]:
                return
            after = page["pageInfo"]["endCursor"]


async def changes(url: str, token: Token, after: str) -> AsyncGenerator[dict[str, Any], None]:
    """What changes after a cursor, each once and in order; opened again after the last one when the line breaks.

    Raises TransportError when the client is at fault, or when nothing is heard over ATTEMPTS attempts.
    """
    attempt = 0
    while True:
        try:
            async with aclosing(_opened(url, token(), after)) as heard:
                async for change in heard:
                    attempt, after = 0, change["cursor"]
                    yield change
        except (TransportError, OSError) as error:
            if _final(error) or attempt >= ATTEMPTS:
                raise
        await asyncio.sleep(min(30, 0.1 * 2**attempt) * random.uniform(0.5, 1.5))
        attempt += 1


async def _opened(url: str, token: str, after: str) -> AsyncGenerator[dict[str, Any], None]:
    transport = WebsocketsTransport(
        url.replace("http", "ws", 1),
        init_payload={"authorization": f"Bearer {token}"},
        subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
    )
    asked = operation("whatChanges", after=after)
    async with Client(transport=transport) as session, aclosing(session.subscribe(asked)) as results:
        async for result in results:
            yield result["changes"]


def _final(error: Exception) -> bool:
    return not isinstance(error, TransportConnectionFailed | OSError) and not codes(error) <= AGAIN
