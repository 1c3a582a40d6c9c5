"""After an outage (driftstopp): what each unit has to do, for each patient, by the region's own sentences. Pure.

What the core knows is when a kind of item is done, or not needed. For which units and patients it is asked, and
by which sentence, is the region's data (`OutageProcedure.after`). Nobody ticks an item: it is read from the
situation, so it is there until what it asks for is done, and only until then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_words import EpisodeEventKind
from lifecare_gql.domain.outage_facts import Interval, OutageFacts
from lifecare_gql.domain.outage_words import OutageState, PatientClass, PatientStatus, RecoveryKind
from lifecare_gql.domain.outages import OutageRoutine, RecoveryStep

_Kind = RecoveryKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A notice or message that the unit has not acknowledged; `came_at` is when it came to the unit."""

    id: str
    came_at: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is known of one patient at one unit, whoever has entered it. Moments are aware.

    `subject` is the id of the care episode, or of the patient where there is none. `admitted_at` and
    `discharged_at` are when it happened, by the record or the phone log; None when it has not, or is not known.
    `registered` is what stands in the record of this stay and is in force, whoever entered it and when.
    `unread` is what came in connection with the outage or after it (V42, V54). `sip_agreed_on` is the date for a
    SIP meeting that was agreed by phone (V53), and `sip_called` says that the formal call is sent. `form_kept`
    says that a filled-in form about the patient lies at the unit (V33).
    """

    unit: Party
    subject: str
    admitted_at: dt.datetime | None = None
    discharged_at: dt.datetime | None = None
    statuses: frozenset[PatientStatus] = frozenset()
    registered: frozenset[EpisodeEventKind] = frozenset()
    unread: tuple[Unread, ...] = ()
    fixed_care_contact_appointed: bool = False
    sip_agreed_on: dt.date | None = None
    sip_called: bool = False
    form_kept: bool = False

    @property
    def gone_home(self) -> bool:
        """Whether the patient has left the hospital for home."""
        return PatientStatus.GONE_HOME in self.statuses


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryItem:
    """Something that a unit has to do after an outage; (kind, unit_id, subject, about) is unique.

    `about` is the id of the notice or message to acknowledge, else None. `agreed_on` is the date that a SIP
    call is to name. `demanded_by` are the region's sentences, each with its fact.
    """

    kind: RecoveryKind
    unit_id: str
    subject: str
    patients: PatientClass
    demanded_by: tuple[RecoveryStep, ...]
    about: str | None = None
    since: dt.datetime
    agreed_on: dt.date | None = None

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts that demand it, each once."""
        return tuple(dict.fromkeys(step.fact for step in self.demanded_by))


def patient_class(
    interval: Interval, admitted_at: dt.datetime | None, discharged_at: dt.datetime | None
) -> PatientClass:
    """Which of the three classes of V29 the patient is of, or none of them; the interval is half open."""
    admitted, discharged = interval.contains(admitted_at), interval.contains(discharged_at)
    if admitted and discharged:
        return PatientClass.BOTH
    if admitted or discharged:
        return PatientClass.ADMITTED if admitted else PatientClass.DISCHARGED
    return PatientClass.NEITHER


def recovery_items(
    outage: OutageFacts, situation: Situation, routine: OutageRoutine | None
) -> tuple[RecoveryItem, ...]:
    """What the unit has left to do for the patient after the outage, in the order of `RecoveryKind`.

    Nothing unless the outage is in recovery, the unit is of its region, and that region has a routine for the
    unit's care type: else no source demands anything.
    """
    interval = outage.interval
    if outage.state is not OutageState.RECOVERY or interval is None or interval.ends_at is None:
        return ()
    if routine is None or not routine.region == outage.region == situation.unit.region:
        return ()
    procedure = routine.procedure(situation.unit.kind.care_type)
    patients = patient_class(interval, situation.admitted_at, situation.discharged_at)
    steps = [step for step in procedure.after if step.concerns(patients)] if procedure else []
    return tuple(_items(interval.ends_at, situation, patients, steps))


def recovery_worklist(
    outage: OutageFacts, situations: Iterable[Situation], routine: OutageRoutine | None
) -> tuple[RecoveryItem, ...]:
    """All that is left to do, in an order that does not depend on that of the situations."""
    found = (item for one in situations for item in recovery_items(outage, one, routine))
    order = list(RecoveryKind).index
    return tuple(sorted(found, key=lambda one: (one.unit_id, one.subject, order(one.kind), one.since, one.about)))


def _items(
    ended_at: dt.datetime, situation: Situation, patients: PatientClass, steps: list[RecoveryStep]
) -> Iterator[RecoveryItem]:
    for kind in RecoveryKind:
        demanded_by = tuple(_sentences(kind, steps))
        for about, since in _WAITS[kind](situation) if demanded_by else ():
            yield RecoveryItem(
                kind=kind,
                unit_id=situation.unit.id,
                subject=situation.subject,
                patients=patients,
                demanded_by=demanded_by,
                about=about,
                since=since or ended_at,
                agreed_on=situation.sip_agreed_on if kind is _Kind.SEND_SIP_CALL else None,
            )


def _sentences(kind: RecoveryKind, steps: list[RecoveryStep]) -> Iterator[RecoveryStep]:
    """Those that demand it; if it is for some patients only, also those that say what becomes of these."""
    demanding = [step for step in steps if kind in step.demands]
    for_some = any(step.patients for step in demanding)
    return (step for step in steps if step in demanding or (for_some and step.classifies))


_Wait = tuple[str | None, dt.datetime | None]
"""The id of what is to be acknowledged, and since when it waits: None is since the end of the outage."""
_Waits = Callable[[Situation], Iterator[_Wait]]


def _while(waits: Callable[[Situation], object]) -> _Waits:
    def once(situation: Situation) -> Iterator[_Wait]:
        if waits(situation):
            yield None, None

    return once


def _until(event: EpisodeEventKind, gone_home: bool | None = None) -> _Waits:
    """Until the event is registered; only for those who have, or have not, gone home, if that is said."""
    return _while(lambda it: event not in it.registered and gone_home in (None, it.gone_home))


def _unread(situation: Situation) -> Iterator[_Wait]:
    came: dict[str, dt.datetime] = {}
    for one in sorted(situation.unread, key=lambda one: (one.came_at.astimezone(dt.UTC), one.id)):
        came.setdefault(one.id, one.came_at.astimezone(dt.UTC))
    yield from came.items()


_WAITS: dict[RecoveryKind, _Waits] = {
    _Kind.REGISTER_ADMISSION_NOTICE: _until(EpisodeEventKind.ADMISSION_NOTICE_SENT),
    _Kind.REGISTER_DISCHARGE_NOTICE: _until(EpisodeEventKind.DISCHARGE_NOTICE_SENT),
    _Kind.REGISTER_DISCHARGED: _until(EpisodeEventKind.DISCHARGED),
    _Kind.REGISTER_PATIENT_INFORMATION: _until(EpisodeEventKind.PATIENT_INFORMED, gone_home=False),
    _Kind.SEND_PATIENT_INFORMATION_HOME: _until(EpisodeEventKind.PATIENT_INFORMED, gone_home=True),
    _Kind.ACKNOWLEDGE: _unread,
    _Kind.CONFIRM_FIXED_CARE_CONTACT: _while(lambda it: not it.fixed_care_contact_appointed),
    _Kind.SEND_SIP_CALL: _while(lambda it: it.sip_agreed_on and not it.sip_called),
    _Kind.SEND_FORM: _while(lambda it: it.form_kept),
}
