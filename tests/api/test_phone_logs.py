"""A phone log as a file, through the API and on both databases: all of it or nothing, and what is counted."""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from typing import Any

import pytest

from lifecare_gql.documents.phone_log_cells import COLUMNS
from lifecare_gql.documents.tables import csv_text
from tests import world
from tests.api.process import act, codes, done
from tests.api.test_episodes import tick
from tests.api.test_outages import down
from tests.api.test_recoveries import CENTRE, TOWN, WARD, kinds, planned, worklist
from tests.conftest import REFUSALS, Api, run
from tests.world import number, staff_of

HEADER = [column.header for column in COLUMNS]
_REFUSALS = REFUSALS.replace("... on NotFound { paths }", "")
IMPORT = f"""mutation I($input: PhoneLogInput!, $key: String!) {{
  importPhoneLog(input: $input, idempotencyKey: $key) {{ __typename
    ... on PhoneLogImported {{ replayed imported {{ id calls }} }} {_REFUSALS} }} }}"""
CALLS = """query C($id: ID!) { episode(id: $id) { version history(kinds: [PHONE_CALL_LOGGED]) { nodes {
  occurredAt spokeWith signature onPaper informed received toldDischargedAt called { name } } } } }"""
BASIS = """query B($first: Date!, $last: Date!) { region(code: "vasternorrland") {
  invoicingBasis(first: $first, last: $last) { csv page { title html }
    basis { rows { municipality patients forms backfilled } demandedBy { fact } contradictions { fact } } } } }"""


def hsa_id(unit: str) -> str:
    return f"SE0000000000-U{list(world.UNITS).index(unit)}"


def row(**said: str) -> list[str]:
    """A row of the file: the ward told the municipality of a discharge."""
    cells = {
        "Personnummer": number("alva"),
        "Mottagande enhet": hsa_id(TOWN),
        "Datum och tid": "2026-11-23 11:00",
        "Namn på den du talade med": "Test Testsson",
        "Lämnat": "utskrivningsmeddelande",
        "Faktisk utskrivning": "2026-11-23 11:30",
        "Signatur": "TT",
    }
    assert set(said) | set(cells) <= set(HEADER)
    return [{**cells, **said}.get(one, "") for one in HEADER]


def file(*written: list[str]) -> str:
    return csv_text(HEADER, written)


async def imported(api: Api, text: str, key: str = "", unit: str = WARD, **said: Any) -> Any:
    said = {"input": {"file": text, **said}, "key": key or str(uuid.uuid4())}
    return (await api(IMPORT, unit, **said))["importPhoneLog"]


async def calls(api: Api, episode: str) -> Any:
    return (await api(CALLS, WARD, id=episode))["episode"]["history"]["nodes"]


async def outage(api: Api) -> tuple[str, str]:
    """The ids of an episode, and of an outage of two hours that came after it."""
    episode = await planned(api)
    tick(api)
    found = await down(api, TOWN)
    api.clock.now += dt.timedelta(hours=2)
    await done(api, "endOutage", TOWN, outageId=found)
    tick(api)
    return episode, found


async def test_a_file_becomes_calls_and_tasks_follow(api: Api) -> None:
    episode, found = await outage(api)
    other = {"Mottagande enhet": hsa_id(CENTRE), "Datum och tid": "2026-11-23 11:10", "SIP-datum": "2026-11-27"}
    result = await imported(api, file(row(), row(**other)))
    assert (result["__typename"], result["imported"]["calls"]) == ("PhoneLogImported", 2)

    [first, second] = await calls(api, episode)
    assert (first["occurredAt"], first["spokeWith"], first["signature"]) == (
        "2026-11-23T10:00:00Z",
        "Test Testsson",
        "TT",
    )
    assert (first["onPaper"], first["toldDischargedAt"]) == (True, "2026-11-23T10:30:00Z")
    assert second["called"]["name"] == "Granen"
    wanted = ["REGISTER_DISCHARGED", "REGISTER_DISCHARGE_NOTICE", "SEND_FORM", "SEND_PATIENT_INFORMATION_HOME"]
    assert kinds(await worklist(api, found, WARD)) == wanted
    [call] = [one for one in await worklist(api, found, CENTRE) if one["kind"] == "SEND_SIP_CALL"]
    assert (call["agreedOn"], call["demandedBy"][-1]["fact"]) == ("2026-11-27", "V53")


async def test_the_calls_of_a_file_secure_the_receipt(api: Api) -> None:
    episode, found = await outage(api)
    as_of = {"episodeId": episode, "outageId": found, "occurredAt": "2026-11-23T11:30:00+01:00"}
    await imported(api, file(row(), row(**{"Mottagande enhet": hsa_id(CENTRE)})))
    left = await done(api, "dischargePatient", WARD, **as_of)
    assert [one["code"] for one in left["warnings"]] == ["MISSING_FIXED_CARE_CONTACT"]


FAULTY = {
    "Personnummer": (number("bo"), "NOT_PARTY"),
    "Mottagande enhet": ("SE0000000000-U99", "UNIT_NOT_REGISTERED"),
    "Datum och tid": ("2026-12-24 15:00", "MOMENT_IN_FUTURE"),
    "Namn på den du talade med": ("", "NAME_EMPTY"),
    "Faktisk utskrivning": ("igår", "VALUE_NOT_UNDERSTOOD"),
}


async def test_every_faulty_row_is_named_and_nothing_is_taken_in(api: Api) -> None:
    episode, _ = await outage(api)
    bad = [row(**{column: text}) for column, (text, _) in FAULTY.items()]
    own = row(**{"Mottagande enhet": hsa_id(WARD)})
    refused = await imported(api, file(row(), *bad, own))
    found = [(one["path"][2], one["path"][3], one["code"]) for one in refused["objections"]]
    wanted = [(str(line), column, code) for line, (column, (_, code)) in enumerate(FAULTY.items(), 3)]
    assert found == [*wanted, ("8", "Mottagande enhet", "NOT_PARTY")]
    assert not any(text and text in str(refused) for text, _ in FAULTY.values())
    assert await calls(api, episode) == []


async def test_a_file_is_taken_in_once(api: Api) -> None:
    episode, _ = await outage(api)
    text = file(row())
    answers = await asyncio.gather(*(imported(api, text, key="the file") for _ in range(6)))
    assert sorted(one["replayed"] for one in answers) == [False] + [True] * 5
    assert codes(await imported(api, text)) == ["ALREADY_NOTED"]
    assert (await imported(api, file(row(Signatur="AA")), key="the file"))["__typename"] == "IdempotencyKeyReused"
    assert len(await calls(api, episode)) == 1


async def test_another_unit_finds_no_episode(api: Api) -> None:
    await outage(api)
    refused = await imported(api, file(row()), unit="bistand")
    assert codes(refused) == ["NOT_PARTY"]


async def test_the_template_is_no_record(api: Api) -> None:
    template = (await api("{ phoneLogTemplate }", WARD))["phoneLogTemplate"]
    assert codes(await imported(api, template)) == ["FILE_MALFORMED"]


async def give(api: Api, unit: str, role: str, region: str) -> None:
    nurse = f"(select id from assignment where hsa_id = '{staff_of(unit)[1]}')"
    since = "'2026-01-01 00:00:00+00:00'"
    await run(
        api,
        "insert into role_grant (id, assignment_id, role, region_code, version, since)"
        f" values ('{uuid.uuid4()}', {nurse}, '{role}', '{region}', 1, {since})",
    )


async def test_what_is_invoiced_is_counted_for_the_one_who_collects_it(api: Api) -> None:
    episode, found = await outage(api)
    as_of = {"episodeId": episode, "outageId": found, "occurredAt": "2026-11-23T11:30:00+01:00"}
    await imported(api, file(row(), row(**{"Mottagande enhet": hsa_id(CENTRE)})))
    await done(api, "dischargePatient", WARD, **as_of)
    days = {"first": "2026-11-01", "last": "2026-11-30"}

    answer = await api.post(BASIS, WARD, **days)
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    await give(api, WARD, "SYSTEM_ADMINISTRATOR", "vasternorrland")
    counted = (await api(BASIS, WARD, **days))["region"]["invoicingBasis"]
    assert counted["basis"]["rows"] == [{"municipality": "1383", "patients": 1, "forms": 2, "backfilled": 1}]
    assert [one["fact"] for one in counted["basis"]["demandedBy"]] == ["V33"]
    assert "1383" in counted["csv"]
    assert "kasseras" in counted["page"]["html"]
    earlier = (await api(BASIS, WARD, first="2026-10-01", last="2026-10-31"))["region"]["invoicingBasis"]
    assert earlier["basis"]["rows"] == []
    await give(api, "varberg", "SYSTEM_ADMINISTRATOR", "halland")
    assert (await api.post(BASIS, "varberg", **days))["errors"][0]["extensions"]["code"] == "FORBIDDEN"


@pytest.mark.parametrize("days", [{"first": "2026-11-30", "last": "2026-11-01"}])
async def test_a_period_ends_after_it_begins(api: Api, days: dict[str, str]) -> None:
    await give(api, WARD, "SYSTEM_ADMINISTRATOR", "vasternorrland")
    assert (await api.post(BASIS, WARD, **days))["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_while_it_lasts_calls_can_be_taken_in(api: Api) -> None:
    episode = await planned(api)
    await down(api, TOWN)
    api.clock.now += dt.timedelta(hours=2)
    assert (await imported(api, file(row())))["imported"]["calls"] == 1
    assert len(await calls(api, episode)) == 1
    assert (await act(api, "informPatient", WARD, episodeId=episode, text="x"))[
        "__typename"
    ] == "RefusedByRoutines"
