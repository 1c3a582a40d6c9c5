"""The closed vocabularies of the core. Each word stands once: here.

The stored value equals the name, so TOML, database and GraphQL show the same word.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from lifecare_gql.domain.texts import Text, said


class Word(StrEnum):
    """A member of a closed vocabulary, with its Swedish term of art and an English description."""

    swedish: str
    english: str

    def __new__(cls, value: str, swedish: str, english: str) -> Self:
        word = str.__new__(cls, value)
        word._value_ = value
        word.swedish = swedish
        word.english = english
        return word

    @property
    def term(self) -> Text:
        """The Swedish term of art as a text, to stand in another one."""
        return said(self.swedish)


class Principal(Word):
    """Who is responsible for the care (huvudman)."""

    REGION = "REGION", "region", "The region: hospitals and regionally financed outpatient care."
    MUNICIPALITY = "MUNICIPALITY", "kommun", "The municipality: social services and municipal health care."
    PRIVATE = "PRIVATE", "privat utförare", "A private provider under agreement with a region or municipality."


class CareType(Word):
    """Kind of care that a unit gives; selects the outage procedure (V9)."""

    SOMATIC_INPATIENT = "SOMATIC_INPATIENT", "somatisk slutenvård", "Somatic hospital ward."
    PSYCHIATRIC_INPATIENT = "PSYCHIATRIC_INPATIENT", "psykiatrisk slutenvård", "Psychiatric hospital ward."
    OUTPATIENT = "OUTPATIENT", "primärvård/öppenvård", "Primary care and other outpatient care."
    MUNICIPAL = "MUNICIPAL", "kommunal vård och omsorg", "Municipal health care and social services."


class UnitKind(Word):
    """Kind of unit (enhetstyp), as the source documents name them (H22, V9, S108-S115)."""

    INPATIENT_WARD = "INPATIENT_WARD", "slutenvårdsavdelning", "Somatic hospital ward (H22)."
    PSYCHIATRIC_WARD = "PSYCHIATRIC_WARD", "psykiatrisk slutenvårdsavdelning", "Psychiatric ward (V9, S108)."
    EMERGENCY_DEPARTMENT = "EMERGENCY_DEPARTMENT", "akutmottagning", "Emergency department (S110)."
    GERIATRIC_CLINIC = "GERIATRIC_CLINIC", "geriatrisk klinik", "Geriatric clinic (S108)."
    PALLIATIVE_WARD = "PALLIATIVE_WARD", "specialiserad palliativ slutenvård", "Palliative ward (S108)."
    HEALTH_CENTRE = (
        "HEALTH_CENTRE",
        "vårdcentral, hälsocentral, husläkarmottagning",
        "Primary care centre, the only kind that a patient is listed at (H10, S108, V23).",
    )
    PRIMARY_CARE_REHAB = "PRIMARY_CARE_REHAB", "primärvårdsrehab", "Primary care rehabilitation (S110)."
    ADVANCED_HOME_CARE = "ADVANCED_HOME_CARE", "ASIH, avancerad sjukvård i hemmet", "Advanced home care (S110)."
    REGIONAL_HOME_CARE = (
        "REGIONAL_HOME_CARE",
        "hemsjukvård kvällar, nätter och helger",
        "Regional home care (S110).",
    )
    PSYCHIATRIC_OUTPATIENT = (
        "PSYCHIATRIC_OUTPATIENT",
        "psykiatrisk öppenvård",
        "Psychiatric outpatient care (H22).",
    )
    CHILD_PSYCHIATRY = "CHILD_PSYCHIATRY", "barn- och ungdomspsykiatri", "Child psychiatry (S113)."
    ADDICTION_CARE = "ADDICTION_CARE", "beroendevård", "Addiction care (S113)."
    EATING_DISORDER_CARE = "EATING_DISORDER_CARE", "ätstörningsvård", "Eating disorder care (S113)."
    FORENSIC_PSYCHIATRY = "FORENSIC_PSYCHIATRY", "rättspsykiatri", "Forensic psychiatry (S113)."
    PAEDIATRIC_CARE = "PAEDIATRIC_CARE", "somatik för barn och unga", "Somatic care of children (S108, S113)."
    SPECIALIST_CLINIC = "SPECIALIST_CLINIC", "specialistmottagning", "Specialist outpatient clinic (H22)."
    NEEDS_ASSESSMENT = (
        "NEEDS_ASSESSMENT",
        "biståndshandläggning, myndighet",
        "Municipal authority that assesses needs; the municipality's one way in (V17, V57).",
    )
    MUNICIPAL_HEALTH_CARE = "MUNICIPAL_HEALTH_CARE", "kommunal hemsjukvård", "Municipal home health care (H22)."
    NURSING_HOME = "NURSING_HOME", "särskilt boende för äldre", "Nursing home with municipal health care (S111)."
    SHORT_TERM_HOUSING = "SHORT_TERM_HOUSING", "korttidsboende", "Short-term housing (S112)."
    SERVICE_HOUSING = "SERVICE_HOUSING", "serviceboende", "Service housing (S112)."
    DISABILITY_HOUSING = "DISABILITY_HOUSING", "bostad med särskild service, LSS", "Disability housing (S115)."
    SOCIAL_PSYCHIATRY = "SOCIAL_PSYCHIATRY", "socialpsykiatri", "Municipal social psychiatry (S115)."
    CHILD_WELFARE = "CHILD_WELFARE", "myndigheten för barn och unga", "Municipal child welfare (S115)."
    MUNICIPAL_ADDICTION = "MUNICIPAL_ADDICTION", "myndigheten för beroende", "Municipal addiction services (S115)."

    @property
    def care_type(self) -> CareType:
        """The care type whose outage procedure the unit follows (V9)."""
        return _CARE_TYPES.get(self, CareType.OUTPATIENT)


_INPATIENT = (
    UnitKind.INPATIENT_WARD,
    UnitKind.EMERGENCY_DEPARTMENT,
    UnitKind.GERIATRIC_CLINIC,
    UnitKind.PALLIATIVE_WARD,
)
_MUNICIPAL = (
    UnitKind.NEEDS_ASSESSMENT,
    UnitKind.MUNICIPAL_HEALTH_CARE,
    UnitKind.NURSING_HOME,
    UnitKind.SHORT_TERM_HOUSING,
    UnitKind.SERVICE_HOUSING,
    UnitKind.DISABILITY_HOUSING,
    UnitKind.SOCIAL_PSYCHIATRY,
    UnitKind.CHILD_WELFARE,
    UnitKind.MUNICIPAL_ADDICTION,
)
_CARE_TYPES: dict[UnitKind, CareType] = {
    **dict.fromkeys(_INPATIENT, CareType.SOMATIC_INPATIENT),
    UnitKind.PSYCHIATRIC_WARD: CareType.PSYCHIATRIC_INPATIENT,
    **dict.fromkeys(_MUNICIPAL, CareType.MUNICIPAL),
}


class Urgency(Word):
    """How soon the matter must be handled, as the sender declares it. Free text cannot be proven."""

    ROUTINE = "ROUTINE", "inte akut", "Can wait for an ordinary answer."
    ACUTE = "ACUTE", "akut", "Needs an answer at once (H11, O10)."


class Purpose(Word):
    """Why a message is sent (H9)."""

    SHARE_INFORMATION = "SHARE_INFORMATION", "delge information", "Information that the other party benefits from."
    REQUEST_REPLY = "REQUEST_REPLY", "begära svar", "The sender needs an answer or information."


class MessageState(Word):
    """Where a message outside the care episode stands, all recipients taken together."""

    SENT = "SENT", "skickat", "Some recipient has not acknowledged it yet."
    ACKNOWLEDGED = "ACKNOWLEDGED", "kvitterat", "Every recipient has acknowledged; an answer is missing."
    ANSWERED = "ANSWERED", "besvarat", "Every recipient has answered."
    CLOSED = "CLOSED", "avslutat", "The sender has closed it."
    RETRACTED = "RETRACTED", "återtaget", "The sender took it back before anybody had acknowledged it."
    MISDIRECTED = "MISDIRECTED", "felsänt", "Every recipient says that it was sent to the wrong place."


class ReceiptState(Word):
    """Where a message stands with one recipient (kvittens per mottagare)."""

    SENT = "SENT", "skickat", "Not acknowledged yet."
    ACKNOWLEDGED = "ACKNOWLEDGED", "kvitterat", "Somebody at the unit has taken part of it."
    ANSWERED = "ANSWERED", "besvarat", "The unit has replied."
    MISDIRECTED = "MISDIRECTED", "felsänt", "The unit says that it was sent to the wrong place."


class Awaiting(Word):
    """What the sender still waits for (O5-O7: the sender must otherwise keep track by other means)."""

    ACKNOWLEDGEMENT = "ACKNOWLEDGEMENT", "väntar på kvittens", "Some recipient has not acknowledged."
    REPLY = "REPLY", "väntar på svar", "Some recipient must answer and has not."
    NOTHING = "NOTHING", "väntar inte på något", "Nothing more is expected."


class MessageEventKind(Word):
    """What happened to a message; the events are the record, states are read from them."""

    SENT = "SENT", "skickat", "The message was sent."
    ACKNOWLEDGED = "ACKNOWLEDGED", "kvitterat", "A recipient acknowledged it."
    ANSWERED = "ANSWERED", "besvarat", "A recipient replied, which also acknowledges."
    RETRACTED = "RETRACTED", "återtaget", "The sender took it back."
    MISDIRECTED = "MISDIRECTED", "felsänt", "A recipient marked it as sent to the wrong place."
    CLOSED = "CLOSED", "avslutat", "The sender closed it."


class Protection(Word):
    """Protected identity (skyddade personuppgifter).

    The third degree, fingerade personuppgifter (lag 1991:483), has no word: the person has a new identity like
    anybody else's, and nothing may tell that there was another.
    """

    NONE = "NONE", "ingen skyddsmarkering", "No protection is registered."
    CONFIDENTIALITY_MARK = "CONFIDENTIALITY_MARK", "sekretessmarkering", "Confidentiality mark, OSL 22:1."
    PROTECTED_REGISTRATION = (
        "PROTECTED_REGISTRATION",
        "skyddad folkbokföring",
        "Registered at another place than where the person lives, folkbokföringslagen 16 §.",
    )


class CareRelationKind(Word):
    """Why a unit takes part in a patient's care."""

    LISTED = "LISTED", "listad", "The patient is listed at the health centre."
    ENROLLED = "ENROLLED", "inskriven i kommunal hälso- och sjukvård", "Enrolled in municipal health care (H5)."
    MESSAGE = "MESSAGE", "part i meddelande", "The unit sent or received a message about the patient."
    CASE = "CASE", "part i ärende", "The unit takes part in one of the patient's cases."
    EPISODE = "EPISODE", "part i vårdtillfälle", "The unit takes part in a discharge process of the patient's."
    PLAN = "PLAN", "part i SIP", "The unit takes part in the patient's coordinated individual plan."


class ConsentForm(Word):
    """How the individual gave consent (samtycke)."""

    ORAL = "ORAL", "muntligt", "Given by word of mouth."
    WRITTEN = "WRITTEN", "skriftligt", "Given in writing."


class AccessAct(Word):
    """What was done, in the access log (åtkomstlogg, PDL 4:3)."""

    READ = "READ", "läst", "The patient's data was shown."
    CREATE = "CREATE", "skapat", "Something was entered in the patient's record."
    UPDATE = "UPDATE", "ändrat", "The state of something in the record was changed."
    REFUSED = "REFUSED", "nekat av rutin", "An act was refused by the routines; nothing was changed."
    DENIED = "DENIED", "nekad åtkomst", "Access was denied; nothing was shown."
    AUDITED = "AUDITED", "logg granskad", "What the log says about the patient was shown to a reviewer."
    REVIEWED = "REVIEWED", "loggkontroll antecknad", "What came of a review of the log was noted."
    EXTRACTED = "EXTRACTED", "loggutdrag", "The patient's extract of the log was made."
    EMERGENCY = "EMERGENCY", "nödöppning", "Access was opened in an emergency; it is to be reviewed."


class Severity(Word):
    """What a routine does when its demand is not met."""

    REFUSE = "REFUSE", "hindrar", "The act is refused."
    WARN = "WARN", "varnar", "The act goes through with a warning."


class FactUse(Word):
    """How a fact of a source document is used in this product."""

    ENFORCED = "ENFORCED", "upprätthålls", "The API refuses or forces it."
    COMPUTED = "COMPUTED", "beräknas", "The API computes it: a deadline, a list, a routing."
    SHOWN = "SHOWN", "visas", "It can be read, with its source."
    PENDING = "PENDING", "återstår", "Readable, but what it demands is not built yet."


class ConsentKind(Word):
    """What a consent is for, and how long it lasts (samtycke). That to one message stands with the message."""

    PROCESS = (
        "PROCESS",
        "informationsdelning i vårdtillfället",
        "Sharing among those who take part in one care episode; lasts as long as it does.",
    )
    PLAN = "PLAN", "upprättande av SIP", "Making the plan (4 kap. 2 §); lasts as long as the plan."
    SHARED_RECORDS = (
        "SHARED_RECORDS",
        "sammanhållen vård- och omsorgsdokumentation",
        "Reading the records of others (2022:913, 3 kap.); lasts until it is withdrawn.",
    )


class ConsentState(Word):
    """Where a consent stands. What was said before stays in its history."""

    ASKED = "ASKED", "tillfrågad", "The individual has been asked and has not answered yet."
    GIVEN = "GIVEN", "lämnat", "The individual consents."
    REFUSED = "REFUSED", "nekat", "The individual does not consent."
    NOT_ABLE = "NOT_ABLE", "kan inte ta ställning", "The individual cannot take a stand; nothing is consented to."
    WITHDRAWN = "WITHDRAWN", "återkallat", "The individual has taken a consent back."
