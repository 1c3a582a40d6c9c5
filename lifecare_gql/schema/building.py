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
from lifecare_gql.schema.contributions import ContributedBy, contributor, mark_types, schema_problems
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
    added = _added_by_the_core()
    faults = [line for problem in schema_problems(regions, added) for line in problem.told().splitlines()]
    if faults:
        raise RegionFault("The regions' schemas do not fit:\n" + "\n".join(f"  {fault}" for fault in faults))
    for said in regions.schemas:
        mark = contributor(regions, said)
        for field in said.fields:
            added.setdefault(field.type_name, {})[field.name] = _region_field(field, mark)
    mark_types(regions)
    types = [*NODES.values(), *EVENTS.values(), Resync]
    return assembled(_query(regions), Mutation, types, added, Subscription)


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


def fitting(regions: Regions) -> Regions:
    """The regions as they are, or, after a lenient start, without those whose schema does not fit."""
    problems = list(schema_problems(regions, _added_by_the_core())) if regions.lenient else []
    return regions.without(problems) if problems else regions


def _added_by_the_core() -> Fields:
    added: Fields = {}
    for module in (messages, episodes, plans, tasks, outage_kits, recoveries, phone_logs, administration, blocks):
        for name, fields in module.ADDED.items():
            added.setdefault(name, {}).update(fields)
    return added


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


def _query(regions: Regions) -> type:
    """The core's query, with a root field for each region that has one of its own."""
    namespaces = [
        _namespace(said, contributor(regions, said)) for said in regions.schemas if said.query is not None
    ]
    if not namespaces:
        return Query
    regional = create_type("RegionalQuery", namespaces)
    return strawberry.type(type("Query", (Query, regional), {}), name="Query", description=described(Query))


def _namespace(said: RegionSchema, mark: ContributedBy) -> StrawberryField:
    query: Any = said.query

    def resolve() -> Any:
        return query()

    return strawberry.field(
        resolver=resolve,
        name=said.region,
        graphql_type=query,
        metadata={RIGHT: OPEN},
        description=f"What only this region has (regionens egna uppgifter): {described(query)}",
        directives=[mark],
    )


def _region_field(field: TypeField, mark: ContributedBy) -> StrawberryField:
    return made(field.name, field.resolve, metadata={READ: Needs(field.needs)}, directives=[mark])
