"""Fetch rows in a shape, and know whose data was shown.

One statement for the rows with all their to-one relations, and one for each to-many relation however many
parents it has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from lifecare_gql.storage.reading.rows import Many, Rows, Shape, Window
from lifecare_gql.storage.reading.sql import Builder, Layout, Statement, decode_id
from lifecare_gql.storage.url import Dialect
from lifecare_gql.storage.viewer import Viewer

Select = Callable[[str, Sequence[Any]], Awaitable[list[Any]]]


class StrangerShown(AssertionError):
    """A row was fetched about somebody in whose care the unit has no part: a predicate is wrong."""


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
        return (await self._pages(statement, rows.window))[None]

    async def first(self, rows: Rows, shape: Shape) -> Row | None:
        """The first of the rows, or None."""
        found = (await self.page(rows, shape)).rows
        return found[0] if found else None

    async def hidden_patient(self, rows: Rows) -> UUID | None:
        """Whom the sought row is about, seen or not: for the access log only, never for an answer."""
        sql, params = Builder(self._dialect, self._viewer).hidden(rows)
        found = await self._select(sql, params)
        return decode_id(found[0][0]) if found and found[0][0] is not None else None

    async def predicates(self, rows: Rows) -> tuple[bool, bool, bool, bool] | None:
        """Of the first of the rows, seen or not: that it is there, and whether each predicate alone holds.

        In order: there, visible, opened, blocked. None when there is none. For explanations only.
        """
        sql, params = Builder(self._dialect, self._viewer).predicates(rows)
        found = await self._select(sql, params)
        return (True, *(bool(one) for one in found[0])) if found else None  # type: ignore[return-value]

    async def whom(self, rows: Rows) -> set[UUID]:
        """Whom the rows are about that the viewer may see: to count them only, nothing of them is fetched."""
        sql, params = Builder(self._dialect, self._viewer).whom(rows)
        return {decode_id(one[0]) for one in await self._select(sql, params)}

    async def check(self, patients: Sequence[UUID]) -> None:
        """Raise StrangerShown for a patient in whose care the viewer's unit has never had any part.

        Whatever a model's predicate says: what is fetched is held against a statement of its own, once for all.
        """
        if not patients:
            return
        sql, params = Builder(self._dialect, self._viewer).parts(patients)
        known = {decode_id(one[0]) for one in await self._select(sql, params)}
        if strangers := len(set(patients) - known):
            raise StrangerShown(
                f"{strangers} of {len(patients)} patients are none of the unit's: nothing is shown."
            )

    async def _pages(self, statement: Statement, window: Window | None) -> dict[UUID | None, Page]:
        """A page for each parent (None: there is no parent), everything below its rows fetched too.

        The row beyond the window only tells that there are more. It is not shown, so it concerns nobody.
        """
        fetched: dict[UUID | None, list[Any]] = defaultdict(list)
        at = statement.parent_at
        for one in await self._select(statement.sql, statement.params):
            fetched[None if at is None else decode_id(one[at])].append(one)
        below: list[tuple[Row, Layout]] = []
        pages: dict[UUID | None, Page] = defaultdict(lambda: _page(window, [], more=False))
        for parent_id, those in fetched.items():
            size = len(those) if window is None else window.size
            shown = [self._row(one, statement.layout, below) for one in those[:size]]
            pages[parent_id] = _page(window, [row for row in shown if row is not None], more=len(those) > size)
        await self._descend(below)
        return pages

    def _row(self, fetched: Any, layout: Layout, below: list[tuple[Row, Layout]]) -> Row | None:
        if fetched[layout.id_at] is None:
            return None
        about = None if layout.patient_at is None else fetched[layout.patient_at]
        patient_id = None if about is None else decode_id(about)
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
        pages = await self._children(many, sorted({row.id for row in parents}))
        for row in parents:
            row.related[key] = pages[row.id]

    async def _children(self, many: Many, parents: list[UUID]) -> Mapping[UUID | None, Page]:
        if len(parents) == 1:  # stops at the limit; to number the rows for each parent, all of them must be read
            return {parents[0]: await self.page(many.of(parents[0]), many.shape)}
        statement = Builder(self._dialect, self._viewer).children(many.rows, many.parent, parents, many.shape)
        return await self._pages(statement, many.rows.window)


def _page(window: Window | None, rows: list[Row], *, more: bool) -> Page:
    if window is None:
        return Page(rows, has_next=False, has_previous=False)
    if window.backwards:
        return Page(rows[::-1], has_next=window.before is not None, has_previous=more)
    return Page(rows, has_next=more, has_previous=window.after is not None)
