"""Windows on messages outside the care episode, and the fields they add to units and patients."""

from __future__ import annotations

import datetime as dt

import strawberry
from pydantic import TypeAdapter

from lifecare_gql.domain import messages
from lifecare_gql.domain.objections import Objection
from lifecare_gql.domain.topics import Topic
from lifecare_gql.domain.verdicts import Expectation
from lifecare_gql.domain.words import (
    Awaiting,
    ConsentForm,
    MessageEventKind,
    MessageState,
    Purpose,
    ReceiptState,
    Urgency,
)
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.patients import Case, Patient
from lifecare_gql.schema.reading import Connection, Node, column, computed, to_many, to_one, window
from lifecare_gql.schema.units import Assignment, Unit, own_unit_only
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import BY_VERSION, Order, Rows
from lifecare_gql.storage.reading.where import Where

_NEWEST_FIRST = Order(by=("{t}.sent_at", "{t}.id"), columns=("sent_at", "id"), newest_first=True)
_OLDEST_FIRST = Order(by=("{t}.sent_at", "{t}.id"), columns=("sent_at", "id"))
# Found through the receipt, whose index has the unit and the order.
_ARRIVED = Order(by=("{v}.sent_at", "{v}.message_id"), columns=("sent_at", "id"), newest_first=True)

_EXPECTATION = TypeAdapter(Expectation)
_OBJECTIONS = TypeAdapter(tuple[Objection, ...])


def _receipts(info: Info) -> Rows:
    return Rows(model=rows.Receipt)


def _history(info: Info) -> Rows:
    return Rows(model=rows.MessageEvent, order=BY_VERSION)


def _thread(info: Info) -> Rows:
    via = "join message {v} on {v}.thread_id = {t}.thread_id"
    return Rows(model=rows.Message, via=via, order=_OLDEST_FIRST)


def _consents(info: Info) -> Rows:
    return Rows(model=rows.ConsentRecord)


@window(rows.Message)
class Message(Node):
    """A message outside the care episode (meddelande utanför vårdtillfälle). Its content never changes."""

    purpose: Purpose = column("Why it was sent (syfte, H9).")
    urgency: Urgency = column("How soon it must be handled, as the sender declared it.")
    text: str = column("The text.")
    sent_at: dt.datetime = column("When it was sent.")
    state: MessageState = column("Where it stands, all recipients taken together.")
    version: int = column("The version to give as expectedVersion; it grows with every change.")
    answer_required: bool = column("Whether every recipient must answer, not only acknowledge (H13, O14, O15).")
    reply_due_at: dt.datetime | None = column("When it must be answered (svarsfrist); null when no routine says.")
    patient: Patient = to_one("patient", "The patient.")
    case: Case | None = to_one("case", "The case it is tied to (ärende).")
    sender: Unit = to_one("sender_unit", "The unit that sent it (avsändande enhet).")
    author: Assignment = to_one("author", "Who wrote it, on which assignment.")
    in_reply_to: Message | None = to_one("in_reply_to", "The message that it replies to.")
    receipts: Connection[Receipt] = to_many(
        _receipts, "{t}.message_id", "Where it stands with each recipient (kvittens per mottagare)."
    )
    history: Connection[MessageEvent] = to_many(
        _history, "{t}.message_id", "Everything that happened to it, in order (historik)."
    )
    thread: Connection[Message] = to_many(
        _thread, "{v}.id", "The message with all its replies, oldest first (tråd)."
    )
    consents: Connection[Consent] = to_many(
        _consents, "{t}.message_id", "The consent it was sent with (samtycke, O9), if one was recorded."
    )

    @computed("topic")
    def topic(root: strawberry.Parent[Row], info: Info) -> Topic:
        """What it is about (ärendetyp)."""
        known = info.context.regions.topics.get(root.topic)
        return known or Topic(code=root.topic, swedish=root.topic, english=root.topic)

    @computed("state", "answer_required")
    def awaiting(root: strawberry.Parent[Row]) -> Awaiting:
        """What the sender still waits for (O5-O7)."""
        return messages.awaiting(root.state, root.answer_required)

    @computed("state", "answer_required", "reply_due_at")
    def overdue(root: strawberry.Parent[Row], info: Info) -> bool:
        """Whether the reply is late: a flag, never a refusal."""
        waits = messages.awaiting(root.state, root.answer_required) is not Awaiting.NOTHING
        return waits and root.reply_due_at is not None and root.reply_due_at <= info.context.session.now

    @computed("expectation")
    def expectation(root: strawberry.Parent[Row]) -> Expectation:
        """What is expected of the recipients, with the deadline explained, as it was when the message was sent."""
        return _EXPECTATION.validate_python(root.expectation)

    @computed("warnings")
    def warnings(root: strawberry.Parent[Row]) -> list[Objection]:
        """What the sender was warned of."""
        return list(_OBJECTIONS.validate_python(root.warnings))


@window(rows.Receipt)
class Receipt(Node):
    """Where a message stands with one recipient (kvittens): who took part of it, and when."""

    state: ReceiptState = column("Where it stands.")
    acknowledged_at: dt.datetime | None = column("When somebody at the unit acknowledged it (kvitterat).")
    answered_at: dt.datetime | None = column("When the unit replied (besvarat).")
    unit: Unit = to_one("unit", "The recipient (mottagande enhet).")
    acknowledged_by: Assignment | None = to_one("acknowledged_by", "Who acknowledged it.")
    answered_by: Assignment | None = to_one("answered_by", "Who replied.")
    answer: Message | None = to_one("answer", "The reply.")


@window(rows.MessageEvent)
class MessageEvent(Node):
    """Something that happened to a message (händelse)."""

    version: int = column("The message's version after it.")
    kind: MessageEventKind = column("What happened.")
    at: dt.datetime = column("When.")
    reason: str | None = column("The reason given (orsak).")
    unit: Unit = to_one("unit", "The unit that did it.")
    by: Assignment = to_one("by", "Who did it.")


@window(rows.ConsentRecord)
class Consent(Node):
    """The individual's consent to one message (samtycke, O9). It is used by that message and no other."""

    form: ConsentForm = column("How it was given.")
    given_at: dt.datetime = column("When it was given.")
    recorded_at: dt.datetime = column("When it was recorded.")
    recorded_by: Assignment = to_one("recorded_by", "Who recorded it.")


def _inbox(info: Info, state: ReceiptState | None = None) -> Rows:
    """What has arrived at the own unit; of another unit nothing."""
    sql, params = "{v}.unit_id = {own}", {"own": info.context.session.viewer.unit_id, "state": state}
    if state is not None:
        sql += " and {v}.state = {state}"
    via = "join receipt {v} on {v}.message_id = {t}.id"
    return Rows(model=rows.Message, via=via, where=Where(sql, params), order=_ARRIVED)


_AWAITING = {
    Awaiting.ACKNOWLEDGEMENT: "{t}.state = 'SENT'",
    Awaiting.REPLY: "{t}.answer_required and {t}.state in ('SENT', 'ACKNOWLEDGED')",
    Awaiting.NOTHING: "not ({t}.state = 'SENT' or ({t}.state = 'ACKNOWLEDGED' and {t}.answer_required))",
}


def _outbox(info: Info, awaiting: Awaiting | None = None, overdue: bool = False) -> Rows:
    """What the own unit has sent; of another unit nothing."""
    session = info.context.session
    sql, params = "{t}.sender_unit_id = {own}", {"own": session.viewer.unit_id, "now": session.now}
    if awaiting is not None:
        sql += f" and {_AWAITING[awaiting]}"
    if overdue:
        sql += f" and {_AWAITING[Awaiting.REPLY]} and {{t}}.reply_due_at <= {{now}}"
    return Rows(model=rows.Message, where=Where(sql, params), order=_NEWEST_FIRST)


def _of_patient(info: Info) -> Rows:
    return Rows(model=rows.Message, order=_NEWEST_FIRST)


ADDED = {
    "Unit": {
        "inbox": to_many(
            _inbox,
            "{v}.unit_id",
            "What has arrived at the own unit, newest first (inkorg). Empty for another unit.",
            guard=own_unit_only,
            of=Connection[Message],
        ),
        "outbox": to_many(
            _outbox,
            "{t}.sender_unit_id",
            "What the own unit has sent, newest first: who has read it, what awaits an answer, what is overdue"
            " (utkorg; the remedy for O5-O7). Empty for another unit.",
            guard=own_unit_only,
            of=Connection[Message],
        ),
    },
    "Patient": {
        "messages": to_many(
            _of_patient,
            "{t}.patient_id",
            "The messages about the patient that your unit sent or received, newest first.",
            of=Connection[Message],
        ),
    },
}
"""Fields that messages add to types that know nothing of them."""
