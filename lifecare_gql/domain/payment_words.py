"""The vocabularies of payment liability (betalningsansvar)."""

from __future__ import annotations

from lifecare_gql.domain.words import Word


class PaymentStatus(Word):
    """Where a municipality's payment liability stands (betalningsansvar). Of several the first counts."""

    NOT_LIABLE = "NOT_LIABLE", "inget betalningsansvar", "As the facts stand, nobody owes anything."
    BLOCKED = "BLOCKED", "hindrat", "The notices are there, but something else hinders liability (5:2, 5:5)."
    PENDING = "PENDING", "inträder senare", "Nothing hinders it, but it has not begun."
    LIABLE = "LIABLE", "betalningsansvar", "The municipality is liable from the start date."


class OutpatientCare(Word):
    """Whether outpatient care's interventions are there for the patient (öppenvårdens insatser, 5:5)."""

    AVAILABLE = "AVAILABLE", "tillgängliga", "The interventions are there, or none are needed."
    UNAVAILABLE = "UNAVAILABLE", "inte tillgängliga", "The patient cannot leave hospital for want of them."
    UNCLEAR = "UNCLEAR", "oklart", "Nobody knows whether they are there."


class CountedPersons(Word):
    """Which discharged persons an average counts (vilka som räknas)."""

    ALL_DISCHARGED = "ALL_DISCHARGED", "alla utskrivna", "Everybody discharged after a discharge-ready notice."
    WITH_NOTICES = (
        "WITH_NOTICES",
        "med de meddelanden som krävs",
        "Only persons with admission notice, discharge-ready notice and, where a SIP is needed, the call to it.",
    )


class CountedDays(Word):
    """Which days from discharge-ready to discharge an average counts (hur dagar räknas)."""

    CALENDAR_DAYS = "CALENDAR_DAYS", "kalenderdagar", "All days; the day of the notice is day 0."


class PaymentReasonCode(Word):
    """Why a payment liability is as it is. Stable: clients may branch on it."""

    PAYER_REGISTERED = "PAYER_REGISTERED", "folkbokföringskommunen", "Pays as the municipality of registration."
    PAYER_PLACED = "PAYER_PLACED", "placerande kommun", "Pays as the municipality that decided on the placement."
    PAYER_UNKNOWN = "PAYER_UNKNOWN", "betalande kommun okänd", "Neither municipality is known."
    ADMISSION_NOTICE_SENT = "ADMISSION_NOTICE_SENT", "inskrivningsmeddelande finns", "It exists and is complete."
    ADMISSION_NOTICE_MISSING = "ADMISSION_NOTICE_MISSING", "inskrivningsmeddelande saknas", "None was sent."
    ADMISSION_NOTICE_INCOMPLETE = (
        "ADMISSION_NOTICE_INCOMPLETE",
        "ofullständigt inskrivningsmeddelande",
        "Some of the four legal fields is missing.",
    )
    ADMISSION_NOTICE_LATE = (
        "ADMISSION_NOTICE_LATE",
        "sent inskrivningsmeddelande",
        "Sent after more than 24 hours.",
    )
    DISCHARGE_READY_SENT = "DISCHARGE_READY_SENT", "underrättelse om utskrivningsklar", "A notice stands."
    DISCHARGE_READY_MISSING = (
        "DISCHARGE_READY_MISSING",
        "underrättelse om utskrivningsklar saknas",
        "No notice was sent.",
    )
    DISCHARGE_READY_WITHDRAWN = (
        "DISCHARGE_READY_WITHDRAWN",
        "utskrivningsklar återtagen",
        "A notice was withdrawn: the clock that it started is void.",
    )
    SIP_NOT_REQUIRED = "SIP_NOT_REQUIRED", "SIP krävs inte", "No call is demanded."
    SIP_CALLED = "SIP_CALLED", "kallelse till SIP finns", "The fixed care contact called in time."
    SIP_CALL_MISSING = "SIP_CALL_MISSING", "kallelse till SIP saknas", "Nobody has called."
    SIP_CALL_BY_OTHER = (
        "SIP_CALL_BY_OTHER",
        "kallelse till SIP av annan",
        "Somebody else than the fixed care contact called.",
    )
    SIP_CALL_LATE = "SIP_CALL_LATE", "sen kallelse till SIP", "The call came after the last day."
    OUTPATIENT_CARE_AVAILABLE = "OUTPATIENT_CARE_AVAILABLE", "öppenvårdens insatser finns", "Nothing hinders."
    OUTPATIENT_CARE_UNAVAILABLE = "OUTPATIENT_CARE_UNAVAILABLE", "öppenvårdens insatser saknas", "It hinders."
    OUTPATIENT_CARE_UNCLEAR = "OUTPATIENT_CARE_UNCLEAR", "oklart om öppenvårdens insatser finns", "It hinders."
    STARTS_AFTER_THREE_DAYS = "STARTS_AFTER_THREE_DAYS", "tre dagar efter", "The notice was not sent after noon."
    STARTS_AFTER_FOUR_DAYS = "STARTS_AFTER_FOUR_DAYS", "fyra dagar efter", "The notice was sent after noon."
    SENT_AT_EXACTLY_NOON = "SENT_AT_EXACTLY_NOON", "skickad klockan 12.00", "Whether it is after noon is open (i)."
    STARTS_ON_DAY_OFF = "STARTS_ON_DAY_OFF", "inträder en ledig dag", "Whether that moves the start is open (iv)."
    DISCHARGED_IN_TIME = "DISCHARGED_IN_TIME", "utskriven i tid", "Discharged before any day was charged."
    DISCHARGE_DAY = "DISCHARGE_DAY", "utskrivningsdagen", "Whether the day of discharge is charged is open (ii)."
    AMOUNT_KNOWN = "AMOUNT_KNOWN", "belopp", "The year's amount has a source."
    AMOUNT_SECONDARY = "AMOUNT_SECONDARY", "belopp ur sekundär källa", "The amount is only known at second hand."
    AMOUNT_UNKNOWN = "AMOUNT_UNKNOWN", "belopp okänt", "No source states the year's amount; none is estimated."
    AVERAGE_DECIDES = "AVERAGE_DECIDES", "genomsnittet avgör", "An average decides, not the single episode."
    NOT_DISCHARGED = "NOT_DISCHARGED", "inte utskriven", "Only discharged persons are counted."
    DAY_ZERO_NOT_COUNTED = "DAY_ZERO_NOT_COUNTED", "dag 0 räknas inte", "Discharged on the day of the notice."
    PARAMETER_UNSAID = "PARAMETER_UNSAID", "anges inte av källan", "The model's source leaves it out."
    LEVEL_GIVEN = "LEVEL_GIVEN", "angiven nivå", "The level was given with the question, not by a source."
    LEVEL_EXCEEDED = "LEVEL_EXCEEDED", "över nivån", "The average exceeds the level."
    LEVEL_NOT_EXCEEDED = "LEVEL_NOT_EXCEEDED", "inte över nivån", "The average does not exceed the level."
    CHARGE_UNSAID = "CHARGE_UNSAID", "debiterade dagar okända", "No source says how many days are then charged."
