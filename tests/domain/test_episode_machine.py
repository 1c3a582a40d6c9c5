"""Random stories of care episodes: no forbidden step is taken, and what must hold always holds.

What must hold is worked out here from the bare events, not from the facts that the rules look at.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, settings
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


class Episode(RuleBasedStateMachine):
    """Anybody tries anything; only what nobody objects to is done."""

    @initialize(consent=st.booleans(), secrecy=st.sampled_from([False, False, False, True]), far=st.integers(1, 3))
    def begin(self, consent: bool, secrecy: bool, far: int) -> None:
        self.story = Story(plan_consent=consent, secrecy_hinders=secrecy)
        for kind in (E.ADMITTED, E.ADMISSION_NOTICE_SENT, E.DISCHARGE_READY_SENT)[:far]:
            self.story.does(kind, WARD)

    def tries(self, kind: EpisodeEventKind, by: Party, **says: Any) -> None:
        before, state = list(self.story.events), state_by_hand(self.story.events)
        objections = self.story.does(kind, by, **says)
        steps["acts"] += 1
        assert self.story.events[: len(before)] == before, "the record is only added to"
        if refused(objections):
            assert self.story.events == before, "a refused act changes nothing"
            return
        steps["done"] += 1
        assert cell(kind.value, EpisodeState(state) if state else None) == "+", f"{kind} in {state}"
        assert PartyRole.of(by.kind) in [LETTERS[letter] for letter in BY_HAND[kind.value][1]]
        if kind is E.DISCHARGED:
            self.discharged_safely(before)

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

    @rule(kind=st.sampled_from(STEADY), by=st.sampled_from(UNITS), other=st.sampled_from(UNITS))
    def anybody_tries_anything(self, kind: EpisodeEventKind, by: Party, other: Party) -> None:
        about = self.story.events[-1].id
        self.tries(kind, by, recipients=(other,), called=other, informed=BY_PHONE, about=about)

    @rule(data=st.data(), units=st.lists(st.sampled_from((WARD, WARD, CENTRE, TOWN)), min_size=1, max_size=4))
    def some_do_what_they_are_offered(self, data: st.DataObject, units: list[Party]) -> None:
        for by in units:
            offered = [one.event for one in available_actions(self.story.facts, by, {}) if one.allowed]
            if steady := [event for event in offered if event in STEADY]:
                about = next((one.id for one in self.story.facts.to(by.id)), None)
                self.tries(data.draw(st.sampled_from(steady)), by, about=about)

    @precondition(lambda self: len(self.story.events) > 15)
    @rule(kind=st.sampled_from(ENDS), by=st.sampled_from(UNITS))
    def somebody_ends_it(self, kind: EpisodeEventKind, by: Party) -> None:
        self.tries(kind, by)

    @rule(by=st.sampled_from((CENTRE, TOWN, NURSES)))
    def somebody_reads_the_inbox(self, by: Party) -> None:
        self.reads_the_inbox(by)

    def reads_the_inbox(self, by: Party) -> None:
        for notice in list(self.story.facts.to(by.id)):
            self.tries(E.ACKNOWLEDGED, by, about=notice.id)

    @rule(by=st.sampled_from((CENTRE, TOWN)))
    def the_ward_calls(self, by: Party) -> None:
        self.tries(E.PHONE_CALL_LOGGED, WARD, called=by, informed=BY_PHONE)

    @rule(by=st.sampled_from((CENTRE, TOWN)))
    def somebody_got_it_by_mistake(self, by: Party) -> None:
        for notice in list(self.story.facts.to(by.id))[:1]:
            self.tries(E.MISDIRECTED, by, about=notice.id)

    @precondition(lambda self: self.story.facts.state is not EpisodeState.DISCHARGED)
    @rule(forgets=st.sampled_from(("nothing", "the notice", "a receipt", "the contact")))
    def the_ward_wants_to_discharge(self, forgets: str) -> None:
        self.tries(E.DISCHARGE_READY_SENT, WARD)
        if forgets != "the contact":
            self.tries(E.FIXED_CARE_CONTACT_APPOINTED, CENTRE)
        if forgets != "the notice":
            self.tries(E.DISCHARGE_NOTICE_SENT, WARD)
        for unit in receiving_by_hand(self.story.events)[forgets == "a receipt" :]:
            self.reads_the_inbox(unit)
        self.tries(E.DISCHARGED, WARD)

    @precondition(lambda self: self.story.facts.discharge_ready_at is not None)
    @rule(at_once=st.booleans())
    def the_ward_takes_it_back(self, at_once: bool) -> None:
        self.tries(E.DISCHARGE_READY_WITHDRAWN, WARD)
        self.tries(E.DISCHARGED, WARD)
        if at_once:
            self.tries(E.DISCHARGE_READY_SENT, WARD)
            self.tries(E.DISCHARGED, WARD)

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self.story.later(hours=hours)

    @invariant()
    def the_facts_are_what_the_events_say(self) -> None:
        facts = self.story.facts
        assert facts.state == state_by_hand(self.story.events)
        assert facts.version == len(self.story.events)
        assert sorted(unit.id for unit in facts.receiving) == sorted(
            unit.id for unit in receiving_by_hand(self.story.events)
        )

    @invariant()
    def a_withdrawn_notice_stays_in_the_history(self) -> None:
        kinds = [event.act.kind for event in self.story.events]
        moves = [kind for kind in kinds if kind in (E.DISCHARGE_READY_SENT, E.DISCHARGE_READY_WITHDRAWN)]
        assert all(a is not b for a, b in pairwise(moves)), "sent and withdrawn take turns"
        facts = self.story.facts
        assert (facts.discharge_ready_at is not None) == (moves[-1:] == [E.DISCHARGE_READY_SENT])
        told = [one for one in facts.notices if one.kind is NoticeKind.DISCHARGE_READY]
        assert len(told) == moves.count(E.DISCHARGE_READY_SENT)
        steps["withdrawn"] += E.DISCHARGE_READY_WITHDRAWN in moves

    @invariant()
    def the_gate_says_what_the_discharge_would(self) -> None:
        gate = discharge_readiness(self.story.facts, {})
        assert gate.allowed == (not refused(self.story.judged(E.DISCHARGED, WARD)))

    @invariant()
    def what_is_not_offered_is_refused(self) -> None:
        for one in available_actions(self.story.facts, TOWN, {}):
            if not one.allowed:
                assert refused(self.story.judged(one.event, TOWN)), one.event


def test_random_stories_hold_what_must_hold() -> None:
    steps.update(dict.fromkeys(steps, 0))
    run_state_machine_as_test(
        Episode,
        settings=settings(
            max_examples=50,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert steps["acts"] >= 1000, steps
    assert min(steps.values()) > 0, steps
