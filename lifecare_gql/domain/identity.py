"""Person and organisation identifiers, checked strictly.

An identifier of a person is never part of an error, a ``repr`` or a ``str`` made here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date

from lifecare_gql.domain.words import Word

_ALPHABET = re.compile(r"[0-9A-Z+-]*")
_NO_CENTURY = re.compile(r"[0-9]{10}")
_SHORT = re.compile(r"([0-9]{2})([0-9]{4})([-+])([0-9]{4})")
_LONG = re.compile(r"((?:18|19|20)[0-9]{6})-?([0-9]{4})")
"""The century is 18, 19 or 20 in Skatteverket's own register."""

_LETTER = "[A-HJ-NPR-UX-Z]"
_SERIAL = rf"{_LETTER}{{2}}(?:[0-9]|{_LETTER})[0-9]"
_RESERVE_KNOWN_BIRTH = re.compile(rf"(2[2-9]|[3-8][0-9]|9[0-8])([0-9]{{6}}){_SERIAL}")
_RESERVE_UNKNOWN_BIRTH = re.compile(rf"00[0-9]{{2}}[2-9][0-9][45][0-9]{_SERIAL}")
_RESERVE_OLDER = re.compile(r"((?:19|20)[0-9]{6})(?:[KM](?:0[6-9]|[1-7][0-9])|X8[0-9])[0-9]")
_OLDER_LETTER_VALUES = str.maketrans("KMX", "578")

_ORGANISATION = re.compile(r"[0-9]{6}-?[0-9]{4}")
_HSA_ID = re.compile(r"SE[0-9]{10}-[A-Za-z0-9]{1,18}")


class IdentityKind(Word):
    """Kind of person identifier (typ av personidentitet)."""

    PERSONAL_NUMBER = "PERSONAL_NUMBER", "personnummer", "Given at registration, folkbokföringslagen 18 §."
    COORDINATION_NUMBER = (
        "COORDINATION_NUMBER",
        "samordningsnummer",
        "For persons who are not registered: the day is raised by 60, lag (2022:1697).",
    )
    NATIONAL_RESERVE_NUMBER = (
        "NATIONAL_RESERVE_NUMBER",
        "nationellt reservnummer",
        "Given by the health services when no other number is known; it contains letters.",
    )


class IdentityFault(Word):
    """Why a text is refused as a person identifier. The wording never repeats the text."""

    CHARACTERS = (
        "CHARACTERS",
        "Endast siffrorna 0–9, A–Z, bindestreck och plustecken får användas.",
        "Use only the digits 0-9, the letters A-Z, a hyphen or a plus sign.",
    )
    CENTURY_UNKNOWN = (
        "CENTURY_UNKNOWN",
        "Seklet framgår inte: skriv ÅÅÅÅMMDDNNNN, eller ÅÅMMDD-NNNN, eller ÅÅMMDD+NNNN från det år "
        "personen fyller 100.",
        "The century is not known: write YYYYMMDDNNNN, or YYMMDD-NNNN, or YYMMDD+NNNN from the year "
        "in which the person turns 100.",
    )
    FORMAT = (
        "FORMAT",
        "Skriv ÅÅÅÅMMDDNNNN, ÅÅÅÅMMDD-NNNN, ÅÅMMDD-NNNN, ÅÅMMDD+NNNN eller ett nationellt reservnummer.",
        "Write YYYYMMDDNNNN, YYYYMMDD-NNNN, YYMMDD-NNNN, YYMMDD+NNNN or a national reserve number.",
    )
    DATE = "DATE", "Födelsetiden är inget datum.", "The birth date does not exist."
    FUTURE = "FUTURE", "Födelsetiden ligger i framtiden.", "The birth date is in the future."
    CHECK_DIGIT = "CHECK_DIGIT", "Kontrollsiffran stämmer inte.", "The check digit is wrong."


class InvalidIdentity(ValueError):
    """The text is no person identifier.

    ``reason_code`` says why and carries the Swedish wording; ``message`` is the English one. Neither holds
    the text, and the exception is raised outside any other, so nothing of the text can follow it into a log.
    """

    def __init__(self, reason_code: IdentityFault) -> None:
        super().__init__(reason_code.english)
        self.reason_code = reason_code
        self.message = reason_code.english


@dataclass(frozen=True, slots=True, repr=False)
class PersonIdentity:
    """A checked person identifier (personidentitet), equal to another by its normalised value.

    ``value`` is 12 characters without separator. The birth date in it is not proof of the day of birth: a
    nearby day is used when a day's numbers run out (folkbokföringslagen 18 §).
    """

    value: str
    kind: IdentityKind = field(compare=False)

    @property
    def masked(self) -> str:
        """The century and nothing else: fit for screens and logs."""
        return self.value[:2] + "•" * 10

    def __str__(self) -> str:
        return self.masked

    def __repr__(self) -> str:
        return f"PersonIdentity({self.masked}, {self.kind.name})"


def parse_identity(text: str, today: date) -> PersonIdentity:
    """The identifier written as ``text``, normalised; ``InvalidIdentity`` if it is none.

    Accepted: ``YYYYMMDDNNNN``, ``YYYYMMDD-NNNN``, ``YYMMDD-NNNN``, ``YYMMDD+NNNN`` (from the year in which
    the person turns 100), the same with the day raised by 60, and national reserve numbers. ASCII spaces
    around the text are ignored. ``today`` is the date in Sweden: it settles the century of the short forms
    and what lies in the future.
    """
    text = text.strip(" ")
    if not _ALPHABET.fullmatch(text):
        raise InvalidIdentity(IdentityFault.CHARACTERS)
    if _NO_CENTURY.fullmatch(text):
        raise InvalidIdentity(IdentityFault.CENTURY_UNKNOWN)
    return _reserve_number(text, today) or _population_number(_twelve_digits(text, today), today)


def luhn_ok(digits: str) -> bool:
    """True if the last of the ASCII ``digits`` is the check digit of the others (Luhn, modulus 10)."""
    if not (digits.isascii() and digits.isdigit()):
        return False
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (doubled + sum(map(int, digits[-1::-2]))) % 10 == 0


def is_organisation_number(text: str) -> bool:
    """True for ten digits with a right check digit (organisationsnummer), with or without its hyphen."""
    return bool(_ORGANISATION.fullmatch(text)) and luhn_ok(text.replace("-", ""))


def is_hsa_id(text: str) -> bool:
    """True for the form of an HSA-id: SE, organisation number, hyphen, 1-18 letters A-Z or digits."""
    return bool(_HSA_ID.fullmatch(text))


def _twelve_digits(text: str, today: date) -> str:
    if match := _LONG.fullmatch(text):
        return match[1] + match[2]
    if not (match := _SHORT.fullmatch(text)):
        raise InvalidIdentity(IdentityFault.FORMAT)
    year, month_and_day, separator, number = match.groups()
    return f"{_birth_year(int(year), separator, today)}{month_and_day}{number}"


def _birth_year(year: int, separator: str, today: date) -> int:
    """The last year that ends so; a century earlier after a plus sign (folkbokföringslagen 18 §)."""
    latest = today.year - (today.year - year) % 100
    return latest - 100 if separator == "+" else latest


def _population_number(digits: str, today: date) -> PersonIdentity:
    coordination = int(digits[6:8]) > 60
    _check_date(digits[:6], int(digits[6:8]) - (60 if coordination else 0), today)
    # Birth numbers are 001-999 (Skatteverket), though 000 can have a right check digit.
    if digits[8:11] == "000":
        raise InvalidIdentity(IdentityFault.FORMAT)
    _check_luhn(digits[2:])
    kind = IdentityKind.COORDINATION_NUMBER if coordination else IdentityKind.PERSONAL_NUMBER
    return PersonIdentity(digits, kind)


def _reserve_number(text: str, today: date) -> PersonIdentity | None:
    """The national reserve number (nationellt reservnummer), or None if ``text`` has another form.

    Two forms, for HL7 Sweden publishes an example of each under one name, and that is our reading of them:
    98240301AA06 follows Inera's format XXYYMMDDNNGC, where XX is the century of birth raised by a multiple
    of 3 (00 and no date: birth unknown), NN letters, G the sex (a letter: unknown) and C a check digit whose
    rule we have not seen, so it is not checked. 20210325K069 follows the format that Inera lists as Västra
    Götaland's: birth date, K, M or X for the sex, serial number, check digit with K = 5, M = 7 and X = 8.
    """
    if match := _RESERVE_KNOWN_BIRTH.fullmatch(text):
        century = 18 + (int(match[1]) - 18) % 3
        _check_date(f"{century}{match[2][:4]}", int(match[2][4:]), today)
    elif match := _RESERVE_OLDER.fullmatch(text):
        _check_date(match[1][:6], int(match[1][6:]), today)
        _check_luhn(text[2:].translate(_OLDER_LETTER_VALUES))
    elif not _RESERVE_UNKNOWN_BIRTH.fullmatch(text):
        return None
    return PersonIdentity(text, IdentityKind.NATIONAL_RESERVE_NUMBER)


def _check_date(year_and_month: str, day: int, today: date) -> None:
    born = _date_or_none(int(year_and_month[:4]), int(year_and_month[4:]), day)
    if born is None:
        raise InvalidIdentity(IdentityFault.DATE)
    if born > today:
        raise InvalidIdentity(IdentityFault.FUTURE)


def _check_luhn(digits: str) -> None:
    if not luhn_ok(digits):
        raise InvalidIdentity(IdentityFault.CHECK_DIGIT)


def _date_or_none(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:  # its text holds parts of the number: not to be chained
        return None
