"""What must hold of every worklist in random episodes, and that the order of unrelated events says nothing."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_events import facts_of
from lifecare_gql.domain.episode_facts import EpisodeEvent, EpisodeFacts
from lifecare_gql.domain.episode_words import EpisodeEventKind, EpisodeState
from lifecare_gql.domain.episodes import available_actions
from lifecare_gql.domain.objections import ObjectionCode
from lifecare_gql.domain.task_words import TaskKind
from lifecare_gql.domain.tasks import DUTIES, Task
from tests.domain.episodes import CENTRE, TOWN, WARD, Story, act_of
from tests.domain.test_episode_machine import Episode
from tests.domain.test_tasks import NOTIFIED, reads, tasks, told

E, T = EpisodeEventKind, TaskKind
ACTS = {duty.kind: duty.act for duty in DUTIES}
seen: dict[TaskKind, int] = {}


def does(story: Story, task: Task, by: Party) -> None:
    """The unit does what waits for it."""
    about = task.about if task.kind is T.ACKNOWLEDGE_NOTICE else None
    event = EpisodeEvent(
        id=str(len(story.events)), at=story.now, unit=by, act=act_of(ACTS[task.kind], by, about=about)
    )
    story.events.append(event)


def once_done(story: Story, task: Task, by: Party) -> EpisodeFacts:
    """The facts once the unit has done it, in a story of its own."""
    other = Story()
    other.events, other.now = list(story.events), story.now
    does(other, task, by)
    return facts_of(other.events, now=story.now, background=story.background)


def key(task: Task) -> tuple[TaskKind, str, str]:
    return task.kind, task.unit_id, task.about


def worklist_holds(story: Story) -> None:
    """Each task is some unit's to do and can be done now; doing it ends it; none stands twice."""
    facts = story.facts
    found = tasks(facts, "halland")
    assert len({key(task) for task in found}) == len(found)
    units = {one.unit.id: one.unit for one in facts.active}
    offered = {id_: {one.event: one for one in available_actions(facts, unit, {})} for id_, unit in units.items()}
    for task in found:
        seen[task.kind] = seen.get(task.kind, 0) + 1
        action = offered[task.unit_id][ACTS[task.kind]]
        assert {one.code for one in action.objections} <= {ObjectionCode.CONSENT_REQUIRED}
        assert action.allowed or task.kind is T.CALL_TO_PLAN
        assert task.since <= facts.now
        after = tasks(once_done(story, task, units[task.unit_id]), "halland")
        assert key(task) not in {key(one) for one in after}, task
    unread = {(notice.id, unit.id) for notice, unit in facts.unacknowledged() if unit.id in units}
    receipts = {(one.about, one.unit_id) for one in found if one.kind is T.ACKNOWLEDGE_NOTICE}
    assert receipts == (set() if facts.state is EpisodeState.CLOSED else unread)


class Worklist(Episode):
    """The stories of the process, looked at from the worklists."""

    @rule()
    def everybody_works_and_the_ward_goes_on(self) -> None:
        self.everybody_works()
        for kind in (E.DISCHARGED, E.DISCHARGE_READY_SENT):
            self.walk.tries(kind, WARD)

    def everybody_works(self) -> None:
        story = self.walk.story
        for _ in range(200):
            units = {one.unit.id: one.unit for one in story.facts.active}
            found = tasks(story.facts, "halland")
            if not found:
                return
            worklist_holds(story)
            does(story, found[0], units[found[0].unit_id])
        raise AssertionError(f"the work never ends: {found}")

    @invariant()
    def what_must_hold(self) -> None:
        worklist_holds(self.walk.story)


def test_every_worklist_in_random_episodes_can_be_worked_off() -> None:
    seen.clear()
    run_state_machine_as_test(
        Worklist,
        settings=settings(
            max_examples=30,
            stateful_step_count=15,
            deadline=None,
            derandomize=True,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert min(seen.get(kind, 0) for kind in ACTS) >= 1, seen


UNRELATED = (
    (E.ANSWERED, TOWN),
    (E.ANSWERED, CENTRE),
    (E.FIXED_CARE_CONTACT_APPOINTED, CENTRE),
    (E.PLANNING_BASIS_ANSWERED, TOWN),
    (E.CAN_RECEIVE_CONFIRMED, TOWN),
    (E.PATIENT_INFORMED, WARD),
    (E.DISCHARGE_NOTICE_SENT, WARD),
    (E.PHONE_CALL_LOGGED, CENTRE),
    (E.EXPECTED_DISCHARGE_CHANGED, WARD),
)


@given(
    acts=st.lists(st.sampled_from(UNRELATED), unique=True).flatmap(lambda some: st.permutations(some)),
    data=st.data(),
)
@settings(max_examples=60, deadline=None)
def test_the_order_of_unrelated_events_does_not_matter(acts: list[Any], data: st.DataObject) -> None:
    begun = reads(told(*NOTIFIED, (E.PLANNING_BASIS_SENT, WARD), (E.DISCHARGE_READY_SENT, WARD)), CENTRE, TOWN)
    other = data.draw(st.permutations(acts))

    def after(order: list[tuple[EpisodeEventKind, Party]]) -> set[Task]:
        events = [
            EpisodeEvent(id=f"{kind} {by.id}", at=begun.now, unit=by, act=act_of(kind, by)) for kind, by in order
        ]
        return set(tasks(facts_of([*begun.events, *events], now=begun.now), "halland"))

    assert after(acts) == after(other)
