"""Runs operations, whichever way they came: so many at once, each for so long, each within its caller's budget."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager
from dataclasses import dataclass

from graphql import GraphQLError
from strawberry.schema.exceptions import InvalidOperationTypeError
from strawberry.types.execution import ExecutionResult, PreExecutionError
from strawberry.types.graphql import OperationType

from lifecare_gql.actions.session import Caller, Session
from lifecare_gql.domain.logins import Identity
from lifecare_gql.domain.texts import said
from lifecare_gql.schema.budgets import rate_limited
from lifecare_gql.schema.context import Context
from lifecare_gql.schema.failures import Schema
from lifecare_gql.schema.languages import refusal_in
from lifecare_gql.schema.rates import Meter, Rates
from lifecare_gql.settings import ANONYMOUS, CALLER, Budget, Language, Settings
from lifecare_gql.web.crowds import Crowds
from lifecare_gql.web.requests import GraphQLRequest

log = logging.getLogger("lifecare_gql.operations")

OVERLOADED, DEADLINE = "OVERLOADED", "DEADLINE_EXCEEDED"
_TOO_LONG = "It took longer than {seconds} s and was stopped. Try again with the same idempotency key."
_NETWORK_OF_A_CALLER = 64
"""Of an IPv6 address: whoever has one has this whole network."""

Allowed = frozenset[OperationType]
AT_ONCE: Allowed = frozenset({OperationType.QUERY, OperationType.MUTATION})
"""What has one answer."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an operation; no meter when it was turned away before anybody knew whose it was."""

    result: ExecutionResult
    meter: Meter | None = None


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever asks: what opens a session, from which address, and in which language to answer.

    `enter` may raise what `entrance.TURNED_AWAY` names.
    """

    enter: Callable[[], Awaitable[Session]]
    address: str = ""
    language: Language | None = None


class Runner:
    """One for each process."""

    def __init__(self, schema: Schema, settings: Settings, crowds: Crowds) -> None:
        self._schema, self._crowds = schema, crowds
        self._seconds, self._at_once = settings.request_seconds, settings.operations_at_once
        self._budgets, self._rates = settings.budgets, Rates(settings.rate_window_seconds)
        self._running = 0

    async def run(self, visitor: Visitor, asked: GraphQLRequest, allowed: Allowed) -> Outcome:
        """Run it in a session of the visitor's.

        Strawberry's InvalidOperationTypeError when the operation is of another type than the allowed ones.
        A deadline ends it by cancelling it: an open transaction is rolled back before the answer is given.
        """
        if self._running >= self._at_once:
            told = "The server is busy with other operations. Nothing was done; try again."
            return Outcome(refused(told, OVERLOADED, visitor.language))
        deadline = asyncio.timeout(self._seconds)
        meter = None
        with self._one_more():
            try:
                async with deadline:
                    session = await visitor.enter()
                    meter = self._meter(session, visitor.address)
                    return Outcome(await self._execute(session, meter, asked, allowed), meter)
            except TimeoutError:
                if not deadline.expired():
                    raise
        log.warning("code=%s seconds=%g", DEADLINE, self._seconds)
        told = said(_TOO_LONG, seconds=f"{self._seconds:g}")
        return Outcome(refused(told, DEADLINE, visitor.language), meter)

    async def results(
        self, visitor: Visitor, identity: Identity | None, asked: GraphQLRequest
    ) -> AsyncGenerator[ExecutionResult, None]:
        """What comes of an operation of any type: of a subscription, everything until it ends by itself."""
        try:
            yield (await self.run(visitor, asked, AT_ONCE)).result
            return
        except InvalidOperationTypeError:
            pass
        async with aclosing(self._followed(visitor, identity, asked)) as source:
            async for result in source:
                yield result

    async def _followed(
        self, visitor: Visitor, identity: Identity | None, asked: GraphQLRequest
    ) -> AsyncGenerator[ExecutionResult, None]:
        """Alone, until others are met; with them, until one must go on alone."""
        session = await visitor.enter()
        meter = self._meter(session, visitor.address)
        left = await meter.left()
        if left.remaining == 0:
            yield _unmade(rate_limited(left), visitor.language)
            return
        start = None
        while True:
            company = self._crowds.company(asked, identity, session, meter)
            try:
                source = await self._schema.stream(
                    asked.query,
                    variable_values=asked.variables,
                    context_value=Context(session, company.feed, meter, start),
                    operation_name=asked.operation_name,
                    operation_extensions=asked.extensions,
                )
                async with aclosing(source):
                    async for result in source:
                        yield result
                if company.joined is None:
                    return
                async with aclosing(company.joined.results()) as told:
                    async for result in told:
                        yield result
                start, session = company.joined.place, await visitor.enter()
            finally:
                company.leave()

    async def _execute(
        self, session: Session, meter: Meter, asked: GraphQLRequest, allowed: Allowed
    ) -> ExecutionResult:
        left = await meter.left()
        if left.remaining == 0:
            return _unmade(rate_limited(left), session.language)
        return await self._schema.execute(
            asked.query,
            variable_values=asked.variables,
            context_value=Context(session=session, meter=meter),
            operation_name=asked.operation_name,
            operation_extensions=asked.extensions,
            allowed_operation_types=allowed,
        )

    def _meter(self, session: Session, address: str) -> Meter:
        caller = session.caller
        who = f"address:{network(address)}" if caller is None else f"assignment:{caller.assignment_hsa_id}"
        return self._rates.meter(who, budget_of(self._budgets, caller))

    @contextmanager
    def _one_more(self) -> Iterator[None]:
        self._running += 1
        try:
            yield
        finally:
            self._running -= 1


def budget_of(budgets: Mapping[str, Budget], caller: Caller | None) -> Budget:
    """The caller's budget: of those of all roles that the token names, the largest of each figure."""
    if caller is None:
        return budgets[ANONYMOUS]
    mine = [budgets[role] for role in (CALLER, *caller.roles) if role in budgets]
    if len(mine) == 1:
        return mine[0]
    return Budget(**{name: max(getattr(one, name) for one in mine) for name in Budget.model_fields})


def network(address: str) -> str:
    """The address of somebody unknown, as far as it tells who it is."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    prefix = _NETWORK_OF_A_CALLER if found.version == 6 else found.max_prefixlen
    return str(ipaddress.ip_network((found, prefix), strict=False))


def refused(message: str, code: str, language: Language | None) -> PreExecutionError:
    """An operation that was not executed."""
    return _unmade(GraphQLError(said(message), extensions={"code": code}), language)


def _unmade(error: GraphQLError, language: Language | None) -> PreExecutionError:
    return PreExecutionError(data=None, errors=[refusal_in(error, language)])
