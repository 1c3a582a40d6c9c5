"""Open a case that messages can be tied to."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from uuid import UUID

from lifecare_gql.actions import facts
from lifecare_gql.actions.access import Desk
from lifecare_gql.actions.idempotency import Attempt, attempt, claim, once
from lifecare_gql.actions.results import Done, KeyReused, Missing, Refused
from lifecare_gql.actions.session import Session
from lifecare_gql.domain.reviewing import name_objections
from lifecare_gql.domain.words import AccessAct
from lifecare_gql.storage import rows


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseOrder:
    """A case to open: about whom, and what."""

    patient_id: UUID
    title: str


async def open_case(session: Session, order: CaseOrder, key: str) -> Done | Refused | Missing | KeyReused:
    """Open the case; the caller's unit is its first party."""
    title = order.title.strip()

    async def judged(desk: Desk, one: Attempt) -> Done | Refused | Missing | KeyReused:
        if await facts.patient(desk, order.patient_id) is None:
            return Missing((("input", "patientId"),))
        objections = name_objections(title, ("input", "title"))
        if objections:
            await desk.note(AccessAct.REFUSED, [order.patient_id], "Case")
            return Refused(objections)
        case_id = session.new_id()
        return await claim(desk, one, case_id) or await _store(desk, order.patient_id, title, case_id)

    return await once(session, attempt("openCase", key, asdict(order)), judged)


async def _store(desk: Desk, patient_id: UUID, title: str, case_id: UUID) -> Done:
    client, unit_id, now = desk.tx.client, desk.session.known().unit_id, desk.session.now
    await rows.Case.create(
        using_db=client, id=case_id, patient_id=patient_id, title=title, opened_by_unit_id=unit_id, opened_at=now
    )
    await rows.CaseParty.create(using_db=client, case_id=case_id, unit_id=unit_id, since=now)
    await desk.note(AccessAct.CREATE, [patient_id], "Case", case_id)
    return Done(case_id)
