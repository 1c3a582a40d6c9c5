"""What happened in the demo: the acts of the people in it, oldest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from lifecare_gql.actions.cases import CaseOrder, open_case
from lifecare_gql.actions.message_acts import ActOrder, act
from lifecare_gql.actions.messages import ConsentGiven, MessageOrder, send_message
from lifecare_gql.actions.results import Outcome
from lifecare_gql.actions.session import Session
from lifecare_gql.actions.units import record_inbox_reading
from lifecare_gql.demo.names import Ids
from lifecare_gql.domain.demo import Demo, DemoConsent, DemoMessage
from lifecare_gql.domain.words import Urgency
from lifecare_gql.regions import Regions
from lifecare_gql.storage import rows

Do = Callable[..., Awaitable[Outcome]]
"""An action that lacks only its session and its idempotency key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What somebody (`by`, an assignment's key) did at a moment; `makes` is the id of what it made."""

    kind: type[rows.Record]
    name: str
    makes: UUID
    by: str
    at: dt.datetime
    do: Do

    async def take(self, session: Session) -> Outcome:
        """Do it, or get the answer that was given when it was done before."""
        return await self.do(session, key=f"demo/{self.kind.tag}/{self.name}")


def steps(regions: Regions, loaded_at: dt.datetime) -> list[Step]:
    """All that happened. What reaches a region that is not enabled did not happen."""
    stories = [_Story(region.demo, loaded_at) for region in regions.values() if region.demo]
    told = (step for story in stories for step in story.steps(set(regions)))
    return sorted(told, key=lambda step: step.at)


@dataclass(frozen=True, slots=True)
class _Story:
    """One region's part of it."""

    demo: Demo
    loaded_at: dt.datetime

    @property
    def ids(self) -> Ids:
        return Ids(self.demo)

    def steps(self, enabled: set[str]) -> Iterator[Step]:
        yield from self._cases()
        for message in self.demo.messages:
            if message.regions() <= enabled:
                yield self._sent(message)
                yield from self._acts(message)
        yield from self._readings()

    def _step(self, kind: type[rows.Record], key: str, by: str, ago: dt.timedelta, do: Do) -> Step:
        name = f"{self.demo.region}/{key}"
        makes = self.ids.own(kind, key)
        return Step(kind=kind, name=name, makes=makes, by=self.demo.full(by), at=self.loaded_at - ago, do=do)

    def _cases(self) -> Iterator[Step]:
        for case in self.demo.cases:
            order = CaseOrder(patient_id=self.ids.of(rows.Patient, case.patient), title=case.title)
            yield self._step(rows.Case, case.key, case.by, case.ago, partial(open_case, order=order))

    def _sent(self, message: DemoMessage) -> Step:
        order = MessageOrder(
            patient_id=self.ids.of(rows.Patient, message.patient),
            case_id=self.ids.maybe(rows.Case, message.case),
            recipient_unit_ids=tuple(self.ids.of(rows.Unit, key) for key in message.to),
            topic=message.topic,
            purpose=message.purpose,
            urgency=Urgency.ROUTINE,
            text=message.text,
            consent=self._consent(message.consent, message.ago),
        )
        return self._step(rows.Message, message.key, message.by, message.ago, partial(send_message, order=order))

    def _acts(self, message: DemoMessage) -> Iterator[Step]:
        for version, one in enumerate(message.acts, start=1):
            order = ActOrder(
                message_id=self.ids.own(rows.Message, message.key),
                expected_version=version,
                reason=one.reason,
                text=one.text,
                consent=self._consent(one.consent, one.ago),
            )
            key = f"{message.key}/{version}"
            yield self._step(rows.MessageEvent, key, one.by, one.ago, partial(act, kind=one.kind, order=order))

    def _readings(self) -> Iterator[Step]:
        for at, reading in enumerate(self.demo.readings):
            key = f"reading/{at}"
            yield self._step(rows.InboxReading, key, reading.by, reading.ago, record_inbox_reading)

    def _consent(self, given: DemoConsent | None, ago: dt.timedelta) -> ConsentGiven | None:
        if given is None:
            return None
        return ConsentGiven(given_at=self.loaded_at - ago - given.before, form=given.form)
