"""What waits for whom in a coordinated individual plan (SIP), told by hand at each step."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.objections import ObjectionCode
from lifecare_gql.domain.plan_events import plan_facts_of
from lifecare_gql.domain.plan_facts import (
    Meeting,
    PlanAct,
    PlanBackground,
    PlanContent,
    PlanEvent,
    PlanFacts,
    PlanIntervention,
)
from lifecare_gql.domain.plan_words import MeetingForm, PlanEventKind
from lifecare_gql.domain.plans import available_plan_actions, judge_plan
from lifecare_gql.domain.process_table import refused
from lifecare_gql.domain.task_words import TaskKind
from lifecare_gql.domain.tasks import PLAN_DUTIES, Task, tasks_of_plan
from lifecare_gql.domain.words import Principal
from tests.domain.episodes import CENTRE, NURSES, START, TODAY, TOWN, WARD

P, T = PlanEventKind, TaskKind
PLAN = "sip"
UNITS = (WARD, CENTRE, TOWN, NURSES)
NAMES = {WARD.id: "ward", CENTRE.id: "centre", TOWN.id: "town", NURSES.id: "nurses"}
CONTENT = PlanContent(
    interventions=(PlanIntervention(what="påhittad insats", principal=Principal.MUNICIPALITY),),
    measures_by_others="inga",
    main_responsibility=Principal.MUNICIPALITY,
)


class PlanStory:
    """A plan told act by act; only what nobody objects to is done, one minute after another."""

    def __init__(self, **background: Any) -> None:
        self.background = PlanBackground(**{"consent": True, **background})
        self.events: list[PlanEvent] = []
        self.now = START

    @property
    def facts(self) -> PlanFacts:
        return plan_facts_of(self.events, now=self.now, background=self.background)

    @property
    def tasks(self) -> tuple[Task, ...]:
        return tasks_of_plan(self.facts, self.events, PLAN)

    @property
    def waits(self) -> set[str]:
        return {f"{NAMES[one.unit_id]} {one.kind.value}" for one in self.tasks}

    def act(self, kind: PlanEventKind, by: Party, **says: Any) -> PlanAct:
        """The act with all that it asks for; it calls centre and town, to a meeting in two days."""
        starts_at = self.now + dt.timedelta(days=2)
        meeting = Meeting(starts_at=starts_at, ends_at=starts_at + dt.timedelta(hours=1), form=MeetingForm.VIDEO)
        complete = PlanAct(
            kind=kind,
            reason="påhittad orsak",
            text="påhittad text",
            recipients=tuple(one for one in (CENTRE, TOWN) if one is not by) if kind is P.CALLED else (),
            meeting=meeting if kind is P.CALLED else None,
            content=CONTENT if kind in (P.DRAFTED, P.ESTABLISHED, P.REVISED) else None,
            accepted=True,
        )
        return replace(complete, **says)

    def does(self, kind: PlanEventKind, by: Party, **says: Any) -> bool:
        """Whether it was done."""
        act = self.act(kind, by, **says)
        if refused(judge_plan(act, self.facts, by, {})):
            return False
        self.events.append(PlanEvent(id=str(len(self.events)), at=self.now, unit=by, act=act))
        self.now += dt.timedelta(minutes=1)
        return True


def told(*acts: tuple[Any, ...], **background: Any) -> PlanStory:
    story = PlanStory(**background)
    for kind, by, *says in acts:
        assert story.does(kind, by, **(says[0] if says else {})), (kind, by.name)
    return story


def only(story: PlanStory, kind: TaskKind) -> Task:
    (one,) = (task for task in story.tasks if task.kind is kind)
    return one


CALLED = ((P.NEED_IDENTIFIED, TOWN), (P.CALLED, TOWN, {"recipients": (CENTRE, NURSES)}))


def test_what_waits_from_the_need_to_the_end() -> None:
    story = told((P.NEED_IDENTIFIED, CENTRE, {"recipients": (TOWN,)}))
    assert story.waits == {"centre CALL_TO_PLAN_MEETING"}
    assert story.does(P.CALLED, CENTRE, recipients=(TOWN, NURSES))
    assert story.waits == {"town ANSWER_PLAN_CALL", "nurses ANSWER_PLAN_CALL", "centre ESTABLISH_PLAN"}
    assert story.does(P.CALL_ACCEPTED, TOWN)
    assert story.does(P.CALL_DECLINED, NURSES)
    assert story.waits == {"centre ESTABLISH_PLAN"}
    assert story.does(P.ESTABLISHED, CENTRE, follow_up_on=TODAY + dt.timedelta(days=30))
    follow_up = {"town FOLLOW_UP_PLAN", "nurses FOLLOW_UP_PLAN"}
    assert story.waits == {"centre OFFER_PLAN_COPY", *follow_up}
    assert story.does(P.COPY_OFFERED, CENTRE, accepted=False)
    assert story.waits == follow_up
    assert story.does(P.FOLLOWED_UP, TOWN)
    assert story.waits == set()
    assert story.does(P.REVISED, TOWN)
    assert story.waits == {"centre OFFER_PLAN_COPY"}
    assert only(story, T.OFFER_PLAN_COPY).since == story.events[-1].at
    assert story.does(P.FOLLOWED_UP, NURSES)
    assert story.does(P.CLOSED, NURSES)
    assert story.waits == set()


def test_whoever_saw_the_need_calls_only_outside_the_discharge_process() -> None:
    need = (P.NEED_IDENTIFIED, TOWN, {"recipients": (CENTRE,)})
    task = only(told(need), T.CALL_TO_PLAN_MEETING)
    assert (task.unit_id, task.about, task.since, task.due_at) == (TOWN.id, PLAN, START, None)
    assert told(need, consent=False).waits == {"town CALL_TO_PLAN_MEETING"}
    assert told(need, callers=frozenset({TOWN.id})).waits == set()


def test_a_call_is_answered_before_the_meeting_and_a_new_call_anew() -> None:
    story = told(*CALLED)
    called = story.events[-1]
    assert called.act.meeting is not None
    answers = [one for one in story.tasks if one.kind is T.ANSWER_PLAN_CALL]
    assert {one.unit_id for one in answers} == {CENTRE.id, NURSES.id}
    assert {(one.since, one.due_at) for one in answers} == {(called.at, called.act.meeting.starts_at)}
    assert story.does(P.CALL_ACCEPTED, CENTRE)
    assert story.does(P.CALLED, TOWN, recipients=(CENTRE,))
    assert only(story, T.ANSWER_PLAN_CALL).since == story.events[-1].at
    assert "nurses ANSWER_PLAN_CALL" not in story.waits


def test_establishing_waits_from_the_end_of_the_meeting_although_it_lies_ahead() -> None:
    story = told(*CALLED)
    meeting = story.facts.meeting
    assert meeting is not None
    task = only(story, T.ESTABLISH_PLAN)
    assert (task.unit_id, task.since, task.due_at) == (TOWN.id, meeting.ends_at, None)
    assert task.since > story.now
    assert task.law is not None
    assert task.law.section == "16 kap. 4 §"


@pytest.mark.parametrize(
    ("day", "due"),
    [("2026-11-23", "2026-11-24T00:00+01:00"), ("2027-03-28", "2027-03-29T00:00+02:00")],
    ids=["today", "the clocks change"],
)
def test_a_follow_up_is_due_as_its_day_ends_and_only_when_a_day_is_set(day: str, due: str) -> None:
    story = told(*CALLED)
    assert story.does(P.ESTABLISHED, TOWN)
    assert story.waits == {"town OFFER_PLAN_COPY"}
    assert story.does(P.REVISED, NURSES, follow_up_on=dt.date.fromisoformat(day))
    follow_up = [one for one in story.tasks if one.kind is T.FOLLOW_UP_PLAN]
    assert {one.unit_id for one in follow_up} == {TOWN.id, NURSES.id}
    set_at, due_at = story.events[-1].at, dt.datetime.fromisoformat(due)
    assert {(one.since, one.due_at) for one in follow_up} == {(set_at, due_at)}
    assert story.does(P.FOLLOWED_UP, TOWN, follow_up_on=dt.date.fromisoformat(day)), "once more the same day"
    assert {one.since for one in story.tasks if one.kind is T.FOLLOW_UP_PLAN} == {story.events[-1].at}


def test_the_region_follows_up_when_it_has_the_main_responsibility() -> None:
    content = replace(CONTENT, main_responsibility=Principal.REGION)
    made = (P.ESTABLISHED, TOWN, {"content": content, "follow_up_on": TODAY})
    assert told(*CALLED, made).waits == {"town OFFER_PLAN_COPY", "centre FOLLOW_UP_PLAN"}


def test_a_call_to_a_follow_up_meeting_waits_for_answers_and_not_for_a_new_plan() -> None:
    story = told(*CALLED, (P.ESTABLISHED, TOWN), (P.COPY_OFFERED, TOWN))
    assert story.does(P.CALLED, CENTRE, recipients=(TOWN,))
    assert story.waits == {"town ANSWER_PLAN_CALL"}


ACTS = {duty.kind: duty.act for duty in PLAN_DUTIES}
DAYS = (None, TODAY, TODAY + dt.timedelta(days=7))
MOVES = st.tuples(st.sampled_from(P), st.sampled_from(UNITS), st.sampled_from(DAYS))
seen: dict[TaskKind, int] = {}


def key(task: Task) -> tuple[TaskKind, str, str]:
    return task.kind, task.unit_id, task.about


def once_done(story: PlanStory, task: Task, day: dt.date | None = None) -> PlanStory:
    """A story of its own, where the unit has done what waited for it."""
    unit = next(one.unit for one in story.facts.participants if one.unit.id == task.unit_id)
    other = PlanStory()
    other.background, other.now = story.background, story.now
    act = story.act(ACTS[task.kind], unit, follow_up_on=day)
    other.events = [*story.events, PlanEvent(id=str(len(story.events)), at=story.now, unit=unit, act=act)]
    return other


def worklist_holds(story: PlanStory) -> None:
    """Each task is some unit's to do and can be done now; doing it ends it; none stands twice."""
    facts, found = story.facts, story.tasks
    assert len({key(task) for task in found}) == len(found)
    for task in found:
        seen[task.kind] = seen.get(task.kind, 0) + 1
        unit = next(one.unit for one in facts.participants if one.unit.id == task.unit_id)
        actions = {one.event: one for one in available_plan_actions(facts, unit, {})}
        assert {one.code for one in actions[ACTS[task.kind]].objections} <= {ObjectionCode.CONSENT_REQUIRED}
        assert key(task) not in {key(one) for one in once_done(story, task).tasks}, task


def works_off(story: PlanStory) -> None:
    """Everybody does what waits; the plan that is made gets a day for its follow-up."""
    for _ in range(20):
        worklist_holds(story)
        if not story.tasks:
            return
        task = story.tasks[0]
        story = once_done(story, task, TODAY if task.kind is T.ESTABLISH_PLAN else None)
    raise AssertionError(f"the work never ends: {story.waits}")


def test_every_worklist_of_random_plans_can_be_worked_off() -> None:
    seen.clear()

    @given(consent=st.booleans(), callers=st.sampled_from([None, {CENTRE.id}]), moves=st.lists(MOVES, max_size=40))
    @settings(max_examples=60, deadline=None, derandomize=True)
    def walk(consent: bool, callers: set[str] | None, moves: list[Any]) -> None:
        story = PlanStory(consent=consent, callers=callers and frozenset(callers))
        for kind, by, day in [(P.NEED_IDENTIFIED, TOWN, None), *moves]:
            if story.does(kind, by, follow_up_on=day):
                worklist_holds(story)
        works_off(story)

    walk()
    assert min(seen.get(kind, 0) for kind in ACTS) >= 1, seen
