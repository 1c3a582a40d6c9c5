"""What the garbage collector need not look at: schema and modules stay for as long as the server runs."""

from __future__ import annotations

import gc

_THRESHOLDS = (50_000, 20, 50)
"""A page of a hundred rows is about 2 000 objects, and nearly all of them go when the answer is sent."""


def settle() -> None:
    """Leave alone what is there now; called once, when everything is made and nothing is served yet."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_THRESHOLDS)
