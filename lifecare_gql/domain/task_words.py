"""What can wait for a unit in its worklist (arbetslista)."""

from __future__ import annotations

from lifecare_gql.domain.words import Word


class TaskKind(Word):
    """What waits for a unit (uppgift). Nobody enters a task: it is read from what has happened."""

    ACKNOWLEDGE_MESSAGE = "ACKNOWLEDGE_MESSAGE", "kvittera meddelande", "Acknowledge a message."
    REPLY_TO_MESSAGE = "REPLY_TO_MESSAGE", "svara på meddelande", "Answer; a receipt is not enough (H13, O14)."
    ACKNOWLEDGE_NOTICE = "ACKNOWLEDGE_NOTICE", "kvittera", "Acknowledge a notice of the discharge process."
    ASSESS_NEED = "ASSESS_NEED", "bedöma behov", "Judge whether interventions are needed after the discharge."
    SEND_ADMISSION_NOTICE = (
        "SEND_ADMISSION_NOTICE",
        "skicka inskrivningsmeddelande",
        "Notify the units concerned (2 kap. 1–3 §§).",
    )
    ANSWER_ADMISSION_NOTICE = (
        "ANSWER_ADMISSION_NOTICE",
        "besvara inskrivning",
        "Answer an acknowledged admission notice with the current interventions (V44).",
    )
    APPOINT_FIXED_CARE_CONTACT = (
        "APPOINT_FIXED_CARE_CONTACT",
        "utse fast vårdkontakt",
        "Appoint the fixed care contact before the discharge (2 kap. 5 §).",
    )
    SEND_PLANNING_BASIS = (
        "SEND_PLANNING_BASIS",
        "skicka planeringsunderlag",
        "Tell what the patient needs; only where the region sets a time for it.",
    )
    ANSWER_PLANNING_BASIS = (
        "ANSWER_PLANNING_BASIS",
        "besvara planeringsunderlag",
        "Fill in the unit's own part of the latest planning basis.",
    )
    CALL_TO_PLAN = "CALL_TO_PLAN", "kalla till SIP", "Call to coordinated individual planning (4 kap. 3 §)."
    CONFIRM_CAN_RECEIVE = (
        "CONFIRM_CAN_RECEIVE",
        "meddela när enheten kan ta emot",
        "Say from when the unit can receive the patient (V38).",
    )
    SEND_DISCHARGE_NOTICE = (
        "SEND_DISCHARGE_NOTICE",
        "skicka utskrivningsmeddelande",
        "Transfer the information that care afterwards needs (3 kap. 2 §).",
    )
    INFORM_PATIENT = "INFORM_PATIENT", "lämna patientinformation", "Give written information (3 kap. 3 §)."
    CLOSE_EPISODE = "CLOSE_EPISODE", "avsluta vårdtillfället", "Close what nobody has anything left to do in."
    CALL_TO_PLAN_MEETING = (
        "CALL_TO_PLAN_MEETING",
        "kalla till SIP utanför utskrivningsprocessen",
        "Call to the meeting that a need was found for.",
    )
    ANSWER_PLAN_CALL = "ANSWER_PLAN_CALL", "besvara kallelse till SIP", "Accept or decline before the meeting."
    ESTABLISH_PLAN = "ESTABLISH_PLAN", "upprätta SIP", "Establish the plan once the meeting has been held."
    OFFER_PLAN_COPY = "OFFER_PLAN_COPY", "erbjuda kopia av SIP", "Offer the patient a copy of the plan (V49)."
    FOLLOW_UP_PLAN = "FOLLOW_UP_PLAN", "följa upp SIP", "Follow the plan up on the day that was set."
