"""A care episode played through the API: the steps that most tests begin with."""

from __future__ import annotations

import uuid
from typing import Any

from graphql import get_named_type

from tests.api.questions import SDL
from tests.conftest import REFUSALS, STALE, Api
from tests.world import number, pid

assert SDL.mutation_type is not None
_MUTATIONS = SDL.mutation_type.fields
_EVENT = "event { id version kind at unit { id } text reason spokeWith receipts { nodes { state unit { id } } } }"
_RESULTS = {
    "EpisodeActResult": f"""... on EpisodeChanged {{ replayed warnings {{ code rule }} {_EVENT}
        episode {{ id state version }} }} {STALE}""",
    "PlanActResult": f"""... on PlanChanged {{ replayed warnings {{ code rule }} event {{ id version kind }}
        plan {{ id state version }} }} {STALE}""",
    "OutageActResult": f"... on OutageChanged {{ replayed outage {{ id state version }} }} {STALE}",
    "RoleResult": "... on RoleChanged { replayed grant { id version role } event { kind } }",
    "UnitResult": "... on UnitChanged { replayed unit { id name active } event { kind changed } }",
    "AssignmentResult": "... on AssignmentChanged { replayed assignment { id hsaId } event { kind } }",
    "CareAgreementResult": "... on CareAgreementRegistered { replayed agreement { id kind validTo } }",
    "TrainerResult": "... on TrainerAppointed { replayed trainer { id } }",
    "EndTrainerResult": "... on TrainerEnded { replayed }",
    "TrainingResult": "... on TrainingRecorded { replayed training { id kind length } }",
    "BlockResult": "... on BlockChanged { replayed block { id own endedAt } }",
    "CareAccessResult": """... on CareAccessChanged { replayed access {
        id basis until open blockedUnit { name } } }""",
    "RecordConsentResult": "... on ConsentRecorded { replayed entry { id version state } }",
}

WARD, MUNICIPALITY, CENTRE = "avdelning", "varberg", "eken"


async def act(api: Api, field: str, unit: str, key: str = "", **input: Any) -> Any:
    """The result of a mutation in an episode, to a plan or a consent."""
    mutation = _MUTATIONS[field]
    results = _RESULTS[get_named_type(mutation.type).name]
    text = f"""mutation Do($input: {mutation.args["input"].type}, $key: String!) {{
      {field}(input: $input, idempotencyKey: $key) {{ __typename {results} {REFUSALS} }} }}"""
    return (await api(text, unit, input=input, key=key or str(uuid.uuid4())))[field]


async def done(api: Api, field: str, unit: str, **input: Any) -> Any:
    """The result of a mutation that must be done."""
    result = await act(api, field, unit, **input)
    assert "message" not in result, result
    return result


def codes(result: Any) -> list[str]:
    """The codes of a refusal."""
    return [one["code"] for one in result["objections"]]


async def admitted(api: Api, patient: str = "alva", ward: str = WARD) -> str:
    """The id of an episode whose need is assessed."""
    result = await done(api, "admitPatient", ward, patient={"identifier": number(patient)})
    episode: str = result["episode"]["id"]
    await done(api, "assessNeed", ward, episodeId=episode, needed=True)
    return episode


async def notified(api: Api, *recipients: str, **said: Any) -> tuple[str, str]:
    """The ids of an episode and of its admission notice, which the recipients have acknowledged."""
    episode, units = await admitted(api, **said), recipients or (MUNICIPALITY, CENTRE)
    notice = await notice_of(api, episode, *units)
    for unit in units:
        await done(api, "acknowledgeNotice", unit, noticeId=notice)
    return episode, notice


async def notice_of(api: Api, episode: str, *recipients: str, **said: Any) -> str:
    """The id of an admission notice to the recipients."""
    ids = [pid("unit", name) for name in recipients]
    told = {"expectedDischarge": "2026-11-30", "municipalHealthCare": True, **said}
    result = await done(api, "sendAdmissionNotice", WARD, episodeId=episode, recipientUnitIds=ids, **told)
    notice: str = result["event"]["id"]
    return notice


async def ready(api: Api, *recipients: str) -> str:
    """The id of an episode whose patient is discharge-ready, the fixed care contact appointed."""
    episode, _ = await notified(api, *recipients)
    if CENTRE in (recipients or (CENTRE,)):
        await done(api, "appointFixedCareContact", CENTRE, episodeId=episode, named="Distriktssköterska Test")
    await done(api, "sendDischargeReady", WARD, episodeId=episode)
    return episode


async def called(api: Api, episode: str) -> str:
    """The id of a plan to whose meeting the health centre has called, the patient consenting."""
    need = await done(api, "identifyPlanNeed", CENTRE, patientId=pid("patient", "alva"), episodeId=episode)
    plan: str = need["plan"]["id"]
    await done(api, "recordConsent", CENTRE, kind="PLAN", scopeId=plan, state="GIVEN", form="ORAL")
    await done(api, "callToPlan", CENTRE, planId=plan, **call(MUNICIPALITY))
    return plan


def call(*recipients: str) -> dict[str, Any]:
    """The input of a call to a meeting two days after the tests' clock."""
    meeting = {"startsAt": "2026-11-25T10:00:00+01:00", "endsAt": "2026-11-25T11:00:00+01:00", "form": "VIDEO"}
    return {"recipientUnitIds": [pid("unit", name) for name in recipients], "meeting": meeting}


def content(**said: Any) -> dict[str, Any]:
    """A plan with all four legal items."""
    intervention = {"what": "Omläggning", "principal": "MUNICIPALITY", "unitId": pid("unit", MUNICIPALITY)}
    whole = {
        "interventions": [intervention],
        "measuresByOthers": "Inga",
        "mainResponsibility": "REGION",
        "goals": [{"text": "Gå själv", "inOwnWords": True}],
    }
    return whole | said
