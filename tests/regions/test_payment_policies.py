"""Payment policies: the core's own, those of the regions, and what stops the start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lifecare_gql.region_files import CORE
from lifecare_gql.regions import load_regions
from tests.regions.plugins import changed, faults_of, four_regions, installed, plugin, rules_of

STOCKHOLM = {"lifecare_payment_policies": rules_of("stockholm")["lifecare_payment_policies"]}


def test_a_region_without_policies_of_its_own_has_the_statutes() -> None:
    regions = four_regions()
    assert {code for code, region in regions.items() if region.payment} == {"stockholm"}
    assert [one.id for one in load_regions(plugins=[installed("halland")]).payment.policies] == [
        "statutory",
        "vgr-average",
        "skane-average",
    ]
    assert regions.payment.policy("stockholm-average") in regions.payment.averages
    assert regions.payment.policy("gotland-average") is None


def test_no_region_is_named_by_a_policy_of_the_core() -> None:
    core = load_regions(plugins=[]).payment
    assert not [one.id for one in core.policies if one.id.startswith(tuple(f"{code}-" for code in four_regions()))]


def test_a_deployment_decides_an_open_point_for_all_its_regions() -> None:
    ours, theirs = (
        load_regions(plugins=[installed("halland")], assumptions=decided).payment
        for decided in ({}, {CORE: {"discharge_day_charged": True}})
    )
    assert (ours.statutory.discharge_day_charged, theirs.statutory.discharge_day_charged) == (False, True)
    assert {one.key: one.value for one in theirs.assumptions}["discharge_day_charged"] is True


DECISIONS: list[tuple[str, dict[str, Any], str]] = [
    ("an unknown key", {"noon": True}, "data/payment.toml has no assumption called noon"),
    ("a word for a yes or no", {"discharge_day_charged": "yes"}, "assumption discharge_day_charged: "),
]


@pytest.mark.parametrize(("case", "decided", "fault"), DECISIONS, ids=[row[0] for row in DECISIONS])
def test_a_decision_that_cannot_be_used_stops_the_start(case: str, decided: dict[str, Any], fault: str) -> None:
    [line] = faults_of(installed("halland"), assumptions={CORE: decided})
    assert fault in line


def text(old: str, new: str) -> Callable[[str], str]:
    return lambda file: file.replace(old, new, 1)


FAULTS = [
    (
        "a parameter without value or reason",
        text("rolling_months = 1\n", ""),
        "payment.toml: policies.0: Value error, unsaid must give the reason for just what is null: rolling_months",
    ),
    ("no source", text("[[policies.sources]]", "[[policies.source]]"), "policies.0.source: Unexpected keyword"),
    ("a word that there is not", text('"CALENDAR_DAYS"', '"DAYS"'), "policies.0.counted_days: Input should be"),
    (
        "another's id",
        text('"stockholm-average"', '"vgr-average"'),
        "stockholm: the payment policy vgr-average must begin with stockholm-",
    ),
]


@pytest.mark.parametrize(("case", "change", "fault"), FAULTS, ids=[row[0] for row in FAULTS])
def test_a_policy_that_does_not_fit_stops_the_start(
    case: str, change: Callable[[str], str], fault: str, tmp_path: Path
) -> None:
    assert any(fault in line for line in faults_of(changed("stockholm", tmp_path, payment=change)))


def test_policies_are_told_apart_by_their_ids(tmp_path: Path) -> None:
    lines = faults_of(changed("stockholm", tmp_path, payment=text('"stockholm-average"', '"vgr-average"')))
    assert "stockholm: the payment policy vgr-average is there 2 times" in lines


def test_a_regions_policies_are_said_by_one_plugin() -> None:
    again = plugin("zz-payment", **STOCKHOLM)
    [line] = faults_of(installed("stockholm"), again)
    told = "lifecare_payment_policies of stockholm is answered already, by the plugin stockholm; one must do"
    assert line == f"zz-payment: {told}"
