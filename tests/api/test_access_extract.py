"""The patient's extract of the access log: the log row for row, in words that a patient understands."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import AsyncIterator

import httpx2
import pytest

from lifecare_gql.app import create_app
from lifecare_gql.regions import Regions
from lifecare_gql.settings import Settings
from lifecare_gql.web.tokens import DevelopmentIssuer
from tests import world
from tests.api.test_access import log
from tests.api.test_auditing import EXTRACT, appoint, read
from tests.api.test_life import sent
from tests.api.test_sending import message
from tests.conftest import Api, Clock, run
from tests.world import number, pid, uid

BETWEEN = "meddelande mellan vårdenheter"


async def test_the_extract_equals_the_log_row_for_row(api: Api, clock: Clock) -> None:
    await appoint(api)
    message_id = await sent(api, "varberg", "eken")
    clock.now += dt.timedelta(minutes=5)
    await read(api, "eken", "alva")
    await api.do("sendMessage:MessageInput", "varberg", **message("alva", "eken", urgency="ACUTE"))
    await api("query M($id: ID!) { message(id: $id) { text } }", "linden", id=message_id)
    await read(api, "varberg", "bo")
    logged = await run(
        api,
        "select l.at, u.name, l.act from access_log l join unit u on u.id = l.unit_id"
        f" where l.patient_id = '{uid('patient alva')}' order by l.id",
    )

    found = (await api(EXTRACT, "linden", by={"identifier": number("alva")}))["accessExtract"]

    told = [(moment(one["at"]), one["unit"]) for one in found["lines"]]
    assert told == [(moment(str(at)), unit) for at, unit, _ in logged]
    assert [(act, one["what"]) for (_, _, act), one in zip(logged, found["lines"], strict=True)] == [
        ("CREATE", f"Något skrevs in om dig ({BETWEEN})."),
        ("READ", "Uppgifter om dig visades."),
        ("REFUSED", f"Någon försökte göra något som reglerna inte tillåter ({BETWEEN}). Inget ändrades."),
        ("DENIED", f"Någon försökte nå uppgifter om dig men fick det inte ({BETWEEN}). Inget visades."),
    ]
    assert {one["staff"] for one in found["lines"]} == {None}
    table = list(csv.reader(io.StringIO(found["csv"].removeprefix("\ufeff"), newline=""), delimiter=";"))
    assert table[0] == ["Tidpunkt", "Enhet", "Vad som gjordes"]
    assert [row[1:] for row in table[1:]] == [[one["unit"], one["what"]] for one in found["lines"]]
    assert [row[0] for row in table[1:]] == ["2026-11-23 10:00:00", *["2026-11-23 10:05:00"] * 3]
    assert all(one["what"] in found["page"]["html"] for one in found["lines"])
    assert found["page"]["title"] == "Loggutdrag"
    assert "Testsson" not in str(found)
    last = (await log(api))[-1]
    assert (last["act"], last["patient"], last["operation"]) == ("EXTRACTED", str(uid("patient alva")), "Utdrag")


def moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


async def test_an_extract_of_a_time(api: Api, clock: Clock) -> None:
    await appoint(api)
    for _ in range(4):
        await read(api, "varberg", "alva")
        clock.now += dt.timedelta(days=1)

    span = {"from": "2026-11-24T00:00:00+01:00", "to": "2026-11-26T00:00:00+01:00"}
    found = (await api(EXTRACT, "linden", by={"id": pid("patient", "alva")}, **span))["accessExtract"]

    assert [one["at"][:10] for one in found["lines"]] == ["2026-11-24", "2026-11-25"]


async def test_an_extract_about_another_regions_patient_is_that_of_nobody(api: Api) -> None:
    await appoint(api)
    await read(api, "nora", "cecilia")

    hidden = await api.post(EXTRACT, "linden", by={"identifier": number("cecilia")})
    nobody = await api.post(EXTRACT, "linden", by={"identifier": "198001012387"})

    assert hidden == nobody
    assert hidden["data"] == {"accessExtract": None}
    denied = [one["patient"] for one in await log(api) if one["act"] == "DENIED"]
    assert denied == [str(uid("patient cecilia")), None]


async def test_what_a_protected_person_is_handed_names_no_unit(api: Api) -> None:
    await appoint(api)
    await run(api, "update patient set protection = 'CONFIDENTIALITY_MARK'")
    await read(api, "varberg", "alva")

    found = (await api(EXTRACT, "linden", by={"id": pid("patient", "alva")}))["accessExtract"]

    assert [one["unit"] for one in found["lines"]] == ["Varberg"]
    for handed in (found["csv"], found["page"]["html"]):
        assert "Varberg" not in handed
        assert "Kommunal hemsjukvård" in handed
        assert world.ADDRESS not in handed


@pytest.fixture
async def telling(settings: Settings, regions: Regions, clock: Clock) -> AsyncIterator[Api]:
    """The application of a deployment that names the staff."""
    policy = settings.model_copy(update={"access_extract_names_staff": True})
    application = create_app(policy, regions, clock)
    transport = httpx2.ASGITransport(app=application)
    async with (
        application.router.lifespan_context(application),
        httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as http,
    ):
        yield Api(http, DevelopmentIssuer(policy), clock, policy.database_url)


async def test_the_staff_is_named_when_the_deployment_says_so(telling: Api) -> None:
    await appoint(telling)
    await read(telling, "varberg", "alva")

    found = (await telling(EXTRACT, "linden", by={"id": pid("patient", "alva")}))["accessExtract"]

    assert [one["staff"] for one in found["lines"]] == ["Varberg Testsson"]
    assert "Varberg Testsson" in found["csv"]
    assert "Varberg Testsson" in found["page"]["html"]
