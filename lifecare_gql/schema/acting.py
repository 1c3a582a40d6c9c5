"""What the mutations of all processes share: an act becomes an event, and the answer shows the record."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import strawberry

from lifecare_gql.actions.results import Done
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.inputs import Key
from lifecare_gql.schema.reading import fetch_one
from lifecare_gql.schema.refusals import Success, answer
from lifecare_gql.schema.rights import RIGHT, Right
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.rows import Rows
from lifecare_gql.storage.reading.where import Where


def acting(
    do: Any,
    order: Callable[[Any], Any],
    input_type: type,
    success: type[Success],
    result: Any,
    description: str,
    right: Right | None = None,
) -> Any:
    """A mutation: `order` makes of the input what the action `do` takes; `result` is the union that it answers.

    `right` says who may, where `rights.RIGHTS` does not.
    """

    async def resolve(info: Any, input: Any, idempotency_key: Any) -> Any:
        return answer(await do(info.context.session, order(input), idempotency_key), success)

    resolve.__annotations__ = {"info": Info, "input": input_type, "idempotency_key": Key, "return": result}
    metadata = {} if right is None else {RIGHT: right}
    return strawberry.mutation(resolver=resolve, description=description, metadata=metadata)


async def record_of_event(
    info: Info, model: type[rows.Record], events: type[rows.Record], key: str, done: Done
) -> Any:
    """The record that the event belongs to, by its column `key`; None when the caller may no longer see it."""
    via = f'join "{events._meta.db_table}" {{v}} on {{v}}.{key} = {{t}}.id'
    return await fetch_one(
        info, Rows(model=model, via=via, where=Where("{v}.id = {event}", {"event": done.row_id}))
    )
