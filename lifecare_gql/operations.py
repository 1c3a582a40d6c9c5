"""Commands for whoever runs a deployment: the access log's seals and exports, the application's database role."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from lifecare_gql.app import utc_now
from lifecare_gql.domain.access_log import kept_since
from lifecare_gql.domain.calendar import STOCKHOLM
from lifecare_gql.errors import ConfigurationError, LifecareError
from lifecare_gql.settings import Settings, from_environment
from lifecare_gql.storage import log_seals, outbox
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.grants import grants as grant_statements
from lifecare_gql.storage.log_digests import COLUMNS, Seal
from lifecare_gql.storage.migration_session import writing
from lifecare_gql.storage.url import PostgresAddress, parse_url

events = typer.Typer(no_args_is_help=True, help="Look after what subscribers are told from.")
access_log = typer.Typer(no_args_is_help=True, help="Seal, verify and export the access log (åtkomstlogg).")


class LogTampered(LifecareError):
    """The access log is not as it was written."""


@access_log.command()
def seal() -> None:
    """Seal what has been logged since the last seal, and print its digest. Let a timer run it."""
    asyncio.run(_seal(from_environment()))


async def _seal(settings: Settings) -> None:
    async with Database.from_url(settings.database_url) as db:
        one = await log_seals.seal(db, settings.key(), utc_now())
    if one is None:
        typer.echo("Nothing has been logged since the last seal.")
        return
    old = f", {one.undigested} of them from before there were digests" if one.undigested else ""
    typer.echo(f"Sealed the numbers {one.from_number} to {one.to_number}: {one.entries} entries{old}.")
    typer.echo(f"Keep this where the database's administrators cannot write: {one.digest}")


@access_log.command()
def verify(
    seal: Annotated[
        list[str] | None, typer.Option(help="Digest of a seal that was kept elsewhere; may be repeated.")
    ] = None,
) -> None:
    """Compute every digest anew. Exit 1 if anything was changed, removed or put in."""
    asyncio.run(_verify(from_environment(), seal or ()))


async def _verify(settings: Settings, kept_elsewhere: Sequence[str]) -> None:
    async with Database.from_url(settings.database_url) as db:
        found = await log_seals.verify(db, settings.key(), lambda told: typer.echo(f"  {told}"), kept_elsewhere)
    typer.echo(
        f"{found.entries} entries, {found.sealed} of them under {found.seals} seals,"
        f" {found.undigested} from before there were digests."
    )
    if found.faults:
        raise LogTampered(f"{found.faults} faults: the access log was touched, or LIFECARE_SECRET is another one.")
    typer.echo(f"Every digest fits. The last seal: {found.last_digest or 'none'}")


@access_log.command()
def retire(
    before: Annotated[
        dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="Everything from before this day, in Sweden.")
    ],
    out: Annotated[Path, typer.Option(help="The file to write, JSON lines; it must not exist.")],
) -> None:
    """Export what may be old enough to go. It deletes nothing; why, says docs/decisions/0021-access-log.md."""
    settings, until = from_environment(), before.replace(tzinfo=STOCKHOLM)
    allowed = kept_since(utc_now(), settings.access_log_years)
    if until > allowed:
        raise ConfigurationError(
            f"The access log is kept {settings.access_log_years} years (LIFECARE_ACCESS_LOG_YEARS):"
            f" --before must not be later than {allowed.astimezone(STOCKHOLM).date()}."
        )
    asyncio.run(_retire(settings, until, out))


async def _retire(settings: Settings, before: dt.datetime, out: Path) -> None:
    async with Database.from_url(settings.database_url) as db:
        found = await log_seals.verify(db, settings.key(), lambda told: typer.echo(f"  {told}"))
        if found.faults:
            raise LogTampered(f"{found.faults} faults: nothing is exported from a log that was touched.")
        old = [one async for one in log_seals.sealed_before(db, before)]
        if not old:
            raise ConfigurationError(f"No seal covers only entries from before {before.date()}.")
        written = await _export(db, old, out)
    typer.echo(f"{written} entries under {len(old)} seals are in {out}: the numbers up to {old[-1].to_number}.")
    typer.echo("Nothing was deleted.")


async def _export(db: Database, old: Sequence[Seal], out: Path) -> int:
    written = 0
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        async for line in _lines(db, old):
            written += "number" in line
            file.write(json.dumps(line, ensure_ascii=False, default=_plain) + "\n")
        file.flush()
        os.fsync(file.fileno())
    return written


async def _lines(db: Database, old: Sequence[Seal]) -> AsyncIterator[dict[str, object]]:
    """Each seal's entries, and after them the seal."""
    for one in old:
        async for number, said, digest in log_seals.entries(db, one.from_number, one.to_number):
            yield {"number": number, **dict(zip(COLUMNS, said, strict=True)), "digest": digest}
        yield {"seal": {name: getattr(one, name) for name in Seal.__dataclass_fields__}}


def _plain(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


@events.command()
def trim() -> None:
    """Remove changes older than LIFECARE_EVENT_HOURS, as the tables' owner: no records. Let a timer run it."""
    asyncio.run(_trim(from_environment()))


async def _trim(settings: Settings) -> None:
    before = utc_now() - dt.timedelta(hours=settings.event_hours)
    async with Database.from_url(settings.database_url) as db:
        removed = await outbox.trim(db, before)
    typer.echo(f"{removed} changes from before {before:%Y-%m-%d %H:%M} UTC were removed.")


def grants(
    role: Annotated[str, typer.Option(help="The role that the application connects as.")],
    apply: Annotated[bool, typer.Option("--apply", help="Run the statements, as the tables' owner.")] = False,
) -> None:
    """Print what the application's role in PostgreSQL is granted, and run it if asked to; after each migration."""
    statements = list(grant_statements(role))
    for one in statements:
        typer.echo(one)
    if not apply:
        return
    address = parse_url(from_environment().database_url)
    if not isinstance(address, PostgresAddress):
        raise ConfigurationError("SQLite knows no roles: whoever can write the file can write everything in it.")
    asyncio.run(_apply(address, "\n".join(statements)))
    typer.echo(f"-- The role {role} has these rights now, and no others.")


async def _apply(address: PostgresAddress, script: str) -> None:
    async with writing(address) as session:
        await session.script(script)
