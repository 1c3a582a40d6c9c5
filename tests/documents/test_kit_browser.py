"""The kit in a real browser: on a telephone, and on A4 paper in black and white, one form on each sheet."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page

from lifecare_gql.documents.kit_pages import KIT_TITLE, kit_pages
from lifecare_gql.documents.kit_sheets import KitSheet
from lifecare_gql.documents.pages import PrintedPage
from tests.documents.kit_examples import BY_CARE_TYPE, EPISODE, HOSTILE_KIT, KIT, Many, elsewhere
from tests.documents.test_pages_browser import CONTRASTS, browser, opened, pytestmark, shot

__all__ = ("browser", "pytestmark")

KITS = {**BY_CARE_TYPE, "stockholm": elsewhere("stockholm"), "hostile": HOSTILE_KIT}
A4 = {"width": 794, "height": 1123}  # in CSS pixels
ONLY = """(key) => {
  for (const part of document.querySelectorAll("main > *")) part.hidden = part.dataset.form !== key;
}"""
OFFICE_FONT = """() => {
  const ink = document.createElement("canvas").getContext("2d");
  const width = (fonts) => {
    ink.font = `72px ${fonts}`;
    return ink.measureText("Hemgångsklar").width;
  };
  return width('Arial, "Liberation Sans", monospace') !== width("monospace");
}"""
GREY = "html { filter: grayscale(1); }"


async def shown(browser: Browser, sheet: KitSheet, folder: Path) -> tuple[Page, list[str]]:
    return await opened(browser, PrintedPage(title=KIT_TITLE, html="".join(kit_pages(sheet))), folder)


async def sheets_of_paper(tab: Page, path: Path | None = None) -> int:
    pdf = await tab.pdf(prefer_css_page_size=True, path=path)
    assert set(re.findall(rb"/MediaBox \[0 0 (\d+)[.\d]* (\d+)", pdf)) == {(b"594", b"841")}  # A4 in points
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


@pytest.mark.parametrize("name", KITS)
async def test_kit_on_screen_and_in_black_and_white(browser: Browser, name: str, tmp_path: Path) -> None:
    tab, asked = await shown(browser, KITS[name], tmp_path)
    for width in (900, 450, 320):
        await tab.set_viewport_size({"width": width, "height": 800})
        scrolled, seen = await tab.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert scrolled <= seen == width
    assert min(await tab.evaluate(CONTRASTS)) >= 7  # WCAG 1.4.6, AAA: told by lightness alone, so also in grey
    await tab.emulate_media(media="print")
    await tab.set_viewport_size(A4)
    assert min(await tab.evaluate(CONTRASTS)) >= 7
    await tab.add_style_tag(content=GREY)
    await tab.screenshot(full_page=True, path=shot(f"kit-{name}-grey.png"))
    assert asked == [(tmp_path / "page.html").as_uri()]
    await tab.close()


@pytest.mark.parametrize("name", ["somatic", "municipal", "stockholm"])
async def test_each_form_takes_one_sheet_of_paper(browser: Browser, name: str, tmp_path: Path) -> None:
    tab, _ = await shown(browser, KITS[name], tmp_path)
    if not await tab.evaluate(OFFICE_FONT):
        pytest.skip("needs a font as wide as Arial: Debian's package fonts-liberation")
    whole = await sheets_of_paper(tab, shot(f"kit-{name}.pdf"))
    keys = await tab.evaluate("[...document.querySelectorAll('[data-form]')].map((one) => one.dataset.form)")
    assert len(keys) == (2 if name == "stockholm" else 8)
    for key in keys:
        await tab.evaluate(ONLY, key)
        assert await sheets_of_paper(tab, shot(f"kit-{name}-{key}.pdf")) == 1, key
    await tab.evaluate("document.querySelectorAll('main > *').forEach((one) => one.hidden = !!one.dataset.form)")
    assert whole - await sheets_of_paper(tab) == len(keys)
    await tab.close()


async def test_each_patient_begins_a_sheet_of_paper(browser: Browser, tmp_path: Path) -> None:
    counted = []
    for patients in (0, 1, 4):
        tab, _ = await shown(browser, replace(KIT, episodes=Many(patients), messages=()), tmp_path)
        counted.append(await sheets_of_paper(tab))
        await tab.close()
    assert counted[2] - counted[1] == 3 * (counted[1] - counted[0]) == 3


async def test_a_sheet_that_continues_tells_whose_it_is(browser: Browser, tmp_path: Path) -> None:
    """The heading of the calls stands in the table's head, which a browser says again on each sheet."""
    long = replace(EPISODE, participants=EPISODE.participants * 4)
    tab, _ = await shown(browser, replace(KIT, episodes=(long,), messages=()), tmp_path)
    await tab.emulate_media(media="print")
    styles = await tab.evaluate(
        "[...document.querySelectorAll('.calls > thead')].map((one) => getComputedStyle(one).display)"
    )
    assert styles == ["table-header-group"]
    assert "Samtal om Holger Testperson, 19470816-2385" in await tab.inner_text(".calls > thead")
    await tab.close()
