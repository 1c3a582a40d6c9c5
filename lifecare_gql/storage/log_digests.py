"""What makes the access log tamper-evident: a keyed digest of each entry, and of each stretch of entries.

An entry's digest is computed where the entry is written, from nothing but the entry: no writer waits for another.
That nothing is missing and nothing was put in is the business of the seals, which are made afterwards.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

COLUMNS = (
    *("entry_id", "at", "request_id", "act", "operation", "staff_hsa_id", "assignment_hsa_id"),
    *("unit_id", "patient_id", "subject", "subject_id"),
)
"""What an entry says, in the order in which it is digested. Its number is given later, and is sealed."""


def log_key(secret: bytes) -> bytes:
    """The key of the digests: derived from the deployment's secret, so there is no other to keep."""
    return hmac.digest(secret, b"access log", "sha256")


def entry_digest(key: bytes, said: Iterable[Any]) -> str:
    """The digest of an entry, of its `COLUMNS` as Python's values or as a driver returned them."""
    return hmac.digest(key, canonical(said), "sha256").hex()


def canonical(values: Iterable[Any]) -> bytes:
    """The values in one spelling; what is stored in another spelling was not written by this program."""
    return json.dumps([_text(one) for one in values], separators=(",", ":")).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """That the entries `from_number` to `to_number` were these and no others.

    `previous` is the digest of the seal before it, None for the first. `undigested` of the `entries` were written
    before there were digests.
    """

    from_number: int
    to_number: int
    entries: int
    undigested: int
    at: dt.datetime | bytes
    previous: str | None
    digest: str = ""

    def signed(self, key: bytes, contents: bytes) -> str:
        """The digest that the seal must have over these contents (`Contents`)."""
        numbers = (self.from_number, self.to_number, self.entries, self.undigested)
        said = canonical([*numbers, self.at, self.previous, contents.hex()])
        return hmac.new(key, said, hashlib.sha256).hexdigest()


class Contents:
    """All entries of a stretch in order, boiled down to one digest."""

    def __init__(self) -> None:
        self.entries = 0
        self.undigested = 0
        self._digest = hashlib.sha256()

    def add(self, number: int, said: Sequence[Any], digest: str | None) -> None:
        """The next entry."""
        self.entries += 1
        self.undigested += digest is None
        self._digest.update(canonical([number, *said, digest]) + b"\n")

    def digest(self) -> bytes:
        """The digest of what was added."""
        return self._digest.digest()


def _text(value: Any) -> str | None:
    """SQLite's texts come as bytes, as they lie on the disk: spelt as Tortoise spells them, if it wrote them."""
    if value is None:
        return None
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat(" ")
    return str(value.value if isinstance(value, Enum) else value)
