"""Drafts and units for the tests of the rules. All persons and units are made up."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from lifecare_gql.domain.calendar import STOCKHOLM
from lifecare_gql.domain.drafts import Consent, MessageDraft, Party, Subject
from lifecare_gql.domain.words import Purpose, UnitKind, Urgency

NOW = dt.datetime(2026, 11, 23, 10, 0, tzinfo=STOCKHOLM)
"""A Monday with no day off before the next Monday."""


def unit(name: str, kind: UnitKind, region: str, **changes: Any) -> Party:
    """A unit whose id tells its name and region."""
    return replace(Party(id=f"{region}/{name}", name=name, kind=kind, region=region), **changes)


def health_centre(region: str, name: str = "vårdcentralen", **changes: Any) -> Party:
    """A primary care centre."""
    return unit(name, UnitKind.HEALTH_CENTRE, region, **changes)


def home_care(region: str, name: str = "hemsjukvården", **changes: Any) -> Party:
    """A municipality's home health care."""
    return unit(name, UnitKind.MUNICIPAL_HEALTH_CARE, region, **changes)


def good_draft(sender: str, recipient: str | None = None, /, **changes: Any) -> MessageDraft:
    """Information from home care in one region to a health centre there, or in another; nobody objects."""
    centre = health_centre(recipient or sender)
    good = MessageDraft(
        topic="INFORMATION",
        urgency=Urgency.ROUTINE,
        purpose=Purpose.SHARE_INFORMATION,
        sender=home_care(sender),
        recipients=(centre,),
        subject=Subject(enrolled=True, listed_at=centre),
        now=NOW,
        consent=Consent(given_at=NOW - dt.timedelta(hours=1)),
    )
    return replace(good, **changes)
