"""What a person can do. Each mutation is one action; each takes a key that makes a repeat harmless."""

from __future__ import annotations

from typing import Any

import strawberry

from lifecare_gql.actions import cases, message_acts, messages, units
from lifecare_gql.domain.words import MessageEventKind
from lifecare_gql.schema.administration_mutations import AdministrationMutation
from lifecare_gql.schema.auditing import AuditMutation
from lifecare_gql.schema.blocks import BlockMutation
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.episode_mutations import EpisodeMutation
from lifecare_gql.schema.ids import row_id
from lifecare_gql.schema.inputs import (
    CaseInput,
    ForumInput,
    Key,
    MessageActInput,
    MessageInput,
    MessageReasonInput,
    ReplyInput,
)
from lifecare_gql.schema.outages import OutageMutation
from lifecare_gql.schema.phone_logs import PhoneLogMutation
from lifecare_gql.schema.plan_mutations import PlanMutation
from lifecare_gql.schema.refusals import (
    CaseOpened,
    ForumRegistered,
    InboxReadingRecorded,
    MessageActResult,
    MessageChanged,
    MessageSent,
    OpenCaseResult,
    RecordInboxReadingResult,
    RegisterForumResult,
    ReplyResult,
    SendMessageResult,
    answer,
)
from lifecare_gql.schema.webhook_mutations import WebhookMutation
from lifecare_gql.storage import rows


@strawberry.type(
    description="What a person can do. Every answer is what was made, or a refusal that says everything."
)
class Mutation(
    EpisodeMutation,
    PlanMutation,
    OutageMutation,
    PhoneLogMutation,
    AdministrationMutation,
    AuditMutation,
    BlockMutation,
    WebhookMutation,
):
    """The mutations of the core."""

    @strawberry.mutation(description="Send a message outside the care episode (meddelande utanför vårdtillfälle).")
    async def send_message(self, info: Info, input: MessageInput, idempotency_key: Key) -> SendMessageResult:
        done = await messages.send_message(info.context.session, input.order(), idempotency_key)
        return answer(done, MessageSent)

    @strawberry.mutation(description="Acknowledge a message that your unit has received (kvittera).")
    async def acknowledge_message(
        self, info: Info, input: MessageActInput, idempotency_key: Key
    ) -> MessageActResult:
        return await _act(info, MessageEventKind.ACKNOWLEDGED, input.order(), idempotency_key)

    @strawberry.mutation(
        description="Reply to a message that your unit has received (svara); it also acknowledges it."
    )
    async def reply_to_message(self, info: Info, input: ReplyInput, idempotency_key: Key) -> ReplyResult:
        kind = MessageEventKind.ANSWERED
        return await _act(info, kind, input.order(), idempotency_key, MessageSent)

    @strawberry.mutation(
        description="Take back a message that nobody has acknowledged (återta). It stays in the record."
    )
    async def retract_message(
        self, info: Info, input: MessageReasonInput, idempotency_key: Key
    ) -> MessageActResult:
        order = input.order(input.reason)
        return await _act(info, MessageEventKind.RETRACTED, order, idempotency_key)

    @strawberry.mutation(description="Tell the sender that a message was sent to the wrong place (felsänt).")
    async def mark_message_misdirected(
        self, info: Info, input: MessageReasonInput, idempotency_key: Key
    ) -> MessageActResult:
        order = input.order(input.reason)
        return await _act(info, MessageEventKind.MISDIRECTED, order, idempotency_key)

    @strawberry.mutation(
        description="Close a message that your unit has sent and that waits for nothing (avsluta)."
    )
    async def close_message(self, info: Info, input: MessageActInput, idempotency_key: Key) -> MessageActResult:
        return await _act(info, MessageEventKind.CLOSED, input.order(), idempotency_key)

    @strawberry.mutation(description="Open a case that messages can be tied to (öppna ärende).")
    async def open_case(self, info: Info, input: CaseInput, idempotency_key: Key) -> OpenCaseResult:
        order = cases.CaseOrder(patient_id=row_id(input.patient_id, rows.Patient, "patientId"), title=input.title)
        done = await cases.open_case(info.context.session, order, idempotency_key)
        return answer(done, CaseOpened)

    @strawberry.mutation(description="Record that your unit has now read its inbox (läsa av, H12).")
    async def record_inbox_reading(self, info: Info, idempotency_key: Key) -> RecordInboxReadingResult:
        done = await units.record_inbox_reading(info.context.session, idempotency_key)
        return answer(done, InboxReadingRecorded)

    @strawberry.mutation(
        description="Register a forum that your unit holds with another one (upprättat forum, O4)."
    )
    async def register_forum(self, info: Info, input: ForumInput, idempotency_key: Key) -> RegisterForumResult:
        other = row_id(input.other_unit_id, rows.Unit, "otherUnitId")
        order = units.ForumOrder(name=input.name, other_unit_id=other)
        done = await units.register_forum(info.context.session, order, idempotency_key)
        return answer(done, ForumRegistered)


async def _act(
    info: Info,
    kind: MessageEventKind,
    order: message_acts.ActOrder,
    key: str,
    success: type[MessageChanged] | type[MessageSent] = MessageChanged,
) -> Any:
    return answer(await message_acts.act(info.context.session, kind, order, key), success)
