"""Person identifiers. Every number here is of Skatteverket's test series or is made wrong on purpose."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from personnummer import personnummer  # type: ignore[import-untyped]

from lifecare_gql.domain.identity import (
    IdentityFault,
    IdentityKind,
    InvalidIdentity,
    PersonIdentity,
    is_hsa_id,
    is_organisation_number,
    luhn_ok,
    parse_identity,
)

TODAY = date(2026, 11, 22)


def with_check_digit(first_nine: str) -> str:
    """Ten digits: the check digit by the rule in words, independent of the code under test."""
    products = [int(digit) * weight for digit, weight in zip(first_nine, (2, 1, 2, 1, 2, 1, 2, 1, 2), strict=True)]
    digit_sum = sum(int(digit) for product in products for digit in str(product))
    return f"{first_nine}{-digit_sum % 10}"


def number(year_month_day: str, birth_number: str = "238") -> str:
    """Twelve digits; the date may be impossible."""
    return year_month_day[:2] + with_check_digit(year_month_day[2:] + birth_number)


def written(twelve: str, separator: str = "-") -> str:
    return f"{twelve[2:8]}{separator}{twelve[8:]}"


def fault_of(text: str, today: date = TODAY) -> IdentityFault:
    with pytest.raises(InvalidIdentity) as refusal:
        parse_identity(text, today)
    return refusal.value.reason_code


# --- what is accepted ---

NUMBERS = {
    "199001012385": IdentityKind.PERSONAL_NUMBER,
    "200302022389": IdentityKind.PERSONAL_NUMBER,
    "196109732393": IdentityKind.COORDINATION_NUMBER,
    number("20000229"): IdentityKind.PERSONAL_NUMBER,
    number("20000289", "239"): IdentityKind.COORDINATION_NUMBER,
    number("20261122"): IdentityKind.PERSONAL_NUMBER,
    number("20261182"): IdentityKind.COORDINATION_NUMBER,
    number("19270101"): IdentityKind.PERSONAL_NUMBER,
    number("19800191"): IdentityKind.COORDINATION_NUMBER,
}
CENTENARIANS = {
    "189001019802": IdentityKind.PERSONAL_NUMBER,
    number("19260101"): IdentityKind.PERSONAL_NUMBER,
    number("19261231"): IdentityKind.PERSONAL_NUMBER,
    number("19000161"): IdentityKind.COORDINATION_NUMBER,
}
RESERVE_NUMBERS = [
    "98240301AA06",  # HL7 Sweden's two examples
    "20210325K069",
    "19810829M071",  # Inera's examples of the older form
    "19450829K088",
    "19930829X802",
    "22900101AA06",
    "23260101ZZK0",
    "00342145BZ31",
]


@pytest.mark.parametrize(("twelve", "kind"), (NUMBERS | CENTENARIANS).items())
def test_all_written_forms_are_one_identity(twelve: str, kind: IdentityKind) -> None:
    short = written(twelve, "+" if twelve in CENTENARIANS else "-")
    forms = [twelve, f"{twelve[:8]}-{twelve[8:]}", short, f" {twelve}", f"  {short} "]
    identities = {parse_identity(form, TODAY) for form in forms}
    assert [(one.value, one.kind) for one in identities] == [(twelve, kind)]


@pytest.mark.parametrize("text", RESERVE_NUMBERS)
def test_reserve_numbers_are_kept_as_written(text: str) -> None:
    identity = parse_identity(text, TODAY)
    assert (identity.value, identity.kind) == (text, IdentityKind.NATIONAL_RESERVE_NUMBER)


def test_the_separator_settles_the_century() -> None:
    newborn, centenarian = number("20260101"), number("19260101")
    assert parse_identity(written(newborn, "-"), TODAY).value == newborn
    assert parse_identity(written(newborn, "+"), TODAY).value == centenarian
    assert parse_identity(written(newborn, "-"), date(2025, 12, 31)).value == centenarian


def test_a_number_is_valid_from_its_birth_date() -> None:
    twelve = number("20261122")
    assert parse_identity(twelve, TODAY).value == twelve
    assert fault_of(twelve, TODAY - timedelta(days=1)) is IdentityFault.FUTURE


def test_identities_are_equal_by_value() -> None:
    one, other = parse_identity("199001012385", TODAY), parse_identity("200302022389", TODAY)
    assert one == PersonIdentity("199001012385", IdentityKind.COORDINATION_NUMBER)
    assert one != other


# --- what is refused ---

SEED = "199001012385"
FOREIGN_DIGITS = {
    "fullwidth": 0xFF10,
    "Arabic-Indic": 0x0660,
    "extended Arabic-Indic": 0x06F0,
    "Devanagari": 0x0966,
    "mathematical bold": 0x1D7CE,
}
FOREIGN_HYPHENS = "\u2212\u2010\u2011\u2012\u2013\u2014\u00ad\uff0d\uff0b\ufe63"
UNSEEN = ["\x00", "\n", "\r", "\t", "\v", "\x1f", "\x7f", "\u00a0", "\u200b", "\u200e", "\u2009", "\ufeff"]


def foreign(digits: str, zero: int) -> str:
    return "".join(chr(zero + int(char)) if char.isdigit() else char for char in digits)


def other_characters() -> list[str]:
    wholly = [foreign(form, zero) for zero in FOREIGN_DIGITS.values() for form in (SEED, written(SEED))]
    partly = [
        SEED[:at] + foreign(SEED[at], zero) + SEED[at + 1 :]
        for zero in FOREIGN_DIGITS.values()
        for at in range(12)
    ]
    hyphens = [
        form.replace("-", sign) for sign in FOREIGN_HYPHENS for form in (written(SEED), "19" + written(SEED))
    ]
    unseen = [text for sign in UNSEEN for text in (sign + SEED, SEED + sign, SEED[:8] + sign + SEED[8:])]
    ascii_signs = [SEED[:8] + sign + SEED[8:] for sign in " ._/:,;*#'\"\\"]
    return [
        *wholly,
        *partly,
        *hyphens,
        *unseen,
        *ascii_signs,
        SEED.replace("2", "²"),
        "98240301aa06",
        "ÅÅMMDD-NNNN",
    ]


def impossible_dates() -> list[str]:
    days = [f"199001{day:02}" for day in (0, *range(32, 61), *range(92, 100))]
    months = [f"1990{month:02}01" for month in (0, *range(13, 100))]
    short_months = [
        "19900229",
        "19900289",
        "19000229",
        "19900230",
        "20240230",
        "19900431",
        "19900491",
        "19900631",
    ]
    reserve = ["98230229AA06", "98241301AA06", "98240300AA06", "20210229K069", "22900161AA06"]
    return [*map(number, [*days, *months, *short_months]), *reserve]


def wrong_check_digits() -> list[str]:
    bases = ["199001012385", "196109732393", "189001019802", "20210325K069"]
    return [base[:-1] + digit for base in bases for digit in "0123456789" if digit != base[-1]]


def births_to_come() -> list[str]:
    dates = ["20261123", "20261183", "20261231", "20270101", "20991231", "20991291"]
    return [*map(number, dates), written(number("20261123")), "98261123AA06", "23991231AA06", "20270101K064"]


def wrong_shapes() -> list[str]:
    lengths = [SEED[:end] for end in range(12) if end != 10] + [SEED + "0", SEED * 2, "0" * 11, "9" * 13]
    separators = [
        *(SEED[:at] + "-" + SEED[at:] for at in range(13) if at != 8),
        *(SEED[:at] + "+" + SEED[at:] for at in range(13)),
        "900101--2385",
        "900101-+2385",
        "900101-238",
        "900101-23855",
        "-" * 12,
    ]
    letters = [SEED[:at] + letter + SEED[at + 1 :] for letter in "OIT" for at in range(12)]
    centuries = [century + SEED[2:] for century in ("00", "10", "16", "17", "21", "29", "91")]
    letters_not_in_use = [f"98240301{serial}" for letter in "IOQVW" for serial in (f"{letter}A06", f"A{letter}06")]
    national = ("AA6", "AA060", "-AA06", "AAAA", "AAI6", "A069")
    older = ("L069", "K059", "K809", "M059", "X069", "X909", "K06", "K0699")
    reserve = [
        *letters_not_in_use,
        *(f"98240301{tail}" for tail in national),
        *(f"20210325{tail}" for tail in older),
        *("99240301AA06", "21240301AA06", "00341945BZ31", "00342160BZ31", "22210325K069"),
    ]
    return [*lengths, *separators, *letters, *centuries, *reserve, number("19900101", "000")]


REFUSED = [
    *((IdentityFault.CHARACTERS, text) for text in other_characters()),
    *((IdentityFault.DATE, text) for text in impossible_dates()),
    *((IdentityFault.CHECK_DIGIT, text) for text in wrong_check_digits()),
    *((IdentityFault.FUTURE, text) for text in births_to_come()),
    *((IdentityFault.FORMAT, text) for text in wrong_shapes()),
    *((IdentityFault.CENTURY_UNKNOWN, twelve[2:]) for twelve in NUMBERS),
]


def test_the_table_of_refusals_is_large_and_without_repetition() -> None:
    assert len({text for _, text in REFUSED}) == len(REFUSED) >= 300


@pytest.mark.parametrize(("fault", "text"), REFUSED)
def test_what_is_no_identity_is_refused_for_the_right_reason(fault: IdentityFault, text: str) -> None:
    assert fault_of(text) is fault


def test_a_missing_century_says_what_to_write() -> None:
    with pytest.raises(InvalidIdentity, match=r"YYYYMMDDNNNN.*YYMMDD-NNNN") as refusal:
        parse_identity("9001012385", TODAY)
    assert "ÅÅMMDD+NNNN" in refusal.value.reason_code.swedish


@pytest.mark.parametrize("twelve", NUMBERS | CENTENARIANS)
def test_every_change_of_one_digit_is_found(twelve: str) -> None:
    changed = [
        twelve[:at] + digit + twelve[at + 1 :]
        for at in range(2, 12)
        for digit in "0123456789"
        if digit != twelve[at]
    ]
    assert len(changed) == 90
    for text in changed:
        fault_of(text)
        fault_of(f"{text[:8]}-{text[8:]}")
        fault_of(written(text, "+" if twelve in CENTENARIANS else "-"))


@pytest.mark.parametrize("twelve", NUMBERS | CENTENARIANS)
def test_the_check_digit_does_not_cover_the_century(twelve: str) -> None:
    for century in range(100):
        text = f"{century:02}{twelve[2:]}"
        try:
            identity = parse_identity(text, TODAY)
        except InvalidIdentity:
            continue
        assert century in (18, 19, 20)
        assert identity.value == text


# --- against the public library, where both have an opinion ---

near_dates = st.tuples(st.integers(1927, 2025), st.integers(0, 14), st.integers(0, 99))
birth_numbers = st.sampled_from(["238", "239", "000"])
check_digits = st.integers(0, 9).map(str)
layouts = st.sampled_from(["{0}{1}{2}{3}", "{0}{1}{2}-{3}", "{1}{2}-{3}", "{1}{2}+{3}"])


@given(near_dates, birth_numbers, check_digits | st.none(), layouts)
def test_the_public_library_agrees(
    born: tuple[int, int, int], birth_number: str, check: str | None, layout: str
) -> None:
    year, month, day = born
    today = datetime.now().astimezone().date()  # the library reads the machine's own clock
    ten = with_check_digit(f"{year % 100:02}{month:02}{day:02}{birth_number}")
    last = ten[6:9] + (check or ten[9])
    text = layout.format(str(year)[:2], ten[:2], ten[2:6], last)
    try:
        value = parse_identity(text, today).value
    except InvalidIdentity:
        value = None
    expected = personnummer.parse(text).format(long_format=True) if personnummer.valid(text) else None
    assert value == expected


# --- nothing else than InvalidIdentity, and never a word of the text ---

near_misses = st.text(alphabet="0123456789+- AKMXZTÅ２\u0660\u2212\x00", max_size=16)
shaped = st.from_regex(r"[0-9]{2,8}[-+]?[0-9A-Z]{4}", fullmatch=True)


@given(st.text() | near_misses | shaped)
def test_any_text_is_an_identity_or_refused(text: str) -> None:
    try:
        identity = parse_identity(text, TODAY)
    except InvalidIdentity:
        return
    assert parse_identity(identity.value, TODAY) == identity
    assert len(identity.value) == 12


@pytest.mark.parametrize("text", [text for _, text in REFUSED])
def test_a_refusal_never_shows_the_text(text: str) -> None:
    with pytest.raises(InvalidIdentity) as refusal:
        parse_identity(text, TODAY)
    error = refusal.value
    shown = f"{error} {error!r} {error.args} {error.message} {error.reason_code.swedish}"
    assert not any(text[at : at + 4] in shown for at in range(len(text) - 3) if text[at : at + 4] != "NNNN")
    assert error.message == error.reason_code.english
    assert error.__cause__ is None
    assert error.__context__ is None


@pytest.mark.parametrize("text", [*NUMBERS, *CENTENARIANS, *RESERVE_NUMBERS])
def test_an_identity_never_shows_itself(text: str) -> None:
    identity = parse_identity(text, TODAY)
    masked = f"{text[:2]}••••••••••"
    assert (identity.masked, str(identity), f"{identity}", "%s" % identity) == (masked,) * 4  # noqa: UP031
    assert repr([identity]) == f"[PersonIdentity({masked}, {identity.kind.name})]"


def test_an_identity_cannot_be_changed() -> None:
    identity = parse_identity(SEED, TODAY)
    with pytest.raises(AttributeError):
        identity.value = "200302022389"  # type: ignore[misc]
    assert not hasattr(identity, "__dict__")


# --- organisations and staff ---

ORGANISATIONS = ["232100-0115", "232100-0016", "232100-0206", "232100-0164", "232100-0131", "2321000131"]


@pytest.mark.parametrize("text", ORGANISATIONS)
def test_an_organisation_number_and_none_of_its_neighbours(text: str) -> None:
    assert is_organisation_number(text)
    neighbours = [
        text[:at] + digit + text[at + 1 :]
        for at in range(len(text))
        if text[at] != "-"
        for digit in "0123456789"
        if digit != text[at]
    ]
    assert len(neighbours) == 90
    assert not any(map(is_organisation_number, neighbours))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "232100",
        "23210-00131",
        "232100+0131",
        "232100--0131",
        "2321000131 ",
        "2321000131\n",
        "16232100-0131",
    ],
)
def test_other_texts_are_no_organisation_numbers(text: str) -> None:
    assert not is_organisation_number(text)


@pytest.mark.parametrize("digits", ["", "-", "²", "１２", "12a", " 18", "1\n"])
def test_luhn_takes_ascii_digits_only(digits: str) -> None:
    assert not luhn_ok(digits)


@given(st.from_regex(r"[0-9]{9}", fullmatch=True))
def test_one_check_digit_in_ten_is_right(first_nine: str) -> None:
    assert [digit for digit in "0123456789" if luhn_ok(first_nine + digit)] == [with_check_digit(first_nine)[9]]


@pytest.mark.parametrize("text", ["SE2321000131-1", "SE2321000131-P000000123457", "SE2321000131-" + "a" * 18])
def test_hsa_ids(text: str) -> None:
    assert is_hsa_id(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "SE2321000131",
        "SE2321000131-",
        "SE2321000131-" + "a" * 19,
        "SE232100013-1",
        "SE232100-0131-1",
        "se2321000131-1",
        "NO2321000131-1",
        "SE2321000131-å",
        "SE2321000131-a@b",
        "SE2321000131-a\n",
        "SE２３２１０００１３１-1",
        " SE2321000131-1",
    ],
)
def test_other_texts_are_no_hsa_ids(text: str) -> None:
    assert not is_hsa_id(text)
