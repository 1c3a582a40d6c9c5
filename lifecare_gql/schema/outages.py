"""Windows on outages (driftstopp), what can be said of them, and where a region stands."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import strawberry

from lifecare_gql.actions import outages
from lifecare_gql.actions.outage_facts import OUTAGE, outage_facts
from lifecare_gql.actions.sayings import Saying
from lifecare_gql.domain.outage_facts import RecoveryReport
from lifecare_gql.domain.outage_life import AvailableOutageAction, available_outage_actions, long_after_hours
from lifecare_gql.domain.outage_life import outage_class as class_of
from lifecare_gql.domain.outage_words import OutageClass, OutageEventKind, OutageState
from lifecare_gql.schema import values as values
from lifecare_gql.schema.acting import acting, record_of_event
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.ids import row_id
from lifecare_gql.schema.process_inputs import written
from lifecare_gql.schema.reading import (
    Connection,
    Node,
    column,
    computed,
    fetch_one,
    gathered,
    to_many,
    to_one,
    window,
)
from lifecare_gql.schema.refusals import (
    IdempotencyKeyReused,
    NotFound,
    RefusedByRoutines,
    StaleVersion,
    Success,
)
from lifecare_gql.schema.regions import Region
from lifecare_gql.schema.units import Assignment, Unit
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.reader import Row
from lifecare_gql.storage.reading.rows import BY_VERSION, LAST_OPENED, Rows, one
from lifecare_gql.storage.reading.where import Where

_Kind = OutageEventKind


def _history(info: Info) -> Rows:
    return Rows(model=rows.OutageEvent, order=BY_VERSION)


@window(rows.Outage)
class Outage(Node):
    """An outage of one region (driftstopp). It touches no other region. Its events are the record."""

    state: OutageState = column("Where it stands.")
    version: int = column("The version to give as expectedVersion; it grows with every event.")
    text: str | None = column("What users are told of it.")
    planned_from: dt.datetime | None = column("From when it is planned.")
    planned_to: dt.datetime | None = column("Until when it is planned.")
    started_at: dt.datetime | None = column("When the system went down.")
    ended_at: dt.datetime | None = column("When it ran again; null while it lasts. The end itself is outside.")
    closed_at: dt.datetime | None = column("When it was closed with its report.")
    history: Connection[OutageEvent] = to_many(
        _history, "{t}.outage_id", "What was said of it, in order (historik)."
    )

    @computed("region_code")
    def region(root: strawberry.Parent[Row], info: Info) -> Region | None:
        """The region that it is of; null when that region's plugin is not enabled."""
        return info.context.regions.get(root.region_code)  # type: ignore[return-value]

    @gathered(OUTAGE)
    def outage_class(root: strawberry.Parent[Row], info: Info) -> OutageClass | None:
        """Short or long, as far as it has come (V11, V12); null when the region draws no line between them."""
        region = info.context.regions.get(root.region_code)
        found = outage_facts(root, info.context.session.now)
        return class_of(found, long_after_hours(region) if region else None)

    @gathered(OUTAGE)
    def report(root: strawberry.Parent[Row], info: Info) -> RecoveryReport | None:
        """What it was and what came of it (rapport); null until it is closed."""
        return outage_facts(root, info.context.session.now).report

    @gathered(OUTAGE)
    def available_actions(root: strawberry.Parent[Row], info: Info) -> list[AvailableOutageAction]:
        """What your unit may say of it now; for what it may not, why not."""
        session = info.context.session
        found = outage_facts(root, session.now)
        return list(available_outage_actions(found, session.known().unit, session.regions))


@window(rows.OutageEvent)
class OutageEvent(Node):
    """Something that was said of an outage (händelse)."""

    version: int = column("The outage's version after it.")
    kind: OutageEventKind = column("What was said.")
    at: dt.datetime = column("When it was entered.")
    occurred_at: dt.datetime | None = column("When it happened, where that was said apart.")
    reason: str | None = column("The reason given (orsak).")
    text: str | None = column("What users were told.")
    unit: Unit = to_one("unit", "The unit that said it.")
    by: Assignment = to_one("by", "Who said it.")


def of_region(
    info: Info,
    region: Annotated[str, strawberry.argument(description="The region's code.")],
    open_only: Annotated[bool, strawberry.argument(description="Only those that are not over.")] = False,
) -> Rows:
    """The outages of a region, newest first."""
    sql = "{t}.region_code = {region}" + (" and {t}.state not in ('CLOSED', 'CANCELLED')" if open_only else "")
    return Rows(model=rows.Outage, where=Where(sql, {"region": region}), order=LAST_OPENED)


@strawberry.input(description="Something to say of an outage, and the version of it that you have seen.")
class OutageActInput:
    """Becomes an `OutageOrder`."""

    outage_id: strawberry.ID = strawberry.field(description="The outage.")
    expected_version: int | None = strawberry.field(
        default=None, description="The version you have seen; null: whatever has been said since."
    )


@strawberry.input(description="An outage that is known beforehand (planerat avbrott).")
class PlannedOutageInput:
    """Becomes an `OutageOrder`."""

    outage_id: strawberry.ID | None = strawberry.field(
        default=None, description="A planned outage whose time is changed; null for a new one."
    )
    planned_from: dt.datetime | None = strawberry.field(default=None, description="From when.")
    planned_to: dt.datetime | None = strawberry.field(default=None, description="Until when.")
    text: str = written("What users are told.")


@strawberry.input(description="That the system is down in your region (driftstopp), also told afterwards.")
class OutageStartInput:
    """Becomes an `OutageOrder`."""

    outage_id: strawberry.ID | None = strawberry.field(
        default=None, description="The planned outage that begins; null for one that was not planned."
    )
    occurred_at: dt.datetime | None = strawberry.field(default=None, description="When. Now, if not given.")
    text: str = written("What users are told.")


@strawberry.input(description="When something happened, and why it is said otherwise now.")
class OutageMomentInput(OutageActInput):
    """An `OutageActInput` with a moment."""

    occurred_at: dt.datetime | None = strawberry.field(default=None, description="When. Now, if not given.")
    reason: str = written("Why, for a correction (orsak).")


@strawberry.input(description="Why an outage is called off, or closed although something is left.")
class OutageReasonInput(OutageActInput):
    """An `OutageActInput` with a reason."""

    reason: str = written("Why (orsak).")


@strawberry.type(description="It was said, and stands in the outage's history.")
class OutageChanged(Success):
    """Made of `results.Done` with the event's id."""

    @strawberry.field(description="The outage as it is now.")
    async def outage(self, info: Info) -> Outage:
        return await record_of_event(info, rows.Outage, rows.OutageEvent, "outage_id", self.done)

    @strawberry.field(description="The event.")
    async def event(self, info: Info) -> OutageEvent:
        return await fetch_one(info, one(rows.OutageEvent, self.done.row_id))


OutageActResult = Annotated[
    OutageChanged | RefusedByRoutines | NotFound | IdempotencyKeyReused | StaleVersion,
    strawberry.union("OutageActResult", description="What became of saying something of an outage."),
]


def _mutation(kind: OutageEventKind, input_type: type, description: str) -> Any:
    def order(said: Any) -> outages.OutageOrder:
        return _order(kind, said)

    return acting(outages.act, order, input_type, OutageChanged, OutageActResult, description)


def _order(kind: OutageEventKind, said: Any) -> outages.OutageOrder:
    names = ("text", "reason", "planned_from", "planned_to", "occurred_at")
    fields = {name: getattr(said, name) for name in names if getattr(said, name, None) is not None}
    return outages.OutageOrder(
        kind=kind,
        outage_id=None if said.outage_id is None else row_id(said.outage_id, rows.Outage, "outageId"),
        expected_version=getattr(said, "expected_version", None),
        saying=Saying(fields=fields),
    )


@strawberry.type(description="What can be said of an outage.")
class OutageMutation:
    """The mutations of an outage's life. Who may is not stated anywhere: every unit of the region, we assume."""

    plan_outage = _mutation(
        _Kind.PLANNED,
        PlannedOutageInput,
        "Announce an outage of your region, or change its time (planera).",
    )
    start_outage = _mutation(
        _Kind.STARTED,
        OutageStartInput,
        "Say that the system is down in your region (driftstopp): until it is over, acts of the process are"
        " refused with the region's routine and the numbers to call; reading and the phone log stay.",
    )
    end_outage = _mutation(_Kind.ENDED, OutageMomentInput, "Say that the system runs again (avbrottet är över).")
    correct_outage_start = _mutation(
        _Kind.START_CORRECTED, OutageMomentInput, "Say that it began at another time; the history keeps both."
    )
    correct_outage_end = _mutation(
        _Kind.END_CORRECTED, OutageMomentInput, "Say that it ended at another time; the history keeps both."
    )
    close_outage = _mutation(
        _Kind.CLOSED,
        OutageReasonInput,
        "Close an outage with its report (avsluta). Refused while something is left in the region, unless a reason"
        " says why the rest is left.",
    )
    cancel_outage = _mutation(_Kind.CANCELLED, OutageReasonInput, "Call off a planned outage (ställa in).")
