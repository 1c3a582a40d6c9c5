"""While the system is down: what is refused, in the region's own words and with the numbers to call.

Reading is no act, so it is never refused. What the region lets its users do all the same is data
(`WhileDown.allows`); a region that says nothing of it lets them note telephone calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lifecare_gql.domain.calendar import STOCKHOLM
from lifecare_gql.domain.directory import Reach
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.objections import Objection, ObjectionCode
from lifecare_gql.domain.outage_facts import OutageFacts
from lifecare_gql.domain.outage_words import OutageState
from lifecare_gql.domain.outages import ALLOWED_WHILE_DOWN, OutageRoutine
from lifecare_gql.domain.region import Region
from lifecare_gql.domain.reviewing import Regions, reach
from lifecare_gql.domain.texts import Text, said
from lifecare_gql.domain.words import Word


def hindered(
    kind: Word,
    outage: OutageFacts,
    regions: Regions,
    *,
    call: Iterable[Party] = (),
    path: tuple[str, ...] = ("input",),
) -> tuple[Objection, ...]:
    """Why an act of the kind cannot be done while the outage lasts; nothing when it is not active.

    `kind` is an event of a care episode, a plan or a message: equal words of other vocabularies are other acts.
    The caller asks for the outages of the regions that the act touches, and for no others. `call` are the
    units that it would have reached; without any, the region's switchboards are named.
    """
    region = regions.get(outage.region)
    routine = region.outage if region else None
    if outage.state is not OutageState.ACTIVE or _allowed(kind, routine):
        return ()
    return (_objection(outage, region, tuple(call), regions, path),)


def _allowed(kind: Word, routine: OutageRoutine | None) -> bool:
    while_down = routine and routine.while_down
    allows = while_down.allows if while_down else ALLOWED_WHILE_DOWN
    return any(kind is one for one in allows)


def _objection(
    outage: OutageFacts, region: Region | None, call: tuple[Party, ...], regions: Regions, path: tuple[str, ...]
) -> Objection:
    routine = region.outage if region else None
    said = routine and (routine.while_down or routine)
    name = region.info.name if region else outage.region
    return Objection(
        code=ObjectionCode.OUTAGE_ACTIVE,
        path=path,
        reason=_reason(name, outage),
        remedy=_remedy(routine),
        region=outage.region,
        source=region.source(said.fact) if region and said else None,
        call=tuple(reach(one, regions) for one in call) or tuple(_switchboards(region)),
    )


def _reason(name: str, outage: OutageFacts) -> Text:
    if outage.started_at is None:
        return said("Driftstopp i {region}.", region=name)
    since = f"{outage.started_at.astimezone(STOCKHOLM):%Y-%m-%d %H:%M}"
    return said("Driftstopp i {region} sedan {since}.", region=name, since=since)


def _remedy(routine: OutageRoutine | None) -> str:
    if routine is not None and routine.published:
        return said("Ring de berörda, notera samtalet och följ regionens avbrottsrutin.")
    reason = (routine and routine.reason) or said("Ingen källa för regionen nämner driftstopp.")
    return said("Ring de berörda och notera samtalet. Ingen avbrottsrutin är publicerad: {reason}", reason=reason)


def _switchboards(region: Region | None) -> Iterator[Reach]:
    for one in region.switchboards if region else ():
        yield Reach(name=one.name, phone=one.phone, ask_for=one.ask_for, fact=one.fact)
