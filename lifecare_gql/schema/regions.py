"""The regions: who they are, what their documents say, and what they demand."""

from __future__ import annotations

from typing import Any

import strawberry

from lifecare_gql.actions.outages import region_state
from lifecare_gql.domain import region as domain
from lifecare_gql.domain.aging import StaleThing
from lifecare_gql.domain.directory import Contact, Switchboard
from lifecare_gql.domain.logins import LoginRequirement
from lifecare_gql.domain.outage_words import RegionOutageState
from lifecare_gql.domain.outages import OutageRoutine
from lifecare_gql.domain.process_rules import ProcessRules
from lifecare_gql.domain.region import Municipality
from lifecare_gql.domain.routines import Assumption, Duty, Routine
from lifecare_gql.domain.sources import Document, Unsaid
from lifecare_gql.domain.support import Rollout, Support
from lifecare_gql.domain.topics import Topic
from lifecare_gql.schema import region_quality
from lifecare_gql.schema import values as values
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.publishing import described
from lifecare_gql.schema.region_quality import RegionQuality


def _of_info(name: str, description: str) -> Any:
    return strawberry.field(resolver=lambda root: getattr(root.info, name), description=description)


def _of_book(name: str, description: str) -> Any:
    return strawberry.field(resolver=lambda root: getattr(root.book, name), description=description)


@strawberry.type(description="A region with its municipalities, documents, routines and contacts (region).")
class Region:
    """Shows a `domain.region.Region`, put together from what its plugins contributed."""

    code: str = _of_info("code", "The region's code, e.g. halland.")
    name: str = _of_info("name", "The region's name.")
    county_code: str = _of_info("county_code", "County code of SCB (länskod).")
    county_letter: str = _of_info("county_letter", "County letter (länsbokstav).")
    municipalities: list[Municipality] = _of_info("municipalities", "The municipalities (kommuner).")
    documents: list[Document] = _of_info("documents", "The source documents (källdokument).")
    routines: list[Routine] = _of_book("routines", "What must be so for a message to be sent (rutiner).")
    duties: list[Duty] = _of_book("duties", "What the receiver of a message must do (skyldigheter).")
    assumptions: list[Assumption] = _of_book("assumptions", "What we assume where the documents are silent.")
    topics: list[Topic] = _of_book("topics", "The topics that only this region names (ämnen).")
    silence: str | None = _of_book("silence", "What the documents do not say, in Swedish.")
    contacts: list[Contact] = strawberry.field(description="Whom the documents name as contacts (kontakter).")
    switchboards: list[Switchboard] = strawberry.field(description="The switchboards (växlar) that are stated.")
    outage: OutageRoutine | None = strawberry.field(
        name="outageRoutine",
        description="The outage routine (avbrottsrutin); null when no document of the region mentions outages.",
    )
    support: Support | None = strawberry.field(
        description="Support and administration (support, förvaltning); null when not stated."
    )
    login_requirements: list[LoginRequirement] = strawberry.field(
        description="What is demanded of the login (krav på inloggning); empty when no document says anything."
    )
    rollout: Rollout | None = strawberry.field(description="How the system was introduced (införande), if stated.")
    process: ProcessRules | None = strawberry.field(
        name="dischargeProcessRules",
        description="What the region adds to the discharge process; null when nothing is stated (tillägg).",
    )

    @strawberry.field(description="Whether the system runs in the region, is down, or was lately (driftstopp).")
    async def outage_state(root: strawberry.Parent[domain.Region], info: Info) -> RegionOutageState:
        return await region_state(info.context.session, root.code)

    quality: RegionQuality = strawberry.field(
        resolver=region_quality.quality, description=described(region_quality.quality)
    )
    stale: list[StaleThing] = strawberry.field(
        resolver=region_quality.stale, description=described(region_quality.stale)
    )
    unsaid: list[Unsaid] = _of_info(
        "unsaid", "What no document of the region says anything about, and why (tyst)."
    )
    plugins: list[str] = strawberry.field(description="The plugins that contributed to the region.")

    @classmethod
    def is_type_of(cls, value: object, info: object) -> bool:
        """The type shows the domain's region, not an instance of itself."""
        return isinstance(value, domain.Region)
