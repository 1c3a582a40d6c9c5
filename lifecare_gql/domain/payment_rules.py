"""When a municipality becomes liable to pay, and for what: lag (2017:612) 5 kap., check by check.

Dates are Swedish calendar dates; noon is noon on a Swedish clock. Every reason that applies is told, not only
the first, and the status follows from the reasons. A withdrawn notice voids the clock that it started, with all
days it had counted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

from lifecare_gql.domain import law
from lifecare_gql.domain.calendar import STOCKHOLM, calendar_days_after, day_off, stockholm_day, sunday_rule
from lifecare_gql.domain.payment import (
    Code,
    EpisodeForPayment,
    PaymentLiability,
    PaymentReason,
    PaymentShare,
    SipCall,
    reason,
    told_at,
    without_days,
)
from lifecare_gql.domain.payment_policies import PaymentBook, StatutoryPolicy
from lifecare_gql.domain.payment_words import OutpatientCare, PaymentStatus
from lifecare_gql.domain.texts import said, together

Reasons = Iterator[PaymentReason]

NOON = dt.time(12)
NOT_LIABLE, BLOCKED, PENDING, LIABLE = PaymentStatus
_DAY = dt.timedelta(days=1)


def statutory_liability(
    episode: EpisodeForPayment, policy: StatutoryPolicy, book: PaymentBook, now: dt.datetime
) -> PaymentLiability:
    """Who pays for the episode by the statute, as things stand at `now` (aware), with every reason.

    A discharged patient's days are all there; else they are those so far, as if discharged at `now`. The facts
    are taken as they are given, also those after `now`.
    """
    reasons = [*payer_reasons(episode), *preconditions(episode, policy), *_outpatient_care(episode)]
    if any(one.effect for one in reasons):
        return without_days(episode, policy, book, reasons)
    start, dated = _start(episode, policy)
    end = stockholm_day(episode.discharged_at or now)
    free = end + _DAY if policy.discharge_day_charged else end
    reasons += [*dated, *_ended(episode, policy, start, end, free)]
    if any(one.effect for one in reasons):
        return without_days(episode, policy, book, reasons)
    shares = tuple(_shares(start, free, book))
    years = sorted({start.year, *(one.year for one in shares)})
    reasons += [amount_reason(year, book) for year in years]
    return replace(
        without_days(episode, policy, book, reasons, otherwise=LIABLE if end >= start else PENDING),
        starts_on=start,
        ends_on=free - _DAY if episode.discharged_at else None,
        days=sum(one.days for one in shares),
        amount_per_day=_the_same([book.kronor(year) for year in years]),
        total=_sum([one.subtotal for one in shares]),
        shares=shares,
    )


def payer_reasons(episode: EpisodeForPayment) -> Reasons:
    """Which municipality pays (5:2)."""
    placing, registered = episode.placing_municipality, episode.registered_municipality
    if placing is not None and placing != registered:
        told = said("Kommunen {code} har beslutat om placeringen och betalar.", code=placing)
        yield reason(Code.PAYER_PLACED, told)
    elif registered is not None:
        told = said("Patienten är folkbokförd i kommunen {code}, som betalar.", code=registered)
        yield reason(Code.PAYER_REGISTERED, told)
    else:
        yield reason(Code.PAYER_UNKNOWN, "Det är inte känt vilken kommun som ska betala.", BLOCKED)


def preconditions(episode: EpisodeForPayment, policy: StatutoryPolicy) -> Reasons:
    """Whether the notices and the call are there without which nobody pays (5:3)."""
    yield from _admission_notice(episode, policy)
    yield from _discharge_ready(episode)
    yield from _sip_call(episode)


def _admission_notice(episode: EpisodeForPayment, policy: StatutoryPolicy) -> Reasons:
    notice = episode.admission_notice
    if notice is None:
        yield reason(Code.ADMISSION_NOTICE_MISSING, "Inget inskrivningsmeddelande är skickat.", NOT_LIABLE)
        return
    if notice.complete:
        yield reason(Code.ADMISSION_NOTICE_SENT, "Ett fullständigt inskrivningsmeddelande är skickat.")
    else:
        told = "Inskrivningsmeddelandet saknar någon av de fyra uppgifter som lagen kräver."
        yield reason(Code.ADMISSION_NOTICE_INCOMPLETE, told, NOT_LIABLE)
    if notice.late:
        yield _late(policy)


def _late(policy: StatutoryPolicy) -> PaymentReason:
    releases = policy.late_admission_notice_releases
    told = (
        "Inskrivningsmeddelandet skickades efter mer än 24 timmar. Det tar här bort betalningsansvaret;"
        " frågan är omtvistad."
        if releases
        else "Inskrivningsmeddelandet skickades efter mer än 24 timmar. Det är här en anmärkning som inte tar bort"
        " ansvaret; frågan är omtvistad."
    )
    effect = NOT_LIABLE if releases else None
    return reason(Code.ADMISSION_NOTICE_LATE, told, effect, assumption="late_admission_notice_releases")


def _discharge_ready(episode: EpisodeForPayment) -> Reasons:
    standing = episode.standing_notice
    if not episode.discharge_ready:
        told = "Ingen underrättelse om att patienten är utskrivningsklar är skickad."
        yield reason(Code.DISCHARGE_READY_MISSING, told, NOT_LIABLE)
    for notice in sorted(episode.discharge_ready, key=lambda one: one.sent_at):
        if notice.withdrawn_at is not None:
            told = said(
                "Underrättelsen {sent} återtogs {withdrawn}: tiden räknas inte längre från den.",
                sent=told_at(notice.sent_at),
                withdrawn=told_at(notice.withdrawn_at),
            )
            yield reason(Code.DISCHARGE_READY_WITHDRAWN, told, None if standing else NOT_LIABLE)
    if standing is not None:
        sent = told_at(standing.sent_at)
        told = said("Underrättelsen om utskrivningsklar skickades {sent} och gäller.", sent=sent)
        yield reason(Code.DISCHARGE_READY_SENT, told)


def _sip_call(episode: EpisodeForPayment) -> Reasons:
    call = episode.sip_call
    if not episode.sip_required:
        yield reason(Code.SIP_NOT_REQUIRED, "Ingen samordnad individuell planering krävs, alltså ingen kallelse.")
    elif call is None:
        yield reason(Code.SIP_CALL_MISSING, "Ingen är kallad till samordnad individuell planering.", NOT_LIABLE)
    else:
        yield from _called(call, episode)


def _called(call: SipCall, episode: EpisodeForPayment) -> Reasons:
    """By the fixed care contact and in time; where the last day is a day off, the next working day will do."""
    if not call.by_fixed_care_contact:
        told = "Kallelsen till samordnad individuell planering kom från någon annan än den fasta vårdkontakten."
        yield reason(Code.SIP_CALL_BY_OTHER, told, NOT_LIABLE)
    if episode.standing_notice is None:
        return
    last = calendar_days_after(stockholm_day(episode.standing_notice.sent_at), 3)
    moved, called = sunday_rule(last), stockholm_day(call.sent_at)
    days = {"called": str(called), "last": str(last)}
    if called > moved:
        told = said("Kallelsen skickades {called}; sista dag var {last}.", **days)
        if moved != last:
            late = "Kallelsen skickades {called}; sista dag var {last}, med söndagsregeln {moved}."
            told = said(late, **days, moved=str(moved))
        yield reason(Code.SIP_CALL_LATE, told, NOT_LIABLE)
    elif call.by_fixed_care_contact and called > last:
        in_time = "Kallelsen skickades {called}: sista dagen {last} är en ledig dag, och nästa vardag är {moved}."
        yield reason(Code.SIP_CALLED, said(in_time, **days, moved=str(moved)), rests_on=law.SUNDAY_RULE)
    elif call.by_fixed_care_contact:
        told = said("Den fasta vårdkontakten kallade {called}; sista dag var {last}.", **days)
        yield reason(Code.SIP_CALLED, told)


def _outpatient_care(episode: EpisodeForPayment) -> Reasons:
    match episode.outpatient_care:
        case OutpatientCare.AVAILABLE:
            yield reason(Code.OUTPATIENT_CARE_AVAILABLE, "Den öppna vårdens insatser hindrar inte utskrivningen.")
        case OutpatientCare.UNAVAILABLE:
            told = "Patienten kan inte lämna sjukhuset: den öppna vårdens insatser är inte tillgängliga."
            yield reason(Code.OUTPATIENT_CARE_UNAVAILABLE, told, BLOCKED)
        case OutpatientCare.UNCLEAR:
            told = "Det är oklart om den öppna vårdens insatser är tillgängliga."
            yield reason(Code.OUTPATIENT_CARE_UNCLEAR, told, BLOCKED)


def _start(episode: EpisodeForPayment, policy: StatutoryPolicy) -> tuple[dt.date, list[PaymentReason]]:
    """The first day of liability (5:4), counted from the notice that stands."""
    notice = episode.standing_notice
    assert notice is not None, "checked among the preconditions"
    clock = notice.sent_at.astimezone(STOCKHOLM).time()
    after_noon = clock > NOON or (clock == NOON and policy.exactly_noon_is_after_noon)
    start = calendar_days_after(stockholm_day(notice.sent_at), 4 if after_noon else 3)
    code = Code.STARTS_AFTER_FOUR_DAYS if after_noon else Code.STARTS_AFTER_THREE_DAYS
    told = (
        "Underrättelsen skickades efter klockan 12.00: ansvaret inträder fyra dagar efter, {start}."
        if after_noon
        else "Underrättelsen skickades inte efter klockan 12.00: ansvaret inträder tre dagar efter, {start}."
    )
    reasons = [reason(code, said(told, start=str(start)))]
    if clock == NOON:
        told = (
            "Om precis 12.00 är efter klockan 12.00 sägs inte; här räknas det som efter."
            if after_noon
            else "Om precis 12.00 är efter klockan 12.00 sägs inte; här räknas det som inte efter."
        )
        reasons.append(reason(Code.SENT_AT_EXACTLY_NOON, told, assumption="exactly_noon_is_after_noon"))
    if name := day_off(start):
        start, told = _on_day_off(start, name, policy)
        reasons.append(reason(Code.STARTS_ON_DAY_OFF, told, assumption="day_off_moves_start"))
    return start, reasons


def _on_day_off(start: dt.date, name: str, policy: StatutoryPolicy) -> tuple[dt.date, str]:
    if policy.day_off_moves_start:
        moved = sunday_rule(start)
        told = "{day} är en ledig dag ({name}): ansvaret inträder här först nästa vardag, {moved}."
        return moved, said(told, day=str(start), name=name, moved=str(moved))
    told = "{day} är en ledig dag ({name}). Ansvaret inträder ändå: ingenting ska göras den dagen."
    return start, said(told, day=str(start), name=name)


def _ended(
    episode: EpisodeForPayment, policy: StatutoryPolicy, start: dt.date, end: dt.date, free: dt.date
) -> Reasons:
    """Whether the discharge day is charged (5:6), and whether the patient left before any day was."""
    if end >= start:
        told = (
            "Utskrivningsdagen debiteras här; ingen källa avgör frågan."
            if policy.discharge_day_charged
            else "Utskrivningsdagen debiteras inte här; ingen källa avgör frågan."
        )
        yield reason(Code.DISCHARGE_DAY, told, assumption="discharge_day_charged")
    if episode.discharged_at is not None and free <= start:
        told = said("Patienten skrevs ut {day}, innan någon dag skulle debiteras.", day=str(end))
        yield reason(Code.DISCHARGED_IN_TIME, told, NOT_LIABLE)


def _shares(start: dt.date, free: dt.date, book: PaymentBook) -> Iterator[PaymentShare]:
    """The days from `start` until before `free`, by calendar year, each with its own year's amount."""
    while start < free:
        end = min(free, dt.date(start.year + 1, 1, 1))
        amount, days = book.amount(start.year), (end - start).days
        yield PaymentShare(
            year=start.year,
            days=days,
            amount_per_day=amount.kronor if amount else None,
            subtotal=amount.kronor * days if amount else None,
            source=amount.source if amount else None,
        )
        start = end


def amount_reason(year: int, book: PaymentBook) -> PaymentReason:
    """What a day costs in the year, or that no source says it (5:6)."""
    amount = book.amount(year)
    if amount is None:
        unknown = said("Ingen källa anger beloppet för {year}, och det uppskattas inte.", year=year)
        return reason(Code.AMOUNT_UNKNOWN, unknown)
    told = said(
        "Beloppet för {year} är {kronor} kronor per vårddygn ({source}).",
        year=year,
        kronor=amount.kronor,
        source=amount.source.title,
    )
    if amount.source.secondary:
        return reason(Code.AMOUNT_SECONDARY, together(told, said("Källan är sekundär: kontrollera beloppet.")))
    return reason(Code.AMOUNT_KNOWN, told)


def _the_same(amounts: list[int | None]) -> int | None:
    return amounts[0] if len(set(amounts)) == 1 else None


def _sum(subtotals: list[int | None]) -> int | None:
    known = [one for one in subtotals if one is not None]
    return sum(known) if len(known) == len(subtotals) else None
