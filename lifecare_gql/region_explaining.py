"""Where something comes from: the plugin, the hook, the file, the document, and what it took the place of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from lifecare_gql.domain.region import Region
from lifecare_gql.hookspecs import RegionSchema, hook_promises
from lifecare_gql.region_asking import Answer, Plugin
from lifecare_gql.region_files import DATA_FILES
from lifecare_gql.regions import Regions

_NAMES = ("code", "key", "id", "rule", "name")


def explain(regions: Regions, what: str) -> Iterator[str]:
    """Lines that say who supplied the routine, contact, fact, type or field of that name; none if nobody did."""
    plugins = {one.name: one for one in regions.plugins}
    for answer in regions.answers:
        for part in _named(answer.said, what):
            plugin, region = plugins[answer.plugin], regions[answer.region]
            yield f"{what}: {_kind(part)} of {region.info.name}"
            yield f"  supplied by  {plugin.name} {plugin.version} (plugin API {plugin.api})"
            yield f"  in           {_place(answer, plugin)}"
            yield f"  asked        {_order(regions, answer)}, answered in {answer.seconds * 1000:.1f} ms"
            yield from _documents(region, part)
            yield from _overridden(regions, answer, part)
            yield from _others(regions, answer)


def _named(part: Any, what: str) -> Iterator[Any]:
    """The parts of an answer that bear the name, the outermost first."""
    if isinstance(part, RegionSchema):
        yield from (one for one in part.fields if what in (one.name, f"{one.type_name}.{_camel(one.name)}"))
        if part.query is not None and what in (part.query.__name__, part.region, f"Query.{part.region}"):
            yield part.query
        return
    if isinstance(part, tuple):
        for one in part:
            yield from _named(one, what)
    elif is_dataclass(part):
        if any(getattr(part, name, None) == what for name in _NAMES):
            yield part
            return
        for field in fields(part):
            yield from _named(getattr(part, field.name), what)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(one.capitalize() for one in rest)


def _kind(part: Any) -> str:
    return f"type {part.__name__}" if isinstance(part, type) else type(part).__name__


def _place(answer: Answer, plugin: Plugin) -> str:
    if answer.file:
        return f"{plugin.package or plugin.name}/data/{answer.file}, hook {answer.hook}"
    return f"the plugin's own code, hook {answer.hook}"


def _order(regions: Regions, answer: Answer) -> str:
    asked = [one for one in regions.answers if one.plugin == answer.plugin]
    return (
        f"hook {asked.index(answer) + 1} of {len(asked)} of the plugin's, of {len(hook_promises())} that there are"
    )


def _documents(region: Region, part: Any) -> Iterator[str]:
    fact_id = getattr(part, "fact", None) or (part.id if type(part).__name__ == "Fact" else None)
    fact = region.fact(fact_id) if fact_id else None
    if fact is not None:
        source = region.source(fact.id)
        told = (source.version, source.status, source.date or source.last_changed)
        details = (
            ", ".join(str(one) for one in told if one is not None) or "neither version, status nor date stated"
        )
        yield f"  document     {source.document} [{details}], {source.section}, {fact.id}"
        yield f"  quote        {source.quote}"


def _overridden(regions: Regions, answer: Answer, part: Any) -> Iterator[str]:
    decided = regions.assumptions.get(answer.plugin, {})
    if answer.hook == "lifecare_routines" and decided:
        told = ", ".join(f"{key} = {value}" for key, value in sorted(decided.items()))
        yield f"  overridden   by the deployment (LIFECARE_ASSUMPTIONS): {told}"
    if answer.file is None and answer.hook in DATA_FILES:
        yield f"  overridden   the plugin's code takes the place of data/{DATA_FILES[answer.hook]}"


def _others(regions: Regions, answer: Answer) -> Iterator[str]:
    others = [
        one.plugin
        for one in regions.answers
        if one.hook == answer.hook and one.region == answer.region and one.plugin != answer.plugin
    ]
    if others:
        yield f"  beside it    {', '.join(sorted(others))} answered the same hook for the region"
