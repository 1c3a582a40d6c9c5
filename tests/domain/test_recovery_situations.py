"""What the record tells of a patient after an outage, now and then: in a table, and in random histories."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_backfill import BACKFILL_TABLE
from lifecare_gql.domain.episode_events import facts_of
from lifecare_gql.domain.episode_facts import EpisodeEvent
from lifecare_gql.domain.episode_words import EpisodeEventKind, EpisodeState
from lifecare_gql.domain.outage_facts import Interval
from lifecare_gql.domain.outage_words import OutageState, PatientClass, PatientStatus, RecoveryKind
from lifecare_gql.domain.recovery import RecoveryItem
from lifecare_gql.domain.recovery_situations import Down, Recovered, letters, recovered, situations
from lifecare_gql.domain.words import UnitKind
from tests.domain.drafts import unit
from tests.domain.episodes import CENTRE, NURSES, START, TOWN, WARD, Story, act_of
from tests.domain.outages import outage_in_order
from tests.regions.plugins import four_regions

E, K = EpisodeEventKind, RecoveryKind
OUTAGE_ID = "6b1f7f0e-0000-4000-8000-000000000000"
HOUR = dt.timedelta(hours=1)
BEGAN, ENDED = START + 2 * HOUR, START + 4 * HOUR
IN_IT = START + 3 * HOUR
DOWN = Down(outage_id=OUTAGE_ID, interval=Interval(starts_at=BEGAN, ends_at=ENDED))
LATER = ENDED + 24 * HOUR
OUTAGE = outage_in_order(OutageState.RECOVERY, started_at=BEGAN, ended_at=ENDED, now=LATER)
ROUTINE = four_regions()["vasternorrland"].outage
OTHER_CENTRE = unit("en annan hälsocentral", UnitKind.HEALTH_CENTRE, "vasternorrland")
UNITS = (WARD, CENTRE, TOWN, NURSES, OTHER_CENTRE)
Key = tuple[RecoveryKind, str | None]


def after(story: Story, by: Party) -> Recovered:
    """What the unit has left, and had to do when the system ran again."""
    now, then = situations(by, "e", story.events, story.facts, DOWN)
    return recovered(OUTAGE, now, then, ROUTINE)


def keys(items: tuple[RecoveryItem, ...]) -> set[Key]:
    return {(one.kind, one.about) for one in items}


def kinds(items: tuple[RecoveryItem, ...]) -> set[RecoveryKind]:
    return {one.kind for one in items}


def enters(story: Story, kind: EpisodeEventKind, by: Party, **says: Any) -> None:
    """Done as of the outage, and nobody objects."""
    before = len(story.events)
    objections = story.does(kind, by, outage=OUTAGE_ID, occurred_at=IN_IT, **says)
    assert len(story.events) == before + 1, objections


def does(story: Story, kind: EpisodeEventKind, by: Party, **says: Any) -> None:
    before = len(story.events)
    objections = story.does(kind, by, **says)
    assert len(story.events) == before + 1, objections


def calls(story: Story, by: Party, called: Party, **says: Any) -> None:
    """A call in the outage, noted when it was over."""
    does(story, E.PHONE_CALL_LOGGED, by, called=called, occurred_at=IN_IT, **says)


def planned() -> Story:
    """A patient who was admitted before the outage; the receiving units have read the notice. Now it is over."""
    story = Story()
    does(story, E.ADMITTED, WARD)
    does(story, E.NEED_ASSESSED, WARD)
    does(story, E.ADMISSION_NOTICE_SENT, WARD)
    for by in (CENTRE, TOWN):
        does(story, E.ACKNOWLEDGED, by, about=story.facts.notices[0].id)
    story.now = ENDED + HOUR
    return story


# --- the table ---

REGISTERS = {K.REGISTER_DISCHARGED, K.REGISTER_DISCHARGE_NOTICE}


def test_a_discharge_that_was_told_by_phone_is_to_be_registered() -> None:
    story = planned()
    assert kinds(after(story, WARD).left) == set()
    calls(story, WARD, TOWN, discharged_at=IN_IT)
    assert kinds(after(story, WARD).left) == REGISTERS | {K.SEND_PATIENT_INFORMATION_HOME}
    now, _ = situations(CENTRE, "e", story.events, story.facts, DOWN)
    assert (now.discharged_at, now.statuses) == (IN_IT, {PatientStatus.GONE_HOME})

    enters(story, E.DISCHARGED, WARD)
    found = after(story, WARD)
    assert K.REGISTER_DISCHARGED in kinds(found.wanted) - kinds(found.left)


def test_the_last_that_was_told_of_when_the_patient_left_counts_and_the_record_most() -> None:
    story = planned()
    calls(story, WARD, TOWN, discharged_at=IN_IT)
    calls(story, WARD, CENTRE, discharged_at=IN_IT + HOUR / 2)
    now, _ = situations(WARD, "e", story.events, story.facts, DOWN)
    assert now.discharged_at == IN_IT + HOUR / 2
    does(story, E.DISCHARGED, WARD, outage=OUTAGE_ID, occurred_at=IN_IT - HOUR / 2)
    now, then = situations(WARD, "e", story.events, story.facts, DOWN)
    assert now.discharged_at == then.discharged_at == IN_IT - HOUR / 2


@pytest.mark.parametrize("at", [BEGAN - dt.timedelta(seconds=1), ENDED])
def test_a_call_outside_the_outage_tells_nothing_of_it(at: dt.datetime) -> None:
    story = planned()
    told = {"discharged_at": IN_IT, "sip_agreed_on": dt.date(2026, 12, 1), "on_paper": True}
    does(story, E.PHONE_CALL_LOGGED, WARD, called=CENTRE, occurred_at=at, **told)
    for by in (WARD, CENTRE):
        now, then = situations(by, "e", story.events, story.facts, DOWN)
        assert (now.discharged_at, now.sip_agreed_on, now.form_kept, then.form_kept) == (None, None, False, False)


def test_a_day_for_a_SIP_meeting_is_agreed_with_those_who_spoke() -> None:
    story, day = planned(), dt.date(2026, 12, 1)
    calls(story, WARD, TOWN, sip_agreed_on=day)
    assert kinds(after(story, CENTRE).left) == set()
    calls(story, WARD, CENTRE, sip_agreed_on=day)
    [item] = after(story, CENTRE).left
    assert (item.kind, item.agreed_on) == (K.SEND_SIP_CALL, day)
    now = [situations(by, "e", story.events, story.facts, DOWN)[0].sip_agreed_on for by in (WARD, TOWN, NURSES)]
    assert now == [day, day, None]


def test_a_form_is_kept_by_the_unit_that_filled_it_in_until_it_is_sent() -> None:
    story = planned()
    calls(story, WARD, TOWN, on_paper=True)
    assert K.SEND_FORM in kinds(after(story, WARD).left)
    now, _ = situations(TOWN, "e", story.events, story.facts, DOWN)
    assert not now.form_kept
    does(story, E.FORM_SENT, WARD)
    found = after(story, WARD)
    assert K.SEND_FORM in kinds(found.wanted) - kinds(found.left)
    calls(story, WARD, CENTRE, on_paper=True)
    assert K.SEND_FORM in kinds(after(story, WARD).left), "another form"


def test_a_notice_of_a_discharge_that_was_taken_back_is_to_be_sent_again() -> None:
    story = planned()
    story.now = START + HOUR
    does(story, E.DISCHARGE_READY_SENT, WARD)
    does(story, E.DISCHARGE_NOTICE_SENT, WARD)
    story.now = ENDED + HOUR
    calls(story, WARD, TOWN, discharged_at=IN_IT)
    assert K.REGISTER_DISCHARGE_NOTICE not in kinds(after(story, WARD).wanted)
    does(story, E.DISCHARGE_READY_WITHDRAWN, WARD)
    found = after(story, WARD)
    assert K.REGISTER_DISCHARGE_NOTICE in kinds(found.left) - kinds(found.wanted), "it came later"
    enters(story, E.DISCHARGE_NOTICE_SENT, WARD)
    assert K.REGISTER_DISCHARGE_NOTICE not in kinds(after(story, WARD).left)


def test_an_outage_that_lasts_has_no_recovery() -> None:
    story = planned()
    lasts = Down(outage_id=OUTAGE_ID, interval=Interval(starts_at=BEGAN))
    with pytest.raises(ValueError, match="no recovery yet"):
        situations(WARD, "e", story.events, story.facts, lasts)


# --- random histories ---

BACKFILLED = sorted({step.event for step in BACKFILL_TABLE})
BEFORE: tuple[tuple[EpisodeEventKind, Party], ...] = (
    (E.ADMITTED, WARD),
    (E.ADMISSION_NOTICE_SENT, WARD),
    (E.FIXED_CARE_CONTACT_APPOINTED, CENTRE),
    (E.DISCHARGE_READY_SENT, WARD),
    (E.DISCHARGE_NOTICE_SENT, WARD),
)


def history(seed: int) -> Story:
    """Anybody tries anything, before the outage or when it is over; what nobody objects to is done."""
    chance, story = Random(seed), Story()
    for kind, by in BEFORE[: chance.randrange(6)]:
        story.does(kind, by)
    for _ in range(chance.randrange(4)):
        _tries(story.later(minutes=chance.randrange(20)), chance)
    story.now = ENDED + chance.randrange(3) * HOUR
    for _ in range(chance.randrange(16)):
        _tries(story.later(minutes=chance.randrange(60)), chance)
    return story


def _tries(story: Story, chance: Random) -> None:
    """Whatever it is, said about the outage or not."""
    by, other = chance.choice(UNITS), chance.choice(UNITS)
    some = (E.PHONE_CALL_LOGGED, E.ACKNOWLEDGED, chance.choice(BACKFILLED), chance.choice(list(E)))
    kind = chance.choices(some, (3, 2, 4, 3))[0]
    mine = [one.id for one in story.facts.to(by.id)]
    says: dict[str, Any] = {"about": chance.choice(mine)} if mine else {}
    at = START + dt.timedelta(minutes=chance.randrange(90, 270))
    if kind is E.PHONE_CALL_LOGGED:
        says |= {"called": other, "occurred_at": at, "on_paper": chance.random() < 0.5}
        says |= {"discharged_at": at} if chance.random() < 0.2 else {}
        says |= {"sip_agreed_on": dt.date(2026, 12, 1)} if chance.random() < 0.3 else {}
    elif kind in BACKFILLED and story.now >= ENDED and chance.random() < 0.8:
        by = CENTRE if kind is E.FIXED_CARE_CONTACT_APPOINTED else chance.choice((WARD, WARD, by))
        says |= {"outage": OUTAGE_ID, "occurred_at": BEGAN + (at - START) / 3}
    story.does(kind, by, **says)


def came_later(story: Story, by: Party) -> set[Key]:
    """What nobody could have on the list when the system ran again, worked out from the events since.

    A notice of before was forwarded to the unit since; or what was told of a discharge was void, because the
    discharge was taken back since.
    """
    since = [event for event in story.events if event.at >= ENDED]
    forwarded = {
        (K.ACKNOWLEDGE, one.id) for one in since if one.act.kind is E.FORWARDED and by in one.act.recipients
    }
    back = any(one.act.kind in (E.DISCHARGE_READY_WITHDRAWN, E.DISCHARGE_READY_SENT, E.ADMITTED) for one in since)
    of_leaving = (K.REGISTER_DISCHARGE_NOTICE, K.REGISTER_PATIENT_INFORMATION, K.SEND_PATIENT_INFORMATION_HOME)
    return forwarded | ({(kind, None) for kind in of_leaving} if back else set())


quiet = settings(max_examples=150, deadline=None, derandomize=True)
OFTEN_DONE = (
    K.ACKNOWLEDGE,
    K.REGISTER_ADMISSION_NOTICE,
    K.SEND_PATIENT_INFORMATION_HOME,
    K.CONFIRM_FIXED_CARE_CONTACT,
)
"""How the others are done is in the table above."""
HISTORIES = st.integers(0, 2**32).map(history)


@given(HISTORIES)
@quiet
def test_what_is_left_was_wanted_unless_it_came_later(story: Story) -> None:
    for by in UNITS:
        found = after(story, by)
        left, wanted = keys(found.left), keys(found.wanted)
        assert left - wanted <= came_later(story, by)
        records = list(found.records("2281"))
        assert Counter(one.kind for one in records if not one.done) == Counter(kind for kind, _ in left)
        assert Counter(one.kind for one in records if one.done) == Counter(kind for kind, _ in wanted - left)


def test_the_random_histories_have_everything_in_them() -> None:
    """The control of those beside it."""
    left: Counter[RecoveryKind] = Counter()
    done: Counter[RecoveryKind] = Counter()
    for seed in range(300):
        story = history(seed)
        for by in UNITS:
            for one in after(story, by).records(None):
                (done if one.done else left)[one.kind] += 1
    assert min(left[kind] for kind in K) >= 3, left
    assert min(done[kind] for kind in OFTEN_DONE) >= 1, done


@given(HISTORIES)
@quiet
def test_who_was_admitted_and_discharged_in_it_is_registered_by_nobody(story: Story) -> None:
    for by in UNITS:
        found = after(story, by)
        for one in (*found.left, *found.wanted):
            assert one.patients is not PatientClass.BOTH or not one.kind.registers


@given(HISTORIES)
@quiet
def test_who_acknowledges_everything_has_nothing_left_to_acknowledge(story: Story) -> None:
    wanted = {by.id: keys(after(story, by).wanted) for by in UNITS}
    for notice, to in list(story.facts.unacknowledged()):
        if story.facts.state is EpisodeState.CLOSED:
            return
        does(story, E.ACKNOWLEDGED, to, about=notice.id)
    for by in UNITS:
        found = after(story, by)
        assert K.ACKNOWLEDGE not in kinds(found.left)
        assert wanted[by.id] <= keys(found.wanted), "what is done has been asked for"


ORDERED = (
    (E.PHONE_CALL_LOGGED, WARD, {"called": TOWN, "on_paper": True}),
    (E.PHONE_CALL_LOGGED, CENTRE, {"called": WARD, "sip_agreed_on": dt.date(2026, 12, 1)}),
    (E.FIXED_CARE_CONTACT_APPOINTED, CENTRE, {}),
    (E.ANSWERED, TOWN, {}),
    (E.EXPECTED_DISCHARGE_CHANGED, WARD, {}),
    (E.PATIENT_INFORMED, WARD, {"outage": OUTAGE_ID}),
    (E.PATIENT_INFORMED, TOWN, {"outage": OUTAGE_ID}),
)


@given(st.permutations(ORDERED), st.sampled_from(UNITS))
@quiet
def test_in_which_order_it_was_entered_afterwards_does_not_matter(order: list[Any], by: Party) -> None:
    def entered(those: Any) -> Recovered:
        story = planned()
        events = [
            EpisodeEvent(
                id=f"{kind} {who.id}", at=story.now, unit=who, act=act_of(kind, who, occurred_at=IN_IT, **says)
            )
            for kind, who, says in those
        ]
        story.events += events
        assert facts_of(story.events, now=story.now).version == len(story.events)
        return after(story, by)

    one, other = entered(order), entered(ORDERED)
    assert (keys(one.left), keys(one.wanted)) == (keys(other.left), keys(other.wanted))


def test_a_message_outside_any_episode_is_only_acknowledged() -> None:
    known = letters(TOWN, "p", ())
    assert recovered(OUTAGE, known, known, ROUTINE) == Recovered(left=(), wanted=())
    closed = replace(OUTAGE, state=OutageState.CLOSED)
    assert recovered(closed, known, known, ROUTINE).left == ()
