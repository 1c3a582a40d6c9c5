"""Who sees what: denied looks like missing on every path, and every look leaves a row in the access log."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

import pytest

from tests.api.test_life import act, sent
from tests.api.test_sending import message
from tests.conftest import Api, run
from tests.world import number, pid, uid

LOG = "select act, patient_id, subject, operation, staff_hsa_id, unit_id from access_log order by id"


async def log(api: Api) -> list[dict[str, Any]]:
    """The access log, read past the application."""
    names = ("act", "patient", "subject", "operation", "staff", "unit")
    found = await run(api, LOG)
    return [dict(zip(names, (str(value) if value else None for value in row), strict=True)) for row in found]


READ_PATHS = {
    "message": "query P($id: ID!) { found: message(id: $id) { text } }",
    "node": "query P($id: ID!) { found: node(id: $id) { id ... on Message { text } } }",
    "nodes": "query P($id: ID!) { found: nodes(ids: [$id]) { id } }",
}


@pytest.mark.parametrize("path", READ_PATHS)
async def test_a_stranger_gets_the_answer_of_a_missing_message(api: Api, path: str) -> None:
    message_id = await sent(api, "varberg", "eken")
    missing = f"message_{uuid.uuid4().hex}"

    hidden = await api.post(READ_PATHS[path], "linden", id=message_id)
    nothing = await api.post(READ_PATHS[path], "linden", id=missing)

    assert hidden == nothing
    assert hidden["data"] == {"found": [None] if path == "nodes" else None}
    denied = [one for one in await log(api) if one["act"] == "DENIED"]
    assert [one["patient"] for one in denied] == [str(uid("patient alva")), None]


@pytest.mark.parametrize("kind", ["patient", "case"])
async def test_a_stranger_gets_the_answer_of_a_missing_record_by_node(api: Api, kind: str) -> None:
    query = "query P($id: ID!) { found: node(id: $id) { id } }"

    hidden = await api.post(query, "linden", id=pid(kind, "alva"))
    nothing = await api.post(query, "linden", id=f"{kind}_{uuid.uuid4().hex}")

    assert hidden == nothing
    assert hidden["data"] == {"found": None}
    assert [one["act"] for one in await log(api)] == ["DENIED", "DENIED"]


@pytest.mark.parametrize(
    ("hidden", "missing"),
    [
        ({"id": pid("patient", "alva")}, {"id": f"patient_{uuid.uuid4().hex}"}),
        ({"identifier": number("alva")}, {"identifier": "198001012387"}),
    ],
)
async def test_a_patient_cannot_be_guessed(api: Api, hidden: dict[str, str], missing: dict[str, str]) -> None:
    query = "query P($by: PatientKey!) { patient(by: $by) { givenName } }"

    denied = await api.post(query, "linden", by=hidden)
    nothing = await api.post(query, "linden", by=missing)

    assert denied == nothing
    assert denied["data"] == {"patient": None}
    assert [one["patient"] for one in await log(api)] == [str(uid("patient alva")), None]


async def test_another_units_inbox_is_empty_and_the_attempt_is_logged(api: Api) -> None:
    await sent(api, "varberg", "eken")
    query = "query U($id: ID!) { unit(by: {id: $id}) { inbox { nodes { id } } outbox { nodes { id } } } }"

    seen = [await api(query, "linden", id=pid("unit", name)) for name in ("eken", "varberg", "bergslagen")]

    empty = {"unit": {"inbox": {"nodes": []}, "outbox": {"nodes": []}}}
    assert seen == [empty] * 3
    denied = sorted(one["subject"] for one in await log(api) if one["act"] == "DENIED")
    assert denied == ["Unit.inbox"] * 3 + ["Unit.outbox"] * 3


async def test_lists_hold_only_what_is_the_own_units(api: Api) -> None:
    await sent(api, "varberg", "eken")
    patients = "{ patients { nodes { givenName messages { nodes { id } } cases { nodes { title } } } } }"

    assert (await api(patients, "linden"))["patients"]["nodes"] == []
    [alva] = (await api(patients, "eken"))["patients"]["nodes"]
    assert (alva["givenName"], len(alva["messages"]["nodes"]), len(alva["cases"]["nodes"])) == ("Alva", 1, 1)


async def test_acts_on_another_units_message_find_nothing(api: Api) -> None:
    message_id = await sent(api, "varberg", "eken")

    for mutation in ("acknowledgeMessage", "closeMessage"):
        hidden = await act(api, mutation, "linden", message_id, 1)
        nothing = await act(api, mutation, "linden", f"message_{uuid.uuid4().hex}", 1)
        assert hidden == nothing
        assert hidden["paths"] == [["input", "messageId"]]
    query = "query M($id: ID!) { message(id: $id) { version state } }"
    assert (await api(query, "varberg", id=message_id))["message"] == {"version": 1, "state": "SENT"}


async def test_writing_about_a_strangers_patient_finds_nothing(api: Api) -> None:
    hidden = await api.do("sendMessage:MessageInput", "linden", **message("alva", "eken"))

    assert hidden["paths"] == [["input", "patientId"], ["input", "caseId"]]


async def test_a_thread_shows_each_unit_only_its_own_part(api: Api) -> None:
    message_id = await sent(api, "varberg", "eken", "linden")
    await act(api, "replyToMessage", "eken", message_id, 1, text="Bara till Varberg.")
    query = """query M($id: ID!) { message(id: $id) {
      thread { nodes { text } } receipts { nodes { answer { text } } } } }"""

    seen = (await api(query, "linden", id=message_id))["message"]

    assert [one["text"] for one in seen["thread"]["nodes"]] == ["Kan ni ringa oss i veckan?"]
    assert [one["answer"] for one in seen["receipts"]["nodes"]] == [None, None]


@pytest.mark.parametrize(
    "query",
    [
        "{ patients { nodes { id } } }",
        "{ units { nodes { id } } }",
        f'{{ unit(by: {{id: "{pid("unit", "eken")}"}}) {{ name }} }}',
        f'{{ node(id: "{pid("patient", "alva")}") {{ id }} }}',
        f'{{ patient(by: {{id: "{pid("patient", "alva")}"}}) {{ id }} }}',
    ],
)
async def test_nobody_sees_records_without_a_token(api: Api, query: str) -> None:
    answer = await api.post(query)

    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert await log(api) == []


async def test_one_row_for_each_patient_and_request(api: Api) -> None:
    for patient in ("alva", "bo"):
        await sent(api, "varberg", "eken", patient=patient)
    before = len(await log(api))
    query = """query Morning { viewer { unit { inbox { nodes { text patient { givenName } } } } }
      again: patients { nodes { givenName } } }"""

    await api(query, "eken")

    written = (await log(api))[before:]
    assert sorted(one["patient"] or "" for one in written) == sorted(
        str(uid(f"patient {n}")) for n in ("alva", "bo")
    )
    assert {(one["act"], one["operation"]) for one in written} == {("READ", "Morning")}


async def test_acts_and_refusals_are_logged_with_what_was_done(api: Api) -> None:
    message_id = await sent(api, "varberg", "eken")
    await act(api, "acknowledgeMessage", "eken", message_id, 1)
    await api.do("sendMessage:MessageInput", "varberg", **message("alva", "eken", urgency="ACUTE"))

    assert [(one["act"], one["subject"]) for one in await log(api)] == [
        ("CREATE", "Message"),
        ("UPDATE", "Message"),
        ("REFUSED", "Message"),
    ]


async def test_two_hundred_parallel_reads_leave_two_hundred_rows(api: Api) -> None:
    query = "query P($by: PatientKey!) { patient(by: $by) { givenName } }"

    await asyncio.gather(*(api(query, "varberg", by={"id": pid("patient", "alva")}) for _ in range(200)))

    assert len(await log(api)) == 200
    assert await run(api, "select count(distinct request_id) from access_log") == [(200,)]


async def test_a_list_of_a_hundred_leaves_a_hundred_rows(api: Api) -> None:
    """One for each patient, however often and under however many names the patient is in the answer."""
    await more_patients(api, 98)
    query = """query Lista { patients(first: 100) { nodes { givenName } }
      again: patients(first: 100) { edges { node { familyName } } } }"""

    await api(query, "varberg")

    written = await log(api)
    assert len(written) == len({one["patient"] for one in written}) == 100
    assert {(one["act"], one["operation"]) for one in written} == {("READ", "Lista")}


async def more_patients(api: Api, count: int) -> None:
    """Patients in whose care Varberg takes part, besides the two of the world."""
    ids = [uid(f"patient {at}") for at in range(count)]
    person = "'NATIONAL_RESERVE_NUMBER', 'Ej', 'Namngiven', 'NONE'"
    people = (f"('{one}', 'R{at:011}', 'd{at}', {person})" for at, one in enumerate(ids))
    columns = "id, identifier, identifier_digest, identifier_kind, given_name, family_name, protection"
    await run(api, f"insert into patient ({columns}) values {', '.join(people)}")
    parts = (
        f"('{uuid.uuid4()}', '{one}', '{uid('unit varberg')}', 'ENROLLED', '2026-01-01 00:00:00+00:00')"
        for one in ids
    )
    await run(api, f"insert into care_relation (id, patient_id, unit_id, kind, since) values {', '.join(parts)}")


async def test_nothing_is_shown_when_the_log_cannot_be_written(api: Api) -> None:
    await run(api, "alter table access_log rename to lost")
    query = "query P($by: PatientKey!) { patient(by: $by) { givenName } }"

    reads = (api.post(query, "varberg", by={"id": pid("patient", "alva")}) for _ in range(100))
    answers = await asyncio.gather(*reads)

    assert [answer["data"] for answer in answers] == [{"patient": None}] * 100
    assert {answer["errors"][0]["extensions"]["code"] for answer in answers} == {"INTERNAL"}
    assert "Alva" not in str(answers)
    units = await api("{ units { nodes { name } } }", "varberg")
    assert units["units"]["nodes"], "what concerns no patient is still shown"


async def test_failing_siblings_leave_a_healthy_server(api: Api) -> None:
    failing = "{ patients { nodes { givenName } } units(first: 1000) { nodes { id } } }"
    healthy = "{ patients { nodes { givenName } } }"

    for _ in range(200):
        answer = await api.post(failing, "varberg")
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    answers = [
        answer
        for _ in range(4)  # as many as wait for SQLite's one connection on a busy machine, and no longer
        for answer in await asyncio.gather(*(api(healthy, "varberg") for _ in range(50)))
    ]

    assert all({one["givenName"] for one in answer["patients"]["nodes"]} == {"Alva", "Bo"} for answer in answers)
