"""The basis for invoicing and statistics: the rows, the sentences with their sources, and both sides of V60."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

import pytest

from lifecare_gql.documents.invoicing import INVOICING_TITLE, invoicing_csv, invoicing_page
from lifecare_gql.documents.pages import PrintedPage
from lifecare_gql.documents.tables import BYTE_ORDER_MARK
from lifecare_gql.domain.outages import Contradiction, ContradictionSide, Step
from lifecare_gql.domain.recovery_report import InvoicingBasis, InvoicingRow, Period, invoicing_basis
from tests.documents.examples import HOSTILE, NOW
from tests.documents.test_pages import Reader, in_order
from tests.domain.test_recovery_report import ENTRIES, NOVEMBER
from tests.regions.plugins import CODES, four_regions

REGION = four_regions()["vasternorrland"]
NAMES = {one.code: one.name for one in REGION.info.municipalities}
HEADER = "Region;Från och med;Till och med;Kommunkod;Kommun;Patienter;Blanketter;Efterregistrerat"
AVBROTTSRUTIN = "Avbrottsrutin Lifecare Samordnad Planering (SP): EJ BESLUTAD, version 1.0, 2 oktober 2025"


def basis_of(code: str, entries: int = len(ENTRIES)) -> InvoicingBasis:
    return invoicing_basis(code, four_regions()[code].outage, ENTRIES[:entries], NOVEMBER)


BASIS = basis_of("vasternorrland")


def page_of(basis: InvoicingBasis, names: Mapping[str, str] = NAMES) -> PrintedPage:
    return invoicing_page(basis, names, four_regions()[basis.region], NOW)


def text_of(basis: InvoicingBasis, names: Mapping[str, str] = NAMES) -> str:
    return Reader(page_of(basis, names)).text.replace("\xa0", " ")


# --- the table ---


def test_the_table_has_the_rows_of_the_basis() -> None:
    assert invoicing_csv(BASIS, NAMES) == BYTE_ORDER_MARK + "\r\n".join(
        (
            HEADER,
            "vasternorrland;2026-11-01;2026-11-30;;inte känd;1;1;0",
            "vasternorrland;2026-11-01;2026-11-30;2262;Timrå;1;0;1",
            "vasternorrland;2026-11-01;2026-11-30;2281;Sundsvall;2;2;1",
            "",
        )
    )


def test_a_basis_without_rows_is_a_table_with_its_header() -> None:
    assert invoicing_csv(basis_of("halland", 0), {}) == f"{BYTE_ORDER_MARK}{HEADER}\r\n"


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+46", "-1", "@SUM(A1)", "\tTimrå", "＝1", 'T"i;m\r\nrå'])
def test_the_name_of_a_municipality_is_no_formula(name: str) -> None:
    table = invoicing_csv(BASIS, {"2262": name}).removeprefix(BYTE_ORDER_MARK)
    _, unknown, named, other = csv.reader(io.StringIO(table, newline=""), delimiter=";", strict=True)
    assert named[4] == (name if name.startswith("T") else f"'{name}")
    assert (unknown[4], other[4]) == ("inte känd", "namn saknas")
    assert named[5:] == ["1", "0", "1"]


# --- the page ---


def test_the_page_says_the_period_the_rows_and_why_there_are_no_amounts() -> None:
    assert page_of(BASIS).title == INVOICING_TITLE
    assert in_order(
        text_of(BASIS),
        *("Underlag för fakturering och statistik Region Västernorrland", "Från och med 1 november 2026"),
        *("Till och med 30 november 2026", "Gjort måndag 23 november 2026 kl. 10.00"),
        *("EJ BESLUTAD, version 1.0, 2 oktober 2025.", "V1", "Rutinen är inte beslutad."),
        *("inte känd – 1 1 0", "Timrå 2262 1 0 1", "Sundsvall 2281 2 2 1"),
        *("underlag för statistik", "Inga belopp. Ingen källa anger vilket belopp kommunerna faktureras."),
    )


def test_the_page_quotes_what_asks_for_it_and_both_sides_of_each_contradiction() -> None:
    asked = "När avdelningen inte längre behöver blanketten skickas den in till ansvarig systemförvaltare"
    sent = "V33, avsnittet ”Skicka blankett till Lifecare-förvaltningen”"
    assert in_order(
        text_of(BASIS),
        *("Varför underlaget görs", asked, "samt för statistik.", sent, AVBROTTSRUTIN),
        *("Där rutinen säger emot sig själv", "men slutenvården ska också skicka in den", "V60"),
        *("Anvisning 1 av 2", "Blanketten kan skannas in i patientens journal, och därefter kasseras."),
        "V28, avsnittet ”Blankett för driftstopp – stöd för efterregistrering”",
        *("därefter kasseras originalet.", "V39, avsnittet ”", "och därefter kasseras", "V46, avsnittet ”"),
        AVBROTTSRUTIN,
        *("Anvisning 2 av 2", asked, sent, "Stoppa ner blanketterna i ett kuvert och förslut.", "V34, avsnittet"),
        *("Skriv ”Lifecare SP” på kuvertet.", "IT-enheten Skeppet, Örnsköldsviks sjukhus.", AVBROTTSRUTIN),
        *("Utskrivningsklar-meddelandet efterregistreras inte", "Anvisning 1 av 2"),
        *("Dessa uppgifter ska inte efterregistreras:", "Utskrivningsklar-meddelande", "V31", AVBROTTSRUTIN),
        *("Anvisning 2 av 2", asked, AVBROTTSRUTIN, "Systemet väljer ingen av dem."),
    )


def test_every_sentence_on_the_page_is_the_documents_own() -> None:
    said = {quote.text for fact in REGION.info.facts for quote in fact.quotes}
    html = page_of(BASIS).html
    quoted = [part.partition("</q>")[0] for part in html.split("<q>")[1:]]
    assert len(quoted) == 1 + 3 + 4 + 2 + 1
    assert {one.replace("&lt;", "<").replace("&gt;", ">") for one in quoted} <= said


def test_a_sentence_is_quoted_with_the_section_it_stands_in() -> None:
    first, *_, last = (quote for fact in REGION.info.facts if fact.id == "V60" for quote in fact.quotes)
    assert first.section != last.section
    side = ContradictionSide(says=(Step(fact="V60", text=last.text),))
    own = Contradiction(fact="V60", text="Påhittad.", invoicing=True, sides=(side,))
    read = text_of(replace(BASIS, contradictions=(own,)))
    assert in_order(read, "Påhittad.", last.text, f"V60, avsnittet ”{last.section}”")
    assert "Anvisning" not in read  # one side alone is a gap


def test_a_basis_without_rows_says_so() -> None:
    empty = text_of(basis_of("vasternorrland", 0))
    assert in_order(empty, "Inget är noterat i perioden.", "Inga belopp.", "Anvisning 2 av 2")
    assert "Kommunkod" not in empty


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("stockholm", "Region Stockholm: Källan har rubriken Reservrutin men inget innehåll under den. Källa: "),
        ("halland", "Region Halland: Inget av regionens källdokument nämner driftavbrott."),
        ("orebro", "Inget av regionens källdokument nämner driftavbrott."),
    ],
)
def test_a_region_without_a_routine_says_so_and_borrows_none(code: str, reason: str) -> None:
    read = text_of(basis_of(code))
    assert in_order(read, "Ingen publicerad avbrottsrutin.", reason, "Sundsvall 2281 2 2 1", "Inga belopp.")
    assert ("S17" in read) == (code == "stockholm")
    assert "Ingen av regionens källor begär underlaget." in read
    assert not [one for one in ("säger emot", "EJ BESLUTAD", "V33", "kasseras", "Anvisning") if one in read]


def test_a_basis_is_printed_with_its_own_region_and_a_moment() -> None:
    with pytest.raises(ValueError, match="its own region"):
        invoicing_page(BASIS, NAMES, four_regions()["halland"], NOW)
    with pytest.raises(ValueError, match="time zone"):
        invoicing_page(BASIS, NAMES, REGION, NOW.replace(tzinfo=None))


def test_hostile_text_is_only_text() -> None:
    hostile = invoicing_page(BASIS, dict.fromkeys(NAMES, HOSTILE), REGION, NOW)
    read = Reader(hostile)
    assert read.text.count(HOSTILE) == 2
    assert not {"script", "img", "link", "iframe"} & set(read.tags)
    assert not [name for name, _ in read.attributes if name.startswith("on") or name in ("src", "style")]


@pytest.mark.parametrize("code", CODES)
def test_page_is_complete_in_itself_and_well_built(code: str) -> None:
    page = page_of(basis_of(code))
    read = Reader(page)
    assert page.html.lstrip().startswith('<!doctype html>\n<html lang="sv">')
    assert ("content", "default-src 'none'; style-src 'unsafe-inline'") in read.attributes
    assert "url(" not in page.html
    assert not [name for name, _ in read.attributes if name == "href"]
    levels = [int(tag[1]) for tag, _ in read.headings]
    assert (levels[0], levels.count(1)) == (1, 1)
    assert all(after - before <= 1 for before, after in pairwise(levels))
    for tag in ("table", "ul", "li", "div", "section", "q", "p", "span", "tr", "th", "td"):
        assert page.html.count(f"<{tag}>") + page.html.count(f"<{tag} ") == page.html.count(f"</{tag}>"), tag


def wide_basis() -> InvoicingBasis:
    """Every municipality of four regions, a whole year: for the eye, and for more than one sheet of paper."""
    codes = [one.code for region in four_regions().values() for one in region.info.municipalities]
    rows = (
        InvoicingRow(municipality=code, patients=n + 1, forms=3 * n, backfilled=n) for n, code in enumerate(codes)
    )
    year = Period(first=dt.date(2026, 1, 1), last=dt.date(2026, 12, 31))
    return replace(BASIS, period=year, rows=tuple(rows))
