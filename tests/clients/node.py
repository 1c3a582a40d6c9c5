"""Programs in Node, for the tests: what they need is installed, and built, once for each state of the files."""

from __future__ import annotations

import asyncio
import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import pytest

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[1]
EXAMPLES = ROOT / "examples" / "clients"
TYPESCRIPT = EXAMPLES / "typescript"
_INSTALL = ("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--loglevel=error")


class Node:
    """Runs scripts of this folder."""

    async def run(self, script: str, *arguments: str, seconds: float = 60) -> str:
        """What the script prints; a failure of the test when it fails."""
        async with asyncio.timeout(seconds), self.running(script, *arguments) as lines:
            return "".join([line async for line in lines])

    @asynccontextmanager
    async def running(self, script: str, *arguments: str) -> AsyncIterator[AsyncIterator[str]]:
        """What the script prints, line by line as it comes; a failure of the test when it fails."""
        process = await asyncio.create_subprocess_exec(
            "node", script, *arguments, cwd=FOLDER, stdout=subprocess.PIPE, stderr=subprocess.PIPE, limit=2**24
        )
        assert process.stdout
        assert process.stderr
        said = asyncio.create_task(process.stderr.read())
        try:
            yield (line.decode() async for line in process.stdout)
            assert await process.wait() == 0, f"{script}: {(await said).decode()}"
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            said.cancel()


@pytest.fixture(scope="session")
def node() -> Node:
    """Node with the packages of this folder's package.json, exactly as pinned there."""
    if not (shutil.which("node") and shutil.which("npm")):
        pytest.skip("Node is not installed: nothing of others is run against the server.")
    installed(FOLDER)
    return Node()


@pytest.fixture(scope="session")
def typescript(node: Node) -> Path:
    """The folder of the TypeScript example: its packages installed, its types generated, its programs compiled."""
    installed(TYPESCRIPT)
    sources = [TYPESCRIPT / "package.json", TYPESCRIPT / "codegen.ts", TYPESCRIPT / "tsconfig.json"]
    sources += [*TYPESCRIPT.glob("src/*.ts"), ROOT / "schema.graphql", *ROOT.glob("examples/**/*.graphql")]
    with _once(TYPESCRIPT, TYPESCRIPT / "out" / ".built", sources) as to_do:
        if to_do:
            run(TYPESCRIPT, "npm", "run", "--silent", "build")
    return TYPESCRIPT


def installed(folder: Path) -> None:
    """Install what the folder's package.json pins."""
    with _once(folder, folder / "node_modules" / ".installed", [folder / "package.json"]) as to_do:
        if to_do:
            run(folder, *_INSTALL)


def run(folder: Path, *command: str, **more: str) -> str:
    """What a command of the folder prints, with more in its environment; a failure of the test when it fails."""
    done = subprocess.run(command, cwd=folder, env=os.environ | more, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stdout}{done.stderr}"
    return done.stdout


@contextmanager
def _once(folder: Path, stamp: Path, sources: Iterable[Path]) -> Iterator[bool]:
    """Whether it is to be done, for it was not yet with these sources; other processes wait until it is."""
    with (folder / "package.json").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        wanted = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(sources))).hexdigest()
        to_do = not stamp.exists() or stamp.read_text("utf-8") != wanted
        yield to_do
        if to_do:
            stamp.write_text(wanted, "utf-8")
