"""Send a message outside the care episode, or hear what the routines would say to it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from lifecare_gql.actions import facts
from lifecare_gql.actions.access import Desk, work
from lifecare_gql.actions.hindrances import outage_objections
from lifecare_gql.actions.idempotency import Attempt, attempt, claim, once
from lifecare_gql.actions.results import Done, KeyReused, Missing, Refused
from lifecare_gql.actions.session import Session
from lifecare_gql.actions.tasks import begin
from lifecare_gql.domain.change_words import ChangeTopic
from lifecare_gql.domain.drafts import Consent, MessageDraft, Party
from lifecare_gql.domain.objections import Objection
from lifecare_gql.domain.reviewing import review
from lifecare_gql.domain.tasks import Task, task_of_receipt
from lifecare_gql.domain.verdicts import Expectation, Verdict
from lifecare_gql.domain.words import (
    AccessAct,
    CareRelationKind,
    ConsentForm,
    MessageEventKind,
    MessageState,
    Purpose,
    ReceiptState,
    Urgency,
)
from lifecare_gql.storage import rows

_EXPECTATION, _OBJECTIONS = TypeAdapter(Expectation), TypeAdapter(tuple[Objection, ...])


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven:
    """That the individual consented to this message: when (aware) and how."""

    given_at: dt.datetime
    form: ConsentForm


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageOrder:
    """What the sender wants to send. No recipients means: where a routine routes it."""

    patient_id: UUID
    case_id: UUID | None
    recipient_unit_ids: tuple[UUID, ...]
    topic: str
    purpose: Purpose
    urgency: Urgency
    text: str
    consent: ConsentGiven | None = None
    attachment_count: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A draft with what it takes to store it."""

    draft: MessageDraft
    patient_id: UUID
    case_id: UUID | None
    text: str
    consent: ConsentGiven | None
    in_reply_to_id: UUID | None = None
    thread_id: UUID | None = None


async def review_message(session: Session, order: MessageOrder) -> Verdict | Missing:
    """What the routines say to the message. Nothing is stored but the access log's row."""
    async with work(session) as desk:
        parcel = await _parcel(desk, order)
        return parcel if isinstance(parcel, Missing) else review(parcel.draft, session.regions)


async def send_message(session: Session, order: MessageOrder, key: str) -> Done | Refused | Missing | KeyReused:
    """Send the message if every routine of every region it touches allows it."""

    async def judged(desk: Desk, one: Attempt) -> Done | Refused | Missing | KeyReused:
        parcel = await _parcel(desk, order)
        if isinstance(parcel, Missing):
            return parcel
        verdict = review(parcel.draft, session.regions)
        down = await outage_objections(desk, MessageEventKind.SENT, call=parcel.draft.recipients)
        if down or not verdict.allowed:
            await desk.note(AccessAct.REFUSED, [parcel.patient_id], "Message")
            return Refused((*down, *verdict.objections), verdict.warnings)
        message_id = session.new_id()
        return await claim(desk, one, message_id) or await store(desk, parcel, verdict, message_id)

    return await once(session, attempt("sendMessage", key, asdict(order)), judged)


async def store(desk: Desk, parcel: Parcel, verdict: Verdict, message_id: UUID) -> Done:
    """Write the message with its receipts, first event and consent; the recipients become parties."""
    recipients = _recipients(parcel.draft, verdict)
    await _write_message(desk, parcel, verdict, message_id)
    await _write_receipts(desk, parcel, message_id, recipients)
    await write_event(desk, message_id, parcel.patient_id, 1, MessageEventKind.SENT)
    await _write_consent(desk, parcel, message_id)
    await _admit(desk, parcel, recipients)
    await begin(desk, parcel.patient_id, _waiting(desk, verdict, message_id, recipients), message_id=message_id)
    await desk.note(AccessAct.CREATE, [parcel.patient_id], "Message", message_id)
    return Done(message_id, warnings=verdict.warnings)


async def write_event(
    desk: Desk, message_id: UUID, patient_id: UUID, version: int, kind: MessageEventKind, reason: str | None = None
) -> None:
    """Record what happened to the message; the version is the message's after it."""
    caller = desk.session.known()
    event = {
        "message_id": message_id,
        "patient_id": patient_id,
        "version": version,
        "kind": kind,
        "at": desk.session.now,
        "unit_id": caller.unit_id,
        "by_id": caller.assignment_id,
        "reason": reason,
    }
    await desk.tx.add(rows.MessageEvent, event)
    desk.tell(ChangeTopic.MESSAGE, message_id, kind, version)


def to_json(value: Expectation | Sequence[Objection]) -> Any:
    """A verdict's part as it is kept beside the message, so that it can be explained when the rule has changed."""
    adapter = _EXPECTATION if isinstance(value, Expectation) else _OBJECTIONS
    return adapter.dump_python(value, mode="json")  # type: ignore[arg-type]


async def _parcel(desk: Desk, order: MessageOrder) -> Parcel | Missing:
    known = await facts.patient(desk, order.patient_id)
    recipients = await facts.units(desk, order.recipient_unit_ids)
    case_id = None
    missing: list[tuple[str, ...]] = [] if known else [("input", "patientId")]
    if order.case_id is not None:
        case_id = await facts.case_of(desk, order.case_id, order.patient_id)
        missing += [] if case_id else [("input", "caseId")]
    missing += [("input", "recipientUnitIds", str(at)) for at, unit in enumerate(recipients) if unit is None]
    if known is None or missing:
        return Missing(tuple(missing))
    draft = await _draft(desk, order, known, tuple(unit for unit in recipients if unit), case_id)
    return Parcel(
        draft=draft, patient_id=known.id, case_id=case_id, text=order.text.strip(), consent=order.consent
    )


async def _draft(
    desk: Desk, order: MessageOrder, known: facts.PatientFacts, recipients: tuple[Party, ...], case_id: UUID | None
) -> MessageDraft:
    caller = desk.session.known()
    return MessageDraft(
        topic=order.topic,
        urgency=order.urgency,
        purpose=order.purpose,
        sender=caller.unit,
        recipients=recipients,
        subject=known.subject,
        now=desk.session.now,
        sender_licensed=caller.licensed,
        has_case=case_id is not None,
        consent=consent_of(order.consent),
        text_length=len(order.text.strip()),
        attachments=order.attachment_count,
        forums=await facts.forums(desk, caller.unit_id),
    )


def consent_of(given: ConsentGiven | None) -> Consent | None:
    """The consent as the rules know it."""
    return None if given is None else Consent(given_at=given.given_at)


def _recipients(draft: MessageDraft, verdict: Verdict) -> list[UUID]:
    if verdict.routing is not None:
        return [UUID(verdict.routing.unit_id)]
    return list(dict.fromkeys(UUID(unit.id) for unit in draft.recipients))


async def _write_message(desk: Desk, parcel: Parcel, verdict: Verdict, message_id: UUID) -> None:
    caller, draft, expected = desk.session.known(), parcel.draft, verdict.expectation
    message = {
        "id": message_id,
        "thread_id": parcel.thread_id or message_id,
        "in_reply_to_id": parcel.in_reply_to_id,
        "patient_id": parcel.patient_id,
        "case_id": parcel.case_id,
        "sender_unit_id": caller.unit_id,
        "author_id": caller.assignment_id,
        "topic": draft.topic,
        "purpose": draft.purpose,
        "urgency": draft.urgency,
        "text": parcel.text,
        "sent_at": desk.session.now,
        "answer_required": expected.answer_required,
        "reply_due_at": expected.deadline.due_at if expected.deadline else None,
        "expectation": to_json(expected),
        "warnings": to_json(verdict.warnings),
        "state": MessageState.SENT,
        "version": 1,
    }
    await desk.tx.add(rows.Message, message)


async def _write_receipts(desk: Desk, parcel: Parcel, message_id: UUID, recipients: list[UUID]) -> None:
    common = {
        "message_id": message_id,
        "patient_id": parcel.patient_id,
        "sent_at": desk.session.now,
        "state": ReceiptState.SENT,
    }
    await desk.tx.add(rows.Receipt, *({**common, "unit_id": unit_id} for unit_id in recipients))


def _waiting(desk: Desk, verdict: Verdict, message_id: UUID, recipients: list[UUID]) -> list[Task]:
    expected = verdict.expectation
    due_at = expected.deadline.due_at if expected.deadline else None
    receipts = [(unit_id, ReceiptState.SENT) for unit_id in recipients]
    sent = Sent(message_id, MessageState.SENT, expected.answer_required, desk.session.now, due_at)
    return waiting_for(sent, receipts)


@dataclass(frozen=True, slots=True)
class Sent:
    """What decides whether a message waits for its recipients."""

    message_id: UUID
    state: MessageState
    answer_required: bool
    sent_at: dt.datetime
    reply_due_at: dt.datetime | None


def waiting_for(sent: Sent, receipts: Sequence[tuple[UUID, ReceiptState]]) -> list[Task]:
    """What the message waits for, at each unit with its receipt."""
    found = (
        task_of_receipt(
            receipt,
            sent.state,
            answer_required=sent.answer_required,
            sent_at=sent.sent_at,
            reply_due_at=sent.reply_due_at,
            unit_id=str(unit_id),
            message_id=str(sent.message_id),
        )
        for unit_id, receipt in receipts
    )
    return [task for task in found if task is not None]


async def _write_consent(desk: Desk, parcel: Parcel, message_id: UUID) -> None:
    if parcel.consent is None:
        return
    consent = {
        "patient_id": parcel.patient_id,
        "message_id": message_id,
        "form": parcel.consent.form,
        "given_at": parcel.consent.given_at,
        "recorded_at": desk.session.now,
        "recorded_by_id": desk.session.known().assignment_id,
    }
    await desk.tx.add(rows.ConsentRecord, consent)


async def _admit(desk: Desk, parcel: Parcel, recipients: list[UUID]) -> None:
    """Sender and recipients are parties to the message, and to its case, for as long as the record is kept.

    The sender too: what a unit has sent must be readable also when, say, the enrolment there has ended.
    """
    units, now = [desk.session.known().unit_id, *recipients], desk.session.now
    common = {"patient_id": parcel.patient_id, "kind": CareRelationKind.MESSAGE, "since": now}
    relations = [{**common, "unit_id": unit_id} for unit_id in units]
    await desk.tx.add(rows.CareRelation, *relations, unless_there=True)
    if parcel.case_id is not None:
        parties = [{"case_id": parcel.case_id, "unit_id": unit_id, "since": now} for unit_id in units]
        await desk.tx.add(rows.CaseParty, *parties, unless_there=True)
