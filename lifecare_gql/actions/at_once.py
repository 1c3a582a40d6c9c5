"""Everything that one operation reads, in one transaction, which leaves no trace when it is given up."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from lifecare_gql.actions.session import Session
from lifecare_gql.storage.database import Transaction
from lifecare_gql.storage.wall import Reach


class AtOnce:
    """All work of the block, one after the other in one task, belongs to one transaction, opened by the first.

    If an exception leaves the block, nothing in it was noted.
    """

    __slots__ = ("_before", "_opened", "_session", "_transaction")

    def __init__(self, session: Session) -> None:
        self._session = session
        self._opened: AbstractAsyncContextManager[Transaction] | None = None

    async def __aenter__(self) -> None:
        await self._session.lock.acquire()
        self._before = set(self._session.noted)
        self._session.joint = self._joint

    async def __aexit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        session = self._session
        failed = True
        try:
            session.joint = None
            if self._opened is not None:
                await self._opened.__aexit__(kind, error, trace)
            failed = error is not None
        finally:
            if failed:
                session.noted = self._before
            session.lock.release()

    @asynccontextmanager
    async def _joint(self, reach: Reach | None) -> AsyncIterator[Transaction]:
        if self._opened is None:
            opened = self._session.db.transaction(self._session.known().unit_id)
            self._transaction = await opened.__aenter__()
            self._opened = opened
        if reach is None:
            yield self._transaction
            return
        async with self._transaction.reaching(reach):
            yield self._transaction


@asynccontextmanager
async def transaction(session: Session) -> AsyncIterator[Transaction]:
    """A transaction of its own, in which no patient is seen; or the one that everything belongs to."""
    if session.joint is not None:
        async with session.joint(None) as tx:
            yield tx
        return
    async with session.db.transaction() as tx:
        yield tx
