"""The quality ladder as pages, one for each rule: written from the rules and the checks, so that they agree."""

from __future__ import annotations

from collections.abc import Mapping

from lifecare_gql.domain.quality import QualityLadder, QualityRule, Tier
from lifecare_gql.testing import CHECKS

_BY_A_PERSON = "No machine can tell. Whoever keeps the region says it in `data/quality.toml`, and answers for it."


def quality_pages(ladder: QualityLadder) -> Mapping[str, str]:
    """File names with their text: README.md, and RULE.md for each rule."""
    return {"README.md": _overview(ladder)} | {f"{rule.id}.md": _page(rule) for rule in ladder.rules}


_BEGINNING = """\
# The quality ladder

How good a region's data is, in four tiers. A region is on a tier when every rule of that tier and of those below
is `"done"`, or `{ exempt = "why" }`; what is `{ open = "why" }` is still to be done. It stands in the region's
`data/quality.toml`, is shown by `lifecare-gql regions` and `Region.quality`, and the conformance kit holds it to
what a machine can tell. These pages are written by `lifecare-gql region rules --pages docs/quality`."""


def _overview(ladder: QualityLadder) -> str:
    lines = [_BEGINNING]
    for tier in Tier:
        lines += ["", f"## {tier.capitalize()} ({tier.swedish})", "", tier.english, ""]
        lines += [f"- [{rule.id}]({rule.id}.md): {rule.title}" for rule in ladder.rules if rule.tier is tier]
    return "\n".join(lines) + "\n"


def _page(rule: QualityRule) -> str:
    checks = [f"- `{one}`: {CHECKS[one].title}" for one in rule.checks] or [_BY_A_PERSON]
    lines = [f"# {rule.id}", "", f"{rule.tier.capitalize()}. {rule.title}", "", "## Why", "", rule.why, ""]
    lines += ["## How", "", rule.how, "", "## What is checked", "", *checks, ""]
    lines += [
        "## Exemptions",
        "",
        f'`{rule.id} = {{ exempt = "why" }}` in `data/quality.toml`, where it cannot be kept.',
    ]
    return "\n".join(lines) + "\n"
