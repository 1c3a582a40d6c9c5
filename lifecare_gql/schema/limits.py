"""The shape that an operation may have, judged before anything is executed: the same for everybody.

Own code, because the limiters at hand walk a fragment again for each spread: 600 bytes of query can stall the
server for minutes. How much it may ask for depends on the caller and is judged by `budgets`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    StringValueNode,
    ValidationRule,
)
from strawberry.extensions import AddValidationRules, MaxTokensLimiter, SchemaExtension

from lifecare_gql.domain.texts import said
from lifecare_gql.schema.counting import Cost, Counter

INTROSPECTION = {"depth": 25, "aliases": 3}
"""Introspection reads the schema only, which is small, once; tools ask for it deeply."""
LIMITS = {
    "document": 32_000,
    "tokens": 2_000,
    "selections": 500,
    "directives": 50,
    "depth": 15,
    "aliases": 30,
    "rootFields": 30,
    "rootMutations": 10,
}
"""What each kind of limit allows; our assumptions. MEANINGS tells what is counted."""
MEANINGS = {
    "document": "Characters of the document.",
    "tokens": "Tokens that the parser reads.",
    "selections": "Fields and fragments as they are written.",
    "directives": "Directives as they are written.",
    "depth": f"Levels of fields, fragments spread; {INTROSPECTION['depth']} in an introspection.",
    "aliases": f"Aliases, fragments spread; {INTROSPECTION['aliases']} in an introspection.",
    "rootFields": "Fields at the root of a query, fragments spread.",
    "rootMutations": "Fields at the root of a mutation, fragments spread.",
    "nodes": "Nodes of all lists, each list's size times those of the lists that it stands in.",
    "fields": "Fields, weighted in the same way.",
}
_TOO_COMPLEX = "The operation's {what}: {actual}, allowed {limit}. Ask for less, or page by page."
_ENDLESS = re.compile(r"\d{1000}")


def beyond(
    found: Mapping[str, int], limits: Mapping[str, int], operation: OperationDefinitionNode | None
) -> Iterator[GraphQLError]:
    """A refusal for each kind of which there is too much."""
    for kind, actual in found.items():
        if actual > limits[kind]:
            yield too_complex(kind, actual, limits[kind], operation)


def _introspects(operation: OperationDefinitionNode) -> bool:
    """Whether nothing else is asked for. How often it may go round in the schema is limited by the library."""
    names = {one.name.value if isinstance(one, FieldNode) else "…" for one in operation.selection_set.selections}
    return names <= {"__schema", "__type", "__typename"} and names != {"__typename"}


def too_complex(kind: str, actual: int, limit: int, operation: OperationDefinitionNode | None) -> GraphQLError:
    """The refusal, with what was counted and how much is allowed."""
    told = said(_TOO_COMPLEX, what=said(kind), actual=actual, limit=limit)
    extensions = {"code": "QUERY_TOO_COMPLEX", "kind": kind, "actual": actual, "limit": limit}
    return GraphQLError(told, operation, extensions=extensions)


def cost_of(schema: GraphQLSchema, document: DocumentNode) -> Cost:
    """What a document costs at most, all its operations taken together; the same count as that of the limits."""
    counter, total = Counter(schema, document), Cost()
    for one in document.definitions:
        if isinstance(one, OperationDefinitionNode):
            total = total.beside(counter.count(one))
    return total


class TextRule(ValidationRule):
    """Refuses the character NUL, which PostgreSQL cannot store; that in variables the web floor refuses."""

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        if "\0" in node.value:
            self.report_error(GraphQLError(said("A text must not hold the character NUL."), node))


class Texts(AddValidationRules):
    """The rule, made once: a rule made for each request would defeat the validation cache."""

    def __init__(self) -> None:
        super().__init__([TextRule])


class Shape(SchemaExtension):
    """Refuses what the library's own rules cannot bear: they compare fields in pairs, and read every number."""

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        document: Any = context.graphql_document
        asked = Written(context.query or "", document)
        context.pre_execution_errors = list(shape_errors(context.schema._schema, asked)) or None
        yield


@dataclass(frozen=True, slots=True)
class Written:
    """A document, known by its text."""

    text: str
    document: DocumentNode = field(compare=False)


@lru_cache(maxsize=1000)
def shape_errors(schema: GraphQLSchema, written: Written) -> tuple[GraphQLError, ...]:
    """Everything that is wrong with the shape; remembered, for most documents come again and again."""
    if _ENDLESS.search(written.text):
        return (GraphQLError(said("A number in the document is too long.")),)
    errors = tuple(beyond(_as_written(written.document), LIMITS, None))
    if errors:
        return errors
    counter = Counter(schema, written.document)
    operations = [one for one in written.document.definitions if isinstance(one, OperationDefinitionNode)]
    return tuple(error for one in operations for error in _judged(one, counter.count(one)))


def _judged(operation: OperationDefinitionNode, cost: Cost) -> Iterator[GraphQLError]:
    found, limits = {"depth": cost.depth, "aliases": cost.aliases}, LIMITS
    if _introspects(operation):
        limits = INTROSPECTION
    else:
        mutates = operation.operation is OperationType.MUTATION
        found["rootMutations" if mutates else "rootFields"] = cost.width
    yield from beyond(found, limits, operation)


def _as_written(document: Any) -> dict[str, int]:
    """How many fields, fragments and directives a document has as it is written."""
    selections, directives, todo = 0, 0, list(document.definitions)
    while todo:
        node = todo.pop()
        below = getattr(node, "selection_set", None)
        written = below.selections if below else ()
        selections += len(written)
        directives += len(getattr(node, "directives", None) or ())
        directives += sum(len(one.directives or ()) for one in getattr(node, "variable_definitions", None) or ())
        todo += written
    return {"selections": selections, "directives": directives}


class Tokens(MaxTokensLimiter):
    """The parser stops at this many tokens."""

    def __init__(self) -> None:
        super().__init__(LIMITS["tokens"])
