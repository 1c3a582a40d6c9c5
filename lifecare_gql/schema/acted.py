"""An act is done once, though what came of it may be told a second time, by the interpreter."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLResolveInfo, GraphQLSchema

Resolve = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Acted:
    """What a mutation's resolver returned, or raised."""

    value: Any = None
    error: Exception | None = None

    def told(self) -> Any:
        """The same again."""
        if self.error is not None:
            raise self.error
        return self.value


async def acted(doing: Coroutine[Any, Any, Any]) -> Acted:
    """Let it be done. Who cancels it is told at once: nothing is told of it a second time."""
    try:
        return Acted(await doing)
    except Exception as error:
        return Acted(error=error)


def act_once(schema: GraphQLSchema) -> None:
    """Have no mutation of the schema act when the operation has it done already."""
    for field in schema.mutation_type.fields.values() if schema.mutation_type else ():
        assert field.resolve is not None, "every mutation has a resolver"
        field.resolve = _once(field.resolve)


def _once(resolve: Resolve) -> Resolve:
    def resolved(source: Any, info: GraphQLResolveInfo[Any], **arguments: Any) -> Any:
        done: Acted | None = info.context.acts.get(info.path.key)
        return resolve(source, info, **arguments) if done is None else done.told()

    return resolved
