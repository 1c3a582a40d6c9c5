"""What a refusal says: every objection, with its rule, its source, the remedy and whom to call."""

from __future__ import annotations

from pydantic import Field

from lifecare_gql.domain.directory import Reach
from lifecare_gql.domain.law import LegalReference
from lifecare_gql.domain.sources import Source, Supplement
from lifecare_gql.domain.texts import Said
from lifecare_gql.domain.values import value
from lifecare_gql.domain.words import Severity, Word


class ObjectionCode(Word):
    """Why something may not be done. Stable: clients may branch on it."""

    ACUTE_NOT_ALLOWED = "ACUTE_NOT_ALLOWED", "akut ärende", "Acute matters do not go by message."
    ALREADY_ACKNOWLEDGED = "ALREADY_ACKNOWLEDGED", "redan kvitterat", "The unit has already acknowledged it."
    ALREADY_NOTED = "ALREADY_NOTED", "redan noterat", "The call is noted already."
    ALREADY_PARTY = "ALREADY_PARTY", "deltar redan", "The unit already takes part in the care episode."
    ALREADY_TRAINER = "ALREADY_TRAINER", "redan utbildare", "The person is a trainer of the unit already."
    ANSWER_REQUIRED = "ANSWER_REQUIRED", "svar saknas", "It must be said whether it is so: yes or no."
    ASSIGNMENT_ENDED = "ASSIGNMENT_ENDED", "uppdraget är avslutat", "The assignment has ended."
    ATTACHMENTS_NOT_SUPPORTED = "ATTACHMENTS_NOT_SUPPORTED", "bilagor", "Attachments cannot be sent."
    BLOCK_STANDS = "BLOCK_STANDS", "redan spärrat", "The same is blocked already."
    CARE_PLAN_INSTEAD = (
        "CARE_PLAN_INSTEAD",
        "samordnad vårdplan i stället",
        "The patient is planned for by LPT or LRV, not by a coordinated individual plan (SIP).",
    )
    CASE_REQUIRED = "CASE_REQUIRED", "ärende saknas", "The message must be tied to a case."
    CONSENT_FORM_MISSING = "CONSENT_FORM_MISSING", "samtyckets form saknas", "How it was given is not said."
    CONSENT_REQUIRED = "CONSENT_REQUIRED", "samtycke saknas", "Consent that is needed is missing."
    CONSENT_INVALID = "CONSENT_INVALID", "samtycket gäller inte", "The consent given cannot be used."
    CHECKLIST_INCOMPLETE = "CHECKLIST_INCOMPLETE", "ofullständig checklista", "The checklist is not complete."
    CONTACT_REQUIRED = "CONTACT_REQUIRED", "kontakt krävs", "Somebody must be called as well."
    CONTENT_MISSING = "CONTENT_MISSING", "innehåll saknas", "The content of the plan is not given."
    DATE_MISSING = "DATE_MISSING", "datum saknas", "The date or time is not given."
    DATE_PASSED = "DATE_PASSED", "datum har passerat", "The date lies before today."
    EPISODE_ALREADY_OPEN = (
        "EPISODE_ALREADY_OPEN",
        "redan inskriven",
        "The patient already has an open care episode.",
    )
    FILE_MALFORMED = "FILE_MALFORMED", "fel i filen", "The file, or a row of it, is not laid out as its template."
    FORM_MISSING = "FORM_MISSING", "blankett saknas", "No filled-in form lies at the unit."
    FORUM_EXISTS = "FORUM_EXISTS", "forum finns", "An established forum must be used instead."
    GUARDIAN_CANNOT_BLOCK = (
        "GUARDIAN_CANNOT_BLOCK",
        "vårdnadshavare kan inte spärra",
        "A guardian has no right to block a child's data.",
    )
    HSA_ID_TAKEN = "HSA_ID_TAKEN", "HSA-id används redan", "Something else has that HSA-id."
    INVALID_IDENTITY = "INVALID_IDENTITY", "ogiltig identitet", "The patient's identity is not valid."
    LISTED_HEALTH_CENTRE_UNKNOWN = (
        "LISTED_HEALTH_CENTRE_UNKNOWN",
        "listad vårdcentral saknas",
        "The patient is not listed at a health centre that can receive the message.",
    )
    MEETING_MISSING = (
        "MEETING_MISSING",
        "möte saknas",
        "The call says nothing of when and how the meeting is held.",
    )
    MEETING_TIMES_WRONG = (
        "MEETING_TIMES_WRONG",
        "fel mötestid",
        "The meeting has begun already, or ends before it begins.",
    )
    MISSING_FIXED_CARE_CONTACT = (
        "MISSING_FIXED_CARE_CONTACT",
        "fast vårdkontakt saknas",
        "A unit that received the admission notice has not appointed a fixed care contact.",
    )
    MISSING_LEGAL_FIELD = (
        "MISSING_LEGAL_FIELD",
        "lagstadgad uppgift saknas",
        "Something is missing that the law says the admission notice must hold.",
    )
    MISSING_PLAN_ITEM = (
        "MISSING_PLAN_ITEM",
        "lagstadgad del av planen saknas",
        "Something is missing that the law says a plan (SIP) must show.",
    )
    MOMENT_IN_FUTURE = "MOMENT_IN_FUTURE", "tidpunkt i framtiden", "The moment lies in the future."
    NAME_EMPTY = "NAME_EMPTY", "namn saknas", "The name or title is empty."
    NAME_TOO_LONG = "NAME_TOO_LONG", "för långt namn", "The name or title is longer than can be stored."
    NO_CARE_AGREEMENT = (
        "NO_CARE_AGREEMENT",
        "avtal saknas",
        "The organisation has no agreement with which a unit may be connected.",
    )
    NO_LOCAL_ADMINISTRATION = (
        "NO_LOCAL_ADMINISTRATION",
        "ingen lokal förvaltning",
        "A local role belongs to a local administration, which the organisation does not have.",
    )
    NO_OPEN_PLAN = "NO_OPEN_PLAN", "ingen pågående SIP-process", "There is no open plan (SIP)."
    NO_RECIPIENT = "NO_RECIPIENT", "mottagare saknas", "No recipient is given and no routine routes it."
    NO_RECEIVING_UNIT = (
        "NO_RECEIVING_UNIT",
        "mottagande enhet saknas",
        "Nobody takes the place of a receiving unit that was addressed by mistake.",
    )
    NOT_ADMINISTRATOR = "NOT_ADMINISTRATOR", "roll saknas", "It needs a role in the administration."
    NOT_ACKNOWLEDGED = "NOT_ACKNOWLEDGED", "inte kvitterat", "It must be acknowledged first."
    NOT_FIXED_CARE_CONTACT = (
        "NOT_FIXED_CARE_CONTACT",
        "inte fast vårdkontakt",
        "Only the unit of the fixed care contact may do this.",
    )
    NOT_PARTY = "NOT_PARTY", "deltar inte", "The unit takes no part in it."
    NOT_RECIPIENT = "NOT_RECIPIENT", "inte mottagare", "Only a receiving unit may do this."
    NOT_SENDER = "NOT_SENDER", "inte avsändare", "Only the sending unit may do this."
    NOT_TO_BE_BACKFILLED = (
        "NOT_TO_BE_BACKFILLED",
        "ska inte efterregistreras",
        "The routine says that it is not to be registered after the outage.",
    )
    OUTAGE_ACTIVE = "OUTAGE_ACTIVE", "driftstopp pågår", "The system is down in the region: it goes by phone."
    OUTAGE_INTERVAL_WRONG = (
        "OUTAGE_INTERVAL_WRONG",
        "fel tid för avbrottet",
        "The outage would end before it begins, or be planned for a time that has passed.",
    )
    OUTAGE_OVERLAPS = "OUTAGE_OVERLAPS", "avbrott överlappar", "Another outage of the region was at that time."
    OUTPATIENT_CARE_MISSING = (
        "OUTPATIENT_CARE_MISSING",
        "öppenvården saknas",
        "The regionally financed outpatient care must be a recipient too.",
    )
    OUTSIDE_MUNICIPALITY = (
        "OUTSIDE_MUNICIPALITY",
        "utanför kommunen",
        "A municipality forwards only to units of its own.",
    )
    OUTSIDE_OUTAGE = "OUTSIDE_OUTAGE", "utanför avbrottet", "The moment does not lie in the outage."
    OWN_ACCESS = "OWN_ACCESS", "egen åtkomst", "Nobody reviews what was done by himself or herself."
    OWN_PERMISSION = "OWN_PERMISSION", "egen behörighet", "Nobody decides on permissions of one's own."
    PARTY_NOT_COVERED = "PARTY_NOT_COVERED", "enhet omfattas inte", "The routine does not cover this kind of unit."
    PATIENT_NOT_DECEASED = "PATIENT_NOT_DECEASED", "inte avliden", "The patient is not registered as deceased."
    PATIENT_NOT_ENROLLED = (
        "PATIENT_NOT_ENROLLED",
        "inte inskriven i kommunal hälso- och sjukvård",
        "The patient is not enrolled in municipal health care.",
    )
    PERIOD_WRONG = "PERIOD_WRONG", "fel tid", "It would end before now, or last longer than it may."
    PLAN_ALREADY_OPEN = "PLAN_ALREADY_OPEN", "SIP pågår redan", "The patient already has an open plan (SIP)."
    PROCESS_ORDER = "PROCESS_ORDER", "fel ordning", "Something else must be done first."
    PROTECTED_IDENTITY = (
        "PROTECTED_IDENTITY",
        "skyddade personuppgifter",
        "The patient's identity is protected: where the person lives must not be given away.",
    )
    RECEIPT_NOT_CONFIRMED = (
        "RECEIPT_NOT_CONFIRMED",
        "mottagandet är inte säkerställt",
        "It is not ensured that the receiving unit has received the information.",
    )
    RECIPIENT_IS_SENDER = "RECIPIENT_IS_SENDER", "mottagare är avsändare", "A unit cannot write to itself."
    RECOVERY_REMAINS = "RECOVERY_REMAINS", "uppgifter kvar", "Something is left to do after the outage."
    ROLE_ENDED = "ROLE_ENDED", "rollen är avslutad", "The role has ended."
    ROLE_HELD = "ROLE_HELD", "har redan rollen", "The assignment has the role already."
    SECRECY_HINDER = "SECRECY_HINDER", "sekretess hindrar", "Secrecy hinders that the information is given."
    SENDER_NOT_LICENSED = "SENDER_NOT_LICENSED", "inte legitimerad", "The sender has no licensed profession."
    TEXT_EMPTY = "TEXT_EMPTY", "text saknas", "The text is empty."
    TEXT_TOO_LONG = "TEXT_TOO_LONG", "för lång text", "The text is longer than can be stored."
    REASON_REQUIRED = "REASON_REQUIRED", "orsak saknas", "A reason must be given."
    TOPIC_NOT_ALLOWED = "TOPIC_NOT_ALLOWED", "ämne får inte skickas", "The topic may not be sent as a message."
    TOPIC_UNKNOWN = "TOPIC_UNKNOWN", "okänt ämne", "No enabled region knows the topic."
    TRACK_LOCKED = "TRACK_LOCKED", "spåret ligger fast", "The planning basis of this track is not to be changed."
    UNACKNOWLEDGED_REMAIN = (
        "UNACKNOWLEDGED_REMAIN",
        "okvitterade meddelanden",
        "There are notices that somebody has not acknowledged.",
    )
    UNIT_NOT_REGISTERED = "UNIT_NOT_REGISTERED", "enhet inte upplagd", "The unit is not registered and active."
    URL_NOT_ALLOWED = "URL_NOT_ALLOWED", "otillåten adress", "Nothing may be sent to that address (URL)."
    VALUE_NOT_UNDERSTOOD = (
        "VALUE_NOT_UNDERSTOOD",
        "går inte att tyda",
        "What is written there is none of what can stand there.",
    )
    WRONG_RECIPIENT_FOR_RENEWAL = (
        "WRONG_RECIPIENT_FOR_RENEWAL",
        "fel mottagare för receptförnyelse",
        "A renewal goes to the health centre where the patient is listed.",
    )
    WRONG_ROLE = "WRONG_ROLE", "fel slag av enhet", "Units of this role in the process may not do this."
    WRONG_STATE = "WRONG_STATE", "fel läge", "It is in a state where this cannot be done."


@value
class Objection:
    """One reason why an act is refused, or goes through with a warning."""

    code: ObjectionCode = Field(description="Stable code of the objection.")
    severity: Severity = Field(default=Severity.REFUSE, description="Whether it refuses or warns.")
    path: tuple[str, ...] = Field(description="Where in the input, e.g. [input, consent].")
    reason: Said = Field(description="The reason.")
    remedy: Said = Field(description="What to do instead.")
    region: str | None = Field(
        default=None, description="Code of the region whose routine objects; null for the core."
    )
    rule: str | None = Field(default=None, description="Code of the routine; null for the core's own rules.")
    source: Source | None = Field(default=None, description="The passage the routine rests on.")
    law: LegalReference | None = Field(
        default=None, description="The section of law it rests on (lagrum); null when it rests on none."
    )
    supplement: Supplement | None = Field(
        default=None, description="The public page it rests on, if that is no source document of the region."
    )
    call: tuple[Reach, ...] = Field(default=(), description="Whom to call instead, where the rule says so.")
