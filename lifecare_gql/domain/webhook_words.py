"""The vocabularies of webhooks: how one stands, what was done to it, what became of a message."""

from __future__ import annotations

from lifecare_gql.domain.words import Word


class WebhookState(Word):
    """Whether a webhook is told anything now."""

    ACTIVE = "ACTIVE", "aktiv", "It is told what happens."
    PAUSED = "PAUSED", "pausad", "It is told nothing until it is resumed; then all of it, in order."
    ENDED = "ENDED", "avslutad", "It is told nothing any more. It is never removed."


class WebhookEventKind(Word):
    """What was done to a webhook."""

    REGISTERED = "REGISTERED", "registrerad", "It was registered."
    SECRET_ROTATED = "SECRET_ROTATED", "ny hemlighet", "It got a new secret; the one before is valid for a while."
    PAUSED = "PAUSED", "pausad", "It was paused, by somebody or after too many dead letters."
    RESUMED = "RESUMED", "återupptagen", "It goes on where it stood."
    REPLAYED = "REPLAYED", "omsänd", "It is told again from an earlier place, or a dead letter again."
    ENDED = "ENDED", "avslutad", "It was ended: by somebody, by the receiver (410), or with its unit."


class WebhookDeliveryState(Word):
    """What became of a message that did not arrive at once."""

    PENDING = "PENDING", "väntar", "It is tried again; what comes after it waits."
    DELIVERED = "DELIVERED", "levererat", "It arrived at last."
    DEAD = "DEAD", "dött brev", "It never arrived and is tried no more, but can be replayed."
    WITHHELD = "WITHHELD", "undanhållet", "The unit may no longer see what it was about, so it is not told."
