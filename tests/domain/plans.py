"""Coordinated individual plans (SIP) for the tests. All units and persons are made up."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.objections import Objection
from lifecare_gql.domain.plan_events import plan_facts_of
from lifecare_gql.domain.plan_facts import (
    Meeting,
    PlanAct,
    PlanBackground,
    PlanContent,
    PlanEvent,
    PlanFacts,
    PlanGoal,
    PlanIntervention,
    PlanParticipant,
)
from lifecare_gql.domain.plan_words import CallAnswer, MeetingForm, PlanEventKind, PlanState
from lifecare_gql.domain.plans import judge_plan
from lifecare_gql.domain.process_table import refused
from lifecare_gql.domain.words import Principal
from tests.domain.episodes import CENTRE, ELSEWHERE, NURSES, PSYCHIATRY, START, TODAY, TOWN, WARD

K = PlanEventKind
UNITS = {"S": TOWN, "C": CENTRE, "R": WARD, "M": NURSES, "T": PSYCHIATRY}
"""The letters of the drawing by hand."""
STRANGER = ELSEWHERE

CONTENT = PlanContent(
    goals=(PlanGoal(text="Jag vill kunna gå till affären.", in_own_words=True),),
    interventions=(
        PlanIntervention(what="påhittad träning", principal=Principal.REGION, unit_id=CENTRE.id),
        PlanIntervention(what="påhittad hemtjänst", principal=Principal.MUNICIPALITY, starts_on=TODAY),
    ),
    measures_by_others="Inga.",
    main_responsibility=Principal.MUNICIPALITY,
)


def content(**changes: Any) -> PlanContent:
    """A plan that shows all that the law demands, but for what is changed."""
    return replace(CONTENT, **changes)


def meeting(now: dt.datetime = START, /, **changes: Any) -> Meeting:
    """A meeting of an hour, five days from now."""
    begins = now + dt.timedelta(days=5)
    whole = Meeting(starts_at=begins, ends_at=begins + dt.timedelta(hours=1), form=MeetingForm.VIDEO)
    return replace(whole, **changes)


def plan_in_order(state: PlanState | None, /, **changes: Any) -> PlanFacts:
    """A plan in the state, where every guard on the record is met."""
    called = state not in (None, PlanState.CALL_PLANNED)
    made = called and state is not PlanState.CALLED
    facts = PlanFacts(
        now=START,
        background=PlanBackground(consent=True),
        state=state,
        participants=()
        if state is None
        else tuple(PlanParticipant(unit=one, invited=called and letter in "RM") for letter, one in UNITS.items()),
        initiator=None if state is None else TOWN,
        caller=CENTRE if called else None,
        called_at=START if called else None,
        call_stands=called,
        content=CONTENT if made else None,
        content_version=1 if made else 0,
    )
    return replace(facts, **changes)


def plan_act(kind: PlanEventKind, by: Party, /, **changes: Any) -> PlanAct:
    """The act with all that it asks of the caller: a call goes to all others."""
    others = tuple(one for one in UNITS.values() if one.id != by.id)
    complete = PlanAct(
        kind=kind,
        reason="påhittad orsak",
        text="påhittad text",
        recipients=others if kind in (K.CALLED, K.NEED_IDENTIFIED) else (),
        meeting=meeting() if kind is K.CALLED else None,
        content=CONTENT if kind in (K.DRAFTED, K.ESTABLISHED, K.REVISED) else None,
        accepted=True if kind is K.COPY_OFFERED else None,
    )
    return replace(complete, **changes)


class PlanStory:
    """A plan told act by act: each is judged, and done only if nobody objects."""

    def __init__(self, **background: Any) -> None:
        self.background = PlanBackground(**{"consent": True, **background})
        self.events: list[PlanEvent] = []
        self.now = START
        self._read: tuple[Any, PlanFacts] = (None, PlanFacts(now=START))

    @property
    def facts(self) -> PlanFacts:
        """What holds now."""
        key = (len(self.events), self.now, self.background)
        if self._read[0] != key:
            self._read = (key, plan_facts_of(self.events, now=self.now, background=self.background))
        return self._read[1]

    def _act(self, kind: PlanEventKind, by: Party, changes: dict[str, Any]) -> PlanAct:
        if kind is K.CALLED:
            changes = {"meeting": meeting(self.now), **changes}
        return plan_act(kind, by, **changes)

    def judged(self, kind: PlanEventKind, by: Party, /, **changes: Any) -> tuple[Objection, ...]:
        """The objections to the act, without doing it."""
        return judge_plan(self._act(kind, by, changes), self.facts, by, {})

    def does(self, kind: PlanEventKind, by: Party, /, **changes: Any) -> tuple[Objection, ...]:
        """The objections to the act, which is done when none refuses."""
        objections = self.judged(kind, by, **changes)
        if not refused(objections):
            act = self._act(kind, by, changes)
            self.events.append(PlanEvent(id=str(len(self.events)), at=self.now, unit=by, act=act))
            self.now += dt.timedelta(minutes=1)
        return objections

    def answers(self) -> dict[str, CallAnswer]:
        """What those who are called have answered, by the unit's name."""
        return {one.unit.name: one.answer for one in self.facts.participants if one.invited}


def established(**background: Any) -> PlanStory:
    """The need was seen by the municipality, the health centre called, and the plan was made."""
    story = PlanStory(**background)
    for kind, by in ((K.NEED_IDENTIFIED, TOWN), (K.CALLED, CENTRE), (K.ESTABLISHED, CENTRE)):
        assert story.does(kind, by) == ()
    return story
