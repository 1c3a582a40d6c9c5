"""The administration through the API, on both databases: who is let do what, and what stays in the record."""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from lifecare_gql.app import create_app
from lifecare_gql.regions import Regions
from lifecare_gql.settings import BrowserVersions, Settings
from tests.api.process import act, codes, done
from tests.api.test_episodes import tick
from tests.conftest import Api, Clock, run
from tests.world import pid, staff_of, uid

SINCE = "2026-01-01 00:00:00+00:00"
LEAD, CAPIO, CAPIO_TOO, ALONE = "avdelning", "eken", "linden", "varberg"
"""Units of the world, moved to Stockholm: the region's own, two of one with local administration, one without."""
ORGANISATIONS = {
    # name: principal, its key in the list, its units
    "region": ("REGION", "null", (LEAD,)),
    "capio": ("PRIVATE", "'capio'", (CAPIO, CAPIO_TOO)),
    "alone": ("PRIVATE", "null", (ALONE,)),
}


@pytest.fixture(autouse=True)
async def stockholm(api: Api) -> None:
    """Three organisations of Stockholm, and a lead of the central administration."""
    for at, (name, (principal, listed, units)) in enumerate(ORGANISATIONS.items()):
        own = uid(f"org {name}")
        await run(
            api,
            "insert into organisation (id, hsa_id, name, principal, region_code, local_administration)"
            f" values ('{own}', 'SE0000000000-OS{at}', 'Påhittade {name}', '{principal}', 'stockholm', {listed})",
        )
        for unit in units:
            of = f"organisation_id = '{own}', region_code = 'stockholm'"
            await run(api, f"update unit set {of} where id = '{uid(f'unit {unit}')}'")
    await has(api, LEAD, "ADMINISTRATION_LEAD")


async def has(api: Api, unit: str, role: str, organisation: str | None = None) -> None:
    """The unit's nurse has the role."""
    within = "null" if organisation is None else f"'{uid(f'org {organisation}')}'"
    await run(
        api,
        "insert into role_grant (id, assignment_id, role, region_code, organisation_id, version, since)"
        f" select '{uuid.uuid4()}', id, '{role}', 'stockholm', {within}, 1, '{SINCE}' from assignment"
        f" where hsa_id = '{staff_of(unit)[1]}'",
    )


async def works(api: Api, unit: str) -> tuple[str, str]:
    """The public ids of the assignment and the person of the unit's nurse."""
    text = "query A($id: ID!) { unit(by: {id: $id}) { assignments { nodes { id hsaId staff { id } } } } }"
    found = (await api(text, unit, id=pid("unit", unit)))["unit"]["assignments"]["nodes"]
    [nurse] = [one for one in found if one["hsaId"] == staff_of(unit)[1]]
    return nurse["id"], nurse["staff"]["id"]


async def grant(api: Api, by: str, to: str, role: str, **said: Any) -> Any:
    return await act(api, "grantRole", by, assignmentId=(await works(api, to))[0], role=role, **said)


# --- roles ---


async def test_the_first_is_granted_centrally_and_grants_the_rest(api: Api) -> None:
    first = await grant(api, LEAD, CAPIO, "LOCAL_PERMISSION_ADMINISTRATOR", reason="Påhittat: den första.")
    assert first["grant"]["role"] == "LOCAL_PERMISSION_ADMINISTRATOR"

    assert codes(await grant(api, LEAD, CAPIO_TOO, "SUPER_USER")) == ["NOT_ADMINISTRATOR"]
    for role in ("SUPER_USER", "LOCAL_OBJECT_SPECIALIST"):
        assert (await grant(api, CAPIO, CAPIO_TOO, role))["event"]["kind"] == "GRANTED"

    text = """query U($id: ID!) { unit(by: {id: $id}) {
      permissionRoute { kind owner steps { holders { role name } } }
      supportRoute { steps { who missing holders { role } contact { name } source { fact } } } } }"""
    unit = (await api(text, ALONE, id=pid("unit", CAPIO_TOO)))["unit"]
    route = unit["permissionRoute"]
    assert (route["kind"], route["owner"]) == ("LOCAL", "Påhittade capio")
    assert {(one["role"], one["name"]) for one in route["steps"][0]["holders"]} == {
        ("LOCAL_PERMISSION_ADMINISTRATOR", "Eken Testsson"),
        ("SUPER_USER", "Linden Testsson"),
        ("LOCAL_OBJECT_SPECIALIST", "Linden Testsson"),
    }
    chain = [
        (one["source"]["fact"], one["contact"] and one["contact"]["name"]) for one in unit["supportRoute"]["steps"]
    ]
    assert chain == [("S26", None), ("S27", "Serviceförvaltningens it-portal")]


async def test_a_role_is_recertified_and_ended_with_its_history(api: Api) -> None:
    made = await grant(api, LEAD, CAPIO, "LOCAL_PERMISSION_ADMINISTRATOR")
    tick(api)
    kept = await done(api, "recertifyRole", LEAD, grantId=made["grant"]["id"], reason="Påhittad omprövning.")
    tick(api)
    ended = await done(api, "endRole", LEAD, grantId=made["grant"]["id"])
    assert [one["grant"]["version"] for one in (made, kept, ended)] == [1, 2, 3]

    assert codes(await act(api, "endRole", LEAD, grantId=made["grant"]["id"])) == ["ROLE_ENDED"]
    text = """query G($id: ID!) { node(id: $id) { ... on RoleGrant { until recertifiedAt recertificationUnsaid
      organisation { name } history { nodes { version kind reason by { staff { name } } } } } } }"""
    found = (await api(text, CAPIO, id=made["grant"]["id"]))["node"]
    assert [one["kind"] for one in found["history"]["nodes"]] == ["GRANTED", "RECERTIFIED", "ENDED"]
    assert {one["by"]["staff"]["name"] for one in found["history"]["nodes"]} == {"Avdelning Testsson"}
    assert found["until"] > found["recertifiedAt"]
    assert found["recertificationUnsaid"] == "Ingen källa säger hur ofta en behörighet ska omprövas."
    assert (await grant(api, LEAD, CAPIO, "LOCAL_PERMISSION_ADMINISTRATOR"))["event"]["kind"] == "GRANTED"


async def test_nobody_grants_to_oneself_and_whoever_may_not_is_told_the_route(api: Api) -> None:
    own = await grant(api, LEAD, LEAD, "AUDITOR")
    assert codes(own) == ["OWN_PERMISSION"]
    refused = await grant(api, ALONE, ALONE, "SUPER_USER")
    assert codes(refused) == ["NOT_ADMINISTRATOR", "NO_LOCAL_ADMINISTRATION", "OWN_PERMISSION"]
    route, local, _ = refused["objections"]
    assert (route["source"]["fact"], local["source"]["fact"]) == ("S11", "S19")
    assert "blankett för beställning av behörighet" in route["remedy"]
    assert [one["name"] for one in route["call"]] == ["Central förvaltning"]
    assert (await api("{ viewer { roles { nodes { id } } } }", ALONE))["viewer"]["roles"]["nodes"] == []


async def test_a_role_lasts_no_longer_than_the_assignment(api: Api) -> None:
    await has(api, CAPIO, "LOCAL_PERMISSION_ADMINISTRATOR", "capio")
    assert codes(await grant(api, LEAD, CAPIO_TOO, "LOCAL_PERMISSION_ADMINISTRATOR")) == ["NOT_ADMINISTRATOR"]
    await run(
        api, f"update assignment set until = '2026-02-01 00:00:00+00:00' where hsa_id = '{staff_of(CAPIO)[1]}'"
    )
    done_now = await grant(api, LEAD, CAPIO_TOO, "LOCAL_PERMISSION_ADMINISTRATOR")
    assert done_now["__typename"] == "RoleChanged"


async def test_a_repeat_is_harmless_and_of_many_at_once_one_is_done(api: Api) -> None:
    assignment, _ = await works(api, CAPIO)
    said = {"assignmentId": assignment, "role": "IT_SPECIALIST"}
    first, second = [await act(api, "grantRole", LEAD, key="same", **said) for _ in range(2)]
    assert (first["replayed"], second["replayed"]) == (False, True)
    said["role"] = "OBJECT_OWNER"
    told = await asyncio.gather(*(act(api, "grantRole", LEAD, **said) for _ in range(5)))
    assert sorted(one["__typename"] for one in told) == ["RefusedByRoutines"] * 4 + ["RoleChanged"]
    assert {codes(one)[0] for one in told if "objections" in one} == {"ROLE_HELD"}


# --- the organisation tree ---

UNIT = {
    "organisationId": f"org_{uid('org capio').hex}",
    "hsaId": "SE0000000000-NY",
    "name": "Påhittade mottagningen",
    "kind": "SPECIALIST_CLINIC",
    "municipality": "0180",
    "phone": "08-465 004 20",
}
AGREEMENT = {"organisationId": UNIT["organisationId"], "kind": "CARE_AGREEMENT", "validFrom": "2026-01-01"}


async def test_a_unit_is_connected_when_there_is_an_agreement(api: Api) -> None:
    await has(api, CAPIO, "LOCAL_OBJECT_SPECIALIST", "capio")
    refused = await act(api, "connectUnit", CAPIO, **UNIT)
    assert codes(refused) == ["NO_CARE_AGREEMENT"]
    [objection] = refused["objections"]
    assert objection["source"]["quote"] == (
        "För att ansluta er verksamhet till Lifecare SP behöver ni ha ett vårdavtal med Region Stockholm."
    )
    assert [one["phone"] for one in objection["call"]] == [None, None]
    assert codes(await act(api, "registerCareAgreement", CAPIO, **AGREEMENT)) == ["NOT_ADMINISTRATOR"]

    over = {**AGREEMENT, "validTo": "2026-11-22"}
    await done(api, "registerCareAgreement", LEAD, **over)
    assert codes(await act(api, "connectUnit", CAPIO, **UNIT)) == ["NO_CARE_AGREEMENT"]
    await done(api, "registerCareAgreement", LEAD, **{**AGREEMENT, "validTo": "2026-11-23"})
    made = await done(api, "connectUnit", CAPIO, **UNIT)
    assert (made["unit"]["name"], made["unit"]["active"]) == ("Påhittade mottagningen", True)
    assert codes(await act(api, "connectUnit", CAPIO, **UNIT)) == ["HSA_ID_TAKEN"]


async def test_a_unit_is_changed_and_closed_and_never_gone(api: Api) -> None:
    unit = pid("unit", CAPIO)
    changed = await done(api, "updateUnit", LEAD, unitId=unit, name="Påhittade Eken", phone="08-465 004 21")
    assert (changed["unit"]["name"], changed["event"]["changed"]) == ("Påhittade Eken", ["name", "phone"])
    tick(api)
    closed = await done(api, "closeUnit", LEAD, unitId=unit, reason="Påhittad orsak.")
    assert closed["unit"]["active"] is False
    assert codes(await act(api, "closeUnit", LEAD, unitId=unit)) == ["UNIT_NOT_REGISTERED"]
    text = """query U($id: ID!) { unit(by: {id: $id}) { name phone { printed } kind
      history { nodes { version kind reason by { unit { name } } } } } }"""
    found = (await api(text, ALONE, id=unit))["unit"]
    assert (found["name"], found["phone"]["printed"], found["kind"]) == (
        "Påhittade Eken",
        "08-465 004 21",
        "HEALTH_CENTRE",
    )
    assert [(one["kind"], one["reason"]) for one in found["history"]["nodes"]] == [
        ("UPDATED", None),
        ("CLOSED", "Påhittad orsak."),
    ]


async def test_everything_that_hinders_a_connection_is_told_at_once(api: Api) -> None:
    wrong = {**UNIT, "hsaId": "no hsa-id", "name": " ", "municipality": "9999", "phone": "ring oss"}
    refused = await act(api, "connectUnit", ALONE, **wrong)
    assert codes(refused) == [
        *("NOT_ADMINISTRATOR", "NO_CARE_AGREEMENT", "VALUE_NOT_UNDERSTOOD", "NAME_EMPTY"),
        *("VALUE_NOT_UNDERSTOOD", "VALUE_NOT_UNDERSTOOD"),
    ]
    missing = await act(api, "connectUnit", LEAD, **{**UNIT, "organisationId": f"org_{uid('nowhere').hex}"})
    assert missing["paths"] == [["input", "organisationId"]]


# --- assignments and training ---

NEW = {"staffHsaId": "SE0000000000-NYP", "assignmentHsaId": "SE0000000000-NYU", "title": "Sjuksköterska"}


async def test_whoever_is_assigned_is_let_in_until_it_ends(api: Api) -> None:
    await has(api, CAPIO, "LOCAL_PERMISSION_ADMINISTRATOR", "capio")
    said = {**NEW, "unitId": pid("unit", CAPIO_TOO), "licensed": True}
    assert codes(await act(api, "assignStaff", CAPIO, **said)) == ["NAME_EMPTY", "NAME_EMPTY"]
    named = {**said, "givenName": "Nya", "familyName": "Testsson"}
    assert codes(await act(api, "assignStaff", LEAD, **named)) == ["NOT_ADMINISTRATOR"]
    made = await done(api, "assignStaff", CAPIO, **named)
    assert codes(await act(api, "assignStaff", CAPIO, **named)) == ["HSA_ID_TAKEN"]

    tick(api)
    assert await status(api) == 200
    ended = await done(api, "endAssignment", CAPIO, assignmentId=made["assignment"]["id"], reason="Påhittad.")
    assert ended["event"]["kind"] == "ENDED"
    assert await status(api) == 401
    again = await act(api, "endAssignment", CAPIO, assignmentId=made["assignment"]["id"])
    assert codes(again) == ["ASSIGNMENT_ENDED"]
    text = """query A($id: ID!) { node(id: $id) { ... on Assignment {
      history { nodes { kind reason by { staff { name } } } } } } }"""
    events = (await api(text, CAPIO, id=made["assignment"]["id"]))["node"]["history"]["nodes"]
    assert [(one["kind"], one["by"]["staff"]["name"]) for one in events] == [
        ("ASSIGNED", "Eken Testsson"),
        ("ENDED", "Eken Testsson"),
    ]


async def status(api: Api) -> int:
    """What the new person's request is answered with."""
    token = api._issuer.issue(NEW["staffHsaId"], NEW["assignmentHsaId"], dt.datetime.now(dt.UTC))
    headers = {"authorization": f"Bearer {token}"}
    answer = await api.http.post("/graphql", json={"query": "{ viewer { name } }"}, headers=headers)
    return answer.status_code


async def test_one_without_local_administration_is_served_centrally(api: Api) -> None:
    said = {**NEW, "unitId": pid("unit", ALONE), "licensed": False, "givenName": "N", "familyName": "T"}
    refused = await act(api, "assignStaff", ALONE, **said)
    assert (codes(refused), refused["objections"][0]["source"]["fact"]) == (["NOT_ADMINISTRATOR"], "S11")
    assert (await done(api, "assignStaff", LEAD, **said))["event"]["kind"] == "ASSIGNED"


async def test_a_unit_has_trainers_and_remembers_who_was_trained(api: Api) -> None:
    unit, (_, staff) = pid("unit", ALONE), await works(api, ALONE)
    appointed = await done(api, "appointTrainer", ALONE, unitId=unit, staffId=staff)
    assert codes(await act(api, "appointTrainer", ALONE, unitId=unit, staffId=staff)) == ["ALREADY_TRAINER"]
    held = {"unitId": unit, "staffId": staff, "kind": "END_USER", "form": "MIXED", "length": "två–tre timmar"}
    refused = await act(api, "recordTraining", CAPIO, **held, heldOn="2026-11-24")
    assert codes(refused) == ["NOT_ADMINISTRATOR", "MOMENT_IN_FUTURE"]
    recorded = await done(api, "recordTraining", ALONE, **held, heldOn="2026-11-23")
    assert recorded["training"]["length"] == "två–tre timmar"

    trainer = appointed["trainer"]["id"]
    await done(api, "endTrainer", ALONE, trainerId=trainer)
    assert (await act(api, "endTrainer", ALONE, trainerId=trainer))["paths"] == [["input", "trainerId"]]
    text = """query U($id: ID!) { unit(by: {id: $id}) { now: trainers { nodes { id } }
      ever: trainers(ended: true) { nodes { staff { name } until } } trainings { nodes { kind form heldOn } }
      } }"""
    found = (await api(text, ALONE, id=unit))["unit"]
    assert (found["now"]["nodes"], len(found["ever"]["nodes"])) == ([], 1)
    assert found["trainings"]["nodes"] == [{"kind": "END_USER", "form": "MIXED", "heldOn": "2026-11-23"}]


# --- what needs no login ---

EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
    " Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0"
)
CHECK = """query C($ua: String!) { regions { code clientCheck(userAgent: $ua) { latestAsOf mayChange
  requirements { kind found verdict alternatives { verdict reason source { fact } } } } } }"""


async def test_without_data_on_the_latest_versions_nothing_is_guessed(api: Api) -> None:
    found = {one["code"]: one["clientCheck"] for one in (await api(CHECK, ua=EDGE))["regions"]}
    assert [code for code, check in found.items() if check] == ["stockholm"]
    assert [one["verdict"] for one in found["stockholm"]["requirements"]] == ["CANNOT_TELL", "CANNOT_TELL"]
    assert found["stockholm"]["latestAsOf"] is None
    too_long = await api.post(CHECK, ua="x" * 1_001)
    assert too_long["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"


async def test_a_deployment_keeps_the_latest_versions_with_a_day(
    settings: Settings, regions: Regions, clock: Clock, api: Api
) -> None:
    latest = BrowserVersions(as_of=dt.date(2026, 11, 20), versions={"Edge": 142})
    app = create_app(settings.model_copy(update={"browser_versions": latest}), regions, clock)
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http:
        answer = await http.post("/graphql", json={"query": CHECK, "variables": {"ua": EDGE}})
    [check] = [one["clientCheck"] for one in answer.json()["data"]["regions"] if one["clientCheck"]]
    browser = next(one for one in check["requirements"] if one["kind"] == "BROWSER")
    assert (check["latestAsOf"], browser["found"], browser["verdict"]) == ("2026-11-20", "Edge 142", "MET")


async def test_every_part_is_shown_with_its_passage(api: Api) -> None:
    source = "source { fact document lastChanged quote }"
    found = await api(
        f"""{{ region(code: "stockholm") {{
          administration {{ central {{ {source} }} duties {{ historic {source} }} agreements {{ kind {source} }}
            processor {{ {source} unsaid {{ field }} complements {{ kind {source} }} }} }}
          technicalRequirements {{ {source} requirements {{ alternatives {{ {source} }}
            untested {{ {source} }} }} }}
          training {{ {source} offers {{ {source} }} advice {{ {source} }} }}
          support {{ routes {{ steps {{ {source} }} }} roles {{ {source} }} localAdministrations {{ {source} }}
            forms {{ {source} }} permissions {{ steps {{ {source} }} }} }}
          rollout {{ toldOn remarks {{ {source} }} stages {{ {source} pilotUnits {{ where units missing {source} }}
            groups {{ unitKinds {source} }} }} }} }} }}"""
    )
    told = list(sources(found))
    assert len(told) > 60
    assert all(one["quote"] for one in told)
    assert {one["lastChanged"] for one in told if one["fact"] in ("S104", "S118", "S119", "S130")} == {
        "2021-04-20"
    }


def sources(part: Any) -> Iterator[Any]:
    """Every source in the answer, at any depth."""
    if isinstance(part, list):
        for one in part:
            yield from sources(one)
    elif isinstance(part, dict):
        for name, one in part.items():
            yield from [one] if name == "source" else sources(one)


async def test_somebody_unknown_administers_nothing(api: Api) -> None:
    text = """mutation M($id: ID!) { endRole(input: {grantId: $id}, idempotencyKey: "k") { __typename } }"""
    answer = await api.post(text, id=f"grant_{uid('any').hex}")
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
