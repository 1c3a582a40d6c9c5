"""Conditions on rows, written once for both databases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Where:
    """An SQL condition. ``{t}`` is the row, ``{v}`` the table it is found through, other names are parameters.

    A list as a parameter is written ``{t}.id in {ids}`` and rendered for the database at hand.
    """

    sql: str
    params: Mapping[str, Any] = field(default_factory=dict)


EVERY = Where("true")
NOTHING = Where("false")
