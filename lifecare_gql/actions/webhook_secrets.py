"""What is derived from the deployment's secret for webhooks: nothing secret is stored.

Standard Webhooks (https://www.standardwebhooks.com) says how a message is signed; its own library signs it.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from standardwebhooks import Webhook as Signer

_BYTES = 32


def webhook_secret(deployment: bytes, webhook_id: UUID, version: int) -> str:
    """The secret of a webhook, as the receiver is given it once: ``whsec_`` and 32 bytes in base64."""
    info = b"lifecare webhook secret" + webhook_id.bytes + version.to_bytes(4)
    key = HKDF(algorithm=SHA256(), length=_BYTES, salt=None, info=info).derive(deployment)
    return f"whsec_{base64.b64encode(key).decode()}"


def message_id(deployment: bytes, webhook_id: UUID, *place: object) -> str:
    """What names a message, always the same: from where it stands, without telling how much happens at a unit."""
    said = "|".join(map(str, (webhook_id, *place))).encode()
    key = hmac.new(deployment, b"lifecare webhook message", hashlib.sha256).digest()
    return f"msg_{hmac.new(key, said, hashlib.sha256).hexdigest()[:40]}"


def signed_headers(secrets: list[str], message: str, at: dt.datetime, body: str) -> dict[str, str]:
    """The three headers; with a signature for each secret, so that either of two can be checked with."""
    signatures = (Signer(secret).sign(message, at.astimezone(dt.UTC), body) for secret in secrets)
    return {
        "webhook-id": message,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
