"""`lifecare-gql contract …`: check what became of the schema, tell it, release it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from graphql import GraphQLError, GraphQLSchema, assert_valid_schema, build_schema

from lifecare_gql.app import utc_now
from lifecare_gql.contract import allowed, changelog
from lifecare_gql.contract.changes import Change, changes
from lifecare_gql.contract.docs import Reference
from lifecare_gql.contract.examples import EXAMPLES, load
from lifecare_gql.demo import actors
from lifecare_gql.domain.calendar import stockholm_day
from lifecare_gql.errors import ConfigurationError, LifecareError
from lifecare_gql.regions import load_regions
from lifecare_gql.schema import build_schema as lifecare_schema
from lifecare_gql.settings import from_environment

contract = typer.Typer(no_args_is_help=True, help="The schema's contract with frontends.")

Released = Annotated[Path, typer.Option(help="The schema of the last release.")]
Current = Annotated[Path, typer.Option(help="The schema now.")]
Changes = Annotated[Path, typer.Option("--changes", help="The decisions: which changes are allowed.")]
Out = Annotated[Path, typer.Option(help="The folder of the changelog.")]
Fresh = Annotated[bool, typer.Option("--check", help="Write nothing; exit 1 if a file is not up to date.")]

RELEASED, CURRENT = Path("contract/released.graphql"), Path("schema.graphql")
CHANGES, DOCS = Path("contract/changes.toml"), Path("docs")
_NO_ENTRIES = """\
# Which breaking and dangerous changes since the last release are allowed. `lifecare-gql contract check` prints an
# entry for each that is not; `lifecare-gql contract release` empties this file.
"""


class ContractBroken(LifecareError):
    """The schema is not what was promised, or a generated file is not up to date."""


@dataclass(frozen=True)
class Compared:
    """Two schemas, what differs, and what is decided about it."""

    released: GraphQLSchema
    current: GraphQLSchema
    found: list[Change]
    entries: tuple[allowed.Entry, ...]

    def demand(self, today: dt.date) -> None:
        """ContractBroken with every fault at once."""
        faults = allowed.faults(self.found, self.entries, self.released, self.current, today)
        if faults:
            told = "\n".join(f"  {one}" for one in faults)
            raise ContractBroken(f"The contract does not hold, {len(faults)} faults:\n{told}")

    def lines(self) -> list[changelog.Line]:
        """The open section of the changelog."""
        return changelog.lines(self.found, self.entries)


@contract.command()
def check(released: Released = RELEASED, current: Current = CURRENT, changes: Changes = CHANGES) -> None:
    """Find every breaking and dangerous change; each must be allowed, and each entry must allow one."""
    compared = _compared(released, current, changes)
    compared.demand(stockholm_day(utc_now()))
    typer.echo(f"The contract holds: {len(compared.found)} changes, {len(compared.entries)} of them decided on.")


@contract.command(name="changelog")
def tell(
    released: Released = RELEASED,
    current: Current = CURRENT,
    changes: Changes = CHANGES,
    out: Out = DOCS,
    fresh: Fresh = False,
) -> None:
    """Write the changelog of the schema, as Markdown and as JSON."""
    before = changelog.closed(out / "schema-changelog.json")
    write(changelog.files(before, _compared(released, current, changes).lines(), out), only_check=fresh)


@contract.command()
def release(
    version: Annotated[str, typer.Argument(help="The version that is released, e.g. 0.2.0.")],
    released: Released = RELEASED,
    current: Current = CURRENT,
    changes: Changes = CHANGES,
    out: Out = DOCS,
) -> None:
    """Close the changelog's section under a version, and make the schema of now the promised one."""
    compared, today = _compared(released, current, changes), stockholm_day(utc_now())
    compared.demand(today)
    sections = changelog.released(
        changelog.closed(out / "schema-changelog.json"), version, today, compared.lines()
    )
    made = changelog.files(sections, [], out)
    write({**made, released: current.read_text("utf-8"), changes: _NO_ENTRIES}, only_check=False)


@contract.command()
def docs(
    out: Annotated[Path, typer.Option(help="The folder of the pages.")] = DOCS / "api",
    examples: Annotated[Path, typer.Option(help="The folder of the examples.")] = EXAMPLES,
    fresh: Fresh = False,
) -> None:
    """Write the reference of the API, from the schema of the core and the enabled regions."""
    settings = from_environment()
    regions = load_regions(settings.regions, settings.assumptions)
    reference = Reference(
        schema=build_schema(lifecare_schema(regions).as_str()),
        examples=load(examples),
        actors={one.id: f"{one.name}, {one.label}" for one in actors(regions)},
    )
    write(reference.pages(out), only_check=fresh)


def write(files: Mapping[Path, str], *, only_check: bool) -> None:
    """Write each file; or ContractBroken when one of them is not what it should be."""
    stale = [path for path, text in files.items() if not path.exists() or path.read_text("utf-8") != text]
    if only_check and stale:
        raise ContractBroken(f"Not up to date: {', '.join(map(str, stale))}. Run `make contract`.")
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[path], "utf-8")
        typer.echo(f"Written: {path}")


def _compared(released: Path, current: Path, decided: Path) -> Compared:
    before, now = _schema(released), _schema(current)
    return Compared(before, now, changes(before, now), allowed.entries(decided))


def _schema(path: Path) -> GraphQLSchema:
    try:
        schema = build_schema(path.read_text("utf-8"))
        assert_valid_schema(schema)
    except (GraphQLError, TypeError) as error:  # graphql-core raises both
        raise ConfigurationError(f"{path} is no schema: {error}") from None
    return schema
