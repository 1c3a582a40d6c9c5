"""Apollo iOS and Apollo Kotlin are configured for what the schema has: their generators cannot be run here."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    OperationDefinitionNode,
    build_schema,
    is_specified_scalar_type,
    parse,
)

from tests.clients.node import EXAMPLES, ROOT
from tests.clients.serving import OPERATIONS, name_of

SCHEMA = build_schema((ROOT / "schema.graphql").read_text("utf-8"))
TYPES = {name: kind for name, kind in SCHEMA.type_map.items() if not name.startswith("__")}
SCALARS = {
    name
    for name, kind in TYPES.items()
    if isinstance(kind, GraphQLScalarType) and not is_specified_scalar_type(kind)
}
SWIFT = json.loads((EXAMPLES / "swift" / "apollo-codegen-config.json").read_text("utf-8"))
KOTLIN = (EXAMPLES / "kotlin" / "build.gradle.kts").read_text("utf-8")
DOCUMENTS = [*OPERATIONS.glob("*.graphql"), *ROOT.glob("examples/operations/*.graphql")]


def fields() -> Iterator[tuple[str, list[str]]]:
    """Every field or field of an input, and the names of its arguments."""
    for kind in TYPES.values():
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            yield from ((name, list(field.args)) for name, field in kind.fields.items())
        elif isinstance(kind, GraphQLInputObjectType):
            yield from ((name, []) for name in kind.fields)


def test_the_files_that_are_named_are_there() -> None:
    [schema] = SWIFT["input"]["schemaSearchPaths"]
    [operations] = SWIFT["input"]["operationSearchPaths"]
    assert (EXAMPLES / "swift" / schema).resolve() == ROOT / "schema.graphql"
    assert {path.resolve() for path in (EXAMPLES / "swift").glob(operations)} == set(OPERATIONS.glob("*.graphql"))
    named = dict(re.findall(r'(schemaFiles\.from|srcDir)\("([^"]+)"\)', KOTLIN))
    assert (EXAMPLES / "kotlin" / named["schemaFiles.from"]).resolve() == ROOT / "schema.graphql"
    assert (EXAMPLES / "kotlin" / named["srcDir"]).resolve() == OPERATIONS


def test_each_scalar_is_mapped_and_no_new_name_is_taken() -> None:
    renamed = SWIFT["options"]["schemaCustomization"]["customTypeNames"]
    assert renamed.keys() == SCALARS, "Foundation has a Date of its own"
    assert not set(renamed.values()) & TYPES.keys()
    assert set(re.findall(r'mapScalarToKotlinString\("(\w+)"\)', KOTLIN)) == SCALARS


def test_no_name_is_one_that_the_generators_refuse() -> None:
    """Apollo iOS: SwiftKeywords, ConfigurationValidation; Apollo Kotlin: Identifiers. Other names they escape."""
    assert not {name for name, _ in fields()} & {"__data", "fragments"}
    variables = {
        variable.variable.name.value
        for path in DOCUMENTS
        for operation in parse(path.read_text("utf-8")).definitions
        if isinstance(operation, OperationDefinitionNode)
        for variable in operation.variable_definitions or ()
    }
    assert not ({one for _, arguments in fields() for one in arguments} | variables) & {"self", "_"}
    assert SWIFT["schemaNamespace"] not in TYPES
    assert SWIFT["schemaNamespace"].lower() not in {"schema", "apolloapi"}
    values = {value for kind in TYPES.values() if isinstance(kind, GraphQLEnumType) for value in kind.values}
    assert not values & {"UNKNOWN__", "KNOWN__"}


def test_operations_have_names_of_their_own() -> None:
    """They become classes, beside those of the types; file systems may not tell capitals apart."""
    names = [name_of(path.read_text("utf-8")).lower() for path in DOCUMENTS]
    assert len(names) == len(set(names))
    assert all(name_of(path.read_text("utf-8")).lower() == path.stem.lower() for path in DOCUMENTS)
