"""What callers send in, and how it becomes an order to an action."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry

from lifecare_gql.actions.message_acts import ActOrder
from lifecare_gql.actions.messages import ConsentGiven, MessageOrder
from lifecare_gql.domain.drafts import Consent, Forum, MessageDraft, Party, Subject
from lifecare_gql.domain.texts import said
from lifecare_gql.domain.words import ConsentForm, Purpose, UnitKind, Urgency
from lifecare_gql.errors import BadInput
from lifecare_gql.schema import values as values
from lifecare_gql.schema.ids import row_id
from lifecare_gql.storage import rows

MAX_RECIPIENTS = 20

Key = Annotated[
    str,
    strawberry.argument(
        description="A key of your own for this request, 1-100 ASCII characters, unique within your unit; a UUID"
        " is fine. A repeat with the same key and input gets the first answer; with another input it is refused."
        " A refusal does not use the key up."
    ),
]


@strawberry.input(description="The individual's consent to this one message (samtycke, O9).")
class ConsentInput:
    """Becomes a consent record that is used by the message and by no other."""

    given_at: dt.datetime = strawberry.field(description="When the individual gave it.")
    form: ConsentForm = strawberry.field(description="How it was given.")

    def given(self) -> ConsentGiven:
        """The consent as the action takes it."""
        return ConsentGiven(given_at=self.given_at, form=self.form)


@strawberry.input(
    description="A message outside the care episode (meddelande utanför vårdtillfälle) to send or to try."
)
class MessageInput:
    """Becomes a `MessageOrder`."""

    patient_id: strawberry.ID = strawberry.field(description="The patient.")
    case_id: strawberry.ID | None = strawberry.field(
        default=None, description="The case it is tied to (ärende); some regions demand one (H7)."
    )
    recipient_unit_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list,
        description=f"The receiving units, at most {MAX_RECIPIENTS}. Empty: where a routine routes it (H10).",
    )
    topic: str = strawberry.field(description="The topic's code; see the query topics.")
    purpose: Purpose = strawberry.field(description="Why it is sent (syfte, H9).")
    urgency: Urgency = strawberry.field(default=Urgency.ROUTINE, description="How soon it must be handled.")
    text: str = strawberry.field(description="The text.")
    consent: ConsentInput | None = strawberry.field(
        default=None, description="The individual's consent to this message (samtycke, O9)."
    )
    attachment_count: int = strawberry.field(
        default=0,
        description="How many attachments the sender's system wants to send. None can be carried (H15): say"
        " it here to get the refusal, instead of losing them.",
    )

    def order(self) -> MessageOrder:
        """The order; BadInput for ids that are none, or for too many recipients."""
        if len(self.recipient_unit_ids) > MAX_RECIPIENTS:
            raise BadInput(said("{name}: at most {most}.", name="recipientUnitIds", most=MAX_RECIPIENTS))
        return MessageOrder(
            patient_id=row_id(self.patient_id, rows.Patient, "patientId"),
            case_id=None if self.case_id is None else row_id(self.case_id, rows.Case, "caseId"),
            recipient_unit_ids=tuple(
                row_id(one, rows.Unit, "recipientUnitIds") for one in self.recipient_unit_ids
            ),
            topic=self.topic,
            purpose=self.purpose,
            urgency=self.urgency,
            text=self.text,
            consent=self.consent.given() if self.consent else None,
            attachment_count=max(self.attachment_count, 0),
        )


@strawberry.input(description="Which message, and the version of it that you have seen.")
class MessageActInput:
    """Becomes an `ActOrder`."""

    message_id: strawberry.ID = strawberry.field(description="The message.")
    expected_version: int = strawberry.field(
        description="The version you have seen. If somebody has changed it since, nothing is done and you learn"
        " who did what."
    )

    def order(self, reason: str | None = None) -> ActOrder:
        """The order; BadInput for an id that is none."""
        return ActOrder(
            message_id=row_id(self.message_id, rows.Message, "messageId"),
            expected_version=self.expected_version,
            reason=reason,
        )


@strawberry.input(description="A message, the version you have seen, and why.")
class MessageReasonInput(MessageActInput):
    """A `MessageActInput` with a reason, which becomes part of the history."""

    reason: str = strawberry.field(description="Why (orsak); it becomes part of the history.")


@strawberry.input(description="A reply to a message (svar). It also acknowledges the message.")
class ReplyInput(MessageActInput):
    """A `MessageActInput` with the text of the reply."""

    text: str = strawberry.field(description="The text of the reply.")
    consent: ConsentInput | None = strawberry.field(
        default=None, description="The individual's consent to the reply, where a region demands it (O9, Q1)."
    )

    def order(self, reason: str | None = None) -> ActOrder:
        """The order; BadInput for an id that is none."""
        return ActOrder(
            message_id=row_id(self.message_id, rows.Message, "messageId"),
            expected_version=self.expected_version,
            text=self.text,
            consent=self.consent.given() if self.consent else None,
        )


@strawberry.input(description="A case to open (ärende).")
class CaseInput:
    """Becomes a `CaseOrder`."""

    patient_id: strawberry.ID = strawberry.field(description="The patient.")
    title: str = strawberry.field(description="What it is about.")


@strawberry.input(description="A forum that your unit holds with another one (upprättat forum, O4).")
class ForumInput:
    """Becomes a `ForumOrder`."""

    name: str = strawberry.field(description="Its name, e.g. hemsjukvårdsrond.")
    other_unit_id: strawberry.ID = strawberry.field(description="The other unit.")


@strawberry.input(description="How to find a patient: exactly one of the two.", one_of=True)
class PatientKey:
    """A public id, or the number on the identity card."""

    id: strawberry.Maybe[strawberry.ID] = strawberry.field(description="The patient's public id.")
    identifier: strawberry.Maybe[str] = strawberry.field(
        description="Personnummer, samordningsnummer or reservnummer. Send it as a variable, never in the query."
    )


@strawberry.input(description="How to find a unit (enhet): exactly one of the two.", one_of=True)
class UnitKey:
    """A public id, or the id that every directory of care has for it."""

    id: strawberry.Maybe[strawberry.ID] = strawberry.field(description="The unit's public id (publikt id).")
    hsa_id: strawberry.Maybe[str] = strawberry.field(description="The unit's HSA-id, exactly as it is registered.")


@strawberry.input(description="An imagined message, to hear what each region would say. No patient is involved.")
class ImaginedMessageInput:
    """Becomes a `MessageDraft` without any record behind it."""

    topic: str = strawberry.field(description="The topic's code; see the query topics.")
    purpose: Purpose = strawberry.field(default=Purpose.REQUEST_REPLY, description="Why it is sent (syfte).")
    urgency: Urgency = strawberry.field(default=Urgency.ROUTINE, description="How soon it must be handled.")
    sender_kind: UnitKind = strawberry.field(
        default=UnitKind.MUNICIPAL_HEALTH_CARE, description="The kind of the sending unit."
    )
    recipient_kind: UnitKind | None = strawberry.field(
        default=None, description="The kind of the receiving unit; null: where a routine routes it."
    )
    sender_licensed: bool = strawberry.field(default=True, description="Whether the sender is licensed (H6).")
    has_case: bool = strawberry.field(default=True, description="Whether it is tied to a case (H7).")
    consent_given: bool = strawberry.field(default=False, description="Whether the individual consented (O9).")
    patient_listed: bool = strawberry.field(default=True, description="Whether the patient is listed (H10).")
    patient_enrolled: bool = strawberry.field(default=True, description="Whether the patient is enrolled (H5).")
    patient_deceased: bool = strawberry.field(default=False, description="Whether the patient has died (O11).")
    open_plan: bool = strawberry.field(default=False, description="Whether a SIP process is open (O11).")
    forum_exists: bool = strawberry.field(
        default=False, description="Whether a forum exists between the units (O4)."
    )
    attachment_count: int = strawberry.field(default=0, description="How many attachments (H15).")
    sent_at: dt.datetime | None = strawberry.field(default=None, description="When it is sent; now, if not given.")

    def draft(self, now: dt.datetime) -> MessageDraft:
        """The draft that the rules judge."""
        at = self.sent_at or now
        recipient = (
            () if self.recipient_kind is None else (_imagined("recipient", "Mottagaren", self.recipient_kind),)
        )
        listed = _imagined("listed", "Den listade vårdcentralen", UnitKind.HEALTH_CENTRE)
        return MessageDraft(
            topic=self.topic,
            urgency=self.urgency,
            purpose=self.purpose,
            sender=_imagined("sender", "Avsändaren", self.sender_kind),
            recipients=recipient,
            subject=Subject(
                enrolled=self.patient_enrolled,
                deceased=self.patient_deceased,
                open_plan=self.open_plan,
                listed_at=listed if self.patient_listed else None,
            ),
            now=at,
            sender_licensed=self.sender_licensed,
            has_case=self.has_case,
            consent=Consent(given_at=at) if self.consent_given else None,
            attachments=max(self.attachment_count, 0),
            forums=(Forum(name="forum", recipient="recipient"),) if self.forum_exists else (),
        )


def _imagined(party_id: str, name: str, kind: UnitKind) -> Party:
    return Party(id=party_id, name=name, kind=kind, region="")
