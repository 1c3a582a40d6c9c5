"""What an operation would cost, counted from its text and variables before anything is executed.

Linear: each fragment is counted once and remembered, however often it is spread.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    NullValueNode,
    OperationDefinitionNode,
    VariableNode,
    get_named_type,
)

from lifecare_gql.storage.reading.rows import DEFAULT_PAGE, MAX_PAGE

LISTS = {"ids": (1, 100), "episodes": (10, 200)}
"""Arguments whose items each cost work: how many nodes each, and how many items a variable may hold at most."""
MAX_LEVELS = 60
"""Of fields and fragments in each other: what goes deeper is not counted to its end, but taken for endless."""
_PAGES = ("first", "last")
_CAP = 10**12


@dataclass(frozen=True, slots=True)
class Cost:
    """What a selection costs.

    `nodes` as GitHub counts them: of each list its size, times the sizes of the lists that it stands in. `fields`
    are weighted in the same way, `width` is how many stand side by side; fragments are counted as spread.
    """

    depth: int = 0
    aliases: int = 0
    width: int = 0
    fields: int = 0
    nodes: int = 0

    def beside(self, other: Cost) -> Cost:
        """Two selections of the same object."""
        return Cost(
            max(self.depth, other.depth),
            min(self.aliases + other.aliases, _CAP),
            min(self.width + other.width, _CAP),
            min(self.fields + other.fields, _CAP),
            min(self.nodes + other.nodes, _CAP),
        )

    def below(self, size: int, *, listed: bool, alias: bool) -> Cost:
        """The field that holds this selection, for each of `size` items."""
        nodes = size * (listed + self.nodes)
        fields = 1 + size * self.fields
        return Cost(min(1 + self.depth, _CAP), self.aliases + alias, 1, min(fields, _CAP), min(nodes, _CAP))


class Counter:
    """Counts the operations of one document.

    `variables`: what `sizes` says of them; without them, each is taken for the largest there can be.
    """

    def __init__(
        self, schema: GraphQLSchema, document: DocumentNode, variables: Mapping[str, int | None] | None = None
    ) -> None:
        self._schema = schema
        self._variables = variables
        definitions = document.definitions
        self._fragments = {one.name.value: one for one in definitions if isinstance(one, FragmentDefinitionNode)}
        self._counted: dict[str, Cost] = {}
        self._open: set[str] = set()
        self._defaults: dict[str, Any] = {}
        self._level = 0

    def count(self, operation: OperationDefinitionNode) -> Cost:
        """The whole operation."""
        definitions = operation.variable_definitions or ()
        self._defaults = {one.variable.name.value: one.default_value for one in definitions}
        return self._selection(operation, self._schema.get_root_type(operation.operation))

    def _selection(self, node: Any, parent: Any) -> Cost:
        if self._level == MAX_LEVELS:
            return Cost(depth=_CAP)
        total = Cost()
        self._level += 1
        for selected in node.selection_set.selections if node.selection_set else ():
            total = total.beside(self._one(selected, parent))
        self._level -= 1
        return total

    def _one(self, node: Any, parent: Any) -> Cost:
        if isinstance(node, FieldNode):
            return self._field(node, getattr(parent, "fields", {}).get(node.name.value))
        if isinstance(node, InlineFragmentNode):
            return self._selection(node, self._type(node.type_condition, parent))
        return self._fragment(node.name.value)

    def _field(self, node: FieldNode, field: GraphQLField | None) -> Cost:
        below = self._selection(node, get_named_type(field.type) if field else None)
        size = self._size(field, node) if field else None
        return below.below(1 if size is None else size, listed=size is not None, alias=node.alias is not None)

    def _fragment(self, name: str) -> Cost:
        if name not in self._counted:
            if name in self._open or name not in self._fragments:  # a cycle or a typo: other rules say so
                return Cost()
            self._open.add(name)
            fragment = self._fragments[name]
            self._counted[name] = self._selection(fragment, self._type(fragment.type_condition, None))
            self._open.discard(name)
        return self._counted[name]

    def _type(self, condition: Any, otherwise: Any) -> Any:
        return self._schema.get_type(condition.name.value) if condition else otherwise

    def _size(self, field: GraphQLField, node: FieldNode) -> int | None:
        """How many items the field may have; None for a field that is no list of nodes."""
        given = {one.name.value: one.value for one in node.arguments or ()}
        for name, (weight, most) in LISTS.items():
            if name in given:
                return weight * self._items(given[name], most)
        if "first" not in field.args:
            return None
        sizes = [size for name in _PAGES if name in given and (size := self._page(given[name])) is not None]
        return max(sizes, default=DEFAULT_PAGE)

    def _page(self, value: Any) -> int | None:
        """The size of a page; None when it is null, and the most when it cannot be told."""
        value = self._value(value)
        if value is None or isinstance(value, NullValueNode):
            return None
        # Fewer than none would make room for other fields, and Python refuses to read thousands of digits.
        if isinstance(value, IntValueNode) and len(value.value) < 9:
            value = int(value.value)
        return min(max(value, 0), MAX_PAGE) if isinstance(value, int) else MAX_PAGE

    def _items(self, value: Any, most: int) -> int:
        value = self._value(value)
        if isinstance(value, ListValueNode):
            return len(value.values)
        return min(max(value, 0), most) if isinstance(value, int) else most

    def _value(self, node: Any) -> Any:
        """The size that a variable has, or its default; anything else as it is written."""
        if not isinstance(node, VariableNode) or self._variables is None:
            return node
        name = node.name.value
        return self._variables.get(name, self._defaults.get(name))


def sizes(variables: Mapping[str, Any] | None) -> dict[str, int | None]:
    """What there is to count in the variables as they came in: numbers, the lengths of lists, and what is null."""
    return {
        name: len(value) if isinstance(value, list) else value
        for name, value in (variables or {}).items()
        if value is None or (isinstance(value, int | list) and not isinstance(value, bool))
    }


@dataclass(frozen=True, slots=True)
class Asked:
    """An operation, known by the document's text: to compare the nodes would take as long as to count them."""

    text: str
    name: str | None
    document: DocumentNode = field(compare=False)
    operation: OperationDefinitionNode = field(compare=False)


@lru_cache(maxsize=1000)
def counted(schema: GraphQLSchema, asked: Asked, variables: tuple[tuple[str, int | None], ...]) -> Cost:
    """The operation with these sizes; remembered, for most documents come again and again."""
    return Counter(schema, asked.document, dict(variables)).count(asked.operation)
