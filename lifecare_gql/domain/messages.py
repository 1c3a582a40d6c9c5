"""The life of a message outside the care episode (meddelande utanför vårdtillfälle), as a table.

Each row says who may do an act, in which states, and what the act does to the receipt. The overall
state is always read from the receipts, so the two can never disagree.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lifecare_gql.domain.objections import Objection, ObjectionCode
from lifecare_gql.domain.reviewing import core_objection
from lifecare_gql.domain.texts import said
from lifecare_gql.domain.words import Awaiting, MessageEventKind, MessageState, ReceiptState

_OPEN = (MessageState.SENT, MessageState.ACKNOWLEDGED)
_UNANSWERED = (ReceiptState.SENT, ReceiptState.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of the table. `receipt` is the state that the acting unit's own receipt goes to."""

    by_sender: bool
    states: tuple[MessageState, ...]
    own_receipt: tuple[ReceiptState, ...] = ()
    receipt: ReceiptState | None = None
    state: MessageState | None = None
    needs_reason: bool = False
    refusal: str
    remedy: str


LIFE: dict[MessageEventKind, Rule] = {
    MessageEventKind.ACKNOWLEDGED: Rule(
        by_sender=False,
        states=(MessageState.SENT,),
        own_receipt=(ReceiptState.SENT,),
        receipt=ReceiptState.ACKNOWLEDGED,
        refusal="Meddelandet går inte att kvittera: det är redan kvitterat, återtaget eller felsänt.",
        remedy="Läs om meddelandet: kvittensen visar vem som kvitterade och när.",
    ),
    MessageEventKind.ANSWERED: Rule(
        by_sender=False,
        states=_OPEN,
        own_receipt=_UNANSWERED,
        receipt=ReceiptState.ANSWERED,
        refusal="Meddelandet går inte att besvara: det är redan besvarat, återtaget, felsänt eller avslutat.",
        remedy="Läs om tråden. Skicka ett nytt meddelande om något mer behöver sägas.",
    ),
    MessageEventKind.RETRACTED: Rule(
        by_sender=True,
        states=(MessageState.SENT,),
        state=MessageState.RETRACTED,
        needs_reason=True,
        refusal="Meddelandet går inte att återta: det är redan återtaget eller har nått någon mottagare.",
        remedy="Skicka ett nytt meddelande som rättar det förra.",
    ),
    MessageEventKind.MISDIRECTED: Rule(
        by_sender=False,
        states=_OPEN,
        own_receipt=_UNANSWERED,
        receipt=ReceiptState.MISDIRECTED,
        needs_reason=True,
        refusal="Meddelandet går inte att märka som felsänt: det är besvarat, återtaget, avslutat eller märkt.",
        remedy="Läs om tråden. Skicka ett nytt meddelande om något mer behöver sägas.",
    ),
    MessageEventKind.CLOSED: Rule(
        by_sender=True,
        states=(MessageState.ACKNOWLEDGED, MessageState.ANSWERED, MessageState.MISDIRECTED),
        state=MessageState.CLOSED,
        refusal="Meddelandet går inte att avsluta: det väntar på kvittens eller svar, eller är redan avslutat.",
        remedy="Vänta på svaret, eller ring mottagaren.",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a message stands, seen from the unit that wants to act."""

    state: MessageState
    is_sender: bool
    own_receipt: ReceiptState | None
    receipts: tuple[ReceiptState, ...]
    answer_required: bool


def judge(act: MessageEventKind, standing: Standing, reason: str | None = None) -> tuple[Objection, ...]:
    """Every objection to the act, all at once; empty when it may be done."""
    return tuple(_objections(act, LIFE[act], standing, reason))


def overall(receipts: Sequence[ReceiptState]) -> MessageState:
    """The state of a message, read from what its recipients have done; ValueError without any recipient."""
    if not receipts:
        raise ValueError("a message has at least one recipient")
    standing = [receipt for receipt in receipts if receipt is not ReceiptState.MISDIRECTED]
    if not standing:
        return MessageState.MISDIRECTED
    if all(receipt is ReceiptState.ANSWERED for receipt in standing):
        return MessageState.ANSWERED
    if ReceiptState.SENT not in standing:
        return MessageState.ACKNOWLEDGED
    return MessageState.SENT


def awaiting(state: MessageState, answer_required: bool) -> Awaiting:
    """What the sender still waits for."""
    if state is MessageState.SENT:
        return Awaiting.ACKNOWLEDGEMENT
    if state is MessageState.ACKNOWLEDGED and answer_required:
        return Awaiting.REPLY
    return Awaiting.NOTHING


def _objections(act: MessageEventKind, rule: Rule, standing: Standing, reason: str | None) -> Iterator[Objection]:
    if rule.by_sender and not standing.is_sender:
        yield _refusal(ObjectionCode.NOT_SENDER, rule)
    elif not rule.by_sender and standing.own_receipt is None:
        yield _refusal(ObjectionCode.NOT_RECIPIENT, rule)
    elif not _in_place(act, rule, standing):
        yield _refusal(ObjectionCode.WRONG_STATE, rule)
    if rule.needs_reason and not (reason or "").strip():
        yield core_objection(ObjectionCode.REASON_REQUIRED, ("input", "reason"))


_NOT_YOURS = {
    ObjectionCode.NOT_SENDER: (
        "Det kan bara den avsändande enheten göra.",
        "Be den avsändande enheten att göra det.",
    ),
    ObjectionCode.NOT_RECIPIENT: (
        "Det kan bara en mottagande enhet göra.",
        "Be en mottagande enhet att göra det.",
    ),
}


def _refusal(code: ObjectionCode, rule: Rule) -> Objection:
    reason, remedy = _NOT_YOURS.get(code, (rule.refusal, rule.remedy))
    return Objection(code=code, path=("input", "messageId"), reason=said(reason), remedy=said(remedy))


def _in_place(act: MessageEventKind, rule: Rule, standing: Standing) -> bool:
    if standing.state not in rule.states:
        return False
    if not rule.by_sender:
        return standing.own_receipt in rule.own_receipt
    if act is MessageEventKind.RETRACTED:
        return all(receipt is ReceiptState.SENT for receipt in standing.receipts)
    return awaiting(standing.state, standing.answer_required) is Awaiting.NOTHING
