"""The vocabularies of the discharge process (utskrivningsärende): states, events, notices, roles, clocks."""

from __future__ import annotations

from lifecare_gql.domain.words import CareType, UnitKind, Word


class PartyRole(Word):
    """The part that a unit has in the discharge process (roll)."""

    WARD = "WARD", "slutenvård", "Inpatient care: the ward where the patient is."
    OUTPATIENT_CARE = "OUTPATIENT_CARE", "öppenvård", "Regionally financed outpatient care, e.g. primary care."
    MUNICIPALITY = "MUNICIPALITY", "kommun", "The municipality: social services and municipal health care."

    @classmethod
    def of(cls, kind: UnitKind) -> PartyRole:
        """The role that a unit of this kind has."""
        return _ROLES.get(kind.care_type, cls.WARD)


_ROLES = {CareType.OUTPATIENT: PartyRole.OUTPATIENT_CARE, CareType.MUNICIPAL: PartyRole.MUNICIPALITY}


class EpisodeState(Word):
    """Where a care episode (vårdtillfälle) stands in the discharge process."""

    REQUESTED = "REQUESTED", "vårdbegäran skickad", "A care request was sent; the patient is not admitted yet."
    ADMITTED = "ADMITTED", "inskriven", "The patient is admitted; no admission notice has been sent."
    OUTSIDE_THE_LAW = "OUTSIDE_THE_LAW", "utanför lagen", "No interventions are judged to be needed afterwards."
    NOTIFIED = "NOTIFIED", "inskrivningsmeddelande skickat", "The units concerned have been notified."
    PLANNING = "PLANNING", "planering pågår", "Some unit has answered the admission notice."
    DISCHARGE_READY = "DISCHARGE_READY", "utskrivningsklar", "The units know that the patient is discharge-ready."
    READY_FOR_HOME = "READY_FOR_HOME", "hemgångsklar", "The ward has gone through the region's checklist."
    DISCHARGED = "DISCHARGED", "utskriven", "The patient has left the hospital."
    ABORTED = "ABORTED", "avbruten", "The process was broken off, with a reason."
    CLOSED = "CLOSED", "avslutad", "Discharged, and nobody has anything left to acknowledge."


class EpisodeEventKind(Word):
    """What happened in a care episode; the events are the record, everything else is read from them."""

    CARE_REQUESTED = "CARE_REQUESTED", "vårdbegäran skickad", "The hospital was asked to care for the patient."
    ADMITTED = "ADMITTED", "inskriven", "The patient was admitted to the ward."
    NEED_ASSESSED = "NEED_ASSESSED", "behov bedömt", "The physician judged that interventions may be needed."
    NO_NEED_ASSESSED = "NO_NEED_ASSESSED", "inget behov bedömt", "The physician judged that none are needed."
    SECRECY_ASSESSED = (
        "SECRECY_ASSESSED",
        "sekretess prövad",
        "The ward said whether secrecy hinders that information is given (3 kap. 1-2 §§).",
    )
    COMPULSORY_CARE_ASSESSED = (
        "COMPULSORY_CARE_ASSESSED",
        "tvångsvård prövad",
        "The ward said whether a care plan by LPT or LRV is made instead of a SIP (4 kap. 1 §).",
    )
    ADMISSION_NOTICE_SENT = "ADMISSION_NOTICE_SENT", "inskrivningsmeddelande skickat", "The units were notified."
    ACKNOWLEDGED = "ACKNOWLEDGED", "kvitterat", "A receiving unit has taken part of a notice."
    ANSWERED = "ANSWERED", "inskrivning besvarad", "A unit answered the admission notice with its interventions."
    EXPECTED_DISCHARGE_CHANGED = (
        "EXPECTED_DISCHARGE_CHANGED",
        "beräknat utskrivningsdatum ändrat",
        "The expected discharge date was changed, and the units were told.",
    )
    FIXED_CARE_CONTACT_APPOINTED = (
        "FIXED_CARE_CONTACT_APPOINTED",
        "fast vårdkontakt utsedd",
        "An outpatient unit appointed a fixed care contact.",
    )
    PLANNING_BASIS_SENT = "PLANNING_BASIS_SENT", "planeringsunderlag skickat", "The ward told what is needed."
    PLANNING_BASIS_ANSWERED = (
        "PLANNING_BASIS_ANSWERED",
        "planeringsunderlag besvarat",
        "A unit filled in its part of the planning basis.",
    )
    GENERAL_NOTICE_SENT = "GENERAL_NOTICE_SENT", "generellt meddelande skickat", "A party told or asked something."
    DISCHARGE_READY_SENT = (
        "DISCHARGE_READY_SENT",
        "underrättelse om utskrivningsklar skickad",
        "The units were told that the patient is discharge-ready.",
    )
    DISCHARGE_READY_WITHDRAWN = (
        "DISCHARGE_READY_WITHDRAWN",
        "utskrivningsklar återtagen",
        "The patient is no longer discharge-ready; what was said stays in the history.",
    )
    SIP_CALLED = "SIP_CALLED", "kallelse till SIP skickad", "The fixed care contact called to a SIP meeting."
    CAN_RECEIVE_CONFIRMED = "CAN_RECEIVE_CONFIRMED", "kan ta emot", "A unit said that it can receive the patient."
    READY_FOR_HOME_MARKED = "READY_FOR_HOME_MARKED", "hemgångsklar", "The ward marked the patient ready for home."
    DISCHARGE_NOTICE_SENT = (
        "DISCHARGE_NOTICE_SENT",
        "utskrivningsmeddelande skickat",
        "The ward transferred the information that care afterwards needs.",
    )
    PATIENT_INFORMED = "PATIENT_INFORMED", "patientinformation lämnad", "The patient got written information."
    DISCHARGED = "DISCHARGED", "utskriven", "The patient left the hospital (hemgång)."
    PHONE_CALL_LOGGED = "PHONE_CALL_LOGGED", "telefonsamtal noterat", "Information was given by phone (V28)."
    FORM_SENT = "FORM_SENT", "blankett inskickad", "A filled-in form was sent to the administration (V33)."
    MISDIRECTED = "MISDIRECTED", "felsänt", "A unit says that the notice was sent to the wrong place."
    FORWARDED = "FORWARDED", "vidaresänt", "The municipality forwarded a notice to units of its own (V57)."
    PARTICIPANT_ADDED = "PARTICIPANT_ADDED", "deltagare tillagd", "Another unit was brought into the process."
    ABORTED = "ABORTED", "avbrott i processen", "The process was broken off, with a reason."
    CLOSED = "CLOSED", "avslutat", "The care episode was closed."


class NoticeKind(Word):
    """What is sent in the discharge process (meddelandetyp). A message is sent outside it."""

    CARE_REQUEST = "CARE_REQUEST", "vårdbegäran", "Asks the hospital to care for the patient."
    ADMISSION_NOTICE = "ADMISSION_NOTICE", "inskrivningsmeddelande", "Starts the planning (2 kap. 1–3 §§)."
    EXPECTED_DISCHARGE = "EXPECTED_DISCHARGE", "ändrat beräknat utskrivningsdatum", "A new date (2 kap. 4 §)."
    ANSWER = "ANSWER", "svar på inskrivning", "Current interventions (aktuella insatser)."
    FIXED_CARE_CONTACT = "FIXED_CARE_CONTACT", "fast vårdkontakt", "Who it is (2 kap. 5 §)."
    PLANNING_BASIS = "PLANNING_BASIS", "planeringsunderlag", "What the patient needs, in parts by each party."
    GENERAL = "GENERAL", "generellt meddelande", "Anything else within the care episode."
    DISCHARGE_READY = "DISCHARGE_READY", "underrättelse om utskrivningsklar", "Starts the clocks (3 kap. 1 §)."
    DISCHARGE_READY_WITHDRAWN = "DISCHARGE_READY_WITHDRAWN", "utskrivningsklar återtagen", "Voids the clocks."
    SIP_CALL = "SIP_CALL", "kallelse till SIP", "Calls to coordinated individual planning (4 kap. 3 §)."
    READY_FOR_HOME = "READY_FOR_HOME", "hemgångsklar", "The region's checklist is gone through."
    CAN_RECEIVE = "CAN_RECEIVE", "kan ta emot", "From when the unit can receive the patient (V38)."
    DISCHARGE_NOTICE = "DISCHARGE_NOTICE", "utskrivningsmeddelande", "Information transfer (3 kap. 2 §)."
    PATIENT_INFORMATION = "PATIENT_INFORMATION", "patientinformation", "Written, to the patient (3 kap. 3 §)."
    ABORT = "ABORT", "avbrott i processen", "The process is broken off."
    MISDIRECTED = "MISDIRECTED", "felsänt meddelande", "Tells the sender that it came to the wrong place."
    FORWARDED = "FORWARDED", "vidaresänt meddelande", "Passed on within the municipality."
    PARTICIPANT_ADDED = "PARTICIPANT_ADDED", "tillagd deltagare", "Brings a unit into the process."


class LegalField(Word):
    """What an admission notice must hold (2 kap. 2 §)."""

    NAME = "NAME", "namn", "The patient's name."
    PERSONAL_NUMBER = "PERSONAL_NUMBER", "personnummer", "The personal identity number."
    REGISTERED_ADDRESS = "REGISTERED_ADDRESS", "folkbokföringsadress", "The registered address."
    EXPECTED_DISCHARGE = "EXPECTED_DISCHARGE", "beräknad tidpunkt för utskrivning", "The expected discharge."


class ClockKind(Word):
    """A time limit of the discharge process (frist)."""

    ADMISSION_NOTICE = "ADMISSION_NOTICE", "inskrivningsmeddelande inom 24 timmar", "24 elapsed hours, 2 kap. 3 §."
    INFORMATION_TRANSFER = "INFORMATION_TRANSFER", "informationsöverföring samma dag", "The same day, 3 kap. 2 §."
    SIP_CALL = "SIP_CALL", "kallelse till SIP inom tre dagar", "Three days, 4 kap. 3 §."
    PLANNING_BASIS = "PLANNING_BASIS", "planeringsunderlag", "As the region's own routine says."


class PlanningBasisStart(Word):
    """What a region's time for the planning basis is counted from."""

    ADMISSION = "ADMISSION", "från inskrivningen", "From the admission."
    ADMISSION_NOTICE = "ADMISSION_NOTICE", "från inskrivningsmeddelandet", "From when the notice was sent."
