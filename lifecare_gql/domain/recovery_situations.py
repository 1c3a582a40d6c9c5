"""What the record tells of a patient at a unit after an outage: now, and as it stood when the system ran again.

The difference between the two is what has been done since: that is what the report counts. Pure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_events import facts_of
from lifecare_gql.domain.episode_facts import EpisodeEvent, EpisodeFacts, Notice, PhoneCall
from lifecare_gql.domain.episode_words import EpisodeEventKind, NoticeKind
from lifecare_gql.domain.outage_facts import Interval, OutageFacts
from lifecare_gql.domain.outage_words import OutageState, PatientStatus
from lifecare_gql.domain.outages import OutageRoutine
from lifecare_gql.domain.recovery import RecoveryItem, Situation, Unread, recovery_items
from lifecare_gql.domain.recovery_report import RecoveryRecord
from lifecare_gql.domain.words import ReceiptState

_Event = EpisodeEventKind
_NOTICES = {
    NoticeKind.ADMISSION_NOTICE: _Event.ADMISSION_NOTICE_SENT,
    NoticeKind.DISCHARGE_NOTICE: _Event.DISCHARGE_NOTICE_SENT,
    NoticeKind.PATIENT_INFORMATION: _Event.PATIENT_INFORMED,
}
_OF_LEAVING = (NoticeKind.DISCHARGE_NOTICE, NoticeKind.PATIENT_INFORMATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """What a unit has left to do for a patient, and what it had to do when the system ran again."""

    left: tuple[RecoveryItem, ...]
    wanted: tuple[RecoveryItem, ...]

    def records(self, municipality: str | None) -> Iterator[RecoveryRecord]:
        """Each item that has stood on the worklist; `municipality` is the code of the patient's."""
        left = {(one.kind, one.about) for one in self.left}
        for key in dict.fromkeys((one.kind, one.about) for one in (*self.wanted, *self.left)):
            yield RecoveryRecord(kind=key[0], municipality=municipality, done=key not in left)


def recovered(outage: OutageFacts, now: Situation, then: Situation, routine: OutageRoutine | None) -> Recovered:
    """What is left of what there was; of an outage that is closed, what was left when it was."""
    asked = replace(outage, state=OutageState.RECOVERY) if outage.state is OutageState.CLOSED else outage
    return Recovered(left=recovery_items(asked, now, routine), wanted=recovery_items(asked, then, routine))


@dataclass(frozen=True, slots=True, kw_only=True)
class Down:
    """The outage that a situation is seen against: its id, and from when until when it was."""

    outage_id: str
    interval: Interval

    def concerns(self, notice: Notice) -> bool:
        """Whether the notice came before the end of the outage, or was entered afterwards as of it."""
        ends_at = self.interval.ends_at
        return notice.outage == self.outage_id or ends_at is None or notice.sent_at < ends_at


def situations(
    unit: Party, episode_id: str, history: Sequence[EpisodeEvent], facts: EpisodeFacts, down: Down
) -> tuple[Situation, Situation]:
    """The episode at the unit now, and as it stood when the system ran again; ValueError while it is down.

    When the patient came and left is known today, also of then.
    """
    ends_at = down.interval.ends_at
    if ends_at is None:
        raise ValueError("an outage that lasts has no recovery yet")
    now = situation(unit, episode_id, facts, down)
    earlier = [event for event in history if event.at < ends_at]
    before = facts_of(earlier, now=ends_at, background=facts.background)
    then = replace(
        now,
        registered=_registered(before),
        fixed_care_contact_appointed=unit.id in before.fixed_care_contacts,
        sip_called=before.sip_called_at is not None,
        form_kept=_filled_in(unit, facts, down),
        unread=(*_unread(unit, before, down), *_as_of(unit, facts, down)),
    )
    return now, then


def situation(unit: Party, episode_id: str, facts: EpisodeFacts, down: Down) -> Situation:
    """The episode at the unit as it stands.

    Calls in the outage tell when the patient left, and which day for a SIP meeting was agreed on with the unit.
    Unread is what came before the end of the outage, or was entered afterwards as of it.
    """
    calls = list(_calls(facts, down))
    own = [one for one in calls if unit.id in (one.caller.id, one.called.id)]
    told = [one.discharged_at for one in calls if one.discharged_at is not None]
    agreed = [one.sip_agreed_on for one in own if one.sip_agreed_on is not None]
    discharged_at = facts.discharged_at or (told[-1] if told else None)
    return Situation(
        unit=unit,
        subject=episode_id,
        admitted_at=facts.admitted_at,
        discharged_at=discharged_at,
        statuses=frozenset(_statuses(facts, discharged_at)),
        registered=_registered(facts),
        unread=tuple(_unread(unit, facts, down)),
        fixed_care_contact_appointed=unit.id in facts.fixed_care_contacts,
        sip_agreed_on=agreed[-1] if agreed else None,
        sip_called=facts.sip_called_at is not None,
        form_kept=unit.id in facts.forms_kept and _filled_in(unit, facts, down),
    )


def letters(unit: Party, patient_id: str, unread: Iterable[Unread]) -> Situation:
    """What is unread of the messages about a patient, outside any care episode."""
    return Situation(unit=unit, subject=patient_id, unread=tuple(unread))


def _calls(facts: EpisodeFacts, down: Down) -> Iterator[PhoneCall]:
    return (one for one in facts.calls if down.interval.contains(one.at))


def _filled_in(unit: Party, facts: EpisodeFacts, down: Down) -> bool:
    """Whether the unit noted a call of the outage on a form; one of another outage is that outage's matter."""
    return any(one.on_paper for one in _calls(facts, down) if one.caller.id == unit.id)


def _statuses(facts: EpisodeFacts, discharged_at: dt.datetime | None) -> Iterator[PatientStatus]:
    if facts.discharge_ready_at is not None:
        yield PatientStatus.DISCHARGE_READY
    if discharged_at is not None:
        yield PatientStatus.GONE_HOME


def _registered(facts: EpisodeFacts) -> frozenset[EpisodeEventKind]:
    """What stands in the record and is in force: what was told of a discharge that was taken back is void."""
    since = facts.discharge_ready_at or facts.stay_since
    found = {_Event.DISCHARGED} if facts.discharged_at is not None else set()
    for kind, event in _NOTICES.items():
        sent = facts.sent(kind)
        void = kind in _OF_LEAVING and (since is None or (sent is not None and sent.sent_at < since))
        if sent is not None and not void:
            found.add(event)
    return frozenset(found)


def _unread(unit: Party, facts: EpisodeFacts, down: Down) -> Iterator[Unread]:
    for notice, to in facts.unacknowledged():
        if to.id == unit.id and down.concerns(notice):
            yield Unread(id=notice.id, came_at=notice.sent_at)


def _as_of(unit: Party, facts: EpisodeFacts, down: Down) -> Iterator[Unread]:
    """What was entered as of the outage and sent to the unit, read or not; none that came to the wrong place."""
    for notice in facts.to(unit.id):
        delivery = notice.delivery(unit.id)
        if notice.outage == down.outage_id and delivery and delivery.state is not ReceiptState.MISDIRECTED:
            yield Unread(id=notice.id, came_at=notice.sent_at)
