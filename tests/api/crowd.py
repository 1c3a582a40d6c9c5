"""Many patients, for tests that need more than the four of the world."""

from __future__ import annotations

import datetime as dt

from lifecare_gql.actions.patients import identity_digest
from lifecare_gql.domain.identity import luhn_ok, parse_identity
from lifecare_gql.domain.words import Protection
from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database
from tests import world

PATIENTS = 300


def numbers() -> list[str]:
    """Their person identifiers, of the test series."""
    days = (dt.date(1940, 1, 1) + dt.timedelta(days=at) for at in range(PATIENTS))
    nine = [f"{day:%Y%m%d}238" for day in days]
    return [next(f"{one}{digit}" for digit in range(10) if luhn_ok(f"{one}{digit}"[2:])) for one in nine]


async def prepare(url: str) -> None:
    """The world, and a patient for each of the numbers."""
    await world.prepare(url)
    async with Database.from_url(url) as db, db.transaction() as tx:
        await rows.Patient.bulk_create([_patient(number) for number in numbers()], using_db=tx.client)


def _patient(number: str) -> rows.Patient:
    identity = parse_identity(number, world.LONG_AGO.date())
    return rows.Patient(
        identifier=identity.value,
        identifier_kind=identity.kind,
        identifier_digest=identity_digest(world.SECRET.encode(), identity),
        given_name="Test",
        family_name="Testberg",
        home_municipality_code="2281",
        registered_address=world.ADDRESS,
        protection=Protection.NONE,
    )
