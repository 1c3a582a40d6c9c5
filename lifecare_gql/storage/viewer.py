"""Who looks: all that a visibility predicate may depend on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

AT_NO_TIME = dt.datetime.max.replace(tzinfo=dt.UTC)
"""For whoever looks without a moment: all that is open for a while only has ended by then."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """The unit on whose behalf somebody asks; None for an anonymous caller, who sees no record at all.

    `now` (aware) decides what is open for a while. `wider`: to look with what has been opened to the unit by
    active choice; without it, as always when something is done, only the unit's own part in the care counts.
    `unblocked`: for the process itself, which must know all steps to judge one; nobody is shown what is read so.
    `audits`: the region whose access log is being read by somebody who has the role for it; None in all other
    reading, also that person's own. `administers`: the unit whose webhooks an administrator of it is reading.
    """

    unit_id: UUID | None
    now: dt.datetime = AT_NO_TIME
    wider: bool = False
    unblocked: bool = False
    audits: str | None = None
    administers: UUID | None = None


ANONYMOUS = Viewer(unit_id=None)
