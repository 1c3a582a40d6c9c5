"""The command line: every command, and one clear sentence for every mistake."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import jwt
import pytest

from lifecare_gql import __version__
from lifecare_gql.cli import application, main
from lifecare_gql.errors import MigrationError
from lifecare_gql.regions import Regions
from lifecare_gql.schema import build_schema
from lifecare_gql.storage.url import Dialect
from tests.databases import Databases

ROOT = Path(__file__).parents[1]
Said = tuple[int, str, str]
Cli = Callable[..., Said]


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Cli:
    """Runs a command as `lifecare-gql` does; its exit code, output and complaints."""
    for name in [name for name in os.environ if name.startswith("LIFECARE_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, **environment: str) -> Said:
        for name, value in environment.items():
            monkeypatch.setenv(f"LIFECARE_{name}", value)
        monkeypatch.setattr(sys, "argv", ["lifecare-gql", *arguments])
        with pytest.raises(SystemExit) as left:
            main()
        said = capsys.readouterr()
        return int(left.value.code or 0), said.out, said.err

    return run


def test_the_version(cli: Cli) -> None:
    assert cli("version") == (0, f"{__version__}\n", "")


def test_without_a_command_the_help_is_shown(cli: Cli) -> None:
    _, out, err = cli()
    assert all(name in out + err for name in ("serve", "migrate", "demo", "token", "regions", "schema"))


def test_the_schema_is_that_of_the_server(cli: Cli, regions: Regions, tmp_path: Path) -> None:
    sdl = build_schema(regions).as_str() + "\n"

    assert cli("schema") == (0, sdl, "")
    assert cli("schema", "--output", "schema.graphql") == (0, "", "")
    assert (tmp_path / "schema.graphql").read_text("utf-8") == sdl


def test_the_schema_of_some_regions_is_smaller(cli: Cli) -> None:
    _, sdl, _ = cli("schema", REGIONS="halland")
    assert "StockholmQuery" not in sdl


def test_the_regions_are_told_with_their_documents_and_facts(cli: Cli) -> None:
    code, out, err = cli("regions")

    assert (code, err) == (0, "")
    for name in ("Region Halland (halland)", "Region Stockholm (stockholm)", "Region Örebro län (orebro)"):
        assert name in out
    assert "assumes   consent_covers_replies = True" in out
    assert "routines  " in out


def test_migrating_twice_changes_nothing(cli: Cli, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/new/folder/lifecare.db"

    code, first, err = cli("migrate", DATABASE_URL=url)
    assert (code, err) == (0, "")
    assert "migrations applied." in first
    assert cli("migrate") == (0, "The database is up to date.\n", "")


def test_the_demo_is_loaded_once(cli: Cli) -> None:
    code, first, err = cli("demo")

    assert (code, err) == (0, "")
    assert "The demo is loaded: organisation " in first
    assert "The demo was loaded before: nothing is changed." in cli("demo")[1]


def test_the_first_administrator_is_made_by_command(cli: Cli) -> None:
    cli("demo")
    nurse = "SE0000000000-13Aanna"

    code, out, err = cli("grant-role", nurse, "ADMINISTRATION_LEAD")

    assert (code, err) == (0, "")
    assert out == f"{nurse} now has the role ADMINISTRATION_LEAD (förvaltningsledare) in the region halland.\n"
    assert (
        cli("grant-role", nurse, "ADMINISTRATION_LEAD")[2]
        == f"{nurse} has the role ADMINISTRATION_LEAD already.\n"
    )
    local = cli("grant-role", nurse, "SUPER_USER", "--organisation", "SE0000000000-13Ofalkenberg")
    assert local[1] == f"{nurse} now has the role SUPER_USER (superanvändare) in Falkenbergs kommun.\n"
    assert "No valid assignment" in cli("grant-role", "SE0000000000-NONE", "SUPER_USER")[2]
    assert "No organisation" in cli("grant-role", nurse, "AUDITOR", "--organisation", "SE0000000000-NONE")[2]
    with closing(sqlite3.connect("var/lifecare.db")) as db:
        told = "select kind, by_id, reason from role_grant_event where reason = 'by command'"
        assert db.execute(told).fetchall() == [("GRANTED", None, "by command")] * 2


def test_a_token_for_a_demo_actor(cli: Cli) -> None:
    _, listed, _ = cli("token")
    actor, region, _ = listed.splitlines()[0].split("\t")
    assert region in ("halland", "orebro", "stockholm", "vasternorrland")

    code, token, err = cli("token", actor, "--minutes", "5")

    claims = jwt.decode(token.strip(), options={"verify_signature": False})
    assert (code, err, claims["commission"]) == (0, "", actor)
    assert claims["exp"] - claims["iat"] == 300


FAULTY = """
from lifecare_gql.hookspecs import hookimpl

@hookimpl
def lifecare_region():
    return {"code": "atlantis"}
"""


def faulty_plugin(directory: Path) -> None:
    """An installed plugin that does not say what it should."""
    (directory / "faulty_plugin.py").write_text(FAULTY, "utf-8")
    info = directory / "faulty-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: faulty\nVersion: 1.0\n", "utf-8")
    (info / "entry_points.txt").write_text("[lifecare_gql]\nfaulty = faulty_plugin\n", "utf-8")


@pytest.mark.parametrize("command", ["serve", "regions", "schema"])
def test_a_faulty_plugin_is_named(cli: Cli, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str) -> None:
    faulty_plugin(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))

    code, out, err = cli(command)

    assert (code, out) == (1, "")
    assert err.startswith("The regions' plugins are faulty:\n  faulty: ")
    assert "Traceback" not in err


NOBODY_THERE = "postgresql://nobody@127.0.0.1:1/lifecare"
MISTAKES: dict[str, tuple[list[str], dict[str, str], str]] = {
    # command, environment, what is told
    "unknown region": (["regions"], {"REGIONS": "halland,atlantis"}, "atlantis"),
    "another database": (
        ["migrate"],
        {"DATABASE_URL": "mysql://db/x"},
        "must begin with sqlite:/// or postgresql://",
    ),
    "no database": (["migrate"], {"DATABASE_URL": NOBODY_THERE}, "The database cannot be reached"),
    "no database to serve": (["serve"], {"DATABASE_URL": NOBODY_THERE}, "The database cannot be reached"),
    "a file as a folder": (["migrate"], {"DATABASE_URL": "sqlite:///file/lifecare.db"}, "file: "),
    "not a database": (["migrate"], {"DATABASE_URL": "sqlite:///file"}, "file"),
    "a folder as a file": (["schema", "--output", "."], {}, "directory"),
    "a file as the state": (["token", "x"], {"STATE_DIR": "file"}, "No demo actor has the id x."),
    "two workers on SQLite": (["serve", "--workers", "2"], {}, "SQLite serves one process. Use PostgreSQL"),
    "an address elsewhere": (["serve", "--host", "0.0.0.0"], {}, "development listens on this machine only"),
    "an address that is none": (
        ["serve", "--host", "::1%nowhere"],
        {},
        "Cannot listen on ::1%nowhere port 8000",
    ),
    "unknown actor": (["token", "SE0000000000-X"], {}, "Run `lifecare-gql token` to see them."),
    "a misspelt setting": (["migrate"], {"DATABSE_URL": "x"}, "LIFECARE_DATABSE_URL: there is no such setting"),
    "a secret that is short": (["serve"], {"SECRET": "short"}, "at least 32 characters"),
    "no key of the issuer": (
        ["serve"],
        {"MODE": "production", "SECRET": "s" * 32, "TOKEN_PUBLIC_KEY_FILE": "missing.pem"},
        "LIFECARE_TOKEN_PUBLIC_KEY_FILE cannot be read: No such file or directory.",
    ),
    "unknown assumption": (["serve"], {"ASSUMPTIONS": '{"orebro": {"colour": true}}'}, "colour"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_in_a_sentence(cli: Cli, tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("This is no database, nor a folder.\n" * 100)
    arguments, environment, told = MISTAKES[name]

    code, _, err = cli(*arguments, **environment)

    assert (code, told in err) == (1, True), err
    assert "Traceback" not in err
    assert len(err.splitlines()) <= 2


@pytest.mark.parametrize("dialect", list(Dialect), ids=str)
async def test_a_server_does_not_start_on_a_database_that_lacks_migrations(
    dialect: Dialect, databases: Databases, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with databases.copy(dialect) as url:
        monkeypatch.setenv("LIFECARE_DATABASE_URL", url)
        monkeypatch.setenv("LIFECARE_STATE_DIR", str(tmp_path))
        app: Any = application()
        with pytest.raises(MigrationError, match="Run `lifecare-gql migrate` first"):
            async with app.router.lifespan_context(app):
                pass


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def asked(port: int, path: str, body: object = None, **headers: str) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data, headers)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer) if "json" in answer.headers["content-type"] else answer.read().decode()


@contextmanager
def served(directory: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """`lifecare-gql serve` as a process of its own, once it answers."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LIFECARE_")}
    environment |= {"PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    command = [sys.executable, "-m", "lifecare_gql", "serve", "--port", str(port)]
    with subprocess.Popen(
        command, cwd=directory, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        try:
            yield server
        finally:
            server.kill()


def wait_for(server: subprocess.Popen[str], port: int) -> None:
    until = time.monotonic() + 60
    while server.poll() is None and time.monotonic() < until:
        try:
            assert asked(port, "/livez") == "ok"
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"the server did not start: {server.communicate(timeout=5)}")


def stopped(server: subprocess.Popen[str]) -> Said:
    """How it ended on SIGTERM, within ten seconds."""
    server.send_signal(signal.SIGTERM)
    out, err = server.communicate(timeout=10)
    return server.returncode, out, err


def test_serving_from_nothing_and_again(tmp_path: Path) -> None:
    port = free_port()
    with served(tmp_path, port) as server:
        wait_for(server, port)
        actor = asked(port, "/dev/actors")[0]["id"]
        token = asked(port, "/dev/token", {"actor": actor})["token"]
        head = {"content-type": "application/json", "authorization": f"Bearer {token}"}
        query = {"query": "{ viewer { unit { region { name } inbox { nodes { text } } } } }"}
        seen = asked(port, "/graphql", query, **head)["data"]["viewer"]["unit"]
        code, out, err = stopped(server)

    assert seen["region"]["name"].startswith("Region ")
    assert code in (0, -signal.SIGTERM)
    assert "The demo is loaded: " in out
    assert f"http://127.0.0.1:{port}/graphiql" in out
    assert "POST /graphql 200" in err
    assert "Traceback" not in err
    assert token not in err

    with served(tmp_path, port) as server:
        wait_for(server, port)
        assert asked(port, "/graphql", query, **head)["data"]["viewer"]["unit"] == seen
        code, out, _ = stopped(server)
    assert "The database is up to date." in out
    assert "The demo" not in out


def test_a_port_that_is_taken_is_told_before_anything_is_made(cli: Cli, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        code, out, err = cli("serve", "--port", port)

    assert (code, out) == (1, "")
    assert err == (
        f"Cannot listen on 127.0.0.1 port {port}: Address already in use. Choose another with --port or --host.\n"
    )
    assert list(tmp_path.iterdir()) == []
