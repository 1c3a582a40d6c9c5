"""The access log as reviewers see it: who may, what they see, and that looking into it is logged itself."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import sys
import uuid
from typing import Any

import pytest

from tests import world
from tests.api.process import WARD, admitted
from tests.api.test_access import log
from tests.conftest import REFUSALS, Api, Clock, run
from tests.world import number, pid, uid

READ = "query Morgon($by: PatientKey!) { patient(by: $by) { givenName } }"
ENTRY = """id at act operation subject staffHsaId request staff { name } assignment { title } unit { name }
    patient { id identifier givenName familyName protection } reviews { nodes { finding comment by { title } } }"""
LOG = f"""query Granskning($filter: AccessLogFilter, $first: Int, $after: ID) {{
    accessLog(filter: $filter, first: $first, after: $after) {{
      nodes {{ {ENTRY} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
SAMPLE = """query Stickprov($seed: String!, $first: Int! = 20, $filter: AccessLogFilter) {
    accessLogSample(seed: $seed, first: $first, filter: $filter) { id } }"""
EXTRACT = """query Utdrag($by: PatientKey!, $from: DateTime, $to: DateTime) {
    accessExtract(patient: $by, from: $from, to: $to) {
      lines { at unit what staff } csv page { title html } } }"""
REVIEW = f"""mutation Review($input: ReviewAccessInput!, $key: String!) {{
    reviewAccess(input: $input, idempotencyKey: $key) {{
      ... on AccessReviewed {{ replayed reviews {{ finding comment entry {{ id }} by {{ hsaId }} }} }}
      {REFUSALS} }} }}"""


async def appoint(api: Api, unit: str = "linden", region: str = "halland") -> None:
    """Make the nurse of the unit a reviewer of the region's log."""
    await run(
        api,
        "insert into role_grant (id, assignment_id, role, region_code, version, since)"
        f" select '{uuid.uuid4()}', id, 'AUDITOR', '{region}', 1, '2026-01-01 00:00:00+00:00'"
        f" from assignment where hsa_id = '{world.staff_of(unit)[1]}'",
    )


async def read(api: Api, unit: str, patient: str) -> Any:
    return await api(READ, unit, by={"id": pid("patient", patient)})


async def seen(api: Api, unit: str = "linden", **filter: Any) -> list[Any]:
    return list((await api(LOG, unit, filter=filter, first=100))["accessLog"]["nodes"])


async def reviewed(api: Api, entry_ids: list[str], unit: str = "linden", key: str = "", **more: Any) -> Any:
    said = {"entryIds": entry_ids, "finding": "NO_REMARK", **more}
    return (await api(REVIEW, unit, input=said, key=key or str(uuid.uuid4())))["reviewAccess"]


# --- who may ---


FORBIDDEN = {
    "the log": (LOG, {"filter": {"patient": {"identifier": number("alva")}}}),
    "a sample": (SAMPLE, {"seed": "s", "filter": {"patient": {"id": pid("patient", "alva")}}}),
    "an extract": (EXTRACT, {"by": {"id": pid("patient", "alva")}}),
    "an entry": ("query N($id: ID!) { node(id: $id) { id } }", {"id": f"access_{uid('entry').hex}"}),
    "a review": (
        REVIEW,
        {"input": {"entryIds": [f"access_{uid('entry').hex}"], "finding": "ASK"}, "key": "k"},
    ),
}


@pytest.mark.parametrize("name", FORBIDDEN)
async def test_nobody_else_looks_into_the_log_and_who_tries_is_logged(api: Api, name: str) -> None:
    await read(api, "varberg", "alva")
    query, variables = FORBIDDEN[name]

    answer = await api.post(query, "varberg", **variables)

    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert "logggranskare" in answer["errors"][0]["message"]
    assert not any((answer["data"] or {}).values())
    last = (await log(api))[-1]
    about_alva = name in ("the log", "a sample", "an extract")
    assert (last["act"], last["patient"]) == ("DENIED", str(uid("patient alva")) if about_alva else None)


async def test_a_role_that_has_ended_opens_nothing(api: Api) -> None:
    await appoint(api)
    await api(LOG, "linden")
    await run(api, "update role_grant set until = '2026-11-01 00:00:00+00:00'")

    assert (await api.post(LOG, "linden"))["errors"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_the_role_opens_no_record(api: Api) -> None:
    await appoint(api)
    await read(api, "varberg", "alva")
    query = "query Both($by: PatientKey!) { patient(by: $by) { givenName } patients { nodes { id } }"
    query += " accessLog { nodes { patient { givenName } } } }"

    answer = await api(query, "linden", by={"id": pid("patient", "alva")})

    assert (answer["patient"], answer["patients"]["nodes"]) == (None, [])
    assert {"givenName": "Alva"} in [one["patient"] for one in answer["accessLog"]["nodes"]]


# --- what is seen ---


async def test_an_entry_tells_who_what_when_and_about_whom(api: Api) -> None:
    await appoint(api)
    await read(api, "varberg", "alva")

    [entry] = await seen(api)

    assert entry.pop("id").startswith("access_")
    assert len(entry.pop("request")) == 32
    assert entry == {
        "at": "2026-11-23T09:00:00Z",
        "act": "READ",
        "operation": "Morgon",
        "subject": "Patient",
        "staffHsaId": world.staff_of("varberg")[0],
        "staff": {"name": "Varberg Testsson"},
        "assignment": {"title": "sjuksköterska"},
        "unit": {"name": "Varberg"},
        "patient": {
            "id": pid("patient", "alva"),
            "identifier": number("alva"),
            "givenName": "Alva",
            "familyName": "Testberg",
            "protection": "NONE",
        },
        "reviews": {"nodes": []},
    }


async def test_a_region_sees_what_its_units_did_and_what_was_done_about_its_units_patients(api: Api) -> None:
    for unit, region in (("linden", "halland"), ("bergslagen", "orebro"), ("granen", "vasternorrland")):
        await appoint(api, unit, region)
    await read(api, "varberg", "alva")  # Halland's unit, Halland's patient
    await read(api, "nora", "cecilia")  # Örebro's both
    await read(api, "nora", "alva")  # denied: Örebro's unit, Halland's patient

    halland, orebro = await seen(api, "linden"), await seen(api, "bergslagen")
    found = [[(one["act"], one["unit"]["name"]) for one in those] for those in (halland, orebro)]

    assert found == [[("DENIED", "Nora"), ("READ", "Varberg")], [("DENIED", "Nora"), ("READ", "Nora")]]
    assert [one["patient"]["givenName"] for one in halland] == ["Alva", "Alva"]
    assert await seen(api, "granen") == []


FILTERS: dict[str, tuple[dict[str, Any], int]] = {
    "nothing": ({}, 4),
    "the patient by number": ({"patient": {"identifier": number("alva")}}, 3),
    "the patient by id": ({"patient": {"id": pid("patient", "bo")}}, 1),
    "nobody's number": ({"patient": {"identifier": "198001012387"}}, 0),
    "the person": ({"staffHsaId": world.staff_of("eken")[0]}, 1),
    "the unit": ({"unitId": pid("unit", "varberg")}, 2),
    "acts": ({"acts": ["DENIED", "CREATE"]}, 1),
    "no act": ({"acts": []}, 0),
    "the operation": ({"operation": "Morgon"}, 4),
    "another operation": ({"operation": "Kväll"}, 0),
    "from": ({"from": "2026-11-23T11:00:00+01:00"}, 1),
    "to": ({"to": "2026-11-23T11:00:00+01:00"}, 3),
    "both": ({"from": "2026-11-23T10:00:01+01:00", "to": "2026-11-23T10:59:59+01:00"}, 0),
    "all at once": ({"patient": {"identifier": number("alva")}, "acts": ["READ"], "operation": "Morgon"}, 2),
}


@pytest.mark.parametrize("name", FILTERS)
async def test_filters(api: Api, clock: Clock, name: str) -> None:
    await appoint(api)
    for unit, patient in (("varberg", "alva"), ("varberg", "bo"), ("linden", "alva")):
        await read(api, unit, patient)
    clock.now += dt.timedelta(hours=1)
    relation = f"'{uuid.uuid4()}', '{uid('patient alva')}', '{uid('unit eken')}', 'LISTED'"
    columns = "id, patient_id, unit_id, kind, since"
    await run(api, f"insert into care_relation ({columns}) values ({relation}, '2026-01-01 00:00:00+00:00')")
    await read(api, "eken", "alva")
    filter, count = FILTERS[name]

    assert len(await seen(api, **filter)) == count


async def test_pages_go_back_in_time_and_looking_is_logged_once_for_each_patient(api: Api) -> None:
    await appoint(api)
    for _ in range(3):
        for patient in ("alva", "bo"):
            await read(api, "varberg", patient)

    shown: list[Any] = []
    after = None
    while True:
        page = (await api(LOG, "linden", first=4, after=after))["accessLog"]
        shown += page["nodes"]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break

    assert [one["patient"]["givenName"] for one in shown] == ["Bo", "Alva"] * 3
    assert len({one["id"] for one in shown}) == 6
    own = (await log(api))[6:]
    assert {(one["act"], one["subject"], one["operation"]) for one in own} == {
        ("AUDITED", "AccessLog", "Granskning")
    }
    alva, bo = (str(uid(f"patient {name}")) for name in ("alva", "bo"))
    assert sorted(one["patient"] or "" for one in own) == sorted([alva, bo] * 2)  # two pages of two patients each
    again = await seen(api, acts=["AUDITED"])
    assert len(again) == 4  # the next look tells of the last; and that is all


async def test_a_protected_persons_whereabouts_are_not_in_the_log(api: Api) -> None:
    await run(api, "update patient set protection = 'CONFIDENTIALITY_MARK'")
    await appoint(api)
    await read(api, "varberg", "alva")

    answer = await api.post(LOG, "linden")

    assert answer["data"]["accessLog"]["nodes"][0]["patient"]["protection"] == "CONFIDENTIALITY_MARK"
    assert world.ADDRESS not in str(answer)
    query = "{ accessLog { nodes { patient { registeredAddress } } } }"
    assert "errors" in await api.post(query, "linden")  # there is no such field


async def test_reading_the_log_shows_nothing_when_that_cannot_be_logged(api: Api) -> None:
    await appoint(api)
    await read(api, "varberg", "alva")
    fails = (
        "begin select raise(abort, 'full'); end"
        if api.url.startswith("sqlite")
        else "for each row execute function record_is_never_changed()"
    )
    await run(api, f"create trigger is_full before insert on access_log {fails}")

    for query, variables in ((LOG, {}), (EXTRACT, {"by": {"id": pid("patient", "alva")}})):
        answer = await api.post(query, "linden", **variables)
        assert not any((answer["data"] or {}).values())
        assert "Alva" not in str(answer)


async def test_an_entry_and_a_review_are_found_by_their_ids(api: Api) -> None:
    await appoint(api)
    await read(api, "varberg", "alva")
    [entry] = await seen(api)
    query = "query N($id: ID!) { node(id: $id) { id ... on AccessEntry { act reviews { nodes { id } } } } }"
    await reviewed(api, [entry["id"]])

    found = (await api(query, "linden", id=entry["id"]))["node"]
    [review] = found["reviews"]["nodes"]

    assert (found["id"], found["act"]) == (entry["id"], "READ")
    assert (await api(query, "linden", id=review["id"]))["node"]["id"] == review["id"]


# --- a sample ---


async def test_a_sample_is_the_same_for_the_same_seed_and_takes_each_entry_in_its_turn(api: Api) -> None:
    await appoint(api)
    for _ in range(20):
        await read(api, "varberg", "alva")
    reads = {"acts": ["READ"]}

    async def drawn(seed: str, first: int = 5) -> list[str]:
        found = await api(SAMPLE, "linden", seed=seed, first=first, filter=reads)
        return [one["id"] for one in found["accessLogSample"]]

    once = await drawn("november")
    assert (len(once), once) == (5, await drawn("november"))
    several = [await drawn(str(seed)) for seed in range(40)]
    assert len({tuple(one) for one in several}) > 5
    assert len({entry for one in several for entry in one}) == 20
    assert set(await drawn("x", 100)) == {one["id"] for one in await seen(api, **reads)}
    assert (await api.post(SAMPLE, "linden", seed="x", first=0))["errors"][0]["extensions"][
        "code"
    ] == "BAD_USER_INPUT"


# --- reviewing ---


async def test_a_review_is_noted_and_logged_and_done_once(api: Api) -> None:
    await appoint(api)
    await read(api, "varberg", "alva")
    await read(api, "varberg", "bo")
    ids = [one["id"] for one in await seen(api)]
    before = len(await log(api))

    done = await reviewed(api, ids, key="k", finding="ASK", comment=" Varför? ")
    again = await reviewed(api, ids, key="k", finding="ASK", comment=" Varför? ")
    other = await reviewed(api, ids, key="k")

    assert not done["replayed"]
    assert again["replayed"]
    assert other["key"] == "k"
    assert {one["entry"]["id"] for one in done["reviews"]} == set(ids)
    assert {(one["finding"], one["comment"]) for one in done["reviews"]} == {("ASK", "Varför?")}
    assert {one["by"]["hsaId"] for one in done["reviews"]} == {world.staff_of("linden")[1]}
    first = (await log(api))[before : before + 2]
    assert {(one["act"], one["subject"]) for one in first} == {("REVIEWED", "AccessReview")}
    assert {one["patient"] for one in first} == {str(uid("patient alva")), str(uid("patient bo"))}
    [entry] = [one for one in await seen(api, acts=["READ"]) if one["id"] == ids[0]]
    assert entry["reviews"]["nodes"] == [
        {"finding": "ASK", "comment": "Varför?", "by": {"title": "sjuksköterska"}}
    ]
    assert await run(api, "select count(*) from access_review") == [(2,)]


async def test_nobody_reviews_his_own_access(api: Api) -> None:
    await appoint(api)
    await appoint(api, "eken")
    await read(api, "varberg", "alva")
    others = [one["id"] for one in await seen(api)]
    own = [one["id"] for one in await seen(api, acts=["AUDITED"])]

    refused = await reviewed(api, [*others, *own])

    assert [(one["code"], one["path"]) for one in refused["objections"]] == [("OWN_ACCESS", ["input", "entryIds"])]
    assert await run(api, "select count(*) from access_review") == [(0,)]
    assert (await log(api))[-1]["act"] == "REFUSED"
    assert len((await reviewed(api, own, "eken"))["reviews"]) == 1  # another reviewer does


async def test_what_cannot_be_seen_cannot_be_reviewed(api: Api) -> None:
    await appoint(api)
    await appoint(api, "bergslagen", "orebro")
    await read(api, "nora", "cecilia")
    [hidden] = await seen(api, "bergslagen")

    for entry in (hidden["id"], f"access_{uuid.uuid4().hex}"):
        assert (await reviewed(api, [entry]))["paths"] == [["input", "entryIds"]]

    denied = [one["patient"] for one in await log(api) if one["act"] == "DENIED"]
    assert denied == [str(uid("patient cecilia")), None]


@pytest.mark.parametrize(
    ("more", "told"),
    [({"entryIds": []}, "BAD_USER_INPUT"), ({"entryIds": ["message_1"]}, "BAD_USER_INPUT")],
)
async def test_what_is_no_review_is_the_callers_mistake(api: Api, more: Any, told: str) -> None:
    await appoint(api)
    said = {"input": {"entryIds": [], "finding": "ASK", **more}, "key": "k"}

    assert (await api.post(REVIEW, "linden", **said))["errors"][0]["extensions"]["code"] == told


async def test_a_comment_has_a_length(api: Api) -> None:
    await appoint(api)
    await read(api, "varberg", "alva")
    ids = [one["id"] for one in await seen(api)]

    refused = await reviewed(api, ids, comment="x" * 100_000)

    assert [one["code"] for one in refused["objections"]] == ["TEXT_TOO_LONG"]


# --- what the application writes verifies ---


async def command(api: Api, *arguments: str) -> tuple[int, str]:
    """A command of the real program, beside the running application; exit code and all that it says."""
    environment = os.environ | {"LIFECARE_DATABASE_URL": api.url, "LIFECARE_SECRET": world.SECRET}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "lifecare_gql", "access-log", *arguments),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await process.communicate()
    return process.returncode or 0, out.decode()


async def test_what_the_application_writes_verifies(api: Api) -> None:
    await appoint(api)
    await admitted(api)
    await read(api, "nora", "alva")
    await reviewed(api, [one["id"] for one in await seen(api)])
    assert (await command(api, "verify"))[0] == 0
    code, told = await command(api, "seal")
    assert (code, "Keep this where" in told) == (0, True)
    digest = told.split()[-1]
    await api("{ patients { nodes { givenName } } }", WARD)

    code, told = await command(api, "verify", "--seal", digest)

    assert (code, digest in told) == (0, True), told
    if not api.url.startswith("sqlite"):
        return
    await run(api, "drop trigger access_log_is_never_changed")
    await run(api, "update access_log set operation = 'x' where id = 2")
    code, told = await command(api, "verify")
    assert (code, "Entry 2 was changed" in told) == (1, True), told
