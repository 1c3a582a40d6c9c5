"""Offer words and values to GraphQL as they are: the class of the domain is the GraphQL type.

Only what is public is published. What is personal is shown through a window, field by field.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import strawberry
from strawberry.types.field import StrawberryField

from lifecare_gql.domain.words import Word


def publish(cls: type, *, omit: tuple[str, ...] = (), **added: Callable[..., Any]) -> None:
    """Offer a value class; its docstring and field descriptions come along.

    `omit` leaves fields out; `added` are fields made by a function of the value (and `info`), described by
    its docstring.
    """
    told = {name: field.description for name, field in cls.__pydantic_fields__.items()}  # type: ignore[attr-defined]
    strawberry.type(cls, description=described(cls))
    definition = cls.__strawberry_definition__  # type: ignore[attr-defined]
    definition.fields = [field for field in definition.fields if field.python_name not in omit]
    for field in definition.fields:
        field.description = told[field.python_name]
    definition.fields += [made(name, resolver, cls) for name, resolver in added.items()]


def made(name: str, resolver: Callable[..., Any], cls: type | None = None, **extra: Any) -> StrawberryField:
    """A field made by a function, for a type that does not stand in the function's class."""
    field: StrawberryField = strawberry.field(resolver=resolver, description=described(resolver), **extra)
    field.python_name = name
    field.origin = cls
    return field


def publish_words(cls: type[Word]) -> None:
    """Offer a vocabulary as an enum; each value's description begins with its Swedish term."""
    strawberry.enum(cls, description=described(cls))
    definition: Any = cls.__strawberry_definition__  # type: ignore[attr-defined]
    for value in definition.values:
        word = value.value if isinstance(value.value, Word) else next(one for one in cls if one == value.value)
        value.description = f"{word.swedish}: {word.english}"


def described(thing: Any) -> str:
    """The docstring, as a description; an error when there is none, because nothing is published undescribed."""
    text = inspect.getdoc(thing)
    if not text:
        raise TypeError(f"{thing!r} has no docstring to describe it with")
    return text
