"""What an operation asks for is held against its caller's budget, before anything is executed.

Of points a caller has so many in a window. An operation costs 1, each hundred nodes that it asks for 1 more, and
each mutation in it 4 more: GitHub counts a mutation five times, too.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from graphql import BooleanValueNode, DocumentNode, FieldNode, GraphQLError, OperationDefinitionNode, OperationType
from graphql.language.ast import SelectionSetNode
from strawberry.extensions import SchemaExtension

from lifecare_gql.domain.texts import said
from lifecare_gql.schema.counting import Asked, Cost, counted, sizes
from lifecare_gql.schema.limits import beyond
from lifecare_gql.schema.rates import Left, Meter

NODES_FOR_A_POINT = 100
POINTS_FOR_A_MUTATION = 4
RATE_LIMIT = "rateLimit"
"""The field of the query that tells what is left."""


def price(cost: Cost, kind: OperationType) -> int:
    """The points that the operation costs."""
    mutations = cost.width if kind is OperationType.MUTATION else 0
    return 1 + cost.nodes // NODES_FOR_A_POINT + POINTS_FOR_A_MUTATION * mutations


def rate_limited(left: Left) -> GraphQLError:
    """The refusal when too little is left, with when to come back."""
    told = said("Too much was asked for in a short time. Come again in {seconds} s.", seconds=left.seconds)
    extensions = {"code": "RATE_LIMITED", "retryAfter": left.seconds, "limit": left.limit}
    return GraphQLError(told, extensions=extensions)


async def judge(meter: Meter, cost: Cost, operation: OperationDefinitionNode) -> list[GraphQLError]:
    """Charge the caller for the operation, or say why it is refused."""
    meter.nodes = cost.nodes
    budget = meter.budget
    limits = {"nodes": budget.nodes, "fields": budget.fields}
    errors = list(beyond({"nodes": cost.nodes, "fields": cost.fields}, limits, operation))
    meter.price, meter.dry = price(cost, operation.operation), _is_dry_run(operation)
    points = 1 if meter.dry else min(meter.price, budget.points)
    if not errors and not await meter.spend(points):
        errors = [rate_limited(await meter.left())]
    return errors


def told(meter: Meter | None) -> dict[str, Any]:
    """What an answer says of the cost."""
    if meter is None:
        return {}
    return {"cost": {"requested": meter.nodes, "actual": meter.shown, "limit": meter.budget.nodes}}


class Budgets(SchemaExtension):
    """Counts, refuses, charges; and says in `extensions.cost` what was asked for and what was shown."""

    _executed = False

    async def on_validate(self) -> AsyncIterator[None]:
        context, meter = self.execution_context, self._meter
        operation = None if context.pre_execution_errors else self._operation()
        if meter is not None and operation is not None and not meter.judged:
            context.pre_execution_errors = await judge(meter, self._count(operation), operation)
            if not context.pre_execution_errors and meter.dry:
                context.graphql_document = _only_the_rate_limit(operation)
        yield

    def on_execute(self) -> Iterator[None]:
        self._executed = True
        yield

    def get_results(self) -> dict[str, Any]:
        return told(self._meter) if self._executed else {}

    @property
    def _meter(self) -> Meter | None:
        meter: Meter | None = self.execution_context.context.meter
        return meter

    def _operation(self) -> OperationDefinitionNode | None:
        document, name = self.execution_context.graphql_document, self.execution_context.operation_name
        definitions = document.definitions if document else ()
        found = (one for one in definitions if isinstance(one, OperationDefinitionNode))
        return next((one for one in found if name in (None, one.name and one.name.value)), None)

    def _count(self, operation: OperationDefinitionNode) -> Cost:
        context = self.execution_context
        document: Any = context.graphql_document
        asked = Asked(context.query or "", context.operation_name, document, operation)
        return counted(context.schema._schema, asked, tuple(sizes(context.variables).items()))


def _is_dry_run(operation: OperationDefinitionNode) -> bool:
    return any(_asks_dry_run(one) for one in _rate_limits(operation))


def _rate_limits(operation: OperationDefinitionNode) -> list[FieldNode]:
    if operation.operation is not OperationType.QUERY:
        return []
    roots = operation.selection_set.selections
    return [one for one in roots if isinstance(one, FieldNode) and one.name.value == RATE_LIMIT]


def _asks_dry_run(node: FieldNode) -> bool:
    given = {one.name.value: one.value for one in node.arguments or ()}
    value = given.get("dryRun")
    return isinstance(value, BooleanValueNode) and value.value


def _only_the_rate_limit(operation: OperationDefinitionNode) -> DocumentNode:
    """The operation without what was only to be counted."""
    wanted = SelectionSetNode(selections=tuple(_rate_limits(operation)))
    only = OperationDefinitionNode(
        operation=operation.operation,
        name=operation.name,
        variable_definitions=operation.variable_definitions,
        selection_set=wanted,
    )
    return DocumentNode(definitions=(only,))
