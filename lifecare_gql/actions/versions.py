"""One at a time: the version that the caller has seen, and who did what since."""

from __future__ import annotations

from uuid import UUID

from lifecare_gql.actions.access import Desk
from lifecare_gql.actions.results import Change, Stale
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import Order, Rows, Shape
from lifecare_gql.storage.reading.where import Where


async def lock(desk: Desk, model: type[rows.Record], row_id: UUID) -> None:
    """Let one act on a record at a time, so that what is read next belongs together (SQLite does so anyway).

    Others may still write rows that refer to it: else those who hold a patient and an episode would wait for
    each other. Whoever needs both takes the patient first.
    """
    found = model.filter(id=row_id).select_for_update(no_key=True)
    await found.using_db(desk.tx.client).only("id").first()


async def stale(desk: Desk, events: type[rows.Record], column: str, row: Row, expected: int) -> Stale:
    """Who did what since the version that the caller had seen; `column` is the events' key to the record."""
    sql = f"{{t}}.{column} = {{record}} and {{t}}.version > {{seen}}"
    wanted = Rows(
        model=events,
        where=Where(sql, {"record": row.id, "seen": expected}),
        order=Order(by=("{t}.version",), columns=("version",)),
    )
    by = Shape.of(rows.Assignment, "title", staff=Shape.of(rows.Staff, "given_name", "family_name"))
    shape = Shape.of(events, "version", "kind", "at", by=by, unit=Shape.of(rows.Unit, "name"))
    changes = tuple(_change(event) for event in (await desk.reader.page(wanted, shape)).rows)
    return Stale(expected=expected, current=row.version, changes=changes)


def _change(event: Row) -> Change:
    assignment = event.related["by"]
    staff = assignment.related["staff"]
    return Change(
        version=event.version,
        kind=event.kind,
        at=event.at,
        by_title=assignment.title,
        by_name=f"{staff.given_name} {staff.family_name}",
        unit_name=event.related["unit"].name,
    )
