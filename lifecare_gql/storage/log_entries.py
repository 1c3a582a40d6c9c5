"""Write entries of the access log: many about as many patients with one statement, each with its digest."""

from __future__ import annotations

import datetime as dt
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from lifecare_gql.domain.words import AccessAct
from lifecare_gql.storage.database import Transaction
from lifecare_gql.storage.log_digests import canonical
from lifecare_gql.storage.reading.sql import encode
from lifecare_gql.storage.url import Dialect

_OWN = {
    "entry_id": "uuid",
    "request_id": "uuid",
    "staff_hsa_id": "text",
    "assignment_hsa_id": "text",
    "patient_id": "uuid",
    "digest": "text",
}
"""What each entry says for itself, with PostgreSQL's types; the other columns are said alike by all."""
_ARRAYS = ", ".join(f"${at}::{kind}[]" for at, kind in enumerate(_OWN.values(), 1))
_VALUES = ", ".join(f"json_extract(value, '$[{at}]') as {name}" for at, name in enumerate(_OWN))
_EACH = {
    Dialect.POSTGRES: f"unnest({_ARRAYS}) as given ({', '.join(_OWN)})",
    Dialect.SQLITE: f"(select {_VALUES} from json_each(?1)) as given",
}
_ALIKE = ("at", "act", "operation", "unit_id", "subject", "subject_id")


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """What the entries say alike."""

    at: dt.datetime
    act: AccessAct
    operation: str
    unit_id: UUID
    subject: str
    subject_id: UUID | None


class By(NamedTuple):
    """Who did it, in which request."""

    request_id: UUID
    staff_hsa_id: str
    assignment_hsa_id: str


class Entry(NamedTuple):
    """One entry: its own id, by whom, and about whom; None for nobody."""

    entry_id: UUID
    by: By
    patient_id: UUID | None


HAD_A_PART = """exists (select 1 from care_relation r where r.patient_id = {patient} and r.unit_id = {unit})
 or exists (select 1 from care_access a where a.patient_id = {patient} and {unit} in (a.unit_id, a.blocked_unit_id)
 and a.since <= {at})"""
"""Whether the unit has, or once had, a part in the patient's care, or an opened access."""


class StrangerShown(AssertionError):
    """A row was fetched about somebody in whose care the unit has no part: a predicate is wrong."""


async def write(
    tx: Transaction, dialect: Dialect, key: bytes, said: Noted, entries: Sequence[Entry], *, shown: bool = False
) -> None:
    """One row for each; nothing when there is none.

    `shown`: the patients are about to be shown. Whatever a model's predicate said, that is held against other
    words, once for all: raises StrangerShown when one of them is a stranger to the unit.
    """
    if not entries:
        return
    each = _each(dialect, entries, _digests(key, said, entries))
    alike = [encode(getattr(said, name), dialect) for name in _ALIKE]
    written = await tx.execute(_insert(dialect, shown=shown), [*each, *alike])
    if strangers := len(entries) - written:
        raise StrangerShown(f"{strangers} of {len(entries)} readings are of no patient of the unit's.")


@cache
def _insert(dialect: Dialect, *, shown: bool) -> str:
    first = len(_OWN) + 1 if dialect is Dialect.POSTGRES else 2
    mark = "$" if dialect is Dialect.POSTGRES else "?"
    places = {name: f"{mark}{number}" for number, name in enumerate(_ALIKE, first)}
    into = f"insert into access_log ({', '.join((*_OWN, *_ALIKE))})"
    found = f"select {', '.join(_OWN)}, {', '.join(places.values())} from {_EACH[dialect]}"
    known = HAD_A_PART.format(patient="given.patient_id", unit=places["unit_id"], at=places["at"])
    return f"{into} {found} where {known if shown else 'true'}"


def _each(dialect: Dialect, entries: Sequence[Entry], digests: Sequence[str]) -> list[Any]:
    """What each entry says for itself: an array for each column, or one of rows where there is only JSON."""
    found = [
        (entry_id, *by, patient_id, digest)
        for (entry_id, by, patient_id), digest in zip(entries, digests, strict=True)
    ]
    if dialect is Dialect.POSTGRES:
        return [list(column) for column in zip(*found, strict=True)]
    return [json.dumps(found, default=str)]


def _digests(key: bytes, said: Noted, entries: Sequence[Entry]) -> list[str]:
    """As `entry_digest`; what several entries say alike is spelt once."""
    after, at, acted, unit = map(
        _spelt, ((said.subject, said.subject_id), (said.at,), (said.act, said.operation), (said.unit_id,))
    )
    spelt = {
        by: f'{at},"{by.request_id}",{acted},{_whom(by.staff_hsa_id, by.assignment_hsa_id)},{unit}'
        for by in {entry.by for entry in entries}
    }
    texts = (
        f'["{entry_id}",{spelt[by]},{"null" if patient is None else chr(34) + str(patient) + chr(34)},{after}]'
        for entry_id, by, patient in entries
    )
    return [hmac.digest(key, text.encode(), "sha256").hex() for text in texts]


@lru_cache(10_000)
def _whom(staff_hsa_id: str, assignment_hsa_id: str) -> str:
    return _spelt((staff_hsa_id, assignment_hsa_id))


def _spelt(values: tuple[Any, ...]) -> str:
    """As they stand among others."""
    return canonical(values)[1:-1].decode()
