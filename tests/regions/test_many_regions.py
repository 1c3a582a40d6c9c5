"""All 21 regions at once: the four, and 17 that the scaffold writes. `make bench-regions` measures their cost."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lifecare_gql.app import create_app
from lifecare_gql.regions import Regions, load_regions
from lifecare_gql.schema import build_schema
from lifecare_gql.settings import Settings
from lifecare_gql.testing import examine, subject_in
from tests.conftest import Clock
from tests.regions.many import OTHERS, write_many
from tests.regions.plugins import CODES
from tests.regions.test_hostile import ONE_DATABASE, client

ALL = sorted([*CODES, *OTHERS])
TODAY = dt.date(2026, 11, 23)


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Path]]:
    """The folders of the 17 plugins, on the path, and imported, while the module runs."""
    written = write_many(tmp_path_factory.mktemp("many"))
    before = list(sys.path)
    sys.path += map(str, written)
    yield written
    sys.path[:] = before
    invented = {f"lifecare_gql_{code}" for code in OTHERS}
    for name in [name for name in sys.modules if name.partition(".")[0] in invented]:
        del sys.modules[name]  # another test may write a plugin of that name


@pytest.fixture(scope="module")
def many(homes: list[Path]) -> Regions:
    return load_regions()


def test_there_are_21_regions_and_nothing_is_wrong(many: Regions) -> None:
    assert (len(OTHERS), list(many)) == (17, ALL)
    assert many.problems == ()
    assert len({region.info.county_code for region in many.values()}) == 21


@pytest.mark.parametrize("at", range(len(OTHERS)), ids=list(OTHERS))
def test_each_of_them_passes_the_kit(at: int, homes: list[Path]) -> None:
    found = examine(subject_in(homes[at], TODAY))
    assert [one.told() for check, findings in found if not check.warns for one in findings] == []


def test_the_schema_does_not_grow_with_the_regions(many: Regions) -> None:
    assert build_schema(many).as_str() == build_schema(load_regions(list(CODES))).as_str()


@ONE_DATABASE
async def test_all_are_asked_the_same(many: Regions, settings: Settings, clock: Clock) -> None:
    query = """{ regions { code }
      compareRegions(draft: {topic: "QUESTION"}) { outcomes { region } unanswered { region } }
      compareDischarge { questions { positions { region } } unanswered { region } }
      compareOutage(careType: OUTPATIENT) { questions { positions { region } } unanswered { region } } }"""
    async with client(create_app(settings, many, clock), settings, clock) as api:
        found = await api(query)

    assert [one["code"] for one in found["regions"]] == ALL
    assert [one["region"] for one in found["compareRegions"]["outcomes"]] == ALL
    for name in ("compareDischarge", "compareOutage"):
        for question in found[name]["questions"]:
            assert [one["region"] for one in question["positions"]] == ALL
    assert all(one["unanswered"] == [] for name, one in found.items() if name != "regions")
