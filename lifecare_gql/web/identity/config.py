"""What a deployment says of an issuer: one table of the file that LIFECARE_ISSUERS_FILE names."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from lifecare_gql.domain.logins import LoginMethod
from lifecare_gql.settings import SIGNATURES

Name = Annotated[str, Field(min_length=1, max_length=200)]


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ClaimNames(_Table):
    """The claims to read, by the issuer's own names; what has no name here is not read."""

    staff: Name = Field(description="HSA-id of the person.")
    assignment: Name = Field(description="HSA-id of the chosen assignment (medarbetaruppdrag).")
    purpose: Name | None = Field(default=None, description="Purpose of the assignment (ändamål).")
    unit: Name | None = Field(default=None, description="HSA-id of the unit (vårdenhet).")
    care_provider: Name | None = Field(default=None, description="HSA-id of the care provider (vårdgivare).")
    rights: Name | None = Field(default=None, description="Rights of the assignment (rättigheter).")
    professions: Name | None = Field(default=None, description="Licensed professions (legitimationer).")
    roles: Name | None = Field(default=None, description="Roles in this system.")


class Assurance(_Table):
    """How sure the issuer must be of who it is (tillitsnivå, LoA)."""

    claim: Name = Field(default="acr", description="The claim that tells the level, one text.")
    accepted: tuple[Name, ...] = Field(min_length=1, description="The levels that are enough.")


class Methods(_Table):
    """How the issuer tells by which method somebody logged in, for regions that demand one."""

    claim: Name = Field(default="amr", description="The claim, one text or a list.")
    values: Mapping[Name, LoginMethod] = Field(min_length=1, description="The issuer's word to our word.")


class IssuerConfig(_Table):
    """What is demanded of an issuer's tokens, and how they are read."""

    issuer: Name = Field(description="What its tokens say in iss.")
    audience: Name = Field(description="What its tokens must say in aud.")
    algorithms: tuple[str, ...] = Field(min_length=1, description="Accepted signatures.")
    claims: ClaimNames
    assurance: Assurance | None = None
    methods: Methods | None = None
    purposes: tuple[Name, ...] = Field(default=(), description="Accepted purposes; any if empty.")
    required: tuple[Name, ...] = Field(default=(), description="Claims that must be there besides.")
    token_type: Name | None = Field(default=None, description="What the header typ must say, e.g. at+jwt.")
    leeway_seconds: int = Field(default=10, ge=0, le=60, description="How much clocks may differ.")
    max_lifetime_minutes: int = Field(
        default=15, ge=1, le=720, description="A token that lives longer is refused."
    )

    @field_validator("algorithms")
    @classmethod
    def _asymmetric(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not SIGNATURES.issuperset(value):
            raise ValueError(f"must be one or more of {', '.join(sorted(SIGNATURES))}")
        return value

    @model_validator(mode="after")
    def _fit(self) -> IssuerConfig:
        if self.purposes and self.claims.purpose is None:
            raise ValueError("purposes needs claims.purpose, the claim that tells the purpose")
        return self


class IssuerTable(IssuerConfig):
    """An issuer of the file: where its keys are, and which levels of assurance are enough."""

    assurance: Assurance
    jwks_url: Name | None = Field(default=None, description="Where it publishes its keys.")
    public_key_file: Path | None = Field(default=None, description="Or its one key, PEM; beside the file.")
    keys_minutes: int = Field(default=5, ge=1, le=60, description="How often the keys are fetched anew.")
    keys_last_hours: int = Field(default=24, ge=1, le=168, description="How long the last good keys serve.")

    @model_validator(mode="after")
    def _has_keys(self) -> IssuerTable:
        if (self.jwks_url is None) == (self.public_key_file is None):
            raise ValueError("give either jwks_url or public_key_file")
        return self
