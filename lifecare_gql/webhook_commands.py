"""Commands for whoever looks after webhooks: what there are, deliver, tell again, what never arrived.

The host of an address is shown, never its path: it may hold a token of the receiver's.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Any
from uuid import UUID

import typer

from lifecare_gql.app import utc_now, webhook_policy
from lifecare_gql.domain.webhook_words import WebhookDeliveryState, WebhookEventKind, WebhookState
from lifecare_gql.domain.webhooks import host_of
from lifecare_gql.errors import BadInput, ConfigurationError
from lifecare_gql.regions import load_regions
from lifecare_gql.schema.ids import public_id, row_id
from lifecare_gql.settings import Settings, from_environment
from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database
from lifecare_gql.web.logging import configure
from lifecare_gql.web.webhooks import Deliverer

webhooks = typer.Typer(no_args_is_help=True, help="Look after what systems are told (webhooks).")

_Dead = Annotated[str, typer.Argument(help="A dead letter, as `dead` lists it.")]


@webhooks.command("list")
def list_() -> None:
    """Every webhook that has not ended: id, state, host, last success, messages that wait, dead letters."""
    asyncio.run(_list(from_environment()))


async def _list(settings: Settings) -> None:
    async with Database.from_url(settings.database_url) as db, db.transaction() as tx:
        query = rows.Webhook.exclude(state=WebhookState.ENDED).using_db(tx.client)
        found: list[Any] = await query.order_by("since", "id")
        for one in found:
            counts = [await _count(tx, one, state) for state in _COUNTED]
            success = one.last_success_at.isoformat(timespec="seconds") if one.last_success_at else "never"
            named = public_id(rows.Webhook, one.id)
            typer.echo("\t".join([named, one.state.value, host_of(one.url), success, *map(str, counts)]))


_COUNTED = (WebhookDeliveryState.PENDING, WebhookDeliveryState.DEAD)


async def _count(tx: Any, one: Any, state: WebhookDeliveryState) -> int:
    return await rows.WebhookDelivery.filter(webhook_id=one.id, state=state).using_db(tx.client).count()


@webhooks.command()
def deliver(
    once: Annotated[bool, typer.Option("--once", help="Only what is due now; then end.")] = False,
) -> None:
    """Deliver, beside or instead of the servers (LIFECARE_WEBHOOKS=false): nothing is told by two at once."""
    settings = from_environment()
    configure(settings.log)
    asyncio.run(_deliver(settings, once=once))


async def _deliver(settings: Settings, *, once: bool) -> None:
    regions = load_regions(settings.regions, settings.assumptions, lenient=settings.regions_lenient)
    async with Database.from_url(settings.database_url, walled=settings.walled) as db:
        deliverer = Deliverer(db, regions, settings.key(), utc_now, webhook_policy(settings))
        if once:
            counted = await deliverer.once()
            typer.echo(
                ", ".join(f"{number} {outcome}" for outcome, number in sorted(counted.items())) or "nothing"
            )
            return
        async with deliverer.delivering():
            await asyncio.Event().wait()


@webhooks.command()
def dead() -> None:
    """Every dead letter: its id, the webhook's, the host, the header webhook-id, attempts, last status."""
    asyncio.run(_dead(from_environment()))


async def _dead(settings: Settings) -> None:
    async with Database.from_url(settings.database_url) as db, db.transaction() as tx:
        query = rows.WebhookDelivery.filter(state=WebhookDeliveryState.DEAD).using_db(tx.client)
        found: list[Any] = await query.prefetch_related("webhook").order_by("begun_at", "id")
    for one in found:
        of = public_id(rows.Webhook, one.webhook.id)
        said = (public_id(rows.WebhookDelivery, one.id), of, host_of(one.webhook.url), one.message_id)
        typer.echo("\t".join([*said, str(one.attempts), str(one.last_status or "no answer")]))


@webhooks.command()
def replay(letter: _Dead) -> None:
    """Tell a dead letter again, at once. Everything after a cursor is replayed by the mutation replayWebhook."""
    try:
        found = row_id(letter, rows.WebhookDelivery, "letter")
    except BadInput as error:
        raise ConfigurationError(str(error)) from None
    asyncio.run(_replay(from_environment(), found))


async def _replay(settings: Settings, letter: UUID) -> None:
    now = utc_now()
    async with Database.from_url(settings.database_url) as db, db.transaction() as tx:
        dead = rows.WebhookDelivery.filter(id=letter, state=WebhookDeliveryState.DEAD).using_db(tx.client)
        of = await dead.first().values_list("webhook_id", flat=True)
        locked = rows.Webhook.filter(id=of).exclude(state=WebhookState.ENDED).select_for_update(no_key=True)
        webhook: Any = None if of is None else await locked.using_db(tx.client).first()
        if webhook is None:
            raise ConfigurationError("There is no such dead letter of a webhook that has not ended.")
        await dead.update(state=WebhookDeliveryState.PENDING, attempts=0, ended_at=None)
        webhook.version, webhook.due_at, webhook.lease, webhook.lease_until = webhook.version + 1, now, None, None
        await webhook.save(using_db=tx.client, update_fields=["version", "due_at", "lease", "lease_until"])
        told = {"webhook_id": of, "version": webhook.version, "kind": WebhookEventKind.REPLAYED}
        await rows.WebhookEvent.create(using_db=tx.client, **told, at=now, reason="by command")
    typer.echo(f"It will be told again{'' if webhook.state is WebhookState.ACTIVE else ' when it is resumed'}.")
