"""The outage kit (underlag vid driftstopp): what a unit must have in hand on the day the system is down."""

from __future__ import annotations

import datetime as dt

import strawberry

from lifecare_gql.actions.outage_kits import outage_kit, signing_key
from lifecare_gql.documents.kit_pages import kit_pages
from lifecare_gql.documents.kit_sheets import KitSheet
from lifecare_gql.documents.kits import kit_etag, kit_json
from lifecare_gql.documents.signatures import public_pem, signed
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.reading import computed
from lifecare_gql.schema.units import own_unit_only
from lifecare_gql.storage.reading.reader import Row


@strawberry.type(
    description="A unit's outage kit: open episodes and messages, whom to call for each with numbers, checklists,"
    " blank forms and the region's procedure. It works without the server. Persons with a protected identity are"
    " left out."
)
class OutageKit:
    """Shows a `KitSheet`."""

    sheet: strawberry.Private[KitSheet]
    payload: strawberry.Private[bytes]

    @strawberry.field(description="When it was made.")
    def made_at(self) -> dt.datetime:
        return self.sheet.made_at

    @strawberry.field(description="Until when it is said to be valid: our assumption, no document says.")
    def valid_until(self) -> dt.datetime:
        return self.sheet.valid_until

    @strawberry.field(description="Its version: seconds since 1970 when it was made, so a newer one is greater.")
    def version(self) -> int:
        return self.sheet.version

    @strawberry.field(description="The same for kits with the same content, whenever they were made.")
    def etag(self) -> str:
        return kit_etag(self.payload)

    @strawberry.field(description="How many persons are left out because their identity is protected.")
    def withheld_count(self) -> int:
        return self.sheet.withheld_count

    @strawberry.field(description="The kit as canonical JSON, to be kept offline; these bytes are signed.")
    def json(self) -> str:
        return self.payload.decode()

    @strawberry.field(
        description="The kit as one printable page (A4, black and white), with blank forms. A PDF file is fetched"
        " from /outage-kit.pdf, where the server has the extra `pdf`."
    )
    def html(self) -> str:
        return "".join(kit_pages(self.sheet))

    @strawberry.field(description="Ed25519 signature of the JSON in UTF-8, base64url without padding.")
    def signature(self, info: Info) -> str:
        return signed(self.payload, signing_key(info.context.session.secret)).signature

    @strawberry.field(description="The public key to check the signature with, as PEM. Keep it beforehand.")
    def public_key(self, info: Info) -> str:
        return public_pem(signing_key(info.context.session.secret))


@computed()
async def _kit(root: strawberry.Parent[Row], info: Info) -> OutageKit | None:
    """The kit of your own unit, as of now (underlag vid driftstopp). Null for another unit."""
    session = info.context.session
    await own_unit_only(root, info)
    if root.id != session.known().unit_id:
        return None
    sheet = await outage_kit(session)
    return OutageKit(sheet=sheet, payload=kit_json(sheet))


ADDED = {"Unit": {"outage_kit": _kit}}
"""Fields that the kit adds to types that know nothing of it."""
