"""Read the facts of a care episode from its events, which are the record. Pure; nothing is forgotten.

verdict = judge(act, facts, unit, regions)      # may it be done?
event = EpisodeEvent(id=..., at=now, unit=unit, act=act)
facts = facts_after(facts, event)               # what holds afterwards: as facts_of([*events, event], now=now)
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_facts import (
    Background,
    Delivery,
    EpisodeEvent,
    EpisodeFacts,
    Notice,
    Participant,
    PhoneCall,
)
from lifecare_gql.domain.episode_words import EpisodeEventKind, NoticeKind, PartyRole
from lifecare_gql.domain.episodes import next_state, notice_of
from lifecare_gql.domain.words import ReceiptState

_Kind = EpisodeEventKind


def facts_of(
    events: Iterable[EpisodeEvent], *, now: dt.datetime, background: Background | None = None
) -> EpisodeFacts:
    """The episode as it stands after the events, in order; ValueError when they follow no row of the table.

    What is acknowledged, or marked as misdirected, must be named by its id (`about`).
    """
    facts = EpisodeFacts(now=now, background=background or Background())
    for event in events:
        facts = facts_after(facts, event)
    return facts


def facts_after(facts: EpisodeFacts, event: EpisodeEvent) -> EpisodeFacts:
    """The episode as it stands after one more event; ValueError when it follows no row of the table."""
    learn = _LEARN.get(event.act.kind)
    learned = {} if learn is None else learn(facts, event)
    joined = replace(facts, participants=_joined(facts, event))
    sent = _sent(joined, event)
    return replace(
        joined,
        notices=(*learned.pop("notices", facts.notices), *sent),
        state=next_state(event.act, facts.state),
        version=facts.version + 1,
        **learned,
    )


def _joined(facts: EpisodeFacts, event: EpisodeEvent) -> tuple[Participant, ...]:
    """Those who take part, with those whom the event brings in; each once."""
    via = event.unit.id if event.act.kind is _Kind.FORWARDED else None
    brought = event.act.recipients if event.act.kind in _BRINGS_IN else ()
    coming = (Participant(unit=event.unit), *(Participant(unit=one, via=via) for one in brought))
    found = {one.unit.id: one for one in facts.participants}
    for one in coming:
        known = found.get(one.unit.id)
        if known is None or (known.via is not None and one.via is None and one.unit != event.unit):
            found[one.unit.id] = one
    return tuple(found.values())


_BRINGS_IN = {
    _Kind.CARE_REQUESTED,
    _Kind.ADMISSION_NOTICE_SENT,
    _Kind.FORWARDED,
    _Kind.PARTICIPANT_ADDED,
}


def _sent(facts: EpisodeFacts, event: EpisodeEvent) -> tuple[Notice, ...]:
    kind = notice_of(event.act.kind)
    if kind is None:
        return ()
    deliveries = tuple(Delivery(unit=unit) for unit in _recipients(facts, event, kind))
    return (
        Notice(
            id=event.id,
            kind=kind,
            sent_at=event.at,
            sender=event.unit,
            deliveries=deliveries,
            outage=event.act.outage,
        ),
    )


def _recipients(facts: EpisodeFacts, event: EpisodeEvent, kind: NoticeKind) -> tuple[Party, ...]:
    """Those whom the sender chose; else whoever the notice concerns among those who take part."""
    if event.act.recipients:
        return event.act.recipients
    if kind is NoticeKind.PATIENT_INFORMATION:
        return ()
    if kind is NoticeKind.MISDIRECTED:
        return (_meant(facts, event).sender,)
    others = (one for one in facts.active if one.unit.id != event.unit.id)
    to_ward = kind in _TO_WARD and PartyRole.of(event.unit.kind) is not PartyRole.WARD
    return tuple(one.unit for one in others if not to_ward or one.role is PartyRole.WARD)


_TO_WARD = {NoticeKind.ANSWER, NoticeKind.PLANNING_BASIS, NoticeKind.CAN_RECEIVE}


def _meant(facts: EpisodeFacts, event: EpisodeEvent) -> Notice:
    """The notice that an acknowledgement or mark is about."""
    found = next(facts.to(event.unit.id, event.act.about), None)
    if event.act.about is None or found is None:
        raise ValueError(f"{event.act.kind} is about no notice to the unit")
    return found


def _marked(state: ReceiptState) -> Callable[[EpisodeFacts, EpisodeEvent], dict[str, Any]]:
    def learn(facts: EpisodeFacts, event: EpisodeEvent) -> dict[str, Any]:
        meant = _meant(facts, event)

        def delivery(one: Delivery) -> Delivery:
            return replace(one, state=state) if one.unit.id == event.unit.id else one

        def notice(one: Notice) -> Notice:
            return replace(one, deliveries=tuple(map(delivery, one.deliveries))) if one.id == meant.id else one

        return {"notices": tuple(map(notice, facts.notices))}

    return learn


def _called(facts: EpisodeFacts, event: EpisodeEvent) -> dict[str, Any]:
    act = event.act
    if act.called is None:
        raise ValueError("a phone call is with somebody")
    call = PhoneCall(
        at=_when(event),
        caller=event.unit,
        called=act.called,
        spoke_with=act.spoke_with,
        informed=act.informed,
        discharged_at=act.discharged_at,
        sip_agreed_on=act.sip_agreed_on,
        on_paper=act.on_paper,
    )
    kept = {event.unit.id} if act.on_paper else set()
    return {"calls": (*facts.calls, call), "forms_kept": facts.forms_kept | kept}


def _assessed(question: str) -> Callable[[EpisodeFacts, EpisodeEvent], dict[str, Any]]:
    def learn(facts: EpisodeFacts, event: EpisodeEvent) -> dict[str, Any]:
        if event.act.holds is None:
            raise ValueError(f"{event.act.kind} says whether it is so")
        answer: dict[str, Any] = {question: event.act.holds}
        return {"background": replace(facts.background, **answer)}

    return learn


def _appointed(facts: EpisodeFacts, event: EpisodeEvent) -> dict[str, Any]:
    names = {**dict(facts.fixed_care_contact_names), event.unit.id: event.act.named}
    contacts = facts.fixed_care_contacts | {event.unit.id}
    return {"fixed_care_contacts": contacts, "fixed_care_contact_names": tuple(names.items())}


def _when(event: EpisodeEvent) -> dt.datetime:
    return event.act.occurred_at or event.at


_LEARN: dict[EpisodeEventKind, Callable[[EpisodeFacts, EpisodeEvent], dict[str, Any]]] = {
    _Kind.CARE_REQUESTED: lambda _, event: {"ward": event.act.recipients[0]},
    _Kind.ADMITTED: lambda _, event: {"admitted_at": _when(event), "ward": event.unit},
    _Kind.NEED_ASSESSED: lambda _, event: {"need_assessed_at": _when(event)},
    _Kind.NO_NEED_ASSESSED: lambda _, __: {"need_assessed_at": None},
    _Kind.SECRECY_ASSESSED: _assessed("secrecy_hinders"),
    _Kind.COMPULSORY_CARE_ASSESSED: _assessed("care_plan_instead"),
    _Kind.ADMISSION_NOTICE_SENT: lambda facts, event: {
        "expected_discharge": event.act.expected_discharge or facts.expected_discharge
    },
    _Kind.EXPECTED_DISCHARGE_CHANGED: lambda _, event: {"expected_discharge": event.act.expected_discharge},
    _Kind.FIXED_CARE_CONTACT_APPOINTED: _appointed,
    _Kind.PLANNING_BASIS_SENT: lambda facts, event: {
        "planning_basis_at": facts.planning_basis_at or event.at,
        "track": event.act.track or facts.track,
    },
    _Kind.ACKNOWLEDGED: _marked(ReceiptState.ACKNOWLEDGED),
    _Kind.MISDIRECTED: _marked(ReceiptState.MISDIRECTED),
    _Kind.PHONE_CALL_LOGGED: _called,
    _Kind.FORM_SENT: lambda facts, event: {"forms_kept": facts.forms_kept - {event.unit.id}},
    _Kind.DISCHARGE_READY_SENT: lambda _, event: {"discharge_ready_at": event.at},
    _Kind.DISCHARGE_READY_WITHDRAWN: lambda _, event: {
        "discharge_ready_at": None,
        "ready_withdrawn_at": event.at,
    },
    _Kind.SIP_CALLED: lambda _, event: {"sip_called_at": event.at},
    _Kind.DISCHARGED: lambda _, event: {"discharged_at": _when(event)},
}
