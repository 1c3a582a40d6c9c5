"""The patient's extract of the access log: as a table, and as a page that a patient can read."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import replace

import pytest

from lifecare_gql.documents.pages import PrintedPage, access_extract_csv, access_extract_page
from lifecare_gql.documents.sheets import AccessExtractSheet, ExtractLine
from lifecare_gql.documents.tables import BYTE_ORDER_MARK
from lifecare_gql.domain.access_log import in_plain_swedish
from lifecare_gql.domain.words import AccessAct, UnitKind
from tests.documents.examples import CENTRE, HOME_CARE, HOSTILE, NOW, PATIENT, WARD
from tests.documents.test_pages import Reader, in_order
from tests.domain.drafts import unit

UNITS = (CENTRE, HOME_CARE, WARD)
LINES = tuple(
    ExtractLine(at=NOW - dt.timedelta(days=9 - at), unit=UNITS[at % 3], what=in_plain_swedish(act, "Message"))
    for at, act in enumerate(AccessAct)
)
SHEET = AccessExtractSheet(patient=PATIENT, made_at=NOW, lines=LINES, since=NOW - dt.timedelta(days=30))
NAMED = replace(SHEET, names_staff=True, lines=tuple(replace(one, staff="Ada Testsson") for one in LINES))
HOSTILE_SHEET = replace(
    NAMED,
    lines=tuple(
        replace(one, staff=HOSTILE, unit=unit(HOSTILE, UnitKind.HEALTH_CENTRE, "halland")) for one in LINES
    ),
)


def table(sheet: AccessExtractSheet) -> list[list[str]]:
    text = access_extract_csv(sheet).removeprefix(BYTE_ORDER_MARK)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True))


def text_of(page: PrintedPage) -> str:
    return Reader(page).text.replace("\xa0", " ")


def test_each_act_is_told_in_words_of_its_own() -> None:
    told = {in_plain_swedish(act, "Patient") for act in AccessAct}
    assert len(told) == len(AccessAct)
    assert all(one.endswith(".") and ".." not in one for one in told)
    assert in_plain_swedish(AccessAct.READ, "Patient") == "Uppgifter om dig visades."
    assert in_plain_swedish(AccessAct.READ, "Plan").endswith(" visades (samordnad individuell plan, SIP).")


def test_the_table_has_a_row_for_each_line_in_order() -> None:
    header, *rows = table(SHEET)
    assert header == ["Tidpunkt", "Enhet", "Vad som gjordes"]
    assert [row[1:] for row in rows] == [[one.unit.name, one.what] for one in LINES]
    assert rows[0][0] == f"{(NOW - dt.timedelta(days=9)).date()} 10:00:00"
    assert table(NAMED)[0] == [*header, "Personal"]
    assert {row[3] for row in table(NAMED)[1:]} == {"Ada Testsson"}


def test_times_are_those_of_sweden_in_summer_too() -> None:
    summer = replace(LINES[0], at=dt.datetime(2026, 6, 30, 22, 30, tzinfo=dt.UTC))
    assert table(replace(SHEET, lines=(summer,)))[1][0] == "2026-07-01 00:30:00"


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+46", "-1", "@SUM(A1)", "\tEken", "\rEken", "＝1"])
def test_no_unit_or_name_is_a_formula(name: str) -> None:
    line = replace(LINES[0], unit=unit(name, UnitKind.HEALTH_CENTRE, "halland"), staff=name)
    row = table(replace(NAMED, lines=(line,)))[1]
    assert (row[1], row[3]) == (f"'{name}", f"'{name}")


def test_the_page_says_when_where_and_what_and_how_to_read_it() -> None:
    assert in_order(
        text_of(access_extract_page(SHEET)),
        *("Loggutdrag", "Vem har tagit del av uppgifter om dig?", "Tolvan Testperson", "19320214-2380"),
        *("Från och med", "24 oktober 2026", "Till", "när listan gjordes", f"{len(LINES)} gånger"),
        *(part for one in LINES for part in (one.unit.name, one.what)),
        *("Så läser du listan", "nämner inte personalens namn", "patientdatalagen (2008:355), 8 kap. 5 §"),
    )


def test_a_page_that_names_the_staff_does_not_say_otherwise() -> None:
    read = text_of(access_extract_page(NAMED))
    assert read.count("Ada Testsson") == len(LINES)
    assert "nämner inte" not in read


def test_a_page_without_lines_says_so() -> None:
    read = text_of(access_extract_page(replace(SHEET, lines=(), since=None)))
    assert in_order(read, "så länge uppgifter finns", "0 gånger", "Ingen har tagit del av uppgifter om dig")


def test_where_a_protected_person_is_cared_for_is_not_told() -> None:
    withheld = replace(SHEET, withheld=True)
    read = text_of(access_extract_page(withheld))
    cells = [row[1] for row in table(withheld)[1:]]
    assert set(cells) == {"Vårdcentral", "Kommunal hemsjukvård", "Slutenvårdsavdelning"}
    for one in (CENTRE.name, HOME_CARE.name, WARD.name, "Provgatan"):
        assert one not in read
    assert "Skyddade personuppgifter." in read


def test_hostile_text_is_only_text() -> None:
    read = Reader(access_extract_page(HOSTILE_SHEET))
    assert read.text.count(HOSTILE) == 2 * len(LINES)
    assert not {"script", "img", "link", "iframe"} & set(read.tags)


def test_no_sheet_shows_its_content_in_a_repr() -> None:
    assert "Testperson" not in repr(SHEET)
    assert "Testsson" not in repr(NAMED)


@pytest.mark.parametrize("sheet", [SHEET, NAMED, HOSTILE_SHEET])
def test_the_page_is_complete_in_itself(sheet: AccessExtractSheet) -> None:
    page = access_extract_page(sheet)
    assert "url(" not in page.html
    assert not [name for name, _ in Reader(page).attributes if name in ("href", "src")]
    for tag in ("table", "thead", "tbody", "tr", "th", "td", "section", "p", "dl"):
        assert page.html.count(f"<{tag}>") + page.html.count(f"<{tag} ") == page.html.count(f"</{tag}>"), tag
