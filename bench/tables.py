"""What was measured, as tables in Markdown; a ratio is the rounds' median, with the lowest and the highest."""

from __future__ import annotations

import statistics
from dataclasses import dataclass

from bench.comparing import BARE, OURS, Slot, Slots
from bench.fanout import Heards
from bench.queries import FAN_OUT, GROWS, OPERATIONS, ROWS_MORE
from lifecare_gql.storage.url import Dialect

_NONE = "–"
TITLES = {Dialect.SQLITE: "SQLite", Dialect.POSTGRES: "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Found:
    """What was measured on one database."""

    slots: Slots
    heards: Heards


def table(found: dict[Dialect, Found]) -> str:
    """The table for the README."""
    head = ("operation", "database", "ours", "bare", "CPU ours", "CPU bare", "database's CPU", "ratio of CPU")
    lines = [head, ("---",) * len(head)]
    for operation in OPERATIONS:
        for dialect, one in found.items():
            ours, bare = (one.slots[operation.label, contender.name] for contender in (OURS, BARE))
            lines.append((operation.label, TITLES[dialect], *_cells(ours, bare)))
    return _markdown(lines)


def against_peers(slots: Slots) -> str:
    """Ours against each peer; nothing when there is none."""
    names = list(dict.fromkeys(name for _, name in slots if name not in (OURS.name, BARE.name)))
    if not names:
        return ""
    head = ("operation", "ours", *names, *(f"ours / {name}" for name in names))
    lines = [head, ("---",) * len(head)]
    for operation in OPERATIONS:
        ours, *others = (slots.get((operation.label, name), []) for name in (OURS.name, *names))
        costs = (
            f"{statistics.median(slot.cost for slot in one):.2f} ms" if one else _NONE for one in (ours, *others)
        )
        lines.append((operation.label, *costs, *(_ratio(ours, one) for one in others)))
    return _markdown(lines)


def growth(found: dict[Dialect, Found]) -> str:
    """What a row more costs, from an inbox of 50 to one of 500: microseconds of CPU."""
    head = ("a row more costs", "ours", "bare", "ratio of CPU")
    lines = [head, ("---",) * len(head)]
    for dialect, one in found.items():
        each = {}
        for contender in (OURS, BARE):
            small, large = (one.slots[OPERATIONS[at].label, contender.name] for at in GROWS)
            each[contender] = [1000 * (b.cost - a.cost) / ROWS_MORE for a, b in zip(small, large, strict=True)]
        medians = (f"{statistics.median(values):.1f} µs" for values in each.values())
        lines.append((TITLES[dialect], *medians, _ratios(*each.values())))
    return _markdown(lines)


def told(heards: Heards) -> str:
    """How soon subscribers are told, ours against the peer."""
    names = list(dict.fromkeys(name for _, name in heards))
    head = ("the last one hears after", *names, *(f"{OURS.name} / {name}" for name in names[1:]))
    lines = [head, ("---",) * len(head)]
    for operation in FAN_OUT:
        each = [[heard.last for heard in heards[operation.label, name]] for name in names]
        medians = (f"{statistics.median(values):.1f} ms" for values in each)
        lines.append((operation.label, *medians, *(_ratios(each[0], other) for other in each[1:])))
    return _markdown(lines)


def _ratio(ours: list[Slot], other: list[Slot]) -> str:
    return _NONE if not other else _ratios([slot.cost for slot in ours], [slot.cost for slot in other])


def _ratios(ours: list[float], other: list[float]) -> str:
    ratios = [one / two for one, two in zip(ours, other, strict=True)]
    return f"**{statistics.median(ratios):.2f}** ({min(ratios):.2f}–{max(ratios):.2f})"


def _cells(ours: list[Slot], bare: list[Slot]) -> tuple[str, ...]:
    rates = (f"{statistics.median(slot.rate for slot in slots):.0f}/s" for slots in (ours, bare))
    costs = (f"{statistics.median(slot.cost for slot in slots):.2f} ms" for slots in (ours, bare))
    spent = [statistics.median(slot.database_cost for slot in slots) for slots in (ours, bare)]
    database = f"{spent[0]:.2f} / {spent[1]:.2f} ms" if any(spent) else "–"
    return *rates, *costs, database, _ratio(ours, bare)


def _markdown(lines: list[tuple[str, ...]]) -> str:
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
