"""What plugins add to the schema: whether it fits, and the mark that says whose it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import strawberry
from strawberry.schema_directive import Location
from strawberry.types.field import UNRESOLVED
from strawberry.types.scalar import ScalarWrapper
from strawberry.types.union import StrawberryUnion

from lifecare_gql.domain.problems import Problem
from lifecare_gql.hookspecs import RegionSchema, TypeField
from lifecare_gql.regions import Regions
from lifecare_gql.schema.queries import NODES, Query

WAYS_OUT = "rename it in the plugin's schema.py, leave the plugin out with LIFECARE_REGIONS, or start lenient"


@strawberry.schema_directive(
    name="contributedBy",
    locations=[Location.OBJECT, Location.FIELD_DEFINITION],
    description="Which plugin, in which version, added this to the schema.",
)
class ContributedBy:
    """Stands on every type and field that is not the core's."""

    plugin: str = strawberry.directive_field(name="plugin")
    version: str = strawberry.directive_field(name="version")


def contributor(regions: Regions, said: RegionSchema) -> ContributedBy:
    """The plugin that said it, with its version."""
    name = next((one.plugin for one in regions.answers if one.said is said), said.region)
    version = next((one.version for one in regions.plugins if one.name == name), "unknown")
    return ContributedBy(plugin=name, version=version)


def mark_types(regions: Regions) -> None:
    """Put the mark on every type that a plugin adds; the types are the plugins' own."""
    for said in regions.schemas:
        mark = contributor(regions, said)
        for cls in plugin_types(said):
            definition = cls.__strawberry_definition__
            others = [one for one in definition.directives or () if not isinstance(one, ContributedBy)]
            definition.directives = [*others, mark]


def plugin_types(said: RegionSchema) -> Iterator[Any]:
    """The object types of the plugin's own code that its query and fields lead to, each once."""
    waiting: list[Any] = [said.query] if said.query else []
    for one in said.fields:
        resolved = strawberry.field(resolver=one.resolve)
        waiting.append(resolved.type)
    package, seen = _package(said), set()
    while waiting:
        found = _inner(waiting.pop())
        definition = getattr(found, "__strawberry_definition__", None)
        if definition is None or found in seen or found.__module__.partition(".")[0] != package:
            continue
        seen.add(found)
        yield found
        waiting += [field.type for field in definition.fields]


def _package(said: RegionSchema) -> str:
    spoken = said.query or (said.fields[0].resolve if said.fields else said)
    return str(spoken.__module__).partition(".")[0]


def _inner(found: Any) -> Any:
    return _inner(found.of_type) if hasattr(found, "of_type") else found


def schema_problems(regions: Regions, added: dict[str, dict[str, Any]]) -> Iterator[Problem]:
    """Every clash and every unfit name, with the ways out. `added` is what the core adds to its own types."""
    unread = list(_unread(regions))
    if unread:
        yield from unread
        return
    names = Counter(cls.__name__ for said in regions.schemas for cls in plugin_types(said))
    namespaces = Counter(said.region for said in regions.schemas if said.query)
    fields = Counter((one.type_name, one.name) for said in regions.schemas for one in said.fields)
    for said in regions.schemas:
        plugin = contributor(regions, said).plugin
        faults = [*_type_faults(said, names)]
        if said.query and namespaces[said.region] > 1:
            faults.append(f"Query.{said.region} is added by two plugins")
        for field in said.fields:
            faults += _field_faults(said, field, added)
            if fields[field.type_name, field.name] > 1:
                faults.append(f"{field.type_name}.{field.name} is added by two plugins")
        for what in faults:
            yield Problem(key="clash-schema", plugin=plugin, what=what, remedy=WAYS_OUT)


def _unread(regions: Regions) -> Iterator[Problem]:
    """Plugins whose types or resolvers cannot even be looked at: a plugin's own code may raise anything."""
    for said in regions.schemas:
        try:
            list(plugin_types(said))
        except Exception as error:
            what = f"its schema cannot be read: {type(error).__name__}: {' '.join(str(error).split())}"
            yield Problem(key="schema-unread", plugin=contributor(regions, said).plugin, what=what)


def _type_faults(said: RegionSchema, names: Counter[str]) -> Iterator[str]:
    for cls in plugin_types(said):
        if not cls.__name__.lower().startswith(said.region):
            yield f"the type {cls.__name__} must begin with {said.region.capitalize()}"
        if names[cls.__name__] > 1:
            yield f"the type {cls.__name__} is added by two plugins"
        yield from _code_beside_resolvers(cls)
    if said.query is not None and hasattr(Query, said.region):
        yield f"Query.{said.region} is already there"


def _code_beside_resolvers(cls: Any) -> Iterator[str]:
    """What would run on the event loop: only resolvers run in the plugin's own threads."""
    if "is_type_of" in vars(cls):
        yield f"the type {cls.__name__} has an is_type_of: leave it out"
    for field in cls.__strawberry_definition__.fields:
        found, name = _inner(field.type), f"{cls.__name__}.{field.python_name}"
        definition = getattr(found, "__strawberry_definition__", None)
        if isinstance(found, StrawberryUnion) or getattr(definition, "is_interface", False):
            yield f"{name} can be several types: a region's fields have one"
        if isinstance(found, ScalarWrapper) or hasattr(found, "_scalar_definition"):
            yield f"{name} is a scalar of its own: use those of the core"
        if field.extensions or field.permission_classes:
            yield f"{name} has extensions or permissions: its resolver decides"


def _field_faults(said: RegionSchema, field: TypeField, added: dict[str, dict[str, Any]]) -> Iterator[str]:
    window = next((cls for cls in NODES.values() if cls.__name__ == field.type_name), None)
    if window is None:
        yield f"{field.type_name} is no type that can be extended"
        return
    if not field.name.startswith(f"{said.region}_"):
        yield f"{field.type_name}.{field.name} must begin with {said.region}_"
    if field.name in added.get(field.type_name, {}) or hasattr(window, field.name):
        yield f"{field.type_name}.{field.name} is already there"
    if not (field.resolve.__doc__ or "").strip():
        yield f"{field.type_name}.{field.name} needs a docstring to describe it"
    if strawberry.field(resolver=field.resolve).type is UNRESOLVED:
        yield f"{field.type_name}.{field.name} must say what it returns, a type that its module imports"
    columns = window.__model__._meta.fields_map
    for name in sorted(set(field.needs) - set(columns)):
        yield f"{field.type_name}.{field.name} needs {name}, which is no column of its row"
