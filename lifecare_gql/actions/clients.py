"""What can be said of a computer from its user agent, by a library that knows how browsers name themselves."""

from __future__ import annotations

import ua_parser

from lifecare_gql.actions.session import Session
from lifecare_gql.domain.administration_words import ClientVerdict
from lifecare_gql.domain.region import Region
from lifecare_gql.domain.technical import (
    Alternative,
    AlternativeVerdict,
    Client,
    ClientCheck,
    Requirement,
    RequirementVerdict,
    Untested,
    best,
    judge,
)
from lifecare_gql.domain.texts import said
from lifecare_gql.errors import BadInput

MAX_USER_AGENT = 1_000


def client_of(user_agent: str) -> Client:
    """What the text says of browser and system; BadInput for one that is longer than any browser's."""
    if len(user_agent) > MAX_USER_AGENT:
        raise BadInput(
            said("{name} must not be longer than {most} characters.", name="userAgent", most=MAX_USER_AGENT)
        )
    found = ua_parser.parse(user_agent)
    return Client(
        system=found.os.family if found.os else None,
        system_version=found.os.major if found.os else None,
        browser=found.user_agent.family if found.user_agent else None,
        browser_version=found.user_agent.major if found.user_agent else None,
    )


def client_check(session: Session, region: Region, user_agent: str) -> ClientCheck | None:
    """What can be said of the computer by the region's requirements; None when it states none."""
    if region.technical is None:
        return None
    client, latest = client_of(user_agent), session.browsers
    return ClientCheck(
        region=region.code,
        requirements=tuple(_verdict(session, region, one, client) for one in region.technical.requirements),
        latest_as_of=latest.as_of if latest else None,
        may_change=region.technical.may_change,
    )


def _verdict(session: Session, region: Region, one: Requirement, client: Client) -> RequirementVerdict:
    product, version = client.product(one.kind)
    told = [_told(region, each, *judge(each, one.kind, client, session.browsers)) for each in one.alternatives]
    untested = [each for each in one.untested if each.product == product]
    told += [_told(region, each, ClientVerdict.NOT_TESTED, each.text) for each in untested]
    named = None if product is None else product if version is None else f"{product} {version}"
    verdict = best(each.verdict for each in told)
    return RequirementVerdict(kind=one.kind, verdict=verdict, found=named, alternatives=tuple(told))


def _told(region: Region, one: Alternative | Untested, verdict: ClientVerdict, reason: str) -> AlternativeVerdict:
    return AlternativeVerdict(text=one.text, verdict=verdict, reason=reason, source=region.source(one.fact))
