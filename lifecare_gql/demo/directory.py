"""The demo's directory and patients as records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from lifecare_gql.actions.patients import identity_digest
from lifecare_gql.demo.names import Ids, hsa_id
from lifecare_gql.domain.access_words import RoleGrantEventKind
from lifecare_gql.domain.calendar import stockholm_day
from lifecare_gql.domain.demo import Demo, DemoPatient
from lifecare_gql.domain.identity import parse_identity
from lifecare_gql.domain.region import Region
from lifecare_gql.domain.words import CareRelationKind
from lifecare_gql.regions import Regions
from lifecare_gql.storage import rows

SERVED = dt.timedelta(days=365)
"""How long everything has been in place when the demo is loaded."""


def records(regions: Regions, secret: bytes, loaded_at: dt.datetime) -> list[rows.Record]:
    """The records of all regions, those first that others refer to."""
    books = [_Book(region, region.demo, secret, loaded_at) for region in regions.values() if region.demo]
    kinds = (
        _Book.organisations,
        _Book.units,
        _Book.staff,
        _Book.assignments,
        _Book.grants,
        _Book.grant_events,
        _Book.forums,
        _Book.patients,
        _Book.relations,
    )
    return [record for kind in kinds for book in books for record in kind(book)]


@dataclass(frozen=True, slots=True)
class _Book:
    """One region's records."""

    region: Region
    demo: Demo
    secret: bytes
    loaded_at: dt.datetime

    @property
    def since(self) -> dt.datetime:
        return self.loaded_at - SERVED

    @property
    def ids(self) -> Ids:
        return Ids(self.demo)

    def organisations(self) -> Iterator[rows.Record]:
        for one in self.demo.organisations:
            yield rows.Organisation(
                id=self.ids.own(rows.Organisation, one.key),
                hsa_id=hsa_id(self.region, rows.Organisation, one.key),
                name=one.name,
                principal=one.principal,
                region_code=self.region.code,
                municipality_code=one.municipality,
                local_administration=one.administration,
            )

    def units(self) -> Iterator[rows.Record]:
        for one in self.demo.units:
            yield rows.Unit(
                id=self.ids.own(rows.Unit, one.key),
                hsa_id=hsa_id(self.region, rows.Unit, one.key),
                name=one.name,
                kind=one.kind,
                organisation_id=self.ids.of(rows.Organisation, one.organisation),
                region_code=self.region.code,
                municipality_code=one.municipality,
                phone=one.phone.printed if one.phone else None,
                active=one.active,
            )

    def staff(self) -> Iterator[rows.Record]:
        for one in self.demo.staff:
            yield rows.Staff(
                id=self.ids.own(rows.Staff, one.key),
                hsa_id=hsa_id(self.region, rows.Staff, one.key),
                given_name=one.given_name,
                family_name=one.family_name,
            )

    def assignments(self) -> Iterator[rows.Record]:
        for person in self.demo.staff:
            for key, one in person.keyed():
                yield rows.Assignment(
                    id=self.ids.own(rows.Assignment, key),
                    hsa_id=hsa_id(self.region, rows.Assignment, key),
                    staff_id=self.ids.of(rows.Staff, person.key),
                    unit_id=self.ids.of(rows.Unit, one.unit),
                    title=one.title,
                    licensed=one.licensed,
                    since=self.since,
                )

    def grants(self) -> Iterator[rows.Record]:
        at = {key: one.unit for person in self.demo.staff for key, one in person.keyed()}
        of = {unit.key: unit.organisation for unit in self.demo.units}
        for one in self.demo.roles:
            yield rows.RoleGrant(
                id=self.ids.own(rows.RoleGrant, f"{one.by}/{one.role}"),
                assignment_id=self.ids.of(rows.Assignment, one.by),
                role=one.role,
                region_code=self.region.code,
                organisation_id=self.ids.of(rows.Organisation, of[at[one.by]]) if one.role.local else None,
                version=1,
                since=self.since,
            )

    def grant_events(self) -> Iterator[rows.Record]:
        for one in self.demo.roles:
            yield rows.RoleGrantEvent(
                id=self.ids.own(rows.RoleGrantEvent, f"{one.by}/{one.role}/1"),
                grant_id=self.ids.own(rows.RoleGrant, f"{one.by}/{one.role}"),
                version=1,
                kind=RoleGrantEventKind.GRANTED,
                at=self.since,
                reason="Påhittat: fanns när demon lästes in.",
            )

    def forums(self) -> Iterator[rows.Record]:
        for one in self.demo.forums:
            yield rows.Forum(
                id=self.ids.own(rows.Forum, one.key),
                name=one.name,
                unit_id=self.ids.of(rows.Unit, one.unit),
                other_unit_id=self.ids.of(rows.Unit, one.other_unit),
                since=self.since,
            )

    def patients(self) -> Iterator[rows.Record]:
        for one in self.demo.patients:
            identity = parse_identity(one.identifier, stockholm_day(self.loaded_at))
            yield rows.Patient(
                id=self.ids.own(rows.Patient, one.key),
                identifier=identity.value,
                identifier_kind=identity.kind,
                identifier_digest=identity_digest(self.secret, identity),
                given_name=one.given_name,
                family_name=one.family_name,
                home_municipality_code=one.municipality,
                registered_address=one.address,
                listed_unit_id=self.ids.maybe(rows.Unit, one.listed_at),
                enrolled_unit_id=self.ids.maybe(rows.Unit, one.enrolled_at),
                deceased_on=None if one.died is None else stockholm_day(self.loaded_at - one.died),
                protection=one.protection,
            )

    def relations(self) -> Iterator[rows.Record]:
        for patient in self.demo.patients:
            for kind, unit in _takes_part(patient):
                yield rows.CareRelation(
                    id=self.ids.own(rows.CareRelation, f"{patient.key}/{kind}/{unit}"),
                    patient_id=self.ids.of(rows.Patient, patient.key),
                    unit_id=self.ids.of(rows.Unit, unit),
                    kind=kind,
                    since=self.since,
                )


def _takes_part(patient: DemoPatient) -> Iterator[tuple[CareRelationKind, str]]:
    """The units that take part in the patient's care before anything has been sent, and why."""
    if patient.listed_at is not None:
        yield CareRelationKind.LISTED, patient.listed_at
    if patient.enrolled_at is not None:
        yield CareRelationKind.ENROLLED, patient.enrolled_at
    for unit in patient.known_to:
        yield CareRelationKind.CASE, unit
