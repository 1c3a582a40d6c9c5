"""Public ids: the record's tag and its random id. They tell what kind of thing it is, and nothing else."""

from __future__ import annotations

from uuid import UUID

from lifecare_gql.domain.texts import said
from lifecare_gql.errors import BadInput
from lifecare_gql.storage.rows import Record

_OTHER_KIND = "{name} must be the id of a {kind}: it begins with `{tag}_`."


def public_id(model: type[Record], row_id: UUID) -> str:
    """The public id of a record, e.g. ``message_9f0c…``."""
    return f"{model.tag}_{row_id.hex}"


def row_id(text: str, model: type[Record], argument: str) -> UUID:
    """The record's id; BadInput, naming the argument, when the text is no public id of that model."""
    tag, found = split(text, argument)
    if tag != model.tag:
        raise BadInput(said(_OTHER_KIND, name=argument, kind=model.__name__, tag=model.tag))
    return found


def split(text: str, argument: str) -> tuple[str, UUID]:
    """Tag and id; BadInput, naming the argument, when the text is no public id at all."""
    tag, _, digits = text.rpartition("_")
    # UUID() also takes braces, hyphens and "urn:"; one id must have one spelling.
    if tag and len(digits) == 32 and digits.isascii() and digits.isalnum() and digits == digits.lower():
        try:
            return tag, UUID(digits)
        except ValueError:
            pass
    raise BadInput(said("{name} is not an id of this API: copy ids from its answers.", name=argument))
