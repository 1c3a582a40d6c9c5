"""A phone log as a file: the calls of an outage, noted where the system cannot be reached (V27, V28, V39, V46).

The file is CSV, as a spreadsheet saves it. It is judged whole: every fault of every row is told at once, by line
and column and never with what a cell holds, and who imports it imports nothing while there is a fault.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from lifecare_gql.documents import phone_log_cells as cells_of
from lifecare_gql.documents.phone_log_cells import COLUMNS, CellFault, Column, identity_of, key_of
from lifecare_gql.documents.tables import BYTE_ORDER_MARK, SEPARATOR, as_written, csv_text
from lifecare_gql.domain import texts
from lifecare_gql.domain.episode_words import NoticeKind
from lifecare_gql.domain.objections import ObjectionCode

MAX_ROWS = 1000
"""Calls in one file. No document gives a limit: this one is our assumption."""

_SEPARATORS = (SEPARATOR, "\t", ",")
_HELP = "#"
_BY_KEY = {key_of(column.header): column for column in COLUMNS}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PhoneLogRow:
    """A call that was noted. `line` is where it begins in the file, from 1. Moments are in UTC.

    `identifier` is the person identifier as written, and a valid one. `informed` is what was told (lämnat) and
    `received` what one was told (mottaget). `discharged_at` is the actual discharge (faktisk utskrivning, V24) and
    `sip_agreed_on` the day that was agreed for a SIP meeting (V53); None when not stated.
    """

    line: int
    identifier: str
    called_hsa_id: str
    occurred_at: dt.datetime
    spoke_with: str
    informed: frozenset[NoticeKind]
    received: frozenset[NoticeKind]
    discharged_at: dt.datetime | None
    sip_agreed_on: dt.date | None
    signature: str
    text: str


@dataclass(frozen=True, slots=True)
class RowFault:
    """Why a file cannot be imported: line, column, and what to do, in Swedish. Never what a cell holds.

    `column` is its header, or its number where the template has no such header; empty for a whole row.
    """

    line: int
    column: str
    code: ObjectionCode
    reason: str
    remedy: str


def read_phone_log(text: str, today: dt.date) -> tuple[tuple[PhoneLogRow, ...], tuple[RowFault, ...]]:
    """The calls without fault, and every fault, in the order of the file; never raises.

    `today` is the date in Sweden, by which identifiers are judged. While the columns are not the template's, the
    rows are not judged. Left out are empty lines and the template's own lines of help.
    """
    records = _records(text.removeprefix(BYTE_ORDER_MARK))
    at, header = next(records, (1, [""]))
    columns, faults = _columns(at, header)
    if faults:
        return (), tuple(faults)
    judged = [_judged(line, cells, columns, today) for line, cells in islice(records, MAX_ROWS + 1)]
    rows = [one for one in judged if isinstance(one, PhoneLogRow)]
    faults = [fault for one in judged if isinstance(one, list) for fault in one]
    faults += [*_repeated(rows, today), *_wrong_number_of_rows(at, judged)]
    return tuple(rows), tuple(sorted(faults, key=lambda one: one.line))


def phone_log_template() -> str:
    """An empty file to fill in: the columns, and a line of help for each. Imported as it is, it has no rows."""
    blank = ("",) * (len(COLUMNS) - 1)
    help_lines = ((f"{_HELP} {one.header}: {one.help}", *blank) for one in COLUMNS)
    return csv_text([one.header for one in COLUMNS], help_lines, byte_order_mark=True)


_Cells = list[str] | None
"""None for a line that is no CSV."""


def _records(text: str) -> Iterator[tuple[int, _Cells]]:
    """What is not left out, each with its first line.

    Strict: else a quotation mark that is never closed would make the rest of the file one cell, unseen.
    """
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=_separator(text), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = [as_written(cell).strip() for cell in next(reader)]
        except StopIteration:
            return
        except csv.Error:
            yield line, None
            continue
        if any(cells) and not _is_help(cells):
            yield line, cells


def _separator(text: str) -> str:
    """What parts the first line into the most columns of the template.

    `csv.Sniffer` would guess it from all that is in the file, so a comma in every comment could outvote the
    header; but the header is known, and no column's name holds any of them.
    """
    header = next((line for line in io.StringIO(text, newline="") if line.strip()), "")
    return max(_SEPARATORS, key=lambda one: sum(key_of(part) in _BY_KEY for part in header.split(one)))


def _is_help(cells: list[str]) -> bool:
    """Whether it is a line of help: no call can be, for it has more than one cell."""
    return cells[0].startswith(_HELP) and not any(cells[1:])


def _columns(line: int, header: _Cells) -> tuple[list[Column], list[RowFault]]:
    """The columns in the order of the file, and what is wrong with its header: of strange ones the first few."""
    if header is None:
        return [], [_no_csv(line)]
    while header and not header[-1]:
        header.pop()
    named = [_BY_KEY.get(key_of(cell)) for cell in header]
    strange = islice((at for at, one in enumerate(named) if one is None), len(COLUMNS))
    faults = [_layout(line, _numbered(at), *_NOT_IN_TEMPLATE) for at in strange]
    known = [one for one in named if one]
    for column in COLUMNS:
        if known.count(column) != 1:
            faults.append(_layout(line, column.header, *(_TWICE if column in known else _MISSING)))
    return known, faults


def _judged(line: int, cells: _Cells, columns: list[Column], today: dt.date) -> PhoneLogRow | list[RowFault]:
    """The call, or all that is wrong with the row."""
    if cells is None:
        return [_no_csv(line)]
    written = dict.fromkeys((one.header for one in COLUMNS), "") | {
        column.header: cell for column, cell in zip(columns, cells, strict=False)
    }
    values, faults = _values(line, written, today)
    more = (at for at, cell in enumerate(cells[len(columns) :], start=len(columns)) if cell)
    faults += [_layout(line, _numbered(at), *_BESIDE) for at in islice(more, len(COLUMNS))]
    told = any(cells_of.names_actual_discharge(written[one]) for one in (cells_of.GIVEN, cells_of.RECEIVED))
    if told and not written[cells_of.DISCHARGED]:
        faults.append(RowFault(line, cells_of.DISCHARGED, ObjectionCode.DATE_MISSING, *_NO_DISCHARGE))
    return faults or PhoneLogRow(line=line, **values)


def _values(line: int, written: Mapping[str, str], today: dt.date) -> tuple[dict[str, Any], list[RowFault]]:
    values: dict[str, Any] = {}
    faults: list[RowFault] = []
    for column in COLUMNS:
        try:
            values[column.field] = column.read(written[column.header], today)
        except CellFault as fault:
            faults.append(RowFault(line, column.header, fault.code, fault.reason, fault.remedy))
    return values, faults


def _repeated(rows: list[PhoneLogRow], today: dt.date) -> Iterator[RowFault]:
    """Rows that say just what an earlier one says, however the identifier is written."""
    first: dict[PhoneLogRow, int] = {}
    for row in rows:
        said = replace(row, line=0, identifier=identity_of(row.identifier, today).value)
        if first.setdefault(said, row.line) != row.line:
            reason = texts.said("Raden säger detsamma som rad {line}.", line=first[said])
            yield _layout(row.line, "", reason, "Ta bort den ena raden.")


def _wrong_number_of_rows(header: int, judged: list[Any]) -> Iterator[RowFault]:
    if not judged:
        yield _layout(header, "", "Filen har inga rader under rubriken.", "Skriv ett samtal på varje rad.")
    if len(judged) > MAX_ROWS:
        reason = texts.said("Filen har fler än {most} rader, vilket är systemets egen gräns.", most=MAX_ROWS)
        yield _layout(header, "", reason, "Dela upp raderna på flera filer.")


_NOT_IN_TEMPLATE = (
    "Mallen har ingen kolumn med den rubriken.",
    "Använd mallens rubriker, och spara filen som CSV UTF-8.",
)
_MISSING = ("Kolumnen saknas.", "Använd mallens rubriker, och spara filen som CSV UTF-8.")
_TWICE = ("Kolumnen finns mer än en gång.", "Ta bort den ena.")
_BESIDE = (
    "Raden har fler celler än det finns kolumner.",
    "Sätt citattecken kring en text som innehåller skiljetecknet, eller töm cellen.",
)
_NO_DISCHARGE = (
    "Faktiskt utskrivningsdatum är lämnat eller mottaget, men kolumnen är tom.",
    "Skriv när patienten skrevs ut, som 2026-11-22 14:30.",
)


def _numbered(at: int) -> str:
    """A column that is called by its number: what its header says may be anything."""
    return f"kolumn {at + 1}"


def _no_csv(line: int) -> RowFault:
    remedy = "Sätt citattecken både före och efter texten, och skriv ett citattecken inne i den två gånger."
    return _layout(
        line, "", "Raden går inte att läsa: ett citattecken står fel, eller en cell är för lång.", remedy
    )


def _layout(line: int, column: str, reason: str, remedy: str) -> RowFault:
    return RowFault(line, column, ObjectionCode.FILE_MALFORMED, reason, remedy)
