"""Fetch rows in a shape, and know whose data was shown.

One statement for the rows with all their to-one relations, and one for each to-many relation however many
parents it has.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson

from lifecare_gql.storage.reading.kept import kept_of
from lifecare_gql.storage.reading.rows import Many, Rows, Shape, Window
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


class RawRow(Row):
    """A row whose ids are still as the driver returned them: most that is made of a row needs none."""

    __slots__ = ("_patient", "_row")

    def __init__(self, model: type, row_id: Any, patient_id: Any, values: dict[str, Any]) -> None:
        self.model = model
        self.values = values
        self.related = {}
        self._row, self._patient = row_id, patient_id

    @property
    def id(self) -> UUID:  # type: ignore[override]
        return decode_id(self._row)

    @property
    def patient_id(self) -> UUID | None:  # type: ignore[override]
        return None if self._patient is None else decode_id(self._patient)


class Page:
    """A stretch of rows, in order, and whether there are more on either side."""

    __slots__ = ("has_next", "has_previous", "rows")

    def __init__(self, rows: list[Any], has_next: bool, has_previous: bool) -> None:
        self.rows = rows
        self.has_next = has_next
        self.has_previous = has_previous


class Reader:
    """Reads for one viewer. `patients` gathers whom the fetched rows are about."""

    def __init__(self, select: Select, dialect: Dialect, viewer: Viewer) -> None:
        self._select = select
        self._dialect = dialect
        self.viewer = viewer
        self.patients: set[UUID] = set()

    async def page(self, rows: Rows, shape: Shape) -> Page:
        """A stretch of the rows; all of them when no window is given."""
        if shape.by_hand:
            statement = kept_of(self._dialect, shape).root((rows,), self.viewer)
        else:
            statement = Builder(self._dialect, self.viewer).root(rows, shape)
        return (await self._pages(statement, rows.window))[None]

    async def tuples(self, rows: Rows, shape: Shape) -> tuple[list[tuple[Any, ...]], Layout]:
        """The rows as the driver returned them, and where their columns are; nothing of to-many relations."""
        statement = kept_of(self._dialect, shape).root((rows,), self.viewer)
        found = (await self.stretches(statement, rows.window))[None].rows
        return [tuple(one) for one in found], statement.layout

    def row(self, layout: Layout, fetched: tuple[Any, ...]) -> Row:
        """The row of such a tuple."""
        row = self._row(fetched, layout, [])
        assert row is not None, "it was found"
        return row

    async def first(self, rows: Rows, shape: Shape) -> Row | None:
        """The first of the rows, or None."""
        found = (await self.page(rows, shape)).rows
        return found[0] if found else None

    async def hidden_patient(self, rows: Rows) -> UUID | None:
        """Whom the sought row is about, seen or not: for the access log only, never for an answer."""
        sql, params = Builder(self._dialect, self.viewer).hidden(rows)
        found = await self._select(sql, params)
        return decode_id(found[0][0]) if found and found[0][0] is not None else None

    async def predicates(self, rows: Rows) -> tuple[bool, bool, bool, bool] | None:
        """Of the first of the rows, seen or not: that it is there, and whether each predicate alone holds.

        In order: there, visible, opened, blocked. None when there is none. For explanations only.
        """
        sql, params = Builder(self._dialect, self.viewer).predicates(rows)
        found = await self._select(sql, params)
        return (True, *(bool(one) for one in found[0])) if found else None  # type: ignore[return-value]

    async def whom(self, rows: Rows) -> set[UUID]:
        """Whom the rows are about that the viewer may see: to count them only, nothing of them is fetched."""
        sql, params = Builder(self._dialect, self.viewer).whom(rows)
        return {decode_id(one[0]) for one in await self._select(sql, params)}

    async def _pages(self, statement: Statement, window: Window | None) -> dict[UUID | None, Page]:
        """A page for each parent (None: there is no parent), everything below its rows fetched too."""
        below: list[tuple[Row, Layout]] = []
        pages: dict[UUID | None, Page] = defaultdict(lambda: page_of(window, []))
        for parent, page in (await self.stretches(statement, window)).items():
            rows = [self._row(one, statement.layout, below) for one in page.rows]
            shown = [row for row in rows if row is not None]
            pages[None if parent is None else decode_id(parent)] = Page(shown, page.has_next, page.has_previous)
        await self._descend(below)
        return pages

    async def stretches(self, statement: Statement, window: Window | None) -> dict[Any, Page]:
        """A page of tuples for each parent, as the driver returned both (None: there is no parent).

        The row beyond the window only tells that there are more. It is not shown, so it concerns nobody.
        """
        found = await self._select(statement.sql, statement.params)
        if statement.json_at:
            found = [_opened(one, statement.json_at) for one in found]
        at = statement.parent_at
        fetched: dict[Any, list[Any]] = defaultdict(list)
        if at is None:
            fetched[None] = found
        else:
            for one in found:
                fetched[one[at]].append(one)
        pages: dict[Any, Page] = defaultdict(lambda: page_of(window, []))
        for parent, those in fetched.items():
            pages[parent] = page_of(window, those)
        return pages

    async def whole(self, layout: Layout, tuples: Iterable[Any]) -> dict[Any, Row]:
        """The records in these tuples with everything below them, by their ids as the driver returned them."""
        below: list[tuple[Row, Layout]] = []
        once = {one[layout.id_at]: one for one in tuples}
        found = {row_id: self._row(one, layout, below) for row_id, one in once.items()}
        await self._descend(below)
        return {row_id: row for row_id, row in found.items() if row is not None}

    def saw(self, patients: Iterable[Any]) -> None:
        """Whom shown tuples are about: ids as the driver returned them, or None."""
        self.patients.update(decode_id(one) for one in set(patients) if one is not None)

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
        statement = Builder(self._dialect, self.viewer).children(many.rows, many.parent, parents, many.shape)
        return await self._pages(statement, many.rows.window)


def page_of(window: Window | None, found: list[Any]) -> Page:
    """The page of what was found for a window: of its size, in the order in which it is shown."""
    if window is None:
        return Page(found, has_next=False, has_previous=False)
    rows, more = found[: window.size], len(found) > window.size
    if window.backwards:
        return Page(rows[::-1], has_next=window.before is not None, has_previous=more)
    return Page(rows, has_next=more, has_previous=window.after is not None)


def _opened(fetched: Sequence[Any], json_at: Sequence[int]) -> list[Any]:
    """A tuple with the rows below it as lists, not as JSON."""
    opened = list(fetched)
    for at in json_at:
        opened[at] = orjson.loads(opened[at])
    return opened
