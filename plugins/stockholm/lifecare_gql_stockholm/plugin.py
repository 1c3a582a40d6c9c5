"""What Region Stockholm announces. Everything stands in data/*.toml."""

from __future__ import annotations

from lifecare_gql import hookimpl
from lifecare_gql.domain.administration import Administration
from lifecare_gql.domain.demo import Demo
from lifecare_gql.domain.logins import LoginRequirements
from lifecare_gql.domain.outages import OutageRoutine
from lifecare_gql.domain.payment_policies import PaymentPolicies
from lifecare_gql.domain.region import ContactBook, RegionInfo
from lifecare_gql.domain.routines import RoutineBook
from lifecare_gql.domain.support import Rollout, Support
from lifecare_gql.domain.technical import TechnicalRequirements
from lifecare_gql.domain.training import Training
from lifecare_gql.hookspecs import Assumptions, RegionSchema
from lifecare_gql.region_files import read, read_region


@hookimpl
def lifecare_region() -> RegionInfo:
    """Codes, municipalities, documents and facts."""
    return read_region(__package__)


@hookimpl
def lifecare_routines(assumptions: Assumptions) -> RoutineBook:
    """What is demanded of messages outside the care episode."""
    return read(__package__, "routines.toml", RoutineBook, assumptions)


@hookimpl
def lifecare_contacts() -> ContactBook:
    """Whom the documents name as contacts."""
    return read(__package__, "contacts.toml", ContactBook)


@hookimpl
def lifecare_outage_routine() -> OutageRoutine:
    """What to do when the system is down, or that nothing is published."""
    return read(__package__, "outage.toml", OutageRoutine)


@hookimpl
def lifecare_support() -> Support:
    """Support routes and roles of the administration."""
    return read(__package__, "support.toml", Support)


@hookimpl
def lifecare_login_requirements() -> LoginRequirements:
    """Login by card to production, and to the it-portal."""
    return read(__package__, "login.toml", LoginRequirements)


@hookimpl
def lifecare_rollout() -> Rollout:
    """How the system was introduced."""
    return read(__package__, "rollout.toml", Rollout)


@hookimpl
def lifecare_administration() -> Administration:
    """Who administers the system, what connecting takes, and who processes personal data."""
    return read(__package__, "administration.toml", Administration)


@hookimpl
def lifecare_technical_requirements() -> TechnicalRequirements:
    """What a user's computer must be."""
    return read(__package__, "technical.toml", TechnicalRequirements)


@hookimpl
def lifecare_training() -> Training:
    """Who is responsible for training, and its forms in 2021."""
    return read(__package__, "training.toml", Training)


@hookimpl
def lifecare_payment_policies() -> PaymentPolicies:
    """The average model, from public pages beside the source documents."""
    return read(__package__, "payment.toml", PaymentPolicies)


@hookimpl
def lifecare_schema() -> RegionSchema:
    """The types and fields that only this region has."""
    from lifecare_gql_stockholm.schema import SCHEMA  # GraphQL types are made when the schema is built

    return SCHEMA


@hookimpl
def lifecare_demo() -> Demo:
    """Fictitious units and staff, test persons, and what they did."""
    return read(__package__, "demo.toml", Demo)
