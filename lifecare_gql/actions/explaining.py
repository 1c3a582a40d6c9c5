"""For administrators and auditors: why somebody sees something or does not, and what was opened in emergencies.

What is explained is asked of the same predicates that reading adds, one at a time. The question itself is logged.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from lifecare_gql.actions.access import Desk, work
from lifecare_gql.actions.roles import demand
from lifecare_gql.actions.session import Session
from lifecare_gql.domain.access_explained import (
    AccessExplanation,
    AccessRelation,
    AccessRule,
    AccessRuleCode,
    explained,
)
from lifecare_gql.domain.access_words import AccessBasis, Role
from lifecare_gql.domain.identity import is_hsa_id
from lifecare_gql.domain.texts import said
from lifecare_gql.domain.words import AccessAct
from lifecare_gql.errors import BadInput, NotPermitted
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Reader
from lifecare_gql.storage.reading.rows import one
from lifecare_gql.storage.viewer import Viewer
from lifecare_gql.storage.wall import Reach

MAY_EXPLAIN = (
    Role.AUDITOR,
    Role.LOCAL_PERMISSION_ADMINISTRATOR,
    Role.ADMINISTRATION_LEAD,
    Role.OBJECT_SPECIALIST,
)
_Code = AccessRuleCode


@dataclass(frozen=True, slots=True, kw_only=True)
class EmergencyAccess:
    """Something that was opened in an emergency, as a reviewer sees it."""

    access_id: UUID
    patient_id: UUID
    unit_name: str
    by_name: str
    by_title: str
    reason: str
    purpose: str
    since: dt.datetime
    until: dt.datetime
    ended_at: dt.datetime | None
    lifted_block_of: str | None


async def emergency_accesses(session: Session, first: int, since: dt.datetime | None) -> list[EmergencyAccess]:
    """What units of the reviewer's regions opened in emergencies, the newest first; NotPermitted for others."""
    grants = await demand(session, Role.AUDITOR)
    regions = [grant.region_code for grant in grants.values()]
    async with work(session, reach=Reach.AUDIT) as desk:
        found = rows.CareAccess.filter(basis=AccessBasis.EMERGENCY, unit__region_code__in=regions)
        found = found.filter(since__gte=since) if since else found
        ordered = found.order_by("-since", "-id").limit(first).using_db(desk.tx.client)
        opened = await ordered.prefetch_related("unit", "blocked_unit", "by__staff")
        await desk.note(AccessAct.READ, sorted({one.patient_id for one in opened}), "EmergencyAccess")  # type: ignore[attr-defined]
    return [_emergency(one) for one in opened]


def _emergency(one: rows.CareAccess) -> EmergencyAccess:
    staff = one.by.staff
    return EmergencyAccess(
        access_id=one.id,
        patient_id=one.patient_id,  # type: ignore[attr-defined]
        unit_name=one.unit.name,
        by_name=f"{staff.given_name} {staff.family_name}",
        by_title=one.by.title,
        reason=one.reason,
        purpose=one.purpose,
        since=one.since,
        until=one.until,
        ended_at=one.ended_at,
        lifted_block_of=one.blocked_unit.name if one.blocked_unit else None,
    )


async def explain_access(
    session: Session, assignment_hsa_id: str, model: type[rows.Record], object_id: UUID
) -> AccessExplanation:
    """Why the one with that assignment sees the object, or does not; NotPermitted, BadInput."""
    grants = await demand(session, *MAY_EXPLAIN)
    async with work(session, reach=Reach.EXPLANATION) as desk:
        whose = await _assignment(desk, assignment_hsa_id)
        _demand_within(grants, whose.unit)
        patient_id = await desk.reader.hidden_patient(one(model, object_id)) if model.patient_column else None
        viewer = Viewer(unit_id=whose.unit.id, now=session.now, wider=True)
        rules = await _rules(desk, whose, viewer, model, object_id)
        relations = await _relations(desk, patient_id, whose.unit.id)
        await desk.note(AccessAct.READ, [patient_id], "AccessExplanation", object_id)
    return explained(rules, relations)


async def _assignment(desk: Desk, hsa_id: str) -> rows.Assignment:
    found = rows.Assignment.filter(hsa_id=hsa_id).using_db(desk.tx.client).prefetch_related("unit")
    whose = await found.first() if is_hsa_id(hsa_id) else None
    if whose is None:
        raise BadInput("assignmentHsaId is none of the directory's.")
    return whose


def _demand_within(grants: dict[Role, rows.RoleGrant], unit: rows.Unit) -> None:
    """Local administrators ask of their own organisation, the others of their region."""
    for role, grant in grants.items():
        own: bool = grant.organisation_id == unit.organisation_id  # type: ignore[attr-defined]
        if own if role.local else grant.region_code == unit.region_code:
            return
    raise NotPermitted("Rollen gäller inte den enhet som frågan är om.")


async def _rules(
    desk: Desk, whose: rows.Assignment, viewer: Viewer, model: type[rows.Record], object_id: UUID
) -> tuple[AccessRule, ...]:
    """Each rule as its own statement: what a predicate says by itself, whatever the others say."""
    now, unit = desk.session.now, whose.unit.name
    valid = whose.since <= now and (whose.until is None or whose.until > now)
    reader = Reader(desk.tx.select, desk.session.db.dialect, viewer)
    found = await reader.predicates(one(model, object_id))
    here, part, opened, hidden = found or (False, False, False, False)
    until = said("till {day}", day=f"{whose.until:%Y-%m-%d}") if whose.until else said("tills vidare")
    lifted = "En spärr döljer det för enheten." if hidden else "Ingen spärr döljer det för enheten nu."
    rule = said("Regeln för {kind} gäller {unit}.", kind=model.__name__, unit=unit)
    return (
        AccessRule(
            code=_Code.ASSIGNMENT,
            holds=valid,
            told=said("{title}, {unit}, {until}.", title=whose.title, unit=unit, until=until),
        ),
        AccessRule(code=_Code.EXISTS, holds=here, told=said("{kind}.", kind=model.__name__)),
        AccessRule(code=_Code.TAKES_PART, holds=part, told=rule),
        AccessRule(code=_Code.OPENED, holds=opened, told=said("Tidsbegränsad åtkomst som gäller nu.")),
        AccessRule(code=_Code.NOT_BLOCKED, holds=not hidden, told=said(lifted)),
    )


async def _relations(desk: Desk, patient_id: UUID | None, unit_id: UUID) -> tuple[AccessRelation, ...]:
    found = rows.CareRelation.filter(patient_id=patient_id, unit_id=unit_id).order_by("since", "id")
    return tuple(
        AccessRelation(kind=one.kind, since=one.since, until=one.until)
        for one in (await found.using_db(desk.tx.client) if patient_id else ())
    )
