"""How the drill speaks to the API: who is logged in, what is asked, and one way to act."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from lifecare_gql.demo import Actor
from lifecare_gql.domain.words import CareType, UnitKind
from lifecare_gql.drill.server import Server
from lifecare_gql.errors import LifecareError

SOURCE = "source { fact document status quote }"
REACH = "name phone { printed } askFor missing"
_ME = """{ viewer { name title unit { id hsaId name kind careType municipality { code } } } }"""
_REFUSED = f"""... on Refusal {{ message }}
  ... on RefusedByRoutines {{ objections {{ code reason remedy {SOURCE} call {{ {REACH} }} }} }}"""
_EPISODE = "... on EpisodeChanged { episode { id state } }"
_PLAN = "... on PlanChanged { plan { id } }"
_OUTAGE = "... on OutageChanged { outage { id } }"
_ACTS = {
    "admitPatient": ("AdmissionInput", _EPISODE),
    "assessNeed": ("NeedAssessmentInput", _EPISODE),
    "sendAdmissionNotice": ("AdmissionNoticeInput", _EPISODE),
    "acknowledgeNotice": ("NoticeActInput", _EPISODE),
    "appointFixedCareContact": ("FixedCareContactInput", _EPISODE),
    "logPhoneCall": ("PhoneCallInput", _EPISODE),
    "sendPlanningBasis": ("PlanningBasisInput", _EPISODE),
    "sendDischargeReady": ("DischargeReadyInput", _EPISODE),
    "sendDischargeNotice": ("DischargeNoticeInput", _EPISODE),
    "informPatient": ("PatientInformationInput", _EPISODE),
    "dischargePatient": ("DischargeInput", _EPISODE),
    "sendOutageForm": ("EpisodeActInput", _EPISODE),
    "identifyPlanNeed": ("PlanNeedInput", _PLAN),
    "callToPlan": ("PlanCallInput", _PLAN),
    "recordConsent": ("ConsentEntryInput", "... on ConsentRecorded { entry { id } }"),
    "acknowledgeMessage": ("MessageActInput", "... on MessageChanged { changed { id } }"),
    "startOutage": ("OutageStartInput", _OUTAGE),
    "endOutage": ("OutageMomentInput", _OUTAGE),
    "closeOutage": ("OutageReasonInput", _OUTAGE),
}
"""What is done in the drill: the type of the input, and what is read of the answer."""


class DrillFailed(LifecareError):
    """The drill did not end as it must; the sentence, in Swedish, says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Somebody at work at a unit, as the API tells it. `municipality` is the code of that it lies in."""

    name: str
    title: str
    unit_id: str
    hsa_id: str
    unit: str
    kind: UnitKind
    care_type: CareType
    municipality: str | None
    token: str

    @property
    def inpatient(self) -> bool:
        """Whether it is a ward."""
        return self.care_type in (CareType.SOMATIC_INPATIENT, CareType.PSYCHIATRIC_INPATIENT)


class Api:
    """Asks the server, as somebody or as nobody."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def seat(self, actor: Actor) -> Seat:
        """Log in, and learn who one is and where one works."""
        token = self._server.token(actor)
        me = (await self._post(_ME, token))["viewer"]
        unit = me["unit"]
        return Seat(
            name=me["name"],
            title=me["title"],
            unit_id=unit["id"],
            hsa_id=unit["hsaId"],
            unit=unit["name"],
            kind=UnitKind[unit["kind"]],
            care_type=CareType[unit["careType"]],
            municipality=unit["municipality"] and unit["municipality"]["code"],
            token=token,
        )

    async def ask(self, query: str, seat: Seat | None = None, **variables: Any) -> Any:
        """The data of an answer without errors."""
        return await self._post(query, seat.token if seat else None, **variables)

    async def act(self, act: str, seat: Seat, **said: Any) -> Any:
        """What became of an act: what it changed, or the `message` and `objections` of why not."""
        form, answer = _ACTS[act]
        text = f"""mutation Do($said: {form}!, $key: String!) {{
          done: {act}(input: $said, idempotencyKey: $key) {{ {answer} {_REFUSED} }} }}"""
        return (await self._post(text, seat.token, said=said, key=str(uuid.uuid4())))["done"]

    async def done(self, act: str, seat: Seat, **said: Any) -> Any:
        """What an act changed; DrillFailed when it is refused."""
        found = await self.act(act, seat, **said)
        if "message" in found:
            why = "; ".join(one["reason"] for one in found.get("objections", ())) or found["message"]
            raise DrillFailed(f"{seat.unit} kunde inte göra {act}: {why}")
        return found

    async def refused(self, act: str, seat: Seat, code: str, **said: Any) -> Any:
        """The objection with the code; DrillFailed when the act is done, or refused without it."""
        found = await self.act(act, seat, **said)
        for one in found.get("objections", ()):
            if one["code"] == code:
                return one
        raise DrillFailed(f"{seat.unit} skulle ha nekats {act} med {code}: {found.get('message', 'det gick')}")

    async def _post(self, query: str, token: str | None, **variables: Any) -> Any:
        answer = await self._server.post(query, token, variables)
        if answer.get("errors"):
            raise DrillFailed("; ".join(one["message"] for one in answer["errors"]))
        return answer["data"]
