"""What a webhook may be told. It looks as the unit itself: like a subscriber there, without a choice.

What was opened to the unit by active choice was opened for the person who chose: it is not told (decision 0033).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from uuid import UUID

from lifecare_gql.actions import facts
from lifecare_gql.actions.access import work
from lifecare_gql.actions.session import Caller, Session
from lifecare_gql.domain.change_words import ChangeTopic
from lifecare_gql.domain.words import AccessAct
from lifecare_gql.regions import Regions
from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.reading.reader import Reader
from lifecare_gql.storage.reading.rows import Rows, Shape
from lifecare_gql.storage.reading.where import Where
from lifecare_gql.storage.viewer import Viewer

SYSTEM = "webhook"
"""What stands in the access log for the assignment, and for the operation; for the person, the unit's HSA-id."""

SUBJECTS: Mapping[ChangeTopic, type[rows.Record]] = {
    ChangeTopic.MESSAGE: rows.Message,
    ChangeTopic.EPISODE: rows.Episode,
    ChangeTopic.PLAN: rows.PlanProcess,
    ChangeTopic.TASK: rows.Task,
    ChangeTopic.OUTAGE: rows.Outage,
}
"""What each topic is about."""

_UNIT = Shape.of(rows.Unit, "hsa_id", *facts.UNIT.columns)


async def session_of_unit(
    db: Database, regions: Regions, secret: bytes, unit_id: UUID, now: dt.datetime
) -> Session | None:
    """A session in the unit's own name; None when the unit is closed."""
    wanted = Rows(model=rows.Unit, where=Where("{t}.id = {id}", {"id": unit_id}))
    unit = await Reader(db.select, db.dialect, Viewer(unit_id=unit_id, now=now)).first(wanted, _UNIT)
    if unit is None or not unit.active:
        return None
    caller = Caller(
        assignment_id=UUID(int=0),
        assignment_hsa_id=SYSTEM,
        staff_hsa_id=unit.hsa_id,
        name="",
        title="",
        licensed=False,
        unit_id=unit_id,
        unit=facts.party(unit),
    )
    return Session(db=db, regions=regions, caller=caller, now=now, secret=secret, operation=SYSTEM)


async def may_be_told(session: Session, webhook_id: UUID, topic: ChangeTopic, subject_id: UUID) -> bool:
    """Whether the unit sees the record now; if so it is noted whose it is, as for a subscriber."""
    model = SUBJECTS[topic]
    wanted = Rows(model=model, where=Where("{t}.id = {id}", {"id": subject_id}))
    async with work(session) as desk:
        found = await desk.reader.first(wanted, Shape(model=model))
        await desk.note(AccessAct.READ, sorted(desk.reader.patients), "Webhook", webhook_id, shown=True)
    return found is not None
