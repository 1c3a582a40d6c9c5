"""Who looks: all that a visibility predicate may depend on."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Viewer:
    """The unit on whose behalf somebody asks; None for an anonymous caller, who sees no record at all.

    `audits`: the region whose access log is being read by somebody who has the role for it; None in all other
    reading, also that person's own.
    """

    unit_id: UUID | None
    audits: str | None = None


ANONYMOUS = Viewer(unit_id=None)
