"""Python source in the making: functions, and the values that they call by name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

MAX_FIELDS = 3_000
"""Fragments can be spread so often that a small document selects very much: the interpreter takes it."""


class Declined(Exception):
    """The operation is left to graphql-core; the message is the reason, and holds nothing that the caller sent."""


class Source:
    """Functions as text. No value stands in the text but names and numbers of our own, and names of GraphQL's."""

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self._names: dict[int, str] = {}
        self._functions: list[str] = []
        self._count = 0
        self._fields = 0

    def fresh(self, stem: str) -> str:
        """A name that is not taken."""
        self._count += 1
        return f"{re.sub(r'[^A-Za-z0-9]', '_', stem).lower()}_{self._count}"

    def name(self, stem: str, value: Any) -> str:
        """The name by which the functions know the value."""
        known = self._names.get(id(value))
        if known is None:
            known = self._names[id(value)] = self.fresh(stem).upper()
            self.values[known] = value
        return known

    def count_field(self) -> None:
        """One more field is selected; Declined when they are too many."""
        self._fields += 1
        if self._fields > MAX_FIELDS:
            raise Declined("too many fields")

    def add(self, name: str, parameters: str, lines: Iterable[str]) -> str:
        """Write a function, and return its name behind what calls it: `await` if it awaits anything itself."""
        text, called = function(name, parameters, lines)
        self._functions.append(text)
        return called

    @property
    def text(self) -> str:
        """All functions, in the order in which they were written."""
        return "\n\n".join(self._functions) + "\n"

    def run(self) -> dict[str, Any]:
        """The functions, by name."""
        space = dict(self.values)
        exec(compile(self.text, "<operation>", "exec"), space)
        return space


def function(name: str, parameters: str, lines: Iterable[str]) -> tuple[str, str]:
    """The text of a function, and how it is called. No text of ours says `await` but to await."""
    body = [f"    {line}" for line in lines]
    waits = any("await " in line or "async with " in line for line in body)
    head = f"{'async ' if waits else ''}def {name}({parameters}):"
    return "\n".join([head, *body]), f"{'await ' if waits else ''}{name}"


def shown(pairs: Iterable[tuple[str, str]]) -> str:
    """A dict display."""
    return "{" + ", ".join(f"{key!r}: {value}" for key, value in pairs) + "}"
