"""Episodes for the tests of payment liability. All of them are made up."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from lifecare_gql.domain.calendar import STOCKHOLM
from lifecare_gql.domain.payment import (
    AdmissionNotice,
    DischargeReadyNotice,
    EpisodeForPayment,
    PaymentLiability,
    SipCall,
)
from lifecare_gql.domain.payment_averages import payment_liability
from lifecare_gql.domain.payment_policies import PaymentBook
from lifecare_gql.domain.payment_words import OutpatientCare
from lifecare_gql.region_files import read_payment

BOOK = read_payment()
HOME, ELSEWHERE = "1380", "1384"


def at(text: str, fold: int = 0) -> dt.datetime:
    """A moment on a Swedish clock."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=STOCKHOLM, fold=fold)


def sent(text: str, withdrawn: str | None = None) -> DischargeReadyNotice:
    """A discharge-ready notice."""
    return DischargeReadyNotice(sent_at=at(text), withdrawn_at=at(withdrawn) if withdrawn else None)


def called(text: str, by_fixed_care_contact: bool = True) -> SipCall:
    """A call to a SIP."""
    return SipCall(sent_at=at(text), by_fixed_care_contact=by_fixed_care_contact)


GOOD = EpisodeForPayment(
    registered_municipality=HOME,
    admission_notice=AdmissionNotice(complete=True, late=False),
    discharge_ready=(sent("2022-11-21 10:00"),),
    sip_required=True,
    sip_call=called("2022-11-23 15:00"),
    outpatient_care=OutpatientCare.AVAILABLE,
    discharged_at=at("2022-11-28 11:00"),
)
"""Everything is there: notice on a Monday, liable from Thursday the 24th, discharged on Monday the 28th."""


def episode(**changes: Any) -> EpisodeForPayment:
    """`GOOD`, but for the changes."""
    return replace(GOOD, **changes)


def plain(notice: str, **changes: Any) -> EpisodeForPayment:
    """An episode without SIP whose discharge-ready notice was sent at a moment; still in hospital."""
    facts = {"sip_required": False, "sip_call": None, "discharged_at": None, **changes}
    return episode(discharge_ready=(sent(notice),), **facts)


def judged(
    facts: EpisodeForPayment, now: str = "2030-06-01 12:00", book: PaymentBook = BOOK, **open_points: bool
) -> PaymentLiability:
    """What the statute says, with some open points decided otherwise."""
    return payment_liability(facts, replace(book.statutory, **open_points), book, at(now))


def codes(found: PaymentLiability) -> list[str]:
    """The codes of the reasons, in order."""
    return [one.code.value for one in found.reasons]


def effective(found: PaymentLiability) -> list[str]:
    """The codes of the reasons that hinder."""
    return [one.code.value for one in found.reasons if one.effect is not None]
