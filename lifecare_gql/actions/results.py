"""What an action answers. Refusals are results: nothing was changed, and every reason is told at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from uuid import UUID

from lifecare_gql.domain.objections import Objection
from lifecare_gql.domain.words import Word


@dataclass(frozen=True, slots=True)
class Done:
    """It was done, now or by an earlier request with the same idempotency key."""

    row_id: UUID
    replayed: bool = False
    warnings: tuple[Objection, ...] = ()


@dataclass(frozen=True, slots=True)
class Refused:
    """It was not done: every objection, and the warnings that would have come with it."""

    objections: tuple[Objection, ...]
    warnings: tuple[Objection, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """Something in the input does not exist for the caller; where in the input."""

    paths: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class KeyReused:
    """The idempotency key belongs to another request of the same unit."""

    key: str


@dataclass(frozen=True, slots=True)
class Change:
    """What somebody did since the version that the caller had seen."""

    version: int
    kind: Word
    at: dt.datetime
    by_title: str
    by_name: str
    unit_name: str


@dataclass(frozen=True, slots=True)
class Stale:
    """The caller had not seen the latest version."""

    expected: int
    current: int
    changes: tuple[Change, ...] = field(default=())


Outcome = Done | Refused | Missing | KeyReused | Stale
