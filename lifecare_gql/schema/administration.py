"""Windows on the administration: routes, roles, agreements, the organisation tree's history, training."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import strawberry

from lifecare_gql.actions import clients
from lifecare_gql.actions.administration import UNIT, routes
from lifecare_gql.domain import region as domain
from lifecare_gql.domain.access_words import Role, RoleGrantEventKind
from lifecare_gql.domain.administration import Administration
from lifecare_gql.domain.administration_routes import AdministrationRoute
from lifecare_gql.domain.administration_words import (
    AgreementKind,
    AssignmentEventKind,
    TrainingForm,
    TrainingKind,
    UnitEventKind,
)
from lifecare_gql.domain.technical import ClientCheck, TechnicalRequirements
from lifecare_gql.domain.texts import said
from lifecare_gql.domain.training import Training
from lifecare_gql.schema import values as values
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.publishing import made
from lifecare_gql.schema.reading import (
    Connection,
    Node,
    column,
    computed,
    connection,
    gathered,
    to_many,
    to_one,
    window,
)
from lifecare_gql.schema.regions import Region
from lifecare_gql.schema.units import Assignment, Organisation, Staff, Unit
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import BY_VERSION, Order, Rows
from lifecare_gql.storage.reading.where import Where

NO_INTERVAL = said("Ingen källa säger hur ofta en behörighet ska omprövas.")

_BY_SINCE = Order(by=("{t}.since", "{t}.id"), columns=("since", "id"))
_BY_START = Order(by=("{t}.valid_from", "{t}.id"), columns=("valid_from", "id"))
_BY_DAY = Order(by=("{t}.held_on", "{t}.id"), columns=("held_on", "id"), newest_first=True)
_ALL = Annotated[bool, strawberry.argument(description="Also those that have ended.")]


def _valid(model: type[rows.Record], ended: bool) -> Rows:
    return Rows(model=model, where=Where("true" if ended else "{t}.until is null"), order=_BY_SINCE)


def _grants(info: Info, ended: _ALL = False) -> Rows:
    return _valid(rows.RoleGrant, ended)


def _trainers(info: Info, ended: _ALL = False) -> Rows:
    return _valid(rows.UnitTrainer, ended)


def _assignments(info: Info, ended: _ALL = False) -> Rows:
    return _valid(rows.Assignment, ended)


def _agreements(info: Info) -> Rows:
    return Rows(model=rows.CareAgreement, order=_BY_START)


def _trainings(info: Info) -> Rows:
    return Rows(model=rows.TrainingRecord, order=_BY_DAY)


def _events(model: type[rows.Record]) -> Any:
    def found(info: Info) -> Rows:
        return Rows(model=model, order=BY_VERSION)

    return found


@window(rows.RoleGrant)
class RoleGrant(Node):
    """A role that somebody has on an assignment (behörighet). One person may have several (S131)."""

    role: Role = column("The role.")
    version: int = column("It grows with every event.")
    since: dt.datetime = column("Since when.")
    until: dt.datetime | None = column("When it ended; null while it lasts.")
    recertified_at: dt.datetime | None = column("When it was last gone through (omprövning); null: never.")
    assignment: Assignment = to_one("assignment", "Who has it, and where (medarbetaruppdrag).")
    organisation: Organisation | None = to_one(
        "organisation", "The organisation of a local role; null for a regional one."
    )
    history: Connection[RoleGrantEvent] = to_many(
        _events(rows.RoleGrantEvent), "{t}.grant_id", "What happened to it, in order (historik)."
    )

    @computed("region_code")
    def region(root: strawberry.Parent[Row], info: Info) -> Region | None:
        """The region it is held in; null when that region's plugin is not enabled."""
        return info.context.regions.get(root.region_code)  # type: ignore[return-value]

    @computed("region_code")
    def recertification_unsaid(root: strawberry.Parent[Row], info: Info) -> str:
        """Why it is not said by when it must be gone through again, as no document gives an interval."""
        region = info.context.regions.get(root.region_code)
        unsaid = region.administration.unsaid if region and region.administration else ()
        return next((one.reason for one in unsaid if one.field == "recertification"), NO_INTERVAL)


@window(rows.RoleGrantEvent)
class RoleGrantEvent(Node):
    """Something that happened to a role (händelse)."""

    version: int = column("The role's version after it.")
    kind: RoleGrantEventKind = column("What happened.")
    at: dt.datetime = column("When.")
    reason: str | None = column("The reason given (orsak).")
    by: Assignment | None = to_one("by", "Who did it; null when it was done by command.")


@window(rows.UnitEvent)
class UnitEvent(Node):
    """Something that was done to a unit (händelse)."""

    version: int = column("The unit's version after it.")
    kind: UnitEventKind = column("What was done.")
    at: dt.datetime = column("When.")
    reason: str | None = column("The reason given (orsak).")
    by: Assignment = to_one("by", "Who did it.")

    @computed("content")
    def changed(root: strawberry.Parent[Row]) -> list[str]:
        """What was said of the unit: name, kind, municipality_code, phone, active, hsa_id."""
        return sorted(root.content)


@window(rows.AssignmentEvent)
class AssignmentEvent(Node):
    """Something that was done to an assignment (händelse)."""

    version: int = column("The assignment's version after it.")
    kind: AssignmentEventKind = column("What was done.")
    at: dt.datetime = column("When.")
    reason: str | None = column("The reason given (orsak).")
    by: Assignment = to_one("by", "Who did it.")


@window(rows.CareAgreement)
class CareAgreement(Node):
    """An agreement of an organisation with its region (vårdavtal, personuppgiftsbiträdesavtal; S7, S30)."""

    kind: AgreementKind = column("The agreement.")
    reference: str | None = column("Its own name or number.")
    valid_from: dt.date = column("Its first day.")
    valid_to: dt.date | None = column("Its last day; null: until further notice.")
    registered_at: dt.datetime = column("When it was registered.")
    organisation: Organisation = to_one("organisation", "The organisation.")
    by: Assignment = to_one("by", "Who registered it.")


@window(rows.UnitTrainer)
class UnitTrainer(Node):
    """Somebody who trains the users of a unit (utbildare, S119, S122)."""

    since: dt.datetime = column("Since when.")
    until: dt.datetime | None = column("Until when; null while it lasts.")
    staff: Staff = to_one("staff", "The person.")
    unit: Unit = to_one("unit", "The unit.")


@window(rows.TrainingRecord)
class TrainingRecord(Node):
    """That somebody was trained (utbildning). No document demands that it is recorded (S16)."""

    kind: TrainingKind = column("Which training.")
    form: TrainingForm | None = column("How it was held; null when not told.")
    held_on: dt.date = column("The day.")
    length: str | None = column("How long, as it was told, e.g. två–tre timmar.")
    staff: Staff = to_one("staff", "Who was trained.")
    unit: Unit = to_one("unit", "The unit.")


WINDOWS = (RoleGrant, RoleGrantEvent, UnitEvent, AssignmentEvent, CareAgreement, UnitTrainer, TrainingRecord)


@gathered(UNIT)
def _permission_route(root: strawberry.Parent[Row], info: Info) -> AdministrationRoute:
    """Who grants permissions to the unit's users, and with which form (behörighet, S10, S11)."""
    return routes(root, info.context.regions, info.context.session.now)[0]


@gathered(UNIT)
def _support_route(root: strawberry.Parent[Row], info: Info) -> AdministrationRoute:
    """Whom the unit turns to for support, and who takes it on from there (S26-S28, V7, V8)."""
    return routes(root, info.context.regions, info.context.session.now)[1]


@computed("local_administration")
def _listed_as(root: strawberry.Parent[Row]) -> str | None:
    """Its key in the region's list of local administrations (S20); null for none, and for a municipality."""
    return root.local_administration


@computed("since")
def _since(root: strawberry.Parent[Row]) -> dt.datetime:
    """From when it is valid."""
    return root.since


@computed("until")
def _until(root: strawberry.Parent[Row]) -> dt.datetime | None:
    """When it ended; null while it lasts."""
    return root.until


def _administration(root: strawberry.Parent[domain.Region]) -> Administration | None:
    """Who administers the system, and what connecting takes (förvaltning); null when nothing is stated."""
    return root.administration


def _technical(root: strawberry.Parent[domain.Region]) -> TechnicalRequirements | None:
    """What a user's computer must be (tekniska förutsättningar); null when nothing is stated."""
    return root.technical


def _training(root: strawberry.Parent[domain.Region]) -> Training | None:
    """Who is responsible for training, and its forms (utbildning); null when nothing is stated."""
    return root.training


def _client_check(
    root: strawberry.Parent[domain.Region],
    info: Info,
    user_agent: Annotated[str, strawberry.argument(description="What the browser says of itself.")],
) -> ClientCheck | None:
    """What can be said of a computer by the region's requirements; null when it states none (S12-S14)."""
    return clients.client_check(info.context.session, root, user_agent)


def _own(info: Info) -> Rows:
    sql = "{t}.assignment_id = {own} and {t}.until is null"
    own = Where(sql, {"own": info.context.session.known().assignment_id})
    return Rows(model=rows.RoleGrant, where=own, order=_BY_SINCE)


_ROLES = "The roles beside the care (roller)."

ADDED = {
    "Viewer": {"roles": connection(_own, "Your roles on this assignment (roller).", of=Connection[RoleGrant])},
    "Region": {
        name: made(name, resolver)
        for name, resolver in (
            ("administration", _administration),
            ("technical_requirements", _technical),
            ("training", _training),
            ("client_check", _client_check),
        )
    },
    "Organisation": {
        "local_administration": _listed_as,
        "roles": to_many(_grants, "{t}.organisation_id", _ROLES, of=Connection[RoleGrant]),
        "agreements": to_many(
            _agreements,
            "{t}.organisation_id",
            "Its agreements with the region (avtal).",
            of=Connection[CareAgreement],
        ),
    },
    "Unit": {
        "permission_route": _permission_route,
        "support_route": _support_route,
        "assignments": to_many(
            _assignments, "{t}.unit_id", "Who works there (medarbetaruppdrag).", of=Connection[Assignment]
        ),
        "trainers": to_many(
            _trainers, "{t}.unit_id", "Who trains its users (utbildare).", of=Connection[UnitTrainer]
        ),
        "trainings": to_many(
            _trainings, "{t}.unit_id", "Who was trained, last first (utbildningar).", of=Connection[TrainingRecord]
        ),
        "history": to_many(
            _events(rows.UnitEvent), "{t}.unit_id", "What was done to it (historik).", of=Connection[UnitEvent]
        ),
    },
    "Assignment": {
        "since": _since,
        "until": _until,
        "roles": to_many(_grants, "{t}.assignment_id", _ROLES, of=Connection[RoleGrant]),
        "history": to_many(
            _events(rows.AssignmentEvent),
            "{t}.assignment_id",
            "What was done to it (historik).",
            of=Connection[AssignmentEvent],
        ),
    },
}
"""Fields that the administration adds to types that know nothing of it."""
