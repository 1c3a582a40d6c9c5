"""The discharge process through the real actions, without HTTP: who acts, what they say, the way to each state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from lifecare_gql.actions import episode_acts, episode_openings, plan_acts
from lifecare_gql.actions.callers import caller_of
from lifecare_gql.actions.consents import ConsentOrder, record_consent
from lifecare_gql.actions.episode_acts import EpisodeOrder, Standing
from lifecare_gql.actions.episode_facts import EPISODE
from lifecare_gql.actions.episode_openings import OpeningOrder
from lifecare_gql.actions.plan_acts import NeedOrder, PlanOrder
from lifecare_gql.actions.results import Done, Outcome
from lifecare_gql.actions.sayings import Saying
from lifecare_gql.actions.session import Caller, Session
from lifecare_gql.domain.calendar import stockholm_day
from lifecare_gql.domain.consents import ConsentSaid
from lifecare_gql.domain.episode_facts import ChecklistItem
from lifecare_gql.domain.episode_words import EpisodeEventKind, EpisodeState, NoticeKind
from lifecare_gql.domain.plan_words import PlanEventKind
from lifecare_gql.domain.words import CareRelationKind, ConsentForm, ConsentKind, ConsentState, ReceiptState
from lifecare_gql.regions import Regions
from lifecare_gql.storage import rows
from lifecare_gql.storage.database import Database
from lifecare_gql.storage.reading.reader import Reader
from lifecare_gql.storage.reading.rows import one
from lifecare_gql.storage.viewer import Viewer
from tests import world
from tests.world import uid

E = EpisodeEventKind
S = EpisodeState
START = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
WARD, CENTRE, TOWN, NURSES = "avdelning", "eken", "bistand", "varberg"
OTHER_WARD, OTHER_CENTRE, OUTSIDER = "psyk", "linden", "nora"
UNITS = (WARD, CENTRE, TOWN, NURSES, OTHER_WARD, OTHER_CENTRE, OUTSIDER)

OPENINGS = (E.CARE_REQUESTED, E.ADMITTED)
ABOUT_A_NOTICE = (E.ACKNOWLEDGED, E.MISDIRECTED, E.FORWARDED)
SAYS: dict[EpisodeEventKind, tuple[str, ...]] = {
    # What the input of each kind has room for, besides units and notices.
    E.CARE_REQUESTED: ("text",),
    E.ADMITTED: ("occurred_at",),
    E.NEED_ASSESSED: ("occurred_at",),
    E.NO_NEED_ASSESSED: ("occurred_at",),
    E.SECRECY_ASSESSED: ("reason", "holds"),
    E.COMPULSORY_CARE_ASSESSED: ("reason", "holds"),
    E.ADMISSION_NOTICE_SENT: ("expected_discharge", "text"),
    E.ACKNOWLEDGED: (),
    E.FORM_SENT: (),
    E.ANSWERED: ("text",),
    E.EXPECTED_DISCHARGE_CHANGED: ("expected_discharge", "text"),
    E.FIXED_CARE_CONTACT_APPOINTED: ("named",),
    E.PLANNING_BASIS_SENT: ("text", "track"),
    E.PLANNING_BASIS_ANSWERED: ("text",),
    E.GENERAL_NOTICE_SENT: ("text",),
    E.DISCHARGE_READY_SENT: ("text",),
    E.DISCHARGE_READY_WITHDRAWN: ("reason",),
    E.SIP_CALLED: ("text",),
    E.CAN_RECEIVE_CONFIRMED: ("receives_from", "text"),
    E.READY_FOR_HOME_MARKED: ("checklist",),
    E.DISCHARGE_NOTICE_SENT: ("text",),
    E.PATIENT_INFORMED: ("text",),
    E.DISCHARGED: ("occurred_at",),
    E.PHONE_CALL_LOGGED: ("spoke_with", "informed", "occurred_at", "text"),
    E.MISDIRECTED: ("reason",),
    E.FORWARDED: ("text",),
    E.PARTICIPANT_ADDED: ("text",),
    E.ABORTED: ("reason",),
    E.CLOSED: (),
}
RECIPIENTS: dict[EpisodeEventKind, tuple[str, ...]] = {
    E.CARE_REQUESTED: (WARD,),
    E.ADMISSION_NOTICE_SENT: (CENTRE, TOWN),
    E.FORWARDED: (NURSES,),
    E.PARTICIPANT_ADDED: (NURSES,),
    E.GENERAL_NOTICE_SENT: (),
    E.DISCHARGE_NOTICE_SENT: (),
}


def whole(kind: EpisodeEventKind, now: dt.datetime) -> dict[str, Any]:
    """The fields of the act, with all that it asks of the caller."""
    values = {
        "text": "påhittad text",
        "reason": "påhittad orsak",
        "holds": False,
        "expected_discharge": stockholm_day(now) + dt.timedelta(days=5),
        "occurred_at": now - dt.timedelta(minutes=1),
        "named": "distriktssköterskan",
        "track": None,
        "receives_from": now + dt.timedelta(days=1),
        "checklist": (ChecklistItem(title="läkemedel", comment="klart"),),
        "spoke_with": "Nadja Demogren",
        "informed": frozenset({NoticeKind.DISCHARGE_NOTICE}),
    }
    return {name: values[name] for name in SAYS[kind]}


def saying(kind: EpisodeEventKind, now: dt.datetime, to: Iterable[str] | None = None, **changes: Any) -> Saying:
    """What a caller says with the act; `to` names units, and `called` one."""
    called = changes.pop("called", None)
    names = RECIPIENTS.get(kind, ()) if to is None else to
    return Saying(
        fields={**whole(kind, now), **changes},
        recipient_unit_ids=tuple(uid(f"unit {name}") for name in names),
        called_unit_id=None if called is None else uid(f"unit {called}"),
    )


@dataclass(slots=True, kw_only=True)
class Stage:
    """A database with the world in it, those who act, and a clock that goes on with every act."""

    db: Database
    regions: Regions
    callers: dict[str, Caller]
    now: dt.datetime = START

    @classmethod
    async def of(cls, db: Database, regions: Regions) -> Stage:
        """In the world, where the health centre and the municipality take part in every patient's care."""
        for patient in world.PATIENTS:
            for unit, kind in ((CENTRE, CareRelationKind.LISTED), (TOWN, CareRelationKind.ENROLLED)):
                await rows.CareRelation.create(
                    patient_id=uid(f"patient {patient}"),
                    unit_id=uid(f"unit {unit}"),
                    kind=kind,
                    since=world.LONG_AGO,
                )
        callers = {name: await caller_of(db, *world.staff_of(name), START) for name in UNITS}
        return cls(db=db, regions=regions, callers=callers)

    def beside(self) -> Stage:
        """The same with a clock of its own."""
        return replace(self)

    def name_of(self, unit_id: str | UUID) -> str:
        """The name of a unit that acts."""
        return next(name for name, caller in self.callers.items() if caller.unit.id == str(unit_id))

    def session(self, unit: str, now: dt.datetime | None = None) -> Session:
        """A request by the unit's nurse, a minute after the one before unless it is said when."""
        if now is None:
            self.now += dt.timedelta(minutes=1)
        caller, secret = self.callers[unit], world.SECRET.encode()
        return Session(db=self.db, regions=self.regions, caller=caller, now=now or self.now, secret=secret)

    async def opens(self, unit: str, kind: EpisodeEventKind, patient: str) -> Outcome:
        """A care request to the ward, or an admission by the number on the identity card."""
        session = self.session(unit)
        by_number = kind is E.ADMITTED
        order = OpeningOrder(
            kind=kind,
            patient_id=None if by_number else uid(f"patient {patient}"),
            identifier=world.number(patient) if by_number else None,
            saying=saying(kind, session.now),
        )
        return await episode_openings.open_episode(session, order, str(uuid4()))

    async def does(
        self, unit: str, kind: EpisodeEventKind, episode_id: UUID, about: str | None = None, **changes: Any
    ) -> Outcome:
        """An act with all that it asks for, but for what is changed."""
        session = self.session(unit)
        meant = {} if about is None else {"about": about}
        order = EpisodeOrder(
            kind=kind,
            episode_id=episode_id if about is None else None,
            notice_id=None if about is None else UUID(about),
            saying=saying(kind, session.now, **changes, **meant),
        )
        return await episode_acts.act(session, order, str(uuid4()))

    async def standing(
        self, episode_id: UUID, now: dt.datetime | None = None, by: str | None = None
    ) -> Standing | None:
        """The episode as a unit in it reads it, the ward unless it is said who; None when there is none."""
        row: Any = await rows.Episode.filter(id=episode_id).first()
        if row is None:
            return None
        viewer = Viewer(unit_id=row.ward_id if by is None else uid(f"unit {by}"))
        read = await Reader(self.db.select, self.db.dialect, viewer).first(one(rows.Episode, episode_id), EPISODE)
        assert read is not None, "the unit takes part in the episode"
        return Standing.of(read, self.session(WARD, now or self.now))

    async def reads_the_inbox(self, unit: str, episode_id: UUID) -> None:
        """Acknowledge every notice to the unit."""
        stands = await self.standing(episode_id)
        for notice in stands.facts.notices if stands else ():
            to = notice.delivery(self.callers[unit].unit.id)
            if to is not None and to.state is ReceiptState.SENT:
                done(await self.does(unit, E.ACKNOWLEDGED, episode_id, about=notice.id))

    async def needs_a_plan(self, unit: str, patient: str, episode_id: UUID | None) -> UUID:
        """Identify the need of a plan, to which the patient consents; the plan's id."""
        need = NeedOrder(patient_id=uid(f"patient {patient}"), episode_id=episode_id)
        event = done(await plan_acts.identify_need(self.session(unit), need, str(uuid4())))
        stored: Any = await rows.PlanEvent.get(id=event.row_id)
        done(await self.asks(unit, stored.plan_id, ConsentState.GIVEN))
        plan_id: UUID = stored.plan_id
        return plan_id

    async def asks(self, unit: str, plan_id: UUID, state: ConsentState) -> Outcome:
        """Record what the patient says about the plan."""
        session = self.session(unit)
        said = ConsentSaid(state=state, said_at=session.now, form=ConsentForm.ORAL)
        order = ConsentOrder(kind=ConsentKind.PLAN, scope_id=plan_id, said=said)
        return await record_consent(session, order, str(uuid4()))

    async def plans(
        self, unit: str, kind: PlanEventKind, plan_id: UUID, to: Iterable[str] = (), **says: Any
    ) -> Outcome:
        """An act on a plan."""
        order = PlanOrder(kind=kind, plan_id=plan_id, saying=addressed(to, **says))
        return await plan_acts.act(self.session(unit), order, str(uuid4()))


def addressed(to: Iterable[str] = (), **says: Any) -> Saying:
    """What is said, to units by their names."""
    return Saying(fields=says, recipient_unit_ids=tuple(uid(f"unit {name}") for name in to))


def done(outcome: Outcome) -> Done:
    """What was done; an error when it was not."""
    assert isinstance(outcome, Done), outcome
    return outcome


READS, PLANS = "reads the inbox", "needs a plan"
Step = tuple[str, EpisodeEventKind | str]
PATH: tuple[Step, ...] = (
    # The way through the process. To read the inbox is to acknowledge everything; the plan belongs to the episode.
    (CENTRE, E.CARE_REQUESTED),
    (WARD, READS),
    (WARD, E.ADMITTED),
    (WARD, E.NEED_ASSESSED),
    (WARD, E.ADMISSION_NOTICE_SENT),
    (CENTRE, READS),
    (TOWN, READS),
    (CENTRE, E.ANSWERED),
    (TOWN, E.ANSWERED),
    (WARD, E.PLANNING_BASIS_SENT),
    (CENTRE, E.FIXED_CARE_CONTACT_APPOINTED),
    (CENTRE, PLANS),
    (WARD, E.DISCHARGE_READY_SENT),
    (WARD, E.DISCHARGE_NOTICE_SENT),
    (CENTRE, READS),
    (TOWN, READS),
    (WARD, E.READY_FOR_HOME_MARKED),
    (WARD, E.DISCHARGED),
    (WARD, READS),
    (CENTRE, READS),
    (TOWN, READS),
    (WARD, E.CLOSED),
)
WAYS: dict[EpisodeState, tuple[Step, ...]] = {
    S.REQUESTED: PATH[:1],
    S.ADMITTED: PATH[:3],
    S.OUTSIDE_THE_LAW: (*PATH[:3], (WARD, E.NO_NEED_ASSESSED)),
    S.NOTIFIED: PATH[:7],
    S.PLANNING: PATH[:12],
    S.DISCHARGE_READY: PATH[:16],
    S.READY_FOR_HOME: PATH[:17],
    S.DISCHARGED: PATH[:21],
    S.CLOSED: PATH,
    S.ABORTED: (*PATH[:5], (WARD, E.ABORTED)),
}
"""How an episode comes to stand in each state."""


async def walk(stage: Stage, steps: Iterable[Step], patient: str) -> UUID:
    """Take the steps, which begin with an opening; the episode's id."""
    episode_id = UUID(int=0)
    for unit, what in steps:
        if what == READS:
            await stage.reads_the_inbox(unit, episode_id)
        elif what == PLANS:
            await stage.needs_a_plan(unit, patient, episode_id)
        elif what in OPENINGS:
            opened = done(await stage.opens(unit, E(what), patient))
            event: Any = await rows.EpisodeEvent.get(id=opened.row_id)
            episode_id = event.episode_id
        else:
            done(await stage.does(unit, E(what), episode_id))
    return episode_id
