"""Outages through the API, on both databases: what is refused while one lasts, where, and in whose words."""

from __future__ import annotations

import asyncio
import datetime as dt
import uuid
from typing import Any

from tests.api.process import CENTRE, WARD, act, admitted, codes, done, notice_of
from tests.api.test_episodes import tick
from tests.api.test_sending import message
from tests.conftest import Api
from tests.world import pid

STATES = "{ regions { code outageState } }"
OUTAGES = """query O($region: String!) { outages(region: $region) { nodes {
  state startedAt endedAt outageClass region { code } availableActions { event allowed }
  history { nodes { kind occurredAt reason unit { name } } } } } }"""


async def outages(api: Api, region: str, unit: str = "sundsvall") -> Any:
    return (await api(OUTAGES, unit, region=region))["outages"]["nodes"]


async def down(api: Api, unit: str = "sundsvall", **said: Any) -> str:
    """The id of an outage of the unit's region that has begun."""
    result = await done(api, "startOutage", unit, **said)
    outage: str = result["outage"]["id"]
    return outage


async def test_while_it_lasts_acts_are_refused_in_the_regions_own_words(api: Api) -> None:
    episode = await admitted(api)
    notice = await notice_of(api, episode, "sundsvall", CENTRE)
    await down(api)

    refused = await act(api, "acknowledgeNotice", "sundsvall", noticeId=notice)

    assert codes(refused) == ["OUTAGE_ACTIVE"]
    [objection] = refused["objections"]
    assert (objection["region"], objection["source"]["fact"]) == ("vasternorrland", "V10")
    assert objection["source"]["status"] == "EJ BESLUTAD"
    assert objection["reason"] == "Driftstopp i Region Västernorrland sedan 2026-11-23 10:00."
    assert {one["name"] for one in objection["call"]} == {"Avdelning", "Eken"}
    seen = await api("query E($id: ID!) { episode(id: $id) { state version } }", "sundsvall", id=episode)
    assert seen["episode"] == {"state": "NOTIFIED", "version": 3}


async def test_calls_are_noted_and_no_other_region_is_touched(api: Api) -> None:
    episode = await admitted(api)
    notice = await notice_of(api, episode, "sundsvall", CENTRE)
    await down(api)
    told = {"calledUnitId": pid("unit", WARD), "spokeWith": "Test Testsson", "informed": ["ADMISSION_NOTICE"]}

    await done(api, "logPhoneCall", "sundsvall", episodeId=episode, **told)
    await done(api, "acknowledgeNotice", CENTRE, noticeId=notice)

    states = {one["code"]: one["outageState"] for one in (await api(STATES))["regions"]}
    assert states == {"halland": "NORMAL", "orebro": "NORMAL", "stockholm": "NORMAL", "vasternorrland": "ACTIVE"}


async def test_messages_plans_and_consents_wait_too(api: Api) -> None:
    sent = await api.do("sendMessage:MessageInput", "varberg", **message("alva", CENTRE))
    found = sent["sent"]["id"]
    await down(api, "varberg")

    again = await api.do("sendMessage:MessageInput", "varberg", **message("alva", CENTRE))
    reply = await api.do("acknowledgeMessage:MessageActInput", CENTRE, messageId=found, expectedVersion=1)
    need = await act(api, "identifyPlanNeed", "varberg", patientId=pid("patient", "alva"))
    said = {"kind": "SHARED_RECORDS", "scopeId": pid("patient", "alva"), "state": "ASKED"}
    consent = await act(api, "recordConsent", "varberg", **said)

    for refused in (again, reply, need, consent):
        assert codes(refused) == ["OUTAGE_ACTIVE"]
        assert refused["objections"][0]["remedy"].startswith(
            "Ring de berörda och notera samtalet. Ingen avbrottsrutin"
        )


async def test_its_life_is_kept_event_by_event(api: Api) -> None:
    outage = await down(api, occurredAt="2026-11-23T07:30:00+01:00", text="Påhittat: nätverksfel.")
    api.clock.now += dt.timedelta(hours=1)
    [lasts] = await outages(api, "vasternorrland")
    assert (lasts["state"], lasts["outageClass"]) == ("ACTIVE", "LONG")
    assert codes(await act(api, "startOutage", "sundsvall")) == ["OUTAGE_OVERLAPS"]

    wrong = await act(api, "endOutage", "sundsvall", outageId=outage, occurredAt="2026-11-23T07:00:00+01:00")
    assert codes(wrong) == ["OUTAGE_INTERVAL_WRONG"]
    await done(api, "endOutage", "sundsvall", outageId=outage)
    tick(api)
    moved = {"outageId": outage, "occurredAt": "2026-11-23T09:00:00+01:00"}
    assert codes(await act(api, "correctOutageStart", "sundsvall", **moved)) == ["REASON_REQUIRED"]
    await done(api, "correctOutageStart", "sundsvall", **moved, reason="Påhittad orsak.")

    [over] = await outages(api, "vasternorrland")
    assert (over["state"], over["outageClass"], over["startedAt"]) == ("RECOVERY", "SHORT", "2026-11-23T08:00:00Z")
    kinds = [one["kind"] for one in over["history"]["nodes"]]
    assert kinds == ["STARTED", "ENDED", "START_CORRECTED"]
    states = {one["code"]: one["outageState"] for one in (await api(STATES))["regions"]}
    assert states["vasternorrland"] == "RECOVERY"


async def test_a_planned_one_hinders_nobody_and_can_be_called_off(api: Api) -> None:
    window = {"plannedFrom": "2026-11-24T22:00:00+01:00", "plannedTo": "2026-11-25T02:00:00+01:00"}
    planned = await done(api, "planOutage", "varberg", **window, text="Påhittat: uppgradering.")
    outage = planned["outage"]["id"]

    sent = await api.do("sendMessage:MessageInput", "varberg", **message("alva", CENTRE))
    assert sent["__typename"] == "MessageSent"
    foreign = await act(api, "cancelOutage", "sundsvall", outageId=outage, reason="Påhittad orsak.")
    assert codes(foreign) == ["NOT_PARTY"]
    stale = await act(api, "cancelOutage", "varberg", outageId=outage, reason="Påhittad.", expectedVersion=7)
    assert stale["__typename"] == "StaleVersion"
    await done(api, "cancelOutage", "varberg", outageId=outage, reason="Påhittad orsak.")
    assert [one["state"] for one in await outages(api, "halland")] == ["CANCELLED"]


async def test_two_who_tell_of_the_same_outage_make_one(api: Api) -> None:
    told = await asyncio.gather(*(act(api, "startOutage", "varberg", key=str(uuid.uuid4())) for _ in range(6)))

    assert sorted(one["__typename"] for one in told) == ["OutageChanged"] + ["RefusedByRoutines"] * 5
    assert len(await outages(api, "halland")) == 1


async def test_somebody_unknown_tells_of_nothing(api: Api) -> None:
    text = """mutation M { startOutage(input: {}, idempotencyKey: "k") { __typename } }"""
    answer = await api.post(text)
    assert answer["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
