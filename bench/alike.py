"""Whether two answers tell the same, when one of the servers has names, ids and moments of its own making."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any

_ID = re.compile(r"(?:[a-z]+_)?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)")
_NOT_TOLD = ("overdue", "endCursor")
"""What is no column of a table, and what each server makes as it likes."""
_OF_A_GOAL = (("text", "text"), ("inOwnWords", "in_own_words"))


def told(answer: bytes) -> list[Any]:
    """The values of an answer in order, without their names."""
    return list(_values(json.loads(answer)["data"]))


def _values(value: Any) -> Iterator[Any]:
    if isinstance(value, dict) and "goals" in value:  # beside it, a plan's whole content may stand
        for goal in value["goals"]:
            yield from (goal[ours] if ours in goal else goal[stored] for ours, stored in _OF_A_GOAL)
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from () if name in _NOT_TOLD else _values(one)
    elif isinstance(value, list):
        for one in value:
            yield from _values(one)
    else:
        yield _plain(value) if isinstance(value, str) else value


def _plain(text: str) -> Any:
    if found := _ID.fullmatch(text):
        return "".join(found.groups())
    return dt.datetime.fromisoformat(text) if _MOMENT.fullmatch(text) else text
