"""The regions' real plugins, whole or with something changed, for tests."""

from __future__ import annotations

import importlib
import shutil
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from lifecare_gql.domain.region import Region
from lifecare_gql.errors import RegionFault
from lifecare_gql.region_files import speaking
from lifecare_gql.regions import Plugin, Regions, load_regions

CODES = ("halland", "orebro", "stockholm", "vasternorrland")


def module_of(region: str) -> ModuleType:
    """The module with the region's hooks."""
    return importlib.import_module(f"lifecare_gql_{region}.plugin")


def hooks_of(region: str, *left_out: str) -> dict[str, Callable[..., Any]]:
    """The region's hooks by name, those that its data files say too, but for those left out."""
    said = vars(speaking(module_of(region)))
    found = {name: hook for name, hook in said.items() if hasattr(hook, "lifecare_gql_impl")}
    return {name: hook for name, hook in found.items() if name not in left_out}


def rules_of(region: str, *left_out: str) -> dict[str, Callable[..., Any]]:
    """The region's hooks without GraphQL types and demo, which no rule needs."""
    return hooks_of(region, "lifecare_schema", "lifecare_demo", *left_out)


def plugin(name: str, /, **hooks: Callable[..., Any]) -> Plugin:
    """A plugin with just these hooks."""
    return Plugin(name=name, version="0", module=SimpleNamespace(**hooks))


def installed(region: str) -> Plugin:
    """The region's plugin with all that its documents say."""
    return plugin(region, **rules_of(region))


@cache
def four_regions() -> Regions:
    """The four regions as their documents have them."""
    return load_regions(plugins=[installed(code) for code in CODES])


def decided(region: str, /, **values: Any) -> Mapping[str, Region]:
    """One region alone, where the deployment has decided some assumptions otherwise."""
    return load_regions(plugins=[installed(region)], assumptions={region: values})


def changed(region: str, tmp_path: Path, /, **files: Callable[[str], str]) -> Plugin:
    """A copy of the region's package, with the text of some data files (`routines=...`) changed."""
    name = f"changed_{region}_{tmp_path.name}"
    shutil.copytree(Path(str(module_of(region).__file__)).parent, tmp_path / name)
    for stem, change in files.items():
        file = tmp_path / name / "data" / f"{stem}.toml"
        before = file.read_text("utf-8")
        after = change(before)
        assert after != before, f"{stem}.toml is not changed"
        file.write_text(after, "utf-8")
    sys.path.insert(0, str(tmp_path))
    try:
        module = importlib.import_module(f"{name}.plugin")
    finally:
        sys.path.remove(str(tmp_path))
    said = speaking(module)
    hooks = {hook: getattr(said, hook) for hook in rules_of(region)}
    return plugin(region, **hooks)


def faults_of(*plugins: Plugin, assumptions: Mapping[str, Mapping[str, Any]] | None = None) -> list[str]:
    """What is wrong with the plugins, one line each."""
    with pytest.raises(RegionFault) as caught:
        load_regions(plugins=plugins, assumptions=assumptions)
    first, *lines = str(caught.value).splitlines()
    assert first == "The regions' plugins are faulty:"
    return [line.strip() for line in lines if not line.strip().startswith("ways out: ")]
