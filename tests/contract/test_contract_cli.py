"""`lifecare-gql contract …` on a schema of its own: a break fails, is decided on, is told, and is released."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from lifecare_gql.app import utc_now
from lifecare_gql.cli import cli as lifecare
from lifecare_gql.domain.calendar import stockholm_day
from lifecare_gql.errors import LifecareError
from tests.contract.breaks import SDL

GOLDEN = Path(__file__).parent / "golden"
BROKEN = (
    SDL.replace("  nickname: String\n", "")
    .replace("{ WARD CENTRE }", "{ WARD CENTRE HOME }")
    .replace(
        "  name: String!",
        '  name: String! @deprecated(reason: "Use names. Removed after 2030-06-30.")\n  names: [String!]!',
    )
)
DECIDED = """
[[change]]
date = 2026-11-20
coordinate = "Patient.nickname"
change = "Field Patient.nickname was removed."
why = "No region registers it."
clients = "Leave it out of the document."

[[change]]
date = 2026-11-21
coordinate = "Kind.HOME"
change = "Enum value Kind.HOME was added."
why = "Care at home sends messages too."
clients = "Show a kind that you do not know by its label."
"""
Run = Callable[..., str]


@pytest.fixture
def contract(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in a folder with a promised schema and a broken one; what it prints."""
    monkeypatch.chdir(tmp_path)
    Path("contract").mkdir()
    Path("contract/released.graphql").write_text(SDL)
    Path("schema.graphql").write_text(BROKEN)
    Path("contract/changes.toml").write_text(DECIDED)

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(lifecare, ["contract", *arguments], catch_exceptions=True)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.output

    return run


def golden(name: str) -> None:
    assert Path("docs", name).read_text("utf-8") == (GOLDEN / name).read_text("utf-8")


def test_a_break_fails_with_every_coordinate_at_once_and_an_entry_to_paste(contract: Run) -> None:
    Path("contract/changes.toml").unlink()
    with pytest.raises(LifecareError) as told:
        contract("check")
    text = str(told.value)
    assert text.startswith("The contract does not hold, 2 faults:")
    for said in ("Kind.HOME: dangerous", "Patient.nickname: breaking", "[[change]]", 'why = ""'):
        assert said in text


def test_what_is_decided_on_passes_and_what_no_longer_fits_fails(contract: Run) -> None:
    assert contract("check") == "The contract holds: 4 changes, 2 of them decided on.\n"
    Path("schema.graphql").write_text(SDL)
    with pytest.raises(LifecareError, match="an entry allows what is no change"):
        contract("check")


def test_the_changelog_of_the_break(contract: Run) -> None:
    contract("changelog")
    golden("schema-changelog.md")
    golden("schema-changelog.json")
    contract("changelog", "--check")
    Path("docs/schema-changelog.md").write_text("old")
    with pytest.raises(LifecareError, match=r"Not up to date: docs/schema-changelog\.md"):
        contract("changelog", "--check")
    assert Path("docs/schema-changelog.md").read_text() == "old"


def test_a_release_closes_the_section_and_makes_the_schema_the_promised_one(contract: Run) -> None:
    contract("release", "0.2.0")

    assert Path("contract/released.graphql").read_text() == BROKEN
    assert contract("check") == "The contract holds: 0 changes, 0 of them decided on.\n"
    first, second = json.loads(Path("docs/schema-changelog.json").read_text())["releases"]
    assert first == {"version": "unreleased", "date": None, "changes": []}
    assert (second["version"], second["date"]) == ("0.2.0", stockholm_day(utc_now()).isoformat())
    assert (
        second["changes"] == json.loads((GOLDEN / "schema-changelog.json").read_text())["releases"][0]["changes"]
    )
    with pytest.raises(LifecareError, match="released already"):
        contract("release", "0.2.0")


def test_what_was_released_stays_in_the_changelog_when_it_is_written_again(contract: Run) -> None:
    contract("release", "0.2.0")
    before = Path("docs/schema-changelog.json").read_text()
    contract("changelog")
    assert Path("docs/schema-changelog.json").read_text() == before
    Path("schema.graphql").write_text(BROKEN.replace("seen(at", "at: Moment\n  seen(at"))
    contract("changelog")
    told = json.loads(Path("docs/schema-changelog.json").read_text())["releases"]
    assert [one["version"] for one in told] == ["unreleased", "0.2.0"]
    assert [one["coordinate"] for one in told[0]["changes"]] == ["Query.at"]


def test_nothing_is_released_that_is_not_decided_on(contract: Run) -> None:
    Path("contract/changes.toml").unlink()
    with pytest.raises(LifecareError, match="does not hold"):
        contract("release", "0.2.0")
    assert Path("contract/released.graphql").read_text() == SDL


@pytest.mark.parametrize("text", ["type Query {", "type Query { a: Nothing }", "scalar Query"])
def test_what_is_no_schema_is_said(contract: Run, text: str) -> None:
    Path("schema.graphql").write_text(text)
    with pytest.raises(LifecareError, match=r"schema\.graphql is no schema"):
        contract("check")
