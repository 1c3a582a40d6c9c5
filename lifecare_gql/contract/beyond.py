"""What graphql-core does not look at when it compares two schemas, and a client feels all the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLArgument, GraphQLInputField, GraphQLInputObjectType, GraphQLSchema
from graphql.utilities.find_schema_changes import get_default_value

from lifecare_gql.schema.deprecations import Deprecation, deprecated
from lifecare_gql.schema.members import members


@dataclass(frozen=True, slots=True)
class Missed:
    """A difference: where, its name, a sentence, and the name of its weight."""

    coordinate: str
    kind: str
    told: str
    weight: str


def beyond(released: GraphQLSchema, current: GraphQLSchema) -> Iterator[Missed]:
    """Each such difference between what stands in both schemas."""
    before, now = members(released), members(current)
    for place in before.keys() & now.keys():
        yield from _of_member(place, before[place], now[place])
    yield from _of_deprecations(deprecated(released), deprecated(current), now)
    yield from _of_roots(released, current)


def _of_member(place: str, before: Any, now: Any) -> Iterator[Missed]:
    if before.description and not now.description:
        yield Missed(place, "DESCRIPTION_REMOVED", f"The description of {place} was removed.", "dangerous")
    if isinstance(before, GraphQLArgument | GraphQLInputField) and isinstance(now, type(before)):
        default = get_default_value(now)
        if get_default_value(before) is None and default is not None:
            yield Missed(place, "DEFAULT_ADDED", f"{place} has the default {default} now.", "dangerous")
    if isinstance(before, GraphQLInputObjectType) and isinstance(now, GraphQLInputObjectType):
        yield from _of_one_of(place, was=before.is_one_of, now=now.is_one_of)
    was, said = (getattr(one, "specified_by_url", None) for one in (before, now))
    if was != said:
        told = f"{place} is specified by {said} now, not by {was}."
        yield Missed(place, "SPECIFICATION_CHANGED", told, "dangerous")


def _of_one_of(place: str, *, was: bool, now: bool) -> Iterator[Missed]:
    if now and not was:
        yield Missed(place, "ONE_OF_ADDED", f"{place} takes exactly one of its fields now.", "breaking")
    if was and not now:
        yield Missed(place, "ONE_OF_REMOVED", f"{place} takes several of its fields at once now.", "dangerous")


def _of_deprecations(
    before: Mapping[str, Deprecation], now: Mapping[str, Deprecation], there: Mapping[str, Any]
) -> Iterator[Missed]:
    for place in now.keys() - before.keys():
        yield Missed(place, "DEPRECATED", f"{place} is deprecated: {now[place].reason}", "deprecated")
    for place, old in before.items():
        new = now.get(place)
        if place in there and new is None:
            yield Missed(place, "DEPRECATION_REMOVED", f"{place} is no longer deprecated.", "dangerous")
        elif new and old.removed_after and new.removed_after and new.removed_after < old.removed_after:
            told = f"{place} may be removed after {new.removed_after} now, not after {old.removed_after}."
            yield Missed(place, "REMOVAL_BROUGHT_FORWARD", told, "dangerous")


def _of_roots(released: GraphQLSchema, current: GraphQLSchema) -> Iterator[Missed]:
    for operation in ("query", "mutation", "subscription"):
        was, now = (getattr(one, f"{operation}_type") for one in (released, current))
        if was is not None and (now is None or now.name != was.name):
            told = f"The {operation} type is no longer {was.name}."
            yield Missed(was.name, "ROOT_TYPE_CHANGED", told, "breaking")
