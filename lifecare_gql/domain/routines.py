"""A region's routines for messages: demands, duties, and the assumptions they rest on."""

from __future__ import annotations

import datetime as dt

from pydantic import Field, model_validator

from lifecare_gql.domain.calendar import OfficeHours
from lifecare_gql.domain.demands import Demand
from lifecare_gql.domain.drafts import MessageDraft
from lifecare_gql.domain.examples import Example
from lifecare_gql.domain.topics import Topic
from lifecare_gql.domain.values import value
from lifecare_gql.domain.words import Purpose, Severity, Word


class DutyKind(Word):
    """What a unit that receives messages must do."""

    REPLY = "REPLY", "besvara", "Reply to every message, whatever it asks."
    REPLY_WITHIN = "REPLY_WITHIN", "svara inom", "Reply within a number of working days."
    READ_INBOX = "READ_INBOX", "läsa av", "Read the inbox a number of times each working day."

    @property
    def demands_reply(self) -> bool:
        """Whether it is done only by an answer, not by an acknowledgement."""
        return self in (DutyKind.REPLY, DutyKind.REPLY_WITHIN)


class CountedFrom(Word):
    """What starts a reply deadline."""

    SENT = "SENT", "från att meddelandet skickades", "The moment of sending."
    ACKNOWLEDGED = "ACKNOWLEDGED", "från första kvittensen", "The first acknowledgement."


@value
class When:
    """Which messages a routine governs. Empty means every message that is not a reply."""

    topics: tuple[str, ...] = Field(default=(), description="Only these topics; empty means all.")
    except_topics: tuple[str, ...] = Field(default=(), description="Not these topics.")
    purposes: tuple[Purpose, ...] = Field(default=(), description="Only these purposes; empty means all.")
    replies: bool = Field(default=False, description="Whether replies are governed too.")

    def governs(self, draft: MessageDraft) -> bool:
        """Whether the routine has anything to say about the draft."""
        if draft.is_reply and not self.replies:
            return False
        if self.purposes and draft.purpose not in self.purposes:
            return False
        return (not self.topics or draft.topic in self.topics) and draft.topic not in self.except_topics


@value
class Routine:
    """A rule that a region has laid down for messages outside the care episode (rutin)."""

    code: str = Field(pattern=r"^[A-Z]{3}-[A-Z0-9-]+$", description="Stable code, e.g. HAL-H10.")
    title: str = Field(description="What it demands, in Swedish.")
    fact: str = Field(description="The fact that lays it down.")
    demand: Demand = Field(description="What must be so.")
    when: When = Field(default_factory=When, description="Which messages it governs.")
    severity: Severity = Field(default=Severity.REFUSE, description="What happens when the demand is not met.")
    reason: str = Field(description="The reason given, in Swedish.")
    remedy: str = Field(description="What to do instead, in Swedish.")


@value
class Duty:
    """What a unit that receives messages must do (skyldighet)."""

    code: str = Field(pattern=r"^[A-Z]{3}-[A-Z0-9-]+$", description="Stable code, e.g. HAL-H13.")
    title: str = Field(description="What must be done, in Swedish.")
    fact: str = Field(description="The fact that lays it down.")
    kind: DutyKind = Field(description="The kind of duty.")
    when: When = Field(default_factory=When, description="Which messages it concerns.")
    working_days: int | None = Field(default=None, ge=1, description="Working days (vardagar) to reply within.")
    opens: dt.time | None = Field(default=None, description="Office hours begin (kontorstid), Europe/Stockholm.")
    closes: dt.time | None = Field(default=None, description="Office hours end (kontorstid), Europe/Stockholm.")
    counted_from: CountedFrom = Field(default=CountedFrom.SENT, description="What starts the deadline.")
    times_a_working_day: int | None = Field(default=None, ge=1, description="How often the inbox must be read.")

    @model_validator(mode="after")
    def _complete(self) -> Duty:
        if self.kind is DutyKind.REPLY_WITHIN and not (self.working_days and self.office_hours):
            raise ValueError(f"{self.code} does not say within how many working days")
        if self.kind is DutyKind.READ_INBOX and self.times_a_working_day is None:
            raise ValueError(f"{self.code} does not say how many times a working day")
        return self

    @property
    def office_hours(self) -> OfficeHours:
        """The office hours that the deadline is counted in; errors unless both ends are given, in order."""
        if self.opens is None or self.closes is None:
            raise ValueError(f"{self.code} counts in office hours but does not say which")
        return OfficeHours(opens=self.opens, closes=self.closes)


@value
class Assumption:
    """Something that the documents leave open and that we had to decide; a deployment may decide otherwise."""

    key: str = Field(pattern=r"^[a-z_]+$", description="Name of the setting within its region.")
    question: str = Field(description="The open question's number, e.g. Q1.")
    value: bool | int | dt.time | str | tuple[str, ...] = Field(description="The value in use.")
    description: str = Field(description="What is assumed and why; always says that it is our assumption.")


@value
class RoutineBook:
    """Everything that a region lays down for messages outside the care episode."""

    region: str = Field(description="Code of the region.")
    topics: tuple[Topic, ...] = Field(default=(), description="Topics that only this region names.")
    routines: tuple[Routine, ...] = Field(default=(), description="What must be so for a message to be sent.")
    duties: tuple[Duty, ...] = Field(default=(), description="What the receiver must do.")
    assumptions: tuple[Assumption, ...] = Field(default=(), description="What we had to assume.")
    silence: str | None = Field(default=None, description="What the documents do not say, in Swedish.")
    examples: tuple[Example, ...] = Field(default=(), description="Examples that the routines are tried on.")

    @property
    def rules(self) -> tuple[Routine | Duty, ...]:
        """Routines and duties together."""
        return (*self.routines, *self.duties)
