"""Who looks: all that a visibility predicate may depend on."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Viewer:
    """The unit on whose behalf somebody asks; None for an anonymous caller, who sees no record at all."""

    unit_id: UUID | None


ANONYMOUS = Viewer(unit_id=None)
