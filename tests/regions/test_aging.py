"""Facts age: what is known of their time, what is stale, whom to ring, and what changed between two versions."""

from __future__ import annotations

import csv
import datetime as dt
import io
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from lifecare_gql.cli import cli
from lifecare_gql.domain.aging import Age, StaleReason, age_of, numbers_to_verify, stale
from lifecare_gql.domain.lifetimes import Lifetime
from lifecare_gql.domain.region import Region
from lifecare_gql.region_diff import differences
from tests.regions.plugins import CODES, four_regions

ROOT = Path(__file__).parents[2]
TODAY = dt.date(2026, 11, 22)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def halland(fact: dict[str, Any] | None = None, **document: Any) -> Region:
    """Halland with its first fact's lifetime, or something of its document, told otherwise."""
    region = four_regions()["halland"]
    [told] = region.info.documents
    first, *others = region.info.facts
    changed = replace(first, lifetime=Lifetime(**fact) if fact else None)
    info = replace(region.info, documents=(replace(told, **document),), facts=(changed, *others))
    return replace(region, info=info)


def reasons(region: Region, key: str = "H1", days: int = 183) -> set[StaleReason]:
    return {one.reason for one in stale(region, TODAY, days) if one.key == key}


CASES: list[tuple[str, dict[str, Any], dict[str, Any], set[str]]] = [
    ("nothing is said", {}, {}, {"NEVER_REVIEWED"}),
    ("reviewed today", {"reviewed_at": TODAY}, {}, set()),
    ("reviewed exactly half a year ago", {"reviewed_at": TODAY - dt.timedelta(days=183)}, {}, set()),
    ("a day more", {"reviewed_at": TODAY - dt.timedelta(days=184)}, {}, {"REVIEWED_LONG_AGO"}),
    ("its last day is today", {"reviewed_at": TODAY, "valid_to": TODAY}, {}, set()),
    ("its last day was yesterday", {"reviewed_at": TODAY, "valid_to": day("2026-11-21")}, {}, {"EXPIRED"}),
    ("its first day is tomorrow", {"reviewed_at": TODAY, "valid_from": day("2026-11-23")}, {}, {"NOT_YET_VALID"}),
    ("its document has run out", {"reviewed_at": TODAY}, {"valid_to": day("2026-01-01")}, {"EXPIRED"}),
    ("its own day goes first", {"reviewed_at": TODAY, "valid_to": TODAY}, {"valid_to": day("2026-01-01")}, set()),
    ("its document is undecided", {"reviewed_at": TODAY}, {"decided": False}, {"SOURCE_UNDECIDED"}),
    ("its document is replaced", {"reviewed_at": TODAY}, {"superseded_by": "x"}, {"SOURCE_SUPERSEDED"}),
    ("its document was fact-checked", {}, {"fact_checked": TODAY}, set()),
]


@pytest.mark.parametrize(("case", "fact", "document", "found"), CASES, ids=[row[0] for row in CASES])
def test_what_may_no_longer_hold(
    case: str, fact: dict[str, Any], document: dict[str, Any], found: set[str]
) -> None:
    assert reasons(halland(fact, **document)) == {StaleReason(one) for one in found}


def test_a_contact_is_not_reviewed_because_its_document_was() -> None:
    region = halland(fact_checked=TODAY)
    assert StaleReason.NEVER_REVIEWED in reasons(region, "kommunens-mottagare-for-remisser")


def test_what_ends_does_not_end_before_it_begins() -> None:
    with pytest.raises(ValidationError, match="valid_to must not come before valid_from"):
        Lifetime(valid_from=TODAY, valid_to=day("2026-11-21"))


THINGS = [
    (region, thing)
    for region in four_regions().values()
    for thing in (*region.info.facts, *region.contacts, *region.switchboards)
]


def test_what_is_not_known_of_any_fact_contact_or_number_is_null_with_a_reason() -> None:
    names = ("valid_from", "valid_to", "reviewed_at", "owner", "source_status")
    assert len(THINGS) > 163
    for region, thing in THINGS:
        age: Age = age_of(region, thing)
        assert [one.field for one in age.unsaid] == [name for name in names if getattr(age, name) is None]
        assert all(one.reason for one in age.unsaid)


def test_nothing_of_the_four_is_called_reviewed_by_us() -> None:
    reviewed = Counter(region.code for region, thing in THINGS if age_of(region, thing).reviewed_at)
    told = [fact for fact in four_regions()["stockholm"].info.facts if fact.document == "inforande-2021"]
    assert reviewed == {"stockholm": len(told)}  # its document says that it was fact-checked in 2020


def test_the_numbers_to_ring_are_vasternorrlands_nine_and_the_oldest_call_comes_first() -> None:
    region = four_regions()["vasternorrland"]
    called = replace(region.switchboards[0], lifetime=Lifetime(reviewed_at=TODAY))
    numbers = list(numbers_to_verify(replace(region, switchboards=(called, *region.switchboards[1:]))))
    assert len(numbers) == 9
    assert (numbers[-1].name, numbers[-1].reviewed_at) == ("Region Västernorrland", TODAY)
    assert {code for code in CODES if any(numbers_to_verify(four_regions()[code]))} == {"vasternorrland"}


# --- the commands ---


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("LIFECARE_STATE_DIR", str(tmp_path))
    return lambda *words: CliRunner().invoke(cli, list(words), catch_exceptions=False)


def test_the_numbers_are_a_list_to_print_and_a_file_for_a_spreadsheet(run: Any) -> None:
    printed = run("region", "numbers", "vasternorrland").stdout
    assert "[ ] 060-19 10 00     Sundsvall kommun, fråga efter ansvarig biståndshandläggare\n" in printed
    assert printed.count("Senast kontrollringt: aldrig noterat. Svar: ____") == 9
    rows = list(
        csv.DictReader(io.StringIO(run("region", "numbers", "vasternorrland", "--csv").stdout), delimiter=";")
    )
    assert len(rows) == 9
    assert {row["e164"] for row in rows} >= {"+4660191000", "+4666089070"}
    assert {row["faktum"] for row in rows} == {"V7", "V55", "V58"}


def test_stale_warns_and_does_not_fail(run: Any) -> None:
    told = run("region", "stale", "stockholm")
    assert told.exit_code == 0
    assert "SOURCE_SUPERSEDED\tfact S108\tDet nya IT-stödet Lifecare SP (2021-04-20)\n" in told.stdout
    assert "NEVER_REVIEWED\tcontact it-portal\tLifecare SP\n" in told.stdout


def test_an_unknown_region_is_told(run: Any) -> None:
    with pytest.raises(
        Exception, match=r"No region skane\. Enabled: halland, orebro, stockholm, vasternorrland\."
    ):
        run("region", "stale", "skane")


EXPLAINED = [
    (
        "HAL-H10",
        ["Routine of Region Halland", "halland 0.1.0", "data/routines.toml, hook lifecare_routines", "H10"],
    ),
    (
        "servicedesk",
        ["Contact of Region Stockholm", "Contact of Region Västernorrland", "[1.0, EJ BESLUTAD, 2025-10-02]"],
    ),
    ("V58", ["Fact of Region Västernorrland", "data/region.toml"]),
    ("StockholmQuery", ["type StockholmQuery of Region Stockholm", "the plugin's own code, hook lifecare_schema"]),
    ("Unit.stockholmRolloutStages", ["TypeField of Region Stockholm", "hook 12 of 14 of the plugin's"]),
    ("HAL-HP1", ["PlanningBasisTime of Region Halland", "data/process.toml"]),
]


@pytest.mark.parametrize(("what", "told"), EXPLAINED)
def test_where_something_comes_from(what: str, told: list[str], run: Any) -> None:
    printed = run("regions", "explain", what).stdout
    for words in told:
        assert words in printed
    assert "answered in" in printed


def test_what_the_deployment_overrode_is_told(run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIFECARE_ASSUMPTIONS", '{"halland": {"office_opens": "07:00"}}')
    told = run("regions", "explain", "HAL-H13").stdout
    assert "overridden   by the deployment (LIFECARE_ASSUMPTIONS): office_opens = 07:00" in told


def test_what_nobody_supplied_is_told(run: Any) -> None:
    with pytest.raises(Exception, match="No enabled plugin supplied Unit"):
        run("regions", "explain", "Unit")


# --- what changed ---

CHANGES = [
    ("routines", "working_days = 3", "working_days = 2", "~ routines.duties.HAL-H13.working_days: 3 → 2"),
    ("routines", 'severity = "WARN"\n', "", "- routines.routines.HAL-H5.severity: WARN"),
    (
        "contacts",
        'fact = "H18"',
        'phone = { printed = "0980-31 92 01" }\nfact = "H18"',
        "+ contacts.contacts.kommunens",
    ),
    ("facts", 'text = "Systemet', 'text = "It-systemet', "~ facts.facts.H4.quotes.0.text: Systemet stödjer"),
    ("region", 'name = "Hylte"', 'name = "Hyltebruk"', "~ region.municipalities.1315.name: Hylte → Hyltebruk"),
]


@pytest.mark.parametrize(("file", "old", "new", "told"), CHANGES)
def test_a_change_is_told_by_what_it_is_called(file: str, old: str, new: str, told: str, tmp_path: Path) -> None:
    before = ROOT / "plugins" / "halland"
    shutil.copytree(before, tmp_path / "new")
    path = tmp_path / "new" / "lifecare_gql_halland" / "data" / f"{file}.toml"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")

    [line, *resting] = differences(before, tmp_path / "new")

    assert line.startswith(told) or told in line
    expected = {"routines": "    H", "contacts": "    H18: ”"}.get(file)
    assert [one for one in resting if expected and one.startswith(expected)] == resting


def test_the_fact_that_a_change_rests_on_is_quoted(tmp_path: Path) -> None:
    before = ROOT / "plugins" / "halland" / "lifecare_gql_halland" / "data"
    shutil.copytree(before, tmp_path / "data")
    path = tmp_path / "data" / "routines.toml"
    path.write_text(path.read_text("utf-8").replace("working_days = 3", "working_days = 2"), "utf-8")

    assert list(differences(before, tmp_path / "data"))[1].startswith("    H13: ”")


def test_nothing_changed_and_nothing_there(run: Any, tmp_path: Path) -> None:
    folder = str(ROOT / "plugins" / "halland")
    assert run("region", "diff", folder, folder).stdout == "Nothing has changed.\n"
    with pytest.raises(Exception, match="holds no data of a region"):
        run("region", "diff", folder, str(tmp_path))
