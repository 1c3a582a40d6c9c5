"""The hooks as they are documented, specified, implemented and called: four views that must agree."""

from __future__ import annotations

import inspect
import re
import tomllib
import typing
from pathlib import Path
from typing import Any

import pytest

from lifecare_gql import hookimpl, hookspecs
from lifecare_gql.hookspecs import NAMESPACE
from lifecare_gql.region_files import DATA_FILES
from lifecare_gql.regions import load_regions
from tests.regions.plugins import CODES, hooks_of, plugin

ROOT = Path(__file__).parents[2]
OVERLAY = Path(__file__).parent / "overlay"
DOCUMENT = ROOT.joinpath("docs", "hooks.md").read_text("utf-8")
SPECS = {name: spec for name, spec in vars(hookspecs).items() if hasattr(spec, f"{NAMESPACE}_spec")}
SECTIONS = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", DOCUMENT, re.MULTILINE | re.DOTALL))
IMPLEMENTED = [(region, name) for region in CODES for name in hooks_of(region)]


def signature(hook: Any) -> str:
    return f"def {hook.__name__}{inspect.signature(hook)}".replace("'", "")


def examples(language: str, text: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_every_hook_is_documented_in_the_order_of_the_specifications() -> None:
    assert list(SECTIONS) == list(SPECS)


@pytest.mark.parametrize("name", SPECS)
def test_the_documented_signature_is_the_specified_one(name: str) -> None:
    assert examples("python", SECTIONS[name])[0].strip() == signature(SPECS[name])


@pytest.mark.parametrize("name", SPECS)
def test_the_documentation_names_the_data_file_or_shows_a_real_implementation(name: str) -> None:
    if name in DATA_FILES:
        assert f"Data: `data/{DATA_FILES[name]}`" in SECTIONS[name]
    else:
        assert f"@hookimpl\n{signature(SPECS[name])}:\n    " in examples("python", SECTIONS[name])[1]


@pytest.mark.parametrize("name", SPECS)
def test_a_hook_has_an_example(name: str) -> None:
    assert examples("toml", SECTIONS[name]) or len(examples("python", SECTIONS[name])) > 1


@pytest.mark.parametrize("name", SPECS)
def test_a_hook_has_a_test_of_its_own(name: str) -> None:
    stem = DATA_FILES.get(name, name).removesuffix(".toml")
    asked = re.compile(rf"{name}\b|\b{stem}\.toml|\b{stem}=|[\"']{stem}[\"']|\.{stem}\b")
    tests = [path for path in ROOT.glob("tests/**/test_*.py") if path != Path(__file__)]
    assert any(asked.search(path.read_text("utf-8")) for path in tests)


def test_only_hooks_have_data_files() -> None:
    assert set(DATA_FILES) == set(SPECS) - {"lifecare_schema"}


def test_what_is_on_its_way_out_is_told_and_nothing_else() -> None:
    leaving = [name for name, spec in SPECS.items() if vars(spec)[f"{NAMESPACE}_spec"]["warn_on_impl"]]
    table = DOCUMENT.partition("| on its way out |")[2].partition("\n\n")[0]
    assert [name for name in SPECS if f"| `{name}` |" in table] == leaving


@pytest.mark.parametrize("name", SPECS)
def test_a_hook_is_specified_with_a_docstring_a_return_class_and_typed_arguments(name: str) -> None:
    hints = typing.get_type_hints(SPECS[name])
    assert inspect.isclass(hints["return"])
    assert set(hints) - {"return"} == set(inspect.signature(SPECS[name]).parameters)
    assert inspect.getdoc(SPECS[name])


@pytest.mark.parametrize(("region", "name"), IMPLEMENTED)
def test_an_implementation_has_the_specified_signature(region: str, name: str) -> None:
    assert signature(hooks_of(region)[name]) == signature(SPECS[name])


def test_no_hook_without_its_user() -> None:
    added = {
        hook for hook, file in DATA_FILES.items() if (OVERLAY / "lifecare_gql_provstad" / "data" / file).is_file()
    }
    assert {name for _, name in IMPLEMENTED} | added == set(SPECS)


def test_the_examples_in_data_stand_in_the_regions_files() -> None:
    data = [squeezed(file.read_text("utf-8")) for file in ROOT.glob("plugins/*/*/data/*.toml")]
    data += [squeezed(file.read_text("utf-8")) for file in ROOT.glob("plugins/*/pyproject.toml")]
    data += [squeezed(file.read_text("utf-8")) for file in OVERLAY.glob("*/data/*.toml")]
    for example in examples("toml", DOCUMENT):
        assert tomllib.loads(example)
        for part in re.split(r"\n\n", example):
            assert any(squeezed(part) in file for file in data), part


def test_the_examples_in_python_stand_in_the_regions_files() -> None:
    code = [squeezed(file.read_text("utf-8")) for file in ROOT.glob("plugins/*/*/*.py")]
    for section in SECTIONS.values():
        for example in examples("python", section)[1:]:
            for line in filter(str.strip, example.splitlines()):
                statement = squeezed(line.split("  #")[0])
                assert any(statement in file for file in code), line


def test_the_documented_message_is_the_real_one() -> None:
    [message] = examples("text", DOCUMENT)
    assert "The regions' plugins are faulty:" in message
    assert "Unexpected keyword argument" in message


def test_every_hook_is_called_once_in_order_with_what_is_specified_and_returns_it() -> None:
    calls: list[tuple[str, str, dict[str, type], type]] = []

    def listening(region: str, name: str, hook: Any) -> Any:
        if "assumptions" in inspect.signature(hook).parameters:

            def with_assumptions(assumptions: Any) -> Any:
                said = hook(assumptions)
                calls.append((region, name, {"assumptions": type(assumptions)}, type(said)))
                return said

            return hookimpl(with_assumptions)

        def without() -> Any:
            said = hook()
            calls.append((region, name, {}, type(said)))
            return said

        return hookimpl(without)

    decided = {"halland": {"office_opens": "07:00"}}
    plugins = [
        plugin(region, **{name: listening(region, name, hook) for name, hook in hooks_of(region).items()})
        for region in CODES
    ]
    regions = load_regions(plugins=plugins, assumptions=decided)

    assert [(region, name) for region, name, _, _ in calls] == [
        (region, name) for region in CODES for name in SPECS if (region, name) in IMPLEMENTED
    ]
    for _, name, arguments, returned in calls:
        hints = typing.get_type_hints(SPECS[name])
        assert set(arguments) == set(hints) - {"return"}
        assert all(issubclass(given, typing.get_origin(hints[key])) for key, given in arguments.items())
        assert returned is hints["return"]
    assert [schema.region for schema in regions.schemas] == ["stockholm", "vasternorrland"]
    assert str(regions["halland"].book.duties[1].opens) == "07:00:00"
