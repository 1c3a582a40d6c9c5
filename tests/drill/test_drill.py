"""The drill of an outage, in every region: its story, its count, and that it fails when something is left undone.

The stories are kept as text (`stories/`). After a meant change, ``LIFECARE_TEST_NEW_STORIES=1`` writes them anew.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from lifecare_gql.domain.calendar import STOCKHOLM
from lifecare_gql.domain.outage_words import RecoveryKind
from lifecare_gql.drill import morning, play
from lifecare_gql.drill.counting import Group, differences
from lifecare_gql.errors import ConfigurationError
from lifecare_gql.kits import check_kit
from lifecare_gql.regions import Regions, load_regions

STORIES = Path(__file__).parent / "stories"
START = dt.datetime(2026, 11, 25, 8, 0, tzinfo=STOCKHOLM)
IN_ORDER = (
    "nekas: Driftstopp i Region Västernorrland",
    "»Vid driftstopp i Lifecare SP sker all kommunikation mellan region och kommun via telefon.« (V10,",
    "Region Halland berörs inte",
    "Det nekas. Källan säger: »Utskrivningsklar-meddelande« (V31)",
    "ingen uppgift hos någon enhet",
    "Kvar i regionen: ingenting.",
    "Rapporten stämmer med övningens egen räkning",
)


def kept(story: str, region: str) -> str:
    """The story as it is kept; the new one, if new ones are to be kept."""
    path = STORIES / f"{region}.txt"
    if os.environ.get("LIFECARE_TEST_NEW_STORIES"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(story, "utf-8")
    return path.read_text("utf-8")


@pytest.mark.parametrize("region", ["halland", "orebro", "stockholm", "vasternorrland"])
async def test_the_story_of_each_region(region: str, regions: Regions, tmp_path: Path) -> None:
    lines: list[str] = []

    report = await play(region, regions, START, lines.append, tmp_path / "out")

    story = "".join(f"{line}\n" for line in lines)
    assert story == kept(story, region)
    assert (tmp_path / "out" / "story.txt").read_text("utf-8") == story
    assert json.loads((tmp_path / "out" / "report.json").read_text("utf-8")) == report
    assert not re.search(r"\d{6}[-+]?\d{4}|_[0-9a-f]{32}", story)
    assert sum(one["left"] for one in report["counts"]) == 0
    assert {one["kind"] for one in report["counts"]} == (
        set(RecoveryKind) if region == "vasternorrland" else set()
    )


def test_the_story_tells_what_it_must() -> None:
    told = " ".join((STORIES / "vasternorrland.txt").read_text("utf-8").split())
    places = [told.index(one) for one in IN_ORDER]
    assert places == sorted(places)
    for number in ("0611-800 00", "060-19 10 00", "0660 890 70"):  # V55, V58, V7
        assert number in told
    assert "Ingen avbrottsrutin är publicerad" in (STORIES / "stockholm.txt").read_text("utf-8")
    assert "Citerat ur regionens källor: S17." in (STORIES / "stockholm.txt").read_text("utf-8")


async def test_over_the_night_when_the_clocks_change_no_hour_is_lost(tmp_path: Path) -> None:
    start = dt.datetime(2026, 10, 24, 23, 30, tzinfo=STOCKHOLM)
    lines: list[str] = []

    report = await play("vasternorrland", load_regions(["vasternorrland"]), start, lines.append)

    began, ended = (dt.datetime.fromisoformat(report["interval"][name]) for name in ("startsAt", "endsAt"))
    assert report["minutes"] == (ended - began) / dt.timedelta(minutes=1)
    assert began.astimezone(STOCKHOLM).utcoffset() != ended.astimezone(STOCKHOLM).utcoffset()
    told = " ".join(" ".join(lines).split())
    assert "Söndag 25 oktober 2026" in told
    assert "Ingen annan region är med i övningen" in told
    assert "Rapporten stämmer med övningens egen räkning" in told


SENT = RecoveryKind.SEND_FORM
COUNTS: dict[str, tuple[Counter[Group], list[tuple[str | None, int, int]], int]] = {
    # what the drill has counted, what the report says (municipality, done, left), how many differences
    "the same": (Counter({("2281", SENT): 2}), [("2281", 2, 0)], 0),
    "too few": (Counter({("2281", SENT): 2}), [("2281", 1, 0)], 1),
    "some left": (Counter({("2281", SENT): 2}), [("2281", 2, 1)], 1),
    "another municipality": (Counter({("2281", SENT): 2}), [(None, 2, 0)], 2),
    "not in the report": (Counter({("2281", SENT): 2}), [], 1),
    "only in the report": (Counter(), [("2281", 1, 0)], 1),
}


@pytest.mark.parametrize("name", COUNTS)
def test_any_difference_between_the_counts_is_told(name: str) -> None:
    counted, told, number = COUNTS[name]
    counts = [{"municipality": code, "kind": SENT, "done": done, "left": left} for code, done, left in told]
    assert len(list(differences(counted, {"counts": counts}))) == number


async def test_a_region_that_is_not_enabled_is_told(regions: Regions) -> None:
    with pytest.raises(ConfigurationError, match="No region atlantis is enabled"):
        await play("atlantis", regions, START, print)


def test_a_drill_begins_at_eight_on_the_day() -> None:
    late = dt.datetime(2026, 10, 24, 23, 30, tzinfo=dt.UTC)  # 01:30 on the 25th in Sweden
    assert morning(late).isoformat() == "2026-10-25T08:00:00+01:00"


def commanded(*arguments: str, directory: Path, code: str = "") -> subprocess.CompletedProcess[str]:
    """The command as its user runs it, in an empty directory; `code` is run before it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LIFECARE_")}
    environment |= {
        "PYTHONPATH": os.pathsep.join([str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH", "")]),
        "LIFECARE_REGIONS": "vasternorrland",
    }
    program = f"import sys\nfrom lifecare_gql.cli import main\n{code}\nmain()"
    command = [sys.executable, "-c", program, "drill", "vasternorrland", *arguments]
    return subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True)


def test_the_command_leaves_story_kits_and_report_and_no_database(tmp_path: Path) -> None:
    told = commanded("--out", "out", directory=tmp_path)

    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout == (tmp_path / "out" / "story.txt").read_text("utf-8")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    kits = [path for path in (tmp_path / "out" / "kits").iterdir() if path.is_dir()]
    assert len(kits) == 9
    assert all(check_kit(one, tmp_path / "out" / "kits" / "key.pem") for one in kits)


def test_the_command_fails_when_a_task_is_left_undone(tmp_path: Path) -> None:
    code = """
from lifecare_gql.domain.outage_words import RecoveryKind
from lifecare_gql.drill import doing
async def nothing(drill, task): pass
doing.WAYS[RecoveryKind.REGISTER_DISCHARGED] = nothing"""

    told = commanded("--out", "out", directory=tmp_path, code=code)

    assert told.returncode == 1
    assert told.stderr == (
        "Vårdavdelning Asken (demo) har kvar uppgiften »registrera som utskriven« för Holger.\n"
    )
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["kits", "story.txt"]
    assert (tmp_path / "out" / "story.txt").read_text("utf-8") == told.stdout
