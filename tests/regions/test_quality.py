"""The quality ladder: levels, the four regions' real standing, the pages, and the scaffold's list of rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from lifecare_gql.domain.quality import KeptRule, Quality, QualityLadder, QualityRule, Standing, Tier, level
from lifecare_gql.region_files import read_ladder
from lifecare_gql.scaffold import write_region
from lifecare_gql.testing import CHECKS
from lifecare_gql.testing.pages import quality_pages
from tests.regions.plugins import CODES, hooks_of

ROOT = Path(__file__).parents[2]
LADDER = read_ladder()


def rule(name: str, tier: Tier) -> QualityRule:
    return QualityRule(id=name, tier=tier, title="-", why="-", how="-")


SMALL = QualityLadder(rules=(rule("a", Tier.BRONZE), rule("b", Tier.SILVER), rule("c", Tier.GOLD)))

LEVELS: list[tuple[dict[str, Any], Tier | None]] = [
    ({}, None),
    ({"b": "done", "c": "done"}, None),
    ({"a": "done"}, Tier.BRONZE),
    ({"a": {"exempt": "why"}, "b": {"open": "why"}, "c": "done"}, Tier.BRONZE),
    ({"a": "done", "b": {"exempt": "why"}}, Tier.SILVER),
    ({"a": "done", "b": "done", "c": "done"}, Tier.PLATINUM),  # the small ladder demands nothing more
]


@pytest.mark.parametrize(("rules", "reached"), LEVELS)
def test_a_level_is_reached_when_nothing_below_is_open(rules: dict[str, Any], reached: Tier | None) -> None:
    quality = TypeAdapter(Quality).validate_python({"region": "halland", "rules": rules})
    assert level(SMALL, quality) is reached


def test_a_region_that_says_nothing_is_on_no_level() -> None:
    assert level(LADDER, None) is None


FAULTS = [
    ({"a": {"exempt": None}}, "just what is not done has a reason"),
    ({"a": "exempt"}, "just what is not done has a reason"),
    ({"a": {"done": "why"}}, "just what is not done has a reason"),
    ({"a": "perfect"}, "Input should be 'DONE', 'EXEMPT' or 'OPEN'"),
    ({"a": 1}, "Input should be 'DONE', 'EXEMPT' or 'OPEN'"),
]


@pytest.mark.parametrize(("rules", "fault"), FAULTS)
def test_what_is_not_done_says_why(rules: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        TypeAdapter(Quality).validate_python({"region": "halland", "rules": rules})


def test_an_unmentioned_rule_is_open() -> None:
    quality = Quality(region="halland", rules=(KeptRule(rule="a", standing=Standing.DONE),))
    assert (quality.standing("a").standing, quality.standing("b").standing) == (Standing.DONE, Standing.OPEN)


@pytest.mark.parametrize("code", CODES)
def test_the_four_regions_are_silver_and_no_more(code: str) -> None:
    quality = hooks_of(code)["lifecare_quality"]()
    assert level(LADDER, quality) is Tier.SILVER
    nobodys = ("facts-reviewed", "document-texts", "owned", "kept-by-the-region")
    assert {quality.standing(name).standing for name in nobodys} == {Standing.OPEN}


def test_each_tier_has_rules_and_each_rule_names_checks_that_there_are() -> None:
    assert {one.tier for one in LADDER.rules} == set(Tier)
    assert {name for one in LADDER.rules for name in one.checks} <= set(CHECKS)
    assert [one.tier for one in LADDER.rules] == sorted((one.tier for one in LADDER.rules), key=list(Tier).index)


def test_every_check_that_is_a_fault_belongs_to_a_rule() -> None:
    ruled = {name for one in LADDER.rules for name in one.checks}
    about_the_ladder = {"ladder-told", "ladder-honest"}
    assert {one.id for one in CHECKS.values() if not one.warns} - ruled == about_the_ladder


def test_every_rule_has_a_page_and_every_page_a_rule() -> None:
    pages = {path.name: path.read_text("utf-8") for path in ROOT.joinpath("docs", "quality").iterdir()}
    assert pages == dict(quality_pages(LADDER)), "lifecare-gql region rules --pages docs/quality"


def test_a_new_region_is_asked_about_every_rule(tmp_path: Path) -> None:
    write_region("gotland", "Region Gotland", tmp_path)
    text = tmp_path.joinpath("gotland", "lifecare_gql_gotland", "data", "quality.toml").read_text("utf-8")
    asked = [
        line.removeprefix("# ").partition(" = ")[0] for line in text.splitlines() if line.endswith('= "done"')
    ]
    assert asked == [one.id for one in LADDER.rules]
