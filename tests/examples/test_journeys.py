"""The example's journey through the API, in every region and on both databases, with a clock that is moved.

The stories are kept as text (`stories/`). After a meant change, ``LIFECARE_TEST_NEW_STORIES=1`` writes them anew.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx2
import pytest
import vobject
from pydantic import SecretStr

from examples.journey import SETTINGS, Astray, Journey, papers, travel, write
from examples.journey.asking import Login, Tokens
from examples.journey.looking import waiting
from examples.journey.regions import CENTRE, TOWN, WARD
from lifecare_gql.app import create_app, utc_now
from lifecare_gql.regions import Regions, load_regions
from lifecare_gql.settings import Settings
from lifecare_gql.storage.url import Dialect
from lifecare_gql.web.tokens import DevelopmentIssuer
from tests.conftest import Clock
from tests.databases import Databases, application
from tests.demo.loaded import NOW, SECRET, prepare
from tests.test_cli import ROOT, free_port, served, wait_for

HERE = "http://127.0.0.1:8000"
STORIES = Path(__file__).parent / "stories"
REFUSALS = [
    ("sendAdmissionNotice", {"MISSING_LEGAL_FIELD", "OUTPATIENT_CARE_MISSING"}),
    ("callToPlan", {"CONSENT_REQUIRED"}),
    ("establishPlan", {"MISSING_PLAN_ITEM"}),
    ("dischargePatient", {"RECEIPT_NOT_CONFIRMED"}),
    ("closeEpisode", {"UNACKNOWLEDGED_REMAIN"}),
]
NUMBERS = {
    "halland": "Ring 0980-31 92 11 (Varbergs hemsjukvård Norr).",
    "orebro": "Inget telefonnummer till Örebro biståndsenhet. Ingen källa anger",
    "stockholm": "Inget telefonnummer till Södertälje biståndsenhet. Ingen källa anger",
    "vasternorrland": "Ring 060-19 10 00 (Sundsvall kommun, för Sundsvalls biståndsenhet).",
}
EPISODE = """query($id: ID!) { episode(id: $id) { state endedAt
  paymentLiability { status reasons { code } }
  history(first: 100) { nodes { kind spokeWith called { id } informed reason } } } }"""
PLAN = "query($id: ID!) { plan(id: $id) { state history { nodes { kind content { interventions { what } } } } } }"


@pytest.fixture
async def url(dialect: Dialect, databases: Databases) -> AsyncIterator[str]:
    """A database with the demo, loaded at `NOW`."""
    async with databases.copy(dialect, prepare) as found:
        yield found


@pytest.fixture
def settings(url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    state = tmp_path_factory.getbasetemp() / "state"
    secret = SecretStr(SECRET.decode())
    return Settings(database_url=application(url), row_security=True, secret=secret, state_dir=state)


@pytest.fixture
def clock() -> Clock:
    """The application's clock, at the demo's moment."""
    clock = Clock()
    clock.now = NOW
    return clock


@pytest.fixture
async def http(settings: Settings, regions: Regions, clock: Clock) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of the application with the demo."""
    app = create_app(settings, regions, clock)
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url=HERE) as client,
    ):
        yield client


@pytest.fixture
def tokens(settings: Settings) -> Tokens:
    """Tokens that are valid by the wall clock, whatever the application's clock says."""
    issuer = DevelopmentIssuer(settings)

    async def token(login: Login) -> str:
        return issuer.issue(login["staff_hsa_id"], login["id"], utc_now())

    return token


class Travelled:
    """A journey that was made, and its story."""

    def __init__(self, journey: Journey, story: str) -> None:
        self.journey, self.story = journey, story

    async def episode(self) -> Any:
        return (await self.journey.ask(WARD, EPISODE, id=self.journey.episode))["episode"]


@pytest.fixture(params=list(SETTINGS))
async def travelled(
    request: pytest.FixtureRequest, http: httpx2.AsyncClient, clock: Clock, tokens: Tokens
) -> Travelled:
    lines: list[str] = []

    def tick(time: Any) -> None:
        clock.now += time

    journey = await travel(http, request.param, lines.append, tick, tokens)
    return Travelled(journey, "\n".join(lines) + "\n")


def kept(story: str, region: str) -> str:
    """The story as it is kept; the new one, if new ones are to be kept."""
    path = STORIES / f"{region}.txt"
    if os.environ.get("LIFECARE_TEST_NEW_STORIES"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(story, "utf-8")
    return path.read_text("utf-8")


async def test_the_journey_ends_with_a_closed_episode_and_a_closed_plan(
    travelled: Travelled, tmp_path: Path
) -> None:
    journey, region = travelled.journey, travelled.journey.setting.code
    episode = await travelled.episode()
    plan = (await journey.ask(CENTRE, PLAN, id=journey.plan))["plan"]
    versions = [one["content"]["interventions"] for one in plan["history"]["nodes"] if one["content"]]

    assert (episode["state"], plan["state"]) == ("CLOSED", "CLOSED")
    assert episode["endedAt"] is not None
    assert [len(one) for one in versions] == [3, 4]
    assert [(act, set(codes)) for act, codes in journey.refusals] == REFUSALS
    assert [await waiting(journey, part) for part in journey.seats] == [[] for _ in journey.seats]
    assert travelled.story == kept(travelled.story, region)

    _log_is_in_the_record(journey, episode)
    _withdrawal_is_in_the_record(episode)
    _story_tells_what_it_must(travelled)
    _papers_are_whole(list(write(await papers(journey), tmp_path)), journey)


def _log_is_in_the_record(journey: Journey, episode: Any) -> None:
    town = journey.seats[TOWN]
    logged = [one for one in episode["history"]["nodes"] if one["kind"] == "PHONE_CALL_LOGGED"][-1]
    assert (logged["spokeWith"], logged["called"]["id"]) == (town.name, town.unit_id)
    assert logged["informed"] == ["DISCHARGE_NOTICE"]


def _withdrawal_is_in_the_record(episode: Any) -> None:
    ready = [one["kind"] for one in episode["history"]["nodes"] if one["kind"].startswith("DISCHARGE_READY")]
    assert ready == ["DISCHARGE_READY_SENT", "DISCHARGE_READY_WITHDRAWN", "DISCHARGE_READY_SENT"]
    reasons = {one["code"] for one in episode["paymentLiability"]["reasons"]}
    assert reasons >= {"DISCHARGE_READY_WITHDRAWN", "DISCHARGE_READY_SENT", "DISCHARGED_IN_TIME"}
    assert episode["paymentLiability"]["status"] == "NOT_LIABLE"


def _story_tells_what_it_must(travelled: Travelled) -> None:
    journey, told = travelled.journey, " ".join(travelled.story.split())
    assert NUMBERS[journey.setting.code] in told
    assert "»Utskrivning från sjukhus får inte ske utan att" in told
    assert journey.patient["identifier"] not in told
    assert not re.search(r"\d{6}[-+ ]?\d{4}|_[0-9a-f]{32}", told)


def _papers_are_whole(paths: list[Path], journey: Journey) -> None:
    sip, patient, invitation = (path.read_text("utf-8") for path in paths)
    assert "Gångträning två gånger i veckan" in sip
    assert "Hemsjukvården kommer i morgon" in patient
    [event] = vobject.readOne(invitation).vevent_list
    assert event.dtstart.value.isoformat() == "2026-12-01T15:00:00+01:00"


def cut_off(told: list[str], after: str) -> Callable[[str], None]:
    """Tells the story until this has been done."""

    def say(line: str) -> None:
        told.append(line)
        if after in line and "✓" in line:
            raise KeyboardInterrupt

    return say


async def test_what_a_journey_that_was_cut_off_leaves_is_ended_by_the_next(
    http: httpx2.AsyncClient, tokens: Tokens
) -> None:
    told: list[str] = []
    for last in ("skriver in Rigmor", "kallar till SIP-möte", "upprättar planen", "skriver ut Rigmor"):
        with pytest.raises(KeyboardInterrupt):
            await travel(http, "halland", cut_off(told, last), tokens=tokens)
    journey = await travel(http, "halland", told.append, tokens=tokens)

    left = [line for line in told if line.startswith("En tidigare resa lämnade")]
    assert [re.findall(r"(SIP|vårdtillfälle) öppe[nt] \((.*)\)", line)[0] for line in left] == [
        ("vårdtillfälle", "inskriven"),
        ("SIP", "kallad"),
        ("vårdtillfälle", "utskrivningsklar"),
        ("SIP", "upprättad"),
        ("vårdtillfälle", "utskrivningsklar"),
        ("SIP", "upprättad"),
        ("vårdtillfälle", "utskriven"),
    ]
    assert (await Travelled(journey, "").episode())["state"] == "CLOSED"


async def test_a_region_that_the_server_lacks_is_told(settings: Settings, clock: Clock, tokens: Tokens) -> None:
    app = create_app(settings, load_regions(["halland"]), clock)
    transport = httpx2.ASGITransport(app=app)
    async with app.router.lifespan_context(app), httpx2.AsyncClient(transport=transport, base_url=HERE) as http:
        with pytest.raises(Astray, match="inte regionen orebro"):
            await travel(http, "orebro", print, tokens=tokens)


def journeyed(*arguments: str, directory: Path) -> subprocess.CompletedProcess[str]:
    """The command, run as its reader runs it but in another directory."""
    command = [sys.executable, "-m", "examples.journey", *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True)


def test_the_command_against_a_running_server(tmp_path: Path) -> None:
    port = free_port()
    with served(tmp_path, port) as server:
        wait_for(server, port)
        told = journeyed("--region", "vasternorrland", "--url", f"http://127.0.0.1:{port}", directory=tmp_path)

    assert (told.returncode, told.stderr) == (0, "")
    assert "Rakel, som går hem" in told.stdout
    papers = sorted(path.name for path in (tmp_path / "journey-vasternorrland").iterdir())
    assert papers[0] == "patientinformation.html"
    assert papers[1].startswith("sip-mote-")
    assert papers[2] == "sip.html"


def test_a_server_that_is_not_there_is_told(tmp_path: Path) -> None:
    told = journeyed("--region", "halland", "--url", f"http://127.0.0.1:{free_port()}", directory=tmp_path)
    assert told.returncode == 1
    assert "svarar inte" in told.stderr
    assert "Traceback" not in told.stderr
