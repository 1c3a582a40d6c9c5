"""Care episodes through the API, on both databases: the gate, the clocks, who sees what, and what it costs."""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from typing import Any

import pytest

from tests.api.process import (
    CENTRE,
    MUNICIPALITY,
    WARD,
    act,
    admitted,
    called,
    codes,
    done,
    notice_of,
    notified,
    ready,
)
from tests.api.test_access import log
from tests.conftest import Api, run
from tests.world import ADDRESS, number, pid, uid


async def episode(api: Api, unit: str, episode_id: str, fields: str) -> Any:
    """The episode as the unit sees it."""
    query = f"query E($id: ID!) {{ episode(id: $id) {{ {fields} }} }}"
    return (await api(query, unit, id=episode_id))["episode"]


def tick(api: Api) -> None:
    """A minute goes by: what is done at one moment has no order."""
    api.clock.now += dt.timedelta(minutes=1)


async def test_a_discharge_without_the_municipalitys_receipt_is_refused_with_name_and_number(api: Api) -> None:
    found = await ready(api, "sundsvall", CENTRE)
    notice = await done(api, "sendDischargeNotice", WARD, episodeId=found, text="Påhittad information.")
    assert [one["state"] for one in notice["event"]["receipts"]["nodes"]] == ["SENT", "SENT"]
    await done(api, "acknowledgeNotice", CENTRE, noticeId=notice["event"]["id"])

    refused = await act(api, "dischargePatient", WARD, episodeId=found)

    assert codes(refused) == ["RECEIPT_NOT_CONFIRMED"]
    [objection] = refused["objections"]
    assert objection["source"]["fact"] == "V14"
    assert objection["reason"].endswith(
        "Sundsvall har inte kvitterat utskrivningsmeddelandet, och inget samtal om det är noterat."
    )
    [whom] = objection["call"]
    assert (whom["phone"]["printed"], whom["askFor"]) == ("060-19 10 00", "ansvarig biståndshandläggare")
    gate = await episode(api, WARD, found, "state dischargeReadiness { allowed missing { code unitName } }")
    missing = [{"code": "RECEIPT_NOT_CONFIRMED", "unitName": "Sundsvall"}]
    assert gate == {"state": "DISCHARGE_READY", "dischargeReadiness": {"allowed": False, "missing": missing}}

    told = {"calledUnitId": pid("unit", "sundsvall"), "informed": ["DISCHARGE_NOTICE"]}
    nameless = await act(api, "logPhoneCall", WARD, episodeId=found, **told)
    assert codes(nameless) == ["NAME_EMPTY"]
    await done(api, "logPhoneCall", WARD, episodeId=found, spokeWith="Test Testsson", **told)
    discharged = await done(api, "dischargePatient", WARD, episodeId=found)

    assert discharged["episode"]["state"] == "DISCHARGED"
    kinds = "history(kinds: [PHONE_CALL_LOGGED]) { nodes { spokeWith informed called { id } by { title } } }"
    [entry] = (await episode(api, WARD, found, kinds))["history"]["nodes"]
    assert (entry["spokeWith"], entry["informed"]) == ("Test Testsson", ["DISCHARGE_NOTICE"])
    assert entry["called"]["id"] == pid("unit", "sundsvall")


async def test_a_withdrawn_discharge_ready_voids_the_clock_and_both_stay_visible(api: Api) -> None:
    found = await ready(api)
    plan = await called(api, found)
    assert plan
    await done(api, "confirmCanReceive", CENTRE, episodeId=found, receivesFrom="2026-11-24T08:00:00+01:00")
    payment = "paymentLiability { status startsOn reasons { code } } dischargeReadyAt clocks { kind }"
    before = await episode(api, WARD, found, payment)

    assert codes(await act(api, "withdrawDischargeReady", WARD, episodeId=found)) == ["REASON_REQUIRED"]
    await done(api, "withdrawDischargeReady", WARD, episodeId=found, reason="Påhittad orsak: feber.")
    after = await episode(api, WARD, found, payment)

    assert (before["paymentLiability"]["startsOn"], before["dischargeReadyAt"]) == (
        "2026-11-26",
        "2026-11-23T09:00:00Z",
    )
    assert (after["paymentLiability"]["startsOn"], after["dischargeReadyAt"]) == (None, None)
    assert after["paymentLiability"]["status"] == "NOT_LIABLE"
    told = [one["code"] for one in after["paymentLiability"]["reasons"]]
    assert "DISCHARGE_READY_WITHDRAWN" in told
    assert "SIP_CALL" not in [one["kind"] for one in after["clocks"]]
    kinds = "history(kinds: [DISCHARGE_READY_SENT, DISCHARGE_READY_WITHDRAWN]) { nodes { kind reason } }"
    assert (await episode(api, CENTRE, found, kinds))["history"]["nodes"] == [
        {"kind": "DISCHARGE_READY_SENT", "reason": None},
        {"kind": "DISCHARGE_READY_WITHDRAWN", "reason": "Påhittad orsak: feber."},
    ]


async def test_what_is_done_waits_no_longer_and_the_worklist_goes_by_due_time(api: Api) -> None:
    await api.do(
        "sendMessage:MessageInput",
        MUNICIPALITY,
        patientId=pid("patient", "alva"),
        caseId=pid("case", "alva"),
        recipientUnitIds=[pid("unit", CENTRE)],
        topic="QUESTION",
        purpose="REQUEST_REPLY",
        text="Påhittad fråga.",
    )
    found = await admitted(api)
    notice = await notice_of(api, found, MUNICIPALITY, CENTRE)
    tick(api)
    query = """query W($id: ID!, $overdue: Boolean!) { unit(by: {id: $id}) {
        worklist(overdue: $overdue) { nodes { kind dueAt overdue message { id } notice { id } } } } }"""

    async def waits(unit: str, overdue: bool = False) -> list[Any]:
        read = await api(query, unit, id=pid("unit", unit), overdue=overdue)
        nodes: list[Any] = read["unit"]["worklist"]["nodes"]
        return nodes

    first = await waits(CENTRE)
    assert first[0]["kind"] == "REPLY_TO_MESSAGE"
    assert {one["kind"] for one in first[1:]} == {"ACKNOWLEDGE_NOTICE", "APPOINT_FIXED_CARE_CONTACT"}
    assert [one["dueAt"] is not None for one in first] == [True, False, False]
    assert [one["notice"]["id"] for one in first if one["notice"]] == [notice]
    assert [one["kind"] for one in await waits(WARD)] == ["SEND_PLANNING_BASIS"]

    await done(api, "acknowledgeNotice", CENTRE, noticeId=notice)
    await done(api, "appointFixedCareContact", CENTRE, episodeId=found, named="Test")
    await done(api, "answerAdmissionNotice", CENTRE, episodeId=found, text="Påhittat svar.")
    tick(api)
    await done(api, "sendPlanningBasis", WARD, episodeId=found, text="Påhittat underlag.")
    assert [one["kind"] for one in await waits(CENTRE)] == [
        "REPLY_TO_MESSAGE",
        "ACKNOWLEDGE_NOTICE",
        "ANSWER_PLANNING_BASIS",
    ]
    assert await waits(CENTRE, overdue=True) == []
    api.clock.now = api.clock.now.replace(month=12)
    [late] = await waits(CENTRE, overdue=True)
    assert (late["kind"], late["overdue"]) == ("REPLY_TO_MESSAGE", True)
    hidden = await api(query, "linden", id=pid("unit", CENTRE), overdue=False)
    assert hidden["unit"]["worklist"]["nodes"] == []


async def test_a_unit_addressed_by_mistake_learns_no_more(api: Api) -> None:
    found = await admitted(api)
    notice = await notice_of(api, found, MUNICIPALITY, CENTRE, "linden")
    told = {"recipientUnitIds": [pid("unit", "linden")], "text": "Påhittat brev."}
    await done(api, "sendGeneralNotice", WARD, episodeId=found, **told)

    gone = await done(api, "markNoticeMisdirected", "linden", noticeId=notice, reason="Påhittad orsak.")

    assert gone["episode"] is gone["event"] is None
    assert await episode(api, "linden", found, "state") is None
    patients = await api("{ patients { nodes { id } } viewer { unit { worklist { nodes { id } } } } }", "linden")
    assert patients == {"patients": {"nodes": []}, "viewer": {"unit": {"worklist": {"nodes": []}}}}
    parts = (await episode(api, WARD, found, "participants { nodes { unit { name } leftAt } }"))["participants"]
    assert [one["unit"]["name"] for one in parts["nodes"] if one["leftAt"]] == ["Linden"]
    again = await act(api, "acknowledgeNotice", "linden", noticeId=notice)
    assert again["paths"] == [["input", "noticeId"]]


async def test_a_general_notice_is_read_by_its_sender_and_recipients_only(api: Api) -> None:
    found, _ = await notified(api)
    told = {"recipientUnitIds": [pid("unit", CENTRE)], "text": "Påhittat, bara till vårdcentralen."}
    letter = (await done(api, "sendGeneralNotice", WARD, episodeId=found, **told))["event"]["id"]
    notices = "notices(kinds: [GENERAL]) { nodes { id text } }"

    seen = {unit: await episode(api, unit, found, notices) for unit in (WARD, CENTRE, MUNICIPALITY)}

    assert [len(one["notices"]["nodes"]) for one in seen.values()] == [1, 1, 0]
    node = "query N($id: ID!) { node(id: $id) { id } }"
    assert (await api(node, MUNICIPALITY, id=letter))["node"] is None
    refused = await act(api, "acknowledgeNotice", MUNICIPALITY, noticeId=letter)
    assert codes(refused) == ["NOT_RECIPIENT"]


@pytest.mark.parametrize("reason", ["", "Påhittat skäl: hemsjukvården måste hitta dit."])
async def test_a_protected_address_is_withheld_unless_a_reason_is_given(api: Api, reason: str) -> None:
    await run(api, f"update patient set protection = 'PROTECTED_REGISTRATION' where id = '{uid('patient alva')}'")
    found = await admitted(api)

    notice = await notice_of(api, found, MUNICIPALITY, CENTRE, addressReason=reason)

    node = """query N($id: ID!) { node(id: $id) { ... on EpisodeEvent { registeredAddress addressReason legalFields
        episode { patient { registeredAddress homeMunicipality { code } } } } } }"""
    seen = (await api(node, CENTRE, id=notice))["node"]
    assert seen["registeredAddress"] == (ADDRESS if reason else None)
    assert seen["addressReason"] == (reason or None)
    assert ("REGISTERED_ADDRESS" in seen["legalFields"]) == bool(reason)
    assert seen["episode"]["patient"] == {"registeredAddress": None, "homeMunicipality": None}


@pytest.mark.parametrize(
    ("patient", "code"),
    [({"identifier": "199001012386"}, "INVALID_IDENTITY"), ({"identifier": "nonsens"}, "INVALID_IDENTITY")],
)
async def test_an_admission_needs_a_valid_number(api: Api, patient: dict[str, str], code: str) -> None:
    refused = await act(api, "admitPatient", WARD, patient=patient)
    assert (codes(refused), refused["objections"][0]["path"]) == ([code], ["input", "patient"])


async def test_only_a_ward_finds_a_patient_by_the_number(api: Api) -> None:
    known, unknown = {"identifier": number("cecilia")}, {"identifier": "198001012387"}
    assert codes(await act(api, "admitPatient", "linden", patient=known)) == ["WRONG_ROLE"]
    assert codes(await act(api, "admitPatient", "linden", patient=unknown)) == ["WRONG_ROLE"]
    asked = {"recipientUnitIds": [pid("unit", WARD)]}
    for patient in (known, unknown, {"id": pid("patient", "cecilia")}):
        hidden = await act(api, "requestCare", "linden", patient=patient, **asked)
        assert hidden["paths"] == [["input", "patient"]]
    assert (await act(api, "admitPatient", WARD, patient=unknown))["paths"] == [["input", "patient"]]
    denied = [one["patient"] for one in await log(api) if one["act"] == "DENIED"]
    assert denied == [str(uid("patient cecilia"))] * 2


async def test_another_ward_than_the_one_asked_may_admit(api: Api) -> None:
    told = {"patient": {"id": pid("patient", "alva")}, "recipientUnitIds": [pid("unit", WARD)]}
    asked = await done(api, "requestCare", MUNICIPALITY, **told, text="Påhittad begäran.")

    taken = await done(api, "admitPatient", "psyk", patient={"identifier": number("alva")})

    assert taken["episode"]["id"] == asked["episode"]["id"]
    seen = await episode(api, MUNICIPALITY, asked["episode"]["id"], "state ward { id } history { nodes { kind } }")
    assert (seen["state"], seen["ward"]["id"]) == ("ADMITTED", pid("unit", "psyk"))
    assert [one["kind"] for one in seen["history"]["nodes"]] == ["CARE_REQUESTED", "ADMITTED"]


async def test_a_repeat_does_it_once_and_the_late_one_learns_who_did_what(api: Api) -> None:
    found, _ = await notified(api)
    said = {"episodeId": found, "text": "Påhittat svar."}

    results = await asyncio.gather(
        *(act(api, "answerAdmissionNotice", CENTRE, key="same", **said) for _ in range(10))
    )

    assert sorted(one["replayed"] for one in results) == [False] + [True] * 9
    assert len({one["event"]["id"] for one in results}) == 1
    version = results[0]["episode"]["version"]
    await done(api, "sendGeneralNotice", CENTRE, **said, recipientUnitIds=[pid("unit", WARD)])
    late = await act(api, "sendPlanningBasis", WARD, episodeId=found, text="x", expectedVersion=version)
    assert (late["__typename"], late["currentVersion"]) == ("StaleVersion", version + 1)
    assert [(one["kind"], one["what"]) for one in late["changes"]] == [
        ("GENERAL_NOTICE_SENT", "generellt meddelande skickat")
    ]


async def test_a_stranger_gets_the_answer_of_a_missing_record(api: Api) -> None:
    found = await ready(api)
    plan = await called(api, found)
    [event] = (await episode(api, WARD, found, "notices(kinds: [ADMISSION_NOTICE]) { nodes { id } }"))["notices"][
        "nodes"
    ]
    query = "query N($id: ID!) { node(id: $id) { id } }"

    for hidden in (found, plan, event["id"]):
        tag = hidden.rpartition("_")[0]
        for wanted in (hidden, f"{tag}_{uuid.uuid4().hex}"):
            assert (await api(query, "linden", id=wanted))["node"] is None
    for field, said in {"dischargePatient": {"episodeId": found}, "closePlan": {"planId": plan}}.items():
        [name] = said
        refused = await act(api, field, "linden", **said)
        assert refused["paths"] == [["input", name]]
    patients = [one["patient"] for one in await log(api) if one["act"] == "DENIED"]
    assert patients.count(str(uid("patient alva"))) == 5


EVERYTHING = """query E($id: ID!) { episode(id: $id) {
  state version admittedAt expectedDischarge patient { givenName } ward { name }
  participants { nodes { role unit { name } via { name } } }
  history(first: 100) { nodes { kind text unit { name } by { staff { familyName } } receipts { nodes {
    state unit { name } acknowledgedBy { title } } } } }
  notices(first: 100) { nodes { notice receipts { nodes { state unit { name } } } } }
  planningBasis { nodes { unit { name } text } } currentInterventions { nodes { text } }
  fixedCareContacts { nodes { named } } consents { nodes { kind state } }
  availableActions { event allowed objections { code } } dischargeReadiness { allowed missing { code } }
  clocks { kind late explanation } paymentLiability { status reasons { code } } planNeeded track
  patientInformation { title html }
  plans { nodes { state content { goals { text } } meeting { startsAt } participants { nodes { answer } }
    history { nodes { kind } } document { html } invitation { text } availableActions { event } } }
} }"""
WORKLIST = """query W($id: ID!) { unit(by: {id: $id}) { worklist(first: 100) { nodes {
  kind dueAt overdue patient { givenName } episode { state ward { name } } notice { kind unit { name } }
  plan { state } message { text } } } } }"""
EPISODES = """query U($id: ID!) { unit(by: {id: $id}) { episodes { nodes {
  state clocks { kind } availableActions { event } } } } }"""


@pytest.mark.parametrize(("query", "most"), [(EVERYTHING, 32), (WORKLIST, 7), (EPISODES, 11)])
async def test_reading_costs_a_constant_number_of_statements(
    api: Api, statements: list[str], query: str, most: int
) -> None:
    """However much there is to read, the same number of statements is asked."""
    first = await ready(api)
    await called(api, first)
    which = first if query is EVERYTHING else pid("unit", CENTRE)

    async def counted() -> int:
        statements.clear()
        await api(query, CENTRE, id=which)
        return len(statements)

    one = await counted()
    for _ in range(4):
        told = {"recipientUnitIds": [pid("unit", CENTRE), pid("unit", MUNICIPALITY)], "text": "Påhittat."}
        await done(api, "sendGeneralNotice", WARD, episodeId=first, **told)
    for patient in ("bo", "cecilia"):
        found = await admitted(api, patient)
        await notice_of(api, found, MUNICIPALITY, CENTRE, registeredAddress=ADDRESS)

    assert await counted() == one <= most
