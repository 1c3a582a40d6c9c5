"""docs/http.md says what the program does."""

from __future__ import annotations

import re
from pathlib import Path

from lifecare_gql.schema.limits import LIMITS, MEANINGS
from lifecare_gql.settings import BUDGETS, CALLER, Settings
from lifecare_gql.web.answers import STATUS
from lifecare_gql.web.refusals import CODES
from lifecare_gql.web.requests import MAX_URL_BYTES
from lifecare_gql.web.telling import tables
from lifecare_gql.web.wire import MAX_BODY_BYTES, MAX_NESTING
from tests.web.test_limits import COUNTED, WORKED

PAGE = (Path(__file__).parents[2] / "docs" / "http.md").read_text("utf-8")
_INSIDE = {"TOO_MANY_OPERATIONS", "REGION_UNAVAILABLE"}
_NO_CODES = {"FORWARDED_ALLOW_IPS"}


def test_the_tables_are_those_of_the_program() -> None:
    found = dict(re.findall(r"<!-- (\w+) -->\n\n(.*?)\n\n<!-- /\1 -->", PAGE, re.DOTALL))

    assert found == tables()
    assert set(LIMITS) <= set(MEANINGS)


def test_the_worked_example_is_the_one_that_is_counted() -> None:
    assert WORKED in PAGE
    assert f"| together | {COUNTED['the worked example'][2]} |" in PAGE
    assert f"above {1 + COUNTED['the worked example'][2] // 100}, a mutation 5." in PAGE


def test_every_code_and_setting_that_is_named_exists() -> None:
    codes = {code for code in re.findall(r"`([A-Z]+_[A-Z_]+)`", PAGE) if not code.startswith("LIFECARE_")}
    settings = {name.lower() for name in re.findall(r"LIFECARE_([A-Z_]+)", PAGE)}

    assert codes - _INSIDE - _NO_CODES - set(BUDGETS) <= set(STATUS) | set(CODES.values())
    assert settings <= set(Settings.model_fields)
    assert f"at most {MAX_BODY_BYTES // 1024} KiB, nested at most {MAX_NESTING} levels" in PAGE
    assert f"at most {MAX_URL_BYTES // 1024} KiB" in PAGE
    assert f"q={BUDGETS[CALLER].points};w={Settings().rate_window_seconds}" in PAGE
