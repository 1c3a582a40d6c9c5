"""How the journey speaks to the API: who logs in, what is asked, and one form for everything that is done."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import httpx2

Login: TypeAlias = Mapping[str, str]
"""Somebody to log in as, as GET /dev/actors tells it."""
Tokens: TypeAlias = Callable[[Login], Awaitable[str]]
"""Gets a token for a login."""

REACH = "name phone { printed } askFor missing"
LAW = "law { law section says }"
SOURCE = "source { fact document version status date quote }"
SUPPLEMENT = "supplement { statement { key quote } source { title address } }"
OBJECTION = f"code reason remedy rule {LAW} {SOURCE} {SUPPLEMENT} call {{ {REACH} }}"
_DONE = f"warnings {{ {OBJECTION} }}"
_REFUSED = f"... on Refusal {{ message }} ... on RefusedByRoutines {{ objections {{ {OBJECTION} }} }}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How an act is written: the type of its input, what it is done to, and what is read of the answer."""

    input: str
    to: str | None
    answer: str


def _episode(input: str, to: str | None = "episodeId") -> Form:
    answer = f"... on EpisodeChanged {{ {_DONE} event {{ id at }} episode {{ id state }} }}"
    return Form(input=input, to=to, answer=answer)


def _plan(input: str, to: str | None = "planId") -> Form:
    return Form(
        input=input, to=to, answer=f"... on PlanChanged {{ {_DONE} event {{ id at }} plan {{ id state }} }}"
    )


FORMS: dict[str, Form] = {
    "requestCare": _episode("CareRequestInput", to=None),
    "admitPatient": _episode("AdmissionInput", to=None),
    "assessNeed": _episode("NeedAssessmentInput"),
    "sendAdmissionNotice": _episode("AdmissionNoticeInput"),
    "acknowledgeNotice": _episode("NoticeActInput", to=None),
    "forwardNotice": _episode("ForwardInput", to=None),
    "answerAdmissionNotice": _episode("EpisodeTextInput"),
    "appointFixedCareContact": _episode("FixedCareContactInput"),
    "sendPlanningBasis": _episode("PlanningBasisInput"),
    "answerPlanningBasis": _episode("EpisodeTextInput"),
    "changeExpectedDischarge": _episode("ExpectedDischargeInput"),
    "logPhoneCall": _episode("PhoneCallInput"),
    "sendDischargeReady": _episode("DischargeReadyInput"),
    "withdrawDischargeReady": _episode("EpisodeReasonInput"),
    "markReadyForHome": _episode("ReadyForHomeInput"),
    "confirmCanReceive": _episode("CanReceiveInput"),
    "sendDischargeNotice": _episode("DischargeNoticeInput"),
    "informPatient": _episode("PatientInformationInput"),
    "dischargePatient": _episode("DischargeInput"),
    "closeEpisode": _episode("EpisodeActInput"),
    "abortEpisode": _episode("EpisodeReasonInput"),
    "identifyPlanNeed": _plan("PlanNeedInput", to="episodeId"),
    "callToPlan": _plan("PlanCallInput"),
    "answerPlanCall": _plan("PlanCallAnswerInput"),
    "establishPlan": _plan("PlanContentActInput"),
    "offerPlanCopy": _plan("PlanCopyInput"),
    "followUpPlan": _plan("PlanFollowUpInput"),
    "revisePlan": _plan("PlanContentActInput"),
    "closePlan": _plan("PlanClosingInput"),
    "recordConsent": Form(
        input="ConsentEntryInput", to=None, answer="... on ConsentRecorded { entry { id at: recordedAt } }"
    ),
}
"""Everything that is done on the way."""


class Astray(Exception):
    """The journey cannot go on; the sentence says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Somebody at work at a unit, with the token to speak with."""

    name: str
    title: str
    unit_id: str
    unit: str
    token: str


class Api:
    """Asks the server, as somebody or as nobody. Whatever the schema forbids is an `Astray`."""

    def __init__(self, http: httpx2.AsyncClient, tokens: Tokens | None = None) -> None:
        self._http = http
        self._tokens = tokens or self._development_token

    async def logins(self, region: str) -> list[Login]:
        """Everybody of the region's demo that one can log in as."""
        answer = await self._http.get("/dev/actors")
        if answer.status_code != 200:
            raise Astray("Servern har inga demoinloggningar. Starta en utvecklingsserver med `make serve`.")
        return [one for one in answer.json() if one["region"] == region]

    async def seat(self, login: Login) -> Seat:
        """Log in, and learn from the API who one is and where one works."""
        token = await self._tokens(login)
        me = (await self._post("{ viewer { name title unit { id name } } }", token))["viewer"]
        return Seat(
            name=me["name"], title=me["title"], unit_id=me["unit"]["id"], unit=me["unit"]["name"], token=token
        )

    async def ask(self, query: str, seat: Seat | None = None, **variables: Any) -> Any:
        """The data of an answer without errors."""
        return await self._post(query, seat.token if seat else None, **variables)

    async def act(self, act: str, seat: Seat, said: Mapping[str, Any]) -> Any:
        """What became of an act: what it changed, or why not."""
        form = FORMS[act]
        text = f"""mutation Do($said: {form.input}!, $key: String!) {{
          done: {act}(input: $said, idempotencyKey: $key) {{ {form.answer} {_REFUSED} }} }}"""
        return (await self._post(text, seat.token, said=said, key=str(uuid.uuid4())))["done"]

    async def _development_token(self, login: Login) -> str:
        answer = await self._http.post("/dev/token", json={"actor": login["id"]})
        token: str = answer.json()["token"]
        return token

    async def _post(self, query: str, token: str | None, **variables: Any) -> Any:
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answer = await self._http.post("/graphql", json={"query": query, "variables": variables}, headers=headers)
        told = answer.json()
        if told.get("errors"):
            raise Astray("; ".join(one["message"] for one in told["errors"]))
        return told["data"]
