"""Others on the same database: installed by the benchmark, left out by name where they cannot be."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from bench.data import EXPECTATION
from bench.servers import Contender
from lifecare_gql.storage.url import PostgresAddress, parse_url
from lifecare_gql.web.tokens import KEY_FILE

SUBSCRIBED = "mercurius-jit"
"""The one that is measured with subscribers too."""
_FOLDER = Path(__file__).parent / "peers"
_FORMS = {
    "mercurius-jit": ("mercurius.mjs", "loaders"),
    "mercurius-jit, JOIN": ("mercurius.mjs", "join"),
    "yoga": ("yoga.mjs", "loaders"),
    "apollo": ("apollo.mjs", "loaders"),
}

_EVERYWHERE = (("NODE_ENV", "production"), ("EXPECTATION", EXPECTATION))


def peers(url: str, state: Path, say: Callable[[str], None] = print) -> tuple[Contender, ...]:
    """Those that can run here, on the database at the url: PostgreSQL only. `state`: where the issuer's key is."""
    address = parse_url(url)
    if not isinstance(address, PostgresAddress):
        return ()
    if (fault := _installed()) is not None:
        say(f"without {', '.join(_FORMS)}: {fault}")
        return ()
    return tuple(
        Contender(
            name,
            command=("node", file),
            directory=_FOLDER,
            variables=(
                *_variables(address),
                ("FORM", form),
                ("NODE_ENV", "production"),
                ("EXPECTATION", EXPECTATION),
                ("TOKEN_KEY", str(state / KEY_FILE)),
            ),
        )
        for name, (file, form) in _FORMS.items()
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
