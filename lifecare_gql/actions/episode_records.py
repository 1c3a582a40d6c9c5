"""Write an event of a care episode, and bring what is read from the events in step with it: one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from lifecare_gql.actions.access import Desk
from lifecare_gql.actions.acts import content_of
from lifecare_gql.actions.tasks import settle
from lifecare_gql.domain.change_words import ChangeTopic
from lifecare_gql.domain.episode_events import facts_after
from lifecare_gql.domain.episode_facts import EpisodeEvent, EpisodeFacts, Notice, Participant
from lifecare_gql.domain.episode_words import EpisodeEventKind, EpisodeState
from lifecare_gql.domain.tasks import tasks_of_episode
from lifecare_gql.domain.words import AccessAct, CareRelationKind, ReceiptState
from lifecare_gql.storage import rows

_ENDED = (EpisodeState.ABORTED, EpisodeState.CLOSED)
_CONCERN_PLANS = (EpisodeEventKind.FIXED_CARE_CONTACT_APPOINTED, EpisodeEventKind.COMPULSORY_CARE_ASSESSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """An event about to be written, and its episode before and after; `extra` is kept beside the act."""

    episode_id: UUID
    patient_id: UUID
    event: EpisodeEvent
    before: EpisodeFacts
    after: EpisodeFacts
    extra: dict[str, Any]

    @property
    def concerns_plans(self) -> bool:
        """Whether it changes who may call to a plan, or whether there is one: then other tasks wait in it."""
        ends = self.after.state in _ENDED and self.before.state not in _ENDED
        return ends or self.event.act.kind in _CONCERN_PLANS


def entry(
    episode_id: UUID,
    patient_id: UUID,
    before: EpisodeFacts,
    event: EpisodeEvent,
    extra: dict[str, Any] | None = None,
) -> Entry:
    """The event with what holds after it."""
    after = facts_after(before, event)
    return Entry(
        episode_id=episode_id, patient_id=patient_id, event=event, before=before, after=after, extra=extra or {}
    )


async def write(desk: Desk, *entries: Entry) -> None:
    """Write the events, and the state, parties, receipts, care relations and tasks that follow from them.

    Of several in one episode, each was judged with the one before it done; what stands there is written once.
    """
    by_episode: dict[UUID, list[Entry]] = {}
    for one in entries:
        by_episode.setdefault(one.episode_id, []).append(one)
    for those in by_episode.values():
        whole = replace(those[-1], before=those[0].before)
        await _write_episode(desk, whole)
        await rows.EpisodeEvent.bulk_create([_event(desk, one) for one in those], using_db=desk.tx.client)
        for one in those:
            await _write_parties(desk, one)
            await _write_receipts(desk, one)
            desk.tell(ChangeTopic.EPISODE, one.episode_id, one.event.act.kind, one.after.version)
        await _settle(desk, whole)


async def _settle(desk: Desk, one: Entry) -> None:
    region = desk.session.regions.get(one.after.region or "")
    tasks = tasks_of_episode(one.after, region.process if region else None, str(one.episode_id))
    await settle(desk, one.patient_id, tasks, episode_id=one.episode_id)
    act = AccessAct.CREATE if one.before.state is None else AccessAct.UPDATE
    await desk.note(act, [one.patient_id], "Episode", one.episode_id)


async def _write_episode(desk: Desk, one: Entry) -> None:
    after, client = one.after, desk.tx.client
    assert after.state is not None, "an event leads to a state"
    assert after.ward is not None, "an episode begins at a ward, or with a request to one"
    stands = {
        "state": after.state,
        "version": after.version,
        "ward_id": UUID(after.ward.id),
        "admitted_at": after.admitted_at,
        "expected_discharge": after.expected_discharge,
        "discharge_ready_at": after.discharge_ready_at,
        "discharged_at": after.discharged_at,
        "ended_at": one.event.at if after.state in _ENDED else None,
    }
    if one.before.state is None:
        await rows.Episode.create(
            using_db=client, id=one.episode_id, patient_id=one.patient_id, opened_at=one.event.at, **stands
        )
        return
    found = rows.Episode.filter(id=one.episode_id, version=one.before.version)
    changed = await found.using_db(client).update(**_kept(one, stands))
    assert changed == 1, "the episode is locked, so nobody has changed it since it was read"


def _kept(one: Entry, stands: dict[str, Any]) -> dict[str, Any]:
    """What an acknowledgement after the end does not touch: when the episode ended."""
    ended_before = one.before.state in _ENDED
    return {key: said for key, said in stands.items() if key != "ended_at" or not ended_before}


def _event(desk: Desk, one: Entry) -> rows.EpisodeEvent:
    act, caller = one.event.act, desk.session.known()
    notice = _notice(one)
    return rows.EpisodeEvent(
        id=UUID(one.event.id),
        episode_id=one.episode_id,
        patient_id=one.patient_id,
        version=one.after.version,
        kind=act.kind,
        notice=notice.kind if notice else None,
        at=one.event.at,
        occurred_at=act.occurred_at,
        unit_id=caller.unit_id,
        by_id=caller.assignment_id,
        about_id=UUID(act.about) if act.about else None,
        called_id=UUID(act.called.id) if act.called else None,
        outage_id=UUID(act.outage) if act.outage else None,
        reason=act.reason or None,
        text=act.text or None,
        content={**content_of(act), **one.extra},
    )


def _notice(one: Entry) -> Notice | None:
    return next((notice for notice in one.after.notices if notice.id == one.event.id), None)


async def _write_parties(desk: Desk, one: Entry) -> None:
    """Bring in whom the event brings in, with a care relation; let go whom it was a mistake to bring in."""
    client, now = desk.tx.client, one.event.at
    known = {part.unit.id: part for part in one.before.participants}
    new = [part for part in one.after.participants if part.unit.id not in known]
    if new:
        await rows.EpisodeParty.bulk_create([_party(one, part) for part in new], using_db=client)
        await admit(desk, one.patient_id, [UUID(part.unit.id) for part in new], CareRelationKind.EPISODE)
    for part in one.after.participants:
        earlier = known.get(part.unit.id)
        if earlier is not None and earlier.via != part.via:
            await _party_of(one, part.unit.id).using_db(client).update(via_id=_via(part))
    left = {part.unit.id for part in one.after.participants} - {part.unit.id for part in one.after.active}
    back = (
        {part.unit.id for part in one.after.active}
        - {part.unit.id for part in one.before.active}
        - {part.unit.id for part in new}
    )
    for unit_id in left & {part.unit.id for part in one.before.active}:
        await _party_of(one, unit_id).using_db(client).update(left_at=now)
        await _let_go(desk, one.patient_id, UUID(unit_id))
    for unit_id in back:
        await _party_of(one, unit_id).using_db(client).update(left_at=None)
        await admit(desk, one.patient_id, [UUID(unit_id)], CareRelationKind.EPISODE)


def _party(one: Entry, part: Participant) -> rows.EpisodeParty:
    return rows.EpisodeParty(
        episode_id=one.episode_id,
        patient_id=one.patient_id,
        unit_id=UUID(part.unit.id),
        role=part.role,
        via_id=_via(part),
        since=one.event.at,
    )


def _via(part: Participant) -> UUID | None:
    return None if part.via is None else UUID(part.via)


def _party_of(one: Entry, unit_id: str) -> Any:
    return rows.EpisodeParty.filter(episode_id=one.episode_id, unit_id=UUID(unit_id))


async def admit(desk: Desk, patient_id: UUID, unit_ids: Sequence[UUID], kind: CareRelationKind) -> None:
    """Let the units take part in the patient's care for this reason."""
    relations = [
        rows.CareRelation(patient_id=patient_id, unit_id=unit_id, kind=kind, since=desk.session.now)
        for unit_id in sorted(unit_ids)  # in one order, so that no two who do this wait for each other
    ]
    await rows.CareRelation.bulk_create(relations, ignore_conflicts=True, using_db=desk.tx.client)


async def _let_go(desk: Desk, patient_id: UUID, unit_id: UUID) -> None:
    """End the unit's part in the care, unless another episode of the patient's keeps it."""
    client = desk.tx.client
    kept = rows.EpisodeParty.filter(patient_id=patient_id, unit_id=unit_id, left_at=None)
    if not await kept.using_db(client).exists():
        ended = rows.CareRelation.filter(
            patient_id=patient_id, unit_id=unit_id, kind=CareRelationKind.EPISODE, until=None
        )
        await ended.using_db(client).update(until=desk.session.now)


async def _write_receipts(desk: Desk, one: Entry) -> None:
    notice, client = _notice(one), desk.tx.client
    if notice is not None and notice.deliveries:
        receipts = [_receipt(one, notice, to.unit.id) for to in notice.deliveries]
        await rows.NoticeReceipt.bulk_create(receipts, using_db=client)
    if one.event.act.kind in _MARKS:
        caller = desk.session.known()
        said: dict[str, Any] = {"state": _MARKS[one.event.act.kind]}
        if one.event.act.kind is EpisodeEventKind.ACKNOWLEDGED:
            said |= {"acknowledged_at": one.event.at, "acknowledged_by_id": caller.assignment_id}
        assert one.event.act.about is not None, "a mark is about a notice"
        found = rows.NoticeReceipt.filter(event_id=UUID(one.event.act.about), unit_id=caller.unit_id)
        await found.using_db(client).update(**said)


_MARKS = {
    EpisodeEventKind.ACKNOWLEDGED: ReceiptState.ACKNOWLEDGED,
    EpisodeEventKind.MISDIRECTED: ReceiptState.MISDIRECTED,
}


def _receipt(one: Entry, notice: Notice, unit_id: str) -> rows.NoticeReceipt:
    return rows.NoticeReceipt(
        event_id=UUID(notice.id),
        episode_id=one.episode_id,
        patient_id=one.patient_id,
        unit_id=UUID(unit_id),
        kind=notice.kind,
        sent_at=notice.sent_at,
        state=ReceiptState.SENT,
    )
