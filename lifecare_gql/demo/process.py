"""What happened in the demo's care episodes and plans, and what was said of consents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any
from uuid import UUID

from lifecare_gql.actions import episode_acts, plan_acts
from lifecare_gql.actions.consents import ConsentOrder, record_consent
from lifecare_gql.actions.episode_acts import EpisodeOrder
from lifecare_gql.actions.episode_openings import OpeningOrder, open_episode
from lifecare_gql.actions.plan_acts import NeedOrder, PlanOrder, identify_need
from lifecare_gql.actions.sayings import Saying
from lifecare_gql.demo.telling import Step, Teller
from lifecare_gql.domain.consents import ConsentSaid
from lifecare_gql.domain.demo_process import (
    OPENINGS,
    Acknowledged,
    DemoContent,
    DemoEpisode,
    DemoEpisodeAct,
    DemoInformation,
    DemoIntervention,
    DemoMeeting,
    DemoPlan,
    DemoPlanAct,
    DemoSaid,
)
from lifecare_gql.domain.episode_words import EpisodeEventKind
from lifecare_gql.domain.plan_facts import Meeting, PlanContent, PlanIntervention
from lifecare_gql.domain.plan_words import PlanEventKind
from lifecare_gql.domain.words import ConsentKind
from lifecare_gql.storage import rows

_AS_SAID = (
    *("text", "reason", "holds", "municipal_health_care", "address_reason", "named", "track", "checklist"),
    "spoke_with",
)
"""What an act of the demo says in the process' own words."""


def episode_steps(teller: Teller, episode: DemoEpisode) -> Iterator[Step]:
    """All that was done in the episode; an act's event has the id of the episode's key and the act's number."""
    numbers = {act.key: number for number, act in enumerate(episode.acts, start=1) if act.key}
    for number, act in enumerate(episode.acts, start=1):
        key = f"{episode.key}/{number}"
        event_id = teller.ids.own(rows.EpisodeEvent, key)
        if act.do in OPENINGS:
            do = partial(open_episode, order=_opening(teller, episode, act))
            if number == 1:
                yield teller.step(rows.Episode, episode.key, act.by, act.ago, do, event_id)
            else:  # the admission that a care request asked for
                yield teller.step(rows.EpisodeEvent, key, act.by, act.ago, do)
        else:
            about = f"{episode.key}/{numbers[act.about]}" if act.about else None
            do = partial(episode_acts.act, order=_order(teller, episode, act, about))
            yield teller.step(rows.EpisodeEvent, key, act.by, act.ago, do)
        yield from _acknowledgements(teller, key, event_id, act.acknowledged)
    scope_id = teller.ids.own(rows.Episode, episode.key)
    yield from _consents(teller, ConsentKind.PROCESS, scope_id, episode.key, episode.consents)


def plan_steps(teller: Teller, plan: DemoPlan) -> Iterator[Step]:
    """All that was done to the plan; the first call in an episode is an event of that too."""
    plan_id = teller.ids.own(rows.PlanProcess, plan.key)
    for number, act in enumerate(plan.acts, start=1):
        key = f"{plan.key}/{number}"
        event_id = teller.ids.own(rows.PlanEvent, key)
        if act.do is PlanEventKind.NEED_IDENTIFIED:
            do = partial(identify_need, order=_need(teller, plan, act))
            yield teller.step(rows.PlanProcess, plan.key, act.by, act.ago, do, event_id)
            continue
        order = PlanOrder(kind=act.do, plan_id=plan_id, saying=_plan_saying(teller, act))
        notice_id = teller.ids.own(rows.EpisodeEvent, f"plan/{key}")
        yield teller.step(rows.PlanEvent, key, act.by, act.ago, partial(plan_acts.act, order=order), notice_id)
        yield from _acknowledgements(teller, f"plan/{key}", notice_id, act.acknowledged)
    yield from _consents(teller, ConsentKind.PLAN, plan_id, plan.key, plan.consents)


def _opening(teller: Teller, episode: DemoEpisode, act: DemoEpisodeAct) -> OpeningOrder:
    """A ward admits by the number on the identity card: it need not know the patient."""
    [patient] = [one for one in teller.demo.patients if one.key == episode.patient]
    admits = act.do is EpisodeEventKind.ADMITTED
    return OpeningOrder(
        kind=act.do,
        patient_id=None if admits else teller.ids.own(rows.Patient, patient.key),
        identifier=patient.identifier if admits else None,
        saying=_saying(teller, act, None),
    )


def _order(teller: Teller, episode: DemoEpisode, act: DemoEpisodeAct, about: str | None) -> EpisodeOrder:
    notice_id = None if about is None else teller.ids.own(rows.EpisodeEvent, about)
    return EpisodeOrder(
        kind=act.do,
        episode_id=teller.ids.own(rows.Episode, episode.key),
        notice_id=notice_id,
        saying=_saying(teller, act, notice_id),
    )


def _saying(teller: Teller, act: DemoEpisodeAct, about: UUID | None) -> Saying:
    fields: dict[str, Any] = {name: getattr(act, name) for name in _AS_SAID if getattr(act, name) not in ("", ())}
    if about is not None:
        fields["about"] = str(about)
    if act.expected is not None:
        fields["expected_discharge"] = teller.day(act.expected)
    if act.receives is not None:
        fields["receives_from"] = teller.moment(act.receives.day, act.receives.at)
    if act.informed:
        fields["informed"] = frozenset(act.informed)
    return Saying(
        fields=fields,
        recipient_unit_ids=teller.units(act.to),
        called_unit_id=teller.ids.maybe(rows.Unit, act.called),
        extra=_beside(act.information),
    )


def _beside(information: DemoInformation | None) -> dict[str, Any]:
    return {} if information is None else asdict(information)


def _acknowledgements(teller: Teller, key: str, notice_id: UUID, by_whom: Acknowledged) -> Iterator[Step]:
    for by, ago in by_whom.items():
        saying = Saying(fields={"about": str(notice_id)})
        order = EpisodeOrder(kind=EpisodeEventKind.ACKNOWLEDGED, notice_id=notice_id, saying=saying)
        yield teller.step(rows.EpisodeEvent, f"{key}/{by}", by, ago, partial(episode_acts.act, order=order))


def _consents(
    teller: Teller, kind: ConsentKind, scope_id: UUID, key: str, said: Sequence[DemoSaid]
) -> Iterator[Step]:
    for number, one in enumerate(said, start=1):
        what = ConsentSaid(state=one.state, form=one.form, reason=one.reason)
        order = ConsentOrder(kind=kind, scope_id=scope_id, said=what, about=one.about)
        name, do = f"{kind.lower()}/{key}/{number}", partial(record_consent, order=order)
        yield teller.step(rows.ConsentEntry, name, one.by, one.ago, do)


def _need(teller: Teller, plan: DemoPlan, act: DemoPlanAct) -> NeedOrder:
    return NeedOrder(
        patient_id=teller.ids.of(rows.Patient, plan.patient),
        episode_id=teller.ids.maybe(rows.Episode, plan.episode),
        saying=Saying(fields={"text": act.text}, recipient_unit_ids=teller.units(act.to)),
    )


def _plan_saying(teller: Teller, act: DemoPlanAct) -> Saying:
    fields: dict[str, Any] = {"text": act.text, "reason": act.reason, "accepted": act.accepted}
    if act.meeting is not None:
        fields["meeting"] = _meeting(teller, act.meeting)
    if act.content is not None:
        fields["content"] = _content(teller, act.content)
    if act.follow_up is not None:
        fields["follow_up_on"] = teller.day(act.follow_up)
    return Saying(fields=fields, recipient_unit_ids=teller.units(act.to))


def _meeting(teller: Teller, told: DemoMeeting) -> Meeting:
    return Meeting(
        starts_at=teller.moment(told.day, told.starts),
        ends_at=teller.moment(told.day, told.ends),
        form=told.form,
        place=told.place,
    )


def _content(teller: Teller, told: DemoContent) -> PlanContent:
    return PlanContent(
        goals=told.goals,
        interventions=tuple(_intervention(teller, one) for one in told.interventions),
        measures_by_others=told.measures_by_others,
        main_responsibility=told.main_responsibility,
        patients_view=told.patients_view,
        present=told.present,
    )


def _intervention(teller: Teller, told: DemoIntervention) -> PlanIntervention:
    unit = teller.ids.maybe(rows.Unit, told.unit)
    return PlanIntervention(
        what=told.what,
        principal=told.principal,
        unit_id=None if unit is None else str(unit),
        responsible=told.responsible,
        starts_on=None if told.starts is None else teller.day(told.starts),
    )
