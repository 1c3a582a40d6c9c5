"""Trusted documents: the same over HTTP and over a websocket, in each mode, and checked whole at the start."""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from strawberry.extensions import parser_cache, validation_cache

from lifecare_gql.app import create_app, utc_now
from lifecare_gql.errors import ConfigurationError
from lifecare_gql.regions import Regions
from lifecare_gql.schema import build_schema
from lifecare_gql.settings import DocumentMode, Settings
from lifecare_gql.storage.url import Dialect
from lifecare_gql.web.documents import SEVERAL, Trusted, load_documents
from lifecare_gql.web.tokens import DevelopmentIssuer
from tests import world
from tests.conftest import Clock
from tests.web.issuer import FOUND, Client, client

WHO = "query Who { viewer { unit { name } } }"
OLD = "query Old { viewer { unit { id } } }"
FREE = "query Free { viewer { unit { name } } }"
RENAMED = "query Who($a: String) { viewer { unit { name } } }"


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def manifest(folder: Path, place: str, *texts: str, **more: str) -> None:
    """A manifest of the texts, each under its right hash, and of what is said besides."""
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({sha(text): text for text in texts} | more), "utf-8")


@pytest.fixture
def dialect() -> Dialect:
    """One database is enough: none of this asks it for anything but the caller."""
    return Dialect.SQLITE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two versions of one client."""
    manifest(tmp_path, "ward/1.json", WHO, OLD)
    manifest(tmp_path, "ward/2.json", WHO)
    return tmp_path


Serve = Callable[[str], AbstractAsyncContextManager["Asking"]]


class Asking:
    """Asks one server the same over HTTP and over a websocket."""

    def __init__(self, client: Client, token: str) -> None:
        self._client, self._token = client, token

    async def both(self, **body: Any) -> list[Any]:
        """What each answers: the data, or the code of the one error."""
        head = {"authorization": f"Bearer {self._token}"}
        http = await self._client.http.post("/graphql", json=body, headers=head)
        async with self._client.entered(self._token) as socket:
            await socket.say(type="subscribe", id="1", payload=body)
            heard = await socket.heard()
        return [_outcome(http.json()), _outcome(heard)]


def _outcome(answer: Any) -> Any:
    """The data of an answer, or its error's code; of a closed websocket its code."""
    if isinstance(answer, tuple):
        return answer[0]
    payload = answer.get("payload", answer)
    errors = payload if isinstance(payload, list) else payload.get("errors")
    if errors:
        [error] = errors
        return error["extensions"]["code"]
    return {"data": payload["data"]}


@pytest.fixture
def serve(settings: Settings, folder: Path, regions: Regions, clock: Clock) -> Serve:
    @asynccontextmanager
    async def serving(mode: str) -> AsyncIterator[Asking]:
        changed = settings.model_copy(update={"documents": DocumentMode(mode), "documents_dir": folder})
        token = DevelopmentIssuer(settings).issue(*world.staff_of("varberg"), utc_now())
        async with client(create_app(changed, regions, clock)) as found:
            yield Asking(found, token)

    return serving


SHOWN = {"data": FOUND["data"]}
ID = f"sha256:{sha(WHO)}"
UNKNOWN = f"sha256:{sha(FREE)}"
ASKED: dict[str, tuple[dict[str, Any], Any, Any, Any]] = {
    # what is asked, and what comes of it in the modes off, log and only
    "by id": ({"documentId": ID}, "DOCUMENT_UNKNOWN", SHOWN, SHOWN),
    "by id, with its name": ({"documentId": ID, "operationName": "Who"}, "DOCUMENT_UNKNOWN", SHOWN, SHOWN),
    "its very text": ({"query": WHO}, SHOWN, SHOWN, SHOWN),
    "both, alike": ({"query": WHO, "documentId": ID}, SHOWN, SHOWN, SHOWN),
    "a free query": ({"query": FREE}, SHOWN, SHOWN, "DOCUMENT_REQUIRED"),
    "a blank more": ({"query": WHO + " "}, SHOWN, SHOWN, "DOCUMENT_REQUIRED"),
    "introspection": ({"query": "{ __typename }"}, {"data": {"__typename": "Query"}}, ..., "DOCUMENT_REQUIRED"),
    "no document": ({"query": "{"}, "INVALID_SYNTAX", "INVALID_SYNTAX", "DOCUMENT_REQUIRED"),
    "an empty query": ({"query": ""}, ..., ..., "DOCUMENT_REQUIRED"),
    "unknown": ({"documentId": UNKNOWN}, *["DOCUMENT_UNKNOWN"] * 3),
    "unknown, with its text": ({"query": FREE, "documentId": UNKNOWN}, SHOWN, SHOWN, "DOCUMENT_UNKNOWN"),
    "the hash of another": ({"query": FREE, "documentId": ID}, *["DOCUMENT_MISMATCH"] * 3),
    "the same name": ({"query": RENAMED, "documentId": ID}, *["DOCUMENT_MISMATCH"] * 3),
    "without the prefix": ({"documentId": sha(WHO)}, *["DOCUMENT_UNKNOWN"] * 3),
    "in capitals": ({"documentId": f"sha256:{sha(WHO).upper()}"}, *["DOCUMENT_UNKNOWN"] * 3),
    "a text as id": ({"documentId": WHO}, *["DOCUMENT_UNKNOWN"] * 3),
    "an empty id": ({"documentId": ""}, *["DOCUMENT_UNKNOWN"] * 3),
    "another operation of it": ({"documentId": ID, "operationName": "Old"}, ..., *["INVALID_DOCUMENT"] * 2),
}


@pytest.mark.parametrize("mode", ["off", "log", "only"])
async def test_what_is_asked_and_what_comes_of_it(serve: Serve, mode: str) -> None:
    async with serve(mode) as asking:
        for name, (body, *expected) in ASKED.items():
            http, socket = await asking.both(**body)
            wanted = expected[("off", "log", "only").index(mode)]
            if wanted is not ...:
                assert (name, http, socket) == (name, wanted, wanted)


async def test_a_request_without_a_document_or_with_another_type_is_no_request(serve: Serve) -> None:
    async with serve("only") as asking:
        for body in (
            {},
            {"query": None, "documentId": None},
            {"documentId": 1},
            {"query": WHO, "documentId": [ID]},
        ):
            assert (body, await asking.both(**body)) == (body, ["INVALID_REQUEST", 4400])


async def test_the_log_tells_of_trusted_documents_only(serve: Serve, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "lifecare_gql")
    secret = "query Secret { viewer { unit { name } } }"
    async with serve("log") as asking:
        for body in ({"documentId": ID}, {"documentId": f"sha256:{sha(OLD)}"}, {"query": secret}):
            await asking.both(**body, extensions={"told": "by the caller"})
        await asking.both(documentId="sha256:told by the caller")
    lines = [one.getMessage() for one in caplog.records if one.name == "lifecare_gql.documents"]
    assert lines == [
        *["trusted=yes client=ward version=* operation=Who"] * 2,
        *["trusted=yes client=ward version=1 operation=Old"] * 2,
        *["trusted=no"] * 4,
    ]
    assert not any(told in caplog.text for told in ("Secret", "told by", "by the caller", sha(WHO)))


@pytest.mark.parametrize("mode", ["off", "only"])
async def test_the_other_modes_log_no_documents(serve: Serve, mode: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "lifecare_gql")
    async with serve(mode) as asking:
        await asking.both(query=WHO)
    assert not [one for one in caplog.records if one.name == "lifecare_gql.documents"]


async def test_a_document_by_its_id_is_parsed_and_validated_once(serve: Serve) -> None:
    caches = (parser_cache._get_parse_cache(1000), validation_cache._get_validate_cache(1000))
    async with serve("only") as asking:
        await asking.both(documentId=ID)
        before = [cache.cache_info() for cache in caches]  # type: ignore[attr-defined]
        for _ in range(3):
            await asking.both(documentId=ID)
        after = [cache.cache_info() for cache in caches]  # type: ignore[attr-defined]
    assert after == before, "what became of it is known: it is not even looked up there"


def settings_of(folder: Path) -> Settings:
    return Settings(documents=DocumentMode.ONLY, documents_dir=folder)


def test_whose_document_it_is_by_its_text_and_by_its_id(tmp_path: Path, regions: Regions) -> None:
    shared = "query Shared { __typename }"
    manifest(tmp_path, "ward/1.json", WHO, OLD, shared)
    manifest(tmp_path, "ward/2.json", WHO, shared)
    manifest(tmp_path, "app/1.json", shared)
    manifest(tmp_path, "..data/1.json", "no document")  # how Kubernetes mounts a folder
    found = load_documents(settings_of(tmp_path), build_schema(regions)._schema)
    for text, expected in {
        OLD: Trusted("ward", "1", "Old"),
        WHO: Trusted("ward", SEVERAL, "Who"),
        shared: Trusted(SEVERAL, SEVERAL, "Shared"),
        FREE: None,
    }.items():
        assert (found.trusted(text), found.trusted(f"sha256:{sha(text)}")) == (expected, expected)


def test_apollos_manifest_is_read_too(tmp_path: Path, regions: Regions) -> None:
    told = {
        "format": "apollo-persisted-query-manifest",
        "version": 1,
        "operations": [{"id": sha(WHO), "name": "Who", "type": "query", "body": WHO}],
    }
    (tmp_path / "ward").mkdir()
    (tmp_path / "ward/1.json").write_text(json.dumps(told))
    found = load_documents(settings_of(tmp_path), build_schema(regions)._schema)
    assert found.trusted(ID) == Trusted("ward", "1", "Who")


def test_every_fault_of_every_manifest_stops_the_start(tmp_path: Path, regions: Regions) -> None:
    many = "query Many { " + " ".join(f"a{at}: __typename" for at in range(40)) + " }"
    two = "query A { __typename } query B { __typename }"
    manifest(tmp_path, "ward/1.json", WHO, "query X { nothing }", "{", **{sha(WHO)[:40]: WHO, sha(OLD): FREE})
    manifest(tmp_path, "ward/2.json", many, two, "{ __typename }", "subscription S { s }", **{sha(OLD): "\ud800"})
    manifest(tmp_path, "a b/1.json", WHO)
    (tmp_path / "ward/3.json").write_text("{")
    (tmp_path / "ward/4.json").write_text("[]")
    (tmp_path / "ward/5.json").write_text('{"operations": [{"id": 1}]}')
    with pytest.raises(ConfigurationError) as stopped:
        load_documents(settings_of(tmp_path), build_schema(regions)._schema)
    told = str(stopped.value)
    for fault in (
        f"ward/1.json: sha256:{sha('query X { nothing }')}: line 1: Cannot query field 'nothing' on type 'Query'.",
        f"ward/1.json: sha256:{sha('{')}: line 1: Syntax Error",
        f"ward/1.json: {sha(WHO)[:40]}: no SHA-256 in 64",
        f"ward/1.json: {sha(OLD)}: the hash is not that of its document",
        f"ward/2.json: sha256:{sha(many)}: line 1: The operation's aliases: 40, allowed 30.",
        f"ward/2.json: sha256:{sha(many)}: line 1: The operation's rootFields: 40, allowed 30.",
        f"ward/2.json: sha256:{sha(two)}: it has 2 operations",
        f"ward/2.json: sha256:{sha('{ __typename }')}: its operation has no name",
        f"ward/2.json: sha256:{sha('subscription S { s }')}: line 1: Cannot query field 's' on type",
        f"ward/2.json: {sha(OLD)}: its document is no text in UTF-8",
        "a b/1.json: a b is no name for a client or a version",
        "ward/3.json: it is no JSON in UTF-8",
        "ward/4.json: it is neither an object",
        "ward/5.json: it is neither an object",
    ):
        assert fault in told
    assert told.count("\n") == 14


def test_a_folder_without_a_document_stops_the_start(tmp_path: Path, regions: Regions) -> None:
    manifest(tmp_path, "ward/1.json")
    for folder in (tmp_path, tmp_path / "none"):
        with pytest.raises(ConfigurationError, match="no document in any"):
            load_documents(settings_of(folder), build_schema(regions)._schema)


def test_a_manifest_of_a_megabyte_is_read_and_checked(tmp_path: Path, regions: Regions) -> None:
    comment = "#" * 1000  # a document is its text, comments and all
    texts = [f"{comment}\nquery Q{at} {{ viewer {{ unit {{ name }} }} }}" for at in range(1000)]
    for version in "123":
        manifest(tmp_path, f"ward/{version}.json", *texts)
    assert (tmp_path / "ward/1.json").stat().st_size > 1_000_000
    schema = build_schema(regions)._schema
    began = time.process_time()
    found = load_documents(settings_of(tmp_path), schema)
    assert time.process_time() - began < 30  # each text once, not once a version
    assert found.trusted(f"sha256:{sha(texts[999])}") == Trusted("ward", SEVERAL, "Q999")
