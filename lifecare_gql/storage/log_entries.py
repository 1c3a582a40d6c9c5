"""Write entries of the access log: many about as many patients with one statement, each with its digest."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, NamedTuple
from uuid import UUID

import orjson

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
    own = [
        (entry_id, *by, patient_id, digest)
        for (entry_id, by, patient_id), digest in zip(entries, _digests(key, said, entries), strict=True)
    ]
    alike = [encode(getattr(said, name), dialect) for name in _ALIKE]
    known = await _WRITE[dialect](tx, own, alike, shown)
    if strangers := len(entries) - known:
        raise StrangerShown(f"{strangers} of {len(entries)} readings are of no patient of the unit's.")


async def _write_postgres(tx: Transaction, own: list[_Own], alike: list[Any], shown: bool) -> int:
    """How many of the entries are about somebody who may be shown."""
    columns = [list(column) for column in zip(*own, strict=True)]
    return await tx.execute(_insert(shown=shown), [*columns, *alike])


async def _write_sqlite(tx: Transaction, own: list[_Own], alike: list[Any], shown: bool) -> int:
    """As `_write_postgres`. One row for a statement: to write several it would keep what they replace."""
    spelt = orjson.loads(orjson.dumps(own))
    if shown:
        whom = orjson.dumps([one[_PATIENT] for one in spelt]).decode()
        [(known,)] = await tx.select(KNOWN, [whom, alike[_ALIKE.index("unit_id")], alike[_ALIKE.index("at")]])
        if known < len(own):
            return int(known)
    await tx.execute_many(_ONE, [(*one, *alike) for one in spelt])
    return len(own)


_Own = tuple[Any, ...]
_PATIENT = list(_OWN).index("patient_id")
_INTO = f"insert into access_log ({', '.join((*_OWN, *_ALIKE))})"
_ONE = f"{_INTO} values ({', '.join(f'?{at}' for at in range(1, len(_OWN) + len(_ALIKE) + 1))})"
KNOWN = f"""select count(*) from json_each(?1) as given
 where {HAD_A_PART.format(patient="given.value", unit="?2", at="?3")}"""
"""SQLite's: how many of these the unit may be shown."""


@cache
def _insert(*, shown: bool) -> str:
    """PostgreSQL's, of all entries."""
    arrays = ", ".join(f"${at}::{kind}[]" for at, kind in enumerate(_OWN.values(), 1))
    places = {name: f"${number}" for number, name in enumerate(_ALIKE, len(_OWN) + 1)}
    given = f"unnest({arrays}) as given ({', '.join(_OWN)})"
    known = HAD_A_PART.format(patient="given.patient_id", unit=places["unit_id"], at=places["at"])
    return (
        f"{_INTO} select {', '.join(_OWN)}, {', '.join(places.values())} from {given}"
        f" where {known if shown else 'true'}"
    )


_WRITE = {Dialect.POSTGRES: _write_postgres, Dialect.SQLITE: _write_sqlite}


def _digests(key: bytes, said: Noted, entries: Sequence[Entry]) -> list[str]:
    """As `entry_digest`; what several entries say alike is spelt once."""
    after, at, acted, unit = map(
        _spelt, ((said.subject, said.subject_id), (said.at,), (said.act, said.operation), (said.unit_id,))
    )
    spelt = {
        by: b",".join((at, orjson.dumps(by.request_id), acted, _whom(by.staff_hsa_id, by.assignment_hsa_id), unit))
        for by in {entry.by for entry in entries}
    }
    texts = (
        b"[%b,%b,%b,%b]" % (orjson.dumps(entry_id), spelt[by], orjson.dumps(patient, default=str), after)
        for entry_id, by, patient in entries
    )
    return [hmac.digest(key, text, "sha256").hex() for text in texts]


@lru_cache(10_000)
def _whom(staff_hsa_id: str, assignment_hsa_id: str) -> bytes:
    return _spelt((staff_hsa_id, assignment_hsa_id))


def _spelt(values: tuple[Any, ...]) -> bytes:
    """As they stand among others."""
    return canonical(values)[1:-1]
