"""Who has logged in, as a trusted token tells it, and how a region demands that one logs in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import Field

from lifecare_gql.domain.values import value
from lifecare_gql.domain.words import Word


class LoginMethod(Word):
    """How somebody proved who they are (inloggningsmetod)."""

    SERVICE_CARD = "SERVICE_CARD", "e-tjänstekort", "The service card with an electronic identity (S9, S15)."
    SITHS_CARD = "SITHS_CARD", "Siths-kort", "A card with an electronic identity of SITHS (S15)."
    SITHS_EID = "SITHS_EID", "Siths e-id", "The program Siths e-id (S15)."
    NET_ID = "NET_ID", "Net id", "The program Net id (S15)."


class LoginPlace(Word):
    """Where a demand on the login is made (inloggning till)."""

    PRODUCTION = "PRODUCTION", "produktionsmiljön", "The production environment; the demand is enforced (S15)."
    IT_PORTAL = "IT_PORTAL", "it-portalen", "The region's portal for IT matters, another system; shown (S9)."


@value
class LoginRequirement:
    """What a region's document demands of the login (krav på inloggning)."""

    key: str = Field(pattern=r"^[a-z0-9-]+$", description="Stable key of the requirement within its region.")
    place: LoginPlace = Field(description="What one logs in to.")
    accepts: tuple[LoginMethod, ...] = Field(min_length=1, description="The methods, one of which must be used.")
    condition: str | None = Field(
        default=None, description="When it applies, in Swedish; null when it always does (villkor)."
    )
    reading: str | None = Field(default=None, description="How we read what the document leaves open.")
    fact: str = Field(description="The fact it comes from.")


@value
class LoginRequirements:
    """Everything that a region's documents demand of the login."""

    region: str = Field(description="Code of the region.")
    requirements: tuple[LoginRequirement, ...] = Field(min_length=1, description="The requirements.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What a verified token says of its bearer; what it does not say is None or empty.

    `issuer` is the name the settings give the issuer. `expires_at` is aware, in UTC: from then on the token is
    refused, the leeway included. `purpose`, `rights` and `professions` are the issuer's own words.
    """

    issuer: str
    staff_hsa_id: str
    assignment_hsa_id: str
    expires_at: dt.datetime
    purpose: str | None = None
    unit_hsa_id: str | None = None
    care_provider_hsa_id: str | None = None
    rights: frozenset[str] = frozenset()
    professions: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    assurance: str | None = None
    methods: frozenset[LoginMethod] = frozenset()


def unmet(requirements: Iterable[LoginRequirement], methods: frozenset[LoginMethod]) -> LoginRequirement | None:
    """The first demand on the login to production that none of the methods meets; None when all are met."""
    demands = (one for one in requirements if one.place is LoginPlace.PRODUCTION)
    return next((one for one in demands if methods.isdisjoint(one.accepts)), None)
