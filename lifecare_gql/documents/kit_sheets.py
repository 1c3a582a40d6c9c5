"""What an outage kit (underlag vid driftstopp) is made of: one unit's work, and whom to call for each patient.

Whoever fills a sheet has already asked who may see it, and has left out everybody with a protected identity: a
`KitPatient` cannot be made of one. Every moment is aware. No sheet shows its content in a ``repr``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import InitVar, dataclass

from lifecare_gql.documents import swedish
from lifecare_gql.domain.directory import Contact, Reach
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.episode_words import EpisodeState, NoticeKind, PartyRole
from lifecare_gql.domain.identity import PersonIdentity
from lifecare_gql.domain.outages import OutageProcedure, OutageRoutine, Step
from lifecare_gql.domain.plan_facts import Meeting
from lifecare_gql.domain.region import Region
from lifecare_gql.domain.sources import Document
from lifecare_gql.domain.task_words import TaskKind
from lifecare_gql.domain.words import Awaiting, CareType, Protection


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class KitPatient:
    """A patient in a kit; ``ValueError`` for a protected identity (skyddade personuppgifter): never in one.

    There is no address: a kit is carried about, and nobody needs it to make a call.
    """

    name: str
    identity: PersonIdentity
    protection: InitVar[Protection]

    def __post_init__(self, protection: Protection) -> None:
        if protection is not Protection.NONE:
            raise ValueError("a person with a protected identity is never part of an outage kit")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class KitParticipant:
    """Another unit to call about the patient, and how; `fixed_care_contact` is who that is there, if anybody."""

    unit: Party
    reach: Reach
    fixed_care_contact: str = ""

    @property
    def role(self) -> PartyRole:
        """Its part in the process."""
        return PartyRole.of(self.unit.kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class KitTask:
    """What waits for the unit; `due_at` is None when nothing sets a time."""

    kind: TaskKind
    due_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unacknowledged:
    """A notice that one of its recipients has not acknowledged (ej kvitterat)."""

    kind: NoticeKind
    sent_at: dt.datetime
    sender: Party
    recipient: Party


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class KitEpisode:
    """An open care episode (vårdtillfälle). `participants` are the other units, in the order to call them."""

    id: str
    patient: KitPatient
    state: EpisodeState
    ward: Party | None = None
    admitted_at: dt.datetime | None = None
    expected_discharge: dt.date | None = None
    participants: tuple[KitParticipant, ...] = ()
    waiting: tuple[KitTask, ...] = ()
    unacknowledged: tuple[Unacknowledged, ...] = ()
    meeting: Meeting | None = None


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class KitMessage:
    """An unanswered message outside the care episode, without its text.

    `topic` is the Swedish term. `participants` are the other units that the matter can be taken up with by phone.
    """

    id: str
    patient: KitPatient
    topic: str
    sent_at: dt.datetime
    sender: Party
    awaiting: Awaiting
    due_at: dt.datetime | None = None
    participants: tuple[KitParticipant, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RegionSheet:
    """What a printed page tells of the region whose outage routine it rests on."""

    region: Region

    @property
    def routine(self) -> OutageRoutine | None:
        """The region's outage routine; None when there is none that is published."""
        said = self.region.outage
        return said if said and said.published else None

    @property
    def document(self) -> Document | None:
        """The document that the region's answer rests on, with its status (V1); None when no document has one."""
        fact = self.region.fact(self.region.outage.fact) if self.region.outage else None
        return self.region.document(fact.document) if fact else None

    @property
    def status(self) -> str:
        """The standing of the routine, in few Swedish words: it must be on every sheet of paper (V1)."""
        if self.routine is None or self.document is None:
            return "Ingen publicerad avbrottsrutin"
        return self.document.status or "Status anges inte"

    @property
    def no_routine(self) -> str:
        """Why there is no routine, in Swedish; empty when there is one. Another region's is never lent."""
        if self.routine:
            return ""
        reason = self.region.outage.reason if self.region.outage else None
        return reason or "Inget av regionens källdokument nämner driftavbrott."

    @property
    def standing(self) -> str:
        """What must be on every sheet of paper (V1): the routine's status, version and date, as far as stated."""
        if self.routine is None or self.document is None:
            return self.status
        return swedish.standing(self.status, self.document.version, self.document.date)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class KitSheet(RegionSheet):
    """One unit's outage kit; ``ValueError`` when it is not valid for any time or a moment is not aware.

    `version` numbers the kits that were made for the unit. `episodes` and `messages` may be read lazily, but each
    time from the start. `withheld_count` is how many persons are left out because of a protected identity.
    """

    unit: Party
    organisation: str
    version: int
    made_at: dt.datetime
    valid_until: dt.datetime
    episodes: Collection[KitEpisode] = ()
    messages: Collection[KitMessage] = ()
    withheld_count: int = 0

    def __post_init__(self) -> None:
        if self.made_at.utcoffset() is None or self.valid_until.utcoffset() is None:
            raise ValueError("a moment must carry its time zone")
        if self.valid_until <= self.made_at:
            raise ValueError("a kit must be valid for some time")

    @property
    def care_type(self) -> CareType:
        """The care type whose procedure the unit follows (V9)."""
        return self.unit.kind.care_type

    @property
    def procedures(self) -> tuple[OutageProcedure, ...]:
        """The routine's procedures, the unit's own first."""
        found = self.routine.procedures if self.routine else ()
        return tuple(sorted(found, key=lambda one: self.care_type not in one.care_types))

    @property
    def procedure(self) -> OutageProcedure | None:
        """The procedure for the unit's care type; None when the routine has none."""
        return self.routine.procedure(self.care_type) if self.routine else None

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """The contacts of the document that the routine stands in."""
        document = self.document.key if self.document else None
        facts = {fact.id for fact in self.region.info.facts if fact.document == document}
        return tuple(contact for contact in self.region.contacts if contact.fact in facts)

    @property
    def ways_in(self) -> tuple[Step, ...]:
        """How the switchboards are used (en väg in, V57), where a fact says so beside the numbers."""
        numbers = {board.fact for board in self.region.switchboards}
        facts = (one for one in self.region.info.facts if "switchboards" in one.used_by and one.id not in numbers)
        return tuple(Step(text=quote.text, fact=one.id) for one in facts for quote in one.quotes)

    @property
    def withheld(self) -> str:
        """The sentence that says how many persons are left out, in Swedish."""
        if not self.withheld_count:
            return "Ingen är utelämnad på grund av skyddade personuppgifter."
        persons = "1 person" if self.withheld_count == 1 else f"{self.withheld_count} personer"
        return f"{persons} med skyddade personuppgifter är utelämnade: deras uppgifter finns inte här."
