"""Trusted documents: what clients may ask for is told by their manifests, before they ask.

A request names a document by its id instead of carrying it. Which clients and versions there are is known at the
start, so a log or a metric that names them has no more values than there are manifests.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema

from lifecare_gql.errors import ConfigurationError
from lifecare_gql.schema.checking import checked
from lifecare_gql.settings import DocumentMode, Settings
from lifecare_gql.web.manifests import id_of, read
from lifecare_gql.web.requests import Refused

log = logging.getLogger("lifecare_gql.documents")

SEVERAL = "*"
"""The client, or the version, of a document that stands in the manifests of more than one."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")


class DocumentRefused(Refused):
    """The request names no document that may be run. `code` is stable; what is said repeats nothing of it."""

    def __init__(self, code: str, told: str) -> None:
        super().__init__(422, told, code=code)


@dataclass(frozen=True, slots=True)
class Trusted:
    """Whose document it is, as far as its text tells, and its operation: all from the manifests."""

    client: str
    version: str
    operation: str

    def beside(self, other: Trusted) -> Trusted:
        """The same document in another manifest."""
        same = self.client == other.client
        alike = same and self.version == other.version
        return Trusted(self.client if same else SEVERAL, self.version if alike else SEVERAL, self.operation)


class Documents:
    """The trusted documents, and what is done with a request that asks for one, or for something else."""

    def __init__(self, mode: DocumentMode, known: Mapping[str, Trusted]) -> None:
        """`known` has the documents by their text."""
        self._mode = mode
        self._known = known
        self._texts = {id_of(text): text for text in known}

    def trusted(self, document_text_or_id: str) -> Trusted | None:
        """Whose document this is, by its exact text or its id; None for one that is not trusted."""
        return self._known.get(self._texts.get(document_text_or_id, document_text_or_id))

    def name_of(self, document: str) -> str | None:
        """The name of its operation; None for one that is not trusted."""
        found = self._known.get(document)
        return None if found is None else found.operation

    def resolve(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """The request with its document in `query`; DocumentRefused when it may not be run.

        A request without `query` and `documentId` is left as it is: that it lacks one is told elsewhere.
        """
        named, text = asked.get("documentId"), asked.get("query")
        if not isinstance(named, str | None) or not isinstance(text, str | None):
            raise DocumentRefused("INVALID_REQUEST", "query and documentId must be strings or null, if provided.")
        if named is None and text is None:
            return {**asked, "query": None}
        if named is not None and text is not None and named != id_of(text):
            raise DocumentRefused("DOCUMENT_MISMATCH", "documentId is not the SHA-256 of query: send one of them.")
        return {**asked, "query": self._allowed(named, text)}

    def _allowed(self, named: str | None, text: str | None) -> str:
        document = text if named is None or text is not None else self._texts.get(named)
        found = None if document is None else self._known.get(document)
        if self._mode is DocumentMode.LOG:
            _note(found)
        only = self._mode is DocumentMode.ONLY and found is None
        if document is None or (only and named is not None):
            raise DocumentRefused("DOCUMENT_UNKNOWN", "No document with this documentId is trusted here.")
        if only:
            raise DocumentRefused("DOCUMENT_REQUIRED", "Send the documentId of a trusted document.")
        return document


def load_documents(settings: Settings, schema: GraphQLSchema) -> Documents:
    """The documents of every manifest, each valid; ConfigurationError lists every fault of every manifest."""
    folder = settings.documents_dir
    if settings.documents is DocumentMode.OFF or folder is None:
        return Documents(settings.documents, {})
    loading = _Loading(schema)
    for path in _manifests(folder):
        loading.add(path)
    faults = loading.faults
    if not loading.known and not faults:
        faults = [f"{folder}: no document in any <client>/<version>.json"]
    if faults:
        told = "".join(f"\n  {fault}" for fault in faults)
        raise ConfigurationError(f"The manifests in LIFECARE_DOCUMENTS_DIR cannot be used:{told}")
    return Documents(settings.documents, loading.known)


class _Loading:
    """The manifests as they are read, one after the other; each text is checked once, however many have it."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self.known: dict[str, Trusted] = {}
        self.faults: list[str] = []
        self._checked = lru_cache(maxsize=None)(partial(checked, schema))

    def add(self, path: Path) -> None:
        client, version = path.parent.name, path.stem
        manifest = read(path)
        faults = [*_unnamed(client, version), *manifest.faults]
        for key, text in manifest.documents.items():
            operation = self._checked(text)
            faults += (f"{key}: {fault}" for fault in operation.faults)
            if not operation.faults:
                one = Trusted(client, version, operation.name)
                self.known[text] = one.beside(self.known.get(text, one))
        self.faults += (f"{client}/{path.name}: {fault}" for fault in faults)


def _manifests(folder: Path) -> list[Path]:
    """Every manifest; what begins with a dot is the work of those who mount folders, not a client."""
    found = folder.glob("*/*.json")
    return sorted(one for one in found if not one.parent.name.startswith("."))


def _unnamed(*names: str) -> Iterator[str]:
    for name in names:
        if _NAME.fullmatch(name) is None:
            yield f"{name} is no name for a client or a version: letters, digits and ._+-, at most 64"


def _note(found: Trusted | None) -> None:
    if found is None:
        log.info("trusted=no")
    else:
        log.info("trusted=yes client=%s version=%s operation=%s", found.client, found.version, found.operation)
