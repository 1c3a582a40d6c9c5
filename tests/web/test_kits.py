"""The outage kit over HTTP, on both databases: what is sent, what is not sent again, and what is logged."""

from __future__ import annotations

import datetime as dt
import io
import json
import sys
from typing import Any

import httpx2
import pypdf
import pytest

from lifecare_gql.documents.signatures import key_id, load_public_key, verify
from tests.api.process import CENTRE, MUNICIPALITY, admitted, notice_of
from tests.api.test_access import log
from tests.api.test_outage_kits import NUMBERS, kit_of
from tests.api.test_sending import message
from tests.conftest import Api, run
from tests.world import uid

JSON, PAGE, PDF, KEY = "/outage-kit.json", "/outage-kit.html", "/outage-kit.pdf", "/outage-kit/key.pem"
OF_ALVA = ("Alva", "Testberg", "19900101", "2385", "Testgatan")
VALIDITY = ("kit-made-at", "kit-valid-until", "kit-version")


async def ask(
    api: Api, url: str, unit: str | None = CENTRE, method: str = "GET", **headers: str
) -> httpx2.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return await api.http.request(method, url, headers=api.headers(unit) | named)


async def noticed(api: Api, *recipients: str) -> None:
    """An episode of Alva's that the units have been told of."""
    await notice_of(api, await admitted(api), *recipients)


async def reads(api: Api) -> list[tuple[str, str]]:
    """The unit and the patient of each row of the access log that the kit has left."""
    return [(one["unit"], one["patient"]) for one in await log(api) if one["operation"] == "outage-kit"]


async def test_what_is_sent_is_what_was_signed_to_the_byte(api: Api) -> None:
    await noticed(api, MUNICIPALITY, CENTRE)

    answer = await ask(api, JSON)
    public = load_public_key((await ask(api, KEY, None)).text)

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    signature, payload = answer.headers["kit-signature"], answer.content
    assert answer.headers["kit-key-id"] == key_id(public)
    assert verify(payload, signature, public)
    for at in range(0, len(payload), 997):
        assert not verify(payload[:at] + bytes([payload[at] ^ 1]) + payload[at + 1 :], signature, public), at
    assert payload.decode() == (await kit_of(api, CENTRE))["json"]
    made = json.loads(payload)["made"]
    assert [answer.headers[name] for name in VALIDITY] == [made["at"], made["validUntil"], str(made["version"])]


async def test_a_copy_that_is_still_right_is_not_sent_again_and_holds_for_longer(api: Api) -> None:
    await noticed(api, MUNICIPALITY, CENTRE)
    first = await ask(api, JSON)
    tag = first.headers["etag"]
    api.clock.now += dt.timedelta(hours=1)

    for url in (JSON, PAGE, PDF):
        again = await ask(api, url, if_none_match=f'"another", {tag}')
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["kit-valid-until"] == "2026-11-24T10:00:00Z" > first.headers["kit-valid-until"]
        assert again.headers["kit-version"] > first.headers["kit-version"]
        assert "kit-signature" not in again.headers  # it would take the place of the copy's own
    assert (await ask(api, JSON)).headers["etag"] == tag

    await api.do("sendMessage:MessageInput", MUNICIPALITY, **message("alva", CENTRE))
    changed = await ask(api, JSON, if_none_match=tag)
    assert changed.status_code == 200
    assert changed.headers["etag"] != tag


@pytest.mark.parametrize(("told", "status"), [("*", 304), ('"else"', 200), ("", 200), ("W/", 200)])
async def test_only_its_own_tag_is_known(api: Api, told: str, status: int) -> None:
    assert (await ask(api, JSON, if_none_match=told)).status_code == status


async def test_a_strong_tag_of_the_same_content_is_known(api: Api) -> None:
    tag = (await ask(api, JSON)).headers["etag"]
    assert (await ask(api, JSON, if_none_match=tag.removeprefix("W/"))).status_code == 304


async def test_a_304_is_rendered_by_nobody(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    tag = (await ask(api, JSON)).headers["etag"]
    monkeypatch.setattr("lifecare_gql.web.kits.kit_pages", None)
    monkeypatch.setattr("lifecare_gql.web.kits.printed_kit", None)

    assert {(await ask(api, url, if_none_match=tag)).status_code for url in (JSON, PAGE, PDF)} == {304}
    assert (await ask(api, PDF)).status_code == 500, "the control: without the tag it would have been"


async def test_the_page_to_print_may_load_nothing_and_be_framed_by_nobody(api: Api) -> None:
    await noticed(api, "sundsvall", CENTRE)
    answer = await ask(api, PAGE, "sundsvall")

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text == (await kit_of(api, "sundsvall"))["html"]
    assert "Alva Testberg" in answer.text
    for rule in ("default-src 'none'", "frame-ancestors 'none'"):
        assert rule in answer.headers["content-security-policy"]


def text_of(pdf: bytes) -> str:
    """What somebody who reads the paper sees, in one line."""
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


async def test_the_pdf_has_the_numbers_to_call(api: Api) -> None:
    await noticed(api, "sundsvall", CENTRE)
    answer = await ask(api, PDF, "sundsvall")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")
    told = text_of(answer.content)
    for expected in (*NUMBERS, "08-465 004 10", "Alva Testberg", "EJ BESLUTAD"):
        assert expected in told, expected


async def test_without_the_extra_it_says_what_to_install_and_reads_nothing(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    await noticed(api, MUNICIPALITY, CENTRE)
    monkeypatch.setitem(sys.modules, "weasyprint", None)

    answer = await ask(api, PDF)

    assert (answer.status_code, answer.json()["errors"][0]["extensions"]) == (501, {"code": "PDF_UNAVAILABLE"})
    assert "pip install 'lifecare-gql[pdf]'" in answer.json()["errors"][0]["message"]
    assert await reads(api) == []


async def test_each_look_is_logged_once_for_each_patient_also_when_nothing_is_sent(api: Api) -> None:
    await noticed(api, MUNICIPALITY, CENTRE)
    await api.do("sendMessage:MessageInput", MUNICIPALITY, **message("alva", CENTRE))
    tag = (await ask(api, JSON)).headers["etag"]
    row = (str(uid(f"unit {CENTRE}")), str(uid("patient alva")))
    assert await reads(api) == [row]

    assert (await ask(api, JSON, if_none_match=tag)).status_code == 304
    assert await reads(api) == [row, row]


async def test_nothing_of_another_units_patients_is_in_it(api: Api) -> None:
    await noticed(api, MUNICIPALITY, CENTRE)

    for url in (JSON, PAGE):
        own, others = await ask(api, url), await ask(api, url, "linden")
        assert "Testberg" in own.text
        assert not [one for one in OF_ALVA if one in others.text]


async def test_nothing_of_a_protected_person_is_in_it(api: Api) -> None:
    await noticed(api, MUNICIPALITY, CENTRE)
    before = await ask(api, JSON)
    await run(api, f"update patient set protection = 'CONFIDENTIALITY_MARK' where id = '{uid('patient alva')}'")

    after, page = await ask(api, JSON, if_none_match=before.headers["etag"]), await ask(api, PAGE)

    assert "Testberg" in before.text
    assert (after.status_code, json.loads(after.content)["withheld"]["count"]) == (200, 1)
    assert not [one for one in OF_ALVA if one in after.text + page.text]
    assert len(await reads(api)) == 1  # the one before


@pytest.mark.parametrize("url", [JSON, PAGE, PDF])
async def test_nobody_else_keeps_it(api: Api, url: str) -> None:
    answer = await ask(api, url, "linden", "HEAD")
    assert answer.headers["cache-control"] == "private, no-cache"
    assert answer.headers["vary"] == "Authorization"


@pytest.mark.parametrize("url", [JSON, PAGE, PDF])
async def test_a_head_says_the_same_and_sends_nothing(api: Api, url: str) -> None:
    got, head = await ask(api, JSON), await ask(api, url, method="HEAD")

    assert (head.status_code, head.content) == (200, b"")
    assert [head.headers[name] for name in ("etag", *VALIDITY)] == [
        got.headers[name] for name in ("etag", *VALIDITY)
    ]
    if url == JSON:
        assert [head.headers[name] for name in ("kit-signature", "content-length")] == [
            got.headers["kit-signature"],
            str(len(got.content)),
        ]


def refusal(answer: httpx2.Response) -> tuple[int, Any]:
    return answer.status_code, answer.json()["errors"][0]["extensions"]["code"]


@pytest.mark.parametrize("url", [JSON, PAGE, PDF])
@pytest.mark.parametrize("token", [None, "Bearer nothing", "Basic bm86Ym9keQ=="])
async def test_nobody_gets_nothing(api: Api, url: str, token: str | None) -> None:
    answer = await api.http.get(url, headers={} if token is None else {"authorization": token})
    assert refusal(answer) == (401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("url", [JSON, PAGE, PDF, KEY])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_it_is_only_read(api: Api, url: str, method: str) -> None:
    answer = await ask(api, url, method=method)
    assert refusal(answer) == (405, "METHOD_NOT_ALLOWED")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD"}


async def test_a_region_that_is_not_enabled_has_no_kit(api: Api) -> None:
    await run(api, f"update unit set region_code = 'skane' where id = '{uid('unit linden')}'")
    answer = await ask(api, JSON, "linden")
    assert refusal(answer) == (404, "NOT_FOUND")
    assert "skane" in answer.json()["errors"][0]["message"]
