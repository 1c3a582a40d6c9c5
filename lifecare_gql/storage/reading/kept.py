"""Statements whose text is kept: made once by the same builder, only the parameters change with the request.

The builder is given slots instead of values, so it tells where each parameter comes from: from who looks, from the
rows that the resolver named, from the window, or from the parents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any
from uuid import UUID

from tortoise.fields import BinaryField, DecimalField, FloatField

from lifecare_gql.storage.reading.rows import Many, Rows, Shape, Window
from lifecare_gql.storage.reading.sql import Builder, Fold, Kind, Layout, Slot, Statement, encode, kind_of
from lifecare_gql.storage.reading.where import Where
from lifecare_gql.storage.rows.base import Record
from lifecare_gql.storage.url import Dialect
from lifecare_gql.storage.viewer import Viewer

MAX_TEXTS = 32
"""A resolver's conditions are put together from few parts; should they not be, the texts are made anew."""

Levels = Sequence[Rows]
"""Which rows, and which rows below them: those that are folded in, each before what is folded into it."""

_Value = Callable[[Viewer, Levels, Sequence[UUID]], Any]


@dataclass(frozen=True, slots=True)
class _Text:
    """A statement's text, and where its parameters come from."""

    sql: str
    values: tuple[_Value, ...]
    made: Statement

    def filled(self, dialect: Dialect, viewer: Viewer, levels: Levels, parents: Sequence[UUID]) -> Statement:
        made = self.made
        params = [encode(value(viewer, levels, parents), dialect) for value in self.values]
        return Statement(self.sql, params, made.layout, made.parent_at, made.json_at)


class _AnyWindow:
    """A window whose bounds are not known yet, only which of them there are."""

    def __init__(self, window: Window, level: int) -> None:
        self.limit = Slot("window", "limit", level=level)
        self.after = None if window.after is None else Slot("window", "after", level=level)
        self.before = None if window.before is None else Slot("window", "before", level=level)
        self.backwards = window.backwards


class Kept:
    """The statements of one place in an operation: its shape is known, which rows and who looks is not.

    `parent`: of a to-many relation, the expression that names the parent's id.
    """

    def __init__(self, dialect: Dialect, shape: Shape, parent: str | None = None) -> None:
        self.shape = shape
        self._dialect = dialect
        self._parent = parent
        self._below: list[Kept] = []
        self._texts: dict[Any, _Text] = {}
        builder = Builder(dialect, Viewer(unit_id=None))
        self.layout: Layout = builder.root(Rows(model=shape.model), shape).layout
        """Where the columns stand: the same in every text."""
        self._width = len(builder.selected)

    def fold(self, below: Kept) -> int | None:
        """Have the rows of a to-many relation stand in their parent's tuple: where. None if they cannot.

        The same statement then has both: for the rows of this place itself, each of which is there once.
        """
        if self._dialect is Dialect.SQLITE and not _as_json(below.shape):
            return None
        self._below.append(below)
        return self._width + len(self._below) - 1

    def texts(self) -> list[str]:
        """The texts that were needed so far."""
        return [one.sql for one in self._texts.values()]

    def outline(self) -> str:
        """A text to look at, for a known viewer: all but which rows, which only a request tells."""
        levels = [replace(_ANY, model=one.shape.model) for one in self._levels()]
        viewer = Viewer(unit_id=UUID(int=0), wider=True)
        if self._parent is None or "{v}" in self._parent:  # how it is found, too, only a request tells
            return self._text(levels, viewer, "root").sql
        return self._text(levels, viewer, "children").sql

    def root(self, levels: Levels, viewer: Viewer) -> Statement:
        """As `Builder.root`."""
        return self._text(levels, viewer, "root").filled(self._dialect, viewer, levels, ())

    def children(self, levels: Levels, parents: Sequence[UUID], viewer: Viewer) -> Statement:
        """As `Builder.children`; for a single parent as `Builder.root`, which stops at the limit."""
        if len(parents) == 1:
            assert self._parent is not None, "only a to-many relation has parents"
            many = Many(rows=levels[0], parent=self._parent, shape=self.shape)
            return self.root([many.of(parents[0]), *levels[1:]], viewer)
        return self._text(levels, viewer, "children").filled(self._dialect, viewer, levels, parents)

    def _levels(self) -> Iterator[Kept]:
        yield self
        for one in self._below:
            yield from one._levels()

    def _text(self, levels: Levels, viewer: Viewer, kind: str) -> _Text:
        forms = tuple(map(_form, levels))
        absent = (viewer.unit_id is None, viewer.audits is None, viewer.administers is None)
        form = (kind, forms, absent, viewer.wider, viewer.unblocked)
        found = self._texts.get(form)
        if found is None:
            if len(self._texts) >= MAX_TEXTS:
                self._texts.clear()
            rows = [_any_rows(one, level) for level, one in enumerate(levels)]
            found = self._texts[form] = self._made(rows, _any_viewer(viewer), kind)
        return found

    def _made(self, levels: Levels, viewer: Viewer, kind: str) -> _Text:
        builder = Builder(self._dialect, viewer)
        rows, *rest = levels
        below = self._folds(iter(rest))
        if kind == "root":
            made = builder.root(rows, self.shape, below)
        else:
            assert self._parent is not None, "only a to-many relation has parents"
            parents = Slot("parents", "ids", Kind.IDS)
            made = builder.children(rows, self._parent, parents, self.shape, below)
        return _Text(made.sql, tuple(_value(one) for one in made.params), made)

    def _folds(self, levels: Iterator[Rows]) -> list[Fold]:
        return [
            Fold(next(levels), one._parent or "", one.shape, one._folds(levels))  # in the order of `_levels`
            for one in self._below
        ]


_ANY = Rows(model=Record, where=Where("/* which rows */ true"), window=Window())


def _as_json(shape: Shape) -> bool:
    """Whether JSON tells the columns of a shape, and of what is folded into it, as they are stored."""
    kinds = [shape.model._meta.fields_map[name] for name in shape.columns]
    below = [one.shape for one in shape.ones.values()] + [one.shape for one in shape.manys.values()]
    return not any(isinstance(kind, _NOT_JSON) for kind in kinds) and all(map(_as_json, below))


_NOT_JSON = (FloatField, DecimalField, BinaryField)


@cache
def kept_of(dialect: Dialect, shape: Shape) -> Kept:
    """The statements of a shape that is written by hand: there are few, and they stay."""
    return Kept(dialect, shape)


def _form(rows: Rows) -> Any:
    """All of the rows that shows in a statement's text."""
    window = rows.window
    bounds = None if window is None else (window.after is not None, window.before is not None, window.backwards)
    kinds = tuple((name, kind_of(value)) for name, value in rows.where.params.items())
    return rows.model, rows.where.sql, rows.via, rows.order, bounds, kinds


def _any_rows(rows: Rows, level: int) -> Rows:
    params = {name: Slot("where", name, kind_of(value), level) for name, value in rows.where.params.items()}
    window: Any = None if rows.window is None else _AnyWindow(rows.window, level)
    return replace(rows, where=Where(rows.where.sql, params), window=window)


def _any_viewer(viewer: Viewer) -> Viewer:
    now: Any = Slot("viewer", "now")
    unit: Any = None if viewer.unit_id is None else Slot("viewer", "unit_id")
    audits: Any = None if viewer.audits is None else Slot("viewer", "audits")
    administers: Any = None if viewer.administers is None else Slot("viewer", "administers")
    return replace(viewer, unit_id=unit, now=now, audits=audits, administers=administers)


def _value(param: Any) -> _Value:
    if not isinstance(param, Slot):  # a predicate's own constant
        return lambda viewer, levels, parents: param
    name, level = param.name, param.level
    return {
        "viewer": lambda viewer, levels, parents: getattr(viewer, name),
        "where": lambda viewer, levels, parents: levels[level].where.params[name],
        "window": lambda viewer, levels, parents: getattr(levels[level].window, name),
        "parents": lambda viewer, levels, parents: parents,
    }[param.source]
