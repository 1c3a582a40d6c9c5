"""Which changes somebody has decided on (`contract/changes.toml`), and what is wrong with the rest."""

from __future__ import annotations

import datetime as dt
import json
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated

from graphql import GraphQLSchema
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from lifecare_gql.contract.changes import Change
from lifecare_gql.errors import ConfigurationError
from lifecare_gql.schema.deprecations import deprecated, undated
from lifecare_gql.schema.members import members

Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=10)]


class Entry(BaseModel):
    """A decision that one change may be made. `change` is the sentence that the check says of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    date: dt.date
    coordinate: str
    change: Sentence
    why: Sentence
    clients: Sentence = Field(description="What clients do.")

    @property
    def key(self) -> tuple[str, str]:
        """What it is about."""
        return self.coordinate, self.change


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    change: tuple[Entry, ...] = ()


def entries(path: Path) -> tuple[Entry, ...]:
    """The entries of a file; ConfigurationError says what is wrong with it, a missing file has none."""
    if not path.exists():
        return ()
    try:
        return _File.model_validate(tomllib.loads(path.read_text("utf-8"))).change
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(f"{path} is no TOML: {error}") from None
    except ValidationError as error:
        faults = (f"  {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_url=False))
        raise ConfigurationError("\n".join([f"{path} cannot be used:", *faults])) from None


def faults(
    found: Iterable[Change],
    allowed: Sequence[Entry],
    released: GraphQLSchema,
    current: GraphQLSchema,
    today: dt.date,
) -> list[str]:
    """Everything that hinders the change of the contract; empty when it holds."""
    needed = {(one.coordinate, one.told): one for one in found if one.to_be_allowed}
    given = {one.key: one for one in allowed}
    return [
        *(_not_allowed(one, today) for key, one in needed.items() if key not in given),
        *_stale(allowed, needed.keys(), today),
        *_too_early(released, current, [one for one in allowed if one.key in needed]),
        *(f'{place}: the reason must end with "Removed after YYYY-MM-DD."' for place in undated(current)),
    ]


def _not_allowed(one: Change, today: dt.date) -> str:
    said = {"coordinate": one.coordinate, "change": one.told, "why": "", "clients": ""}
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in said.items()]
    entry = "\n    ".join(["[[change]]", f"date = {today}", *lines])
    return f"{one.coordinate}: {one.weight}, {one.kind}: {one.told} To allow it:\n    {entry}"


def _stale(allowed: Sequence[Entry], needed: Iterable[tuple[str, str]], today: dt.date) -> Iterator[str]:
    keys = [one.key for one in allowed]
    for at, one in enumerate(allowed):
        if one.key not in needed:
            yield f"{one.coordinate}: an entry allows what is no change: {one.change}"
        elif one.key in keys[:at]:
            yield f"{one.coordinate}: allowed twice: {one.change}"
        elif one.date > today:
            yield f"{one.coordinate}: the entry's date {one.date} is yet to come."


def _too_early(released: GraphQLSchema, current: GraphQLSchema, used: Sequence[Entry]) -> Iterator[str]:
    """What was promised until a day stays until then: no entry of an earlier day allows its removal."""
    there = members(current)
    for place, old in deprecated(released).items():
        if place in there or old.removed_after is None:
            continue
        removing = [
            one
            for one in used
            if place == one.coordinate or place.startswith((f"{one.coordinate}.", f"{one.coordinate}("))
        ]
        if any(one.date <= old.removed_after for one in removing):
            yield f"{place}: it was promised until {old.removed_after}, and is removed before."
