"""What the caller may still spend, as a field of the query."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry

from lifecare_gql.errors import BadInput
from lifecare_gql.schema.context import Info

DRY_RUN = (
    "Count only (provräkning): nothing else of the query is executed, and it costs one point."
    " Must be written out, not given by a variable."
)


@strawberry.type(
    description="What the caller may still spend in this window (begränsning av anrop). One process counts for"
    " itself."
)
class RateLimit:
    """Made of a `Meter`."""

    cost: int = strawberry.field(description="Points that this operation costs (kostnad).")
    limit: int = strawberry.field(description="Points that there are in a window (tak).")
    remaining: int = strawberry.field(description="Points that are left (kvar).")
    used: int = strawberry.field(description="Points that were spent in this window, these included (förbrukat).")
    reset_at: dt.datetime = strawberry.field(description="When the window ends (återställs).")
    nodes: int = strawberry.field(
        description="Nodes that this operation asks for: each list's size, times those of the lists that it"
        " stands in (noder)."
    )
    node_limit: int = strawberry.field(description="Nodes that one operation may ask for (tak för noder).")


@strawberry.type(description="What is left to be asked.")
class RateLimitQuery:
    """The field of the query."""

    @strawberry.field(
        description="What you may still spend (begränsning av anrop); null where nothing is counted."
    )
    async def rate_limit(
        self, info: Info, dry_run: Annotated[bool, strawberry.argument(description=DRY_RUN)] = False
    ) -> RateLimit | None:
        meter = info.context.meter
        if meter is None:
            return None
        if dry_run and not meter.dry:
            raise BadInput("dryRun must be written out at the root of the query, not given by a variable.")
        left = await meter.left()
        return RateLimit(
            cost=meter.price,
            limit=left.limit,
            remaining=left.remaining,
            used=left.limit - left.remaining,
            reset_at=left.resets_at,
            nodes=meter.nodes,
            node_limit=meter.budget.nodes,
        )
