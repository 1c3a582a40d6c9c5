"""The facts of a plan (SIP), read from its events: who takes part, who answered what, which version holds."""

from __future__ import annotations

import datetime as dt

import pytest

from lifecare_gql.domain.plan_events import plan_facts_of
from lifecare_gql.domain.plan_facts import PlanAct, PlanContent, PlanEvent
from lifecare_gql.domain.plan_words import CallAnswer, PlanEventKind, PlanState
from lifecare_gql.domain.words import Principal
from tests.domain.episodes import CENTRE, NURSES, PSYCHIATRY, START, TODAY, TOWN, WARD
from tests.domain.plans import CONTENT, PlanStory, content, established, meeting

K = PlanEventKind
PENDING, ACCEPTED, DECLINED = CallAnswer


def called() -> PlanStory:
    """The municipality saw the need and called two others."""
    story = PlanStory()
    story.does(K.NEED_IDENTIFIED, TOWN, recipients=())
    story.does(K.CALLED, TOWN, recipients=(CENTRE, NURSES))
    return story


def test_a_plan_begins_with_the_need_and_those_who_are_told() -> None:
    story = PlanStory(consent=False)
    assert story.does(K.NEED_IDENTIFIED, WARD, recipients=(CENTRE, TOWN)) == ()
    facts = story.facts
    assert (facts.state, facts.version, facts.initiator) == (PlanState.CALL_PLANNED, 1, WARD)
    assert [(one.unit, one.principal, one.invited) for one in facts.participants] == [
        (WARD, Principal.REGION, False),
        (CENTRE, Principal.REGION, False),
        (TOWN, Principal.MUNICIPALITY, False),
    ]
    assert (facts.caller, facts.called_at, facts.meeting, facts.content_version) == (None, None, None, 0)


def test_a_call_is_to_some_and_asks_them() -> None:
    story = called()
    facts = story.facts
    assert (facts.state, facts.caller, facts.called_at) == (PlanState.CALLED, TOWN, story.events[1].at)
    assert (facts.meeting, facts.meeting_number, facts.call_stands) == (story.events[1].act.meeting, 0, True)
    assert story.answers() == {CENTRE.name: PENDING, NURSES.name: PENDING}


def test_an_answer_may_be_changed() -> None:
    story = called()
    story.does(K.CALL_ACCEPTED, CENTRE)
    story.does(K.CALL_DECLINED, NURSES)
    assert story.answers() == {CENTRE.name: ACCEPTED, NURSES.name: DECLINED}
    story.does(K.CALL_DECLINED, CENTRE)
    story.does(K.CALL_ACCEPTED, NURSES)
    assert story.answers() == {CENTRE.name: DECLINED, NURSES.name: ACCEPTED}


def test_a_new_call_starts_the_answers_anew() -> None:
    story = called()
    story.does(K.CALL_ACCEPTED, CENTRE)
    later = meeting(story.now + dt.timedelta(days=7))
    assert story.does(K.CALLED, CENTRE, recipients=(TOWN, PSYCHIATRY), meeting=later) == ()
    facts = story.facts
    assert (facts.state, facts.caller, facts.meeting, facts.meeting_number) == (PlanState.CALLED, CENTRE, later, 1)
    assert story.answers() == {TOWN.name: PENDING, PSYCHIATRY.name: PENDING}
    assert {one.unit for one in facts.participants} == {TOWN, CENTRE, NURSES, PSYCHIATRY}


def test_a_follow_up_meeting_leaves_the_plan_as_it_is() -> None:
    story = established()
    assert not story.facts.call_stands
    assert story.does(K.CALLED, TOWN, recipients=(CENTRE,)) == ()
    facts = story.facts
    assert (facts.state, facts.meeting_number, facts.call_stands) == (PlanState.ESTABLISHED, 1, True)
    assert story.does(K.CALL_ACCEPTED, CENTRE) == ()
    assert story.does(K.FOLLOWED_UP, TOWN) == ()
    assert (story.facts.call_stands, story.answers()) == (False, {CENTRE.name: ACCEPTED})
    assert story.does(K.CALLED, TOWN, recipients=(CENTRE,)) == ()
    assert (story.facts.state, story.facts.meeting_number) == (PlanState.FOLLOWED_UP, 2)


def test_each_content_is_a_version() -> None:
    story = called()
    draft, said, new = (content(patients_view=view) for view in ("i utkastet", "på mötet", "efteråt"))
    versions = []
    for kind, by, given in (
        (K.DRAFTED, NURSES, draft),
        (K.DRAFTED, CENTRE, PlanContent()),
        (K.ESTABLISHED, TOWN, said),
        (K.REVISED, TOWN, new),
    ):
        assert story.does(kind, by, content=given) == ()
        versions.append((story.facts.content_version, story.facts.content))
    assert versions == [(1, draft), (2, PlanContent()), (3, said), (4, new)]
    assert [event.act.content for event in story.events if event.act.content] == [draft, PlanContent(), said, new]


def test_a_plan_made_of_its_draft_is_the_same_version() -> None:
    story = called()
    story.does(K.DRAFTED, NURSES)
    story.does(K.ESTABLISHED, TOWN, content=None)
    assert (story.facts.content_version, story.facts.content) == (1, CONTENT)


def test_what_is_remembered() -> None:
    story = called()
    day = TODAY + dt.timedelta(days=30)
    story.does(K.ESTABLISHED, TOWN, occurred_at=START, follow_up_on=day)
    story.does(K.COPY_OFFERED, TOWN, accepted=False)
    facts = story.facts
    assert (facts.established_at, facts.follow_up_on) == (START, day)
    assert (facts.copy_offered_at, facts.copy_accepted) == (story.events[-1].at, False)
    story.does(K.FOLLOWED_UP, NURSES)
    assert (story.facts.followed_up_at, story.facts.follow_up_on) == (story.events[-1].at, None)
    assert story.facts.copy_offered_at == facts.copy_offered_at


def test_a_revision_is_a_new_document_to_offer() -> None:
    story = established()
    day = TODAY + dt.timedelta(days=30)
    story.does(K.COPY_OFFERED, CENTRE)
    story.does(K.FOLLOWED_UP, TOWN, follow_up_on=day)
    assert story.does(K.REVISED, TOWN) == ()
    facts = story.facts
    assert (facts.state, facts.content_version) == (PlanState.ESTABLISHED, 2)
    assert (facts.copy_offered_at, facts.copy_accepted) == (None, None)
    assert facts.follow_up_on == day
    story.does(K.REVISED, TOWN, follow_up_on=day + dt.timedelta(days=1))
    assert story.facts.follow_up_on == day + dt.timedelta(days=1)


def test_a_closed_plan_tells_what_it_was() -> None:
    story = established()
    story.does(K.FOLLOWED_UP, TOWN)
    story.does(K.CLOSED, NURSES)
    facts = story.facts
    assert (facts.state, facts.closed_at) == (PlanState.CLOSED, story.events[-1].at)
    assert (facts.content, facts.version) == (CONTENT, len(story.events))


@pytest.mark.parametrize("kind", [K.NEED_IDENTIFIED, K.FOLLOWED_UP, K.REVISED, K.COPY_OFFERED])
def test_events_that_cannot_have_happened_are_not_read(kind: PlanEventKind) -> None:
    story = called()
    event = PlanEvent(id="sist", at=story.now, unit=TOWN, act=PlanAct(kind=kind))
    with pytest.raises(ValueError, match=f"{kind} cannot happen when the plan is CALLED"):
        plan_facts_of([*story.events, event], now=story.now)
