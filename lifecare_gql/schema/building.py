"""Put the schema together. Whatever two plugins, or a plugin and the core, both define stops the start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import strawberry
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import create_type
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from lifecare_gql.errors import RegionFault
from lifecare_gql.hookspecs import RegionSchema, TypeField
from lifecare_gql.regions import Regions
from lifecare_gql.schema import (
    administration,
    blocks,
    episodes,
    messages,
    outage_kits,
    phone_logs,
    plans,
    recoveries,
    tasks,
)
from lifecare_gql.schema.budgets import Budgets
from lifecare_gql.schema.changes import EVENTS, Resync, Subscription
from lifecare_gql.schema.deprecations import Deprecations, Uses
from lifecare_gql.schema.failures import OneOperation
from lifecare_gql.schema.glossary import complete
from lifecare_gql.schema.limits import Shape, Texts, Tokens
from lifecare_gql.schema.mutations import Mutation
from lifecare_gql.schema.observing import Observed, Phases
from lifecare_gql.schema.publishing import described, made
from lifecare_gql.schema.queries import NODES, Query
from lifecare_gql.schema.rights import OPEN, RIGHT, tell
from lifecare_gql.schema.scalars import SCALARS
from lifecare_gql.schema.selecting import READ, Needs

Fields = dict[str, dict[str, StrawberryField]]


def build_schema(regions: Regions) -> Observed:
    """The schema of the core and the enabled regions; RegionFault lists every clash and every unfit name."""
    added: Fields = {}
    for module in (messages, episodes, plans, tasks, outage_kits, recoveries, phone_logs, administration, blocks):
        for name, fields in module.ADDED.items():
            added.setdefault(name, {}).update(fields)
    faults = [fault for said in regions.schemas for fault in _faults(said, added)]
    if faults:
        raise RegionFault("The regions' schemas do not fit:\n" + "\n".join(f"  {fault}" for fault in faults))
    for said in regions.schemas:
        for field in said.fields:
            added.setdefault(field.type_name, {})[field.name] = _region_field(field)
    types = [*NODES.values(), *EVENTS.values(), Resync]
    return assembled(_query(regions.schemas), Mutation, types, added, Subscription)


def assembled(
    query: type,
    mutation: type | None = None,
    types: Iterable[type] = (),
    added: Fields | None = None,
    subscription: type | None = None,
) -> Observed:
    """A schema of these types, with the limits, caches and extensions that every schema of ours has."""
    return _Extended(
        query=query,
        mutation=mutation,
        subscription=subscription,
        types=types,
        extensions=[Phases, Tokens, Texts, _Parsed, Shape, OneOperation, _Validated, Budgets, Deprecations],
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
        added=added or {},
    )


class _Extended(Observed):
    """A schema whose types have more fields than their classes, and that knows what of it is deprecated."""

    def __init__(self, *, added: Fields, **rest: Any) -> None:
        self._added = added
        for fields in added.values():
            for name, field in fields.items():
                field.python_name = name
        super().__init__(**rest)
        complete(self._schema)
        tell(self._schema)
        self.uses = Uses(self._schema)

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        added = self._added.get(type_definition.name, {})
        return [*type_definition.fields, *added.values()]


class _Parsed(ParserCache):
    def __init__(self) -> None:
        super().__init__(maxsize=1000)


class _Validated(ValidationCache):
    """The cache, but for a document that was refused before: the cache would forget that."""

    def __init__(self) -> None:
        super().__init__(maxsize=1000)

    def on_validate(self) -> Iterator[None]:
        if self.execution_context.pre_execution_errors:
            yield
        else:
            yield from super().on_validate()


def _query(schemas: Iterable[RegionSchema]) -> type:
    """The core's query, with a root field for each region that has one of its own."""
    namespaces = [_namespace(said) for said in schemas if said.query is not None]
    if not namespaces:
        return Query
    regional = create_type("RegionalQuery", namespaces)
    return strawberry.type(type("Query", (Query, regional), {}), name="Query", description=described(Query))


def _namespace(said: RegionSchema) -> StrawberryField:
    query: Any = said.query

    def resolve() -> Any:
        return query()

    return strawberry.field(
        resolver=resolve,
        name=said.region,
        graphql_type=query,
        metadata={RIGHT: OPEN},
        description=f"What only this region has (regionens egna uppgifter): {described(query)}",
    )


def _region_field(field: TypeField) -> StrawberryField:
    return made(field.name, field.resolve, metadata={READ: Needs(field.needs)})


def _faults(said: RegionSchema, added: Fields) -> Iterator[str]:
    for field in said.fields:
        window = next((cls for cls in NODES.values() if cls.__name__ == field.type_name), None)
        if window is None:
            yield f"{said.region}: {field.type_name} is no type that can be extended"
            continue
        if not field.name.startswith(f"{said.region}_"):
            yield f"{said.region}: {field.type_name}.{field.name} must begin with {said.region}_"
        if field.name in added.get(field.type_name, {}) or hasattr(window, field.name):
            yield f"{said.region}: {field.type_name}.{field.name} is already there"
        if not (field.resolve.__doc__ or "").strip():
            yield f"{said.region}: {field.type_name}.{field.name} needs a docstring to describe it"
        columns = window.__model__._meta.fields_map
        for name in sorted(set(field.needs) - set(columns)):
            yield f"{said.region}: {field.type_name}.{field.name} needs {name}, which is no column of its row"
    if said.query is not None and not said.query.__name__.lower().startswith(said.region):
        yield f"{said.region}: the type {said.query.__name__} must begin with {said.region.capitalize()}"
