"""The drill's own count of what was done, and how it compares with the report of the outage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from lifecare_gql.domain.outage_words import RecoveryKind
from lifecare_gql.drill.asking import Seat

Group: TypeAlias = tuple[str | None, RecoveryKind]
"""Home municipality of the patient, and what was to be done: as the report counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something that stands on a unit's worklist. `about` is the id of the notice or message to acknowledge."""

    seat: Seat
    kind: RecoveryKind
    patient: str
    name: str
    episode: str | None
    notice: str | None
    message: Mapping[str, Any] | None
    agreed_on: str | None
    demanded_by: tuple[Mapping[str, Any], ...] = field(compare=False)

    @property
    def key(self) -> tuple[str | None, ...]:
        """What tells it from every other."""
        about = self.message["id"] if self.message else self.notice
        return (self.seat.unit_id, self.kind, self.patient, self.episode, about)


@dataclass(kw_only=True)
class Tally:
    """Every task that has stood on a worklist, and those that do now; `homes` says where patients live."""

    homes: Mapping[str, str | None]
    _groups: dict[tuple[str | None, ...], Group] = field(default_factory=dict)
    _standing: frozenset[tuple[str | None, ...]] = frozenset()

    def look(self, tasks: Iterable[Task]) -> None:
        """Take down all the worklists of the region as they stand."""
        found = {one.key: (self.homes[one.patient], one.kind) for one in tasks}
        self._groups |= found
        self._standing = frozenset(found)

    @property
    def done(self) -> Counter[Group]:
        """How many are gone, by municipality and kind."""
        return Counter(group for key, group in self._groups.items() if key not in self._standing)


def differences(counted: Counter[Group], report: Mapping[str, Any]) -> Iterator[str]:
    """Where the report says otherwise than the drill has counted, or that something is left."""
    told = {_group(one): one for one in report["counts"]}
    for group in sorted(counted.keys() | told.keys(), key=str):
        one = told.get(group, {"done": 0, "left": 0})
        if (one["done"], one["left"]) != (counted[group], 0):
            yield (
                f"{group[1].swedish}, kommun {group[0] or 'okänd'}: rapporten säger {one['done']} gjorda och"
                f" {one['left']} kvar, övningen räknade {counted[group]} gjorda"
            )


def _group(count: Mapping[str, Any]) -> Group:
    return count["municipality"], RecoveryKind[count["kind"]]
