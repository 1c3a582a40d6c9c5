"""What a deployment decides, read from the environment once. No other module reads it."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import os
import re
import secrets
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator, model_validator

from lifecare_gql.errors import ConfigurationError

PREFIX = "LIFECARE_"
FOR_TESTS = PREFIX + "TEST_"
SHARED_METRICS = "PROMETHEUS_MULTIPROC_DIR"
MIN_SECRET_LENGTH = 32
MIN_ACCESS_LOG_YEARS = 5
"""How long an access log is kept at least: HSLF-FS 2016:40, 4 kap. 9 §."""
EMERGENCY_HOURS = 4
"""How long what is opened in an emergency stays open at most, unless the deployment says. Our assumption."""

_ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:\d+)?|https?://\[[0-9a-f:]+\](:\d+)?")

SIGNATURES = frozenset(
    ("ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "EdDSA"),
)
"""Signatures that are checked with a public key. With a shared key whoever can check a token can forge one."""


class Mode(StrEnum):
    """Development has its own token issuer and demo logins, and listens on this machine only."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class HttpStatus(StrEnum):
    """Which text decides the status of a refused operation: what the audit suite checks, or the newest one."""

    AUDITED = "audited"
    DRAFT = "draft"


class Budget(BaseModel):
    """What a kind of caller may ask for. All figures are our assumptions; docs/http.md explains the units."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    nodes: int = Field(ge=1, description="Nodes that one operation may ask for.")
    fields: int = Field(ge=1, description="Fields that one operation may ask for, those of each node counted.")
    points: int = Field(ge=1, description="Points that may be spent in a window.")


ANONYMOUS, CALLER = "anonymous", "caller"
BUDGETS: Mapping[str, Budget] = {
    ANONYMOUS: Budget(nodes=5_000, fields=100_000, points=6_000),
    CALLER: Budget(nodes=20_000, fields=100_000, points=20_000),
    "AUDITOR": Budget(nodes=50_000, fields=200_000, points=20_000),
    "SYSTEM_ADMINISTRATOR": Budget(nodes=50_000, fields=200_000, points=20_000),
    "INTEGRATOR": Budget(nodes=50_000, fields=200_000, points=100_000),
}
"""By the roles that a token names; of several, the largest of each figure counts."""


class LogForm(StrEnum):
    """For a person to read, or for a machine: one JSON object in a line."""

    TEXT = "text"
    JSON = "json"


class DocumentMode(StrEnum):
    """What is done with trusted documents: nothing, a log line for each request, or nothing but them is run."""

    OFF = "off"
    LOG = "log"
    ONLY = "only"


class Language(StrEnum):
    """A language that the program speaks."""

    SWEDISH = "sv"
    ENGLISH = "en"


class BrowserVersions(BaseModel):
    """Which major version of each browser is the latest: data that a deployment keeps, with the day it is from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    as_of: dt.date
    versions: Mapping[str, int]


class Settings(BaseModel):
    """The settings. Each is an environment variable: LIFECARE_ and the field's name in capitals."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    mode: Mode = Field(default=Mode.DEVELOPMENT, description="development or production.")
    database_url: str = Field(default="sqlite:///var/lifecare.db", description="sqlite:///file or postgresql://…")
    pool_size: int = Field(default=10, ge=1, description="Connections to PostgreSQL per process.")
    row_security: bool | None = Field(
        default=None,
        description="PostgreSQL's row-level security as a second wall; if unset, on in production.",
    )
    state_dir: Path = Field(default=Path("var"), description="Where development keeps its keys.")
    regions: tuple[str, ...] | None = Field(
        default=None, description="Enabled plugins, comma-separated; all if unset."
    )
    regions_lenient: bool = Field(
        default=False, description="Start without a region whose plugin is faulty, and tell of it (problems)."
    )
    assumptions: Mapping[str, Mapping[str, Any]] = Field(
        default_factory=dict,
        description='What is decided otherwise, JSON: {"orebro": {"consent_covers_replies": false}}.',
    )
    browser_versions: BrowserVersions | None = Field(
        default=None,
        description='Latest major versions, JSON with a day: {"as_of": "2026-11-20", "versions": {"Edge": 1}}.',
    )
    language: Language | None = Field(
        default=None, description="sv or en, where a caller asks for none; each text as it is written if unset."
    )
    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port to listen on.")
    secret: SecretStr | None = Field(
        default=None,
        description=f"Key of the identity digests, at least {MIN_SECRET_LENGTH} characters; never changed.",
    )
    access_log_years: int = Field(
        default=MIN_ACCESS_LOG_YEARS,
        description="How many years the access log is kept, at least 5.",
    )
    access_extract_names_staff: bool = Field(
        default=False, description="Whether a patient's extract of the access log names the staff."
    )
    emergency_hours: int = Field(
        default=EMERGENCY_HOURS,
        ge=1,
        description="How long what is opened in an emergency stays open at most. No document says: we assume.",
    )
    token_issuer: str = Field(default="lifecare-gql-development", description="The issuer that tokens must name.")
    token_audience: str = Field(default="lifecare-gql", description="The audience that tokens must name.")
    token_algorithms: tuple[str, ...] = Field(
        default=("ES256",), description="Accepted signatures, comma-separated."
    )
    token_public_key_file: Path | None = Field(default=None, description="PEM file with the issuer's public key.")
    issuers_file: Path | None = Field(default=None, description="TOML file with one table for each issuer.")
    compiled: bool = Field(
        default=True, description="Whether queries are compiled (on), or interpreted by graphql-core (off)."
    )
    log: LogForm = Field(default=LogForm.TEXT, description="text, or json for one object in a line.")
    metrics_token: SecretStr | None = Field(
        default=None,
        min_length=16,
        description="Who sends it as a bearer token may read /metrics; production has no /metrics without it.",
    )
    otlp_endpoint: str | None = Field(
        default=None,
        description="Where traces go (OTLP over HTTP), e.g. http://127.0.0.1:4318/v1/traces; none if unset.",
    )
    socket_init_seconds: float = Field(
        default=5, gt=0, le=60, description="How long a websocket may wait before it says who it is."
    )
    socket_operations: int = Field(
        default=20, ge=1, le=100, description="Operations that one websocket may run at once."
    )
    sockets_per_caller: int = Field(
        default=20,
        ge=1,
        le=10_000,
        description="Websockets and event streams of one assignment, for each process.",
    )
    send_seconds: float = Field(
        default=15, gt=0, le=120, description="How long somebody may take to read before being cut off."
    )
    event_hours: float = Field(
        default=72,  # our assumption: over a weekend
        gt=0,
        description="How long changes are kept for those who come back; `lifecare-gql events trim` removes more.",
    )

    webhooks: bool = Field(default=True, description="Whether this server delivers to webhooks, beside serving.")
    webhook_networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = Field(
        default=(), description="Networks that webhooks may lie in besides the internet, e.g. 10.20.0.0/16."
    )
    webhook_seconds: float = Field(
        default=15, gt=0, le=60, description="How long a webhook's receiver may take to answer."
    )
    webhook_dead_letters: int = Field(
        default=3, ge=1, description="After how many dead letters in a row a webhook is paused. Our assumption."
    )
    webhook_rotation_hours: float = Field(
        default=24, ge=0, description="How long a webhook's secret is valid beside the one that replaces it."
    )

    get_queries: bool | None = Field(
        default=None,
        description="Whether GET may carry a query; if unset, in development only: URLs end up in logs.",
    )
    http_status: HttpStatus = Field(
        default=HttpStatus.AUDITED,
        description="audited (what the suite graphql-http checks) or draft (the newest text: 422 and 294).",
    )
    cors_origins: tuple[str, ...] = Field(
        default=(), description="Origins whose pages may ask, comma-separated and exact; none by default."
    )
    body_seconds: float = Field(default=10, gt=0, le=300, description="How long a body may take to come in.")
    request_seconds: float = Field(
        default=8, gt=0, le=300, description="How long an operation may run before it is stopped."
    )
    operations_at_once: int = Field(
        default=200, ge=1, description="Operations that one process runs at once; what is beyond is sent away."
    )
    budgets: Mapping[str, Budget] = Field(
        default=BUDGETS,
        description='By role, JSON: {"INTEGRATOR": {"nodes": 9000, "fields": 90000, "points": 9000}}.',
    )
    rate_window_seconds: int = Field(
        default=60,
        ge=1,
        le=3600,
        description="The window in which each process counts points.",
    )
    documents: DocumentMode = Field(default=DocumentMode.OFF, description="Trusted documents: off, log or only.")
    documents_dir: Path | None = Field(default=None, description="Folder of manifests, <client>/<version>.json.")

    @field_validator("regions", "token_algorithms", "cors_origins", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        return (
            tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value
        )

    @field_validator("token_algorithms")
    @classmethod
    def _asymmetric(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value or not SIGNATURES.issuperset(value):
            raise ValueError(f"must be one or more of {', '.join(sorted(SIGNATURES))}")
        return value

    @field_validator("access_log_years")
    @classmethod
    def _long_enough(cls, value: int) -> int:
        if value < MIN_ACCESS_LOG_YEARS:
            raise ValueError(f"must be at least {MIN_ACCESS_LOG_YEARS}: HSLF-FS 2016:40, 4 kap. 9 §")
        return value

    @field_validator("assumptions", mode="before")
    @classmethod
    def _json(cls, value: Any) -> Any:
        try:
            return json.loads(value) if isinstance(value, str) else value
        except ValueError:
            raise ValueError('must be JSON, e.g. {"orebro": {"consent_covers_replies": false}}') from None

    @field_validator("cors_origins")
    @classmethod
    def _origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_ORIGIN.fullmatch(one) for one in value):
            raise ValueError("must be origins such as https://sp.example.se, without a path or *")
        return value

    @field_validator("webhook_networks", mode="before")
    @classmethod
    def _networks(cls, value: Any) -> Any:
        said = [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value
        try:
            return tuple(ipaddress.ip_network(one) for one in said)
        except (TypeError, ValueError):
            raise ValueError("must be networks, comma-separated, e.g. 10.20.0.0/16") from None

    @field_validator("budgets", mode="before")
    @classmethod
    def _kept_budgets(cls, value: Any) -> Any:
        try:
            given = json.loads(value) if isinstance(value, str) else value
        except ValueError:
            given = None
        if not isinstance(given, Mapping):
            raise ValueError('must be JSON, e.g. {"INTEGRATOR": {"nodes": 1000, "fields": 5000, "points": 900}}')
        return {**BUDGETS, **given}

    @field_validator("browser_versions", mode="before")
    @classmethod
    def _kept_versions(cls, value: Any) -> Any:
        try:
            return json.loads(value) if isinstance(value, str) else value
        except ValueError:
            raise ValueError('must be JSON, e.g. {"as_of": "2026-11-20", "versions": {"Edge": 1}}') from None

    @model_validator(mode="after")
    def _fit(self) -> Settings:
        production = self.mode is Mode.PRODUCTION
        issuer = self.issuers_file or self.token_public_key_file
        if production and (self.secret is None or issuer is None):
            raise ValueError(
                "production needs LIFECARE_SECRET and LIFECARE_TOKEN_PUBLIC_KEY_FILE or LIFECARE_ISSUERS_FILE"
            )
        if self.secret is not None and len(self.secret.get_secret_value()) < MIN_SECRET_LENGTH:
            raise ValueError(f"LIFECARE_SECRET must have at least {MIN_SECRET_LENGTH} characters")
        if self.documents is not DocumentMode.OFF and self.documents_dir is None:
            raise ValueError("LIFECARE_DOCUMENTS needs LIFECARE_DOCUMENTS_DIR")
        if not production and not is_loopback(self.host):
            raise ValueError("development listens on this machine only; set LIFECARE_MODE=production for others")
        return self

    @property
    def walled(self) -> bool:
        """Whether the database itself is to hold patients' records back; SQLite cannot."""
        return self.mode is Mode.PRODUCTION if self.row_security is None else self.row_security

    @property
    def queries_by_get(self) -> bool:
        """Whether GET may carry a query."""
        return self.mode is Mode.DEVELOPMENT if self.get_queries is None else self.get_queries

    def key(self) -> bytes:
        """The key of the identity digests; in development it is made once and kept in the state directory."""
        if self.secret is not None:
            return self.secret.get_secret_value().encode()
        return kept(self.state_dir / "secret", lambda: secrets.token_hex(32)).encode()


def from_environment(environ: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """The settings; ConfigurationError names every variable that cannot be used. `given` goes first.

    A misspelt variable is an error: else a production that is called LIFECARE_MOD would be development.
    """
    variables = os.environ if environ is None else environ
    found = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in variables.items()
        if name.startswith(PREFIX) and not name.startswith(FOR_TESTS)
    }
    try:
        return Settings.model_validate(found | {name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        faults = (_fault(one["loc"], one["msg"]) for one in error.errors(include_url=False, include_input=False))
        raise ConfigurationError("The settings cannot be used:\n" + "\n".join(faults)) from None


def shared_metrics(environ: Mapping[str, str] | None = None) -> str | None:
    """The directory in which several worker processes keep their numbers: prometheus-client's own setting."""
    return (os.environ if environ is None else environ).get(SHARED_METRICS)


def _fault(place: tuple[int | str, ...], message: str) -> str:
    name = PREFIX + ".".join(map(str, place)).upper() if place else "together"
    told = "there is no such setting" if message.startswith("Extra inputs") else message
    return f"  {name}: {told.removeprefix('Value error, ')}"


def is_loopback(host: str) -> bool:
    """Whether the address belongs to this machine alone."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def kept(path: Path, make: Callable[[], str]) -> str:
    """The text in the file, which is made on first use and readable by its owner only.

    ConfigurationError when the file can neither be read nor made.
    """
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            _make(path, make())
        return path.read_text("utf-8")
    except OSError as error:
        place = error.filename or path
        raise ConfigurationError(f"LIFECARE_STATE_DIR cannot be used: {place}: {error.strerror}.") from None


def _make(path: Path, text: str) -> None:
    """Make the file at once and whole: several processes may start together, and one may be killed."""
    handle, draft = tempfile.mkstemp(dir=path.parent)  # readable by its owner only
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        with suppress(FileExistsError):  # another process was first
            os.link(draft, path)
    finally:
        os.unlink(draft)
