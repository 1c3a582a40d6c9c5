"""Those who ask for the same and see the same are told together: it is read once, and logged for each of them.

A crowd is joined by who has heard everything so far, and left by who cannot keep up, is no longer admitted, or has
nothing in common with the others any longer: they go on alone from their place. What is told to a crowd is made
without knowing who is in it (`SomeOfUs`); an answer that asks for that is thrown away, and each one goes on alone.
"""

from __future__ import annotations

import asyncio
import contextvars
import json
import logging
from collections import Counter
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLError, VariableNode, Visitor, parse, visit
from strawberry.types.execution import ExecutionResult

from lifecare_gql.actions.changes import Feed
from lifecare_gql.actions.cursors import Positions
from lifecare_gql.actions.session import Caller, Session, SomeOfUs, in_common
from lifecare_gql.domain.logins import Identity
from lifecare_gql.schema.context import Context
from lifecare_gql.schema.failures import Schema
from lifecare_gql.schema.rates import Meter
from lifecare_gql.storage.hub import Hub
from lifecare_gql.web.entrance import Entrance
from lifecare_gql.web.requests import GraphQLRequest

log = logging.getLogger("lifecare_gql.events")

HELD = 32
"""How many results wait for somebody who has not come for them yet."""
REMEMBERED = 1000
"""How many questions are remembered that cannot be answered for many at once."""

_DECLARED_AND_USED = 2

Key = tuple[object, ...]


@dataclass(eq=False, slots=True, kw_only=True)
class Member:
    """Somebody in a crowd. `place`: up to where everything was told, or did not concern them."""

    crowd: Crowd
    identity: Identity
    place: Positions
    _waiting: asyncio.Queue[ExecutionResult | None] = field(default_factory=lambda: asyncio.Queue(HELD + 1))

    async def results(self) -> AsyncGenerator[ExecutionResult, None]:
        """What is told, until one must go on alone."""
        while (result := await self._waiting.get()) is not None:
            yield result

    def tell(self, result: ExecutionResult, place: Positions) -> None:
        """Let it wait; who leaves too much of it waiting is out of the crowd."""
        if self._waiting.qsize() >= HELD:
            self.crowd.leave(self)
        else:
            self._waiting.put_nowait(result)
            self.advance(place)

    def advance(self, place: Positions) -> None:
        """Everything up to the place was told, or did not concern them."""
        if self.place != place:
            self.place = {name: max(here, self.place[name]) for name, here in place.items()}

    def lacks(self, place: Positions) -> bool:
        """Whether what leads up to the place is still to be told."""
        return any(self.place[name] < here for name, here in place.items())

    def end(self) -> None:
        """There will be no more."""
        self._waiting.put_nowait(None)


@dataclass(slots=True)
class Company:
    """One's own following, and whether it led into a crowd."""

    feed: Feed
    joined: Member | None = None

    def leave(self) -> None:
        """However it ended."""
        if self.joined is not None:
            self.joined.crowd.leave(self.joined)


class Crowds:
    """One for each process."""

    def __init__(self, schema: Schema, entrance: Entrance, hub: Hub) -> None:
        self.schema, self.entrance, self.hub = schema, entrance, hub
        self._crowds: dict[Key, Crowd] = {}
        self._alone: dict[Key, None] = {}

    def company(self, asked: GraphQLRequest, identity: Identity | None, session: Session, meter: Meter) -> Company:
        """To follow alone, until there is a crowd to join."""

        async def renew(place: Positions) -> Session:
            return await self.entrance.session(identity, session.language)

        def met(place: Positions) -> bool:
            if identity is not None:
                company.joined = self._join(asked, identity, session, meter, place)
            return company.joined is not None

        company = Company(Feed(self.hub, renew, met))
        return company

    def _join(
        self, asked: GraphQLRequest, identity: Identity, session: Session, meter: Meter, place: Positions
    ) -> Member | None:
        caller = session.known()
        key = (*_question(asked), session.language, in_common(caller), meter.budget)
        if key in self._alone:
            return None
        crowd = self._crowds.get(key)
        if crowd is None:
            crowd = self._crowds[key] = Crowd(self, key, asked, session, place)
            crowd.start(meter)
        return crowd.join(identity, place)

    def forget(self, crowd: Crowd, *, alone: bool) -> None:
        """It is over. `alone`: nobody shall try that again."""
        if self._crowds.get(crowd.key) is crowd:
            del self._crowds[crowd.key]
        if alone:
            self._alone[crowd.key] = None
            if len(self._alone) > REMEMBERED:
                del self._alone[next(iter(self._alone))]


class Crowd:
    """One subscription for many."""

    def __init__(
        self, crowds: Crowds, key: Key, asked: GraphQLRequest, session: Session, place: Positions
    ) -> None:
        self.key = key
        self._crowds, self._asked, self._place = crowds, asked, place
        self._like, self._language = session.known(), session.language
        self._in_common = in_common(self._like)
        self._members: set[Member] = set()
        self._listening: list[Member] = []
        self._at_rest = True
        self._task: asyncio.Task[None] | None = None

    def start(self, meter: Meter) -> None:
        """Begin to follow, in a task that knows nothing of whoever came first."""
        session = self._session()
        feed = Feed(self._crowds.hub, self._renew, self._caught_up)
        context = Context(session, feed, meter.apart(), self._place)
        self._task = asyncio.create_task(self._run(context), name="crowd", context=contextvars.Context())

    def join(self, identity: Identity, place: Positions) -> Member | None:
        """Be told what comes after the place; None when the crowd is just being told something."""
        member = Member(crowd=self, identity=identity, place=place)
        if not self._at_rest or member.lacks(self._place):
            return None
        self._members.add(member)
        return member

    def leave(self, member: Member) -> None:
        """Who has left, or was put out, is told no more."""
        if member in self._members:
            self._members.discard(member)
            member.end()
            if not self._members:
                self._over()

    async def _run(self, context: Context) -> None:
        failed = True
        try:
            async with aclosing(await self._results(context)) as results:
                async for result in results:
                    shared = context.session.caller
                    if isinstance(shared, SomeOfUs) and shared.asked:
                        log.info("operation=%s is told to each one alone", context.session.operation)
                        break
                    for member in self._listening:
                        if member in self._members:
                            member.tell(result, self._place)
                else:
                    failed = False
        except asyncio.CancelledError:
            failed = False
            raise
        except Exception as error:  # they find out themselves, alone
            log.warning("%s while telling a crowd", type(error).__name__)
        finally:
            self._over(alone=failed)

    async def _results(self, context: Context) -> AsyncGenerator[ExecutionResult, None]:
        asked = self._asked
        return await self._crowds.schema.stream(
            asked.query,
            variable_values=asked.variables,
            context_value=context,
            operation_name=asked.operation_name,
            operation_extensions=asked.extensions,
        )

    async def _renew(self, place: Positions) -> Session | None:
        """For those to whom what leads up to the place is to be told: who is admitted now as they were."""
        self._at_rest, self._place = False, place
        members = list(self._members)
        callers = await self._crowds.entrance.callers([member.identity for member in members])
        readers: dict[Member, Caller] = {}
        for member, caller in zip(members, callers, strict=True):
            if not isinstance(caller, Caller) or in_common(caller) != self._in_common:
                self.leave(member)
            elif member.lacks(place):
                readers[member] = caller
        self._listening, self._at_rest = list(readers), not readers
        if not readers:
            return None
        return self._session(*readers.values())

    def _session(self, *readers: Caller) -> Session:
        return self._crowds.entrance.session_of(SomeOfUs.of(self._like), self._language, readers)

    def _caught_up(self, place: Positions) -> bool:
        self._at_rest, self._place = True, place
        for member in self._members:
            member.advance(place)
        return not self._members  # who leaves while the crowd's own task is at work cannot end that

    def _over(self, *, alone: bool = False) -> None:
        self._crowds.forget(self, alone=alone)
        for member in list(self._members):
            self._members.discard(member)
            member.end()
        if self._task is not None and self._task is not asyncio.current_task():
            self._task.cancel()


def _question(asked: GraphQLRequest) -> tuple[object, ...]:
    """What is asked, but from where on: that has no influence on what is told later."""
    variables: dict[str, Any] = dict(asked.variables or {})
    for name in _only_places(asked.query or ""):
        variables.pop(name, None)
    return asked.query, asked.operation_name, json.dumps(variables, sort_keys=True), json.dumps(asked.extensions)


def _only_places(query: str) -> Iterator[str]:
    """The variables that are used for `after` of the subscription's field, and for nothing else."""
    try:
        document = parse(query, no_location=True)
    except GraphQLError:
        return
    count = _Count()
    visit(document, count)
    for operation in document.definitions:
        for root in getattr(getattr(operation, "selection_set", None), "selections", ()):
            for argument in getattr(root, "arguments", None) or ():
                value = argument.value
                places = argument.name.value == "after" and isinstance(value, VariableNode)
                if places and count.of[value.name.value] == _DECLARED_AND_USED:
                    yield value.name.value


class _Count(Visitor):
    def __init__(self) -> None:
        super().__init__()
        self.of: Counter[str] = Counter()

    def enter_variable(self, node: VariableNode, *_: Any) -> None:
        self.of[node.name.value] += 1
