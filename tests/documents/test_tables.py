"""Tables as CSV files: nothing in them runs, and nothing is lost."""

from __future__ import annotations

import csv
import datetime as dt
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecare_gql.documents.tables import BYTE_ORDER_MARK, Cell, as_written, csv_text, guarded

HOSTILE = [
    "=1+1",
    '=HYPERLINK("http://example.invalid","se här")',
    "=cmd|' /C calc'!A0",
    "+46 60 16 31 00",
    "+cmd|' /C calc'!A0",
    "-2+3+cmd|' /C calc'!A0",
    "-",
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\t=1+1",
    "\tbara text",
    "\r=1+1",
    "\rbara text",
    "\n=1+1",
    " =1+1",
    "\N{NO-BREAK SPACE}=1+1",
    "\ufeff=1+1",
    "\N{ZERO WIDTH SPACE}@SUM(A1)",
    "\0=1+1",
    '"=1+1"',
    '" =1+1',
    "'=1+1",
    "''=1+1",
    "\N{RIGHT DOUBLE QUOTATION MARK}=1+1",
    "\N{FULLWIDTH EQUALS SIGN}1+1",
    "\N{FULLWIDTH PLUS SIGN}1",
    "\N{FULLWIDTH HYPHEN-MINUS}1",
    "\N{FULLWIDTH COMMERCIAL AT}SUM(A1)",
    "\N{SMALL EQUALS SIGN}1+1",
    "\N{MINUS SIGN}1+1",
    "\u2028=1+1",
]
HARMLESS = [
    "",
    "Örnsköldsvik",
    "Ånge, och Sollefteå",
    "råd \N{LINE SEPARATOR} och rön",
    "två\nrader",
    "två\r\nrader",
    "1=1",
    "'s-Hertogenbosch",
    'Hon sa: "=1+1"',
    "a;b,c\td",
    "2281",
    "–tankstreck",
    " text",
]


def read(text: str) -> list[list[str]]:
    """The table as a program that knows the format reads it."""
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";", strict=True))


@pytest.mark.parametrize("cell", HOSTILE, ids=ascii)
def test_nothing_that_could_be_a_formula_begins_a_cell(cell: str) -> None:
    [_, [written, second]] = read(csv_text(("a", "b"), [(cell, "två")]))
    assert (written, second) == (f"'{cell}", "två")
    assert as_written(written) == cell


@pytest.mark.parametrize("cell", HARMLESS, ids=ascii)
def test_other_texts_stand_as_they_are(cell: str) -> None:
    assert read(csv_text(("a", "b"), [("ett", cell)])) == [["a", "b"], ["ett", cell]]
    assert as_written(cell) == cell


def test_a_header_is_guarded_too() -> None:
    assert read(csv_text(("=a", "b"), [])) == [["'=a", "b"]]


@pytest.mark.parametrize(
    ("cell", "written"), [(-5, "-5"), (0, "0"), (dt.date(2026, 11, 22), "2026-11-22"), (None, "")]
)
def test_what_the_program_typed_is_not_disturbed(cell: Cell, written: str) -> None:
    assert csv_text(("a", "b"), [(cell, "x")]) == f"a;b\r\n{written};x\r\n"


def test_the_mark_for_excel_is_there_only_when_asked_for() -> None:
    plain = csv_text(("å",), [("ä",)])
    assert plain == "å\r\nä\r\n"
    assert csv_text(("å",), [("ä",)], byte_order_mark=True) == BYTE_ORDER_MARK + plain
    assert csv_text(("å",), [], byte_order_mark=True).encode().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("row", [("ett",), ("ett", "två", "tre")])
def test_a_row_has_a_cell_for_each_column(row: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="a cell for each column"):
        csv_text(("a", "b"), [row])


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_any_table_comes_back_as_it_was(rows: list[tuple[str, str]]) -> None:
    [_, *found] = read(csv_text(("a", "b"), rows))
    assert [tuple(map(as_written, row)) for row in found] == rows
    assert not [
        cell for row in found for cell in row if cell.lstrip(' "\n')[:1] in ("=", "+", "-", "@", "\t", "\r")
    ]
    assert all(guarded(one) in (one, f"'{one}") for row in rows for one in row)
