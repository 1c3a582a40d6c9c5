"""The organisation tree (organisationsträd): connect, change and close units, and register agreements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID

from lifecare_gql.actions.access import Desk
from lifecare_gql.actions.administration import UNIT, Judged, administrator, place, place_of, settle
from lifecare_gql.actions.results import Missing, Outcome
from lifecare_gql.actions.session import Session
from lifecare_gql.actions.versions import lock
from lifecare_gql.domain import texts
from lifecare_gql.domain.administering import (
    CENTRAL,
    CONFIGURE,
    Administrator,
    Place,
    judge_agreement,
    may_configure,
    not_administrator,
    objection,
)
from lifecare_gql.domain.administration_words import AgreementKind, UnitEventKind
from lifecare_gql.domain.calendar import stockholm_day
from lifecare_gql.domain.identity import is_hsa_id
from lifecare_gql.domain.objections import Objection, ObjectionCode
from lifecare_gql.domain.phones import PhoneNumber
from lifecare_gql.domain.reviewing import MAX_NAME_LENGTH, core_objection, name_objections
from lifecare_gql.domain.words import UnitKind
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.rows import one

_Kind, _Code = UnitEventKind, ObjectionCode


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitSaid:
    """What is said of a unit; None: nothing, which leaves it as it was."""

    name: str | None = None
    kind: UnitKind | None = None
    municipality: str | None = None
    phone: str | None = None

    def columns(self) -> dict[str, Any]:
        """What is said, by the row's columns."""
        said = asdict(replace(self, name=self.name.strip() if self.name is not None else None))
        said["municipality_code"] = said.pop("municipality")
        return {name: value for name, value in said.items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectOrder:
    """A unit that is to be connected (ansluta, S7)."""

    organisation_id: UUID
    hsa_id: str
    said: UnitSaid


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitOrder:
    """A unit that is to be changed, or closed when nothing is said of it."""

    unit_id: UUID
    said: UnitSaid | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementOrder:
    """An agreement that is to be registered (vårdavtal)."""

    organisation_id: UUID
    kind: AgreementKind
    valid_from: dt.date
    valid_to: dt.date | None = None
    reference: str | None = None


async def connect_unit(session: Session, order: ConnectOrder, key: str) -> Outcome:
    """Connect it, or hear what hinders it; done: the id of the event."""

    async def look(desk: Desk) -> Missing | Judged:
        where = await place_of(desk, order.organisation_id)
        if where is None:
            return Missing((("input", "organisationId"),))
        same = rows.Unit.filter(hsa_id=order.hsa_id).using_db(desk.tx.client)
        taken = is_hsa_id(order.hsa_id) and await same.exists()
        found = [
            *_may_configure(await administrator(desk), where),
            *judge_agreement(where, await _agreed(desk, order.organisation_id)),
            *_hsa_id(order.hsa_id, taken, where),
            *_said(order.said, where, session),
        ]
        return Judged(found, lambda desk, event_id: _connect(desk, order, where, event_id))

    return await settle(session, "connectUnit", order, key, look)


async def update_unit(session: Session, order: UnitOrder, key: str) -> Outcome:
    """Change what is said of it; done: the id of the event."""
    return await _change(session, order, key, _Kind.UPDATED)


async def close_unit(session: Session, order: UnitOrder, key: str) -> Outcome:
    """Close it: it stays in the record, and sends and receives no more; done: the id of the event."""
    return await _change(session, order, key, _Kind.CLOSED)


async def register_agreement(session: Session, order: AgreementOrder, key: str) -> Outcome:
    """Register the agreement; done: its id. That the central administration does it is our assumption."""

    async def look(desk: Desk) -> Missing | Judged:
        where = await place_of(desk, order.organisation_id)
        if where is None:
            return Missing((("input", "organisationId"),))
        actor = await administrator(desk)
        return Judged(_judge_agreement(actor, where, order), lambda desk, row_id: _agree(desk, order, row_id))

    return await settle(session, "registerCareAgreement", order, key, look)


def _judge_agreement(actor: Administrator, where: Place, order: AgreementOrder) -> Iterator[Objection]:
    if not actor.centrally(where.organisation.region, *CENTRAL):
        yield not_administrator(where, *CENTRAL)
    if order.valid_to is not None and order.valid_to < order.valid_from:
        yield objection(_Code.DATE_PASSED, ("input", "validTo"), where)
    if order.reference is not None and len(order.reference) > MAX_NAME_LENGTH:
        yield core_objection(_Code.NAME_TOO_LONG, ("input", "reference"))


async def _change(session: Session, order: UnitOrder, key: str, kind: UnitEventKind) -> Outcome:
    async def look(desk: Desk) -> Missing | Judged:
        await lock(desk, rows.Unit, order.unit_id)
        row = await desk.row(one(rows.Unit, order.unit_id), UNIT)
        if row is None:
            return Missing((("input", "unitId"),))
        where = place(row.related["#organisation"], session)
        found = [*_may_configure(await administrator(desk), where), *_said(order.said, where, session)]
        if not row.active:
            found.append(objection(_Code.UNIT_NOT_REGISTERED, ("input", "unitId"), where))
        columns = order.said.columns() if order.said else {"active": False}
        return Judged(
            found, lambda desk, event_id: _write(desk, row.id, row.version, kind, columns, order.reason, event_id)
        )

    return await settle(session, f"unit:{kind}", order, key, look)


def _may_configure(actor: Administrator, where: Place) -> Iterator[Objection]:
    if not may_configure(actor, where):
        yield not_administrator(where, *(CONFIGURE if where.local else CENTRAL))


def _hsa_id(hsa_id: str, taken: bool, where: Place) -> Iterator[Objection]:
    if not is_hsa_id(hsa_id):
        yield objection(
            _Code.VALUE_NOT_UNDERSTOOD, ("input", "hsaId"), where, detail=texts.said("Det är inget HSA-id.")
        )
    if taken:
        yield objection(_Code.HSA_ID_TAKEN, ("input", "hsaId"), where)


def _said(said: UnitSaid | None, where: Place, session: Session) -> Iterator[Objection]:
    if said is None:
        return
    if said.name is not None:
        yield from name_objections(said.name.strip(), ("input", "name"))
    known = {one.code for region in session.regions.values() for one in region.info.municipalities}
    if said.municipality is not None and said.municipality not in known:
        yield objection(
            _Code.VALUE_NOT_UNDERSTOOD, ("input", "municipality"), where, detail=texts.said("Ingen sådan kommun.")
        )
    if said.phone is not None and not _is_phone(said.phone):
        yield objection(
            _Code.VALUE_NOT_UNDERSTOOD, ("input", "phone"), where, detail=texts.said("Det är inget nummer.")
        )


def _is_phone(text: str) -> bool:
    try:
        return len(PhoneNumber.swedish(text).printed) <= 40
    except ValueError:
        return False


async def _agreed(desk: Desk, organisation_id: UUID) -> frozenset[AgreementKind]:
    """The kinds of agreement that the organisation has today."""
    today = stockholm_day(desk.session.now)
    found = await rows.CareAgreement.filter(organisation_id=organisation_id, valid_from__lte=today).using_db(
        desk.tx.client
    )
    return frozenset(one.kind for one in found if one.valid_to is None or one.valid_to >= today)


async def _agree(desk: Desk, order: AgreementOrder, row_id: UUID) -> None:
    session = desk.session
    await rows.CareAgreement.create(
        using_db=desk.tx.client,
        id=row_id,
        by_id=session.known().assignment_id,
        registered_at=session.now,
        **asdict(order),
    )


async def _connect(desk: Desk, order: ConnectOrder, where: Place, event_id: UUID) -> None:
    unit_id, columns = desk.session.new_id(), order.said.columns()
    await rows.Unit.create(
        using_db=desk.tx.client,
        id=unit_id,
        hsa_id=order.hsa_id,
        organisation_id=order.organisation_id,
        region_code=where.organisation.region,
        active=True,
        version=0,
        **columns,
    )
    await _write(desk, unit_id, 0, _Kind.CONNECTED, {**columns, "hsa_id": order.hsa_id}, None, event_id)


async def _write(
    desk: Desk,
    unit_id: UUID,
    version: int,
    kind: UnitEventKind,
    columns: dict[str, Any],
    reason: str | None,
    event_id: UUID,
) -> None:
    """The event, and the row that is read from it."""
    changed = rows.Unit.filter(id=unit_id, version=version).using_db(desk.tx.client)
    assert await changed.update(version=version + 1, **columns) == 1, "the unit is locked"
    await rows.UnitEvent.create(
        using_db=desk.tx.client,
        id=event_id,
        unit_id=unit_id,
        version=version + 1,
        kind=kind,
        at=desk.session.now,
        by_id=desk.session.known().assignment_id,
        reason=reason or None,
        content=columns,
    )
