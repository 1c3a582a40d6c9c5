"""Who may reach what: roles x operations x whose the record is x transport. Denied is the same as missing.

Every operation that can name a record of a patient is generated from the schema (`questions`), and asked about
the records of `situations`. What is denied is compared with the answer about a record that does not exist, is
searched for the hidden patient's strings, and must leave the record as it was. What is allowed leaves exactly one
row in the access log, about exactly the patient that was shown; what is denied leaves none of a reading or an act.
"""

from __future__ import annotations

import json
import sys
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from lifecare_gql.app import create_app
from lifecare_gql.domain.access_words import Role
from lifecare_gql.regions import Regions
from lifecare_gql.settings import Settings
from lifecare_gql.storage.url import Dialect, parse_url
from lifecare_gql.web.tokens import DevelopmentIssuer
from tests.api.questions import Bundle, Question, questions
from tests.api.situations import BEFORE_LOOKING, LONG_AGO, MISSING, OWN, SITUATIONS, Record, insert, whole
from tests.conftest import Api, Clock, run
from tests.web.issuer import Socket, client
from tests.world import staff_of, uid

pytestmark = pytest.mark.long

Ask = Callable[[Question, dict[str, Any]], Awaitable[Any]]
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
LEAVES = "markNoticeMisdirected"
"""By this the unit says that it has no part in the care: what comes after finds nothing."""
QUERIES = [one for one in questions() if not one.mutation]
ACTS = sorted((one for one in questions() if one.mutation), key=lambda one: one.name == LEAVES)
NOT_THE_RECORD = ("idempotency_key", "access_log", "schema_migration", "sqlite_sequence")


async def staffed(api: Api) -> dict[str, tuple[str, str]]:
    """Somebody at the own unit in each role: the HSA-ids of the person and of the assignment."""
    found = {"licensed": staff_of(OWN), "unlicensed": staff_of(OWN, licensed=False)}
    for at, role in enumerate(GRANTED):
        person, assignment = str(uuid.uuid4()), str(uuid.uuid4())
        found[role.value] = (f"SE0000000000-R{at}", f"SE0000000000-B{at}")
        names = {"given_name": "Roll", "family_name": "Testsson"}
        await insert(api, "staff", id=person, hsa_id=found[role.value][0], **names)
        works = {"staff_id": person, "unit_id": str(uid(f"unit {OWN}")), "title": "roll", "licensed": True}
        await insert(api, "assignment", id=assignment, hsa_id=found[role.value][1], since=LONG_AGO, **works)
        has = {"assignment_id": assignment, "role": role.value, "region_code": "halland", "version": 1}
        await insert(api, "role_grant", id=str(uuid.uuid4()), since=LONG_AGO, **has)
    return found


class Matrix:
    """Counts the cells, and holds the answers about what is hidden against those about what is not there."""

    def __init__(self, records: dict[str, Record]) -> None:
        self.records = records
        self.cells = 0
        self.wrong: list[str] = []
        self.allowed: list[str] = []
        """The id of the patient of each cell that was allowed, in order."""

    async def ask(self, ask: Ask, question: Question, who: str, allowed: Sequence[bool] = (True, False)) -> None:
        """One operation about everybody's record that is, or is not, allowed to the own unit or to nobody."""
        missing = None
        for situation, record in self.records.items():
            wanted = who != "nobody" and SITUATIONS[situation].seen(question)
            if wanted not in allowed:
                continue
            missing = missing or self._plain(await ask(question, MISSING.ids), MISSING)
            answer = await ask(question, record.ids)
            self.cells += 1
            if wanted:
                self.allowed.append(record.ids["patient"])
            seen = self._plain(answer, record) != missing
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


async def logged(api: Api, since: int) -> list[list[str]]:
    """Whom each request after the entry read or did something about, one for each row in the access log.

    Without the rows that tell of an attempt: denied, or refused before it was looked who is meant.
    """
    attempts = "act = 'DENIED' or (act = 'REFUSED' and subject = 'CareAccess')"
    sql = f"select request_id, patient_id from access_log where id > {since} and not ({attempts}) order by id"
    found: dict[str, list[str]] = {}
    for request, patient in await run(api, sql):
        found.setdefault(str(request), []).append(f"patient_{uuid.UUID(str(patient)).hex}")
    return list(found.values())


async def last_logged(api: Api) -> int:
    [(last,)] = await run(api, "select max(id) from access_log")
    return int(last)


Prepared = tuple[Matrix, dict[str, tuple[str, str]]]


async def prepare(api: Api) -> Prepared:
    return Matrix(await whole(api)), await staffed(api)


@pytest.fixture
async def prepared(api: Api) -> Prepared:
    return await prepare(api)


def told(what: str, matrix: Matrix) -> None:
    """Say how many cells there were, of which none is wrong (pytest -s shows it)."""
    counted = f"{matrix.cells} cells, {len(matrix.allowed)} of them allowed, {len(matrix.wrong)} wrong"
    sys.stdout.write(f"\n{what}: {counted}\n")
    assert not matrix.wrong, "\n".join(matrix.wrong)


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
    begun = await last_logged(api)
    for who in EVERYBODY:
        ask = await over_http(api, None if who == "nobody" else api.token(*people[who]))
        for question in QUERIES:
            await matrix.ask(ask, question, who)
    told("queries over HTTP", matrix)
    assert matrix.cells == len(EVERYBODY) * len(SITUATIONS) * len(QUERIES)
    assert await logged(api, begun) == [[one] for one in matrix.allowed], "one row for each patient shown"


@pytest.mark.parametrize("dialect", [Dialect.SQLITE], ids=str)
async def test_no_denied_act_changes_the_record(api: Api, prepared: Prepared) -> None:
    """Every mutation about what is hidden: refused like about what is not there, and nothing is written."""
    matrix, people = prepared
    before, begun = await record_of(api), await last_logged(api)
    for who in EVERYBODY:
        ask = await over_http(api, None if who == "nobody" else api.token(*people[who]))
        for question in ACTS:
            await matrix.ask(ask, question, who, allowed=(False,))
        assert await record_of(api) == before, f"somebody in the role {who} has changed something"
    told("denied acts over HTTP", matrix)
    own = len(ROLES) * sum(situation.seen(act) for situation in SITUATIONS.values() for act in ACTS)
    assert matrix.cells == len(EVERYBODY) * len(SITUATIONS) * len(ACTS) - own
    assert await logged(api, begun) == []


async def test_what_is_ones_own_is_found_by_every_act(api: Api, prepared: Prepared) -> None:
    """Of the act by which a unit leaves the care there is one cell only, the last: for all roles it has left."""
    matrix, people = prepared
    begun = await last_logged(api)
    for who in ROLES:
        ask = await over_http(api, api.token(*people[who]))
        for question in ACTS:
            if question.name != LEAVES or who == ROLES[-1]:
                await matrix.ask(ask, question, who, allowed=(True,))
    told("allowed acts over HTTP", matrix)
    assert matrix.cells == len(matrix.allowed) > len(ROLES) * (len(ACTS) - len(BEFORE_LOOKING) - 1)
    assert await logged(api, begun) == [[one] for one in matrix.allowed], "one row for each patient"


@pytest.mark.parametrize("dialect", [Dialect.SQLITE], ids=str)
async def test_a_websocket_decides_as_http_does(settings: Settings, regions: Regions, clock: Clock) -> None:
    async with client(create_app(settings, regions, clock)) as asking:
        api = Api(asking.http, DevelopmentIssuer(settings), clock, settings.database_url)
        matrix, people = await prepare(api)
        before, begun = await record_of(api), await last_logged(api)
        for who in ROLES:
            async with asking.entered(api.token(*people[who])) as socket:

                async def ask(question: Question, ids: Bundle, socket: Socket = socket) -> Any:
                    return await socket.ask(question.document, **question.variables(ids, str(uuid.uuid4())))

                for question in (*QUERIES, *ACTS):
                    await matrix.ask(ask, question, who, allowed=(False,) if question.mutation else (True, False))
        assert await record_of(api) == before
        assert await logged(api, begun) == [[one] for one in matrix.allowed]
    told("queries and denied acts over a websocket", matrix)
