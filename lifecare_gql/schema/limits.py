"""One linear rule for depth, aliases and list-weighted cost, counted before anything is executed.

Own code, because the limiters at hand walk a fragment again for each spread: 600 bytes of query can stall the
server for minutes. Here each fragment is counted once and remembered.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    StringValueNode,
    TypeInfo,
    ValidationContext,
    ValidationRule,
    get_named_type,
)
from strawberry.extensions import AddValidationRules, MaxTokensLimiter, SchemaExtension

from lifecare_gql.storage.reading.rows import DEFAULT_PAGE, MAX_PAGE

MAX_TOKENS = 2_000
MAX_SELECTIONS = 500
MAX_DEPTH = 15
MAX_ALIASES = 30
MAX_INTROSPECTION_ALIASES = 3
MAX_COST = 100_000
_CAP = 10**12
_ENDLESS = re.compile(r"\d{1000}")


@dataclass(frozen=True, slots=True)
class Cost:
    """What a selection costs: levels, aliases, and fields weighted by the size of the lists they stand in."""

    depth: int = 0
    aliases: int = 0
    fields: int = 0

    def beside(self, other: Cost) -> Cost:
        """Two selections of the same object."""
        return Cost(
            max(self.depth, other.depth),
            min(self.aliases + other.aliases, _CAP),
            min(self.fields + other.fields, _CAP),
        )


class CostRule(ValidationRule):
    """Refuses an operation that is too deep, has too many aliases or would touch too many fields."""

    def __init__(self, context: ValidationContext) -> None:
        super().__init__(context)
        definitions = context.document.definitions
        self._fragments = {one.name.value: one for one in definitions if isinstance(one, FragmentDefinitionNode)}
        self._counted: dict[str, Cost] = {}
        self._open: set[str] = set()
        self.total = Cost()
        for definition in definitions:
            if isinstance(definition, OperationDefinitionNode):
                cost = self._count(definition, self._root(definition))
                self.total = self.total.beside(cost)
                self._judge(definition, cost)

    def _root(self, operation: OperationDefinitionNode) -> Any:
        return self.context.schema.get_root_type(operation.operation)

    def _judge(self, operation: OperationDefinitionNode, cost: Cost) -> None:
        found = {
            "depth": (cost.depth, MAX_DEPTH),
            "aliases": (cost.aliases, MAX_ALIASES),
            "cost": (cost.fields, MAX_COST),
        }
        if _introspects(operation):
            found = {"aliases": (cost.aliases, MAX_INTROSPECTION_ALIASES)}
        for kind, (actual, limit) in found.items():
            if actual > limit:
                self.report_error(too_complex(kind, actual, limit, operation))

    def _count(self, node: Any, parent: Any) -> Cost:
        total = Cost()
        for selected in node.selection_set.selections if node.selection_set else ():
            total = total.beside(self._one(selected, parent))
        return total

    def _one(self, node: Any, parent: Any) -> Cost:
        if isinstance(node, FieldNode):
            return self._field(node, getattr(parent, "fields", {}).get(node.name.value))
        if isinstance(node, InlineFragmentNode):
            return self._count(node, self._type(node.type_condition, parent))
        return self._fragment(node.name.value)

    def _field(self, node: FieldNode, field: GraphQLField | None) -> Cost:
        below = self._count(node, get_named_type(field.type) if field else None)
        fields = 1 + (_size(field, node) if field else 1) * below.fields
        return Cost(1 + below.depth, below.aliases + (node.alias is not None), min(fields, _CAP))

    def _fragment(self, name: str) -> Cost:
        if name not in self._counted:
            if name in self._open or name not in self._fragments:  # a cycle or a typo: other rules say so
                return Cost()
            self._open.add(name)
            fragment = self._fragments[name]
            self._counted[name] = self._count(fragment, self._type(fragment.type_condition, None))
            self._open.discard(name)
        return self._counted[name]

    def _type(self, condition: Any, otherwise: Any) -> Any:
        return self.context.schema.get_type(condition.name.value) if condition else otherwise


_LISTS = {"ids": (1, 100), "episodes": (10, 200)}
"""Arguments whose items each cost work: how much, and how many there may be in a variable."""


def _size(field: GraphQLField, node: FieldNode) -> int:
    """How many items the field may have: as many as asked for, the most when a variable says, else the default."""
    given = {one.name.value: one.value for one in node.arguments or ()}
    for name, (weight, most) in _LISTS.items():
        if name in given:
            items = given[name]
            return weight * (len(items.values) if isinstance(items, ListValueNode) else most)
    if "first" not in field.args:
        return 1
    value = given.get("first", given.get("last"))
    if value is None:
        return DEFAULT_PAGE
    # Fewer than none would make room for other fields, and Python refuses to read thousands of digits.
    if isinstance(value, IntValueNode) and len(value.value) < 9:
        return min(max(int(value.value), 0), MAX_PAGE)
    return MAX_PAGE


def _introspects(operation: OperationDefinitionNode) -> bool:
    """Introspection reads the schema only, which is small, once; tools ask for it deeply.

    How often it may go round in the schema is limited by the library.
    """
    names = {one.name.value if isinstance(one, FieldNode) else "…" for one in operation.selection_set.selections}
    return names <= {"__schema", "__type", "__typename"} and names != {"__typename"}


def too_complex(kind: str, actual: int, limit: int, operation: OperationDefinitionNode | None) -> GraphQLError:
    """The refusal, with what was counted and how much is allowed."""
    told = f"The operation's {kind}: {actual}, allowed {limit}. Ask for less, or page by page."
    extensions = {"code": "QUERY_TOO_COMPLEX", "kind": kind, "actual": actual, "limit": limit}
    return GraphQLError(told, operation, extensions=extensions)


def cost_of(schema: GraphQLSchema, document: DocumentNode) -> Cost:
    """What a valid document costs, all its operations taken together; the same count as that of the limits."""
    return CostRule(ValidationContext(schema, document, TypeInfo(schema), lambda _: None)).total


class TextRule(ValidationRule):
    """Refuses the character NUL, which PostgreSQL cannot store; that in variables the web floor refuses."""

    def enter_string_value(self, node: StringValueNode, *_: Any) -> None:
        if "\0" in node.value:
            self.report_error(GraphQLError("A text must not hold the character NUL.", node))


class Limits(AddValidationRules):
    """The rules, made once: a rule made for each request would defeat the validation cache."""

    def __init__(self) -> None:
        super().__init__([CostRule, TextRule])


class Size(SchemaExtension):
    """Refuses what the library's own rules cannot bear: they compare fields in pairs, and read every number."""

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        written = _written(context.graphql_document)
        if written > MAX_SELECTIONS:
            context.pre_execution_errors = [too_complex("selections", written, MAX_SELECTIONS, None)]
        elif _ENDLESS.search(context.query or ""):
            context.pre_execution_errors = [GraphQLError("A number in the document is too long.")]
        yield


def _written(document: Any) -> int:
    """How many fields and fragments a document selects as it is written."""
    count, todo = 0, list(document.definitions)
    while todo:
        below = getattr(todo.pop(), "selection_set", None)
        selections = below.selections if below else ()
        count += len(selections)
        todo += selections
    return count


class Tokens(MaxTokensLimiter):
    """The parser stops at this many tokens."""

    def __init__(self) -> None:
        super().__init__(MAX_TOKENS)
