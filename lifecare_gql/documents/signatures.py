"""Signatures on what leaves the system, so that whoever opens it later can tell that no byte was changed.

Ed25519 (RFC 8032), detached: the signed bytes stay as they are and can be read without any of this. Keys are kept
as PEM; whoever checks needs the public one only, and no server.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lifecare_gql.errors import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedKit:
    """An outage kit with its signature; `key_id` tells which public key it is checked with."""

    payload: bytes = field(repr=False)
    signature: str
    key_id: str


def new_key_pem() -> str:
    """A new private key, as PEM (PKCS 8, not encrypted)."""
    private = serialization.PrivateFormat.PKCS8
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, private, serialization.NoEncryption()
    )
    return pem.decode()


def public_pem(key: Ed25519PrivateKey) -> str:
    """The public half, as PEM: what whoever checks a kit must have beforehand."""
    public = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, public).decode()


def load_private_key(pem: str) -> Ed25519PrivateKey:
    """The private key in the PEM text; ConfigurationError when there is none of Ed25519."""
    try:
        key = serialization.load_pem_private_key(pem.encode(), password=None)
    except (TypeError, ValueError, UnsupportedAlgorithm):  # their texts could hold parts of the key
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise ConfigurationError("The key to sign with must be an Ed25519 private key in PEM, not encrypted.")
    return key


def load_public_key(pem: str) -> Ed25519PublicKey:
    """The public key in the PEM text; ConfigurationError when there is none of Ed25519."""
    try:
        key = serialization.load_pem_public_key(pem.encode())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise ConfigurationError("The key to check with must be an Ed25519 public key in PEM.")
    return key


def key_id(key: Ed25519PublicKey) -> str:
    """The key's thumbprint (RFC 7638, RFC 8037): the same wherever it is computed."""
    jwk = {"crv": "Ed25519", "kty": "OKP", "x": _text(key.public_bytes_raw())}
    return _text(hashlib.sha256(json.dumps(jwk, sort_keys=True, separators=(",", ":")).encode()).digest())


def sign(payload: bytes, key: Ed25519PrivateKey) -> str:
    """The signature of exactly these bytes, in base64url without padding."""
    return _text(key.sign(payload))


def verify(payload: bytes, signature: str, public_key: Ed25519PublicKey) -> bool:
    """Whether the signature was made of exactly these bytes by the key's owner. Never raises for a bad one."""
    try:
        raw = base64.urlsafe_b64decode(signature + "==")
        public_key.verify(raw, payload)
    except (InvalidSignature, ValueError):
        return False
    return _text(raw) == signature  # base64 has several ways to write the same bytes


def signed(payload: bytes, key: Ed25519PrivateKey) -> SignedKit:
    """The payload with its signature."""
    return SignedKit(payload=payload, signature=sign(payload, key), key_id=key_id(key.public_key()))


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
