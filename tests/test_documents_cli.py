"""`lifecare-gql documents …`: a client's CI makes its manifest and checks it, and every fault is told at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import strawberry
from graphql import parse

from lifecare_gql.contract.documents import Report, gather, table
from lifecare_gql.schema.building import assembled
from lifecare_gql.schema.rights import OPEN, RIGHT
from lifecare_gql.web.manifests import id_of, read
from tests.test_cli import ROOT, Cli
from tests.test_cli import cli as cli

EXAMPLES = sorted((ROOT / "examples/operations").glob("*.graphql"))
NAME = "fragment Name on Unit { name }"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A client's files: operations that share a fragment, which stands apart from them."""
    texts = {
        "shared": f"# not told\n{NAME}",
        "who": "query Who { viewer { unit { ...Name } } } query Whose { viewer { unit { ...Name id } } }",
        "own": "query Own { viewer { unit { ...Own } } } fragment Own on Unit { id }",
    }
    for name, text in texts.items():
        (tmp_path / f"{name}.graphql").write_text(text)
    return tmp_path


def files(folder: Path) -> list[str]:
    return sorted(map(str, folder.glob("*.graphql")))


def test_a_manifest_has_a_document_for_each_operation_with_its_fragments(cli: Cli, folder: Path) -> None:
    out = folder / "made/ward/1.json"
    assert cli("documents", "manifest", *files(folder), "--out", str(out)) == (0, f"3 documents in {out}.\n", "")
    told = json.loads(out.read_text("utf-8"))
    assert all(key == id_of(text) for key, text in told.items())
    names = {parse(text).definitions[0].name.value: text for text in told.values()}  # type: ignore[attr-defined]
    assert names.keys() == {"Own", "Who", "Whose"}
    assert names["Own"].endswith("fragment Own on Unit {\n  id\n}")
    assert names["Who"].endswith("fragment Name on Unit {\n  name\n}")
    assert "not told" not in out.read_text()


def test_the_same_files_make_the_same_manifest(cli: Cli, folder: Path) -> None:
    made = []
    for order in (files(folder), files(folder)[::-1]):
        assert cli("documents", "manifest", *order, "--out", str(folder / "made.json"))[0] == 0
        made.append((folder / "made.json").read_bytes())
    assert made[0] == made[1]


def test_the_examples_make_one_manifest_that_passes(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "examples/1.json"
    assert cli("documents", "manifest", *map(str, EXAMPLES), "--out", str(out))[0] == 0
    code, said, complaints = cli("documents", "check", str(out))
    assert (code, complaints) == (0, "")
    rows = said.splitlines()
    assert len(rows) == len(EXAMPLES) + 1
    assert rows[0].split("  ")[0] == "operation"
    assert any(row.startswith("AccessLog ") and "AUDITOR (logggranskare)" in row for row in rows)
    assert len(read(out).documents) == len(EXAMPLES)


def test_what_is_known_of_a_document_as_json(cli: Cli, folder: Path) -> None:
    (folder / "one.graphql").write_text(
        'query One { ...F region(code: "halland") { name } } fragment F on Query { units { nodes { id } } ...F2 }'
        " fragment F2 on Query { __typename }"
    )
    code, said, complaints = cli("documents", "check", str(folder / "one.graphql"), "--json")
    assert (code, complaints) == (0, "")
    told = json.loads(said)
    [one] = told["documents"]
    assert told["limits"] == {"nodes": 20_000, "fields": 100_000, "depth": 15}
    assert told["faults"] == []
    assert (one["operation"], one["kind"], one["nodes"], one["deprecated"]) == ("One", "query", 20, [])
    assert one["id"].startswith("sha256:")
    assert {right["field"]: (right["token"], right["roles"]) for right in one["rights"]} == {
        "units": (True, []),
        "region": (False, []),
    }


def test_all_faults_are_told_at_once_and_nothing_is_written(cli: Cli, folder: Path) -> None:
    faulty = {
        "a": "{ viewer { unit { id } } }",
        "b": "query B { nothing }",
        "c": "{",
        "d": "query D { viewer { unit { ...Missing } } }",
        "e": "query E { __typename } query E { __typename }",
        "f": "query Who { __typename }",
        "h": "query H { viewer { unit { ...Own } } } fragment Own on Unit { id }",
        "g": "query G { " + " ".join(f"a{at}: __typename" for at in range(40)) + " }",
    }
    for name, text in faulty.items():
        (folder / f"{name}.graphql").write_text(text)
    code, said, complaints = cli("documents", "manifest", *files(folder), "--out", str(folder / "x/1.json"))
    assert (code, said) == (1, "")
    assert not (folder / "x").exists()
    for fault in (
        "a.graphql: an operation without a name: its operation has no name",
        "b.graphql: B: line 2: Cannot query field 'nothing' on type 'Query'.",
        "c.graphql: line 1: Syntax Error: Expected Name, found <EOF>.",
        "d.graphql: D: line 4: Unknown fragment 'Missing'.",
        "e.graphql has E too",
        "f.graphql has Who too",
        "h.graphql: H: line 9: There can be only one fragment named 'Own'.",
        "g.graphql: G: line 1: The operation's aliases: 40, allowed 30. Ask for less, or page by page.",
        "g.graphql: G: line 1: The operation's rootFields: 40, allowed 30. Ask for less, or page by page.",
    ):
        assert fault in complaints
    assert "10 faults" in complaints


def test_a_manifest_with_faults_is_told_of_in_both_forms(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "1.json"
    path.write_text(json.dumps({id_of("query A { a }"): "query A { a }", "0" * 64: "query B { __typename }"}))
    code, said, complaints = cli("documents", "check", str(path), "--json")
    assert code == 1
    told = json.loads(said)
    assert told["documents"] == []
    assert [fault.rpartition(": ")[2] for fault in told["faults"]] == [
        "the hash is not that of its document",
        "Cannot query field 'a' on type 'Query'.",
    ]
    assert all(fault in complaints for fault in told["faults"])
    assert cli("documents", "check", str(path))[0] == 1


def test_two_versions_are_checked_together(cli: Cli, folder: Path) -> None:
    made = [str(folder / f"{version}.json") for version in "12"]
    for out in made:
        cli("documents", "manifest", *files(folder), "--out", out)
    assert cli("documents", "check", *made)[::2] == (0, "")


def test_a_file_that_is_not_there_is_one_sentence(cli: Cli) -> None:
    for name in ("none.graphql", "none.json"):
        code, _, complaints = cli("documents", "check", name)
        assert (code, "No such file" in complaints, complaints.count("Traceback")) == (1, True, 0)


@strawberry.type(description="Query.")
class Old:
    @strawberry.field(description="Now.", metadata={RIGHT: OPEN})
    def now(self) -> int:
        return 1

    @strawberry.field(
        description="Then.", metadata={RIGHT: OPEN}, deprecation_reason="Use now. Removed after 2030-06-30."
    )
    def then(self) -> int:
        return 1


def test_what_will_be_removed_is_told_with_its_day_and_is_no_fault() -> None:
    report, schema = Report(), assembled(Old)._schema
    gather(schema, [("a", "query A { then }"), ("b", "query B { now }")], report)
    assert report.faults == []
    assert [line for line in table(report) if line.startswith("deprecated")] == [
        "deprecated in A: Old.then: Use now. Removed after 2030-06-30."
    ]
    told: list[dict[str, Any]] = report.told()["documents"]
    assert [[used["removedAfter"] for used in one["deprecated"]] for one in told] == [["2030-06-30"], []]
