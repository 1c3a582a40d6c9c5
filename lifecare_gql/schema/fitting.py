"""Whether what a plugin's function returned is what the schema says, looked at in the plugin's own thread.

GraphQL completes an answer on the event loop, where nothing of a plugin may run or surprise.
"""

from __future__ import annotations

from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLError,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    get_nullable_type,
)

from lifecare_gql.domain.region import Region
from lifecare_gql.region_running import Junk
from lifecare_gql.schema.selecting import is_window, strawberry_field

MOST_VALUES = 20_000
"""So many values may an answer hold; a page of 100 rows with all their columns has some thousands."""
MOST_CHARACTERS = 1_000_000
"""So many characters may its texts hold together."""


class Owned:
    """What rests on a region's documents: the very objects, and their classes."""

    def __init__(self, region: Region | None) -> None:
        self.parts = [] if region is None else list(region.parts())
        self.ids, self.kinds = {id(part) for part in self.parts}, {type(part) for part in self.parts}


def settled(said: Any, kind: Any, owned: Owned) -> Any:
    """The same, when it fits the GraphQL type through and through; Junk when it does not, or is far too much."""
    _Look(owned).at(said, kind)
    return said


class _Look:
    """One answer being looked at. `seen`: what is reached twice is looked at once, so that a circle ends."""

    def __init__(self, owned: Owned) -> None:
        self.values = self.characters = 0
        self.seen: set[tuple[int, int]] = set()
        self.owned = owned

    def at(self, said: Any, kind: Any) -> None:
        """Look at one value and all below it."""
        waiting = [(said, kind)]
        while waiting:
            one, wanted = waiting.pop()
            self._count(one)
            if one is None:
                if isinstance(wanted, GraphQLNonNull):
                    raise Junk("null where the type allows none")
                continue
            wanted = get_nullable_type(wanted)
            if isinstance(wanted, GraphQLList):
                waiting += [(item, wanted.of_type) for item in self._items(one)]
            elif isinstance(wanted, GraphQLObjectType):
                waiting += self._below(one, wanted)
            elif isinstance(wanted, GraphQLScalarType | GraphQLEnumType):
                _serialize(wanted, one)
            else:
                raise Junk(f"{wanted} can be several types")

    def _count(self, one: Any) -> None:
        self.values += 1
        self.characters += len(one) if isinstance(one, str | bytes) else 0
        if self.values > MOST_VALUES or self.characters > MOST_CHARACTERS:
            raise Junk("far too much")

    def _items(self, one: Any) -> list[Any] | tuple[Any, ...]:
        if type(one) not in (list, tuple):
            raise Junk(f"{type(one).__name__} is no list")
        if len(one) > MOST_VALUES:
            raise Junk("far too much")
        items: list[Any] | tuple[Any, ...] = one
        return items

    def _below(self, one: Any, kind: GraphQLObjectType) -> list[tuple[Any, Any]]:
        """The values of the fields that no resolver makes: they are taken from the object as it is."""
        definition: Any = kind.extensions.get("strawberry-definition")
        if is_window(kind) or type(one) is not definition.origin:
            raise Junk(f"{type(one).__name__} is no {kind.name}")
        if type(one) in self.owned.kinds and id(one) not in self.owned.ids:
            raise Junk(f"a {kind.name} of its own making: what rests on a document is the region's data")
        if (id(one), id(kind)) in self.seen:
            return []
        self.seen.add((id(one), id(kind)))
        fields = ((field.type, strawberry_field(field)) for field in kind.fields.values())
        basic = ((type_, said) for type_, said in fields if said is not None and said.base_resolver is None)
        return [(getattr(one, said.python_name), type_) for type_, said in basic]


def _serialize(kind: GraphQLScalarType | GraphQLEnumType, one: Any) -> None:
    try:
        kind.serialize(one)
    except (GraphQLError, TypeError, ValueError):
        raise Junk(f"{type(one).__name__} is no {kind.name}") from None
