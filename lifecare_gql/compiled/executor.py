"""Answer with a plan, or leave it to graphql-core: what is told is the same."""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Collection
from contextlib import AsyncExitStack
from enum import StrEnum
from typing import Any

from graphql import DocumentNode, GraphQLError
from strawberry.types import ExecutionResult
from strawberry.types.execution import PreExecutionError
from strawberry.types.graphql import OperationType

from lifecare_gql.compiled.asking import Asking
from lifecare_gql.compiled.leaves import Lost
from lifecare_gql.compiled.plans import Entry, Plans
from lifecare_gql.compiled.source import Declined
from lifecare_gql.region_running import Trial
from lifecare_gql.schema import budgets, deprecations, observing
from lifecare_gql.schema.building import Extended
from lifecare_gql.schema.context import Context
from lifecare_gql.schema.counting import counted, sizes
from lifecare_gql.storage.url import Dialect

log = logging.getLogger("lifecare_gql.compiled")

ROOM = 64 * 1024 * 1024
"""Bytes for plans."""

Variables = dict[str, Any] | None


class Outcome(StrEnum):
    """What became of an operation."""

    ANSWERED = "answered"
    DECLINED = "declined"
    """There is no plan for it."""
    DISCARDED = "discarded"
    """Its plan came to no end."""


def unheard(outcome: Outcome, reason: str) -> None:
    """Nobody counts."""


class Compiled:
    """The compiled executor of one schema on one database.

    `told` hears of each operation what became of it and why: the plan's or the exception's reason, one of few.
    """

    def __init__(
        self,
        schema: Extended,
        dialect: Dialect,
        told: Callable[[Outcome, str], None] = unheard,
        room: int = ROOM,
    ) -> None:
        self.plans = Plans(schema, dialect, room)
        self._schema, self._told = schema, told

    async def again(
        self,
        query: str,
        operation_name: str | None,
        variables: Variables,
        context: Context,
        allowed: Collection[OperationType] | None,
    ) -> ExecutionResult | None:
        """The answer to a document that was found valid before; None when graphql-core is to answer.

        What strawberry's extensions do for each request is done here: the budget, the phases, the extensions.
        """
        entry = self.plans.known(query, operation_name)
        if entry is None or (allowed is not None and entry.type not in allowed):
            return None
        if entry.declined is not None:
            context.trial = Trial(over=True)
            self._told(Outcome.DECLINED, entry.declined)
            return None
        if errors := await self._judged(entry, variables, context):
            return PreExecutionError(data=None, errors=errors)
        with observing.executing(entry.operation.definition.operation.value):
            data = await self.run(entry, variables, context)
        if data is None:
            return None
        used = deprecations.told(self._schema.uses, query, variables)
        return ExecutionResult(data=data, errors=None, extensions=budgets.told(context.meter) | used)

    async def first_time(
        self,
        document: DocumentNode,
        query: str,
        operation_name: str | None,
        variables: Variables,
        context: Context,
    ) -> dict[str, Any] | None:
        """The data for a document that has just been found valid; None when graphql-core is to answer."""
        if context.trial is not None or (context.meter is not None and context.meter.dry):
            return None
        entry = self.plans.known(query, operation_name) or self.plans.add(query, operation_name, document)
        return await self.run(entry, variables, context)

    async def run(self, entry: Entry, variables: Variables, context: Context) -> dict[str, Any] | None:
        """The data; None when graphql-core is to answer."""
        context.session.operation, context.trial = entry.name, Trial()
        try:
            data = await self._data(entry, variables, context)
        except Declined as reason:
            self._told(Outcome.DECLINED, str(reason))
            return None
        except Exception as error:
            # What was noted while it was read is undone: whatever went wrong, graphql-core says it. What was done
            # is not done again: it is told of.
            if context.meter is not None:
                context.meter.shown = 0
            context.aged.clear()
            self._told(Outcome.DISCARDED, type(error).__name__)
            log.debug("discarded: %s", type(error).__name__)
            return None
        finally:
            context.trial.over = True
        self._told(Outcome.ANSWERED, "")
        return data

    async def _data(self, entry: Entry, variables: Variables, context: Context) -> dict[str, Any]:
        coerced = entry.variables(variables)
        plan = self.plans.plan(entry, coerced)
        async with AsyncExitStack() as reading:
            asking = Asking(plan.places, context, coerced, reading)
            if entry.type is OperationType.QUERY:
                await asking.read()
            data: Any = plan.run(asking)
            found: dict[str, Any] = await data if inspect.isawaitable(data) else data
            if context.aged:
                raise Lost  # which answers are old is told by their paths, which a plan does not know
        return found

    async def _judged(self, entry: Entry, variables: Variables, context: Context) -> list[GraphQLError]:
        if context.meter is None:
            return []
        cost = counted(self._schema._schema, entry.asked, tuple(sizes(variables).items()))
        return await budgets.judge(context.meter, cost, entry.asked.operation)
