"""Add rows: one statement for all that go to one table; its text is kept, and no object is made of each row.

Tortoise's own way takes longer to make its objects than the database takes to store them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

from lifecare_gql.storage.reading.sql import encode
from lifecare_gql.storage.rows.base import Record
from lifecare_gql.storage.url import Dialect

Values = Mapping[str, Any]


class _Insert(NamedTuple):
    """The text up to the values, and how each value is told to the driver."""

    into: str
    fields: tuple[tuple[str, Any, Callable[[Any], str] | None], ...]
    """The name, its default, and how it is written if it is kept as JSON."""


def insert(
    dialect: Dialect, model: type[Record], rows: Sequence[Values], *, unless_there: bool = False
) -> tuple[str, list[Any]]:
    """The statement for rows that all name the same fields; what they leave out is the model's default, or null.

    `unless_there`: a row that a unique key of the table already has is left out.
    """
    made = _made(model, frozenset(rows[0]))
    params = [_value(dialect, row, *field) for row in rows for field in made.fields]
    return _text(dialect, made, len(rows), unless_there=unless_there), params


@cache
def _made(model: type[Record], given: frozenset[str]) -> _Insert:
    meta = model._meta
    by_default = {name for name in meta.fields_db_projection if meta.fields_map[name].default is not None}
    names = sorted(given | by_default)
    if unknown := given - meta.fields_db_projection.keys():
        raise ValueError(f"{model.__name__} has no column for {', '.join(sorted(unknown))}")
    columns = ", ".join(f'"{meta.fields_db_projection[name]}"' for name in names)
    kinds = ((name, meta.fields_map[name]) for name in names)
    fields = tuple((name, kind.default, getattr(kind, "encoder", None)) for name, kind in kinds)
    return _Insert(f'insert into "{meta.db_table}" ({columns}) values ', fields)


@cache
def _text(dialect: Dialect, made: _Insert, count: int, *, unless_there: bool) -> str:
    mark, width = "$" if dialect is Dialect.POSTGRES else "?", len(made.fields)
    each = (", ".join(f"{mark}{at * width + n}" for n in range(1, width + 1)) for at in range(count))
    also = " on conflict do nothing" if unless_there else ""
    return made.into + ", ".join(f"({places})" for places in each) + also


def _value(dialect: Dialect, row: Values, name: str, default: Any, encoder: Callable[[Any], str] | None) -> Any:
    value = row[name] if name in row else default() if callable(default) else default
    return encode(value, dialect) if encoder is None or value is None else encoder(value)
