"""The patient's extract in a real browser: on screen at any zoom, and on A4 in black and white."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Browser

from lifecare_gql.documents.pages import PrintedPage, access_extract_page
from tests.documents.test_access_extract import HOSTILE_SHEET, LINES, NAMED, SHEET
from tests.documents.test_kit_browser import A4, GREY, sheets_of_paper
from tests.documents.test_pages_browser import CONTRASTS, browser, opened, pytestmark, shot

__all__ = ("browser", "pytestmark")

PAGES = {
    "plain": (access_extract_page(SHEET), (1, 2)),
    "named": (access_extract_page(NAMED), (2, 3)),
    "withheld": (access_extract_page(replace(SHEET, withheld=True)), (1, 2)),
    "long": (access_extract_page(replace(SHEET, lines=LINES * 30)), (12, 30)),
    "hostile": (access_extract_page(HOSTILE_SHEET), (1, 4)),
}
"""Each page, and between how many sheets of paper it takes; fonts differ."""


@pytest.mark.parametrize("name", PAGES)
async def test_the_extract_on_screen_and_on_paper(browser: Browser, name: str, tmp_path: Path) -> None:
    page: PrintedPage
    page, (fewest, most) = PAGES[name]
    tab, asked = await opened(browser, page, tmp_path)
    for width in (900, 450, 320):
        await tab.set_viewport_size({"width": width, "height": 800})
        scrolled, seen = await tab.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert scrolled <= seen == width
        await tab.screenshot(full_page=True, path=shot(f"extract-{name}-{width}.png"))
    assert min(await tab.evaluate(CONTRASTS)) >= 7  # WCAG 1.4.6, AAA
    assert fewest <= await sheets_of_paper(tab, shot(f"extract-{name}.pdf")) <= most
    await tab.emulate_media(media="print")
    await tab.set_viewport_size(A4)
    assert min(await tab.evaluate(CONTRASTS)) >= 7
    await tab.add_style_tag(content=GREY)
    await tab.screenshot(full_page=True, path=shot(f"extract-{name}-grey.png"))
    assert asked == [(tmp_path / "page.html").as_uri()]
    await tab.close()
