"""What stands in each column of a phone log file, and how a cell is read. No fault repeats what a cell holds.

The columns are those of the blank form (`kit_forms.call_fields`): the file is its twin.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lifecare_gql.domain.calendar import STOCKHOLM
from lifecare_gql.domain.episode_words import NoticeKind
from lifecare_gql.domain.identity import InvalidIdentity, PersonIdentity, is_hsa_id, parse_identity
from lifecare_gql.domain.objections import ObjectionCode
from lifecare_gql.domain.reviewing import MAX_NAME_LENGTH, MAX_TEXT_LENGTH, core_objection
from lifecare_gql.domain.texts import said

_Code = ObjectionCode


class CellFault(Exception):
    """A cell that cannot be taken as it is: why, and what to do, in Swedish and without what it holds."""

    def __init__(self, code: ObjectionCode, reason: str, remedy: str) -> None:
        super().__init__(code.value)
        self.code, self.reason, self.remedy = code, reason, remedy


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its header, the field of the row it fills, how a cell is read, and how it is filled in.

    `read` gets the cell without space around it, and the date in Sweden; it raises CellFault.
    """

    header: str
    field: str
    read: Callable[[str, dt.date], Any]
    help: str


def key_of(text: str) -> str:
    """What tells headers and words apart: their letters and digits, large or small, however they are composed."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", text).casefold() if sign.isalnum())


def identity_of(text: str, today: dt.date) -> PersonIdentity:
    """The person identifier in a cell; CellFault if it is none."""
    try:
        return parse_identity(_number(text), today)
    except InvalidIdentity as fault:
        reason = fault.reason_code.swedish
    remedy = "Skriv numret med bindestreck, så att ett kalkylprogram inte gör om det till ett tal."
    raise CellFault(_Code.INVALID_IDENTITY, reason, remedy)


def names_actual_discharge(cell: str) -> bool:
    """Whether the actual date of discharge is said to have been told (faktiskt utskrivningsdatum, V24)."""
    return ACTUAL_DISCHARGE in map(key_of, _SEPARATES.split(cell))


def _number(text: str) -> str:
    """Without the apostrophe that makes a spreadsheet leave a number alone."""
    return text.removeprefix("'").strip()


def _identifier(text: str, today: dt.date) -> str:
    identity_of(text, today)
    return _number(text)


def _unit(text: str, _: dt.date) -> str:
    hsa_id = _number(text)
    if not hsa_id:
        raise CellFault(_Code.NO_RECIPIENT, "Enheten som samtalet var med saknas.", "Skriv enhetens HSA-id.")
    if not is_hsa_id(hsa_id):
        remedy = "Skriv enhetens HSA-id, som börjar med SE och har ett bindestreck."
        raise CellFault(_Code.UNIT_NOT_REGISTERED, "Det som står är inget HSA-id.", remedy)
    return hsa_id


def _name(missing: str, remedy: str) -> Callable[[str, dt.date], str]:
    def read(text: str, _: dt.date) -> str:
        if not text:
            raise CellFault(_Code.NAME_EMPTY, missing, remedy)
        return _no_longer(text, MAX_NAME_LENGTH, _Code.NAME_TOO_LONG)

    return read


def _comment(text: str, _: dt.date) -> str:
    return _no_longer(text, MAX_TEXT_LENGTH, _Code.TEXT_TOO_LONG)


def _no_longer(text: str, limit: int, code: ObjectionCode) -> str:
    if len(text) > limit:
        raise CellFault(code, core_objection(code, ()).reason, "Korta texten.")
    return text


_MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T| +)([0-9]{2}:[0-9]{2}(?::[0-9]{2})?) *(Z|[+-][0-9]{2}:?[0-9]{2})?"
)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AS_A_MOMENT = "Skriv datum och klockslag som 2026-11-22 14:30."


def _happened(text: str, today: dt.date) -> dt.datetime:
    found = _moment_or_none(text, today)
    if found is None:
        raise CellFault(_Code.DATE_MISSING, "Datum och klockslag saknas.", _AS_A_MOMENT)
    return found


def _moment_or_none(text: str, _: dt.date) -> dt.datetime | None:
    written = _number(text)
    if not written:
        return None
    if match := _MOMENT.fullmatch(written):
        try:
            at = dt.datetime.fromisoformat(f"{match[1]}T{match[2]}{match[3] or ''}")
            return (at if at.tzinfo else _in_sweden(at)).astimezone(dt.UTC)
        except (ValueError, OverflowError):  # its text holds what the cell does: not to be chained
            pass
    raise CellFault(_Code.VALUE_NOT_UNDERSTOOD, "Det som står är ingen tidpunkt.", _AS_A_MOMENT)


def _in_sweden(at: dt.datetime) -> dt.datetime:
    """The moment of the wall-clock time; CellFault for one that comes twice or never as the clocks change."""
    first, second = (at.replace(tzinfo=STOCKHOLM, fold=fold) for fold in (0, 1))
    apart = second.astimezone(dt.UTC) - first.astimezone(dt.UTC)
    if apart < dt.timedelta(0):
        reason = "Klockslaget finns inte den dagen: klockan ställs fram då."
        raise CellFault(_Code.VALUE_NOT_UNDERSTOOD, reason, "Skriv klockslaget som klockan då visade.")
    if apart:
        reason = "Klockslaget kommer två gånger den dagen: klockan ställs tillbaka då."
        remedy = "Skriv +02:00 efter klockslaget för den första gången, eller +01:00 för den andra."
        raise CellFault(_Code.VALUE_NOT_UNDERSTOOD, reason, remedy)
    return first


def _date_or_none(text: str, _: dt.date) -> dt.date | None:
    written = _number(text)
    if not written:
        return None
    if _DATE.fullmatch(written):
        try:
            return dt.date.fromisoformat(written)
        except ValueError:
            pass
    raise CellFault(_Code.VALUE_NOT_UNDERSTOOD, "Det som står är inget datum.", "Skriv datumet som 2026-11-22.")


ACTUAL_DISCHARGE = key_of("faktiskt utskrivningsdatum")
"""The one of the five items (V24) that is no notice: it is a date, and has a column of its own."""

_SEPARATES = re.compile(r"[,+]")
_NOTICES = {
    **{key_of(kind.value): kind for kind in NoticeKind},
    **{key_of(kind.swedish): kind for kind in NoticeKind},
    key_of("inskrivning"): NoticeKind.ADMISSION_NOTICE,
    key_of("beräknat utskrivningsdatum"): NoticeKind.EXPECTED_DISCHARGE,
}
_ITEMS = (
    "inskrivning, beräknat utskrivningsdatum, planeringsunderlag, faktiskt utskrivningsdatum,"
    " utskrivningsmeddelande"
)
"""The five items that are handed over by phone (V24)."""
_AS_ITEMS = "Skriv till exempel {items}, med komma eller plustecken emellan. Skriv annat som kommentar."


def _notices(text: str, _: dt.date) -> frozenset[NoticeKind]:
    words = [key_of(word) for word in _SEPARATES.split(text) if word.strip()]
    for number, word in enumerate(words, start=1):
        if word not in _NOTICES and word != ACTUAL_DISCHARGE:
            reason = said("Uppgift {number} i cellen är ingen som systemet känner till.", number=number)
            remedy = said(_AS_ITEMS, items=_ITEMS)
            raise CellFault(_Code.VALUE_NOT_UNDERSTOOD, reason, remedy)
    return frozenset(_NOTICES[word] for word in words if word != ACTUAL_DISCHARGE)


DISCHARGED = "Faktisk utskrivning"
GIVEN, RECEIVED = "Lämnat", "Mottaget"
IDENTIFIER = "Personnummer"
CALLED = "Mottagande enhet"

COLUMNS = (
    Column(
        header=IDENTIFIER,
        field="identifier",
        read=_identifier,
        help="med bindestreck, ååååmmdd-nnnn; samordningsnummer och nationellt reservnummer går också.",
    ),
    Column(header=CALLED, field="called_hsa_id", read=_unit, help="enhetens HSA-id."),
    Column(
        header="Datum och tid",
        field="occurred_at",
        read=_happened,
        help="när samtalet var, svensk tid, som åååå-mm-dd tt:mm.",
    ),
    Column(
        header="Namn på den du talade med",
        field="spoke_with",
        read=_name("Namnet på den du talade med saknas.", "Skriv namnet."),
        help="måste finnas.",
    ),
    Column(header=GIVEN, field="informed", read=_notices, help=f"det du berättade: {_ITEMS}."),
    Column(header=RECEIVED, field="received", read=_notices, help="det du fick veta, på samma sätt."),
    Column(
        header=DISCHARGED,
        field="discharged_at",
        read=_moment_or_none,
        help="datum och klockslag, om patienten har skrivits ut.",
    ),
    Column(
        header="SIP-datum",
        field="sip_agreed_on",
        read=_date_or_none,
        help="det datum för SIP som ni kom överens om, som åååå-mm-dd.",
    ),
    Column(
        header="Signatur",
        field="signature",
        read=_name("Signaturen saknas.", "Skriv vem som svarar för uppgifterna."),
        help="måste finnas.",
    ),
    Column(header="Kommentar", field="text", read=_comment, help="det som inte får plats någon annanstans."),
)
