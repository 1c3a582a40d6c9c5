"""What only Region Västernorrland has: one way in to each municipality (en väg in)."""

from __future__ import annotations

import strawberry

from lifecare_gql.domain.directory import Switchboard
from lifecare_gql.hookspecs import RegionSchema, TypeField
from lifecare_gql.schema.context import Info
from lifecare_gql.storage.reading.reader import Row

REGION = "vasternorrland"


def _single_entry_point(root: strawberry.Parent[Row], info: Info) -> Switchboard | None:
    """The municipality's one way in (en väg in, V57): its switchboard, and whom to ask for there.

    Null for units of other regions, and for units that are not a municipality's.
    """
    if root.region_code != REGION or root.municipality_code is None:
        return None
    boards = info.context.regions[REGION].switchboards
    return next((board for board in boards if board.municipality == root.municipality_code), None)


SCHEMA = RegionSchema(
    region=REGION,
    fields=(
        TypeField(
            type_name="Unit",
            name="vasternorrland_single_entry_point",
            resolve=_single_entry_point,
            needs=("region_code", "municipality_code"),
        ),
    ),
)
