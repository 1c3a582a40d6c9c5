"""A drill: an outage of a region, played on demo data from the kit to the closed report, and told as a story.

Everything that is done goes through the API of the real application, in process, on a database of its own.
"""

from __future__ import annotations

import datetime as dt
import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from lifecare_gql.domain.calendar import STOCKHOLM
from lifecare_gql.drill import afterwards, before, during
from lifecare_gql.drill.asking import Api, DrillFailed
from lifecare_gql.drill.casting import cast, homes
from lifecare_gql.drill.counting import Tally
from lifecare_gql.drill.playing import Drill
from lifecare_gql.drill.server import Server
from lifecare_gql.drill.telling import Say, Story
from lifecare_gql.errors import ConfigurationError
from lifecare_gql.regions import Regions

__all__ = ["DrillFailed", "morning", "play"]

_REGION = """query($code: String!) { region(code: $code) { code name municipalities { code name } outageRoutine {
  published fact reason longAfter { hours } procedures { careTypes notBackfilled { text fact acts }
  after { text fact classifies patients } } } } }"""


def morning(now: dt.datetime) -> dt.datetime:
    """Eight o'clock in Sweden on the day of `now` (aware): when a drill begins."""
    return now.astimezone(STOCKHOLM).replace(hour=8, minute=0, second=0, microsecond=0)


async def play(
    region: str, regions: Regions, start: dt.datetime, say: Say, out: Path | None = None
) -> Mapping[str, Any]:
    """Play the drill from `start` (aware), telling it line by line; the report of its outage, as the API gives it.

    With the folder `out`, `story.txt`, `report.json` and the outage kits (`kits/`) are kept there, the story also
    of a drill that failed. ConfigurationError for a region that is not enabled; DrillFailed when something is left
    to do at the end, or the report counts otherwise than the drill.
    """
    if region not in regions:
        raise ConfigurationError(f"No region {region} is enabled. There are: {', '.join(regions)}.")
    with tempfile.TemporaryDirectory(prefix="lifecare-drill-") as folder:
        server = Server(regions, start, Path(folder))
        await server.prepare()
        if out is None:
            return await _play(region, server, Path(folder) / "kits", say)
        return await _kept(region, server, out, say)


async def _kept(region: str, server: Server, out: Path, say: Say) -> Mapping[str, Any]:
    with _opened(out / "story.txt") as story:

        def both(line: str) -> None:
            say(line)
            story.write(f"{line}\n")

        report = await _play(region, server, out / "kits", both)
    with _opened(out / "report.json") as file:
        file.write(json.dumps(report, ensure_ascii=False, indent=2) + "\n")
    return report


def _opened(path: Path) -> TextIO:
    """The file, to be written anew; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.open("w", encoding="utf-8")


async def _play(region: str, server: Server, kits: Path, say: Say) -> Mapping[str, Any]:
    async with server.serving():
        drill = await _cast(region, server, kits, say)
        await before.begin(drill)
    await before.kits(drill)
    async with server.serving():
        await during.goes_down(drill)
        await during.by_phone(drill)
        await during.runs_again(drill)
        await afterwards.enter_from_paper(drill)
        await afterwards.tell_worklists(drill)
        await afterwards.forbidden(drill)
        await afterwards.empty_worklists(drill)
        report = await afterwards.close(drill)
    _tell_facts(drill)
    return report


async def _cast(region: str, server: Server, kits: Path, say: Say) -> Drill:
    api = Api(server)
    return Drill(
        server=server,
        api=api,
        story=Story(say, server.clock),
        cast=await cast(api, server.regions, region),
        region=(await api.ask(_REGION, code=region))["region"],
        kits=kits,
        tally=Tally(homes=homes(server.regions)),
    )


def _tell_facts(drill: Drill) -> None:
    facts = drill.story.facts_in_order()
    drill.story.gap()
    if facts:
        drill.story.line(f"Citerat ur regionens källor: {', '.join(facts)}.", 0)
    else:
        drill.story.line("Ingen källa för regionen säger något om driftstopp: inget är citerat.", 0)
