"""The demo's care episodes and plans: each at its own step, so that together they show the process."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from lifecare_gql.demo import demo_id
from lifecare_gql.schema.ids import public_id
from lifecare_gql.storage import rows
from tests.demo.loaded import NOW, STATES, Demo, states

GUN, NINA, OMAR = "SE0000000000-18Agun", "SE0000000000-18Anina", "SE0000000000-18Aomar"
SIV, TORE = "SE0000000000-13Asiv", "SE0000000000-13Atore"


def an_id(model: type[rows.Record], key: str) -> str:
    return public_id(model, demo_id(model, key))


async def episode(demo: Demo, actor: str, key: str, fields: str) -> Any:
    query = f"query E($id: ID!) {{ episode(id: $id) {{ {fields} }} }}"
    return (await demo.ask(actor, query, id=an_id(rows.Episode, key)))["episode"]


async def test_each_episode_stands_at_its_step(demo: Demo) -> None:
    assert await states() == STATES


async def test_consent_came_after_the_notice_where_there_was_no_care_request(demo: Demo) -> None:
    fields = "history { nodes { kind at } } consents { nodes { state saidAt } }"
    found = await episode(demo, GUN, "orebro/ingvar-vard", fields)
    told = {one["kind"]: one["at"] for one in found["history"]["nodes"]}
    assert "CARE_REQUESTED" not in told
    [given] = [one["saidAt"] for one in found["consents"]["nodes"] if one["state"] == "GIVEN"]
    assert given > told["ADMISSION_NOTICE_SENT"]


async def test_a_consent_recorded_now_and_sent_again_later_is_recorded_once(demo: Demo) -> None:
    mutation = """mutation R($input: ConsentEntryInput!) { recordConsent(input: $input, idempotencyKey: "one") {
                    ... on ConsentRecorded { replayed entry { saidAt } } } }"""
    said = {"kind": "PROCESS", "scopeId": an_id(rows.Episode, "orebro/okand-vard"), "state": "ASKED"}
    first = await demo.ask(GUN, mutation, input=said)
    again = await replace(demo, now=NOW + dt.timedelta(minutes=1)).ask(GUN, mutation, input=said)
    assert [one["recordConsent"]["replayed"] for one in (first, again)] == [False, True]
    assert first["recordConsent"]["entry"] == again["recordConsent"]["entry"] == {"saidAt": "2026-11-25T09:30:00Z"}


async def test_a_late_call_to_a_plan_is_a_flag_and_keeps_the_episode_open(demo: Demo) -> None:
    fields = "clocks { kind late lateByDays } availableActions { event objections { code reason } }"
    found = await episode(demo, GUN, "orebro/agda-vard", fields)
    assert [one["kind"] for one in found["clocks"] if one["late"]] == ["SIP_CALL"]
    [closing] = [one for one in found["availableActions"] if one["event"] == "CLOSED"]
    [objection] = closing["objections"]
    assert objection["code"] == "UNACKNOWLEDGED_REMAIN"
    assert "Noras biståndsenhet (demo): kallelse till SIP" in objection["reason"]


async def test_whoever_was_called_finds_it_in_the_worklist(demo: Demo) -> None:
    query = "{ viewer { unit { worklist { nodes { kind dueAt plan { id } notice { notice } } } } } }"
    nodes = (await demo.ask(NINA, query))["viewer"]["unit"]["worklist"]["nodes"]
    [answer] = [one for one in nodes if one["kind"] == "ANSWER_PLAN_CALL"]
    assert answer["plan"]["id"] == an_id(rows.PlanProcess, "orebro/agda-sip")
    assert answer["dueAt"] == "2026-11-28T13:00:00Z"
    assert {"notice": "SIP_CALL"} in [one["notice"] for one in nodes]


async def test_an_episode_across_the_border_is_seen_on_both_sides(demo: Demo) -> None:
    fields = "ward { name region { code } } participants { nodes { unit { region { code } } } }"
    found = await episode(demo, SIV, "halland/elsa-orebro", fields)
    assert found == await episode(demo, GUN, "halland/elsa-orebro", fields)
    assert found["ward"]["region"]["code"] == "orebro"
    assert {one["unit"]["region"]["code"] for one in found["participants"]["nodes"]} == {"halland", "orebro"}
    assert await episode(demo, TORE, "halland/elsa-orebro", fields) is None


async def test_a_protected_patient_is_ready_for_home_without_an_address(demo: Demo) -> None:
    fields = """notices { nodes { notice registeredAddress checklist { title comment } } }
                plans { nodes { state } }"""
    found = await episode(demo, TORE, "halland/gunnar-vard", fields)
    assert {one["registeredAddress"] for one in found["notices"]["nodes"]} == {None}
    [ready] = [one for one in found["notices"]["nodes"] if one["notice"] == "READY_FOR_HOME"]
    assert all(point["comment"] for point in ready["checklist"])
    [address] = await rows.Patient.filter(id=demo_id(rows.Patient, "halland/gunnar")).values_list(
        "registered_address", flat=True
    )
    assert address == "Provgatan 5, 123 45 Provstad"


async def test_a_patient_died_while_a_plan_was_open(demo: Demo) -> None:
    query = """query P($id: ID!) { plan(id: $id) { state closedAt episode { id }
                 patient { id messages { nodes { topic { code } } } } } }"""
    found = (await demo.ask(OMAR, query, id=an_id(rows.PlanProcess, "orebro/alma-sip")))["plan"]
    assert (found["state"], found["closedAt"], found["episode"]) == ("CALLED", None, None)
    assert found["patient"]["id"] == an_id(rows.Patient, "orebro/alma")
    assert [one["topic"]["code"] for one in found["patient"]["messages"]["nodes"]] == ["DEATH_DURING_SIP"]
