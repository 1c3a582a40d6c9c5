"""Put the schema together. Whatever two plugins, or a plugin and the core, both define stops the start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import strawberry
from graphql import DocumentNode
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig
from strawberry.tools import create_type
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

from lifecare_gql.errors import RegionFault
from lifecare_gql.hookspecs import RegionSchema
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
from lifecare_gql.schema.acted import act_once
from lifecare_gql.schema.budgets import Budgets
from lifecare_gql.schema.changes import EVENTS, Resync, Subscription
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.contributions import (
    ContributedBy,
    contributor,
    mark_types,
    plugin_types,
    schema_problems,
)
from lifecare_gql.schema.deprecations import Deprecations, Uses
from lifecare_gql.schema.failures import OneOperation
from lifecare_gql.schema.glossary import complete
from lifecare_gql.schema.guarding import Guarded, LastGood
from lifecare_gql.schema.limits import Shape, Texts, Tokens
from lifecare_gql.schema.mutations import Mutation
from lifecare_gql.schema.observing import Observed, Phases
from lifecare_gql.schema.publishing import described
from lifecare_gql.schema.queries import NODES, Query
from lifecare_gql.schema.quick import Quickly
from lifecare_gql.schema.rights import OPEN, RIGHT, tell
from lifecare_gql.schema.scalars import SCALARS

Fields = dict[str, dict[str, StrawberryField]]


def build_schema(regions: Regions) -> Extended:
    """The schema of the core and the enabled regions; RegionFault lists every clash and every unfit name."""
    added = _added_by_the_core()
    faults = [line for problem in schema_problems(regions, added) for line in problem.told().splitlines()]
    if faults:
        raise RegionFault("The regions' schemas do not fit:\n" + "\n".join(f"  {fault}" for fault in faults))
    guarded = {id(said): guarding(regions, said) for said in regions.schemas}
    own: Fields = {}
    for said in regions.schemas:
        mark = contributor(regions, said)
        for field in said.fields:
            model = next(cls.__model__ for cls in NODES.values() if cls.__name__ == field.type_name)
            one = guarded[id(said)].added(field, model, directives=[mark])
            added.setdefault(field.type_name, {})[field.name] = one
        own |= dict(_own_fields(said, guarded[id(said)]))
    mark_types(regions)
    types = [*NODES.values(), *EVENTS.values(), Resync]
    return assembled(_query(regions, guarded), Mutation, types, added, Subscription, own=own)


def assembled(
    query: type,
    mutation: type | None = None,
    types: Iterable[type] = (),
    added: Fields | None = None,
    subscription: type | None = None,
    own: Fields | None = None,
) -> Extended:
    """A schema of these types, with the limits, caches and extensions that every schema of ours has.

    `added` are fields that a type has besides its class's, `own` such as take the place of its class's.
    """
    return Extended(
        query=query,
        mutation=mutation,
        subscription=subscription,
        types=types,
        extensions=list(_EXTENSIONS),
        config=StrawberryConfig(scalar_map=SCALARS, disable_field_suggestions=True),
        added=added or {},
        own=own or {},
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


class Extended(Observed):
    """A schema whose types have more fields than their classes, and that knows what of it is deprecated."""

    def __init__(self, *, added: Fields, own: Fields, **rest: Any) -> None:
        self._added, self._own = added, own
        for fields in added.values():
            for name, field in fields.items():
                field.python_name = name
        super().__init__(**rest)
        complete(self._schema)
        act_once(self._schema)
        tell(self._schema)
        self.uses = Uses(self._schema)

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        added, own = self._added.get(type_definition.name, {}), self._own.get(type_definition.name, {})
        return [*(own.get(one.python_name, one) for one in type_definition.fields), *added.values()]


class _Parsed(ParserCache):
    def __init__(self) -> None:
        super().__init__(maxsize=1000)

    def on_parse(self) -> Iterator[None]:
        for _ in super().on_parse():
            unlink(self.execution_context.graphql_document)
            yield


def unlink(document: DocumentNode | None) -> None:
    """Let go of the list of tokens, which goes both ways: only the garbage collector would ever remove it."""
    token = document.loc.start_token if document and document.loc else None
    while token is not None and token.next is not None:
        following = token.next
        token.prev = token.next = following.prev = None
        token = following


class _Validated(ValidationCache):
    """The cache, but for a document that was refused before: the cache would forget that."""

    def __init__(self) -> None:
        super().__init__(maxsize=1000)

    def on_validate(self) -> Iterator[None]:
        if self.execution_context.pre_execution_errors:
            yield
        else:
            yield from super().on_validate()


def guarding(regions: Regions, said: RegionSchema) -> Guarded:
    """How the functions are called that the plugin brought."""
    plugin = contributor(regions, said).plugin
    return Guarded(guard=regions.guards.of(plugin, said.region), regions=regions)


def _own_fields(said: RegionSchema, guarded: Guarded) -> Iterator[tuple[str, dict[str, StrawberryField]]]:
    """The fields of the plugin's own types that run code of the plugin's, by type and name."""
    for cls in plugin_types(said):
        definition = cls.__strawberry_definition__
        yield (
            definition.name,
            {
                field.python_name: guarded.own(field, definition.name, root=cls is said.query)
                for field in definition.fields
                if field.base_resolver is not None
            },
        )


_EXTENSIONS = (
    *(Phases, Tokens, Texts, _Parsed, Shape, OneOperation),
    *(_Validated, Budgets, Deprecations, LastGood, Quickly),
)
"""Each begins inside the one before it."""


def _query(regions: Regions, guarded: dict[int, Guarded]) -> type:
    """The core's query, with a root field for each region that has one of its own."""
    namespaces = [
        _namespace(said, contributor(regions, said), guarded[id(said)])
        for said in regions.schemas
        if said.query is not None
    ]
    if not namespaces:
        return Query
    regional = create_type("RegionalQuery", namespaces)
    return strawberry.type(type("Query", (Query, regional), {}), name="Query", description=described(Query))


def _namespace(said: RegionSchema, mark: ContributedBy, guarded: Guarded) -> StrawberryField:
    query: Any = said.query

    async def resolve(info: Info) -> Any:
        return await guarded.made(query, f"Query.{said.region}", info)

    resolve.__name__ = said.region  # which create_type knows a field by
    return strawberry.field(
        resolver=resolve,
        name=said.region,
        graphql_type=query | None,
        metadata={RIGHT: OPEN},
        description=f"What only this region has (regionens egna uppgifter): {described(query)}",
        directives=[mark],
    )
