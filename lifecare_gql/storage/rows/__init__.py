"""The stored records. Tortoise finds the models here; everybody else writes ``rows.Message``."""

from lifecare_gql.storage.rows.administration import (
    AssignmentEvent,
    CareAgreement,
    TrainingRecord,
    UnitEvent,
    UnitTrainer,
)
from lifecare_gql.storage.rows.base import Record
from lifecare_gql.storage.rows.blocks import Block, BlockEvent, CareAccess
from lifecare_gql.storage.rows.episodes import Episode, EpisodeEvent, EpisodeParty, EpisodeStep, NoticeReceipt
from lifecare_gql.storage.rows.ledger import (
    AccessEntry,
    AccessLogEntry,
    AccessLogSeal,
    AccessReview,
    IdempotencyKey,
)
from lifecare_gql.storage.rows.messages import ConsentRecord, Message, MessageEvent, Receipt
from lifecare_gql.storage.rows.organisations import Assignment, Forum, InboxReading, Organisation, Staff, Unit
from lifecare_gql.storage.rows.outages import Outage, OutageEvent
from lifecare_gql.storage.rows.patients import CareRelation, Case, CaseParty, Patient
from lifecare_gql.storage.rows.phone_logs import PhoneLogImport
from lifecare_gql.storage.rows.plans import ConsentEntry, PlanEvent, PlanParty, PlanProcess, Task
from lifecare_gql.storage.rows.roles import RoleGrant, RoleGrantEvent
from lifecare_gql.storage.rows.webhooks import Webhook, WebhookDelivery, WebhookEvent

__all__ = [
    "AccessEntry",
    "AccessLogEntry",
    "AccessLogSeal",
    "AccessReview",
    "Assignment",
    "AssignmentEvent",
    "Block",
    "BlockEvent",
    "CareAccess",
    "CareAgreement",
    "CareRelation",
    "Case",
    "CaseParty",
    "ConsentEntry",
    "ConsentRecord",
    "Episode",
    "EpisodeEvent",
    "EpisodeParty",
    "EpisodeStep",
    "Forum",
    "IdempotencyKey",
    "InboxReading",
    "Message",
    "MessageEvent",
    "NoticeReceipt",
    "Organisation",
    "Outage",
    "OutageEvent",
    "Patient",
    "PhoneLogImport",
    "PlanEvent",
    "PlanParty",
    "PlanProcess",
    "Receipt",
    "Record",
    "RoleGrant",
    "RoleGrantEvent",
    "Staff",
    "Task",
    "TrainingRecord",
    "Unit",
    "UnitEvent",
    "UnitTrainer",
    "Webhook",
    "WebhookDelivery",
    "WebhookEvent",
]
