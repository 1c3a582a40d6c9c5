"""Who may reach what: roles x operations x whose the record is x transport. Denied is the same as missing.

Every operation that can name a record of a patient is generated from the schema (`questions`). What is denied is
compared with the answer about a record that does not exist, is searched for the hidden patient's strings, and must
leave the record as it was.
"""

from __future__ import annotations

import datetime as dt
import json
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from lifecare_gql.actions.patients import identity_digest
from lifecare_gql.app import create_app
from lifecare_gql.domain.access_words import Role
from lifecare_gql.domain.identity import parse_identity
from lifecare_gql.regions import Regions
from lifecare_gql.settings import Settings
from lifecare_gql.storage.url import Dialect, parse_url
from lifecare_gql.web.tokens import DevelopmentIssuer
from tests import world
from tests.api.process import done
from tests.api.questions import RECORDS, Bundle, Question, questions
from tests.api.test_sending import message
from tests.conftest import Api, Clock, run
from tests.web.issuer import Socket, client
from tests.world import pid, staff_of, uid

Ask = Callable[[Question, dict[str, Any]], Awaitable[Any]]
OWN, WARD = "linden", "avdelning"
"""The unit on whose behalf everybody asks, and the ward of its region."""
GRANTED = (
    Role.LOCAL_PERMISSION_ADMINISTRATOR,
    Role.SUPER_USER,
    Role.ADMINISTRATION_LEAD,
    Role.OBJECT_SPECIALIST,
    Role.SYSTEM_ADMINISTRATOR,
    Role.AUDITOR,
)
ROLES = ("licensed", "unlicensed", *(role.value for role in GRANTED))
EVERYBODY = (*ROLES, "nobody")
SITUATIONS = {
    # whose the record is: the patient, the ward, and the units that the admission notice is sent to
    "own unit": ("bo", "avdelning", ("varberg", OWN)),
    "other unit": ("alva", "avdelning", ("varberg", "eken")),
    "other region": ("cecilia", "psyk", ("nora", "bergslagen")),
    "protected": ("esra", "psyk", ("nora", "bergslagen")),
}
ESRA = "198002022385"
BEFORE_LOOKING = {"admitPatient", "requestCareAccess"}
"""What is refused, because of the unit's own kind or of what is not said, before anything is looked up."""
LEAVES = "markNoticeMisdirected"
"""By this the unit says that it has no part in the care: what comes after finds nothing."""
NOT_THE_RECORD = ("idempotency_key", "access_log", "schema_migration", "sqlite_sequence")


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The public ids of a patient's records, and the strings that nobody else must see."""

    ids: Bundle
    secrets: tuple[str, ...] = ()


_TAGS = ("patient", "episode", "episodeevent", "message", "case", "plan")
_NOBODY = {kind: f"{tag}_{uuid.UUID(int=7).hex}" for kind, tag in zip(RECORDS, _TAGS, strict=True)}
MISSING = Record(ids={**_NOBODY, "unit": pid("unit", WARD)})


async def insert(api: Api, table: str, **row: Any) -> None:
    """A row, behind the application's back."""
    told = ", ".join("true" if one is True else repr(one) for one in row.values())
    await run(api, f"insert into {table} ({', '.join(row)}) values ({told})")


async def register(api: Api) -> None:
    """A patient with a protected identity, in whose care only units of another region take part."""
    identity = parse_identity(ESRA, dt.date(2026, 11, 23))
    whose = str(uid("patient esra"))
    await insert(
        api,
        "patient",
        id=whose,
        identifier=ESRA,
        identifier_kind=identity.kind.value,
        identifier_digest=identity_digest(world.SECRET.encode(), identity),
        given_name="Esra",
        family_name="Testberg",
        protection="PROTECTED_REGISTRATION",
    )
    relation = {"patient_id": whose, "unit_id": str(uid("unit nora")), "kind": "ENROLLED", "since": _LONG_AGO}
    await insert(api, "care_relation", id=str(uuid.uuid4()), **relation)


_LONG_AGO = "2026-01-01 00:00:00+00:00"


async def made(api: Api, patient: str, ward: str, units: tuple[str, ...]) -> Record:
    """A care episode, a notice, a plan, a case and a message of the patient, made through the API."""
    first, second = units
    whose, secret = pid("patient", patient), f"hemligt om {patient}"
    identifier = ESRA if patient == "esra" else world.number(patient)
    episode = (await done(api, "admitPatient", ward, patient={"identifier": identifier}))["episode"]["id"]
    await done(api, "assessNeed", ward, episodeId=episode, needed=True)
    to = {"recipientUnitIds": [pid("unit", one) for one in units], "municipalHealthCare": True}
    told = {"expectedDischarge": "2026-11-30", "text": secret}
    notice = (await done(api, "sendAdmissionNotice", ward, episodeId=episode, **to, **told))["event"]["id"]
    plan = (await done(api, "identifyPlanNeed", second, patientId=whose, episodeId=episode))["plan"]["id"]
    case = (await api.do("openCase:CaseInput", first, patientId=whose, title=secret))["opened"]["id"]
    letter = message("alva", second, patientId=whose, caseId=case, text=secret)
    consent = {"form": "ORAL", "givenAt": "2026-11-23T08:00:00Z"}
    sent = (await api.do("sendMessage:MessageInput", first, **letter, consent=consent))["sent"]["id"]
    found = (whose, episode, notice, sent, case, plan)
    ids = {**dict(zip(RECORDS, found, strict=True)), "unit": pid("unit", WARD)}
    return Record(ids=ids, secrets=(secret, identifier, patient.capitalize()))


async def staffed(api: Api) -> dict[str, tuple[str, str]]:
    """Somebody at the own unit in each role: the HSA-ids of the person and of the assignment."""
    found = {"licensed": staff_of(OWN), "unlicensed": staff_of(OWN, licensed=False)}
    for at, role in enumerate(GRANTED):
        person, assignment = str(uuid.uuid4()), str(uuid.uuid4())
        found[role.value] = (f"SE0000000000-R{at}", f"SE0000000000-B{at}")
        names = {"given_name": "Roll", "family_name": "Testsson"}
        await insert(api, "staff", id=person, hsa_id=found[role.value][0], **names)
        works = {"staff_id": person, "unit_id": str(uid(f"unit {OWN}")), "title": "roll", "licensed": True}
        await insert(api, "assignment", id=assignment, hsa_id=found[role.value][1], since=_LONG_AGO, **works)
        has = {"assignment_id": assignment, "role": role.value, "region_code": "halland", "version": 1}
        await insert(api, "role_grant", id=str(uuid.uuid4()), since=_LONG_AGO, **has)
    return found


class Matrix:
    """Counts the cells, and holds the answers about what is hidden against those about what is not there."""

    def __init__(self, records: dict[str, Record]) -> None:
        self.records = records
        self.cells = 0
        self.wrong: list[str] = []

    async def ask(self, ask: Ask, question: Question, who: str) -> None:
        """One operation about everybody's record, on behalf of the own unit or of nobody."""
        missing = self._plain(await ask(question, MISSING.ids), MISSING)
        for situation, record in self.records.items():
            answer = await ask(question, record.ids)
            self.cells += 1
            seen = self._plain(answer, record) != missing
            wanted = situation == "own unit" and who != "nobody" and question.name not in BEFORE_LOOKING
            if seen != wanted:
                self._note(who, question, situation, "is seen" if seen else "is not seen", answer)
            if not wanted and (leaked := [one for one in record.secrets if one in json.dumps(answer)]):
                self._note(who, question, situation, f"leaks {len(leaked)} strings", answer)

    def _note(self, who: str, question: Question, situation: str, what: str, answer: Any) -> None:
        self.wrong.append(f"{who}: {question.name} about {question.about} of {situation} {what}: {answer}"[:600])

    def _plain(self, answer: Any, record: Record) -> str:
        """The answer with the ids that were asked for blotted out."""
        text = json.dumps(answer, sort_keys=True)
        for public in record.ids.values():
            text = text.replace(public, "…")
        return text


async def record_of(api: Api) -> str:
    """A digest of all that the record holds, without what is written when somebody only asks."""
    return "\n".join(
        [str(sorted(map(repr, await run(api, f"select * from {table}")))) for table in await tables(api)]
    )


async def tables(api: Api) -> list[str]:
    sqlite = parse_url(api.url).dialect is Dialect.SQLITE
    sql = (
        "select name from sqlite_master where type = 'table'"
        if sqlite
        else "select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace"
    )
    return sorted(name for (name,) in await run(api, sql) if name not in NOT_THE_RECORD)


Prepared = tuple[Matrix, dict[str, tuple[str, str]]]
QUERIES = sum(not one.mutation for one in questions())


@pytest.fixture
async def prepared(api: Api) -> Prepared:
    return await whole(api)


async def whole(api: Api) -> Prepared:
    await register(api)
    records = {name: await made(api, *said) for name, said in SITUATIONS.items()}
    return Matrix(records), await staffed(api)


def test_no_operation_is_forgotten() -> None:
    named = {one.name for one in questions()}
    assert {"node", "nodes", "patient", "message", "episode", "plan", "sendMessage", "recordConsent"} <= named
    assert len(named) >= 48


async def over_http(api: Api, token: str | None) -> Ask:
    """Asks over HTTP."""
    headers = {} if token is None else {"authorization": f"Bearer {token}"}

    async def ask(question: Question, ids: Bundle) -> Any:
        body = {"query": question.document, "variables": question.variables(ids, str(uuid.uuid4()))}
        return (await api.http.post("/graphql", json=body, headers=headers)).json()

    return ask


async def test_denied_is_missing_for_every_role_over_http(api: Api, prepared: Prepared) -> None:
    matrix, people = prepared
    for who in EVERYBODY:
        ask = await over_http(api, None if who == "nobody" else api.token(*people[who]))
        for question in questions():
            if not question.mutation:
                await matrix.ask(ask, question, who)
    assert matrix.wrong == []
    assert matrix.cells == len(EVERYBODY) * len(SITUATIONS) * QUERIES


@pytest.mark.parametrize("dialect", [Dialect.SQLITE], ids=str)
async def test_no_denied_act_changes_the_record(api: Api, prepared: Prepared) -> None:
    """Every mutation about what is hidden: refused like about what is not there, and nothing is written."""
    matrix, people = prepared
    matrix.records.pop("own unit")
    before = await record_of(api)
    for who in EVERYBODY:
        ask = await over_http(api, None if who == "nobody" else api.token(*people[who]))
        for question in questions():
            if question.mutation:
                await matrix.ask(ask, question, who)
        assert await record_of(api) == before, f"somebody in the role {who} has changed something"
    assert matrix.wrong == []
    assert matrix.cells == len(EVERYBODY) * len(matrix.records) * (len(questions()) - QUERIES)


async def test_what_is_ones_own_is_found_by_every_act(api: Api, prepared: Prepared) -> None:
    matrix, people = prepared
    matrix.records = {"own unit": matrix.records["own unit"]}
    ask = await over_http(api, api.token(*people["licensed"]))
    acts = [question for question in questions() if question.mutation]
    for question in sorted(acts, key=lambda one: one.name == LEAVES):
        await matrix.ask(ask, question, "licensed")
    assert matrix.wrong == []


@pytest.mark.parametrize("dialect", [Dialect.SQLITE], ids=str)
async def test_a_websocket_decides_as_http_does(settings: Settings, regions: Regions, clock: Clock) -> None:
    async with client(create_app(settings, regions, clock)) as asking:
        api = Api(asking.http, DevelopmentIssuer(settings), clock, settings.database_url)
        matrix, people = await whole(api)
        matrix.records.pop("own unit")
        before = await record_of(api)
        for who in ROLES:
            async with asking.entered(api.token(*people[who])) as socket:

                async def ask(question: Question, ids: Bundle, socket: Socket = socket) -> Any:
                    return await socket.ask(question.document, **question.variables(ids, str(uuid.uuid4())))

                for question in questions():
                    await matrix.ask(ask, question, who)
        assert await record_of(api) == before
    assert matrix.wrong == []
    assert matrix.cells == len(ROLES) * len(matrix.records) * len(questions())
