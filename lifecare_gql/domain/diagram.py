"""The discharge process shown: as published values, as a Mermaid diagram, and as the page in docs/.

All of it is made from the table in `episodes`. The page is written anew with
``python -m lifecare_gql.domain.diagram > docs/discharge-process.md``.
"""

from __future__ import annotations

import sys

from pydantic import Field

from lifecare_gql.domain.episode_backfill import BACKFILL_TABLE
from lifecare_gql.domain.episode_words import EpisodeEventKind, EpisodeState, NoticeKind, PartyRole
from lifecare_gql.domain.episodes import TABLE, Step
from lifecare_gql.domain.law import LegalReference
from lifecare_gql.domain.process_pages import ProcessGuard as ProcessGuard
from lifecare_gql.domain.process_pages import guards_of, is_final, mermaid_of, page_of
from lifecare_gql.domain.values import value


@value
class ProcessStep:
    """A row of the discharge process: what may happen, from where, by whom, if what, and to where."""

    event: EpisodeEventKind = Field(description="What happens.")
    opens: bool = Field(description="Whether it can be the first thing that happens (öppnar vårdtillfället).")
    from_states: tuple[EpisodeState, ...] = Field(description="The states in which it may happen.")
    to_state: EpisodeState | None = Field(description="The state it leads to; null when the state stays.")
    who_may: tuple[PartyRole, ...] = Field(description="The roles that may do it.")
    notice: NoticeKind | None = Field(description="What it sends to the units concerned; null when nothing.")
    law: LegalReference | None = Field(
        description="The section of law that the step rests on; null when none does."
    )
    guards: tuple[ProcessGuard, ...] = Field(description="What must be so, all of it.")


@value
class ProcessState:
    """A state of the discharge process."""

    state: EpisodeState = Field(description="The state.")
    swedish: str = Field(description="The Swedish term of art.")
    english: str = Field(description="What it means, in English.")
    final: bool = Field(description="Whether nothing leads out of it (sluttillstånd).")


@value
class DischargeProcess:
    """The discharge process of lag (2017:612) as this API has it; regions add rules to it, never steps."""

    diagram: str = Field(description="The states and the steps between them, as a Mermaid diagram.")
    states: tuple[ProcessState, ...] = Field(description="The states.")
    steps: tuple[ProcessStep, ...] = Field(description="The rows of the table, in the order of the process.")
    backfill_steps: tuple[ProcessStep, ...] = Field(
        description="The rows for what is entered afterwards as of an outage (efterregistrering)."
    )


def discharge_process() -> DischargeProcess:
    """The whole process, made from the table."""
    return DischargeProcess(
        diagram=mermaid(),
        states=tuple(map(_state, EpisodeState)),
        steps=tuple(map(_step, TABLE)),
        backfill_steps=tuple(map(_step, BACKFILL_TABLE)),
    )


def mermaid() -> str:
    """The states and the steps that lead from one to another; steps that stay stand in the table only."""
    return mermaid_of(TABLE, EpisodeState)


def document() -> str:
    """The page docs/discharge-process.md."""
    return page_of(_INTRODUCTION, TABLE, EpisodeState) + page_of(_AFTERWARDS, BACKFILL_TABLE, EpisodeState)


_INTRODUCTION = """\
# The discharge process

Generated from the table in `lifecare_gql/domain/episodes.py`; do not edit. Write it anew with
`python -m lifecare_gql.domain.diagram > docs/discharge-process.md`. The query `dischargeProcess` gives the same.

Lag (2017:612) om samverkan vid utskrivning från sluten hälso- och sjukvård. How its open points are read stands in
`docs/decisions/0015-the-process-is-a-table.md`. Being late is never a refusal: see `domain/clocks.py`.
"""


_AFTERWARDS = """
# What may be entered afterwards of what happened in an outage

Generated from `lifecare_gql/domain/episode_backfill.py`. An act that names an outage (`outageId`) and its moment
is judged by these rows. What the region forbids to enter so stands in its data, e.g. V31.
"""


def _state(state: EpisodeState) -> ProcessState:
    return ProcessState(state=state, swedish=state.swedish, english=state.english, final=is_final(TABLE, state))


def _step(step: Step) -> ProcessStep:
    return ProcessStep(
        event=step.event,
        opens=None in step.states,
        from_states=tuple(state for state in step.states if state is not None),
        to_state=step.to,
        who_may=step.who,
        notice=step.notice,
        law=step.law,
        guards=guards_of(step),
    )


if __name__ == "__main__":
    sys.stdout.write(document())
