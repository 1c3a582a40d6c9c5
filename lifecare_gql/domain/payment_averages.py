"""Liability by a municipality's average, which parties may agree on (genomsnittsmodell, 4 kap. 5 §).

An average adds up the days from discharge-ready to discharge of those discharged in a month, or in some months
taken together, and divides them by the persons. What a model's source leaves out is not filled in: then there
is no average, or no verdict, and a reason says which parameter is missing.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from pydantic import Field

from lifecare_gql.domain.calendar import stockholm_day
from lifecare_gql.domain.payment import (
    Code,
    EpisodeForPayment,
    PaymentLiability,
    PaymentReason,
    reason,
    without_days,
)
from lifecare_gql.domain.payment_policies import AveragePolicy, PaymentBook, StatutoryPolicy
from lifecare_gql.domain.payment_rules import amount_reason, payer_reasons, preconditions, statutory_liability
from lifecare_gql.domain.payment_words import CountedPersons, PaymentStatus
from lifecare_gql.domain.texts import said, together
from lifecare_gql.domain.values import value

_NEEDED = ("counted_persons", "counted_days", "day_zero_counted", "rolling_months")
"""The parameters without which nothing can be averaged."""

_NOTICE = frozenset((Code.DISCHARGE_READY_MISSING, Code.DISCHARGE_READY_WITHDRAWN))
_NOTICES = _NOTICE | {
    Code.ADMISSION_NOTICE_MISSING,
    Code.ADMISSION_NOTICE_INCOMPLETE,
    Code.SIP_CALL_MISSING,
    Code.SIP_CALL_BY_OTHER,
}


@value
class AverageMonth:
    """What one month adds to a municipality's average (månad)."""

    month: dt.date = Field(description="The first day of the month of discharge (utskrivningsmånad).")
    persons: int = Field(description="Counted persons (räknade personer).")
    days: int = Field(description="Their days from discharge-ready to discharge (utskrivningsklara dagar).")


@value
class AverageLeftOut:
    """Discharged persons that are not counted for one reason (räknas inte med)."""

    code: Code = Field(description="Why (skäl).")
    persons: int = Field(description="How many (antal); a person may be left out for several reasons.")


@value
class MunicipalAverage:
    """One municipality's average and what it leads to (kommunens genomsnitt)."""

    municipality: str = Field(description="Code of the municipality that would pay (betalande kommun, 5:2).")
    persons: int = Field(description="Counted persons in all months taken together (räknade personer).")
    days: int = Field(description="Their days from discharge-ready to discharge (utskrivningsklara dagar).")
    average: float | None = Field(description="Days by persons (genomsnitt); null when there is nobody to count.")
    liable: bool | None = Field(
        description="Whether it exceeds the level; null when that cannot be said (ansvar)."
    )
    months: tuple[AverageMonth, ...] = Field(description="The months that were taken together, in order.")
    left_out: tuple[AverageLeftOut, ...] = Field(description="Those discharged in these months who do not count.")
    reasons: tuple[PaymentReason, ...] = Field(description="Why it leads to that (skäl).")


@value
class AveragePayment:
    """The averages of a month, municipality by municipality (genomsnittsmodell)."""

    policy_id: str = Field(description="Id of the policy (modell).")
    policy_version: str = Field(description="The policy's version.")
    month: dt.date = Field(description="The first day of the month that is judged (månad).")
    level: float | None = Field(
        description="The average in days above which liability arises (nivå); null: unknown."
    )
    amount_per_day: int | None = Field(description="Whole kronor a day that year (belopp); null: AMOUNT_UNKNOWN.")
    municipalities: tuple[MunicipalAverage, ...] = Field(
        description="By municipality code; empty when not countable."
    )
    without_municipality: int = Field(description="Discharged persons for whom no municipality is known.")
    reasons: tuple[PaymentReason, ...] = Field(description="What holds for all of them (skäl).")


def payment_liability(
    episode: EpisodeForPayment, policy: StatutoryPolicy | AveragePolicy, book: PaymentBook, now: dt.datetime
) -> PaymentLiability:
    """Who pays for one episode by any policy. By an average it stays pending, without a sum: the month decides."""
    if isinstance(policy, StatutoryPolicy):
        return statutory_liability(episode, policy, book, now)
    told = said(
        "{policy} avgör ansvaret genom kommunens genomsnitt, inte genom den enskilda patienten.",
        policy=policy.name,
    )
    decides = reason(Code.AVERAGE_DECIDES, told)
    out = _left_out(episode, policy, book)
    answer = without_days(episode, policy, book, [*payer_reasons(episode), decides, *out, *_unsaid(policy)])
    return replace(answer, total=None) if answer.status is PaymentStatus.PENDING else answer


def average_payment(
    episodes: Iterable[EpisodeForPayment],
    policy: AveragePolicy,
    book: PaymentBook,
    month: dt.date,
    level: float | None = None,
) -> AveragePayment:
    """Each municipality's average for the month that `month` lies in, by the Swedish date of discharge.

    `level`, in days, is one that the parties have agreed on, where the policy's source states none.
    """
    months = months_until(month, policy.rolling_months or 1)
    discharged = [one for one in episodes if _month_of(one) in months]
    limit = level if level is not None else policy.level
    countable = not any(getattr(policy, name) is None for name in _NEEDED)
    by_payer = _by_payer(discharged) if countable else {}
    return AveragePayment(
        policy_id=policy.id,
        policy_version=policy.version,
        month=months[-1],
        level=limit,
        amount_per_day=book.kronor(month.year),
        municipalities=tuple(
            _municipality(code, by_payer[code], months, policy, book, limit) for code in sorted(by_payer)
        ),
        without_municipality=sum(one.payer is None for one in discharged),
        reasons=tuple(_general(policy, book, month.year, level)),
    )


def months_until(month: dt.date, count: int) -> tuple[dt.date, ...]:
    """The first days of `count` months, of which the last is the one that `month` lies in."""
    last = month.year * 12 + month.month - 1
    return tuple(dt.date(one // 12, one % 12 + 1, 1) for one in range(last - count + 1, last + 1))


def _month_of(episode: EpisodeForPayment) -> dt.date | None:
    return stockholm_day(episode.discharged_at).replace(day=1) if episode.discharged_at else None


def _by_payer(episodes: Iterable[EpisodeForPayment]) -> dict[str, list[EpisodeForPayment]]:
    found: dict[str, list[EpisodeForPayment]] = {}
    for one in episodes:
        if one.payer is not None:
            found.setdefault(one.payer, []).append(one)
    return found


def _left_out(episode: EpisodeForPayment, policy: AveragePolicy, book: PaymentBook) -> list[PaymentReason]:
    """Why the episode does not count; empty when it does, or when the source does not say who does."""
    demanded = {CountedPersons.ALL_DISCHARGED: _NOTICE, CountedPersons.WITH_NOTICES: _NOTICES}
    hinders = demanded[policy.counted_persons] if policy.counted_persons else frozenset()
    found = [one for one in preconditions(episode, book.statutory) if one.code in hinders and one.effect]
    if episode.discharged_at is None:
        found.append(reason(Code.NOT_DISCHARGED, "Patienten är inte utskriven och räknas ännu inte."))
    elif policy.day_zero_counted is False and not found and _days(episode) == 0:
        told = "Patienten skrevs ut samma dag som underrättelsen skickades, och räknas inte."
        found.append(reason(Code.DAY_ZERO_NOT_COUNTED, told, PaymentStatus.NOT_LIABLE))
    return found


def _days(episode: EpisodeForPayment) -> int:
    """Calendar days from the notice that stands to the discharge; the day of the notice is day 0."""
    notice = episode.standing_notice
    if notice is None or episode.discharged_at is None:
        return 0
    return max((stockholm_day(episode.discharged_at) - stockholm_day(notice.sent_at)).days, 0)


def _municipality(
    code: str,
    episodes: Sequence[EpisodeForPayment],
    months: Sequence[dt.date],
    policy: AveragePolicy,
    book: PaymentBook,
    level: float | None,
) -> MunicipalAverage:
    left_out = [_left_out(one, policy, book) for one in episodes]
    counted = [one for one, out in zip(episodes, left_out, strict=True) if not out]
    by_month = tuple(_added(month, [one for one in counted if _month_of(one) == month]) for month in months)
    persons, days = sum(one.persons for one in by_month), sum(one.days for one in by_month)
    average = days / persons if persons else None
    verdict = None if average is None or level is None else _verdict(average, level)
    return MunicipalAverage(
        municipality=code,
        persons=persons,
        days=days,
        average=average,
        liable=verdict.effect is PaymentStatus.LIABLE if verdict else None,
        months=by_month,
        left_out=_counted_reasons(left_out),
        reasons=(verdict,) if verdict else (),
    )


def _added(month: dt.date, counted: Sequence[EpisodeForPayment]) -> AverageMonth:
    return AverageMonth(month=month, persons=len(counted), days=sum(map(_days, counted)))


def _counted_reasons(left_out: Iterable[Iterable[PaymentReason]]) -> tuple[AverageLeftOut, ...]:
    """For each reason how many persons it leaves out; two withdrawn notices of one person are one reason."""
    counts = Counter(code for reasons in left_out for code in {one.code for one in reasons})
    return tuple(AverageLeftOut(code=code, persons=counts[code]) for code in Code if counts[code])


def _verdict(average: float, level: float) -> PaymentReason:
    over = average > level
    told = (
        "Genomsnittet {average} dagar är över nivån {level} dagar."
        if over
        else "Genomsnittet {average} dagar är inte över nivån {level} dagar."
    )
    text = said(told, average=average, level=float(level))
    if over:
        return reason(Code.LEVEL_EXCEEDED, text, PaymentStatus.LIABLE)
    return reason(Code.LEVEL_NOT_EXCEEDED, text, PaymentStatus.NOT_LIABLE)


def _general(policy: AveragePolicy, book: PaymentBook, year: int, level: float | None) -> Iterator[PaymentReason]:
    yield from _unsaid(policy, but="" if level is None else "level")
    if level is not None:
        given = said("Nivån {level} dagar är angiven i frågan. Ingen källa här styrker den.", level=float(level))
        yield reason(Code.LEVEL_GIVEN, given)
    yield amount_reason(year, book)
    told = "Ingen källa anger hur många dagar som debiteras när genomsnittet är över nivån."
    yield reason(Code.CHARGE_UNSAID, told)


def _unsaid(policy: AveragePolicy, but: str = "") -> Iterator[PaymentReason]:
    return (reason(Code.PARAMETER_UNSAID, together(one.reason)) for one in policy.unsaid if one.field != but)
