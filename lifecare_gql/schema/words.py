"""The vocabularies of the domain, offered as enums with their Swedish terms."""

from __future__ import annotations

import strawberry

from lifecare_gql.domain import (
    access_explained,
    access_words,
    administration_words,
    aging,
    change_words,
    episode_words,
    logins,
    objections,
    outage_words,
    payment_words,
    plan_words,
    problems,
    quality,
    routines,
    task_words,
    webhook_words,
    words,
)
from lifecare_gql.domain.identity import IdentityKind
from lifecare_gql.domain.words import Word
from lifecare_gql.schema.publishing import described, publish_words

VOCABULARIES: tuple[type[Word], ...] = (
    words.AccessAct,
    words.Awaiting,
    words.CareType,
    words.ConsentForm,
    words.ConsentKind,
    words.ConsentState,
    words.FactUse,
    words.MessageEventKind,
    words.MessageState,
    words.Principal,
    words.Protection,
    words.Purpose,
    words.ReceiptState,
    words.Severity,
    words.UnitKind,
    words.CareRelationKind,
    access_explained.AccessRuleCode,
    words.Urgency,
    access_words.ReviewFinding,
    access_words.AccessBasis,
    access_words.AccessPurpose,
    access_words.BlockAskedBy,
    access_words.BlockEventKind,
    access_words.Role,
    access_words.RoleGrantEventKind,
    administration_words.AdministrationKind,
    administration_words.AgreementKind,
    administration_words.AssignmentEventKind,
    administration_words.ClientVerdict,
    administration_words.RequirementKind,
    administration_words.TrainingForm,
    administration_words.TrainingKind,
    administration_words.UnitEventKind,
    aging.StaleReason,
    change_words.ChangeTopic,
    change_words.ResyncReason,
    change_words.TaskChangeKind,
    episode_words.ClockKind,
    episode_words.EpisodeEventKind,
    episode_words.EpisodeState,
    episode_words.LegalField,
    episode_words.NoticeKind,
    episode_words.PartyRole,
    episode_words.PlanningBasisStart,
    logins.LoginMethod,
    logins.LoginPlace,
    objections.ObjectionCode,
    outage_words.InvoicingOrigin,
    outage_words.OutageClass,
    outage_words.OutageEventKind,
    outage_words.OutageRole,
    outage_words.OutageState,
    outage_words.PatientClass,
    outage_words.PatientStatus,
    outage_words.RecoveryKind,
    outage_words.RegionOutageState,
    payment_words.CountedDays,
    payment_words.CountedPersons,
    payment_words.OutpatientCare,
    payment_words.PaymentReasonCode,
    payment_words.PaymentStatus,
    plan_words.CallAnswer,
    plan_words.MeetingForm,
    plan_words.PlanEventKind,
    plan_words.PlanItem,
    plan_words.PlanRole,
    plan_words.PlanState,
    problems.ProblemSeverity,
    quality.Standing,
    quality.Tier,
    routines.CountedFrom,
    routines.DutyKind,
    task_words.TaskKind,
    webhook_words.WebhookDeliveryState,
    webhook_words.WebhookEventKind,
    webhook_words.WebhookState,
    IdentityKind,
)

for _vocabulary in VOCABULARIES:
    publish_words(_vocabulary)


@strawberry.type(description="The label of an enum's value in both languages.")
class Label:
    """Made of a `Word`."""

    value: str = strawberry.field(description="The value, as it stands in the schema.")
    swedish: str = strawberry.field(description="The Swedish term of art.")
    english: str = strawberry.field(description="What it means, in English.")


@strawberry.type(description="An enum of the schema with labels for its values.")
class Vocabulary:
    """Made of a subclass of `Word`."""

    name: str = strawberry.field(description="The enum's name in the schema.")
    description: str = strawberry.field(description="What it is about.")
    labels: list[Label] = strawberry.field(description="One for each value, in order.")


def vocabulary(words: type[Word]) -> Vocabulary:
    """The labels of one vocabulary."""
    labels = [Label(value=word.value, swedish=word.swedish, english=word.english) for word in words]
    return Vocabulary(name=words.__name__, description=described(words), labels=labels)
