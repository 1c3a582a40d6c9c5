"""Everything in the schema is described by a sentence, and what belongs to care has its Swedish term."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from graphql import GraphQLEnumValue, GraphQLField, GraphQLInputField, GraphQLNamedType, GraphQLSchema
from graphql import build_schema as printed

from lifecare_gql.regions import Regions
from lifecare_gql.schema import build_schema
from lifecare_gql.schema.glossary import complete, glossary, has_term, lacking
from lifecare_gql.schema.members import members


@pytest.fixture(scope="module")
def schema(regions: Regions) -> GraphQLSchema:
    """The schema as clients get it: printed, and read again."""
    return printed(build_schema(regions).as_str())


@pytest.fixture(scope="module")
def every(schema: GraphQLSchema) -> Mapping[str, Any]:
    return members(schema)


def test_everything_is_described_by_a_sentence(every: Mapping[str, Any]) -> None:
    bare = [
        place
        for place, one in every.items()
        if len((one.description or "").split()) < 2 or not one.description.strip().endswith((".", ".)", ":", "?"))
    ]
    assert bare == []
    assert len(every) > 2000


def test_what_belongs_to_care_has_its_swedish_term(schema: GraphQLSchema, every: Mapping[str, Any]) -> None:
    assert list(lacking(schema)) == []
    values = {place: one.description for place, one in every.items() if isinstance(one, GraphQLEnumValue)}
    assert [place for place, told in values.items() if ": " not in told] == [], "svenska: English."


def test_the_glossary_holds_nothing_that_is_not_there(every: Mapping[str, Any]) -> None:
    words = glossary()
    names = {
        place.rpartition(".")[2]
        for place, one in every.items()
        if isinstance(one, GraphQLField | GraphQLInputField)
    }
    types = {place for place, one in every.items() if isinstance(one, GraphQLNamedType)}
    assert (words.types.keys() - types, words.fields.keys() - names, words.plain_fields - names) == (set(),) * 3
    arguments = {place.rpartition("(")[2].removesuffix(":)") for place in every} | every.keys()
    assert words.arguments.keys() - arguments == set()
    assert words.plain_fields & words.fields.keys() == set()
    unused = [one for one in words.plain_types if not any(words.is_plain(name, every[name]) for name in types)]
    assert unused == []


@pytest.mark.parametrize(
    ("told", "has"),
    [
        ("The ward (avdelning).", True),
        ("The ward (avdelning, H6).", True),
        ("Whether it is licensed (H6).", False),
        ("The plan (SIP).", False),
        ("The ward.", False),
    ],
)
def test_what_counts_as_a_term(told: str, has: bool) -> None:
    assert has_term(told) is has


def test_a_term_is_put_into_the_first_sentence_and_only_where_there_is_none() -> None:
    schema = printed('''
      """What is it."""
      type Query {
        "The ward, e.g. a demo. It stays."
        ward(id: ID, other: Key): ID
        "The care (vård)."
        patient: ID
        "Id of it."
        id: ID
      }
      "How to find it (nyckel)."
      input Key { "The unit; null: none." unit: ID }
    ''')
    complete(schema)
    told = {place: one.description for place, one in members(schema).items()}
    assert told["Query.ward"] == "The ward, e.g. a demo (avdelning). It stays."
    assert told["Query.ward(id:)"] == glossary().arguments["id"]
    assert told["Query.ward(other:)"] == "How to find it (nyckel)."
    assert told["Query.patient"] == "The care (vård)."
    assert told["Query.id"] == "Id of it."
    assert told["Key.unit"] == "The unit; null: none (enhet)."
