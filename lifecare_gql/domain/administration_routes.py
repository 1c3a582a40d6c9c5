"""Whom a unit turns to for permissions and for support: the route that its region's documents give it. Pure.

Which organisations have an administration of their own is a region's list (S20); which entry of the list an
organisation is stands with the organisation, because names do not tell: a municipality by its code, everybody
else by the entry's key.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import Field

from lifecare_gql.domain.access_words import Role
from lifecare_gql.domain.administration_words import AdministrationKind
from lifecare_gql.domain.directory import Contact
from lifecare_gql.domain.region import Region
from lifecare_gql.domain.sources import Source
from lifecare_gql.domain.support import AdministrationForm, LocalAdministration, SupportRoute, SupportStep
from lifecare_gql.domain.texts import Said, said
from lifecare_gql.domain.values import value
from lifecare_gql.domain.words import Principal

UNSAID = said("Ingen källa säger vem enheten vänder sig till.")
NOBODY = said("Ingen är registrerad i en sådan roll.")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationFacts:
    """An organisation (vårdgivare, kommun) as the rules know it."""

    id: str
    name: str
    principal: Principal
    region: str
    municipality: str | None = None
    administration: str | None = None


@value
class RoleHolder:
    """Somebody who has a role now (rollinnehavare)."""

    role: Role = Field(description="The role.")
    name: str = Field(description="The person's name, as the staff directory has it.")
    title: str = Field(description="The title (befattning).")
    unit: str = Field(description="The unit of the assignment.")
    organisation: str | None = Field(description="The organisation, for a local role.")


@value
class RouteStep:
    """One link in the chain."""

    order: int = Field(description="Place in the chain, from 1.")
    who: str = Field(description="Who handles it, in Swedish.")
    instruction: str = Field(description="What to do, verbatim in Swedish.")
    contact: Contact | None = Field(description="The contact that the document names; null when it names none.")
    holders: tuple[RoleHolder, ...] = Field(description="Who has a role there, for an administration's own step.")
    missing: Said | None = Field(description="Why there is neither number nor person.")
    source: Source = Field(description="The passage it rests on.")


@value
class AdministrationRoute:
    """Whom a unit turns to, and then whom (väg)."""

    kind: AdministrationKind | None = Field(description="Whose administration; null when no document says.")
    owner: str | None = Field(description="The organisation or object that it is of.")
    listed_as: str | None = Field(default=None, description="The entry of the region's list, verbatim (S20).")
    applies_to: str | None = Field(default=None, description="Which units follow it, in Swedish.")
    form: AdministrationForm | None = Field(default=None, description="The form to send in, if any (blankett).")
    steps: tuple[RouteStep, ...] = Field(default=(), description="The chain, in order.")
    unsaid: Said | None = Field(default=None, description="Why there is no route.")


def local_administration(region: Region | None, one: OrganisationFacts) -> LocalAdministration | None:
    """The entry of the region's list that the organisation is; None when it has no local administration."""
    listed = region.support.local_administrations if region and region.support else ()
    if one.administration is not None:
        return next((entry for entry in listed if entry.key == one.administration), None)
    county = {each.code for each in region.info.municipalities} if region else set()
    if one.municipality not in county or one.principal is not Principal.MUNICIPALITY:
        return None
    return next((entry for entry in listed if entry.every_municipality), None)


def permission_route(
    region: Region | None, one: OrganisationFacts, holders: Sequence[RoleHolder]
) -> AdministrationRoute:
    """Who grants permissions to the organisation's units (S10, S11)."""
    routes = region.support.permissions if region and region.support else ()
    return _route(region, routes, one, holders)


def support_route(
    region: Region | None, one: OrganisationFacts, holders: Sequence[RoleHolder]
) -> AdministrationRoute:
    """Whom the organisation's units turn to for support (S26-S28, V7, V8)."""
    routes = region.support.routes if region and region.support else ()
    return _route(region, routes, one, holders)


def _route(
    region: Region | None, routes: Sequence[SupportRoute], one: OrganisationFacts, holders: Sequence[RoleHolder]
) -> AdministrationRoute:
    entry = local_administration(region, one)
    found = next((route for route in routes if route.serves(one.principal, local=entry is not None)), None)
    if region is None or region.support is None or found is None:
        return AdministrationRoute(kind=None, owner=None, unsaid=UNSAID)
    return AdministrationRoute(
        kind=_kind(found),
        owner=_owner(region, one, found),
        listed_as=entry.name if entry else None,
        applies_to=found.applies_to,
        form=next((form for form in region.support.forms if form.key == found.form), None),
        steps=tuple(_step(region, step, found.local, holders) for step in found.steps),
    )


def _kind(route: SupportRoute) -> AdministrationKind | None:
    if route.local is None:
        return None
    return AdministrationKind.LOCAL if route.local else AdministrationKind.CENTRAL


def _owner(region: Region, one: OrganisationFacts, route: SupportRoute) -> str | None:
    if route.local:
        return one.name
    central = region.administration.central if region.administration else None
    return central.name if central and route.local is False else None


def _step(region: Region, step: SupportStep, local: bool | None, holders: Sequence[RoleHolder]) -> RouteStep:
    contact = region.contact(step.contact)
    own = tuple(one for one in holders if _is_of(region, step, one.role.local, local))
    missing = contact.missing if contact else None if own else NOBODY
    return RouteStep(
        order=step.order,
        who=step.who,
        instruction=step.instruction,
        contact=contact,
        holders=own,
        missing=missing,
        source=region.source(step.fact),
    )


def _is_of(region: Region, step: SupportStep, held_locally: bool, local: bool | None) -> bool:
    """Whether the step is the administration's own: a local one has no contact, the central one has its own."""
    central = region.administration.central if region.administration else None
    if held_locally:
        return bool(local) and step.contact is None
    return central is not None and step.contact == central.contact
