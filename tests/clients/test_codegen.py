"""graphql-codegen and tsc over every example operation: what a frontend generates is strict, and is trusted."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
from pathlib import Path

import pytest

from lifecare_gql.app import create_app
from lifecare_gql.regions import Regions
from lifecare_gql.settings import Settings
from lifecare_gql.storage.url import Dialect
from tests.clients.node import ROOT, run
from tests.clients.node import node as node
from tests.clients.node import typescript as typescript
from tests.clients.serving import name_of
from tests.conftest import Clock
from tests.test_cli import Cli
from tests.test_cli import cli as cli
from tests.web.issuer import serving

pytestmark = pytest.mark.long

DOCUMENTS = [*ROOT.glob("examples/operations/*.graphql"), *ROOT.glob("examples/clients/operations/*.graphql")]
USES = {
    "outbox.viewer?.unit.outbox.edges[0]?.node.text": None,
    "outbox.viewer?.unit.outbox.edges[0]?.node.purpose": "TS2339",  # it was not asked for
    "outbox.viewer?.unit.outbox.edges[0].node": "TS2532",  # there may be none
    "outbox.viewer.unit": "TS18047",  # nobody is logged in
    "asked.sendMessage.__typename === 'MessageSent' && asked.sendMessage.sent": None,
    "asked.sendMessage.sent": "TS2339",  # it may have been refused
    "({ ...input, urgency: 'ROUTINE' }) satisfies MessageInput": None,
    "({ ...input, urgency: 'SOON' }) satisfies MessageInput": "TS2322",
    "({ ...input, attachmentCount: '1' }) satisfies MessageInput": "TS2322",
    "({ id: '1' }) satisfies PatientKey": None,
    "({ id: '1', identifier: '2' }) satisfies PatientKey": "TS1360",  # @oneOf
    "new Date(changes.changes.at).getTime()": None,
    "changes.changes.at.getTime()": "TS2339",  # a DateTime is a string
}
HEAD = """import type {{ AskColleaguesMutation, MessageInput, OutboxQuery, PatientKey, WhatChangesSubscription }}
  from '{generated}';
declare const outbox: OutboxQuery, asked: AskColleaguesMutation;
declare const input: MessageInput, changes: WhatChangesSubscription;
export type Key = PatientKey;
export default [outbox, asked, input, changes, {use}];
"""


@pytest.fixture(params=[Dialect.SQLITE])
def dialect(request: pytest.FixtureRequest) -> Dialect:
    """The schema is the same on both databases."""
    return Dialect(request.param)


def test_every_operation_has_a_typed_document_and_nothing_is_any(typescript: Path) -> None:
    generated = (typescript / "src/gql/graphql.ts").read_text("utf-8")
    names = [name_of(path.read_text("utf-8")) for path in DOCUMENTS]
    assert len(names) == len(set(names)) > 100
    assert [name for name in names if f"export const {name}Document = " not in generated] == []
    assert re.findall(r"[:<|] ?any\b", generated) == []


def test_the_example_compiles_and_a_wrong_use_of_it_does_not(typescript: Path, tmp_path: Path) -> None:
    for at, use in enumerate(USES):
        text = HEAD.format(generated=typescript / "src/gql/graphql.js", use=use)
        (tmp_path / f"use{at}.mts").write_text(text, "utf-8")
    options = {"rootDir": "/", "noEmit": True}
    told = {"extends": str(typescript / "tsconfig.json"), "compilerOptions": options, "include": ["*.mts"]}
    (tmp_path / "tsconfig.json").write_text(json.dumps(told), "utf-8")
    command = [typescript / "node_modules/.bin/tsc", "--project", tmp_path, "--pretty", "false"]

    run(typescript, "node_modules/.bin/tsc", "--noEmit")
    said = subprocess.run(command, capture_output=True, text=True, check=False).stdout

    faults = dict(re.findall(r"use(\d+)\.mts\(\d+,\d+\): error (TS\d+)", said))
    assert {use: faults.get(str(at)) for at, use in enumerate(USES)} == USES, said


async def test_over_http_the_same_is_generated_as_from_the_file(
    typescript: Path, settings: Settings, regions: Regions, clock: Clock, tmp_path: Path
) -> None:
    """Introspection tells all that is needed, to anybody, within the limits that hold for everybody."""
    async with serving(create_app(settings, regions, clock)) as port:
        asked = {"LIFECARE_SCHEMA": f"http://127.0.0.1:{port}/graphql", "LIFECARE_OUT": str(tmp_path)}
        await asyncio.to_thread(run, typescript, "node_modules/.bin/graphql-codegen", **asked)
    assert texts(tmp_path) == texts(typescript / "src/gql")


def texts(folder: Path) -> dict[str, str]:
    """Its files."""
    return {path.name: path.read_text("utf-8") for path in folder.iterdir()}


def test_the_manifest_is_one_that_the_server_trusts(typescript: Path, cli: Cli) -> None:
    manifest = typescript / "src/gql/persisted-documents.json"
    code, _, complaints = cli("documents", "check", str(manifest))
    assert (code, complaints) == (0, "")
    texts = json.loads(manifest.read_text("utf-8"))
    assert {name_of(text) for text in texts.values()} == {name_of(path.read_text("utf-8")) for path in DOCUMENTS}
    wrong = manifest.with_name("wrong.json")
    try:
        wrong.write_text(json.dumps({key: f"{text} " for key, text in texts.items()}), "utf-8")
        assert cli("documents", "check", str(wrong))[0] == 1
    finally:
        wrong.unlink()
