"""A client's manifest: a JSON file with the documents of one version of it, each under the hash of its text.

Two forms are read: an object from hash to document, as graphql-codegen's client preset writes it, and Apollo's,
with a list of `operations`. The id of a document is ``sha256:`` and the SHA-256 of its exact text in UTF-8, in 64
lower-case hexadecimal digits (GraphQL over HTTP, appendix A: Persisted Documents); a manifest may leave the prefix
out.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PREFIX = "sha256:"
_HASH = re.compile(rf"(?:{PREFIX})?([0-9a-f]{{64}})")


def id_of(text: str) -> str:
    """The document's id."""
    return PREFIX + hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Manifest:
    """The documents of a manifest, by id, and what is wrong with the rest of it."""

    documents: dict[str, str]
    faults: list[str]


def read(path: Path) -> Manifest:
    """The manifest in a file. Nothing is raised: what cannot be read is a fault like any other."""
    try:
        told = json.loads(path.read_text("utf-8"))
    except OSError as error:
        return Manifest({}, [f"it cannot be read: {error.strerror}"])
    except (ValueError, RecursionError):
        return Manifest({}, ["it is no JSON in UTF-8"])
    manifest = Manifest({}, [])
    try:
        for key, text in _entries(told):
            fault = _fault(key, text)
            if fault is None:
                manifest.documents[id_of(text)] = text
            else:
                manifest.faults.append(fault)
    except (KeyError, TypeError, AttributeError):
        manifest.faults.append("it is neither an object from hash to document nor a manifest of Apollo's")
    return manifest


def written(documents: dict[str, str]) -> str:
    """A manifest of these documents, in the order of their ids: the same documents make the same file."""
    return json.dumps(documents, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def _entries(told: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(told.get("operations"), list):
        yield from ((one["id"], one["body"]) for one in told["operations"])
    else:
        yield from told.items()


def _fault(key: Any, text: Any) -> str | None:
    if not isinstance(key, str) or not isinstance(text, str):
        return "a hash and a document must be texts"
    found = _HASH.fullmatch(key)
    if found is None:
        return f"{key[:80]}: no SHA-256 in 64 lower-case hexadecimal digits"
    try:
        fitting = id_of(text) == PREFIX + found[1]
    except UnicodeEncodeError:  # half a surrogate pair
        return f"{key}: its document is no text in UTF-8"
    return None if fitting else f"{key}: the hash is not that of its document"
