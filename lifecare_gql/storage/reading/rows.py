"""Which rows: what a resolver, or the action it calls, says instead of fetching."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING
from uuid import UUID

from lifecare_gql.storage.reading.where import EVERY, Where

if TYPE_CHECKING:
    from lifecare_gql.storage.rows.base import Record

DEFAULT_PAGE = 20
MAX_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A total order for keyset paging: SQL expressions, and the model's columns that hold the same values.

    The two differ when rows are found through another table whose index has the order.
    """

    by: tuple[str, ...] = ("{t}.id",)
    columns: tuple[str, ...] = ("id",)
    newest_first: bool = False


BY_VERSION = Order(by=("{t}.version", "{t}.id"), columns=("version", "id"))
"""Events, in the order in which they happened."""

LAST_OPENED = Order(by=("{t}.opened_at", "{t}.id"), columns=("opened_at", "id"), newest_first=True)
"""Records that are opened and closed, the newest first."""

BY_NUMBER = Order(by=("{t}.number",), columns=("number",))
"""Entries, in the order in which they were written."""

LAST_LOGGED = Order(by=("{t}.number",), columns=("number",), newest_first=True)
"""Entries, the newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which stretch of the rows: `size` of them, after or before the row with the given id."""

    size: int = DEFAULT_PAGE
    after: UUID | None = None
    before: UUID | None = None
    backwards: bool = False

    @property
    def limit(self) -> int:
        """How many are fetched: one more, to know whether there are more."""
        return self.size + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows of one model. What may be seen of them is added by the model itself when they are read.

    `via` joins the table that the rows are found through, as ``{v}``. `sought`: somebody asked for one certain
    row (`asked` is its id, where that was given); if it cannot be seen, that is noted as a denied attempt.
    """

    model: type[Record]
    where: Where = EVERY
    via: str = ""
    order: Order = field(default_factory=Order)
    window: Window | None = None
    sought: bool = False
    asked: UUID | None = None

    def windowed(self, window: Window) -> Rows:
        """The same rows, a stretch of them."""
        return replace(self, window=window)


def one(model: type[Record], row_id: UUID) -> Rows:
    """The row with that id."""
    return Rows(model=model, where=Where("{t}.id = {id}", {"id": row_id}), sought=True, asked=row_id)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shape:
    """Which columns of a model, and which related rows, are asked for. Keys are the answer's own names.

    Of one that is written `by_hand` there is one object: statements are kept for it.
    """

    model: type[Record]
    columns: frozenset[str] = frozenset()
    ones: Mapping[str, One] = field(default_factory=dict)
    manys: Mapping[str, Many] = field(default_factory=dict)
    by_hand: bool = False

    @staticmethod
    @cache
    def of(model: type[Record], *columns: str, **ones: Shape) -> Shape:
        """A shape written by hand, for actions: columns, and to-one relations by their own names."""
        related = {name: One(relation=name, shape=shape) for name, shape in ones.items()}
        return Shape(model=model, columns=frozenset(columns), ones=related, by_hand=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class One:
    """A to-one relation: fetched by a JOIN in the same statement."""

    relation: str
    shape: Shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """A to-many relation: one statement for all parents; `parent` is the expression that names the parent's id."""

    rows: Rows
    parent: str
    shape: Shape

    def of(self, parent_id: UUID) -> Rows:
        """The rows of one parent."""
        where = self.rows.where
        sql = f"({where.sql}) and {self.parent} = {{parent_id}}"
        return replace(self.rows, where=Where(sql, {**where.params, "parent_id": parent_id}))
