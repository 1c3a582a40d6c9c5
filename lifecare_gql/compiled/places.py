"""Where in an operation a resolver is called: what it gets to know, and with which arguments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLResolveInfo,
    Undefined,
    VariableNode,
    Visitor,
    print_ast,
    visit,
)
from graphql.execution.values import VariableValues, get_argument_values
from graphql.pyutils import Path, is_awaitable
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from lifecare_gql.schema.failures import Schema

_BUILT_IN = frozenset({"ID", "String", "Int", "Boolean"})
_NO_VARIABLES = VariableValues(sources={}, coerced={})


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What is the same for all fields of an operation."""

    schema: Schema
    definition: Any
    fragments: dict[str, Any]


class Place:
    """One selected field whose resolver is called."""

    def __init__(
        self,
        operation: Operation,
        parent: GraphQLObjectType,
        key: str,
        nodes: list[FieldNode],
        said: StrawberryField,
    ) -> None:
        self.operation, self.parent, self.key, self.nodes, self.said = operation, parent, key, nodes, said
        self.field: GraphQLField = parent.fields[nodes[0].name.value]
        self._always = self._given(_NO_VARIABLES) if _constant(nodes[0]) else None
        self._plain = None if self._always is not None else _plain(operation, self.field, nodes[0], said)

    @property
    def takes_arguments(self) -> bool:
        """Whether it is called with any."""
        return self._always is None or bool(self._always)

    def arguments(self, variables: VariableValues) -> dict[str, Any]:
        """The arguments, as Strawberry gives them."""
        if self._always is not None:
            return self._always
        if self._plain is not None:
            return self._plain.given(variables.coerced)
        return self._given(variables)

    def _given(self, variables: VariableValues) -> dict[str, Any]:
        given = get_argument_values(self.field, self.nodes[0], variables)
        schema = self.operation.schema
        return convert_arguments(
            given, self.said.arguments, schema.schema_converter.scalar_registry, schema.config
        )

    def info(self, context: Any, variables: VariableValues) -> Any:
        """What the resolver gets to know; the path is only its own name."""
        raw: Any = GraphQLResolveInfo(
            field_name=self.nodes[0].name.value,
            field_nodes=self.nodes,
            return_type=self.field.type,
            parent_type=self.parent,
            path=Path(None, self.key, self.parent.name),
            schema=self.operation.schema._schema,
            fragments=self.operation.fragments,
            root_value=None,
            operation=self.operation.definition,
            variable_values=variables.coerced,  # type: ignore[arg-type]  # as Strawberry gives it
            context=context,
            is_awaitable=is_awaitable,
            abort_signal=None,
            async_helpers=None,  # type: ignore[arg-type]
        )
        return self.operation.schema.config.info_class(_raw_info=raw, _field=self.said)


@dataclass(frozen=True, slots=True)
class _Plain:
    """Arguments that are variables of built-in types, taken as they were coerced."""

    otherwise: dict[str, Any]
    variables: list[tuple[str, str]]

    def given(self, coerced: dict[str, Any]) -> dict[str, Any]:
        """The arguments by the resolver's names."""
        return self.otherwise | {name: coerced[told] for name, told in self.variables if told in coerced}


def _plain(operation: Operation, field: GraphQLField, node: FieldNode, said: StrawberryField) -> _Plain | None:
    """The arguments, if nothing has to be done to any of them."""
    declared = {one.variable.name.value: one for one in operation.definition.variable_definitions or ()}
    names = dict(zip(field.args, (one.python_name for one in said.arguments), strict=True))
    defaults = {name: one.default_value for name, one in field.args.items()}
    found = []
    for argument in node.arguments or ():
        name, value = argument.name.value, argument.value
        if not isinstance(value, VariableNode) or not _same(declared[value.name.value], field.args[name].type):
            return None
        found.append((names[name], value.name.value))
    otherwise = {names[name]: value for name, value in defaults.items() if value is not Undefined}
    return _Plain(otherwise, found) if all(map(_is_plain, otherwise.values())) else None


def _same(variable: Any, wanted: Any) -> bool:
    """Whether the variable can be given as it is: of the same built-in type, no list, without a default."""
    told = print_ast(variable.type)
    kept = told in (str(wanted), f"{wanted}!") and variable.default_value is None
    return kept and told.rstrip("!") in _BUILT_IN


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, bool | int | str)


def _constant(node: FieldNode) -> bool:
    """Whether the arguments are the same in every request."""
    found: list[VariableNode] = []

    class Find(Visitor):
        def enter_variable(self, variable: VariableNode, *_: Any) -> None:
            found.append(variable)

    for argument in node.arguments or ():
        visit(argument.value, Find())
    return not found
