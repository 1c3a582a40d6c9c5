"""What is deprecated, until when it stays, and which of it a document uses.

A reason ends with the day: "… Removed after 2030-06-30." What a document uses is found once, when the document is
first seen, and kept with its text; a schema in which nothing is deprecated looks for nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    EnumValueNode,
    FieldNode,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    ObjectFieldNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    get_named_type,
    parse,
    type_from_ast,
    visit,
)
from strawberry.extensions import SchemaExtension

from lifecare_gql.schema.members import members

_DATED = re.compile(r"\S.* Removed after (\d{4}-\d{2}-\d{2})\.", re.DOTALL)
_KEPT_DOCUMENTS = 1000


@dataclass(frozen=True, slots=True, order=True)
class Deprecation:
    """Something that will be removed: `coordinate` is its schema coordinate, `removed_after` the last day."""

    coordinate: str
    reason: str
    removed_after: dt.date | None

    @property
    def told(self) -> dict[str, str | None]:
        """As it stands in an answer."""
        day = None if self.removed_after is None else self.removed_after.isoformat()
        return {"coordinate": self.coordinate, "reason": self.reason, "removedAfter": day}


def removed_after(reason: str) -> dt.date | None:
    """The day that a reason ends with; None for one that names none, or one that is no day."""
    found = _DATED.fullmatch(reason.strip())
    try:
        return dt.date.fromisoformat(found[1]) if found else None
    except ValueError:
        return None


def deprecated(schema: GraphQLSchema) -> Mapping[str, Deprecation]:
    """Everything deprecated in the schema, by coordinate."""
    return {
        place: Deprecation(place, one.deprecation_reason, removed_after(one.deprecation_reason))
        for place, one in members(schema).items()
        if getattr(one, "deprecation_reason", None) is not None
    }


def undated(schema: GraphQLSchema) -> list[str]:
    """The coordinates of what is deprecated without saying until when it stays."""
    return sorted(one.coordinate for one in deprecated(schema).values() if one.removed_after is None)


class Uses:
    """Which of what a schema has deprecated its documents use."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self.deprecated = deprecated(schema)
        self._of_text = lru_cache(maxsize=_KEPT_DOCUMENTS)(self._parsed)

    def of(self, text: str, variables: Mapping[str, Any] | None = None) -> list[Deprecation]:
        """What a valid document uses, by coordinate; with what the values of its variables use."""
        if not self.deprecated:
            return []
        found, declared = self._of_text(text)
        said = variables or {}
        inside = {place for name, kind in declared for place in self._in_value(kind, said.get(name))}
        return [self.deprecated[place] for place in sorted(found | inside)]

    def _parsed(self, text: str) -> tuple[frozenset[str], tuple[tuple[str, Any], ...]]:
        document = parse(text)
        info = TypeInfo(self._schema)
        used = _Used(info)
        visit(document, TypeInfoVisitor(info, used))
        return frozenset(used.places & self.deprecated.keys()), tuple(self._declared(document))

    def _declared(self, document: DocumentNode) -> Iterator[tuple[str, Any]]:
        """The variables whose values can hold something deprecated, with their types."""
        for definition in document.definitions:
            for variable in getattr(definition, "variable_definitions", None) or ():
                kind = type_from_ast(self._schema, variable.type)
                if get_named_type(kind) in self._tainted:
                    yield variable.variable.name.value, kind

    @cached_property
    def _tainted(self) -> set[Any]:
        """The input types and enums in which, however deep, something is deprecated."""
        owners = {place.partition(".")[0] for place in self.deprecated}
        kinds = [
            one
            for one in self._schema.type_map.values()
            if isinstance(one, GraphQLEnumType | GraphQLInputObjectType)
        ]
        found: set[Any] = {one for one in kinds if one.name in owners}
        inputs = [one for one in kinds if isinstance(one, GraphQLInputObjectType)]
        while more := {one for one in inputs if one not in found and not _below(one).isdisjoint(found)}:
            found |= more
        return found

    def _in_value(self, kind: Any, value: Any) -> Iterator[str]:
        """The deprecated places that a value of a variable touches; of one that does not fit, what does."""
        if isinstance(kind, GraphQLNonNull):
            yield from self._in_value(kind.of_type, value)
        elif isinstance(kind, GraphQLList):
            for one in value if isinstance(value, list) else () if value is None else (value,):
                yield from self._in_value(kind.of_type, one)
        elif isinstance(kind, GraphQLEnumType) and isinstance(value, str):
            yield from {f"{kind.name}.{value}"} & self.deprecated.keys()
        elif isinstance(kind, GraphQLInputObjectType) and isinstance(value, dict):
            for name in value.keys() & kind.fields.keys():
                yield from {f"{kind.name}.{name}"} & self.deprecated.keys()
                yield from self._in_value(kind.fields[name].type, value[name])


def _below(kind: GraphQLInputObjectType) -> set[Any]:
    return {get_named_type(field.type) for field in kind.fields.values()}


class _Used(Visitor):
    """Gathers the coordinates of all that a document names; the caller keeps those that are deprecated."""

    def __init__(self, info: TypeInfo) -> None:
        super().__init__()
        self._info = info
        self.places: set[str] = set()

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        parent = self._info.get_parent_type()
        if parent is not None:
            place = f"{parent.name}.{node.name.value}"
            self.places |= {place, *(f"{place}({one.name.value}:)" for one in node.arguments or ())}

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        self.places |= {f"@{node.name.value}({one.name.value}:)" for one in node.arguments or ()}

    def enter_object_field(self, node: ObjectFieldNode, *_: Any) -> None:
        parent = get_named_type(self._info.get_parent_input_type())
        if parent is not None:
            self.places.add(f"{parent.name}.{node.name.value}")

    def enter_enum_value(self, node: EnumValueNode, *_: Any) -> None:
        kind = get_named_type(self._info.get_input_type())
        if kind is not None:
            self.places.add(f"{kind.name}.{node.value}")


def told(uses: Uses, text: str, variables: Mapping[str, Any] | None) -> dict[str, Any]:
    """What an answer says of what will be removed."""
    found = uses.of(text, variables)
    return {"deprecations": [one.told for one in found]} if found else {}


class Deprecations(SchemaExtension):
    """Puts into an answer what the request used that will be removed: `extensions.deprecations`."""

    def get_results(self) -> dict[str, Any]:
        context: Any = self.execution_context
        if context.pre_execution_errors or not context.query:
            return {}
        return told(context.schema.uses, context.query, context.variables)
