"""The facts about a care episode (vårdtillfälle) that the process may look at.

An act is what somebody wants to do; once done it is an event, with who and when. Events are only ever added,
and the facts are read from them (`episode_events.facts_of`). Every moment is aware.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_words import EpisodeEventKind, EpisodeState, LegalField, NoticeKind, PartyRole
from lifecare_gql.domain.words import Protection, ReceiptState, UnitKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistItem:
    """A point of the readiness checklist (hemgångsklar); its wording belongs to the region."""

    title: str
    comment: str = ""
    ticked_by_municipality: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What a unit wants to do, with what it says; what it does not say is empty.

    `about` is the id of the event whose notice is acknowledged, forwarded or misdirected; without it the act
    can be offered (is there any such notice?) but not done. `occurred_at` is when it happened, where that is
    not when it is entered. `outage` is the id of the outage that it is entered as of (efterregistrering).
    `contents` says which of the patient's three legal fields go along; the fourth is `expected_discharge`.
    `named` is who the fixed care contact is, by name or role; `receives_from` when the unit can receive the
    patient; `holds` whether what was assessed is so.

    Of a call: `informed` is what was told and `received` what was heard; `discharged_at` is when the patient left,
    by what was said; `sip_agreed_on` the day of a SIP meeting that was agreed; `on_paper` that it was noted on a
    form first, with its `signature`.
    """

    kind: EpisodeEventKind
    reason: str = ""
    text: str = ""
    recipients: tuple[Party, ...] = ()
    routed: bool = False
    about: str | None = None
    occurred_at: dt.datetime | None = None
    expected_discharge: dt.date | None = None
    contents: frozenset[LegalField] = frozenset()
    municipal_health_care: bool = False
    address_reason: str = ""
    checklist: tuple[ChecklistItem, ...] = ()
    called: Party | None = None
    spoke_with: str = ""
    informed: frozenset[NoticeKind] = frozenset()
    received: frozenset[NoticeKind] = frozenset()
    discharged_at: dt.datetime | None = None
    sip_agreed_on: dt.date | None = None
    on_paper: bool = False
    signature: str = ""
    outage: str | None = None
    track: str | None = None
    named: str = ""
    receives_from: dt.datetime | None = None
    holds: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeEvent:
    """An act that was done: by whom, and when it was entered. Never changed, never removed."""

    id: str
    at: dt.datetime
    unit: Party
    act: Act


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A notice with one receiving unit (kvittens per mottagare)."""

    unit: Party
    state: ReceiptState = ReceiptState.SENT


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something that was sent; its id is its event's. `outage` is the outage that it was entered as of, if any."""

    id: str
    kind: NoticeKind
    sent_at: dt.datetime
    sender: Party
    deliveries: tuple[Delivery, ...]
    outage: str | None = None

    def delivery(self, unit_id: str) -> Delivery | None:
        """The unit's own delivery, or None when it is no recipient."""
        return next((one for one in self.deliveries if one.unit.id == unit_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneCall:
    """A telephone call that was noted (V28): who called whom, whom they spoke with, and what it was about."""

    at: dt.datetime
    caller: Party
    called: Party
    spoke_with: str
    informed: frozenset[NoticeKind]
    discharged_at: dt.datetime | None = None
    sip_agreed_on: dt.date | None = None
    on_paper: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """A unit in the process. `via` is the unit of its municipality that forwarded to it (en väg in, V57)."""

    unit: Party
    via: str | None = None

    @property
    def role(self) -> PartyRole:
        """Its part in the process."""
        return PartyRole.of(self.unit.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """What is known of the patient and the decisions, outside the events of the episode.

    `identity_valid` and `another_open` are about the patient; `secrecy_hinders` is the ward's decision
    (3 kap. 1–2 §§); `plan_consent` is for the SIP (4 kap. 2 §), `process_consent` for sharing (OP2);
    `care_plan_instead` is true for öppen psykiatrisk tvångsvård and öppen rättspsykiatrisk vård (4 kap. 1 §).
    What the ward last said in an event about secrecy and compulsory care takes the place of what stands here.
    """

    identity_valid: bool = True
    another_open: bool = False
    protection: Protection = Protection.NONE
    secrecy_hinders: bool = False
    plan_consent: bool = False
    process_consent: bool = False
    care_plan_instead: bool = False
    lives_in: UnitKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeFacts:
    """A care episode as it stands; `state` None means that there is none yet.

    `ward` is where the patient was admitted, or the first that was asked to care for the patient.
    `discharge_ready_at` is when the notice in force was sent: a withdrawal empties it, the events stay.
    `forms_kept` are the units at which a filled-in form lies that has not been sent in (V33).
    `fixed_care_contact_names` is who each unit named last: (unit's id, name or role).
    """

    now: dt.datetime
    background: Background = Background()
    state: EpisodeState | None = None
    version: int = 0
    ward: Party | None = None
    participants: tuple[Participant, ...] = ()
    notices: tuple[Notice, ...] = ()
    calls: tuple[PhoneCall, ...] = ()
    admitted_at: dt.datetime | None = None
    need_assessed_at: dt.datetime | None = None
    expected_discharge: dt.date | None = None
    fixed_care_contacts: frozenset[str] = frozenset()
    fixed_care_contact_names: tuple[tuple[str, str], ...] = ()
    planning_basis_at: dt.datetime | None = None
    track: str | None = None
    discharge_ready_at: dt.datetime | None = None
    ready_withdrawn_at: dt.datetime | None = None
    forms_kept: frozenset[str] = frozenset()
    sip_called_at: dt.datetime | None = None
    discharged_at: dt.datetime | None = None

    def participant(self, unit_id: str) -> Participant | None:
        """The unit as it takes part; None when it takes no part, or no longer does."""
        found = (one for one in self.participants if one.unit.id == unit_id)
        return next((one for one in found if not self._left(one)), None)

    @property
    def active(self) -> tuple[Participant, ...]:
        """Those who take part, without those who were addressed by mistake."""
        return tuple(one for one in self.participants if not self._left(one))

    @property
    def receiving(self) -> tuple[Party, ...]:
        """The receiving units (mottagande enheter): addressed by the ward, not by another unit (V17, V57)."""
        units = (one.unit for one in self.active if one.role is not PartyRole.WARD)
        return tuple(unit for unit in units if self._brought_in(unit.id))

    @property
    def lost_roles(self) -> tuple[PartyRole, ...]:
        """The roles where every unit that was addressed says that it was by mistake (felsänt)."""
        left = {one.role for one in self.participants if self._left(one)}
        remaining = {PartyRole.of(unit.kind) for unit in self.receiving}
        return tuple(role for role in PartyRole if role in left - remaining)

    @property
    def plan_needed(self) -> bool:
        """Whether both region and municipality receive the patient, so that a SIP is made (4 kap. 1 §)."""
        roles = {PartyRole.of(unit.kind) for unit in self.receiving}
        return len(roles) > 1 and not self.background.care_plan_instead

    @property
    def region(self) -> str | None:
        """The region whose process it is: the ward's."""
        return self.ward.region if self.ward else None

    @property
    def stay_since(self) -> dt.datetime | None:
        """Since when what is told of the discharge counts, if nobody told that the patient is discharge-ready."""
        return self.ready_withdrawn_at or self.admitted_at

    @property
    def leaving_since(self) -> dt.datetime | None:
        """Since when the patient is leaving: discharge-ready, or gone without it (entered after an outage)."""
        return self.discharge_ready_at or (self.stay_since if self.discharged_at else None)

    def sent(self, kind: NoticeKind) -> Notice | None:
        """The latest notice of the kind, or None."""
        return next((one for one in reversed(self.notices) if one.kind is kind), None)

    def to(self, unit_id: str, about: str | None = None) -> Iterator[Notice]:
        """The notices to the unit; only the one with the id `about`, if given."""
        return (one for one in self.notices if about in (None, one.id) and one.delivery(unit_id))

    def unacknowledged(self) -> Iterator[tuple[Notice, Party]]:
        """What is sent and not acknowledged, with the unit it waits for; none waits for a unit that left."""
        here = {one.unit.id for one in self.active}
        for notice in self.notices:
            for one in notice.deliveries:
                if one.state is ReceiptState.SENT and one.unit.id in here:
                    yield notice, one.unit

    def told_by_phone(self, unit_id: str, kind: NoticeKind, since: dt.datetime) -> PhoneCall | None:
        """The call at or after `since` by which ward and unit spoke of such a notice; None without one."""
        for call in self.calls:
            wards = [PartyRole.of(one.kind) is PartyRole.WARD for one in (call.caller, call.called)]
            with_unit = unit_id in (call.caller.id, call.called.id)
            if with_unit and any(wards) and kind in call.informed and call.at >= since:
                return call
        return None

    @property
    def information_transferred_at(self) -> dt.datetime | None:
        """When all receiving units had the discharge information (3 kap. 2 §), by notice or phone; else None."""
        since = self.leaving_since
        if since is None:
            return None
        told = [self._told_at(unit.id, since) for unit in self.receiving]
        return max((at for at in told if at), default=None) if all(told) else None

    def _told_at(self, unit_id: str, since: dt.datetime) -> dt.datetime | None:
        notices = (one for one in self.to(unit_id) if one.kind is NoticeKind.DISCHARGE_NOTICE)
        sent = [one.sent_at for one in notices if one.sent_at >= since]
        call = self.told_by_phone(unit_id, NoticeKind.DISCHARGE_NOTICE, since)
        return min((*sent, *([call.at] if call else [])), default=None)

    def _brought_in(self, unit_id: str) -> bool:
        kinds = (NoticeKind.ADMISSION_NOTICE, NoticeKind.PARTICIPANT_ADDED)
        brought = (one.delivery(unit_id) for one in self.to(unit_id) if one.kind in kinds)
        return any(one is not None and one.state is not ReceiptState.MISDIRECTED for one in brought)

    def _left(self, one: Participant) -> bool:
        """Whether all that brought the unit in was sent to it by mistake."""
        kinds = (NoticeKind.ADMISSION_NOTICE, NoticeKind.PARTICIPANT_ADDED, NoticeKind.FORWARDED)
        brought = [note.delivery(one.unit.id) for note in self.to(one.unit.id) if note.kind in kinds]
        return bool(brought) and all(it is not None and it.state is ReceiptState.MISDIRECTED for it in brought)
