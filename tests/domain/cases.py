"""Messages and what the regions' routines say to them: a table meant to be read by a clinician.

Each row of `CASES` starts from a message that nobody objects to (information from home care to a health
centre, about an enrolled patient, by a licensed sender, in a case, with consent) and changes what it names.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from lifecare_gql.domain.drafts import Forum, Party, Subject
from lifecare_gql.domain.words import UnitKind, Urgency
from tests.domain.drafts import health_centre, unit

# --- what the documents say: objection, routine, fact, beginning of the quote ---


class Said(NamedTuple):
    """An objection as the tables write it; the core's own have neither routine, fact nor quote."""

    code: str
    rule: str | None = None
    fact: str | None = None
    quote: str = ""


RUTINEN_GÄLLER = "Rutinen gäller för informationsöverföring mellan berörd legitimerad personal"

H1 = Said("PARTY_NOT_COVERED", "HAL-H1", "H6", RUTINEN_GÄLLER)
H5 = Said("PATIENT_NOT_ENROLLED", "HAL-H5", "H5", "Användare i verksamheterna har identifierat ett behov")
H6 = Said("SENDER_NOT_LICENSED", "HAL-H6", "H6", RUTINEN_GÄLLER)
H7 = Said("CASE_REQUIRED", "HAL-H7", "H7", "2024-12-04 Tydliggjort att kommunikationen ska vara kopplad")
H10 = Said("WRONG_RECIPIENT_FOR_RENEWAL", "HAL-H10", "H10", "Önskan om receptförnyelse skickas alltid till den")
H10_UNLISTED = H10._replace(code="LISTED_HEALTH_CENTRE_UNKNOWN")
H11 = Said("ACUTE_NOT_ALLOWED", "HAL-H11", "H11", "Ärenden som skickas i Lifecare SP får inte vara av akut")
H15 = Said("ATTACHMENTS_NOT_SUPPORTED", "HAL-H15", "H15", "Lifecare SP kan inte användas för att bifoga bilagor")
H16 = Said("TOPIC_NOT_ALLOWED", "HAL-H16", "H16", "Lifecare SP ska inte användas vid behov av nyförskrivning")
O4 = Said("FORUM_EXISTS", "ORE-O4", "O4", "Där det finns forum som exempelvis hemsjukvårdsrond")
O9 = Said("CONSENT_REQUIRED", "ORE-O9", "O9", "Samtycke från den enskilde måste inhämtas inför varje")
O10 = Said("ACUTE_NOT_ALLOWED", "ORE-O10", "O10", "Enklare frågeställningar som inte kräver akutsvar")
O11_ALIVE = Said("PATIENT_NOT_DECEASED", "ORE-O11", "O11", "Om det pågår en SIP-process och den enskilda avlider")
O11_NO_PLAN = O11_ALIVE._replace(code="NO_OPEN_PLAN")
O12 = Said("PARTY_NOT_COVERED", "ORE-O12", "O12", "Det finns enstaka separata överenskommelser")
O13 = Said("TOPIC_NOT_ALLOWED", "ORE-O13", "O13", "Det är inte lämpligt att använda Meddelande utanför")

NO_ATTACHMENTS = Said("ATTACHMENTS_NOT_SUPPORTED")
NO_RECIPIENT = Said("NO_RECIPIENT")

# --- the facts that the rows change ---

ACUTE = {"urgency": Urgency.ACUTE}
NO_CONSENT: dict[str, Any] = {"consent": None}
REPLY = {"is_reply": True}
UNLICENSED = {"sender_licensed": False}
NO_CASE = {"has_case": False}
NOT_ENROLLED = {"subject": Subject(enrolled=False)}
ATTACHED = {"attachments": 1}
DEAD = Subject(deceased=True, open_plan=True)


def about(topic: str, **changes: Any) -> dict[str, Any]:
    return {"topic": topic, **changes}


def to(*recipients: Party) -> dict[str, Any]:
    return {"recipients": recipients}


def sent_from(sender: Party) -> dict[str, Any]:
    return {"sender": sender}


def renewal(listed: Party | None, *recipients: Party, **changes: Any) -> dict[str, Any]:
    return about("PRESCRIPTION_RENEWAL", subject=Subject(listed_at=listed), **to(*recipients), **changes)


OWN, OTHER = health_centre("halland", "den listade"), health_centre("halland", "en annan")
WARD = unit("avdelningen", UnitKind.INPATIENT_WARD, "halland")
EMERGENCY = unit("akuten", UnitKind.EMERGENCY_DEPARTMENT, "halland")
PSYCHIATRY = unit("öppenvårdspsykiatrin", UnitKind.PSYCHIATRIC_OUTPATIENT, "orebro")
ROUND = Forum(name="hemsjukvårdsrond", recipient=health_centre("orebro").id)
ELSEWHERE = Forum(name="hemsjukvårdsrond", recipient=health_centre("orebro", "en annan").id)

# case in words, from region, to region, changes, what is objected
CASES: list[tuple[str, str, str, dict[str, Any], list[Said]]] = [
    # Halland
    ("Halland: the good message", "halland", "halland", {}, []),
    ("Halland: the sender is not licensed", "halland", "halland", UNLICENSED, [H6]),
    ("Halland: a reply by somebody not licensed", "halland", "halland", {**UNLICENSED, **REPLY}, [H6]),
    ("Halland: without a case", "halland", "halland", NO_CASE, [H7]),
    ("Halland: a reply without a case", "halland", "halland", {**NO_CASE, **REPLY}, [H7]),
    ("Halland: consent is not asked for", "halland", "halland", NO_CONSENT, []),
    ("Halland: acute", "halland", "halland", ACUTE, [H11]),
    ("Halland: with an attachment", "halland", "halland", ATTACHED, [NO_ATTACHMENTS, H15]),
    ("Halland: a reply with an attachment", "halland", "halland", {**ATTACHED, **REPLY}, [NO_ATTACHMENTS, H15]),
    ("Halland: a new prescription", "halland", "halland", about("NEW_PRESCRIPTION"), [H16]),
    ("Halland: a single home visit", "halland", "halland", about("HOME_VISIT"), []),
    ("Halland: a question on treatment", "halland", "halland", about("TREATMENT"), []),
    ("Halland: to a ward", "halland", "halland", to(WARD), [H1]),
    ("Halland: to an emergency department and a ward", "halland", "halland", to(EMERGENCY, OWN, WARD), [H1, H1]),
    ("Halland: from a ward", "halland", "halland", sent_from(WARD), [H1]),
    ("Halland: a renewal to the listed health centre", "halland", "halland", renewal(OWN, OWN), []),
    ("Halland: a renewal without recipient is routed", "halland", "halland", renewal(OWN), []),
    ("Halland: a renewal to another health centre", "halland", "halland", renewal(OWN, OTHER), [H10]),
    ("Halland: a renewal to the listed one and another", "halland", "halland", renewal(OWN, OWN, OTHER), [H10]),
    ("Halland: a renewal, patient listed nowhere", "halland", "halland", renewal(None, OTHER), [H10_UNLISTED]),
    ("Halland: the same without recipient", "halland", "halland", renewal(None), [NO_RECIPIENT, H10_UNLISTED]),
    ("Halland: a routed renewal that is acute", "halland", "halland", renewal(OWN, **ACUTE), [H11]),
    ("Halland: another topic is not routed", "halland", "halland", to(), [NO_RECIPIENT]),
    (
        "Halland: everything wrong at once",
        "halland",
        "halland",
        {**about("NEW_PRESCRIPTION"), **ACUTE, **UNLICENSED, **NO_CASE, **ATTACHED, **to(WARD)},
        [NO_ATTACHMENTS, H1, H6, H7, H11, H15, H16],
    ),
    # Örebro
    ("Örebro: the good message", "orebro", "orebro", {}, []),
    ("Örebro: without consent", "orebro", "orebro", NO_CONSENT, [O9]),
    ("Örebro: a reply without consent (Q1)", "orebro", "orebro", {**NO_CONSENT, **REPLY}, [O9]),
    ("Örebro: acute", "orebro", "orebro", ACUTE, [O10]),
    ("Örebro: a forum with the recipient", "orebro", "orebro", {"forums": (ROUND,)}, [O4]),
    ("Örebro: a forum with somebody else", "orebro", "orebro", {"forums": (ELSEWHERE,)}, []),
    ("Örebro: agreed feedback", "orebro", "orebro", about("FEEDBACK"), []),
    ("Örebro: a simple question", "orebro", "orebro", about("QUESTION"), []),
    ("Örebro: a request for contact", "orebro", "orebro", about("CONTACT_REQUEST"), []),
    ("Örebro: a single aid", "orebro", "orebro", about("SINGLE_AID"), []),
    ("Örebro: a question on medication", "orebro", "orebro", about("MEDICATION"), [O13]),
    ("Örebro: a renewal of a prescription", "orebro", "orebro", about("PRESCRIPTION_RENEWAL"), [O13]),
    ("Örebro: a new prescription", "orebro", "orebro", about("NEW_PRESCRIPTION"), [O13]),
    ("Örebro: a question on treatment", "orebro", "orebro", about("TREATMENT"), [O13]),
    ("Örebro: an order of interventions", "orebro", "orebro", about("INTERVENTION_ORDER"), [O13]),
    ("Örebro: handing over a patient", "orebro", "orebro", about("HANDOVER"), [O13]),
    ("Örebro: a death with an open plan", "orebro", "orebro", about("DEATH_DURING_SIP", subject=DEAD), []),
    (
        "Örebro: the same without consent, which is waived (Q2)",
        "orebro",
        "orebro",
        about("DEATH_DURING_SIP", subject=DEAD, consent=None),
        [],
    ),
    (
        "Örebro: a death without an open plan",
        "orebro",
        "orebro",
        about("DEATH_DURING_SIP", subject=Subject(deceased=True)),
        [O11_NO_PLAN],
    ),
    (
        "Örebro: a death, but the patient lives",
        "orebro",
        "orebro",
        about("DEATH_DURING_SIP", subject=Subject(open_plan=True)),
        [O11_ALIVE],
    ),
    (
        "Örebro: neither dead nor with a plan",
        "orebro",
        "orebro",
        about("DEATH_DURING_SIP"),
        [O11_ALIVE, O11_NO_PLAN],
    ),
    ("Örebro: psychiatry's topic without psychiatry", "orebro", "orebro", about("PSYCHIATRIC_DISCHARGE"), [O12]),
    (
        "Örebro: psychiatry's topic from psychiatry",
        "orebro",
        "orebro",
        about("PSYCHIATRIC_DISCHARGE", **sent_from(PSYCHIATRY)),
        [],
    ),
    (
        "Örebro: psychiatry's topic to psychiatry",
        "orebro",
        "orebro",
        about("PSYCHIATRIC_DISCHARGE", **to(PSYCHIATRY)),
        [],
    ),
    ("Örebro: neither licensed nor in a case", "orebro", "orebro", {**UNLICENSED, **NO_CASE}, []),
    ("Örebro: the core carries no attachments", "orebro", "orebro", ATTACHED, [NO_ATTACHMENTS]),
    (
        "Örebro: everything wrong at once",
        "orebro",
        "orebro",
        {**about("HANDOVER"), **ACUTE, **NO_CONSENT, "forums": (ROUND,)},
        [O4, O9, O10, O13],
    ),
    # Stockholm and Västernorrland say nothing of messages
    (
        "Stockholm: acute, without consent or case",
        "stockholm",
        "stockholm",
        {**ACUTE, **NO_CONSENT, **NO_CASE},
        [],
    ),
    ("Stockholm: a new prescription", "stockholm", "stockholm", about("NEW_PRESCRIPTION"), []),
    ("Västernorrland: acute, unlicensed", "vasternorrland", "vasternorrland", {**ACUTE, **UNLICENSED}, []),
    ("Västernorrland: handing over", "vasternorrland", "vasternorrland", about("HANDOVER", consent=None), []),
    # across a border both regions' routines apply
    ("Halland to Örebro: the good message", "halland", "orebro", {}, []),
    ("Halland to Örebro: without consent", "halland", "orebro", NO_CONSENT, [O9]),
    ("Örebro to Halland: not licensed", "orebro", "halland", UNLICENSED, [H6]),
    ("Halland to Örebro: acute", "halland", "orebro", ACUTE, [H11, O10]),
    ("Örebro to Halland: acute", "orebro", "halland", ACUTE, [O10, H11]),
    ("Örebro to Halland: a new prescription", "orebro", "halland", about("NEW_PRESCRIPTION"), [O13, H16]),
    ("Örebro to Halland: no consent, no case", "orebro", "halland", {**NO_CONSENT, **NO_CASE}, [O9, H7]),
    (
        "Halland to Örebro: a renewal to the listed health centre there",
        "halland",
        "orebro",
        about("PRESCRIPTION_RENEWAL"),
        [O13],
    ),
    ("Stockholm to Halland: acute", "stockholm", "halland", ACUTE, [H11]),
    ("Halland to Västernorrland: without a case", "halland", "vasternorrland", NO_CASE, [H7]),
]
