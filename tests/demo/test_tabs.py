"""Every example tab does, on a fresh demo, what its comments say."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse

from lifecare_gql.demo import actors
from lifecare_gql.regions import Regions
from lifecare_gql.web.graphiql import Tab, load_tabs
from tests.demo.administration_checks import ADMINISTRATION_CHECKS
from tests.demo.loaded import Demo
from tests.demo.process_checks import PROCESS_CHECKS, discharged

TABS = load_tabs()


def operations(tab: Tab) -> list[str]:
    found = (one for one in parse(tab.query).definitions if isinstance(one, OperationDefinitionNode))
    return [one.name.value if one.name else "" for one in found]


async def run(demo: Demo, tab: Tab, name: str) -> Any:
    return await demo.ask(tab.actor, tab.query, name, **json.loads(tab.variables or "{}"))


def rules(objections: list[Any]) -> set[str]:
    return {one["rule"] for one in objections}


def compared(data: Any) -> None:
    differences = {one["question"]: one["positions"] for one in data["compareRegions"]["differences"]}
    may = {one["region"]: (one["answer"], tuple(one["rules"])) for one in differences["Får meddelandet skickas?"]}
    assert may["halland"] == ("ja", ())
    assert may["orebro"] == ("nej", ("ORE-O9", "ORE-O13"))
    assert may["stockholm"] == may["vasternorrland"] == ("ja", ())
    by_name = {one["regionName"]: one["verdict"] for one in data["compareRegions"]["outcomes"]}
    assert by_name["Region Halland"]["routing"]["rule"] == "HAL-H10"
    assert all(one["source"]["quote"] for one in by_name["Region Örebro län"]["objections"] if one["rule"])


def renewal_sent(data: Any) -> None:
    answer = data["sendMessage"]
    assert (answer["__typename"], answer["replayed"]) == ("MessageSent", False)
    sent = answer["sent"]
    assert [one["unit"]["name"] for one in sent["receipts"]["nodes"]] == ["Vårdcentralen Eken (demo)"]
    deadline = sent["expectation"]["deadline"]
    assert deadline["counted"] == ["2026-11-26", "2026-11-27", "2026-11-30"]
    assert [one["reason"] for one in deadline["excluded"]] == ["lördag", "söndag"]
    assert deadline["dueOn"] == "2026-11-30"


def refused_all_at_once(data: Any) -> None:
    verdict = data["reviewMessage"]
    assert not verdict["allowed"]
    assert rules(verdict["objections"]) == {"HAL-H6", "HAL-H7", "HAL-H11", "HAL-H16"}
    [acute] = [one for one in verdict["objections"] if one["rule"] == "HAL-H11"]
    numbers = {one["name"]: one["phone"] and one["phone"]["e164"] for one in acute["call"]}
    assert numbers == {"Vårdcentralen Eken (demo)": "+46980319201", "Vårdcentralen Havet (demo)": None}
    assert all(one["source"]["quote"] for one in verdict["objections"])


def refused_without_consent(data: Any) -> None:
    answer = data["sendMessage"]
    assert answer["__typename"] == "RefusedByRoutines"
    assert rules(answer["objections"]) == {"ORE-O4", "ORE-O9", "ORE-O13"}


def sent_with_consent(data: Any) -> None:
    answer = data["sendMessage"]
    assert (answer["__typename"], answer["replayed"]) == ("MessageSent", False)
    sent = answer["sent"]
    assert [one["form"] for one in sent["consents"]["nodes"]] == ["ORAL"]
    assert (sent["awaiting"], sent["replyDueAt"]) == ("ACKNOWLEDGEMENT", None)
    assert {one["rule"] for one in sent["expectation"]["duties"]} == {"ORE-O14"}
    assert sent["expectation"]["answerRequired"]


def outbox_awaits(data: Any) -> None:
    nodes = data["viewer"]["unit"]["outbox"]["nodes"]
    read = {
        one["unit"]["name"]: one["acknowledgedBy"] and one["acknowledgedBy"]["staff"]["name"]
        for node in nodes
        for one in node["receipts"]["nodes"]
    }
    assert read == {"Särskilda boendet Backen (demo)": "Nadja Demogren", "Vårdcentralen Björken (demo)": None}
    assert {node["awaiting"] for node in nodes} == {"REPLY", "ACKNOWLEDGEMENT"}


def inbox_read(data: Any) -> None:
    unit = data["viewer"]["unit"]
    assert unit["name"] == "Vårdcentralen Eken (demo)"
    senders = {one["text"].partition(":")[0]: one["sender"] for one in unit["inbox"]["nodes"]}
    assert senders["Påhittad fråga"]["reach"]["phone"]["printed"] == "0980-31 92 11"


def acknowledged(data: Any) -> None:
    answer = data["acknowledgeMessage"]
    assert (answer["__typename"], answer["replayed"]) == ("MessageChanged", False)
    changed = answer["changed"]
    assert (changed["state"], changed["version"], changed["awaiting"]) == ("ACKNOWLEDGED", 2, "REPLY")
    assert [one["kind"] for one in changed["history"]["nodes"]] == ["SENT", "ACKNOWLEDGED"]


def stockholm(data: Any) -> None:
    region = data["region"]
    assert [[step["fact"] for step in route["steps"]] for route in region["support"]["routes"]] == [
        ["S26", "S27"],
        ["S28"],
    ]
    assert region["rollout"]["historic"]
    assert region["rollout"]["stages"]
    assert region["outageRoutine"]["published"] is False
    assert all(data["stockholm"][name] for name in ("operatingSystems", "browsers", "login"))


def outage(data: Any) -> None:
    region = data["region"]
    assert [(one["status"], one["decided"]) for one in region["documents"]] == [("EJ BESLUTAD", False)]
    assert "+46660" in next(one["phone"]["e164"] for one in region["contacts"] if one["fact"] == "V7")
    assert len(region["switchboards"]) == 8
    care_types = {kind for one in region["outageRoutine"]["procedures"] for kind in one["careTypes"]}
    assert care_types == {"SOMATIC_INPATIENT", "PSYCHIATRIC_INPATIENT", "OUTPATIENT", "MUNICIPAL"}


def facts(data: Any) -> None:
    [document] = [one for one in data["region"]["documents"] if one["enforced"]]
    assert {"H10", "H11", "H16"} <= {one["id"] for one in document["enforced"]}
    assert not {one["id"] for one in document["enforced"]} & {one["id"] for one in document["pending"]}
    assert data["region"]["assumptions"]


def patient(data: Any) -> None:
    found = data["patient"]
    assert (found["givenName"], found["enrolled"]) == ("Tolvan", True)
    assert found["listedHealthCentre"]["reach"]["phone"]["e164"] == "+46980319201"
    assert len(found["messages"]["nodes"]) == 5
    assert found["messages"]["pageInfo"]["hasNextPage"]
    assert found["cases"]["nodes"]


def read_once(data: Any) -> None:
    reading = data["viewer"]["unit"]["inboxReading"]
    assert (reading["day"], reading["dayOff"]) == ("2026-11-25", None)
    assert (len(reading["readAt"]), reading["fulfilled"]) == (1, False)
    assert reading["duty"]["timesAWorkingDay"] == 2


def read_recorded(data: Any) -> None:
    answer = data["recordInboxReading"]
    assert (answer["__typename"], answer["replayed"]) == ("InboxReadingRecorded", False)


def overdue(data: Any) -> None:
    [late] = data["viewer"]["unit"]["outbox"]["nodes"]
    assert late["overdue"]
    assert late["expectation"]["deadlineRule"] == "HAL-H13"
    assert late["expectation"]["deadline"]["dueOn"] == "2026-11-13"
    [receipt] = late["receipts"]["nodes"]
    assert receipt["state"] == "ACKNOWLEDGED"
    assert receipt["unit"]["reach"]["missing"]


def across_the_border(data: Any) -> None:
    verdict = data["reviewMessage"]
    assert rules(verdict["objections"]) == {"HAL-H7", "ORE-O9"}
    assert {one["rule"] for one in verdict["expectation"]["duties"]} == {"HAL-H13", "ORE-O14"}
    assert verdict["expectation"]["deadlineRule"] == "HAL-H13"


def liable_over_new_year(data: Any) -> None:
    found = data["paymentLiability"]
    assert (found["status"], found["payerMunicipality"], found["startsOn"]) == ("LIABLE", "1380", "2022-12-30")
    assert [(one["days"], one["subtotal"]) for one in found["shares"]] == [(2, 18_600), (3, 31_500)]
    assert (found["days"], found["total"]) == (5, 50_100)
    codes = [one["code"] for one in found["reasons"]]
    assert {"DISCHARGE_READY_WITHDRAWN", "SENT_AT_EXACTLY_NOON", "AMOUNT_SECONDARY"} <= set(codes)
    assert all(one["law"]["section"] for one in found["reasons"])
    assert "exactly_noon_is_after_noon" in {one["key"] for one in found["assumptions"]}


def averaged(data: Any) -> None:
    [municipality] = data["averagePayment"]["municipalities"]
    assert (municipality["days"], municipality["average"], municipality["liable"]) == (8, 8.0, True)
    assert "LEVEL_GIVEN" in {one["code"] for one in data["averagePayment"]["reasons"]}
    statutory, stockholm = data["paymentPolicies"]
    assert statutory["id"] == "statutory"
    assert {one["supplement"] for one in stockholm["sources"]} == {True}
    assert [one["field"] for one in stockholm["unsaid"]] == ["level"]


def process_shown(data: Any) -> None:
    process = data["dischargeProcess"]
    assert process["diagram"].startswith("stateDiagram-v2\n")
    assert [one["state"] for one in process["states"] if one["final"]] == ["ABORTED", "CLOSED"]
    steps = {one["event"]: one for one in process["steps"]}
    assert (steps["DISCHARGED"]["fromStates"], steps["DISCHARGED"]["toState"], steps["DISCHARGED"]["whoMay"]) == (
        ["DISCHARGE_READY", "READY_FOR_HOME"],
        "DISCHARGED",
        ["WARD"],
    )
    gate = {one["code"]: one["fact"] or one["law"]["section"] for one in steps["DISCHARGED"]["guards"][:3]}
    assert gate == {
        "NO_RECEIVING_UNIT": "V14",
        "RECEIPT_NOT_CONFIRMED": "V14",
        "MISSING_FIXED_CARE_CONTACT": "2 kap. 5 §",
    }
    added = {one["name"]: one["dischargeProcessRules"] for one in data["regions"]}
    assert [name for name, rules in added.items() if rules] == ["Region Halland", "Region Örebro län"]
    assert added["Region Halland"]["planningBasis"]["hours"] == 48
    assert {one["severity"] for rules in added.values() if rules for one in rules["rules"]} == {"WARN"}
    sources = [page["source"] for rules in added.values() if rules for page in rules["pages"]]
    assert all(source["supplement"] and source["address"].startswith("https://") for source in sources)


def overview(data: Any) -> None:
    assert "sendMessage" in {one["name"] for one in data["__schema"]["mutationType"]["fields"]}


def renewal_heard(data: Any) -> None:
    change = data["changes"]
    assert change["kind"] == "SENT"
    assert change["message"]["text"].startswith("Påhittad önskan")
    assert change["cursor"]


CHECKS: dict[str, Callable[[Any], None]] = {
    "CompareRegions": compared,
    "SendRenewal": renewal_sent,
    "ReviewRefused": refused_all_at_once,
    "SendWithoutConsent": refused_without_consent,
    "SendWithConsent": sent_with_consent,
    "AwaitingReply": outbox_awaits,
    "ReadInbox": inbox_read,
    "Acknowledge": acknowledged,
    "StockholmSupport": stockholm,
    "OutageRoutine": outage,
    "FactsByUse": facts,
    "PatientWithMessages": patient,
    "InboxReadingToday": read_once,
    "RecordReading": read_recorded,
    "Overdue": overdue,
    "ReviewAcrossBorder": across_the_border,
    "PaymentLiability": liable_over_new_year,
    "AveragePayment": averaged,
    "DischargeProcess": process_shown,
    **PROCESS_CHECKS,
    **ADMINISTRATION_CHECKS,
    "Changes": renewal_heard,
    "SchemaOverview": overview,
}


def test_every_operation_is_checked_and_named_once() -> None:
    assert [name for tab in TABS for name in operations(tab)] == list(CHECKS)


def test_every_actor_is_in_the_demo(regions: Regions) -> None:
    known = {one.id for one in actors(regions)}
    assert {tab.actor for tab in TABS} - {None} <= known


HEARING = [tab for tab in TABS if "subscription " in tab.query]


@pytest.mark.parametrize("tab", [tab for tab in TABS if tab not in HEARING], ids=lambda tab: tab.title)
async def test_a_tab_does_what_it_says(tab: Tab, demo: Demo) -> None:
    for name in operations(tab):
        CHECKS[name](await run(demo, tab, name))


async def test_a_tab_that_listens_hears_what_another_one_does(demo: Demo) -> None:
    [tab], [other] = HEARING, [one for one in TABS if "SendRenewal" in operations(one)]
    [name] = operations(tab)
    async with demo.hearing(tab.actor, tab.query, name) as heard:
        await run(demo, other, "SendRenewal")
        CHECKS[name](await heard())


@pytest.mark.parametrize("tab", [tab for tab in TABS if "mutation " in tab.query], ids=lambda tab: tab.title)
async def test_what_a_tab_does_is_done_once(tab: Tab, demo: Demo) -> None:
    mutation = operations(tab)[-1]
    first, second = [next(iter((await run(demo, tab, mutation)).values())) for _ in range(2)]
    assert (first["replayed"], second["replayed"]) == (False, True)
    assert {**second, "replayed": False, "at": None} == {**first, "at": None}


async def test_after_an_acknowledgement_the_inbox_no_longer_shows_it(demo: Demo) -> None:
    [tab] = [tab for tab in TABS if "Acknowledge" in operations(tab)]

    async def waiting() -> set[str]:
        nodes = (await run(demo, tab, "ReadInbox"))["viewer"]["unit"]["inbox"]["nodes"]
        return {node["id"] for node in nodes}

    before = await waiting()
    await run(demo, tab, "Acknowledge")
    assert before - await waiting() == {json.loads(tab.variables)["input"]["messageId"]}


async def test_two_readings_fulfil_the_day(demo: Demo) -> None:
    [tab] = [tab for tab in TABS if "RecordReading" in operations(tab)]
    await run(demo, tab, "RecordReading")
    reading = (await run(demo, tab, "InboxReadingToday"))["viewer"]["unit"]["inboxReading"]
    assert (len(reading["readAt"]), reading["fulfilled"]) == (2, True)


async def test_after_the_call_the_patient_is_discharged_and_the_call_stands_in_the_record(demo: Demo) -> None:
    [tab] = [tab for tab in TABS if "LogTheCall" in operations(tab)]
    await run(demo, tab, "LogTheCall")
    discharged(await run(demo, tab, "TryToDischarge"))
    [history] = [tab for tab in TABS if "WithdrawnDischargeReady" in operations(tab)]
    told = (await run(demo, history, "WithdrawnDischargeReady"))["episode"]["history"]["nodes"]
    assert [one["spokeWith"] for one in told if one["kind"] == "PHONE_CALL_LOGGED"].count("Anna Exempelsson") == 2


async def test_another_unit_does_not_see_the_patient_of_the_tab(demo: Demo) -> None:
    [tab] = [tab for tab in TABS if "PatientWithMessages" in operations(tab)]
    [hanna] = [one.id for one in actors(demo.regions) if one.name == "Hanna Exempelgren"]
    seen = await demo.ask(hanna, tab.query, **json.loads(tab.variables))
    assert seen == {"patient": None}
    [(act,)] = await demo.db.select("select act from access_log where operation <> 'demo'")
    assert act == "DENIED"
