"""What happened in the demo: the acts of the people in it, oldest first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from lifecare_gql.actions.cases import CaseOrder, open_case
from lifecare_gql.actions.message_acts import ActOrder, act
from lifecare_gql.actions.messages import ConsentGiven, MessageOrder, send_message
from lifecare_gql.actions.units import record_inbox_reading
from lifecare_gql.demo.process import episode_steps, plan_steps
from lifecare_gql.demo.telling import Step, Teller
from lifecare_gql.domain.demo import Demo, DemoConsent, DemoMessage
from lifecare_gql.domain.demo_keys import regions_named
from lifecare_gql.domain.words import Urgency
from lifecare_gql.regions import Regions
from lifecare_gql.storage import rows


def steps(regions: Regions, loaded_at: dt.datetime) -> list[Step]:
    """All that happened. What reaches a region that is not enabled did not happen."""
    stories = [_Story(Teller(region.demo, loaded_at)) for region in regions.values() if region.demo]
    told = (step for story in stories for step in story.steps(set(regions)))
    return sorted(told, key=lambda step: step.at)


@dataclass(frozen=True, slots=True)
class _Story:
    """One region's part of it."""

    teller: Teller

    @property
    def demo(self) -> Demo:
        return self.teller.demo

    def steps(self, enabled: set[str]) -> Iterator[Step]:
        yield from self._cases()
        for message in self.demo.messages:
            if regions_named(message.references()) <= enabled:
                yield self._sent(message)
                yield from self._acts(message)
        yield from self._processes(enabled)
        yield from self._readings()

    def _processes(self, enabled: set[str]) -> Iterator[Step]:
        happened: set[str | None] = {None}
        for episode in self.demo.episodes:
            if regions_named(episode.references()) <= enabled:
                happened.add(episode.key)
                yield from episode_steps(self.teller, episode)
        for plan in self.demo.plans:
            if plan.episode in happened and regions_named(plan.references()) <= enabled:
                yield from plan_steps(self.teller, plan)

    def _cases(self) -> Iterator[Step]:
        for case in self.demo.cases:
            order = CaseOrder(patient_id=self.teller.ids.of(rows.Patient, case.patient), title=case.title)
            yield self.teller.step(rows.Case, case.key, case.by, case.ago, partial(open_case, order=order))

    def _sent(self, message: DemoMessage) -> Step:
        ids = self.teller.ids
        order = MessageOrder(
            patient_id=ids.of(rows.Patient, message.patient),
            case_id=ids.maybe(rows.Case, message.case),
            recipient_unit_ids=self.teller.units(message.to),
            topic=message.topic,
            purpose=message.purpose,
            urgency=Urgency.ROUTINE,
            text=message.text,
            consent=self._consent(message.consent, message.ago),
        )
        do = partial(send_message, order=order)
        return self.teller.step(rows.Message, message.key, message.by, message.ago, do)

    def _acts(self, message: DemoMessage) -> Iterator[Step]:
        for version, one in enumerate(message.acts, start=1):
            order = ActOrder(
                message_id=self.teller.ids.own(rows.Message, message.key),
                expected_version=version,
                reason=one.reason,
                text=one.text,
                consent=self._consent(one.consent, one.ago),
            )
            key, do = f"{message.key}/{version}", partial(act, kind=one.kind, order=order)
            yield self.teller.step(rows.MessageEvent, key, one.by, one.ago, do)

    def _readings(self) -> Iterator[Step]:
        for at, reading in enumerate(self.demo.readings):
            key = f"reading/{at}"
            yield self.teller.step(rows.InboxReading, key, reading.by, reading.ago, record_inbox_reading)

    def _consent(self, given: DemoConsent | None, ago: dt.timedelta) -> ConsentGiven | None:
        if given is None:
            return None
        return ConsentGiven(given_at=self.teller.loaded_at - ago - given.before, form=given.form)
