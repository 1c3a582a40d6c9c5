"""What a region is, and the parts that its plugins contribute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, is_dataclass

from pydantic import Field

from lifecare_gql.domain.administration import Administration
from lifecare_gql.domain.demo import Demo
from lifecare_gql.domain.directory import Contact, Reach, Switchboard
from lifecare_gql.domain.drafts import Party
from lifecare_gql.domain.logins import LoginRequirement, LoginRequirements
from lifecare_gql.domain.outages import OutageRoutine
from lifecare_gql.domain.payment_policies import PaymentPolicies
from lifecare_gql.domain.process_rules import ProcessRules
from lifecare_gql.domain.quality import Quality
from lifecare_gql.domain.routines import RoutineBook
from lifecare_gql.domain.sources import Document, Fact, Source, Unsaid, source_of
from lifecare_gql.domain.support import Rollout, Support
from lifecare_gql.domain.technical import TechnicalRequirements
from lifecare_gql.domain.texts import said
from lifecare_gql.domain.training import Training
from lifecare_gql.domain.values import value
from lifecare_gql.domain.words import CareType


@value
class Municipality:
    """A municipality (kommun)."""

    code: str = Field(
        pattern=r"^[0-9]{4}$", description="Municipality code of SCB (kommunkod), with leading zero."
    )
    name: str = Field(description="The name.")


@value
class RegionInfo:
    """Who the region is: names, codes, municipalities, documents and facts."""

    code: str = Field(pattern=r"^[a-z]+$", description="The region's code: the name of its plugin.")
    name: str = Field(description="The region's name, e.g. Region Halland.")
    county_code: str = Field(pattern=r"^[0-9]{2}$", description="County code of SCB (länskod).")
    county_letter: str = Field(pattern=r"^[A-Z]{1,2}$", description="County letter (länsbokstav).")
    municipalities: tuple[Municipality, ...] = Field(min_length=1, description="The county's municipalities.")
    documents: tuple[Document, ...] = Field(min_length=1, description="The source documents.")
    facts: tuple[Fact, ...] = Field(min_length=1, description="The facts of those documents.")
    unsaid: tuple[Unsaid, ...] = Field(
        default=(), description="Which of the data files there is none of, and why no document fills it."
    )


@value
class Overlay:
    """What a municipality or hospital adds to a region: its own documents and facts, beside the region's."""

    region: str = Field(description="Code of the region that it adds to.")
    name: str = Field(description="Whose it is, e.g. a municipality (kommun) or hospital (sjukhus).")
    documents: tuple[Document, ...] = Field(min_length=1, description="Its own documents.")
    facts: tuple[Fact, ...] = Field(min_length=1, description="The facts of those documents.")


@value
class ContactBook:
    """Contacts for one region; several plugins may contribute to the same region."""

    region: str = Field(description="Code of the region they belong to.")
    contacts: tuple[Contact, ...] = Field(min_length=1, description="The contacts.")


@value
class SwitchboardBook:
    """Switchboards for one region."""

    region: str = Field(description="Code of the region they belong to.")
    switchboards: tuple[Switchboard, ...] = Field(min_length=1, description="The switchboards.")


def citing(part: object) -> Iterator[object]:
    """Every value in the part that rests on a fact, however deep."""
    if isinstance(part, tuple):
        for one in part:
            yield from citing(one)
    elif is_dataclass(part):
        if hasattr(part, "fact"):
            yield part
        for each in fields(part):
            yield from citing(getattr(part, each.name))


@dataclass(frozen=True, kw_only=True)
class Region:
    """A region as the core asks it: all parts that plugins contributed, put together at the start."""

    info: RegionInfo
    book: RoutineBook
    contacts: tuple[Contact, ...] = ()
    switchboards: tuple[Switchboard, ...] = ()
    outage: OutageRoutine | None = None
    support: Support | None = None
    login: LoginRequirements | None = None
    rollout: Rollout | None = None
    administration: Administration | None = None
    technical: TechnicalRequirements | None = None
    training: Training | None = None
    process: ProcessRules | None = None
    payment: PaymentPolicies | None = None
    demo: Demo | None = None
    quality: Quality | None = None
    overlays: tuple[Overlay, ...] = ()
    plugins: tuple[str, ...] = ()
    _facts: dict[str, Fact] = field(init=False, repr=False, compare=False)
    _documents: dict[str, Document] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_facts", {fact.id: fact for fact in self.info.facts})
        object.__setattr__(self, "_documents", {document.key: document for document in self.info.documents})

    @property
    def code(self) -> str:
        """The region's code."""
        return self.info.code

    @property
    def login_requirements(self) -> tuple[LoginRequirement, ...]:
        """What is demanded of the login; empty when no document says anything of it."""
        return self.login.requirements if self.login else ()

    def parts(self) -> Iterator[object]:
        """Everything that rests on one of the region's documents."""
        yield from self.info.documents
        yield from self.info.facts
        yield from self.book.routines
        yield from self.book.duties
        yield from self.contacts
        yield from self.switchboards
        yield from self.login_requirements
        yield from citing((self.support, self.rollout, self.administration, self.technical, self.training))

    def contact(self, key: str | None) -> Contact | None:
        """The contact with that key; None for no key."""
        return next((contact for contact in self.contacts if contact.key == key), None)

    def fact(self, fact_id: str) -> Fact | None:
        """One fact, or None."""
        return self._facts.get(fact_id)

    def document(self, key: str) -> Document:
        """One source document; KeyError when the region has none of that key."""
        return self._documents[key]

    def source(self, fact_id: str) -> Source:
        """The passage that a rule resting on the fact quotes."""
        fact = self._facts[fact_id]
        return source_of(self.code, fact, self._documents[fact.document])

    def reach(self, party: Party) -> Reach:
        """How a unit is reached by phone: its own number, else the switchboard of its principal (V17, V55-V58)."""
        if party.phone is not None:
            return Reach(name=party.name, phone=party.phone)
        board = self._switchboard_of(party)
        if board is None:
            return Reach(
                name=party.name, phone=None, missing=said("Ingen källa anger telefonnummer till enheten.")
            )
        return Reach(
            name=said("{board}, för {unit}", board=board.name, unit=party.name),
            phone=board.phone,
            ask_for=board.ask_for,
            fact=board.fact,
        )

    def _switchboard_of(self, party: Party) -> Switchboard | None:
        municipal = party.kind.care_type is CareType.MUNICIPAL
        if municipal and party.municipality is None:
            return None
        wanted = party.municipality if municipal else None
        return next((board for board in self.switchboards if board.municipality == wanted), None)
