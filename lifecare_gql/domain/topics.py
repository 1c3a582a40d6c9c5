"""What a message is about. The core knows the field's common words; regions add their own as data."""

from __future__ import annotations

from pydantic import Field

from lifecare_gql.domain.values import value


@value
class Topic:
    """What a message outside the care episode is about (ärendetyp). Whether it may be sent is a region's rule."""

    code: str = Field(pattern=r"^[A-Z][A-Z_]+$", description="Stable code of the topic.")
    swedish: str = Field(description="The Swedish term.")
    english: str = Field(description="The English label.")


def _topic(code: str, swedish: str, english: str) -> Topic:
    return Topic(code=code, swedish=swedish, english=english)


COMMON_TOPICS = (
    _topic("INFORMATION", "information", "Information only"),
    _topic("QUESTION", "enklare frågeställning", "A simple question"),
    _topic("FEEDBACK", "överenskommen återkoppling", "Agreed feedback to another party"),
    _topic("CONTACT_REQUEST", "önskemål om kontakt", "A request for contact"),
    _topic("PRESCRIPTION_RENEWAL", "receptförnyelse", "Renewal of a prescription"),
    _topic("NEW_PRESCRIPTION", "nyförskrivning av läkemedel", "A new prescription"),
    _topic("MEDICATION", "läkemedelsfråga", "A question on medication"),
    _topic("TREATMENT", "behandlingsfråga", "A question on treatment"),
    _topic("INTERVENTION_ORDER", "beställning av insatser", "An order of interventions"),
    _topic("HANDOVER", "överrapportering", "Handing over a patient"),
    _topic("HOME_VISIT", "enstaka hembesök", "A single home visit"),
    _topic("HOME_CARE_ADMISSION", "inskrivning i hemsjukvård", "Admission to home health care"),
    _topic("HOME_CARE_DISCHARGE", "utskrivning ur hemsjukvård", "Discharge from home health care"),
    _topic("DEATH_DURING_SIP", "dödsfall under pågående SIP-process", "The death of a person with an open plan"),
)
