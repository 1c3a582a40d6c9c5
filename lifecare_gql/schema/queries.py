"""What can be asked."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from lifecare_gql.actions import access, auditing, messages
from lifecare_gql.actions.results import Missing
from lifecare_gql.actions.session import Caller
from lifecare_gql.actions.webhooks import read_webhooks
from lifecare_gql.domain.access_explained import AccessExplanation
from lifecare_gql.domain.comparing import Comparison, RegionComparison
from lifecare_gql.domain.diagram import DischargeProcess, discharge_process
from lifecare_gql.domain.payment import PaymentLiability
from lifecare_gql.domain.payment_averages import AveragePayment
from lifecare_gql.domain.payment_policies import YearAmount
from lifecare_gql.domain.plan_diagram import PlanProcess, plan_process
from lifecare_gql.domain.problems import Problem
from lifecare_gql.domain.sources import Fact
from lifecare_gql.domain.texts import said
from lifecare_gql.domain.topics import Topic
from lifecare_gql.domain.verdicts import Verdict
from lifecare_gql.errors import BadInput
from lifecare_gql.schema import administration, comparing, explaining, payment, region_quality
from lifecare_gql.schema.auditing import AccessEntry, AccessReview, AuditQuery
from lifecare_gql.schema.blocks import Block, BlockEvent, CareAccess
from lifecare_gql.schema.changes import changes_cursor
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.episodes import ConsentEntry, Episode, EpisodeEvent, EpisodeParticipant, NoticeReceipt
from lifecare_gql.schema.ids import row_id, split
from lifecare_gql.schema.inputs import MessageInput
from lifecare_gql.schema.messages import Consent, Message, MessageEvent, Receipt
from lifecare_gql.schema.outages import Outage, OutageEvent, of_region
from lifecare_gql.schema.patients import Case, Patient, own_patients, patient_by
from lifecare_gql.schema.phone_logs import PhoneLogImport, PhoneLogQuery
from lifecare_gql.schema.plans import Plan, PlanEvent, PlanParticipant
from lifecare_gql.schema.publishing import described
from lifecare_gql.schema.rate_limit import RateLimitQuery
from lifecare_gql.schema.reading import Connection, Node, connection, fetch_one, record
from lifecare_gql.schema.refusals import MessageSent, NotFound, answer
from lifecare_gql.schema.regions import Region
from lifecare_gql.schema.selecting import READ, Fetched
from lifecare_gql.schema.tasks import Task
from lifecare_gql.schema.units import Assignment, Forum, Organisation, Staff, Unit, unit_by, units_found
from lifecare_gql.schema.webhooks import WINDOWS as WEBHOOK_WINDOWS
from lifecare_gql.schema.webhooks import WebhookQuery
from lifecare_gql.schema.words import VOCABULARIES, Vocabulary, vocabulary
from lifecare_gql.storage import rows
from lifecare_gql.storage.reading.rows import Rows, one

NODES: dict[str, type[Node]] = {
    cls.__model__.tag: cls
    for cls in (
        AccessEntry,
        AccessReview,
        Assignment,
        Block,
        BlockEvent,
        CareAccess,
        Case,
        Consent,
        ConsentEntry,
        Episode,
        EpisodeEvent,
        EpisodeParticipant,
        Forum,
        Message,
        MessageEvent,
        NoticeReceipt,
        Organisation,
        Outage,
        OutageEvent,
        Patient,
        PhoneLogImport,
        Plan,
        PlanEvent,
        PlanParticipant,
        Receipt,
        Staff,
        Task,
        Unit,
        *administration.WINDOWS,
        *WEBHOOK_WINDOWS,
    )
}
"""The windows that `node` can open, by the tag of their ids."""

MAX_NODES = 100


def _own_unit(info: Info) -> Rows:
    return one(rows.Unit, info.context.session.known().unit_id)


@strawberry.type(description="Who you are, on the assignment chosen at login.")
class Viewer:
    """Shows a `Caller`."""

    caller: strawberry.Private[Caller]

    @strawberry.field(description="Your name, as the staff directory has it.")
    def name(self) -> str:
        return self.caller.name

    @strawberry.field(description="Your title (befattning).")
    def title(self) -> str:
        return self.caller.title

    @strawberry.field(description="Whether you have a licensed profession (legitimation, H6).")
    def licensed(self) -> bool:
        return self.caller.licensed

    @strawberry.field(
        description="The unit of your assignment (medarbetaruppdrag).", metadata={READ: Fetched(_own_unit)}
    )
    async def unit(self, info: Info) -> Unit:
        return await fetch_one(info, _own_unit(info))


def _message(info: Info, id: strawberry.ID) -> Rows:
    return one(rows.Message, row_id(id, rows.Message, "id"))


def _episode(info: Info, id: strawberry.ID) -> Rows:
    return one(rows.Episode, row_id(id, rows.Episode, "id"))


def _plan(info: Info, id: strawberry.ID) -> Rows:
    return one(rows.PlanProcess, row_id(id, rows.PlanProcess, "id"))


def _outage(info: Info, id: strawberry.ID) -> Rows:
    return one(rows.Outage, row_id(id, rows.Outage, "id"))


async def _node(info: Info, id: str) -> Any:
    tag, found = split(id, "id")
    window: Any = NODES.get(tag)
    if window is None:
        raise BadInput(said("{name} is not an id of this API: copy ids from its answers.", name="id"))
    return await fetch_one(info, one(window.__model__, found), window.__name__, _READ.get(window, access.read))


_READ: dict[Any, Any] = {
    **dict.fromkeys((AccessEntry, AccessReview), auditing.read_log),
    **dict.fromkeys(WEBHOOK_WINDOWS, read_webhooks),
}
"""How the windows are read that are not everybody's."""


@strawberry.type(
    description="What can be asked. The regions and their documents are open; the rest needs a token."
)
class Query(PhoneLogQuery, AuditQuery, RateLimitQuery, WebhookQuery):
    """The queries of the core."""

    message: Message | None = record(
        _message, "A message outside the care episode; null when there is none that you may see."
    )
    patient: Patient | None = record(patient_by, "A patient; null when there is none that you may see.")
    patients: Connection[Patient] = connection(own_patients, "The patients in whose care your unit takes part.")
    episode: Episode | None = record(
        _episode, "A care episode (vårdtillfälle); null when there is none that you may see."
    )
    plan: Plan | None = record(
        _plan, "A coordinated individual plan (SIP); null when there is none that you may see."
    )
    outage: Outage | None = record(_outage, "An outage (driftstopp); null when there is none.")
    outages: Connection[Outage] = connection(of_region, "The outages of a region, newest first (driftstopp).")
    unit: Unit | None = record(unit_by, "A unit of the directory (enhet); null when there is none.")
    units: Connection[Unit] = connection(units_found, "The active units of the directory, by name (enheter).")

    @strawberry.field(description="Who you are; null for an anonymous caller.")
    def viewer(self, info: Info) -> Viewer | None:
        caller = info.context.session.caller
        return None if caller is None else Viewer(caller=caller)

    @strawberry.field(description="Anything by its id; null when there is none that you may see.")
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        return await _node(info, id)

    @strawberry.field(description=f"Up to {MAX_NODES} things by their ids, in the same order.")
    async def nodes(self, info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
        if len(ids) > MAX_NODES:
            raise BadInput(said("{name}: at most {most}.", name="ids", most=MAX_NODES))
        found = [await _node(info, id) for id in ids]
        info.context.show(sum(one is not None for one in found))
        return found

    @strawberry.field(description="The enabled regions (regioner), by code.")
    def regions(self, info: Info) -> list[Region]:
        return list(info.context.regions.values())  # type: ignore[arg-type]

    @strawberry.field(description="A region by its code, e.g. halland; null when it is not enabled.")
    def region(self, info: Info, code: str) -> Region | None:
        return info.context.regions.get(code)  # type: ignore[return-value]

    problems: list[Problem] = strawberry.field(
        resolver=region_quality.problems, description=described(region_quality.problems)
    )

    @strawberry.field(
        description="A fact of a region's documents by its number, e.g. H10; null when there is none."
    )
    def fact(
        self,
        info: Info,
        id: str,
        region: Annotated[
            str | None, strawberry.argument(description="The region, should two of them use the same number.")
        ] = None,
    ) -> Fact | None:
        found = (one.fact(id) for one in info.context.regions.values() if region in (None, one.code))
        return next((fact for fact in found if fact is not None), None)

    @strawberry.field(
        description="The topics (ämnen) that messages can have. Whether one may be sent is a region's rule."
    )
    def topics(self, info: Info) -> list[Topic]:
        return list(info.context.regions.topics.values())

    @strawberry.field(description="The schema's enums with labels in Swedish and English, for menus and lists.")
    def vocabularies(self, names: list[str] | None = None) -> list[Vocabulary]:
        return [vocabulary(words) for words in VOCABULARIES if names is None or words.__name__ in names]

    payment_liability: PaymentLiability = strawberry.field(
        resolver=payment.liability, description=described(payment.liability)
    )
    average_payment: AveragePayment = strawberry.field(
        resolver=payment.average, description=described(payment.average)
    )
    payment_policies: list[payment.PaymentPolicy] = strawberry.field(
        resolver=payment.policies, description=described(payment.policies)
    )
    payment_amounts: list[YearAmount] = strawberry.field(
        resolver=payment.amounts, description=described(payment.amounts)
    )

    changes_cursor: str = changes_cursor

    explain_access: AccessExplanation = explaining.explaining(NODES)
    emergency_accesses: list[explaining.EmergencyAccess] = strawberry.field(
        resolver=explaining.emergencies, description=described(explaining.emergencies)
    )

    @strawberry.field(
        description="The discharge process (utskrivningsärende): states, steps, who may, and what must be so."
    )
    def discharge_process(self) -> DischargeProcess:
        return discharge_process()

    @strawberry.field(
        description="The process of a coordinated individual plan (SIP): states, steps, who may, what must be so."
    )
    def plan_process(self) -> PlanProcess:
        return plan_process()

    compare_regions: Comparison = strawberry.field(
        resolver=comparing.compare_regions, description=described(comparing.compare_regions)
    )
    compare_discharge: RegionComparison = strawberry.field(
        resolver=comparing.compare_discharge, description=described(comparing.compare_discharge)
    )
    compare_outage: RegionComparison = strawberry.field(
        resolver=comparing.compare_outage, description=described(comparing.compare_outage)
    )

    @strawberry.field(
        description="What the routines say to a message before it is sent (dry run). Nothing is stored but the"
        " access log's row."
    )
    async def review_message(
        self, info: Info, input: MessageInput
    ) -> Annotated[
        Verdict | NotFound, strawberry.union("ReviewMessageResult", description="The verdict, or what is missing.")
    ]:
        verdict = await messages.review_message(info.context.session, input.order())
        return answer(verdict, MessageSent) if isinstance(verdict, Missing) else verdict
