"""GraphiQL, served from our own origin under a strict Content-Security-Policy, with the example tabs.

The bundle is built from `graphiql/` by `make graphiql`; without it the page says so.
"""

from __future__ import annotations

import html
import json
import os
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import PathLike, StaticFiles
from starlette.types import Scope

BUNDLE = Path(__file__).parent / "static" / "graphiql"
STATIC_URL = "/graphiql/static"
SDL_URL = "/schema.graphql"
ACTORS_URL = "/dev/actors"
TOKEN_URL = "/dev/token"

# Monaco writes inline styles, hence 'unsafe-inline' for styles; scripts stay ours alone.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
PAGE_HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
}

_FIELD = re.compile(r"# (title|actor|variables):(.*)")
_HASHED = re.compile(r"-[0-9A-Z]{8}\.\w+$")


@dataclass(frozen=True, slots=True)
class Tab:
    """An example query: `variables` is a JSON object as text or empty, `actor` a demo actor's id."""

    title: str
    query: str
    variables: str = ""
    actor: str | None = None


def parse_tab(source: str) -> Tab:
    """Reads one example file.

    `# title: …`, `# actor: …` and `# variables: {…}` (over as many comment lines as the JSON needs) are taken
    from the comments at the head; all other lines are the query. Raises ValueError for a missing title, a
    field given twice, or variables that are no JSON object.
    """
    lines = source.splitlines()
    fields: dict[str, str] = {}
    query: list[str] = []
    while lines and lines[0].startswith("#"):
        line = lines.pop(0)
        if (match := _FIELD.fullmatch(line)) is None:
            query.append(line)
            continue
        name, value = match[1], match[2].strip()
        if name in fields:
            raise ValueError(f"{name} is given twice")
        fields[name] = _json_object(value, lines) if name == "variables" else value
    if not fields.get("title"):
        raise ValueError("the title is missing")
    return Tab(query="\n".join([*query, *lines]).strip() + "\n", **fields)


def _json_object(text: str, following: list[str]) -> str:
    """The JSON object that starts with `text` and goes on in the comment lines it takes from `following`."""
    if not text.startswith("{"):
        raise ValueError("variables are no JSON object")
    while True:
        try:
            return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
        except json.JSONDecodeError as error:
            if not (following and following[0].startswith("#")):
                raise ValueError(f"variables are no JSON: {error}") from None
            text += "\n" + following.pop(0).removeprefix("#")


def load_tabs(folder: Traversable | None = None) -> tuple[Tab, ...]:
    """The example tabs of `folder` (default: the package's own), in the order of their file names.

    Raises ValueError naming the file that `parse_tab` refuses.
    """
    folder = folder or files(__package__) / "tabs"
    if not folder.is_dir():
        return ()
    found = (file for file in folder.iterdir() if file.name.endswith(".graphql"))
    return tuple(_load_tab(file) for file in sorted(found, key=lambda file: file.name))


def _load_tab(file: Traversable) -> Tab:
    try:
        return parse_tab(file.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{file.name}: {error}") from error


class _Bundle(StaticFiles):
    """The built files. Hashed names never change their content; the others are asked for again, by ETag."""

    async def check_config(self) -> None:
        """No complaint: the bundle may be built while the server runs; until then its files answer 404."""

    def file_response(
        self, full_path: PathLike, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        response = super().file_response(full_path, stat_result, scope, status_code)
        hashed = _HASHED.search(str(full_path))
        response.headers["cache-control"] = "public, max-age=31536000, immutable" if hashed else "no-cache"
        response.headers["x-content-type-options"] = "nosniff"
        return response


def graphiql_routes(tabs: Sequence[Tab], endpoint: str = "/graphql", *, bundle: Path = BUNDLE) -> list[BaseRoute]:
    """`GET /graphiql` and, under `/graphiql/static`, the files of `bundle`."""
    page = _page(tabs, endpoint)

    def show(request: Request) -> Response:
        built = (bundle / "graphiql.js").is_file()
        return HTMLResponse(page if built else _NOT_BUILT, headers=PAGE_HEADERS)

    static = _Bundle(directory=bundle, check_dir=False)
    return [
        Route("/graphiql", show),
        Mount(STATIC_URL, static, middleware=[Middleware(GZipMiddleware, compresslevel=6)]),
    ]


def _page(tabs: Sequence[Tab], endpoint: str) -> str:
    return _PAGE.format(
        endpoint=html.escape(endpoint),
        tabs=html.escape(json.dumps([asdict(tab) for tab in tabs], ensure_ascii=False)),
        static=STATIC_URL,
        sdl=SDL_URL,
        actors=ACTORS_URL,
        token=TOKEN_URL,
    )


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>lifecare-gql</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{static}/graphiql.css">
<script type="module" src="{static}/graphiql.js"></script>
</head>
<body>
<header class="graphiql-container bar">
<h1>lifecare-gql</h1>
<div id="actors"></div>
<a href="{sdl}">Schema (SDL)</a>
</header>
<main id="graphiql" data-endpoint="{endpoint}" data-actors-url="{actors}" data-token-url="{token}"
 data-tabs="{tabs}"></main>
<noscript>GraphiQL needs JavaScript. The schema as text: <a href="{sdl}">{sdl}</a></noscript>
</body>
</html>
"""

_NOT_BUILT = f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>lifecare-gql</title>
<link rel="icon" href="data:,">
</head>
<body>
<h1>GraphiQL is not built</h1>
<p>Run <code>make graphiql</code> (needs Node 20 or later) and reload this page. The API works without it.</p>
<p>The schema: <a href="{SDL_URL}">{SDL_URL}</a></p>
</body>
</html>
"""
