"""The issuers that a deployment trusts: those of its file, and the one of the single-key settings."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import TypeAdapter, ValidationError

from lifecare_gql.errors import ConfigurationError
from lifecare_gql.settings import Mode, Settings, is_loopback
from lifecare_gql.web.identity.config import ClaimNames, IssuerConfig, IssuerTable
from lifecare_gql.web.identity.keys import Key, key_in_file
from lifecare_gql.web.identity.sources import FixedKey, Keys, PublishedKeys
from lifecare_gql.web.tokens import development_key

_FILE = "LIFECARE_ISSUERS_FILE"
_TABLES = TypeAdapter(dict[str, IssuerTable])
_OUR_CLAIMS = ClaimNames(staff="sub", assignment="commission")
_OURS_LIVE_MINUTES = 720
"""As long as the longest token that `lifecare-gql token` makes."""


@dataclass(frozen=True, slots=True)
class Issuer:
    """Somebody whose tokens are accepted; `name` stands in the log."""

    name: str
    config: IssuerConfig
    keys: Keys


def load_issuers(settings: Settings) -> tuple[Issuer, ...]:
    """All issuers; ConfigurationError tells every fault of the file, or the key that cannot be used."""
    found = [*_of_file(settings), *_of_settings(settings)]
    urls = [one.config.issuer for one in found]
    doubles = sorted({url for url in urls if urls.count(url) > 1})
    if doubles:
        raise ConfigurationError(f"Two issuers are called {', '.join(doubles)}: leave one of them out.")
    return tuple(found)


def _of_settings(settings: Settings) -> Iterator[Issuer]:
    """The development issuer, or the one whose public key the settings name; none in a production without it."""
    file = settings.token_public_key_file
    if file is None and settings.mode is Mode.PRODUCTION:
        return
    config = IssuerConfig(
        issuer=settings.token_issuer,
        audience=settings.token_audience,
        algorithms=settings.token_algorithms,
        claims=_OUR_CLAIMS,
        max_lifetime_minutes=_OURS_LIVE_MINUTES,
    )
    if file is None:
        key = Key(development_key(settings.state_dir).public_key(), ("ES256",))
    else:
        key = key_in_file(file, config.algorithms, "LIFECARE_TOKEN_PUBLIC_KEY_FILE")
    yield Issuer("settings", config, FixedKey(key))


def _of_file(settings: Settings) -> Iterator[Issuer]:
    if settings.issuers_file is None:
        return
    for name, config in _tables(settings.issuers_file).items():
        yield Issuer(name, config, _keys(name, config, settings.issuers_file.parent, settings.mode))


def _tables(file: Path) -> dict[str, IssuerTable]:
    try:
        found = _TABLES.validate_python(tomllib.loads(file.read_text("utf-8")))
    except OSError as error:
        raise ConfigurationError(f"{_FILE} cannot be read: {error.strerror}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{_FILE} is not TOML: {error}.") from None
    except ValidationError as error:
        faults = "\n".join(map(_fault, error.errors(include_url=False, include_input=False)))
        raise ConfigurationError(f"{_FILE} cannot be used:\n{faults}") from None
    if not found:
        raise ConfigurationError(f"{_FILE} names no issuer: write one table for each.")
    return found


def _fault(one: Any) -> str:
    return f"  {'.'.join(map(str, one['loc']))}: {one['msg'].removeprefix('Value error, ')}"


def _keys(name: str, config: IssuerTable, beside: Path, mode: Mode) -> Keys:
    if config.public_key_file is not None:
        file = beside / config.public_key_file
        return FixedKey(key_in_file(file, config.algorithms, f"{_FILE}: {name}.public_key_file"))
    url = config.jwks_url or ""
    _demand_https(name, url, mode)
    return PublishedKeys(name, url, config.algorithms, config.keys_minutes, config.keys_last_hours)


def _demand_https(name: str, url: str, mode: Mode) -> None:
    """Who can change the keys on their way can forge every token. Development may ask this machine itself."""
    try:
        parts = urlsplit(url)
        here = mode is Mode.DEVELOPMENT and parts.scheme == "http" and is_loopback(parts.hostname or "")
        usable = bool(parts.hostname) and (parts.scheme == "https" or here)
    except ValueError:
        usable = False
    if not usable:
        raise ConfigurationError(f"{_FILE}: {name}.jwks_url must be an address that begins with https://.")
