"""The safety gate before a discharge (V14): allowed, or what is missing, by whom, and how to reach them.

It is no second rule: it shows what the guards of the table's discharge row find.
"""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import Field

from lifecare_gql.domain.directory import Reach
from lifecare_gql.domain.episode_facts import Act, EpisodeFacts
from lifecare_gql.domain.episode_words import EpisodeEventKind
from lifecare_gql.domain.episodes import failures, source_of_fact, state_objections
from lifecare_gql.domain.law import LegalReference
from lifecare_gql.domain.objections import ObjectionCode
from lifecare_gql.domain.reviewing import Regions, reach
from lifecare_gql.domain.sources import Source
from lifecare_gql.domain.texts import Said, said
from lifecare_gql.domain.values import value


@value
class MissingItem:
    """One thing that must be in place before the patient may be discharged."""

    code: ObjectionCode = Field(description="Stable code of what is missing.")
    what: Said = Field(description="What is missing.")
    remedy: Said = Field(description="What to do about it.")
    unit_id: str | None = Field(default=None, description="The unit it waits for; null when it is nobody's yet.")
    unit_name: str | None = Field(default=None, description="The unit's name.")
    reach: Reach | None = Field(default=None, description="How the unit is reached by phone.")
    law: LegalReference | None = Field(default=None, description="The section of law that demands it (lagrum).")
    source: Source | None = Field(default=None, description="The passage that demands it, e.g. V14.")


@value
class Readiness:
    """Whether the patient may be discharged now (utskrivning)."""

    allowed: bool = Field(description="Whether the discharge is allowed.")
    missing: tuple[MissingItem, ...] = Field(default=(), description="Everything that is missing, all at once.")


def discharge_readiness(facts: EpisodeFacts, regions: Regions) -> Readiness:
    """Whether the ward may discharge the patient, with everything that is missing."""
    early = (
        MissingItem(code=one.code, what=one.reason, remedy=one.remedy)
        for one in state_objections(EpisodeEventKind.DISCHARGED, facts)
    )
    missing = (*early, *_unmet(facts, regions))
    return Readiness(allowed=not missing, missing=missing)


def _unmet(facts: EpisodeFacts, regions: Regions) -> Iterator[MissingItem]:
    ward = facts.ward
    if ward is None:
        return
    for guard, failure in failures(Act(kind=EpisodeEventKind.DISCHARGED), facts, ward, asked=False):
        unit = failure.call[0] if failure.call else None
        yield MissingItem(
            code=guard.code,
            what=failure.detail or said(guard.reason),
            remedy=said(guard.remedy),
            unit_id=unit.id if unit else None,
            unit_name=unit.name if unit else None,
            reach=reach(unit, regions) if unit else None,
            law=guard.law,
            source=source_of_fact(guard.fact, regions),
        )
