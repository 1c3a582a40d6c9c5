"""Signatures: known answers of the standards, and that any changed byte is found."""

from __future__ import annotations

import base64
from functools import cache

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from lifecare_gql.documents.kits import kit_json
from lifecare_gql.documents.signatures import (
    key_id,
    load_private_key,
    load_public_key,
    new_key_pem,
    public_pem,
    sign,
    signed,
    verify,
)
from lifecare_gql.errors import ConfigurationError
from tests.documents.kit_examples import KIT

KEY = load_private_key(new_key_pem())
PUBLIC = KEY.public_key()
RFC_8032 = [  # section 7.1, tests 1 to 3: private key, public key, message, signature
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
        "d25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
        "387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
        "4a7c15e9716ed28dc027beceea1ec40a",
    ),
]


@cache
def kit() -> tuple[bytes, str]:
    payload = kit_json(KIT)
    return payload, sign(payload, KEY)


@pytest.mark.parametrize(("private", "public", "message", "signature"), RFC_8032)
def test_the_known_answers_of_rfc_8032(private: str, public: str, message: str, signature: str) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(private))
    made = sign(bytes.fromhex(message), key)
    assert made == base64.urlsafe_b64encode(bytes.fromhex(signature)).rstrip(b"=").decode()
    assert key.public_key().public_bytes_raw().hex() == public
    assert verify(bytes.fromhex(message), made, key.public_key())


def test_the_known_thumbprint_of_rfc_8037() -> None:
    raw = base64.urlsafe_b64decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo=")
    assert key_id(Ed25519PublicKey.from_public_bytes(raw)) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_a_signed_kit_is_checked_with_the_public_key_alone() -> None:
    payload, _ = kit()
    made = signed(payload, KEY)
    public = load_public_key(public_pem(KEY))
    assert made.payload == payload
    assert made.key_id == key_id(public)
    assert verify(made.payload, made.signature, public)
    assert "Holger" not in repr(made)


@given(at=st.integers(0, len(kit()[0]) - 1), change=st.integers(1, 255))
def test_any_changed_byte_is_found(at: int, change: int) -> None:
    payload, signature = kit()
    changed = payload[:at] + bytes([payload[at] ^ change]) + payload[at + 1 :]
    assert not verify(changed, signature, PUBLIC)


@given(at=st.integers(0, len(kit()[0])), more=st.binary(min_size=1, max_size=9), less=st.integers(1, 9))
def test_anything_added_or_lost_is_found(at: int, more: bytes, less: int) -> None:
    payload, signature = kit()
    assert not verify(payload[:at] + more + payload[at:], signature, PUBLIC)
    assert not verify(payload[:at] + payload[at + less :], signature, PUBLIC) or at == len(payload)


@given(at=st.integers(0, 85), put=st.characters())
def test_any_changed_character_of_the_signature_is_found(at: int, put: str) -> None:
    payload, signature = kit()
    changed = signature[:at] + put + signature[at + 1 :]
    assert verify(payload, changed, PUBLIC) == (put == signature[at])


@given(st.text(max_size=120))
def test_what_is_no_signature_is_refused_and_never_raises(text: str) -> None:
    payload, signature = kit()
    assert verify(payload, text, PUBLIC) == (text == signature)


@pytest.mark.parametrize("change", ["{}=", "{}==", " {}", "{}\n", "{}A"])
def test_a_signature_is_written_in_one_way(change: str) -> None:
    payload, signature = kit()
    assert not verify(payload, change.format(signature), PUBLIC)


def test_another_key_does_not_do() -> None:
    payload, signature = kit()
    other = load_private_key(new_key_pem())
    assert not verify(payload, signature, other.public_key())
    assert key_id(other.public_key()) != key_id(PUBLIC)


def test_a_key_is_the_same_after_it_was_kept() -> None:
    pem = new_key_pem()
    assert pem.startswith("-----BEGIN PRIVATE KEY-----\n")
    assert public_pem(load_private_key(pem)) == public_pem(load_private_key(pem))
    assert public_pem(KEY).startswith("-----BEGIN PUBLIC KEY-----\n")


def other_private() -> str:
    private, nothing = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(serialization.Encoding.PEM, private, nothing).decode()


def encrypted_private() -> str:
    lock = serialization.BestAvailableEncryption(b"secret")
    return KEY.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, lock).decode()


@pytest.mark.parametrize("pem", ["", "no key", public_pem(KEY), other_private(), encrypted_private()])
def test_what_is_no_private_key_is_refused(pem: str) -> None:
    with pytest.raises(ConfigurationError, match="Ed25519 private key in PEM") as caught:
        load_private_key(pem)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("pem", ["", "no key", new_key_pem(), other_private()])
def test_what_is_no_public_key_is_refused(pem: str) -> None:
    with pytest.raises(ConfigurationError, match="Ed25519 public key in PEM"):
        load_public_key(pem)
