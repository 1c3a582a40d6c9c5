"""What holds for every episode and every decision on the open points."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from lifecare_gql.domain.calendar import STOCKHOLM, stockholm_day
from lifecare_gql.domain.payment import (
    AdmissionNotice,
    DischargeReadyNotice,
    EpisodeForPayment,
    PaymentLiability,
    SipCall,
)
from lifecare_gql.domain.payment_averages import payment_liability
from lifecare_gql.domain.payment_policies import StatutoryPolicy
from lifecare_gql.domain.payment_words import OutpatientCare, PaymentStatus
from tests.domain.payments import BOOK, ELSEWHERE, HOME

START = dt.datetime(2018, 12, 1, tzinfo=dt.UTC)
moments = st.builds(
    lambda since, zone: (START + since).astimezone(zone),
    st.timedeltas(min_value=dt.timedelta(), max_value=dt.timedelta(days=1900))
    | st.builds(dt.timedelta, days=st.integers(0, 1900), hours=st.integers(10, 11)),  # noon in Sweden, often
    st.sampled_from([STOCKHOLM, dt.UTC]),
)
later = st.timedeltas(min_value=dt.timedelta(), max_value=dt.timedelta(days=40))
policies = st.builds(
    lambda points: replace(BOOK.statutory, **points),
    st.fixed_dictionaries({one.key: st.booleans() for one in BOOK.assumptions}),
)


@st.composite
def notices(draw: st.DrawFn, withdrawn: bool | None = None) -> DischargeReadyNotice:
    """A notice that is withdrawn, one that stands, or either."""
    sent_at = draw(moments)
    void = draw(st.booleans()) if withdrawn is None else withdrawn
    return DischargeReadyNotice(sent_at=sent_at, withdrawn_at=sent_at + draw(later) if void else None)


@st.composite
def episodes(draw: st.DrawFn, withdrawn: bool | None = None, fewest: int = 0) -> EpisodeForPayment:
    """Any facts, with at least so many notices."""
    found = draw(st.lists(notices(withdrawn), min_size=fewest, max_size=3))
    base = min((one.sent_at for one in found), default=draw(moments))
    call = st.builds(SipCall, sent_at=st.builds(base.__add__, later), by_fixed_care_contact=st.booleans())
    return EpisodeForPayment(
        registered_municipality=draw(st.sampled_from([None, HOME])),
        placing_municipality=draw(st.sampled_from([None, ELSEWHERE])),
        admission_notice=draw(st.none() | st.builds(AdmissionNotice, complete=st.booleans(), late=st.booleans())),
        discharge_ready=tuple(found),
        sip_required=draw(st.booleans()),
        sip_call=draw(st.none() | call),
        outpatient_care=draw(st.sampled_from(OutpatientCare)),
        discharged_at=draw(st.none() | st.builds(base.__add__, later)),
    )


@st.composite
def fulfilled(draw: st.DrawFn) -> EpisodeForPayment:
    """Every precondition is met, so that the date and the days are what is left to vary."""
    facts = draw(episodes(withdrawn=False, fewest=1))
    assert facts.standing_notice is not None
    return replace(
        facts,
        registered_municipality=HOME,
        admission_notice=AdmissionNotice(complete=True, late=False),
        sip_call=SipCall(sent_at=facts.standing_notice.sent_at, by_fixed_care_contact=True),
        outpatient_care=OutpatientCare.AVAILABLE,
    )


def judge(facts: EpisodeForPayment, policy: StatutoryPolicy, now: dt.datetime) -> PaymentLiability:
    return payment_liability(facts, policy, BOOK, now)


@given(fulfilled() | episodes(), policies, moments)
def test_liability_never_starts_before_three_days_after_the_notice_that_stands(
    facts: EpisodeForPayment, policy: StatutoryPolicy, now: dt.datetime
) -> None:
    found = judge(facts, policy, now)
    if found.starts_on is not None:
        assert facts.standing_notice is not None
        waited = (found.starts_on - stockholm_day(facts.standing_notice.sent_at)).days
        assert waited in (3, 4) or (policy.day_off_moves_start and waited > 3)


@given(fulfilled(), policies, later)
def test_sending_later_never_gives_an_earlier_start(
    facts: EpisodeForPayment, policy: StatutoryPolicy, delay: dt.timedelta
) -> None:
    notice = facts.standing_notice
    assert notice is not None
    moved = (notice.sent_at.astimezone(dt.UTC) + delay).astimezone(STOCKHOLM)
    first, second = (
        judge(replace(facts, discharged_at=None, sip_required=False, discharge_ready=(one,)), policy, moved)
        for one in (replace(notice), replace(notice, sent_at=moved))
    )
    assert first.starts_on is not None
    assert second.starts_on is not None
    assert first.starts_on <= second.starts_on


@given(episodes(withdrawn=True, fewest=1), policies, moments)
def test_when_every_notice_is_withdrawn_nobody_is_liable_and_it_is_said_for_each(
    facts: EpisodeForPayment, policy: StatutoryPolicy, now: dt.datetime
) -> None:
    found = judge(facts, policy, now)
    told = [one for one in found.reasons if one.code.value == "DISCHARGE_READY_WITHDRAWN"]
    assert found.status is PaymentStatus.NOT_LIABLE
    assert len(told) == len(facts.discharge_ready)


@given(fulfilled() | episodes(), policies, moments)
def test_days_and_sums_agree(facts: EpisodeForPayment, policy: StatutoryPolicy, now: dt.datetime) -> None:
    found = judge(facts, policy, now)
    assert found.days == sum(one.days for one in found.shares) >= 0
    assert all(one.days > 0 for one in found.shares)
    subtotals = [one.subtotal for one in found.shares]
    assert found.total == (None if None in subtotals else sum(filter(None, subtotals)))
    assert [one.amount_per_day for one in found.shares] == [BOOK.kronor(one.year) for one in found.shares]
    if found.ends_on is not None and found.starts_on is not None:
        assert found.days == (found.ends_on - found.starts_on).days + 1


@given(fulfilled() | episodes(), policies, moments)
def test_the_status_follows_from_the_reasons(
    facts: EpisodeForPayment, policy: StatutoryPolicy, now: dt.datetime
) -> None:
    found = judge(facts, policy, now)
    effects = {one.effect for one in found.reasons} - {None}
    hindered = found.status in (PaymentStatus.NOT_LIABLE, PaymentStatus.BLOCKED)
    assert bool(effects) == hindered == (found.starts_on is None)
    assert not hindered or found.status in effects
    assert {one.key for one in found.assumptions} == {one.assumption for one in found.reasons} - {None}


MENDED = {
    "registered_municipality": HOME,
    "admission_notice": AdmissionNotice(complete=True, late=False),
    "outpatient_care": OutpatientCare.AVAILABLE,
    "sip_required": False,
}


@given(episodes(), policies, moments, st.sampled_from(list(MENDED)))
def test_mending_one_thing_makes_nobody_liable_unless_it_was_all_that_was_missing(
    facts: EpisodeForPayment, policy: StatutoryPolicy, now: dt.datetime, field: str
) -> None:
    before, after = (judge(one, policy, now) for one in (facts, replace(facts, **{field: MENDED[field]})))

    def hinders(found: PaymentLiability) -> set[str]:
        return {one.code.value for one in found.reasons if one.effect}

    # Once nothing else hinders, the patient may still have left in time.
    assert hinders(after) <= hinders(before) | {"DISCHARGED_IN_TIME"}
    if after.status in (PaymentStatus.PENDING, PaymentStatus.LIABLE):
        parts = {
            "registered_municipality": ("PAYER",),
            "admission_notice": ("ADMISSION",),
            "outpatient_care": ("OUTPATIENT",),
            "sip_required": ("SIP",),
        }
        assert all(code.startswith(parts[field]) for code in hinders(before))


@given(fulfilled(), policies, moments, later)
def test_a_longer_stay_never_costs_fewer_days(
    facts: EpisodeForPayment, policy: StatutoryPolicy, discharged: dt.datetime, more: dt.timedelta
) -> None:
    end = (discharged.astimezone(dt.UTC) + more).astimezone(STOCKHOLM)
    shorter, longer = (judge(replace(facts, discharged_at=one), policy, end) for one in (discharged, end))
    assert shorter.days <= longer.days


@given(fulfilled(), policies, moments)
def test_what_is_counted_in_hospital_is_what_a_discharge_then_would_cost(
    facts: EpisodeForPayment, policy: StatutoryPolicy, now: dt.datetime
) -> None:
    running = judge(replace(facts, discharged_at=None), policy, now)
    ended = judge(replace(facts, discharged_at=now), policy, now)
    assert (running.days, running.total) == (ended.days, ended.total)
