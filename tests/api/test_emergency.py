"""What is opened for a while: before it is denied, during it is allowed and flagged, after it is denied again."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import httpx2
import pytest

from lifecare_gql.app import create_app
from lifecare_gql.regions import Regions
from lifecare_gql.settings import Settings
from lifecare_gql.web.tokens import DevelopmentIssuer
from tests.api.process import CENTRE, MUNICIPALITY, WARD, act, codes, done, ready
from tests.api.test_access import log
from tests.api.test_blocks import ALVA, another_provider, blocked, later, played
from tests.conftest import Api, Clock, run
from tests.world import number, pid, staff_of, uid

STRANGER = "linden"
READ = """query R($patient: PatientKey!, $episode: ID!) {
  patient(by: $patient) { givenName episodes { nodes { id } } messages { nodes { id } } }
  episode(id: $episode) { state history { nodes { kind } } } }"""
NOTHING = {"patient": None, "episode": None}


async def read(api: Api, unit: str, episode: str) -> Any:
    return await api(READ, unit, patient={"id": ALVA}, episode=episode)


def acts(entries: list[dict[str, Any]], unit: str) -> list[tuple[str, str]]:
    """What the log says that the unit did about Alva."""
    own, alva = str(uid(f"unit {unit}")), str(uid("patient alva"))
    return [(one["act"], one["subject"]) for one in entries if (one["unit"], one["patient"]) == (own, alva)]


EMERGENCY: dict[str, Any] = {"purpose": "CARE", "basis": "EMERGENCY", "reason": "Medvetslös på akuten."}


async def opened(api: Api, unit: str = STRANGER, **said: Any) -> str:
    """The id of an access to Alva's care."""
    result = await done(api, "requestCareAccess", unit, patient={"identifier": number("alva")}, **EMERGENCY | said)
    access: str = result["access"]["id"]
    return access


async def test_before_denied_during_allowed_and_flagged_after_denied(api: Api) -> None:
    episode = await ready(api)
    assert await read(api, STRANGER, episode) == NOTHING
    begun = len(await log(api))

    await opened(api)
    api.clock.now += dt.timedelta(hours=3, minutes=59)
    during = await read(api, STRANGER, episode)

    assert during["patient"]["givenName"] == "Alva"
    assert during["patient"]["episodes"]["nodes"] == [{"id": episode}]
    assert during["episode"]["state"] == "DISCHARGE_READY"
    flagged = acts((await log(api))[begun:], STRANGER)
    assert flagged == [("EMERGENCY", "CareAccess"), ("READ", "Patient")], "one flag, and one row for each reading"

    api.clock.now += dt.timedelta(minutes=1)
    assert await read(api, STRANGER, episode) == NOTHING
    assert acts((await log(api))[begun + 2 :], STRANGER) == [("DENIED", "Patient")], "one row"


async def test_an_opened_access_is_to_read_and_shows_no_letters(api: Api) -> None:
    ids = await played(api)
    await opened(api)
    found = await read(api, STRANGER, ids["episode"])
    assert found["patient"]["messages"]["nodes"] == []
    node = "query N($id: ID!) { node(id: $id) { id } }"
    assert [(await api(node, STRANGER, id=ids[one]))["node"] for one in ("letter", "message")] == [None, None]
    assert (await api(node, STRANGER, id=ids["plan"]))["node"] == {"id": ids["plan"]}
    assert (await api("{ patients { nodes { id } } }", STRANGER))["patients"]["nodes"] == [], "in no list"

    refused = [
        await act(api, "setBlock", STRANGER, patientId=ALVA, askedBy="PATIENT"),
        await act(api, "confirmCanReceive", STRANGER, episodeId=ids["episode"], receivesFrom=later(api, hours=1)),
        await act(api, "identifyPlanNeed", STRANGER, patientId=ALVA),
    ]

    assert [one["__typename"] for one in refused] == ["NotFound"] * 3


async def test_an_emergency_opens_no_block_and_the_block_is_opened_apart(api: Api) -> None:
    ids = await played(api)
    block = await blocked(api)
    await opened(api)
    assert (await read(api, STRANGER, ids["episode"]))["episode"] is None
    begun = len(await log(api))

    for unit in (STRANGER, CENTRE):
        lifted = await done(api, "liftBlockInEmergency", unit, blockId=block, reason="Oundgängligt.")
        assert lifted["access"]["blockedUnit"] == {"name": "Avdelning"}
        assert (await read(api, unit, ids["episode"]))["episode"]["state"] == "DISCHARGE_READY"
        flags = [one for one in acts((await log(api))[begun:], unit) if one[0] == "EMERGENCY"]
        assert flags == [("EMERGENCY", "CareAccess")]
    assert (await read(api, MUNICIPALITY, ids["episode"]))["episode"] is None

    api.clock.now += dt.timedelta(hours=4)
    assert [(await read(api, unit, ids["episode"]))["episode"] for unit in (STRANGER, CENTRE)] == [None, None]
    history = (
        "query H($id: ID!) { node(id: $id) { ... on Block { history { nodes { kind forUnit { name } } } } } }"
    )
    events = (await api(history, WARD, id=block))["node"]["history"]["nodes"]
    assert [one["kind"] for one in events] == ["SET", "LIFTED_IN_EMERGENCY", "LIFTED_IN_EMERGENCY"]
    assert [one["forUnit"] for one in events] == [None, {"name": "Linden"}, {"name": "Eken"}]


async def test_a_block_cannot_be_lifted_by_whom_it_does_not_concern(api: Api) -> None:
    await played(api)
    block = await blocked(api)
    said = {"reason": "Nyfiken", "consentForm": "ORAL", "until": later(api, hours=1)}

    stranger = await act(api, "liftBlockInEmergency", STRANGER, blockId=block, reason="Nyfiken")
    nothing = await act(
        api, "liftBlockInEmergency", STRANGER, blockId=f"block_{uuid.uuid4().hex}", reason="Nyfiken"
    )
    third = await act(api, "liftBlockByConsent", MUNICIPALITY, blockId=block, unitId=pid("unit", CENTRE), **said)
    own = await act(api, "liftBlockByConsent", WARD, blockId=block, **said)

    assert stranger == nothing
    assert [one["paths"] for one in (stranger, third, own)] == [[["input", "blockId"]]] * 3
    assert await run(api, "select count(*) from care_access") == [(0,)]


REFUSED: dict[str, tuple[dict[str, Any], list[str]]] = {
    "no reason": ({"reason": " "}, ["REASON_REQUIRED"]),
    "too long": ({"until": {"hours": 5}}, ["PERIOD_WRONG"]),
    "over already": ({"until": {"hours": -1}}, ["PERIOD_WRONG"]),
    "a consent without form or end": ({"basis": "CONSENT"}, ["PERIOD_WRONG", "CONSENT_FORM_MISSING"]),
    "a consent of tomorrow": (
        {"basis": "CONSENT", "consentForm": "ORAL", "until": {"days": 9}, "saidAt": {"days": 1}},
        ["MOMENT_IN_FUTURE"],
    ),
}


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("patient", ["alva", "nobody"])
async def test_what_may_not_be_opened_is_refused_alike_whether_there_is_such_a_patient(
    api: Api, what: str, patient: str
) -> None:
    said, wanted = REFUSED[what]
    told = {name: later(api, **value) if isinstance(value, dict) else value for name, value in said.items()}
    whom = {"identifier": number("alva")} if patient == "alva" else {"identifier": "198001012387"}

    refused = await act(api, "requestCareAccess", STRANGER, patient=whom, **EMERGENCY | told)

    assert codes(refused) == wanted
    assert await run(api, "select count(*) from care_access") == [(0,)]
    assert await run(api, "select act from access_log") == [("REFUSED",)]


async def test_how_long_an_emergency_lasts_the_deployment_says(
    settings: Settings, regions: Regions, clock: Clock
) -> None:
    app = create_app(settings.model_copy(update={"emergency_hours": 6}), regions, clock)
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http,
    ):
        api = Api(http, DevelopmentIssuer(settings), clock, settings.database_url)
        whom = {"patient": {"identifier": number("alva")}, **EMERGENCY}

        refused = await act(api, "requestCareAccess", STRANGER, **whom, until=later(api, hours=6, minutes=1))
        found = await act(api, "requestCareAccess", STRANGER, **whom)

    [told] = refused["objections"]
    assert (told["code"], "högst 6 timmar (vårt antagande)" in told["remedy"]) == ("PERIOD_WRONG", True)
    assert dt.datetime.fromisoformat(found["access"]["until"]) == clock.now + dt.timedelta(hours=6)


async def test_nobody_to_open_is_not_found(api: Api) -> None:
    refused = await act(api, "requestCareAccess", STRANGER, patient={"identifier": "198001012387"}, **EMERGENCY)

    assert refused["paths"] == [["input", "patient"]]


CONSENTS = {"yes": 4, "expired": 9, "withdrawn": 4, "ended": 4, "none": 0}


@pytest.mark.parametrize("consent", CONSENTS)
@pytest.mark.parametrize("provider", ["own", "other"])
async def test_care_is_open_by_consent_for_as_long_as_it_holds(api: Api, provider: str, consent: str) -> None:
    episode = await ready(api)
    if provider == "other":
        await another_provider(api, STRANGER)
    if consent != "none":
        said = {"basis": "CONSENT", "consentForm": "WRITTEN", "until": later(api, hours=8)}
        access = await opened(api, **said)
        assert (await read(api, STRANGER, episode))["patient"]["givenName"] == "Alva"
        assert ("EMERGENCY", "CareAccess") not in acts(await log(api), STRANGER)
    if consent == "withdrawn":
        told = {"kind": "SHARED_RECORDS", "scopeId": ALVA, "state": "WITHDRAWN"}
        await done(api, "recordConsent", MUNICIPALITY, **told)
    if consent == "ended":
        await done(api, "endCareAccess", STRANGER, accessId=access)
    api.clock.now += dt.timedelta(hours=CONSENTS[consent])

    found = await read(api, STRANGER, episode)

    assert (found != NOTHING) is (consent == "yes")


async def test_a_repeated_request_opens_once_and_flags_once(api: Api) -> None:
    said = {"patient": {"id": ALVA}, **EMERGENCY}
    first = await act(api, "requestCareAccess", STRANGER, key="one", **said)
    again = await act(api, "requestCareAccess", STRANGER, key="one", **said)

    assert (first["access"]["id"], again["replayed"]) == (again["access"]["id"], True)
    assert await run(api, "select count(*) from access_log where act = 'EMERGENCY'") == [(1,)]


async def granted(api: Api, unit: str, role: str, region: str = "halland", organisation: bool = False) -> None:
    """Give the nurse of a unit a role, behind the application's back."""
    org = f"(select organisation_id from unit where id = '{uid(f'unit {unit}')}')" if organisation else "null"
    await run(
        api,
        "insert into role_grant (id, assignment_id, role, region_code, organisation_id, version, since)"
        f" select '{uuid.uuid4()}', id, '{role}', '{region}', {org}, 1, since from assignment"
        f" where hsa_id = '{staff_of(unit)[1]}'",
    )


LIST = """query L($since: DateTime) { emergencyAccesses(since: $since) {
  id patientId unitName byName reason since until endedAt liftedBlockOf } }"""


async def test_emergencies_are_listed_for_auditors_of_the_region_and_that_is_logged(api: Api) -> None:
    await ready(api)
    block = await blocked(api)
    access = await opened(api)
    api.clock.now += dt.timedelta(minutes=5)
    await done(api, "liftBlockInEmergency", CENTRE, blockId=block, reason="Oundgängligt.")
    said = {"basis": "CONSENT", "consentForm": "ORAL", "until": later(api, hours=8)}
    await opened(api, **said)
    forbidden = await api.post(LIST, "eken")
    assert forbidden["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    await granted(api, "bergslagen", "AUDITOR")
    await granted(api, "nora", "AUDITOR", region="orebro")
    begun = len(await log(api))

    found = (await api(LIST, "bergslagen"))["emergencyAccesses"]

    assert [(one["unitName"], one["liftedBlockOf"]) for one in found] == [("Eken", "Avdelning"), ("Linden", None)]
    assert (found[1]["id"], found[1]["patientId"], found[1]["reason"]) == (access, ALVA, EMERGENCY["reason"])
    assert [(one["act"], one["subject"]) for one in (await log(api))[begun:]] == [("READ", "EmergencyAccess")]
    assert (await api(LIST, "nora"))["emergencyAccesses"] == []
    late = (await api(LIST, "bergslagen", since=later(api, minutes=-1)))["emergencyAccesses"]
    assert [one["unitName"] for one in late] == ["Eken"]


EXPLAIN = """query X($who: String!, $what: ID!) { explainAccess(assignmentHsaId: $who, objectId: $what) {
  allowed rules { code holds } relations { kind until } needed } }"""


async def explained(api: Api, asking: str, whose: str, what: str) -> Any:
    return (await api(EXPLAIN, asking, who=staff_of(whose)[1], what=what))["explainAccess"]


def held(told: Any) -> dict[str, bool]:
    return {one["code"]: one["holds"] for one in told["rules"]}


async def test_what_is_explained_is_what_is_decided(api: Api) -> None:
    ids = await played(api)
    await granted(api, "nora", "AUDITOR")
    read_it = "query N($id: ID!) { node(id: $id) { id } }"
    things = [*ids.values(), ALVA, pid("case", "alva"), f"episode_{uuid.uuid4().hex}", pid("unit", "eken")]
    units = (WARD, CENTRE, MUNICIPALITY, STRANGER)
    cells = []
    for step in ("before", "blocked", "opened"):
        if step == "blocked":
            await blocked(api)
        if step == "opened":
            await opened(api)
        for unit in units:
            for what in things:
                seen = (await api(read_it, unit, id=what))["node"] is not None
                assert (await explained(api, "nora", unit, what))["allowed"] is seen, (step, unit, what)
                cells.append(seen)
    assert (len(cells), cells.count(True)) == (3 * 4 * 9, 21 + 17 + 19), "at each step"


async def test_an_explanation_says_which_rule_which_relation_and_what_is_needed(api: Api) -> None:
    ids = await played(api)
    await granted(api, "nora", "AUDITOR")
    await blocked(api)
    begun = len(await log(api))

    hidden = await explained(api, "nora", CENTRE, ids["episode"])
    strange = await explained(api, "nora", STRANGER, ids["episode"])

    assert held(hidden) == {
        "ASSIGNMENT": True,
        "EXISTS": True,
        "TAKES_PART": True,
        "OPENED": False,
        "NOT_BLOCKED": False,
    }
    assert {one["kind"] for one in hidden["relations"]} == {"EPISODE", "MESSAGE", "PLAN"}
    assert hidden["needed"] == ["Att spärren hävs för enheten: liftBlockByConsent eller liftBlockInEmergency."]
    assert (held(strange)["TAKES_PART"], strange["relations"], len(strange["needed"])) == (False, [], 2)
    told = [(one["act"], one["subject"], one["patient"]) for one in (await log(api))[begun:]]
    assert told == [("READ", "AccessExplanation", str(uid("patient alva")))] * 2


MAY_ASK = {
    # the role: whether it may ask of its own unit's organisation, and of another organisation in its region
    None: (False, False),
    "SUPER_USER": (False, False),
    "SYSTEM_ADMINISTRATOR": (False, False),
    "LOCAL_PERMISSION_ADMINISTRATOR": (True, False),
    "ADMINISTRATION_LEAD": (True, True),
    "OBJECT_SPECIALIST": (True, True),
    "AUDITOR": (True, True),
}


@pytest.mark.parametrize("role", MAY_ASK)
async def test_only_administrators_and_auditors_may_ask(api: Api, role: str | None) -> None:
    await another_provider(api, "linden")
    if role:
        local = role in ("SUPER_USER", "LOCAL_PERMISSION_ADMINISTRATOR")
        await granted(api, CENTRE, role, organisation=local)

    for whose, may in zip((CENTRE, "linden", "nora"), (*MAY_ASK[role], False), strict=True):
        answer = await api.post(EXPLAIN, CENTRE, who=staff_of(whose)[1], what=ALVA)
        if whose == "nora" and role == "LOCAL_PERMISSION_ADMINISTRATOR":
            may = True  # in the tests' world all units but one belong to one organisation
        told = None if may else "FORBIDDEN"
        assert answer.get("errors", [{}])[0].get("extensions", {}).get("code") == told, (role, whose)
