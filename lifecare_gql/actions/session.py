"""One request: who asks, at what moment, with which regions, and whom the answer has shown so far."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any
from uuid import UUID, uuid4

from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.webhooks import WebhookPolicy
from lifecare_gql.domain.words import AccessAct
from lifecare_gql.errors import NotAuthenticated
from lifecare_gql.regions import Regions
from lifecare_gql.settings import EMERGENCY_HOURS, BrowserVersions, Language
from lifecare_gql.storage.database import Database, Transaction
from lifecare_gql.storage.viewer import ANONYMOUS, Viewer
from lifecare_gql.storage.wall import Reach


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Somebody who is known, on the assignment (medarbetaruppdrag) chosen at login."""

    assignment_id: UUID
    assignment_hsa_id: str
    staff_hsa_id: str
    name: str
    title: str
    licensed: bool
    unit_id: UUID
    unit: Party
    # What the token says besides: until when, for what purpose, how well it is known who it is, in which roles.
    # None and empty where no token was needed: the demo, and the program itself.
    expires_at: dt.datetime | None = None
    purpose: str | None = None
    assurance: str | None = None
    roles: frozenset[str] = frozenset()


class SomeOfUs(Caller):
    """What callers at one unit have in common. To ask it who one is means that the answer is not for all of them.

    `asked` tells whether that was done: then nothing of the answer may be shown to anybody.
    """

    __slots__ = ("asked",)
    asked: bool

    @classmethod
    def of(cls, one: Caller) -> SomeOfUs:
        """Those who have in common with this one what `in_common` says."""
        found = cls(**{each.name: getattr(one, each.name) for each in fields(one)})
        object.__setattr__(found, "asked", False)
        return found

    def __getattribute__(self, name: str) -> Any:
        if name in _ONES_OWN:
            object.__setattr__(self, "asked", True)
            raise LookupError(f"{name} is not the same for all of them")
        return object.__getattribute__(self, name)


_ONES_OWN = frozenset(
    ("assignment_id", "assignment_hsa_id", "staff_hsa_id", "name", "title", "expires_at", "__dict__")
)


def in_common(caller: Caller) -> tuple[object, ...]:
    """Everything of a caller that what is shown may depend on, but who it is."""
    found: tuple[object, ...] = _IN_COMMON(caller)
    return found


_IN_COMMON = attrgetter(*(one.name for one in fields(Caller) if one.name not in _ONES_OWN))


@dataclass(slots=True, kw_only=True)
class Session:
    """Everything that an action or a read needs to know about the request. `now` is aware, in UTC."""

    db: Database
    regions: Regions
    caller: Caller | None
    now: dt.datetime
    secret: bytes
    # Those for whom it is read, when the same is told to many: each has an entry of their own in the access log.
    readers: tuple[Caller, ...] = ()
    operation: str = "anonymous"
    # In which language the caller is answered; None: each text as it is written.
    language: Language | None = None
    # Which browsers are the latest, if the deployment keeps that.
    browsers: BrowserVersions | None = None
    # The deployment's policy: whether a patient's extract of the access log names the staff.
    names_staff: bool = False
    # The deployment's policy: how long what is opened in an emergency stays open at most.
    emergency: dt.timedelta = dt.timedelta(hours=EMERGENCY_HOURS)
    # The deployment's policy: which addresses webhooks may have, and how they are tried again.
    webhooks: WebhookPolicy = field(default_factory=WebhookPolicy)
    # How the id of what an action makes, and of an entry in the log, is chosen: at random, but for the demo, whose
    # ids examples name.
    new_id: Callable[[], UUID] = uuid4
    new_entry_id: Callable[[], UUID] = uuid4
    request_id: UUID = field(default_factory=uuid4)
    noted: set[tuple[UUID, AccessAct]] = field(default_factory=set)
    # Root fields of one query run side by side: one reads and logs at a time, so that none can rely on
    # a log row that another one is about to lose.
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    # Set while everything belongs to one transaction (`at_once.AtOnce`): lends that, with the reach that is told.
    joint: Callable[[Reach | None], AbstractAsyncContextManager[Transaction]] | None = None

    @property
    def viewer(self) -> Viewer:
        """Who looks, for the visibility predicates."""
        return ANONYMOUS if self.caller is None else Viewer(unit_id=self.caller.unit_id, now=self.now)

    def known(self) -> Caller:
        """The caller; NotAuthenticated for an anonymous one."""
        if self.caller is None:
            raise NotAuthenticated("A token is needed: send it as `Authorization: Bearer <token>`.")
        return self.caller
