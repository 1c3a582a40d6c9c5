"""The same question to every region at once, as a client asks it, and what becomes of one that fails."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lifecare_gql.app import create_app
from lifecare_gql.domain.outages import OutageRoutine
from lifecare_gql.domain.process_rules import ProcessRules
from lifecare_gql.domain.routines import RoutineBook
from lifecare_gql.region_running import Guards
from lifecare_gql.regions import Regions
from lifecare_gql.settings import Settings
from tests.conftest import Api, Clock
from tests.regions.plugins import CODES
from tests.regions.test_hostile import ONE_DATABASE, client

REST = "unanswered { region regionName plugin hook failing }"
QUESTIONS = f"questions {{ question differs positions {{ region answer rules }} }} {REST}"
ASKED = {
    "lifecare_routines": f'compareRegions(draft: {{topic: "QUESTION"}}) {{ outcomes {{ region }} {REST} }}',
    "lifecare_process": f"compareDischarge(movedDays: 2) {{ {QUESTIONS} }}",
    "lifecare_outage_routine": f"compareOutage(careType: MUNICIPAL, hours: 4) {{ {QUESTIONS} }}",
}
"""The question that is answered from what each hook said."""


def told(comparison: dict[str, Any]) -> dict[str, dict[str, tuple[str, list[str]]]]:
    return {
        one["question"]: {each["region"]: (each["answer"], each["rules"]) for each in one["positions"]}
        for one in comparison["questions"]
    }


async def test_a_discharge_is_compared_in_every_region(api: Api) -> None:
    found = (await api(f"{{ {ASKED['lifecare_process']} }}"))["compareDischarge"]

    assert found["unanswered"] == []
    answers = told(found)
    assert all(list(one) == list(CODES) for one in answers.values())
    basis = answers["När ska planeringsunderlaget vara ifyllt?"]
    assert basis["halland"][0].startswith("inom 48 timmar från ")
    assert basis["halland"][1] == ["HAL-HP1"]
    assert basis["orebro"] == ("inget sägs", [])
    moved = answers["Ska kommunen kontaktas när beräknat utskrivningsdatum flyttas +2 dygn?"]
    assert (moved["halland"], moved["orebro"]) == (("ja", ["HAL-HP2"]), ("inget sägs", []))
    assert answers["Hur räknas betalningsansvaret?"]["halland"] == ("på lagens eget sätt", [])
    assert answers["Hur räknas betalningsansvaret?"]["stockholm"][1][0].startswith("stockholm-")
    assert {one["question"]: one["differs"] for one in found["questions"]}["Vilka spår finns?"] is True


@pytest.mark.parametrize(("days", "answer"), [(-1, "ja"), (0, "nej"), (1, "nej"), (2, "ja")])
async def test_a_moved_date_is_judged_by_the_regions_own_rule(days: int, answer: str, api: Api) -> None:
    found = (await api(f"{{ compareDischarge(movedDays: {days}) {{ {QUESTIONS} }} }}"))["compareDischarge"]
    [positions] = [one for question, one in told(found).items() if question.startswith("Ska kommunen")]
    assert positions["halland"] == (answer, ["HAL-HP2"])


async def test_an_outage_is_compared_in_every_region(api: Api) -> None:
    found = (await api(f"{{ {ASKED['lifecare_outage_routine']} }}"))["compareOutage"]

    answers = told(found)
    assert answers["Finns en avbrottsrutin?"] == {
        "halland": ("inget sägs", []),
        "orebro": ("inget sägs", []),
        "stockholm": ("nej: Källan har rubriken Reservrutin men inget innehåll under den.", ["S17"]),
        "vasternorrland": ("ja", ["V1"]),
    }
    assert answers["Är 4 timmar ett längre avbrott?"]["vasternorrland"] == ("ja", ["V11"])
    not_backfilled = answers["Vad registreras inte i efterhand (kommunal vård och omsorg)?"]
    assert not_backfilled["halland"] == ("inget sägs", [])
    during = answers["Vad görs under avbrottet (kommunal vård och omsorg)?"]["vasternorrland"]
    assert during[1], "each sentence rests on a fact"


async def test_what_is_not_asked_is_not_answered(api: Api) -> None:
    discharge = (await api("{ compareDischarge { questions { question } } }"))["compareDischarge"]
    outage = (await api("{ compareOutage(careType: OUTPATIENT) { questions { question } } }"))["compareOutage"]
    assert (len(discharge["questions"]), len(outage["questions"])) == (5, 5)


@pytest.mark.parametrize(
    "field", ["compareDischarge(movedDays: 366)", "compareOutage(careType: MUNICIPAL, hours: -1)"]
)
async def test_what_cannot_be_meant_is_refused(field: str, api: Api) -> None:
    answer = await api.post(f"{{ {field} {{ questions {{ question }} }} }}")
    assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


def broken(regions: Regions, hook: str) -> Regions:
    """The regions, with one of them so that it cannot be asked: an object that was never filled in."""
    part, kind = {
        "lifecare_routines": ("book", RoutineBook),
        "lifecare_process": ("process", ProcessRules),
        "lifecare_outage_routine": ("outage", OutageRoutine),
    }[hook]
    half = replace(regions["halland"])
    object.__setattr__(half, part, kind.__new__(kind))
    found = replace(regions, guards=Guards())
    object.__setattr__(found, "by_code", {**regions.by_code, "halland": half})
    return found


@ONE_DATABASE
@pytest.mark.parametrize("hook", ASKED)
async def test_one_regions_fault_is_told_and_the_rest_answers(
    hook: str, settings: Settings, regions: Regions, clock: Clock
) -> None:
    async with client(create_app(settings, broken(regions, hook), clock), settings, clock) as api:
        [comparison] = (await api(f"{{ {ASKED[hook]} }}")).values()
        problems = (await api("{ problems { key plugin what } }", "varberg"))["problems"]

    assert comparison["unanswered"] == [
        {
            "region": "halland",
            "regionName": "Region Halland",
            "plugin": "halland",
            "hook": hook,
            "failing": "raises",
        }
    ]
    if "outcomes" in comparison:
        answered = [one["region"] for one in comparison["outcomes"]]
    else:
        answered = [one["region"] for one in comparison["questions"][0]["positions"]]
    assert answered == list(CODES[1:])
    [problem] = problems
    assert (problem["key"], problem["plugin"]) == ("run-raises", "halland")
    assert problem["what"].startswith(f"{hook}: Query.compare")
