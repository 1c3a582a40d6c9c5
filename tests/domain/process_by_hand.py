"""The discharge process drawn by hand, independently of the code: what the tests hold it against."""

from __future__ import annotations

from lifecare_gql.domain.episode_words import EpisodeState, PartyRole

# The states in the order of the process; the first is before anything has happened.
COLUMNS: tuple[EpisodeState | None, ...] = (
    None,
    EpisodeState.REQUESTED,
    EpisodeState.OUTSIDE_THE_LAW,
    EpisodeState.ADMITTED,
    EpisodeState.NOTIFIED,
    EpisodeState.PLANNING,
    EpisodeState.DISCHARGE_READY,
    EpisodeState.READY_FOR_HOME,
    EpisodeState.DISCHARGED,
    EpisodeState.CLOSED,
    EpisodeState.ABORTED,
)
# +: allowed, .: something must come first, x: too late. W: ward, O: outpatient care, M: municipality.
#   -RUINPKHDCA: nothing, requested, outside the law, admitted, notified, planning, ready, home, discharged, ...
BY_HAND = {
    "CARE_REQUESTED": ("+xxxxxxxxxx", "OM"),
    "ADMITTED": ("++xxxxxxxxx", "W"),
    "NEED_ASSESSED": ("..++xxxxxxx", "W"),
    "NO_NEED_ASSESSED": ("...+xxxxxxx", "W"),
    "SECRECY_ASSESSED": ("..++++++xxx", "W"),
    "COMPULSORY_CARE_ASSESSED": ("..++++++xxx", "W"),
    "ADMISSION_NOTICE_SENT": ("...+xxxxxxx", "W"),
    "ACKNOWLEDGED": (".++++++++x+", "WOM"),
    "ANSWERED": ("....++++xxx", "OM"),
    "EXPECTED_DISCHARGE_CHANGED": ("...+++++xxx", "W"),
    "FIXED_CARE_CONTACT_APPOINTED": ("....++++xxx", "O"),
    "PLANNING_BASIS_SENT": ("....++xxxxx", "W"),
    "PLANNING_BASIS_ANSWERED": ("....++++xxx", "OM"),
    "GENERAL_NOTICE_SENT": ("....+++++xx", "WOM"),
    "DISCHARGE_READY_SENT": ("....++xxxxx", "W"),
    "DISCHARGE_READY_WITHDRAWN": ("......++xxx", "W"),
    "SIP_CALLED": (".....++++xx", "O"),
    "CAN_RECEIVE_CONFIRMED": ("......++xxx", "OM"),
    "READY_FOR_HOME_MARKED": ("......+xxxx", "W"),
    "DISCHARGE_NOTICE_SENT": ("......+++xx", "W"),
    "PATIENT_INFORMED": ("......+++xx", "W"),
    "DISCHARGED": ("......++xxx", "W"),
    "PHONE_CALL_LOGGED": ("...++++++xx", "WOM"),
    "FORM_SENT": ("...++++++++", "WOM"),
    "MISDIRECTED": (".+x++++++xx", "WOM"),
    "FORWARDED": ("....+++++xx", "M"),
    "PARTICIPANT_ADDED": ("....++++xxx", "WOM"),
    "ABORTED": (".+++++++xxx", "W"),
    "CLOSED": ("........+xx", "WOM"),
}
# What is not here leaves the state as it is.
MOVES = {
    ("CARE_REQUESTED", None): "REQUESTED",
    ("ADMITTED", None): "ADMITTED",
    ("ADMITTED", "REQUESTED"): "ADMITTED",
    ("NEED_ASSESSED", "OUTSIDE_THE_LAW"): "ADMITTED",
    ("NO_NEED_ASSESSED", "ADMITTED"): "OUTSIDE_THE_LAW",
    ("ADMISSION_NOTICE_SENT", "ADMITTED"): "NOTIFIED",
    ("ANSWERED", "NOTIFIED"): "PLANNING",
    ("DISCHARGE_READY_SENT", "NOTIFIED"): "DISCHARGE_READY",
    ("DISCHARGE_READY_SENT", "PLANNING"): "DISCHARGE_READY",
    ("DISCHARGE_READY_WITHDRAWN", "DISCHARGE_READY"): "PLANNING",
    ("DISCHARGE_READY_WITHDRAWN", "READY_FOR_HOME"): "PLANNING",
    ("READY_FOR_HOME_MARKED", "DISCHARGE_READY"): "READY_FOR_HOME",
    ("DISCHARGED", "DISCHARGE_READY"): "DISCHARGED",
    ("DISCHARGED", "READY_FOR_HOME"): "DISCHARGED",
    ("CLOSED", "DISCHARGED"): "CLOSED",
    **{
        ("ABORTED", state): "ABORTED"
        for state, allowed in zip(COLUMNS, BY_HAND["ABORTED"][0], strict=True)
        if allowed == "+"
    },
}
# The same for what is entered afterwards as of an outage (efterregistrering).
BACKFILLED = {
    "ADMITTED": ("++xxxxxxxxx", "W"),
    "ADMISSION_NOTICE_SENT": ("...+xxxxxxx", "W"),
    "FIXED_CARE_CONTACT_APPOINTED": ("....+++++xx", "O"),
    "PLANNING_BASIS_SENT": ("....++xxxxx", "W"),
    "DISCHARGE_READY_SENT": ("....++xxxxx", "W"),
    "DISCHARGE_NOTICE_SENT": ("....+++++xx", "W"),
    "PATIENT_INFORMED": ("....+++++xx", "WOM"),
    "DISCHARGED": ("....++++xxx", "W"),
}
BACKFILLED_MOVES = {
    **{key: to for key, to in MOVES.items() if key[0] in BACKFILLED},
    ("DISCHARGED", "NOTIFIED"): "DISCHARGED",
    ("DISCHARGED", "PLANNING"): "DISCHARGED",
}
NEEDS_NO_PART = {"CARE_REQUESTED", "ADMITTED"}
LETTERS = {"W": PartyRole.WARD, "O": PartyRole.OUTPATIENT_CARE, "M": PartyRole.MUNICIPALITY}


Drawing = dict[str, tuple[str, str]]


def cell(event: str, state: EpisodeState | None, table: Drawing = BY_HAND) -> str:
    return table[event][0][COLUMNS.index(state)]


def expected(event: str, state: EpisodeState | None, role: PartyRole, table: Drawing = BY_HAND) -> list[str]:
    if state is None and event not in NEEDS_NO_PART:
        return ["PROCESS_ORDER"]
    if role not in [LETTERS[letter] for letter in table[event][1]]:
        return ["WRONG_ROLE"]
    return {"+": [], ".": ["PROCESS_ORDER"], "x": ["WRONG_STATE"]}[cell(event, state, table)]
