"""What an episode says about payment, and the answer: who pays, from when, how much, and why.

The facts are given in: nothing is looked up, and nothing reads the clock. Lag (2017:612) 5 kap.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from pydantic import AwareDatetime, Field, model_validator

from lifecare_gql.domain import law as acts
from lifecare_gql.domain.calendar import STOCKHOLM
from lifecare_gql.domain.law import LegalReference
from lifecare_gql.domain.payment_policies import PaymentBook, Policy
from lifecare_gql.domain.payment_words import OutpatientCare, PaymentReasonCode, PaymentStatus
from lifecare_gql.domain.routines import Assumption
from lifecare_gql.domain.sources import PublicSource
from lifecare_gql.domain.texts import Said, Text, said
from lifecare_gql.domain.values import value

Code = PaymentReasonCode

MUNICIPALITY = r"^[0-9]{4}$"
"""SCB's municipality code, with leading zero."""


@value
class AdmissionNotice:
    """The admission notice that was sent (inskrivningsmeddelande, 2:1-3)."""

    complete: bool = Field(description="Whether it has all four legal fields (2:2).")
    late: bool = Field(description="Whether it was sent after more than 24 hours (2:3).")


@value
class DischargeReadyNotice:
    """A notice that the patient is ready for discharge (underrättelse om utskrivningsklar, 3:1)."""

    sent_at: AwareDatetime = Field(description="When it was sent.")
    withdrawn_at: AwareDatetime | None = Field(default=None, description="When it was withdrawn; null: it stands.")

    @model_validator(mode="after")
    def _in_order(self) -> DischargeReadyNotice:
        if self.withdrawn_at is not None and self.withdrawn_at < self.sent_at:
            raise ValueError("a notice cannot be withdrawn before it was sent")
        return self


@value
class SipCall:
    """The call to a coordinated individual plan (kallelse till SIP, 4:3)."""

    sent_at: AwareDatetime = Field(description="When it was sent.")
    by_fixed_care_contact: bool = Field(
        description="Whether the fixed care contact in regional outpatient care called (fast vårdkontakt)."
    )


@value
class EpisodeForPayment:
    """What must be known of an episode to say who pays (vårdtillfälle)."""

    registered_municipality: str | None = Field(
        default=None, pattern=MUNICIPALITY, description="Where the patient is registered (folkbokföringskommun)."
    )
    placing_municipality: str | None = Field(
        default=None,
        pattern=MUNICIPALITY,
        description="Which decided on a placement elsewhere (placerande kommun).",
    )
    admission_notice: AdmissionNotice | None = Field(default=None, description="None: none was sent.")
    discharge_ready: tuple[DischargeReadyNotice, ...] = Field(default=(), description="All that were ever sent.")
    sip_required: bool = Field(description="Whether a coordinated individual plan must be made (4:1).")
    sip_call: SipCall | None = Field(default=None, description="None: nobody has called.")
    outpatient_care: OutpatientCare = Field(description="Whether outpatient care's interventions are there (5:5).")
    discharged_at: AwareDatetime | None = Field(default=None, description="None: still in hospital.")

    @property
    def payer(self) -> str | None:
        """The municipality that pays: the one that placed the patient, else the one of registration (5:2)."""
        return self.placing_municipality or self.registered_municipality

    @property
    def standing_notice(self) -> DischargeReadyNotice | None:
        """The notice that starts the clock: the first that is not withdrawn."""
        standing = (one for one in self.discharge_ready if one.withdrawn_at is None)
        return min(standing, key=lambda one: one.sent_at, default=None)


@value
class PaymentReason:
    """One reason why a payment liability is as it is (skäl)."""

    code: PaymentReasonCode = Field(description="Stable code of the reason.")
    text: Said = Field(description="The reason (skäl i text).")
    law: LegalReference = Field(description="The section it rests on (lagrum).")
    effect: PaymentStatus | None = Field(
        default=None, description="The status it leads to; null when it only explains (verkan)."
    )
    assumption: str | None = Field(
        default=None, description="Key of the assumption that decided an open point here (antagande)."
    )


@value
class PaymentShare:
    """The charged days of one calendar year (del av betalningsansvaret)."""

    year: int = Field(description="The calendar year (kalenderår).")
    days: int = Field(description="Charged days in it (debiterade dagar).")
    amount_per_day: int | None = Field(description="Whole kronor a day; null: AMOUNT_UNKNOWN (belopp).")
    subtotal: int | None = Field(description="Days times amount; null: AMOUNT_UNKNOWN (delsumma).")
    source: PublicSource | None = Field(description="Where the amount stands (källa); null: AMOUNT_UNKNOWN.")


@value
class PaymentLiability:
    """Who pays for a patient ready for discharge, from which day, how much, and why (betalningsansvar)."""

    status: PaymentStatus = Field(description="Where the liability stands (status).")
    payer_municipality: str | None = Field(
        description="Code of the municipality that pays or would (betalande kommun, 5:2); null when unknown."
        " It need not be the one that is called to plan."
    )
    starts_on: dt.date | None = Field(description="The first day of liability (inträder); null without liability.")
    ends_on: dt.date | None = Field(description="The last charged day; null until the patient is discharged.")
    days: int = Field(description="Charged days: all of them, or so far as if the patient were discharged now.")
    amount_per_day: int | None = Field(
        description="Whole kronor a day (belopp per vårddygn); null when unknown or not the same all the time."
    )
    total: int | None = Field(
        description="Whole kronor for the days (summa); null when an amount is unknown or an average decides."
    )
    shares: tuple[PaymentShare, ...] = Field(default=(), description="The days year by year (per kalenderår).")
    reasons: tuple[PaymentReason, ...] = Field(description="Every reason, in the order of the checks (skäl).")
    policy_id: str = Field(description="Id of the policy that it is counted by (modell).")
    policy_version: str = Field(description="The policy's version.")
    assumptions: tuple[Assumption, ...] = Field(
        description="The open points of the statute that decided something here, and how (antaganden)."
    )


_LAW: Mapping[Code, LegalReference] = {
    code: section
    for section, codes in (
        (acts.PAYER, (Code.PAYER_REGISTERED, Code.PAYER_PLACED, Code.PAYER_UNKNOWN)),
        (acts.ADMISSION_NOTICE_CONTENT, (Code.ADMISSION_NOTICE_INCOMPLETE,)),
        (acts.ADMISSION_NOTICE_TIME, (Code.ADMISSION_NOTICE_LATE,)),
        (acts.SIP_CALL, (Code.SIP_CALLED, Code.SIP_CALL_BY_OTHER, Code.SIP_CALL_LATE)),
        (
            acts.PRECONDITIONS,
            (
                Code.ADMISSION_NOTICE_SENT,
                Code.ADMISSION_NOTICE_MISSING,
                Code.DISCHARGE_READY_SENT,
                Code.DISCHARGE_READY_MISSING,
                Code.DISCHARGE_READY_WITHDRAWN,
                Code.SIP_NOT_REQUIRED,
                Code.SIP_CALL_MISSING,
            ),
        ),
        (
            acts.OUTPATIENT_CARE,
            (Code.OUTPATIENT_CARE_AVAILABLE, Code.OUTPATIENT_CARE_UNAVAILABLE, Code.OUTPATIENT_CARE_UNCLEAR),
        ),
        (
            acts.LIABILITY_STARTS,
            (
                Code.STARTS_AFTER_THREE_DAYS,
                Code.STARTS_AFTER_FOUR_DAYS,
                Code.SENT_AT_EXACTLY_NOON,
                Code.STARTS_ON_DAY_OFF,
                Code.DISCHARGED_IN_TIME,
            ),
        ),
        (acts.AMOUNT, (Code.DISCHARGE_DAY, Code.AMOUNT_KNOWN, Code.AMOUNT_SECONDARY, Code.AMOUNT_UNKNOWN)),
        (
            acts.AGREEMENT,
            (
                Code.AVERAGE_DECIDES,
                Code.NOT_DISCHARGED,
                Code.DAY_ZERO_NOT_COUNTED,
                Code.PARAMETER_UNSAID,
                Code.LEVEL_GIVEN,
                Code.LEVEL_EXCEEDED,
                Code.LEVEL_NOT_EXCEEDED,
                Code.CHARGE_UNSAID,
            ),
        ),
    )
    for code in codes
}
"""The section that each reason rests on."""


def reason(
    code: Code,
    text: str,
    effect: PaymentStatus | None = None,
    assumption: str | None = None,
    rests_on: LegalReference | None = None,
) -> PaymentReason:
    """A reason with the section that its code rests on, where no other one is given."""
    return PaymentReason(
        code=code, text=said(text), law=rests_on or _LAW[code], effect=effect, assumption=assumption
    )


def without_days(
    episode: EpisodeForPayment,
    policy: Policy,
    book: PaymentBook,
    reasons: Sequence[PaymentReason],
    otherwise: PaymentStatus = PaymentStatus.PENDING,
) -> PaymentLiability:
    """The liability that the reasons lead to, before any day is counted; `otherwise` when none has an effect.

    Of several effects the one that stands first in the vocabulary counts.
    """
    effects = {one.effect for one in reasons}
    return PaymentLiability(
        status=next((status for status in PaymentStatus if status in effects), otherwise),
        payer_municipality=episode.payer,
        starts_on=None,
        ends_on=None,
        days=0,
        amount_per_day=None,
        total=0,
        reasons=tuple(reasons),
        policy_id=policy.id,
        policy_version=policy.version,
        assumptions=tuple(book.assumed({one.assumption for one in reasons})),
    )


def told_at(at: dt.datetime) -> Text:
    """A moment in a sentence, Swedish time: 2026-11-23 klockan 12.00."""
    local = at.astimezone(STOCKHOLM)
    parts = {"day": f"{local:%Y-%m-%d}", "hour": f"{local:%H}", "minute": f"{local:%M}"}
    if local.second:
        return said("{day} klockan {hour}.{minute}.{second}", **parts, second=f"{local:%S}")
    return said("{day} klockan {hour}.{minute}", **parts)
