"""The house stays small, described and clean: sizes, descriptions, and what must never be in a file."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLUnionType,
)

from lifecare_gql.regions import Regions
from lifecare_gql.schema import build_schema

ROOT = Path(__file__).parents[2]
MAX_FILE = 400
MAX_FUNCTION = 50
MAX_MEDIAN = 10


def files(*endings: str) -> list[Path]:
    """The project's files: what git tracks or would track."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    return [ROOT / name for name in listed if name.endswith(endings) and (ROOT / name).is_file()]


def functions(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield f"{path.relative_to(ROOT)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1


def test_no_file_and_no_function_outgrows_its_room() -> None:
    big = [str(path.relative_to(ROOT)) for path in files(".py") if path.read_text("utf-8").count("\n") > MAX_FILE]
    long = [name for path in files(".py") for name, lines in functions(path) if lines > MAX_FUNCTION]

    assert (big, long) == ([], [])


def test_the_median_function_is_short() -> None:
    core = [path for path in files(".py") if "tests" not in path.parts]
    assert statistics.median(lines for path in core for _, lines in functions(path)) < MAX_MEDIAN


def test_only_the_settings_read_the_environment_and_only_the_wiring_reads_the_clock() -> None:
    def users(pattern: str) -> set[str]:
        core = (path for path in files(".py") if "lifecare_gql" in path.parts and "tests" not in path.parts)
        return {path.name for path in core if re.search(pattern, path.read_text("utf-8"))}

    assert users(r"os\.environ") <= {"settings.py", "cli.py"}
    assert users(r"datetime\.now\(|date\.today\(|utcnow\(") == {"app.py", "migrate.py"} & users(r"datetime\.now\(")


NUMBER = re.compile(r"(?<!\d)(?:(?:18|19|20)\d{6}|\d{6})[-+]?\d{4}(?!\d)")
TEST_SERIES = re.compile(r"(23[89]\d|98[01]\d)$")


def looks_like_a_person(text: str) -> bool:
    digits = re.sub(r"\D", "", text)[-10:]
    month, day = int(digits[2:4]), int(digits[4:6]) % 60
    total = sum(sum(divmod(int(digit) * (2 - at % 2), 10)) for at, digit in enumerate(digits))
    return 1 <= month <= 12 and 1 <= day <= 31 and total % 10 == 0


def test_no_file_holds_a_number_that_could_be_a_living_persons() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match[0][:8]}…"
        for path in files(".py", ".toml", ".md", ".graphql", ".sql", ".jsx")
        for match in NUMBER.finditer(path.read_text("utf-8"))
        if looks_like_a_person(match[0]) and not TEST_SERIES.search(match[0]) and "SE" not in match[0]
    ]
    assert found == []


def test_everything_in_the_schema_is_described(regions: Regions) -> None:
    bare: list[str] = []
    for kind in build_schema(regions)._schema.type_map.values():
        if kind.name.startswith("__") or kind.name in ("String", "Int", "Float", "Boolean", "ID"):
            continue
        bare += [] if kind.description else [kind.name]
        bare += [f"{kind.name}.{part}" for part in undescribed(kind)]
    assert bare == []


def undescribed(kind: object) -> Iterator[str]:
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
        yield from (name for name, field in kind.fields.items() if not field.description)
    elif isinstance(kind, GraphQLEnumType):
        yield from (name for name, value in kind.values.items() if not value.description)
    else:
        assert isinstance(kind, GraphQLUnionType) or not hasattr(kind, "fields")


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/hooks.md"])
def test_the_papers_are_there(name: str) -> None:
    assert (ROOT / name).stat().st_size > 200
