"""GraphiQL in a real browser and a real server: nothing leaves our origin, the demo actors reach the API."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import strawberry
import uvicorn
from playwright.async_api import Page, Request, Response, Route, async_playwright, expect
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.requests import Request as HttpRequest
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.responses import Response as HttpResponse
from starlette.routing import Route as HttpRoute
from starlette.types import Receive, Scope, Send
from strawberry.asgi import GraphQL

from lifecare_gql.web.graphiql import BUNDLE, Tab, graphiql_routes

CHROMIUM = shutil.which("chromium")
BUILT = (BUNDLE / "graphiql.js").is_file()
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's package chromium"),
    pytest.mark.skipif(not BUILT, reason="needs the GraphiQL bundle: make graphiql"),
]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
ACTORS = [
    {"id": "varberg-ssk", "label": "Sjuksköterska, Varberg", "region": "halland", "name": "Demo Ett"},
    {"id": "halmstad-lak", "label": "Läkare, Halmstad", "region": "halland", "name": "Demo Två"},
    {"id": "solna-bist", "label": "Biståndshandläggare, Solna", "region": "stockholm", "name": "Demo Tre"},
]
PATIENCE_MS = 60_000
"""The editor is compiled in the browser: on a busy machine that takes much longer than Playwright's 5 seconds."""
expect.set_options(timeout=PATIENCE_MS)
TABS = [
    Tab("Hälsning", "query Greet($name: String!) {\n  greet(name: $name)\n}\n", '{\n  "name": "Åsa"\n}'),
    Tab("Vem är jag?", "query Me {\n  me\n}\n", actor="varberg-ssk"),
    Tab("Vem är jag i Solna?", "query MeInSolna {\n  me\n}\n", actor="solna-bist"),
    Tab("Okänd", "query Unknown {\n  me\n}\n", actor="nobody"),
]


@strawberry.type
class Query:
    @strawberry.field
    def greet(self, name: str) -> str:
        return f"Hej {name}"

    @strawberry.field
    def me(self, info: strawberry.Info) -> str:
        return str(info.context["request"].headers.get("authorization", "anonym"))


class Guarded(GraphQL[None, None]):
    revoked: set[str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        token = Headers(scope=scope).get("authorization", "").removeprefix("Bearer ")
        refused = PlainTextResponse("token revoked", status_code=401) if token in self.revoked else None
        await (refused or super().__call__)(scope, receive, send)


@dataclass
class Server:
    """The small real server of these tests: GraphQL behind the tokens it hands out and revokes."""

    with_actors: bool = True
    lifetime: timedelta = timedelta(minutes=5)
    issued: list[str] = field(default_factory=list)
    revoked: set[str] = field(default_factory=set)
    url: str = ""

    def app(self) -> Starlette:
        api = Guarded(strawberry.Schema(Query), graphql_ide=None)
        api.revoked = self.revoked
        dev = [HttpRoute("/dev/actors", self.actors), HttpRoute("/dev/token", self.token, methods=["POST"])]
        return Starlette(
            routes=[
                *graphiql_routes(TABS),
                HttpRoute("/graphql", api, methods=["POST"]),
                *(dev if self.with_actors else []),
            ]
        )

    async def actors(self, request: HttpRequest) -> HttpResponse:
        return JSONResponse(ACTORS)

    async def token(self, request: HttpRequest) -> HttpResponse:
        actor = (await request.json())["actor"]
        self.issued.append(f"{actor}-{len(self.issued) + 1}")
        expires = datetime.now(UTC) + self.lifetime
        return JSONResponse({"token": self.issued[-1], "expiresAt": expires.isoformat()})


@dataclass
class Seen:
    """What must not happen in the browser."""

    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    violations: list[str] = field(default_factory=list)


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[None]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        running = uvicorn.Server(uvicorn.Config(server.app(), log_level="warning", ws="none"))
        task = asyncio.create_task(running.serve(sockets=[listener]))
        try:
            yield
        finally:
            running.should_exit = True
            await task


@asynccontextmanager
async def browsing(server: Server) -> AsyncIterator[tuple[Page, Seen]]:
    async with serving(server), opened(server.url) as found:
        yield found


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[tuple[Page, Seen]]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        context = await browser.new_context(viewport={"width": 1440, "height": 810}, color_scheme="light")
        context.set_default_timeout(PATIENCE_MS)
        seen = Seen()

        async def route(route: Route, request: Request) -> None:
            if urlsplit(request.url).hostname == "127.0.0.1":
                await route.continue_()
            else:
                seen.foreign.append(request.url)
                await route.abort()

        await context.route("**/*", route)
        await context.expose_function("reportViolation", lambda text: seen.violations.append(text))
        await context.add_init_script(
            "addEventListener('securitypolicyviolation', (event) => reportViolation(event.violatedDirective))"
        )
        page = await context.new_page()
        page.on("console", lambda message: seen.errors.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: seen.errors.append(str(error)))
        await page.goto(f"{url}/graphiql")
        await ready(page)
        try:
            yield page, seen
        finally:
            await browser.close()


async def ready(page: Page) -> None:
    await expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("query")
    await expect(page.locator(".graphiql-response .monaco-editor").first).to_be_visible()


async def run(page: Page) -> str:
    """Runs the shown operation and returns the value of its only field."""
    async with page.expect_response(is_answer) as answered:
        await page.get_by_role("button", name="Execute query").click()
    (value,) = (await (await answered.value).json())["data"].values()
    await expect(page.locator(".graphiql-response .view-lines")).to_contain_text(value)
    return str(value)


def is_answer(response: Response) -> bool:
    return response.url.endswith("/graphql") and "IntrospectionQuery" not in (response.request.post_data or "")


async def activate(page: Page, operation: str) -> None:
    """Opens a tab and waits until GraphiQL, which reads the new query after a pause, knows it."""
    await page.get_by_role("tab", name=operation, exact=True).click()
    await page.wait_for_function(
        "(name) => sessionStorage['lifecare-gql:graphiql:query']?.includes(`query ${name} `)", arg=operation
    )


async def test_first_example_runs_with_its_variables_and_nothing_leaves_our_origin() -> None:
    async with browsing(Server()) as (page, seen):
        assert await run(page) == "Hej Åsa"
        await page.get_by_role("button", name="Show Documentation Explorer").click()
        await expect(page.locator(".graphiql-doc-explorer")).to_contain_text("Query")
        await page.get_by_role("button", name="Show GraphiQL Explorer").click()
        await expect(page.locator(".graphiql-plugin")).to_contain_text("greet")
        await page.get_by_role("button", name="Show History").click()
        await expect(page.locator(".graphiql-history")).to_contain_text("Greet")
        await page.get_by_role("button", name="Prettify query").click()
        await activate(page, "MeInSolna")
        await run(page)
        if shot := os.environ.get("GRAPHIQL_SCREENSHOT"):
            await page.screenshot(path=shot)
    assert seen == Seen()


async def test_chooser_lists_the_actors_by_region_after_the_anonymous_choice() -> None:
    async with browsing(Server()) as (page, _):
        chooser = page.get_by_label("Acting as")
        options = await chooser.locator("option").all_inner_texts()
        assert options[:2] == ["Ingen (anonym)", "Demo Ett – Sjuksköterska, Varberg"]
        groups = await chooser.locator("optgroup").evaluate_all("(all) => all.map((one) => one.label)")
        assert groups == ["halland", "stockholm"]
        await expect(chooser).to_have_value("")


async def test_chosen_actor_is_who_the_server_sees() -> None:
    async with browsing(server := Server()) as (page, seen):
        await activate(page, "Me")
        chooser = page.get_by_label("Acting as")
        await expect(chooser).to_have_value("varberg-ssk")
        assert await run(page) == f"Bearer {server.issued[-1]}" == "Bearer varberg-ssk-1"
        await chooser.select_option("halmstad-lak")
        assert await run(page) == "Bearer halmstad-lak-2"
        await chooser.focus()
        await page.keyboard.press("Home")
        await expect(chooser).to_have_value("")
        assert await run(page) == "anonym"
    assert seen == Seen()


async def test_example_tab_brings_its_actor() -> None:
    async with browsing(Server()) as (page, _):
        for operation, actor in (("MeInSolna", "solna-bist"), ("Me", "varberg-ssk")):
            await activate(page, operation)
            await expect(page.get_by_label("Acting as")).to_have_value(actor)
            assert (await run(page)).startswith(f"Bearer {actor}-")
        await activate(page, "Unknown")
        await expect(page.locator(".bar-problem")).to_have_text("The server offers no actor nobody")
        await expect(page.get_by_label("Acting as")).to_have_value("varberg-ssk")


async def test_choice_survives_a_reload_and_the_token_is_stored_nowhere() -> None:
    async with browsing(server := Server()) as (page, _):
        await activate(page, "Me")
        await page.get_by_label("Acting as").select_option("halmstad-lak")
        await run(page)
        await page.wait_for_function(
            "() => sessionStorage['lifecare-gql:graphiql:tabState'].includes('activeTabIndex\":1')"
        )
        stored = await page.evaluate("JSON.stringify([sessionStorage, localStorage])")
        assert "halmstad-lak" in stored
        assert not [token for token in server.issued if token in stored]
        await page.reload()
        await ready(page)
        await expect(page.get_by_label("Acting as")).to_have_value("halmstad-lak")
        assert await run(page) == f"Bearer {server.issued[-1]}"


async def test_refused_token_is_renewed_once() -> None:
    async with browsing(server := Server()) as (page, _):
        await activate(page, "Me")
        assert await run(page) == "Bearer varberg-ssk-1"
        server.revoked.add("varberg-ssk-1")
        await page.get_by_role("button", name="Execute query").click()
        await expect(page.locator(".graphiql-response")).to_contain_text("varberg-ssk-2")
        assert server.issued == ["varberg-ssk-1", "varberg-ssk-2"]


async def test_expired_token_is_renewed_before_it_is_used() -> None:
    async with browsing(server := Server(lifetime=timedelta(seconds=1))) as (page, _):
        await activate(page, "Me")
        await expect(page.get_by_label("Acting as")).to_have_value("varberg-ssk")
        seen = [await run(page), await run(page)]
        assert seen == [f"Bearer {token}" for token in server.issued[-2:]]


async def test_headers_editor_has_the_last_word_and_history_forgets_it() -> None:
    async with browsing(Server()) as (page, _):
        await activate(page, "Me")
        await page.get_by_role("button", name="Headers").click()
        await page.locator("section[aria-label=Headers] .monaco-editor").last.click()
        await page.keyboard.insert_text(json.dumps({"AUTHORIZATION": "Bearer typed-by-hand"}))
        await page.wait_for_timeout(1000)  # GraphiQL takes the headers into the tab, and so into history, late
        assert await run(page) == "Bearer typed-by-hand"
        await page.wait_for_function("() => sessionStorage['lifecare-gql:graphiql:queries']?.includes('Me')")
        kept = await page.evaluate("sessionStorage['lifecare-gql:graphiql:queries']")
        assert "typed-by-hand" not in kept


async def test_without_demo_actors_the_chooser_is_hidden() -> None:
    async with browsing(Server(with_actors=False)) as (page, seen):
        await expect(page.get_by_label("Acting as")).to_have_count(0)
        await expect(page.locator("section[aria-label=Headers]")).to_be_visible()
        assert await run(page) == "Hej Åsa"
        await activate(page, "Me")
        assert await run(page) == "anonym"
    assert (seen.foreign, seen.violations) == ([], [])
    assert all("404" in error for error in seen.errors)  # the browser's own line about /dev/actors
