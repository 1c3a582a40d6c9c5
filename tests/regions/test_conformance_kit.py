"""The conformance kit: for every check a fault is planted, and the check says what to write, and where."""

from __future__ import annotations

import datetime as dt
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from lifecare_gql.regions import plugin_of
from lifecare_gql.testing import CHECKS, Finding, Subject, examine, subject_in
from lifecare_gql.testing.plugin import Conformance
from tests.regions.plugins import CODES

ROOT = Path(__file__).parents[2]
TODAY = dt.date(2026, 11, 22)
HOOK = """
import threading
from itertools import count
from pathlib import Path
from lifecare_gql import hookimpl
from lifecare_gql.domain.region import ContactBook
from lifecare_gql.domain.routines import RoutineBook
from lifecare_gql.region_files import read

times = count()


@hookimpl
"""
CONTACTS = f"{HOOK}def lifecare_contacts():\n    %s\n    return read(__package__, 'contacts.toml', ContactBook)\n"
ROUTINES = f"{HOOK}def lifecare_routines(assumptions):\n    %s\n    return %s\n"
BOOK = "read(__package__, 'routines.toml', RoutineBook)"
LIVING = "19" + "1212" + "12" + "-" + "1212"
"""A number that a living person could have, put together here so that no file holds it."""


@dataclass(frozen=True)
class Planted:
    """A fault: the check that sees it, where it is planted, and what is then told."""

    check: str
    region: str
    file: str
    old: str
    new: str
    told: str


D = "data/documents.toml"
F = "data/facts.toml"
R = "data/routines.toml"
PLANTED = [
    Planted("reads", "halland", R, 'severity = "WARN"', 'severety = "WARN"', f"{R}: routines.1.severety: "),
    Planted("reads", "halland", "data/region.toml", 'county_letter = "N"', "", "County letter (länsbokstav)."),
    Planted(
        "reads", "halland", R, 'fact = "H7"\n', "", f"{R}: routines.3.fact: write it: The fact that lays it down."
    ),
    Planted("one-region", "halland", R, 'region = "halland"', 'region = "skane"', 'write region = "halland"'),
    Planted("known-files", "halland", "data/notes.toml", "", "a = 1", "data/notes.toml: rename or remove it"),
    Planted("papers", "halland", "../README.md", "## Kept by", "## By", "README.md: ## Kept by: say which role"),
    Planted("api-version", "halland", "__init__.py", "LIFECARE_API = 1", "", "write LIFECARE_API = 1"),
    Planted("imports-floors", "halland", "plugin.py", "", "import os\n", "plugin.py: import os: import only"),
    Planted(
        *("imports-no-other-region", "halland", "plugin.py", "", "import lifecare_gql_orebro\n"),
        "regions do not meet",
    ),
    Planted(
        "sources", "halland", D, 'field = "kind"', 'field = "colour"', f"{D}: informationskanal.kind: write kind"
    ),
    Planted("documents-used", "halland", D, "", '[[documents]]\nkey = "tom"\ntitle = "T"\n', "the document tom"),
    Planted("quotes", "halland", F, 'text = "Systemet', 'text = " Systemet', f"{F}: H4.quotes.0: "),
    Planted("quotes", "halland", F, 'text = "Systemet', 'text = "TODO Systemet', "write the document's own words"),
    Planted("verbatim", "halland", "data/texts/informationskanal.txt", "", "annat", f"{F}: H1.quotes.0: copy"),
    Planted(
        *("verbatim-parts", "vasternorrland", "data/outage.toml", "Kvittera alla meddelanden i", "Läs allt i"),
        "quote V41 word for word: 'Läs allt i efterhand'",
    ),
    Planted("rules-used", "halland", F, '["HAL-H7"]', '["HAL-H99"]', f"{F}: H7.used_by: remove HAL-H99"),
    Planted("rules-used", "halland", F, 'used_by = ["HAL-H7"]', 'used_by = ["x"]', "and HAL-H7 in used_by"),
    Planted("codes", "halland", R, '"HAL-H7"', '"HUL-H7"', f"{R}: code: begin all codes with the same letters"),
    Planted("codes", "orebro", R, '"ORE-O14"', '"HAL-O14"', "the region halland uses HAL"),
    Planted(
        "silence", "stockholm", R, "silence = ", "# silence = ", f"{R}: silence: write a routine or duty for a"
    ),
    Planted(
        *("settings", "halland", "data/region.toml", 'field = "outage"', 'field = "outages"'),
        'write data/outage.toml, or [[unsaid]] field = "outage"',
    ),
    Planted(
        "contacts-explained", "halland", "data/contacts.toml", "missing =", "# missing =", "why there is no number"
    ),
    Planted(
        *("outage-whole", "vasternorrland", "data/outage.toml", ', "PSYCHIATRIC_INPATIENT"', ""),
        "write a procedure for PSYCHIATRIC_INPATIENT",
    ),
    Planted("examples", "halland", R, '["HAL-H16"]', '["HAL-H15"]', f"{R}: HAL-H16: write [[examples]] with"),
    Planted(
        "examples-hold", "halland", R, '["HAL-H16"]', '["HAL-H15"]', "the routines say ['HAL-H16'] of 'Nyförskr"
    ),
    Planted("examples-hold", "halland", R, "2026-12-03T17", "2026-12-02T17", f"{R}: examples.1.reply_due: "),
    Planted("deadlines", "halland", R, "working_days = 3", "working_days = 4", f"{R}: HAL-H13.working_days: "),
    Planted(
        "deadlines", "halland", R, "_day = 2", "_day = 3", "HAL-H12.times_a_working_day: write the number of H12"
    ),
    Planted(
        "consent", "orebro", R, 'fact = "O9"', 'fact = "O10"', "ORE-O9.fact: name the fact that speaks of consent"
    ),
    Planted(
        *("phones", "vasternorrland", "data/contacts.toml"),
        'phone = { printed = "0660 890 70", e164 = "+4666089070" }',
        'phone = { printed = "070-174 06 05" }',
        "servicedesk.phone: write the desk's number",
    ),
    Planted(
        *("fictional-numbers", "vasternorrland", "data/contacts.toml"),
        'phone = { printed = "0660 890 70", e164 = "+4666089070" }',
        'phone = { printed = "0980-31 92 01" }',
        "servicedesk.phone: write the document's number",
    ),
    Planted(
        "municipalities", "halland", "data/region.toml", '"1315"', '"1215"', "municipalities.1215: write SCB's"
    ),
    Planted("no-personal-numbers", "halland", F, "", f"# {LIVING}\n", "it could be a living person's"),
    Planted(
        *("no-private-names", "halland", "data/contacts.toml", 'name = "', 'name = "Test Testsson, '),
        "write the role, not the person",
    ),
    Planted(
        *("no-private-names", "halland", "data/contacts.toml", "missing =", 'email = "a.b@exempel.se"\nmissing ='),
        "email: write a functional mailbox",
    ),
    Planted(
        *("schema-builds", "stockholm", "schema.py", 'name="stockholm_rollout_stages"', 'name="rollout_stages"'),
        "Unit.rollout_stages must begin with stockholm_",
    ),
    Planted(
        "clashes-with-nobody", "orebro", R, '"ORE-O14"', '"HAL-H11"', "HAL-H11 is there already, in the region"
    ),
    Planted("speed", "halland", "plugin.py", "", CONTACTS % "threading.Event().wait(1.1)", "do less: it took 1."),
    Planted(
        "same-twice",
        "halland",
        "plugin.py",
        "",
        ROUTINES % ("pass", "RoutineBook(region='halland', silence=str(next(times)))"),
        "lifecare_routines: return",
    ),
    Planted(
        *(
            "arguments-kept",
            "halland",
            "plugin.py",
            "",
            ROUTINES % ("len(assumptions) and assumptions.clear()", BOOK),
        ),
        "leave the assumptions as they are",
    ),
    Planted(
        *("own-data-only", "halland", "plugin.py", ""),
        CONTACTS % "Path(__file__).parents[1].joinpath('pyproject.toml').read_text()",
        "plugin.py: open: read only the files in data/, not ",
    ),
    Planted(
        "own-data-only", "halland", "plugin.py", "", CONTACTS % "Path('x').write_text('')", "open for writing"
    ),
    Planted("texts-at-hand", "halland", "", "", "", "data/texts/informationskanal.txt: save the document's text"),
    Planted("decided", "vasternorrland", "", "", "", "avbrottsrutin.decided: write true once it is; it says that"),
    Planted("owned", "halland", "", "", "", f"{D}: informationskanal.owner: write the role"),
    Planted("reviewed", "halland", "", "", "", f"{F}: H1.lifetime.reviewed_at: write the day"),
    Planted("numbers-called", "vasternorrland", "", "", "", "0611-800 00: write the day somebody rang it"),
    Planted("fresh", "stockholm", "", "", "", "Another document has replaced its document."),
    Planted("ladder-told", "halland", "data/quality.toml", "papers =", "paper =", "rules.papers: write papers = "),
    Planted("ladder-told", "halland", "data/quality.toml", "papers =", "paper =", "rules.paper: remove it"),
    Planted(
        *("ladder-honest", "halland", "data/quality.toml"),
        'owned = { open = "Dokumenten anger ingen ansvarig roll." }',
        'owned = "done"',
        'rules.owned: write { open = "why" } or mend it: owned found',
    ),
]


def planted(one: Planted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Subject:
    """A copy of the region's distribution with the fault in it."""
    package, copy = f"lifecare_gql_{one.region}", f"kit_{tmp_path.name}"
    folder = tmp_path / "distribution"
    shutil.copytree(ROOT / "plugins" / one.region, folder, ignore=shutil.ignore_patterns("__pycache__"))
    root = (folder / package).rename(folder / copy)
    for path in root.glob("*.py"):
        path.write_text(path.read_text("utf-8").replace(package, copy), "utf-8")
    if one.file:
        file = root / one.file
        before = file.read_text("utf-8") if file.exists() else ""
        assert one.old in before
        file.parent.mkdir(exist_ok=True)
        file.write_text(before.replace(one.old, one.new, 1) if one.old else f"{before}\n{one.new}", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(folder))
    others = tuple(plugin_of(f"lifecare_gql_{code}", code) for code in CODES if code != one.region)
    return Subject(plugin_of(copy, one.region), TODAY, others, folder)


@pytest.mark.parametrize("one", PLANTED, ids=[f"{one.check}-{n}" for n, one in enumerate(PLANTED)])
def test_a_planted_fault_is_found_and_told(one: Planted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = list(CHECKS[one.check].run(planted(one, tmp_path, monkeypatch)))

    assert [finding.told() for finding in found if one.told in finding.told()], [each.told() for each in found]
    assert all(finding.file and finding.write for finding in found)


def test_a_finding_fails_the_test_and_a_warning_does_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    unquoted = Planted("quotes", "halland", F, 'text = "Systemet', 'text = " Systemet', "-")
    subject = planted(unquoted, tmp_path, monkeypatch)
    with pytest.raises(pytest.fail.Exception, match=r"data/facts\.toml: H4\.quotes\.0: write the heading"):
        Conformance(CHECKS["quotes"], subject).hold()
    Conformance(CHECKS["owned"], subject).hold()


def test_every_check_has_a_fault_planted_for_it() -> None:
    assert {one.check for one in PLANTED} == set(CHECKS)
    assert len(CHECKS) >= 20


def test_every_check_says_what_it_demands() -> None:
    groups = {"shape", "imports", "truth", "completeness", "sense", "privacy", "schema", "speed", "purity"}
    assert {check.group for check in CHECKS.values()} == groups | {"freshness", "quality"}
    assert all(check.title.endswith(".") for check in CHECKS.values())


def test_an_addition_keeps_the_checks_too() -> None:
    subject = subject_in(Path(__file__).parent / "overlay", TODAY)

    faults: list[Finding] = [one for check, found in examine(subject) if not check.warns for one in found]

    assert [one.told() for one in faults] == []
    assert subject.region is not None
    assert [one.name for one in subject.region.overlays] == ["Provstads sjukhus"]
    assert subject.region.source("Z1").document == "Påhittad telefonlista för Provstads sjukhus"
    assert subject.region.plugins == ("halland", "provstad")
