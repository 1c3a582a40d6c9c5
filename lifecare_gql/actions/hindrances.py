"""What hinders every act while the system is down (driftstopp): asked by each action, in its own transaction."""

from __future__ import annotations

from collections.abc import Iterable

from lifecare_gql.actions.access import Desk
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.objections import Objection
from lifecare_gql.domain.outage_facts import OutageBackground, OutageFacts
from lifecare_gql.domain.outage_hindrance import hindered
from lifecare_gql.domain.outage_words import OutageState
from lifecare_gql.domain.words import Word
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.rows import Rows, Shape
from lifecare_gql.storage.reading.where import Where

COLUMNS = frozenset({"region_code", "state", "version", "started_at", "ended_at"})


async def outage_objections(desk: Desk, kind: Word, call: Iterable[Party] = ()) -> tuple[Objection, ...]:
    """Why the act cannot be done while the caller's own region is down; an outage elsewhere hinders nobody."""
    session = desk.session
    region = session.known().unit.region
    active = Where("{t}.region_code = {region} and {t}.state = 'ACTIVE'", {"region": region})
    row = await desk.reader.first(Rows(model=rows.Outage, where=active), Shape(model=rows.Outage, columns=COLUMNS))
    if row is None:
        return ()
    down = OutageFacts(
        now=session.now,
        background=OutageBackground(region=region),
        state=OutageState.ACTIVE,
        started_at=row.started_at,
    )
    return hindered(kind, down, session.regions, call=call)
