"""The basis for invoicing in a real browser: on screen at any zoom, and on A4 in black and white."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser

from lifecare_gql.documents.invoicing import invoicing_page
from lifecare_gql.documents.pages import PrintedPage
from tests.documents.test_invoicing import BASIS, NAMES, NOW, REGION, basis_of, page_of, wide_basis
from tests.documents.test_kit_browser import A4, GREY, sheets_of_paper
from tests.documents.test_pages_browser import CONTRASTS, browser, opened, pytestmark, shot

__all__ = ("browser", "pytestmark")

PAGES = {
    "vasternorrland": (page_of(BASIS), (2, 3)),
    "stockholm": (page_of(basis_of("stockholm")), (1, 1)),
    "wide": (page_of(wide_basis()), (3, 6)),
    "hostile": (invoicing_page(BASIS, dict.fromkeys(NAMES, "Å" * 200), REGION, NOW), (2, 3)),
}
"""Each page, and between how many sheets of paper it takes; fonts differ."""


@pytest.mark.parametrize("name", PAGES)
async def test_the_basis_on_screen_and_on_paper(browser: Browser, name: str, tmp_path: Path) -> None:
    page: PrintedPage
    page, (fewest, most) = PAGES[name]
    tab, asked = await opened(browser, page, tmp_path)
    for width in (900, 450, 320):
        await tab.set_viewport_size({"width": width, "height": 800})
        scrolled, seen = await tab.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert scrolled <= seen == width
        await tab.screenshot(full_page=True, path=shot(f"invoicing-{name}-{width}.png"))
    assert min(await tab.evaluate(CONTRASTS)) >= 7  # WCAG 1.4.6, AAA
    assert fewest <= await sheets_of_paper(tab, shot(f"invoicing-{name}.pdf")) <= most
    await tab.emulate_media(media="print")
    await tab.set_viewport_size(A4)
    assert min(await tab.evaluate(CONTRASTS)) >= 7
    await tab.add_style_tag(content=GREY)
    await tab.screenshot(full_page=True, path=shot(f"invoicing-{name}-grey.png"))
    assert asked == [(tmp_path / "page.html").as_uri()]
    await tab.close()
