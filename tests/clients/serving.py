"""A served process that clients of others ask, and staff who do what they hear of."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from graphql import OperationDefinitionNode, parse
from pydantic import SecretStr

from lifecare_gql.settings import Settings
from lifecare_gql.storage.url import Dialect
from tests import world
from tests.api.test_sending import message
from tests.clients.node import ROOT, run
from tests.databases import Databases, application
from tests.web.issuer import Client
from tests.web.listening import Staff
from tests.web.processes import served

OPERATIONS = ROOT / "examples" / "clients" / "operations"


@dataclass(frozen=True)
class Server:
    """A process; `trusted`: it runs what the TypeScript example's manifest has, and nothing else."""

    client: Client
    staff: Staff
    trusted: bool
    texts: dict[str, str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.client.port}/graphql"

    async def do(self, operation: str, unit: str = "varberg", **variables: Any) -> Any:
        """The data of one of the example's operations, as a nurse of the unit."""
        answer = (await self.client.post(self.staff.token(unit), self.texts[operation], **variables)).json()
        assert "errors" not in answer, answer
        return answer["data"]

    async def place(self) -> str:
        """The cursor of this moment."""
        found: str = (await self.do("WhereWeAre"))["changesCursor"]
        return found

    async def send(self, text: str) -> None:
        """Ask the colleagues something."""
        order = message("alva", "eken", text=text)
        answer = await self.do("AskColleagues", input=order, idempotencyKey=str(uuid4()))
        assert answer["sendMessage"]["__typename"] == "MessageSent", answer


@pytest.fixture(scope="module", params=[False, True], ids=["sqlite", "postgresql-trusted"])
async def server(
    request: pytest.FixtureRequest,
    databases: Databases,
    typescript: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Server]:
    """On SQLite anything may be asked; on PostgreSQL trusted documents only: those of two clients."""
    folder = tmp_path_factory.mktemp("served")
    manifest = typescript / "src" / "gql" / "persisted-documents.json"
    only = {"LIFECARE_DOCUMENTS": "only", "LIFECARE_DOCUMENTS_DIR": str(folder / "manifests")}
    more = {"LIFECARE_ROW_SECURITY": "true"} | (only if request.param else {})
    for client in ("typescript", "python"):
        (folder / "manifests" / client).mkdir(parents=True)
    shutil.copy(manifest, folder / "manifests" / "typescript" / "1.json")
    files, out = map(str, OPERATIONS.glob("*.graphql")), str(folder / "manifests" / "python" / "1.json")
    run(folder, sys.executable, "-m", "lifecare_gql", "documents", "manifest", *files, "--out", out)
    async with databases.copy(Dialect.POSTGRES if request.param else Dialect.SQLITE, world.prepare) as url:
        settings = Settings(
            database_url=application(url), secret=SecretStr(world.SECRET), state_dir=folder / "state"
        )
        async with served(settings, folder, **more) as one:
            yield Server(one.client, Staff(settings), request.param, _named(manifest))


def _named(manifest: Path) -> dict[str, str]:
    """The manifest's documents by the name of their operation."""
    return {name_of(text): text for text in json.loads(manifest.read_text("utf-8")).values()}


def name_of(document: str) -> str:
    """The name of its only operation."""
    operations = (one for one in parse(document).definitions if isinstance(one, OperationDefinitionNode))
    [name] = [one.name.value for one in operations if one.name]
    return name
