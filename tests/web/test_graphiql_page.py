"""The GraphiQL page without a browser: headers, files, the page before the build, the example tabs."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import httpx2
import pytest
from starlette.applications import Starlette

from lifecare_gql.web.graphiql import Tab, graphiql_routes, load_tabs, parse_tab

TABS = [
    Tab("Ärende & plan", "query Case { hello }\n", '{"a": "<\\"x\\">"}', "ssk"),
    Tab("Tom", "{ hello }\n"),
]


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    (tmp_path / "graphiql.js").write_text("export {};\n" * 200, encoding="utf-8")
    (tmp_path / "chunk-3IGLTQ54.js").write_text("export {};\n", encoding="utf-8")
    return tmp_path


async def get(bundle: Path, path: str, **headers: str) -> httpx2.Response:
    app = Starlette(routes=graphiql_routes(TABS, "/graphql", bundle=bundle))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://test") as client:
        return await client.get(path, headers=headers)


async def test_page_carries_its_configuration_and_no_inline_script(bundle: Path) -> None:
    page = (await get(bundle, "/graphiql")).text
    data = dict(re.findall(r'data-([a-z-]+)="([^"]*)"', page))
    tabs = json.loads(html.unescape(data["tabs"]))
    assert data["endpoint"] == "/graphql"
    assert [Tab(**tab) for tab in tabs] == TABS
    assert re.findall(r"<script[^>]*>([^<]*)", page) == [""]
    assert not re.search(r"https?://|\son\w+=|style=", page)


@pytest.mark.parametrize("built", [True, False])
async def test_page_is_locked_to_our_own_origin(bundle: Path, tmp_path: Path, built: bool) -> None:
    response = await get(bundle if built else tmp_path / "nowhere", "/graphiql")
    policy = dict(part.strip().split(" ", 1) for part in response.headers["content-security-policy"].split(";"))
    assert response.status_code == 200
    assert policy.pop("style-src") == "'self' 'unsafe-inline'"
    assert "unsafe" not in str(policy)
    assert (policy["default-src"], policy["frame-ancestors"]) == ("'none'", "'none'")
    assert policy["script-src"] == policy["connect-src"] == policy["worker-src"] == "'self'"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "no-referrer"


async def test_page_before_the_build_says_what_to_run(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere"
    page = await get(missing, "/graphiql")
    assert page.status_code == 200
    assert "make graphiql" in page.text
    assert 'href="/schema.graphql"' in page.text
    assert "<script" not in page.text
    assert (await get(missing, "/graphiql/static/graphiql.js")).status_code == 404


@pytest.mark.parametrize(
    ("name", "cache"),
    [("chunk-3IGLTQ54.js", "public, max-age=31536000, immutable"), ("graphiql.js", "no-cache")],
)
async def test_files_are_cached_by_their_names(bundle: Path, name: str, cache: str) -> None:
    first = await get(bundle, f"/graphiql/static/{name}")
    again = await get(bundle, f"/graphiql/static/{name}", **{"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    assert first.headers["cache-control"] == again.headers["cache-control"] == cache
    assert first.headers["x-content-type-options"] == "nosniff"
    assert first.headers["content-type"].startswith("text/javascript")


async def test_files_are_compressed(bundle: Path) -> None:
    response = await get(bundle, "/graphiql/static/graphiql.js", **{"Accept-Encoding": "gzip"})
    assert response.headers["content-encoding"] == "gzip"
    assert response.text == "export {};\n" * 200


async def test_files_outside_the_bundle_are_not_served(bundle: Path) -> None:
    (bundle.parent / "secret.txt").write_text("x", encoding="utf-8")
    assert (await get(bundle, "/graphiql/static/%2e%2e/secret.txt")).status_code == 404


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("# title: A\n{ hello }", Tab("A", "{ hello }\n"), id="title only"),
        pytest.param(
            '# title: Å: ä\n# actor: halland-ssk\n# variables: {"id": "ö"}\n# Om.\nquery Q { a }\n# slut\n',
            Tab("Å: ä", "# Om.\nquery Q { a }\n# slut\n", '{\n  "id": "ö"\n}', "halland-ssk"),
            id="all fields, other comments stay",
        ),
        pytest.param(
            '# Om.\n# variables: {\n#   "id": "1",\n#   "n": {"x": 2}\n# }\n# title: B\n{ a }\n# title: no\n',
            Tab("B", "# Om.\n{ a }\n# title: no\n", '{\n  "id": "1",\n  "n": {\n    "x": 2\n  }\n}'),
            id="variables over several lines, fields only at the head",
        ),
    ],
)
def test_tab_is_read_from_its_comments(source: str, expected: Tab) -> None:
    assert parse_tab(source) == expected


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("{ hello }", "title is missing"),
        ("# title:\n{ hello }", "title is missing"),
        ("# title: A\n# title: B\n{ hello }", "title is given twice"),
        ("# title: A\n# variables: [1]\n{ hello }", "no JSON object"),
        ("# title: A\n# variables:\n{ hello }", "no JSON object"),
        ('# title: A\n# variables: {"a": 1\n{ hello }', "no JSON"),
        ('# title: A\n# variables: {"a": x}\n# more\n{ hello }', "no JSON"),
    ],
)
def test_tab_with_wrong_fields_is_refused(source: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        parse_tab(source)


def test_tabs_come_in_file_name_order(tmp_path: Path) -> None:
    for name in ("20-b.graphql", "10-a.graphql", "note.txt"):
        (tmp_path / name).write_text(f"# title: {name}\n{{ hello }}", encoding="utf-8")
    assert [tab.title for tab in load_tabs(tmp_path)] == ["10-a.graphql", "20-b.graphql"]


def test_wrong_tab_is_named_by_its_file(tmp_path: Path) -> None:
    (tmp_path / "10-wrong.graphql").write_text("{ hello }", encoding="utf-8")
    with pytest.raises(ValueError, match=r"10-wrong\.graphql: the title is missing"):
        load_tabs(tmp_path)


def test_tabs_of_the_package_are_told_apart_by_the_name_of_their_operation() -> None:
    operation = re.compile(r"^\s*(?:query|mutation|subscription)\s+(\w+)", re.MULTILINE)
    names = [operation.findall(tab.query)[:1] for tab in load_tabs()]
    assert names
    assert [] not in names
    assert len({name for (name,) in names}) == len(names)
