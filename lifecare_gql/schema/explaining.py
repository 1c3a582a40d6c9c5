"""For administrators and auditors: why somebody sees something, and what was opened in emergencies."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

import strawberry

from lifecare_gql.actions.explaining import EmergencyAccess as Opened
from lifecare_gql.actions.explaining import emergency_accesses, explain_access
from lifecare_gql.domain import access_explained
from lifecare_gql.domain.access_explained import AccessExplanation
from lifecare_gql.domain.texts import said
from lifecare_gql.errors import BadInput
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.ids import public_id, split
from lifecare_gql.schema.publishing import publish
from lifecare_gql.schema.reading import Node
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.rows import DEFAULT_PAGE, MAX_PAGE

for _cls in (access_explained.AccessRule, access_explained.AccessRelation, AccessExplanation):
    publish(_cls)


@strawberry.type(description="Something that was opened in an emergency (nödöppning), to be reviewed.")
class EmergencyAccess:
    """Shows an `Opened`."""

    opened: strawberry.Private[Opened]

    @strawberry.field(description="The id of what was opened.")
    def id(self) -> strawberry.ID:
        return strawberry.ID(public_id(rows.CareAccess, self.opened.access_id))

    @strawberry.field(description="The patient's public id, as the access log has it. It reveals nothing.")
    def patient_id(self) -> strawberry.ID:
        return strawberry.ID(public_id(rows.Patient, self.opened.patient_id))

    @strawberry.field(description="The unit that it was opened to.")
    def unit_name(self) -> str:
        return self.opened.unit_name

    @strawberry.field(description="Who opened it.")
    def by_name(self) -> str:
        return self.opened.by_name

    @strawberry.field(description="With which title (befattning).")
    def by_title(self) -> str:
        return self.opened.by_title

    @strawberry.field(description="Why (orsak).")
    def reason(self) -> str:
        return self.opened.reason

    @strawberry.field(description="Since when.")
    def since(self) -> dt.datetime:
        return self.opened.since

    @strawberry.field(description="Until when.")
    def until(self) -> dt.datetime:
        return self.opened.until

    @strawberry.field(description="When it was ended before that.")
    def ended_at(self) -> dt.datetime | None:
        return self.opened.ended_at

    @strawberry.field(description="The unit whose block was lifted; null when the care itself was opened.")
    def lifted_block_of(self) -> str | None:
        return self.opened.lifted_block_of


async def emergencies(
    info: Info,
    since: Annotated[
        dt.datetime | None, strawberry.argument(description="Only those from this moment, if given.")
    ] = None,
    first: Annotated[int, strawberry.argument(description=f"How many, 1 to {MAX_PAGE}.")] = DEFAULT_PAGE,
) -> list[EmergencyAccess]:
    """What was opened in emergencies by units of your region, the newest first. For auditors (loggkontroll)."""
    if not 1 <= first <= MAX_PAGE:
        raise BadInput(said("{name} must be 1 to {most}.", name="first", most=MAX_PAGE))
    found = await emergency_accesses(info.context.session, first, since)
    return [EmergencyAccess(opened=one) for one in found]


def explaining(nodes: dict[str, type[Node]]) -> Any:
    """The field that explains access to anything that `nodes` can open."""

    async def explain(
        info: Info,
        assignment_hsa_id: Annotated[
            str, strawberry.argument(description="HSA-id of the assignment (medarbetaruppdrag) that it is about.")
        ],
        object_id: Annotated[
            strawberry.ID, strawberry.argument(description="The id of what is, or is not, seen.")
        ],
    ) -> AccessExplanation:
        tag, found = split(object_id, "objectId")
        if tag not in nodes:
            raise BadInput(said("{name} is not an id of this API: copy ids from its answers.", name="objectId"))
        return await explain_access(info.context.session, assignment_hsa_id, nodes[tag].__model__, found)

    return strawberry.field(
        resolver=explain,
        description="Why somebody sees something or does not: each rule, the care relations, and what would be"
        " needed. For auditors and administrators; each question is logged.",
    )
