"""How a demo names things and tells moments: keys, how long ago, and days counted from when it is loaded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Annotated

from pydantic import AfterValidator, Field

MAX_KEY_LETTERS = 15
"""Letters of a key, hyphens not counted: an HSA-id has room for no more."""


def _short(key: str) -> str:
    if len(key.replace("-", "")) > MAX_KEY_LETTERS:
        raise ValueError(f"{key} has more than {MAX_KEY_LETTERS} letters")
    return key


Key = Annotated[str, Field(pattern=r"^[a-z0-9-]+$"), AfterValidator(_short)]
Reference = Annotated[str, Field(pattern=r"^([a-z]+/)?[a-z0-9-]+$")]
"""A key, with the region's code before it when it is another region's: ``orebro/karin``."""
Ago = Annotated[dt.timedelta, Field(gt=dt.timedelta(0))]
"""How long before the demo was loaded, as an ISO 8601 duration."""
Day = int
"""A Swedish day: 0 is the one when the demo was loaded, 1 the next, -1 the one before."""
Named = tuple[str, str | None]
"""What is named, and its reference: ``("unit", "eken")``."""


def check_order(key: str, moments: Sequence[dt.timedelta]) -> None:
    """ValueError unless each of the moments, told as how long ago, comes after the one before."""
    if list(moments) != sorted(set(moments), reverse=True):
        raise ValueError(f"{key}: what was done to it must come after it, each after the other")


def regions_named(references: Iterable[Named]) -> set[str]:
    """Codes of the other regions that are named."""
    return {one.partition("/")[0] for _, one in references if one is not None and "/" in one}
