"""What comes in, whichever way it comes: strict JSON with texts that can be stored."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn

MAX_BODY_BYTES = 256 * 1024
"""No request body and no message of a websocket is longer."""


MAX_NESTING = 64
"""No JSON is nested deeper."""


def parse(data: str | bytes) -> Any:
    """The value; ValueError for what is no JSON in UTF-8, or nested too deeply."""
    try:
        value = json.loads(data.decode() if isinstance(data, bytes) else data, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("too deep") from None
    level, depth = [value], 0
    while level := [below for one in level for below in _within(one) if isinstance(below, dict | list)]:
        depth += 1
        if depth >= MAX_NESTING:
            raise ValueError("too deep")
    return value


def fault(parsed: Any) -> str | None:
    """Why it cannot be stored; None when it can. Never repeats what stands in it."""
    return None if storable(parsed) else "A text must not hold the character NUL or half a surrogate pair."


def storable(parsed: Any) -> bool:
    """Whether no text in it holds NUL or half a surrogate pair."""
    return all(map(_storable, _texts(parsed)))


def _within(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no JSON")


def _texts(parsed: Any) -> Iterator[str]:
    """Every text of a JSON value, keys too."""
    todo = [parsed]
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            todo += [*one, *one.values()]
        elif isinstance(one, list):
            todo += one


def _storable(text: str) -> bool:
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:  # half a surrogate pair
        return False
