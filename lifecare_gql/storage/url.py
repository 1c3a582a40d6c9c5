"""Database urls.

``sqlite:///relative.db``, ``sqlite:////absolute.db``, ``postgresql://user:password@host:port/name`` and,
for a Unix socket, ``postgresql://user@/name?host=/socket/directory``. ``?sslmode=`` takes libpq's values;
the root certificate is named by the environment variable PGSSLROOTCERT. Names and passwords are
percent-encoded.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from lifecare_gql.errors import ConfigurationError


class Dialect(StrEnum):
    """The two databases the program runs on."""

    SQLITE = "sqlite"
    POSTGRES = "postgres"


@dataclass(frozen=True, slots=True)
class SqliteAddress:
    """A database file."""

    path: str
    dialect = Dialect.SQLITE

    def __str__(self) -> str:
        return f"sqlite:///{self.path}"

    def exists(self) -> bool:
        """Whether there is such a file."""
        return Path(self.path).exists()


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """A database on a server; its text and repr leave the password out."""

    database: str
    host: str
    port: int = 5432
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    sslmode: str | None = None
    dialect = Dialect.POSTGRES

    def __str__(self) -> str:
        user = f"{self.user}@" if self.user else ""
        return f"postgresql://{user}{self.host}:{self.port}/{self.database}"

    def connect_arguments(self) -> dict[str, object]:
        """Keyword arguments that asyncpg and Tortoise's PostgreSQL backends have in common."""
        names = ("database", "host", "port", "user", "password")
        arguments: dict[str, object] = {name: getattr(self, name) for name in names}
        return arguments | ({"ssl": self.sslmode} if self.sslmode else {})


Address = SqliteAddress | PostgresAddress

_SSL_MODES = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}


def parse_url(url: str) -> Address:
    """Read a database url. Raises ConfigurationError, which never repeats the url: it may hold a password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _unusable("is not a url; percent-encode special characters in the password") from None
    if parts.fragment:
        raise _unusable("has a '#'; write it %23")
    if parts.scheme == "sqlite":
        return _sqlite(parts)
    if parts.scheme in ("postgresql", "postgres"):
        return _postgres(parts, port)
    raise _unusable("must begin with sqlite:/// or postgresql://")


def _sqlite(parts: SplitResult) -> SqliteAddress:
    path = unquote(parts.path.removeprefix("/"))
    if parts.netloc:
        raise _unusable("needs three slashes before a relative file and four before an absolute one")
    if parts.query:
        raise _unusable("takes no options for SQLite")
    if not path or path == ":memory:":
        raise _unusable("must name a file: an in-memory database would be lost between two connections")
    return SqliteAddress(path)


def _postgres(parts: SplitResult, port: int | None) -> PostgresAddress:
    options = dict(parse_qsl(parts.query, keep_blank_values=True))
    host = options.pop("host", None) or parts.hostname
    sslmode = options.pop("sslmode", None)
    database = unquote(parts.path.removeprefix("/"))
    if options:
        raise _unusable(f"has an unknown option {min(options)!r}; host and sslmode are known")
    if sslmode is not None and sslmode not in _SSL_MODES:
        raise _unusable(f"needs one of {', '.join(sorted(_SSL_MODES))} as sslmode")
    if not host:
        raise _unusable("names no host")
    if not database or "/" in database:
        raise _unusable("must end with the name of one database, as in postgresql://host/name")
    user, password = (unquote(part) if part else None for part in (parts.username, parts.password))
    return PostgresAddress(database, host, port or 5432, user, password, sslmode)


def _unusable(reason: str) -> ConfigurationError:
    return ConfigurationError(f"The database url {reason}.")
