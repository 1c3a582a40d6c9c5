"""The kinds of demand that a region may make on a message. Which region makes which is data.

A demand looks at a draft and says what is not met; the routine it belongs to adds reason and source.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from lifecare_gql.domain.drafts import MessageDraft, Party
from lifecare_gql.domain.objections import ObjectionCode
from lifecare_gql.domain.texts import said
from lifecare_gql.domain.values import value
from lifecare_gql.domain.words import UnitKind, Urgency


@dataclass(frozen=True, slots=True)
class Failure:
    """A demand that a draft does not meet: what, where in the input, and whom to call instead."""

    code: ObjectionCode
    path: tuple[str, ...]
    call: tuple[Party, ...] = ()
    detail: str | None = None


def recipient_path(index: int) -> tuple[str, ...]:
    """The input path of one recipient."""
    return ("input", "recipientUnitIds", str(index))


@value
class LicensedSender:
    """The sender must have a licensed profession (legitimerad personal)."""

    kind: Literal["licensed_sender"]

    def failures(self, draft: MessageDraft) -> Iterator[Failure]:
        """Fails when the sender is not licensed."""
        if not draft.sender_licensed:
            yield Failure(ObjectionCode.SENDER_NOT_LICENSED, ("viewer", "profession"))


@value
class CaseGiven:
    """The message must be tied to a case (aktuellt patientärende)."""

    kind: Literal["case"]

    def failures(self, draft: MessageDraft) -> Iterator[Failure]:
        """Fails without a case."""
        if not draft.has_case:
            yield Failure(ObjectionCode.CASE_REQUIRED, ("input", "caseId"))


@value
class NotAcute:
    """The matter must not be acute; acute matters go by phone to the recipients."""

    kind: Literal["not_acute"]

    def failures(self, draft: MessageDraft) -> Iterator[Failure]:
        """Fails when the sender declares the matter acute."""
        if draft.urgency is Urgency.ACUTE:
            yield Failure(ObjectionCode.ACUTE_NOT_ALLOWED, ("input", "urgency"), draft.recipients)


@value
class NoAttachments:
    """Nothing may be attached (bilagor)."""

    kind: Literal["no_attachments"]

    def failures(self, draft: MessageDraft) -> Iterator[Failure]:
        """Fails when the sender wants to attach anything."""
        if draft.attachments:
            yield Failure(ObjectionCode.ATTACHMENTS_NOT_SUPPORTED, ("input", "attachmentCount"))


@value
class TopicForbidden:
    """The topics of the routine may not be sent as messages."""

    kind: Literal["topic_forbidden"]

    def failures(self, draft: MessageDraft) -> Iterator[Failure]:
        """Fails always: which topics it is about stands in the routine's `when`."""
        yield Failure(ObjectionCode.TOPIC_NOT_ALLOWED, ("input", "topic"))


@value
class ListedHealthCentre:
    """The message goes to the health centre where the patient is listed, and nowhere else."""

    kind: Literal["listed_health_centre"]

    def failures(self, draft: MessageDraft) -> Iterator[Failure]:
        """Fails for every other recipient, and when the patient is listed nowhere."""
        listed = draft.subject.listed_at
        if listed is None:
            yield Failure(ObjectionCode.LISTED_HEALTH_CENTRE_UNKNOWN, ("input", "patientId"))
            return
        for index, recipient in enumerate(draft.recipients):
            if recipient.id != listed.id:
                yield Failure(ObjectionCode.WRONG_RECIPIENT_FOR_RENEWAL, recipient_path(index))


@value
class ConsentForMessage:
    """The individual must have consented to this very message (samtycke inför varje meddelande)."""

    kind: Literal["consent"]

    def failures(self, draft: MessageDraft) -> Iterator[Failure]:
        """Fails without consent."""
        if draft.consent is None:
            yield Failure(ObjectionCode.CONSENT_REQUIRED, ("input", "consent"))


@value
class NoForum:
    """No established forum may exist between sender and recipient (upprättat forum)."""

    kind: Literal["no_forum"]

    def failures(self, draft: MessageDraft) -> Iterator[Failure]:
        """Fails for each recipient with whom the sender has a registered forum."""
        for index, recipient in enumerate(draft.recipients):
            held = [forum.name for forum in draft.forums if forum.recipient == recipient.id]
            if held:
                told = said("Forum: {names}.", names=", ".join(held))
                yield Failure(ObjectionCode.FORUM_EXISTS, recipient_path(index), detail=told)


@value
class Enrolled:
    """The patient must be enrolled in municipal health care."""

    kind: Literal["enrolled"]

    def failures(self, draft: MessageDraft) -> Iterator[Failure]:
        """Fails when the patient is not enrolled."""
        if not draft.subject.enrolled:
            yield Failure(ObjectionCode.PATIENT_NOT_ENROLLED, ("input", "patientId"))


@value
class DeceasedWithOpenPlan:
    """The patient must be deceased and have an open plan (pågående SIP-process)."""

    kind: Literal["deceased_with_open_plan"]

    def failures(self, draft: MessageDraft) -> Iterator[Failure]:
        """Fails for each of the two that is not so."""
        if not draft.subject.deceased:
            yield Failure(ObjectionCode.PATIENT_NOT_DECEASED, ("input", "patientId"))
        if not draft.subject.open_plan:
            yield Failure(ObjectionCode.NO_OPEN_PLAN, ("input", "patientId"))


@value
class Parties:
    """Every unit must be of one of these kinds; with `either`, one party of such a kind is enough."""

    kind: Literal["parties"]
    kinds: tuple[UnitKind, ...] = Field(min_length=1)
    either: bool = False

    def failures(self, draft: MessageDraft) -> Iterator[Failure]:
        """Fails for each unit of another kind, or once when `either` is asked and none fits."""
        if self.either:
            if not any(party.kind in self.kinds for party in draft.parties):
                yield Failure(ObjectionCode.PARTY_NOT_COVERED, ("input", "recipientUnitIds"))
            return
        if draft.sender.kind not in self.kinds:
            yield Failure(ObjectionCode.PARTY_NOT_COVERED, ("viewer", "unit"))
        for index, recipient in enumerate(draft.recipients):
            if recipient.kind not in self.kinds:
                yield Failure(ObjectionCode.PARTY_NOT_COVERED, recipient_path(index))


Demand = Annotated[
    LicensedSender
    | CaseGiven
    | NotAcute
    | NoAttachments
    | TopicForbidden
    | ListedHealthCentre
    | ConsentForMessage
    | NoForum
    | Enrolled
    | DeceasedWithOpenPlan
    | Parties,
    Field(discriminator="kind"),
]
