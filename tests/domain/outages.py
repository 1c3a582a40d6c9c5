"""Outages for the tests. All units and patients are made up."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.objections import Objection
from lifecare_gql.domain.outage_events import outage_facts_of
from lifecare_gql.domain.outage_facts import (
    Interval,
    OutageAct,
    OutageBackground,
    OutageEvent,
    OutageFacts,
    RecoveryReport,
)
from lifecare_gql.domain.outage_life import judge_outage
from lifecare_gql.domain.outage_words import OutageEventKind, OutageState
from lifecare_gql.domain.process_table import refused
from lifecare_gql.domain.words import CareType, UnitKind
from tests.domain.drafts import unit
from tests.domain.episodes import CENTRE, NURSES, START, WARD

K = OutageEventKind
HOUR = dt.timedelta(hours=1)
REGION = "vasternorrland"
STRANGER = unit("vårdcentralen", UnitKind.HEALTH_CENTRE, "halland")
PSYCHIATRIC_WARD = unit("avdelning 52", UnitKind.PSYCHIATRIC_WARD, REGION)
UNITS = {
    CareType.SOMATIC_INPATIENT: WARD,
    CareType.PSYCHIATRIC_INPATIENT: PSYCHIATRIC_WARD,
    CareType.MUNICIPAL: NURSES,
    CareType.OUTPATIENT: CENTRE,
}
REPORT = RecoveryReport(
    region=REGION,
    interval=Interval(starts_at=START, ends_at=START + HOUR),
    minutes=60,
    recovery_minutes=0,
    outage_class=None,
    long_after_hours=None,
    counts=(),
)


def outage_in_order(state: OutageState | None, /, **changes: Any) -> OutageFacts:
    """An outage in the state; one that has begun did so three hours ago, and one that is over an hour ago."""
    began = state not in (None, OutageState.PLANNED, OutageState.CANCELLED)
    ended = began and state is not OutageState.ACTIVE
    background = changes.pop("background", OutageBackground(region=REGION, may_manage=True))
    facts = OutageFacts(
        now=START,
        background=background,
        state=state,
        started_at=START - 3 * HOUR if began else None,
        ended_at=START - HOUR if ended else None,
    )
    return replace(facts, **changes)


def outage_act(kind: OutageEventKind, now: dt.datetime = START, /, **changes: Any) -> OutageAct:
    """The act with all that it asks of the caller; a correction moves the time by half an hour."""
    corrected = {K.START_CORRECTED: now - 2.5 * HOUR, K.END_CORRECTED: now - 0.5 * HOUR}
    complete = OutageAct(
        kind=kind,
        reason="påhittad orsak",
        text="påhittat avbrott" if kind is K.PLANNED else "",
        planned_from=now + HOUR if kind is K.PLANNED else None,
        planned_to=now + 3 * HOUR if kind is K.PLANNED else None,
        occurred_at=corrected.get(kind),
        report=REPORT if kind is K.CLOSED else None,
    )
    return replace(complete, **changes)


class OutageStory:
    """An outage told act by act: each is judged, and done only if nobody objects."""

    def __init__(self, now: dt.datetime = START, **background: Any) -> None:
        self.background = OutageBackground(**{"region": REGION, "may_manage": True, **background})
        self.events: list[OutageEvent] = []
        self.now = now

    @property
    def facts(self) -> OutageFacts:
        """What holds now."""
        return outage_facts_of(self.events, now=self.now, background=self.background)

    def judged(self, kind: OutageEventKind, by: Party = WARD, /, **changes: Any) -> tuple[Objection, ...]:
        """The objections to the act, without doing it."""
        return judge_outage(outage_act(kind, self.now, **changes), self.facts, by, {})

    def does(self, kind: OutageEventKind, by: Party = WARD, /, **changes: Any) -> tuple[Objection, ...]:
        """The objections to the act, which is done when none refuses."""
        objections = self.judged(kind, by, **changes)
        if not refused(objections):
            act = outage_act(kind, self.now, **changes)
            self.events.append(OutageEvent(id=str(len(self.events)), at=self.now, unit=by, act=act))
        return objections
