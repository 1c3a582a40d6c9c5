"""What hinders a block (spärr), and what hinders that something is opened to a unit for a while."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from lifecare_gql.domain import law
from lifecare_gql.domain.access_words import AccessBasis, AccessPurpose, BlockAskedBy
from lifecare_gql.domain.objections import Objection, ObjectionCode
from lifecare_gql.domain.reviewing import MAX_TEXT_LENGTH, core_objection
from lifecare_gql.domain.texts import said
from lifecare_gql.domain.words import ConsentForm


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningAsked:
    """What is to be opened: why, on what ground, and until when (aware).

    Without an end an opening in an emergency lasts as long as it may. `said_at`: when the patient consented; now,
    if not given.
    """

    basis: AccessBasis
    reason: str
    purpose: AccessPurpose = AccessPurpose.CARE
    until: dt.datetime | None = None
    form: ConsentForm | None = None
    said_at: dt.datetime | None = None

    def ends_at(self, now: dt.datetime, emergency: dt.timedelta) -> dt.datetime:
        """When it ends by itself; `emergency` is how long it may last in an emergency."""
        return self.until or now + emergency


def judge_block(asked_by: BlockAskedBy, reason: str) -> tuple[Objection, ...]:
    """Everything that hinders that something is blocked, or that a block ends, by whom it is asked for."""
    found = [_guardian()] if asked_by is BlockAskedBy.GUARDIAN else []
    return (*found, *_too_long(reason))


def judge_opening(asked: OpeningAsked, now: dt.datetime, emergency: dt.timedelta) -> tuple[Objection, ...]:
    """Everything that hinders that something is opened; in an emergency for as long as `emergency` at most.

    No document says how long that is: the deployment does.
    """
    return tuple(_objections(asked, now, emergency))


def standing() -> Objection:
    """That the same is blocked already."""
    return Objection(
        code=ObjectionCode.BLOCK_STANDS,
        path=("input", "scopeId"),
        reason=said("Uppgifterna är redan spärrade."),
        remedy=said("Läs patientens spärrar."),
    )


def over(what: str) -> Objection:
    """That what is to be ended, or lifted, has ended."""
    return Objection(
        code=ObjectionCode.WRONG_STATE,
        path=("input", what),
        reason=said("Det är redan avslutat."),
        remedy=said("Läs patientens spärrar."),
    )


def _objections(asked: OpeningAsked, now: dt.datetime, emergency: dt.timedelta) -> Iterator[Objection]:
    if not asked.reason.strip():
        yield core_objection(ObjectionCode.REASON_REQUIRED, ("input", "reason"))
    yield from _too_long(asked.reason)
    longest = emergency if asked.basis is AccessBasis.EMERGENCY else None
    ends_at = asked.ends_at(now, emergency)
    if ends_at <= now or (longest is not None and ends_at > now + longest):
        yield _period(longest)
    if asked.basis is AccessBasis.CONSENT:
        yield from _consent(asked, now)


def _consent(asked: OpeningAsked, now: dt.datetime) -> Iterator[Objection]:
    if asked.until is None:
        yield _period()
    if asked.form is None:
        yield core_objection(ObjectionCode.CONSENT_FORM_MISSING, ("input", "consentForm"))
    if asked.said_at is not None and asked.said_at > now:
        yield core_objection(ObjectionCode.MOMENT_IN_FUTURE, ("input", "saidAt"))


def _too_long(reason: str) -> Iterator[Objection]:
    if len(reason) > MAX_TEXT_LENGTH:
        yield core_objection(ObjectionCode.TEXT_TOO_LONG, ("input", "reason"))


def _period(longest: dt.timedelta | None = None) -> Objection:
    remedy = said("Ange till när det behövs.")
    if longest is not None:
        hours = longest // dt.timedelta(hours=1)
        remedy = said("Ange till när det behövs, högst {hours} timmar (vårt antagande).", hours=hours)
    return Objection(
        code=ObjectionCode.PERIOD_WRONG,
        path=("input", "until"),
        reason=said("Det som öppnas måste ha ett slut som ligger framåt i tiden."),
        remedy=remedy,
    )


def _guardian() -> Objection:
    return Objection(
        code=ObjectionCode.GUARDIAN_CANNOT_BLOCK,
        path=("input", "askedBy"),
        reason=said("En vårdnadshavare har inte rätt att spärra ett barns uppgifter."),
        remedy=said("Barnet självt kan begära det när det kan ta ställning till frågan."),
        law=law.BLOCK,
    )
