"""Acts of the discharge process and the plan as they are kept: the words in columns, the rest as JSON.

A unit is kept as its id, so that it is read as it is now. What is not said is not kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.process_guards import Saying

A = TypeVar("A", bound=Saying)

_IN_COLUMNS = dict.fromkeys(
    ("kind", "reason", "text", "occurred_at", "about", "called", "outage", "recipients"), True
)


@cache
def _adapter(act_type: type) -> TypeAdapter[Any]:
    return TypeAdapter(act_type)


def content_of(act: Saying) -> dict[str, Any]:
    """What stands in the column `content`."""
    content: dict[str, Any] = _adapter(type(act)).dump_python(
        act, mode="json", exclude=_IN_COLUMNS, exclude_defaults=True
    )
    recipients = [unit.id for unit in act.recipients]
    return {**content, "recipients": recipients} if recipients else content


def act_of(act_type: type[A], content: Mapping[str, Any], units: Mapping[str, Party], **columns: Any) -> A:
    """The act again; `columns` are those that stand beside the content, `units` all that it may name, by id."""
    recipients = tuple(units[one] for one in content.get("recipients", ()))
    act: A = _adapter(act_type).validate_python({**content, "recipients": recipients, **columns})
    return act
