"""Whose a record can be, as seen from one unit: its own, others', opened to it for a while, blocked, or nobody's.

Each situation is a patient with a care episode, a notice, a plan, a case and a message, made through the API.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from lifecare_gql.actions.patients import identity_digest
from lifecare_gql.domain.identity import parse_identity
from tests import world
from tests.api import crowd
from tests.api.process import done
from tests.api.questions import RECORDS, Bundle, Question
from tests.api.test_sending import message
from tests.conftest import Api, run
from tests.world import pid, uid

OWN, WARD = "linden", "avdelning"
"""The unit on whose behalf everybody asks, and the ward of its region."""
OTHER_PROVIDER = ("medicin", "sundsvall", "granen")
LONG_AGO = "2026-01-01 00:00:00+00:00"
BEFORE_LOOKING = {"admitPatient", "requestCareAccess"}
"""What is refused, because of the unit's own kind or of what is not said, before anything is looked up."""
JUDGED_AS_AN_ACT = {"reviewMessage"}
"""A query, but what it judges is an act: what was opened to read does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The public ids of a patient's records, and the strings that nobody else must see."""

    ids: Bundle
    secrets: tuple[str, ...] = ()


_TAGS = ("patient", "episode", "episodeevent", "message", "case", "plan")
_NOBODY = {kind: f"{tag}_{uuid.UUID(int=7).hex}" for kind, tag in zip(RECORDS, _TAGS, strict=True)}
MISSING = Record(ids={**_NOBODY, "unit": pid("unit", WARD)})

Then = Callable[[Api, "Situation", Record], Awaitable[None]]


async def _nothing(api: Api, situation: Situation, record: Record) -> None:
    """It stays as it was made."""


async def _opened(api: Api, situation: Situation, record: Record, hours: int = 24) -> Any:
    """The patient consents that the unit reads for a while."""
    until = (api.clock.now + dt.timedelta(hours=hours)).isoformat()
    said = {"purpose": "CARE", "basis": "CONSENT", "consentForm": "WRITTEN", "reason": "påhittat", "until": until}
    return (await done(api, "requestCareAccess", OWN, patient={"id": record.ids["patient"]}, **said))["access"][
        "id"
    ]


async def _ended(api: Api, situation: Situation, record: Record) -> None:
    await done(api, "endCareAccess", OWN, accessId=await _opened(api, situation, record))


async def _expired(api: Api, situation: Situation, record: Record) -> None:
    await _opened(api, situation, record, hours=1)
    api.clock.now += dt.timedelta(hours=2)


async def _blocked(api: Api, situation: Situation, record: Record) -> None:
    """Each unit that documented something sets a block."""
    for unit in (situation.ward, situation.planner):
        await done(api, "setBlock", unit, patientId=record.ids["patient"], askedBy="PATIENT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """Whose the record is: the patient, the ward, and the two units that the admission notice is sent to.

    The first of them opens the case and writes to the second; `planner` says that a plan is needed. `read` and
    `done`: about which of `RECORDS` the own unit can ask, and act.
    """

    patient: str
    ward: str
    units: tuple[str, str]
    planner: str
    then: Then = _nothing
    protection: str | None = None
    read: tuple[str, ...] = ()
    done: tuple[str, ...] = ()

    def seen(self, question: Question) -> bool:
        """Whether the own unit's question is answered otherwise than one about what is not there."""
        acts = question.mutation or question.name in JUDGED_AS_AN_ACT
        return question.about in (self.done if acts else self.read) and question.name not in BEFORE_LOOKING


_OREBRO: dict[str, Any] = {"ward": "psyk", "units": ("nora", "bergslagen"), "planner": "bergslagen"}
_PROVIDER: dict[str, Any] = {"ward": "medicin", "units": ("sundsvall", "granen"), "planner": "granen"}
_OPENED = ("patient", "episode", "notice", "plan")
# Who somebody is, and what was sent to the unit, no block hides.
_KEPT = ("patient", "notice", "message")
SITUATIONS = {
    "own unit": Situation(
        patient="bo", ward=WARD, units=("varberg", OWN), planner=OWN, read=RECORDS, done=RECORDS
    ),
    "other unit": Situation(patient="alva", ward=WARD, units=("varberg", "eken"), planner="eken"),
    "other region": Situation(patient="cecilia", **_OREBRO),
    "protected": Situation(patient="esra", **_OREBRO, protection="PROTECTED_REGISTRATION"),
    "other provider without consent": Situation(patient="disa", **_PROVIDER),
    "other provider with consent": Situation(patient="frej", **_PROVIDER, then=_opened, read=_OPENED),
    "other provider, consent ended": Situation(patient="greta", **_PROVIDER, then=_ended),
    "other provider, consent expired": Situation(patient="hedda", **_PROVIDER, then=_expired),
    "blocked": Situation(
        patient="ivar",
        ward=WARD,
        units=("varberg", OWN),
        planner="varberg",
        then=_blocked,
        read=_KEPT,
        done=_KEPT,
    ),
}
_NEW = [one for one in SITUATIONS.values() if one.patient not in world.PATIENTS]
NUMBERS = {one.patient: number for one, number in zip(_NEW, crowd.numbers(), strict=False)}


async def insert(api: Api, table: str, **row: Any) -> None:
    """A row, behind the application's back."""
    told = ", ".join("true" if one is True else repr(one) for one in row.values())
    await run(api, f"insert into {table} ({', '.join(row)}) values ({told})")


async def register(api: Api, situation: Situation) -> None:
    """A patient in whose care only the first of the units takes part."""
    identity = parse_identity(NUMBERS[situation.patient], dt.date(2026, 11, 23))
    whose = str(uid(f"patient {situation.patient}"))
    await insert(
        api,
        "patient",
        id=whose,
        identifier=identity.value,
        identifier_kind=identity.kind.value,
        identifier_digest=identity_digest(world.SECRET.encode(), identity),
        given_name=situation.patient.capitalize(),
        family_name="Testberg",
        registered_address=world.ADDRESS,
        protection=situation.protection or "NONE",
    )
    unit = str(uid(f"unit {situation.units[0]}"))
    relation = {"patient_id": whose, "unit_id": unit, "kind": "ENROLLED", "since": LONG_AGO}
    await insert(api, "care_relation", id=str(uuid.uuid4()), **relation)


async def made(api: Api, situation: Situation) -> Record:
    """What there is of the patient, made through the API."""
    first, second = situation.units
    ward, patient, planner = situation.ward, situation.patient, situation.planner
    whose, secret = pid("patient", patient), f"hemligt om {patient}"
    identifier = NUMBERS.get(patient) or world.number(patient)
    episode = (await done(api, "admitPatient", ward, patient={"identifier": identifier}))["episode"]["id"]
    await done(api, "assessNeed", ward, episodeId=episode, needed=True)
    to = {"recipientUnitIds": [pid("unit", one) for one in situation.units], "municipalHealthCare": True}
    told = {"expectedDischarge": "2026-11-30", "text": secret}
    notice = (await done(api, "sendAdmissionNotice", ward, episodeId=episode, **to, **told))["event"]["id"]
    plan = (await done(api, "identifyPlanNeed", planner, patientId=whose, episodeId=episode))["plan"]["id"]
    case = (await api.do("openCase:CaseInput", first, patientId=whose, title=secret))["opened"]["id"]
    letter = message("alva", second, patientId=whose, caseId=case, text=secret)
    consent = {"form": "ORAL", "givenAt": "2026-11-23T08:00:00Z"}
    sent = (await api.do("sendMessage:MessageInput", first, **letter, consent=consent))["sent"]["id"]
    found = (whose, episode, notice, sent, case, plan)
    ids = {**dict(zip(RECORDS, found, strict=True)), "unit": pid("unit", WARD)}
    return Record(ids=ids, secrets=(secret, identifier, patient.capitalize()))


async def whole(api: Api) -> dict[str, Record]:
    """Every situation, at one moment."""
    provider = str(uuid.uuid4())
    said = {"name": "Annan vårdgivare", "principal": "REGION", "region_code": "vasternorrland"}
    await insert(api, "organisation", id=provider, hsa_id="SE0000000000-P", **said)
    for unit in OTHER_PROVIDER:
        await run(api, f"update unit set organisation_id = '{provider}' where id = '{uid(f'unit {unit}')}'")
    for one in _NEW:
        await register(api, one)
    records = {}
    for name, situation in SITUATIONS.items():
        records[name] = await made(api, situation)
        await situation.then(api, situation, records[name])
    return records
