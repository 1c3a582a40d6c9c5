"""One patient's way from admission to a closed care episode with a plan (SIP), through the GraphQL API over HTTP.

    make serve
    python -m examples.journey --region halland

`travel` walks it in any of the four regions. The steps are the same (`steps`); what differs is data (`regions`).
"""

from __future__ import annotations

import httpx2

from examples.journey.asking import Api, Astray, Tokens
from examples.journey.opening import begin
from examples.journey.papers import papers, write
from examples.journey.regions import SETTINGS
from examples.journey.steps import CHAPTERS
from examples.journey.travelling import Journey, Say, Tick

__all__ = ["SETTINGS", "Astray", "Journey", "papers", "travel", "write"]


async def travel(
    http: httpx2.AsyncClient, region: str, say: Say, tick: Tick | None = None, tokens: Tokens | None = None
) -> Journey:
    """Walk the whole way in a region, telling it line by line; `Astray` when something goes otherwise.

    `tick` moves the server's clock between the steps, where somebody can; `tokens` gets the tokens, if not the
    development server's own issuer.
    """
    journey = await begin(Api(http, tokens), SETTINGS[region], say, tick)
    for chapter in CHAPTERS:
        if chapter.when(journey.setting):
            await chapter.take(journey)
    return journey
