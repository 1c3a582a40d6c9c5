"""Take in a file with calls that were noted while the system was down (V27, V28): all of it or nothing.

Each call becomes an event of the patient's care episode, judged as if it were noted by hand. A row that cannot be
taken in is named with its line and column, never with what it holds; a call that is noted already is such a row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from uuid import UUID

from pydantic.alias_generators import to_camel

from lifecare_gql.actions import facts
from lifecare_gql.actions.access import Desk
from lifecare_gql.actions.episode_acts import Standing
from lifecare_gql.actions.episode_facts import EPISODE
from lifecare_gql.actions.episode_records import Entry, entry, write
from lifecare_gql.actions.hindrances import outage_objections
from lifecare_gql.actions.idempotency import Attempt, attempt, claim, earlier, once
from lifecare_gql.actions.patients import identity_digest
from lifecare_gql.actions.results import Done, KeyReused, Refused
from lifecare_gql.actions.sayings import too_long
from lifecare_gql.actions.session import Session
from lifecare_gql.actions.versions import lock
from lifecare_gql.documents.phone_log_cells import CALLED, COLUMNS, IDENTIFIER
from lifecare_gql.documents.phone_log_file import PhoneLogRow, RowFault, read_phone_log
from lifecare_gql.domain.calendar import stockholm_day
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_facts import Act, EpisodeEvent, EpisodeFacts
from lifecare_gql.domain.episode_words import EpisodeEventKind
from lifecare_gql.domain.episodes import judge, refused
from lifecare_gql.domain.identity import parse_identity
from lifecare_gql.domain.objections import Objection, ObjectionCode
from lifecare_gql.domain.texts import said
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.rows import Order, Rows, Shape
from lifecare_gql.storage.reading.where import Where

_KIND = EpisodeEventKind.PHONE_CALL_LOGGED
_LATEST = Order(by=("{t}.opened_at", "{t}.id"), columns=("opened_at", "id"), newest_first=True)
_OF_PATIENT = "{t}.state not in ('REQUESTED', 'ABORTED', 'CLOSED') and exists (select 1 from patient p where"
_OF_PATIENT += " p.id = {t}.patient_id and p.identifier_digest = {digest})"


_HEADERS = {"calledUnitId": CALLED, **{to_camel(column.field): column.header for column in COLUMNS}}


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneLogOrder:
    """The file's text; `on_paper` says that its rows were noted on forms first (V33)."""

    file: str
    on_paper: bool = True


async def import_phone_log(session: Session, order: PhoneLogOrder, key: str) -> Done | KeyReused | Refused:
    """Note every call of the file, or say everything that is wrong with it."""
    session.known()
    read, faults = read_phone_log(order.file, stockholm_day(session.now))

    async def judged(desk: Desk, one_try: Attempt) -> Done | KeyReused | Refused:
        if hindered := await outage_objections(desk, _KIND):
            return Refused(hindered)
        log = await _Log.of(desk, read)
        # While the episodes were waited for, this very request, sent twice, may have been faster.
        if done := await earlier(desk, one_try):
            return done
        found = [*map(_told, faults), *(one for row in read for one in log.judged(row, order.on_paper))]
        if found:
            return Refused(tuple(sorted(found, key=lambda one: int(one.path[2]))))
        import_id = session.new_id()
        lost = await claim(desk, one_try, import_id)
        if lost is None:
            await _write(desk, import_id, log.entries)
        return lost or Done(import_id)

    return await once(session, attempt("importPhoneLog", key, asdict(order)), judged)


async def _write(desk: Desk, import_id: UUID, entries: list[Entry]) -> None:
    caller = desk.session.known()
    await rows.PhoneLogImport.create(
        using_db=desk.tx.client,
        id=import_id,
        unit_id=caller.unit_id,
        by_id=caller.assignment_id,
        at=desk.session.now,
        calls=len(entries),
    )
    await write(desk, *(replace(one, extra={"import": str(import_id)}) for one in entries))


def _told(fault: RowFault) -> Objection:
    path = ("input", "file", str(fault.line), fault.column)
    return Objection(code=fault.code, path=path, reason=said(fault.reason), remedy=said(fault.remedy))


def _fault(row: PhoneLogRow, column: str, code: ObjectionCode, reason: str, remedy: str) -> Objection:
    return _told(RowFault(row.line, column, code, reason, remedy))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Log:
    """The units and care episodes that the file names, as they stand with the calls that were judged so far."""

    session: Session
    units: Mapping[str, Party]
    episodes: Mapping[str, UUID]
    standings: dict[UUID, Standing]
    entries: list[Entry]

    @classmethod
    async def of(cls, desk: Desk, read: tuple[PhoneLogRow, ...]) -> _Log:
        """Read what the rows name; the episodes are locked, in one order, so that no two wait for each other."""
        session = desk.session
        episodes = {row.identifier: await _episode(desk, row.identifier) for row in read}
        known = {identifier: found for identifier, found in episodes.items() if found is not None}
        locked = {one: await _standing(desk, one) for one in sorted(set(known.values()))}
        standings = {one: found for one, found in locked.items() if found is not None}
        known = {identifier: one for identifier, one in known.items() if one in standings}
        units = await _units(desk, {row.called_hsa_id for row in read})
        return cls(session=session, units=units, episodes=known, standings=standings, entries=[])

    def judged(self, row: PhoneLogRow, on_paper: bool) -> list[Objection]:
        """What hinders that the row is taken in; else it stands among the entries."""
        missing = list(self._missing(row))
        if missing:
            return missing
        episode_id = self.episodes[row.identifier]
        stands, unit = self.standings[episode_id], self.session.known().unit
        act = _act(row, self.units[row.called_hsa_id], on_paper)
        found = [
            *judge(act, stands.facts, unit, self.session.regions),
            *too_long(act),
            *_noted_already(row, act, stands.facts, unit),
        ]
        if refused(tuple(found)):
            return [_of_row(one, row) for one in found]
        event = EpisodeEvent(id=str(self.session.new_id()), at=self.session.now, unit=unit, act=act)
        made = entry(episode_id, stands.patient_id, stands.facts, event)
        self.entries.append(made)
        self.standings[episode_id] = replace(stands, history=[*stands.history, event], facts=made.after)
        return []

    def _missing(self, row: PhoneLogRow) -> Iterator[Objection]:
        if row.identifier not in self.episodes:
            reason = "Det finns inget pågående vårdtillfälle där enheten deltar."
            remedy = "Registrera inskrivningen först, om den ska registreras."
            yield _fault(row, IDENTIFIER, ObjectionCode.NOT_PARTY, reason, remedy)
        if row.called_hsa_id not in self.units:
            reason = "Enheten är inte upplagd."
            remedy = "Kontrollera enhetens HSA-id."
            yield _fault(row, CALLED, ObjectionCode.UNIT_NOT_REGISTERED, reason, remedy)


def _of_row(one: Objection, row: PhoneLogRow) -> Objection:
    """The objection at the row's line and column, in place of the input's field."""
    return replace(one, path=("input", "file", str(row.line), _HEADERS.get(one.path[-1], "")))


def _noted_already(row: PhoneLogRow, act: Act, facts: EpisodeFacts, unit: Party) -> Iterator[Objection]:
    for call in facts.calls:
        same = (call.at, call.caller.id, call.called.id, call.spoke_with, call.informed)
        if act.called and same == (act.occurred_at, unit.id, act.called.id, act.spoke_with, act.informed):
            reason = "Samtalet är redan noterat."
            yield _fault(row, "", ObjectionCode.ALREADY_NOTED, reason, "Ta bort raden.")


def _act(row: PhoneLogRow, called: Party, on_paper: bool) -> Act:
    return Act(
        kind=_KIND,
        called=called,
        occurred_at=row.occurred_at,
        spoke_with=row.spoke_with,
        informed=row.informed,
        received=row.received,
        discharged_at=row.discharged_at,
        sip_agreed_on=row.sip_agreed_on,
        on_paper=on_paper,
        signature=row.signature,
        text=row.text,
    )


async def _episode(desk: Desk, identifier: str) -> UUID | None:
    """The patient's latest episode that the caller's unit takes part in and that can have calls."""
    session = desk.session
    digest = identity_digest(session.secret, parse_identity(identifier, stockholm_day(session.now)))
    wanted = Rows(model=rows.Episode, where=Where(_OF_PATIENT, {"digest": digest}), order=_LATEST)
    found = await desk.reader.first(wanted, Shape.of(rows.Episode))
    return found.id if found else None


async def _standing(desk: Desk, episode_id: UUID) -> Standing | None:
    """The episode, locked; None when the unit's part in it ended while it was waited for."""
    await lock(desk, rows.Episode, episode_id)
    row = await desk.reader.first(
        Rows(model=rows.Episode, where=Where("{t}.id = {id}", {"id": episode_id})), EPISODE
    )
    return Standing.of(row, desk.session) if row else None


async def _units(desk: Desk, hsa_ids: set[str]) -> dict[str, Party]:
    where = Where("{t}.hsa_id in {ids}", {"ids": sorted(hsa_ids)})
    shape = replace(facts.UNIT, columns=facts.UNIT.columns | {"hsa_id"})
    found = (await desk.reader.page(Rows(model=rows.Unit, where=where), shape)).rows if hsa_ids else []
    return {row.hsa_id: facts.party(row) for row in found}
