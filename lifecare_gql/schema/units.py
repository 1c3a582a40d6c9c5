"""Windows on the directory: organisations, units, staff at work, forums."""

from __future__ import annotations

import datetime as dt

import strawberry
from strawberry import Some

from lifecare_gql.actions import access, facts, units
from lifecare_gql.domain.calendar import stockholm_day
from lifecare_gql.domain.directory import Reach
from lifecare_gql.domain.phones import PhoneNumber
from lifecare_gql.domain.region import Municipality
from lifecare_gql.domain.reviewing import MAX_NAME_LENGTH
from lifecare_gql.domain.routines import Duty
from lifecare_gql.domain.texts import said
from lifecare_gql.domain.words import CareType, Principal, UnitKind
from lifecare_gql.errors import BadInput
from lifecare_gql.schema import values as values
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.ids import row_id
from lifecare_gql.schema.inputs import UnitKey
from lifecare_gql.schema.reading import Connection, Node, column, computed, to_many, to_one, window
from lifecare_gql.schema.regions import Region
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import Order, Rows, one
from lifecare_gql.storage.reading.where import EVERY, Where

_BY_NAME = Order(by=("{t}.name", "{t}.id"), columns=("name", "id"))


async def own_unit_only(root: Row, info: Info) -> None:
    """Note an attempt to look into another unit's affairs; the rows themselves are never those of another unit."""
    session = info.context.session
    if root.id != session.known().unit_id:
        await access.deny(session, f"Unit.{info.field_name}", root.id)


def municipality_named(info: Info, code: str | None) -> Municipality | None:
    """The municipality with that code in any enabled region."""
    every = (one for region in info.context.regions.values() for one in region.info.municipalities)
    return next((one for one in every if one.code == code), None)


@window(rows.Organisation)
class Organisation(Node):
    """A care provider or municipality (vårdgivare, kommun)."""

    hsa_id: str = column("The organisation's HSA-id.")
    name: str = column("The name.")
    principal: Principal = column("Who is responsible for the care (huvudman).")


def _forums(info: Info) -> Rows:
    return Rows(
        model=rows.Forum,
        via="join unit {v} on {v}.id in ({t}.unit_id, {t}.other_unit_id)",
        where=Where("{t}.until is null"),
        order=_BY_NAME,
    )


@window(rows.Unit)
class Unit(Node):
    """A unit that sends and receives (enhet)."""

    hsa_id: str = column("The unit's HSA-id.")
    name: str = column("The name.")
    kind: UnitKind = column("What kind of unit it is (enhetstyp).")
    active: bool = column("Whether it is registered and in use (upplagd i systemet, H6).")
    organisation: Organisation = to_one("organisation", "The organisation it belongs to (vårdgivare, kommun).")
    forums: Connection[Forum] = to_many(
        _forums, "{v}.id", "The established forums it takes part in (upprättade forum, O4)."
    )

    @computed("kind")
    def care_type(root: strawberry.Parent[Row]) -> CareType:
        """The care type, which selects the outage procedure (V9)."""
        kind: UnitKind = root.kind
        return kind.care_type

    @computed("region_code")
    def region(root: strawberry.Parent[Row], info: Info) -> Region | None:
        """The region it lies in; null when that region's plugin is not enabled."""
        return info.context.regions.get(root.region_code)  # type: ignore[return-value]

    @computed("municipality_code")
    def municipality(root: strawberry.Parent[Row], info: Info) -> Municipality | None:
        """The municipality it lies in (kommun); null when that is not registered."""
        return municipality_named(info, root.municipality_code)

    @computed("phone")
    def phone(root: strawberry.Parent[Row]) -> PhoneNumber | None:
        """The unit's own number (direktnummer)."""
        return None if root.phone is None else PhoneNumber.swedish(root.phone)

    @computed("name", "kind", "region_code", "municipality_code", "phone", "active")
    def reach(root: strawberry.Parent[Row], info: Info) -> Reach | None:
        """How the unit is reached by phone: its own number, else the switchboard (växel) and whom to ask for."""
        region = info.context.regions.get(root.region_code)
        return None if region is None else region.reach(facts.party(root))

    @computed()
    async def inbox_reading(
        root: strawberry.Parent[Row], info: Info, on: dt.date | None = None
    ) -> InboxReading | None:
        """How the own unit has read its inbox on a day, against the region's demand (läsa av, H12).

        Today in Sweden when no day is given. Null for another unit.
        """
        session = info.context.session
        await own_unit_only(root, info)
        if root.id != session.known().unit_id:
            return None
        return InboxReading(day_read=await units.inbox_day(session, on or stockholm_day(session.now)))


@window(rows.Forum)
class Forum(Node):
    """An established forum between two units, e.g. hemsjukvårdsrond (O4)."""

    name: str = column("The name of the forum.")
    since: dt.datetime = column("Since when it is registered.")
    unit: Unit = to_one("unit", "The unit that registered it.")
    other_unit: Unit = to_one("other_unit", "The other unit.")


@window(rows.Assignment)
class Assignment(Node):
    """What ties a person to a unit (medarbetaruppdrag)."""

    hsa_id: str = column("The assignment's HSA-id.")
    title: str = column("The title (befattning).")
    licensed: bool = column("Whether the person has a licensed profession (legitimation, H6).")
    staff: Staff = to_one("staff", "The person.")
    unit: Unit = to_one("unit", "The unit.")


@window(rows.Staff)
class Staff(Node):
    """A person who works in care (personal), as the staff directory has it."""

    hsa_id: str = column("The person's HSA-id.")
    given_name: str = column("Given name (förnamn).")
    family_name: str = column("Family name (efternamn).")

    @computed("given_name", "family_name")
    def name(root: strawberry.Parent[Row]) -> str:
        """Given and family name."""
        return f"{root.given_name} {root.family_name}"


@strawberry.type(description="How a unit has read its inbox on one day (läsa av, H12).")
class InboxReading:
    """Shows an `InboxDay`."""

    day_read: strawberry.Private[units.InboxDay]

    day: dt.date = strawberry.field(resolver=lambda root: root.day_read.day, description="The day.")
    day_off: str | None = strawberry.field(
        resolver=lambda root: root.day_read.day_off, description="Why it is no working day (vardag)."
    )
    read_at: list[dt.datetime] = strawberry.field(
        resolver=lambda root: root.day_read.read_at, description="When somebody recorded that the inbox was read."
    )
    fulfilled: bool | None = strawberry.field(
        resolver=lambda root: root.day_read.fulfilled,
        description="Whether the duty is fulfilled; null when there is none that day.",
    )
    duty: Duty | None = strawberry.field(
        resolver=lambda root: root.day_read.duty,
        description="The duty; null when the region's documents state none.",
    )


def unit_by(info: Info, by: UnitKey) -> Rows:
    """The unit with that public id, or that HSA-id; BadInput for what can be no public id."""
    if isinstance(by.id, Some):
        return one(rows.Unit, row_id(by.id.value, rows.Unit, "by.id"))
    assert isinstance(by.hsa_id, Some), "exactly one of the two is given"
    return Rows(model=rows.Unit, where=Where("{t}.hsa_id = {hsa_id}", {"hsa_id": by.hsa_id.value}), sought=True)


def units_found(
    info: Info,
    region: str | None = None,
    municipality: str | None = None,
    kind: UnitKind | None = None,
    name_begins: str | None = None,
) -> Rows:
    """The active units of the directory, by name, narrowed by what is given."""
    if name_begins is not None and len(name_begins) > MAX_NAME_LENGTH:
        raise BadInput(
            said("{name} must not be longer than {most} characters.", name="nameBegins", most=MAX_NAME_LENGTH)
        )
    wanted = {
        "{t}.region_code = {region}": region,
        "{t}.municipality_code = {municipality}": municipality,
        "{t}.kind = {kind}": kind,
        "lower({t}.name) like {name_begins}": None if name_begins is None else _prefix(name_begins),
    }
    given = {sql: value for sql, value in wanted.items() if value is not None}
    params = {sql[sql.rindex("{") + 1 : -1]: value for sql, value in given.items()}
    sql = " and ".join(["{t}.active", *given])
    return Rows(model=rows.Unit, where=Where(sql, params) if sql else EVERY, order=_BY_NAME)


def _prefix(text: str) -> str:
    # A name never contains the wildcards; leaving them out is simpler than two dialects of ESCAPE.
    return text.lower().replace("%", "").replace("_", "") + "%"
