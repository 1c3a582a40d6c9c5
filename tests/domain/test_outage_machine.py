"""Random outages of one region: no forbidden step is taken, and what must hold always holds.

What must hold is worked out here from the bare events, not from the facts that the rules look at.
"""

from __future__ import annotations

import datetime as dt
from itertools import combinations
from random import Random

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from lifecare_gql.domain.calendar import STOCKHOLM
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.outage_life import available_outage_actions, region_outage_state
from lifecare_gql.domain.outage_words import OutageEventKind, OutageState
from lifecare_gql.domain.process_table import refused
from tests.domain.episodes import WARD
from tests.domain.outage_by_hand import MOVES, cell
from tests.domain.outages import HOUR, STRANGER, K, OutageStory

NIGHT = dt.datetime(2026, 10, 24, 22, 0, tzinfo=STOCKHOLM).astimezone(dt.UTC)
"""The stories begin as the clocks are about to go back."""
steps = dict.fromkeys(K, 0)


def state_by_hand(story: OutageStory) -> OutageState | None:
    state: str | None = None
    for event in story.events:
        state = MOVES.get((event.act.kind.value, state), state)
    return None if state is None else OutageState(state)


def times_by_hand(story: OutageStory) -> tuple[dt.datetime | None, dt.datetime | None]:
    """When it began and ended, by what was said last."""
    said: dict[str, dt.datetime] = {}
    for event in story.events:
        kind = event.act.kind.value
        if kind in ("STARTED", "START_CORRECTED", "ENDED", "END_CORRECTED"):
            said["start" if "START" in kind else "end"] = event.act.occurred_at or event.at
    return said.get("start"), said.get("end")


class Region:
    """A region where anybody says anything of any outage, and only what nobody objects to is done."""

    def __init__(self) -> None:
        self.now = NIGHT
        self.stories = [OutageStory(now=NIGHT)]

    def tries(self, which: int, kind: OutageEventKind, by: Party, hours: float | None, *, left: int = 0) -> None:
        """Something is said of the outage, or of a new one."""
        if which >= len(self.stories):
            self.stories.append(OutageStory(now=self.now))
        story = self.stories[which % len(self.stories)]
        others = (one.facts.interval for one in self.stories if one is not story)
        story.now = self.now
        story.background = OutageStory(others=tuple(filter(None, others)), remaining=left).background
        before, state = list(story.events), state_by_hand(story)
        objections = story.does(
            kind,
            by,
            occurred_at=None if hours is None else self.now + hours * HOUR,
            reason="" if left % 2 else "påhittad orsak",
        )
        assert story.events[: len(before)] == before, "the record is only added to"
        if refused(objections):
            assert story.events == before, "a refused act changes nothing"
            return
        steps[kind] += 1
        assert cell(kind.value, state) == "+", f"{kind} in {state}"
        assert by is WARD
        assert kind is not K.CLOSED or not left % 2

    def holds(self) -> None:
        """What must hold after every act."""
        for story in self.stories:
            facts = story.facts
            assert (facts.state, facts.version) == (state_by_hand(story), len(story.events))
            assert (facts.started_at, facts.ended_at) == times_by_hand(story)
            ends = [event for event in story.events[:-1] if event.act.kind in (K.CLOSED, K.CANCELLED)]
            assert not ends, "nothing follows the end"
            start, end = times_by_hand(story)
            assert start is None or start <= self.now
            assert end is None or (start is not None and start < end <= self.now)
            for one in available_outage_actions(facts, WARD, {}):
                assert one.allowed or refused(story.judged(one.event))
        self.never_two_at_once()

    def never_two_at_once(self) -> None:
        times = [times_by_hand(story) for story in self.stories]
        for (start, end), (begin, over) in combinations([one for one in times if one[0]], 2):
            assert start is not None
            assert begin is not None
            if end is not None and over is not None:
                assert end <= begin or over <= start, "a moment in two outages"
            else:
                assert end is not None or over is not None, "two that last"
                (lasts, (first, last)) = (start, (begin, over)) if end is None else (begin, (start, end))
                assert last is not None
                assert not first <= lasts < last, "one began in another"
        states = {state_by_hand(story) for story in self.stories}
        found = region_outage_state(story.facts for story in self.stories)
        grave = next((one for one in ("ACTIVE", "RECOVERY", "PLANNED") if OutageState(one) in states), "NORMAL")
        assert found.value == grave


HOURS = st.sampled_from([None, None, -0.5, -1, -1.5, -2, -4, -8, 0, 1])


class Outages(RuleBasedStateMachine):
    """A walk that Hypothesis steers, and shrinks when something does not hold."""

    @initialize()
    def begin(self) -> None:
        self.region = Region()

    @rule(
        which=st.integers(0, 3),
        kind=st.sampled_from(K),
        by=st.sampled_from([WARD, WARD, WARD, STRANGER]),
        hours=HOURS,
        left=st.integers(0, 2),
    )
    def anybody_says_anything(
        self, which: int, kind: OutageEventKind, by: Party, hours: float | None, left: int
    ) -> None:
        self.region.tries(which, kind, by, hours, left=left)

    @rule(hours=st.sampled_from([0.5, 1, 3]))
    def time_passes(self, hours: float) -> None:
        self.region.now += hours * HOUR

    @invariant()
    def what_must_hold(self) -> None:
        self.region.holds()


def test_stories_that_hypothesis_steers_hold_what_must_hold() -> None:
    run_state_machine_as_test(
        Outages,
        settings=settings(
            max_examples=60,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )


NEXT = {
    None: (K.PLANNED, K.STARTED),
    OutageState.PLANNED: (K.STARTED, K.STARTED, K.CANCELLED, K.PLANNED),
    OutageState.ACTIVE: (K.ENDED, K.ENDED, K.START_CORRECTED),
    OutageState.RECOVERY: (K.CLOSED, K.START_CORRECTED, K.END_CORRECTED),
}


def test_long_walks_hold_what_must_hold() -> None:
    steps.update(dict.fromkeys(K, 0))
    for seed in range(40):
        chance, region = Random(seed), Region()
        for _ in range(30):
            which = chance.randrange(len(region.stories) + 1)
            state = None if which == len(region.stories) else state_by_hand(region.stories[which])
            kind = chance.choice(NEXT.get(state, tuple(K)))
            if kind in (K.START_CORRECTED, K.END_CORRECTED) or chance.random() < 0.3:
                hours = chance.choice([-8, -3, -1, -0.25, 0])
            else:
                hours = None
            region.tries(which, kind, WARD, hours, left=chance.randrange(3))
            region.now += chance.choice([0.25, 0.5, 2]) * HOUR
            region.holds()
    assert min(steps.values()) >= 10, steps
