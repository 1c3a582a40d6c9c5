"""An outage kit as data that a mobile client keeps offline: one JSON text, always the same for the same content.

Canonical: keys sorted, UTF-8, no space between tokens, moments in UTC, null where nothing is stated. Keys are in
camelCase, as in the API. A word of a closed vocabulary is its code and its Swedish text, since no server can be
asked for it. A step names a fact; `facts` holds the passages.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

from pydantic.alias_generators import to_camel

from lifecare_gql.documents import kit_forms
from lifecare_gql.documents.kit_sheets import KitSheet
from lifecare_gql.domain.words import Word

KIT_SCHEMA = 1
"""The version of the JSON's form; a client refuses one that it does not know."""

_MAKING = "made"
"""The only key that may differ between two kits with the same content."""

_AS_IT_IS = frozenset({str, int, bool, type(None)})


def kit_json(sheet: KitSheet) -> bytes:
    """The kit as canonical JSON; ``ValueError`` if a moment is not aware."""
    made = {"at": sheet.made_at, "validUntil": sheet.valid_until, "version": sheet.version}
    return _canonical(_plain({_MAKING: made, **_content(sheet)}))


def kit_etag(payload: bytes) -> str:
    """The entity tag of a kit made by `kit_json`, for ETag and If-None-Match (RFC 9110).

    It is weak: equal for kits with the same content. Left out is what `made` holds, which says nothing of the
    patients: when the kit was made, until when it is valid, and its version. So a client that hears that nothing
    has changed must be told the new validity beside the tag.
    """
    content = json.loads(payload)
    del content[_MAKING]
    digest = hashlib.sha256(_canonical(content)).digest()
    return f'W/"{base64.urlsafe_b64encode(digest).rstrip(b"=").decode()}"'


def _content(sheet: KitSheet) -> dict[str, Any]:
    said = _plain(_said(sheet))
    return {
        "schemaVersion": KIT_SCHEMA,
        "unit": sheet.unit,
        "careType": sheet.care_type,
        "organisation": sheet.organisation,
        "region": {"code": sheet.region.code, "name": sheet.region.info.name},
        **said,
        "facts": _facts(sheet, said),
        "episodes": sheet.episodes,
        "messages": sheet.messages,
        "withheld": {"count": sheet.withheld_count, "text": sheet.withheld},
    }


def _said(sheet: KitSheet) -> dict[str, Any]:
    """What the region says, and what is made of it."""
    return {
        "document": sheet.document,
        "status": sheet.status,
        "routine": sheet.region.outage,
        "noRoutine": sheet.no_routine or None,
        "switchboards": sheet.region.switchboards,
        "waysIn": sheet.ways_in,
        "contacts": sheet.contacts,
        "support": sheet.region.support.routes if sheet.region.support else (),
        "oralItems": kit_forms.oral_items(sheet),
        "outageLog": kit_forms.OUTAGE_LOG,
        "forms": kit_forms.forms(sheet),
        "checklists": kit_forms.checklists(sheet),
        "postings": kit_forms.postings(sheet),
    }


def _facts(sheet: KitSheet, said: dict[str, Any]) -> dict[str, Any]:
    """The passages of every fact that is named."""
    named = set(_named(said))
    return {fact.id: fact.quotes for fact in sheet.region.info.facts if fact.id in named}


def _named(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for one in node:
            yield from _named(one)
    elif isinstance(node, dict):
        if isinstance(fact := node.get("fact"), str):
            yield fact
        yield from _named(list(node.values()))


def _plain(thing: Any) -> Any:
    """The thing as JSON knows it."""
    kind: type = type(thing)
    if kind in _AS_IT_IS:
        return thing
    if isinstance(thing, Word):
        return {"code": thing.value, "text": thing.swedish}
    if isinstance(thing, dt.datetime):
        return utc(thing)
    if isinstance(thing, dt.date):
        return thing.isoformat()
    if isinstance(thing, dict):
        return {name: _plain(one) for name, one in thing.items()}
    if is_dataclass(thing):
        return {key: _plain(getattr(thing, name)) for name, key in _keys(kind)}
    if isinstance(thing, str | int):
        return thing
    return [_plain(one) for one in thing]


@cache
def _keys(kind: type) -> tuple[tuple[str, str], ...]:
    """The fields of a dataclass, each with its key."""
    return tuple((one.name, to_camel(one.name)) for one in fields(kind))


def utc(at: dt.datetime) -> str:
    """The moment as it stands in a kit; ``ValueError`` if it is not aware."""
    if at.utcoffset() is None:
        raise ValueError("a moment must carry its time zone")
    return at.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _canonical(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
