"""Units that leave an episode, and judgments that are taken back: nobody waits for what cannot come."""

from __future__ import annotations

import pytest

from lifecare_gql.domain.clocks import clocks
from lifecare_gql.domain.episode_words import ClockKind, EpisodeEventKind, EpisodeState
from tests.domain.episodes import CENTRE, ELSEWHERE, NURSES, TOWN, WARD, Story, codes

E = EpisodeEventKind


def notified(*units: object) -> Story:
    """Admitted and notified; nobody has acknowledged."""
    story = Story()
    story.does(E.ADMITTED, WARD)
    story.does(E.ADMISSION_NOTICE_SENT, WARD, recipients=units or (CENTRE, TOWN, ELSEWHERE))
    return story


def test_a_unit_that_left_is_not_waited_for() -> None:
    story = notified()
    story.does(E.EXPECTED_DISCHARGE_CHANGED, WARD)
    assert story.does(E.MISDIRECTED, ELSEWHERE, about=story.events[1].id) == ()

    waited_for = {unit.id for _, unit in story.facts.unacknowledged()}

    assert waited_for == {CENTRE.id, TOWN.id, WARD.id}
    assert codes(story.does(E.ACKNOWLEDGED, ELSEWHERE, about=story.events[2].id)) == ["NOT_PARTY"]


def test_a_unit_that_left_and_was_forwarded_to_is_its_municipalitys_to_reach() -> None:
    story = notified(CENTRE, TOWN, NURSES)
    story.does(E.MISDIRECTED, NURSES, about=story.events[1].id)
    assert NURSES not in story.facts.receiving

    assert story.does(E.FORWARDED, TOWN, about=story.events[1].id, recipients=(NURSES,)) == ()

    assert story.facts.participant(NURSES.id) is not None
    assert NURSES not in story.facts.receiving


def test_the_discharge_notice_goes_to_those_who_take_part() -> None:
    story = notified(CENTRE, TOWN)
    story.does(E.DISCHARGE_READY_SENT, WARD)
    assert codes(story.judged(E.DISCHARGE_NOTICE_SENT, WARD, recipients=(ELSEWHERE,))) == ["NOT_PARTY"]
    assert story.does(E.DISCHARGE_NOTICE_SENT, WARD, recipients=(TOWN,)) == ()


@pytest.mark.parametrize(("again", "kinds"), [(False, []), (True, [ClockKind.ADMISSION_NOTICE])])
def test_a_need_that_is_taken_back_stops_the_clock(again: bool, kinds: list[ClockKind]) -> None:
    story = Story()
    for kind in (E.ADMITTED, E.NEED_ASSESSED, E.NO_NEED_ASSESSED, *([E.NEED_ASSESSED] if again else [])):
        assert story.does(kind, WARD) == ()
    assert story.facts.state is (EpisodeState.ADMITTED if again else EpisodeState.OUTSIDE_THE_LAW)
    assert [clock.kind for clock in clocks(story.facts)] == kinds
