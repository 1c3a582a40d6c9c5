"""Blocks (spärr): what one hides from whom on which path, what stays, who may set, lift and end it."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest

from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.where import EVERY
from lifecare_gql.storage.url import Dialect
from tests.api.process import CENTRE, MUNICIPALITY, WARD, act, called, codes, done, ready
from tests.api.test_access import log
from tests.api.test_life import sent
from tests.conftest import Api, run
from tests.world import pid, uid

ALVA = pid("patient", "alva")
SECRET = "Påhittad uppgift som är spärrad."


def later(api: Api, **delta: float) -> str:
    """A moment from now, as an input."""
    return (api.clock.now + dt.timedelta(**delta)).isoformat()


async def blocked(api: Api, unit: str = WARD, **said: Any) -> str:
    """The id of a block of the unit's about Alva."""
    result = await done(api, "setBlock", unit, patientId=ALVA, askedBy="PATIENT", **said)
    block: str = result["block"]["id"]
    return block


async def played(api: Api) -> dict[str, str]:
    """An episode with a secret in it, letters in and beside it, and a plan: the ids by their names."""
    episode = await ready(api)
    said = await done(api, "logPhoneCall", WARD, episodeId=episode, spokeWith="T", text=SECRET,
                      calledUnitId=pid("unit", CENTRE), informed=[])  # fmt: skip
    letter = await done(api, "sendGeneralNotice", WARD, episodeId=episode, text="Till er.",
                        recipientUnitIds=[pid("unit", CENTRE)])  # fmt: skip
    plan = await called(api, episode)
    message = await sent(api, MUNICIPALITY, CENTRE)
    return {
        "episode": episode,
        "said": said["event"]["id"],
        "letter": letter["event"]["id"],
        "plan": plan,
        "message": message,
    }


NODE = """query N($id: ID!) { node(id: $id) { id
  ... on EpisodeEvent { text episode { id } receipts { nodes { unit { name } } } }
  ... on Message { words: text case { id } }
  ... on Plan { episode { id } history { nodes { kind } } } } }"""
EVERYWHERE = """query E($patient: PatientKey!, $own: ID!) {
  patient(by: $patient) { episodes { nodes { id history(first: 100) { nodes { id text } } } }
    plans { nodes { id } } messages { nodes { id text } } cases { nodes { id } } blocks { nodes { own } } }
  unit(by: {id: $own}) { episodes { nodes { id } } worklist(first: 100) { nodes { kind episode { id } plan { id }
    notice { id } message { id } } } inbox { nodes { id } } } }"""


async def node(api: Api, unit: str, found: str) -> Any:
    return (await api(NODE, unit, id=found))["node"]


async def everywhere(api: Api, unit: str) -> Any:
    return await api(EVERYWHERE, unit, patient={"id": ALVA}, own=pid("unit", unit))


async def test_a_block_hides_the_episode_and_what_hangs_on_it_but_not_what_was_sent(api: Api) -> None:
    ids = await played(api)
    before = await everywhere(api, CENTRE)
    assert SECRET in str(before)
    assert (await node(api, CENTRE, ids["episode"]))["id"] == ids["episode"]

    await blocked(api)

    found = await everywhere(api, CENTRE)
    assert SECRET not in str(found)
    assert found["patient"]["episodes"]["nodes"] == found["unit"]["episodes"]["nodes"] == []
    assert [await node(api, CENTRE, ids[name]) for name in ("episode", "said")] == [None, None]
    letter = await node(api, CENTRE, ids["letter"])
    assert (letter["text"], letter["episode"]) == ("Till er.", None), "what was sent stays with the recipient"
    assert [one["unit"]["name"] for one in letter["receipts"]["nodes"]] == ["Eken"]
    assert found["patient"]["messages"]["nodes"][0]["id"] == ids["message"], (
        "a letter between others is not touched"
    )
    plan = await node(api, CENTRE, ids["plan"])
    assert (plan["id"], plan["episode"]) == (ids["plan"], None), "the health centre's own plan is not the ward's"
    assert found["patient"]["blocks"]["nodes"] == [{"own": False}], "that there is a block may be known"
    own = await everywhere(api, WARD)
    assert SECRET in str(own), "the ward sees its own"
    denied = [one["patient"] for one in await log(api) if one["act"] == "DENIED"]
    assert denied == [str(uid("patient alva"))] * 2


async def test_a_block_of_another_unit_hides_only_what_that_one_wrote(api: Api) -> None:
    ids = await played(api)
    call = {"calledUnitId": pid("unit", WARD), "spokeWith": "T", "informed": []}
    told = await done(api, "logPhoneCall", CENTRE, episodeId=ids["episode"], text=SECRET, **call)
    state = (
        "query S($id: ID!) { episode(id: $id) { state version availableActions(allowedOnly: true) { event } } }"
    )
    before = await api(state, WARD, id=ids["episode"])

    await blocked(api, CENTRE)

    assert await api(state, WARD, id=ids["episode"]) == before, "the process knows every step as before"
    shown = await everywhere(api, WARD)
    [episode] = shown["patient"]["episodes"]["nodes"]
    assert told["event"]["id"] not in [one["id"] for one in episode["history"]["nodes"]]
    assert await node(api, MUNICIPALITY, ids["plan"]) is None, "the plan that the health centre initiated"
    assert (await node(api, CENTRE, ids["plan"]))["id"] == ids["plan"]
    again = await done(api, "sendGeneralNotice", WARD, episodeId=ids["episode"], text="Ett till.",
                       recipientUnitIds=[pid("unit", CENTRE)])  # fmt: skip
    assert again["episode"]["version"] == before["episode"]["version"] + 1


async def test_a_notice_in_a_blocked_episode_can_be_acknowledged_and_nothing_else_done(api: Api) -> None:
    ids = await played(api)
    await blocked(api)

    result = await done(api, "acknowledgeNotice", CENTRE, noticeId=ids["letter"])

    assert result["episode"] is None
    for field, said in {
        "confirmCanReceive": {"episodeId": ids["episode"], "receivesFrom": later(api, hours=1)},
        "acknowledgeNotice": {"noticeId": ids["said"]},
    }.items():
        refused = await act(api, field, CENTRE, **said)
        missing = await act(api, field, CENTRE, **{name: _missing(value) for name, value in said.items()})
        assert refused == missing
        assert refused["__typename"] == "NotFound"


def _missing(value: str) -> str:
    kind, _, rest = value.rpartition("_")
    return f"{kind}_{uuid.uuid4().hex}" if kind and len(rest) == 32 else value


@pytest.mark.parametrize("scope", ["episode", "plan", "case"])
async def test_a_block_of_one_process_leaves_the_others(api: Api, scope: str) -> None:
    ids = await played(api) | {"case": pid("case", "alva")}
    owner, other = {
        "episode": (WARD, MUNICIPALITY),
        "plan": (CENTRE, MUNICIPALITY),
        "case": (MUNICIPALITY, CENTRE),
    }[scope]
    assert (await node(api, other, ids[scope]))["id"] == ids[scope]

    await blocked(api, owner, scopeId=ids[scope])

    seen = {one for one in ("episode", "plan", "case") if await node(api, other, ids[one])}
    assert seen == {"episode", "plan", "case"} - {scope} - (
        {"case"} if other == CENTRE and scope != "case" else set()
    )
    message = await node(api, CENTRE, ids["message"])
    assert message["words"] == "Kan ni ringa oss i veckan?"
    assert (message["case"] is None) is (scope == "case")
    assert await node(api, owner, ids[scope])


async def test_only_the_own_process_can_be_blocked(api: Api) -> None:
    ids = await played(api)
    for unit, wanted in ((CENTRE, ids["episode"]), (MUNICIPALITY, ids["plan"]), (CENTRE, pid("case", "alva"))):
        refused = await act(api, "setBlock", unit, patientId=ALVA, askedBy="PATIENT", scopeId=wanted)
        assert refused["paths"] == [["input", "scopeId"]]
    refused = await act(api, "setBlock", "linden", patientId=ALVA, askedBy="PATIENT")
    assert refused["paths"] == [["input", "patientId"]]


async def test_a_guardian_cannot_block_and_the_refusal_says_by_what_law(api: Api) -> None:
    query = """mutation B($input: BlockInput!) { setBlock(input: $input, idempotencyKey: "g") {
      ... on RefusedByRoutines { objections { code law { law section } } } } }"""

    said = {"patientId": ALVA, "askedBy": "GUARDIAN"}
    [told] = (await api(query, MUNICIPALITY, input=said))["setBlock"]["objections"]

    assert told == {
        "code": "GUARDIAN_CANNOT_BLOCK",
        "law": {"law": "patientdatalag (2008:355)", "section": "4 kap. 4 §"},
    }
    assert await run(api, "select count(*) from block") == [(0,)]
    block = await blocked(api, MUNICIPALITY)
    assert codes(await act(api, "endBlock", MUNICIPALITY, blockId=block, askedBy="GUARDIAN")) == [
        "GUARDIAN_CANNOT_BLOCK"
    ]


async def test_a_block_ends_by_the_patients_wish_at_its_own_unit_only(api: Api) -> None:
    ids = await played(api)
    block = await blocked(api)
    assert codes(await act(api, "setBlock", WARD, patientId=ALVA, askedBy="PATIENT")) == ["BLOCK_STANDS"]
    others = await act(api, "endBlock", CENTRE, blockId=block, askedBy="PATIENT")
    assert others["paths"] == [["input", "blockId"]]

    ended = await done(api, "endBlock", WARD, blockId=block, askedBy="PATIENT")

    assert ended["block"]["endedAt"]
    assert (await node(api, CENTRE, ids["episode"]))["id"] == ids["episode"]
    assert codes(await act(api, "endBlock", WARD, blockId=block, askedBy="PATIENT")) == ["WRONG_STATE"]
    history = "query H($id: ID!) { node(id: $id) { ... on Block { history { nodes { kind version askedBy } } } } }"
    assert (await api(history, WARD, id=block))["node"]["history"]["nodes"] == [
        {"kind": "SET", "version": 1, "askedBy": "PATIENT"},
        {"kind": "ENDED", "version": 2, "askedBy": "PATIENT"},
    ]
    assert await blocked(api) != block, "and can be set anew"


async def test_whose_data_is_blocked_is_told_to_those_only_for_whom_it_is_lifted(api: Api) -> None:
    await played(api)
    block = await blocked(api)
    query = """query B($id: ID!) { node(id: $id) { ... on Block { own episode { id }
      history { nodes { unit { name } } } liftings { nodes { blockedUnit { name } unit { name } } } } } }"""

    told = [await api(query, unit, id=block) for unit in (CENTRE, MUNICIPALITY)]
    assert "Avdelning" not in str(told)
    assert await api(query, "linden", id=block) == {"node": None}

    said = {"consentForm": "ORAL", "reason": "Undersökning", "until": later(api, hours=2)}
    lifted = await done(api, "liftBlockByConsent", CENTRE, blockId=block, **said)

    assert lifted["access"]["blockedUnit"] == {"name": "Avdelning"}
    assert "Avdelning" not in str(await api(query, MUNICIPALITY, id=block))


CONSENTS = {
    # what is said of the consent: (how long it is lifted, what happens then, how long after it is read)
    "yes": (8, None, 4),
    "expired": (8, None, 9),
    "withdrawn": (8, "WITHDRAWN", 4),
    "ended": (8, "END", 4),
    "none": (None, None, 0),
}


@pytest.mark.parametrize("consent", CONSENTS)
@pytest.mark.parametrize("provider", ["own", "other"])
async def test_a_consent_lifts_a_block_for_one_unit_while_it_lasts(api: Api, provider: str, consent: str) -> None:
    ids = await played(api)
    if provider == "other":
        await another_provider(api, CENTRE)
    block = await blocked(api)
    hours, then, wait = CONSENTS[consent]
    if hours:
        said = {"consentForm": "WRITTEN", "reason": "Vård", "until": later(api, hours=hours)}
        lifted = await done(api, "liftBlockByConsent", WARD, blockId=block, unitId=pid("unit", CENTRE), **said)
        assert (await node(api, CENTRE, ids["episode"]))["id"] == ids["episode"]
        assert await node(api, MUNICIPALITY, ids["episode"]) is None, "for nobody else"
        await _then(api, then, lifted["access"]["id"])
    api.clock.now += dt.timedelta(hours=wait)

    assert (await node(api, CENTRE, ids["episode"]) is not None) is (consent == "yes")


async def _then(api: Api, what: str | None, access: str) -> None:
    if what == "END":
        await done(api, "endCareAccess", WARD, accessId=access)
    elif what:
        await done(api, "recordConsent", MUNICIPALITY, kind="SHARED_RECORDS", scopeId=ALVA, state=what)


async def another_provider(api: Api, unit: str) -> None:
    """Let the unit belong to another care provider."""
    organisation = uuid.uuid4()
    await run(
        api,
        "insert into organisation (id, hsa_id, name, principal, region_code)"
        f" select '{organisation}', 'SE0000000000-P', 'Annan vårdgivare', principal, region_code"
        " from organisation limit 1",
    )
    await run(api, f"update unit set organisation_id = '{organisation}' where id = '{uid(f'unit {unit}')}'")


async def test_what_was_read_beside_something_denied_is_logged_too(api: Api) -> None:
    ids = await played(api)
    await blocked(api)
    begun = len(await log(api))
    query = "query N($id: ID!, $p: PatientKey!) { node(id: $id) { id } patient(by: $p) { givenName } }"

    assert await api(query, CENTRE, id=ids["episode"], p={"id": ALVA}) == {
        "node": None,
        "patient": {"givenName": "Alva"},
    }

    assert [one["act"] for one in (await log(api))[begun:]] == ["DENIED", "READ"]


async def test_what_is_blocked_is_in_no_kit_and_no_count(api: Api) -> None:
    await played(api)
    kit = "query K($id: ID!) { unit(by: {id: $id}) { outageKit { json } } }"
    counted = "query U($id: ID!) { unit(by: {id: $id}) { episodes { nodes { id } pageInfo { hasNextPage } } } }"
    assert "Alva" in str(await api(kit, CENTRE, id=pid("unit", CENTRE)))

    await blocked(api)
    await api(counted, CENTRE, id=pid("unit", CENTRE))

    found = str(await api(kit, CENTRE, id=pid("unit", CENTRE)))
    assert '"episodes":[]' in found.replace(" ", "")
    page = (await api(counted, CENTRE, id=pid("unit", CENTRE)))["unit"]["episodes"]
    assert page == {"nodes": [], "pageInfo": {"hasNextPage": False}}


async def test_a_block_asks_no_more_of_the_database(api: Api, statements: list[str]) -> None:
    await played(api)
    query = (
        "query P($by: PatientKey!) { patient(by: $by) { episodes { nodes { state } } plans { nodes { state } } } }"
    )

    counts = []
    for block in (False, True):
        if block:
            await blocked(api, MUNICIPALITY)
        statements.clear()
        await api(query, CENTRE, by={"id": ALVA})
        counts.append(len(statements))

    assert counts == [2, 2], "the caller, and the patient with the episodes and the plans"


@pytest.mark.parametrize(
    "dialect", [Dialect.SQLITE], ids=str
)  # PostgreSQL holds it back before: test_row_security
async def test_a_unit_that_never_took_part_is_shown_nobody_whatever_a_predicate_says(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = "query P($by: PatientKey!) { patient(by: $by) { givenName } }"
    monkeypatch.setattr(rows.Patient, "visible", classmethod(lambda cls, viewer: EVERY))

    answer = await api.post(query, "linden", by={"id": ALVA})

    assert answer["data"] == {"patient": None}
    assert answer["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert "Alva" not in str(answer)
    assert await log(api) == []
    assert (await api(query, MUNICIPALITY, by={"id": ALVA}))["patient"] == {"givenName": "Alva"}
