"""Examples of a region's routines, as data: a message as its own people would tell it, and what the routines say.

The routines are tried on them by the conformance kit, so that a rule means what its region means by it.
"""

from __future__ import annotations

import datetime as dt

from pydantic import Field, field_validator

from lifecare_gql.domain.calendar import STOCKHOLM
from lifecare_gql.domain.drafts import Consent, Forum, MessageDraft, Party, Subject
from lifecare_gql.domain.values import value
from lifecare_gql.domain.words import Purpose, UnitKind, Urgency

_A_MONDAY = dt.datetime(2026, 11, 23, 10, 0)  # noqa: DTZ001 - a wall-clock time, which `_wall_clock` demands
"""A working day with no day off before the next Monday."""


@value
class Example:
    """A message that somebody wants to send. What is not told is ordinary: nothing hinders it."""

    title: str = Field(description="What the example is, in Swedish.")
    sender: UnitKind = Field(default=UnitKind.MUNICIPAL_HEALTH_CARE, description="Kind of the sending unit.")
    recipients: tuple[UnitKind, ...] = Field(
        default=(UnitKind.HEALTH_CENTRE,), description="Kinds of the receiving units; empty: a routine routes it."
    )
    topic: str = Field(default="INFORMATION", description="The topic's code (ämne).")
    purpose: Purpose = Field(default=Purpose.SHARE_INFORMATION, description="Why it is sent.")
    urgency: Urgency = Field(default=Urgency.ROUTINE, description="How soon it must be handled.")
    licensed: bool = Field(default=True, description="Whether the sender is licensed (legitimerad).")
    case: bool = Field(default=True, description="Whether it is tied to a case (patientärende).")
    consent: bool = Field(default=True, description="Whether there is consent to it (samtycke).")
    enrolled: bool = Field(
        default=True, description="Whether the patient is enrolled in municipal health care (inskriven)."
    )
    deceased: bool = Field(default=False, description="Whether the patient has died (avliden).")
    open_plan: bool = Field(default=False, description="Whether the patient has an open plan (SIP).")
    listed: bool = Field(
        default=True, description="Whether the patient is listed at the first receiving unit (listad)."
    )
    forum: bool = Field(
        default=False, description="Whether the units have an established forum (upprättat forum)."
    )
    attachments: int = Field(default=0, ge=0, description="How many files go with it (bilagor).")
    reply: bool = Field(default=False, description="Whether it is a reply (svar).")
    sent: dt.datetime = Field(default=_A_MONDAY, description="When it is sent, Swedish wall-clock time.")
    refused_by: tuple[str, ...] = Field(default=(), description="Codes of the routines that refuse it.")
    warned_by: tuple[str, ...] = Field(default=(), description="Codes of the routines that warn of it.")
    reply_due: dt.datetime | None = Field(
        default=None, description="When the reply is due, Swedish wall-clock time; null when nothing says when."
    )

    @field_validator("sent", "reply_due")
    @classmethod
    def _wall_clock(cls, given: dt.datetime | None) -> dt.datetime | None:
        if given is not None and given.tzinfo is not None:
            raise ValueError("is Swedish wall-clock time: write it without a time zone")
        return given

    def draft(self, region: str) -> MessageDraft:
        """The draft that the routines are tried on."""
        sent = self.sent.replace(tzinfo=STOCKHOLM)
        recipients = tuple(_party(kind, region, f"mottagare {n}") for n, kind in enumerate(self.recipients, 1))
        first = recipients[0] if recipients else _party(UnitKind.HEALTH_CENTRE, region, "vårdcentralen")
        elsewhere = _party(UnitKind.HEALTH_CENTRE, region, "en annan vårdcentral")
        return MessageDraft(
            topic=self.topic,
            urgency=self.urgency,
            purpose=self.purpose,
            sender=_party(self.sender, region, "avsändaren"),
            recipients=recipients,
            subject=Subject(
                enrolled=self.enrolled,
                deceased=self.deceased,
                open_plan=self.open_plan,
                listed_at=first if self.listed else elsewhere,
            ),
            now=sent,
            sender_licensed=self.licensed,
            has_case=self.case,
            consent=Consent(given_at=sent - dt.timedelta(hours=1)) if self.consent else None,
            attachments=self.attachments,
            forums=tuple(Forum(name="forumet", recipient=one.id) for one in recipients if self.forum),
            is_reply=self.reply,
        )


def _party(kind: UnitKind, region: str, name: str) -> Party:
    return Party(id=f"{region}/{name}", name=name, kind=kind, region=region)
