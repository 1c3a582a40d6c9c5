"""Windows on webhooks: how they stand, what was done to them, what did not arrive. For administrators only."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import strawberry

from lifecare_gql.actions.webhooks import read_webhooks
from lifecare_gql.domain.change_words import ChangeTopic
from lifecare_gql.domain.webhook_words import WebhookDeliveryState, WebhookEventKind, WebhookState
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.ids import row_id
from lifecare_gql.schema.reading import Connection, Node, column, computed, connection, to_many, to_one, window
from lifecare_gql.schema.units import Assignment, Unit
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import BY_VERSION, Order, Rows
from lifecare_gql.storage.reading.where import Where

_BY_SINCE = Order(by=("{t}.since", "{t}.id"), columns=("since", "id"))
_BY_BEGINNING = Order(by=("{t}.begun_at", "{t}.id"), columns=("begun_at", "id"))


def _history(info: Info) -> Rows:
    return Rows(model=rows.WebhookEvent, order=BY_VERSION)


def _deliveries(state: WebhookDeliveryState) -> Any:
    def found(info: Info) -> Rows:
        where = Where("{t}.state = {state}", {"state": state.value})
        return Rows(model=rows.WebhookDelivery, where=where, order=_BY_BEGINNING)

    return found


@window(rows.Webhook)
class Webhook(Node):
    """An address that is told by POST what concerns a unit, signed, in order (webhook).

    It is told ids only; whoever receives them asks for the rest with a token of its own."""

    unit: Unit = to_one("unit", "The unit whose changes it is told.")
    url: str = column("Where it is told: the receiver's address (adress).")
    state: WebhookState = column("Whether it is told anything now.")
    version: int = column("It grows with every act on it.")
    since: dt.datetime = column("When it was registered.")
    ended_at: dt.datetime | None = column("When it ended; null while it has not.")
    previous_secret_until: dt.datetime | None = column(
        "Until when messages are signed with the secret before the present one too (hemlighet)."
    )
    last_attempt_at: dt.datetime | None = column("When it was last tried to tell it anything (försök).")
    last_success_at: dt.datetime | None = column("When it last took anything in (svar 2xx).")
    last_status: int | None = column("The HTTP status of the last attempt; null when there was no answer (svar).")
    waiting: Connection[WebhookDelivery] = to_many(
        _deliveries(WebhookDeliveryState.PENDING),
        "{t}.webhook_id",
        "What is being tried again, with the number of attempts; all that came later waits (väntar).",
    )
    dead_letters: Connection[WebhookDelivery] = to_many(
        _deliveries(WebhookDeliveryState.DEAD),
        "{t}.webhook_id",
        "What never arrived, the earliest first (döda brev). Each can be replayed.",
    )
    history: Connection[WebhookEvent] = to_many(
        _history, "{t}.webhook_id", "What was done to it, in order (historik)."
    )

    @computed("topics")
    def topics(root: strawberry.Parent[Row]) -> list[ChangeTopic]:
        """What it is told about (ämnen)."""
        return [ChangeTopic[one] for one in root.topics]


@window(rows.WebhookEvent)
class WebhookEvent(Node):
    """Something that was done to a webhook (händelse)."""

    version: int = column("The webhook's version after it.")
    kind: WebhookEventKind = column("What was done.")
    at: dt.datetime = column("When.")
    reason: str | None = column("The reason given, or what made the program do it (orsak).")
    by: Assignment | None = to_one("by", "Who did it; null when the program did.")


@window(rows.WebhookDelivery)
class WebhookDelivery(Node):
    """A message to a webhook that did not arrive at once (leverans)."""

    message_id: str = column("Its header webhook-id, the same in every attempt (meddelandets id).")
    topic: ChangeTopic | None = column("What it is about; null when it tells of a gap (ämne).")
    state: WebhookDeliveryState = column("What became of it.")
    at: dt.datetime = column("When what it tells of happened.")
    attempts: int = column("How often it has failed since it was begun, or replayed (försök).")
    begun_at: dt.datetime = column("When it was first tried (första försöket).")
    last_attempt_at: dt.datetime | None = column("When it was last tried (senaste försöket).")
    last_status: int | None = column("The HTTP status of the last attempt; null when there was no answer (svar).")
    ended_at: dt.datetime | None = column("When it arrived, or was given up; null while it waits.")


WINDOWS = (Webhook, WebhookEvent, WebhookDelivery)


def _of_unit(
    info: Info,
    unit_id: Annotated[strawberry.ID, strawberry.argument(description="The unit.")],
    ended: Annotated[bool, strawberry.argument(description="Also those that have ended.")] = False,
) -> Rows:
    sql = "{t}.unit_id = {unit}" + ("" if ended else " and {t}.state <> 'ENDED'")
    where = Where(sql, {"unit": row_id(unit_id, rows.Unit, "unitId")})
    return Rows(model=rows.Webhook, where=where, order=_BY_SINCE)


@strawberry.type(description="What systems are told.")
class WebhookQuery:
    """The webhooks of a unit."""

    webhooks: Connection[Webhook] = connection(
        _of_unit, "The webhooks of a unit, by when they were registered.", read=read_webhooks
    )
