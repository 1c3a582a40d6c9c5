"""Webhooks: changes told by POST to those who cannot hold a socket (docs/webhooks.md, decision 0033)."""

from lifecare_gql.web.webhooks.delivering import Deliverer, Outcome
from lifecare_gql.web.webhooks.sending import Sender

__all__ = ["Deliverer", "Outcome", "Sender"]
