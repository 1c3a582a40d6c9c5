"""Random stories of care episodes: no forbidden step is taken, and what must hold always holds.

What must hold is worked out here from the bare events, not from the facts that the rules look at.
"""

from __future__ import annotations

from itertools import pairwise
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_facts import EpisodeEvent
from lifecare_gql.domain.episode_words import EpisodeEventKind, EpisodeState, NoticeKind, PartyRole
from lifecare_gql.domain.episodes import available_actions, refused
from lifecare_gql.domain.readiness import discharge_readiness
from tests.domain.episodes import CENTRE, ELSEWHERE, NURSES, STRANGERS, TOWN, WARD, Story
from tests.domain.process_by_hand import BY_HAND, LETTERS, MOVES, NEEDS_NO_PART, cell

E = EpisodeEventKind
UNITS = (WARD, CENTRE, TOWN, NURSES, ELSEWHERE, STRANGERS[PartyRole.WARD])
BRINGING = (E.ADMISSION_NOTICE_SENT, E.PARTICIPANT_ADDED)
BY_PHONE = frozenset({NoticeKind.DISCHARGE_NOTICE})
ENDS = (E.ABORTED, E.CLOSED, E.NO_NEED_ASSESSED)
STEADY = tuple(kind for kind in E if kind not in (*ENDS, *map(E, NEEDS_NO_PART)))
steps = {"acts": 0, "done": 0, "discharged": 0, "withdrawn": 0}


def state_by_hand(events: list[EpisodeEvent]) -> str | None:
    state: str | None = None
    for event in events:
        state = MOVES.get((event.act.kind.value, state), state)
    return state


def receiving_by_hand(events: list[EpisodeEvent]) -> list[Party]:
    """Who was brought in by the ward or another party, and has not said that all of it was a mistake."""
    brought = [(event.id, unit) for event in events if event.act.kind in BRINGING for unit in event.act.recipients]
    wrong = {(event.act.about, event.unit.id) for event in events if event.act.kind is E.MISDIRECTED}
    standing = {unit.id: unit for told, unit in brought if (told, unit.id) not in wrong}
    return [unit for unit in standing.values() if PartyRole.of(unit.kind) is not PartyRole.WARD]


def secured_by_hand(events: list[EpisodeEvent], unit: Party) -> bool:
    """Whether the unit has the discharge information: the latest notice acknowledged, or a call since."""
    kinds = [event.act.kind for event in events]
    since = len(kinds) - 1 - kinds[::-1].index(E.DISCHARGE_READY_SENT)
    told, notice = False, None
    for event in events[since:]:
        if event.act.kind is E.DISCHARGE_NOTICE_SENT:
            told, notice = False, event.id
        elif event.act.kind is E.ACKNOWLEDGED and event.unit == unit:
            told = told or event.act.about == notice
        elif event.act.kind is E.PHONE_CALL_LOGGED and event.act.informed >= BY_PHONE:
            told = told or unit in (event.unit, event.act.called)
    return told


class Walk:
    """One episode where anybody tries anything, and only what nobody objects to is done."""

    def __init__(self, **background: bool) -> None:
        self.story = Story(**background)
        self.story.does(E.ADMITTED, WARD)

    def tries(self, kind: EpisodeEventKind, by: Party, **says: Any) -> None:
        before, state = list(self.story.events), state_by_hand(self.story.events)
        objections = self.story.does(kind, by, **says)
        steps["acts"] += 1
        assert self.story.events[: len(before)] == before, "the record is only added to"
        if refused(objections):
            assert self.story.events == before, "a refused act changes nothing"
            return
        steps["done"] += 1
        steps["withdrawn"] += kind is E.DISCHARGE_READY_WITHDRAWN
        assert cell(kind.value, EpisodeState(state) if state else None) == "+", f"{kind} in {state}"
        assert PartyRole.of(by.kind) in [LETTERS[letter] for letter in BY_HAND[kind.value][1]]
        if kind in (E.DISCHARGE_READY_SENT, E.DISCHARGE_NOTICE_SENT):
            assert not self.secret_by_hand(before), "secrecy hinders it"
        if kind is E.DISCHARGED:
            self.discharged_safely(before)

    def secret_by_hand(self, events: list[EpisodeEvent]) -> bool:
        """What the ward last said of it, or else what was known before."""
        said = [bool(event.act.holds) for event in events if event.act.kind is E.SECRECY_ASSESSED]
        return [self.story.background.secrecy_hinders, *said][-1]

    def discharged_safely(self, events: list[EpisodeEvent]) -> None:
        steps["discharged"] += 1
        receiving = receiving_by_hand(events)
        assert receiving
        wrong = [event.act.about for event in events if event.act.kind is E.MISDIRECTED]
        addressed = [(one.id, unit) for one in events if one.act.kind in BRINGING for unit in one.act.recipients]
        lost = {PartyRole.of(unit.kind) for told, unit in addressed if told in wrong} - {PartyRole.WARD}
        assert lost <= {PartyRole.of(unit.kind) for unit in receiving}, "a role was lost to a mistake"
        appointed = {event.unit.id for event in events if event.act.kind is E.FIXED_CARE_CONTACT_APPOINTED}
        for unit in receiving:
            assert secured_by_hand(events, unit), unit.name
            if PartyRole.of(unit.kind) is PartyRole.OUTPATIENT_CARE:
                assert unit.id in appointed

    def tries_something(self, kind: EpisodeEventKind, by: Party, other: Party) -> None:
        about = self.story.events[-1].id
        self.tries(kind, by, recipients=(other,), called=other, informed=BY_PHONE, about=about)

    def reads_the_inbox(self, by: Party) -> None:
        for notice in list(self.story.facts.to(by.id)):
            self.tries(E.ACKNOWLEDGED, by, about=notice.id)

    def takes_what_is_offered(self, by: Party, chance: Random) -> None:
        offered = [one.event for one in available_actions(self.story.facts, by, {}) if one.allowed]
        if steady := [event for event in offered if event in STEADY]:
            about = [one.id for one in self.story.facts.to(by.id)]
            self.tries(chance.choice(steady), by, about=chance.choice(about) if about else None)

    def got_it_by_mistake(self, by: Party) -> None:
        for notice in list(self.story.facts.to(by.id))[:1]:
            self.tries(E.MISDIRECTED, by, about=notice.id)

    def is_notified_and_answers(self, by: Party) -> None:
        self.tries(E.ADMISSION_NOTICE_SENT, WARD)
        self.tries(E.ANSWERED, by)
        self.reads_the_inbox(by)
        self.tries(E.ANSWERED, by)

    def wants_to_discharge(self, forgets: str) -> None:
        self.tries(E.ADMISSION_NOTICE_SENT, WARD)
        self.tries(E.DISCHARGE_READY_SENT, WARD)
        if forgets != "the contact":
            self.tries(E.FIXED_CARE_CONTACT_APPOINTED, CENTRE)
        if forgets != "the notice":
            self.tries(E.DISCHARGE_NOTICE_SENT, WARD)
        for unit in receiving_by_hand(self.story.events)[forgets == "a receipt" :]:
            self.reads_the_inbox(unit)
        self.tries(E.DISCHARGED, WARD)

    def takes_it_back(self) -> None:
        self.tries(E.DISCHARGE_READY_WITHDRAWN, WARD)
        self.tries(E.DISCHARGED, WARD)

    def holds(self) -> None:
        """What must hold after every act."""
        events, facts = self.story.events, self.story.facts
        assert facts.state == state_by_hand(events)
        assert facts.version == len(events)
        assert {unit.id for unit in facts.receiving} == {unit.id for unit in receiving_by_hand(events)}
        kinds = [event.act.kind for event in events]
        moves = [kind for kind in kinds if kind in (E.DISCHARGE_READY_SENT, E.DISCHARGE_READY_WITHDRAWN)]
        assert all(a is not b for a, b in pairwise(moves)), "sent and withdrawn take turns"
        assert (facts.discharge_ready_at is not None) == (moves[-1:] == [E.DISCHARGE_READY_SENT])
        told = [one for one in facts.notices if one.kind is NoticeKind.DISCHARGE_READY]
        assert len(told) == moves.count(E.DISCHARGE_READY_SENT), "a withdrawn notice stays in the history"
        gate = discharge_readiness(facts, {})
        assert gate.allowed == (not refused(self.story.judged(E.DISCHARGED, WARD)))
        for one in available_actions(facts, TOWN, {}):
            assert one.allowed or refused(self.story.judged(one.event, TOWN)), one.event


FORGETS = ("nothing", "the notice", "a receipt", "the contact")


class Episode(RuleBasedStateMachine):
    """A walk that Hypothesis steers, and shrinks when something does not hold."""

    @initialize(consent=st.booleans(), secrecy=st.sampled_from([False, False, False, True]))
    def begin(self, consent: bool, secrecy: bool) -> None:
        self.walk = Walk(plan_consent=consent, secrecy_hinders=secrecy)

    @rule(kind=st.sampled_from(STEADY), by=st.sampled_from(UNITS), other=st.sampled_from(UNITS))
    def anybody_tries_anything(self, kind: EpisodeEventKind, by: Party, other: Party) -> None:
        self.walk.tries_something(kind, by, other)

    @rule(by=st.sampled_from(UNITS), chance=st.integers(0, 2**32).map(Random))
    def somebody_takes_what_is_offered(self, by: Party, chance: Random) -> None:
        self.walk.takes_what_is_offered(by, chance)

    @rule(by=st.sampled_from((CENTRE, TOWN, NURSES)))
    def somebody_reads_the_inbox(self, by: Party) -> None:
        self.walk.reads_the_inbox(by)

    @rule(by=st.sampled_from((CENTRE, TOWN)))
    def somebody_is_notified_and_answers(self, by: Party) -> None:
        self.walk.is_notified_and_answers(by)

    @rule(by=st.sampled_from((CENTRE, TOWN)))
    def the_ward_calls(self, by: Party) -> None:
        self.walk.tries(E.PHONE_CALL_LOGGED, WARD, called=by, informed=BY_PHONE)

    @rule(by=st.sampled_from((CENTRE, TOWN)))
    def somebody_got_it_by_mistake(self, by: Party) -> None:
        self.walk.got_it_by_mistake(by)

    @rule(forgets=st.sampled_from(FORGETS))
    def the_ward_wants_to_discharge(self, forgets: str) -> None:
        self.walk.wants_to_discharge(forgets)

    @rule(kind=st.sampled_from((E.SECRECY_ASSESSED, E.COMPULSORY_CARE_ASSESSED)), holds=st.booleans())
    def the_ward_assesses(self, kind: EpisodeEventKind, holds: bool) -> None:
        self.walk.tries(kind, WARD, holds=holds)

    @rule()
    def the_ward_takes_it_back(self) -> None:
        self.walk.takes_it_back()

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self.walk.story.later(hours=hours)

    @precondition(lambda self: len(self.walk.story.events) > 12)
    @rule(kind=st.sampled_from(ENDS), by=st.sampled_from(UNITS))
    def somebody_ends_it(self, kind: EpisodeEventKind, by: Party) -> None:
        self.walk.tries(kind, by)

    @invariant()
    def what_must_hold(self) -> None:
        self.walk.holds()


def test_stories_that_hypothesis_steers_hold_what_must_hold() -> None:
    steps.update(dict.fromkeys(steps, 0))
    run_state_machine_as_test(
        Episode,
        settings=settings(
            max_examples=40,
            stateful_step_count=20,
            deadline=None,
            derandomize=True,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert steps["acts"] >= 1000, steps


def test_long_walks_hold_what_must_hold() -> None:
    steps.update(dict.fromkeys(steps, 0))
    for seed in range(30):
        chance = Random(seed)
        walk = Walk(plan_consent=chance.random() < 0.5)
        moves = (
            lambda one, roll: one.tries_something(roll.choice(STEADY), roll.choice(UNITS), roll.choice(UNITS)),
            lambda one, roll: one.takes_what_is_offered(roll.choice(UNITS), roll),
            lambda one, roll: one.reads_the_inbox(roll.choice(UNITS)),
            lambda one, roll: one.is_notified_and_answers(roll.choice((CENTRE, TOWN))),
            lambda one, roll: one.wants_to_discharge(roll.choice(FORGETS)),
            lambda one, _: one.takes_it_back(),
            lambda one, roll: one.got_it_by_mistake(roll.choice(UNITS)) if roll.random() < 0.2 else None,
        )
        for _ in range(25):
            chance.choice(moves)(walk, chance)
            walk.holds()
    assert steps["acts"] >= 1000, steps
    assert min(steps.values()) >= 10, steps
