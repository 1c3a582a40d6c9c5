"""What differs between two schemas, each difference with its schema coordinate and how much it can hurt a client.

graphql-core finds most of it. It knows neither coordinates, which are read out of its sentences, nor `beyond`:
descriptions, deprecations, @oneOf, scalars' specifications, and defaults where there were none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from graphql import GraphQLSchema, specified_scalar_types
from graphql.utilities.find_schema_changes import (
    BreakingChangeType,
    DangerousChangeType,
    SafeChangeType,
    SchemaChange,
    find_schema_changes,
)

from lifecare_gql.contract.beyond import beyond


class Weight(StrEnum):
    """What a change means for a client, the worst first."""

    BREAKING = "breaking"
    """A document that was valid is refused, or its answer has another shape."""
    DANGEROUS = "dangerous"
    """Every document stays valid, but a client may meet what it has never met."""
    DEPRECATED = "deprecated"
    """It still works, and will be removed."""
    ADDED = "added"
    CHANGED = "changed"
    """Nothing that a client can notice but by reading."""


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """One difference. `told` is a sentence that says it; `kind` its name for machines."""

    coordinate: str
    kind: str
    told: str
    weight: Weight

    @property
    def to_be_allowed(self) -> bool:
        """Whether it needs an entry that allows it."""
        return self.weight in (Weight.BREAKING, Weight.DANGEROUS)


_PLACE = r"(@?\w+(?:\.\w+)?(?:\(\w+:\))?)"
_PLACES = tuple(
    re.compile(one)
    for one in (
        rf"(?:to|from) union type {_PLACE}\.$",
        rf"interfaces implemented by {_PLACE}\.$",
        rf"(?:to|from) {_PLACE.replace('?', '', 1)}\.$",  # a directive's locations and repeatability
        rf"^(?:A required|An optional) (?:argument|field) {_PLACE}",
        rf"^(?:Directive|Argument|Field|Enum value|Standard scalar) {_PLACE}",
        rf"^{_PLACE} (?:was|changed|no longer|has changed|added|defaultValue)\b",
    )
)
_ADDED = {
    SafeChangeType.TYPE_ADDED,
    SafeChangeType.FIELD_ADDED,
    SafeChangeType.DIRECTIVE_ADDED,
    SafeChangeType.DIRECTIVE_LOCATION_ADDED,
    SafeChangeType.DIRECTIVE_REPEATABLE_ADDED,
    SafeChangeType.OPTIONAL_DIRECTIVE_ARG_ADDED,
}
_TOLD_BEYOND = {
    # A new description is no news; a new default is, and `beyond` says so with its weight.
    SafeChangeType.DESCRIPTION_CHANGED,
    SafeChangeType.ARG_DEFAULT_VALUE_ADDED,
    SafeChangeType.INPUT_FIELD_DEFAULT_VALUE_ADDED,
}


def changes(released: GraphQLSchema, current: GraphQLSchema) -> list[Change]:
    """Every difference but that of wording, by coordinate."""
    found = {one for change in find_schema_changes(released, current) for one in _change(change)}
    found |= {Change(one.coordinate, one.kind, one.told, Weight(one.weight)) for one in beyond(released, current)}
    return sorted(found)


def coordinate_of(sentence: str) -> str:
    """The schema coordinate that one of graphql-core's sentences is about; ValueError for an unknown sentence."""
    for pattern in _PLACES:
        if found := pattern.search(sentence):
            return found[1]
    raise ValueError(f"no coordinate in: {sentence}")


def _change(change: SchemaChange) -> Iterator[Change]:
    told = change.description
    place = "" if change.type in _TOLD_BEYOND else coordinate_of(told)
    # Whether a scalar of the language is printed tells only whether it is used.
    if place and place not in specified_scalar_types:
        yield Change(place, change.type.name, told, _weight(change))


def _weight(change: SchemaChange) -> Weight:
    if isinstance(change.type, BreakingChangeType):
        return Weight.BREAKING
    if isinstance(change.type, DangerousChangeType):
        return Weight.DANGEROUS
    return Weight.ADDED if change.type in _ADDED else Weight.CHANGED
