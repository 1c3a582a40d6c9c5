"""Read the facts of a coordinated individual plan (SIP) from its events, which are the record. Pure.

verdict = judge_plan(act, facts, unit, regions)           # may it be done?
event = PlanEvent(id=..., at=now, unit=unit, act=act)
facts = plan_facts_of([*events, event], now=now)          # what holds afterwards
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from lifecare_gql.domain.plan_facts import PlanBackground, PlanEvent, PlanFacts, PlanParticipant
from lifecare_gql.domain.plan_words import CallAnswer, PlanEventKind
from lifecare_gql.domain.plans import plan_next_state

_Kind = PlanEventKind


def plan_facts_of(
    events: Iterable[PlanEvent], *, now: dt.datetime, background: PlanBackground | None = None
) -> PlanFacts:
    """The plan as it stands after the events, in order; ValueError when they follow no row of the table."""
    facts = PlanFacts(now=now, background=background or PlanBackground())
    for event in events:
        facts = _after(facts, event)
    return facts


def _after(facts: PlanFacts, event: PlanEvent) -> PlanFacts:
    learn = _LEARN.get(event.act.kind)
    joined = replace(facts, participants=_joined(facts, event))
    return replace(
        joined,
        state=plan_next_state(event.act.kind, facts.state),
        version=facts.version + 1,
        **_written(facts, event),
        **(learn(joined, event) if learn else {}),
    )


def _joined(facts: PlanFacts, event: PlanEvent) -> tuple[PlanParticipant, ...]:
    """Those who take part, with the acting unit and those whom it tells or calls; each once."""
    brought = event.act.recipients if event.act.kind in (_Kind.NEED_IDENTIFIED, _Kind.CALLED) else ()
    found = {one.unit.id: one for one in facts.participants}
    for unit in (event.unit, *brought):
        found.setdefault(unit.id, PlanParticipant(unit=unit))
    return tuple(found.values())


def _written(facts: PlanFacts, event: PlanEvent) -> dict[str, Any]:
    """The new version of the content, when the event brings one."""
    if event.act.content is None or event.act.kind not in _WRITES:
        return {}
    return {"content": event.act.content, "content_version": facts.content_version + 1}


_WRITES = (_Kind.DRAFTED, _Kind.ESTABLISHED, _Kind.REVISED)


def _called(facts: PlanFacts, event: PlanEvent) -> dict[str, Any]:
    """A new call: the answers start anew."""
    invited = {unit.id for unit in event.act.recipients}
    return {
        "participants": tuple(
            PlanParticipant(unit=one.unit, invited=one.unit.id in invited) for one in facts.participants
        ),
        "caller": event.unit,
        "called_at": event.at,
        "call_stands": True,
        "meeting": event.act.meeting,
        "meeting_number": facts.meeting_number + (facts.called_at is not None),
    }


def _answered(answer: CallAnswer) -> Callable[[PlanFacts, PlanEvent], dict[str, Any]]:
    def learn(facts: PlanFacts, event: PlanEvent) -> dict[str, Any]:
        def said(one: PlanParticipant) -> PlanParticipant:
            return replace(one, answer=answer) if one.unit.id == event.unit.id else one

        return {"participants": tuple(map(said, facts.participants))}

    return learn


def _when(event: PlanEvent) -> dt.datetime:
    return event.act.occurred_at or event.at


_LEARN: dict[PlanEventKind, Callable[[PlanFacts, PlanEvent], dict[str, Any]]] = {
    _Kind.NEED_IDENTIFIED: lambda _, event: {"initiator": event.unit},
    _Kind.CALLED: _called,
    _Kind.CALL_ACCEPTED: _answered(CallAnswer.ACCEPTED),
    _Kind.CALL_DECLINED: _answered(CallAnswer.DECLINED),
    _Kind.ESTABLISHED: lambda _, event: {
        "established_at": _when(event),
        "call_stands": False,
        "follow_up_on": event.act.follow_up_on,
    },
    _Kind.COPY_OFFERED: lambda _, event: {"copy_offered_at": event.at, "copy_accepted": event.act.accepted},
    _Kind.FOLLOWED_UP: lambda _, event: {
        "followed_up_at": _when(event),
        "call_stands": False,
        "follow_up_on": event.act.follow_up_on,
    },
    _Kind.REVISED: lambda facts, event: {
        "copy_offered_at": None,
        "copy_accepted": None,
        "follow_up_on": event.act.follow_up_on or facts.follow_up_on,
    },
    _Kind.CLOSED: lambda _, event: {"closed_at": event.at, "call_stands": False},
}
