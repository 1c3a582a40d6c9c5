"""The facts about a message that the rules may look at.

A draft is not a message: it has no text and no name, so a rule can be tested in a table and its trace
can be logged.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from lifecare_gql.domain.phones import PhoneNumber
from lifecare_gql.domain.words import Purpose, UnitKind, Urgency


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """A sending or receiving unit, as far as the rules need to know it."""

    id: str
    name: str
    kind: UnitKind
    region: str
    municipality: str | None = None
    active: bool = True
    phone: PhoneNumber | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """The patient, as far as the rules need to know."""

    enrolled: bool = True
    deceased: bool = False
    open_plan: bool = False
    listed_at: Party | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The individual's consent to this one message (samtycke, O9)."""

    given_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Forum:
    """An established forum between two units (upprättat forum, O4)."""

    name: str
    recipient: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDraft:
    """A message that somebody wants to send, before any routine has judged it.

    `recipients` is what the sender chose; empty means "let the routine route it". `now` is aware.
    """

    topic: str
    urgency: Urgency
    purpose: Purpose
    sender: Party
    recipients: tuple[Party, ...]
    subject: Subject
    now: dt.datetime
    sender_licensed: bool = True
    has_case: bool = True
    consent: Consent | None = None
    text_length: int = 1
    attachments: int = 0
    forums: tuple[Forum, ...] = ()
    is_reply: bool = False

    @property
    def parties(self) -> tuple[Party, ...]:
        """Sender and recipients."""
        return (self.sender, *self.recipients)

    @property
    def regions(self) -> tuple[str, ...]:
        """The regions whose routines apply, the sender's first; each once."""
        return tuple(dict.fromkeys(party.region for party in self.parties))
