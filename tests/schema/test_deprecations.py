"""Deprecation: a reason names its day, and an answer names what of the request will be removed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any

import pytest
import strawberry

from lifecare_gql.actions.session import Session
from lifecare_gql.regions import Regions
from lifecare_gql.schema import Context, build_schema
from lifecare_gql.schema.building import assembled
from lifecare_gql.schema.deprecations import Uses, deprecated, removed_after, undated

DAY = "2030-06-30"


def reason(instead: str) -> str:
    return f"Use {instead}. Removed after {DAY}."


@strawberry.enum(description="Which.")
class Which(Enum):
    NEW = "NEW"
    OLD = strawberry.enum_value("OLD", deprecation_reason=reason("NEW"))


@strawberry.input(description="Below.")
class Below:
    which: Which = Which.NEW
    old: int | None = strawberry.field(default=None, deprecation_reason=reason("which"))


@strawberry.input(description="Asked.")
class Asked:
    below: list[Below] = strawberry.field(default_factory=list)
    text: str = ""


@strawberry.input(description="Clean.")
class Clean:
    text: str = ""


@strawberry.type(description="Query.")
class Old:
    @strawberry.field(description="Now.")
    def now(self) -> int:
        return 1

    @strawberry.field(description="Then.", deprecation_reason=reason("now"))
    def then(self) -> int:
        return 1

    @strawberry.field(description="Asks.")
    def asks(
        self,
        asked: Asked | None = None,
        clean: Clean | None = None,
        which: Which = Which.NEW,
        old: Annotated[int | None, strawberry.argument(deprecation_reason=reason("which"))] = None,
    ) -> Which:
        return which


SCHEMA = assembled(Old)
USED: dict[str, tuple[str, Mapping[str, Any], set[str]]] = {
    "nothing": ("{ now }", {}, set()),
    "a field": ("{ now then }", {}, {"Old.then"}),
    "a field in a fragment": ("{ ...F } fragment F on Old { then }", {}, {"Old.then"}),
    "an argument": ("{ asks(old: 1) }", {}, {"Old.asks(old:)"}),
    "an enum value": ("{ asks(which: OLD) }", {}, {"Which.OLD"}),
    "an enum value in a list": ("{ asks(asked: {below: [{which: OLD}]}) }", {}, {"Which.OLD"}),
    "an input field": ("{ asks(asked: {below: {old: 1}}) }", {}, {"Below.old"}),
    "a variable's enum value": ("query Q($w: Which!) { asks(which: $w) }", {"w": "OLD"}, {"Which.OLD"}),
    "a variable's other value": ("query Q($w: Which!) { asks(which: $w) }", {"w": "NEW"}, set()),
    "a variable's input field": (
        "query Q($a: Asked) { asks(asked: $a) }",
        {"a": {"text": "old", "below": [{"old": 1, "which": "OLD"}]}},
        {"Below.old", "Which.OLD"},
    ),
    "a list of one": ("query Q($a: Asked) { asks(asked: $a) }", {"a": {"below": {"old": 1}}}, {"Below.old"}),
    "a variable that can hold none": ("query Q($c: Clean) { asks(clean: $c) }", {"c": {"text": "OLD"}}, set()),
    "a variable's null": ("query Q($a: Asked) { asks(asked: $a) }", {"a": None}, set()),
    "a variable's default": ("query Q($w: Which = OLD) { asks(which: $w) }", {}, {"Which.OLD"}),
    "several": ("{ then asks(old: 1, which: OLD) }", {}, {"Old.asks(old:)", "Old.then", "Which.OLD"}),
}  # fmt: skip


def context(regions: Regions) -> Context:
    session = Session(db=None, regions=regions, caller=None, now=dt.datetime.now(dt.UTC), secret=b"")  # type: ignore[arg-type]
    return Context(session=session)


@pytest.mark.parametrize("name", USED)
async def test_an_answer_names_what_of_the_request_is_deprecated(name: str, regions: Regions) -> None:
    query, variables, places = USED[name]
    for _ in range(2):  # the second time from the cache
        answer = await SCHEMA.execute(query, variable_values=dict(variables), context_value=context(regions))
        assert answer.errors is None
        told = (answer.extensions or {}).get("deprecations", [])
        assert [one["coordinate"] for one in told] == sorted(places)
        assert {(one["removedAfter"], one["reason"][-12:]) for one in told} <= {(DAY, f" {DAY}.")}
        assert bool(told) == ("deprecations" in (answer.extensions or {}))


async def test_a_refused_document_is_not_looked_into(regions: Regions) -> None:
    answer = await SCHEMA.execute("{ then nothing }", context_value=context(regions))
    assert answer.errors
    assert "deprecations" not in (answer.extensions or {})


def test_a_document_is_looked_through_once(monkeypatch: pytest.MonkeyPatch) -> None:
    uses = Uses(SCHEMA._schema)
    assert [one.coordinate for one in uses.of("{ then }")] == ["Old.then"]
    monkeypatch.setattr("lifecare_gql.schema.deprecations.parse", lambda _: pytest.fail("parsed again"))
    assert [one.coordinate for one in uses.of("{ then }")] == ["Old.then"]


def test_everything_deprecated_is_found_with_its_day() -> None:
    found = deprecated(SCHEMA._schema)
    assert set(found) == {"Old.then", "Old.asks(old:)", "Below.old", "Which.OLD"}
    assert {one.removed_after for one in found.values()} == {dt.date(2030, 6, 30)}
    assert undated(SCHEMA._schema) == []


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("Use x. Removed after 2030-06-30.", dt.date(2030, 6, 30)),
        ("Removed after 2030-06-30.", None),  # a reason says what to do instead
        ("Use x. Removed after 2030-06-31.", None),
        ("Use x. Removed after 2030-06-30", None),
        ("Use x. Removed after 30 June 2030.", None),
        ("No longer supported", None),
    ],
)
def test_the_day_of_a_reason(text: str, day: dt.date | None) -> None:
    assert removed_after(text) == day


def test_our_schema_deprecates_nothing_without_a_day(regions: Regions) -> None:
    assert undated(build_schema(regions)._schema) == []
