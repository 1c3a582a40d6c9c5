"""Bearer tokens: verified with the issuer's public key, issued by ourselves in development only."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lifecare_gql.errors import ConfigurationError, NotAuthenticated
from lifecare_gql.settings import Mode, Settings, kept

LEEWAY = dt.timedelta(seconds=10)
MAX_TOKEN_LENGTH = 8 * 1024
DEVELOPMENT_LIFETIME = dt.timedelta(hours=1)
_KEY_FILE = "development-issuer.pem"
_REFUSED = "The token is not valid: it has expired, is meant for somebody else, or was not signed by the issuer."


class Claims(BaseModel):
    """What a token must say: who, and on which assignment (medarbetaruppdrag)."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    staff_hsa_id: str = Field(alias="sub", max_length=31)
    assignment_hsa_id: str = Field(alias="commission", max_length=31)
    expires_at: int = Field(alias="exp")


class Verifier:
    """Verifies tokens of the one issuer that the settings name."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._key = _public_key(settings)

    def verify(self, token: str) -> Claims:
        """What the token says; NotAuthenticated, without telling why, when it cannot be trusted."""
        if len(token) > MAX_TOKEN_LENGTH:
            raise NotAuthenticated(_REFUSED)
        try:
            told = jwt.decode(
                token,
                self._key,
                algorithms=list(self._settings.token_algorithms),
                audience=self._settings.token_audience,
                issuer=self._settings.token_issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "sub", "iss", "aud"]},
            )
            return Claims.model_validate(told)
        except (jwt.PyJWTError, ValidationError):
            raise NotAuthenticated(_REFUSED) from None


class DevelopmentIssuer:
    """Issues tokens to anybody on this machine. Refuses to exist in production."""

    def __init__(self, settings: Settings) -> None:
        if settings.mode is Mode.PRODUCTION:
            raise ConfigurationError("The development issuer does not run in production.")
        self._settings = settings
        self._key = _development_key(settings.state_dir)

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
            "iat": now,
            "exp": now + lifetime,
        }
        return jwt.encode(claims, self._key, algorithm="ES256")


def _public_key(settings: Settings) -> Any:
    if settings.token_public_key_file is None:
        return _development_key(settings.state_dir).public_key()
    try:
        key = serialization.load_pem_public_key(settings.token_public_key_file.read_bytes())
        for name in settings.token_algorithms:
            jwt.get_algorithm_by_name(name).prepare_key(key)
    except OSError as error:
        raise ConfigurationError(f"LIFECARE_TOKEN_PUBLIC_KEY_FILE cannot be read: {error.strerror}.") from None
    except (ValueError, TypeError, UnsupportedAlgorithm, jwt.InvalidKeyError):
        algorithms = ", ".join(settings.token_algorithms)
        raise ConfigurationError(
            f"LIFECARE_TOKEN_PUBLIC_KEY_FILE holds no public key in PEM for {algorithms}."
        ) from None
    return key


def _development_key(state_dir: Path) -> ec.EllipticCurvePrivateKey:
    text = kept(state_dir / _KEY_FILE, _new_key)
    try:
        key = serialization.load_pem_private_key(text.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ConfigurationError(
            f"{_KEY_FILE} in LIFECARE_STATE_DIR is damaged; delete it, and a new one is made at the next start."
        )
    return key


def _new_key() -> str:
    form, encoding = serialization.PrivateFormat.PKCS8, serialization.Encoding.PEM
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(encoding, form, serialization.NoEncryption()).decode()
