"""Where somebody stands in the changes of a unit, as a text that says nothing and that nobody else can use.

Sealed with a key derived from the deployment's secret, so that any process can open it; the unit and its region
are part of the seal, so that the cursor of another unit is no cursor. The same place has the same cursor.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from lifecare_gql.actions.session import Session
from lifecare_gql.errors import BadInput
from lifecare_gql.storage.outbox import region_stream, unit_stream

_PLACES = struct.Struct(">QQ")

Positions = dict[str, int]
"""By stream, the last position that was seen."""


def streams(session: Session) -> tuple[str, str]:
    """What the caller may follow: the own unit, and its region. NotAuthenticated for an anonymous caller."""
    caller = session.known()
    return unit_stream(caller.unit_id), region_stream(caller.unit.region)


def cursor(session: Session, positions: Mapping[str, int]) -> str:
    """The place as a text."""
    return sealed(session.secret, streams(session), positions)


def positions(session: Session, text: str) -> Positions:
    """The place that the caller's cursor names; BadInput for any other text."""
    return opened(session.secret, streams(session), text)


def sealed(secret: bytes, names: tuple[str, str], positions: Mapping[str, int]) -> str:
    """The place in the two streams as a text."""
    places = _PLACES.pack(*(positions[name] for name in names))
    text = _cipher(secret).encrypt(places, [name.encode() for name in names])
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def opened(secret: bytes, names: tuple[str, str], text: str) -> Positions:
    """The place in the two streams that the text names; BadInput for any other text."""
    try:
        found = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        places = _cipher(secret).decrypt(found, [name.encode() for name in names])
    except (ValueError, binascii.Error, InvalidTag):
        raise BadInput(
            "after is not a cursor of your unit: take it from changesCursor or from a change."
        ) from None
    return dict(zip(names, _PLACES.unpack(places), strict=True))


def _cipher(secret: bytes) -> AESSIV:
    return AESSIV(hmac.new(secret, b"changes cursor", hashlib.sha512).digest())
