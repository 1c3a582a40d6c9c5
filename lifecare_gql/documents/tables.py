"""Tables as CSV files that a spreadsheet opens as they are, and that run nothing in it.

A spreadsheet takes a cell that begins as a formula does for a formula, wherever the text came from (CWE-1236).
Such a text gets an apostrophe before it, and `as_written` takes it away again: so nothing is lost on the way.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import unicodedata
from collections.abc import Iterable, Sequence

SEPARATOR = ";"
"""What Excel separates with under Swedish settings, where the comma is in the numbers."""

BYTE_ORDER_MARK = "\ufeff"
"""Tells Excel that the file is UTF-8."""

Cell = str | int | dt.date | None
"""Texts are guarded; numbers and dates are the program's own, and None is an empty cell."""

_BEGINS_A_FORMULA = frozenset("=+-@\N{MINUS SIGN}")
_QUOTATION_MARKS = (
    "'\"\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}\N{RIGHT DOUBLE QUOTATION MARK}"
)
"""Quotation marks: a program on the way may take them off."""


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]], *, byte_order_mark: bool = False) -> str:
    """The table as CSV (RFC 4180 with semicolons): lines end in CRLF, dates are ISO 8601.

    ``ValueError`` for a row that has not as many cells as the header. A code with a leading zero is written whole,
    though a spreadsheet may show it as a number.
    """
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=SEPARATOR, lineterminator="\r\n")
    for row in (header, *rows):
        if len(row) != len(header):
            raise ValueError("a row has a cell for each column")
        writer.writerow([_cell(one) for one in row])
    return (BYTE_ORDER_MARK if byte_order_mark else "") + written.getvalue()


def guarded(text: str) -> str:
    """The text, with an apostrophe before it if a spreadsheet could take it for a formula."""
    return f"'{text}" if _is_suspect(text) else text


def as_written(cell: str) -> str:
    """The text that `guarded` made the cell of."""
    return cell[1:] if cell.startswith("'") and _is_suspect(cell) else cell


def _is_suspect(text: str) -> bool:
    """Whether it begins as a formula, once what cannot be seen or may be taken off is taken off.

    Apostrophes are among that, so a text that begins with one of its own before a formula is guarded too.
    """
    if text.lstrip("'").startswith(("\t", "\r")):
        return True
    first = next((one for one in text if not _is_taken_off(one)), "")
    # Fullwidth and other forms of the same signs are taken for them (＝ for =).
    return unicodedata.normalize("NFKC", first)[:1] in _BEGINS_A_FORMULA


def _is_taken_off(sign: str) -> bool:
    return sign in _QUOTATION_MARKS or sign.isspace() or unicodedata.category(sign) in ("Cc", "Cf")


def _cell(one: Cell) -> str | int:
    if isinstance(one, str):
        return guarded(one)
    if isinstance(one, dt.date):
        return one.isoformat()
    return "" if one is None else one
