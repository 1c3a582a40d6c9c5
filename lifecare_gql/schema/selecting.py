"""From what a query selects to the shape that is read: nobody declares columns twice, nobody fetches.

A field of a window says what it needs: columns, a to-one relation, or the rows of a to-many relation. The
selection below a field is walked once, before anything is fetched.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, cast

from graphql import (
    FieldNode,
    GraphQLIncludeDirective,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionNode,
    get_named_type,
    is_abstract_type,
    print_ast,
)
from graphql.execution.values import VariableValues, get_argument_values, get_directive_values
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from lifecare_gql.domain.texts import said
from lifecare_gql.errors import BadInput
from lifecare_gql.schema.context import Info
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import Many, One, Rows, Shape
from lifecare_gql.storage.rows import Record

READ = "read"
"""Key of a field's metadata under which it says what it needs."""


@dataclass(frozen=True, slots=True)
class Needs:
    """The field is made from these columns of its row; None: from the column of its own name."""

    columns: tuple[str, ...] | None


PUBLIC_ID = Needs(())
"""The field is the row's public id."""


@dataclass(frozen=True, slots=True)
class ToOne:
    """The field is the row at the other end of a foreign key; by its `columns` it is `shown`, or null."""

    relation: str
    columns: tuple[str, ...] = ()
    shown: Callable[[Row], bool] | None = None


@dataclass(frozen=True, slots=True)
class ToMany:
    """The field is a connection of rows; `parent` is the SQL expression that holds the id of the field's row.

    `guard` sees the field's row before the answer leaves.
    """

    rows: Callable[..., Rows]
    parent: str
    guard: Callable[[Row, Info], Awaitable[None]] | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """The field is the first of the rows, or a connection of them, fetched with all below it by `access.read`."""

    rows: Callable[..., Rows]


@dataclass(frozen=True, slots=True)
class Whole:
    """The field is made from the record as a whole, read in a shape that is written by hand.

    Its keys begin with ``#``, which no name in an answer can: several such fields share what is read.
    """

    shape: Shape


def shape_below(info: Info, type_name: str) -> Shape:
    """The shape that is selected below the current field, when its value is a window of that name."""
    return Selection(info).shape(_type(info, type_name), info._raw_info.field_nodes)


def page_shape_below(info: Info) -> Shape:
    """The shape of the nodes, when the current field is a connection."""
    connection = get_named_type(info._raw_info.return_type)
    return Selection(info).nodes_shape(connection, info._raw_info.field_nodes)


def windows_below(info: Info, type_name: str) -> dict[str, Shape]:
    """Of a current field whose values are no windows but have fields that are: their shapes, by their keys."""
    return Selection(info).windows(_type(info, type_name), info._raw_info.field_nodes)


class Fields:
    """Walks one operation's selections: which fields are selected below which."""

    def __init__(self, schema: GraphQLSchema, fragments: Any, variables: VariableValues) -> None:
        self.schema, self.fragments, self.variables = schema, fragments, variables

    def below(self, parent: GraphQLObjectType, nodes: Iterable[FieldNode]) -> dict[str, list[FieldNode]]:
        """The fields below the nodes by the name they have in the answer."""
        found: dict[str, list[FieldNode]] = {}
        for node in nodes:
            for field in self.selected(parent, node.selection_set.selections if node.selection_set else ()):
                key = field.alias.value if field.alias else field.name.value
                if key in found and not _same_call(found[key][0], field):
                    raise BadInput(
                        said("`{key}` is selected twice with different arguments; give one an alias.", key=key)
                    )
                found.setdefault(key, []).append(field)
        return found

    def selected(self, parent: GraphQLObjectType, selections: Iterable[SelectionNode]) -> Iterator[FieldNode]:
        """The fields of the parent in these selections, through all fragments that apply."""
        for node in selections:
            if not self._included(node):
                continue
            if isinstance(node, FieldNode):
                yield node
                continue
            fragment = node if isinstance(node, InlineFragmentNode) else self._fragment(node)
            if self._applies(parent, fragment):
                yield from self.selected(parent, fragment.selection_set.selections)

    def _fragment(self, spread: Any) -> Any:
        found = self.fragments[spread.name.value]
        return getattr(found, "definition", found)

    def _applies(self, parent: GraphQLObjectType, fragment: Any) -> bool:
        if fragment.type_condition is None:
            return True
        wanted = self.schema.get_type(fragment.type_condition.name.value)
        return wanted is parent or (is_abstract_type(wanted) and self.schema.is_sub_type(wanted, parent))

    def _included(self, node: Any) -> bool:
        if not node.directives:
            return True
        skip = get_directive_values(GraphQLSkipDirective, node, self.variables)
        include = get_directive_values(GraphQLIncludeDirective, node, self.variables)
        return not (skip and skip["if"]) and not (include and not include["if"])


class Selection(Fields):
    """Makes shapes of what is selected."""

    def __init__(self, info: Info) -> None:
        raw = info._raw_info
        coerced = cast("dict[str, Any]", raw.variable_values)
        super().__init__(raw.schema, raw.fragments, VariableValues(sources={}, coerced=coerced))
        self._info = info

    def shape(self, window: GraphQLObjectType, nodes: Iterable[FieldNode]) -> Shape:
        """The columns and related rows of the window that the nodes select."""
        columns: set[str] = set()
        ones: dict[str, One] = {}
        manys: dict[str, Many] = {}
        for key, selected in self.below(window, nodes).items():
            field = self._field(window, selected[0])
            need = None if field is None else field.metadata.get(READ)
            below = self.type_below(window, selected[0])
            if isinstance(need, Needs):
                columns.update(need.columns if need.columns is not None else (field.python_name,))
            elif isinstance(need, Whole):
                columns.update(need.shape.columns)
                ones.update(need.shape.ones)
                manys.update(need.shape.manys)
            elif isinstance(need, ToOne):
                columns.update(need.columns)
                ones[key] = One(relation=need.relation, shape=self.shape(below, selected))
            elif isinstance(need, ToMany):
                rows = self.rows(window, field, selected[0], need)
                manys[key] = Many(rows=rows, parent=need.parent, shape=self.nodes_shape(below, selected))
        return Shape(model=model_of(window), columns=frozenset(columns), ones=ones, manys=manys)

    def windows(self, parent: GraphQLObjectType, nodes: Iterable[FieldNode]) -> dict[str, Shape]:
        """The shapes of those fields of the parent that are windows."""
        selected = self.below(parent, nodes)
        below = {key: self.type_below(parent, fields[0]) for key, fields in selected.items()}
        return {key: self.shape(one, selected[key]) for key, one in below.items() if is_window(one)}

    def nodes_shape(self, connection: Any, nodes: Iterable[FieldNode]) -> Shape:
        """The shape of a connection's nodes, whether they are selected as `nodes` or below `edges`."""
        window = get_named_type(connection.fields["nodes"].type)
        edge = get_named_type(connection.fields["edges"].type)
        wanted: list[FieldNode] = []
        for selected in self.below(connection, nodes).values():
            if selected[0].name.value == "nodes":
                wanted += selected
            elif selected[0].name.value == "edges":
                for below in self.below(edge, selected).values():
                    wanted += below if below[0].name.value == "node" else []
        return self.shape(window, wanted)

    def rows(self, window: GraphQLObjectType, field: StrawberryField, node: FieldNode, need: ToMany) -> Rows:
        """Which rows a to-many relation is about."""
        return need.rows(self._info, **self._arguments(window, field, node))

    def _field(self, window: GraphQLObjectType, node: FieldNode) -> Any:
        field = window.fields.get(node.name.value)
        return None if field is None else strawberry_field(field)

    def type_below(self, window: GraphQLObjectType, node: FieldNode) -> Any:
        field = window.fields.get(node.name.value)
        return None if field is None else get_named_type(field.type)

    def _arguments(self, window: GraphQLObjectType, field: StrawberryField, node: FieldNode) -> dict[str, Any]:
        given = get_argument_values(window.fields[node.name.value], node, self.variables)
        converter = self._info.schema.schema_converter
        return convert_arguments(given, field.arguments, converter.scalar_registry, self._info.schema.config)


def is_window(found: Any) -> bool:
    """Whether the type shows rows of a model."""
    definition = isinstance(found, GraphQLObjectType) and found.extensions.get("strawberry-definition")
    return hasattr(getattr(definition, "origin", None), "__model__")


def model_of(window: GraphQLObjectType) -> type[Record]:
    """The model that a window shows."""
    model: type[Record] = window.extensions["strawberry-definition"].origin.__model__
    return model


def strawberry_field(field: Any) -> StrawberryField | None:
    """Strawberry's own definition of a GraphQL field."""
    return field.extensions.get("strawberry-definition")


def _same_call(one: FieldNode, other: FieldNode) -> bool:
    return one.name.value == other.name.value and _given(one) == _given(other)


def _given(node: FieldNode) -> dict[str, str]:
    """The arguments as they are written; two nodes are never equal, for they stand in different places."""
    return {one.name.value: print_ast(one.value) for one in node.arguments or ()}


def _type(info: Info, name: str) -> GraphQLObjectType:
    found = info._raw_info.schema.get_type(name)
    assert isinstance(found, GraphQLObjectType), f"{name} is no object type"
    return found
