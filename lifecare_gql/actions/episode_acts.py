"""What is done in a care episode. Every act goes the same way, as the table of the process says.

The episode is locked, its events are read, the act is judged with every objection at once, and the event is
written with all that follows from it. `open_episode` begins one: a care request, or an admission.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

from lifecare_gql.actions import facts
from lifecare_gql.actions.access import Desk
from lifecare_gql.actions.backfills import backfill_objections
from lifecare_gql.actions.episode_facts import EPISODE, episode_background, episode_events
from lifecare_gql.actions.episode_records import entry, write
from lifecare_gql.actions.hindrances import outage_objections
from lifecare_gql.actions.idempotency import Attempt, attempt, claim, earlier, once, refuse
from lifecare_gql.actions.plan_settling import settle_plans_of
from lifecare_gql.actions.results import Done, Missing, Outcome
from lifecare_gql.actions.sayings import SILENT, Saying, stripped, too_long
from lifecare_gql.actions.session import Session
from lifecare_gql.actions.versions import lock, stale
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_events import facts_of
from lifecare_gql.domain.episode_facts import Act, EpisodeEvent, EpisodeFacts
from lifecare_gql.domain.episode_words import EpisodeEventKind, LegalField
from lifecare_gql.domain.episodes import judge, refused
from lifecare_gql.domain.words import Protection
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import Shape, one

_Kind = EpisodeEventKind


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeOrder:
    """What the caller wants to do in an episode, or to a notice in one.

    Without a version it is done whatever has happened since the episode was read.
    """

    kind: EpisodeEventKind
    episode_id: UUID | None = None
    notice_id: UUID | None = None
    expected_version: int | None = None
    saying: Saying = SILENT


async def act(session: Session, order: EpisodeOrder, key: str) -> Outcome:
    """Do it, or say everything that hinders it."""

    async def judged(desk: Desk, one_try: Attempt) -> Outcome:
        episode_id = await _episode_of(desk, order)
        await lock(desk, rows.Episode, episode_id)
        # Perhaps it was this very request, sent twice, that was faster; by it the unit may even have left.
        if done := await earlier(desk, one_try):
            return done
        row = await _episode(desk, order, episode_id)
        if row is None:
            return Missing((("input", "noticeId" if order.notice_id else "episodeId"),))
        if order.expected_version not in (None, row.version):
            return await stale(desk, rows.EpisodeEvent, "episode_id", row, order.expected_version or 0)
        units = await named_units(desk, order.saying)
        if isinstance(units, Missing):
            return units
        stands = Standing.of(row, session)
        patient = row.related["#patient"]
        wanted = act_from(order.kind, order.saying, units, patient)
        told = LegalField.REGISTERED_ADDRESS in wanted.contents
        address = {"registered_address": address_told(order.saying, patient)} if told else {}
        extra = {**order.saying.extra, **address}
        return await carry_out(desk, one_try, stands, wanted, extra)

    return await once(session, attempt(order.kind, key, asdict(order)), judged)


async def _episode_of(desk: Desk, order: EpisodeOrder) -> UUID:
    """The episode that the act is in; for a notice that does not exist, an id that none has."""
    if order.episode_id is not None:
        return order.episode_id
    found = await rows.EpisodeEvent.filter(id=order.notice_id).using_db(desk.tx.client).values_list("episode_id")
    return found[0][0] if found else UUID(int=0)


async def _episode(desk: Desk, order: EpisodeOrder, episode_id: UUID) -> Row | None:
    """The episode; also a blocked one, when it is about a notice that was sent to the unit and that it may see."""
    sought = one(rows.Episode, episode_id)
    row = await desk.reader.first(sought, EPISODE)
    if row is None and order.notice_id is not None:
        sought = one(rows.EpisodeEvent, order.notice_id)
        if await desk.reader.first(sought, Shape.of(rows.EpisodeEvent)) is not None:
            return await desk.of_process().first(one(rows.Episode, episode_id), EPISODE)
    if row is None:
        await desk.deny(sought)
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An episode before an act: its events, and the facts that they tell."""

    episode_id: UUID
    patient_id: UUID
    history: Sequence[EpisodeEvent]
    facts: EpisodeFacts

    @classmethod
    def of(cls, row: Row, session: Session) -> Standing:
        """Of an episode that was read in the shape `EPISODE`."""
        history = episode_events(row)
        found = facts_of(history, now=session.now, background=episode_background(row))
        return cls(episode_id=row.id, patient_id=row.about, history=history, facts=found)


async def named_units(desk: Desk, saying: Saying) -> tuple[tuple[Party, ...], Party | None] | Missing:
    """The recipients and the unit called; where in the input those stand that do not exist."""
    called = [] if saying.called_unit_id is None else [saying.called_unit_id]
    if not saying.recipient_unit_ids and not called:
        return (), None
    found = await facts.units(desk, [*saying.recipient_unit_ids, *called])
    paths = [("input", "recipientUnitIds", str(at)) for at in range(len(saying.recipient_unit_ids))]
    missing = [
        path for path, unit in zip([*paths, ("input", "calledUnitId")], found, strict=False) if unit is None
    ]
    if missing:
        return Missing(tuple(missing))
    units = [unit for unit in found if unit is not None]
    return tuple(dict.fromkeys(units[: len(paths)])), units[-1] if called else None


def act_from(
    kind: EpisodeEventKind, saying: Saying, units: tuple[tuple[Party, ...], Party | None], patient: Row | None
) -> Act:
    """The act that is judged; what the patient's record holds goes along with an admission notice."""
    recipients, called = units
    said = stripped(saying)
    if kind is _Kind.ADMISSION_NOTICE_SENT and patient is not None:
        said["contents"] = frozenset(_contents(saying, patient))
    return Act(kind=kind, recipients=recipients, called=called, **said)


def _contents(saying: Saying, patient: Row) -> list[LegalField]:
    held = [LegalField.PERSONAL_NUMBER]
    if patient.given_name and patient.family_name:
        held.append(LegalField.NAME)
    if address_told(saying, patient):
        held.append(LegalField.REGISTERED_ADDRESS)
    return held


def address_told(saying: Saying, patient: Row) -> str:
    """The registered address as the notice gives it; empty when there is none, or when it must be withheld."""
    hidden = patient.protection is not Protection.NONE and not saying.fields.get("address_reason", "").strip()
    return "" if hidden else (saying.registered_address.strip() or patient.registered_address or "")


async def carry_out(
    desk: Desk, one_try: Attempt, stands: Standing, wanted: Act, extra: dict[str, Any] | None = None
) -> Outcome:
    """Write the act as an event, with what is kept beside it, or tell all that hinders it."""
    session = desk.session
    unit = session.known().unit
    others = [part.unit for part in stands.facts.active if part.unit.id != unit.id]
    asked = await backfill_objections(desk, wanted, stands.facts)
    if isinstance(asked, Missing):
        return asked
    found = [
        *await outage_objections(desk, wanted.kind, call=others),
        *asked,
        *judge(wanted, stands.facts, unit, session.regions),
        *too_long(wanted),
    ]
    if refused(tuple(found)):
        return await refuse(desk, one_try, found, "Episode", stands.patient_id, stands.episode_id)
    event = EpisodeEvent(id=str(session.new_id()), at=session.now, unit=session.known().unit, act=wanted)
    lost = await claim(desk, one_try, UUID(event.id))
    if lost is None:
        made = entry(stands.episode_id, stands.patient_id, stands.facts, event, extra)
        await write(desk, made)
        if made.concerns_plans:
            await settle_plans_of(desk, stands.episode_id)
    return lost or Done(UUID(event.id), warnings=tuple(found))
