"""Fetch rows in a shape, and know whose data was shown.

One statement for the rows with all their to-one relations, and one for each to-many relation however many
parents it has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from lifecare_gql.storage.reading.rows import Many, Rows, Shape
from lifecare_gql.storage.reading.sql import Builder, Layout, Statement, decode_id
from lifecare_gql.storage.url import Dialect
from lifecare_gql.storage.viewer import Viewer

Select = Callable[[str, Sequence[Any]], Awaitable[list[Any]]]


class Row:
    """One fetched row: the asked columns as attributes, related rows under the names they were asked by."""

    __slots__ = ("id", "model", "patient_id", "related", "values")

    def __init__(self, model: type, row_id: UUID, patient_id: UUID | None, values: dict[str, Any]) -> None:
        self.model = model
        self.id = row_id
        self.patient_id = patient_id
        self.values = values
        self.related: dict[str, Any] = {}

    @property
    def about(self) -> UUID:
        """The patient whom the row is about; an error for a row that is about nobody."""
        if self.patient_id is None:
            raise AttributeError(f"{self.model.__name__} is about no patient")
        return self.patient_id

    def __getattr__(self, name: str) -> Any:
        try:
            return self.values[name]
        except KeyError:
            raise AttributeError(f"{self.model.__name__}.{name} was not asked for") from None


class Page:
    """A stretch of rows, in order, and whether there are more on either side."""

    __slots__ = ("has_next", "has_previous", "rows")

    def __init__(self, rows: list[Row], has_next: bool, has_previous: bool) -> None:
        self.rows = rows
        self.has_next = has_next
        self.has_previous = has_previous


class Reader:
    """Reads for one viewer. `patients` gathers whom the fetched rows are about."""

    def __init__(self, select: Select, dialect: Dialect, viewer: Viewer) -> None:
        self._select = select
        self._dialect = dialect
        self._viewer = viewer
        self.patients: set[UUID] = set()

    async def page(self, rows: Rows, shape: Shape) -> Page:
        """A stretch of the rows; all of them when no window is given."""
        statement = Builder(self._dialect, self._viewer).root(rows, shape)
        found = [row for row, _ in await self._rows(statement)]
        return _page(rows, found)

    async def first(self, rows: Rows, shape: Shape) -> Row | None:
        """The first of the rows, or None."""
        found = (await self.page(rows, shape)).rows
        return found[0] if found else None

    async def hidden_patient(self, rows: Rows) -> UUID | None:
        """Whom the sought row is about, seen or not: for the access log only, never for an answer."""
        sql, params = Builder(self._dialect, self._viewer).hidden(rows)
        found = await self._select(sql, params)
        return decode_id(found[0][0]) if found else None

    async def _rows(self, statement: Statement) -> list[tuple[Row, UUID | None]]:
        """The fetched rows with their parents' ids, everything below them fetched too."""
        found: list[tuple[Row, UUID | None]] = []
        below: list[tuple[Row, Layout]] = []
        at = statement.parent_at
        for fetched in await self._select(statement.sql, statement.params):
            row = self._row(fetched, statement.layout, below)
            assert row is not None, "a row of the root table always has an id"
            found.append((row, None if at is None else decode_id(fetched[at])))
        await self._descend(below)
        return found

    def _row(self, fetched: Any, layout: Layout, below: list[tuple[Row, Layout]]) -> Row | None:
        if fetched[layout.id_at] is None:
            return None
        patient_id = None if layout.patient_at is None else decode_id(fetched[layout.patient_at])
        if patient_id is not None:
            self.patients.add(patient_id)
        values = {name: decode(fetched[at]) for name, at, decode in layout.columns}
        row = Row(layout.model, decode_id(fetched[layout.id_at]), patient_id, values)
        for key, one in layout.ones.items():
            row.related[key] = self._row(fetched, one, below)
        if layout.shape.manys:
            below.append((row, layout))
        return row

    async def _descend(self, below: list[tuple[Row, Layout]]) -> None:
        """Fetch the to-many relations of a level, each with one statement for all its parents."""
        parents: dict[tuple[int, str], list[Row]] = defaultdict(list)
        wanted: dict[tuple[int, str], Many] = {}
        for row, layout in below:
            for key, many in layout.shape.manys.items():
                parents[id(layout), key].append(row)
                wanted[id(layout), key] = many
        for place, many in wanted.items():
            await self._attach(place[1], many, parents[place])

    async def _attach(self, key: str, many: Many, parents: list[Row]) -> None:
        ids = sorted({row.id for row in parents})
        statement = Builder(self._dialect, self._viewer).children(many.rows, many.parent, ids, many.shape)
        children: dict[UUID | None, list[Row]] = defaultdict(list)
        for child, parent_id in await self._rows(statement):
            children[parent_id].append(child)
        pages = {row_id: _page(many.rows, children[row_id]) for row_id in ids}
        for row in parents:
            row.related[key] = pages[row.id]


def _page(rows: Rows, found: list[Row]) -> Page:
    window = rows.window
    if window is None:
        return Page(found, has_next=False, has_previous=False)
    more = len(found) > window.size
    found = found[: window.size]
    if window.backwards:
        return Page(found[::-1], has_next=window.before is not None, has_previous=more)
    return Page(found, has_next=more, has_previous=window.after is not None)
