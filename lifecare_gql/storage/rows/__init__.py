"""The stored records. Tortoise finds the models here; everybody else writes ``rows.Message``."""

from lifecare_gql.storage.rows.base import Record
from lifecare_gql.storage.rows.ledger import AccessLogEntry, IdempotencyKey
from lifecare_gql.storage.rows.messages import ConsentRecord, Message, MessageEvent, Receipt
from lifecare_gql.storage.rows.organisations import Assignment, Forum, InboxReading, Organisation, Staff, Unit
from lifecare_gql.storage.rows.patients import CareRelation, Case, CaseParty, Patient, PlanProcess

__all__ = [
    "AccessLogEntry",
    "Assignment",
    "CareRelation",
    "Case",
    "CaseParty",
    "ConsentRecord",
    "Forum",
    "IdempotencyKey",
    "InboxReading",
    "Message",
    "MessageEvent",
    "Organisation",
    "Patient",
    "PlanProcess",
    "Receipt",
    "Record",
    "Staff",
    "Unit",
]
