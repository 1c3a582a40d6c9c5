"""The schema as a graph: every path from a root field to a window on something that is about a patient."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from graphql import GraphQLField, GraphQLObjectType, GraphQLSchema, get_named_type, is_leaf_type

from lifecare_gql.schema.queries import NODES
from lifecare_gql.storage.rows import Record

MODELS: dict[str, type[Record]] = {window.__name__: window.__model__ for window in NODES.values()}
ABOUT = {name for name, model in MODELS.items() if model.patient_column is not None} - {"AccessEntry"}
"""The windows on what is about a patient, but for the log, which is opened by a role only (test_auditing)."""
PAGE = 3
LEAF, ONE, MANY, MOST = 3, 4, 12, 1400
"""How large a query gets by each field, in tokens or more, and the most that is asked for at once."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A field that leads from one type to another; `many` when it is a connection."""

    name: str
    to: str
    many: bool


class Graph:
    """The types of a schema, and the fields between them."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.schema = schema
        self._objects = {
            one.name: one
            for one in schema.type_map.values()
            if isinstance(one, GraphQLObjectType)
            and not one.name.startswith("__")
            # a connection and its edges are walked through
            and not ("pageInfo" in one.fields or {"cursor", "node"} <= one.fields.keys())
        }

    @property
    def objects(self) -> set[str]:
        """The names of the object types."""
        return set(self._objects)

    def fields(self, name: str) -> dict[str, GraphQLField]:
        return self._objects[name].fields

    def edges(self, name: str) -> Iterator[Edge]:
        """The fields of a type that lead to other objects."""
        for field_name, field in self.fields(name).items():
            below = get_named_type(field.type)
            if isinstance(below, GraphQLObjectType):
                many = "nodes" in below.fields
                to = get_named_type(below.fields["nodes"].type) if many else below
                yield Edge(field_name, to.name, many)

    @cached_property
    def leading(self) -> set[str]:
        """The types from which something about a patient can be reached, and those windows themselves."""
        found = set(ABOUT)
        while more := {
            name for name in self._objects if name not in found and any(e.to in found for e in self.edges(name))
        }:
            found |= more
        return found

    def onwards(self, name: str) -> list[Edge]:
        """The edges that lead to something about a patient."""
        return [one for one in self.edges(name) if one.to in self.leading]

    def paths(self, name: str, depth: int) -> Iterator[tuple[Edge, ...]]:
        """Every path of at most that many fields from the type to a window on something about a patient."""
        for edge in self.onwards(name) if depth else ():
            if edge.to in ABOUT:
                yield (edge,)
            for rest in self.paths(edge.to, depth - 1):
                yield (edge, *rest)

    def selections(self, name: str, depth: int, *, leaves: bool = False) -> list[tuple[str, int]]:
        """Everything below a type that leads on, so deep, in selections small enough for one query each.

        Each with its size. With `leaves`, also all that a type says of itself.
        """
        own = ["__typename", *(["id"] if name in MODELS else [])]
        own += [said for said in (self._leaves(name) if leaves else ()) if said != "id"]
        packed = [(" ".join(own), len(own) * LEAF)]
        for edge in self.onwards(name) if depth else ():
            for text, size in self.selections(edge.to, depth - 1, leaves=leaves):
                grown = packed[-1][1] + size + (MANY if edge.many else ONE)
                if grown > MOST:
                    packed.append((" ".join(own[:2]), 2 * LEAF))
                    grown = packed[-1][1] + size + (MANY if edge.many else ONE)
                packed[-1] = (f"{packed[-1][0]} {_field(edge, text)}", grown)
        return packed

    def _leaves(self, name: str) -> Iterator[str]:
        for field_name, field in self.fields(name).items():
            if is_leaf_type(get_named_type(field.type)):
                yield field_name


def _field(edge: Edge, below: str) -> str:
    return f"{edge.name}(first: {PAGE}) {{ nodes {{ {below} }} }}" if edge.many else f"{edge.name} {{ {below} }}"


def objects(value: Any) -> Iterator[dict[str, Any]]:
    """Every object in an answer, however deep."""
    if isinstance(value, dict):
        yield value
        for one in value.values():
            yield from objects(one)
    elif isinstance(value, list):
        for one in value:
            yield from objects(one)
