"""What a user's computer must be, and what can be said of one from what its browser says of itself. Pure.

A browser does not say everything: not the edition of Windows, and nothing above version 10. What cannot be
told is never guessed. Which version is the latest is no fact of any document but data that somebody keeps.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from pydantic import Field

from lifecare_gql.domain.administration_words import ClientVerdict, RequirementKind
from lifecare_gql.domain.sources import Source, Unsaid
from lifecare_gql.domain.texts import Said, said
from lifecare_gql.domain.values import value
from lifecare_gql.settings import BrowserVersions

_Verdict = ClientVerdict


@value
class Alternative:
    """One product that meets a requirement (alternativ)."""

    text: str = Field(description="The requirement, verbatim in Swedish.")
    product: str = Field(description="The product, as browsers name it.")
    edition: str | None = Field(default=None, description="The edition that is demanded.")
    from_version: int | None = Field(default=None, ge=1, description="The first major version that suffices.")
    latest_majors: int | None = Field(default=None, ge=1, description="How many of the latest major versions do.")
    fact: str = Field(description="The fact it comes from.")


@value
class Untested:
    """A product that a document says nothing is promised of."""

    text: str = Field(description="The sentence, verbatim in Swedish.")
    product: str = Field(description="The product, as browsers name it.")
    fact: str = Field(description="The fact it comes from.")


@value
class Requirement:
    """A technical requirement: any of its alternatives meets it (teknisk förutsättning)."""

    kind: RequirementKind = Field(description="What it is about.")
    alternatives: tuple[Alternative, ...] = Field(min_length=1, description="What meets it.")
    untested: tuple[Untested, ...] = Field(default=(), description="What is not demanded, hence not tested.")


@value
class TechnicalRequirements:
    """The technical requirements of a region, as of a day (tekniska förutsättningar)."""

    region: str = Field(description="Code of the region.")
    dated: dt.date | None = Field(default=None, description="Of which day they are; null when not stated.")
    unsaid: tuple[Unsaid, ...] = Field(default=(), description="What is not stated, and why.")
    may_change: str | None = Field(default=None, description="That they may change, verbatim in Swedish.")
    fact: str = Field(description="The fact that introduces them.")
    requirements: tuple[Requirement, ...] = Field(min_length=1, description="The requirements.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """What a browser says of itself and the system it runs on; None for what it does not say."""

    system: str | None = None
    system_version: str | None = None
    browser: str | None = None
    browser_version: str | None = None

    def product(self, kind: RequirementKind) -> tuple[str | None, int | None]:
        """Product and major version of what the requirement is about."""
        system = kind is RequirementKind.OPERATING_SYSTEM
        name, version = (self.system, self.system_version) if system else (self.browser, self.browser_version)
        return name, int(version) if version is not None and version.isdecimal() else None


@value
class AlternativeVerdict:
    """What can be said of one alternative."""

    text: str = Field(description="The requirement, verbatim in Swedish.")
    verdict: ClientVerdict = Field(description="What can be said.")
    reason: Said = Field(description="Why.")
    source: Source = Field(description="The passage it rests on.")


@value
class RequirementVerdict:
    """What can be said of one requirement: the best of its alternatives."""

    kind: RequirementKind = Field(description="What it is about.")
    verdict: ClientVerdict = Field(description="What can be said.")
    found: str | None = Field(description="What the browser says; null when it says nothing that is known.")
    alternatives: tuple[AlternativeVerdict, ...] = Field(description="Each alternative, and what is not tested.")


@value
class ClientCheck:
    """What can be said of a computer (kontroll av klient)."""

    region: str = Field(description="Code of the region whose requirements they are.")
    requirements: tuple[RequirementVerdict, ...] = Field(description="One for each requirement.")
    latest_as_of: dt.date | None = Field(
        description="The day of the data on latest versions, which the deployment keeps; null when it has none."
    )
    may_change: str | None = Field(description="That the requirements may change, verbatim in Swedish.")


_BEST = (_Verdict.MET, _Verdict.CANNOT_TELL, _Verdict.NOT_TESTED, _Verdict.NOT_MET)
_Told = tuple[ClientVerdict, str]


def best(verdicts: Iterable[ClientVerdict]) -> ClientVerdict:
    """The verdict on alternatives of which any one suffices."""
    return min(verdicts, key=_BEST.index)


def judge(one: Alternative, kind: RequirementKind, client: Client, latest: BrowserVersions | None) -> _Told:
    """The verdict on one alternative, and why in Swedish."""
    product, version = client.product(kind)
    if product is None:
        return _Verdict.CANNOT_TELL, said("Webbläsaren säger inte vad det är.")
    if product != one.product:
        return _Verdict.NOT_MET, said("Det är {product}, inte {other}.", product=product, other=one.product)
    if version is None:
        told = "Webbläsaren anger ingen version av {product} som går att jämföra."
        return _Verdict.CANNOT_TELL, said(told, product=product)
    if one.latest_majors is not None:
        return _among_latest(one, version, latest)
    if one.from_version is not None and version < one.from_version:
        return _Verdict.NOT_MET, said("Det är {product} {version}.", product=product, version=version)
    if one.edition is not None:
        told = "Det är {product} {version} eller senare; utgåvan ({edition}) syns inte."
        return _Verdict.CANNOT_TELL, said(told, product=product, version=version, edition=one.edition)
    return _Verdict.MET, said("Det är {product} {version}.", product=product, version=version)


def _among_latest(one: Alternative, version: int, latest: BrowserVersions | None) -> _Told:
    newest = latest.versions.get(one.product) if latest else None
    if latest is None or newest is None:
        told = "Det är inte angivet vilken version av {product} som är den senaste."
        return _Verdict.CANNOT_TELL, said(told, product=one.product)
    known: dict[str, str | int] = {"version": version, "day": str(latest.as_of), "newest": newest}
    if version > newest:
        return _Verdict.CANNOT_TELL, said(
            "Version {version} är nyare än den senaste enligt {day}: {newest}.", **known
        )
    met = version > newest - (one.latest_majors or 1)
    told = "Det är version {version}; den senaste enligt {day} är {newest}."
    return _Verdict.MET if met else _Verdict.NOT_MET, said(told, **known)
