"""An example of every operation: a document, its variables, and who asks, as files that a test runs on the demo.

``examples/operations/<name>.graphql`` is the document; ``<name>.json`` holds ``variables``, ``actor`` (the id of a
demo actor, or null) and ``first``: which examples are run before it. What a variable says in angle brackets, e.g.
``<startOutage.outage.id>``, is what one of those answered.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from lifecare_gql.errors import ConfigurationError

EXAMPLES = Path("examples/operations")


class _Told(BaseModel):
    model_config = ConfigDict(extra="forbid")

    actor: str | None
    variables: dict[str, Any]
    first: list[str] = []


@dataclass(frozen=True, slots=True)
class Example:
    """One operation as somebody would ask for it; `name` is that of its root field."""

    name: str
    document: str
    variables: Mapping[str, Any]
    actor: str | None
    first: tuple[str, ...] = ()

    def filled(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """The variables, with what the examples before it answered: the data of each, by its name."""
        return {name: _filled(value, answers) for name, value in self.variables.items()}


def load(folder: Path = EXAMPLES) -> dict[str, Example]:
    """The examples by name; ConfigurationError for a document without variables, or with faulty ones."""
    return {path.stem: _load(path) for path in sorted(folder.glob("*.graphql"))}


def order(examples: Mapping[str, Example], name: str) -> list[str]:
    """What is run for an example: those before it, each once, and itself."""
    found: list[str] = []
    for one in examples[name].first:
        found += [before for before in order(examples, one) if before not in found]
    return [*found, name]


def _load(path: Path) -> Example:
    try:
        told = _Told.model_validate_json(path.with_suffix(".json").read_text("utf-8"))
    except (OSError, ValidationError) as error:
        raise ConfigurationError(f"{path.with_suffix('.json')} cannot be used: {error}") from None
    return Example(path.stem, path.read_text("utf-8"), told.variables, told.actor, tuple(told.first))


def _filled(value: Any, answers: Mapping[str, Any]) -> Any:
    if isinstance(value, str) and value.startswith("<") and value.endswith(">"):
        name, *path = value[1:-1].split(".")
        found = answers[name][name]
        for part in path:
            found = found[int(part)] if isinstance(found, list) else found[part]
        return found
    if isinstance(value, dict):
        return {name: _filled(one, answers) for name, one in value.items()}
    return [_filled(one, answers) for one in value] if isinstance(value, list) else value


def told(example: Example) -> str:
    """The variables as text."""
    return json.dumps(example.variables, ensure_ascii=False, indent=2)
