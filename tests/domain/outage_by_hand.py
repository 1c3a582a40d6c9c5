"""The life of an outage and the recovery worklist drawn by hand: what the tests hold the code against."""

from __future__ import annotations

from lifecare_gql.domain.outage_words import OutageState
from lifecare_gql.domain.words import CareType

# The states in the order of the process; the first is before anything has happened.
COLUMNS: tuple[OutageState | None, ...] = (
    None,
    OutageState.PLANNED,
    OutageState.ACTIVE,
    OutageState.RECOVERY,
    OutageState.CLOSED,
    OutageState.CANCELLED,
)
# +: allowed, .: something must come first, x: too late.
#   -PARXC: nothing, planned, active, recovery, closed, cancelled
BY_HAND = {
    "PLANNED": "++xxxx",
    "STARTED": "++xxxx",
    "ENDED": "..+xxx",
    "START_CORRECTED": "..++xx",
    "END_CORRECTED": "...+xx",
    "CLOSED": "...+xx",
    "CANCELLED": ".+xxxx",
}
# What is not here leaves the state as it is.
MOVES = {
    ("PLANNED", None): "PLANNED",
    ("STARTED", None): "ACTIVE",
    ("STARTED", "PLANNED"): "ACTIVE",
    ("ENDED", "ACTIVE"): "RECOVERY",
    ("CLOSED", "RECOVERY"): "CLOSED",
    ("CANCELLED", "PLANNED"): "CANCELLED",
}


def cell(event: str, state: OutageState | None) -> str:
    return BY_HAND[event][COLUMNS.index(state)]


def expected(event: str, state: OutageState | None) -> list[str]:
    """What somebody who may manage the region's outages is told."""
    return {"+": [], ".": ["PROCESS_ORDER"], "x": ["WRONG_STATE"]}[cell(event, state)]


# The decision table. Columns: admitted in the outage and not discharged in it, discharged in it and not admitted
# in it), both, neither. What is left to do, if nothing is done:
#   I inskrivningsmeddelande, U utskrivningsmeddelande, D utskriven, P patientinformation, K kvittens,
#   F fast vårdkontakt, S kallelse till SIP, B blankett
WORKLIST = {
    CareType.SOMATIC_INPATIENT: ("IPKB", "UDPKB", "KB", "KB"),
    CareType.PSYCHIATRIC_INPATIENT: ("IPKB", "UDPKB", "KB", "KB"),
    CareType.MUNICIPAL: ("PK", "PK", "K", "K"),
    CareType.OUTPATIENT: ("PKFS", "PKFS", "KS", "KS"),
}
# The facts that demand it. Where two columns have the same facts they stand once.
DEMANDED_BY = {
    "SOMATIC_INPATIENT": {"I": "V29 V30", "U": "V29 V30", "D": "V29", "P": "V29 V30", "K": "V32", "B": "V33"},
    "MUNICIPAL": {"P": "V40 V41", "K": "V41 V42"},
    "OUTPATIENT": {"P": "V51 V52", "K": "V52 V54", "F": "V51 V52", "S": "V52 V53"},
}
DEMANDED_BY["PSYCHIATRIC_INPATIENT"] = DEMANDED_BY["SOMATIC_INPATIENT"]
LETTERS = {
    "REGISTER_ADMISSION_NOTICE": "I",
    "REGISTER_DISCHARGE_NOTICE": "U",
    "REGISTER_DISCHARGED": "D",
    "REGISTER_PATIENT_INFORMATION": "P",
    "SEND_PATIENT_INFORMATION_HOME": "P",
    "ACKNOWLEDGE": "K",
    "CONFIRM_FIXED_CARE_CONTACT": "F",
    "SEND_SIP_CALL": "S",
    "SEND_FORM": "B",
}
