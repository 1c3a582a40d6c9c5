"""Rows and a shape become SQL: only the asked columns, to-one as JOIN, a limit for each parent.

What the model says may be seen (`seen`) is added to every table that is read: the root, each JOIN, and the rows of
a to-many relation. A model without a predicate raises, so nothing can be read by forgetting it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any
from uuid import UUID

from tortoise.fields.relational import ForeignKeyFieldInstance

from lifecare_gql.storage.reading.rows import Order, Rows, Shape, Window
from lifecare_gql.storage.reading.where import Where
from lifecare_gql.storage.rows.base import Record
from lifecare_gql.storage.url import Dialect
from lifecare_gql.storage.viewer import Viewer

Decoder = Callable[[Any], Any]


@dataclass(slots=True)
class Layout:
    """Where in a fetched tuple the columns of one row stand: (name, position, decoder), and its to-one rows."""

    model: type[Record]
    shape: Shape
    id_at: int
    patient_at: int | None
    columns: list[tuple[str, int, Decoder]] = field(default_factory=list)
    ones: dict[str, Layout] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement ready to run. With `parent_at`, the position of the parent's id."""

    sql: str
    params: list[Any]
    layout: Layout
    parent_at: int | None = None


class Builder:
    """Builds one statement. Parameters are numbered as they are met."""

    def __init__(self, dialect: Dialect, viewer: Viewer) -> None:
        self.dialect = dialect
        self.viewer = viewer
        self.params: list[Any] = []
        self.selected: list[str] = []
        self.joins: list[str] = []
        self._aliases = 0

    def root(self, rows: Rows, shape: Shape) -> Statement:
        """The rows themselves, in order; one more than the window asks for, to know whether there are more."""
        layout = self._lay(shape, "t0")
        conditions = self._conditions(rows)
        order, limit = self._order(rows), self._limit(rows.window)
        sql = (
            f"select {', '.join(self.selected)}"
            f" from {_table(rows.model)} t0 {self._via(rows)} {' '.join(self.joins)}"
            f" where {' and '.join(conditions)} order by {order}{limit}"
        )
        return Statement(sql, self.params, layout)

    def children(self, rows: Rows, parent: str, parents: Iterable[UUID], shape: Shape) -> Statement:
        """The rows of a to-many relation for all parents at once, with the window's size for each parent."""
        layout = self._lay(shape, "t0")
        parent_sql = parent.format(t="t1", v="v1")
        inner_via = self._via(rows, "t1", "v1")
        conditions = [
            *self._conditions(rows, "t1", "v1"),
            self._render(Where("{p} in {parents}", {"parents": list(parents)}), p=parent_sql),
        ]
        order = self._order(rows, "t1", "v1")
        numbered = f"row_number() over (partition by {parent_sql} order by {order}) as row_no"
        limit = "" if rows.window is None else f" where t0.row_no <= {self._bind(rows.window.size + 1)}"
        sql = (
            f"select {', '.join(self.selected)}, t0.parent_key"
            f" from (select t1.*, {parent_sql} as parent_key, {numbered}"
            f" from {_table(rows.model)} t1 {inner_via} where {' and '.join(conditions)}) t0"
            f" {' '.join(self.joins)}{limit} order by t0.parent_key, t0.row_no"
        )
        return Statement(sql, self.params, layout, parent_at=len(self.selected))

    def hidden(self, rows: Rows) -> tuple[str, list[Any]]:
        """Whom the rows are about, whether they may be seen or not."""
        found = self._render(rows.where, t="t0", v="v0")
        table, column = _table(rows.model), rows.model.patient_column
        return f'select t0."{column}" from {table} t0 where {found} limit 1', self.params

    def predicates(self, rows: Rows) -> tuple[str, list[Any]]:
        """What each of the model's predicates says of the first row, by itself."""
        model, viewer = rows.model, self.viewer
        said = (model.visible(viewer), model.opened(viewer), model.blocked(viewer))
        columns = ", ".join(f"({self._render(one, t='t0', v='v0')})" for one in said)
        found = self._render(rows.where, t="t0", v="v0")
        return f"select {columns} from {_table(model)} t0 where {found} limit 1", self.params

    def whom(self, rows: Rows) -> tuple[str, list[Any]]:
        """Whom the rows are about that may be seen."""
        via, found = self._via(rows), " and ".join(self._conditions(rows))
        table, column = _table(rows.model), rows.model.patient_column
        return f'select distinct t0."{column}" from {table} t0 {via} where {found}', self.params

    def parts(self, patients: Sequence[UUID]) -> tuple[str, list[Any]]:
        """Those of the patients in whose care the viewer's unit has, or once had, a part, or an opened access."""
        found = self._render(
            Where(
                "select r.patient_id from care_relation r where r.patient_id in {patients} and r.unit_id = {unit}"
                " union select a.patient_id from care_access a where a.patient_id in {patients}"
                " and {unit} in (a.unit_id, a.blocked_unit_id) and a.since <= {now}",
                {"patients": list(patients), "unit": self.viewer.unit_id, "now": self.viewer.now},
            )
        )
        return found, self.params

    def _conditions(self, rows: Rows, t: str = "t0", v: str = "v0") -> list[str]:
        seen = rows.model.seen(self.viewer)
        conditions = [self._condition(rows.where, t=t, v=v), self._condition(seen, t=t, v=v)]
        if rows.window is not None:
            conditions += self._bounds(rows, rows.window, t, v)
        return conditions

    def _bounds(self, rows: Rows, window: Window, t: str, v: str) -> list[str]:
        """Keyset conditions. The cursor is a row's id; its sort values are looked up, so it reveals nothing."""
        order = rows.order
        here = ", ".join(part.format(t=t, v=v) for part in order.by)
        there = ", ".join(f"c.{column}" for column in order.columns)
        later, earlier = ("<", ">") if order.newest_first else (">", "<")
        return [
            f"({here}) {sign} (select {there} from {_table(rows.model)} c where c.id = {self._bind(cursor)})"
            for sign, cursor in ((later, window.after), (earlier, window.before))
            if cursor is not None
        ]

    def _order(self, rows: Rows, t: str = "t0", v: str = "v0") -> str:
        backwards = rows.window is not None and rows.window.backwards
        return _order_by(rows.order, backwards, t, v)

    def _limit(self, window: Window | None) -> str:
        return "" if window is None else f" limit {self._bind(window.size + 1)}"

    def _via(self, rows: Rows, t: str = "t0", v: str = "v0") -> str:
        return self._render(Where(rows.via, rows.where.params), t=t, v=v) if rows.via else ""

    def _lay(self, shape: Shape, alias: str) -> Layout:
        meta = shape.model._meta
        layout = Layout(model=shape.model, shape=shape, id_at=self._select(alias, "id"), patient_at=None)
        if shape.model.patient_column is not None:
            layout.patient_at = self._select(alias, shape.model.patient_column)
        for name in sorted(shape.columns):
            position = self._select(alias, meta.fields_db_projection[name])
            layout.columns.append((name, position, self._decoder(shape.model, name)))
        for key, one in shape.ones.items():
            layout.ones[key] = self._lay(one.shape, self._join(shape.model, alias, one.relation, one.shape.model))
        return layout

    def _select(self, alias: str, column: str) -> int:
        expression = f'{alias}."{column}"'
        if expression not in self.selected:
            self.selected.append(expression)
        return self.selected.index(expression)

    def _join(self, model: type[Record], alias: str, relation: str, target: type[Record]) -> str:
        key = model._meta.fields_map[relation]
        assert isinstance(key, ForeignKeyFieldInstance), f"{model.__name__}.{relation} is no to-one relation"
        self._aliases += 1
        joined = f"j{self._aliases}"
        seen = self._condition(target.seen(self.viewer), t=joined, v=joined)
        self.joins.append(
            f'left join {_table(target)} {joined} on {joined}.id = {alias}."{key.source_field}" and {seen}'
        )
        return joined

    def _condition(self, where: Where, **names: str) -> str:
        """In parentheses: an `or` at the top of one condition must not undo the one beside it."""
        return f"({self._render(where, **names)})"

    def _render(self, where: Where, **names: str) -> str:
        bound = {name: self._bind(value) for name, value in where.params.items() if f"{{{name}}}" in where.sql}
        return where.sql.format(**names, **bound)

    def _bind(self, value: Any) -> str:
        if isinstance(value, (list, tuple)):
            return self._bind_list(value)
        self.params.append(_encode(value, self.dialect))
        return f"{'$' if self.dialect is Dialect.POSTGRES else '?'}{len(self.params)}"

    def _bind_list(self, values: Sequence[Any]) -> str:
        """One parameter however many values, so that the statement's text stays the same and is prepared once."""
        if not values:
            return "(null)"
        encoded = [_encode(value, self.dialect) for value in values]
        if self.dialect is Dialect.SQLITE:
            self.params.append(json.dumps(encoded))
            return f"(select value from json_each(?{len(self.params)}))"
        self.params.append(encoded)
        kind = "uuid" if isinstance(encoded[0], UUID) else "text"
        return f"(select unnest(${len(self.params)}::{kind}[]))"

    def _decoder(self, model: type[Record], name: str) -> Decoder:
        """PostgreSQL's driver returns uuid, time and boolean as such; the field's own conversion does the rest."""
        decode: Decoder = model._meta.fields_map[name].to_python_value
        return decode


def _order_by(order: Order, backwards: bool, t: str, v: str) -> str:
    direction = " desc" if order.newest_first != backwards else ""
    return ", ".join(part.format(t=t, v=v) + direction for part in order.by)


def _table(model: type[Record]) -> str:
    return f'"{model._meta.db_table}"'


def _encode(value: Any, dialect: Dialect) -> Any:
    """Python's value as the driver takes it; on SQLite as Tortoise stores it, so that texts compare equal."""
    if isinstance(value, Enum):
        return value.value
    if dialect is Dialect.POSTGRES:
        return value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(" ")
    return value


def decode_id(value: Any) -> UUID:
    """An id as the driver returned it."""
    return value if isinstance(value, UUID) else UUID(value)
