"""The example of a deployment, read as text: what it promises is what docs/deployment.md demands.

No container runs here. That the images build and start is for a machine with Docker to tell.
"""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from lifecare_gql.settings import PREFIX, Settings
from lifecare_gql.storage.database import SERVING
from lifecare_gql.web.serving import UVICORN
from lifecare_gql.web.wire import MAX_BODY_BYTES

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, Any] = COMPOSE["services"]
PROXY = (DEPLOY / "haproxy.cfg").read_text("utf-8")
PAGE = (ROOT / "docs" / "deployment.md").read_text("utf-8")
IMAGE = re.compile(r"[a-z][a-z/-]*:[0-9][\w.-]*")


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions with their arguments, in order."""
    text = (DEPLOY / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines)]


def of(name: str) -> list[str]:
    return [rest for one, rest in instructions() if one == name]


def test_the_image_is_made_of_fixed_versions_and_runs_as_nobody() -> None:
    assert all(IMAGE.fullmatch(one.split()[0]) for one in of("FROM"))
    user, _, group = of("USER")[-1].partition(":")
    assert int(user) == int(group) >= 10_000
    last = max(at for at, (name, _) in enumerate(instructions()) if name == "FROM")
    assert [name for name, _ in instructions()[last:]].index("USER") > 1, "files are root's, and not to be written"
    assert not of("ADD")
    [installing] = [one for one in of("RUN") if "pip install" in one]
    assert "--constraint constraints.txt" in installing
    assert "--no-cache-dir" in installing


@pytest.mark.parametrize("name", ["ENTRYPOINT", "CMD"])
def test_the_process_gets_the_signals_itself(name: str) -> None:
    [said] = of(name)
    assert isinstance(yaml.safe_load(said), list), "no shell in between"


def test_what_is_copied_is_there() -> None:
    for one in of("COPY"):
        sources = [word for word in shlex.split(one)[:-1] if not word.startswith("--")]
        assert all((ROOT / source).exists() for source in sources if not one.startswith("--from"))


def test_every_setting_that_is_said_is_one() -> None:
    said = set(re.findall(rf"\b({PREFIX}\w+)=", (DEPLOY / "Dockerfile").read_text("utf-8")))
    said |= {name for one in SERVICES.values() for name in one.get("environment", {}) if name.startswith(PREFIX)}
    assert said <= {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_is_as_small_as_it_can_be(name: str) -> None:
    one = SERVICES[name]
    assert IMAGE.fullmatch(one["image"])
    assert one["read_only"] is True
    assert "no-new-privileges:true" in one["security_opt"]
    assert one.get("privileged") is None
    if name != "database":  # its image gives up its rights itself
        assert one["cap_drop"] == ["ALL"]


def test_no_secret_stands_in_the_file() -> None:
    for one in SERVICES.values():
        for name, value in one.get("environment", {}).items():
            if re.search("SECRET|PASSWORD|TOKEN", name):
                assert re.fullmatch(r"\$\{\w+:\?\}", value), name
        assert not re.search(r"//\w+:[^$@]+@", str(one)), "a password in a url"
    assert set(COMPOSE["secrets"]) == {name for one in SERVICES.values() for name in one.get("secrets", ())}


def test_the_owner_migrates_and_the_application_serves() -> None:
    migrate, api = SERVICES["migrate"], SERVICES["api"]
    assert "//lifecare_owner:" in migrate["environment"]["LIFECARE_DATABASE_URL"]
    assert "grants --role lifecare_app --apply" in migrate["command"][0]
    assert "//lifecare_app@" in api["environment"]["LIFECARE_DATABASE_URL"]
    assert "OWNER" not in str(api)
    assert api["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    assert api["deploy"]["replicas"] == 2
    script = (DEPLOY / "roles.sh").read_text("utf-8")
    for statement in re.search(r"```sql\n(.*?)```", PAGE, re.S)[1].strip().split("\n"):  # type: ignore[index]
        assert re.sub(r" password '…'", "", statement).rstrip(";") in re.sub(r" password :'\w+'", "", script)


def test_the_database_is_set_as_the_page_says_and_is_reached_from_inside_only() -> None:
    database = SERVICES["database"]
    for setting in ("log_error_verbosity=terse", "log_statement=none", "log_parameter_max_length_on_error=0"):
        assert f"-c{setting}" in database["command"]
    assert database["networks"] == ["inside"]
    assert COMPOSE["networks"]["inside"]["internal"] is True
    assert [name for name, one in SERVICES.items() if "ports" in one] == ["proxy"]
    connections = int(SERVICES["api"]["environment"]["LIFECARE_POOL_SIZE"]) * SERVICES["api"]["deploy"]["replicas"]
    assert any(f"-cmax_connections={most}" in database["command"] for most in range(2 * connections, 1000))


def test_the_proxy_does_what_the_server_cannot() -> None:
    def seconds(name: str) -> int:
        return int(re.search(rf"timeout {name} (\d+)s", PROXY)[1])  # type: ignore[index]

    assert seconds("http-request") <= 10
    assert seconds("server") > 10 > SERVING.command + 2 * SERVING.release
    assert UVICORN["timeout_keep_alive"] > seconds("http-keep-alive")
    assert re.search(r"reject if \{ sc0_conn_cur gt \d+ \}", PROXY)
    assert re.search(r"^    maxconn \d+$", PROXY, re.M)
    assert f"req.body_size gt {MAX_BODY_BYTES} " in PROXY
    assert "path /livez /readyz /metrics" in PROXY
    assert "httpchk GET /readyz" in PROXY
    assert "ssl crt" in PROXY
    [logged] = re.findall("log-format (.*)", PROXY)
    assert not re.search(r"%H|%r|%\[|%hr|%hs|%ci", logged), "no path, header or address"


def test_a_server_has_the_time_to_end_what_it_does() -> None:
    grace = int(SERVICES["api"]["stop_grace_period"].rstrip("s"))
    assert grace > UVICORN["timeout_graceful_shutdown"] + 10, "the pool gets ten seconds after the requests"
