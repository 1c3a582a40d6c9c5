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
from uuid import UUID, uuid4

from lifecare_gql.actions.session import Caller, Session
from lifecare_gql.actions.telling import Said, tell
from lifecare_gql.domain.change_words import ChangeTopic
from lifecare_gql.domain.words import AccessAct
from lifecare_gql.storage.database import Transaction
from lifecare_gql.storage.log_digests import log_key
from lifecare_gql.storage.log_entries import By, Entry, Noted, write
from lifecare_gql.storage.reading.reader import Page, Reader, Row
from lifecare_gql.storage.reading.rows import Rows, Shape
from lifecare_gql.storage.wall import Reach


async def read(session: Session, wanted: Rows, shape: Shape) -> Page:
    """Fetch rows for the caller and log whose data they show. NotAuthenticated for an anonymous caller."""
    async with looking(session, concerns_patients(shape)) as look:
        page = await look.reader.page(wanted, shape)
        await look.found(wanted, page)
        return page


class Look:
    """A read: the reader, and the desk at which it is noted when it is about patients."""

    __slots__ = ("_desk", "reader")

    def __init__(self, reader: Reader, desk: Desk | None = None) -> None:
        self.reader = reader
        self._desk = desk

    async def found(self, wanted: Rows, page: Page) -> None:
        """Note a denied attempt, if one certain row was sought and is not to be seen."""
        if wanted.sought and not page.rows and self._desk is not None:
            await self._desk.deny(wanted)


@asynccontextmanager
async def looking(session: Session, about_patients: bool) -> AsyncIterator[Look]:
    """Read for the caller; whose data was read is logged at the end. NotAuthenticated for an anonymous caller."""
    session.known()
    if not about_patients:
        yield Look(Reader(session.db.select, session.db.dialect, session.viewer))
        return
    async with work(session, wider=True) as desk:
        yield Look(desk.reader, desk)


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
        self,
        act: AccessAct,
        patients: Iterable[UUID | None],
        subject: str,
        subject_id: UUID | None = None,
        *,
        shown: bool = False,
    ) -> None:
        """Write one log row for each patient that this request has not yet been logged for.

        StrangerShown when one who is about to be `shown` is a stranger to the unit.
        """
        session = self.session
        fresh = [patient for patient in patients if patient is None or (patient, act) not in session.noted]
        whom = [_by(one, uuid4()) for one in session.readers] or [_by(session.known(), session.request_id)]
        said = Noted(
            at=session.now,
            act=act,
            operation=session.operation,
            unit_id=session.known().unit_id,
            subject=subject,
            subject_id=subject_id,
        )
        entries = [Entry(session.new_entry_id(), by, patient) for patient in fresh for by in whom]
        await write(self.tx, session.db.dialect, log_key(session.secret), said, entries, shown=shown)
        session.noted |= {(patient, act) for patient in fresh if patient is not None}

    async def note_shown(self) -> None:
        """Note whose data was read. That something else about the patient was denied does not say so."""
        audits = self.audits is not None
        noted = {(patient, act) for patient, act in self.session.noted if act is not AccessAct.DENIED}
        known = {patient for patient, act in noted if act is AccessAct.REFUSED or (act in _OF_THE_LOG) is audits}
        act, subject = (AccessAct.AUDITED, "AccessLog") if audits else (AccessAct.READ, "Patient")
        await self.note(act, sorted(self.reader.patients - known), subject, shown=not audits)


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
    if session.joint is not None:
        async with session.joint(reach) as tx:
            desk = Desk(session, tx, audits, wider=wider)
            yield desk
            await desk.note_shown()
            assert not desk.said, "whoever reads changes nothing"
        return
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


def _by(caller: Caller, request_id: UUID) -> By:
    return By(request_id, caller.staff_hsa_id, caller.assignment_hsa_id)


def _wake(session: Session, streams: Collection[str]) -> None:
    if streams and session.db.on_news is not None:
        session.db.on_news(streams)


def concerns_patients(shape: Shape) -> bool:
    """Whether a read in this shape may show anybody's data."""
    if shape.model.patient_column is not None:
        return True
    below = [one.shape for one in shape.ones.values()] + [many.shape for many in shape.manys.values()]
    return any(concerns_patients(part) for part in below)
