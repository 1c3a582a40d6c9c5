"""What a recorded episode says about payment: the same as if somebody had told it by hand."""

from __future__ import annotations

import datetime as dt

import pytest

from lifecare_gql.domain.episode_payment import episode_for_payment
from lifecare_gql.domain.episode_words import EpisodeEventKind
from lifecare_gql.domain.payment import EpisodeForPayment
from lifecare_gql.domain.payment_words import OutpatientCare
from tests.domain.episodes import CENTRE, START, SUNDSVALL, TOWN, WARD, Story

E = EpisodeEventKind


def told(story: Story, **given: object) -> EpisodeForPayment:
    return episode_for_payment(story.events, story.facts, SUNDSVALL, None, **given)  # type: ignore[arg-type]


def ready() -> Story:
    story = Story(plan_consent=True)
    for kind in (E.ADMITTED, E.NEED_ASSESSED, E.ADMISSION_NOTICE_SENT, E.DISCHARGE_READY_SENT):
        assert story.does(kind, WARD) == ()
    return story


def test_nothing_has_been_sent() -> None:
    story = Story()
    story.does(E.ADMITTED, WARD)
    said = told(story)
    assert (said.admission_notice, said.discharge_ready, said.sip_required, said.payer) == (
        None,
        (),
        False,
        SUNDSVALL,
    )


@pytest.mark.parametrize(("hours", "late"), [(23, False), (25, True)])
def test_a_late_admission_notice_is_told(hours: int, late: bool) -> None:
    story = Story()
    story.does(E.ADMITTED, WARD)
    story.does(E.NEED_ASSESSED, WARD, occurred_at=START)
    story.now += dt.timedelta(hours=hours)
    story.does(E.ADMISSION_NOTICE_SENT, WARD)
    notice = told(story).admission_notice
    assert notice is not None
    assert (notice.complete, notice.late) == (True, late)


def test_each_notice_keeps_when_it_was_withdrawn() -> None:
    story = ready()
    story.does(E.DISCHARGE_READY_WITHDRAWN, WARD)
    story.does(E.DISCHARGE_READY_SENT, WARD)
    first, second = told(story).discharge_ready
    assert first.withdrawn_at is not None
    assert first.sent_at < first.withdrawn_at < second.sent_at
    assert (second.withdrawn_at, told(story).standing_notice) == (None, second)


def test_the_call_is_the_fixed_care_contacts() -> None:
    story = ready()
    assert (told(story).sip_required, told(story).sip_call) == (True, None)
    story.does(E.ACKNOWLEDGED, CENTRE, about=story.events[2].id)
    story.does(E.FIXED_CARE_CONTACT_APPOINTED, CENTRE)
    assert story.does(E.SIP_CALLED, CENTRE) == ()
    call = told(story).sip_call
    assert call is not None
    assert call.by_fixed_care_contact


def test_outpatient_care_is_unclear_until_it_says_that_it_can_receive() -> None:
    story = ready()
    story.does(E.CAN_RECEIVE_CONFIRMED, TOWN)
    assert told(story).outpatient_care is OutpatientCare.UNCLEAR
    assert told(story, outpatient_care=OutpatientCare.UNAVAILABLE).outpatient_care is OutpatientCare.UNAVAILABLE
    story.does(E.CAN_RECEIVE_CONFIRMED, CENTRE)
    assert told(story).outpatient_care is OutpatientCare.AVAILABLE
    story.does(E.DISCHARGE_READY_WITHDRAWN, WARD)
    assert told(story).outpatient_care is OutpatientCare.UNCLEAR
