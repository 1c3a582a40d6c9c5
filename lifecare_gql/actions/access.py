"""The one place where access is decided and written down.

What may be seen is decided by the models' predicates, which the reader adds to every statement; that nobody is
shown who has never had a part in the care is asked once more, by other words, of what was fetched. What was
seen, done, refused or denied is written here, in the same transaction: if the row cannot be written, nothing
is shown and nothing is done. Denied looks like missing, and costs the same work.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

from lifecare_gql.actions.session import Caller, Session
from lifecare_gql.actions.telling import Said, tell
from lifecare_gql.domain.change_words import ChangeTopic
from lifecare_gql.domain.words import AccessAct
from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Transaction
from lifecare_gql.storage.log_digests import COLUMNS, entry_digest, log_key
from lifecare_gql.storage.reading.reader import Page, Reader, Row
from lifecare_gql.storage.reading.rows import Rows, Shape
from lifecare_gql.storage.wall import Reach


async def read(session: Session, wanted: Rows, shape: Shape) -> Page:
    """Fetch rows for the caller and log whose data they show. NotAuthenticated for an anonymous caller."""
    session.known()
    if not _concerns_patients(shape):
        return await Reader(session.db.select, session.db.dialect, session.viewer).page(wanted, shape)
    async with work(session, wider=True) as desk:
        page = await desk.reader.page(wanted, shape)
        if wanted.sought and not page.rows:
            await desk.deny(wanted)
        return page


async def deny(session: Session, subject: str, subject_id: UUID) -> None:
    """Note an attempt to reach something that belongs to another unit."""
    async with work(session) as desk:
        await desk.note(AccessAct.DENIED, [None], subject, subject_id)


class Desk:
    """A transaction with a reader, in which everything that is shown or done is noted."""

    def __init__(
        self, session: Session, tx: Transaction, audits: str | None = None, *, wider: bool = False
    ) -> None:
        self.session = session
        self.tx = tx
        self.audits = audits
        self.said: list[Said] = []
        viewer = replace(session.viewer, audits=audits, wider=wider)
        self.reader = Reader(tx.select, session.db.dialect, viewer)

    def administering(self, unit_id: UUID) -> Reader:
        """Read also what only a unit's administrators see, from here on: for whoever is known to be one."""
        viewer = replace(self.session.viewer, administers=unit_id, wider=True)
        reader = Reader(self.tx.select, self.session.db.dialect, viewer)
        reader.patients, self.reader = self.reader.patients, reader
        return reader

    async def row(self, wanted: Rows, shape: Shape) -> Row | None:
        """The one row asked for, or None; an attempt to reach an invisible one is noted."""
        found = await self.reader.first(wanted, shape)
        if found is None and wanted.sought:
            await self.deny(wanted)
        return found

    async def whose(self, sought: Rows) -> UUID | None:
        """Whom the sought row is about, seen or not: for the access log only, never for an answer."""
        async with self.tx.reaching(Reach.DENIED):
            return await self.reader.hidden_patient(sought)

    def of_process(self) -> Reader:
        """Reads past blocks what a process must know to judge an act that is allowed; never for an answer."""
        viewer = replace(self.session.viewer, unblocked=True)
        return Reader(self.tx.select, self.session.db.dialect, viewer)

    async def deny(self, sought: Rows) -> None:
        """Note a denied attempt, with the patient that it was about if there is such a row at all."""
        if sought.model.patient_column is not None:
            patient_id = await self.whose(sought)
            await self.note(AccessAct.DENIED, [patient_id], sought.model.__name__, sought.asked)

    def tell(self, topic: ChangeTopic, subject_id: UUID, kind: str, version: int | None = None) -> None:
        """Let those whom it concerns know, once it is committed, what happened to the record."""
        self.said.append(Said(topic, subject_id, kind, version))

    async def note(
        self, act: AccessAct, patients: Iterable[UUID | None], subject: str, subject_id: UUID | None = None
    ) -> None:
        """Write one log row for each patient that this request has not yet been logged for."""
        noted = self.session.noted
        fresh = [patient for patient in patients if patient is None or (patient, act) not in noted]
        said = {"act": act, "subject": subject, "subject_id": subject_id}
        session = self.session
        whom = [(one, uuid4()) for one in session.readers] or [(session.known(), session.request_id)]
        found = [
            self._entry(caller, request, patient_id=patient, **said)
            for patient in fresh
            for caller, request in whom
        ]
        await rows.AccessLogEntry.bulk_create(found, using_db=self.tx.client)
        self.session.noted |= {(patient, act) for patient in fresh if patient is not None}

    async def note_shown(self) -> None:
        """Note whose data was read. That something else about the patient was denied does not say so."""
        audits = self.audits is not None
        noted = {(patient, act) for patient, act in self.session.noted if act is not AccessAct.DENIED}
        known = {patient for patient, act in noted if act is AccessAct.REFUSED or (act in _OF_THE_LOG) is audits}
        act, subject = (AccessAct.AUDITED, "AccessLog") if audits else (AccessAct.READ, "Patient")
        shown = sorted(self.reader.patients - known)
        if not audits:
            await self.reader.check(shown)
        await self.note(act, shown, subject)

    def _entry(self, caller: Caller, request_id: UUID, **said: Any) -> rows.AccessLogEntry:
        """An entry with its digest, which nobody can make without the deployment's secret."""
        session = self.session
        entry = rows.AccessLogEntry(
            entry_id=session.new_entry_id(),
            at=session.now,
            request_id=request_id,
            operation=session.operation,
            staff_hsa_id=caller.staff_hsa_id,
            assignment_hsa_id=caller.assignment_hsa_id,
            unit_id=caller.unit_id,
            **said,
        )
        entry.digest = entry_digest(log_key(session.secret), (getattr(entry, name) for name in COLUMNS))
        return entry


_OF_THE_LOG = (AccessAct.AUDITED, AccessAct.REVIEWED, AccessAct.EXTRACTED)
"""Acts on the log: they are noted apart from acts on the record, so that neither stands for the other."""


@asynccontextmanager
async def work(
    session: Session, audits: str | None = None, *, wider: bool = False, reach: Reach | None = None
) -> AsyncIterator[Desk]:
    """A transaction for the caller. Whose data was read in it is logged before it commits.

    `audits`: the region whose access log the caller has been allowed to read, in this transaction only.
    `wider` reads also what was opened to the unit by active choice: to look, never to act on. `reach`: why the
    database must let it look past the patients in whose care the unit takes part.
    """
    unit_id = session.known().unit_id
    if audits is not None:
        reach = Reach.AUDIT
    async with session.lock:
        before = set(session.noted)
        told: Collection[str] = ()
        try:
            async with session.db.transaction(unit_id, reach) as tx:
                desk = Desk(session, tx, audits, wider=wider)
                yield desk
                await desk.note_shown()
                told = await tell(tx, session.db.dialect, desk.said, session.now)
        except BaseException:
            session.noted = before
            raise
        finally:
            _wake(session, told)  # also when it was cancelled while it committed


def _wake(session: Session, streams: Collection[str]) -> None:
    if streams and session.db.on_news is not None:
        session.db.on_news(streams)


def _concerns_patients(shape: Shape) -> bool:
    if shape.model.patient_column is not None:
        return True
    below = [one.shape for one in shape.ones.values()] + [many.shape for many in shape.manys.values()]
    return any(_concerns_patients(part) for part in below)
