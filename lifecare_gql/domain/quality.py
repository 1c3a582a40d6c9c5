"""The quality ladder: named rules in four tiers, and where a region stands on each of them.

A region is on a tier when every rule of that tier and of those below is done, or exempt with a reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from pydantic import Field, field_validator, model_validator

from lifecare_gql.domain.texts import Said, said
from lifecare_gql.domain.values import value
from lifecare_gql.domain.words import Word


class Tier(Word):
    """A step of the quality ladder (kvalitetsnivå), the lowest first."""

    BRONZE = "BRONZE", "brons", "It loads, and whatever it says has a source."
    SILVER = "SILVER", "silver", "It is complete: rules have examples, and silence is explained."
    GOLD = "GOLD", "guld", "It is checked against its documents and by those who use it."
    PLATINUM = "PLATINUM", "platina", "It is kept: somebody owns it, and nothing in it is old."


class Standing(Word):
    """Where a region stands on one rule of the ladder."""

    DONE = "DONE", "uppfylld", "The rule is kept."
    EXEMPT = "EXEMPT", "undantagen", "The rule cannot be kept here, and the reason says why."
    OPEN = "OPEN", "återstår", "The rule is not kept yet."


@value
class QualityRule:
    """A rule of the ladder."""

    id: str = Field(pattern=r"^[a-z]+(-[a-z]+)*$", description="Stable id, e.g. has-sources.")
    tier: Tier = Field(description="The tier that it belongs to.")
    title: str = Field(description="What it demands, in one sentence.")
    why: str = Field(description="Why it is demanded.")
    how: str = Field(description="How it is met: what to write, and where.")
    checks: tuple[str, ...] = Field(
        default=(), description="The checks of the conformance kit that tell; empty: a person tells."
    )


@value
class QualityLadder:
    """All rules of the ladder."""

    rules: tuple[QualityRule, ...] = Field(min_length=1, description="The rules, in order.")

    @model_validator(mode="after")
    def _once(self) -> QualityLadder:
        twice = [name for name, times in Counter(rule.id for rule in self.rules).items() if times > 1]
        if twice:
            raise ValueError(f"{', '.join(twice)}: a rule stands once")
        return self

    def rule(self, rule_id: str) -> QualityRule | None:
        """The rule of that id, or None."""
        return next((rule for rule in self.rules if rule.id == rule_id), None)


@value
class KeptRule:
    """What a region says of one rule."""

    rule: str = Field(description="The rule's id.")
    standing: Standing = Field(description="Whether it is kept.")
    why: Said | None = Field(default=None, description="Why it is exempt or open; null when it is done.")

    @model_validator(mode="after")
    def _explained(self) -> KeptRule:
        if (self.standing is Standing.DONE) == (self.why is not None):
            raise ValueError(f"{self.rule}: just what is not done has a reason (why)")
        return self


@value
class Quality:
    """What a region says of the rules of the ladder."""

    region: str = Field(description="Code of the region.")
    rules: tuple[KeptRule, ...] = Field(default=(), description="The rules that it says something of.")

    @field_validator("rules", mode="before")
    @classmethod
    def _as_a_table(cls, given: Any) -> Any:
        """In a data file: ``loads = "done"``, ``drill = { exempt = "why" }`` or ``{ open = "why" }``."""
        return [_kept(rule, said) for rule, said in given.items()] if isinstance(given, dict) else given

    def standing(self, rule_id: str) -> KeptRule:
        """What it says of the rule; open when it says nothing."""
        return next((one for one in self.rules if one.rule == rule_id), unsaid(rule_id))


def unsaid(rule_id: str) -> KeptRule:
    """What is known of a rule that the region says nothing of."""
    return KeptRule(rule=rule_id, standing=Standing.OPEN, why=said("Regionen säger inget om regeln."))


def _kept(rule: str, said: Any) -> Any:
    if isinstance(said, dict) and len(said) == 1:
        [(standing, why)] = said.items()
        return {"rule": rule, "standing": standing.upper(), "why": why}
    return {"rule": rule, "standing": said.upper() if isinstance(said, str) else said}


def level(ladder: QualityLadder, quality: Quality | None) -> Tier | None:
    """The highest tier with nothing open in it or below; None below bronze, or when the region says nothing."""
    reached = None
    for tier in Tier if quality else ():
        if any(open_rules(ladder, quality, tier)):
            break
        reached = tier
    return reached


def open_rules(ladder: QualityLadder, quality: Quality | None, tier: Tier) -> Iterator[QualityRule]:
    """The rules of the tier that are still open."""
    for rule in ladder.rules:
        kept = quality is not None and quality.standing(rule.id).standing is not Standing.OPEN
        if rule.tier is tier and not kept:
            yield rule
