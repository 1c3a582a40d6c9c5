"""Every place of the schema where a caller can put a value, with a document that puts it there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
)

from lifecare_gql.schema.queries import NODES

NO_ID = "0" * 32
_SAMPLES: dict[str, Any] = {
    "Int": 1,
    "Float": 1.5,
    "Boolean": True,
    "DateTime": "2026-11-23T10:00:00+01:00",
    "Date": "2026-11-23",
    "Time": "10:00",
    "String": "a text",
}
_MAX_NESTING = 5
_TAGS = {cls.__strawberry_definition__.name: tag for tag, cls in NODES.items()}  # type: ignore[attr-defined]
_OF_MEMBERS = {
    "NotFound": "message paths",
    "RefusedByRoutines": "message objections { code reason remedy } warnings { code reason }",
    "IdempotencyKeyReused": "message",
    "StaleVersion": "message currentVersion",
}


@dataclass(frozen=True)
class Slot:
    """A place: its name, the type that belongs there, the document, its variables, and where in them it is."""

    name: str
    scalar: str
    document: str
    variables: dict[str, Any]
    path: tuple[str | int, ...]

    def filled(self, value: Any) -> dict[str, Any]:
        """The variables with the value in its place."""
        return _put(self.variables, self.path, value)


def _put(told: Any, path: tuple[str | int, ...], value: Any) -> Any:
    if not path:
        return value
    if isinstance(told, list):
        return [_put(told[0], path[1:], value)]
    return {**told, path[0]: _put(told[path[0]], path[1:], value)}


class Slots:
    """Finds them. `known` are ids of records that there are, by their tags."""

    def __init__(self, schema: GraphQLSchema, known: Mapping[str, str]) -> None:
        self._schema, self._known = schema, known

    def all(self) -> Iterator[Slot]:
        """Those of the fields of the roots, and of every object that can be reached."""
        for kind, root in (("query", self._schema.query_type), ("mutation", self._schema.mutation_type)):
            assert root is not None
            for name, field in root.fields.items():
                yield from self._of(f"{root.name}.{name}", field, f"{kind} H%s {{ {name}%s }}")
        for type_name, way in self._ways.items():
            parent = self._schema.get_type(type_name)
            assert isinstance(parent, GraphQLObjectType)
            for name, field in parent.fields.items():
                yield from self._of(f"{type_name}.{name}", field, way.replace("…", f"{name}%s"))

    @cached_property
    def _ways(self) -> dict[str, str]:
        """How each object is reached, by an id or without arguments; `…` is what is asked of it."""
        query = self._schema.query_type
        assert query is not None
        ways: dict[str, str] = {}
        for possible in self._schema.get_possible_types(self._schema.get_type("Node")):  # type: ignore[arg-type]
            one = self._id_of(_TAGS[possible.name])
            ways[possible.name] = f'query H%s {{ node(id: "{one}") {{ ... on {possible.name} {{ … }} }} }}'
        todo = [(query, "query H%s { … }"), *((self._schema.get_type(name), way) for name, way in ways.items())]
        while todo:
            parent, way = todo.pop(0)
            for name, field in parent.fields.items():  # type: ignore[union-attr]
                below = get_named_type(field.type)
                reachable = isinstance(below, GraphQLObjectType) and below.name not in ways
                if reachable and not any(is_required_argument(one) for one in field.args.values()):
                    ways[below.name] = way.replace("…", f"{name} {{ … }}")
                    todo.append((below, ways[below.name]))
        return ways

    def _of(self, name: str, field: GraphQLField, frame: str) -> Iterator[Slot]:
        if not field.args:
            return
        declared = ", ".join(f"${one}: {_declared(argument)}" for one, argument in field.args.items())
        given = ", ".join(f"{one}: ${one}" for one in field.args)
        below = _below(get_named_type(field.type))
        document = frame % (f"({declared})", f"({given}){below}")
        for argument_name, argument in field.args.items():
            for path in self._paths(argument.type, (argument_name,)):
                yield self._slot(name, field.args, document, path)

    def _slot(self, name: str, args: dict[str, GraphQLArgument], document: str, path: tuple[Any, ...]) -> Slot:
        needed = {one: found.type for one, found in args.items() if one == path[0] or is_required_argument(found)}
        variables = {
            one: self._sample(kind, one, path[1:] if one == path[0] else ()) for one, kind in needed.items()
        }
        kind: Any = args[path[0]].type
        for step in path[1:]:
            bare = _bare(kind)
            kind = bare.of_type if isinstance(bare, GraphQLList) else bare.fields[step].type
        label = ".".join(str(step) for step in path)
        return Slot(f"{name}({label})", get_named_type(kind).name, document, variables, path)

    def _paths(self, kind: Any, path: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
        """The places in a value of the type: itself, and those in it."""
        yield path
        bare = _bare(kind)
        if isinstance(bare, GraphQLList) and len(path) < _MAX_NESTING:
            yield from self._paths(bare.of_type, (*path, 0))
        elif isinstance(bare, GraphQLInputObjectType) and len(path) < _MAX_NESTING:
            for name, field in bare.fields.items():
                yield from self._paths(field.type, (*path, name))

    def _sample(self, kind: Any, name: str, path: tuple[Any, ...]) -> Any:
        """A value of the type, with everything in it that is needed, and what lies on the path."""
        bare = _bare(kind)
        if isinstance(bare, GraphQLList):
            return [self._sample(bare.of_type, name, path[1:])]
        if isinstance(bare, GraphQLEnumType):
            return next(iter(bare.values))
        if isinstance(bare, GraphQLInputObjectType):
            return self._object(bare, path)
        return self._sample_id(name) if bare.name == "ID" else _SAMPLES[bare.name]

    def _sample_id(self, name: str) -> str:
        tags = sorted(self._known, key=len, reverse=True)
        return self._id_of(next((tag for tag in tags if tag in name.lower()), "unit"))

    def _id_of(self, tag: str) -> str:
        return self._known.get(tag, f"{tag}_{NO_ID}")

    def _object(self, kind: GraphQLInputObjectType, path: tuple[Any, ...]) -> dict[str, Any]:
        on_path = path[:1]
        wanted = {
            name: field
            for name, field in kind.fields.items()
            if name in on_path or (isinstance(field.type, GraphQLNonNull) and field.default_value is not None)
        }
        if kind.is_one_of and not wanted:
            wanted = dict([next(iter(kind.fields.items()))])
        return {
            name: self._sample(field.type, name, path[1:] if name in on_path else ())
            for name, field in wanted.items()
        }


def _bare(kind: Any) -> Any:
    return kind.of_type if isinstance(kind, GraphQLNonNull) else kind


def _declared(argument: GraphQLArgument) -> str:
    """The type of the argument's variable, which may be left out where the argument may."""
    return str(argument.type if is_required_argument(argument) else _bare(argument.type))


def _below(kind: Any) -> str:
    """What is asked of a value: everything that is a leaf, of a refusal what it says, of a list its items."""
    if isinstance(kind, GraphQLUnionType):
        told = (
            f"... on {one.name} {{ {_OF_MEMBERS[one.name]} }}" for one in kind.types if one.name in _OF_MEMBERS
        )
        return f" {{ __typename {' '.join(told)} }}"
    if not isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        return ""
    items = f"nodes{_below(get_named_type(kind.fields['nodes'].type))}" if "nodes" in kind.fields else ""
    return f" {{ __typename {' '.join(_leaves(kind))} {items} }}"


def _leaves(kind: GraphQLObjectType | GraphQLInterfaceType) -> Iterator[str]:
    for name, field in kind.fields.items():
        if is_leaf_type(get_named_type(field.type)) and not field.args:
            yield name
