"""How a care episode begins: the hospital is asked to care for a patient, or admits one."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from uuid import UUID

from lifecare_gql.actions.access import Desk
from lifecare_gql.actions.episode_acts import Standing, act_from, carry_out, named_units
from lifecare_gql.actions.episode_facts import EPISODE
from lifecare_gql.actions.idempotency import Attempt, attempt, once
from lifecare_gql.actions.patients import identity_digest
from lifecare_gql.actions.results import Missing, Outcome, Refused
from lifecare_gql.actions.sayings import SILENT, Saying
from lifecare_gql.actions.session import Session
from lifecare_gql.actions.versions import lock
from lifecare_gql.domain.calendar import stockholm_day
from lifecare_gql.domain.episode_facts import Act, Background, EpisodeFacts
from lifecare_gql.domain.episode_words import EpisodeEventKind, EpisodeState, PartyRole
from lifecare_gql.domain.episodes import judge, step_of
from lifecare_gql.domain.identity import InvalidIdentity, parse_identity
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Reader
from lifecare_gql.storage.reading.rows import Shape, one
from lifecare_gql.storage.viewer import Viewer
from lifecare_gql.storage.wall import Reach

_OVER = (EpisodeState.DISCHARGED, EpisodeState.ABORTED, EpisodeState.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpeningOrder:
    """A care request or an admission, of a patient by id or by the number on the identity card."""

    kind: EpisodeEventKind
    patient_id: UUID | None = None
    identifier: str | None = None
    saying: Saying = SILENT


async def open_episode(session: Session, order: OpeningOrder, key: str) -> Outcome:
    """Begin an episode; an admission continues the one that a care request began, at whichever ward."""
    digest = None if order.identifier is None else _digest(session, order.identifier)
    body = asdict(order) | {"identifier": digest}

    async def judged(desk: Desk, one_try: Attempt) -> Outcome:
        fresh = EpisodeFacts(now=session.now, background=Background(identity_valid=digest is not None))
        unit = session.known().unit
        wrong_role = PartyRole.of(unit.kind) not in step_of(order.kind, None).who
        if wrong_role or (order.patient_id is None and digest is None):
            return Refused(judge(Act(kind=order.kind), fresh, unit, session.regions))
        patient_id = await _patient(desk, order, digest)
        if patient_id is None:
            return Missing((("input", "patient"),))
        units = await named_units(desk, order.saying)
        if isinstance(units, Missing):
            return units
        # Of somebody admitted by number the ward may have known nothing: whether another episode goes on neither.
        async with desk.tx.reaching(Reach.ADMISSION):
            await lock(desk, rows.Patient, patient_id)
            stands = await _standing(desk, order.kind, patient_id)
            return await carry_out(desk, one_try, stands, act_from(order.kind, order.saying, units, None))

    return await once(session, attempt(order.kind, key, body), judged)


def _digest(session: Session, identifier: str) -> str | None:
    """The number's digest; None when it cannot be one."""
    try:
        return identity_digest(session.secret, parse_identity(identifier, stockholm_day(session.now)))
    except InvalidIdentity:
        return None


async def _patient(desk: Desk, order: OpeningOrder, digest: str | None) -> UUID | None:
    """The patient: one in whose care the unit takes part or, at an admission, whoever has the number.

    Whoever lies in the ward's bed is its patient: the admission itself is what makes the ward take part.
    """
    if order.patient_id is not None:
        found = await desk.row(one(rows.Patient, order.patient_id), Shape.of(rows.Patient))
        return found.id if found else None
    async with desk.tx.reaching(Reach.ADMISSION):
        known = await rows.Patient.filter(identifier_digest=digest).using_db(desk.tx.client).first()
    if known is None:
        return None
    seen = order.kind is EpisodeEventKind.ADMITTED or await desk.row(
        one(rows.Patient, known.id), Shape.of(rows.Patient)
    )
    return known.id if seen else None


async def _standing(desk: Desk, kind: EpisodeEventKind, patient_id: UUID) -> Standing:
    session = desk.session
    open_ = await _open(desk, patient_id)
    if open_ is not None:
        await lock(desk, rows.Episode, open_.id)
        open_ = await _open(desk, patient_id)  # while it was waited for, it may have ended
    if open_ is not None and open_.state is EpisodeState.REQUESTED and kind is EpisodeEventKind.ADMITTED:
        # Another ward may have been asked than the one that admits: the request is read as the asked one.
        asked = Reader(desk.tx.select, session.db.dialect, Viewer(unit_id=open_.ward_id))  # type: ignore[attr-defined]
        row = await asked.first(one(rows.Episode, open_.id), EPISODE)
        assert row is not None, "the ward that was asked takes part"
        return Standing.of(row, session)
    background = Background(another_open=open_ is not None)
    facts = EpisodeFacts(now=session.now, background=background)
    return Standing(episode_id=session.new_id(), patient_id=patient_id, history=(), facts=facts)


async def _open(desk: Desk, patient_id: UUID) -> rows.Episode | None:
    found = rows.Episode.filter(patient_id=patient_id).exclude(state__in=_OVER)
    return await found.using_db(desk.tx.client).first()
