"""What a refusal says: every objection, with its rule, its source, the remedy and whom to call."""

from __future__ import annotations

from pydantic import Field

from lifecare_gql.domain.directory import Reach
from lifecare_gql.domain.sources import Source
from lifecare_gql.domain.values import value
from lifecare_gql.domain.words import Severity, Word


class ObjectionCode(Word):
    """Why something may not be done. Stable: clients may branch on it."""

    ACUTE_NOT_ALLOWED = "ACUTE_NOT_ALLOWED", "akut ärende", "Acute matters do not go by message."
    ATTACHMENTS_NOT_SUPPORTED = "ATTACHMENTS_NOT_SUPPORTED", "bilagor", "Attachments cannot be sent."
    CASE_REQUIRED = "CASE_REQUIRED", "ärende saknas", "The message must be tied to a case."
    CONSENT_REQUIRED = "CONSENT_REQUIRED", "samtycke saknas", "Consent for this message is missing."
    CONSENT_INVALID = "CONSENT_INVALID", "samtycket gäller inte", "The consent given cannot be used."
    FORUM_EXISTS = "FORUM_EXISTS", "forum finns", "An established forum must be used instead."
    LISTED_HEALTH_CENTRE_UNKNOWN = (
        "LISTED_HEALTH_CENTRE_UNKNOWN",
        "listad vårdcentral saknas",
        "The patient is not listed at a health centre that can receive the message.",
    )
    NAME_EMPTY = "NAME_EMPTY", "namn saknas", "The name or title is empty."
    NAME_TOO_LONG = "NAME_TOO_LONG", "för långt namn", "The name or title is longer than can be stored."
    NO_OPEN_PLAN = "NO_OPEN_PLAN", "ingen pågående SIP-process", "There is no open plan (SIP)."
    NO_RECIPIENT = "NO_RECIPIENT", "mottagare saknas", "No recipient is given and no routine routes it."
    NOT_RECIPIENT = "NOT_RECIPIENT", "inte mottagare", "Only a receiving unit may do this."
    NOT_SENDER = "NOT_SENDER", "inte avsändare", "Only the sending unit may do this."
    PARTY_NOT_COVERED = "PARTY_NOT_COVERED", "enhet omfattas inte", "The routine does not cover this kind of unit."
    PATIENT_NOT_DECEASED = "PATIENT_NOT_DECEASED", "inte avliden", "The patient is not registered as deceased."
    PATIENT_NOT_ENROLLED = (
        "PATIENT_NOT_ENROLLED",
        "inte inskriven i kommunal hälso- och sjukvård",
        "The patient is not enrolled in municipal health care.",
    )
    RECIPIENT_IS_SENDER = "RECIPIENT_IS_SENDER", "mottagare är avsändare", "A unit cannot write to itself."
    SENDER_NOT_LICENSED = "SENDER_NOT_LICENSED", "inte legitimerad", "The sender has no licensed profession."
    TEXT_EMPTY = "TEXT_EMPTY", "text saknas", "The text is empty."
    TEXT_TOO_LONG = "TEXT_TOO_LONG", "för lång text", "The text is longer than can be stored."
    REASON_REQUIRED = "REASON_REQUIRED", "orsak saknas", "A reason must be given."
    TOPIC_NOT_ALLOWED = "TOPIC_NOT_ALLOWED", "ämne får inte skickas", "The topic may not be sent as a message."
    TOPIC_UNKNOWN = "TOPIC_UNKNOWN", "okänt ämne", "No enabled region knows the topic."
    UNIT_NOT_REGISTERED = "UNIT_NOT_REGISTERED", "enhet inte upplagd", "The unit is not registered and active."
    WRONG_RECIPIENT_FOR_RENEWAL = (
        "WRONG_RECIPIENT_FOR_RENEWAL",
        "fel mottagare för receptförnyelse",
        "A renewal goes to the health centre where the patient is listed.",
    )
    WRONG_STATE = "WRONG_STATE", "fel läge", "The message is in a state where this cannot be done."


@value
class Objection:
    """One reason why an act is refused, or goes through with a warning."""

    code: ObjectionCode = Field(description="Stable code of the objection.")
    severity: Severity = Field(default=Severity.REFUSE, description="Whether it refuses or warns.")
    path: tuple[str, ...] = Field(description="Where in the input, e.g. [input, consent].")
    reason: str = Field(description="The reason, in Swedish.")
    remedy: str = Field(description="What to do instead, in Swedish.")
    region: str | None = Field(
        default=None, description="Code of the region whose routine objects; null for the core."
    )
    rule: str | None = Field(default=None, description="Code of the routine; null for the core's own rules.")
    source: Source | None = Field(default=None, description="The passage the routine rests on.")
    call: tuple[Reach, ...] = Field(default=(), description="Whom to call instead, where the rule says so.")
