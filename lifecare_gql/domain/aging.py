"""Facts age: what is known of when each holds, who keeps it and when it was last reviewed, and what is stale.

Everything comes from the fact's, contact's or number's own `lifetime`, or else from its document. What neither
says is null with the reason; nothing is inferred.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from pydantic import Field

from lifecare_gql.domain.directory import Contact, Switchboard
from lifecare_gql.domain.lifetimes import Lifetime
from lifecare_gql.domain.phones import PhoneNumber
from lifecare_gql.domain.region import Region
from lifecare_gql.domain.sources import Document, Fact, Unsaid
from lifecare_gql.domain.texts import said
from lifecare_gql.domain.values import value
from lifecare_gql.domain.words import Word

REVIEW_DAYS = 183
"""After how many days a review is old: half a year. No document says how often: this is our assumption."""


class StaleReason(Word):
    """Why something may no longer hold."""

    EXPIRED = "EXPIRED", "har upphört att gälla", "Its last day has passed."
    NOT_YET_VALID = "NOT_YET_VALID", "gäller inte än", "Its first day is still to come."
    SOURCE_SUPERSEDED = "SOURCE_SUPERSEDED", "källan är ersatt", "Another document has replaced its document."
    SOURCE_UNDECIDED = "SOURCE_UNDECIDED", "källan är inte beslutad", "Its document says that it is not decided."
    NEVER_REVIEWED = "NEVER_REVIEWED", "aldrig granskad", "Nobody has noted that it was compared or called."
    REVIEWED_LONG_AGO = "REVIEWED_LONG_AGO", "granskad för länge sedan", "It was last reviewed too long ago."


@value
class Age:
    """What is known of when something holds, who keeps it, and when it was reviewed (aktualitet)."""

    valid_from: dt.date | None = Field(description="From which day it holds; null when not stated (gäller från).")
    valid_to: dt.date | None = Field(description="The last day on which it holds; null when not stated.")
    reviewed_at: dt.date | None = Field(description="When it was last reviewed; null when nobody has noted it.")
    owner: str | None = Field(description="The role that keeps it; null when not stated (ansvarig roll).")
    source_status: str | None = Field(description="The status of its document, verbatim; null when not stated.")
    unsaid: tuple[Unsaid, ...] = Field(description="Why each field is null.")


@value
class StaleThing:
    """Something of a region that may no longer hold."""

    kind: str = Field(description="What it is: fact, contact or switchboard.")
    key: str = Field(description="The fact's number, the contact's key or the switchboard's name.")
    document: str = Field(description="The title of its document.")
    reason: StaleReason = Field(description="Why it may no longer hold.")
    since: dt.date | None = Field(description="The day that tells, if there is one.")
    owner: str | None = Field(description="The role that keeps it; null when not stated.")


@value
class NumberToVerify:
    """A telephone number to ring and ask whether it still leads where the document says."""

    name: str = Field(description="Whose number it is.")
    ask_for: str | None = Field(description="Whom to ask for, in Swedish.")
    phone: PhoneNumber = Field(description="The number.")
    fact: str = Field(description="The fact that gives it.")
    document: str = Field(description="The title of its document.")
    reviewed_at: dt.date | None = Field(description="When somebody last rang it; null when nobody has noted it.")


Aging = Fact | Contact | Switchboard

_NEVER = {
    Fact: "Ingen har antecknat att uppgiften är jämförd med dokumentet.",
    Contact: "Ingen har antecknat att kontakten är kontrollerad.",
    Switchboard: "Ingen har antecknat att numret är kontrollringt.",
}


def age_of(region: Region, thing: Aging) -> Age:
    """What is known of the thing's time: its own lifetime first, then its document's."""
    document, own = _document(region, thing), thing.lifetime or Lifetime()
    found: dict[str, dt.date | str | None] = {
        "valid_from": own.valid_from or document.valid_from,
        "valid_to": own.valid_to or document.valid_to,
        "reviewed_at": own.reviewed_at or (document.fact_checked if isinstance(thing, Fact) else None),
        "owner": own.owner or document.owner,
        "source_status": document.status,
    }
    told = {one.field: one.reason for one in document.unsaid}
    reasons = told | {"reviewed_at": said(_NEVER[type(thing)]), "source_status": told.get("status", "")}
    empty = (name for name, content in found.items() if content is None)
    otherwise = said("Dokumentet anger det inte.")
    unsaid = tuple(Unsaid(field=name, reason=reasons.get(name) or otherwise) for name in empty)
    return Age(**found, unsaid=unsaid)  # type: ignore[arg-type]


def stale(region: Region, today: dt.date, days: int = REVIEW_DAYS) -> Iterator[StaleThing]:
    """Everything of the region that may no longer hold on the day, with every reason."""
    things: list[Aging] = [*region.info.facts, *region.contacts, *region.switchboards]
    for thing in things:
        age, document = age_of(region, thing), _document(region, thing)
        for reason, since in _reasons(age, document, today, days):
            yield StaleThing(
                kind=type(thing).__name__.lower(),
                key=_key(thing),
                document=document.title,
                reason=reason,
                since=since,
                owner=age.owner,
            )


def _reasons(
    age: Age, document: Document, today: dt.date, days: int
) -> Iterator[tuple[StaleReason, dt.date | None]]:
    if age.valid_to and age.valid_to < today:
        yield StaleReason.EXPIRED, age.valid_to
    if age.valid_from and age.valid_from > today:
        yield StaleReason.NOT_YET_VALID, age.valid_from
    if document.superseded_by:
        yield StaleReason.SOURCE_SUPERSEDED, document.last_changed
    if document.decided is False:
        yield StaleReason.SOURCE_UNDECIDED, document.date
    if age.reviewed_at is None:
        yield StaleReason.NEVER_REVIEWED, None
    elif age.reviewed_at + dt.timedelta(days=days) < today:
        yield StaleReason.REVIEWED_LONG_AGO, age.reviewed_at


def numbers_to_verify(region: Region) -> Iterator[NumberToVerify]:
    """Every telephone number of the region, those that nobody has rung first, then by when it was."""
    told: list[Switchboard | Contact] = [*region.switchboards, *region.contacts]
    for one in sorted(told, key=lambda each: _reviewed(each) or dt.date.min):
        if one.phone is None:
            continue
        yield NumberToVerify(
            name=one.name,
            ask_for=one.ask_for if isinstance(one, Switchboard) else None,
            phone=one.phone,
            fact=one.fact,
            document=_document(region, one).title,
            reviewed_at=_reviewed(one),
        )


def _reviewed(thing: Aging) -> dt.date | None:
    return thing.lifetime.reviewed_at if thing.lifetime else None


def _document(region: Region, thing: Aging) -> Document:
    fact = thing if isinstance(thing, Fact) else region.fact(thing.fact)
    assert fact is not None  # the start has checked it
    return region.document(fact.document)


def _key(thing: Aging) -> str:
    if isinstance(thing, Fact):
        return thing.id
    return thing.key if isinstance(thing, Contact) else thing.name
