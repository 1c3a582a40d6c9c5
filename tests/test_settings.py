"""What a deployment may say in its environment, and what it is told when it says something else."""

from __future__ import annotations

import stat
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from lifecare_gql.errors import ConfigurationError
from lifecare_gql.settings import (
    BUDGETS,
    Budget,
    HttpStatus,
    Mode,
    Settings,
    from_environment,
    is_loopback,
    kept,
)

SECRET = "s" * 32
PRODUCTION = {
    "LIFECARE_MODE": "production",
    "LIFECARE_SECRET": SECRET,
    "LIFECARE_TOKEN_PUBLIC_KEY_FILE": "issuer.pem",
}


def test_nothing_needs_to_be_said() -> None:
    settings = from_environment({"PATH": "/bin", "HOME": "/"})

    assert settings == Settings()
    assert (settings.mode, settings.host, settings.regions) == (Mode.DEVELOPMENT, "127.0.0.1", None)


EVERY = PRODUCTION | {
    "LIFECARE_DATABASE_URL": "postgresql://db/lifecare",
    "LIFECARE_POOL_SIZE": "20",
    "LIFECARE_STATE_DIR": "state",
    "LIFECARE_REGIONS": "halland, orebro",
    "LIFECARE_REGIONS_LENIENT": "true",
    "LIFECARE_ASSUMPTIONS": '{"orebro": {"consent_covers_replies": false}}',
    "LIFECARE_BROWSER_VERSIONS": '{"as_of": "2026-11-20", "versions": {"Edge": 142}}',
    "LIFECARE_ACCESS_LOG_YEARS": "10",
    "LIFECARE_ACCESS_EXTRACT_NAMES_STAFF": "true",
    "LIFECARE_LANGUAGE": "sv",
    "LIFECARE_HOST": "0.0.0.0",
    "LIFECARE_PORT": "80",
    "LIFECARE_ROW_SECURITY": "false",
    "LIFECARE_EMERGENCY_HOURS": "2",
    "LIFECARE_TOKEN_ISSUER": "issuer",
    "LIFECARE_TOKEN_AUDIENCE": "us",
    "LIFECARE_TOKEN_ALGORITHMS": "ES256,RS256",
    "LIFECARE_ISSUERS_FILE": "issuers.toml",
    "LIFECARE_COMPILED": "off",
    "LIFECARE_LOG": "json",
    "LIFECARE_METRICS_TOKEN": "a" * 16,
    "LIFECARE_OTLP_ENDPOINT": "http://127.0.0.1:4318/v1/traces",
    "LIFECARE_SOCKET_INIT_SECONDS": "2.5",
    "LIFECARE_SOCKET_OPERATIONS": "5",
    "LIFECARE_SOCKETS_PER_CALLER": "7",
    "LIFECARE_SEND_SECONDS": "9",
    "LIFECARE_EVENT_HOURS": "48",
    "LIFECARE_GET_QUERIES": "true",
    "LIFECARE_HTTP_STATUS": "draft",
    "LIFECARE_CORS_ORIGINS": "https://sp.example.se, http://localhost:5173",
    "LIFECARE_BODY_SECONDS": "3",
    "LIFECARE_REQUEST_SECONDS": "4.5",
    "LIFECARE_OPERATIONS_AT_ONCE": "50",
    "LIFECARE_BUDGETS": '{"INTEGRATOR": {"nodes": 9, "fields": 8, "points": 7}}',
    "LIFECARE_RATE_WINDOW_SECONDS": "30",
    "LIFECARE_DOCUMENTS": "only",
    "LIFECARE_DOCUMENTS_DIR": "documents",
    "LIFECARE_WEBHOOKS": "false",
    "LIFECARE_WEBHOOK_NETWORKS": "10.20.0.0/16, fd00::/8",
    "LIFECARE_WEBHOOK_SECONDS": "10",
    "LIFECARE_WEBHOOK_DEAD_LETTERS": "1",
    "LIFECARE_WEBHOOK_ROTATION_HOURS": "2",
}


def test_every_setting_is_an_environment_variable() -> None:
    assert {name.removeprefix("LIFECARE_").lower() for name in EVERY} == set(Settings.model_fields)

    settings = from_environment(EVERY)

    assert settings.mode is Mode.PRODUCTION
    assert (settings.host, settings.port, settings.pool_size) == ("0.0.0.0", 80, 20)
    assert (settings.regions, settings.regions_lenient) == (("halland", "orebro"), True)
    assert (settings.queries_by_get, settings.http_status) == (True, HttpStatus.DRAFT)
    assert settings.cors_origins == ("https://sp.example.se", "http://localhost:5173")
    assert (settings.body_seconds, settings.request_seconds, settings.operations_at_once) == (3, 4.5, 50)
    assert settings.budgets == BUDGETS | {"INTEGRATOR": Budget(nodes=9, fields=8, points=7)}
    assert settings.rate_window_seconds == 30
    assert (settings.access_log_years, settings.access_extract_names_staff) == (10, True)
    assert (settings.walled, settings.emergency_hours) == (False, 2)
    assert settings.assumptions == {"orebro": {"consent_covers_replies": False}}
    assert settings.browser_versions is not None
    assert (settings.browser_versions.as_of.isoformat(), settings.browser_versions.versions) == (
        "2026-11-20",
        {"Edge": 142},
    )
    assert settings.token_algorithms == ("ES256", "RS256")
    assert (settings.issuers_file, settings.socket_init_seconds) == (Path("issuers.toml"), 2.5)
    assert (settings.webhooks, settings.webhook_seconds, settings.webhook_dead_letters) == (False, 10, 1)
    assert (settings.webhook_rotation_hours, len(settings.webhook_networks)) == (2, 2)
    assert settings.key() == SECRET.encode()
    assert SECRET not in repr(settings)


@pytest.mark.parametrize("said", [None, True, False])
def test_row_security_is_on_in_production_unless_it_is_said(said: bool | None) -> None:
    whole = {"secret": SECRET, "issuers_file": "issuers.toml", "row_security": said}
    assert Settings(mode=Mode.PRODUCTION, **whole).walled is (said is not False)  # type: ignore[arg-type]
    assert Settings(row_security=said).walled is (said is True)


UNUSABLE: dict[str, tuple[dict[str, str], str]] = {
    "an access log of four years": (
        {"LIFECARE_ACCESS_LOG_YEARS": "4"},
        "LIFECARE_ACCESS_LOG_YEARS: must be at least 5: HSLF-FS 2016:40, 4 kap. 9 §",
    ),
    # what is said, and what is told
    "misspelt": ({"LIFECARE_MOD": "production"}, "LIFECARE_MOD: there is no such setting"),
    "unknown mode": ({"LIFECARE_MODE": "prod"}, "LIFECARE_MODE: Input should be 'development' or 'production'"),
    "no port": ({"LIFECARE_PORT": "http"}, "LIFECARE_PORT: Input should be a valid integer"),
    "port 0": ({"LIFECARE_PORT": "0"}, "LIFECARE_PORT: Input should be greater than or equal to 1"),
    "high port": ({"LIFECARE_PORT": "65536"}, "LIFECARE_PORT: Input should be less than or equal to 65535"),
    "no emergency": ({"LIFECARE_EMERGENCY_HOURS": "0"}, "LIFECARE_EMERGENCY_HOURS: Input should be greater"),
    "no pool": ({"LIFECARE_POOL_SIZE": "0"}, "LIFECARE_POOL_SIZE: Input should be greater"),
    "browser versions": (
        {"LIFECARE_BROWSER_VERSIONS": "Edge 142"},
        "LIFECARE_BROWSER_VERSIONS: must be JSON, e.g.",
    ),
    "browser versions without a day": (
        {"LIFECARE_BROWSER_VERSIONS": '{"versions": {}}'},
        "LIFECARE_BROWSER_VERSIONS.AS_OF: Field required",
    ),
    "assumptions": ({"LIFECARE_ASSUMPTIONS": "orebro"}, "LIFECARE_ASSUMPTIONS: must be JSON, e.g."),
    "list of assumptions": ({"LIFECARE_ASSUMPTIONS": "[]"}, "LIFECARE_ASSUMPTIONS: Input should be"),
    "no signature": ({"LIFECARE_TOKEN_ALGORITHMS": "none"}, "LIFECARE_TOKEN_ALGORITHMS: must be one or more of"),
    "shared key": ({"LIFECARE_TOKEN_ALGORITHMS": "ES256,HS256"}, "LIFECARE_TOKEN_ALGORITHMS: must be"),
    "no algorithm": ({"LIFECARE_TOKEN_ALGORITHMS": ""}, "LIFECARE_TOKEN_ALGORITHMS: must be"),
    "no time for a socket": ({"LIFECARE_SOCKET_INIT_SECONDS": "0"}, "LIFECARE_SOCKET_INIT_SECONDS: Input should"),
    "no time to read": ({"LIFECARE_SEND_SECONDS": "0"}, "LIFECARE_SEND_SECONDS: Input should be greater"),
    "no sockets": ({"LIFECARE_SOCKETS_PER_CALLER": "0"}, "LIFECARE_SOCKETS_PER_CALLER: Input should be greater"),
    "a network with a host": ({"LIFECARE_WEBHOOK_NETWORKS": "10.1.2.3/8"}, "LIFECARE_WEBHOOK_NETWORKS"),
    "no events": ({"LIFECARE_EVENT_HOURS": "0"}, "LIFECARE_EVENT_HOURS: Input should be greater"),
    "idle sockets": ({"LIFECARE_SOCKET_OPERATIONS": "0"}, "LIFECARE_SOCKET_OPERATIONS: Input should be greater"),
    "an origin with a path": (
        {"LIFECARE_CORS_ORIGINS": "https://a.se/x"},
        "LIFECARE_CORS_ORIGINS: must be origins",
    ),
    "any origin": ({"LIFECARE_CORS_ORIGINS": "*"}, "LIFECARE_CORS_ORIGINS: must be origins"),
    "budgets": ({"LIFECARE_BUDGETS": "[]"}, "LIFECARE_BUDGETS: must be JSON, e.g."),
    "a budget of nothing": (
        {"LIFECARE_BUDGETS": '{"caller": {"nodes": 0, "fields": 1, "points": 1}}'},
        "LIFECARE_BUDGETS.CALLER.NODES: Input should be greater",
    ),
    "no time for a request": ({"LIFECARE_REQUEST_SECONDS": "0"}, "LIFECARE_REQUEST_SECONDS: Input should"),
    "another text": (
        {"LIFECARE_HTTP_STATUS": "2025"},
        "LIFECARE_HTTP_STATUS: Input should be 'audited' or 'draft'",
    ),
    "an unspoken language": ({"LIFECARE_LANGUAGE": "de"}, "LIFECARE_LANGUAGE: Input should be 'sv' or 'en'"),
    "short secret": ({"LIFECARE_SECRET": "short"}, "LIFECARE_SECRET must have at least 32 characters"),
    "open development": ({"LIFECARE_HOST": "0.0.0.0"}, "development listens on this machine only"),
    "documents from nowhere": ({"LIFECARE_DOCUMENTS": "log"}, "LIFECARE_DOCUMENTS needs LIFECARE_DOCUMENTS_DIR"),
    "another mode of documents": (
        {"LIFECARE_DOCUMENTS": "on"},
        "LIFECARE_DOCUMENTS: Input should be 'off', 'log' or",
    ),
    "named host": ({"LIFECARE_HOST": "localhost.example"}, "development listens on this machine only"),
    "bare production": ({"LIFECARE_MODE": "production"}, "production needs LIFECARE_SECRET and"),
    "half a production": (
        {name: value for name, value in PRODUCTION.items() if "SECRET" not in name},
        "production needs LIFECARE_SECRET and LIFECARE_TOKEN_PUBLIC_KEY_FILE or LIFECARE_ISSUERS_FILE",
    ),
}


@pytest.mark.parametrize("name", UNUSABLE)
def test_what_cannot_be_used_is_named(name: str) -> None:
    said, told = UNUSABLE[name]
    with pytest.raises(ConfigurationError) as caught:
        from_environment(said)

    first, line = str(caught.value).splitlines()
    assert first == "The settings cannot be used:"
    assert told in line
    assert "short" not in line, "a secret is not repeated"


def test_everything_that_cannot_be_used_is_named_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        from_environment({"LIFECARE_PORT": "x", "LIFECARE_MODE": "y", "LIFECARE_COLOUR": "z"})

    assert len(str(caught.value).splitlines()) == 4


def test_what_is_given_goes_before_the_environment() -> None:
    environment = {"LIFECARE_PORT": "1", "LIFECARE_HOST": "localhost"}
    settings = from_environment(environment, port=2, host=None)

    assert (settings.port, settings.host) == (2, "localhost")


def test_the_tests_own_variables_are_no_settings() -> None:
    assert from_environment({"LIFECARE_TEST_DATABASE_URL": "x"}) == Settings()


@pytest.mark.parametrize(
    ("host", "own"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("0.0.0.0", False),
        ("::", False),
        ("192.168.0.1", False),
        ("example.se", False),
        ("", False),
    ],
)
def test_only_this_machine_is_this_machine(host: str, own: bool) -> None:
    assert is_loopback(host) is own


def test_the_secret_of_a_development_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path / "new" / "state")

    assert settings.key() == settings.key()
    assert len(settings.key()) == 64
    assert [file.name for file in settings.state_dir.iterdir()] == ["secret"]
    assert stat.S_IMODE((settings.state_dir / "secret").stat().st_mode) == 0o600


def _secret(directory: str) -> bytes:
    return Settings(state_dir=Path(directory)).key()


def test_processes_that_start_together_agree_on_the_secret(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4) as pool:
        for at in range(20):
            found = set(pool.map(_secret, [str(tmp_path / str(at))] * 4))
            assert len(found) == 1
            assert len(found.pop()) == 64


def test_a_state_that_cannot_be_kept_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigurationError, match=r"LIFECARE_STATE_DIR cannot be used: .*/file: File exists"):
        kept(tmp_path / "file" / "secret", lambda: "x")
