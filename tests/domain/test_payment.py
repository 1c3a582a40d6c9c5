"""Payment liability by the statute: golden vectors, the order of the checks, open points, amounts."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from lifecare_gql.domain import law
from lifecare_gql.domain.payment import _LAW, AdmissionNotice, DischargeReadyNotice, EpisodeForPayment
from lifecare_gql.domain.payment_words import OutpatientCare, PaymentReasonCode
from tests.domain.payments import (
    BOOK,
    ELSEWHERE,
    GOOD,
    HOME,
    at,
    called,
    codes,
    effective,
    episode,
    judged,
    plain,
    sent,
)

SENTENCES = {
    "PAYER_UNKNOWN": "5 kap. 2 §",
    "ADMISSION_NOTICE_MISSING": "5 kap. 3 §",
    "ADMISSION_NOTICE_INCOMPLETE": "2 kap. 2 §",
    "ADMISSION_NOTICE_LATE": "2 kap. 3 §",
    "DISCHARGE_READY_MISSING": "5 kap. 3 §",
    "DISCHARGE_READY_WITHDRAWN": "5 kap. 3 §",
    "SIP_CALL_MISSING": "5 kap. 3 §",
    "SIP_CALL_BY_OTHER": "4 kap. 3 §",
    "SIP_CALL_LATE": "4 kap. 3 §",
    "OUTPATIENT_CARE_UNAVAILABLE": "5 kap. 5 §",
    "OUTPATIENT_CARE_UNCLEAR": "5 kap. 5 §",
    "DISCHARGED_IN_TIME": "5 kap. 4 §",
}

# --- the day it starts (5:4): the golden vectors ---

GOLDEN = [
    ("2026-11-23 12:00:00", "2026-11-26"),
    ("2026-11-23 12:01", "2026-11-27"),
    ("2026-12-22 11:00", "2026-12-25"),
    ("2026-03-27 13:00", "2026-03-31"),
    ("2026-11-23 00:00", "2026-11-26"),
    ("2026-11-23 11:59:59", "2026-11-26"),
    ("2026-11-23 12:00:01", "2026-11-27"),
    ("2026-11-23 23:59", "2026-11-27"),
    ("2026-12-29 09:00", "2027-01-01"),
    ("2028-02-26 12:30", "2028-03-01"),
]


@pytest.mark.parametrize(("notice", "start"), GOLDEN, ids=[row[0] for row in GOLDEN])
def test_liability_starts_three_days_after_or_four_when_sent_after_noon(notice: str, start: str) -> None:
    found = judged(plain(notice))
    assert (found.status, str(found.starts_on)) == ("LIABLE", start)


SUMMER_AND_WINTER = [
    ("2026-07-01T09:59:00+00:00", "2026-07-04"),  # 11.59 in Sweden
    ("2026-07-01T10:01:00+00:00", "2026-07-05"),  # 12.01
    ("2026-12-01T10:59:00+00:00", "2026-12-04"),  # 11.59
    ("2026-12-01T11:01:00+00:00", "2026-12-05"),  # 12.01
    ("2026-12-01T23:30:00+00:00", "2026-12-05"),  # 00.30 the next day
    ("2026-03-29T10:01:00+00:00", "2026-04-02"),  # 12.01 on the day that lacks an hour
    ("2026-10-25T10:59:00+00:00", "2026-10-28"),  # 11.59 on the day that has one more
]


@pytest.mark.parametrize(("notice", "start"), SUMMER_AND_WINTER)
def test_noon_and_days_are_swedish_whatever_the_offset(notice: str, start: str) -> None:
    ready = (DischargeReadyNotice(sent_at=dt.datetime.fromisoformat(notice)),)
    assert str(judged(replace(plain("2026-01-01 10:00"), discharge_ready=ready)).starts_on) == start


# --- the checks, in their order ---

NO_NOTICE: dict[str, Any] = {"admission_notice": None}
INCOMPLETE = {"admission_notice": AdmissionNotice(complete=False, late=False)}
INCOMPLETE_AND_LATE = {"admission_notice": AdmissionNotice(complete=False, late=True)}
NOT_READY: dict[str, Any] = {"discharge_ready": ()}
WITHDRAWN = {"discharge_ready": (sent("2022-11-21 10:00", "2022-11-22 10:00"),)}
NOT_CALLED: dict[str, Any] = {"sip_call": None}
CALLED_BY_OTHER = {"sip_call": called("2022-11-23 15:00", by_fixed_care_contact=False)}
CALLED_LATE = {"sip_call": called("2022-11-25 09:00")}
UNAVAILABLE = {"outpatient_care": OutpatientCare.UNAVAILABLE}
UNCLEAR = {"outpatient_care": OutpatientCare.UNCLEAR}
NOWHERE: dict[str, Any] = {"registered_municipality": None}
HOME_IN_TIME = {"discharged_at": at("2022-11-24 08:00")}

# what is changed, the status, and every reason that hinders, in the order of the checks
CHECKS: list[tuple[str, dict[str, Any], str, list[str]]] = [
    ("everything is there", {}, "LIABLE", []),
    ("no municipality is known", NOWHERE, "BLOCKED", ["PAYER_UNKNOWN"]),
    ("no admission notice", NO_NOTICE, "NOT_LIABLE", ["ADMISSION_NOTICE_MISSING"]),
    ("a legal field is missing", INCOMPLETE, "NOT_LIABLE", ["ADMISSION_NOTICE_INCOMPLETE"]),
    ("not ready for discharge", NOT_READY, "NOT_LIABLE", ["DISCHARGE_READY_MISSING"]),
    ("ready, but withdrawn", WITHDRAWN, "NOT_LIABLE", ["DISCHARGE_READY_WITHDRAWN"]),
    ("nobody called", NOT_CALLED, "NOT_LIABLE", ["SIP_CALL_MISSING"]),
    ("somebody else called", CALLED_BY_OTHER, "NOT_LIABLE", ["SIP_CALL_BY_OTHER"]),
    ("called on the fourth day", CALLED_LATE, "NOT_LIABLE", ["SIP_CALL_LATE"]),
    ("outpatient care is not there", UNAVAILABLE, "BLOCKED", ["OUTPATIENT_CARE_UNAVAILABLE"]),
    ("it is unclear whether it is", UNCLEAR, "BLOCKED", ["OUTPATIENT_CARE_UNCLEAR"]),
    ("home on the first day", HOME_IN_TIME, "NOT_LIABLE", ["DISCHARGED_IN_TIME"]),
    ("no call where none is demanded", {**NOT_CALLED, "sip_required": False}, "LIABLE", []),
    (
        "a blocker does not make it less than not liable",
        {**NOWHERE, **NOT_READY, **UNCLEAR},
        "NOT_LIABLE",
        ["PAYER_UNKNOWN", "DISCHARGE_READY_MISSING", "OUTPATIENT_CARE_UNCLEAR"],
    ),
    (
        "everything at once",
        {**NOWHERE, **INCOMPLETE_AND_LATE, **WITHDRAWN, **CALLED_BY_OTHER, **UNAVAILABLE, **HOME_IN_TIME},
        "NOT_LIABLE",
        [
            "PAYER_UNKNOWN",
            "ADMISSION_NOTICE_INCOMPLETE",
            "DISCHARGE_READY_WITHDRAWN",
            "SIP_CALL_BY_OTHER",
            "OUTPATIENT_CARE_UNAVAILABLE",
        ],
    ),
    (
        "late, and by somebody else",
        {"sip_call": called("2022-11-25 09:00", by_fixed_care_contact=False)},
        "NOT_LIABLE",
        ["SIP_CALL_BY_OTHER", "SIP_CALL_LATE"],
    ),
]


@pytest.mark.parametrize(("case", "changes", "status", "hinders"), CHECKS, ids=[row[0] for row in CHECKS])
def test_every_reason_that_hinders_is_told_in_order_with_its_section(
    case: str, changes: dict[str, Any], status: str, hinders: list[str]
) -> None:
    found = judged(episode(**changes))
    assert (found.status, effective(found)) == (status, hinders)
    sections = {one.code.value: one.law.section for one in found.reasons if one.effect}
    assert sections == {code: SENTENCES[code] for code in hinders}
    assert (found.starts_on is None, found.days > 0) == (bool(hinders), not hinders)


EIGHT = list(product((True, False), repeat=3))


@pytest.mark.parametrize(("admission", "ready", "call"), EIGHT)
def test_the_eight_combinations_of_the_three_preconditions(admission: bool, ready: bool, call: bool) -> None:
    """5:3: admission notice, discharge-ready notice and, here, the call. One alone is enough to hinder."""
    changes = {**({} if admission else NO_NOTICE), **({} if ready else NOT_READY), **({} if call else NOT_CALLED)}
    found = judged(episode(**changes))
    missing = {
        "ADMISSION_NOTICE_MISSING": not admission,
        "DISCHARGE_READY_MISSING": not ready,
        "SIP_CALL_MISSING": not call,
    }
    assert effective(found) == [code for code, hinders in missing.items() if hinders]
    assert found.status == ("LIABLE" if admission and ready and call else "NOT_LIABLE")


def test_what_is_fulfilled_is_told_too() -> None:
    assert codes(judged(GOOD)) == [
        "PAYER_REGISTERED",
        "ADMISSION_NOTICE_SENT",
        "DISCHARGE_READY_SENT",
        "SIP_CALLED",
        "OUTPATIENT_CARE_AVAILABLE",
        "STARTS_AFTER_THREE_DAYS",
        "DISCHARGE_DAY",
        "AMOUNT_KNOWN",
    ]


def test_every_reason_rests_on_a_section() -> None:
    assert set(_LAW) == set(PaymentReasonCode)
    references = [one for one in vars(law).values() if isinstance(one, law.LegalReference)]
    assert all(one.says.endswith(".") and not set("”\"'") & set(one.says) for one in references)


# --- who pays (5:2) ---

PAYERS = [
    (HOME, None, HOME, "PAYER_REGISTERED"),
    (HOME, ELSEWHERE, ELSEWHERE, "PAYER_PLACED"),
    (HOME, HOME, HOME, "PAYER_REGISTERED"),
    (None, ELSEWHERE, ELSEWHERE, "PAYER_PLACED"),
    (None, None, None, "PAYER_UNKNOWN"),
]


@pytest.mark.parametrize(("registered", "placing", "payer", "code"), PAYERS)
def test_the_placing_municipality_pays_before_that_of_registration(
    registered: str | None, placing: str | None, payer: str | None, code: str
) -> None:
    found = judged(episode(registered_municipality=registered, placing_municipality=placing))
    assert (found.payer_municipality, codes(found)[0]) == (payer, code)


# --- a withdrawn notice ---


def test_a_withdrawn_notice_voids_its_clock_and_stays_visible() -> None:
    first, second = sent("2022-11-14 09:00", "2022-11-20 09:00"), sent("2022-11-21 10:00")
    found = judged(episode(discharge_ready=(second, first)))
    assert (found.status, str(found.starts_on)) == ("LIABLE", "2022-11-24")
    told = [one for one in found.reasons if one.code.value.startswith("DISCHARGE_READY")]
    assert [one.code.value for one in told] == ["DISCHARGE_READY_WITHDRAWN", "DISCHARGE_READY_SENT"]
    assert "2022-11-14 klockan 09.00 återtogs 2022-11-20 klockan 09.00" in told[0].text


def test_withdrawn_notices_are_told_in_the_order_they_were_sent() -> None:
    notices = (sent("2022-11-15 09:00", "2022-11-16 09:00"), sent("2022-11-13 09:00", "2022-11-14 09:00"))
    found = judged(episode(discharge_ready=notices))
    told = [one.text for one in found.reasons if one.code == "DISCHARGE_READY_WITHDRAWN"]
    assert [one.split()[1] for one in told] == ["2022-11-13", "2022-11-15"]


def test_of_two_notices_that_stand_the_first_counts() -> None:
    both = (sent("2022-11-21 10:00"), sent("2022-11-22 10:00"))
    assert str(judged(episode(discharge_ready=both)).starts_on) == "2022-11-24"


def test_a_notice_cannot_be_withdrawn_before_it_was_sent() -> None:
    with pytest.raises(ValueError, match="withdrawn before it was sent"):
        sent("2022-11-21 10:00", "2022-11-21 09:59")


# --- the call to a SIP (4:3): strict date and söndagsregeln ---

CALLS = [
    ("2022-11-23 10:00", "2022-11-23 10:30", "SIP_CALLED", "4 kap. 3 §"),
    ("2022-11-23 10:00", "2022-11-22 10:30", "SIP_CALLED", "4 kap. 3 §"),  # before the notice
    ("2022-11-23 10:00", "2022-11-26 23:59", "SIP_CALLED", "4 kap. 3 §"),  # Saturday, the strict last day
    ("2022-11-23 10:00", "2022-11-28 23:59", "SIP_CALLED", "2 §"),  # Monday by söndagsregeln
    ("2022-11-23 10:00", "2022-11-29 00:00", "SIP_CALL_LATE", "4 kap. 3 §"),
    ("2026-12-22 10:00", "2026-12-28 09:00", "SIP_CALLED", "2 §"),
    ("2026-12-22 10:00", "2026-12-29 09:00", "SIP_CALL_LATE", "4 kap. 3 §"),
    ("2026-06-16 10:00", "2026-06-22 09:00", "SIP_CALLED", "2 §"),  # midsommarafton
    ("2026-06-16 10:00", "2026-06-23 09:00", "SIP_CALL_LATE", "4 kap. 3 §"),
]


@pytest.mark.parametrize(("notice", "call", "code", "section"), CALLS)
def test_a_call_is_in_time_until_the_third_day_or_the_next_working_day(
    notice: str, call: str, code: str, section: str
) -> None:
    found = judged(plain(notice, sip_required=True, sip_call=called(call)))
    [told] = [one for one in found.reasons if one.code.value.startswith("SIP_")]
    assert (told.code.value, told.law.section) == (code, section)


@pytest.mark.parametrize("call", ["2022-11-24 09:00", "2022-11-26 09:00", "2022-11-28 09:00"])
def test_a_call_by_somebody_else_is_no_call_whenever_it_came(call: str) -> None:
    facts = plain("2022-11-23 10:00", sip_required=True, sip_call=called(call, by_fixed_care_contact=False))
    assert [code for code in codes(judged(facts)) if code.startswith("SIP_")] == ["SIP_CALL_BY_OTHER"]


# --- pending, and days so far ---

RUNNING = [
    ("2022-11-21 10:00", "PENDING", 0),
    ("2022-11-23 23:59", "PENDING", 0),
    ("2022-11-24 00:00", "LIABLE", 0),
    ("2022-11-25 00:00", "LIABLE", 1),
    ("2022-11-28 12:00", "LIABLE", 4),
]


@pytest.mark.parametrize(("now", "status", "days"), RUNNING)
def test_while_in_hospital_days_are_counted_as_if_discharged_now(now: str, status: str, days: int) -> None:
    found = judged(plain("2022-11-21 10:00"), now)
    assert (found.status, found.days, found.ends_on) == (status, days, None)
    assert (found.amount_per_day, found.total) == (9300, 9300 * days)
    assert str(found.starts_on) == "2022-11-24"
    assert ("DISCHARGE_DAY" in codes(found)) == (status == "LIABLE")


def test_a_discharged_patients_days_are_all_there_whenever_it_is_asked() -> None:
    assert judged(GOOD, "2022-11-01 10:00") == judged(GOOD, "2030-01-01 10:00")
    assert (judged(GOOD).days, str(judged(GOOD).ends_on), judged(GOOD).total) == (4, "2022-11-27", 4 * 9300)


# --- the open points ---

NOON = plain("2022-11-21 12:00")
EVE = plain("2022-12-21 09:00")  # three days after is julafton, a Saturday; then juldagen and annandag jul
LATE = episode(admission_notice=AdmissionNotice(complete=True, late=True))
LIABLE_24 = ("LIABLE", 24, 11)
OPEN: list[tuple[str, EpisodeForPayment, str, str, tuple[Any, ...], tuple[Any, ...]]] = [
    ("i", NOON, "exactly_noon_is_after_noon", "SENT_AT_EXACTLY_NOON", LIABLE_24, ("LIABLE", 25, 11)),
    ("ii", GOOD, "discharge_day_charged", "DISCHARGE_DAY", LIABLE_24, LIABLE_24),
    ("iii", LATE, "late_admission_notice_releases", "ADMISSION_NOTICE_LATE", LIABLE_24, ("NOT_LIABLE",)),
    ("iv", EVE, "day_off_moves_start", "STARTS_ON_DAY_OFF", ("LIABLE", 24, 12), ("LIABLE", 27, 12)),
]


@pytest.mark.parametrize(
    ("point", "facts", "key", "code", "ours", "otherwise"), OPEN, ids=[row[0] for row in OPEN]
)
def test_an_open_point_is_decided_by_a_setting_and_named(
    point: str, facts: EpisodeForPayment, key: str, code: str, ours: tuple[Any, ...], otherwise: tuple[Any, ...]
) -> None:
    for decided, expected in ((False, ours), (True, otherwise)):
        found = judged(facts, "2022-12-31 12:00", **{key: decided})
        start = (found.starts_on.day, found.starts_on.month) if found.starts_on else ()
        assert (found.status.value, *start) == expected
        assert [one.assumption for one in found.reasons if one.code.value == code] == [key]
        [assumption] = [one for one in found.assumptions if one.key == key]
        assert assumption.question.split(",")[0] == point


def test_the_discharge_day_is_one_day_more_when_charged() -> None:
    found = judged(GOOD, discharge_day_charged=True)
    assert (found.days, str(found.ends_on)) == (5, "2022-11-28")
    on_the_first_day = judged(episode(**HOME_IN_TIME), discharge_day_charged=True)
    assert (on_the_first_day.status, on_the_first_day.days) == ("LIABLE", 1)
    the_day_before = judged(episode(discharged_at=at("2022-11-23 23:59")), discharge_day_charged=True)
    assert the_day_before.status == "NOT_LIABLE"


def test_an_assumption_is_named_only_where_it_decides_something() -> None:
    assert [one.key for one in judged(GOOD).assumptions] == ["discharge_day_charged"]
    assert judged(plain("2022-11-21 10:00"), "2022-11-21 11:00").assumptions == ()
    assert {one.key for one in BOOK.assumptions} == {row[2] for row in OPEN}


# --- amounts (5:6) ---


def over_new_year(year: int) -> EpisodeForPayment:
    """Liable on the last two days of the year and the first three of the next."""
    return plain(f"{year}-12-27 09:00", discharged_at=at(f"{year + 1}-01-04 10:00"))


NEW_YEARS = [
    (2019, [(2019, 2, 7800), (2020, 3, 8200)], 2 * 7800 + 3 * 8200, ["AMOUNT_KNOWN", "AMOUNT_SECONDARY"]),
    (2020, [(2020, 2, 8200), (2021, 3, None)], None, ["AMOUNT_SECONDARY", "AMOUNT_UNKNOWN"]),
    (2021, [(2021, 2, None), (2022, 3, 9300)], None, ["AMOUNT_UNKNOWN", "AMOUNT_KNOWN"]),
    (2022, [(2022, 2, 9300), (2023, 3, 10_500)], 2 * 9300 + 3 * 10_500, ["AMOUNT_KNOWN", "AMOUNT_SECONDARY"]),
    (2025, [(2025, 2, None), (2026, 3, None)], None, ["AMOUNT_UNKNOWN", "AMOUNT_UNKNOWN"]),
]


@pytest.mark.parametrize(("year", "shares", "total", "told"), NEW_YEARS)
def test_each_year_has_its_own_amount_and_an_unknown_one_leaves_no_sum(
    year: int, shares: list[tuple[int, int, int | None]], total: int | None, told: list[str]
) -> None:
    found = judged(over_new_year(year))
    assert [(one.year, one.days, one.amount_per_day) for one in found.shares] == shares
    assert (found.total, found.amount_per_day, found.days) == (total, None, 5)
    assert [code for code in codes(found) if code.startswith("AMOUNT")] == told
    assert all((one.source is None) == (one.subtotal is None) for one in found.shares)


def test_the_amounts_are_those_that_have_a_source() -> None:
    assert {one.year: (one.kronor, one.source.id, one.source.secondary) for one in BOOK.amounts} == {
        2019: (7800, "P9", False),
        2020: (8200, "P48", True),
        2022: (9300, "P10", False),
        2023: (10_500, "P48", True),
    }
    assert all(one.source.supplement for one in BOOK.amounts)


def test_a_stay_of_years_is_counted_year_by_year() -> None:
    found = judged(plain("2018-12-29 09:00", discharged_at=at("2021-01-01 08:00")))
    assert [(one.year, one.days) for one in found.shares] == [(2019, 365), (2020, 366)]
    assert found.total == 365 * 7800 + 366 * 8200
