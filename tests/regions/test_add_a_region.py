"""docs/add-a-region.md, done literally: every file written, every command run, nothing changed outside."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[2]
PAGE = ROOT.joinpath("docs", "add-a-region.md").read_text("utf-8")
BLOCKS = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MINUTES = [(int(a), int(b)) for a, b in re.findall(r"^## (\d+)–(\d+) ", PAGE, re.MULTILINE)]

Step = tuple[str, str, str]
"""The language, what it is for (a file, or `fails`), and the contents."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an environment of its own, in which what is installed here can be imported."""
    folder = tmp_path_factory.mktemp("gotland")
    environment = folder / "environment"
    venv.create(environment, symlinks=True, with_pip=False)
    [packages] = environment.glob("lib/python*/site-packages")
    packages.joinpath("here.pth").write_text("\n".join(one for one in sys.path if one), "utf-8")
    command = environment / "bin" / "lifecare-gql"  # as pip would have made it here
    command.write_text(f"#!{environment}/bin/python\nfrom lifecare_gql.cli import main\nmain()\n", "utf-8")
    command.chmod(0o755)
    folder.joinpath("work").mkdir()
    return folder


def run(home: Path, line: str) -> subprocess.CompletedProcess[str]:
    """One command line in the folder; pip takes nothing from an index, and builds with what is installed."""
    bin_ = home / "environment" / "bin"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LIFECARE_")}
    pip = {"PIP_NO_INDEX": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    environ = kept | pip | {"PATH": f"{bin_}{os.pathsep}{os.environ['PATH']}", "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        line, shell=True, cwd=home / "work", env=environ, capture_output=True, text=True, timeout=240, check=False
    )


def outside(home: Path) -> dict[str, tuple[int, int]]:
    """Size and time of every file of the core and of the four regions, and of what else lies in the folder."""
    kept = [*ROOT.glob("lifecare_gql/**/*"), *ROOT.glob("plugins/**/*"), *home.joinpath("work").rglob("*")]
    plugin = home / "work" / "plugins" / "gotland"
    return {
        str(path): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in kept
        if path.is_file() and not path.is_relative_to(plugin) and "__pycache__" not in path.parts
    }


@pytest.fixture(scope="module")
def done(home: Path) -> dict[str, str]:
    """What each command of the page printed, when all of it is done."""
    before, printed = outside(home), {}
    for language, purpose, contents in BLOCKS.findall(PAGE):
        if language != "sh":
            path = home / "work" / purpose
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(contents, "utf-8")
            continue
        for line in contents.splitlines():
            result = run(home, line)
            told = result.stdout + result.stderr
            assert (result.returncode != 0) == (purpose == "fails"), f"{line}\n{told}"
            printed[f"{line} {purpose}".strip()] = told
    assert outside(home) == before, "something outside the region's folder changed"
    return printed


def test_the_minutes_follow_each_other_and_end_within_the_hour() -> None:
    assert MINUTES[0][0] == 0
    assert MINUTES[-1][1] <= 60
    assert [end for _, end in MINUTES[:-1]] == [begin for begin, _ in MINUTES[1:]]


def test_every_file_of_the_page_says_that_it_is_invented(done: dict[str, str], home: Path) -> None:
    folder = home / "work" / "plugins" / "gotland"
    [document] = folder.glob("*/data/documents.toml")
    assert 'title = "Påhittad rutin' in document.read_text("utf-8")
    assert "The routine is invented" in folder.joinpath("README.md").read_text("utf-8")


def test_the_list_is_red_at_first_and_names_files_and_keys(done: dict[str, str]) -> None:
    told = done["lifecare-gql region check gotland fails"]
    for line in ("data/region.toml: county_code: ", "data/facts.toml: facts: ", "README.md: ## Kept by: "):
        assert line in told
    assert "gotland: 10 to mend" in told


def test_the_kit_is_green_in_the_end(done: dict[str, str]) -> None:
    assert "gotland: 0 to mend" in done["lifecare-gql region check gotland"]
    assert re.search(r"\b41 passed", done["python -m pytest plugins/gotland"])


def test_the_region_is_shown_with_its_level(done: dict[str, str]) -> None:
    told = done["lifecare-gql regions"]
    assert "Region Gotland (gotland): gotland 0.1.0\n  quality   silver\n" in told


def test_a_routine_can_be_explained(done: dict[str, str]) -> None:
    told = done["lifecare-gql regions explain GOT-G1"]
    assert "supplied by  gotland 0.1.0" in told
    assert "lifecare_gql_gotland/data/routines.toml, hook lifecare_routines" in told
    assert (
        "Påhittad rutin för meddelanden utanför vårdtillfälle [1, Fastställd, 2026-10-01], Genomförande, G1"
        in told
    )


def test_the_number_is_on_the_list_to_ring(done: dict[str, str]) -> None:
    assert "[ ] 0980-31 92 50" in done["lifecare-gql region numbers gotland"]


def test_the_region_works_beside_the_others(done: dict[str, str], home: Path) -> None:
    program = (
        "from lifecare_gql.domain.reviewing import review\n"
        "from lifecare_gql.regions import load_regions\n"
        "regions = load_regions()\n"
        "acute = regions['gotland'].book.examples[1].draft('gotland')\n"
        "print(sorted(regions), [one.source.quote for one in review(acute, regions).objections])\n"
    )
    home.joinpath("work", "try.py").write_text(program, "utf-8")
    told = run(home, "python try.py").stdout
    assert "['gotland', 'halland', 'orebro', 'stockholm', 'vasternorrland']" in told
    assert "Meddelanden får inte användas i akuta ärenden." in told


def test_the_schema_gains_nothing_but_data(done: dict[str, str], home: Path) -> None:
    assert "otland" not in run(home, "lifecare-gql schema").stdout
