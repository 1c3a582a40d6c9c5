"""Webhooks of served processes: several on one database, killed in the middle, and by command."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psutil
import pytest

from lifecare_gql.app import create_app
from lifecare_gql.regions import Regions
from lifecare_gql.settings import Settings
from lifecare_gql.web.tokens import DevelopmentIssuer
from lifecare_gql.web.webhooks.delivering import LOOK_AGAIN_SECONDS
from tests import world
from tests.api.test_sending import message
from tests.conftest import Api, Clock
from tests.storage.test_row_security import execute
from tests.test_cli import ROOT
from tests.web.issuer import Client, client
from tests.web.listening import Staff
from tests.web.processes import Process, served
from tests.web.receiving import ADMINISTRATOR, Received, Receiver, administers, receiving
from tests.web.receiving import registered as plainly_registered
from tests.web.test_changes_served import Own, sends
from tests.web.test_changes_served import own as own
from tests.world import pid, staff_of, uid

pytestmark = pytest.mark.long

CHANGES = 200
SECONDS = {"LIFECARE_WEBHOOK_SECONDS": "2"}
"""So whoever is killed holds a webhook for no longer than 9 s."""
REGISTER = """mutation R($i: RegisterWebhookInput!, $k: String!) { registerWebhook(input: $i, idempotencyKey: $k) {
  __typename ... on WebhookSecretMade { secret webhook { id } } } }"""


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as found:
        yield found


async def registered(own: Own, client: Client, receiver: Receiver) -> tuple[str, str]:
    """The id and the secret of a webhook that is told of a unit's messages."""
    await execute(
        own.settings.database_url,
        "insert into role_grant (id, assignment_id, role, region_code, version, since)"
        f" select '{uuid4()}', id, 'OBJECT_SPECIALIST', 'halland', 1, '2026-01-01 00:00:00+00:00' from assignment"
        f" where hsa_id = '{staff_of(ADMINISTRATOR)[1]}'",
    )
    order = {"unitId": pid("unit", "eken"), "url": receiver.url, "topics": ["MESSAGE"]}
    answer = await client.post(Staff(own.settings).token(ADMINISTRATOR), REGISTER, i=order, k=str(uuid4()))
    made = answer.json()["data"]["registerWebhook"]
    assert made["__typename"] == "WebhookSecretMade"
    return made["webhook"]["id"], made["secret"]


async def until(ready: Callable[[], bool], seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not ready():  # noqa: ASYNC110  # what is heard is a plain list
            await asyncio.sleep(0.02)


async def in_order(own: Own) -> list[str]:
    """The messages of the unit's stream, by their ids, in the order of the commits."""
    stream = f"unit:{uid('unit eken')}"
    sql = f"select subject_id from outbox where stream = '{stream}' and topic = 'MESSAGE' order by position"
    return [f"message_{UUID(str(one)).hex}" for (one,) in await execute(own.settings.database_url, sql)]


def holds(process: Process, receiver: Receiver) -> bool:
    """Whether it is connected to the receiver now."""
    found = psutil.Process(process.process.pid).net_connections("tcp")
    return any(one.raddr and one.raddr.port == receiver.port for one in found)


async def test_two_processes_deliver_everything_in_order_though_one_is_killed(
    own: Own, tmp_path: Path, receiver: Receiver, record_property: Any
) -> None:
    staff, before = Staff(own.settings), CHANGES // 4

    def slow_once(one: Received) -> int:
        return 0 if len(receiver.heard) == before else 200

    receiver.answers, receiver.slow = slow_once, 1.0
    async with (
        served(own.settings, tmp_path, **SECONDS) as one,
        served(own.settings, tmp_path, **SECONDS) as other,
    ):
        _, secret = await registered(own, one.client, receiver)
        sending = asyncio.create_task(sends(staff, [one.client, other.client], CHANGES))
        await until(lambda: len(receiver.heard) >= before)
        [killed] = [each for each in (one, other) if holds(each, receiver)]
        killed.process.kill()
        sending.cancel()
        survivor = other if killed is one else one
        await sends(staff, [survivor.client], CHANGES - len(await in_order(own)))
        wanted = await in_order(own)
        await until(lambda: len(receiver.ids) >= len(wanted))
        await asyncio.sleep(1)
        log = survivor.log.read_text()

    told = {one.id: one.told["data"]["id"] for one in receiver.taken}
    assert [told[named] for named in receiver.ids] == wanted, "each once, in the order of the commits"
    assert len(wanted) == len(set(told.values())) >= CHANGES
    assert len({(one.id, one.body) for one in receiver.taken}) == len(wanted), "a double is the same"
    doubles = {named: times for named, times in Counter(one.id for one in receiver.taken).items() if times > 1}
    assert doubles == {receiver.heard[before - 1].id: 2}, "that which was being told when the process was killed"
    assert all(one.signed_with(secret) for one in receiver.taken)
    assert "path-token" not in log
    assert "Traceback" not in log
    record_property("delivered", f"{CHANGES} changes, 0 lost, {len(doubles)} told twice under the same id")


async def test_a_server_tells_by_itself_and_counts_it(
    settings: Settings, regions: Regions, clock: Clock, receiver: Receiver
) -> None:
    telling = settings.model_copy(update={"webhooks": True})
    async with client(create_app(telling, regions, clock)) as asking:
        api = Api(asking.http, DevelopmentIssuer(settings), clock, settings.database_url)
        await administers(api)
        await plainly_registered(api, receiver.url, topics=["MESSAGE"])
        began = time.monotonic()
        for _ in range(3):
            await api.do("sendMessage:MessageInput", "varberg", **message("alva", "eken"))
        await until(lambda: len(receiver.taken) == 3)
        assert time.monotonic() - began < LOOK_AGAIN_SECONDS, "it was woken, and did not just look again"
        await asyncio.sleep(0.5)
        told = (await asking.http.get("/metrics")).text
    assert 'lifecare_webhook_deliveries_total{outcome="delivered"} 3.0' in told
    assert "lifecare_webhook_lag_seconds_count 3.0" in told
    assert "127.0.0.1" not in told


async def test_what_waits_survives_every_process(own: Own, tmp_path: Path, receiver: Receiver) -> None:
    receiver.answers = lambda _: 500
    staff = Staff(own.settings)
    async with served(own.settings, tmp_path, **SECONDS) as one:
        await registered(own, one.client, receiver)
        await sends(staff, [one.client], 3)
        await until(lambda: len(receiver.heard) >= 1)
    receiver.answers = lambda _: 200
    async with served(own.settings, tmp_path, **SECONDS):
        await until(lambda: len(receiver.taken) >= 3)
    assert [one.told["data"]["id"] for one in receiver.taken] == await in_order(own)
    assert receiver.taken[0].id == receiver.heard[0].id


async def command(settings: Settings, *words: str, **more: str) -> tuple[int, str]:
    """The exit code of a command of webhooks, and what it prints."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LIFECARE_")}
    said = {
        "LIFECARE_DATABASE_URL": settings.database_url,
        "LIFECARE_SECRET": world.SECRET,
        "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")]),
    }
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "lifecare_gql", "webhooks", *words),
        env=kept | said | more,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, error = await asyncio.wait_for(running.communicate(), 60)
    return running.returncode or 0, out.decode() + error.decode()


async def test_by_command_it_is_listed_delivered_and_replayed(
    own: Own, tmp_path: Path, receiver: Receiver
) -> None:
    receiver.answers = lambda _: 500
    staff, url = Staff(own.settings), own.settings.database_url
    async with served(own.settings, tmp_path, LIFECARE_WEBHOOKS="false") as one:
        hook, _ = await registered(own, one.client, receiver)
        await sends(staff, [one.client], 2)
        await asyncio.sleep(0.5)
        assert receiver.heard == [], "a server that is told to leaves it to others"
        assert await command(own.settings, "list") == (0, f"{hook}\tACTIVE\t127.0.0.1\tnever\t0\t0\n")
        code, told = await command(own.settings, "deliver", "--once")
        assert (code, told.splitlines()[0]) == (0, "1 failed")
        await execute(url, "update webhook_delivery set attempts = 9")
        await execute(url, "update webhook set due_at = '2026-01-01 00:00:00+00:00'")
        receiver.answers = lambda one: 500 if one.id == receiver.heard[0].id else 200
        code, told = await command(own.settings, "deliver", "--once")
        assert (code, told.splitlines()[0]) == (0, "1 dead, 1 delivered")
        code, told = await command(own.settings, "dead")
        letter, of, *rest = told.strip().split("\t")
        assert (code, of, rest) == (0, hook, ["127.0.0.1", receiver.heard[0].id, "10", "500"])
        assert (await command(own.settings, "list"))[1].endswith("\t0\t1\n")

        receiver.answers = lambda _: 200
        assert await command(own.settings, "replay", letter) == (0, "It will be told again.\n")
        assert (await command(own.settings, "replay", letter))[0] == 1
        assert (await command(own.settings, "replay", "nothing"))[0] == 1
        assert await command(own.settings, "deliver", "--once") == (0, "1 delivered\n")
        assert await command(own.settings, "deliver", "--once") == (0, "nothing\n")
        assert receiver.heard[-1].id == receiver.heard[0].id
        assert "token" not in told
