"""The guards of an outage (driftstopp): its window, its times, and that nothing is left when it is closed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TypeAlias

from lifecare_gql.domain.demands import Failure
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.objections import ObjectionCode
from lifecare_gql.domain.outage_facts import Interval, OutageAct, OutageFacts
from lifecare_gql.domain.outage_words import OutageEventKind
from lifecare_gql.domain.process_guards import Guard
from lifecare_gql.domain.texts import said

_Code = ObjectionCode
_Kind = OutageEventKind
OutageGuard: TypeAlias = Guard[OutageAct, OutageFacts]
"""A guard of the outage."""

_OCCURRED_AT = ("input", "occurredAt")
_CORRECTIONS = (_Kind.START_CORRECTED, _Kind.END_CORRECTED)


def _utc(moment: dt.datetime) -> dt.datetime:
    """Moments are compared in UTC: on a Swedish clock an hour of October is there twice."""
    return moment.astimezone(dt.UTC)


def _window(act: OutageAct, _: OutageFacts, __: Party) -> Iterator[Failure]:
    for field, moment in (("plannedFrom", act.planned_from), ("plannedTo", act.planned_to)):
        if moment is None:
            yield Failure(_Code.DATE_MISSING, ("input", field))


def _window_order(act: OutageAct, facts: OutageFacts, _: Party) -> Iterator[Failure]:
    if act.planned_from is None or act.planned_to is None:
        return
    if _utc(act.planned_to) <= _utc(act.planned_from):
        yield _wrong("plannedTo", said("Avbrottet slutar innan det har börjat."))
    if _utc(act.planned_to) <= _utc(facts.now):
        yield _wrong("plannedTo", said("Tiden har redan passerat."))


def _wrong(field: str, detail: str) -> Failure:
    return Failure(_Code.OUTAGE_INTERVAL_WRONG, ("input", field), detail=detail)


def _times(act: OutageAct, facts: OutageFacts) -> tuple[dt.datetime | None, dt.datetime | None]:
    """The beginning and end that the act leads to; the beginning is None when a correction says no time."""
    if act.kind in _CORRECTIONS and act.occurred_at is None:
        return None, None
    when = _utc(act.occurred_at or facts.now)
    if act.kind is _Kind.STARTED:
        return when, None
    if act.kind is _Kind.START_CORRECTED:
        return when, facts.ended_at
    return facts.started_at, when


def _order(act: OutageAct, facts: OutageFacts, _: Party) -> Iterator[Failure]:
    start, end = _times(act, facts)
    if start is not None and end is not None and end <= start:
        yield _wrong("occurredAt", said("Avbrottet slutar innan det har börjat."))


def _alone(act: OutageAct, facts: OutageFacts, _: Party) -> Iterator[Failure]:
    start, end = _times(act, facts)
    if start is None or (end is not None and end <= start):
        return
    mine = Interval(starts_at=start, ends_at=end)
    if any(_clash(mine, other) for other in facts.background.others):
        yield Failure(_Code.OUTAGE_OVERLAPS, _OCCURRED_AT)


def _clash(mine: Interval, other: Interval) -> bool:
    """One whose end is not told yet has only begun; a region has one such at a time."""
    if mine.ends_at is None:
        return other.ends_at is None or other.contains(mine.starts_at)
    return mine.overlaps(other)


def _alone_guard(*, asks: bool) -> OutageGuard:
    return Guard(
        name="the region's outages do not overlap",
        code=_Code.OUTAGE_OVERLAPS,
        reason="Tiden överlappar ett annat avbrott i regionen.",
        remedy="Fortsätt i det avbrott som redan är registrerat, eller rätta tiderna.",
        check=_alone,
        asks=asks,
    )


WINDOW: OutageGuard = Guard(
    name="it is said from when until when the outage is planned",
    code=_Code.DATE_MISSING,
    reason="Det är inte sagt när avbrottet är planerat.",
    remedy="Ange från när till när.",
    check=_window,
    asks=True,
)
WINDOW_AHEAD: OutageGuard = Guard(
    name="the planned outage ends after it begins, and lies ahead",
    code=_Code.OUTAGE_INTERVAL_WRONG,
    reason="Den planerade tiden går inte.",
    remedy="Ange en tid som slutar längre fram och efter att den har börjat.",
    check=_window_order,
    asks=True,
)
ORDER: OutageGuard = Guard(
    name="the outage ends after it begins",
    code=_Code.OUTAGE_INTERVAL_WRONG,
    reason="Tiden går inte.",
    remedy="Ange en tid som stämmer med när avbrottet började och slutade.",
    check=_order,
    asks=True,
)
NO_OTHER = _alone_guard(asks=False)
"""As an outage begins: also without a time it can be seen whether another one is going on."""
APART = _alone_guard(asks=True)
NOTHING_LEFT: OutageGuard = Guard(
    name="nothing is left on the recovery worklist, or it is said why",
    code=_Code.RECOVERY_REMAINS,
    reason="Det finns uppgifter kvar efter avbrottet.",
    remedy="Gör dem, eller ange varför resten lämnas.",
    check=lambda act, facts, _: _left(act, facts),
    asks=True,
)


def _left(act: OutageAct, facts: OutageFacts) -> Iterator[Failure]:
    if facts.background.remaining and not act.reason.strip():
        detail = said("Kvar: {count}.", count=facts.background.remaining)
        yield Failure(_Code.RECOVERY_REMAINS, ("input", "reason"), detail=detail)
