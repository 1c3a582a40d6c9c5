"""What can be done to webhooks. Each answers what it made, or all objections."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from lifecare_gql.actions import webhooks
from lifecare_gql.domain.change_words import ChangeTopic
from lifecare_gql.errors import BadInput
from lifecare_gql.schema.acting import acting
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.ids import row_id
from lifecare_gql.schema.reading import fetch_one
from lifecare_gql.schema.refusals import IdempotencyKeyReused, NotFound, RefusedByRoutines, Success
from lifecare_gql.schema.webhooks import Webhook, WebhookEvent
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.rows import one


def _optional(description: str) -> Any:
    return strawberry.field(default=None, description=description)


@strawberry.input(description="A webhook to register (registrera).")
class RegisterWebhookInput:
    """Becomes a `RegisterOrder`."""

    unit_id: strawberry.ID = strawberry.field(description="The unit whose changes it is to be told.")
    url: str = strawberry.field(
        description="The receiver's address: https, without user and password, on the internet or in a network"
        " that the deployment allows (adress)."
    )
    topics: list[ChangeTopic] | None = _optional("Only these topics; null: all (ämnen).")

    def order(self) -> webhooks.RegisterOrder:
        """The order; BadInput for an id that is none, and for no topics at all."""
        if self.topics == []:
            raise BadInput("topics: name at least one, or leave it out for all.")
        topics = tuple(dict.fromkeys(self.topics or ChangeTopic))
        return webhooks.RegisterOrder(
            unit_id=row_id(self.unit_id, rows.Unit, "unitId"), url=self.url, topics=topics
        )


@strawberry.input(description="A webhook that something is to be done to.")
class WebhookInput:
    """Becomes a `WebhookOrder`."""

    webhook_id: strawberry.ID = strawberry.field(description="The webhook.")
    reason: str | None = _optional("Why (orsak).")

    def order(self) -> webhooks.WebhookOrder:
        """The order; BadInput for an id that is none."""
        found = row_id(self.webhook_id, rows.Webhook, "webhookId")
        return webhooks.WebhookOrder(webhook_id=found, reason=self.reason)


@strawberry.input(one_of=True, description="From where to tell again: give exactly one.")
class ReplayFromInput:
    """A place, or a dead letter."""

    after: strawberry.Maybe[str] = strawberry.field(
        description="Everything after this cursor: that of a message, of a change, or changesCursor (markör).",
    )
    dead_letter_id: strawberry.Maybe[strawberry.ID] = strawberry.field(
        description="This dead letter only (dött brev)."
    )


@strawberry.input(description="What a webhook is to be told again (omsändning).")
class ReplayWebhookInput:
    """Becomes a `ReplayOrder`."""

    webhook_id: strawberry.ID = strawberry.field(description="The webhook.")
    from_: ReplayFromInput = strawberry.field(name="from", description="From where to tell again.")
    reason: str | None = _optional("Why (orsak).")

    def order(self) -> webhooks.ReplayOrder:
        """The order; BadInput for an id that is none."""
        after, letter = self.from_.after, self.from_.dead_letter_id
        return webhooks.ReplayOrder(
            webhook_id=row_id(self.webhook_id, rows.Webhook, "webhookId"),
            after=None if after is None else after.value,
            delivery_id=None if letter is None else row_id(letter.value, rows.WebhookDelivery, "deadLetterId"),
            reason=self.reason,
        )


async def _webhook(info: Info, done: Any) -> Any:
    found = await webhooks.webhook_of(info.context.session, done.row_id)
    return await fetch_one(info, one(rows.Webhook, found), read=webhooks.read_webhooks)


async def _event(info: Info, done: Any) -> Any:
    return await fetch_one(info, one(rows.WebhookEvent, done.row_id), read=webhooks.read_webhooks)


@strawberry.type(description="The webhook is as it was said to be.")
class WebhookChanged(Success):
    """Made of `results.Done` with the event's id."""

    @strawberry.field(description="The webhook as it is now.")
    async def webhook(self, info: Info) -> Webhook:
        return await _webhook(info, self.done)

    @strawberry.field(description="The event.")
    async def event(self, info: Info) -> WebhookEvent:
        return await _event(info, self.done)


@strawberry.type(description="The webhook has a new secret (hemlighet).")
class WebhookSecretMade(Success):
    """Made of `results.Done` with the event's id."""

    @strawberry.field(description="The webhook as it is now.")
    async def webhook(self, info: Info) -> Webhook:
        return await _webhook(info, self.done)

    @strawberry.field(description="The event.")
    async def event(self, info: Info) -> WebhookEvent:
        return await _event(info, self.done)

    @strawberry.field(
        description="What the receiver checks signatures with, whsec_… (hemlighet). Shown this once: null when the"
        " answer is repeated. If it is lost, rotate."
    )
    async def secret(self, info: Info) -> str | None:
        return None if self.done.replayed else await webhooks.secret_made(info.context.session, self.done.row_id)


WebhookResult = Annotated[
    WebhookChanged | RefusedByRoutines | NotFound | IdempotencyKeyReused,
    strawberry.union("WebhookResult", description="What became of an act on a webhook."),
]
WebhookSecretResult = Annotated[
    WebhookSecretMade | RefusedByRoutines | NotFound | IdempotencyKeyReused,
    strawberry.union("WebhookSecretResult", description="What became of registering, or of making a new secret."),
]


def _mutation(
    do: Any,
    description: str,
    input_type: type = WebhookInput,
    success: type[Success] = WebhookChanged,
    result: Any = WebhookResult,
) -> Any:
    return acting(do, lambda said: said.order(), input_type, success, result, description)


@strawberry.type(description="What can be done to webhooks.")
class WebhookMutation:
    """The mutations of webhooks."""

    register_webhook = _mutation(
        webhooks.register,
        "Register an address that is told by POST what concerns a unit, from now on (registrera webhook).",
        RegisterWebhookInput,
        WebhookSecretMade,
        WebhookSecretResult,
    )
    rotate_webhook_secret = _mutation(
        webhooks.rotate,
        "Make a new secret; messages are signed with the one before too, for a while (byta hemlighet).",
        success=WebhookSecretMade,
        result=WebhookSecretResult,
    )
    pause_webhook = _mutation(webhooks.pause, "Tell it nothing until it is resumed (pausa).")
    resume_webhook = _mutation(webhooks.resume, "Go on where it stood (återuppta).")
    end_webhook = _mutation(webhooks.end, "End a webhook. It is never removed (avsluta).")
    replay_webhook = _mutation(
        webhooks.replay,
        "Tell it again from an earlier place, or a dead letter again, under the same ids (sända om).",
        ReplayWebhookInput,
    )
