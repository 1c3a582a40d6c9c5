"""The one way to declare a value: frozen, compared by content, validated, strict about unknown keys."""

from __future__ import annotations

from typing import TypeVar, cast, dataclass_transform

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

T = TypeVar("T")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(Field,))
def value(cls: type[T]) -> type[T]:
    """Class decorator for reference values and decisions.

    The same class is read from TOML (an unknown key is an error with its path), used by the rules and
    published in GraphQL; so every field carries a ``Field(description=...)`` with the Swedish term.
    """
    decorate = dataclass(config=ConfigDict(extra="forbid"), frozen=True, kw_only=True, slots=True)
    return cast("type[T]", decorate(cls))  # the checker sees the class through dataclass_transform
