"""What the API answered, as Swedish plain prose. Pure: answers in, lines out. Moments are told in Swedish time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from itertools import count, groupby
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from lifecare_gql.documents.prose import call, quoted

Words: TypeAlias = Mapping[tuple[str, str], str]
"""The Swedish term of every value, by its vocabulary and itself."""
Line: TypeAlias = tuple[str, str]
"""A line, after the mark that stands before it."""

_STOCKHOLM = ZoneInfo("Europe/Stockholm")
_DAYS = ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag")
_MONTHS = (
    *("januari", "februari", "mars", "april", "maj", "juni"),
    *("juli", "augusti", "september", "oktober", "november", "december"),
)


def local(moment: str) -> dt.datetime:
    """A moment of the API, in Swedish time."""
    return dt.datetime.fromisoformat(moment).astimezone(_STOCKHOLM)


def day(one: dt.date) -> str:
    """måndag 23 november 2026."""
    return f"{_DAYS[one.weekday()]} {one.day} {_MONTHS[one.month - 1]} {one.year}"


def moment(at: dt.datetime) -> str:
    """måndag 23 november 2026 klockan 10.05; a midnight is told as the end of the day before."""
    if at.time() == dt.time(0):
        return day((at - dt.timedelta(days=1)).date())
    return f"{day(at.date())} klockan {at:%H.%M}"


def read_out(statement: Mapping[str, Any], page: Mapping[str, Any]) -> str:
    """A passage of a public page with where it stands."""
    return f"»{statement['quote']}« ({statement['key']}, {page['title']}; publik sida, läst i utdrag)"


def objections(found: Iterable[Mapping[str, Any]], known: set[str]) -> Iterator[Line]:
    """What hinders or is warned of, numbered; what to do and why once for those that share it.

    `known` are the sections of law that have been told; those told here are added.
    """
    number = count(1)
    for _, group in groupby(found, key=_why):
        several = list(group)
        yield from ((f"{next(number)}. ", one["reason"]) for one in several)
        calls = dict.fromkeys(call(reach) for one in several for reach in one["call"])
        yield from (("   ", text) for text in (*_grounds(several[0], known), *calls))


def _why(one: Mapping[str, Any]) -> tuple[str, ...]:
    return (one["remedy"], *(str(one[ground]) for ground in ("law", "source", "supplement")))


def _grounds(one: Mapping[str, Any], known: set[str]) -> Iterator[str]:
    yield f"Gör så här: {one['remedy']}"
    if one["law"]:
        yield law(one["law"], known)
    if one["source"]:
        yield f"Källan säger: {quoted(one['source'])}"
    if one["supplement"] and one["supplement"]["statement"]["quote"]:
        yield f"Källan säger: {read_out(one['supplement']['statement'], one['supplement']['source'])}"


def law(section: Mapping[str, str], known: set[str]) -> str:
    """A section of law; what it says is told the first time only."""
    told = f"{section['law'].split(' om ')[0]} {section['section']}"
    if told in known:
        return f"Lagen: {told}."
    known.add(told)
    return f"Lagen, med våra ord: {section['says']} ({told})"


def clock(one: Mapping[str, Any], words: Words, *, known: bool) -> str:
    """A time limit: how it was counted, unless that is `known`, and where it stands."""
    kind = words["ClockKind", one["kind"]]
    how = "" if known else f" {one['explanation']}"
    return f"{kind[0].upper()}{kind[1:]}.{how} {_standing(one)}{_rests_on(one)}"


def _standing(one: Mapping[str, Any]) -> str:
    late = f"{one['lateByMinutes']} minuter" if one["lateByMinutes"] else f"{one['lateByDays']} dagar"
    if one["doneAt"]:
        done = f"Klart {moment(local(one['doneAt']))}"
        return f"{done}, {late} för sent." if one["late"] else f"{done}, i tid."
    return f"Försenat {late}." if one["late"] else "Fristen löper."


def _rests_on(one: Mapping[str, Any]) -> str:
    if one["law"]:
        return f" ({one['law']['section']})"
    return f" ({one['supplement']['statement']['key']})" if one["supplement"] else ""


def payment(one: Mapping[str, Any], words: Words, towns: Mapping[str, str], known: set[Any]) -> Iterator[Line]:
    """Where the payment liability stands, and why: the reasons that decide, and those that are not `known`."""
    payer = towns.get(one["payerMunicipality"] or "", "ingen känd kommun")
    start = f" Första dag: {one['startsOn']}." if one["startsOn"] else ""
    yield "", f"Läget: {words['PaymentStatus', one['status']]}. Kommun som betalar, om någon: {payer}.{start}"
    told = 0
    for reason in one["reasons"]:
        if reason["effect"] or reason["text"] not in known:
            told += 1
            yield "– ", f"{reason['text']} ({reason['law']['section']}){' ← avgör' if reason['effect'] else ''}"
        known.add(reason["text"])
    if told < len(one["reasons"]):
        yield "– ", "Övriga skäl är desamma som förut."


def task(one: Mapping[str, Any], words: Words, now: dt.datetime) -> str:
    """Something that waits, and from or until when."""
    kind = words["TaskKind", one["kind"]]
    what = f"{kind} {words['NoticeKind', one['notice']['notice']]}" if one["notice"] else kind
    since = local(one["since"])
    ahead = f" (tidigast {moment(since)})" if since > now else ""
    due = f" (senast {moment(local(one['dueAt']))})" if one["dueAt"] else ""
    return f"{what}{', FÖR SENT' if one['overdue'] else ''}{ahead}{due}"


def missing(one: Mapping[str, Any]) -> str:
    """Something that must be in place before the patient may leave, and whom to call about it."""
    return f"{one['what']} {call(one['reach'])}" if one["reach"] else one["what"]
