"""The command: `python -m examples.journey --region halland`, against a running development server."""

from __future__ import annotations

import asyncio
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import httpx2
import typer

from examples.journey import SETTINGS, Astray, papers, travel, write

Region = StrEnum("Region", [(code, code) for code in SETTINGS])  # type: ignore[misc]


def main(
    region: Annotated[Region, typer.Option(help="Whose routines apply.")],
    url: Annotated[str, typer.Option(help="The development server.")] = "http://127.0.0.1:8000",
    out: Annotated[
        Path | None, typer.Option(help="Folder for the papers; journey-<region>/ if not given.")
    ] = None,
) -> None:
    """Tell one patient's way from admission to the closed episode with a plan (SIP), as it happens."""
    try:
        left = asyncio.run(_travel(region, url))
    except Astray as astray:
        sys.exit(f"Resan avbröts. {astray}")
    except httpx2.TransportError as error:
        sys.exit(f"Servern på {url} svarar inte ({error}). Starta den med `make serve`.")

    typer.echo("\nPå papper:")
    for path in write(left, out or Path(f"journey-{region}")):
        typer.echo(f"  {path}")


async def _travel(region: str, url: str) -> dict[str, str]:
    async with httpx2.AsyncClient(base_url=url) as http:
        return await papers(await travel(http, region, typer.echo))


if __name__ == "__main__":
    typer.run(main)
