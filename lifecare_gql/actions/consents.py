"""Record what the individual says about a consent. Each entry is a new version; nothing is taken away."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from uuid import UUID

from lifecare_gql.actions.access import Desk
from lifecare_gql.actions.hindrances import outage_objections
from lifecare_gql.actions.idempotency import Attempt, attempt, claim, earlier, once
from lifecare_gql.actions.results import Done, Missing, Outcome, Refused
from lifecare_gql.actions.sayings import too_long
from lifecare_gql.actions.session import Session
from lifecare_gql.actions.versions import lock
from lifecare_gql.domain.access_words import AccessBasis
from lifecare_gql.domain.consents import ConsentSaid, judge_consent
from lifecare_gql.domain.words import AccessAct, ConsentKind, ConsentState
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.rows import Shape, one

_SCOPE: dict[ConsentKind, tuple[type[rows.Record], str]] = {
    ConsentKind.PROCESS: (rows.Episode, "episode_id"),
    ConsentKind.PLAN: (rows.PlanProcess, "plan_id"),
    ConsentKind.SHARED_RECORDS: (rows.Patient, "patient_id"),
}

_TAKEN_BACK = (ConsentState.REFUSED, ConsentState.WITHDRAWN)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentOrder:
    """What is to be recorded; `scope_id` is the episode's, the plan's or the patient's id, by kind."""

    kind: ConsentKind
    scope_id: UUID
    said: ConsentSaid
    about: str = ""


async def record_consent(session: Session, order: ConsentOrder, key: str) -> Outcome:
    """Record it, or say everything that hinders it."""
    model, column = _SCOPE[order.kind]

    async def judged(desk: Desk, one_try: Attempt) -> Outcome:
        await lock(desk, model, order.scope_id)
        row = await desk.row(one(model, order.scope_id), Shape.of(model))
        if row is None:
            return Missing((("input", "scopeId"),))
        latest = await _latest(desk, order, column)
        objections = (
            *await outage_objections(desk, order.said.state),
            *judge_consent(order.said, latest.state if latest else None, session.now),
            *too_long(order.said),
        )
        if objections:
            done = await earlier(desk, one_try)
            if done is None:
                await desk.note(AccessAct.REFUSED, [row.about], "Consent")
            return done or Refused(objections)
        entry_id = session.new_id()
        lost = await claim(desk, one_try, entry_id)
        if lost is None:
            await store_consent(desk, order, row.about, entry_id)
        return lost or Done(entry_id)

    return await once(session, attempt("recordConsent", key, asdict(order)), judged)


async def _latest(desk: Desk, order: ConsentOrder, column: str) -> rows.ConsentEntry | None:
    found = rows.ConsentEntry.filter(kind=order.kind, **{column: order.scope_id})
    return await found.order_by("-version").using_db(desk.tx.client).first()


async def store_consent(desk: Desk, order: ConsentOrder, patient_id: UUID, entry_id: UUID) -> None:
    """Write the entry as the next one of its kind and scope, which is locked.

    What was opened by consent to others' records ends when the patient no longer consents.
    """
    session, said = desk.session, order.said
    caller = session.known()
    latest = await _latest(desk, order, _SCOPE[order.kind][1])
    await rows.ConsentEntry.create(
        using_db=desk.tx.client,
        id=entry_id,
        patient_id=patient_id,
        kind=order.kind,
        episode_id=order.scope_id if order.kind is ConsentKind.PROCESS else None,
        plan_id=order.scope_id if order.kind is ConsentKind.PLAN else None,
        version=latest.version + 1 if latest else 1,
        state=said.state,
        form=said.form,
        said_at=said.said_at or session.now,
        recorded_at=session.now,
        unit_id=caller.unit_id,
        recorded_by_id=caller.assignment_id,
        about=order.about.strip() or None,
        reason=said.reason.strip() or None,
    )
    await desk.note(AccessAct.CREATE, [patient_id], "Consent", entry_id)
    if order.kind is ConsentKind.SHARED_RECORDS and said.state in _TAKEN_BACK:
        by_consent = rows.CareAccess.filter(patient_id=patient_id, basis=AccessBasis.CONSENT, ended_at=None)
        await by_consent.using_db(desk.tx.client).update(ended_at=session.now)
