"""The life of a message: every act, in every state, by every unit, against the table a clinician would draw."""

from __future__ import annotations

from itertools import product

import pytest

from lifecare_gql.domain.messages import LIFE, Standing, awaiting, judge, overall
from lifecare_gql.domain.words import Awaiting, MessageEventKind, MessageState, ReceiptState

ACTS = [act for act in MessageEventKind if act is not MessageEventKind.SENT]

# act: who; message states; the recipient's own receipt. What is not here is refused.
RECIPIENT_MAY = {
    "ACKNOWLEDGED": {("SENT", "SENT")},
    "ANSWERED": {("SENT", "SENT"), ("SENT", "ACKNOWLEDGED"), ("ACKNOWLEDGED", "ACKNOWLEDGED")},
    "MISDIRECTED": {("SENT", "SENT"), ("SENT", "ACKNOWLEDGED"), ("ACKNOWLEDGED", "ACKNOWLEDGED")},
}
# act: message state and whether an answer must come
SENDER_MAY = {
    "RETRACTED": {("SENT", True), ("SENT", False)},
    "CLOSED": {
        ("ACKNOWLEDGED", False),
        ("ANSWERED", True),
        ("ANSWERED", False),
        ("MISDIRECTED", True),
        ("MISDIRECTED", False),
    },
}
NEEDS_REASON = {"RETRACTED", "MISDIRECTED"}

# An own receipt says something of the message: not acknowledged here is not acknowledged by all.
CAN_BE = {
    (state, own)
    for state in MessageState
    for own in ReceiptState
    if (own, state)
    not in {
        (ReceiptState.SENT, MessageState.ACKNOWLEDGED),
        (ReceiptState.SENT, MessageState.ANSWERED),
        (ReceiptState.SENT, MessageState.MISDIRECTED),
        (ReceiptState.SENT, MessageState.CLOSED),
        (ReceiptState.ACKNOWLEDGED, MessageState.ANSWERED),
        (ReceiptState.ACKNOWLEDGED, MessageState.MISDIRECTED),
        (ReceiptState.ANSWERED, MessageState.MISDIRECTED),
    }
}


def standing(state: MessageState, own: ReceiptState | None, answer_required: bool, is_sender: bool) -> Standing:
    receipts = (own,) if own else (ReceiptState.SENT,)
    return Standing(
        state=state, is_sender=is_sender, own_receipt=own, receipts=receipts, answer_required=answer_required
    )


def codes(act: MessageEventKind, seen: Standing, reason: str | None = "fel enhet") -> list[str]:
    return [objection.code.value for objection in judge(act, seen, reason)]


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", MessageState)
@pytest.mark.parametrize("answer_required", [True, False])
def test_what_a_recipient_may_do(act: MessageEventKind, state: MessageState, answer_required: bool) -> None:
    for own in ReceiptState:
        if (state, own) not in CAN_BE:
            continue
        if act in SENDER_MAY:
            expected = ["NOT_SENDER"]
        else:
            expected = [] if (state, own) in RECIPIENT_MAY[act] else ["WRONG_STATE"]
        assert codes(act, standing(state, own, answer_required, is_sender=False)) == expected, own


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", MessageState)
@pytest.mark.parametrize("answer_required", [True, False])
def test_what_the_sender_may_do(act: MessageEventKind, state: MessageState, answer_required: bool) -> None:
    if act in RECIPIENT_MAY:
        expected = ["NOT_RECIPIENT"]
    else:
        expected = [] if (state, answer_required) in SENDER_MAY[act] else ["WRONG_STATE"]
    assert codes(act, standing(state, None, answer_required, is_sender=True)) == expected


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("state", MessageState)
def test_anybody_else_may_do_nothing(act: MessageEventKind, state: MessageState) -> None:
    expected = "NOT_SENDER" if act in SENDER_MAY else "NOT_RECIPIENT"
    assert codes(act, standing(state, None, answer_required=False, is_sender=False)) == [expected]


def test_the_expectations_cover_the_whole_table() -> None:
    assert set(LIFE) == set(ACTS) == {MessageEventKind[act] for act in [*RECIPIENT_MAY, *SENDER_MAY]}


@pytest.mark.parametrize("receipts", list(product(ReceiptState, repeat=2)))
def test_a_message_is_retracted_only_while_nobody_has_done_anything(receipts: tuple[ReceiptState, ...]) -> None:
    seen = Standing(
        state=overall(receipts), is_sender=True, own_receipt=None, receipts=receipts, answer_required=False
    )
    untouched = set(receipts) == {ReceiptState.SENT}
    assert codes(MessageEventKind.RETRACTED, seen) == ([] if untouched else ["WRONG_STATE"])


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("reason", [None, "", "  \n"])
def test_a_reason_is_asked_for(act: MessageEventKind, reason: str | None) -> None:
    found = codes(act, standing(MessageState.SENT, ReceiptState.SENT, True, is_sender=True), reason)
    assert ("REASON_REQUIRED" in found) == (act in NEEDS_REASON)


def test_a_missing_reason_and_a_wrong_state_come_back_together() -> None:
    seen = standing(MessageState.CLOSED, ReceiptState.ANSWERED, True, is_sender=False)
    assert codes(MessageEventKind.MISDIRECTED, seen, reason=None) == ["WRONG_STATE", "REASON_REQUIRED"]


@pytest.mark.parametrize("act", ACTS)
def test_every_refusal_says_why_what_to_do_and_where(act: MessageEventKind) -> None:
    for own, is_sender in ((None, False), (ReceiptState.ANSWERED, False), (None, True)):
        [objection] = judge(act, standing(MessageState.CLOSED, own, True, is_sender), "fel enhet")
        assert objection.path == ("input", "messageId")
        assert objection.reason
        assert objection.remedy


def test_somebody_who_may_not_is_told_who_may() -> None:
    [objection] = judge(MessageEventKind.RETRACTED, standing(MessageState.SENT, None, True, False), "fel")
    assert objection.remedy == "Be den avsändande enheten att göra det."


# --- the state of the message, read from the receipts ---

# S: not acknowledged, K: acknowledged (kvitterat), B: answered (besvarat), F: misdirected (felsänt).
# Order does not matter, so each combination stands once.
LETTERS = dict(zip("SKBF", ReceiptState, strict=True))
OVERALL = {
    "SENT": "S SS SK SB SF SSS SSK SSB SSF SKK SKB SKF SBB SBF SFF",
    "ACKNOWLEDGED": "K KK KB KF KKK KKB KKF KBB KBF KFF",
    "ANSWERED": "B BB BF BBB BBF BFF",
    "MISDIRECTED": "F FF FFF",
}
TRUTH = [(receipts, state) for state, rows in OVERALL.items() for receipts in rows.split()]


def test_the_truth_table_is_whole() -> None:
    every = {"".join(sorted(row, key="SKBF".index)) for size in (1, 2, 3) for row in product("SKBF", repeat=size)}
    assert sorted(every) == sorted(receipts for receipts, _ in TRUTH)


@pytest.mark.parametrize(("receipts", "state"), TRUTH)
def test_the_state_of_a_message(receipts: str, state: str) -> None:
    for order in (receipts, receipts[::-1], receipts[1:] + receipts[:1]):
        assert overall([LETTERS[letter] for letter in order]) is MessageState[state]


def test_a_message_without_recipients_has_no_state() -> None:
    with pytest.raises(ValueError, match="at least one recipient"):
        overall([])


def test_the_impossible_standings_are_those_that_no_receipts_give() -> None:
    """`CAN_BE` leaves out exactly what cannot be read from up to three receipts, or closed by the sender."""
    seen = set()
    for size in (1, 2, 3):
        for receipts in product(ReceiptState, repeat=size):
            state = overall(receipts)
            closable = state in {MessageState.ACKNOWLEDGED, MessageState.ANSWERED, MessageState.MISDIRECTED}
            states = {state} | ({MessageState.CLOSED} if closable else set())
            seen |= {(one, own) for one in states for own in receipts}
    retracted = {(MessageState.RETRACTED, own) for own in ReceiptState}
    assert seen | retracted == CAN_BE | retracted


# --- what the sender waits for ---


@pytest.mark.parametrize(
    ("state", "answer_required", "expected"),
    [
        ("SENT", True, "ACKNOWLEDGEMENT"),
        ("SENT", False, "ACKNOWLEDGEMENT"),
        ("ACKNOWLEDGED", True, "REPLY"),
        ("ACKNOWLEDGED", False, "NOTHING"),
        ("ANSWERED", True, "NOTHING"),
        ("ANSWERED", False, "NOTHING"),
        ("CLOSED", True, "NOTHING"),
        ("CLOSED", False, "NOTHING"),
        ("RETRACTED", True, "NOTHING"),
        ("RETRACTED", False, "NOTHING"),
        ("MISDIRECTED", True, "NOTHING"),
        ("MISDIRECTED", False, "NOTHING"),
    ],
)
def test_what_the_sender_waits_for(state: str, answer_required: bool, expected: str) -> None:
    assert awaiting(MessageState[state], answer_required) is Awaiting[expected]
