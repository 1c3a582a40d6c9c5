"""Who may ask for each field of Query and Mutation, in words and as roles; taken from the processes' tables.

The actions decide; this tells it. The tests run each operation's example without a token and with every role, and
hold what happens against what stands here.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema

from lifecare_gql.actions.explaining import MAY_EXPLAIN
from lifecare_gql.domain.access_words import Role
from lifecare_gql.domain.administering import CENTRAL, CONFIGURE, TRAIN
from lifecare_gql.domain.plan_words import PlanEventKind
from lifecare_gql.domain.plans import PLAN_TABLE

RIGHT = "right"
"""Where a field's right stands in its metadata, when it is declared with the field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """What is needed: a token, one of the roles if there are any, and what `told` says besides."""

    told: str
    token: bool = True
    roles: tuple[Role, ...] = ()
    unit_itself: bool = False
    """Whether the unit that it is about needs no role."""

    @property
    def sentence(self) -> str:
        """As it stands in the schema."""
        roles = " or ".join(f"{one.value} ({one.swedish})" for one in self.roles)
        return f"Who may: {roles}. {self.told}" if roles else f"Who may: {self.told}"


OPEN = Right(told="Anybody; no token is needed.", token=False)
DIRECTORY = Right(told="Anybody on an assignment (medarbetaruppdrag).")
CARE = Right(told="A unit that takes part in the patient's care (vårdrelation), or to which it was opened.")
MESSAGE = Right(told="A unit that sent or received the message.")
SENDER = Right(told="A unit that takes part in the patient's care; what its region's routines demand besides.")
OWN = Right(
    told="Anybody on an assignment (medarbetaruppdrag), for its own unit; each change by the right to see it."
)
REGION = Right(told="A unit of the region: no document says who, so every one of its units (antagande).")
BLOCKS = Right(told="The unit that documented what is blocked.")
OPENED = Right(told="A unit that needs it for care, on the patient's consent or in an emergency (aktivt val).")


def _role(told: str, *roles: Role, unit_itself: bool = False) -> Right:
    return Right(told=told, roles=roles, unit_itself=unit_itself)


def _plan(*kinds: PlanEventKind) -> Right:
    """A right of the plan's process: what its table says of who may."""
    parts = dict.fromkeys(role for row in PLAN_TABLE if row.event in kinds for role in row.who)
    return Right(told=" Or: ".join(one.english for one in parts))


_PERMIT = _role(
    "Within an organisation with local administration its own one (S10, S18), else the central one (S11).",
    Role.LOCAL_PERMISSION_ADMINISTRATOR,
    *CENTRAL,
)
_CONFIGURE = _role(
    "Within an organisation with local administration its own (S18), else the central one (S8, S23).",
    *CONFIGURE,
    *CENTRAL,
)
_WEBHOOK = _role(
    "Who administers the unit (S18, S23): no document says who, so it is our assumption (antagande).",
    *CONFIGURE,
    *CENTRAL,
)
_TRAIN = _role("The unit itself (S16, S119), or who administers it (S18).", *TRAIN, *CENTRAL, unit_itself=True)
_AUDIT = _role("Whoever reviews the access log of the region (loggkontroll, PDL 4:3).", Role.AUDITOR)
_EXPLAIN = _role("Whoever reviews the log or administers permissions there.", *MAY_EXPLAIN)

_Kind = PlanEventKind
RIGHTS: Mapping[str, Right] = {
    **dict.fromkeys(
        (
            *(
                "regions",
                "region",
                "fact",
                "topics",
                "vocabularies",
                "viewer",
                *("compareRegions", "compareDischarge", "compareOutage"),
                "phoneLogTemplate",
                "rateLimit",
            ),
            *("paymentLiability", "averagePayment", "paymentPolicies", "paymentAmounts"),
            *("dischargeProcess", "planProcess"),
        ),
        OPEN,
    ),
    **dict.fromkeys(
        ("unit", "units", "outage", "outages", "problems", "recordInboxReading", "registerForum"), DIRECTORY
    ),
    **dict.fromkeys(("changesCursor", "changes"), OWN),
    **dict.fromkeys(("patient", "patients", "episode", "plan", "node", "nodes", "recordConsent"), CARE),
    **dict.fromkeys(("message", "acknowledgeMessage", "replyToMessage", "retractMessage"), MESSAGE),
    **dict.fromkeys(("markMessageMisdirected", "closeMessage"), MESSAGE),
    **dict.fromkeys(("reviewMessage", "sendMessage", "openCase"), SENDER),
    **dict.fromkeys(("planOutage", "startOutage", "endOutage", "correctOutageStart", "correctOutageEnd"), REGION),
    **dict.fromkeys(("closeOutage", "cancelOutage", "importPhoneLog"), REGION),
    **dict.fromkeys(("setBlock", "endBlock", "liftBlockByConsent"), BLOCKS),
    **dict.fromkeys(("liftBlockInEmergency", "requestCareAccess", "endCareAccess"), OPENED),
    **dict.fromkeys(
        ("accessLog", "accessLogSample", "accessExtract", "emergencyAccesses", "reviewAccess"), _AUDIT
    ),
    "explainAccess": _EXPLAIN,
    **dict.fromkeys(("grantRole", "recertifyRole", "endRole", "assignStaff", "endAssignment"), _PERMIT),
    **dict.fromkeys(("connectUnit", "updateUnit", "closeUnit", "registerCareAgreement"), _CONFIGURE),
    **dict.fromkeys(("webhooks", "registerWebhook", "rotateWebhookSecret", "pauseWebhook"), _WEBHOOK),
    **dict.fromkeys(("resumeWebhook", "endWebhook", "replayWebhook"), _WEBHOOK),
    **dict.fromkeys(("appointTrainer", "endTrainer", "recordTraining"), _TRAIN),
    "identifyPlanNeed": _plan(_Kind.NEED_IDENTIFIED),
    "callToPlan": _plan(_Kind.CALLED),
    "answerPlanCall": _plan(_Kind.CALL_ACCEPTED, _Kind.CALL_DECLINED),
    "draftPlan": _plan(_Kind.DRAFTED),
    "establishPlan": _plan(_Kind.ESTABLISHED),
    "offerPlanCopy": _plan(_Kind.COPY_OFFERED),
    "followUpPlan": _plan(_Kind.FOLLOWED_UP),
    "revisePlan": _plan(_Kind.REVISED),
    "closePlan": _plan(_Kind.CLOSED),
}
"""The rights of the core's fields, but those that are declared with the field."""


def rights_of(schema: GraphQLSchema) -> Mapping[str, Right]:
    """The right of every operation; KeyError names one that nobody has declared."""
    return {name: _right(name, field) for root in _roots(schema) for name, field in root.fields.items()}


def tell(schema: GraphQLSchema) -> None:
    """End the description of every operation with its right; one without a right stays."""
    for root in _roots(schema):
        for name, field in root.fields.items():
            with suppress(KeyError):
                field.description = f"{field.description}\n\n{_right(name, field).sentence}"


def _roots(schema: GraphQLSchema) -> list[GraphQLObjectType]:
    return [root for root in (schema.query_type, schema.mutation_type, schema.subscription_type) if root]


def _right(name: str, field: Any) -> Right:
    declared = field.extensions["strawberry-definition"].metadata
    return declared[RIGHT] if RIGHT in declared else RIGHTS[name]
