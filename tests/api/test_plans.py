"""Plans (SIP) through the API, on both databases: consent, the call, documents, limits."""

from __future__ import annotations

import uuid

import pytest

from tests.api.process import CENTRE, MUNICIPALITY, WARD, act, call, called, codes, content, done, ready
from tests.api.test_episodes import episode
from tests.conftest import Api
from tests.world import pid


async def test_the_plan_is_printed_and_the_meeting_goes_into_a_calendar(api: Api) -> None:
    found = await ready(api)
    plan = await called(api, found)
    stranger = content(interventions=[{"what": "x", "principal": "REGION", "unitId": f"unit_{uuid.uuid4().hex}"}])
    missing = await act(api, "establishPlan", CENTRE, planId=plan, content=stranger)
    assert missing["paths"] == [["input", "content", "interventions", "0", "unitId"]]
    bare = content(measuresByOthers="", mainResponsibility=None)
    assert codes(await act(api, "establishPlan", CENTRE, planId=plan, content=bare)) == ["MISSING_PLAN_ITEM"] * 2
    await done(api, "establishPlan", CENTRE, planId=plan, content=content(), followUpOn="2026-12-14")
    await done(api, "offerPlanCopy", CENTRE, planId=plan, accepted=True)
    said = {"text": "Påhittat: du har fått vätska.", "medicines": "Påhittat läkemedel", "whatNext": "Vila."}
    await done(api, "answerAdmissionNotice", MUNICIPALITY, episodeId=found, text="Påhittat: hjälp varje morgon.")
    await done(api, "informPatient", WARD, episodeId=found, **said, sections=[{"heading": "Mat", "text": "Ät."}])

    query = """query D($plan: ID!, $episode: ID!) {
      plan(id: $plan) { document { title html } invitation { filename mediaType text } copyAccepted followUpOn
        content { interventions { what unitId } } }
      episode(id: $episode) { patientInformation { title html } } }"""
    printed = await api(query, CENTRE, plan=plan, episode=found)

    page = printed["plan"]["document"]["html"]
    for told in ("Alva Testberg", "19900101-2385", "Omläggning", "Varberg", "Gå själv", "muntligt"):
        assert told in page
    text = printed["plan"]["invitation"]["text"]
    assert "DTSTART;TZID=Europe/Stockholm:20261125T100000" in text
    assert not any(told in text for told in ("Alva", "Testberg", "19900101", "2385"))
    assert printed["plan"]["content"]["interventions"] == [
        {"what": "Omläggning", "unitId": pid("unit", MUNICIPALITY)}
    ]
    information = printed["episode"]["patientInformation"]["html"]
    for told in (
        "du har fått vätska",
        "Påhittat läkemedel",
        "hjälp varje morgon",
        "Distriktssköterska Test",
        "Mat",
    ):
        assert told in information


async def test_a_withdrawn_consent_stops_the_plan_and_stays_in_the_history(api: Api) -> None:
    found = await ready(api)
    plan = await called(api, found)
    said = {"kind": "PLAN", "scopeId": plan}

    assert codes(await act(api, "recordConsent", CENTRE, **said, state="GIVEN", form="ORAL")) == ["WRONG_STATE"]
    await done(api, "recordConsent", CENTRE, **said, state="WITHDRAWN", reason="Påhittad orsak.")
    assert codes(await act(api, "establishPlan", CENTRE, planId=plan, content=content())) == ["CONSENT_REQUIRED"]
    both = await act(api, "recordConsent", CENTRE, **said, state="NOT_ABLE", saidAt="2027-01-01T00:00:00+01:00")
    assert codes(both) == ["MOMENT_IN_FUTURE", "REASON_REQUIRED"]

    query = "query P($id: ID!) { plan(id: $id) { consents { nodes { version state form reason } } } }"
    entries = (await api(query, MUNICIPALITY, id=plan))["plan"]["consents"]["nodes"]
    assert [(one["version"], one["state"]) for one in entries] == [(1, "GIVEN"), (2, "WITHDRAWN")]
    hidden = await act(api, "recordConsent", "linden", **said, state="ASKED")
    assert hidden["paths"] == [["input", "scopeId"]]


async def test_the_call_stands_in_both_records_or_in_neither(api: Api) -> None:
    found = await ready(api)
    need = await done(api, "identifyPlanNeed", MUNICIPALITY, patientId=pid("patient", "alva"), episodeId=found)
    plan = need["plan"]["id"]
    await done(api, "recordConsent", MUNICIPALITY, kind="PLAN", scopeId=plan, state="GIVEN", form="WRITTEN")

    wrong = await act(api, "callToPlan", MUNICIPALITY, planId=plan, **call(CENTRE))
    assert {"NOT_FIXED_CARE_CONTACT", "WRONG_ROLE"} & set(codes(wrong))
    kinds = "version history(kinds: [SIP_CALLED]) { nodes { kind unit { id } } }"
    before = await episode(api, WARD, found, kinds)
    await done(api, "callToPlan", CENTRE, planId=plan, **call(MUNICIPALITY))
    after = await episode(api, WARD, found, kinds)
    await done(api, "callToPlan", CENTRE, planId=plan, **call(MUNICIPALITY))

    assert (before["history"]["nodes"], after["version"]) == ([], before["version"] + 1)
    assert [one["unit"]["id"] for one in after["history"]["nodes"]] == [pid("unit", CENTRE)]
    assert await episode(api, WARD, found, kinds) == after


@pytest.mark.parametrize("field", ["interventions", "goals", "present", "patientsView"])
async def test_a_plan_has_limits_that_say_themselves(api: Api, field: str) -> None:
    plan = await called(api, await ready(api))
    many = {
        "interventions": [{"what": "x", "principal": "REGION"}] * 51,
        "goals": [{"text": "x" * 10_001}],
        "present": ["x"] * 51,
        "patientsView": "x" * 10_001,
    }
    text = """mutation D($i: PlanContentActInput!) { draftPlan(input: $i, idempotencyKey: "k") { __typename } }"""
    answer = await api.post(text, CENTRE, i={"planId": plan, "content": content(**{field: many[field]})})
    [error] = answer["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "at most" in error["message"]
