"""A small world for the tests of the API: units in three regions, four patients, who works where.

Everything is made once in a template database, and copied for each test. Ids are derived from the names.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID, uuid5

from lifecare_gql.actions.patients import identity_digest
from lifecare_gql.domain.identity import parse_identity
from lifecare_gql.domain.words import CareRelationKind, Principal, Protection, UnitKind
from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.migrate import migrate

SECRET = "a secret that is only used by the tests"
ADDRESS = "Testgatan 1, 123 45 Teststad"
LONG_AGO = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
_NAMES = UUID("6d9c2f5e-0000-4000-8000-000000000000")

UNITS: dict[str, tuple[str, UnitKind, str | None, str | None]] = {
    # name: region, kind, municipality, phone
    "varberg": ("halland", UnitKind.MUNICIPAL_HEALTH_CARE, "1383", None),
    "eken": ("halland", UnitKind.HEALTH_CENTRE, None, "08-465 004 10"),
    "linden": ("halland", UnitKind.HEALTH_CENTRE, None, None),
    "nora": ("orebro", UnitKind.MUNICIPAL_HEALTH_CARE, "1884", None),
    "bergslagen": ("orebro", UnitKind.HEALTH_CENTRE, None, None),
    "psyk": ("orebro", UnitKind.PSYCHIATRIC_WARD, None, None),
    "sundsvall": ("vasternorrland", UnitKind.MUNICIPAL_HEALTH_CARE, "2281", None),
    "nedlagd": ("halland", UnitKind.HEALTH_CENTRE, None, None),
    "avdelning": ("halland", UnitKind.INPATIENT_WARD, None, None),
    "bistand": ("halland", UnitKind.NEEDS_ASSESSMENT, "1383", None),
    "medicin": ("vasternorrland", UnitKind.INPATIENT_WARD, None, "060-18 00 00"),
    "granen": ("vasternorrland", UnitKind.HEALTH_CENTRE, None, None),
}
PATIENTS: dict[str, tuple[str, str | None, str | None]] = {
    # name: number, listed at, enrolled at
    "alva": ("199001012385", "eken", "varberg"),
    "bo": ("194502022397", None, "varberg"),
    "cecilia": ("196109732393", "bergslagen", "nora"),
    "dag": ("189001019802", "bergslagen", None),
}


def uid(name: str) -> UUID:
    """The id of anything in the world."""
    return uuid5(_NAMES, name)


def pid(kind: str, name: str) -> str:
    """The public id of a unit, patient or case."""
    return f"{kind}_{uid(f'{kind} {name}').hex}"


def number(name: str) -> str:
    """The identity number of a patient."""
    return PATIENTS[name][0]


def staff_of(name: str, licensed: bool = True) -> tuple[str, str]:
    """HSA-ids of the person and the assignment of the nurse, or the unlicensed colleague, at a unit."""
    suffix = f"{list(UNITS).index(name)}{'L' if licensed else 'U'}"
    return f"SE0000000000-S{suffix}", f"SE0000000000-A{suffix}"


async def prepare(url: str) -> None:
    """Migrate the database and fill it with the world."""
    await migrate(url)
    async with Database.from_url(url) as db, db.transaction() as tx:
        await _directory(tx.client)
        await _patients(tx.client)


async def _directory(client: object) -> None:
    organisation = await rows.Organisation.create(
        using_db=client,
        hsa_id="SE0000000000-O",
        name="Testorganisationen",
        principal=Principal.REGION,
        region_code="halland",
    )
    for at, (name, (region, kind, municipality, phone)) in enumerate(UNITS.items()):
        unit = await rows.Unit.create(
            using_db=client,
            id=uid(f"unit {name}"),
            hsa_id=f"SE0000000000-U{at}",
            name=name.capitalize(),
            kind=kind,
            organisation=organisation,
            region_code=region,
            municipality_code=municipality,
            phone=phone,
            active=name != "nedlagd",
        )
        for licensed in (True, False):
            staff_hsa_id, assignment_hsa_id = staff_of(name, licensed)
            staff = await rows.Staff.create(
                using_db=client, hsa_id=staff_hsa_id, given_name=name.capitalize(), family_name="Testsson"
            )
            await rows.Assignment.create(
                using_db=client,
                hsa_id=assignment_hsa_id,
                staff=staff,
                unit=unit,
                title="sjuksköterska" if licensed else "undersköterska",
                licensed=licensed,
                since=LONG_AGO,
            )


async def _patients(client: object) -> None:
    for name, (text, listed, enrolled) in PATIENTS.items():
        identity = parse_identity(text, LONG_AGO.date())
        patient = await rows.Patient.create(
            using_db=client,
            id=uid(f"patient {name}"),
            identifier=identity.value,
            identifier_kind=identity.kind,
            identifier_digest=identity_digest(SECRET.encode(), identity),
            given_name=name.capitalize(),
            family_name="Testberg",
            home_municipality_code="1383",
            registered_address=ADDRESS,
            listed_unit_id=uid(f"unit {listed}") if listed else None,
            enrolled_unit_id=uid(f"unit {enrolled}") if enrolled else None,
            deceased_on=dt.date(2026, 11, 1) if name == "dag" else None,
            protection=Protection.NONE,
        )
        party = enrolled or "nora"
        await rows.CareRelation.create(
            using_db=client,
            patient=patient,
            unit_id=uid(f"unit {party}"),
            kind=CareRelationKind.ENROLLED,
            since=LONG_AGO,
        )
        case = await rows.Case.create(
            using_db=client,
            id=uid(f"case {name}"),
            patient=patient,
            title="Planering hemma",
            opened_by_unit_id=uid(f"unit {party}"),
            opened_at=LONG_AGO,
        )
        await rows.CaseParty.create(using_db=client, case=case, unit_id=uid(f"unit {party}"), since=LONG_AGO)
    await rows.PlanProcess.create(using_db=client, patient_id=uid("patient dag"), opened_at=LONG_AGO)
