"""The Swedish terms of the schema, from `glossary.toml`, put into the descriptions that have none.

A name means the same wherever it stands. What has its term where it is declared stays as it is.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from importlib.resources import files
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLSchema,
    get_named_type,
)

from lifecare_gql.schema.members import members

_TERM = re.compile(r"\([^()]*[a-zåäöé]{3}[^()]*\)")
_SENTENCE_END = re.compile(r"\.(?=\s+[A-Z`]|\s*$)")


@dataclass(frozen=True, slots=True)
class Glossary:
    """Terms by name; names that need none, types' also as patterns; arguments by name or coordinate."""

    types: Mapping[str, str]
    fields: Mapping[str, str]
    plain_types: tuple[str, ...]
    plain_fields: frozenset[str]
    arguments: Mapping[str, str]

    def term(self, place: str, one: Any) -> str | None:
        """The Swedish term of a type or field by its name."""
        return (self.types if isinstance(one, GraphQLNamedType) else self.fields).get(place.rpartition(".")[2])

    def is_plain(self, place: str, one: Any) -> bool:
        """Whether it needs no Swedish term."""
        if isinstance(one, GraphQLNamedType):
            return any(fnmatchcase(place, pattern) for pattern in self.plain_types)
        return place.rpartition(".")[2] in self.plain_fields


@cache
def glossary() -> Glossary:
    """The glossary of the package."""
    told = tomllib.loads((files(__package__) / "glossary.toml").read_text("utf-8"))
    plain = told["plain"]
    return Glossary(
        told["types"], told["fields"], tuple(plain["types"]), frozenset(plain["fields"]), told["arguments"]
    )


def complete(schema: GraphQLSchema) -> None:
    """Describe the arguments that are not, and put the Swedish term where there is none."""
    words = glossary()
    for place, one in members(schema).items():
        if isinstance(one, GraphQLArgument):
            one.description = one.description or _argument(words, place, one)
        elif one.description and isinstance(one, GraphQLNamedType | GraphQLField | GraphQLInputField):
            term = words.term(place, one)
            if term and not has_term(one.description):
                one.description = _SENTENCE_END.sub(f" ({term}).", one.description, count=1)


def has_term(description: str) -> bool:
    """Whether a description has a term in parentheses."""
    return _TERM.search(description) is not None


def lacking(schema: GraphQLSchema) -> Iterator[str]:
    """The types and fields that have no Swedish term and are not said to need none."""
    words = glossary()
    for place, one in members(schema).items():
        named = isinstance(one, GraphQLNamedType | GraphQLField | GraphQLInputField)
        if named and not has_term(one.description or "") and not words.is_plain(place, one):
            yield place


def _argument(words: Glossary, place: str, one: GraphQLArgument) -> str | None:
    name = place.rpartition("(")[2].removesuffix(":)")
    kind = get_named_type(one.type)
    said = words.arguments.get(place) or words.arguments.get(name)
    return said or (kind.description if isinstance(kind, GraphQLInputObjectType) else None)
