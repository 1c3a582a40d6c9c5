"""The reference values and decisions of the domain, published as they are.

Importing this module makes the domain's classes GraphQL types; every module that names one imports it first.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import strawberry

from lifecare_gql.documents import calendars, pages
from lifecare_gql.domain import (
    administration,
    administration_routes,
    aging,
    calendar,
    clocks,
    comparing,
    diagram,
    directory,
    episodes,
    law,
    logins,
    objections,
    outage_facts,
    outage_life,
    outages,
    payment,
    payment_averages,
    payment_policies,
    phones,
    plan_diagram,
    plan_facts,
    plans,
    problems,
    process_rules,
    quality,
    readiness,
    recovery_report,
    region,
    routines,
    sources,
    support,
    technical,
    topics,
    training,
    verdicts,
)
from lifecare_gql.domain.sources import Fact, Source
from lifecare_gql.domain.words import FactUse
from lifecare_gql.schema import words as words
from lifecare_gql.schema.context import Info
from lifecare_gql.schema.ids import public_id
from lifecare_gql.schema.publishing import publish
from lifecare_gql.storage import rows


def _source(self: routines.Routine | routines.Duty | logins.LoginRequirement, info: Info) -> Source:
    """The passage it rests on, with its document."""
    return info.context.regions.owner(self).source(self.fact)


def _passage(self: Any, info: Info) -> Source:
    """The passage it rests on, with its document."""
    return info.context.regions.owner(self).source(self.fact)


def _first_source(self: Fact, info: Info) -> Source:
    """The first passage, with its document."""
    return info.context.regions.owner(self).source(self.id)


def _age(self: aging.Aging, info: Info) -> aging.Age:
    """Since when and until when it holds, who keeps it, and when somebody last reviewed it (aktualitet)."""
    return aging.age_of(info.context.regions.owner(self), self)


def _facts(self: sources.Document, info: Info, use: FactUse | None = None) -> list[Fact]:
    """The facts of the document, in order; only those used in one way, if asked."""
    facts = info.context.regions.owner(self).info.facts
    return [fact for fact in facts if fact.document == self.key and use in (None, fact.use)]


def _demand(self: routines.Routine | process_rules.ProcessRule) -> str:
    """The kind of demand (krav), e.g. NOT_ACUTE."""
    return self.demand.kind.upper()


def _late(self: clocks.Clock) -> bool:
    """Whether it was done too late, or is not done although the time has run out (försenad)."""
    return self.late


def _value(self: routines.Assumption) -> str:
    """The value in use, as text."""
    if isinstance(self.value, tuple):
        return ", ".join(self.value)
    return str(self.value).lower() if isinstance(self.value, bool) else str(self.value)


def _open_points(self: payment_policies.StatutoryPolicy, info: Info) -> list[routines.Assumption]:
    """The points that the statute leaves open, and how they are decided here (antaganden)."""
    return list(info.context.regions.payment.assumptions)


def _unit_id(self: plan_facts.PlanIntervention) -> strawberry.ID | None:
    """Public id of the unit that does it; null when none is named (enhet)."""
    return None if self.unit_id is None else strawberry.ID(public_id(rows.Unit, UUID(self.unit_id)))


_AS_THEY_ARE = (
    calendars.CalendarFile,
    pages.PrintedPage,
    phones.PhoneNumber,
    topics.Topic,
    sources.Unsaid,
    sources.Quote,
    sources.Source,
    calendar.ExcludedDay,
    calendar.Deadline,
    directory.Reach,
    aging.Age,
    aging.StaleThing,
    problems.Problem,
    quality.QualityRule,
    outages.Step,
    outages.RecoveryStep,
    outages.NotBackfilled,
    outages.ContradictionSide,
    outages.Contradiction,
    outages.WhileDown,
    outages.LongAfter,
    outage_facts.Interval,
    outage_facts.RecoveryCount,
    outage_facts.RecoveryReport,
    outage_life.AvailableOutageAction,
    recovery_report.Period,
    recovery_report.InvoicingRow,
    recovery_report.InvoicingBasis,
    outages.OutageProcedure,
    outages.OutageRoutine,
    support.SupportRoute,
    support.Support,
    support.Rollout,
    administration.Administration,
    administration_routes.RoleHolder,
    administration_routes.RouteStep,
    administration_routes.AdministrationRoute,
    technical.Requirement,
    technical.AlternativeVerdict,
    technical.RequirementVerdict,
    technical.ClientCheck,
    region.Municipality,
    routines.When,
    objections.Objection,
    verdicts.AppliedDuty,
    verdicts.Expectation,
    verdicts.Routing,
    verdicts.Verdict,
    comparing.RegionOutcome,
    comparing.Position,
    comparing.Difference,
    comparing.UnansweredRegion,
    comparing.Comparison,
    comparing.ComparedQuestion,
    comparing.RegionComparison,
    sources.PublicSource,
    sources.Statement,
    sources.Supplement,
    law.LegalReference,
    diagram.ProcessGuard,
    diagram.ProcessStep,
    diagram.ProcessState,
    diagram.DischargeProcess,
    plan_diagram.PlanProcessStep,
    plan_diagram.PlanProcessState,
    plan_diagram.PlanProcess,
    episodes.AvailableAction,
    plans.AvailablePlanAction,
    plan_facts.PlanGoal,
    plan_facts.PlanContent,
    plan_facts.Meeting,
    readiness.MissingItem,
    readiness.Readiness,
    process_rules.PlanningBasisTime,
    process_rules.Track,
    process_rules.ReceiptMeaning,
    process_rules.ReadPage,
    process_rules.ProcessRules,
    payment.PaymentReason,
    payment.PaymentShare,
    payment.PaymentLiability,
    payment_averages.AverageMonth,
    payment_averages.AverageLeftOut,
    payment_averages.MunicipalAverage,
    payment_averages.AveragePayment,
    payment_policies.YearAmount,
    payment_policies.AveragePolicy,
)
_CITING = (
    support.SupportStep,
    support.AdministrationRole,
    support.LocalAdministration,
    support.AdministrationForm,
    support.RolloutGroup,
    support.RolloutStage,
    support.RolloutPilot,
    support.RolloutRemark,
    administration.CentralAdministration,
    administration.AdministrationDuty,
    administration.AgreementDemand,
    administration.ProcessorInstruction,
    technical.Alternative,
    technical.Untested,
    technical.TechnicalRequirements,
    training.TrainingOffer,
    training.TrainingAdvice,
    training.Training,
)
_WITH_MORE: dict[type, dict[str, Any]] = {
    plan_facts.PlanIntervention: {"omit": ("unit_id",), "unit_id": _unit_id},
    clocks.Clock: {"late": _late},
    sources.Fact: {"omit": ("lifetime",), "source": _first_source, "age": _age},
    directory.Contact: {"omit": ("lifetime",), "age": _age},
    directory.Switchboard: {"omit": ("lifetime",), "age": _age},
    sources.Document: {"facts": _facts},
    routines.Routine: {"omit": ("demand",), "demand": _demand, "source": _source},
    process_rules.ProcessRule: {"omit": ("demand",), "demand": _demand},
    routines.Duty: {"source": _source},
    logins.LoginRequirement: {"source": _source},
    payment_policies.StatutoryPolicy: {"assumptions": _open_points},
    routines.Assumption: {"omit": ("value",), "value": _value},
}

for _plain in _AS_THEY_ARE:
    publish(_plain)
for _cites in _CITING:
    publish(_cites, source=_passage)
for _more, _added in _WITH_MORE.items():
    publish(_more, **_added)
