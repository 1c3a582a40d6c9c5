"""What is entered afterwards as of an outage (efterregistrering): in its recovery, and not what V31 forbids."""

from __future__ import annotations

from uuid import UUID

from lifecare_gql.actions.access import Desk
from lifecare_gql.actions.outage_facts import OUTAGE, outage_facts
from lifecare_gql.actions.results import Missing
from lifecare_gql.actions.versions import lock
from lifecare_gql.domain.episode_facts import Act, EpisodeFacts
from lifecare_gql.domain.objections import Objection
from lifecare_gql.domain.outage_facts import Interval
from lifecare_gql.domain.recovery_backfill import judge_backfill
from lifecare_gql.domain.recovery_situations import Down, situation
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.rows import one


async def backfill_objections(desk: Desk, act: Act, facts: EpisodeFacts) -> tuple[Objection, ...] | Missing:
    """Why it cannot be entered as of the outage that it names; nothing for what happens now.

    The outage is locked, so that none is closed while something is entered as of it.
    """
    if act.outage is None:
        return ()
    session, outage_id = desk.session, UUID(act.outage)
    await lock(desk, rows.Outage, outage_id)
    row = await desk.row(one(rows.Outage, outage_id), OUTAGE)
    if row is None:
        return Missing((("input", "outageId"),))
    outage = outage_facts(row, session.now)
    interval = outage.interval or Interval(starts_at=session.now)
    stands = situation(session.known().unit, act.outage, facts, Down(outage_id=act.outage, interval=interval))
    return judge_backfill(act.kind, act.occurred_at, outage, stands, session.regions)
