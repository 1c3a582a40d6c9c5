"""A repeated request gets the first answer. The database's unique key decides, never a look-up before it.

Only what was done binds its key: a refusal changes nothing, so the caller may mend the input and send it
again under the same key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID, uuid4

from lifecare_gql.actions.access import Desk, work
from lifecare_gql.actions.results import Done, KeyReused, Refused
from lifecare_gql.actions.session import Session
from lifecare_gql.domain.objections import Objection
from lifecare_gql.domain.texts import said
from lifecare_gql.domain.words import AccessAct, Severity
from lifecare_gql.errors import BadInput
from lifecare_gql.storage.reading.sql import decode_id, filled

T = TypeVar("T")

MAX_KEY_LENGTH = 100
_KEY_FORM = "idempotencyKey must be 1 to {most} printable ASCII characters; a UUID is fine."


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request that must be done at most once."""

    action: str
    key: str
    digest: str


def attempt(action: str, key: str, body: Mapping[str, Any]) -> Attempt:
    """The request, with a digest of everything it asks for. BadInput for a key that cannot be stored."""
    if not 1 <= len(key) <= MAX_KEY_LENGTH or not key.isascii() or not key.isprintable():
        raise BadInput(said(_KEY_FORM, most=MAX_KEY_LENGTH))
    text = json.dumps([action, body], sort_keys=True, default=_plain, ensure_ascii=False)
    return Attempt(action, key, hashlib.sha256(text.encode()).hexdigest())


def _plain(value: Any) -> Any:
    """A set in order: its own differs from one process to the next, and the same request may come to another."""
    return sorted(value) if isinstance(value, frozenset) else str(value)


async def once(
    session: Session, one: Attempt, do: Callable[[Desk, Attempt], Awaitable[T]], audits: str | None = None
) -> T | Done | KeyReused:
    """Do it in one transaction, unless the same request was answered before; `do` claims the key when it acts.

    `audits` as in `access.work`.
    """
    async with work(session, audits) as desk:
        return await earlier(desk, one) or await do(desk, one)


async def earlier(desk: Desk, one: Attempt) -> Done | KeyReused | None:
    """The first answer to the request, if it was already done."""
    bound = await _bound(desk, one)
    return None if bound is None else _answer(bound, one)


async def refuse(
    desk: Desk,
    one: Attempt,
    found: Sequence[Objection],
    subject: str,
    patient_id: UUID | None,
    subject_id: UUID | None,
) -> Done | KeyReused | Refused:
    """Tell and note everything that hinders it; or the first answer, if it was this very request sent twice."""
    done = await earlier(desk, one)
    if done is not None:
        return done
    await desk.note(AccessAct.REFUSED, [patient_id], subject, subject_id)
    warnings = tuple(one for one in found if one.severity is Severity.WARN)
    return Refused(tuple(one for one in found if one.severity is Severity.REFUSE), warnings)


async def claim(desk: Desk, one: Attempt, result_id: UUID) -> Done | KeyReused | None:
    """Bind the key to the result; what the winner answered if somebody else has just bound it.

    A concurrent transaction with the same key is waited for, so the answer is never a guess.
    """
    dialect, unit_id, now = desk.session.db.dialect, desk.session.known().unit_id, desk.session.now
    values = (uuid4(), unit_id, one.key, one.action, one.digest, result_id, now)
    if await desk.tx.execute(*filled(dialect, _CLAIM, *values)):
        return None
    bound = await _bound(desk, one)
    assert bound is not None, "a key is never removed"
    return _answer(bound, one)


_CLAIM = """insert into idempotency_key (id, unit_id, key, action, body_digest, result_id, at)
 values ({}, {}, {}, {}, {}, {}, {}) on conflict do nothing"""
_BOUND = "select body_digest, result_id from idempotency_key where unit_id = {} and key = {}"


@dataclass(frozen=True, slots=True)
class _Bound:
    """What a key is bound to."""

    body_digest: str
    result_id: UUID


async def _bound(desk: Desk, one: Attempt) -> _Bound | None:
    wanted = filled(desk.session.db.dialect, _BOUND, desk.session.known().unit_id, one.key)
    found = await desk.tx.select(*wanted)
    return _Bound(found[0][0], decode_id(found[0][1])) if found else None


def _answer(bound: _Bound, one: Attempt) -> Done | KeyReused:
    same = bound.body_digest == one.digest
    return Done(bound.result_id, replayed=True) if same else KeyReused(one.key)
