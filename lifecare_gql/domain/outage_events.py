"""Read the facts of an outage (driftstopp) from its events, which are the record. Pure.

verdict = judge_outage(act, facts, unit, regions)              # may it be said?
event = OutageEvent(id=..., at=now, unit=unit, act=act)
facts = outage_facts_of([*events, event], now=now, background=background)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from lifecare_gql.domain.outage_facts import OutageBackground, OutageEvent, OutageFacts
from lifecare_gql.domain.outage_life import outage_next_state
from lifecare_gql.domain.outage_words import OutageEventKind

_Kind = OutageEventKind


def outage_facts_of(
    events: Iterable[OutageEvent], *, now: dt.datetime, background: OutageBackground
) -> OutageFacts:
    """The outage as it stands after the events, in order; ValueError when they follow no row of the table."""
    facts = OutageFacts(now=now, background=background)
    for event in events:
        facts = _after(facts, event)
    return facts


def _after(facts: OutageFacts, event: OutageEvent) -> OutageFacts:
    learn = _LEARN.get(event.act.kind)
    return replace(
        facts,
        state=outage_next_state(event.act.kind, facts.state),
        version=facts.version + 1,
        text=event.act.text or facts.text,
        **(learn(event) if learn else {}),
    )


def _when(event: OutageEvent) -> dt.datetime:
    return event.act.occurred_at or event.at


def _corrected(event: OutageEvent) -> dt.datetime:
    if event.act.occurred_at is None:
        raise ValueError(f"{event.act.kind} says when it was instead")
    return event.act.occurred_at


def _closed(event: OutageEvent) -> dict[str, Any]:
    if event.act.report is None:
        raise ValueError("an outage is closed with its report")
    return {"closed_at": event.at, "report": event.act.report}


_LEARN: dict[OutageEventKind, Callable[[OutageEvent], dict[str, Any]]] = {
    _Kind.PLANNED: lambda event: {"planned_from": event.act.planned_from, "planned_to": event.act.planned_to},
    _Kind.STARTED: lambda event: {"started_at": _when(event)},
    _Kind.ENDED: lambda event: {"ended_at": _when(event)},
    _Kind.START_CORRECTED: lambda event: {"started_at": _corrected(event)},
    _Kind.END_CORRECTED: lambda event: {"ended_at": _corrected(event)},
    _Kind.CLOSED: _closed,
}
