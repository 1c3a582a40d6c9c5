"""Random stories of plans (SIP): no forbidden step is taken, and what must hold always holds.

What must hold is worked out here from the bare events, not from the facts that the rules look at.
"""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.plan_facts import PlanContent, PlanEvent
from lifecare_gql.domain.plan_words import CallAnswer, PlanEventKind, PlanState
from lifecare_gql.domain.plans import available_plan_actions
from lifecare_gql.domain.process_table import refused
from lifecare_gql.domain.words import CareType, Principal
from tests.domain.episodes import CENTRE, TOWN
from tests.domain.plan_by_hand import MOVES, cell
from tests.domain.plans import CONTENT, STRANGER, UNITS, PlanStory, content

K = PlanEventKind
EVERYBODY = (*UNITS.values(), STRANGER)
CONTENTS = (
    CONTENT,
    content(main_responsibility=Principal.REGION),
    content(measures_by_others=""),
    content(interventions=()),
    content(main_responsibility=None),
    None,
)
STEADY = tuple(kind for kind in K if kind is not K.CLOSED)
ANSWERS = {K.CALL_ACCEPTED: CallAnswer.ACCEPTED, K.CALL_DECLINED: CallAnswer.DECLINED}
steps = dict.fromkeys(K, 0)
tries = {"acts": 0}


def of(events: list[PlanEvent], *kinds: PlanEventKind) -> list[PlanEvent]:
    return [event for event in events if event.act.kind in kinds]


def state_by_hand(events: list[PlanEvent]) -> PlanState | None:
    state: str | None = None
    for event in events:
        after = {("FOLLOWED_UP", "FOLLOWED_UP"): "FOLLOWED_UP", ("REVISED", "ESTABLISHED"): "ESTABLISHED"} | MOVES
        state = after.get((event.act.kind.value, state), state)
    return None if state is None else PlanState(state)


def parties_by_hand(events: list[PlanEvent]) -> set[str]:
    told = [unit for event in of(events, K.NEED_IDENTIFIED, K.CALLED) for unit in event.act.recipients]
    return {unit.id for unit in (*told, *(event.unit for event in events))}


def contents_by_hand(events: list[PlanEvent]) -> list[PlanContent]:
    written = of(events, K.DRAFTED, K.ESTABLISHED, K.REVISED)
    return [event.act.content for event in written if event.act.content]


def answers_by_hand(events: list[PlanEvent]) -> dict[str, CallAnswer]:
    answers: dict[str, CallAnswer] = {}
    for event in events:
        if event.act.kind is K.CALLED:
            answers = dict.fromkeys((unit.id for unit in event.act.recipients), CallAnswer.PENDING)
        elif event.act.kind in ANSWERS:
            assert event.unit.id in answers, "only who is called answers"
            answers[event.unit.id] = ANSWERS[event.act.kind]
    return answers


def shows_all(plan: PlanContent) -> bool:
    said = plan.measures_by_others and plan.main_responsibility in (Principal.REGION, Principal.MUNICIPALITY)
    return bool(plan.interventions and said)


def on_the_side_of(unit: Party, principal: Principal | None) -> bool:
    municipal = unit.kind.care_type is CareType.MUNICIPAL
    return principal is (Principal.MUNICIPALITY if municipal else Principal.REGION)


class Walk:
    """One plan where anybody tries anything, and only what nobody objects to is done."""

    def __init__(self, **background: Any) -> None:
        self.story = PlanStory(**background)
        self.tries(K.NEED_IDENTIFIED, TOWN, recipients=(CENTRE,))

    def tries(self, kind: PlanEventKind, by: Party, **says: Any) -> None:
        before, state = list(self.story.events), state_by_hand(self.story.events)
        objections = self.story.does(kind, by, **says)
        tries["acts"] += 1
        assert self.story.events[: len(before)] == before, "the record is only added to"
        if refused(objections):
            assert self.story.events == before, "a refused act changes nothing"
            return
        steps[kind] += 1
        assert cell(kind.value, state) == "+", f"{kind} in {state}"
        self.was_rightly_done(before, self.story.events[-1])

    def was_rightly_done(self, before: list[PlanEvent], event: PlanEvent) -> None:
        """Who may, and what the law asks for, from the events before it."""
        kind, background = event.act.kind, self.story.background
        calls, plans = of(before, K.CALLED), contents_by_hand(before)
        callers = background.callers or frozenset()
        assert kind is K.NEED_IDENTIFIED or event.unit.id in parties_by_hand(before) | callers
        if kind in (K.CALLED, K.ESTABLISHED, K.REVISED):
            assert background.consent, "without consent no plan is made"
        if kind is K.CALLED and background.callers is not None:
            assert event.unit.id in callers
        if kind in (K.ESTABLISHED, K.COPY_OFFERED):
            assert event.unit == calls[-1].unit
        if kind in (K.ESTABLISHED, K.REVISED):
            assert shows_all(contents_by_hand([*before, event])[-1])
        if kind in (K.FOLLOWED_UP, K.REVISED) or (kind is K.CLOSED and of(before, K.ESTABLISHED)):
            assert on_the_side_of(event.unit, plans[-1].main_responsibility)
        elif kind is K.CLOSED:
            assert event.unit in (before[0].unit, *(call.unit for call in calls[-1:]))

    def tries_something(self, kind: PlanEventKind, by: Party, others: set[str], says: PlanContent | None) -> None:
        recipients = tuple(unit for unit in EVERYBODY if unit.id in others)
        given = {"content": says} if kind in (K.DRAFTED, K.ESTABLISHED, K.REVISED) else {}
        self.tries(kind, by, recipients=recipients, **given)

    def takes_what_is_offered(self, by: Party, chance: Random) -> None:
        offered = [one.event for one in available_plan_actions(self.story.facts, by, {}) if one.allowed]
        if steady := [kind for kind in offered if kind in STEADY]:
            self.tries(chance.choice(steady), by)

    def goes_on(self) -> None:
        """Those who should, take the next step towards a plan that is made and followed up."""
        story, made = self.story, self.story.facts.established_at is not None
        caller = story.facts.caller
        if caller is None or story.facts.state is None:
            self.tries(K.CALLED, CENTRE)
        elif not made:
            self.tries(K.ESTABLISHED, caller)
        else:
            for unit in EVERYBODY:
                self.tries(K.FOLLOWED_UP, unit)

    def consents(self, given: bool) -> None:
        self.story.background = replace(self.story.background, consent=given)

    def holds(self) -> None:
        """What must hold after every act."""
        events, facts = self.story.events, self.story.facts
        calls, plans, answers = of(events, K.CALLED), contents_by_hand(events), answers_by_hand(events)
        assert (facts.state, facts.version) == (state_by_hand(events), len(events))
        assert {one.unit.id for one in facts.participants} == parties_by_hand(events)
        assert len({one.unit.id for one in facts.participants}) == len(facts.participants)
        assert {one.unit.id: one.answer for one in facts.participants if one.invited} == answers
        assert facts.caller == (calls[-1].unit if calls else None)
        assert facts.meeting == (calls[-1].act.meeting if calls else None)
        assert facts.meeting_number == max(0, len(calls) - 1)
        assert (facts.content_version, facts.content) == (len(plans), plans[-1] if plans else None)
        latest = of(events, K.COPY_OFFERED, K.REVISED)[-1:]
        assert (facts.copy_offered_at is not None) == bool(of(latest, K.COPY_OFFERED))
        assert not of(events[:-1], K.CLOSED), "nothing follows the end"
        for unit in (TOWN, CENTRE, STRANGER):
            for one in available_plan_actions(facts, unit, {}):
                assert one.allowed or refused(self.story.judged(one.event, unit)), one.event


PROCESS = frozenset({CENTRE.id})


class Plan(RuleBasedStateMachine):
    """A walk that Hypothesis steers, and shrinks when something does not hold."""

    @initialize(consent=st.sampled_from([True, True, False]), callers=st.sampled_from([None, PROCESS]))
    def begin(self, consent: bool, callers: frozenset[str] | None) -> None:
        self.walk = Walk(consent=consent, callers=callers)

    @rule(
        kind=st.sampled_from(STEADY),
        by=st.sampled_from(EVERYBODY),
        others=st.sets(st.sampled_from([unit.id for unit in EVERYBODY])),
        says=st.sampled_from(CONTENTS),
    )
    def anybody_tries_anything(
        self, kind: PlanEventKind, by: Party, others: set[str], says: PlanContent | None
    ) -> None:
        self.walk.tries_something(kind, by, others, says)

    @rule(by=st.sampled_from(EVERYBODY), chance=st.integers(0, 2**32).map(Random))
    def somebody_takes_what_is_offered(self, by: Party, chance: Random) -> None:
        self.walk.takes_what_is_offered(by, chance)

    @rule()
    def it_goes_on(self) -> None:
        self.walk.goes_on()

    @rule(given=st.booleans())
    def the_patient_consents_or_not(self, given: bool) -> None:
        self.walk.consents(given)

    @rule(by=st.sampled_from(EVERYBODY))
    def somebody_ends_it(self, by: Party) -> None:
        if len(self.walk.story.events) > 8:
            self.walk.tries(K.CLOSED, by)

    @invariant()
    def what_must_hold(self) -> None:
        self.walk.holds()


def test_stories_that_hypothesis_steers_hold_what_must_hold() -> None:
    tries["acts"] = 0
    run_state_machine_as_test(
        Plan,
        settings=settings(
            max_examples=60,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert tries["acts"] >= 1000, tries


def test_long_walks_hold_what_must_hold() -> None:
    tries["acts"] = 0
    steps.update(dict.fromkeys(K, 0))
    for seed in range(60):
        chance = Random(seed)
        walk = Walk(callers=chance.choice((None, PROCESS)))
        for _ in range(25):
            walks(walk, chance)
            walk.holds()
        walk.consents(False)
        for unit in EVERYBODY:
            walk.tries(K.CLOSED, unit)
        walk.holds()
    assert tries["acts"] >= 1000, tries
    assert min(steps.values()) >= 10, steps


def walks(walk: Walk, chance: Random) -> None:
    """One step of a long walk, now towards the end of the plan, now anywhere."""
    others = {unit.id for unit in EVERYBODY if chance.random() < 0.5}
    by, roll = chance.choice(EVERYBODY), chance.random()
    if roll < 0.4:
        walk.tries_something(chance.choice(STEADY), by, others, chance.choice(CONTENTS))
    elif roll < 0.7:
        walk.takes_what_is_offered(by, chance)
    elif roll < 0.85:
        walk.goes_on()
    else:
        walk.consents(chance.random() < 0.7)
