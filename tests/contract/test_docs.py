"""What is generated from the schema is up to date, and what is promised holds."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from graphql import GraphQLSchema
from graphql import build_schema as printed

from lifecare_gql.contract import allowed, changelog
from lifecare_gql.contract.areas import AREAS, area_of
from lifecare_gql.contract.changes import changes
from lifecare_gql.contract.docs import Reference
from lifecare_gql.contract.examples import Example, load, order
from lifecare_gql.demo import actors
from lifecare_gql.errors import LifecareError
from lifecare_gql.regions import Regions
from lifecare_gql.schema import build_schema

ROOT = Path(__file__).parents[2]
EXAMPLES = load(ROOT / "examples" / "operations")
SDL = '''
type Query {
  """
  A patient (patient).

  Who may: anybody.
  """
  patient("Which." by: Key!, "How many." count: Int = 3): Patient
}
type Mutation { "Move it." move: Moved! }
union Moved = Patient | Away
"It is away." type Away { "When." at: Int }
"A patient | a person." type Patient {
  id: ID!
  "Old one." old(how: Int): Int @deprecated(reason: "Use id. Removed after 2030-01-01.")
}
"How to find." input Key @oneOf { "Id." id: ID "Number." number: String }
'''


@pytest.fixture(scope="module")
def schema(regions: Regions) -> GraphQLSchema:
    return printed(build_schema(regions).as_str())


def test_the_pages_are_those_of_the_schema(schema: GraphQLSchema, regions: Regions) -> None:
    who = {one.id: f"{one.name}, {one.label}" for one in actors(regions)}
    pages = Reference(schema, EXAMPLES, who).pages(ROOT / "docs" / "api")
    assert [path.name for path, text in pages.items() if path.read_text("utf-8") != text] == []
    assert {path.name for path in (ROOT / "docs" / "api").iterdir()} == {path.name for path in pages}


def test_the_contract_holds_and_its_changelog_is_up_to_date(schema: GraphQLSchema) -> None:
    released = printed((ROOT / "contract" / "released.graphql").read_text("utf-8"))
    entries = allowed.entries(ROOT / "contract" / "changes.toml")
    found = changes(released, schema)
    assert allowed.faults(found, entries, released, schema, dt.datetime.now(dt.UTC).date()) == []
    sections = changelog.closed(ROOT / "docs" / "schema-changelog.json")
    made = changelog.files(sections, changelog.lines(found, entries), ROOT / "docs")
    assert [path.name for path, text in made.items() if path.read_text("utf-8") != text] == []


def small(**examples: Example) -> dict[str, str]:
    pages = Reference(printed(SDL), examples, {"a": "Anna"}).pages(Path("api"))
    return {path.name: text for path, text in pages.items()}


FIND = Example(
    "patient", "query Patient($by: Key!) {\n  patient(by: $by) {\n    id\n  }\n}\n", {"by": {"id": "1"}}, "a"
)
MOVE = Example("move", "mutation Move { move { __typename } }", {}, None, ("patient",))


def test_a_page_says_everything_of_an_operation() -> None:
    text = small(patient=FIND, move=MOVE)["queries.md"]
    for told in (
        "## patient",
        "Who may: anybody.",
        "| `by` | [`Key!`](types-regions.md#key) |  | Which. |",
        "| `count` | `Int` | `3` | How many. |",
        "Answers [`Patient`](types-directory.md#patient).",
        "Example, asked by Anna.",
        "Costs at most: points 1 of ",
        "```graphql\nquery Patient($by: Key!) {",
        '```json\n{\n  "by": {\n    "id": "1"\n  }\n}\n```',
    ):
        assert told in text


def test_a_page_says_everything_of_a_result_and_of_types() -> None:
    pages = small(patient=FIND, move=MOVE)
    moved = pages["mutations-regions.md"]
    assert "- [`Patient`](types-directory.md#patient): A patient \\| a person." in moved
    assert "asked by nobody, after patient" in moved
    assert "**Deprecated**: Use id. Removed after 2030-01-01." in pages["types-directory.md"]
    assert "| `old(how: Int)` |" in pages["types-directory.md"]
    assert "Exactly one of them is given." in pages["types-regions.md"]
    assert "- [patient](queries.md#patient): A patient (patient)." in pages["README.md"]


def test_an_operation_without_an_example_stops_it() -> None:
    with pytest.raises(LifecareError, match=r"No example: move\."):
        small(patient=FIND)


@pytest.mark.parametrize(
    ("name", "area"),
    [
        ("PlanEvent", "plans"),
        ("PlannedOutageInput", "outages"),
        ("PlanningBasisInput", "episodes"),
        ("PatientInformationInput", "episodes"),
        ("PatientKey", "directory"),
        ("UnitResult", "administration"),
        ("Fact", "regions"),
    ],
)
def test_the_longest_beginning_decides_the_area(name: str, area: str) -> None:
    assert area_of(name) == area


def test_every_area_and_every_beginning_is_used(schema: GraphQLSchema) -> None:
    names = [name for name in schema.type_map if not name.startswith("__")]
    starts = [start for _, said in AREAS.values() for start in said.split()]
    assert [one for one in starts if not any(name.startswith(one) for name in names)] == []
    assert len(starts) == len(set(starts))


def test_a_variable_is_what_an_example_before_answered(tmp_path: Path) -> None:
    for name, said in {
        "list": {"actor": None, "variables": {}},
        "one": {
            "actor": "a",
            "variables": {"ids": ["<list.nodes.1.id>"], "by": {"x": "<list.total>"}},
            "first": ["list"],
        },
        "two": {"actor": "a", "variables": {"id": "<one.id>"}, "first": ["list", "one"]},
    }.items():
        (tmp_path / f"{name}.graphql").write_text("{ a }")
        (tmp_path / f"{name}.json").write_text(json.dumps(said))
    found = load(tmp_path)
    assert order(found, "two") == ["list", "one", "two"]
    answers = {"list": {"list": {"nodes": [{"id": "x"}, {"id": "y"}], "total": 2}}}
    assert found["one"].filled(answers) == {"ids": ["y"], "by": {"x": 2}}


@pytest.mark.parametrize("text", ["", "{}", '{"actor": null, "variables": {}, "more": 1}'])
def test_variables_that_say_too_little_are_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "one.graphql").write_text("{ a }")
    if text:
        (tmp_path / "one.json").write_text(text)
    with pytest.raises(LifecareError, match=r"one\.json cannot be used"):
        load(tmp_path)
