"""Stories for a terminal: plain prose in lines, and answers of the API as sentences. Pure."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from typing import Any

WIDTH = 108
_HARD = "\u00a0"
_TOGETHER = re.compile(r"(\d+ kap\. )?\d+ §|\d+-\d+( \d+)*|\d+ \w+ \d{4}\b")
"""A section of law, a telephone number, a date: not broken at the end of a line."""


def wrapped(text: str, indent: int = 0, mark: str = "") -> str:
    """The text broken into lines; what follows the mark stands below its first word."""
    first, whole = " " * indent + mark, _TOGETHER.sub(lambda found: found[0].replace(" ", _HARD), text)
    filled = textwrap.fill(
        whole, WIDTH, initial_indent=first, subsequent_indent=" " * len(first), break_on_hyphens=False
    )
    return filled.replace(_HARD, " ")


def without_demo(text: str) -> str:
    """The text without the note that every unit of the demo has in its name."""
    return text.replace(" (demo)", "")


def quoted(source: Mapping[str, Any]) -> str:
    """A passage with where it stands."""
    status = f", {source['status']}" if source["status"] else ""
    return f"»{source['quote']}« ({source['fact']}, {source['document']}{status})"


def call(reach: Mapping[str, Any]) -> str:
    """Whom to call, or why no number can be given."""
    if reach["phone"] is None:
        return f"Inget telefonnummer till {reach['name']}. {reach['missing'] or ''}".strip()
    ask_for = f" Fråga efter {reach['askFor']}." if reach["askFor"] else ""
    return f"Ring {reach['phone']['printed']} ({reach['name']}).{ask_for}"
