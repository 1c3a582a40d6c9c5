"""A phone log as a file: what is read from it, and every fault by line and column and nothing of what it holds."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifecare_gql.documents.kit_forms import CALLED, call_fields, forms
from lifecare_gql.documents.phone_log_cells import _NOTICES, COLUMNS
from lifecare_gql.documents.phone_log_file import (
    MAX_ROWS,
    PhoneLogRow,
    RowFault,
    phone_log_template,
    read_phone_log,
)
from lifecare_gql.documents.tables import csv_text
from lifecare_gql.domain.calendar import STOCKHOLM
from lifecare_gql.domain.episode_words import NoticeKind
from lifecare_gql.domain.objections import ObjectionCode
from lifecare_gql.domain.reviewing import MAX_NAME_LENGTH, MAX_TEXT_LENGTH
from tests.documents.kit_examples import KIT

K, C = NoticeKind, ObjectionCode
TODAY = dt.date(2026, 11, 23)
HEADER = tuple(column.header for column in COLUMNS)
GOOD = {
    "Personnummer": "19900101-2385",
    "Mottagande enhet": "SE0000000000-S1",
    "Datum och tid": "2026-11-22 14:30",
    "Namn på den du talade med": "Ronja Exempelsson",
    "Lämnat": "inskrivning, beräknat utskrivningsdatum",
    "Mottaget": "",
    "Faktisk utskrivning": "",
    "SIP-datum": "",
    "Signatur": "DD",
    "Kommentar": "ringer åter i morgon",
}


def file(*rows: dict[str, str], header: Iterable[str] = HEADER, separator: str = ";") -> str:
    """A file with these rows; each is the good one with some cells changed."""
    written = io.StringIO(newline="")
    columns = list(header)
    writer = csv.writer(written, delimiter=separator, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([(GOOD | row).get(column, "") for column in columns] for row in rows)
    return written.getvalue()


def only_row(text: str) -> PhoneLogRow:
    rows, faults = read_phone_log(text, TODAY)
    assert faults == ()
    [row] = rows
    return row


def places(text: str) -> list[tuple[int, str, ObjectionCode]]:
    """Where the faults are, and of what kind."""
    return [(one.line, one.column, one.code) for one in read_phone_log(text, TODAY)[1]]


def test_a_row_says_all_that_the_paper_does() -> None:
    changes = {
        "Mottaget": "svar på inskrivning + FIXED_CARE_CONTACT",
        "Lämnat": "inskrivning, Faktiskt utskrivningsdatum",
        "Faktisk utskrivning": "2026-11-22T16:00",
        "SIP-datum": "2026-12-01",
    }
    assert read_phone_log(file(changes), TODAY) == (
        (
            PhoneLogRow(
                line=2,
                identifier="19900101-2385",
                called_hsa_id="SE0000000000-S1",
                occurred_at=dt.datetime(2026, 11, 22, 13, 30, tzinfo=dt.UTC),
                spoke_with="Ronja Exempelsson",
                informed=frozenset({K.ADMISSION_NOTICE}),
                received=frozenset({K.ANSWER, K.FIXED_CARE_CONTACT}),
                discharged_at=dt.datetime(2026, 11, 22, 15, 0, tzinfo=dt.UTC),
                sip_agreed_on=dt.date(2026, 12, 1),
                signature="DD",
                text="ringer åter i morgon",
            ),
        ),
        (),
    )


def test_the_columns_are_those_of_the_paper() -> None:
    on_paper = {field.label for field in (*CALLED, *call_fields(KIT), *forms(KIT)[0].sections[0].fields)}
    twins = {"Personnummer", "Mottagande enhet", "Namn på den du talade med", "Signatur", "Kommentar"}
    assert twins <= set(HEADER) & on_paper


@pytest.mark.parametrize("separator", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_a_file_is_read_as_any_spreadsheet_saves_it(separator: str, end: str, mark: str) -> None:
    changes = {"Kommentar": 'ett, två; tre\tfyra\nfem ”sex” "sju"'}
    text = mark + file(changes, {}, separator=separator).replace("\r\n", end)
    rows, faults = read_phone_log(text, TODAY)
    assert (faults, [row.line for row in rows]) == ((), [2, 4])
    assert rows[0].text == changes["Kommentar"]


def test_columns_may_stand_in_any_order_and_be_written_in_other_ways() -> None:
    header = [f" {name.upper().replace(' ', '_')} " for name in reversed(HEADER)]
    written = file({}, header=reversed(HEADER)).replace(";".join(reversed(HEADER)), ";".join(header))
    assert only_row(written) == only_row(file({}))
    decomposed = file({}).replace("Lämnat", "La\N{COMBINING DIAERESIS}mnat")
    assert only_row(decomposed) == only_row(file({}))


def test_what_is_empty_is_left_out() -> None:
    ended = file({}).replace("\r\n", ";;\r\n")
    text = f"\r\n;;;\r\n{ended}\r\n;;;;;;;;;;;\r\n   \r\n"
    assert only_row(text).line == 4
    short = file({"Kommentar": ""}).replace("DD;", "DD")
    assert only_row(short).text == ""


@pytest.mark.parametrize(
    ("column", "field", "cell", "read"),
    [
        ("Personnummer", "identifier", "'199001012385", "199001012385"),
        ("Personnummer", "identifier", "900101-2385", "900101-2385"),
        ("Personnummer", "identifier", "196109732393", "196109732393"),
        ("Mottagande enhet", "called_hsa_id", "'SE0000000000-s1 ", "SE0000000000-s1"),
        ("Kommentar", "text", "'=1+1", "=1+1"),
        ("Kommentar", "text", "'s-Hertogenbosch", "'s-Hertogenbosch"),
        ("Kommentar", "text", "# inget", "# inget"),
        ("Datum och tid", "occurred_at", "'2026-11-22 14:30:15", "2026-11-22T13:30:15+00:00"),
        ("Datum och tid", "occurred_at", "2026-06-22 14:30", "2026-06-22T12:30:00+00:00"),
        ("Datum och tid", "occurred_at", "2026-11-22T14:30Z", "2026-11-22T14:30:00+00:00"),
        ("Datum och tid", "occurred_at", "2026-10-25 02:30+02:00", "2026-10-25T00:30:00+00:00"),
        ("Datum och tid", "occurred_at", "2026-10-25 02:30 +0100", "2026-10-25T01:30:00+00:00"),
        ("Datum och tid", "occurred_at", "2026-10-25 03:00", "2026-10-25T02:00:00+00:00"),
        ("Datum och tid", "occurred_at", "2026-03-29 01:59", "2026-03-29T00:59:00+00:00"),
    ],
)
def test_a_cell_is_read(column: str, field: str, cell: str, read: str) -> None:
    found = getattr(only_row(file({column: cell})), field)
    assert (found.isoformat() if isinstance(found, dt.datetime) else found) == read


@pytest.mark.parametrize("kind", NoticeKind)
def test_every_notice_can_be_written_as_its_word_or_its_code(kind: NoticeKind) -> None:
    for word in (kind.value, kind.swedish, f"  {kind.swedish.upper()} "):
        assert only_row(file({"Lämnat": word})).informed == {kind}


def test_the_five_items_of_the_routine_are_understood() -> None:
    """V24, as the kit's form prints them."""
    items = next(field for field in call_fields(KIT) if field.key == "items").options
    row = only_row(file({"Lämnat": " + ".join(items), "Faktisk utskrivning": "2026-11-22 16:00"}))
    assert row.informed == {K.ADMISSION_NOTICE, K.EXPECTED_DISCHARGE, K.PLANNING_BASIS, K.DISCHARGE_NOTICE}
    assert len(_NOTICES) == 2 * len(NoticeKind) + 2 - sum(
        kind.value.replace("_", "").lower() == kind.swedish for kind in NoticeKind
    )


FAULTS: list[tuple[str, str, ObjectionCode]] = [
    ("Personnummer", "", C.INVALID_IDENTITY),
    ("Personnummer", "19900101-2386", C.INVALID_IDENTITY),
    ("Personnummer", "9001012385", C.INVALID_IDENTITY),
    ("Personnummer", "1,99001E+11", C.INVALID_IDENTITY),
    ("Mottagande enhet", "", C.NO_RECIPIENT),
    ("Mottagande enhet", "hälsocentralen", C.UNIT_NOT_REGISTERED),
    ("Datum och tid", "", C.DATE_MISSING),
    ("Datum och tid", "i går kväll", C.VALUE_NOT_UNDERSTOOD),
    ("Datum och tid", "2026-11-22", C.VALUE_NOT_UNDERSTOOD),
    ("Datum och tid", "2026-02-30 10:00", C.VALUE_NOT_UNDERSTOOD),
    ("Datum och tid", "2026-11-22 25:00", C.VALUE_NOT_UNDERSTOOD),
    ("Datum och tid", "20261122T1430", C.VALUE_NOT_UNDERSTOOD),
    ("Datum och tid", "2026-11-22 14:30+99:00", C.VALUE_NOT_UNDERSTOOD),
    ("Datum och tid", "0001-01-01 00:00", C.VALUE_NOT_UNDERSTOOD),
    ("Datum och tid", "9999-12-31 23:59-12:00", C.VALUE_NOT_UNDERSTOOD),
    ("Datum och tid", "2026-03-29 02:30", C.VALUE_NOT_UNDERSTOOD),
    ("Datum och tid", "2026-10-25 02:30", C.VALUE_NOT_UNDERSTOOD),
    ("Namn på den du talade med", " ", C.NAME_EMPTY),
    ("Namn på den du talade med", "a" * (MAX_NAME_LENGTH + 1), C.NAME_TOO_LONG),
    ("Lämnat", "blodtryck", C.VALUE_NOT_UNDERSTOOD),
    ("Mottaget", "inskrivning och planeringsunderlag", C.VALUE_NOT_UNDERSTOOD),
    ("Faktisk utskrivning", "2026-11-22", C.VALUE_NOT_UNDERSTOOD),
    ("SIP-datum", "1 december", C.VALUE_NOT_UNDERSTOOD),
    ("SIP-datum", "2026-11-31", C.VALUE_NOT_UNDERSTOOD),
    ("SIP-datum", "2026-W48-1", C.VALUE_NOT_UNDERSTOOD),
    ("Signatur", "", C.NAME_EMPTY),
    ("Signatur", "a" * (MAX_NAME_LENGTH + 1), C.NAME_TOO_LONG),
    ("Kommentar", "a" * (MAX_TEXT_LENGTH + 1), C.TEXT_TOO_LONG),
]


@pytest.mark.parametrize(("column", "cell", "code"), FAULTS)
def test_a_cell_that_cannot_be_taken_is_named_and_not_repeated(
    column: str, cell: str, code: ObjectionCode
) -> None:
    rows, [fault] = read_phone_log(file({"Kommentar": "en annan rad"}, {column: cell}), TODAY)
    assert (fault.line, fault.column, fault.code) == (3, column, code)
    assert fault.reason.endswith(".")
    assert fault.remedy.endswith(".")
    assert len(rows) == 1
    if len(cell) > 1 and cell != "2026-11-22":  # the remedies' own example
        assert cell not in fault.reason + fault.remedy


def test_the_limits_are_inside() -> None:
    widest = {"Signatur": "a" * MAX_NAME_LENGTH, "Kommentar": "b" * MAX_TEXT_LENGTH}
    assert len(only_row(file(widest)).text) == MAX_TEXT_LENGTH


@pytest.mark.parametrize(
    ("clock", "part"),
    [("2026-10-25 02:30", "+01:00"), ("2026-10-25 02:00", "+02:00"), ("2026-03-29 02:00", "visade")],
)
def test_a_time_when_the_clocks_change_says_how_to_write_it(clock: str, part: str) -> None:
    [fault] = read_phone_log(file({"Datum och tid": clock}), TODAY)[1]
    assert part in fault.remedy


@pytest.mark.parametrize("column", ["Lämnat", "Mottaget"])
def test_an_actual_discharge_that_was_told_has_its_time(column: str) -> None:
    told = {column: "planeringsunderlag,faktiskt  utskrivningsdatum"}
    assert places(file(told)) == [(2, "Faktisk utskrivning", C.DATE_MISSING)]
    assert places(file(told | {"Faktisk utskrivning": "nyss"})) == [
        (2, "Faktisk utskrivning", C.VALUE_NOT_UNDERSTOOD)
    ]
    assert places(file(told | {"Faktisk utskrivning": "2026-11-22 10:00"})) == []


def test_every_fault_of_every_row_comes_at_once() -> None:
    empty = dict.fromkeys(HEADER, "") | {"Kommentar": "bara en\nkommentar"}
    text = (
        file(empty, {}, {"Signatur": "", "SIP-datum": "snart"}) + '"a"b;c\r\n' + file({}, empty).partition("\n")[2]
    )
    assert places(text) == [
        *[(2, "Personnummer", C.INVALID_IDENTITY), (2, "Mottagande enhet", C.NO_RECIPIENT)],
        *[(2, "Datum och tid", C.DATE_MISSING), (2, "Namn på den du talade med", C.NAME_EMPTY)],
        (2, "Signatur", C.NAME_EMPTY),
        *[(5, "SIP-datum", C.VALUE_NOT_UNDERSTOOD), (5, "Signatur", C.NAME_EMPTY)],
        (6, "", C.FILE_MALFORMED),
        (7, "", C.FILE_MALFORMED),  # says just what line 4 does
        *[(8, "Personnummer", C.INVALID_IDENTITY), (8, "Mottagande enhet", C.NO_RECIPIENT)],
        *[(8, "Datum och tid", C.DATE_MISSING), (8, "Namn på den du talade med", C.NAME_EMPTY)],
        (8, "Signatur", C.NAME_EMPTY),
    ]


def test_rows_that_say_the_same_are_told_apart_by_anything() -> None:
    same = {"Personnummer": "'199001012385", "Lämnat": "EXPECTED_DISCHARGE+inskrivning"}
    [fault] = read_phone_log(file({}, {"Kommentar": "annat"}, same), TODAY)[1]
    assert (fault.line, fault.reason) == (4, "Raden säger detsamma som rad 2.")
    assert places(file(*({"Signatur": one} for one in "ABC"))) == []


def test_a_header_is_as_the_template() -> None:
    other = [name for name in HEADER if name != "Signatur"]
    for header in (
        [*other, "Underskrift 19900101-2385"],
        other,
        [*HEADER, "Lämnat"],
        ["Personnummer", "", *other],
    ):
        rows, faults = read_phone_log(file({}, header=header), TODAY)
        assert rows == ()
        assert {one.code for one in faults} == {C.FILE_MALFORMED}
        assert "2385" not in repr(faults)
    assert [one.column for one in read_phone_log(file({}, header=[*other, "Tolvan"]), TODAY)[1]] == [
        "kolumn 10",
        "Signatur",
    ]
    assert places(file({}, header=[*HEADER, "lämnat"])) == [(1, "Lämnat", C.FILE_MALFORMED)]
    assert len(places(file({}).partition("\n")[2])) == 2 * len(HEADER)  # the first row is no header
    assert places('"Personnummer"x;') == [(1, "", C.FILE_MALFORMED)]


def test_a_cell_beside_the_columns_is_a_fault() -> None:
    text = file({"Kommentar": "ett"}).replace("ett", "ett;två;;tre")
    assert places(text) == [(2, "kolumn 11", C.FILE_MALFORMED), (2, "kolumn 13", C.FILE_MALFORMED)]


def test_an_open_quotation_mark_swallows_no_row_unseen() -> None:
    text = file({}, {}).replace("ringer", '"ringer', 1)
    assert (2, "", C.FILE_MALFORMED) in places(text)


def test_a_cell_that_no_reader_takes_is_a_fault() -> None:
    text = file({"Kommentar": "a" * (csv.field_size_limit() + 1)}, {})
    assert places(text) == [(2, "", C.FILE_MALFORMED)]


@pytest.mark.parametrize("text", ["", "\ufeff", "\r\n;;\r\n"])
def test_an_empty_file_is_no_phone_log(text: str) -> None:
    assert [column for _, column, _ in places(text)] == list(HEADER)


def test_a_file_holds_no_more_rows_than_the_limit() -> None:
    rows = [{"Kommentar": str(number)} for number in range(MAX_ROWS + 1)]
    assert places(file(*rows[:-1])) == []
    assert places(file(*rows)) == [(1, "", C.FILE_MALFORMED)]


def test_the_template_as_it_is_has_no_rows_and_is_filled_in_below_its_help() -> None:
    template = phone_log_template()
    assert template.startswith("\ufeffPersonnummer;Mottagande enhet;Datum och tid;")
    assert places(template) == [(1, "", C.FILE_MALFORMED)]
    assert "inga rader" in read_phone_log(template, TODAY)[1][0].reason
    for separator in (";", ","):  # as another spreadsheet saves it again
        again = io.StringIO(newline="")
        cells = csv.reader(io.StringIO(template, newline=""), delimiter=";")
        csv.writer(again, delimiter=separator).writerows(cells)
        body = file({}, separator=separator).partition("\n")[2]
        assert only_row(again.getvalue() + body).line == len(COLUMNS) + 2


def test_help_with_something_beside_it_is_a_row() -> None:
    assert places(file({"Personnummer": "# 19900101-2385"})) == [(2, "Personnummer", C.INVALID_IDENTITY)]


# --- whatever is in the file ---

quiet = settings(max_examples=200, deadline=None, derandomize=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40).map(str.strip)
NAMES = TEXTS.filter(bool)
MOMENTS = st.integers(1_577_836_800, 1_798_761_600).map(lambda at: dt.datetime.fromtimestamp(at, dt.UTC))
ROWS = st.builds(
    PhoneLogRow,
    line=st.just(0),
    identifier=st.sampled_from(["199001012385", "19900101-2385", "196109732393"]),
    called_hsa_id=st.from_regex(r"SE[0-9]{10}-[A-Z0-9]{1,18}", fullmatch=True),
    occurred_at=MOMENTS,
    spoke_with=NAMES,
    informed=st.frozensets(st.sampled_from(NoticeKind)),
    received=st.frozensets(st.sampled_from(NoticeKind)),
    discharged_at=st.none() | MOMENTS,
    sip_agreed_on=st.none() | st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)),
    signature=NAMES,
    text=TEXTS,
)


def written(row: PhoneLogRow) -> list[Any]:
    """The row as cells in the template's order, the time with its offset in Sweden."""

    def clock(at: dt.datetime | None) -> str:
        return at.astimezone(STOCKHOLM).isoformat(" ") if at else ""

    return [
        *(row.identifier, row.called_hsa_id, clock(row.occurred_at), row.spoke_with),
        *(", ".join(kind.swedish for kind in row.informed), "+".join(row.received)),
        *(clock(row.discharged_at), row.sip_agreed_on, row.signature, row.text),
    ]


@given(st.lists(ROWS, min_size=1, max_size=4, unique_by=lambda row: row.occurred_at))
@quiet
def test_what_is_written_is_read_back(rows: list[PhoneLogRow]) -> None:
    found, faults = read_phone_log(csv_text(HEADER, map(written, rows)), TODAY)
    assert faults == ()
    assert [replace(one, line=0) for one in found] == rows


@given(st.text() | st.text(st.sampled_from("\";,\t\r\n#'=a1\0\ufeff\u2028")))
@quiet
def test_any_text_is_read_without_an_error(text: str) -> None:
    head = ";".join(HEADER)
    for file_text in (text, f"{head}\r\n{text}", head + text):
        rows, faults = read_phone_log(file_text, TODAY)
        assert rows or faults
        assert all(isinstance(one, RowFault) and one.reason and one.remedy for one in faults)


@given(st.lists(st.sampled_from(HEADER), min_size=1, unique=True), st.sampled_from(["ZQ9", "ZQ9, ZQ9", '"ZQ9']))
@quiet
def test_no_fault_tells_what_a_cell_holds(columns: list[str], secret: str) -> None:
    for text in (
        file(dict.fromkeys(columns, secret)),
        file({}, header=[*HEADER, secret]),
        file({}, header=[secret if name in columns else name for name in HEADER]),
        file({}) + f'{secret}";"{secret};\r\n',
        file({"Kommentar": secret}) * 2,
    ):
        rows, faults = read_phone_log(text, TODAY)
        assert "ZQ9" not in repr(rows) + repr(faults)
