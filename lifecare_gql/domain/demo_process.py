"""A demo's care episodes and plans (SIP), told as the acts of those who take part.

Whoever acknowledged a notice stands with what sent it. A day is counted from when the demo is loaded, so that a
meeting always lies as far ahead as it did then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from pydantic import Field, model_validator

from lifecare_gql.domain.demo_keys import Ago, Day, Key, Named, Reference, check_order
from lifecare_gql.domain.episode_facts import ChecklistItem
from lifecare_gql.domain.episode_words import EpisodeEventKind, NoticeKind
from lifecare_gql.domain.plan_facts import PlanGoal
from lifecare_gql.domain.plan_words import MeetingForm, PlanEventKind
from lifecare_gql.domain.values import value
from lifecare_gql.domain.words import ConsentForm, ConsentState, Principal

OPENINGS = (EpisodeEventKind.CARE_REQUESTED, EpisodeEventKind.ADMITTED)
"""What begins an episode; an admission may also follow a care request."""
_TOLD_ELSEWHERE = {
    EpisodeEventKind.ACKNOWLEDGED: "who acknowledged a notice stands with what sent it",
    EpisodeEventKind.SIP_CALLED: "the call to SIP stands with the plan",
}

Acknowledged = Mapping[Reference, Ago]
"""Who acknowledged a notice (kvitterade), by assignment, and how long ago."""


@value
class DemoSaid:
    """What the individual said about a consent (samtycke)."""

    state: ConsentState = Field(description="What was said.")
    by: Reference = Field(description="The assignment of whoever recorded it.")
    ago: Ago = Field(description="How long ago.")
    form: ConsentForm | None = Field(default=None, description="How it was given.")
    about: str = Field(default="", description="What it covers and why.")
    reason: str = Field(default="", description="Why, where that was said.")


@value
class DemoMoment:
    """A moment on a day (tidpunkt)."""

    day: Day = Field(description="The day.")
    at: dt.time = Field(description="The time in Sweden.")


@value
class DemoSection:
    """A part of the information to the patient, with a heading."""

    heading: str = Field(description="The heading (rubrik).")
    text: str = Field(description="The text.")


@value
class DemoInformation:
    """What is printed for the patient besides what was done (patientinformation)."""

    medicines: str = Field(default="", description="The medicines (läkemedel).")
    what_next: str = Field(default="", description="What happens next (det här händer nu).")
    sections: tuple[DemoSection, ...] = Field(default=(), description="Anything else, under headings.")


@value
class DemoEpisodeAct:
    """What somebody did in an episode. What is not said is left out; the words are those of the process."""

    do: EpisodeEventKind = Field(description="What was done.")
    by: Reference = Field(description="The assignment of whoever did it.")
    ago: Ago = Field(description="How long ago.")
    key: Key | None = Field(default=None, description="Its key, where a later act is about it.")
    about: Key | None = Field(default=None, description="The earlier act whose notice it is about.")
    to: tuple[Reference, ...] = Field(default=(), description="The receiving units.")
    acknowledged: Acknowledged = Field(default_factory=dict, description="Who acknowledged it (kvitterade).")
    text: str = Field(default="", description="The text.")
    reason: str = Field(default="", description="The reason, where one must be given.")
    holds: bool | None = Field(default=None, description="Whether what was assessed is so.")
    expected: Day | None = Field(default=None, description="The expected day of discharge.")
    municipal_health_care: bool = Field(default=False, description="Whether municipal health care is needed.")
    address_reason: str = Field(default="", description="Why a protected address is given.")
    named: str = Field(default="", description="Who the fixed care contact is.")
    track: str | None = Field(default=None, description="The track of a planning basis (spår).")
    checklist: tuple[ChecklistItem, ...] = Field(default=(), description="The readiness checklist.")
    receives: DemoMoment | None = Field(default=None, description="From when the unit can receive the patient.")
    called: Reference | None = Field(default=None, description="The unit that was called by phone.")
    spoke_with: str = Field(default="", description="Whom the caller spoke with.")
    informed: tuple[NoticeKind, ...] = Field(default=(), description="Which notices the call was about.")
    information: DemoInformation | None = Field(default=None, description="What is printed for the patient.")

    def references(self) -> Iterator[Named]:
        """What it names."""
        yield from (("assignment", key) for key in (self.by, *self.acknowledged))
        yield from (("unit", key) for key in (*self.to, self.called))


@value
class DemoEpisode:
    """A care episode (vårdtillfälle), and all that was done in it."""

    key: Key = Field(description="Its key.")
    patient: Key = Field(description="The patient, of the same demo.")
    acts: tuple[DemoEpisodeAct, ...] = Field(min_length=1, description="What was done, in order.")
    consents: tuple[DemoSaid, ...] = Field(default=(), description="The consent to sharing in it, in order.")

    @model_validator(mode="after")
    def _in_order(self) -> DemoEpisode:
        check_order(self.key, [act.ago for act in self.acts])
        check_order(self.key, [said.ago for said in self.consents])
        if self.acts[0].do not in OPENINGS:
            raise ValueError(f"{self.key}: an episode begins with a care request or an admission")
        for act in self.acts:
            if act.do in _TOLD_ELSEWHERE:
                raise ValueError(f"{self.key}: {act.do}: {_TOLD_ELSEWHERE[act.do]}")
            _check_acknowledged(self.key, act.ago, act.acknowledged)
        return self

    @model_validator(mode="after")
    def _about_earlier(self) -> DemoEpisode:
        earlier: set[str] = set()
        for act in self.acts:
            if act.about is not None and act.about not in earlier:
                raise ValueError(f"{self.key}: no earlier act has the key {act.about}")
            if act.key in earlier:
                raise ValueError(f"{self.key}: the act {act.key} is there twice")
            earlier |= {act.key} if act.key else set()
        return self

    def references(self) -> Iterator[Named]:
        """What it names."""
        yield "patient", self.patient
        for act in self.acts:
            yield from act.references()
        yield from (("assignment", said.by) for said in self.consents)


def _check_acknowledged(key: str, ago: dt.timedelta, acknowledged: Acknowledged) -> None:
    for by, when in acknowledged.items():
        if when >= ago:
            raise ValueError(f"{key}: {by} acknowledged it before it was sent")


@value
class DemoMeeting:
    """A planning meeting (SIP-möte)."""

    day: Day = Field(description="The day.")
    starts: dt.time = Field(description="When it begins, in Sweden.")
    ends: dt.time = Field(description="When it ends, in Sweden.")
    form: MeetingForm = Field(description="How it is held.")
    place: str = Field(default="", description="Where, or how to join.")


@value
class DemoIntervention:
    """An intervention of a plan (insats)."""

    what: str = Field(description="What is to be done.")
    principal: Principal = Field(description="Who is responsible (huvudman).")
    unit: Reference | None = Field(default=None, description="The unit that does it.")
    responsible: str = Field(default="", description="Who does it, by role or name.")
    starts: Day | None = Field(default=None, description="The first day.")


@value
class DemoContent:
    """What a plan says (planens innehåll)."""

    goals: tuple[PlanGoal, ...] = Field(default=(), description="The goals.")
    interventions: tuple[DemoIntervention, ...] = Field(default=(), description="What is needed.")
    measures_by_others: str = Field(default="", description="Measures by somebody else.")
    main_responsibility: Principal | None = Field(default=None, description="Who has the main responsibility.")
    patients_view: str = Field(default="", description="What the patient thinks of it.")
    present: tuple[str, ...] = Field(default=(), description="Who was present.")


@value
class DemoPlanAct:
    """What somebody did to a plan. What is not said is left out."""

    do: PlanEventKind = Field(description="What was done.")
    by: Reference = Field(description="The assignment of whoever did it.")
    ago: Ago = Field(description="How long ago.")
    to: tuple[Reference, ...] = Field(default=(), description="Who is told of the need, or called.")
    acknowledged: Acknowledged = Field(
        default_factory=dict, description="Who acknowledged the first call as a notice of the episode."
    )
    text: str = Field(default="", description="The need, an outcome, or a comment.")
    reason: str = Field(default="", description="The reason, where one must be given.")
    meeting: DemoMeeting | None = Field(default=None, description="The meeting.")
    content: DemoContent | None = Field(default=None, description="What the plan says.")
    follow_up: Day | None = Field(default=None, description="The day of follow-up.")
    accepted: bool | None = Field(default=None, description="Whether the patient took the copy.")

    def references(self) -> Iterator[Named]:
        """What it names."""
        needed = self.content.interventions if self.content else ()
        yield from (("assignment", key) for key in (self.by, *self.acknowledged))
        yield from (("unit", key) for key in (*self.to, *(one.unit for one in needed)))


@value
class DemoPlan:
    """A coordinated individual plan (SIP), and all that was done to it."""

    key: Key = Field(description="Its key.")
    patient: Reference = Field(description="The patient.")
    episode: Key | None = Field(default=None, description="The episode it is made in; null outside one (S4).")
    acts: tuple[DemoPlanAct, ...] = Field(min_length=1, description="What was done, in order.")
    consents: tuple[DemoSaid, ...] = Field(default=(), description="The consent to making it, in order.")

    @model_validator(mode="after")
    def _in_order(self) -> DemoPlan:
        check_order(self.key, [act.ago for act in self.acts])
        check_order(self.key, [said.ago for said in self.consents])
        opens = [act.do is PlanEventKind.NEED_IDENTIFIED for act in self.acts]
        if not opens[0] or any(opens[1:]):
            raise ValueError(f"{self.key}: a plan begins with the need of it")
        for act in self.acts:
            if act.acknowledged and (self.episode is None or act is not self.first_call):
                raise ValueError(f"{self.key}: only the first call in an episode is acknowledged there")
            _check_acknowledged(self.key, act.ago, act.acknowledged)
        return self

    @property
    def first_call(self) -> DemoPlanAct | None:
        """The first call to a meeting: in an episode it is sent as a notice too."""
        return next((act for act in self.acts if act.do is PlanEventKind.CALLED), None)

    def references(self) -> Iterator[Named]:
        """What it names."""
        yield from (("patient", self.patient), ("episode", self.episode))
        for act in self.acts:
            yield from act.references()
        yield from (("assignment", said.by) for said in self.consents)
