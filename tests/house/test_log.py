"""No person comes into the server's log, whatever is sent, and however it fails.

A hundred numbers of Skatteverket's test series go through every channel on both databases. The last test reads
what the process has logged during the whole session, at every level.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import uuid
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from lifecare_gql.actions.patients import identity_digest
from lifecare_gql.domain.identity import parse_identity
from lifecare_gql.domain.words import CareRelationKind, Protection
from lifecare_gql.storage.url import Dialect
from lifecare_gql.web.logging import DiscreetFormatter
from tests import world
from tests.api.test_sending import CONSENT, message
from tests.conftest import Api, run
from tests.web.hostile import PATIENT, UNIT, UNITS, query, variables

SECRET_TEXT = "Patienten mår inte bra i dag"
DUMMY = "0" * 32


def with_check_digit(nine: str) -> str:
    products = (int(digit) * (2 - at % 2) for at, digit in enumerate(nine))
    return nine + str(-sum(sum(divmod(product, 10)) for product in products) % 10)


def planted() -> list[str]:
    """A hundred numbers, computed: serial numbers 238 and 239 are given to nobody."""
    days = (dt.date(1930, 1, 1) + dt.timedelta(days=231 * at) for at in range(100))
    return [f"{day:%Y}"[:2] + with_check_digit(f"{day:%y%m%d}{238 + at % 2}") for at, day in enumerate(days)]


NUMBERS = planted()
EXISTING = NUMBERS[:20]


def forms(number: str) -> tuple[str, ...]:
    """The number as people write it."""
    return number, number[2:], f"{number[:8]}-{number[8:]}", f"{number[2:8]}-{number[8:]}"


Request = tuple[bytes, dict[str, str], str, str]
"""Body, headers, URL and method."""


def request(body: bytes, method: str = "POST", url: str = "/graphql", **headers: str) -> Request:
    return body, headers, url, method


def openly(text: str, **given: Any) -> Request:
    return request(variables(text, **given))


def mutation(call: str) -> str:
    return f"mutation M($k: String!) {{ {call} {{ __typename ... on Refusal {{ message }} }} }}"


OPEN_CASE = "mutation C($i: CaseInput!, $k: String!) { openCase(input: $i, idempotencyKey: $k) { __typename\
  ... on Refusal { message } ... on RefusedByRoutines { objections { reason remedy } } } }"
SEND = "mutation S($i: MessageInput!, $k: String!) { sendMessage(input: $i, idempotencyKey: $k) { __typename\
  ... on Refusal { message } ... on RefusedByRoutines { objections { code reason remedy } } } }"
AUDIT = "query A($f: AccessLogFilter) { accessLog(filter: $f) { nodes { id } } }"
REPLY = "mutation R($i: MessageReasonInput!, $k: String!) { retractMessage(input: $i, idempotencyKey: $k) {\
  __typename ... on Refusal { message } } }"
READING = "mutation R($k: String!) { recordInboxReading(idempotencyKey: $k) { __typename } }"


def sent(number: str, **changes: Any) -> Request:
    order = message("alva", "eken") | {"text": f"{SECRET_TEXT} {number}"} | changes
    return openly(SEND, i=order, k=str(uuid.uuid4()))


def case(title: str) -> Request:
    return openly(OPEN_CASE, i={"patientId": world.pid("patient", "bo"), "title": title}, k=str(uuid.uuid4()))


def channels(n: str, hyphened: str) -> Iterator[Request]:
    """Every way to bring a number in."""
    yield from through_variables(n, hyphened)
    yield from through_the_document(n, hyphened)
    yield from through_http(n, hyphened)
    yield from through_texts(n, hyphened)


def through_variables(n: str, hyphened: str) -> Iterator[Request]:
    """As a value, or as the name of one."""
    yield openly(PATIENT, by={"identifier": n})
    yield openly(PATIENT, by={"identifier": hyphened})
    yield openly(PATIENT, by={"id": n})
    yield openly(PATIENT, by={n: n})
    yield openly(PATIENT, by=int(n))
    yield openly(PATIENT, **{n: n})
    yield openly(UNIT, id=int(n))
    yield openly("query M($id: ID!) { message(id: $id) { id } }", id=f"message_{n:0>32}")
    yield openly(UNITS, first=n)
    yield openly(UNITS, first=f"{SECRET_TEXT} {n}")
    yield openly(PATIENT, by={f"{SECRET_TEXT} {n}": 1})
    yield openly("query U($k: UnitKind) { units(kind: $k) { nodes { id } } }", k=f"{SECRET_TEXT} {n}")
    yield openly(UNITS, region=n, begins=hyphened)
    yield openly(AUDIT, f={"patient": {"identifier": n}, "staffHsaId": n, "operation": hyphened})
    yield openly(AUDIT, f={"patient": {"id": n}, "unitId": n})


def through_the_document(n: str, hyphened: str) -> Iterator[Request]:
    """Written into the query."""
    yield request(query(f'{{ patient(by: {{identifier: "{n}"}}) {{ id }} }}'))
    yield request(query(f"{{ patient(by: {{identifier: {n}}}) {{ id }} }}"))
    yield request(query(f'query P{n} {{ node(id: "{n}") {{ id }} }}'))
    yield request(query(f'{{ units(after: "{hyphened}") {{ nodes {{ id }} }} }}'))
    yield request(query(f"{{ a{n} }}"))
    yield request(query(f"{{ units(a{n}: 1) {{ nodes {{ id }} }} }}"))
    yield request(query(f"{{ units(kind: K{n}) {{ nodes {{ id }} }} }}"))
    yield request(query(f"{{ units(first: {n}) {{ nodes {{ id }} }} }}"))
    yield request(query(f"query ($v{n}: Int) {{ __typename @d{n} ...F{n} }}"))
    yield request(query(f'{{ units "{SECRET_TEXT} {hyphened}" }}'))
    yield request(query(f'{{ units(first: "{SECRET_TEXT}", kind: "{hyphened}") {{ nodes {{ id }} }} }}'))
    yield request(query(f'{{ region(code: "{n}") {{ code }} fact(id: "{hyphened}") {{ id }} }}'))


def through_http(n: str, hyphened: str) -> Iterator[Request]:
    """In what surrounds the query, or where there is none."""
    yield request(query("{ __typename }", operationName=hyphened))
    yield request(f'{{"query": "{n}'.encode())
    yield request(json.dumps(n).encode())
    yield request(json.dumps({"query": n, "variables": hyphened}).encode())
    yield request(query("{ __typename }"), url=f"/graphql?query={n}&operationName={hyphened}")
    yield request(b"", "GET", f"/graphql?query={{patient(by:{{identifier:%22{n}%22}}){{id}}}}")
    yield request(b"", "GET", f"/{n}/{hyphened}")
    yield request(b"", n, "/graphql")
    yield request(query("{ __typename }"), **{"content-type": f"text/{n}"})
    yield request(query("{ __typename }"), **{"user-agent": n, "x-request-id": n, "cookie": f"a={n}"})
    yield request(query("{ __typename }"), authorization=f"Bearer {n}")
    yield request(query("{ __typename }"), authorization=f"{hyphened} {n}")
    yield request(json.dumps({"actor": n}).encode(), url="/dev/token")
    yield request(b"", "GET", "/dev/actors", host=f"{n}.se")


def through_texts(n: str, hyphened: str) -> Iterator[Request]:
    """Where people write."""
    yield openly(READING, k=n + "å")
    yield case(f"{SECRET_TEXT} {n}")
    yield case(n * 20)
    yield sent(n)
    yield sent(n, topic=n)
    yield sent(n, urgency="ACUTE", patientId=world.pid("patient", "cecilia"))
    yield sent(n, patientId=n, caseId=hyphened, recipientUnitIds=[n])
    yield sent(n, consent=CONSENT | {"givenAt": n}, attachmentCount=3)
    why = {"messageId": f"message_{DUMMY}", "expectedVersion": 1, "reason": f"{SECRET_TEXT} {n}"}
    yield openly(REPLY, i=why, k=n)


def named_by_the_caller(n: str, hyphened: str) -> Iterator[Request]:
    """Where the answer must repeat the caller's own name: the key of an alias, and the key that was reused."""
    yield request(query(f'{{ a{n}: node(id: "x") {{ id }} b{n}: __typename }}'))
    yield openly(READING, k=n)
    yield openly(mutation('openCase(input: {patientId: "x", title: "y"}, idempotencyKey: $k)'), k=n)


async def send(api: Api, one: Request) -> Any:
    body, headers, url, method = one
    head = {"content-type": "application/json"} | api.headers("varberg") | headers
    return await api.http.request(method, url, content=body, headers=head)


def telling(answer: Any) -> Iterator[str]:
    """Every message, reason and remedy in an answer."""
    if isinstance(answer, dict):
        for name, value in answer.items():
            if name in ("message", "reason", "remedy"):
                yield str(value)
            yield from telling(value)
    elif isinstance(answer, list):
        for value in answer:
            yield from telling(value)


async def add_patients(api: Api) -> None:
    """The first of the numbers belong to patients of the unit that asks."""
    unit, since = world.uid("unit varberg"), world.LONG_AGO.isoformat(" ")
    for number in EXISTING:
        identity = parse_identity(number, dt.date(2026, 1, 1))
        digest, patient = identity_digest(world.SECRET.encode(), identity), uuid.uuid4()
        await run(
            api,
            "insert into patient (id, identifier, identifier_kind, identifier_digest, given_name, family_name,"
            f" protection) values ('{patient}', '{identity.value}', '{identity.kind}', '{digest}', 'Planterad',"
            f" 'Testberg', '{Protection.NONE}')",
        )
        await run(
            api,
            "insert into care_relation (id, patient_id, unit_id, kind, since)"
            f" values ('{uuid.uuid4()}', '{patient}', '{unit}', '{CareRelationKind.ENROLLED}', '{since}')",
        )


def test_the_planted_numbers_are_what_they_should_be() -> None:
    assert len(set(NUMBERS)) == 100
    for number in NUMBERS:
        assert parse_identity(number, dt.date(2026, 1, 1)).value == number
        assert number[8:11] in ("238", "239")


@pytest.mark.last
async def test_no_answer_repeats_a_number(api: Api) -> None:
    await add_patients(api)
    found = await api(PATIENT, "varberg", by={"identifier": EXISTING[0]})
    assert found["patient"]["id"], "the control: some of them are patients"

    for at, number in enumerate(NUMBERS):
        plain, _, hyphened, _ = forms(number)
        for one in islice(channels(plain, hyphened), at % 3, None, 3):  # each channel gets a third of them
            answer = await send(api, one)
            assert answer.status_code < 500
            assert not any(told in answer.text for told in (SECRET_TEXT, *forms(number))), (one, answer.text)
        for one in named_by_the_caller(plain, hyphened):
            told = list(telling((await send(api, one)).json()))
            assert not any(form in text for form in forms(number) for text in told), (one, told)


UNIQUE = "create unique index no_twin on message (text)"
FAILING: dict[Dialect, tuple[str, ...]] = {
    # PostgreSQL quotes the row that it refuses, with everything in it.
    Dialect.POSTGRES: (UNIQUE, "alter table care_case add constraint refuses check (title is null) not valid"),
    Dialect.SQLITE: (
        UNIQUE,
        "create trigger refuses before insert on care_case begin select raise(abort, 'no'); end",
    ),
}


@pytest.mark.last
async def test_no_database_error_repeats_a_number(api: Api, dialect: Dialect) -> None:
    for statement in FAILING[dialect]:
        await run(api, statement)

    for number in NUMBERS[:10]:
        assert (await send(api, sent(number))).json()["data"]["sendMessage"]["__typename"] == "MessageSent"
        for one in (sent(number), case(f"{SECRET_TEXT} {number}")):
            answer = await send(api, one)
            assert answer.json()["errors"][0]["extensions"]["code"] == "INTERNAL"
            assert not any(form in answer.text for form in forms(number))
    await run(api, "alter table assignment rename to lost")
    assert (await send(api, openly(PATIENT, by={"identifier": NUMBERS[0]}))).status_code == 500


TALKATIVE = ("tortoise.db_client", "aiosqlite")


@pytest.mark.parametrize("name", TALKATIVE)
async def test_statements_are_not_logged_even_if_somebody_asks_for_it(
    api: Api, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, name)
    await send(api, case(f"{SECRET_TEXT} x"))

    assert [record for record in caplog.records if record.name == name] == []
    logging.getLogger(name).warning("a warning is still heard")
    assert [record.message for record in caplog.records if record.name == name] == ["a warning is still heard"]


def failed() -> logging.LogRecord:
    """The record of an exception that holds a text, and so does the message's second line, as asyncio's does."""
    try:
        raise ValueError(SECRET_TEXT)
    except ValueError as error:
        message = f"Task exception was never retrieved\nfuture: <Task exception={error!r}>"
        info = (type(error), error, error.__traceback__)
        return logging.LogRecord("asyncio", logging.ERROR, __file__, 1, message, (), info)


@pytest.mark.parametrize("formatted_before", [True, False])
def test_the_log_tells_where_something_failed_and_not_what_it_held(formatted_before: bool) -> None:
    record = failed()
    if formatted_before:
        assert SECRET_TEXT in logging.Formatter().format(record)

    line = DiscreetFormatter("%(levelname)s %(message)s").format(record)

    assert line.splitlines()[0] == "ERROR Task exception was never retrieved"
    assert line.splitlines()[1].startswith("ValueError at test_log.py:")
    assert SECRET_TEXT not in line


TEXTS = (SECRET_TEXT, "Testberg", "Planterad", "Kan ni ringa", "Vi ringer", "Fel patient", "eyJ", world.SECRET)


def leaked(log: str) -> list[str]:
    """The lines that hold something of a person."""
    of_the_world: Callable[[str], tuple[str, ...]] = lambda name: forms(world.number(name))  # noqa: E731
    numbers = [form for number in NUMBERS for form in forms(number)]
    numbers += [form for name in world.PATIENTS for form in of_the_world(name)]
    return [line for line in log.splitlines() if any(told in line for told in (*TEXTS, *numbers))]


@pytest.mark.last
def test_nothing_of_a_person_is_in_the_log_of_the_whole_session(
    session_log: Path, request: pytest.FixtureRequest
) -> None:
    logging.getLogger("tests").debug("the control: %s", "this is read")
    log = session_log.read_text("utf-8")

    assert "the control: this is read" in log
    assert leaked(log) == []
    assert leaked(f"{log}\n{NUMBERS[0]}") == [NUMBERS[0]], "the control: it would be found"
