"""What a caller says with an act of a process, before the units that it names are looked up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from lifecare_gql.domain.objections import Objection, ObjectionCode
from lifecare_gql.domain.reviewing import MAX_NAME_LENGTH, MAX_TEXT_LENGTH, core_objection


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """What the caller says with an act: fields of `Act`, and units by their ids. Texts are stripped.

    `extra` is kept beside the act: what the process need not know.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    recipient_unit_ids: tuple[UUID, ...] = ()
    called_unit_id: UUID | None = None
    registered_address: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


SILENT = Saying()


def stripped(saying: Saying) -> dict[str, Any]:
    """What is said, texts without the blanks around them."""
    return {name: one.strip() if isinstance(one, str) else one for name, one in saying.fields.items()}


_LIMITS = {"text": MAX_TEXT_LENGTH, "reason": MAX_TEXT_LENGTH, "address_reason": MAX_TEXT_LENGTH}
_NAMES = ("spoke_with", "signature", "named", "track")


def too_long(wanted: Any) -> list[Objection]:
    """What is longer than can be stored."""
    found = []
    for name, limit in (*_LIMITS.items(), *((name, MAX_NAME_LENGTH) for name in _NAMES)):
        if len(getattr(wanted, name, None) or "") > limit:
            code = ObjectionCode.NAME_TOO_LONG if name in _NAMES else ObjectionCode.TEXT_TOO_LONG
            found.append(core_objection(code, ("input", _camel(name))))
    return found


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))
