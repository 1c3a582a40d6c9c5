"""Rows and a shape become SQL: only the asked columns, to-one as JOIN, a limit for each parent.

What the model says may be seen (`seen`) is added to every table that is read: the root, each JOIN, and the rows of
a to-many relation. A model without a predicate raises, so nothing can be read by forgetting it.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from itertools import count
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
    json_at: tuple[int, ...] = ()
    """Where rows stand that are below the row, as JSON."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Rows of a to-many relation that stand in their parent's tuple, as tuples in order."""

    rows: Rows
    parent: str
    shape: Shape
    below: Sequence[Fold] = ()


class Builder:
    """Builds one statement. Parameters are numbered as they are met."""

    def __init__(self, dialect: Dialect, viewer: Viewer) -> None:
        self.dialect = dialect
        self.viewer = viewer
        self.params: list[Any] = []
        self.selected: list[str] = []
        self.joins: list[str] = []
        self._numbers = count(2)
        """Of aliases; `t0` and `t1` are the statement's own."""

    def root(self, rows: Rows, shape: Shape, below: Sequence[Fold] = ()) -> Statement:
        """The rows themselves, in order; one more than the window asks for, to know whether there are more."""
        layout = self._lay(shape, "t0")
        json_at = self._fold(below, "t0")
        conditions = self._conditions(rows)
        order, limit = self._order(rows), self._limit(rows.window)
        sql = (
            f"select {', '.join(self.selected)}"
            f" from {_table(rows.model)} t0 {self._via(rows)} {' '.join(self.joins)}"
            f" where {' and '.join(conditions)} order by {order}{limit}"
        )
        return Statement(sql, self.params, layout, json_at=json_at)

    def children(
        self,
        rows: Rows,
        parent: str,
        parents: Sequence[UUID] | Slot,
        shape: Shape,
        below: Sequence[Fold] = (),
    ) -> Statement:
        """The rows of a to-many relation for all parents at once, with the window's size for each parent."""
        layout = self._lay(shape, "t0")
        json_at = self._fold(below, "t0")
        parent_sql = parent.format(t="t1", v="v1")
        inner_via = self._via(rows, "t1", "v1")
        conditions = [
            *self._conditions(rows, "t1", "v1"),
            self._render(Where("{p} in {parents}", {"parents": parents}), p=parent_sql),
        ]
        order = self._order(rows, "t1", "v1")
        numbered = f"row_number() over (partition by {parent_sql} order by {order}) as row_no"
        limit = "" if rows.window is None else f" where t0.row_no <= {self._bind(rows.window.limit)}"
        sql = (
            f"select {', '.join(self.selected)}, t0.parent_key"
            f" from (select t1.*, {parent_sql} as parent_key, {numbered}"
            f" from {_table(rows.model)} t1 {inner_via} where {' and '.join(conditions)}) t0"
            f" {' '.join(self.joins)}{limit} order by t0.parent_key, t0.row_no"
        )
        return Statement(sql, self.params, layout, len(self.selected), json_at)

    def _fold(self, below: Sequence[Fold], outer: str) -> tuple[int, ...]:
        """Select the rows below each row too. Where they stand, if a driver returns them as JSON."""
        first = len(self.selected)
        self.selected += [self._array(one, outer) for one in below]
        return () if self.dialect is Dialect.POSTGRES else tuple(range(first, len(self.selected)))

    def _array(self, fold: Fold, outer: str) -> str:
        """The rows below one row of `outer`, as an array of records; of JSON arrays where there are none."""
        inner = Builder(self.dialect, self.viewer)
        inner.params, inner._numbers = self.params, self._numbers
        number = next(self._numbers)
        t, v, rows = f"t{number}", f"v{number}", fold.rows
        inner._lay(fold.shape, t)
        nested = inner._fold(fold.below, t)
        via = inner._via(rows, t, v)
        conditions = [*inner._conditions(rows, t, v), f"{fold.parent.format(t=t, v=v)} = {outer}.id"]
        found = (
            f"from {_table(rows.model)} {t} {via} {' '.join(inner.joins)} where {' and '.join(conditions)}"
            f" order by {inner._order(rows, t, v)}{inner._limit(rows.window)}"
        )
        if self.dialect is Dialect.POSTGRES:
            return f"array(select row({', '.join(inner.selected)}) {found})"
        columns = ", ".join(f"{one} as c{at}" for at, one in enumerate(inner.selected))
        told = ", ".join(f"json(c{at})" if at in nested else f"c{at}" for at in range(len(inner.selected)))
        return f"(select json_group_array(json_array({told})) from (select {columns} {found}))"

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
        return "" if window is None else f" limit {self._bind(window.limit)}"

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
        joined = f"j{next(self._numbers)}"
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
        """A placeholder. A list is one parameter however long it is, so that the text stays the same."""
        kind = value.kind if isinstance(value, Slot) else kind_of(value)
        if kind is Kind.EMPTY:
            return "(null)"
        self.params.append(value if isinstance(value, Slot) else encode(value, self.dialect))
        number = len(self.params)
        if kind is Kind.ONE:
            return f"{'$' if self.dialect is Dialect.POSTGRES else '?'}{number}"
        if self.dialect is Dialect.SQLITE:
            return f"(select value from json_each(?{number}))"
        return f"(select unnest(${number}::{kind.value}[]))"

    def _decoder(self, model: type[Record], name: str) -> Decoder:
        """PostgreSQL's driver returns uuid, time and boolean as such; the field's own conversion does the rest."""
        decode: Decoder = model._meta.fields_map[name].to_python_value
        return decode


def _order_by(order: Order, backwards: bool, t: str, v: str) -> str:
    direction = " desc" if order.newest_first != backwards else ""
    return ", ".join(part.format(t=t, v=v) + direction for part in order.by)


def _table(model: type[Record]) -> str:
    return f'"{model._meta.db_table}"'


class Kind(Enum):
    """What of a parameter shows in the statement's text: that it is a list, and of what."""

    ONE = ""
    EMPTY = "empty"
    IDS = "uuid"
    TEXTS = "text"


class Slot:
    """Stands for a parameter that is not known yet. It can be bound and nothing else.

    A predicate that looked into it would have a text that depends on the value: that raises.
    """

    __slots__ = ("kind", "level", "name", "source")

    def __init__(self, source: str, name: str, kind: Kind = Kind.ONE, level: int = 0) -> None:
        self.source, self.name, self.kind, self.level = source, name, kind, level

    def _looked_into(self, *_: object) -> Any:
        raise TypeError(f"{self.source}.{self.name} is not known yet")

    __eq__ = __lt__ = __le__ = __gt__ = __ge__ = __bool__ = __len__ = __iter__ = _looked_into
    __str__ = __format__ = __hash__ = __contains__ = __getitem__ = __add__ = _looked_into


def kind_of(value: Any) -> Kind:
    """What of the value shows in the text."""
    if not isinstance(value, (list, tuple)):
        return Kind.ONE
    if not value:
        return Kind.EMPTY
    return Kind.IDS if isinstance(value[0], UUID) else Kind.TEXTS


def filled(dialect: Dialect, sql: str, *values: Any) -> tuple[str, list[Any]]:
    """A statement written by hand, with a placeholder for each value where `{}` stands."""
    mark = "$" if dialect is Dialect.POSTGRES else "?"
    places = (f"{mark}{number}" for number in range(1, len(values) + 1))
    return sql.format(*places), [encode(value, dialect) for value in values]


def encode(value: Any, dialect: Dialect) -> Any:
    """A parameter as the driver takes it; a list as an array, or as JSON on SQLite."""
    if not isinstance(value, (list, tuple)):
        return _encode(value, dialect)
    encoded = [_encode(one, dialect) for one in value]
    return json.dumps(encoded) if dialect is Dialect.SQLITE else encoded


def _encode(value: Any, dialect: Dialect) -> Any:
    """Python's value as the driver takes it; on SQLite as Tortoise stores it, so that texts compare equal."""
    if isinstance(value, Enum):
        return value.value
    if dialect is Dialect.POSTGRES:
        return value
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, dt.datetime):
        if value.tzinfo is None:
            raise ValueError("A datetime parameter has no time zone.")
        return value.astimezone(dt.UTC).isoformat(" ")
    return value


def decode_id(value: Any) -> UUID:
    """An id as the driver returned it."""
    return value if isinstance(value, UUID) else UUID(value)
