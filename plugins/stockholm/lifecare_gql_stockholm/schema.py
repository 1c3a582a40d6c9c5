"""What only Region Stockholm has: technical requirements, and stages of the introduction by kind of unit."""

from __future__ import annotations

import strawberry

from lifecare_gql.domain.sources import Source
from lifecare_gql.domain.support import RolloutStage
from lifecare_gql.hookspecs import RegionSchema, TypeField
from lifecare_gql.schema.context import Info
from lifecare_gql.storage.reading.reader import Row

REGION = "stockholm"


@strawberry.type(description="One technical requirement on the user's computer (teknisk förutsättning).")
class StockholmRequirement:
    """A passage of the page's section on technical requirements."""

    text: str = strawberry.field(description="The requirement, verbatim in Swedish.")
    source: Source = strawberry.field(description="The passage it stands in.")


@strawberry.type(
    description="What Region Stockholm's page says and no other region's documents do (regionens egna uppgifter)."
)
class StockholmQuery:
    """Technical requirements, which the page says may change over time (S12).

    They are shown as they stand.
    """

    @strawberry.field(description="Operating systems that are demanded, and what is not tested (S13).")
    def operating_systems(self, info: Info) -> list[StockholmRequirement]:
        return _requirements(info, "S13")

    @strawberry.field(description="Browsers that are demanded (S14).")
    def browsers(self, info: Info) -> list[StockholmRequirement]:
        return _requirements(info, "S14")

    @strawberry.field(description="How one logs in to production (S15).")
    def login(self, info: Info) -> list[StockholmRequirement]:
        return _requirements(info, "S15")


def _requirements(info: Info, fact_id: str) -> list[StockholmRequirement]:
    region = info.context.regions[REGION]
    fact = region.fact(fact_id)
    quotes = fact.quotes if fact else ()
    return [StockholmRequirement(text=quote.text, source=region.source(fact_id)) for quote in quotes]


def _rollout_stages(root: strawberry.Parent[Row], info: Info) -> list[RolloutStage]:
    """The stages (etapper) in which units of this kind got the system, by the plan of 2021 (S108-S115).

    Which kinds a group covers is our reading of its wording. Empty for units of other regions.
    """
    if root.region_code != REGION:
        return []
    rollout = info.context.regions[REGION].rollout
    stages = rollout.stages if rollout else ()
    return [stage for stage in stages if any(root.kind in group.unit_kinds for group in stage.groups)]


SCHEMA = RegionSchema(
    region=REGION,
    query=StockholmQuery,
    fields=(
        TypeField(
            type_name="Unit",
            name="stockholm_rollout_stages",
            resolve=_rollout_stages,
            needs=("region_code", "kind"),
        ),
    ),
)
