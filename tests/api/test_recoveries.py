"""After an outage, through the API and on both databases: what is left, who does it, and the report."""

from __future__ import annotations

import datetime as dt
from typing import Any

from tests.api.process import act, admitted, codes, done
from tests.api.test_episodes import tick
from tests.api.test_life import act as on_message
from tests.api.test_life import sent
from tests.api.test_outages import down
from tests.conftest import Api
from tests.world import number, pid

WARD, TOWN, CENTRE = "medicin", "sundsvall", "granen"
WORKLIST = """query W($id: ID!) { outage(id: $id) { state recoveryLeft { unit { name } left } recoveryWorklist {
  kind patients since agreedOn demandedBy { fact quote section status }
  patient { id } episode { id state } notice { id notice } message { id } } } }"""
REPORT = """query R($id: ID!) { outage(id: $id) { state report { minutes outageClass leftBecause
  counts { municipality kind done left } } } }"""


async def worklist(api: Api, outage: str, unit: str) -> Any:
    return (await api(WORKLIST, unit, id=outage))["outage"]["recoveryWorklist"]


async def planned(api: Api, patient: str = "alva") -> str:
    """The id of an episode at the ward whose units have acknowledged the admission notice."""
    episode = await admitted(api, patient, WARD)
    notice = await noticed(api, episode)
    for unit in (TOWN, CENTRE):
        await done(api, "acknowledgeNotice", unit, noticeId=notice)
    return episode


async def noticed(api: Api, episode: str, **said: Any) -> str:
    """The id of an admission notice to the municipality and the health centre."""
    told = {"expectedDischarge": "2026-11-30", "municipalHealthCare": True, "episodeId": episode, **said}
    units = [pid("unit", TOWN), pid("unit", CENTRE)]
    sent = await done(api, "sendAdmissionNotice", WARD, recipientUnitIds=units, **told)
    notice: str = sent["event"]["id"]
    return notice


async def over(api: Api, hours: int = 2, **said: Any) -> str:
    """The id of an outage that began now and was over after some hours."""
    outage = await down(api, TOWN, **said)
    api.clock.now += dt.timedelta(hours=hours)
    await done(api, "endOutage", TOWN, outageId=outage)
    tick(api)
    return outage


def kinds(tasks: Any) -> list[str]:
    return sorted(one["kind"] for one in tasks)


IN_IT = "2026-11-23T11:00:00+01:00"


async def test_who_was_admitted_in_it_is_registered_and_the_others_acknowledge(api: Api) -> None:
    outage = await over(api)
    assert await worklist(api, outage, WARD) == []

    as_of = {"outageId": outage, "occurredAt": IN_IT}
    entered = await done(api, "admitPatient", WARD, patient={"identifier": number("alva")}, **as_of)
    episode = entered["episode"]["id"]
    await done(api, "assessNeed", WARD, episodeId=episode, needed=True)
    tasks = await worklist(api, outage, WARD)
    assert kinds(tasks) == ["REGISTER_ADMISSION_NOTICE", "REGISTER_PATIENT_INFORMATION"]
    assert {one["patients"] for one in tasks} == {"ADMITTED"}
    assert [one["fact"] for one in tasks[0]["demandedBy"]] == ["V29", "V30"]

    await noticed(api, episode, **as_of)
    await done(api, "informPatient", WARD, episodeId=episode, text="Påhittat.", **as_of)
    assert await worklist(api, outage, WARD) == []
    assert kinds(await worklist(api, outage, TOWN)) == ["ACKNOWLEDGE"]
    assert kinds(await worklist(api, outage, CENTRE)) == ["ACKNOWLEDGE", "CONFIRM_FIXED_CARE_CONTACT"]


async def test_who_left_in_it_is_registered_and_what_V31_forbids_is_refused(api: Api) -> None:
    episode = await planned(api)
    tick(api)
    outage = await down(api, TOWN)
    told = {"informed": ["DISCHARGE_NOTICE"], "dischargedAt": IN_IT, "spokeWith": "Test Testsson", "onPaper": True}
    api.clock.now += dt.timedelta(hours=1)
    for unit in (TOWN, CENTRE):
        await done(api, "logPhoneCall", WARD, episodeId=episode, calledUnitId=pid("unit", unit), **told)
    api.clock.now += dt.timedelta(hours=1)
    await done(api, "endOutage", TOWN, outageId=outage)
    tick(api)
    wanted = ["REGISTER_DISCHARGED", "REGISTER_DISCHARGE_NOTICE", "SEND_FORM", "SEND_PATIENT_INFORMATION_HOME"]
    assert kinds(await worklist(api, outage, WARD)) == wanted

    as_of = {"episodeId": episode, "outageId": outage, "occurredAt": IN_IT}
    refused = await act(api, "sendDischargeReady", WARD, **as_of)
    assert codes(refused) == ["NOT_TO_BE_BACKFILLED"]
    assert refused["objections"][0]["source"]["fact"] == "V31"
    late = await act(api, "dischargePatient", WARD, **{**as_of, "occurredAt": "2026-11-23T09:59:00+01:00"})
    assert codes(late) == ["OUTSIDE_OUTAGE"]

    left = await done(api, "dischargePatient", WARD, **as_of)
    assert left["episode"]["state"] == "DISCHARGED"
    assert [one["code"] for one in left["warnings"]] == ["MISSING_FIXED_CARE_CONTACT"]
    await done(api, "sendDischargeNotice", WARD, **as_of, text="Påhittat.")
    await done(api, "informPatient", TOWN, **as_of, text="Påhittat.")
    assert kinds(await worklist(api, outage, WARD)) == ["SEND_FORM"]
    await done(api, "sendOutageForm", WARD, episodeId=episode)
    assert await worklist(api, outage, WARD) == []

    refused = await act(api, "closeOutage", TOWN, outageId=outage)
    assert codes(refused) == ["RECOVERY_REMAINS"]
    await done(api, "closeOutage", TOWN, outageId=outage, reason="Påhittad orsak.")
    report = (await api(REPORT, TOWN, id=outage))["outage"]["report"]
    assert (report["minutes"], report["outageClass"], report["leftBecause"]) == (120, "SHORT", "Påhittad orsak.")
    counts = {one["kind"]: (one["done"], one["left"]) for one in report["counts"]}
    assert counts == {
        "REGISTER_DISCHARGE_NOTICE": (1, 0),
        "REGISTER_DISCHARGED": (1, 0),
        "SEND_PATIENT_INFORMATION_HOME": (3, 0),
        "ACKNOWLEDGE": (0, 2),
        "CONFIRM_FIXED_CARE_CONTACT": (0, 1),
        "SEND_FORM": (1, 0),
    }


async def test_a_message_that_was_taken_back_waits_for_nobody(api: Api) -> None:
    await planned(api)
    before, later = [await sent(api, TOWN, CENTRE, caseId=None) for _ in range(2)]
    await on_message(api, "retractMessage", TOWN, before, 1, reason="Påhittad orsak.")
    tick(api)
    outage = await over(api)
    [waits] = await worklist(api, outage, CENTRE)
    assert waits["message"]["id"] == later

    await on_message(api, "retractMessage", TOWN, later, 1, reason="Påhittad orsak.")

    assert await worklist(api, outage, CENTRE) == []
    await done(api, "closeOutage", TOWN, outageId=outage)
    [count] = (await api(REPORT, TOWN, id=outage))["outage"]["report"]["counts"]
    assert (count["kind"], count["done"], count["left"]) == ("ACKNOWLEDGE", 1, 0)
