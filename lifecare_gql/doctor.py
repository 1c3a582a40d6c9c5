"""What can be told when the server does not start. No plugin is loaded here: each is tried in its own process."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points

import typer

from lifecare_gql import __version__
from lifecare_gql.domain.problems import Problem
from lifecare_gql.errors import LifecareError
from lifecare_gql.hookspecs import API, NAMESPACE, OLDEST_API
from lifecare_gql.regions import installed, load_regions
from lifecare_gql.settings import from_environment

TRIAL_SECONDS = 60.0
"""How long one plugin may take in a process of its own, which must first start."""

_PROBE = "import sys; from lifecare_gql.doctor import probe; sys.exit(probe(sys.argv[1]))"


@dataclass(frozen=True, kw_only=True)
class Trial:
    """How one installed plugin fared alone: its faults, none if it is well."""

    name: str
    distribution: str
    faults: tuple[str, ...]


def doctor() -> None:
    """Look at the settings and at each installed plugin, without loading any. Exit 1 when something is wrong."""
    typer.echo(f"lifecare-gql {__version__}, plugin API {OLDEST_API} to {API}, Python {sys.version.split()[0]}")
    sick = not _settings_fit()
    trials = list(try_plugins())
    for trial in trials:
        colour = typer.colors.RED if trial.faults else typer.colors.GREEN
        typer.secho(f"  {trial.name} ({trial.distribution}): {'faulty' if trial.faults else 'well'}", fg=colour)
        for fault in trial.faults:
            typer.echo(f"    {fault}")
    faulty = [trial for trial in trials if trial.faults]
    if faulty:
        well = ",".join(trial.name for trial in trials if not trial.faults)
        typer.echo("Ways out, one of them:")
        typer.echo(f"  start without the faulty ones:   LIFECARE_REGIONS={well}")
        typer.echo("  start, and be told of them:      LIFECARE_REGIONS_LENIENT=true")
        for trial in faulty:
            typer.echo(f"  remove it:                       pip uninstall {trial.distribution.split()[0]}")
    if sick or faulty:
        sys.exit(1)


def _settings_fit() -> bool:
    try:
        settings = from_environment()
    except LifecareError as error:
        typer.secho(str(error), fg=typer.colors.RED)
        return False
    enabled = "all that are installed" if settings.regions is None else ", ".join(settings.regions)
    typer.echo(
        f"  settings: {settings.mode}; regions: {enabled}; lenient: {'yes' if settings.regions_lenient else 'no'}"
    )
    return True


def try_plugins(seconds: float = TRIAL_SECONDS) -> Iterator[Trial]:
    """Each installed plugin, tried alone in a process of its own, in order of name."""
    for point in sorted(entry_points(group=NAMESPACE), key=lambda one: one.name):
        yield Trial(name=point.name, distribution=_distribution(point), faults=tuple(_try(point.name, seconds)))


def _distribution(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist else point.module


def _try(name: str, seconds: float) -> Iterator[str]:
    try:
        tried = subprocess.run(
            [sys.executable, "-c", _PROBE, name], capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        yield f"took more than {seconds:g} seconds"
        return
    yield from filter(None, tried.stdout.splitlines())
    if tried.returncode not in (0, 1) or (tried.returncode and not tried.stdout):
        last = tried.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        yield f"ended the process with {tried.returncode}: {last[0]}"
    elif not tried.returncode and not tried.stdout.endswith("\n"):
        yield "ended the process before it was asked everything"


def probe(name: str) -> int:
    """Load this plugin alone and print what is wrong with it: 1 if anything is."""
    importlib.import_module("lifecare_gql.schema")  # a region's schema.py does; its hook is not to pay for it
    problems: list[Problem] = []
    found = tuple(installed([name], problems))
    problems += load_regions(plugins=found, lenient=True).problems
    told = [one.told() for one in problems if one.key != "stranger"]  # an addition's region is not loaded here
    typer.echo("\n".join(told))
    return 1 if told else 0
