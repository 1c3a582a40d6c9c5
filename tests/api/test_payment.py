"""Payment liability as a client asks for it: without a token, because no patient is involved."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Api

LIABILITY = """query L($episode: PaymentInput!, $policy: String) {
  paymentLiability(episode: $episode, policy: $policy) {
    status payerMunicipality startsOn endsOn days amountPerDay total policyId policyVersion
    shares { year days amountPerDay subtotal source { id title address supplement secondary } }
    reasons { code text effect assumption law { law section says } }
    assumptions { key value question description } } }"""
AVERAGE = """query A($episodes: [PaymentInput!]!, $policy: String!, $month: Date!, $level: Float) {
  averagePayment(episodes: $episodes, policy: $policy, month: $month, level: $level) {
    policyId policyVersion month level amountPerDay withoutMunicipality reasons { code text }
    municipalities { municipality persons days average liable months { month persons days }
      leftOut { code persons } reasons { code effect law { section } } } } }"""
POLICIES = """query P($region: String) { paymentPolicies(region: $region) {
  ... on StatutoryPolicy { id name version exactlyNoonIsAfterNoon dischargeDayCharged lateAdmissionNoticeReleases
    dayOffMovesStart assumptions { key value } }
  ... on AveragePolicy { id name version countedPersons countedDays dayZeroCounted rollingMonths level notes
    sources { id title address supplement } unsaid { field reason } } } }"""


def episode(**changes: Any) -> dict[str, Any]:
    """Ready on a Monday morning, with every precondition met; still in hospital."""
    return {
        "registeredMunicipality": "1380",
        "admissionNotice": {"complete": True, "late": False},
        "dischargeReady": [{"sentAt": "2022-11-21T10:00:00+01:00"}],
        "sipRequired": True,
        "sipCall": {"sentAt": "2022-11-23T15:00:00+01:00", "byFixedCareContact": True},
        "outpatientCare": "AVAILABLE",
        **changes,
    }


async def test_who_pays_from_when_how_much_and_why(api: Api) -> None:
    found = (await api(LIABILITY, episode=episode(dischargedAt="2022-11-28T11:00:00+01:00")))["paymentLiability"]

    assert (found["status"], found["payerMunicipality"], found["total"]) == ("LIABLE", "1380", 37_200)
    assert (found["startsOn"], found["endsOn"], found["days"]) == ("2022-11-24", "2022-11-27", 4)
    assert (found["policyId"], found["policyVersion"], found["amountPerDay"]) == ("statutory", "1", 9300)
    assert found["shares"][0]["source"] == {
        "id": "P10",
        "title": "Vårdsamverkan Skåne: Belopp … 2022",
        "address": "vårdsamverkanskåne.se/2021/12/14/…",
        "supplement": True,
        "secondary": False,
    }
    starts = next(one for one in found["reasons"] if one["code"] == "STARTS_AFTER_THREE_DAYS")
    assert starts["law"]["section"] == "5 kap. 4 §"
    assert [(one["key"], one["value"]) for one in found["assumptions"]] == [("discharge_day_charged", "false")]


async def test_a_year_without_a_source_has_no_amount(api: Api) -> None:
    ready = [{"sentAt": "2026-11-16T10:00:00+01:00"}]
    call = {"sentAt": "2026-11-17T10:00:00+01:00", "byFixedCareContact": True}

    found = (await api(LIABILITY, episode=episode(dischargeReady=ready, sipCall=call)))["paymentLiability"]

    assert (found["status"], found["days"], found["total"]) == ("LIABLE", 4, None)  # the clock says 23 November
    assert found["reasons"][-1]["code"] == "AMOUNT_UNKNOWN"
    assert found["shares"] == [{"year": 2026, "days": 4, "amountPerDay": None, "subtotal": None, "source": None}]


async def test_it_can_be_asked_as_of_another_moment(api: Api) -> None:
    asked = episode(asOf="2022-11-22T10:00:00+01:00")

    found = (await api(LIABILITY, episode=asked))["paymentLiability"]

    assert (found["status"], found["startsOn"], found["days"], found["total"]) == ("PENDING", "2022-11-24", 0, 0)


async def test_every_hindrance_is_told_at_once(api: Api) -> None:
    asked = {"sipRequired": True, "outpatientCare": "UNCLEAR"}

    found = (await api(LIABILITY, episode=asked))["paymentLiability"]

    assert (found["status"], found["payerMunicipality"], found["startsOn"]) == ("NOT_LIABLE", None, None)
    assert [(one["code"], one["effect"], one["law"]["section"]) for one in found["reasons"]] == [
        ("PAYER_UNKNOWN", "BLOCKED", "5 kap. 2 §"),
        ("ADMISSION_NOTICE_MISSING", "NOT_LIABLE", "5 kap. 3 §"),
        ("DISCHARGE_READY_MISSING", "NOT_LIABLE", "5 kap. 3 §"),
        ("SIP_CALL_MISSING", "NOT_LIABLE", "5 kap. 3 §"),
        ("OUTPATIENT_CARE_UNCLEAR", "BLOCKED", "5 kap. 5 §"),
    ]


async def test_by_an_average_the_month_decides(api: Api) -> None:
    found = (await api(LIABILITY, episode=episode(), policy="stockholm-average"))["paymentLiability"]

    assert (found["status"], found["total"], found["policyId"]) == ("PENDING", None, "stockholm-average")
    assert "AVERAGE_DECIDES" in [one["code"] for one in found["reasons"]]


async def test_an_average_by_municipality(api: Api) -> None:
    stays = [
        episode(dischargedAt="2022-11-21T16:00:00+01:00"),
        episode(dischargedAt="2022-11-29T16:00:00+01:00"),
        episode(dischargedAt="2022-11-29T16:00:00+01:00", dischargeReady=[]),
        episode(dischargedAt="2022-11-29T16:00:00+01:00", registeredMunicipality=None),
    ]

    asked = {"episodes": stays, "policy": "stockholm-average", "month": "2022-11-01", "level": 3.5}
    found = (await api(AVERAGE, **asked))["averagePayment"]

    assert found["municipalities"] == [
        {
            "municipality": "1380",
            "persons": 2,
            "days": 8,
            "average": 4.0,
            "liable": True,
            "months": [{"month": "2022-11-01", "persons": 2, "days": 8}],
            "leftOut": [{"code": "DISCHARGE_READY_MISSING", "persons": 1}],
            "reasons": [{"code": "LEVEL_EXCEEDED", "effect": "LIABLE", "law": {"section": "4 kap. 5 §"}}],
        }
    ]
    assert (found["withoutMunicipality"], found["amountPerDay"], found["level"]) == (1, 9300, 3.5)


REGIONS = [
    (None, ["statutory", "vgr-average", "skane-average", "stockholm-average"]),
    ("stockholm", ["statutory", "stockholm-average"]),
    ("halland", ["statutory"]),
]


@pytest.mark.parametrize(("region", "ids"), REGIONS)
async def test_the_policies_can_be_listed_for_a_region(api: Api, region: str | None, ids: list[str]) -> None:
    found = (await api(POLICIES, region=region))["paymentPolicies"]

    assert [one["id"] for one in found] == ids
    assert {one["key"]: one["value"] for one in found[0]["assumptions"]} == dict.fromkeys(
        (
            "exactly_noon_is_after_noon",
            "discharge_day_charged",
            "late_admission_notice_releases",
            "day_off_moves_start",
        ),
        "false",
    )
    for average in found[1:]:
        assert all(one["supplement"] and one["address"] for one in average["sources"])
        assert "level" in {one["field"] for one in average["unsaid"]}


async def test_the_amounts_can_be_read_with_their_sources(api: Api) -> None:
    found = (await api("{ paymentAmounts { year kronor source { id secondary } } }"))["paymentAmounts"]

    assert [(one["year"], one["source"]["secondary"]) for one in found] == [
        (2019, False),
        (2020, True),
        (2022, False),
        (2023, True),
    ]


WITHDRAWN = [{"sentAt": "2022-11-21T10:00:00Z", "withdrawnAt": "2022-11-20T10:00:00Z"}]
MANY = [{"sentAt": "2022-11-21T10:00:00Z"}] * 11
BAD: list[tuple[str, dict[str, Any], str]] = [
    (LIABILITY, {"episode": episode(registeredMunicipality="Varberg")}, "episode.registeredMunicipality: "),
    (LIABILITY, {"episode": episode(dischargeReady=WITHDRAWN)}, "episode: a notice cannot be withdrawn before"),
    (LIABILITY, {"episode": episode(dischargeReady=MANY)}, "episode.dischargeReady: at most 10 notices."),
    (LIABILITY, {"episode": episode(), "policy": "gotland"}, "policy is none of those"),
    (POLICIES, {"region": "gotland"}, "region is none of those"),
    (AVERAGE, {"episodes": [], "policy": "statutory", "month": "2022-11-01"}, "ask paymentLiability"),
    (AVERAGE, {"episodes": [], "policy": "vgr-average", "month": "2022-11-01", "level": -1}, "level: between"),
    (
        AVERAGE,
        {"episodes": [episode(placingMunicipality="1")], "policy": "vgr-average", "month": "2022-11-01"},
        "episodes.0.placingMunicipality: ",
    ),
    (
        AVERAGE,
        {"episodes": [episode()] * 201, "policy": "vgr-average", "month": "2022-11-01"},
        "episodes: at most",
    ),
]


@pytest.mark.parametrize(("query", "variables", "message"), BAD, ids=[row[2] for row in BAD])
async def test_what_cannot_be_is_said_and_never_echoed(
    api: Api, query: str, variables: dict[str, Any], message: str
) -> None:
    [error] = (await api.post(query, **variables))["errors"]

    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert message in error["message"]
    assert "Varberg" not in error["message"]
