"""Averages by month and municipality: who counts, which days, and what the sources leave out."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecare_gql.domain.payment import AdmissionNotice, EpisodeForPayment
from lifecare_gql.domain.payment_averages import AveragePayment, average_payment, months_until, payment_liability
from lifecare_gql.domain.payment_policies import AveragePolicy
from lifecare_gql.domain.payment_words import CountedDays, CountedPersons
from lifecare_gql.domain.sources import PublicSource, Unsaid
from tests.domain.payments import BOOK, ELSEWHERE, HOME, at, called, codes, effective, episode, sent
from tests.regions.plugins import four_regions

POLICIES = {one.id: one for one in four_regions().payment.averages}
EVERYBODY = AveragePolicy(
    id="test-average",
    name="Provmodellen",
    version="1",
    sources=(PublicSource(id="P1", title="Påhittad sida"),),
    counted_persons=CountedPersons.ALL_DISCHARGED,
    counted_days=CountedDays.CALENDAR_DAYS,
    day_zero_counted=True,
    rolling_months=1,
    level=3.0,
)
NOVEMBER = dt.date(2022, 11, 17)
NO_ADMISSION: dict[str, Any] = {"admission_notice": None}
INCOMPLETE = {"admission_notice": AdmissionNotice(complete=False, late=False)}
LATE = {"admission_notice": AdmissionNotice(complete=True, late=True)}


def stay(days: int, month: int = 11, **changes: Any) -> EpisodeForPayment:
    """Ready on the 10th of the month, discharged so many days after, by all notices."""
    facts = {
        "discharge_ready": (sent(f"2022-{month:02}-10 13:00"),),
        "sip_call": called(f"2022-{month:02}-11 10:00"),
        "discharged_at": at(f"2022-{month:02}-{10 + days} 09:00"),
    }
    return episode(**{**facts, **changes})


def averaged(*episodes: EpisodeForPayment, policy: AveragePolicy = EVERYBODY, **rest: Any) -> AveragePayment:
    return average_payment(episodes, policy, BOOK, NOVEMBER, **rest)


def test_the_average_is_the_days_by_the_persons_with_day_zero_among_them() -> None:
    [found] = averaged(stay(0), stay(1), stay(7)).municipalities
    assert (found.municipality, found.persons, found.days) == (HOME, 3, 8)
    assert found.average == pytest.approx(8 / 3)
    assert (found.liable, [one.code for one in found.reasons]) == (False, ["LEVEL_NOT_EXCEEDED"])
    assert "2,67 dagar är inte över nivån 3,00" in found.reasons[0].text


LEVELS = [((3, 3), False), ((3, 4), True), ((0, 0), False), ((0, 7), True)]


@pytest.mark.parametrize(("stays", "liable"), LEVELS)
def test_liability_arises_above_the_level_not_at_it(stays: tuple[int, ...], liable: bool) -> None:
    [found] = averaged(*map(stay, stays)).municipalities
    assert found.liable is liable


def test_each_municipality_has_its_own_average_and_the_placing_one_counts_its_own() -> None:
    placed = {"placing_municipality": ELSEWHERE}
    unknown = {"registered_municipality": None}
    found = averaged(stay(2), stay(6, **placed), stay(9, **unknown))
    assert [(one.municipality, one.average) for one in found.municipalities] == [(HOME, 2.0), (ELSEWHERE, 6.0)]
    assert found.without_municipality == 1


WHO: list[tuple[str, dict[str, Any], list[str], list[str]]] = [
    # what is changed, what leaves it out of an average of all, and of those with notices
    ("all notices", {}, [], []),
    ("a late admission notice", LATE, [], []),
    ("no admission notice", NO_ADMISSION, [], ["ADMISSION_NOTICE_MISSING"]),
    ("an incomplete one", INCOMPLETE, [], ["ADMISSION_NOTICE_INCOMPLETE"]),
    ("nobody called", {"sip_call": None}, [], ["SIP_CALL_MISSING"]),
    ("no call is needed", {"sip_call": None, "sip_required": False}, [], []),
    ("a late call", {"sip_call": called("2022-11-20 10:00")}, [], []),
    (
        "withdrawn once, then sent again",
        {"discharge_ready": (sent("2022-11-01 10:00", "2022-11-02 10:00"), sent("2022-11-10 10:00"))},
        [],
        [],
    ),
    ("no notice", {"discharge_ready": ()}, ["DISCHARGE_READY_MISSING"], ["DISCHARGE_READY_MISSING"]),
    (
        "withdrawn twice",
        {"discharge_ready": (sent("2022-11-01 10:00", "2022-11-02 10:00"),) * 2},
        ["DISCHARGE_READY_WITHDRAWN"],
        ["DISCHARGE_READY_WITHDRAWN"],
    ),
]


@pytest.mark.parametrize(("case", "changes", "of_all", "of_those"), WHO, ids=[row[0] for row in WHO])
def test_who_counts_is_the_policys_choice_and_who_does_not_is_told(
    case: str, changes: dict[str, Any], of_all: list[str], of_those: list[str]
) -> None:
    for persons, expected in (("ALL_DISCHARGED", of_all), ("WITH_NOTICES", of_those)):
        policy = replace(EVERYBODY, counted_persons=CountedPersons(persons))
        [found] = averaged(stay(5, **changes), stay(1), policy=policy).municipalities
        assert [(one.code.value, one.persons) for one in found.left_out] == [(code, 1) for code in expected]
        assert (found.persons, found.days) == ((1, 1) if expected else (2, 6))


def test_day_zero_can_be_left_out() -> None:
    policy = replace(EVERYBODY, day_zero_counted=False)
    [found] = averaged(stay(0), stay(4), stay(0, discharge_ready=()), policy=policy).municipalities
    assert (found.persons, found.average) == (1, 4.0)
    assert [(one.code.value, one.persons) for one in found.left_out] == [
        ("DISCHARGE_READY_MISSING", 1),
        ("DAY_ZERO_NOT_COUNTED", 1),
    ]


def test_nobody_to_count_is_no_average_and_no_verdict() -> None:
    [found] = averaged(stay(5, discharge_ready=())).municipalities
    assert (found.persons, found.average, found.liable, found.reasons) == (0, None, None, ())
    assert averaged(stay(5, month=10), stay(5, discharged_at=None)).municipalities == ()


def test_rolling_months_are_taken_together() -> None:
    policy = replace(EVERYBODY, rolling_months=3)
    [found] = averaged(stay(9, 8), stay(1, 9), stay(2, 9), stay(6, 11), policy=policy).municipalities
    assert [(str(one.month), one.persons, one.days) for one in found.months] == [
        ("2022-09-01", 2, 3),
        ("2022-10-01", 0, 0),
        ("2022-11-01", 1, 6),
    ]
    assert (found.persons, found.days, found.average) == (3, 9, 3.0)


def test_months_are_counted_back_over_new_year() -> None:
    assert list(map(str, months_until(dt.date(2023, 1, 31), 3))) == ["2022-11-01", "2022-12-01", "2023-01-01"]


def test_the_month_is_that_of_the_discharge_in_sweden() -> None:
    ready = (sent("2022-10-30 13:00"),)
    late = dt.datetime(2022, 10, 31, 23, 30, tzinfo=dt.UTC)  # half past midnight on the first of November
    [found] = averaged(stay(0, discharge_ready=ready, discharged_at=late)).municipalities
    assert found.days == 2


def test_days_are_dates_also_when_the_clocks_change() -> None:
    changes = {"discharge_ready": (sent("2022-10-29 23:00"),), "discharged_at": at("2022-11-01 00:30")}
    [found] = averaged(stay(0, **changes)).municipalities
    assert found.days == 3


# --- the policies that can be chosen ---


def test_three_averages_can_be_chosen_each_from_a_public_supplement() -> None:
    assert {name: [one.id for one in policy.sources] for name, policy in POLICIES.items()} == {
        "vgr-average": ["P13"],
        "skane-average": ["P20"],
        "stockholm-average": ["P11", "P12"],
    }
    sources = [one for policy in POLICIES.values() for one in policy.sources]
    assert all(one.supplement and one.address for one in sources)
    assert all(policy.level is None for policy in POLICIES.values())


def test_stockholm_counts_all_by_the_month_and_vgr_those_with_notices_by_three() -> None:
    episodes = (stay(5, **NO_ADMISSION), stay(1), stay(3, 9))
    [stockholm] = averaged(*episodes, policy=POLICIES["stockholm-average"]).municipalities
    [vgr] = averaged(*episodes, policy=POLICIES["vgr-average"]).municipalities
    assert (stockholm.persons, stockholm.average, stockholm.liable) == (2, 3.0, None)
    assert (vgr.persons, vgr.average, vgr.liable) == (2, 2.0, None)


def test_what_skanes_source_leaves_out_is_not_filled_in() -> None:
    found = averaged(stay(5), policy=POLICIES["skane-average"], level=3.0)
    assert found.municipalities == ()
    told = [one for one in found.reasons if one.code == "PARAMETER_UNSAID"]
    assert [one.text.partition("anger inte ")[2].split()[0] for one in told] == ["vilka", "hur", "om"]


def test_a_level_given_with_the_question_decides_and_says_that_no_source_bears_it_out() -> None:
    without, given = (averaged(stay(5), policy=POLICIES["vgr-average"], level=level) for level in (None, 4.5))
    assert (without.level, without.municipalities[0].liable) == (None, None)
    assert (given.level, given.municipalities[0].liable) == (4.5, True)
    assert [one.code.value for one in without.reasons] == ["PARAMETER_UNSAID", "AMOUNT_KNOWN", "CHARGE_UNSAID"]
    assert [one.code.value for one in given.reasons] == ["LEVEL_GIVEN", "AMOUNT_KNOWN", "CHARGE_UNSAID"]
    assert (given.amount_per_day, average_payment([], EVERYBODY, BOOK, dt.date(2026, 1, 1)).amount_per_day) == (
        9300,
        None,
    )


def test_a_parameter_is_null_with_a_reason_or_given_without() -> None:
    with pytest.raises(ValueError, match="unsaid must give the reason for just what is null: level"):
        replace(EVERYBODY, level=None)
    with pytest.raises(ValueError, match="just what is null: level"):
        replace(EVERYBODY, unsaid=(Unsaid(field="level", reason="Anges inte."),))


# --- one episode by an average ---

ONE: list[tuple[str, dict[str, Any], str, list[str]]] = [
    ("counted", {}, "PENDING", []),
    ("still in hospital", {"discharged_at": None}, "PENDING", []),
    ("not counted", {"discharge_ready": ()}, "NOT_LIABLE", ["DISCHARGE_READY_MISSING"]),
    ("nobody to pay", {"registered_municipality": None}, "BLOCKED", ["PAYER_UNKNOWN"]),
]


@pytest.mark.parametrize(("case", "changes", "status", "hinders"), ONE, ids=[row[0] for row in ONE])
def test_by_an_average_one_episode_waits_for_the_month(
    case: str, changes: dict[str, Any], status: str, hinders: list[str]
) -> None:
    policy = POLICIES["stockholm-average"]
    found = payment_liability(stay(5, **changes), policy, BOOK, at("2022-12-01 10:00"))
    assert (found.status, effective(found), found.starts_on, found.days) == (status, hinders, None, 0)
    assert found.total is (None if status == "PENDING" else found.total)
    assert "AVERAGE_DECIDES" in codes(found)
    assert ("NOT_DISCHARGED" in codes(found)) == ("discharged_at" in changes)
    assert (found.policy_id, found.policy_version) == ("stockholm-average", "1")


@given(st.lists(st.integers(0, 18), min_size=1, max_size=8), st.floats(0, 20))
def test_the_average_lies_between_the_shortest_and_the_longest_stay(stays: list[int], level: float) -> None:
    [found] = averaged(*map(stay, stays), level=level).municipalities
    assert found.average is not None
    assert min(stays) <= found.average <= max(stays)
    assert found.liable == (sum(stays) / len(stays) > level)
