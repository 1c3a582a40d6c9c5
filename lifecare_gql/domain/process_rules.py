"""What a region adds to the discharge process, as data: demands, a clock, tracks, and what a receipt means.

A demand looks at an act and the episode and says what is not met; the rule it belongs to adds the reason and
the public page it rests on. Which region demands what is data.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from lifecare_gql.domain.demands import Failure
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_facts import Act, EpisodeFacts
from lifecare_gql.domain.episode_words import EpisodeEventKind, NoticeKind, PartyRole, PlanningBasisStart
from lifecare_gql.domain.objections import ObjectionCode
from lifecare_gql.domain.sources import PublicSource, Statement, Supplement
from lifecare_gql.domain.texts import said
from lifecare_gql.domain.values import value
from lifecare_gql.domain.words import Severity, UnitKind


@value
class ContactWhenMoved:
    """The municipality must be called when the expected discharge is moved earlier, or much later."""

    asks: ClassVar[bool] = False
    kind: Literal["contact_when_moved"]
    postponed_more_than_days: int = Field(ge=0)

    def failures(self, act: Act, facts: EpisodeFacts) -> Iterator[Failure]:
        """Fails with the municipal units that have not been told by phone since the date in force was sent."""
        if act.kind is not EpisodeEventKind.EXPECTED_DISCHARGE_CHANGED or not self._moved(act, facts):
            return
        untold = tuple(unit for unit in facts.receiving if _municipal(unit) and not _told(facts, unit))
        if untold:
            yield Failure(ObjectionCode.CONTACT_REQUIRED, ("input", "expectedDischarge"), untold)

    def _moved(self, act: Act, facts: EpisodeFacts) -> bool:
        if act.expected_discharge is None or facts.expected_discharge is None:
            return False
        return self.asks_for((act.expected_discharge - facts.expected_discharge).days)

    def asks_for(self, days: int) -> bool:
        """Whether a date that is moved by so many days takes a call; negative is earlier."""
        return days < 0 or days > self.postponed_more_than_days


def _municipal(unit: Party) -> bool:
    return PartyRole.of(unit.kind) is PartyRole.MUNICIPALITY


def _told(facts: EpisodeFacts, unit: Party) -> bool:
    kinds = (NoticeKind.EXPECTED_DISCHARGE, NoticeKind.ADMISSION_NOTICE)
    last = max(one.sent_at for one in facts.notices if one.kind in kinds)
    return facts.told_by_phone(unit.id, NoticeKind.EXPECTED_DISCHARGE, last) is not None


@value
class LockedTrack:
    """A planning basis that led to this track is not changed, but for those who live in some kinds of unit."""

    asks: ClassVar[bool] = False
    kind: Literal["locked_track"]
    track: str
    except_living_in: tuple[UnitKind, ...] = ()

    def failures(self, act: Act, facts: EpisodeFacts) -> Iterator[Failure]:
        """Fails when the planning basis is sent once more."""
        changes = act.kind is EpisodeEventKind.PLANNING_BASIS_SENT and facts.track == self.track
        if changes and facts.background.lives_in not in self.except_living_in:
            yield Failure(ObjectionCode.TRACK_LOCKED, ("input", "track"))


@value
class CommentedChecklist:
    """The ward must comment on every point of its checklist (hemgångsklar)."""

    asks: ClassVar[bool] = True
    kind: Literal["commented_checklist"]
    municipality_must_tick: bool

    def failures(self, act: Act, facts: EpisodeFacts) -> Iterator[Failure]:
        """Fails once for each point that is not done, or when no point is given."""
        if act.kind is not EpisodeEventKind.READY_FOR_HOME_MARKED:
            return
        if not act.checklist:
            yield Failure(ObjectionCode.CHECKLIST_INCOMPLETE, ("input", "checklist"))
        for index, item in enumerate(act.checklist):
            ticked = item.ticked_by_municipality or not self.municipality_must_tick
            if not (item.comment.strip() and ticked):
                path = ("input", "checklist", str(index))
                yield Failure(
                    ObjectionCode.CHECKLIST_INCOMPLETE, path, detail=said("Punkt: {title}.", title=item.title)
                )


@value
class ConsentWithoutCareRequest:
    """Without a care request (vårdbegäran), which carries a consent, consent to sharing must be asked for."""

    asks: ClassVar[bool] = False
    kind: Literal["consent_without_care_request"]

    def failures(self, act: Act, facts: EpisodeFacts) -> Iterator[Failure]:
        """Fails when the admission notice is sent with neither."""
        asked = facts.sent(NoticeKind.CARE_REQUEST) or facts.background.process_consent
        if act.kind is EpisodeEventKind.ADMISSION_NOTICE_SENT and not asked:
            yield Failure(ObjectionCode.CONSENT_REQUIRED, ("input", "consent"))


ProcessDemand = Annotated[
    ContactWhenMoved | LockedTrack | CommentedChecklist | ConsentWithoutCareRequest, Field(discriminator="kind")
]


@value
class ProcessRule:
    """A rule that a region adds to the discharge process. It warns, as long as it rests on an excerpt only."""

    code: str = Field(pattern=r"^[A-Z]{3}-[A-Z0-9-]+$", description="Stable code, e.g. HAL-HP2.")
    title: str = Field(description="What it demands, in Swedish.")
    supplement: str = Field(description="Key of the statement it rests on, e.g. HP1.")
    demand: ProcessDemand = Field(description="What must be so.")
    severity: Severity = Field(default=Severity.WARN, description="What happens when the demand is not met.")
    reason: str = Field(description="The reason given, in Swedish.")
    remedy: str = Field(description="What to do, in Swedish.")


@value
class PlanningBasisTime:
    """Within how many hours the planning basis is filled in (planeringsunderlag)."""

    rule: str = Field(pattern=r"^[A-Z]{3}-[A-Z0-9-]+$", description="Stable code, e.g. HAL-HP1.")
    supplement: str = Field(description="Key of the statement it rests on, e.g. HP1.")
    hours: int = Field(ge=1, description="Elapsed hours (timmar).")
    counted_from: PlanningBasisStart = Field(description="What starts it.")
    note: str | None = Field(default=None, description="A reading of ours, in English.")


@value
class Track:
    """A way of planning that the planning basis leads to (spår)."""

    code: str = Field(pattern=r"^[A-Z]+$", description="Stable code, e.g. RED.")
    name: str = Field(description="The track, verbatim in Swedish.")
    meaning: str = Field(description="What the page says of it, in Swedish.")
    supplement: str = Field(description="Key of the statement it rests on, e.g. HP1.")


@value
class ReceiptMeaning:
    """What it means to acknowledge (kvittera) in the region."""

    supplement: str = Field(description="Key of the statement it rests on, e.g. HP1.")
    meaning: str = Field(description="What it means, in Swedish and in our own words.")
    if_unclear: str | None = Field(default=None, description="What to do when something is unclear, in Swedish.")


@value
class ReadPage:
    """A public page with what was read of it."""

    source: PublicSource = Field(description="The page.")
    statements: tuple[Statement, ...] = Field(min_length=1, description="What it says.")


@value
class ProcessRules:
    """Everything that a region adds to the discharge process of lag (2017:612)."""

    region: str = Field(description="Code of the region.")
    pages: tuple[ReadPage, ...] = Field(min_length=1, description="The public pages (offentliga tillägg).")
    rules: tuple[ProcessRule, ...] = Field(default=(), description="What is demanded on top of the law.")
    planning_basis: PlanningBasisTime | None = Field(
        default=None, description="When the planning basis must be filled in; null when nothing is stated."
    )
    tracks: tuple[Track, ...] = Field(default=(), description="The tracks (spår).")
    receipt: ReceiptMeaning | None = Field(
        default=None, description="What a receipt means (kvittens); null when nothing is stated."
    )

    def supplement(self, key: str) -> Supplement:
        """The supplement with the key; KeyError when there is none."""
        return self._supplements()[key]

    def _supplements(self) -> dict[str, Supplement]:
        return {
            one.key: Supplement(statement=one, source=page.source)
            for page in self.pages
            for one in page.statements
        }

    @model_validator(mode="after")
    def _rests_on_what_is_there(self) -> ProcessRules:
        keys = self._supplements()
        single = [part for part in (self.planning_basis, self.receipt) if part is not None]
        for part in (*self.rules, *self.tracks, *single):
            if part.supplement not in keys:
                raise ValueError(f"{type(part).__name__} rests on {part.supplement}, which is no supplement here")
        codes = {track.code for track in self.tracks}
        for rule in self.rules:
            if isinstance(rule.demand, LockedTrack) and rule.demand.track not in codes:
                raise ValueError(f"{rule.code} names the track {rule.demand.track}, which is not declared")
        return self
