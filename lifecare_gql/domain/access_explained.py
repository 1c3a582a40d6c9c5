"""How a decision on access is explained to those who administer or review it: each rule, and what it said."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from lifecare_gql.domain.texts import Said, said
from lifecare_gql.domain.values import value
from lifecare_gql.domain.words import CareRelationKind, Word


class AccessRuleCode(Word):
    """A rule that decides whether somebody sees something. Deny by default: what no rule allows is not there."""

    ASSIGNMENT = "ASSIGNMENT", "giltigt uppdrag", "The assignment is valid now."
    EXISTS = "EXISTS", "finns", "There is something with that id."
    TAKES_PART = "TAKES_PART", "deltar", "The unit takes part in it, or it is the unit's own."
    OPENED = "OPENED", "öppnad åtkomst", "It was opened to the unit for a while, by consent or in an emergency."
    NOT_BLOCKED = "NOT_BLOCKED", "inte spärrad", "No block hides it, or the block is lifted for the unit now."


@value
class AccessRule:
    """What one rule said."""

    code: AccessRuleCode = Field(description="The rule.")
    holds: bool = Field(description="Whether it holds.")
    told: Said = Field(description="What it rests on.")


@value
class AccessRelation:
    """Why, and for how long, the unit has or had a part in the patient's care (vårdrelation)."""

    kind: CareRelationKind = Field(description="Why.")
    since: dt.datetime = Field(description="Since when.")
    until: dt.datetime | None = Field(description="When it ended; null while it lasts.")


@value
class AccessExplanation:
    """Why somebody sees something, or does not. Names no patient, and shows nothing of the object."""

    allowed: bool = Field(description="Whether it is seen.")
    rules: tuple[AccessRule, ...] = Field(description="Each rule, in the order in which they are asked.")
    relations: tuple[AccessRelation, ...] = Field(description="The unit's parts in the patient's care, all times.")
    needed: tuple[Said, ...] = Field(description="What would be needed; empty when it is seen.")


_NEEDED = {
    AccessRuleCode.ASSIGNMENT: "Ett giltigt medarbetaruppdrag.",
    AccessRuleCode.EXISTS: "Något att se: det finns inget med det id:t.",
    AccessRuleCode.NOT_BLOCKED: "Att spärren hävs för enheten: liftBlockByConsent eller liftBlockInEmergency.",
}
_A_PART = "Att enheten deltar i vården, eller att den öppnas för enheten: requestCareAccess."


def explained(rules: tuple[AccessRule, ...], relations: tuple[AccessRelation, ...]) -> AccessExplanation:
    """The decision that follows from what each rule said."""
    held = {one.code: one.holds for one in rules}
    part = held[AccessRuleCode.TAKES_PART] or held[AccessRuleCode.OPENED]
    needed = [said(told) for code, told in _NEEDED.items() if not held[code]]
    if held[AccessRuleCode.EXISTS] and not part:
        needed.append(said(_A_PART))
    return AccessExplanation(allowed=not needed, rules=rules, relations=relations, needed=tuple(needed))
