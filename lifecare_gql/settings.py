"""What a deployment decides, read from the environment once. No other module reads it."""

from __future__ import annotations

import ipaddress
import json
import os
import secrets
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from lifecare_gql.errors import ConfigurationError

PREFIX = "LIFECARE_"
MIN_SECRET_LENGTH = 32


class Mode(StrEnum):
    """Development has its own token issuer and demo logins, and listens on this machine only."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Settings(BaseModel):
    """The settings. Each is an environment variable: LIFECARE_ and the field's name in capitals."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Mode = Field(default=Mode.DEVELOPMENT, description="development or production.")
    database_url: str = Field(default="sqlite:///var/lifecare.db", description="sqlite:///file or postgresql://…")
    pool_size: int = Field(default=10, ge=1, description="Connections to PostgreSQL per process.")
    state_dir: Path = Field(default=Path("var"), description="Where development keeps its keys.")
    regions: tuple[str, ...] | None = Field(
        default=None, description="Enabled plugins, comma-separated; all if unset."
    )
    assumptions: Mapping[str, Mapping[str, Any]] = Field(
        default_factory=dict,
        description='What is decided otherwise, JSON: {"orebro": {"consent_covers_replies": false}}.',
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port to listen on.")
    secret: SecretStr | None = Field(
        default=None,
        description=f"Key of the identity digests, at least {MIN_SECRET_LENGTH} characters; never changed.",
    )
    token_issuer: str = Field(default="lifecare-gql-development", description="The issuer that tokens must name.")
    token_audience: str = Field(default="lifecare-gql", description="The audience that tokens must name.")
    token_algorithms: tuple[str, ...] = Field(
        default=("ES256",), description="Accepted signatures, comma-separated."
    )
    token_public_key_file: Path | None = Field(default=None, description="PEM file with the issuer's public key.")

    @field_validator("regions", "token_algorithms", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return (
            tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
        )

    @field_validator("assumptions", mode="before")
    @classmethod
    def _json(cls, value: Any) -> Any:
        return json.loads(value) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _fit(self) -> Settings:
        production = self.mode is Mode.PRODUCTION
        if production and (self.secret is None or self.token_public_key_file is None):
            raise ValueError("production needs LIFECARE_SECRET and LIFECARE_TOKEN_PUBLIC_KEY_FILE")
        if self.secret is not None and len(self.secret.get_secret_value()) < MIN_SECRET_LENGTH:
            raise ValueError(f"LIFECARE_SECRET must have at least {MIN_SECRET_LENGTH} characters")
        if not production and not is_loopback(self.host):
            raise ValueError("development listens on this machine only; set LIFECARE_MODE=production for others")
        return self

    def key(self) -> bytes:
        """The key of the identity digests; in development it is made once and kept in the state directory."""
        if self.secret is not None:
            return self.secret.get_secret_value().encode()
        return kept(self.state_dir / "secret", lambda: secrets.token_hex(32)).encode()


def from_environment(environ: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """The settings; ConfigurationError names every variable that cannot be used. `given` goes first."""
    found = {
        name: value
        for name in Settings.model_fields
        if (value := (os.environ if environ is None else environ).get(PREFIX + name.upper())) is not None
    }
    try:
        return Settings.model_validate(found | {name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        faults = (_fault(one["loc"], one["msg"]) for one in error.errors(include_url=False, include_input=False))
        raise ConfigurationError("The settings cannot be used:\n" + "\n".join(faults)) from None


def _fault(place: tuple[int | str, ...], message: str) -> str:
    name = PREFIX + ".".join(map(str, place)).upper() if place else "together"
    return f"  {name}: {message.removeprefix('Value error, ')}"


def is_loopback(host: str) -> bool:
    """Whether the address belongs to this machine alone."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def kept(path: Path, make: Any) -> str:
    """The text in the file, which is made on first use and readable by its owner only."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process was first
            return path.read_text("utf-8")
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(make())
    return path.read_text("utf-8")
