"""Public keys: read from a PEM file or from the set of keys that an issuer publishes (JWKS)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization

from lifecare_gql.errors import ConfigurationError

MAX_KEYS = 100


@dataclass(frozen=True, slots=True)
class Key:
    """A public key, and the signatures that it may verify."""

    public: Any
    algorithms: tuple[str, ...]


def key_in_file(file: Path, algorithms: Sequence[str], named: str) -> Key:
    """The key of a PEM file; ConfigurationError says what is wrong with what is `named` so."""
    try:
        public = serialization.load_pem_public_key(file.read_bytes())
    except OSError as error:
        raise ConfigurationError(f"{named} cannot be read: {error.strerror}.") from None
    except (ValueError, TypeError, UnsupportedAlgorithm):
        public = None
    if public is None or not all(_fits(public, name) for name in algorithms):
        raise ConfigurationError(f"{named} holds no public key in PEM for {', '.join(algorithms)}.")
    return Key(public, tuple(algorithms))


def keys_in_set(body: bytes, algorithms: Sequence[str]) -> dict[str, Key]:
    """The keys of a JWKS by their kid; ValueError when none can be used.

    A shared or private key, one for encryption, one without kid, one that is too short and one for a signature
    that is not accepted are passed over.
    """
    try:
        told = json.loads(body)
        listed = told["keys"][:MAX_KEYS]
        found = {one["kid"]: key for one in reversed(listed) if (key := _key(one, algorithms)) is not None}
    except (ValueError, TypeError, KeyError, RecursionError):
        raise ValueError("it is no set of keys") from None
    if not found:
        raise ValueError("it has no key for the accepted signatures")
    return found


def _key(told: Any, algorithms: Sequence[str]) -> Key | None:
    kid, operations = told.get("kid"), told.get("key_ops", ["verify"])
    usable = isinstance(kid, str) and kid and told.get("use", "sig") == "sig" and "verify" in operations
    if not usable or told.get("kty") == "oct" or "d" in told:
        return None
    try:
        public = jwt.PyJWK(told).key
    except (jwt.PyJWTError, ValueError, TypeError):
        return None
    stated = told.get("alg")
    fitting = tuple(name for name in algorithms if stated in (None, name) and _fits(public, name))
    return Key(public, fitting) if fitting else None


def _fits(public: Any, name: str) -> bool:
    """Whether the key is of the signature's kind, and long enough."""
    try:
        algorithm = jwt.get_algorithm_by_name(name)
        return algorithm.check_key_length(algorithm.prepare_key(public)) is None
    except (jwt.PyJWTError, ValueError, TypeError):
        return False
