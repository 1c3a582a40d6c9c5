"""A process shown: its rows as published values, as a Mermaid diagram and as a page. Made from any table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TypeAlias

from pydantic import Field

from lifecare_gql.domain.law import LegalReference
from lifecare_gql.domain.objections import ObjectionCode
from lifecare_gql.domain.process_guards import Guard
from lifecare_gql.domain.process_table import Row
from lifecare_gql.domain.texts import Said, said
from lifecare_gql.domain.values import value
from lifecare_gql.domain.words import Word

Rows: TypeAlias = Sequence[Row[Any, Any, Any, Any, Any]]


@value
class ProcessGuard:
    """What must be so for a step of a process, beside the state and who does it."""

    name: str = Field(description="What must be so, in English.")
    code: ObjectionCode = Field(description="The refusal's code when it is not so.")
    reason: Said = Field(description="The reason given.")
    remedy: Said = Field(description="What to do.")
    asked: bool = Field(
        description="Whether it is about what the caller says, not about what stands in the record."
    )
    law: LegalReference | None = Field(default=None, description="The section of law it rests on (lagrum).")
    fact: str | None = Field(
        default=None, description="The fact it rests on, e.g. V14; null for the law or the core."
    )


def guards_of(row: Row[Any, Any, Any, Any, Any]) -> tuple[ProcessGuard, ...]:
    """The guards of a row, as published."""
    return tuple(map(_guard, row.guards))


def mermaid_of(rows: Rows, states: Iterable[Word]) -> str:
    """The states and the steps that lead from one to another; steps that stay stand in the table only."""
    known = list(states)
    names = (f"    {state} : {state.swedish}" for state in known)
    arrows = (f"    {a or '[*]'} --> {b} : {step.event.swedish}" for step, a, b in _moves(rows))
    ends = (f"    {state} --> [*]" for state in known if is_final(rows, state))
    return "\n".join(("stateDiagram-v2", *names, *arrows, *ends)) + "\n"


def page_of(introduction: str, rows: Rows, states: Iterable[Word]) -> str:
    """The page in docs/: the introduction, the diagram, the steps and the guards."""
    return "\n".join((introduction, "```mermaid", mermaid_of(rows, states) + "```", "", *_steps(rows), ""))


def is_final(rows: Rows, state: Word) -> bool:
    """Whether no step leads out of the state."""
    return all(state is not source for _, source, _ in _moves(rows))


def _moves(rows: Rows) -> Iterator[tuple[Row[Any, Any, Any, Any, Any], Word | None, Word]]:
    for step in rows:
        for state in step.states:
            if step.to is not None and step.to is not state:
                yield step, state, step.to


def _guard(guard: Guard[Any, Any]) -> ProcessGuard:
    return ProcessGuard(
        name=guard.name,
        code=guard.code,
        reason=said(guard.reason),
        remedy=said(guard.remedy),
        asked=guard.asks,
        law=guard.law,
        fact=guard.fact,
    )


def _steps(rows: Rows) -> Iterator[str]:
    yield "## Steps"
    yield ""
    yield "| what | in which state | who may | if | to | law |"
    yield "|---|---|---|---|---|---|"
    for step in rows:
        states = (state.swedish if state else "(början)" for state in step.states)
        cells = (
            f"**{step.event}** {step.event.swedish}",
            _listed(states),
            _listed(role.swedish for role in step.who),
            _listed(f"{guard.name} (`{guard.code}`)" for guard in step.guards),
            step.to.swedish if step.to else "",
            _section(step.law),
        )
        yield f"| {' | '.join(cells)} |"
    yield ""
    yield from _guards(rows)


def _guards(rows: Rows) -> Iterator[str]:
    yield "## Guards"
    yield ""
    yield "| code | what must be so | reason | remedy | rests on |"
    yield "|---|---|---|---|---|"
    for guard in dict.fromkeys(map(_guard, (guard for step in rows for guard in step.guards))):
        rests = _section(guard.law) or guard.fact or ""
        yield f"| `{guard.code}` | {guard.name} | {guard.reason} | {guard.remedy} | {rests} |"


def _section(law: LegalReference | None) -> str:
    return f"{law.law.partition(' om ')[0]} {law.section}" if law else ""


def _listed(parts: Iterable[str]) -> str:
    return "<br>".join(parts)
