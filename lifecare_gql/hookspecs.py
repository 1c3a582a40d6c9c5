"""What a region may say. Hooks announce, objects answer: each is called once, at the start, and gathered.

A region implements the hooks for which it has a document, and no others. Every hook is an ordinary
function (never ``async``) that reads only its own package's data and returns one value; anything else
stops the start with a message that names the plugin and all its faults.
"""

from __future__ import annotations

import sys
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pluggy

from lifecare_gql.domain.administration import Administration
from lifecare_gql.domain.demo import Demo
from lifecare_gql.domain.logins import LoginRequirements
from lifecare_gql.domain.outages import OutageRoutine
from lifecare_gql.domain.payment_policies import PaymentPolicies
from lifecare_gql.domain.process_rules import ProcessRules
from lifecare_gql.domain.quality import Quality
from lifecare_gql.domain.region import ContactBook, Overlay, RegionInfo, SwitchboardBook
from lifecare_gql.domain.routines import RoutineBook
from lifecare_gql.domain.support import Rollout, Support
from lifecare_gql.domain.technical import TechnicalRequirements
from lifecare_gql.domain.training import Training

NAMESPACE = "lifecare_gql"
"""The entry-point group and the name of the pluggy project."""

API = 1
"""Version of the plugin API that this core speaks: the hooks, their classes, and the data files' keys."""

OLDEST_API = 1
"""The oldest version that it still understands. A plugin says its own in its package: ``LIFECARE_API = 1``."""

hookspec = pluggy.HookspecMarker(NAMESPACE)
hookimpl = pluggy.HookimplMarker(NAMESPACE)

Assumptions = Mapping[str, Any]
"""What the deployment decided otherwise than a region's assumptions: key to value, for one region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeField:
    """A field that a region adds to a type of the core.

    `needs` names the columns of the type's row that `resolve` reads; `resolve` gets a row with just those.
    The field's name must begin with the region's code, and must not exist.
    """

    type_name: str
    name: str
    resolve: Callable[[Any], Any]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionSchema:
    """What a region adds to the schema.

    `query` becomes the root field named after the region, with the types that it uses; `fields` are added to
    types of the core. The names of types begin with the region's code.
    """

    region: str
    query: type | None = None
    fields: tuple[TypeField, ...] = ()


@hookspec
def lifecare_region() -> RegionInfo:  # type: ignore[empty-body]
    """Say who the region is: code, names, municipalities, documents and their facts.

    Exactly one plugin says it for each region.
    """


@hookspec
def lifecare_overlay() -> Overlay:  # type: ignore[empty-body]
    """Bring documents and facts of a municipality's or hospital's own to a region that another plugin describes.

    They carry the contacts and switchboards that the same plugin adds.
    """


@hookspec
def lifecare_routines(assumptions: Assumptions) -> RoutineBook:  # type: ignore[empty-body]
    """Say what the region demands of messages outside the care episode, and what it assumes.

    `assumptions` holds what the deployment decided otherwise for this region.
    """


@hookspec
def lifecare_process() -> ProcessRules:  # type: ignore[empty-body]
    """Say what the region adds to the discharge process of lag (2017:612): rules, times, tracks, receipts."""


@hookspec
def lifecare_contacts() -> ContactBook:  # type: ignore[empty-body]
    """Say whom to contact. Several plugins may contribute contacts to one region."""


@hookspec
def lifecare_switchboards() -> SwitchboardBook:  # type: ignore[empty-body]
    """Say which switchboards there are and whom to ask for. Several plugins may contribute to one region."""


@hookspec
def lifecare_outage_routine() -> OutageRoutine:  # type: ignore[empty-body]
    """Say what to do on the day the system is down, or that the documents publish nothing."""


@hookspec
def lifecare_support() -> Support:  # type: ignore[empty-body]
    """Say who gives support and grants permissions, and which roles there are."""


@hookspec
def lifecare_login_requirements() -> LoginRequirements:  # type: ignore[empty-body]
    """Say how the documents demand that one logs in: by which methods, and to what."""


@hookspec
def lifecare_rollout() -> Rollout:  # type: ignore[empty-body]
    """Say how the system was introduced in the region."""


@hookspec
def lifecare_administration() -> Administration:  # type: ignore[empty-body]
    """Say who administers the system, what connecting a unit takes, and who processes personal data."""


@hookspec
def lifecare_technical_requirements() -> TechnicalRequirements:  # type: ignore[empty-body]
    """Say what a user's computer must be."""


@hookspec
def lifecare_training() -> Training:  # type: ignore[empty-body]
    """Say who is responsible for training, and which forms of it there are."""


@hookspec
def lifecare_payment_policies() -> PaymentPolicies:  # type: ignore[empty-body]
    """Say how the region and its municipalities have agreed to count payment liability, with the sources.

    A region that does not say it has the statute's own way.
    """


@hookspec
def lifecare_schema() -> RegionSchema:  # type: ignore[empty-body]
    """Offer GraphQL types and fields that only this region has, because its documents need them."""


@hookspec
def lifecare_demo() -> Demo:  # type: ignore[empty-body]
    """Offer fictitious units and staff, test persons, and what they did, to try the region's routines on."""


@hookspec
def lifecare_quality() -> Quality:  # type: ignore[empty-body]
    """Say which rules of the quality ladder the region keeps, and why it is exempt from others."""


def hook_promises(specs: ModuleType | None = None) -> dict[str, type]:
    """Hook names, in order, with the class that each must return, read from the specifications themselves."""
    module = specs or sys.modules[__name__]
    named = {name: spec for name, spec in vars(module).items() if hasattr(spec, f"{NAMESPACE}_spec")}
    return {name: typing.get_type_hints(spec)["return"] for name, spec in named.items()}
