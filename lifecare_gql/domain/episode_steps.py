"""What a row of the discharge process is, and the states and roles that its tables name together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from lifecare_gql.domain.episode_facts import Act, EpisodeFacts
from lifecare_gql.domain.episode_guards import Guard
from lifecare_gql.domain.episode_words import EpisodeEventKind, EpisodeState, NoticeKind, PartyRole
from lifecare_gql.domain.law import LegalReference
from lifecare_gql.domain.process_table import Row

_Row: TypeAlias = Row[EpisodeEventKind, EpisodeState, PartyRole, Act, EpisodeFacts]


@dataclass(frozen=True, kw_only=True)
class Step(_Row):
    """A row of a table; `notice` is what it sends to the units concerned, if anything."""

    notice: NoticeKind | None = None


WARD = (PartyRole.WARD,)
OTHERS = (PartyRole.OUTPATIENT_CARE, PartyRole.MUNICIPALITY)
ALL = tuple(PartyRole)
READY = (EpisodeState.DISCHARGE_READY, EpisodeState.READY_FOR_HOME)
PLANNED = (EpisodeState.NOTIFIED, EpisodeState.PLANNING, *READY)
KNOWN = (*PLANNED, EpisodeState.DISCHARGED)
IN_HOSPITAL = (EpisodeState.ADMITTED, EpisodeState.OUTSIDE_THE_LAW, *PLANNED)
BEFORE_DISCHARGE = (EpisodeState.REQUESTED, *IN_HOSPITAL)


def step(
    event: EpisodeEventKind,
    states: tuple[EpisodeState | None, ...],
    who: tuple[PartyRole, ...],
    *guards: Guard,
    to: EpisodeState | None = None,
    notice: NoticeKind | None = None,
    law: LegalReference | None = None,
    joins: bool = False,
) -> Step:
    """A row."""
    return Step(event=event, states=states, who=who, guards=guards, to=to, notice=notice, law=law, joins=joins)
