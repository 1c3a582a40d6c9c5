"""A new plugin: the files that are written, and what the kit then asks for."""

from __future__ import annotations

import datetime as dt
import tomllib
from pathlib import Path

import pytest

from lifecare_gql.errors import ConfigurationError
from lifecare_gql.hookspecs import API
from lifecare_gql.region_files import DATA_FILES, SOURCE_FILES
from lifecare_gql.scaffold import write_overlay, write_region
from lifecare_gql.testing import examine, subject_in
from tests.regions.plugins import CODES

ROOT = Path(__file__).parents[2]
TODAY = dt.date(2026, 11, 22)
COMMON = {
    "README.md",
    "pyproject.toml",
    "tests/test_conformance.py",
    "P/__init__.py",
    "P/plugin.py",
    "P/data/contacts.toml",
    "P/data/documents.toml",
    "P/data/facts.toml",
    "P/data/switchboards.toml",
}
OF_A_REGION = {"P/data/region.toml", "P/data/routines.toml", "P/data/outage.toml", "P/data/quality.toml"}


def files(folder: Path, package: str) -> set[str]:
    found = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {str(path.relative_to(folder)).replace(package, "P") for path in found}


def to_do(folder: Path) -> list[str]:
    return [one.told() for check, found in examine(subject_in(folder, TODAY)) if not check.warns for one in found]


def test_a_regions_files_are_these_and_no_other(tmp_path: Path) -> None:
    written = write_region("gotland", "Region Gotland", tmp_path)
    assert files(tmp_path / "gotland", "lifecare_gql_gotland") == COMMON | OF_A_REGION
    assert {str(path) for path in written} == {str(path) for path in tmp_path.rglob("*") if path.is_file()}


def test_the_list_of_a_new_region_is_this(tmp_path: Path) -> None:
    write_region("skane", "Region Skåne", tmp_path)
    assert to_do(tmp_path / "skane") == [
        "data/region.toml: county_code: write it: County code of SCB (länskod).",
        "data/region.toml: county_letter: write it: County letter (länsbokstav).",
        "data/region.toml: municipalities: write it: The county's municipalities.",
        "data/documents.toml: documents: write it: The source documents.",
        "data/facts.toml: facts: write it: The facts of those documents.",
        "data/contacts.toml: contacts: write it: The contacts.",
        "data/switchboards.toml: switchboards: write it: The switchboards.",
        "data/outage.toml: published: write it: Whether a source document contains a routine.",
        "data/outage.toml: fact: write it: The fact that the answer rests on.",
        "README.md: ## Kept by: say which role keeps the data, or that nobody does yet",
    ]


def test_an_additions_files_and_list_are_these(tmp_path: Path) -> None:
    write_overlay("visby-lasarett", "Visby lasarett", "halland", tmp_path)
    folder = tmp_path / "visby-lasarett"
    assert files(folder, "lifecare_gql_visby_lasarett") == COMMON | {"P/data/overlay.toml"}
    assert to_do(folder) == [
        "data/documents.toml: documents: write it: The source documents.",
        "data/facts.toml: facts: write it: The facts of those documents.",
        "data/contacts.toml: contacts: write it: The contacts.",
        "data/switchboards.toml: switchboards: write it: The switchboards.",
        "README.md: ## Kept by: say which role keeps the data, or that nobody does yet",
    ]


def test_no_placeholder_is_left_and_nothing_is_invented(tmp_path: Path) -> None:
    for path in write_region("gotland", "Region Gotland", tmp_path):
        text = path.read_text("utf-8")
        assert "<<" not in text
        if path.parent.name == "data":
            assert set(tomllib.loads(text)) <= {"code", "name", "region", "rules"}


def test_the_examples_in_comments_are_data_when_the_marks_are_taken_away(tmp_path: Path) -> None:
    for path in write_region("gotland", "Region Gotland", tmp_path):
        if path.name in {*DATA_FILES.values(), *SOURCE_FILES}:
            lines = path.read_text("utf-8").splitlines()
            bare = [line.removeprefix("# ") for line in lines if line[2:3] not in "ABCDEFGHIJKLMNOPQRSTUVWXYZÅÄÖ`"]
            assert tomllib.loads("\n".join(line for line in bare if " = " in line or line.startswith("[[")))


def test_the_new_distribution_is_shaped_as_the_four(tmp_path: Path) -> None:
    write_region("gotland", "Region Gotland", tmp_path)
    new = tomllib.loads(tmp_path.joinpath("gotland", "pyproject.toml").read_text("utf-8"))
    assert new["project"]["entry-points"] == {"lifecare_gql": {"gotland": "lifecare_gql_gotland.plugin"}}
    new.pop("tool")
    for code in CODES:
        old = tomllib.loads(ROOT.joinpath("plugins", code, "pyproject.toml").read_text("utf-8"))
        assert set(old["project"]) == set(new["project"])
        assert old["build-system"] == new["build-system"]
    package = tmp_path / "gotland" / "lifecare_gql_gotland" / "__init__.py"
    assert f"LIFECARE_API = {API}\n" in package.read_text("utf-8")


REFUSED = [
    ("Gotland", "no region's code"),
    ("got land", "no region's code"),
    ("gö", "no region's code"),
    ("../gotland", "no region's code"),
]


@pytest.mark.parametrize(("code", "told"), REFUSED)
def test_a_code_that_is_none_is_refused_and_nothing_is_written(code: str, told: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=told):
        write_region(code, "Region", tmp_path / "into")
    assert not (tmp_path / "into").exists()


def test_what_is_there_is_not_written_over(tmp_path: Path) -> None:
    [first, *_] = write_region("gotland", "Region Gotland", tmp_path)
    first.write_text("ours", "utf-8")
    with pytest.raises(ConfigurationError, match="is there already"):
        write_region("gotland", "Region Gotland", tmp_path)
    assert first.read_text("utf-8") == "ours"
