"""Everything that a schema names, by its schema coordinate."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    is_specified_directive,
    is_specified_scalar_type,
)


def members(schema: GraphQLSchema) -> Mapping[str, Any]:
    """Types, fields, arguments, input fields, enum values, directives; the language's own are left out."""
    return dict(_members(schema))


def _members(schema: GraphQLSchema) -> Iterator[tuple[str, Any]]:
    for name, kind in schema.type_map.items():
        if name.startswith("__") or is_specified_scalar_type(kind):
            continue
        yield name, kind
        yield from _of_type(name, kind)
    for directive in schema.directives:
        if not is_specified_directive(directive):
            yield f"@{directive.name}", directive
            yield from ((f"@{directive.name}({one}:)", said) for one, said in directive.args.items())


def _of_type(name: str, kind: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(kind, GraphQLEnumType):
        yield from ((f"{name}.{one}", value) for one, value in kind.values.items())
    elif isinstance(kind, GraphQLInputObjectType):
        yield from ((f"{name}.{one}", field) for one, field in kind.fields.items())
    elif isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        for one, field in kind.fields.items():
            yield f"{name}.{one}", field
            yield from ((f"{name}.{one}({argument}:)", said) for argument, said in field.args.items())
