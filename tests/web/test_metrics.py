"""`/metrics`: what is counted, who may read it, and that no value of a request becomes a label."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from lifecare_gql.app import create_app
from lifecare_gql.regions import Regions
from lifecare_gql.settings import DocumentMode, Mode, Settings
from lifecare_gql.storage.url import Dialect
from lifecare_gql.web.metrics import forget_the_dead
from tests import world
from tests.api.served import serving
from tests.api.test_sending import message
from tests.conftest import Api, run
from tests.databases import Databases

TOKEN = "a token that only the tests know"
PATIENT = "query Q($by: PatientBy!) { patient(by: $by) { id } }"
OPERATIONS = "graphql_server_request_duration_seconds_count"
Numbers = dict[tuple[str, frozenset[tuple[str, str]]], float]


def numbers(text: str) -> Numbers:
    """Each number by its name and labels."""
    found = (one for family in text_string_to_metric_families(text) for one in family.samples)
    return {(one.name, frozenset(one.labels.items())): one.value for one in found}


async def told(http: httpx2.AsyncClient, **headers: str) -> Numbers:
    answer = await http.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    return numbers(answer.text)


def of(found: Numbers, name: str, **labels: str) -> float:
    """The sum of what has the name and these labels."""
    wanted = set(labels.items())
    return sum(value for (one, has), value in found.items() if one == name and wanted <= has)


async def test_operations_are_counted_by_type_and_code(api: Api) -> None:
    await api("{ __typename }")
    await api("{ __typename }")
    await api.do("sendMessage:MessageInput", "varberg", **message("alva", "eken"))
    await api.post("{ nothing }")
    await api.post("{ patient(")
    await api.post("query A { __typename } query B { __typename }")
    await api.post("{ accessLog { nodes { id } } }")
    await run(api, "alter table message rename to lost")
    await api.post("{ viewer { unit { inbox { nodes { id } } } } }", "varberg")

    found = await told(api.http)

    by_code = {
        (dict(labels)["graphql_operation_type"], dict(labels)["error_type"]): value
        for (name, labels), value in found.items()
        if name == OPERATIONS
    }
    assert by_code == {
        ("query", ""): 2,
        ("mutation", ""): 1,
        ("query", "INVALID_DOCUMENT"): 1,
        ("", "INVALID_DOCUMENT"): 1,
        ("", "INVALID_SYNTAX"): 1,
        ("query", "UNAUTHENTICATED"): 1,
        ("query", "INTERNAL"): 1,
    }
    assert of(found, "graphql_server_active_requests") == 0
    assert of(found, "lifecare_database_statement_seconds_count") > 10
    assert of(found, "http_server_request_duration_seconds_count", http_route="/graphql") == 8


async def test_the_pool_is_told_of_where_there_is_one(api: Api, dialect: Dialect) -> None:
    await api("{ viewer { unit { id } } }", "varberg")

    found = await told(api.http)

    connections = of(found, "lifecare_database_connections")
    assert (connections >= 1) == (dialect is Dialect.POSTGRES)
    assert of(found, "lifecare_database_connections", state="used") == 0


async def test_only_a_trusted_documents_name_is_told(settings: Settings, regions: Regions, tmp_path: Path) -> None:
    trusted = "query Inbox { __typename }"
    file = tmp_path / "web" / "1.0.json"
    file.parent.mkdir()
    file.write_text(json.dumps({hashlib.sha256(trusted.encode()).hexdigest(): trusted}), "utf-8")
    async with standing(settings, regions, documents=DocumentMode.LOG, documents_dir=tmp_path) as http:
        for query in (
            trusted,
            "query Inbox { again: __typename }",
            f"query P{world.number('alva')} {{ __typename }}",
        ):
            assert (await http.post("/graphql", json={"query": query})).json()["data"]
        found = await told(http)

    assert of(found, OPERATIONS, graphql_operation_name="Inbox") == 1
    names = {dict(labels)["graphql_operation_name"] for name, labels in found if name == OPERATIONS}
    assert names == {"Inbox", ""}


async def test_no_value_of_a_request_becomes_a_label(api: Api) -> None:
    number = world.number("alva")
    for query in (PATIENT, f"query P{number} {{ __typename }}", f'{{ node(id: "{number}") {{ id }} }}'):
        await api.post(query, "varberg", by={"identifier": number})
    await api.http.get(f"/{number}")
    await api.http.request(number, "/graphql")

    text = (await api.http.get("/metrics")).text

    assert number not in text
    assert number[2:] not in text
    assert set(re.findall(r'http_route="([^"]*)"', text)) == {"/graphql", "other"}


@asynccontextmanager
async def standing(settings: Settings, regions: Regions, **changes: object) -> AsyncIterator[httpx2.AsyncClient]:
    app = create_app(settings.model_copy(update=changes), regions)
    async with httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app), base_url="http://127.0.0.1:8000"
    ) as http:
        yield http


async def test_production_has_no_metrics_unless_it_is_told_for_whom(settings: Settings, regions: Regions) -> None:
    async with standing(settings, regions, mode=Mode.PRODUCTION) as http:
        assert (await http.get("/metrics")).status_code == 404


@pytest.mark.parametrize("mode", Mode)
async def test_whoever_has_the_token_may_read_them(settings: Settings, regions: Regions, mode: Mode) -> None:
    async with standing(settings, regions, mode=mode, metrics_token=SecretStr(TOKEN)) as http:
        for given in ({}, {"authorization": "Bearer another"}, {"authorization": TOKEN}):
            refused = await http.get("/metrics", headers=given)
            assert refused.status_code == 401
            assert refused.headers["www-authenticate"] == "Bearer"
        assert (await http.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})).status_code == 200


async def test_whichever_worker_is_asked_answers_for_all(databases: Databases, tmp_path: Path) -> None:
    (tmp_path / "numbers").mkdir()
    async with databases.copy(Dialect.POSTGRES, world.prepare) as url:
        shared = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "numbers")}
        async with serving(url, tmp_path, workers=2, **shared) as (server, _):
            for _ in range(40):  # each on a connection of its own, so that both workers get some
                async with httpx2.AsyncClient(base_url=server.address) as http:
                    await http.post("/graphql", json={"query": "{ __typename }"})
            for _ in range(6):
                async with httpx2.AsyncClient(base_url=server.address) as http:
                    assert of(await told(http), OPERATIONS, graphql_operation_type="query") == 40
            processes = {file.stem.rpartition("_")[2] for file in (tmp_path / "numbers").glob("histogram_*.db")}
            assert len(processes) >= 2


async def test_gauges_of_workers_that_are_gone_are_left_out(tmp_path: Path) -> None:
    gone = await asyncio.create_subprocess_exec(sys.executable, "-c", "")
    await gone.wait()
    for name in (f"gauge_livesum_{gone.pid}.db", "gauge_livesum_1.db", f"counter_{gone.pid}.db"):
        (tmp_path / name).touch()

    forget_the_dead(str(tmp_path))

    assert set(os.listdir(tmp_path)) == {"gauge_livesum_1.db", f"counter_{gone.pid}.db"}
