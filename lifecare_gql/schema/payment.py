"""Payment liability (betalningsansvar): what callers say of an imagined episode, and what they hear."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Annotated, TypeVar

import strawberry
from pydantic import ValidationError
from strawberry.utils.str_converters import to_camel_case

from lifecare_gql.domain.payment import (
    AdmissionNotice,
    DischargeReadyNotice,
    EpisodeForPayment,
    PaymentLiability,
    SipCall,
)
from lifecare_gql.domain.payment_averages import AveragePayment, average_payment, payment_liability
from lifecare_gql.domain.payment_policies import AveragePolicy, Policy, StatutoryPolicy, YearAmount
from lifecare_gql.domain.payment_words import OutpatientCare
from lifecare_gql.domain.texts import Text, said, together
from lifecare_gql.errors import BadInput
from lifecare_gql.schema import values as values
from lifecare_gql.schema.context import Info

MAX_EPISODES = 200
MAX_NOTICES = 10
MAX_LEVEL = 365

T = TypeVar("T")

PaymentPolicy = Annotated[
    StatutoryPolicy | AveragePolicy,
    strawberry.union("PaymentPolicy", description="A way of counting payment liability (modell)."),
]


@strawberry.input(description="The admission notice that was sent (inskrivningsmeddelande, 2:1-3).")
class PaymentAdmissionNotice:
    """Becomes an `AdmissionNotice`."""

    complete: bool = strawberry.field(description="Whether it has all four legal fields (2:2).")
    late: bool = strawberry.field(description="Whether it was sent after more than 24 hours (2:3).")


@strawberry.input(description="A notice that the patient is ready for discharge (utskrivningsklar, 3:1).")
class PaymentDischargeReady:
    """Becomes a `DischargeReadyNotice`."""

    sent_at: dt.datetime = strawberry.field(description="When it was sent (skickad).")
    withdrawn_at: dt.datetime | None = strawberry.field(
        default=None, description="When it was withdrawn (återtagen); null: it stands."
    )


@strawberry.input(description="The call to a coordinated individual plan (kallelse till SIP, 4:3).")
class PaymentSipCall:
    """Becomes a `SipCall`."""

    sent_at: dt.datetime = strawberry.field(description="When it was sent (skickad).")
    by_fixed_care_contact: bool = strawberry.field(
        description="Whether the fixed care contact in regional outpatient care called (fast vårdkontakt)."
    )


@strawberry.input(description="What is known of an episode (vårdtillfälle) when it is asked who pays. No patient.")
class PaymentInput:
    """Becomes an `EpisodeForPayment` without any record behind it."""

    registered_municipality: str | None = strawberry.field(
        default=None, description="Code of the municipality of registration (folkbokföringskommun), four digits."
    )
    placing_municipality: str | None = strawberry.field(
        default=None,
        description="Code of the municipality that decided on housing elsewhere (placerande kommun, 5:2).",
    )
    admission_notice: PaymentAdmissionNotice | None = strawberry.field(
        default=None, description="The admission notice (inskrivningsmeddelande); null: none was sent."
    )
    discharge_ready: list[PaymentDischargeReady] = strawberry.field(
        default_factory=list,
        description="Every discharge-ready notice that was ever sent (utskrivningsklar), also withdrawn ones.",
    )
    sip_required: bool = strawberry.field(
        description="Whether a coordinated individual plan must be made (SIP, 4:1)."
    )
    sip_call: PaymentSipCall | None = strawberry.field(
        default=None, description="The call to it (kallelse); null: nobody has called."
    )
    outpatient_care: OutpatientCare = strawberry.field(
        description="Whether outpatient care's interventions are there (öppenvårdens insatser, 5:5)."
    )
    discharged_at: dt.datetime | None = strawberry.field(
        default=None, description="When the patient left (utskriven); null: still in hospital."
    )
    as_of: dt.datetime | None = strawberry.field(
        default=None, description="As things stand at this moment (per); now, if not given."
    )

    def episode(self, path: str) -> EpisodeForPayment:
        """The facts; BadInput for what cannot be."""
        if len(self.discharge_ready) > MAX_NOTICES:
            raise BadInput(
                said("{name}: at most {most} notices.", name=f"{path}.dischargeReady", most=MAX_NOTICES)
            )
        return checked(path, self._episode)

    def _episode(self) -> EpisodeForPayment:
        notice, call = self.admission_notice, self.sip_call
        return EpisodeForPayment(
            registered_municipality=self.registered_municipality,
            placing_municipality=self.placing_municipality,
            admission_notice=AdmissionNotice(complete=notice.complete, late=notice.late) if notice else None,
            discharge_ready=tuple(
                DischargeReadyNotice(sent_at=one.sent_at, withdrawn_at=one.withdrawn_at)
                for one in self.discharge_ready
            ),
            sip_required=self.sip_required,
            sip_call=SipCall(sent_at=call.sent_at, by_fixed_care_contact=call.by_fixed_care_contact)
            if call
            else None,
            outpatient_care=self.outpatient_care,
            discharged_at=self.discharged_at,
        )


def checked(path: str, make: Callable[[], T]) -> T:
    """What is made; BadInput, naming the place below `path`, when a value cannot be used."""
    try:
        return make()
    except ValidationError as error:
        raise BadInput(
            together(*(_fault(path, one["loc"], one["msg"]) for one in error.errors()), by="; ")
        ) from None


def _fault(path: str, place: tuple[int | str, ...], message: str) -> Text:
    where = ".".join((path, *(to_camel_case(str(part)) for part in place)))
    return said("{place}: {fault}", place=where, fault=said(message.removeprefix("Value error, ")))


def policy_named(info: Info, policy_id: str | None) -> Policy:
    book = info.context.regions.payment
    found = book.policy(policy_id) if policy_id is not None else book.statutory
    if found is None:
        raise BadInput("policy is none of those that paymentPolicies lists.")
    return found


def liability(
    info: Info,
    episode: PaymentInput,
    policy: Annotated[
        str | None, strawberry.argument(description="Id of a policy (modell); the statute's own, if not given.")
    ] = None,
) -> PaymentLiability:
    """Who pays for a patient ready for discharge, from which day, how much, and why (betalningsansvar).

    Needs no token: no patient is involved. It is a calculation on what is said, and no legal advice.
    """
    now = episode.as_of or info.context.session.now
    return payment_liability(
        episode.episode("episode"), policy_named(info, policy), info.context.regions.payment, now
    )


def average(
    info: Info,
    episodes: Annotated[
        list[PaymentInput],
        strawberry.argument(description=f"The episodes (vårdtillfällen), at most {MAX_EPISODES}."),
    ],
    policy: Annotated[str, strawberry.argument(description="Id of a policy that averages (genomsnittsmodell).")],
    month: Annotated[dt.date, strawberry.argument(description="Any day of the month of discharge (månad).")],
    level: Annotated[
        float | None,
        strawberry.argument(description="The level in days that the parties agreed on (nivå)."),
    ] = None,
) -> AveragePayment:
    """Each municipality's average of discharge-ready days, and whether it makes it liable (genomsnittsmodell).

    Needs no token: no patient is involved. What the policy's source leaves out stays null, with the reason.
    """
    chosen = policy_named(info, policy)
    if not isinstance(chosen, AveragePolicy):
        raise BadInput("policy is judged by episode, not by average: ask paymentLiability.")
    if len(episodes) > MAX_EPISODES:
        raise BadInput(said("{name}: at most {most}.", name="episodes", most=MAX_EPISODES))
    if level is not None and not 0 <= level <= MAX_LEVEL:
        raise BadInput(said("level: between 0 and {most} days.", most=MAX_LEVEL))
    facts = [one.episode(f"episodes.{at}") for at, one in enumerate(episodes)]
    return average_payment(facts, chosen, info.context.regions.payment, month, level)


def policies(
    info: Info,
    region: Annotated[
        str | None,
        strawberry.argument(description="Only the region's own policies and the statute's."),
    ] = None,
) -> list[PaymentPolicy]:
    """The policies that payment liability can be counted by (modeller), with their sources.

    The first is the default. An average applies only where region and municipalities have agreed on it.
    """
    regions = info.context.regions
    if region is None:
        return list(regions.payment.policies)
    if region not in regions:
        raise BadInput("region is none of those that regions lists.")
    agreed = regions[region].payment
    return [regions.payment.statutory, *(agreed.policies if agreed else ())]


def amounts(info: Info) -> list[YearAmount]:
    """What a day costs (belopp per vårddygn, 5:6), for the years that have a source. No year is estimated."""
    return list(info.context.regions.payment.amounts)
