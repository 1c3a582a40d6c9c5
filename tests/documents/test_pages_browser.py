"""The pages in a real browser: on screen at any zoom, on A4 paper, with nothing fetched."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright

from lifecare_gql.documents.pages import PrintedPage, patient_information_page, plan_page
from lifecare_gql.domain.plan_facts import PlanIntervention
from lifecare_gql.domain.words import Principal
from tests.documents.examples import CONTENT, HOSTILE_INFORMATION, HOSTILE_PLAN, INFORMATION, PLAN

CHROMIUM = shutil.which("chromium")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's package chromium"),
]
LONG_PLAN = replace(
    PLAN,
    content=replace(
        CONTENT,
        interventions=tuple(
            PlanIntervention(what=f"Insats {number}: {'a' * 200}", principal=Principal.REGION)
            for number in range(30)
        ),
    ),
)
PAGES = {
    "plan": (plan_page(PLAN), (2, 3)),
    "patientinfo": (patient_information_page(INFORMATION), (1, 2)),
    "plan-withheld": (plan_page(replace(PLAN, withheld=True)), (2, 3)),
    "plan-long": (plan_page(LONG_PLAN), (8, 14)),
    "plan-hostile": (plan_page(HOSTILE_PLAN), (2, 4)),
    "patientinfo-hostile": (patient_information_page(HOSTILE_INFORMATION), (1, 4)),
}
"""Each page, and between how many sheets of paper it takes; fonts differ."""

CONTRASTS = """() => {
  const parts = (color) => color.match(/[0-9.]+/g).map(Number);
  const light = (color) => parts(color).slice(0, 3)
    .map((one) => one / 255).map((one) => one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4)
    .reduce((sum, one, at) => sum + one * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const color = getComputedStyle(node).backgroundColor;
      if (parts(color)[3] !== 0) return color;
    }
    return "rgb(255, 255, 255)";
  };
  return [...document.querySelectorAll("main *")].map((node) => {
    const [low, high] = [getComputedStyle(node).color, ground(node)].map(light).sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  });
}"""


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        await chromium.close()


@pytest.fixture(params=PAGES)
def printed(request: pytest.FixtureRequest) -> tuple[str, PrintedPage, tuple[int, int]]:
    return (request.param, *PAGES[request.param])


async def opened(browser: Browser, page: PrintedPage, folder: Path) -> tuple[Page, list[str]]:
    """The page as a file in the browser, and what the browser asked for."""
    (folder / "page.html").write_text(page.html, "utf-8")
    tab = await browser.new_page(viewport={"width": 900, "height": 1100})
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: asked.append(message.text))
    await tab.goto((folder / "page.html").as_uri())
    return tab, asked


async def test_page_on_screen_and_on_paper(
    browser: Browser, printed: tuple[str, PrintedPage, tuple[int, int]], tmp_path: Path
) -> None:
    name, page, (fewest, most) = printed
    tab, asked = await opened(browser, page, tmp_path)
    for width in (900, 450, 320):  # a window as it is, at 200 %, and the narrowest that WCAG 1.4.10 asks for
        await tab.set_viewport_size({"width": width, "height": 800})
        scrolled, shown = await tab.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert scrolled <= shown == width
        picture = await tab.screenshot(full_page=True, path=shot(f"{name}-{width}.png"))
        assert picture.startswith(b"\x89PNG")
    assert min(await tab.evaluate(CONTRASTS)) >= 7  # WCAG 1.4.6, AAA

    pdf = await tab.pdf(prefer_css_page_size=True, path=shot(f"{name}.pdf"))
    assert fewest <= len(re.findall(rb"/Type\s*/Page\b", pdf)) <= most
    assert set(re.findall(rb"/MediaBox \[0 0 (\d+)[.\d]* (\d+)", pdf)) == {(b"594", b"841")}  # A4 in points
    assert asked == [(tmp_path / "page.html").as_uri()]
    await tab.close()


def shot(name: str) -> Path | None:
    """Where to keep a picture for human eyes, if somebody asks for them."""
    folder = os.environ.get("DOCUMENT_SCREENSHOTS")
    return Path(folder) / name if folder else None
