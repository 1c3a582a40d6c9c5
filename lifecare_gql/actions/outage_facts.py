"""An outage as it is read, and the facts that its events tell. Nothing is judged here."""

from __future__ import annotations

import datetime as dt

from lifecare_gql.actions import facts
from lifecare_gql.actions.acts import act_of
from lifecare_gql.actions.hindrances import COLUMNS
from lifecare_gql.domain.outage_events import outage_facts_of
from lifecare_gql.domain.outage_facts import OutageAct, OutageBackground, OutageEvent, OutageFacts
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import BY_VERSION, Many, Rows, Shape

STEPS = {
    "#events": Many(
        rows=Rows(model=rows.OutageEvent, order=BY_VERSION),
        parent="{t}.outage_id",
        shape=Shape.of(
            rows.OutageEvent,
            *("version", "kind", "at", "occurred_at", "text", "reason", "content"),
            unit=facts.UNIT,
        ),
    ),
}
OUTAGE = Shape(model=rows.Outage, columns=COLUMNS, manys=STEPS)
"""What the facts are made of."""


def outage_facts(row: Row, now: dt.datetime) -> OutageFacts:
    """The outage as it stands, of one that was read in the shape `OUTAGE`."""
    background = OutageBackground(region=row.region_code, may_manage=True)
    return outage_facts_of(outage_events(row), now=now, background=background)


def outage_events(row: Row) -> tuple[OutageEvent, ...]:
    """The events of an outage that was read in the shape `OUTAGE`, in order."""
    return tuple(
        OutageEvent(
            id=str(event.id),
            at=event.at,
            unit=facts.party(event.related["unit"]),
            act=act_of(
                OutageAct,
                event.content,
                {},
                kind=event.kind,
                occurred_at=event.occurred_at,
                text=event.text or "",
                reason=event.reason or "",
            ),
        )
        for event in row.related["#events"].rows
    )
