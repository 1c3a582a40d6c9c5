"""Commands for whoever keeps a region's data: begin a plugin, check it, explain it, see what has grown old."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from pathlib import Path
from typing import Annotated

import typer

from lifecare_gql.app import utc_now
from lifecare_gql.domain.aging import REVIEW_DAYS, numbers_to_verify, stale
from lifecare_gql.domain.calendar import stockholm_day
from lifecare_gql.domain.quality import level
from lifecare_gql.domain.region import Region
from lifecare_gql.domain.words import FactUse
from lifecare_gql.errors import ConfigurationError
from lifecare_gql.region_diff import differences
from lifecare_gql.region_explaining import explain
from lifecare_gql.region_files import CORE, read_ladder
from lifecare_gql.regions import Regions, load_regions
from lifecare_gql.scaffold import write_overlay, write_region
from lifecare_gql.settings import from_environment
from lifecare_gql.testing import Finding, Subject, examine, installed_subjects, subject_in
from lifecare_gql.testing.pages import quality_pages

regions = typer.Typer(help="The enabled regions; explain: where something comes from.")
region = typer.Typer(no_args_is_help=True, help="Begin a region's plugin, check it, and keep its data fresh.")


def _enabled() -> Regions:
    settings = from_environment()
    return load_regions(settings.regions, settings.assumptions, lenient=settings.regions_lenient)


def _today() -> dt.date:
    return stockholm_day(utc_now())


def _region(code: str) -> Region:
    found = _enabled()
    if code not in found:
        raise ConfigurationError(f"No region {code}. Enabled: {', '.join(found) or 'none'}.")
    return found[code]


@regions.callback(invoke_without_command=True)
def show(context: typer.Context) -> None:
    """Say which regions are enabled, with versions, level, documents, routines and how their facts are used."""
    if context.invoked_subcommand:
        return
    found = _enabled()
    versions = {plugin.name: plugin.version for plugin in found.plugins}
    for one in found.values():
        plugins = ", ".join(f"{name} {versions[name]}" for name in one.plugins)
        typer.secho(f"{one.info.name} ({one.code}): {plugins}", bold=True)
        _show_region(one, found)
    typer.secho(f"Payment liability ({CORE}): {', '.join(one.id for one in found.payment.policies)}", bold=True)
    for assumed in found.payment.assumptions:
        typer.echo(f"  assumes   {assumed.key} = {assumed.value} ({assumed.question})")
    for problem in found.problems:
        typer.secho(f"Problem {problem.key} ({problem.severity}): {problem.told()}", fg=typer.colors.RED)


def _show_region(one: Region, found: Regions) -> None:
    tier = level(found.ladder, one.quality)
    typer.echo(f"  quality   {tier.lower() if tier else 'below bronze'}")
    for document in one.info.documents:
        day = document.date or document.last_changed
        parts = (document.status, document.version, day.isoformat() if day else None)
        told = ", ".join(part for part in parts if part)
        typer.echo(f"  document  {document.title}{f' [{told}]' if told else ''}")
    for use in FactUse:
        count = sum(fact.use is use for fact in one.info.facts)
        typer.echo(f"  facts     {count:3d} {use.lower()}")
    typer.echo(f"  routines  {len(one.book.routines)}, duties {len(one.book.duties)}")
    for assumed in one.book.assumptions:
        typer.echo(f"  assumes   {assumed.key} = {assumed.value} ({assumed.question})")


@regions.command(name="explain")
def explain_command(
    what: Annotated[str, typer.Argument(help="A routine's code, a contact's key, a fact, or a type or field.")],
) -> None:
    """Say which plugin and version supplied it, from which document, in which hook, and what it overrode."""
    told = list(explain(_enabled(), what))
    if not told:
        raise ConfigurationError(f"No enabled plugin supplied {what}: the core did, or nobody.")
    for line in told:
        typer.echo(line)


@region.command()
def new(
    code: Annotated[str, typer.Argument(help="The region's code, letters a-z, e.g. gotland.")],
    name: Annotated[str, typer.Argument(help='Its name, e.g. "Region Gotland".')],
    into: Annotated[Path, typer.Option(help="The folder to write the plugin's own folder into.")] = Path(),
    adds_to: Annotated[
        str | None, typer.Option(help="Code of a region: the plugin only adds contacts of its own to that one.")
    ] = None,
) -> None:
    """Write the files of a new plugin, and say what is to be filled in."""
    written = write_overlay(code, name, adds_to, into) if adds_to else write_region(code, name, into)
    for path in written:
        typer.echo(f"  {path}")
    typer.echo(f"{len(written)} files are written. What is to be filled in:")
    _report(subject_in(into / code, _today()), warnings=False)


@region.command()
def check(
    plugin: Annotated[list[str], typer.Argument(help="Names of installed plugins, or folders of plugins.")],
    warnings: Annotated[bool, typer.Option(help="Also what should be looked at, though it is no fault.")] = True,
) -> None:
    """Check plugins as the conformance kit does. Exit 1 when anything is to be mended."""
    folders = [Path(one) for one in plugin if Path(one, "pyproject.toml").is_file()]
    names = tuple(one for one in plugin if Path(one) not in folders)
    subjects = [subject_in(folder.resolve(), _today()) for folder in folders]
    subjects += installed_subjects(_today(), names) if names else ()
    whole = [_report(subject, warnings=warnings) for subject in subjects]
    if not all(whole):
        sys.exit(1)


def _report(subject: Subject, *, warnings: bool) -> bool:
    """Tell what was found; whether it is whole."""
    faults, kept = 0, 0
    for one, found in examine(subject):
        kept += not found
        if one.warns and warnings and found:
            typer.echo(f"  look at {one.id}: {one.title} {_first(found)}")
        elif not one.warns:
            faults += len(found)
            for finding in found:
                typer.echo(f"  {one.id}: {finding.told()}")
    if subject.region is None:
        typer.echo("  The checks that look at the region come when it can be read.")
    typer.secho(f"{subject.name}: {faults} to mend", fg=typer.colors.RED if faults else typer.colors.GREEN)
    return not faults


def _first(found: list[Finding]) -> str:
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return f"({found[0].told()}{more})"


@region.command()
def rules(
    pages: Annotated[
        Path | None, typer.Option(help="Write a page for each rule into this folder instead.")
    ] = None,
) -> None:
    """Print the quality ladder: each rule, why it is there, and how it is met."""
    if pages is not None:
        pages.mkdir(parents=True, exist_ok=True)
        for name, text in quality_pages(read_ladder()).items():
            pages.joinpath(name).write_text(text, "utf-8")
        return
    for rule in read_ladder().rules:
        typer.secho(f"{rule.tier} {rule.id}: {rule.title}", bold=True)
        typer.echo(f"  {rule.why}\n  {rule.how}")


@region.command(name="stale")
def stale_command(
    code: Annotated[str, typer.Argument(help="The region's code.")],
    after_days: Annotated[int, typer.Option(min=0, help="After how many days a review is old.")] = REVIEW_DAYS,
) -> None:
    """Warn of facts, contacts and numbers that may no longer hold."""
    found = list(stale(_region(code), _today(), after_days))
    for one in found:
        since = f" ({one.since})" if one.since else ""
        keeper = f"; ask {one.owner}" if one.owner else ""
        typer.echo(f"{one.reason}\t{one.kind} {one.key}\t{one.document}{since}{keeper}")
    typer.secho(f"{len(found)} to look at", fg=typer.colors.YELLOW if found else typer.colors.GREEN, err=True)


@region.command()
def numbers(
    code: Annotated[str, typer.Argument(help="The region's code.")],
    as_csv: Annotated[bool, typer.Option("--csv", help="As CSV with semicolons, for a spreadsheet.")] = False,
) -> None:
    """Print the telephone numbers to ring and verify, with room for what the call gave."""
    found = list(numbers_to_verify(_region(code)))
    if as_csv:
        writer = csv.writer(sys.stdout, delimiter=";", lineterminator="\n")
        writer.writerow(
            ("namn", "fråga efter", "nummer", "e164", "faktum", "dokument", "senast kontrollringt", "svar")
        )
        for one in found:
            phone = one.phone
            called = one.reviewed_at or ""
            writer.writerow((one.name, one.ask_for, phone.printed, phone.e164, one.fact, one.document, called, ""))
        return
    for one in found:
        called = one.reviewed_at.isoformat() if one.reviewed_at else "aldrig noterat"
        asking = f", fråga efter {one.ask_for}" if one.ask_for else ""
        typer.echo(f"[ ] {one.phone.printed:<16} {one.name}{asking}")
        typer.echo(f"    {one.fact}, {one.document}. Senast kontrollringt: {called}. Svar: ____________________")


@region.command()
def diff(
    old: Annotated[Path, typer.Argument(help="A folder with the older version of a region's plugin.")],
    new: Annotated[Path, typer.Argument(help="A folder with the newer one.")],
) -> None:
    """Say what changed between two versions of a region's data, with the facts that each change rests on."""
    told = list(differences(old, new))
    for line in told:
        typer.echo(line)
    if not told:
        typer.echo("Nothing has changed.")
