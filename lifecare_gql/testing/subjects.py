"""What the conformance kit looks at: one plugin, its files as they stand, and the region that it makes."""

from __future__ import annotations

import datetime as dt
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

from lifecare_gql.domain.problems import Problem
from lifecare_gql.domain.region import Region
from lifecare_gql.errors import ConfigurationError, RegionFault
from lifecare_gql.hookspecs import NAMESPACE
from lifecare_gql.region_asking import Heard, Plugin, ask
from lifecare_gql.region_files import DATA_FILES, SOURCE_FILES, table
from lifecare_gql.regions import Regions, installed, load_regions, plugin_of

WRITTEN_FILES = ("texts",)
"""What a data folder may hold beside the files that are read: the documents' own texts, one for each key."""


@dataclass(frozen=True)
class Subject:
    """One plugin under examination. `others` are the plugins that it may lean on or clash with."""

    plugin: Plugin
    today: dt.date
    others: tuple[Plugin, ...] = ()
    folder: Path | None = None
    """The distribution's folder, where it is at hand."""

    @property
    def name(self) -> str:
        """The plugin's name; a region's is its code."""
        return self.plugin.name

    @property
    def package(self) -> str:
        """The name of its package."""
        return self.plugin.package or ""

    @cached_property
    def root(self) -> Path:
        """The package's folder."""
        return Path(str(files(self.package)))

    @property
    def overlay(self) -> bool:
        """Whether it adds to a region that another plugin describes."""
        return (self.root / "data" / "overlay.toml").is_file()

    @cached_property
    def tables(self) -> Mapping[str, Mapping[str, Any]]:
        """The data files as they stand, by name; one that is no TOML is left out, `reads` tells of it."""
        found = {}
        for name in (*DATA_FILES.values(), *SOURCE_FILES):
            try:
                found[name] = table(self.package, name)
            except RegionFault:
                continue
        return found

    @cached_property
    def heard(self) -> Heard:
        """What the plugin says, alone."""
        return ask([self.plugin], {})

    @cached_property
    def _loaded(self) -> Regions | tuple[Problem, ...]:
        needed = {one.region for one in self.heard.answers} - {self.name} if self.overlay else set()
        plugins = [self.plugin, *(one for one in self.others if one.name in needed)]
        try:
            return load_regions(plugins=plugins)
        except RegionFault as fault:
            unread = Problem(key="faulty", plugin=self.name, what=str(fault))
            return load_regions(plugins=plugins, lenient=True).problems or (unread,)

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What is wrong when it is loaded with the region that it adds to, and with nothing else."""
        return () if isinstance(self._loaded, Regions) else self._loaded

    @property
    def regions(self) -> Regions | None:
        """The regions that it loads with; None when it does not load."""
        return self._loaded if isinstance(self._loaded, Regions) else None

    @property
    def region(self) -> Region | None:
        """The region that it describes or adds to; None when it does not load."""
        if self.regions is None:
            return None
        return next((one for one in self.regions.values() if self.name in one.plugins), None)

    def file(self, hook: str) -> str:
        """Where what it says to a hook stands, for a finding."""
        return f"data/{DATA_FILES[hook]}" if hook in DATA_FILES else "plugin.py"

    def texts(self) -> Iterator[tuple[str, str]]:
        """Every text file of the plugin, with its path below the distribution or the package."""
        root = self.folder or self.root
        for path in sorted(root.rglob("*")):
            readable = path.suffix in {".toml", ".py", ".md", ".txt"} and not {"__pycache__", ".venv"} & {
                *path.parts
            }
            if readable and path.is_file():
                yield str(path.relative_to(root)), path.read_text("utf-8")


def installed_subjects(today: dt.date, names: tuple[str, ...] = ()) -> tuple[Subject, ...]:
    """Every installed plugin, or those named; ConfigurationError for one that cannot be found or imported."""
    problems: list[Problem] = []
    plugins = tuple(installed(None, problems))
    missing = sorted(set(names) - {one.name for one in plugins})
    if missing:
        told = [one.told() for one in problems if one.plugin in missing]
        known = ", ".join(one.name for one in plugins) or "none"
        raise ConfigurationError("; ".join(told) or f"Not installed: {', '.join(missing)}. Installed: {known}.")
    chosen = [one for one in plugins if not names or one.name in names]
    return tuple(Subject(one, today, plugins, _distribution(one)) for one in chosen if one.package)


def subject_in(folder: Path, today: dt.date) -> Subject:
    """The plugin whose distribution stands in the folder; it need not be installed."""
    try:
        project = tomllib.loads((folder / "pyproject.toml").read_text("utf-8"))["project"]
        [(name, value)] = project["entry-points"][NAMESPACE].items()
    except (OSError, KeyError, ValueError):
        told = f"{folder} is no plugin: its pyproject.toml has no single entry point in the group {NAMESPACE}."
        raise ConfigurationError(told) from None
    package = value.partition(".")[0]
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    problems: list[Problem] = []
    others = tuple(one for one in installed(None, problems) if one.name != name)
    return Subject(plugin_of(package, name, project.get("version", "0")), today, others, folder)


def _distribution(plugin: Plugin) -> Path | None:
    folder = Path(str(files(plugin.package or ""))).parent
    return folder if (folder / "pyproject.toml").is_file() else None
