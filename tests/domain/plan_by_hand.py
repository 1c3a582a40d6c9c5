"""The plan (SIP) drawn by hand, independently of the code: what the tests hold it against."""

from __future__ import annotations

from lifecare_gql.domain.plan_words import PlanState

# The states in the order of the process; the first is before anything has happened.
COLUMNS: tuple[PlanState | None, ...] = (
    None,
    PlanState.CALL_PLANNED,
    PlanState.CALLED,
    PlanState.ESTABLISHED,
    PlanState.FOLLOWED_UP,
    PlanState.CLOSED,
)
# +: allowed, .: something must come first, x: too late.
# The units: S saw the need (municipality), C called (region), R and M are called (region, municipality), T was
# only told (region). Once the plan is made, the municipality has the main responsibility.
#   -PCEFX: nothing, planned, called, established, followed up, closed; who may; in which states nobody can yet
BY_HAND = {
    "NEED_IDENTIFIED": ("+xxxxx", "SCRMT", ""),
    "CALLED": (".++++x", "SCRMT", ""),
    "CALL_ACCEPTED": ("..+++x", "RM", "P"),
    "CALL_DECLINED": ("..+++x", "RM", "P"),
    "DRAFTED": (".++xxx", "SCRMT", ""),
    "ESTABLISHED": ("..+xxx", "C", "P"),
    "COPY_OFFERED": ("...++x", "C", "P"),
    "FOLLOWED_UP": ("...++x", "SM", "PC"),
    "REVISED": ("...++x", "SM", "PC"),
    "CLOSED": (".++.+x", "SM", ""),
}
# Until the plan is made it is closed by those who began it; the caller is none before there is a call.
CLOSES_EARLY = {PlanState.CALL_PLANNED: "S", PlanState.CALLED: "SC"}
# What is not here leaves the state as it is.
MOVES = {
    ("NEED_IDENTIFIED", None): "CALL_PLANNED",
    ("CALLED", "CALL_PLANNED"): "CALLED",
    ("ESTABLISHED", "CALLED"): "ESTABLISHED",
    ("FOLLOWED_UP", "ESTABLISHED"): "FOLLOWED_UP",
    ("REVISED", "FOLLOWED_UP"): "ESTABLISHED",
    ("CLOSED", "CALL_PLANNED"): "CLOSED",
    ("CLOSED", "CALLED"): "CLOSED",
    ("CLOSED", "FOLLOWED_UP"): "CLOSED",
}
SHORT = dict(zip("PCEFX", COLUMNS[1:], strict=True))


def cell(event: str, state: PlanState | None) -> str:
    return BY_HAND[event][0][COLUMNS.index(state)]


def expected(event: str, state: PlanState | None, letter: str) -> list[str]:
    if state is None and event != "NEED_IDENTIFIED":
        return ["PROCESS_ORDER"]
    _, who, unknown = BY_HAND[event]
    if event == "CLOSED" and state in CLOSES_EARLY:
        who = CLOSES_EARLY[state]
    if letter not in who and state not in [SHORT[one] for one in unknown]:
        return ["WRONG_ROLE"]
    return {"+": [], ".": ["PROCESS_ORDER"], "x": ["WRONG_STATE"]}[cell(event, state)]
