"""What the tabs about care episodes, plans and the worklist must show on a fresh demo."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from icalendar import Calendar

from lifecare_gql.documents.signatures import load_public_key, verify


def whole_episode(data: Any) -> None:
    found = data["episode"]
    assert (found["state"], found["planNeeded"]) == ("PLANNING", True)
    parts = {one["unit"]["name"]: one for one in found["participants"]["nodes"]}
    assert [name for name, one in parts.items() if one["leftAt"]] == ["Örnsköldsviks hemsjukvård Kusten (demo)"]
    via = {name: one["via"]["name"] for name, one in parts.items() if one["via"]}
    assert via == {"Sundsvalls hemsjukvård Stenstan (demo)": "Sundsvalls biståndsenhet (demo)"}
    first = found["notices"]["nodes"][0]
    assert (first["notice"], len(first["legalFields"])) == ("ADMISSION_NOTICE", 4)
    assert Counter(one["state"] for one in first["receipts"]["nodes"]) == {"ACKNOWLEDGED": 2, "MISDIRECTED": 1}
    [call] = found["calls"]["nodes"]
    assert (call["spokeWith"], call["informed"]) == ("Ronja Exempelsson", ["ADMISSION_NOTICE"])
    assert [(one["kind"], one["late"]) for one in found["clocks"]] == [("ADMISSION_NOTICE", False)]
    assert len(found["currentInterventions"]["nodes"]) == len(found["planningBasis"]["nodes"]) == 2
    [contact] = found["fixedCareContacts"]["nodes"]
    assert contact["named"] == "Distriktssköterska Ronja Exempelsson"


def not_ready(data: Any) -> None:
    found = data["episode"]
    assert (found["state"], found["track"]) == ("DISCHARGE_READY", "YELLOW")
    assert not found["dischargeReadiness"]["allowed"]
    [missing] = found["dischargeReadiness"]["missing"]
    assert (missing["code"], missing["source"]["fact"]) == ("RECEIPT_NOT_CONFIRMED", "V14")
    assert missing["unitName"] == "Varbergs hemsjukvård Norr (demo)"
    assert missing["reach"]["phone"]["printed"] == "0980-31 92 11"
    actions = {one["event"]: one for one in found["availableActions"]}
    assert actions["DISCHARGE_READY_WITHDRAWN"]["allowed"]
    assert actions["DISCHARGE_READY_WITHDRAWN"]["asks"] == ["REASON_REQUIRED"]
    assert [one["code"] for one in actions["DISCHARGED"]["objections"]] == ["RECEIPT_NOT_CONFIRMED"]
    assert [one["code"] for one in actions["SIP_CALLED"]["objections"]] == ["WRONG_ROLE"]


def not_discharged(data: Any) -> None:
    answer = data["dischargePatient"]
    assert answer["__typename"] == "RefusedByRoutines"
    [objection] = answer["objections"]
    assert (objection["code"], objection["source"]["fact"]) == ("RECEIPT_NOT_CONFIRMED", "V14")
    [call] = objection["call"]
    assert (call["name"], call["phone"]["e164"]) == ("Varbergs hemsjukvård Norr (demo)", "+46980319211")


def call_logged(data: Any) -> None:
    answer = data["logPhoneCall"]
    assert (answer["__typename"], answer["replayed"]) == ("EpisodeChanged", False)
    assert (answer["event"]["spokeWith"], answer["event"]["at"]) == ("Anna Exempelsson", "2026-11-25T09:30:00Z")
    assert answer["episode"]["dischargeReadiness"]["allowed"]


def discharged(data: Any) -> None:
    answer = data["dischargePatient"]
    assert (answer["__typename"], answer["replayed"]) == ("EpisodeChanged", False)
    assert (answer["episode"]["state"], answer["episode"]["dischargedAt"]) == (
        "DISCHARGED",
        "2026-11-25T09:30:00Z",
    )


def withdrawn(data: Any) -> None:
    found = data["episode"]
    told = [one["kind"] for one in found["history"]["nodes"]]
    assert told == [
        *("PHONE_CALL_LOGGED", "PHONE_CALL_LOGGED", "EXPECTED_DISCHARGE_CHANGED"),
        *("DISCHARGE_READY_SENT", "DISCHARGE_READY_WITHDRAWN", "DISCHARGE_READY_SENT"),
    ]
    clocks = {one["kind"]: one for one in found["clocks"]}
    assert (clocks["PLANNING_BASIS"]["rule"], clocks["PLANNING_BASIS"]["late"]) == ("HAL-HP1", False)
    assert clocks["PLANNING_BASIS"]["supplement"]["statement"]["quote"]
    assert clocks["SIP_CALL"]["basisAt"] == found["dischargeReadyAt"] == "2026-11-24T09:30:00Z"
    assert (clocks["SIP_CALL"]["dueOn"], clocks["SIP_CALL"]["doneAt"]) == ("2026-11-27", None)
    payment = found["paymentLiability"]
    assert (payment["payerMunicipality"], payment["days"]) == ("1383", 0)
    assert {"DISCHARGE_READY_WITHDRAWN", "DISCHARGE_READY_SENT"} <= {one["code"] for one in payment["reasons"]}
    assert all(one["law"]["section"].startswith("5 kap.") for one in payment["reasons"])


def waiting(data: Any) -> None:
    unit = data["viewer"]["unit"]
    assert unit["name"] == "Vårdcentralen Eken (demo)"
    due = [one["dueAt"] for one in unit["worklist"]["nodes"]]
    assert due == sorted(due, key=lambda at: (at is None, at or ""))
    kinds = {one["kind"]: one for one in unit["worklist"]["nodes"]}
    assert {"REPLY_TO_MESSAGE", "CALL_TO_PLAN", "ANSWER_PLANNING_BASIS", "ESTABLISH_PLAN"} <= set(kinds)
    assert (kinds["CALL_TO_PLAN"]["dueAt"], kinds["CALL_TO_PLAN"]["overdue"]) == ("2026-11-27T23:00:00Z", False)
    assert kinds["CALL_TO_PLAN"]["episode"]["state"] == "DISCHARGE_READY"
    assert kinds["ESTABLISH_PLAN"]["plan"]["meeting"]["startsAt"] == "2026-11-27T12:00:00Z"


def plan_documented(data: Any) -> None:
    found = data["plan"]
    assert (found["state"], found["followUpOn"], found["contentVersion"]) == ("ESTABLISHED", "2026-12-15", 1)
    assert found["content"]["mainResponsibility"] == "REGION"
    assert {one["principal"] for one in found["content"]["interventions"]} == {"REGION", "MUNICIPALITY"}
    assert [one["state"] for one in found["consents"]["nodes"]] == ["ASKED", "GIVEN"]
    assert (bool(found["copyOfferedAt"]), found["copyAccepted"]) == (True, True)
    assert {one["answer"] for one in found["participants"]["nodes"]} == {None, "ACCEPTED", "DECLINED"}
    assert found["document"]["title"] == "Samordnad individuell plan (SIP)"
    for text in ("Axel Testperson", "gå till kiosken själv", "08-465 004 01"):
        assert text in found["document"]["html"]
    [event] = Calendar.from_ical(found["invitation"]["text"]).walk("VEVENT")
    assert event.decoded("DTSTART").isoformat() == "2026-11-13T10:00:00+01:00"
    assert "Axel Testperson" not in found["invitation"]["text"]
    assert "FOLLOWED_UP" in {one["event"] for one in found["availableActions"]}
    payment = found["episode"]["paymentLiability"]
    assert (payment["status"], payment["policyId"], payment["total"]) == ("PENDING", "stockholm-average", None)
    assert "AVERAGE_DECIDES" in {one["code"] for one in payment["reasons"]}


def consent_told(data: Any) -> None:
    entries = data["consented"]["consents"]["nodes"]
    assert [(one["version"], one["state"]) for one in entries] == [(1, "ASKED"), (2, "REFUSED"), (3, "GIVEN")]
    assert entries[0]["about"].startswith("Påhittat:")
    assert entries[2]["form"] == "ORAL"
    unasked = data["unasked"]
    assert (unasked["state"], unasked["consents"]["nodes"]) == ("ADMITTED", [])
    warned = {
        one["event"]: [warning["rule"] for warning in one["warnings"]] for one in unasked["availableActions"]
    }
    assert {event: rules for event, rules in warned.items() if rules} == {"ADMISSION_NOTICE_SENT": ["ORE-OP2"]}


def plan_process_shown(data: Any) -> None:
    process = data["planProcess"]
    assert process["diagram"].startswith("stateDiagram-v2\n")
    assert [one["state"] for one in process["states"] if one["final"]] == ["CLOSED"]
    [made] = [one for one in process["steps"] if one["event"] == "ESTABLISHED"]
    assert (made["fromStates"], made["toState"], made["whoMay"]) == (["CALLED"], "ESTABLISHED", ["CALLER"])
    assert {"CONSENT_REQUIRED", "MISSING_PLAN_ITEM"} <= {one["code"] for one in made["guards"]}


def information_printed(data: Any) -> None:
    page = data["open"]["patientInformation"]["html"]
    for text in (
        "Stina Testperson",
        "Provgatan",
        "0980-31 92 01",
        "Varbergs hemsjukvård Norr (demo)",
        "feber igen",
    ):
        assert text in page
    protected = data["protected"]
    assert protected["patient"]["protection"] == "PROTECTED_REGISTRATION"
    for text in ("Provgatan", "0980-31", "(demo)"):
        assert text not in protected["patientInformation"]["html"]
    [notice] = protected["notices"]["nodes"]
    assert notice["registeredAddress"] is None
    assert "REGISTERED_ADDRESS" not in notice["legalFields"]


def kit_made(data: Any) -> None:
    kit = data["viewer"]["unit"]["outageKit"]
    assert (kit["withheldCount"], data["region"]["outageState"]) == (0, "NORMAL")
    for text in ("Holger Testperson", "060-19 10 00", "0611-800 00", "EJ BESLUTAD", "Faktiskt utskrivningsdatum"):
        assert text in kit["html"]
    assert verify(kit["json"].encode(), kit["signature"], load_public_key(kit["publicKey"]))


PROCESS_CHECKS: dict[str, Callable[[Any], None]] = {
    "EpisodeWithEverything": whole_episode,
    "DischargeReadiness": not_ready,
    "TryToDischarge": not_discharged,
    "LogTheCall": call_logged,
    "WithdrawnDischargeReady": withdrawn,
    "Worklist": waiting,
    "PlanWithDocuments": plan_documented,
    "ProcessConsent": consent_told,
    "PlanProcess": plan_process_shown,
    "PatientInformation": information_printed,
    "OutageKit": kit_made,
}
