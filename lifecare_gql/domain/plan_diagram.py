"""The plan (SIP) shown: as published values, as a Mermaid diagram, and as the page in docs/.

All of it is made from the table in `plans`. The page is written anew with
``python -m lifecare_gql.domain.plan_diagram > docs/plan-process.md``.
"""

from __future__ import annotations

import sys

from pydantic import Field

from lifecare_gql.domain.law import LegalReference
from lifecare_gql.domain.plan_words import PlanEventKind, PlanRole, PlanState
from lifecare_gql.domain.plans import PLAN_TABLE, PlanStep
from lifecare_gql.domain.process_pages import ProcessGuard, guards_of, is_final, mermaid_of, page_of
from lifecare_gql.domain.values import value


@value
class PlanProcessStep:
    """A row of the plan's process: what may happen, from where, by whom, if what, and to where."""

    event: PlanEventKind = Field(description="What happens.")
    opens: bool = Field(description="Whether it is the first thing that happens (öppnar planeringen).")
    from_states: tuple[PlanState, ...] = Field(description="The states in which it may happen.")
    to_state: PlanState | None = Field(description="The state it leads to; null when the state stays.")
    who_may: tuple[PlanRole, ...] = Field(description="The roles in the plan that may do it.")
    law: LegalReference | None = Field(
        description="The section of law that the step rests on; null when none does."
    )
    guards: tuple[ProcessGuard, ...] = Field(description="What must be so, all of it.")


@value
class PlanProcessState:
    """A state of the plan's process."""

    state: PlanState = Field(description="The state.")
    swedish: str = Field(description="The Swedish term of art.")
    english: str = Field(description="What it means, in English.")
    final: bool = Field(description="Whether nothing leads out of it (sluttillstånd).")


@value
class PlanProcess:
    """The process of the coordinated individual plan (SIP), in and outside the discharge process."""

    diagram: str = Field(description="The states and the steps between them, as a Mermaid diagram.")
    states: tuple[PlanProcessState, ...] = Field(description="The states.")
    steps: tuple[PlanProcessStep, ...] = Field(description="The rows of the table, in the order of the process.")


def plan_process() -> PlanProcess:
    """The whole process, made from the table."""
    return PlanProcess(
        diagram=plan_mermaid(), states=tuple(map(_state, PlanState)), steps=tuple(map(_step, PLAN_TABLE))
    )


def plan_mermaid() -> str:
    """The states and the steps that lead from one to another; steps that stay stand in the table only."""
    return mermaid_of(PLAN_TABLE, PlanState)


def plan_document() -> str:
    """The page docs/plan-process.md."""
    return page_of(_INTRODUCTION, PLAN_TABLE, PlanState)


_INTRODUCTION = """\
# The coordinated individual plan (SIP)

Generated from the table in `lifecare_gql/domain/plans.py`; do not edit. Write it anew with
`python -m lifecare_gql.domain.plan_diagram > docs/plan-process.md`.

Lag (2017:612) 4 kap., hälso- och sjukvårdslagen (2017:30) 16 kap. 4 §, socialtjänstlagen (2025:400)
10 kap. 8–9 §§. How open points are read stands in `docs/decisions/0016-the-plan-is-a-table-too.md`.
"""


def _state(state: PlanState) -> PlanProcessState:
    final = is_final(PLAN_TABLE, state)
    return PlanProcessState(state=state, swedish=state.swedish, english=state.english, final=final)


def _step(step: PlanStep) -> PlanProcessStep:
    return PlanProcessStep(
        event=step.event,
        opens=None in step.states,
        from_states=tuple(state for state in step.states if state is not None),
        to_state=step.to,
        who_may=step.who,
        law=step.law,
        guards=guards_of(step),
    )


if __name__ == "__main__":
    sys.stdout.write(plan_document())
