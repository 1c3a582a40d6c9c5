"""Objects by their resolvers: each selected field is a call of the resolver, without anything around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from graphql import (
    FieldNode,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)
from graphql.execution.values import VariableValues
from strawberry.types.field import StrawberryField

from lifecare_gql.compiled.leaves import Leaves, lost
from lifecare_gql.compiled.places import Operation, Place
from lifecare_gql.compiled.source import Declined, Source, shown
from lifecare_gql.schema.selecting import READ, Fetched, Fields, strawberry_field

Nodes = Sequence[FieldNode]
MAX_KINDS = 40
"""Of how many types the value of one field may be."""


class Objects:
    """Writes the functions for values that resolvers return."""

    def __init__(self, operation: Operation, leaves: Leaves, variables: VariableValues) -> None:
        self.operation = operation
        self.leaves = leaves
        self.fields = Fields(operation.schema._schema, operation.fragments, variables)
        self.source = Source()
        self.places: list[Place] = []
        self.fetch: Callable[[Place, Any], str] = _cannot_fetch

    def value(self, kind: Any, nodes: Nodes, expression: str, place: int) -> str:
        """The expression that writes the value of the expression, whose type is `kind`."""
        bare = kind.of_type if is_non_null_type(kind) else kind
        nullable = bare is kind
        if is_leaf_type(bare):
            written = self.leaves.write(bare, nullable=nullable)
            return f"{self.source.name(f'write {bare.name}', written)}({expression})"
        if is_list_type(bare):
            return f"{self._list(bare.of_type, nodes, nullable, place)}(q, {expression})"
        if isinstance(bare, GraphQLObjectType):
            return f"{self.object(bare, nodes, nullable, place)}(q, {expression})"
        return f"{self._abstract(bare, nodes, nullable, place)}(q, {expression})"

    def object(self, kind: GraphQLObjectType, nodes: Nodes, nullable: bool, place: int) -> str:
        """The function for an object of that very type."""
        pairs = list(self.pairs(kind, nodes))
        lines = [_none(nullable, self.source)]
        if kind.is_type_of is not None:
            fits = self.source.name(f"is {kind.name}", kind.is_type_of)
            lines.append(f"if not {fits}(o, q.info({place})._raw_info): {self._lost()}")
        return self.source.add(self.source.fresh(kind.name), "q, o", [*lines, f"return {shown(pairs)}"])

    def pairs(self, kind: GraphQLObjectType, nodes: Nodes) -> list[tuple[str, str]]:
        """The fields of an object `o`, in order."""
        return [(key, self._field(kind, key, found)) for key, found in self.fields.below(kind, nodes).items()]

    def _field(self, kind: GraphQLObjectType, key: str, nodes: list[FieldNode]) -> str:
        self.source.count_field()
        name = nodes[0].name.value
        if name == "__typename":
            return repr(kind.name)
        said = self.said(kind, name)
        if said.base_resolver is None:
            place = self.place(kind, key, nodes, said)
            return self.value(kind.fields[name].type, nodes, f"o.{_identifier(said.python_name)}", place)
        place = self.place(kind, key, nodes, said)
        need = said.metadata.get(READ)
        if isinstance(need, Fetched):
            return self.fetch(self.places[place], place)
        call = self.called(said, place, "o")
        if kind is self.operation.schema._schema.mutation_type:
            call = f"(await q.act({place}, {call.removeprefix('(await ')})"
        return self.value(kind.fields[name].type, nodes, call, place)

    def said(self, kind: GraphQLObjectType, name: str) -> StrawberryField:
        """Strawberry's definition of a field; Declined for what is not plainly a resolver's."""
        field = kind.fields.get(name)
        said = None if field is None else strawberry_field(field)
        if said is None:
            raise Declined("introspection" if field is None else f"{kind.name}.{name}")
        if said.extensions or said.permission_classes or said.is_subscription:
            raise Declined("a field with extensions")
        return said

    def place(self, kind: GraphQLObjectType, key: str, nodes: list[FieldNode], said: StrawberryField) -> int:
        """The number of a new place."""
        self.places.append(Place(self.operation, kind, key, nodes, said))
        return len(self.places) - 1

    def called(self, said: StrawberryField, place: int, source: str) -> str:
        """The call of a field's own resolver on `source`."""
        resolver: Any = said.base_resolver
        given = [source] if resolver.self_parameter else []
        named = {one.name for one in (resolver.parent_parameter, resolver.root_parameter) if one}
        given += [f"{_identifier(name)}={source}" for name in sorted(named)]
        if resolver.info_parameter:
            given.append(f"{_identifier(resolver.info_parameter.name)}=q.info({place})")
        if self.places[place].takes_arguments:
            given.append(f"**q.arguments({place})")
        call = f"{self.source.name(said.python_name, resolver.wrapped_func)}({', '.join(given)})"
        return f"(await {call})" if said.is_async else call

    def _list(self, kind: Any, nodes: Nodes, nullable: bool, place: int) -> str:
        one = self.value(kind, nodes, "one", place)
        lines = [_none(nullable, self.source), f"return [{one} for one in o]"]
        return self.source.add(self.source.fresh("each"), "q, o", lines)

    def _abstract(
        self, kind: GraphQLInterfaceType | GraphQLUnionType, nodes: Nodes, nullable: bool, place: int
    ) -> str:
        """The function for an object whose type only its value tells."""
        possible = self.operation.schema._schema.get_possible_types(kind)
        if len(possible) > MAX_KINDS or kind.resolve_type is None:
            raise Declined("too many types")
        tells = self.source.name(f"type of {kind.name}", kind.resolve_type)
        known = self.source.name(kind.name, kind)
        lines = [_none(nullable, self.source), f"kind = {tells}(o, q.info({place})._raw_info, {known})"]
        for called, names in self._kinds(possible, nodes, place).items():
            lines += [f"if kind in {names!r}:", f"    return {called}(q, o, kind)"]
        return self.source.add(self.source.fresh(kind.name), "q, o", [*lines, self._lost()])

    def _kinds(
        self, possible: Sequence[GraphQLObjectType], nodes: Nodes, place: int
    ) -> dict[str, tuple[str, ...]]:
        """A function for each type, one for all that it is the same for: most have only their id selected."""
        names: dict[str, list[str]] = {}
        calls: dict[Any, str] = {}
        for one in possible:
            same = self._sameness(one, nodes)
            if same not in calls:
                pairs = [
                    (key, "kind" if value == repr(one.name) else value) for key, value in self.pairs(one, nodes)
                ]
                name = self.source.fresh(one.name)
                calls[same] = self.source.add(name, "q, o, kind", [f"return {shown(pairs)}"])
            names.setdefault(calls[same], []).append(one.name)
        return {call: tuple(found) for call, found in names.items()}

    def _sameness(self, kind: GraphQLObjectType, nodes: Nodes) -> Any:
        """Types whose selected fields are leaves made by the same resolvers are written by the same function."""
        said = []
        for key, found in self.fields.below(kind, nodes).items():
            field = kind.fields.get(found[0].name.value)
            one = None if field is None else strawberry_field(field)
            if field is not None and (
                one is None or one.base_resolver is None or not is_leaf_type(_bare(field.type))
            ):
                return kind.name
            said.append(
                (key, None if one is None or one.base_resolver is None else one.base_resolver.wrapped_func)
            )
        return tuple(said)

    def _lost(self) -> str:
        return f"return {self.source.name('lost', lost)}()"


def _none(nullable: bool, source: Source) -> str:
    return f"if o is None: return {'None' if nullable else source.name('lost', lost) + '()'}"


def _bare(kind: Any) -> Any:
    return kind.of_type if is_non_null_type(kind) else kind


def _identifier(name: str) -> str:
    if not name.isidentifier():
        raise Declined("a name that is none")
    return name


def _cannot_fetch(place: Place, number: Any) -> str:
    raise Declined("nothing fetches")
