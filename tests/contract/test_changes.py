"""Every way to break a client is found, with the coordinate; what is decided on passes, and nothing else does."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_schema
from graphql.utilities import resolve_schema_coordinate

from lifecare_gql.contract.allowed import Entry, entries, faults
from lifecare_gql.contract.changes import Change, Weight, changes, coordinate_of
from lifecare_gql.errors import ConfigurationError
from tests.contract.breaks import BREAKS, HARMLESS, SDL

TODAY = dt.date(2026, 11, 25)


def schemas(old: str, new: str) -> tuple[GraphQLSchema, GraphQLSchema]:
    assert SDL.count(old) >= 1
    return build_schema(SDL), build_schema(SDL.replace(old, new, 1))


def judged(old: str, new: str, *allowed: Entry) -> list[str]:
    before, now = schemas(old, new)
    return faults(changes(before, now), allowed, before, now, TODAY)


def entry(one: Change, **said: object) -> Entry:
    told = {"why": "Nobody ever used it.", "clients": "Ask for name instead.", "date": TODAY}
    return Entry.model_validate({"coordinate": one.coordinate, "change": one.told, **told, **said})


@pytest.mark.parametrize("name", BREAKS)
def test_a_break_is_found_with_its_coordinate_and_passes_only_when_it_is_allowed(name: str) -> None:
    old, new, coordinate, kind, weight = BREAKS[name]
    before, now = schemas(old, new)
    found = [one for one in changes(before, now) if one.to_be_allowed]

    assert (coordinate, kind, weight) in {(one.coordinate, one.kind, one.weight) for one in found}
    assert all(f"{one.coordinate}: {one.weight}" in "\n".join(judged(old, new)) for one in found)
    assert judged(old, new, *map(entry, found)) == []
    assert len(judged(old, new, *map(entry, found[1:]))) == 1
    for one in found:
        assert resolve_schema_coordinate(before, one.coordinate) or resolve_schema_coordinate(now, one.coordinate)


@pytest.mark.parametrize("name", HARMLESS)
def test_what_hurts_nobody_needs_no_decision_but_is_told(name: str) -> None:
    old, new, coordinate, weight = HARMLESS[name]
    [one] = changes(*schemas(old, new))
    assert (one.coordinate, one.weight) == (coordinate, weight)
    assert judged(old, new) == []


def test_the_same_schema_has_no_changes() -> None:
    assert changes(build_schema(SDL), build_schema(SDL)) == []


def test_a_type_that_goes_takes_what_needs_it_along() -> None:
    found = changes(*schemas("type Unit { id: ID! }\n\nunion Found = Patient | Unit", "union Found = Patient"))
    assert {(one.coordinate, one.kind) for one in found} == {
        ("Unit", "TYPE_REMOVED"),
        ("Found", "TYPE_REMOVED_FROM_UNION"),
    }


def test_the_root_of_the_mutations_stays() -> None:
    before = build_schema("type Query { a: ID } type Mutation { b: ID }")
    now = build_schema("schema { query: Query } type Query { a: ID } type Mutation { b: ID }")
    assert [(one.coordinate, one.kind) for one in changes(before, now)] == [("Mutation", "ROOT_TYPE_CHANGED")]


REMOVED = (BREAKS["a field removed"][0], BREAKS["a field removed"][1])


def allowed_removal(**said: object) -> Entry:
    [one] = changes(*schemas(*REMOVED))
    return entry(one, **said)


def test_an_entry_that_fits_nothing_is_a_fault() -> None:
    stale = allowed_removal(change="Field Patient.nickname was removed long ago.")
    assert judged("x", "x", allowed_removal()) == [
        "Patient.nickname: an entry allows what is no change: Field Patient.nickname was removed."
    ]
    assert len(judged(*REMOVED, stale)) == 2
    assert judged(*REMOVED, allowed_removal(), allowed_removal()) == [
        "Patient.nickname: allowed twice: Field Patient.nickname was removed."
    ]
    assert "yet to come" in judged(*REMOVED, allowed_removal(date=TODAY + dt.timedelta(days=1)))[0]


@pytest.mark.parametrize(("field", "day", "kept"), [("old", "2026-06-30", False), ("older", "2027-06-30", True)])
def test_what_was_promised_until_a_day_stays_until_then(field: str, day: str, kept: bool) -> None:
    line = f'  {field}: String @deprecated(reason: "Use name. Removed after {day}.")\n'
    [one] = changes(*schemas(line, ""))
    told = judged(line, "", entry(one))
    assert told == ([f"Patient.{field}: it was promised until {day}, and is removed before."] if kept else [])


def test_it_stays_also_when_its_type_goes() -> None:
    before, now = build_schema(SDL), build_schema("type Query { seen: ID }")
    found = changes(before, now)
    told = faults(found, [entry(one) for one in found if one.to_be_allowed], before, now, TODAY)
    assert told == ["Patient.older: it was promised until 2027-06-30, and is removed before."]


@pytest.mark.parametrize("reason", ["Use name.", "Removed after 2027-06-30", "Use it. Removed after 2027-02-30."])
def test_a_deprecation_without_its_day_is_a_fault(reason: str) -> None:
    told = judged("nickname: String", f"nickname: String @deprecated(reason: {json.dumps(reason)})")
    assert told == ['Patient.nickname: the reason must end with "Removed after YYYY-MM-DD."']


def test_a_sentence_that_nobody_knows_stops_the_check() -> None:
    with pytest.raises(ValueError, match="no coordinate"):
        coordinate_of("Something happened")


def test_the_weights_are_sorted_from_the_worst() -> None:
    assert list(Weight)[:2] == [Weight.BREAKING, Weight.DANGEROUS]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[change]", "is no TOML"),
        ('[[change]]\ncoordinate = "A"\n', "change.0.why"),
        (
            '[[change]]\ndate = 2026-01-01\ncoordinate = "A"\nchange = "x"\nwhy = ""\nclients = "y"\n',
            "change.0.why",
        ),
        ("[[changes]]\n", "changes: Extra inputs"),
    ],
)
def test_a_file_that_says_too_little_is_refused(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "changes.toml").write_text(text)
    with pytest.raises(ConfigurationError, match=told):
        entries(tmp_path / "changes.toml")
