"""The vocabularies of an outage (driftstopp): its life, the patients it concerns, and what is done afterwards."""

from __future__ import annotations

from lifecare_gql.domain.words import Word


class OutageState(Word):
    """Where an outage stands."""

    PLANNED = "PLANNED", "planerat", "It is known beforehand; the system still runs."
    ACTIVE = "ACTIVE", "pågående", "The system is down: what is to be told goes by phone."
    RECOVERY = "RECOVERY", "efterregistrering", "The system runs again; what happened meanwhile is registered."
    CLOSED = "CLOSED", "avslutat", "Nothing more is registered for it; the report is made."
    CANCELLED = "CANCELLED", "inställt", "It was planned and never came."


class OutageEventKind(Word):
    """What happened to an outage; the events are the record, everything else is read from them."""

    PLANNED = "PLANNED", "avbrott planerat", "An outage was announced, or its time was changed."
    STARTED = "STARTED", "avbrott påbörjat", "The system went down; it may be told afterwards."
    ENDED = "ENDED", "avbrott över", "The system runs again."
    START_CORRECTED = "START_CORRECTED", "starttid rättad", "It began at another time than was said."
    END_CORRECTED = "END_CORRECTED", "sluttid rättad", "It ended at another time than was said."
    CLOSED = "CLOSED", "avbrott avslutat", "The recovery is over, and the report is made."
    CANCELLED = "CANCELLED", "avbrott inställt", "A planned outage was called off, with a reason."


class OutageRole(Word):
    """Who may tell that the system is down. No document says who that is."""

    MANAGER = "MANAGER", "den som sköter avbrott", "Whoever the region lets manage its outages."


class RegionOutageState(Word):
    """Where a region stands, all its outages taken together."""

    NORMAL = "NORMAL", "i drift", "No outage is open."
    PLANNED = "PLANNED", "avbrott planerat", "The system runs; an outage is planned."
    RECOVERY = "RECOVERY", "efterregistrering", "The system runs; what happened meanwhile is being registered."
    ACTIVE = "ACTIVE", "driftstopp", "The system is down."


class OutageClass(Word):
    """How long an outage is (V11, V12); the line between the two is an assumption."""

    SHORT = "SHORT", "kort avbrott", "Judged not to affect the work to any greater extent (V11)."
    LONG = "LONG", "längre avbrott", "The outage routine must be applied (V12)."


class PatientClass(Word):
    """What became of a patient in the outage, which decides what is registered afterwards (V29)."""

    ADMITTED = "ADMITTED", "inskriven under avbrottet", "Admitted in it, and not discharged in it."
    DISCHARGED = "DISCHARGED", "utskriven under avbrottet", "Discharged in it, and admitted before it."
    BOTH = "BOTH", "in- och utskriven under avbrottet", "Both in it: need not be registered."
    NEITHER = "NEITHER", "varken in- eller utskriven under avbrottet", "Neither in it."


class PatientStatus(Word):
    """How far a patient had come when something was to be told."""

    DISCHARGE_READY = "DISCHARGE_READY", "utskrivningsklar", "The patient has become discharge-ready."
    GONE_HOME = "GONE_HOME", "har gått hem", "The patient has left the hospital for home."


class InvoicingOrigin(Word):
    """Where something that is sent for invoicing was noted (V33)."""

    FORM = "FORM", "blankett", "On a form or in the phone log, which is its digital twin."
    BACKFILL = "BACKFILL", "efterregistrering", "It was registered afterwards."


class RecoveryKind(Word):
    """What a unit has to do after an outage (efterregistrering)."""

    REGISTER_ADMISSION_NOTICE = (
        "REGISTER_ADMISSION_NOTICE",
        "registrera inskrivningsmeddelande",
        "The patient was admitted while the system was down.",
    )
    REGISTER_DISCHARGE_NOTICE = (
        "REGISTER_DISCHARGE_NOTICE",
        "registrera utskrivningsmeddelande",
        "The patient was discharged while the system was down.",
    )
    REGISTER_DISCHARGED = (
        "REGISTER_DISCHARGED",
        "registrera som utskriven",
        "The patient was discharged while the system was down.",
    )
    REGISTER_PATIENT_INFORMATION = (
        "REGISTER_PATIENT_INFORMATION",
        "fyll i patientinformation om det är möjligt",
        "The patient has not gone home.",
    )
    SEND_PATIENT_INFORMATION_HOME = (
        "SEND_PATIENT_INFORMATION_HOME",
        "skicka patientinformation hem till patienten",
        "Filled in if possible, and sent: the patient has gone home.",
    )
    ACKNOWLEDGE = "ACKNOWLEDGE", "kvittera meddelande", "A notice or message that the unit has not acknowledged."
    CONFIRM_FIXED_CARE_CONTACT = (
        "CONFIRM_FIXED_CARE_CONTACT",
        "bekräfta fast vårdkontakt",
        "The unit has not said who the fixed care contact is.",
    )
    SEND_SIP_CALL = (
        "SEND_SIP_CALL",
        "skicka kallelse till SIP",
        "A date was agreed by phone, and no formal call is sent (V53).",
    )
    SEND_FORM = (
        "SEND_FORM",
        "skicka in blankett",
        "A filled-in form has not been sent to the administration (V33).",
    )

    @property
    def registers(self) -> bool:
        """Whether it enters what happened to the patient; such an item must say for which patients it is."""
        return self in _REGISTERS


_REGISTERS = (
    RecoveryKind.REGISTER_ADMISSION_NOTICE,
    RecoveryKind.REGISTER_DISCHARGE_NOTICE,
    RecoveryKind.REGISTER_DISCHARGED,
    RecoveryKind.REGISTER_PATIENT_INFORMATION,
    RecoveryKind.SEND_PATIENT_INFORMATION_HOME,
)
