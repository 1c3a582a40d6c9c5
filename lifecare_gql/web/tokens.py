"""The development's own issuer of tokens. It does not exist in production."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from lifecare_gql.errors import ConfigurationError
from lifecare_gql.settings import Mode, Settings, kept

DEVELOPMENT_LIFETIME = dt.timedelta(hours=1)
DEVELOPMENT_ASSURANCE = "development"
"""What a token of the development says of its level of assurance: none of a real login."""
KEY_FILE = "development-issuer.pem"


class DevelopmentIssuer:
    """Issues tokens to anybody on this machine. Refuses to exist in production."""

    def __init__(self, settings: Settings) -> None:
        if settings.mode is Mode.PRODUCTION:
            raise ConfigurationError("The development issuer does not run in production.")
        self._settings = settings
        self._key = development_key(settings.state_dir)

    def issue(
        self,
        staff_hsa_id: str,
        assignment_hsa_id: str,
        now: dt.datetime,
        lifetime: dt.timedelta = DEVELOPMENT_LIFETIME,
    ) -> str:
        """A token for the assignment, valid from now on for `lifetime`."""
        claims = {
            "iss": self._settings.token_issuer,
            "aud": self._settings.token_audience,
            "sub": staff_hsa_id,
            "commission": assignment_hsa_id,
            "acr": DEVELOPMENT_ASSURANCE,
            "iat": now,
            "exp": now + lifetime,
        }
        return jwt.encode(claims, self._key, algorithm="ES256")


def development_key(state_dir: Path) -> ec.EllipticCurvePrivateKey:
    """The development issuer's key, made on first use; ConfigurationError when it is damaged."""
    text = kept(state_dir / KEY_FILE, _new_key)
    try:
        key = serialization.load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ConfigurationError(
            f"{KEY_FILE} in LIFECARE_STATE_DIR is damaged; delete it, and a new one is made at the next start."
        )
    return key


def _new_key() -> str:
    form, encoding = serialization.PrivateFormat.PKCS8, serialization.Encoding.PEM
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(encoding, form, serialization.NoEncryption()).decode()
