"""Leaf values: how GraphQL writes what a resolver returned, and what a driver returned.

Where a driver's value is already what GraphQL would write, it is taken as it is; what is not known here goes the
long way, through the field's own conversion and the scalar's own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from graphql import GraphQLEnumType, GraphQLLeafType, Undefined, is_leaf_type
from tortoise import fields
from tortoise.fields.data import CharEnumFieldInstance

from lifecare_gql.compiled.source import Declined, Source
from lifecare_gql.storage.rows import Record
from lifecare_gql.storage.rows.base import InstantField
from lifecare_gql.storage.url import Dialect

Write = Callable[[Any], Any]

_PLAIN: dict[str, type] = {"String": str, "ID": str, "Boolean": bool}
_TEXTS = (fields.CharField, fields.TextField)


class Lost(Exception):
    """A value is missing that GraphQL says cannot be: graphql-core knows what that does to the answer."""


def lost() -> Any:
    """Raise Lost, where only an expression can stand."""
    raise Lost


class Leaves:
    """The functions that write leaf values, made once for all operations on one database."""

    def __init__(self, dialect: Dialect) -> None:
        self._postgres = dialect is Dialect.POSTGRES
        self._made: dict[Any, Any] = {}

    def write(self, leaf: GraphQLLeafType, *, nullable: bool) -> Write:
        """The function that writes a value of the type as graphql-core does."""
        made: Write = self._once(("write", leaf.name, nullable), lambda: _write(leaf, nullable))
        return made

    def column(
        self, source: Source, model: type[Record], name: str, leaf: Any, var: str, *, nullable: bool
    ) -> str:
        """The expression that writes a column as fetched."""
        field = model._meta.fields_map[name]
        if not is_leaf_type(leaf) or name not in model._meta.fields_db_projection:
            raise Declined("a column that is no leaf")
        written = self._short(source, model, field, leaf, var) if nullable or not field.null else None
        if written is None:
            return f"{source.name('write', self._long(model, field, leaf, nullable))}({var})"
        return f"(None if {var} is None else {written})" if field.null and written != var else written

    def value(self, source: Source, model: type[Record], name: str, var: str) -> str:
        """The expression for a column's value as resolvers get it."""
        field = model._meta.fields_map[name]
        if type(field) in (*_TEXTS, fields.IntField) or (self._postgres and type(field) is fields.BooleanField):
            return var
        if isinstance(field, CharEnumFieldInstance):
            members = self._once(("members", field), lambda: {None: None, **{m.value: m for m in field.enum_type}})
            return f"{source.name(name, members)}[{var}]"
        return (
            f"{source.name(f'decode {name}', self._once(('decode', field), lambda: field.to_python_value))}({var})"
        )

    def _short(self, source: Source, model: type[Record], field: Any, leaf: Any, var: str) -> str | None:
        """What needs little or nothing done to it, if it is not null; None when that is not known."""
        kind = type(field)
        if isinstance(field, CharEnumFieldInstance) and isinstance(leaf, GraphQLEnumType):
            names = self._once(("names", field, leaf.name), lambda: self._names(field, leaf))
            return f"{source.name(leaf.name, names)}[{var}]"
        if kind is InstantField and leaf.name == "DateTime":
            instant = instant_of_postgres if self._postgres else instant_of_sqlite
            return f"{source.name('instant', instant)}({var})"
        if kind in _TEXTS and leaf.name == "String":
            return var
        if kind is fields.BooleanField and leaf.name == "Boolean":
            return var if self._postgres else f"({var} != 0)"
        return var if kind is fields.IntField and leaf.name == "Int" and self._postgres else None

    def _long(self, model: type[Record], field: Any, leaf: GraphQLLeafType, nullable: bool) -> Write:
        def make() -> Write:
            decode, written = field.to_python_value, self.write(leaf, nullable=nullable)
            return lambda value: written(decode(value))

        made: Write = self._once(("long", field, leaf.name, nullable), make)
        return made

    def _names(self, field: Any, leaf: GraphQLEnumType) -> dict[str, str]:
        """GraphQL's names of an enum's members, by what is stored of them."""
        named = self.write(leaf, nullable=False)
        return {one.value: named(one) for one in field.enum_type}

    def _once(self, key: Any, make: Callable[[], Any]) -> Any:
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]


def _write(leaf: GraphQLLeafType, nullable: bool) -> Write:
    written = _short_write(leaf, _checked(leaf))
    return (lambda value: None if value is None else written(value)) if nullable else written


def _short_write(leaf: GraphQLLeafType, checked: Write) -> Write:
    """Without a detour where the value is plainly of the type already."""
    if isinstance(leaf, GraphQLEnumType):
        wrapped: Any = getattr(leaf, "wrapped_cls", ())
        names = {one: checked(one) for one in wrapped}
        return lambda value: names[value] if value.__class__ is wrapped else checked(value)
    if leaf.name in _PLAIN:
        plain = _PLAIN[leaf.name]
        return lambda value: value if value.__class__ is plain else checked(value)
    return checked


def _checked(leaf: GraphQLLeafType) -> Write:
    def checked(value: Any) -> Any:
        written = None if value is None else leaf.coerce_output_value(value)
        if written is None or written is Undefined:
            raise Lost
        return written

    return checked


def instant_of_postgres(value: dt.datetime) -> str:
    """A moment as the driver returns it, in UTC; Lost for what is not."""
    text = value.isoformat()
    return text[:-6] + "Z" if text.endswith("+00:00") else lost()


def instant_of_sqlite(value: str) -> str:
    """A moment as the program stores it, in UTC; Lost for what is stored otherwise."""
    usual = len(value) == 25 or (len(value) == 32 and value[20:26] != "000000")
    return f"{value[:10]}T{value[11:-6]}Z" if usual and value[10] == " " and value[-6:] == "+00:00" else lost()
