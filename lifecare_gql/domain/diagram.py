"""The discharge process shown: as published values, as a Mermaid diagram, and as the page in docs/.

All of it is made from the table in `episodes`. The page is written anew with
``python -m lifecare_gql.domain.diagram > docs/discharge-process.md``.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from pydantic import Field

from lifecare_gql.domain.episode_guards import Guard
from lifecare_gql.domain.episode_words import EpisodeEventKind, EpisodeState, NoticeKind, PartyRole
from lifecare_gql.domain.episodes import TABLE, Step
from lifecare_gql.domain.law import LegalReference
from lifecare_gql.domain.objections import ObjectionCode
from lifecare_gql.domain.values import value


@value
class ProcessGuard:
    """What must be so for a step of the discharge process, beside the state and who does it."""

    name: str = Field(description="What must be so, in English.")
    code: ObjectionCode = Field(description="The refusal's code when it is not so.")
    reason: str = Field(description="The reason given, in Swedish.")
    remedy: str = Field(description="What to do, in Swedish.")
    asked: bool = Field(
        description="Whether it is about what the caller says, not about what stands in the record."
    )
    law: LegalReference | None = Field(default=None, description="The section of law it rests on (lagrum).")
    fact: str | None = Field(
        default=None, description="The fact it rests on, e.g. V14; null for the law or the core."
    )


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


def discharge_process() -> DischargeProcess:
    """The whole process, made from the table."""
    return DischargeProcess(
        diagram=mermaid(), states=tuple(map(_state, EpisodeState)), steps=tuple(map(_row, TABLE))
    )


def mermaid() -> str:
    """The states and the steps that lead from one to another; steps that stay stand in the table only."""
    names = (f"    {state} : {state.swedish}" for state in EpisodeState)
    arrows = (f"    {a or '[*]'} --> {b} : {step.event.swedish}" for step, a, b in _moves())
    ends = (f"    {state} --> [*]" for state in EpisodeState if _final(state))
    return "\n".join(("stateDiagram-v2", *names, *arrows, *ends)) + "\n"


def document() -> str:
    """The page docs/discharge-process.md."""
    return "\n".join((_INTRODUCTION, "```mermaid", mermaid() + "```", "", *_table(), "", *_guards(), ""))


_INTRODUCTION = """\
# The discharge process

Generated from the table in `lifecare_gql/domain/episodes.py`; do not edit. Write it anew with
`python -m lifecare_gql.domain.diagram > docs/discharge-process.md`. The query `dischargeProcess` gives the same.

Lag (2017:612) om samverkan vid utskrivning från sluten hälso- och sjukvård. How its open points are read stands in
`docs/decisions/0015-the-process-is-a-table.md`. Being late is never a refusal: see `domain/clocks.py`.
"""


def _moves() -> Iterator[tuple[Step, EpisodeState | None, EpisodeState]]:
    for step in TABLE:
        for state in step.states:
            if step.to is not None and step.to is not state:
                yield step, state, step.to


def _final(state: EpisodeState) -> bool:
    return all(state is not source for _, source, _ in _moves())


def _state(state: EpisodeState) -> ProcessState:
    return ProcessState(state=state, swedish=state.swedish, english=state.english, final=_final(state))


def _row(step: Step) -> ProcessStep:
    return ProcessStep(
        event=step.event,
        opens=None in step.states,
        from_states=tuple(state for state in step.states if state is not None),
        to_state=step.to,
        who_may=step.who,
        notice=step.notice,
        law=step.law,
        guards=tuple(map(_guard, step.guards)),
    )


def _guard(guard: Guard) -> ProcessGuard:
    return ProcessGuard(
        name=guard.name,
        code=guard.code,
        reason=guard.reason,
        remedy=guard.remedy,
        asked=guard.asks,
        law=guard.law,
        fact=guard.fact,
    )


def _table() -> Iterator[str]:
    yield "## Steps"
    yield ""
    yield "| what | in which state | who may | if | to | law |"
    yield "|---|---|---|---|---|---|"
    for step in TABLE:
        states = (state.swedish if state else "(början)" for state in step.states)
        cells = (
            f"**{step.event}** {step.event.swedish}",
            _listed(states),
            _listed(role.swedish for role in step.who),
            _listed(f"{guard.name} (`{guard.code}`)" for guard in step.guards),
            step.to.swedish if step.to else "",
            step.law.section if step.law else "",
        )
        yield f"| {' | '.join(cells)} |"


def _guards() -> Iterator[str]:
    yield "## Guards"
    yield ""
    yield "| code | what must be so | reason | remedy | rests on |"
    yield "|---|---|---|---|---|"
    for guard in dict.fromkeys(guard for step in TABLE for guard in step.guards):
        rests = f"{guard.law.law.partition(' om ')[0]} {guard.law.section}" if guard.law else guard.fact or ""
        yield f"| `{guard.code}` | {guard.name} | {guard.reason} | {guard.remedy} | {rests} |"


def _listed(parts: Iterable[str]) -> str:
    return "<br>".join(parts)


if __name__ == "__main__":
    sys.stdout.write(document())
