"""What a recorded episode says about payment (betalningsansvar, lag 2017:612 5 kap.)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lifecare_gql.domain.clocks import clocks
from lifecare_gql.domain.episode_facts import EpisodeEvent, EpisodeFacts
from lifecare_gql.domain.episode_words import ClockKind, EpisodeEventKind, NoticeKind, PartyRole
from lifecare_gql.domain.payment import AdmissionNotice, DischargeReadyNotice, EpisodeForPayment, SipCall
from lifecare_gql.domain.payment_words import OutpatientCare


def episode_for_payment(
    events: Sequence[EpisodeEvent],
    facts: EpisodeFacts,
    registered_municipality: str | None,
    placing_municipality: str | None,
    outpatient_care: OutpatientCare | None = None,
) -> EpisodeForPayment:
    """The episode as the payment rules know it. `outpatient_care`: as somebody knows; None: as the events tell."""
    return EpisodeForPayment(
        registered_municipality=registered_municipality,
        placing_municipality=placing_municipality,
        admission_notice=_admission_notice(facts),
        discharge_ready=tuple(_discharge_ready(events)),
        sip_required=facts.plan_needed,
        # Nobody but the fixed care contact's unit can call in the process: the table says so.
        sip_call=None
        if facts.sip_called_at is None
        else SipCall(sent_at=facts.sip_called_at, by_fixed_care_contact=True),
        outpatient_care=outpatient_care or _outpatient_care(events, facts),
        discharged_at=facts.discharged_at,
    )


def _admission_notice(facts: EpisodeFacts) -> AdmissionNotice | None:
    """The notice; one that lacks a legal field cannot be sent, so it is complete."""
    if facts.sent(NoticeKind.ADMISSION_NOTICE) is None:
        return None
    late = any(clock.late for clock in clocks(facts) if clock.kind is ClockKind.ADMISSION_NOTICE)
    return AdmissionNotice(complete=True, late=late)


def _discharge_ready(events: Sequence[EpisodeEvent]) -> Iterator[DischargeReadyNotice]:
    """Every notice that was ever sent, with when it was withdrawn."""
    sent = None
    for event in events:
        if event.act.kind is EpisodeEventKind.DISCHARGE_READY_SENT:
            sent = event.at
        elif event.act.kind is EpisodeEventKind.DISCHARGE_READY_WITHDRAWN and sent is not None:
            yield DischargeReadyNotice(sent_at=sent, withdrawn_at=event.at)
            sent = None
    if sent is not None:
        yield DischargeReadyNotice(sent_at=sent)


def _outpatient_care(events: Sequence[EpisodeEvent], facts: EpisodeFacts) -> OutpatientCare:
    """Available when each outpatient unit that receives the patient has said so since the notice; else unclear."""
    since = facts.discharge_ready_at
    said = {
        event.unit.id
        for event in events
        if event.act.kind is EpisodeEventKind.CAN_RECEIVE_CONFIRMED and since is not None and event.at >= since
    }
    waited_for = {unit.id for unit in facts.receiving if PartyRole.of(unit.kind) is PartyRole.OUTPATIENT_CARE}
    return OutpatientCare.AVAILABLE if waited_for <= said else OutpatientCare.UNCLEAR
