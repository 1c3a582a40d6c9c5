"""Programs of others, in Node, for the tests. What they need is installed once, next to this file."""

from __future__ import annotations

import asyncio
import hashlib
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
_INSTALL = ("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")


class Node:
    """Runs scripts of this folder."""

    async def run(self, script: str, *arguments: str, seconds: float = 60) -> str:
        """What the script prints; a failure of the test when it fails."""
        running = await asyncio.create_subprocess_exec(
            "node", script, *arguments, cwd=FOLDER, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        try:
            out, error = await asyncio.wait_for(running.communicate(), seconds)
        finally:
            if running.returncode is None:
                running.kill()
        assert running.returncode == 0, f"{script}: {error.decode()}"
        return out.decode()


@pytest.fixture(scope="session")
def node() -> Node:
    """Node with the packages of package.json, exactly as pinned there."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("Node is not installed: nothing of others is run against the server.")
    wanted = hashlib.sha256((FOLDER / "package.json").read_bytes()).hexdigest()
    stamp = FOLDER / "node_modules" / ".installed"
    if not stamp.exists() or stamp.read_text("utf-8") != wanted:
        subprocess.run(_INSTALL, cwd=FOLDER, check=True, capture_output=True)
        stamp.write_text(wanted, "utf-8")
    return Node()
