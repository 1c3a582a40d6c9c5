"""Seal the access log, and verify that nothing in it was changed, removed or put in.

A seal covers all entries up to a number below which none can appear any more. It is chained to the seal before it;
so whoever keeps the digest of one seal elsewhere can tell whether anything up to it was touched.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hmac
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from tortoise.exceptions import IntegrityError

from lifecare_gql.errors import StorageBusy
from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.log_digests import COLUMNS, Contents, Seal, entry_digest, log_key
from lifecare_gql.storage.url import Dialect

_CHUNK = 1000
_POLL = 0.05
_FIRST_NUMBER = 1
_MAX_NUMBER = 2**63 - 1

# Whoever has written, or is about to number an entry, holds a lock on the table until its transaction ends.
_WRITERS = """
select virtualtransaction from pg_locks where locktype = 'relation' and granted
    and database = (select oid from pg_database where datname = current_database())
    and relation = 'access_log'::regclass and mode not in ('AccessShareLock', 'RowShareLock')
"""


@dataclass(slots=True, kw_only=True)
class Verified:
    """What was found: all entries, those under a seal, those from before there were digests, and the seals."""

    entries: int = 0
    sealed: int = 0
    undigested: int = 0
    seals: int = 0
    last_digest: str | None = None
    faults: int = 0


async def seal(db: Database, secret: bytes, now: dt.datetime, patience: float = 60.0) -> Seal | None:
    """Seal what has been written since the last seal; None when there is nothing.

    On PostgreSQL a transaction may commit an entry with a lower number than others have committed: those who could
    are waited for, `patience` seconds, while new ones go on writing. StorageBusy when they take longer, or when
    another process has sealed meanwhile.
    """
    last = await _last(db)
    start = _FIRST_NUMBER if last is None else last.to_number + 1
    [(end,)] = await db.select("select max(id) from access_log")
    if end is None or end < start:
        return None
    if db.dialect is Dialect.POSTGRES:
        await _wait_for_writers(db, patience)
    contents = Contents()
    async for number, said, digest in entries(db, start, end):
        contents.add(number, said, digest)
    one = Seal(
        from_number=start,
        to_number=end,
        entries=contents.entries,
        undigested=contents.undigested,
        at=now,
        previous=None if last is None else last.digest,
    )
    one = replace(one, digest=one.signed(log_key(secret), contents.digest()))
    await _keep(db, one)
    return one


async def _wait_for_writers(db: Database, patience: float) -> None:
    """Until nobody is left who may have had a number before this was called."""
    writing = {name for (name,) in await db.select(_WRITERS)}
    for _ in range(round(patience / _POLL) + 1):
        if not writing:
            return
        await asyncio.sleep(_POLL)
        writing &= {name for (name,) in await db.select(_WRITERS)}
    raise StorageBusy("Somebody has been writing to the access log for too long. Nothing was sealed; try again.")


async def _keep(db: Database, one: Seal) -> None:
    said = {name: getattr(one, name) for name in Seal.__dataclass_fields__}
    try:
        async with db.transaction() as tx:
            await rows.AccessLogSeal.create(using_db=tx.client, **said)
    except IntegrityError:
        raise StorageBusy("Another process has just sealed the access log.") from None


async def verify(
    db: Database, secret: bytes, told: Callable[[str], None], kept_elsewhere: Sequence[str] = ()
) -> Verified:
    """Compute every digest anew and tell each fault in a sentence; holds one stretch of entries in memory.

    `kept_elsewhere`: digests of seals that must be there. Of what was removed after the last seal nothing is left
    that could tell of it.
    """
    check = _Check(db, log_key(secret), told)
    [(stray,)] = await db.select(f"select count(*) from access_log where id < {_FIRST_NUMBER}")
    if stray:
        check.fault(f"{stray} entries have a number that is never given.")
    missing = set(kept_elsewhere)
    async for one in seals(db):
        await check.sealed(one)
        missing.discard(one.digest)
    await check.unsealed()
    for digest in sorted(missing):
        check.fault(f"The seal {digest}, which is kept elsewhere, is not there.")
    return check.found


class _Check:
    """One walk along the log."""

    def __init__(self, db: Database, key: bytes, told: Callable[[str], None]) -> None:
        self.found = Verified()
        self._db, self._key, self._told = db, key, told
        self._before: Seal | None = None

    def fault(self, sentence: str) -> None:
        self.found.faults += 1
        self._told(sentence)

    async def sealed(self, one: Seal) -> None:
        """The next seal and what it covers."""
        name = f"The seal of the numbers {one.from_number} to {one.to_number}"
        before, self._before = self._before, one
        expected = (_FIRST_NUMBER, None) if before is None else (before.to_number + 1, before.digest)
        if (one.from_number, one.previous) != expected:
            self.fault(f"{name} does not follow on the seal before it: a seal was removed, put in or changed.")
        contents = await self._walk(one.from_number, one.to_number)
        if contents.entries != one.entries:
            self.fault(f"{name} covers {one.entries} entries, but there are {contents.entries}.")
        signed = one.signed(self._key, contents.digest())
        if not hmac.compare_digest(signed.encode(), one.digest.encode("utf-8", "surrogateescape")):
            self.fault(f"{name} does not fit: it, or an entry that it covers, was changed, removed or put in.")
        found = self.found
        found.seals, found.sealed, found.last_digest = found.seals + 1, found.sealed + contents.entries, one.digest

    async def unsealed(self) -> None:
        """What no seal covers yet. Once there is a seal, every entry after it has a digest."""
        start = _FIRST_NUMBER if self._before is None else self._before.to_number + 1
        contents = await self._walk(start, _MAX_NUMBER)
        if contents.undigested and self._before is not None:
            self.fault(f"{contents.undigested} entries after the last seal have no digest.")

    async def _walk(self, start: int, end: int) -> Contents:
        contents, digested = Contents(), False
        async for number, said, digest in entries(self._db, start, end):
            contents.add(number, said, digest)
            if digest is None and digested:
                self.fault(f"Entry {number} has no digest, although earlier ones have.")
            elif digest is not None and digest != entry_digest(self._key, said):
                self.fault(f"Entry {number} was changed, or not written by this program.")
            digested |= digest is not None
        self.found.entries += contents.entries
        self.found.undigested += contents.undigested
        return contents


async def entries(db: Database, start: int, end: int) -> AsyncIterator[tuple[int, Sequence[Any], str | None]]:
    """Number, `COLUMNS` as they lie on the disk, and digest of the entries in order, read chunk by chunk."""
    bind = "${}" if db.dialect is Dialect.POSTGRES else "?{}"
    wanted = ", ".join(_raw(db, name) for name in (*COLUMNS, "digest"))
    limits = f"id >= {bind.format(1)} and id <= {bind.format(2)}"
    sql = f"select id, {wanted} from access_log where {limits} order by id limit {_CHUNK}"
    while True:
        found = await db.select(sql, [start, end])
        for number, *said, digest in found:
            yield number, said, _decoded(digest)
        if len(found) < _CHUNK:
            return
        start = found[-1][0] + 1


async def seals(db: Database) -> AsyncIterator[Seal]:
    """The seals in order."""
    names = list(Seal.__dataclass_fields__)
    wanted = ", ".join(_raw(db, name) if name in ("at", "previous", "digest") else name for name in names)
    for one in await db.select(f"select {wanted} from access_log_seal order by to_number, id"):
        said = dict(zip(names, one, strict=True))
        said |= {name: _decoded(said[name]) for name in ("previous", "digest")}
        yield Seal(**said)


async def sealed_before(db: Database, moment: dt.datetime) -> AsyncIterator[Seal]:
    """The seals from the first on that cover nothing but entries from before the moment."""
    bind = "${}" if db.dialect is Dialect.POSTGRES else "?{}"
    sql = f"select min(id) from access_log where at >= {bind.format(1)}"
    [(first,)] = await db.select(sql, [moment])
    async for one in seals(db):
        if first is not None and one.to_number >= first:
            return
        yield one


async def _last(db: Database) -> Seal | None:
    last = None
    async for one in seals(db):
        last = one
    return last


def _raw(db: Database, column: str) -> str:
    """SQLite's text as bytes: one that was damaged may be no text any more."""
    return f'"{column}"' if db.dialect is Dialect.POSTGRES else f'cast("{column}" as blob)'


def _decoded(text: str | bytes | None) -> str | None:
    return text.decode("utf-8", "surrogateescape") if isinstance(text, bytes) else text
