"""How good a region's data is: where it stands on the quality ladder, what has grown old, what is wrong."""

from __future__ import annotations

import strawberry

from lifecare_gql.domain import region as domain
from lifecare_gql.domain.aging import REVIEW_DAYS, StaleThing
from lifecare_gql.domain.aging import stale as stale_things
from lifecare_gql.domain.calendar import stockholm_day
from lifecare_gql.domain.problems import Problem
from lifecare_gql.domain.quality import QualityRule, Standing, Tier, level, unsaid
from lifecare_gql.errors import BadInput
from lifecare_gql.schema import values as values
from lifecare_gql.schema.context import Info


@strawberry.type(description="A rule of the quality ladder, and where the region stands on it.")
class RuleStanding:
    """Shows a `QualityRule` beside a `KeptRule`."""

    rule: QualityRule = strawberry.field(description="The rule.")
    standing: Standing = strawberry.field(description="Whether it is kept.")
    why: str | None = strawberry.field(description="Why it is exempt or open; null when it is kept.")


@strawberry.type(name="RegionQuality", description="Where a region stands on the quality ladder (kvalitet).")
class RegionQuality:
    """Made of the ladder and what the region says of it."""

    level: Tier | None = strawberry.field(
        description="The highest tier with nothing open in it or below; null below bronze."
    )
    rules: list[RuleStanding] = strawberry.field(description="Every rule of the ladder, in order.")


def quality(root: strawberry.Parent[domain.Region], info: Info) -> RegionQuality:
    """Where the region stands on the quality ladder, as it says itself; the conformance kit holds it to that."""
    ladder, said = info.context.regions.ladder, root.quality
    rules = [(rule, said.standing(rule.id) if said else unsaid(rule.id)) for rule in ladder.rules]
    return RegionQuality(
        level=level(ladder, said),
        rules=[RuleStanding(rule=rule, standing=kept.standing, why=kept.why) for rule, kept in rules],
    )


def stale(root: strawberry.Parent[domain.Region], info: Info, after_days: int = REVIEW_DAYS) -> list[StaleThing]:
    """Facts, contacts and numbers that may no longer hold: expired, undecided, or not reviewed for that long."""
    if after_days < 0:
        raise BadInput("afterDays: zero or more.")
    return list(stale_things(root, stockholm_day(info.context.session.now), after_days))


def problems(info: Info) -> list[Problem]:
    """What is wrong with the regions' plugins: left out at the start, failing lately, or to be mended in time.

    Needs a token.
    """
    info.context.session.known()  # what a plugin's fault tells is for those who work here
    return list(info.context.regions.all_problems())
