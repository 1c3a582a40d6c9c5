"""What comes in, whichever way it comes: strict JSON with texts that can be stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, NoReturn

MAX_BODY_BYTES = 256 * 1024
"""No request body and no message of a websocket is longer."""


def parse(data: str | bytes) -> Any:
    """The value; ValueError for what is no JSON in UTF-8, or nested too deeply."""
    try:
        return json.loads(data.decode() if isinstance(data, bytes) else data, parse_constant=_no_number)
    except RecursionError:
        raise ValueError("too deep") from None


def storable(parsed: Any) -> bool:
    """Whether no text in it holds NUL or half a surrogate pair."""
    return all(map(_storable, _texts(parsed)))


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
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
