"""What docs/clients.md shows stands in a file that the tests run, and it names the versions that they run."""

from __future__ import annotations

import json
import re

from tests.clients.node import ROOT, TYPESCRIPT

PAGE = ROOT / "docs" / "clients.md"
TEXT = PAGE.read_text("utf-8")
LINK = re.compile(r"\]\((\.\./examples/[^)#]+\.(?:ts|py))\)")
BLOCK = re.compile(r"^```(?:ts|python)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_each_snippet_stands_in_the_file_that_was_named_last_before_it() -> None:
    snippets = list(BLOCK.finditer(TEXT))
    assert len(snippets) >= 9
    strange = []
    for snippet in snippets:
        [*_, named] = LINK.finditer(TEXT, 0, snippet.start())
        if snippet[1] not in (PAGE.parent / named[1]).read_text("utf-8"):
            strange.append(snippet[1])
    assert strange == []


def test_the_versions_are_those_that_are_pinned() -> None:
    package = json.loads((TYPESCRIPT / "package.json").read_text("utf-8"))
    pins = package["dependencies"] | package["devDependencies"]
    told = re.sub(r"\s+", " ", TEXT)
    pinned = re.search(r"^gql==(\S+)$", (ROOT / "constraints.txt").read_text("utf-8"), re.MULTILINE)
    assert pinned
    names = {
        "Apollo Client": pins["@apollo/client"],
        "urql": pins["@urql/core"],
        "graphql-ws": pins["graphql-ws"],
        "graphql-sse": pins["graphql-sse"],
        "graphql-codegen": pins["@graphql-codegen/cli"],
        "TypeScript": pins["typescript"],
        "gql": pinned[1],
    }
    for name, version in names.items():
        found = re.search(rf"\b{name} (\d[\d.]*\d|\d)", told)
        assert found, name
        assert f"{version}.".startswith(f"{found[1]}."), (name, version)
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in pins.values()), "exactly one version each"
