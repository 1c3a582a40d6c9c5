"""What stands around a plugin while the server runs: threads, time, breaker, last good answers, what it sees."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from dataclasses import replace
from typing import Any

import pytest
import strawberry

from lifecare_gql import hookimpl
from lifecare_gql.app import create_app
from lifecare_gql.domain.directory import Switchboard
from lifecare_gql.domain.phones import PhoneNumber
from lifecare_gql.errors import RegionFault, RegionUnavailable
from lifecare_gql.hookspecs import RegionSchema, TypeField
from lifecare_gql.region_running import FAILURES, REST_SECONDS, THREADS, TOLD_SECONDS, Guard, Guards
from lifecare_gql.regions import Regions, load_regions
from lifecare_gql.schema import build_schema
from lifecare_gql.schema.context import Info
from lifecare_gql.settings import Settings
from tests.conftest import Clock
from tests.regions.hostile import ACTING, NAME
from tests.regions.plugins import CODES, hooks_of, plugin
from tests.regions.test_hostile import ONE_DATABASE, calm, client, four_and_one, unit
from tests.web.test_metrics import numbers, of
from tests.world import pid

calm = calm  # the fixture, for every test here
POINT = "Unit.hallandActs"


class Monotonic:
    """A clock that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def guard(seconds: float = 0.2) -> tuple[Guard, Monotonic]:
    clock = Monotonic()
    return Guard(plugin="p", region="halland", seconds=seconds, monotonic=clock), clock


async def failing(one: Guard, call: Any, point: str = POINT) -> str:
    with pytest.raises(RegionUnavailable) as caught:
        await one.run(point, call)
    return caught.value.extensions["failing"]


def ended(one: Guard) -> None:
    """Wait until every thread that was given up has ended."""
    until = time.monotonic() + 10
    while one.pool.abandoned and time.monotonic() < until:
        time.sleep(0.01)
    assert one.pool.abandoned == 0


def breaks() -> None:
    raise ValueError


async def test_a_call_is_made_off_the_event_loop_and_answered() -> None:
    one, _ = guard()

    def where() -> str:
        with pytest.raises(RuntimeError, match="no running event loop"):
            asyncio.get_running_loop()
        return threading.current_thread().name

    assert await one.run(POINT, where) == "region-p"
    assert list(one.problems()) == []


async def test_the_breaker_opens_after_failures_in_a_row_rests_and_lets_one_try() -> None:
    one, clock = guard()
    tried: list[float] = []

    def tries() -> None:
        tried.append(clock.now)
        breaks()

    assert [await failing(one, tries) for _ in range(FAILURES + 2)] == ["raises"] * FAILURES + ["rests"] * 2
    clock.now += REST_SECONDS
    assert [await failing(one, tries) for _ in range(2)] == ["raises", "rests"]
    assert len(tried) == FAILURES + 1
    assert await one.run("elsewhere", lambda: "well") == "well"
    clock.now += REST_SECONDS
    assert await one.run(POINT, lambda: "well") == "well"
    assert [await failing(one, breaks) for _ in range(FAILURES)] == ["raises"] * FAILURES


async def test_a_success_between_keeps_the_breaker_closed() -> None:
    one, _ = guard()
    for _ in range(FAILURES):
        assert await failing(one, breaks) == "raises"
        await one.run(POINT, lambda: "well")


async def test_threads_that_never_return_are_counted_and_starve_nobody_else() -> None:
    one, clock = guard()
    other, _ = guard()
    let_go = threading.Event()
    try:
        for number in range(THREADS):
            assert await failing(one, lambda: let_go.wait(30), f"point {number}") == "hangs"
        assert one.pool.abandoned == THREADS
        began = time.monotonic()
        assert await failing(one, lambda: "well", "one more") == "is-busy"
        assert time.monotonic() - began < 0.1
        assert await other.run(POINT, lambda: "well") == "well"
    finally:
        let_go.set()
    ended(one)
    clock.now += REST_SECONDS
    assert await one.run("one more", lambda: "well") == "well"


async def test_waiting_for_a_thread_is_no_failure_of_the_call() -> None:
    one, _ = guard(seconds=0.5)
    let_go = threading.Event()
    slow = [
        asyncio.ensure_future(failing(one, lambda: let_go.wait(30), f"slow {each}")) for each in range(THREADS)
    ]
    await asyncio.sleep(0.1)
    assert await failing(one, breaks, "behind") == "is-busy"
    let_go.set()
    await asyncio.gather(*slow)
    assert one.breakers["behind"].failures == 0


async def test_a_request_that_ends_lets_go_of_the_call() -> None:
    one, _ = guard(seconds=30)
    let_go = threading.Event()
    running = asyncio.ensure_future(one.run(POINT, lambda: let_go.wait(30)))
    await asyncio.sleep(0.1)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert one.pool.abandoned == 1
    let_go.set()


async def test_a_problem_is_told_for_an_hour() -> None:
    one, clock = guard()
    await failing(one, lambda: sys.exit(2))
    clock.now += 60
    [problem] = one.problems()
    assert (problem.key, problem.plugin) == ("run-exits", "p")
    assert problem.what == f"lifecare_schema: {POINT} exits: 1 times, the last 60 s ago"
    clock.now += TOLD_SECONDS
    assert list(one.problems()) == []


# --- in an application ---


@pytest.fixture
def monotonic() -> Monotonic:
    return Monotonic()


@pytest.fixture
def regions(monotonic: Monotonic) -> Regions:
    return replace(four_and_one(), guards=Guards(seconds=5, monotonic=monotonic))


@ONE_DATABASE
async def test_the_last_good_answer_of_a_namespace_is_given_with_its_age(
    settings: Settings, regions: Regions, monotonic: Monotonic, clock: Clock
) -> None:
    async with client(create_app(settings, regions, clock), settings, clock) as api:
        assert await api("{ halland { acts(times: 2) } }") == {"halland": {"acts": "well"}}
        ACTING.kind = "raises"
        monotonic.now += 90
        stale = await api.post("{ halland { acts(times: 2) } }")
        other = await api.post("{ halland { acts(times: 3) } }")
        monotonic.now += 24 * 3600
        too_old = await api.post("{ halland { acts(times: 2) } }")

    assert "errors" not in stale
    assert stale["data"] == {"halland": {"acts": "well"}}
    assert stale["extensions"]["lastGood"] == [
        {"path": ["halland", "acts"], "region": "halland", "plugin": NAME, "ageSeconds": 90}
    ]
    for answer in (other, too_old):
        assert answer["data"] == {"halland": None}
        assert answer["errors"][0]["extensions"]["code"] == "REGION_UNAVAILABLE"
        assert "lastGood" not in answer["extensions"]


@ONE_DATABASE
async def test_no_old_answer_is_given_of_a_row(settings: Settings, regions: Regions, clock: Clock) -> None:
    query = f'{{ patient(by: {{id: "{pid("patient", "alva")}"}}) {{ hallandActs }} }}'
    async with client(create_app(settings, regions, clock), settings, clock) as api:
        assert await api(query, "varberg") == {"patient": {"hallandActs": "well"}}
        ACTING.kind = "raises"
        assert (await api.post(query, "varberg"))["data"] == {"patient": {"hallandActs": None}}


@ONE_DATABASE
async def test_metrics_and_the_probe_tell_of_it(settings: Settings, regions: Regions, clock: Clock) -> None:
    ACTING.kind = "raises"
    async with client(create_app(settings, regions, clock), settings, clock) as api:
        for _ in range(FAILURES):
            await api.post("{ halland { thing { acts } } }")
        told = numbers((await api.http.get("/metrics")).text)
        ready = await api.http.get("/readyz")

    labels = {"plugin": NAME, "point": "HallandThing.acts"}
    assert of(told, "lifecare_region_failures_total", **labels, failing="raises") == FAILURES
    assert of(told, "lifecare_region_breaker_open", **labels) == 1
    assert of(told, "lifecare_region_breaker_open", plugin=NAME, point="HallandQuery.thing") == 0
    assert of(told, "lifecare_region_lost_threads", plugin=NAME) == 0
    assert ready.status_code == 200
    assert {"key": "run-raises", "severity": "FAILING", "plugin": NAME} in ready.json()["problems"]
    assert "HallandThing" not in ready.text


# --- what it sees ---


async def test_it_never_sees_another_regions_patient(settings: Settings, regions: Regions, clock: Clock) -> None:
    patient = "query P($id: ID!) { patient(by: {id: $id}) { identifier givenName hallandActs } }"
    async with client(create_app(settings, regions, clock), settings, clock) as api:
        alva = (await api(patient, "varberg", id=pid("patient", "alva")))["patient"]
        [(row, info)] = ACTING.seen
        ACTING.seen.clear()
        cecilia = (await api(patient, "nora", id=pid("patient", "cecilia")))["patient"]
        units = (
            "{ "
            + " ".join(
                f'{name}: unit(by: {{id: "{pid("unit", name)}"}}) {{ hallandActs }}'
                for name in ("varberg", "eken", "nora", "sundsvall")
            )
            + " }"
        )
        found = await api(units, "nora")

    assert (alva["hallandActs"], cecilia["givenName"], cecilia["hallandActs"]) == ("well", "Cecilia", None)
    assert set(row.values) == {"id"}
    assert row.related == {}
    with pytest.raises(AttributeError, match="identifier was not asked for"):
        _ = row.identifier
    nothing_of_the_request(info)
    assert found == {
        "varberg": {"hallandActs": "well"},
        "eken": {"hallandActs": "well"},
        "nora": {"hallandActs": None},
        "sundsvall": {"hallandActs": None},
    }
    assert len(ACTING.seen) == 2, "it was asked of Halland's units only"


def nothing_of_the_request(info: Info) -> None:
    """Its region's data and the time; no session, no variables, no other field."""
    assert sorted(type(info.context).__slots__) == ["now", "regions"]
    assert list(info.context.regions) == ["halland"]
    assert info.variable_values == {}
    assert info.root_value is None
    assert info.operation.selection_set.selections == ()
    with pytest.raises(TypeError):
        info.context.regions["orebro"] = None  # type: ignore[index]


@ONE_DATABASE
async def test_a_namespace_sees_its_own_region_only(settings: Settings, regions: Regions, clock: Clock) -> None:
    query = "query Q($times: Int!) { halland { acts(times: $times) } }"
    async with client(create_app(settings, regions, clock), settings, clock) as api:
        await api(query, "varberg", times=1)
    [(_, info)] = ACTING.seen
    nothing_of_the_request(info)


# --- what does not fit is told at the start ---

with pytest.deprecated_call():
    OwnScalar: Any = strawberry.scalar(
        type("OwnScalar", (), {}), name="HallandScalar", serialize=str, description="Its own."
    )


@strawberry.type(description="A scalar of its own.")
class HallandScales:
    """What a region's type must not hold."""

    odd: OwnScalar = strawberry.field(description="Odd.")


@strawberry.type(description="Has code beside its resolvers.")
class HallandOdd:
    """What a region's type must not be."""

    odd: int = strawberry.field(description="Odd.")

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        """Its own code, on the event loop."""
        return True


class Refuses(strawberry.permission.BasePermission):
    """Its own code, on the event loop."""

    def has_permission(self, source: Any, info: Any, **arguments: Any) -> bool:
        return False


@strawberry.type(description="A permission of its own.")
class HallandGuarded:
    """What a region's type must not be."""

    odd: int = strawberry.field(description="Odd.", permission_classes=[Refuses])


@strawberry.interface(description="Several types.")
class HallandMany:
    """What a region's type must not lead to."""

    odd: int = strawberry.field(description="Odd.")


@strawberry.type(description="Leads to several types.")
class HallandLeads:
    """What a region's type must not be."""

    many: HallandMany = strawberry.field(description="Odd.")


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        (HallandOdd, "the type HallandOdd has an is_type_of"),
        (HallandGuarded, "HallandGuarded.odd has extensions or permissions"),
        (HallandLeads, "HallandLeads.many can be several types"),
        (HallandScales, "HallandScales.odd is a scalar of its own"),
    ],
)
def test_code_beside_resolvers_stops_the_start(query: type, fault: str) -> None:
    said = RegionSchema(region="halland", query=query)
    adding = plugin("zz-a", lifecare_schema=hookimpl(lambda: said))
    loaded = load_regions(plugins=[plugin("halland", **hooks_of("halland")), adding])
    with pytest.raises(RegionFault, match=f"zz-a: {fault}"):
        build_schema(loaded)


def made_up(root: object) -> Switchboard:
    """A switchboard that no document has."""
    return Switchboard(name="Påhittad", phone=PHONE, ask_for="ingen", fact="V57")


PHONE = PhoneNumber(printed="060-19 10 00", e164="+4660191000")


@ONE_DATABASE
async def test_what_rests_on_a_document_is_not_made_up(settings: Settings, clock: Clock) -> None:
    field = TypeField(type_name="Unit", name="vasternorrland_made_up", resolve=made_up)
    said = RegionSchema(region="vasternorrland", fields=(field,))
    adding = plugin("zz-a", lifecare_schema=hookimpl(lambda: said))
    loaded = load_regions(plugins=[*(plugin(code, **hooks_of(code)) for code in CODES), adding])
    query = f"{{ {unit('sundsvall')} {{ name vasternorrlandMadeUp {{ name }} }} }}"
    async with client(create_app(settings, loaded, clock), settings, clock) as api:
        answer = await api.post(query, "sundsvall")
    assert answer["data"] == {"unit": {"name": "Sundsvall", "vasternorrlandMadeUp": None}}
    assert answer["errors"][0]["extensions"]["failing"] == "answers-junk"
