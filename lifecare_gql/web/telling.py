"""The tables of docs/http.md, made from what the program does; a test holds the page against them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lifecare_gql.schema.limits import LIMITS, MEANINGS
from lifecare_gql.settings import BUDGETS, HttpStatus
from lifecare_gql.web.answers import STATUS, status_of
from lifecare_gql.web.negotiation import GRAPHQL, JSON
from lifecare_gql.web.refusals import CODES


def tables() -> dict[str, str]:
    """Each table in Markdown, by the name of its place in the page."""
    return {
        "codes": _table(("code", "preferred type", "legacy type", "draft"), _codes()),
        "refusals": _table(("status", "code"), ((str(status), f"`{code}`") for status, code in CODES.items())),
        "limits": _table(("kind", "at most", "what is counted"), _limits()),
        "budgets": _table(("who", "nodes", "fields", "points a window"), _budgets()),
    }


def _codes() -> Iterator[tuple[str, ...]]:
    for code in STATUS:
        audited = (status_of(code, media, HttpStatus.AUDITED) for media in (GRAPHQL, JSON))
        yield f"`{code}`", *map(str, audited), str(status_of(code, GRAPHQL, HttpStatus.DRAFT))


def _limits() -> Iterator[tuple[str, ...]]:
    for kind, meaning in MEANINGS.items():
        yield f"`{kind}`", f"{LIMITS[kind]}" if kind in LIMITS else "by caller", meaning


def _budgets() -> Iterator[tuple[str, ...]]:
    for who, budget in BUDGETS.items():
        yield f"`{who}`", str(budget.nodes), str(budget.fields), str(budget.points)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = (head, ("---",) * len(head), *rows)
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
