"""What is done to a sent message: acknowledge, reply, retract, mark as misdirected, close.

All five go the same way: the version that the caller has seen, one verdict from the table of the message's
life, one transaction in which the event, the receipt and the state are written together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from lifecare_gql.actions import facts
from lifecare_gql.actions.access import Desk
from lifecare_gql.actions.hindrances import outage_objections
from lifecare_gql.actions.idempotency import Attempt, attempt, claim, earlier, once
from lifecare_gql.actions.messages import (
    ConsentGiven,
    Parcel,
    Sent,
    consent_of,
    store,
    to_json,
    waiting_for,
    write_event,
)
from lifecare_gql.actions.results import Done, Missing, Outcome, Refused
from lifecare_gql.actions.session import Session
from lifecare_gql.actions.tasks import settle
from lifecare_gql.actions.versions import lock, stale
from lifecare_gql.domain.drafts import MessageDraft, Party, Subject
from lifecare_gql.domain.messages import LIFE, Standing, judge, overall
from lifecare_gql.domain.reviewing import expect, review
from lifecare_gql.domain.verdicts import Verdict
from lifecare_gql.domain.words import AccessAct, MessageEventKind, MessageState, Purpose, ReceiptState, Urgency
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import Many, Rows, Shape, one


@dataclass(frozen=True, slots=True, kw_only=True)
class ActOrder:
    """What the caller wants to do to a message, and the version that the caller has seen."""

    message_id: UUID
    expected_version: int
    reason: str | None = None
    text: str | None = None
    consent: ConsentGiven | None = None


_ACKNOWLEDGES = (ReceiptState.ACKNOWLEDGED, ReceiptState.ANSWERED)
_RECEIPTS = Many(
    rows=Rows(model=rows.Receipt),
    parent="{t}.message_id",
    shape=Shape.of(rows.Receipt, "unit_id", "state", "acknowledged_at", unit=facts.UNIT),
)
_MESSAGE = replace(
    Shape.of(
        rows.Message,
        *("thread_id", "in_reply_to_id", "case_id", "topic", "purpose", "urgency", "sent_at", "sender_unit_id"),
        *("state", "version", "answer_required", "reply_due_at"),
        sender_unit=facts.UNIT,
    ),
    manys={"receipts": _RECEIPTS},
)


@dataclass(frozen=True, slots=True)
class Seen:
    """A message as it is before the act, and where the caller stands to it."""

    row: Row
    receipts: Sequence[Row]
    own: Row | None
    standing: Standing


async def act(session: Session, kind: MessageEventKind, order: ActOrder, key: str) -> Outcome:
    """Do it, or say everything that hinders it."""

    async def judged(desk: Desk, one_try: Attempt) -> Outcome:
        await lock(desk, rows.Message, order.message_id)
        seen = await _seen(desk, order.message_id)
        if seen is None:
            return Missing((("input", "messageId"),))
        if seen.row.version != order.expected_version:
            # Perhaps it was this very request, sent twice, that was faster.
            return await earlier(desk, one_try) or await stale(
                desk, rows.MessageEvent, "message_id", seen.row, order.expected_version
            )
        answer = _answer(desk, seen, order) if kind is MessageEventKind.ANSWERED else None
        verdict = None if answer is None else review(answer.draft, session.regions)
        objections = (
            *await outage_objections(desk, kind, call=_others(desk, seen)),
            *judge(kind, seen.standing, order.reason),
            *(verdict.objections if verdict else ()),
        )
        if objections:
            await desk.note(AccessAct.REFUSED, [seen.row.about], "Message", seen.row.id)
            return Refused(objections, verdict.warnings if verdict else ())
        return await _do(desk, kind, order, one_try, seen, answer, verdict)

    return await once(session, attempt(kind, key, asdict(order)), judged)


def _others(desk: Desk, seen: Seen) -> list[Party]:
    """The units at the other end, to be called when the system is down."""
    own = desk.session.known().unit_id
    units = (seen.row.related["sender_unit"], *(receipt.related["unit"] for receipt in seen.receipts))
    return [facts.party(unit) for unit in units if unit.id != own]


async def _do(
    desk: Desk,
    kind: MessageEventKind,
    order: ActOrder,
    one_try: Attempt,
    seen: Seen,
    answer: Parcel | None,
    verdict: Verdict | None,
) -> Done:
    sent = await _advance(desk, kind, seen)
    answer_id = desk.session.new_id()
    result_id = seen.row.id if answer is None else answer_id
    lost = await claim(desk, one_try, result_id)
    assert lost is None, "whoever advanced the message has the key"
    await desk.note(AccessAct.UPDATE, [seen.row.about], "Message", seen.row.id)
    if answer is not None and verdict is not None:
        await store(desk, answer, verdict, answer_id)
    await _mark_receipt(desk, kind, seen, answer_id)
    await settle(desk, seen.row.about, waiting_for(sent, _receipts_after(kind, seen)), message_id=seen.row.id)
    reason = order.reason.strip() if order.reason else None
    await write_event(desk, seen.row.id, seen.row.about, seen.row.version + 1, kind, reason)
    return Done(result_id, warnings=verdict.warnings if verdict else ())


async def _seen(desk: Desk, message_id: UUID) -> Seen | None:
    row = await desk.row(one(rows.Message, message_id), _MESSAGE)
    if row is None:
        return None
    caller = desk.session.known()
    receipts = row.related["receipts"].rows
    own = next((receipt for receipt in receipts if receipt.unit_id == caller.unit_id), None)
    standing = Standing(
        state=row.state,
        is_sender=row.sender_unit_id == caller.unit_id,
        own_receipt=own.state if own else None,
        receipts=tuple(receipt.state for receipt in receipts),
        answer_required=row.answer_required,
    )
    return Seen(row, receipts, own, standing)


async def _advance(desk: Desk, kind: MessageEventKind, seen: Seen) -> Sent:
    """Move the message to its next version; what it waits for after that."""
    row, clock = seen.row, _clock(desk, kind, seen)
    state = _next_state(kind, seen)
    changed = await (
        rows.Message.filter(id=row.id, version=row.version)
        .using_db(desk.tx.client)
        .update(version=row.version + 1, state=state, **clock)
    )
    assert changed == 1, "the message is locked, so nobody has changed it since it was read"
    due_at = clock.get("reply_due_at", row.reply_due_at)
    return Sent(row.id, state, row.answer_required, row.sent_at, due_at)


def _next_state(kind: MessageEventKind, seen: Seen) -> MessageState:
    rule = LIFE[kind]
    if rule.state is not None or rule.receipt is None:
        return rule.state or seen.row.state
    return overall([state for _, state in _receipts_after(kind, seen)])


def _receipts_after(kind: MessageEventKind, seen: Seen) -> list[tuple[UUID, ReceiptState]]:
    """Each recipient's unit and where it stands after the act."""
    mine = seen.own.id if seen.own else None
    said = LIFE[kind].receipt
    return [(one.unit_id, said if said and one.id == mine else one.state) for one in seen.receipts]


def _clock(desk: Desk, kind: MessageEventKind, seen: Seen) -> dict[str, Any]:
    """A deadline that is counted from the first acknowledgement starts with it (Q3)."""
    if LIFE[kind].receipt not in _ACKNOWLEDGES or seen.row.reply_due_at is not None:
        return {}
    expected = expect(_draft_of(seen), desk.session.regions, acknowledged_at=desk.session.now)
    if expected.deadline is None:
        return {}
    return {"reply_due_at": expected.deadline.due_at, "expectation": to_json(expected)}


def _draft_of(seen: Seen) -> MessageDraft:
    row = seen.row
    return MessageDraft(
        topic=row.topic,
        urgency=row.urgency,
        purpose=row.purpose,
        sender=facts.party(row.related["sender_unit"]),
        recipients=tuple(facts.party(receipt.related["unit"]) for receipt in seen.receipts),
        subject=Subject(),
        now=row.sent_at,
        is_reply=row.in_reply_to_id is not None,
    )


async def _mark_receipt(desk: Desk, kind: MessageEventKind, seen: Seen, answer_id: UUID) -> None:
    state = LIFE[kind].receipt
    if state is None or seen.own is None:
        return
    caller, now = desk.session.known(), desk.session.now
    changes: dict[str, Any] = {"state": state}
    if seen.own.acknowledged_at is None and state is not ReceiptState.MISDIRECTED:
        changes |= {"acknowledged_at": now, "acknowledged_by_id": caller.assignment_id}
    if state is ReceiptState.ANSWERED:
        changes |= {"answered_at": now, "answered_by_id": caller.assignment_id, "answer_id": answer_id}
    await rows.Receipt.filter(id=seen.own.id).using_db(desk.tx.client).update(**changes)


def _answer(desk: Desk, seen: Seen, order: ActOrder) -> Parcel:
    """The reply as a message of its own, back to the sender, in the same thread and case."""
    caller, row, text = desk.session.known(), seen.row, (order.text or "").strip()
    sender: Party = facts.party(row.related["sender_unit"])
    draft = MessageDraft(
        topic=row.topic,
        urgency=Urgency.ROUTINE,
        purpose=Purpose.SHARE_INFORMATION,
        sender=caller.unit,
        recipients=(sender,),
        subject=Subject(),
        now=desk.session.now,
        sender_licensed=caller.licensed,
        has_case=row.case_id is not None,
        consent=consent_of(order.consent),
        text_length=len(text),
        is_reply=True,
    )
    return Parcel(
        draft=draft,
        patient_id=row.about,
        case_id=row.case_id,
        text=text,
        consent=order.consent,
        in_reply_to_id=row.id,
        thread_id=row.thread_id,
    )
