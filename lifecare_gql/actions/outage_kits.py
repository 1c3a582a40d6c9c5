"""Make a unit's outage kit (underlag vid driftstopp) of its record, before it is needed.

Whose data goes into a kit is logged like any other reading. Persons with a protected identity are never read
into one: they are counted, and the kit says so.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lifecare_gql.actions import episode_facts, plan_facts
from lifecare_gql.actions.access import Desk, work
from lifecare_gql.actions.documents import PERSON, person_of
from lifecare_gql.actions.facts import UNIT, party
from lifecare_gql.actions.session import Session
from lifecare_gql.documents.kit_sheets import (
    KitEpisode,
    KitMessage,
    KitParticipant,
    KitPatient,
    KitSheet,
    KitTask,
    Unacknowledged,
)
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_facts import EpisodeFacts
from lifecare_gql.domain.messages import awaiting
from lifecare_gql.domain.plan_facts import Meeting
from lifecare_gql.domain.reviewing import reach
from lifecare_gql.domain.texts import said
from lifecare_gql.domain.words import Awaiting
from lifecare_gql.errors import BadInput
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import Many, Order, Rows, Shape
from lifecare_gql.storage.reading.where import Where

VALID = dt.timedelta(hours=24)
"""How long a kit is said to be valid. No document says: it is our assumption."""

_TASKS = Many(
    rows=Rows(model=rows.Task, where=Where("{t}.done_at is null")),
    parent="{t}.episode_id",
    shape=Shape.of(rows.Task, "kind", "due_at"),
)
_PLANS = Many(
    rows=Rows(model=rows.PlanProcess, where=Where("{t}.closed_at is null")),
    parent="{t}.episode_id",
    shape=plan_facts.PLAN,
)
_EPISODE = replace(
    episode_facts.EPISODE,
    columns=episode_facts.EPISODE.columns | {"admitted_at"},
    ones={**episode_facts.PARTS, **PERSON},
    manys={**episode_facts.STEPS, "#tasks": _TASKS, "#plans": _PLANS},
)
_RECEIPTS = Many(
    rows=Rows(model=rows.Receipt), parent="{t}.message_id", shape=Shape.of(rows.Receipt, "state", unit=UNIT)
)
_MESSAGE = replace(
    Shape.of(rows.Message, "topic", "sent_at", "state", "answer_required", "reply_due_at", sender_unit=UNIT),
    manys={"receipts": _RECEIPTS},
)
_MESSAGE = replace(_MESSAGE, ones={**_MESSAGE.ones, **PERSON})
_UNPROTECTED = "exists (select 1 from patient x where x.id = {t}.patient_id and x.protection = 'NONE')"
# Found through the unit's own rows: what the other units of a region have must not make a kit slower.
_TAKES_PART = "join episode_party {v} on {v}.episode_id = {t}.id and {v}.unit_id = {own} and {v}.left_at is null"
_OWN_MESSAGES = (
    "{t}.id in (select r.message_id from receipt r where r.unit_id = {own}"
    " union all select m.id from message m where m.sender_unit_id = {own})"
)
_WAITED_FOR = "({t}.state = 'SENT' or ({t}.state = 'ACKNOWLEDGED' and {t}.answer_required))"
_OPEN_PART = (
    "{t}.left_at is null and exists (select 1 from episode e where e.id = {t}.episode_id and e.ended_at is null)"
)
_BY_ID = Order()


def signing_key(secret: bytes) -> Ed25519PrivateKey:
    """The key that kits are signed with: derived from the deployment's secret, so there is no other to keep."""
    return Ed25519PrivateKey.from_private_bytes(hmac.new(secret, b"outage kit", hashlib.sha256).digest())


async def outage_kit(session: Session) -> KitSheet:
    """The kit of the caller's own unit; BadInput when its region is not enabled."""
    caller = session.known()
    region = session.regions.get(caller.unit.region)
    if region is None:
        raise BadInput(
            said("The region {region} is not enabled: it has no outage kit.", region=caller.unit.region)
        )
    async with work(session) as desk:
        organisation = await _organisation(desk, caller.unit_id)
        episodes = await _episodes(desk)
        messages = await _messages(desk)
        withheld = await _withheld(desk)
    return KitSheet(
        region=region,
        unit=caller.unit,
        organisation=organisation,
        version=int(session.now.timestamp()),
        made_at=session.now,
        valid_until=session.now + VALID,
        episodes=episodes,
        messages=messages,
        withheld_count=withheld,
    )


async def _organisation(desk: Desk, unit_id: UUID) -> str:
    of_unit = Where("{t}.id = {unit}", {"unit": unit_id})
    shape = Shape.of(rows.Unit, organisation=Shape.of(rows.Organisation, "name"))
    row = await desk.reader.first(Rows(model=rows.Unit, where=of_unit), shape)
    assert row is not None, "the caller's unit stands in the directory"
    name: str = row.related["organisation"].name
    return name


async def _episodes(desk: Desk) -> list[KitEpisode]:
    """The open episodes that the unit takes part in, of persons without a protected identity."""
    own = {"own": desk.session.known().unit_id}
    where = Where(f"{{t}}.ended_at is null and {_UNPROTECTED}", own)
    wanted = Rows(model=rows.Episode, where=where, via=_TAKES_PART, order=_BY_ID)
    return [_episode(desk.session, row) for row in (await desk.reader.page(wanted, _EPISODE)).rows]


def _episode(session: Session, row: Row) -> KitEpisode:
    facts = episode_facts.episode_facts(row, session.now)
    own = session.known().unit
    assert facts.state is not None, "an episode has events"
    return KitEpisode(
        id=row.id.hex,
        patient=_patient(row.related["#person"], session),
        state=facts.state,
        ward=facts.ward,
        admitted_at=facts.admitted_at,
        expected_discharge=facts.expected_discharge,
        participants=_participants(session, facts, own),
        waiting=tuple(KitTask(kind=task.kind, due_at=task.due_at) for task in row.related["#tasks"].rows),
        unacknowledged=tuple(
            Unacknowledged(kind=notice.kind, sent_at=notice.sent_at, sender=notice.sender, recipient=unit)
            for notice, unit in facts.unacknowledged()
            if own.id in (notice.sender.id, unit.id)
        ),
        meeting=_meeting(session, row.related["#plans"].rows),
    )


def _participants(session: Session, facts: EpisodeFacts, own: Party) -> tuple[KitParticipant, ...]:
    named = dict(facts.fixed_care_contact_names)
    others = [part.unit for part in facts.active if part.unit.id != own.id]
    return tuple(_participant(session, unit, named.get(unit.id, "")) for unit in others)


def _participant(session: Session, unit: Party, named: str = "") -> KitParticipant:
    return KitParticipant(unit=unit, reach=reach(unit, session.regions), fixed_care_contact=named)


def _meeting(session: Session, plans: Sequence[Row]) -> Meeting | None:
    """The next meeting of a plan that the unit takes part in."""
    found = (plan_facts.plan_facts(plan, session.now).meeting for plan in plans)
    ahead = [one for one in found if one is not None and one.ends_at > session.now]
    return min(ahead, key=lambda one: one.starts_at, default=None)


async def _messages(desk: Desk) -> list[KitMessage]:
    """What the unit has sent or received that is still waited for."""
    own = {"own": desk.session.known().unit_id}
    where = Where(f"{_OWN_MESSAGES} and {_WAITED_FOR} and {_UNPROTECTED}", own)
    wanted = Rows(model=rows.Message, where=where, order=_BY_ID)
    return [_message(desk.session, row) for row in (await desk.reader.page(wanted, _MESSAGE)).rows]


def _message(session: Session, row: Row) -> KitMessage:
    topic = session.regions.topics.get(row.topic)
    own = session.known().unit_id
    sender = party(row.related["sender_unit"])
    units = (row.related["sender_unit"], *(one.related["unit"] for one in row.related["receipts"].rows))
    state: Awaiting = awaiting(row.state, row.answer_required)
    return KitMessage(
        id=row.id.hex,
        patient=_patient(row.related["#person"], session),
        topic=topic.swedish if topic else row.topic,
        sent_at=row.sent_at,
        sender=sender,
        awaiting=state,
        due_at=row.reply_due_at,
        participants=tuple(_participant(session, party(unit)) for unit in units if unit.id != own),
    )


def _patient(person: Row, session: Session) -> KitPatient:
    sheet = person_of(person, session)
    return KitPatient(name=sheet.name, identity=sheet.identity, protection=person.protection)


async def _withheld(desk: Desk) -> int:
    """How many persons with a protected identity have something open at the unit. Nothing of them is read."""
    own = {"own": desk.session.known().unit_id}
    taken = Where(f"{{t}}.unit_id = {{own}} and {_OPEN_PART} and not {_UNPROTECTED}", own)
    waits = Where(f"{{t}}.unit_id = {{own}} and {{t}}.done_at is null and not {_UNPROTECTED}", own)
    parts = await desk.reader.whom(Rows(model=rows.EpisodeParty, where=taken))
    return len(parts | await desk.reader.whom(Rows(model=rows.Task, where=waits)))
