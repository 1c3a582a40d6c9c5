"""The command line. A user's mistake gets one clear sentence, never a traceback."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import socket
import sys
import tempfile
from pathlib import Path
from typing import Annotated, NoReturn

import typer
import uvicorn

from lifecare_gql import __version__
from lifecare_gql.actions.grants import grant_by_command
from lifecare_gql.app import create_app, utc_now
from lifecare_gql.compiled.explaining import explained
from lifecare_gql.contract.commands import contract
from lifecare_gql.contract.documents import documents
from lifecare_gql.demo import MovedClock, actors, is_empty, load_demo, renewed
from lifecare_gql.doctor import doctor
from lifecare_gql.domain.access_words import Role
from lifecare_gql.drill import morning, play
from lifecare_gql.errors import ConfigurationError, LifecareError
from lifecare_gql.kits import check_kit, make_kits
from lifecare_gql.operations import access_log, events, grants
from lifecare_gql.region_commands import region, regions
from lifecare_gql.regions import Regions, load_regions
from lifecare_gql.schema import build_schema
from lifecare_gql.settings import SHARED_METRICS, Mode, Settings, from_environment, shared_metrics
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.migrate import migrate as apply_migrations
from lifecare_gql.storage.migrate import pending
from lifecare_gql.storage.reading.where import Where
from lifecare_gql.storage.url import Dialect, SqliteAddress, parse_url
from lifecare_gql.web.logging import configure
from lifecare_gql.web.memory import settle
from lifecare_gql.web.metrics import forget_the_dead
from lifecare_gql.web.serving import UVICORN
from lifecare_gql.web.tokens import DevelopmentIssuer
from lifecare_gql.webhook_commands import webhooks

cli = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
cli.add_typer(access_log, name="access-log")
cli.add_typer(contract, name="contract")
cli.add_typer(events, name="events")
cli.add_typer(documents, name="documents")
cli.add_typer(webhooks, name="webhooks")
cli.command()(grants)
cli.command()(doctor)
cli.add_typer(regions, name="regions")
cli.add_typer(region, name="region")


def main() -> None:
    """Entry point of `lifecare-gql`."""
    try:
        cli()
    except LifecareError as error:
        _give_up(str(error))
    except OSError as error:  # a file or directory that cannot be made or written
        _give_up(f"{error.filename or 'The system'}: {error.strerror or error}.")


def _give_up(told: str) -> NoReturn:
    typer.secho(told, fg=typer.colors.RED, err=True)
    sys.exit(1)


@cli.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; LIFECARE_HOST.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; LIFECARE_PORT.")] = None,
    workers: Annotated[int, typer.Option(min=1, help="Processes; more than one needs PostgreSQL.")] = 1,
    demo: Annotated[bool | None, typer.Option(help="Load demo data if the database is empty.")] = None,
) -> None:
    """Migrate, load the demo into a development's empty embedded database, and serve."""
    settings = from_environment(host=host, port=port)
    development = settings.mode is Mode.DEVELOPMENT
    embedded = parse_url(settings.database_url).dialect is Dialect.SQLITE
    if embedded and workers > 1:
        raise ConfigurationError(
            "SQLite serves one process. Use PostgreSQL (LIFECARE_DATABASE_URL) for more workers."
        )
    _check_free(settings)
    create_app(settings)  # what is wrong is told here and once, not by each worker again and again
    asyncio.run(_prepare(settings, with_demo=embedded and development if demo is None else demo))
    if workers > 1:
        os.environ.setdefault(SHARED_METRICS, tempfile.mkdtemp(prefix="lifecare-metrics-"))
    # Each worker reads the same settings from its environment.
    os.environ |= {"LIFECARE_HOST": settings.host, "LIFECARE_PORT": str(settings.port)}
    _welcome(settings)
    uvicorn.run(
        "lifecare_gql.cli:application",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=workers,
        **UVICORN,
    )


def application() -> object:
    """The application of one worker, from the environment."""
    settings = from_environment()
    configure(settings.log)
    if directory := shared_metrics():
        forget_the_dead(directory)
    app = create_app(settings)
    settle()
    return app


@cli.command()
def migrate() -> None:
    """Bring the database up to date. Safe to run on several hosts at once."""
    settings = from_environment()
    asyncio.run(_migrate(settings))


@cli.command()
def demo(
    reset: Annotated[
        bool,
        typer.Option("--reset", help="Put the demo as new in the place of all that is there; the clock, too."),
    ] = False,
    forward: Annotated[
        str | None, typer.Option(help="Move the clock on instead, e.g. P3D or PT2H30M: deadlines come nearer.")
    ] = None,
) -> None:
    """Load the regions' demo data: fictitious units and staff, test persons. Twice changes nothing."""
    settings = from_environment()
    if forward is not None:
        _forward(settings, forward)
    elif reset:
        asyncio.run(_reset(settings))
    else:
        asyncio.run(_prepare(settings, with_demo=True, always=True))


def _forward(settings: Settings, by: str) -> None:
    clock = MovedClock.of(settings, utc_now)
    clock.forward(by)
    typer.echo(f"It is {clock():%Y-%m-%d %H:%M:%S} UTC, for as long as the demo is not reset.")


@cli.command()
def token(
    actor: Annotated[
        str | None, typer.Argument(help="HSA-id of an assignment; leave out to list the demo's.")
    ] = None,
    minutes: Annotated[int, typer.Option(min=1, max=720, help="How long it is valid.")] = 60,
) -> None:
    """Print a token for a demo actor. Development only."""
    settings = from_environment()
    known = {one.id: one for one in actors(_regions(settings))}
    if actor is None:
        for one in known.values():
            typer.echo(f"{one.id}\t{one.region}\t{one.label}")
        return
    if actor not in known:
        raise ConfigurationError(f"No demo actor has the id {actor}. Run `lifecare-gql token` to see them.")
    issuer = DevelopmentIssuer(settings)
    typer.echo(issuer.issue(known[actor].staff_hsa_id, actor, utc_now(), dt.timedelta(minutes=minutes)))


async def _make_kits(settings: Settings, out: Path, where: Where, *, pdf: bool) -> None:
    made = 0
    async with Database.from_url(settings.database_url, walled=settings.walled) as db:
        making = make_kits(db, _regions(settings), settings.key(), utc_now(), out, where, pdf=pdf)
        async for one in making:
            made = one.done
            told = f"{one.episodes} episodes, {one.messages} messages, {one.withheld} persons left out"
            typer.echo(f"  {one.done}/{one.of}  {one.unit}: {told}")
    if not made:
        raise ConfigurationError("No active unit is chosen by that.")
    typer.echo(f"{made} kits in {out}. Keep key.pem where it cannot be changed.")


@cli.command()
def schema(
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of printing.")] = None,
) -> None:
    """Print the schema of the core and the enabled regions (SDL)."""
    sdl = build_schema(_regions(from_environment())).as_str() + "\n"
    if output is None:
        typer.echo(sdl, nl=False)
    else:
        output.write_text(sdl, encoding="utf-8")


@cli.command()
def explain(
    file: Annotated[typer.FileText, typer.Argument(help="A GraphQL document; - reads what is typed or piped in.")],
) -> None:
    """Show what becomes of a document: its cost, SQL and generated source, or why it is interpreted."""
    asyncio.run(_explain(from_environment(), file.read()))


async def _explain(settings: Settings, text: str) -> None:
    schema = build_schema(_regions(settings))
    async with Database.from_url(settings.database_url) as db:
        for line in explained(schema, db.dialect, text):
            typer.echo(line)


@cli.command(name="outage-kit")
def outage_kit(
    out: Annotated[Path, typer.Option(help="The folder to write to; one folder below it for each unit.")],
    unit: Annotated[str | None, typer.Option(help="HSA-id of a unit.")] = None,
    municipality: Annotated[str | None, typer.Option(help="Code of a municipality, e.g. 2281.")] = None,
    region: Annotated[str | None, typer.Option(help="Code of a region, e.g. vasternorrland.")] = None,
    pdf: Annotated[
        bool, typer.Option("--pdf", help="Also kit.pdf; needs the extra pdf, and takes longer.")
    ] = False,
) -> None:
    """Make outage kits as files, for one unit, a municipality or a region. Let a timer run it."""
    settings = from_environment()
    chosen = {"hsa_id": unit, "municipality_code": municipality, "region_code": region}
    given = {column: value for column, value in chosen.items() if value is not None}
    if len(given) != 1:
        raise ConfigurationError("Choose one of --unit, --municipality and --region.")
    [(column, value)] = given.items()
    asyncio.run(_make_kits(settings, out, Where(f"{{t}}.{column} = {{value}}", {"value": value}), pdf=pdf))


@cli.command(name="check-kit")
def check(
    folder: Annotated[Path, typer.Argument(help="The folder of a unit's kit.")],
    key: Annotated[Path, typer.Option(help="The public key, key.pem.")],
) -> None:
    """Check that no byte of an outage kit was changed since it was signed. Needs no server."""
    typer.echo(f"The kit is whole and as it was signed: {check_kit(folder, key)}")


@cli.command(name="grant-role")
def grant_role(
    assignment: Annotated[str, typer.Argument(help="HSA-id of the assignment that is to have it.")],
    role: Annotated[Role, typer.Argument(help="The role, e.g. ADMINISTRATION_LEAD.")],
    organisation: Annotated[
        str | None, typer.Option(help="HSA-id of a local role's organisation, if not the unit's own.")
    ] = None,
) -> None:
    """Grant a role directly in the database: the way to the first administrator. The history says by command."""
    asyncio.run(_grant_role(from_environment(), assignment, role, organisation))


@cli.command()
def drill(
    region: Annotated[str, typer.Argument(help="Code of a region, e.g. vasternorrland.")],
    out: Annotated[Path | None, typer.Option(help="A folder for the story, the kits and the report.")] = None,
) -> None:
    """Play an outage on demo data, from the kits to the closed report, and tell it. Its database is its own."""
    asyncio.run(play(region, _regions(from_environment()), morning(utc_now()), typer.echo, out))


@cli.command()
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


async def _grant_role(settings: Settings, assignment: str, role: Role, organisation: str | None) -> None:
    async with Database.from_url(settings.database_url) as db:
        typer.echo(await grant_by_command(db, assignment, role, organisation, utc_now()))


def _regions(settings: Settings) -> Regions:
    return load_regions(settings.regions, settings.assumptions, lenient=settings.regions_lenient)


async def _migrate(settings: Settings) -> None:
    address = parse_url(settings.database_url)
    if isinstance(address, SqliteAddress):
        Path(address.path).parent.mkdir(parents=True, exist_ok=True)
    # The application's own role may not migrate, and need not when there is nothing to do.
    waiting, steps = await pending(settings.database_url), lambda step: typer.echo(f"  {step}")
    applied = await apply_migrations(settings.database_url, on_step=steps) if waiting else []
    typer.echo(f"{len(applied)} migrations applied." if applied else "The database is up to date.")


async def _prepare(settings: Settings, *, with_demo: bool, always: bool = False) -> None:
    await _migrate(settings)
    if not with_demo:
        return
    async with Database.from_url(settings.database_url) as db:
        if always or await is_empty(db):
            await _fill(settings, db)


async def _reset(settings: Settings) -> None:
    async with renewed(settings) as url, Database.from_url(url) as db:
        await _fill(settings, db)
    MovedClock.of(settings, utc_now).back()


async def _fill(settings: Settings, db: Database) -> None:
    loaded = await load_demo(
        db, _regions(settings), settings.key(), utc_now(), lambda step: typer.echo(f"  {step}")
    )
    typer.echo(str(loaded))


def _check_free(settings: Settings) -> None:
    """ConfigurationError when another program has the port, before anything is migrated or loaded."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise ConfigurationError(
                f"Cannot listen on {settings.host} port {settings.port}: {error.strerror}."
                " Choose another with --port or --host."
            ) from None


def _welcome(settings: Settings) -> None:
    address = f"http://{settings.host}:{settings.port}"
    typer.secho(f"lifecare-gql {__version__}", bold=True)
    if settings.mode is Mode.DEVELOPMENT:
        typer.echo(f"  GraphiQL   {address}/graphiql")
    typer.echo(f"  GraphQL    {address}/graphql")
    typer.echo(f"  schema     {address}/schema.graphql")
