"""The life of an outage (driftstopp) as a table: from which states, what, who may, if what, to where.

It is an outage of one region and touches no other. A planned one does not begin by itself: somebody says that
the system is down, also afterwards. The machinery is that of `process_table`, as for the discharge process.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias

from pydantic import Field

from lifecare_gql.domain import outage_guards as outage
from lifecare_gql.domain import process_guards as core
from lifecare_gql.domain import process_table as table
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.objections import Objection, ObjectionCode
from lifecare_gql.domain.outage_facts import OutageAct, OutageFacts
from lifecare_gql.domain.outage_guards import OutageGuard
from lifecare_gql.domain.outage_words import (
    OutageClass,
    OutageEventKind,
    OutageRole,
    OutageState,
    RegionOutageState,
)
from lifecare_gql.domain.process_table import Process, Row, Wording
from lifecare_gql.domain.region import Region
from lifecare_gql.domain.reviewing import Regions
from lifecare_gql.domain.values import value

OutageStep: TypeAlias = Row[OutageEventKind, OutageState, OutageRole, OutageAct, OutageFacts]
"""A row of the outage's table."""

_Event = OutageEventKind
_State = OutageState
_MANAGER = (OutageRole.MANAGER,)


def _step(
    event: OutageEventKind,
    states: tuple[OutageState | None, ...],
    *guards: OutageGuard,
    to: OutageState | None = None,
) -> OutageStep:
    return Row(event=event, states=states, who=_MANAGER, guards=guards, to=to, joins=None in states)


# fmt: off
OUTAGE_TABLE: tuple[OutageStep, ...] = (
    _step(_Event.PLANNED, (None, _State.PLANNED), outage.WINDOW, outage.WINDOW_AHEAD, core.TEXT,
          to=_State.PLANNED),
    _step(_Event.STARTED, (None, _State.PLANNED), core.HAPPENED, outage.NO_OTHER, to=_State.ACTIVE),
    _step(_Event.ENDED, (_State.ACTIVE,), core.HAPPENED, outage.ORDER, outage.APART, to=_State.RECOVERY),
    _step(_Event.START_CORRECTED, (_State.ACTIVE, _State.RECOVERY),
          core.MOMENT, core.HAPPENED, outage.ORDER, outage.APART, core.REASON),
    _step(_Event.END_CORRECTED, (_State.RECOVERY,),
          core.MOMENT, core.HAPPENED, outage.ORDER, outage.APART, core.REASON),
    _step(_Event.CLOSED, (_State.RECOVERY,), outage.NOTHING_LEFT, to=_State.CLOSED),
    _step(_Event.CANCELLED, (_State.PLANNED,), core.REASON, to=_State.CANCELLED),
)
# fmt: on
"""No document describes it but as the day itself (V10–V12, V29); decision 0018 says how it is read."""


@value
class AvailableOutageAction:
    """What may be said of an outage now; for what may not, why not."""

    event: OutageEventKind = Field(description="What would happen.")
    allowed: bool = table.ALLOWED
    objections: tuple[Objection, ...] = table.OBJECTIONS
    warnings: tuple[Objection, ...] = table.WARNINGS
    asks: tuple[ObjectionCode, ...] = table.ASKS
    leads_to: OutageState | None = table.LEADS_TO


def _of_the_region(facts: OutageFacts, unit: Party) -> bool:
    return unit.region == facts.region


_OUTAGE = Process(
    rows=OUTAGE_TABLE,
    order=(None, *_State),
    wording=Wording(
        record="outage",
        the="avbrottet",
        stands="avbrottets läge är",
        not_begun="ej påbörjat",
        way_in="Avbrottet gäller en annan region.",
    ),
    roles={OutageRole.MANAGER: "den som sköter avbrott i regionen"},
    takes_part=_of_the_region,
    holds=lambda _, facts, unit: facts.background.may_manage and _of_the_region(facts, unit),
)
outage_step_of = _OUTAGE.step_of
outage_next_state = _OUTAGE.next_state
judge_outage = _OUTAGE.judge


def available_outage_actions(
    facts: OutageFacts, unit: Party, regions: Regions
) -> tuple[AvailableOutageAction, ...]:
    """What may be said now, for every event; for what may not, why not."""
    acts = (OutageAct(kind=kind) for kind in OutageEventKind)
    return _OUTAGE.available(acts, facts, unit, regions, AvailableOutageAction)


_STANDINGS = {
    OutageState.PLANNED: RegionOutageState.PLANNED,
    OutageState.RECOVERY: RegionOutageState.RECOVERY,
    OutageState.ACTIVE: RegionOutageState.ACTIVE,
}


def region_outage_state(outages: Iterable[OutageFacts]) -> RegionOutageState:
    """Where a region stands, its outages taken together: the gravest of those that are open, else normal."""
    states = {_STANDINGS.get(one.state) for one in outages if one.state}
    return max((one for one in states if one), key=list(RegionOutageState).index, default=RegionOutageState.NORMAL)


def long_after_hours(region: Region) -> int | None:
    """The line between short and long outages in elapsed hours (V11, V12); None when no source draws one."""
    said = region.outage and region.outage.long_after
    if not said or said.hours is not None:
        return said.hours if said else None
    return next((hours for hours in _assumed_hours(region, said.assumption)), None)


def _assumed_hours(region: Region, key: str | None) -> Iterator[int]:
    """Whole hours: True and False are numbers to Python, but none here."""
    for one in region.book.assumptions:
        if one.key == key and isinstance(one.value, int) and not isinstance(one.value, bool) and one.value > 0:
            yield one.value


def outage_faults(region: Region) -> Iterator[str]:
    """What does not fit between a region's outage routine and the rest of what it says."""
    said = region.outage and region.outage.long_after
    if said and long_after_hours(region) is None:
        yield f"long_after names the assumption {said.assumption}, which is no number of hours in routines.toml"


def outage_class(facts: OutageFacts, hours: int | None) -> OutageClass | None:
    """Short or long, as far as it has come: long once more than `hours` have elapsed; None without a line."""
    if hours is None or facts.interval is None:
        return None
    over = facts.interval.length(facts.now).total_seconds() > hours * 3600
    return OutageClass.LONG if over else OutageClass.SHORT
