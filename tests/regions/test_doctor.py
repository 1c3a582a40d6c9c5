"""Plugins as they are installed: what cannot be imported, what is data only, and the command that loads none."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from lifecare_gql.errors import RegionFault
from lifecare_gql.regions import load_regions

SHORT = 2.0
"""Seconds for an import that hangs."""


def install(folder: Path, name: str, code: str) -> None:
    """A distribution with one plugin, as pip would leave it."""
    folder.joinpath(f"{name}.py").write_text(code, "utf-8")
    facts = folder / f"lifecare_{name}-1.0.dist-info"
    facts.mkdir()
    facts.joinpath("METADATA").write_text(f"Metadata-Version: 2.1\nName: lifecare-{name}\nVersion: 1.0\n", "utf-8")
    facts.joinpath("entry_points.txt").write_text(f"[lifecare_gql]\n{name} = {name}\n", "utf-8")


UNIMPORTABLE = [
    ("broken", "raise RuntimeError('no')\n", "broken cannot be imported: RuntimeError: no"),
    ("leaver", "import sys\nsys.exit(3)\n", "leaver cannot be imported: Exited: SystemExit: 3"),
    ("sleeper", "import threading\nthreading.Event().wait(30)\n", "sleeper cannot be imported: TimeoutError"),
]


@pytest.mark.parametrize(("name", "code", "what"), UNIMPORTABLE)
def test_a_plugin_that_cannot_be_imported_costs_nothing_else(
    name: str, code: str, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(tmp_path, name, code)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(RegionFault, match=f"{name}: {name} cannot be imported"):
        load_regions(["halland", name], seconds=SHORT)

    regions = load_regions(["halland", name], lenient=True, seconds=SHORT)

    assert list(regions) == ["halland"]
    assert [(one.plugin, one.what) for one in regions.problems] == [(name, what)]


def test_an_entry_point_may_name_a_package_with_data_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path, "provstad", "")
    tmp_path.joinpath("lifecare_provstad-1.0.dist-info", "entry_points.txt").write_text(
        "[lifecare_gql]\nprovstad = lifecare_gql_provstad\n", "utf-8"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "overlay"))

    halland = load_regions(["halland", "provstad"])["halland"]

    assert halland.plugins == ("halland", "provstad")
    [contact] = [one for one in halland.contacts if one.fact == "Z1"]
    assert contact.phone is not None
    assert halland.source("Z1").quote == "Vårdsamordnarna nås på 0980-31 92 60."


def test_the_doctor_tells_of_a_plugin_that_ends_the_process_and_how_to_start_without_it(tmp_path: Path) -> None:
    install(tmp_path, "killer", "import os\nos._exit(9)\n")
    install(tmp_path, "broken", "raise RuntimeError('no')\n")
    path = os.pathsep.join((str(tmp_path), *(one for one in sys.path if one)))
    environ = {name: value for name, value in os.environ.items() if not name.startswith("LIFECARE_")}
    program = "from lifecare_gql.cli import main; import sys; sys.argv[1:] = ['doctor']; main()"

    told = subprocess.run(
        [sys.executable, "-c", program],
        env=environ | {"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )

    assert told.returncode == 1, told.stderr
    assert "  killer (lifecare-killer 1.0): faulty\n    ended the process with 9" in told.stdout
    assert "broken: broken cannot be imported: RuntimeError: no" in told.stdout
    assert "  halland (lifecare-gql-halland 0.1.0): well\n" in told.stdout
    assert "LIFECARE_REGIONS=halland,orebro,stockholm,vasternorrland\n" in told.stdout
    assert "pip uninstall lifecare-killer" in told.stdout
