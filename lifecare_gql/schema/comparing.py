"""The same question to every enabled region at once. Each is asked alone; one that fails is told beside."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Annotated, TypeVar

import strawberry

from lifecare_gql.domain.comparing import (
    Answers,
    Comparison,
    RegionComparison,
    UnansweredRegion,
    compared,
    judged,
    questions,
)
from lifecare_gql.domain.comparing_processes import discharge_answers, outage_answers
from lifecare_gql.domain.region import Region
from lifecare_gql.domain.texts import said
from lifecare_gql.domain.words import CareType
from lifecare_gql.errors import BadInput, RegionUnavailable
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.inputs import ImaginedMessageInput

T = TypeVar("T")

MOST_DAYS = 365
MOST_HOURS = 24 * 365

Kind = Annotated[CareType, strawberry.argument(description="The care type of the units (vårdform).")]
MovedDays = Annotated[
    int | None,
    strawberry.argument(
        description="By how many days an expected discharge (beräknat utskrivningsdatum) is moved,"
        f" {-MOST_DAYS} to {MOST_DAYS}; negative is earlier. Not asked about when it is not given."
    ),
]
Hours = Annotated[
    int | None,
    strawberry.argument(
        description=f"How long the outage lasts, 0 to {MOST_HOURS} hours. Not asked about when it is not given."
    ),
]


async def compare_regions(info: Info, draft: ImaginedMessageInput) -> Comparison:
    """What each enabled region would say to the same message, with the differences explained.

    Needs no token: no patient is involved.
    """
    message = draft.draft(info.context.session.now)
    found, unanswered = await _ask(info, "lifecare_routines", lambda region: judged(message, region))
    return compared(list(found.values()), unanswered)


async def compare_discharge(info: Info, moved_days: MovedDays = None) -> RegionComparison:
    """What each enabled region adds to the discharge process (utskrivningsprocess), question by question.

    Needs no token: no patient is involved.
    """
    if moved_days is not None and abs(moved_days) > MOST_DAYS:
        raise BadInput(said("movedDays: {least} to {most}.", least=-MOST_DAYS, most=MOST_DAYS))
    return _answered(*await _ask(info, "lifecare_process", lambda region: discharge_answers(region, moved_days)))


async def compare_outage(info: Info, care_type: Kind, hours: Hours = None) -> RegionComparison:
    """What each enabled region lays down for an outage (driftstopp), for units of the care type (vårdform).

    Needs no token: no patient is involved.
    """
    if hours is not None and not 0 <= hours <= MOST_HOURS:
        raise BadInput(said("hours: 0 to {most}.", most=MOST_HOURS))
    hook = "lifecare_outage_routine"
    return _answered(*await _ask(info, hook, lambda region: outage_answers(region, care_type, hours)))


def _answered(found: dict[str, Answers], unanswered: list[UnansweredRegion]) -> RegionComparison:
    return RegionComparison(questions=tuple(questions(found)), unanswered=tuple(unanswered))


async def _ask(info: Info, hook: str, ask: Callable[[Region], T]) -> tuple[dict[str, T], list[UnansweredRegion]]:
    """What each region answers, by code in order, and those that did not."""
    regions, point = info.context.regions, f"Query.{info.field_name}"
    found: dict[str, T] = {}
    unanswered: list[UnansweredRegion] = []

    async def one(region: Region) -> T | RegionUnavailable:
        guard = regions.guards.of(region.code, region.code)
        try:
            said: T = await guard.run(point, lambda: ask(region), hook=hook)
        except RegionUnavailable as error:
            return error
        return said

    asked = [regions[code] for code in sorted(regions)]
    for region, given in zip(asked, await asyncio.gather(*map(one, asked)), strict=True):
        if isinstance(given, RegionUnavailable):
            unanswered.append(_unanswered(region, given))
        else:
            found[region.code] = given
    return found, unanswered


def _unanswered(region: Region, error: RegionUnavailable) -> UnansweredRegion:
    told = {name: error.extensions[name] for name in ("plugin", "hook", "failing")}
    return UnansweredRegion(region=region.code, region_name=region.info.name, **told)
