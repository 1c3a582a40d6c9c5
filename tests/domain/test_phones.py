from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from lifecare_gql.domain.phones import PhoneNumber

PRINTED_IN_THE_SOURCES = [
    ("V7 Servicedesk", "0660 890 70", "+46 660 890 70"),
    ("V55 Region Västernorrland", "0611-800 00", "+46 611 800 00"),
    ("V58 Timrå", "060-16 31 00", "+46 60 16 31 00"),
    ("V58 Ånge", "0690-25 01 00", "+46 690 25 01 00"),
    ("V58 Örnsköldsvik", "0660-880 00", "+46 660 880 00"),
    ("V58 Sundsvall", "060-19 10 00", "+46 60 19 10 00"),
    ("V58 Kramfors", "0612-800 00", "+46 612 800 00"),
    ("V58 Härnösand", "0611-34 80 00", "+46 611 34 80 00"),
    ("V58 Sollefteå, as printed", "0620- 68 20 00", "+46 620 68 20 00"),
    ("V58 Sollefteå, without the stray space", "0620-68 20 00", "+46 620 68 20 00"),
]

NO_SWEDISH_NUMBERS = [
    "",
    " ",
    "112",
    "1177",
    "0660",
    "0660-88",
    "0660-880 00 00 00 00",
    "0000-00 00 00",
    "+47 22 00 00 00",
    "+46",
    "växeln",
    "telefon 0660 890 70",
    "0660-TELEFON",
    "0660 890 70 eller 060-16 31 00",
    "٠٦٦٠ ٨٩٠ ٧٠",
    "０６６０ ８９０ ７０",
    "0660 890 70\n",
    "0660 890 70\x00",
    "ankn 12",
    "ankn 0660 890 70",
]

from_toml = TypeAdapter(PhoneNumber).validate_python


@pytest.mark.parametrize(("printed", "normalised"), [row[1:] for row in PRINTED_IN_THE_SOURCES])
def test_every_printed_number_has_the_digits_of_the_directory(printed: str, normalised: str) -> None:
    number = PhoneNumber.swedish(printed)
    assert number.printed == printed
    assert number.e164 == normalised.replace(" ", "")


@pytest.mark.parametrize("extension", [" ankn 12", ", ankn. 12", " (ankn 12)", " anknytning 12", " Ankn: 4567"])
def test_an_extension_is_printed_but_not_dialled(extension: str) -> None:
    number = PhoneNumber.swedish("0611-800 00" + extension)
    assert number == from_toml({"printed": "0611-800 00" + extension, "e164": "+4661180000"})


@pytest.mark.parametrize("printed", ["+46 611 800 00", "+46 (0)611 800 00", "0046 611-800 00", "0611–800\u00a000"])
def test_other_spellings_give_the_same_number(printed: str) -> None:
    assert PhoneNumber.swedish(printed).e164 == "+4661180000"


@pytest.mark.parametrize("printed", NO_SWEDISH_NUMBERS)
def test_what_is_no_swedish_number_is_refused_with_its_text(printed: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        PhoneNumber.swedish(printed)
    assert repr(printed) in str(refusal.value)


def test_a_data_file_may_leave_the_e164_form_out() -> None:
    assert from_toml({"printed": "060-16 31 00"}) == PhoneNumber.swedish("060-16 31 00")


@pytest.mark.parametrize("e164", ["+4660163101", "060-16 31 00", "+46 60 16 31 00", "0046 60163100"])
def test_both_forms_must_be_the_same_number(e164: str) -> None:
    with pytest.raises(ValidationError) as refusal:
        from_toml({"printed": "060-16 31 00", "e164": e164})
    assert [error["loc"] for error in refusal.value.errors()] == [("e164",)]
    assert "+4660163100" in str(refusal.value)


def test_a_wrong_number_is_reported_once_where_it_stands() -> None:
    with pytest.raises(ValidationError) as refusal:
        from_toml({"printed": "060", "e164": "+4660163100"})
    assert [error["loc"] for error in refusal.value.errors()] == [("printed",)]


def test_an_unknown_key_is_refused() -> None:
    with pytest.raises(ValidationError):
        from_toml({"printed": "060-16 31 00", "extension": "12"})


@given(st.text(alphabet="0123456789+()/ -–ankx\u0660\x00"))
def test_any_text_is_a_number_or_a_value_error(text: str) -> None:
    try:
        number = PhoneNumber.swedish(text)
    except ValueError:
        return
    assert re.fullmatch(r"\+46[0-9]{6,11}", number.e164)
