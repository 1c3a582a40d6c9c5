"""The second wall around patients' records: PostgreSQL's row-level security, told whose transaction it is.

The policies stand in migration 0011. A transaction's settings go along with its BEGIN, so they cost no round trip,
and end with it, so a connection carries nothing over. SQLite has no such wall: there is nothing to tell it.
"""

from __future__ import annotations

from enum import Enum
from uuid import UUID

SWITCH = {"lifecare.wall": "on"}
"""What the connections of an application that is walled in begin with."""


class Reach(Enum):
    """Why a transaction looks past the patients in whose care its unit takes part. Nothing else may."""

    ADMISSION = "The admission itself makes the ward take part in the care of whoever lies in the bed."
    OPENING = "Care is opened to a unit that has no part in it, by active choice."
    DENIED = "The access log says whom a denied attempt was about."
    AUDIT = "A reviewer reads the log of a region, and whom it is about."
    EXPLANATION = "Somebody who may ask is told why another unit sees something, or does not."
    COUNT = "Something is counted for a whole region; nobody is shown."


WIDEN = "SET LOCAL lifecare.reach = 'region'"
NARROW = "SET LOCAL lifecare.reach = ''"


def begin(unit_id: UUID | None, reach: Reach | None) -> str:
    """How a transaction begins that runs on behalf of the unit; of none: it sees no patient."""
    told = [] if unit_id is None else [f"SET LOCAL lifecare.unit = '{unit_id}'"]
    return "; ".join(["BEGIN", *told, *([WIDEN] if reach else [])])


HOLDS = """
select current_setting('lifecare.wall', true) = 'on', rolname, rolsuper or rolbypassrls
from pg_roles where rolname = current_user
"""
"""Whether the switch has arrived, as whom one is connected, and whether the wall does not hold for that role."""
