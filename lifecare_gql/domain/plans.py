"""The coordinated individual plan (SIP) as a table: from which states, what, who may, if what, to where.

It stands in and outside the discharge process (S4). Being late is no objection. The machinery is that of
`process_table`, as for the discharge process in `episodes`.
"""

from __future__ import annotations

from typing import TypeAlias

from pydantic import Field

from lifecare_gql.domain import law
from lifecare_gql.domain import plan_guards as plan
from lifecare_gql.domain import process_guards as core
from lifecare_gql.domain import process_table as table
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.law import LegalReference
from lifecare_gql.domain.objections import Objection, ObjectionCode
from lifecare_gql.domain.plan_facts import PlanAct, PlanFacts
from lifecare_gql.domain.plan_guards import PlanGuard
from lifecare_gql.domain.plan_words import PlanEventKind, PlanRole, PlanState
from lifecare_gql.domain.process_table import Process, Row, Wording
from lifecare_gql.domain.reviewing import Regions
from lifecare_gql.domain.values import value

PlanStep: TypeAlias = Row[PlanEventKind, PlanState, PlanRole, PlanAct, PlanFacts]
"""A row of the plan's table."""

_Event = PlanEventKind
_State = PlanState
_Role = PlanRole
_BEFORE = (_State.CALL_PLANNED, _State.CALLED)
_MADE = (_State.ESTABLISHED, _State.FOLLOWED_UP)


def _step(
    event: PlanEventKind,
    states: tuple[PlanState | None, ...],
    who: tuple[PlanRole, ...],
    *guards: PlanGuard,
    to: PlanState | None = None,
    law: LegalReference | None = None,
    joins: bool = False,
) -> PlanStep:
    return Row(event=event, states=states, who=who, guards=guards, to=to, law=law, joins=joins)


# fmt: off
PLAN_TABLE: tuple[PlanStep, ...] = (
    _step(_Event.NEED_IDENTIFIED, (None,), (_Role.ANYBODY,),
          plan.NO_OTHER_PLAN, plan.PLAN_NEEDED, core.REGISTERED, core.OTHERS,
          to=_State.CALL_PLANNED, law=law.SOCIAL_SERVICES_PLAN, joins=True),
    _step(_Event.CALLED, (_State.CALL_PLANNED,), (_Role.PARTICIPANT,), *plan.CALL, *core.CHOSEN,
          to=_State.CALLED),
    _step(_Event.CALLED, (_State.CALLED, *_MADE), (_Role.PARTICIPANT,), *plan.CALL, *core.CHOSEN),
    _step(_Event.CALL_ACCEPTED, (_State.CALLED, *_MADE), (_Role.INVITED,), plan.CALL_STANDS),
    _step(_Event.CALL_DECLINED, (_State.CALLED, *_MADE), (_Role.INVITED,), plan.CALL_STANDS, core.REASON),
    _step(_Event.DRAFTED, _BEFORE, (_Role.PARTICIPANT,), plan.CONTENT),
    _step(_Event.ESTABLISHED, (_State.CALLED,), (_Role.CALLER,),
          plan.CONSENT, plan.ITEMS, plan.FOLLOW_UP_AHEAD, core.HAPPENED,
          to=_State.ESTABLISHED, law=law.INDIVIDUAL_PLAN),
    _step(_Event.COPY_OFFERED, _MADE, (_Role.CALLER,), plan.COPY_ANSWERED),
    _step(_Event.FOLLOWED_UP, _MADE, (_Role.MAIN_RESPONSIBLE,),
          core.TEXT, plan.FOLLOW_UP_AHEAD, core.HAPPENED, to=_State.FOLLOWED_UP),
    _step(_Event.REVISED, _MADE, (_Role.MAIN_RESPONSIBLE,),
          plan.CONSENT, plan.CONTENT, plan.NEW_ITEMS, plan.FOLLOW_UP_AHEAD,
          to=_State.ESTABLISHED, law=law.INDIVIDUAL_PLAN),
    _step(_Event.CLOSED, _BEFORE, (_Role.INITIATOR, _Role.CALLER), core.REASON, to=_State.CLOSED),
    _step(_Event.CLOSED, (_State.FOLLOWED_UP,), (_Role.MAIN_RESPONSIBLE,), core.REASON, to=_State.CLOSED),
)
# fmt: on
"""Lag (2017:612), the statutes on the plan and domain practice; decision 0016 says how open points are read."""


@value
class AvailablePlanAction:
    """What a unit may do with a plan now; for what it may not, why not."""

    event: PlanEventKind = Field(description="What would happen.")
    allowed: bool = table.ALLOWED
    objections: tuple[Objection, ...] = table.OBJECTIONS
    warnings: tuple[Objection, ...] = table.WARNINGS
    asks: tuple[ObjectionCode, ...] = table.ASKS
    leads_to: PlanState | None = table.LEADS_TO


def _holds(role: PlanRole, facts: PlanFacts, unit: Party) -> bool | None:
    """Whether the unit has the role in the plan; None when nobody has it yet."""
    if role is PlanRole.INITIATOR or role is PlanRole.CALLER:
        holder = facts.initiator if role is PlanRole.INITIATOR else facts.caller
        return None if holder is None else holder.id == unit.id
    part = facts.participant(unit.id)
    if role is PlanRole.INVITED:
        return None if facts.caller is None else part is not None and part.invited
    if role is PlanRole.MAIN_RESPONSIBLE:
        main = facts.content and facts.content.main_responsibility
        return None if main is None else part is not None and part.principal is main
    return True


_PLAN = Process(
    rows=PLAN_TABLE,
    order=(None, *_State),
    wording=Wording(
        record="plan",
        the="planeringen",
        stands="planens läge är",
        not_begun="ej påbörjad",
        way_in="Be en enhet som deltar att kalla er.",
    ),
    roles={
        PlanRole.ANYBODY: "vem som helst",
        PlanRole.PARTICIPANT: "en enhet som deltar",
        PlanRole.INVITED: "en enhet som är kallad",
        PlanRole.INITIATOR: "enheten som såg behovet",
        PlanRole.CALLER: "enheten som har kallat",
        PlanRole.MAIN_RESPONSIBLE: "en enhet hos den huvudman som har huvudansvaret",
    },
    takes_part=lambda facts, unit: facts.takes_part(unit.id),
    holds=_holds,
)
plan_step_of = _PLAN.step_of
plan_next_state = _PLAN.next_state
judge_plan = _PLAN.judge


def available_plan_actions(facts: PlanFacts, unit: Party, regions: Regions) -> tuple[AvailablePlanAction, ...]:
    """What the unit may do now, for every event; for what it may not, why not."""
    acts = (PlanAct(kind=kind) for kind in PlanEventKind)
    return _PLAN.available(acts, facts, unit, regions, AvailablePlanAction)
