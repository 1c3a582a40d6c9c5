"""Files with calls that nobody should send, over HTTP: each is answered in order, and no cell is repeated."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lifecare_gql.documents.phone_log_cells import COLUMNS
from lifecare_gql.documents.phone_log_file import MAX_ROWS
from lifecare_gql.web.wire import MAX_BODY_BYTES
from tests import world
from tests.api.test_phone_logs import IMPORT, calls, file, hsa_id, outage, row
from tests.api.test_recoveries import CENTRE, WARD
from tests.conftest import Api

SECRET_CELL = "hemlig cell"
FORMULAS = ('=HYPERLINK("http://127.0.0.1";"x")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "=cmd|'/c x'!A0")


def told(text: str) -> str:
    """A file whose row holds the text in every cell that may hold any."""
    return file(row(**{"Namn på den du talade med": text, "Signatur": text, "Kommentar": text}))


REFUSED: dict[str, tuple[str, str]] = {
    # the file, and the code of the first objection
    "nothing": ("", "FILE_MALFORMED"),
    "one cell": (SECRET_CELL, "FILE_MALFORMED"),
    "only a header": (file(), "FILE_MALFORMED"),
    "mojibake": (told(SECRET_CELL).encode().decode("cp1252", "replace"), "FILE_MALFORMED"),
    "a spreadsheet": (f"PK\x03\x04{SECRET_CELL}\x1f\x7f", "FILE_MALFORMED"),
    "1001 rows": (file(*[row(Kommentar=f"{SECRET_CELL} {at}") for at in range(MAX_ROWS + 1)]), "FILE_MALFORMED"),
    "an open quotation mark": (f'{file()}"{SECRET_CELL}', "FILE_MALFORMED"),
    "an endless cell": (f"{file()}{'x' * 140_000};{SECRET_CELL}", "FILE_MALFORMED"),
    "a wide header": ("x;" * 100_000 + SECRET_CELL, "FILE_MALFORMED"),
    "a wide row": (f"{told(SECRET_CELL).rstrip()};{'x;' * 100_000}{SECRET_CELL}", "FILE_MALFORMED"),
    "nothing but faults": (
        file(*[[f"{SECRET_CELL}{at}"] * len(COLUMNS) for at in range(700)]),
        "INVALID_IDENTITY",
    ),
    "only separators": (f"{file()}{';' * 200_000}", "FILE_MALFORMED"),
    "only lines": (f"{file()}{chr(10) * 100_000}", "FILE_MALFORMED"),
    "a formula as a number": (file(row(Personnummer=FORMULAS[0])), "INVALID_IDENTITY"),
    "a formula as a moment": (file(row(**{"Datum och tid": "=NOW()"})), "VALUE_NOT_UNDERSTOOD"),
    "a formula as a unit": (file(row(**{"Mottagande enhet": FORMULAS[0]})), "UNIT_NOT_REGISTERED"),
    "too long": (told(SECRET_CELL * 2000), "NAME_TOO_LONG"),
    "a unit of another region": (file(row(**{"Mottagande enhet": hsa_id("eken")})), "NOT_PARTY"),
    "a patient of another region": (file(row(Personnummer=world.number("cecilia"))), "NOT_PARTY"),
    "a closed unit": (file(row(**{"Mottagande enhet": hsa_id("nedlagd")})), "NOT_PARTY"),
}
TAKEN_IN = {
    "formulas": file(
        *(row(**{"Kommentar": one, "Namn på den du talade med": f"{one} {at}"}) for at, one in enumerate(FORMULAS))
    ),
    "directions": told("Test \u202e\u2066 Testsson"),
    "large letters": told("Test 𝔗𝔢𝔰𝔱 🏥"),
}


async def posted(api: Api, body: bytes) -> Any:
    head = {**api.headers(WARD), "content-type": "application/json"}
    return await api.http.post("/graphql", content=body, headers=head)


def body_of(text: str, key: str = "k") -> bytes:
    return json.dumps({"query": IMPORT, "variables": {"input": {"file": text}, "key": key}}).encode()


async def test_what_is_wrong_with_it_is_told_and_not_what_it_holds(
    api: Api, caplog: pytest.LogCaptureFixture
) -> None:
    episode, _ = await outage(api)
    caplog.clear()
    for name, (text, code) in REFUSED.items():
        body = body_of(text)
        assert len(body) <= MAX_BODY_BYTES, name
        answer = await posted(api, body)
        assert answer.status_code == 200, name
        assert len(answer.content) < 10 * MAX_BODY_BYTES, name
        result = answer.json()["data"]["importPhoneLog"]
        assert result["__typename"] == "RefusedByRoutines", name
        assert result["objections"][0]["code"] == code, (name, result["objections"][0])
        for leaked in (SECRET_CELL, *FORMULAS[:2], "=NOW", world.number("cecilia")):
            assert leaked not in answer.text + caplog.text, name
    assert await calls(api, episode) == []


async def test_formulas_and_odd_letters_are_texts(api: Api) -> None:
    episode, _ = await outage(api)
    for name, text in TAKEN_IN.items():
        answer = await posted(api, body_of(text, name))
        assert answer.json()["data"]["importPhoneLog"]["__typename"] == "PhoneLogImported", (name, answer.text)
    noted = [one["spokeWith"] for one in await calls(api, episode)]
    assert len(noted) == len(FORMULAS) + 2
    assert {f"{one.strip()} {at}" for at, one in enumerate(FORMULAS)} <= set(noted)


NO_REQUEST = {
    "NUL": (body_of(told(f"{SECRET_CELL}\0")), 400),
    "half a surrogate pair": (body_of(told(f"{SECRET_CELL}\ud800")), 400),
    "no UTF-8": (body_of(told(SECRET_CELL)).replace(b"hemlig", b"hemlig\xe4"), 400),
    "too large": (body_of(SECRET_CELL * 30_000), 413),
}


@pytest.mark.parametrize("name", NO_REQUEST)
async def test_what_is_no_request_is_not_read(api: Api, name: str, caplog: pytest.LogCaptureFixture) -> None:
    body, status = NO_REQUEST[name]
    answer = await posted(api, body)
    assert answer.status_code == status
    assert SECRET_CELL not in answer.text + caplog.text


async def test_as_many_calls_as_a_file_may_hold_are_taken_in(api: Api) -> None:
    await outage(api)
    cells = {"Faktisk utskrivning": "", "Mottagande enhet": hsa_id(CENTRE)}
    body = body_of(
        file(
            *(
                row(**cells, Kommentar=str(at), **{"Namn på den du talade med": f"Test {at}"})
                for at in range(MAX_ROWS)
            )
        )
    )
    answer = await posted(api, body)
    assert answer.json()["data"]["importPhoneLog"]["imported"]["calls"] == MAX_ROWS, answer.text
