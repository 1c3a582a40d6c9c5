"""What a plugin adds to the schema: named after its region, described, and clashing with nothing."""

from __future__ import annotations

from graphql import GraphQLEnumType, GraphQLNamedType, GraphQLObjectType

from lifecare_gql.domain.region import Region
from lifecare_gql.errors import RegionFault
from lifecare_gql.regions import load_regions
from lifecare_gql.schema.building import build_schema
from lifecare_gql.testing.findings import Finding, Findings, of_region
from lifecare_gql.testing.subjects import Subject


@of_region("schema", "schema-builds")
def schema_builds(subject: Subject, region: Region) -> Findings:
    """The schema can be built with the plugin: names begin with its region, and everything is described."""
    regions = subject.regions
    if regions is None or not regions.schemas:
        return
    try:
        schema = build_schema(regions)._schema
    except RegionFault as fault:
        for line in str(fault).splitlines()[1:]:
            yield Finding("schema.py", "", line.strip())
        return
    for kind in schema.type_map.values():
        if kind.name.lower().startswith(region.code):
            yield from _undescribed(kind)


def _undescribed(kind: GraphQLNamedType) -> Findings:
    if not kind.description:
        yield Finding("schema.py", kind.name, "write a description")
    if isinstance(kind, GraphQLObjectType):
        bare = [name for name, field in kind.fields.items() if not field.description]
    elif isinstance(kind, GraphQLEnumType):
        bare = [name for name, value in kind.values.items() if not value.description]
    else:
        bare = []
    for name in bare:
        yield Finding("schema.py", f"{kind.name}.{name}", "write a description")


@of_region("schema", "clashes-with-nobody")
def clashes_with_nobody(subject: Subject, region: Region) -> Findings:
    """No key, code or name of the plugin is used by another installed plugin."""
    plugins = [subject.plugin, *(one for one in subject.others if one.name != subject.name)]
    regions = load_regions(plugins=plugins, lenient=True)
    for problem in regions.problems:
        if problem.key.startswith("clash") and subject.name in f"{problem.plugin} {problem.what}".split():
            yield Finding("data", problem.key, problem.told())
